/* log_sigmoid(x) = log(1 / (1 + e^-x)) = -softplus(-x)
   log_sigmoid'(x) = 1 / (1 + e^x) = softplus'(-x)

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 1;
       long double 6 and 8.
   Hard cases: those of softplus, at -x.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_LOG_SIGMOID_H
#define RELU_UFUNC_SMOOTH_LOG_SIGMOID_H

#include "softplus.h"

/* float32 */

static ALWAYS_INLINE double log_sigmoid_single(float x)
{
    return -softplus_single(-x);
}

static ALWAYS_INLINE double log_sigmoid_backward_single(double dy, float x)
{
    return softplus_backward_single(dy, -x);
}

/* float64 */

static ALWAYS_INLINE struct operands mirrored(struct operands v)
{
    v.x = -v.x;
    return v;
}

static ALWAYS_INLINE double log_sigmoid_log(struct stage s, struct operands v)
{
    return -softplus_log(s, mirrored(v));
}

static ALWAYS_INLINE struct stage log_sigmoid_reduce(struct operands v)
{
    return softplus_reduce(mirrored(v));
}

static const struct staged log_sigmoid_staged = {
    .first = log_sigmoid_reduce, .second = softplus_exp, .third = softplus_divide,
    .last = log_sigmoid_log, .joins = true};

static ALWAYS_INLINE struct stage log_sigmoid_backward_reduce(struct operands v)
{
    return softplus_backward_reduce(mirrored(v));
}

static ALWAYS_INLINE double log_sigmoid_backward_divide(struct stage s, struct operands v)
{
    const double dx = softplus_backward_divide(s, mirrored(v));
    return v.x == v.x ? dx : v.x;
}

static const struct staged log_sigmoid_backward_staged = {
    .first = log_sigmoid_backward_reduce, .second = softplus_backward_denominator,
    .last = log_sigmoid_backward_divide, .joins = true, .extremes = dy_is_extreme};

/* long double */

static inline long double log_sigmoid_extended(long double x)
{
    return -softplus_extended(-x);
}

static inline long double log_sigmoid_backward_extended(long double dy, long double x)
{
    return softplus_backward_extended(dy, -x);
}

/* The fast path of float32. */
#ifdef HAS_FMA

FAST_FOR_EVERY_INPUT(log_sigmoid_backward)
IN_ONE_LOOP(log_sigmoid_backward)

static ALWAYS_INLINE float log_sigmoid_backward_fast(float dy, float x, uint32_t *failed)
{
    return softplus_backward_fast(dy, -x, failed);
}

#endif

#endif
