/* elu(x, alpha) = x if x >= 0, else alpha (e^x - 1)
   elu'(x, alpha) = 1 if x > 0, else alpha e^x
   celu(x, alpha) = x if x >= 0, else alpha (e^(x/alpha) - 1)
   celu'(x, alpha) = 1 if x > 0, else e^(x/alpha)
   selu(x) = scale elu(x, alpha), with the constants of G. Klambauer et al., NeurIPS 2017. */
#ifndef RELU_UFUNC_SMOOTH_ELU_H
#define RELU_UFUNC_SMOOTH_ELU_H

#include "../expm1.h"
#include "float32.h"
#include "float64.h"
#include "long_double.h"

/* elu

   Domain: every x and alpha; the row asks for x < 0 only, and for the derivative for x <= 0.
   Error: float32 correctly rounded (alpha = 1, dy = 1); float64 1 ulp, the derivative 2; long
       double 6 and 8.
   Hard cases: near 0 alpha x, of 48 bits, may be a midpoint, and alpha (x + x^2/2) is nearer to 0:
       a factor below 1 settles it, in the derivative as well.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */

/* float32 */

static inline double elu_single(float x, double alpha)
{
    const double below = expm1_quotient(TWICE, negative_part(x, -300));
    return alpha * (x > -0x1p-50f ? x * (1 - 0x1p-51) : below);
}

static inline double elu_backward_single(double dy, float x, double alpha)
{
    const float below = negative_part(x, -300);
    const double slope = dy * alpha;
    const struct quotient e = exponential_quotient(TWICE, below);
    /* e^x rounds to 1 if x is this small, although it is less. */
    const double nearly = ((below > -0x1p-50f) & (below < 0)) ? 1 - 0x1p-50 : 1;
    return slope * nearly * e.numerator / e.denominator;
}

/* float64 */

/* e^x - 1, x <= 709 */
static inline struct double_double expm1_double(double x, double x_low)
{
    const struct exponential e = exponential(at_least(x, -100), x_low);
    const double power = power_of_two_of(e.exponent), base = power - 1;
    const double tail = (e.mantissa.high - 1) * power;
    const struct double_double sum = fast_two_sum(base, tail);
    return fast_two_sum(sum.high, sum.low + e.mantissa.low * power);
}

static inline double elu_double(double x, double alpha)
{
    const double below = at_least(at_most(x, 0), -1460);
    const double y = scaled_double(alpha, expm1_double(below, 0));
    return below > -0x1p-60 ? alpha * below : y;
}

static inline double elu_backward_double(double dy, double x, double alpha)
{
    const struct exponential e = exponential(at_least(at_most(x, 0), -2200), 0);
    const struct scaled_number y = scaled_number(dy), a = scaled_number(alpha);
    const bool are_large = (fabs(dy) > 1) & (fabs(dy) <= DBL_MAX) & (fabs(alpha) > 1);
    const struct double_double power = fast_two_sum(e.mantissa.high, e.mantissa.low);
    const double product =
        scaled_product(are_large ? a.number : y.number * a.number, power);
    return times_power_of_two(
        are_large ? y.number * product : product, e.k + (y.exponent + a.exponent));
}

/* long double */

static inline long double elu_extended(long double x, long double alpha)
{
    return alpha * expm1l(x < 0 ? x : 0);
}

static inline long double elu_backward_extended(long double dy, long double x, long double alpha)
{
    const struct scaled_extended e = exponential_extended(x < 0 ? x : 0);
    return product_extended(dy, 1, multiply_extended(scaled_extended(alpha), e));
}

/* The fast path of float32. For alpha = 1, elu and celu are the same function of x alone. The tests
   look at all its values, so its operations may be fused; its rounding test never fails. */
#ifdef HAS_FMA

static inline bool elu_is_fast_for(float alpha)
{
    return alpha == 1;
}

static inline float elu_fast(float x, float alpha, uint32_t *failed)
{
    (void)alpha, (void)failed;
    return x < 0 ? (float)expm1_polynomially(negative_part(x, -300)) : x;
}

#endif

/* selu

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 2;
       long double 6 and 8.
   Hard cases: none in float32, with an expm1_polynomial for |r| <= 0.364; in float64 x near 0,
       for which the value is linear.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#define SELU_SCALE 0x1.0cfabd6a91132p+0
#define SELU_SCALE_LOW 0x1.6fc7d272f2695p-55
#define SELU_SCALE_ALPHA 0x1.c212cc640f031p+0
#define SELU_SCALE_ALPHA_LOW 0x1.05161b045a1fep-56
#define SELU_SCALE_DD (struct double_double){SELU_SCALE, SELU_SCALE_LOW}
#define SELU_SCALE_ALPHA_DD (struct double_double){SELU_SCALE_ALPHA, SELU_SCALE_ALPHA_LOW}
#define SELU_SCALE_EXTENDED 1.05070098735548049341933498529460635195898L
#define SELU_SCALE_ALPHA_EXTENDED 1.75809934084737685994021752081227957732351L

/* float32 */

static inline double selu_single(float x)
{
    const double below = expm1_polynomially(negative_part(x, -300));
    return multiply_add(
        FUSED, SELU_SCALE_ALPHA, below, SELU_SCALE * at_least_float(x, -0.0f));
}

static inline double selu_backward_single(double dy, float x)
{
    const struct quotient e = exponential_quotient(TWICE, negative_part(x, -300));
    return dy * (x > 0 ? SELU_SCALE : SELU_SCALE_ALPHA * e.numerator / e.denominator);
}

/* float64 */

static inline double selu_double(double x)
{
    const struct double_double product =
        multiply_dd(SELU_SCALE_ALPHA_DD, expm1_double(at_least(at_most(x, 0), -1460), 0));
    /* The value is linear above 0 and near 0. */
    const struct scaled_number s = scaled_number(x);
    const double near = scaled_product(s.number, SELU_SCALE_ALPHA_DD) * s.power;
    const double above = scaled_product(s.number, SELU_SCALE_DD) * s.power;
    const double below = x > -0x1p-60 ? near : sum_of(product);
    return x < 0 ? below : above;
}

static inline double selu_backward_double(double dy, double x)
{
    const struct decay e = decay_double(-at_least(at_most(x, 0), -1464), 0);
    const struct double_double below = multiply_dd(SELU_SCALE_ALPHA_DD, e.far);
    const double above = scaled_double(dy, SELU_SCALE_DD);
    return x > 0 ? above : scaled_decay(true, dy, below, e);
}

/* long double */

static inline long double selu_extended(long double x)
{
    return x < 0 ? SELU_SCALE_ALPHA_EXTENDED * expm1l(x) : SELU_SCALE_EXTENDED * x;
}

static inline long double selu_backward_extended(long double dy, long double x)
{
    const struct scaled_extended e = exponential_extended(x < 0 ? x : 0);
    return product_extended(dy, x > 0 ? SELU_SCALE_EXTENDED : SELU_SCALE_ALPHA_EXTENDED, e);
}

/* celu

   Domain: every x and alpha; the row asks for x < 0 only, and for the derivative for x <= 0.
   Error: float32 correctly rounded (alpha = 1, dy = 1); float64 1 ulp, the derivative 2; long
       double 6 and 8.
   Hard cases: the exponential magnifies the rounding error of x / alpha, so the rest of the
       quotient is kept; for a negative alpha x / alpha is above 0, and e^(x/alpha) may overflow
       before alpha makes it small: there mantissa and exponent are kept apart.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */

/* float32 */

static inline double celu_single(float x, double alpha)
{
    return alpha * expm1_quotient(TWICE, at_least(at_most(x / alpha, 700), -300));
}

static inline double celu_backward_single(double dy, float x, double alpha)
{
    const double ratio = at_least(at_most(x / alpha, 700), -300);
    const struct double_double product = two_product(ratio, alpha);
    const double rest = ((x - product.high) - product.low) / alpha;
    /* There is no rest if the ratio is a bound, or alpha is 0 or infinite. */
    const struct quotient e = as_quotient(reduced_exponential_of_dd(
        TWICE, (struct double_double){ratio, fabs(rest) < 0x1p-40 ? rest : 0}));
    return dy * e.numerator / e.denominator;
}

/* float64 */

/* x / alpha within bounds, and what the rounding left. */
static inline struct double_double celu_ratio(double x, double alpha)
{
    /* Both are scaled alike if their sizes are alike. */
    const bool are_small = (fabs(x) < 0x1p-500) & (fabs(alpha) < 0x1p400);
    const bool are_large = (fabs(x) > 0x1p500) & (fabs(alpha) > 0x1p-400);
    const double scale = are_small ? 0x1p500 : are_large ? 0x1p-500 : 1;
    const double n = x * scale, d = alpha * scale, ratio = n / d;
    const bool is_exact = (fabs(ratio) > 0x1p-60) & (fabs(ratio) < 1464) & (fabs(n) > 0x1p-800)
        & (fabs(n) < 0x1p900) & (fabs(d) < 0x1p900);
    const struct double_double product = two_product(is_exact ? ratio : 1, is_exact ? d : 1);
    const double rest = ((n - product.high) - product.low) / d;
    return (struct double_double){at_least(at_most(ratio, 1464), -1464), is_exact ? rest : 0};
}

static inline double celu_double(double x, double alpha)
{
    const struct double_double ratio = celu_ratio(x, alpha);
    const bool is_large = ratio.high > 60;
    const struct exponential growth =
        exponential(is_large ? ratio.high : 0, is_large ? ratio.low : 0);
    const struct double_double e = choose_dd(
        is_large, fast_two_sum(growth.mantissa.high, growth.mantissa.low),
        expm1_double(at_most(ratio.high, 60), ratio.low));
    const struct scaled_number a = scaled_number(alpha);
    const double product = scaled_product(a.number, e);
    const double y = times_power_of_two(product, growth.k + a.exponent);
    const double near = x + x * (0.5 * ratio.high);
    const double nearest = fabs(alpha) <= DBL_MAX ? 0x1p-30 : 0;
    return fabs(ratio.high) < nearest ? near : is_large ? y : product * a.power;
}

static inline double celu_backward_double(double dy, double x, double alpha)
{
    const struct double_double ratio = celu_ratio(x, alpha);
    const struct exponential e = exponential(ratio.high, ratio.low);
    const struct scaled_number y = scaled_number(dy);
    const double product =
        scaled_product(y.number, fast_two_sum(e.mantissa.high, e.mantissa.low));
    return times_power_of_two(product, e.k + y.exponent);
}

/* long double */

/* e^(x / alpha); a quotient above 1 is split into an integer and a rest, from the remainder. */
static inline struct scaled_extended celu_exponential_extended(long double x, long double alpha)
{
    const long double quotient = x / alpha;
    if (fabsl(quotient) <= 1 || fabsl(quotient) > EXPONENT_BOUND_EXTENDED)
        return exponential_extended(quotient);
    const long double remainder = fmodl(x, alpha);
    return exponential_of_sum_extended(roundl((x - remainder) / alpha), remainder / alpha);
}

static inline long double celu_extended(long double x, long double alpha)
{
    const long double quotient = x / alpha;
    if (fabsl(quotient) < 0x1p-120L && fabsl(alpha) <= LDBL_MAX)
        return x;
    if (!(quotient > 1))
        return alpha * expm1l(quotient);
    const struct scaled_extended e = celu_exponential_extended(x, alpha);
    return quotient < 128 ? alpha * (value_extended(e) - 1) : product_extended(alpha, 1, e);
}

static inline long double celu_backward_extended(long double dy, long double x, long double alpha)
{
    return product_extended(dy, 1, celu_exponential_extended(x, alpha));
}

/* The fast path of float32. */
#ifdef HAS_FMA

static inline bool celu_is_fast_for(float alpha)
{
    return elu_is_fast_for(alpha);
}

static inline float celu_fast(float x, float alpha, uint32_t *failed)
{
    return elu_fast(x, alpha, failed);
}

#endif

#endif
