/* hard_sigmoid(x) = min(max(x/6 + 1/2, 0), 1)
   hard_sigmoid'(x) = 1/6 if -3 < x < 3, else 0

   Domain: every x; the row asks for -3 < x < 3 only.
   Error: float32 correctly rounded (the derivative for every dy); float64 1 ulp, the derivative 0.5;
       long double 6 and 8.
   Hard cases: x + 3 that is six times a midpoint: the sum is exact, and so is its sixth.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_HARD_SIGMOID_H
#define RELU_UFUNC_SMOOTH_HARD_SIGMOID_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"
#include "sixth.h"

/* float32 */

static ALWAYS_INLINE double hard_sigmoid_single(double x)
{
    return sixth(x + 3);
}

static ALWAYS_INLINE double hard_sigmoid_backward_single(double dy, double x)
{
    (void)x;
    return sixth(dy);
}

/* float64 */

static ALWAYS_INLINE double hard_sigmoid_last(struct stage s, struct operands v)
{
    (void)s;
    const double x = v.x, inside = sum_of(sixth_dd(x));
    const double below = x <= -3 ? 0 : x, bounded = x > -3 ? inside : below;
    return x >= 3 ? 1 : bounded;
}

static const struct staged hard_sigmoid_staged = {.last = hard_sigmoid_last};

static ALWAYS_INLINE double hard_sigmoid_backward_last(struct stage s, struct operands v)
{
    (void)s;
    const double outside = v.x == v.x ? 0 : v.x;
    return fabs(v.x) < 3 ? v.dy / 6 : outside;
}

static const struct staged hard_sigmoid_backward_staged = {.last = hard_sigmoid_backward_last};

/* long double */

static inline long double hard_sigmoid_extended(long double x)
{
    return (x + 3) / 6;
}

static inline long double hard_sigmoid_backward_extended(long double dy, long double x)
{
    (void)x;
    return dy / 6;
}

#endif
