/* softplus(x) = log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|
   softplus'(x) = 1 / (1 + e^-x)

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 2;
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
static inline double softplus_single(float x)
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

static inline double softplus_backward_single(double dy, float x)
{
    const struct quotient e = exponential_quotient(TWICE, -(double)bounded(x, 300));
    const double derivative = e.denominator / (e.denominator + e.numerator);
    /* Of all floats only this one has a derivative too near to a midpoint. */
    const double correction = x == -0x1.250c02p-10f ? 0x1p-54 : 0;
    return dy * (nearer_to_half(derivative, x, 0x1p-16) + correction);
}

/* float64 */

/* log(1 + e) for 2^-60 <= e <= 1 */
static inline struct double_double log1p_double(struct double_double e)
{
    const struct double_double ln2 = {LN2, LN2_REST};
    const bool halves = e.high > 0.5;
    const struct double_double f = {
        halves ? (e.high - 1) * 0.5 : e.high, halves ? e.low * 0.5 : e.low};
    const struct double_double s = divide_dd(f, add_dd(dd_of(2), f));
    const double z = s.high * s.high;
    const double beyond = s.high * z * logarithm_polynomial(z);
    const struct double_double log = {2 * s.high, 2 * s.low + beyond};
    const struct double_double sum = add_dd(ln2, log);
    return choose_dd(halves, sum, fast_two_sum(log.high, log.low));
}

static inline double softplus_double(double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1460), 0);
    const bool is_small = e.near.high < 0x1p-60;
    const struct double_double log =
        log1p_double(choose_dd(is_small, dd_of(0x1p-60), e.near));
    const struct double_double sum = two_sum(at_most(x, 1460), log.high);
    const double above = x > 60 ? x : sum.high + (sum.low + log.low);
    return x < 0 ? (is_small ? sum_of(e.far) * e.before * e.after : sum_of(log)) : above;
}

static inline double softplus_backward_double(double dy, double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1464), 0);
    const struct double_double n = choose_dd(x < 0, e.far, dd_of(1));
    const struct double_double slope = divide_dd(n, one_plus(e.near));
    return scaled_decay(x < 0, dy, slope, e);
}

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

#endif
