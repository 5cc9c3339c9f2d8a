/* softplus(x) = log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|
   softplus'(x) = 1 / (1 + e^-x)

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 1;
       long double 6 and 8.
   Hard cases: one float near a midpoint for each of the two, which a correction settles; for the
       derivative x near 0, whose 1/2 + x/4 may be a midpoint: nearer_to_half.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_SOFTPLUS_H
#define RELU_UFUNC_SMOOTH_SOFTPLUS_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"

/* float32 */

/* The logarithm is twice the inverse hyperbolic tangent of e / (2 + e), or, if e is nearer to 1,
   log(2) and twice that of (e - 1) / (e + 3). */
static ALWAYS_INLINE double softplus_single(float x)
{
    const float size = magnitude(x, 300);
    const bool is_halved = size < 0x1.c34366p-1f;
    const struct quotient e = exponential_quotient(FUSED, -(double)size);
    const double halved = is_halved ? e.denominator : 0;
    const double s = (e.numerator - halved)
        / (multiply_add(FUSED, 2, e.denominator, e.numerator) + halved);
    const double z = s * s;
    /* Settles the one float, 0x1.d483ap-12, whose value is 2^-57.5 from a midpoint, and changes
       no other. */
    const double correction = 0x1.8p-54;
    const double beyond = multiply_add(
        FUSED, s * z, short_logarithm_polynomial(FUSED, z), is_halved ? LN2_REST + correction : 0);
    const double log = (is_halved ? LN2 : 0) + multiply_add(FUSED, 2, s, beyond);
    return positive_part(x) + log;
}

static ALWAYS_INLINE double softplus_backward_single(double dy, float x)
{
    const struct quotient e = exponential_quotient(TWICE, -(double)bounded(x, 300));
    const double derivative = e.denominator / (e.denominator + e.numerator);
    /* Of all floats only this one has a derivative too near to a midpoint. */
    const double correction = x == -0x1.250c02p-10f ? 0x1p-54 : 0;
    return dy * (nearer_to_half(derivative, x, 0x1p-16) + correction);
}

/* float64: with e = 2^k e^r and q = e^r / (1 + e/2), u = 2^k q is 2 e / (2 + e), and log(1 + e) =
   2 atanh(u/2) = u (1 + u^2 P(u^2)). A spare 2^256 is taken off last. */

static ALWAYS_INLINE struct stage softplus_reduce(struct operands v)
{
    const struct reduction e = reduce(-fabs(at_least(v.x, -760)), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 256)};
}

static ALWAYS_INLINE struct stage softplus_exp(struct stage s, struct operands v)
{
    (void)v;
    return (struct stage){.u = exp_dd(s.u), .power = s.power};
}

static ALWAYS_INLINE struct stage softplus_divide(struct stage s, struct operands v)
{
    (void)v;
    const double half = s.power * 0x1p-257;
    const struct double_double d = fast_two_sum(1, s.u.high * half);
    return (struct stage){
        .u = ratio_dd(s.u, (struct double_double){d.high, d.low + s.u.low * half}),
        .power = s.power};
}

static ALWAYS_INLINE double softplus_log(struct stage s, struct operands v)
{
    const double q = s.u.high, u = q * (s.power * 0x1p-256), square = u * u;
    const double low = q * (square * atanh_polynomial(square)) + s.u.low;
    const struct double_double sum = two_sum(at_least(v.x, 0) * 0x1p256, q * s.power);
    return v.x < 60 ? (sum.high + (low * s.power + sum.low)) * 0x1p-256 : v.x;
}

static const struct staged softplus_staged = {
    .first = softplus_reduce, .second = softplus_exp, .third = softplus_divide,
    .last = softplus_log, .joins = true};

/* 2^k / (2^k + e^r), e^-x = 2^-k e^r */

static ALWAYS_INLINE struct stage softplus_backward_reduce(struct operands v)
{
    const struct reduction e = reduce_reciprocal(bounded_below(v), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 900), .exponent = e.k};
}

static ALWAYS_INLINE struct stage softplus_backward_denominator(
    struct stage s, struct operands v)
{
    (void)v;
    s.u = power_plus_exp(s.power, 0x1p-900, s.u);
    return s;
}

static ALWAYS_INLINE double softplus_backward_product(struct stage s, struct operands v)
{
    return without_spare_power(v, s, ratio_dd(dd_of(dy_and_power(v, s)), s.u));
}

static ALWAYS_INLINE double softplus_backward_divide(struct stage s, struct operands v)
{
    return v.x < 42 ? softplus_backward_product(s, v) : v.x >= 42 ? v.dy : v.x;
}

static const struct staged softplus_backward_staged = {
    .first = softplus_backward_reduce, .second = softplus_backward_denominator,
    .last = softplus_backward_divide, .joins = true, .extremes = dy_is_extreme};

/* long double */

static inline long double softplus_extended(long double x)
{
    const long double log = log1pl(expl(-fabsl(x)));
    return x < 0 ? log : x + log;
}

static inline long double softplus_backward_extended(long double dy, long double x)
{
    const struct scaled_extended e = exponential_extended(-fabsl(x)), one = {1, 0};
    return product_extended(dy, 1 / (1 + value_extended(e)), x < 0 ? e : one);
}

/* The fast path of float32. */
#ifdef HAS_FMA

FAST_FOR_EVERY_INPUT(softplus_backward)
IN_ONE_LOOP(softplus_backward)

static ALWAYS_INLINE float softplus_backward_fast(float dy, float x, uint32_t *failed)
{
    const struct quotient e = fast_exponential_quotient(-(double)x);
    const double product = dy * e.denominator / (e.denominator + e.numerator);
    *failed |= is_beyond(x, 40) | is_small(dy, 0x1p-60f);
    return fast_normal_float(product, failed);
}

#endif

#endif
