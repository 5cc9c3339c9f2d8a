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
   Error: float32 correctly rounded (alpha = 1, dy = 1); float64 1 ulp, the derivative 1; long
       double 6 and 8.
   Hard cases: near 0 alpha x, of 48 bits, may be a midpoint, and alpha (x + x^2/2) is nearer to 0:
       a factor below 1 settles it, in the derivative as well.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */

/* float32 */

static ALWAYS_INLINE double elu_single(float x, double alpha)
{
    const double below = expm1_quotient(TWICE, negative_part(x, -300));
    return alpha * (x > -0x1p-50f ? x * (1 - 0x1p-51) : below);
}

static ALWAYS_INLINE double elu_backward_single(double dy, float x, double alpha)
{
    const float below = negative_part(x, -300);
    const double slope = dy * alpha;
    const struct quotient e = exponential_quotient(TWICE, below);
    /* e^x rounds to 1 if x is this small, although it is less. */
    const double nearly = ((below > -0x1p-50f) & (below < 0)) ? 1 - 0x1p-50 : 1;
    return slope * nearly * e.numerator / e.denominator;
}

/* float64: a spare 2^600, which is taken off last, keeps the products of tiny numbers exact. */

static ALWAYS_INLINE struct stage elu_reduce(struct operands v)
{
    const struct reduction e = reduce(at_least(v.x, -50), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 600)};
}

static ALWAYS_INLINE struct stage elu_expm1(struct stage s, struct operands v)
{
    (void)v;
    return (struct stage){.u = scaled_expm1(s.u, s.u.high + s.u.low, s.power, 0x1p600)};
}

static ALWAYS_INLINE double elu_product(struct stage s, struct operands v)
{
    const struct scaled_operand alpha = scaled_operand(v.range, v.parameter);
    const double below = value_of(v.range, multiple_dd(alpha.number, s.u));
    return !(v.x < 0)          ? v.x
        : v.range == ORDINARY ? below * 0x1p-600
                               : times_power_of_two(below, alpha.exponent - 600);
}

static ALWAYS_INLINE uint64_t elu_extremes(struct operands v)
{
    return is_extreme(v.parameter);
}

static const struct staged elu_staged = {
    .first = elu_reduce, .second = elu_expm1, .last = elu_product, .extremes = elu_extremes};

static ALWAYS_INLINE struct stage elu_backward_reduce(struct operands v)
{
    const struct reduction e = reduce(at_least(v.x, v.range == ORDINARY ? -1110 : -2200), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 600), .exponent = e.k};
}

static ALWAYS_INLINE struct stage elu_backward_exp(struct stage s, struct operands v)
{
    (void)v;
    s.u = exp_dd(s.u);
    return s;
}

static ALWAYS_INLINE double elu_backward_below(struct stage s, struct operands v)
{
    const struct scaled_operand dy = scaled_operand(v.range, v.dy);
    const struct scaled_operand alpha = scaled_operand(v.range, v.parameter);
    /* So that neither the product with the power nor the power is out of range. */
    const struct double_double factor = two_product(dy.number, alpha.number * 0x1p-100);
    const double product = value_of(v.range, product_dd(factor, s.u));
    const double below = v.range == ORDINARY
        ? product * s.power * 0x1p-500
        : times_power_of_two(product, (dy.exponent + alpha.exponent) + (s.exponent + 100));
    return v.x > 0 ? v.dy : v.x <= 0 ? below : v.x;
}

static ALWAYS_INLINE uint64_t elu_backward_extremes(struct operands v)
{
    return is_extreme(v.dy) | is_extreme(v.parameter);
}

static const struct staged elu_backward_staged = {
    .first = elu_backward_reduce, .second = elu_backward_exp, .last = elu_backward_below,
    .joins = true, .extremes = elu_backward_extremes};

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

NEVER_CERTAIN_IF_FAILED(elu)
IN_PAIRS_OR_ONE_LOOP(elu)

static ALWAYS_INLINE float elu_fast(float x, float alpha, uint32_t *failed)
{
    (void)alpha, (void)failed;
    return x < 0 ? (float)expm1_polynomially(negative_part(x, -300)) : x;
}

#ifdef HAS_FLOAT_PAIRS

/* In pairs of floats, which err by less than this: by half of it, some results would be wrong. The
   result is right if the number and its error round alike. */
#define ELU_PAIR_ERROR 0x1p-36f

static ALWAYS_INLINE unsigned int elu_group(char *const *operands)
{
    const __m512 one = all(1), zero = all(0);
    __m512 x[VECTORS], bounded[VECTORS], base[VECTORS], base_low[VECTORS], high[VECTORS],
        low[VECTORS], y[VECTORS], rest[VECTORS], shorter[VECTORS], longer[VECTORS];
    __mmask16 below[VECTORS], failed[VECTORS];
    EACH_VECTOR x[k] = vector_of(operands[0], k);
    EACH_VECTOR bounded[k] = _mm512_max_ps(_mm512_min_ps(x[k], zero), all(-20));
    const struct power_and_rest e = exponential_in_pairs(1, bounded);
    EACH_VECTOR base[k] = _mm512_sub_ps(e.power[k], one);
    EACH_VECTOR base_low[k] = _mm512_sub_ps(e.power[k], _mm512_add_ps(base[k], one));
    add_exponential(1, e, base, base_low, high, low);
    EACH_VECTOR y[k] = _mm512_add_ps(high[k], low[k]);
    EACH_VECTOR rest[k] = _mm512_sub_ps(low[k], _mm512_sub_ps(y[k], high[k]));
    EACH_VECTOR shorter[k] = _mm512_add_ps(y[k], _mm512_add_ps(rest[k], all(ELU_PAIR_ERROR)));
    EACH_VECTOR longer[k] = _mm512_add_ps(y[k], _mm512_sub_ps(rest[k], all(ELU_PAIR_ERROR)));
    EACH_VECTOR below[k] = _mm512_cmp_ps_mask(x[k], zero, _CMP_LT_OQ);
    EACH_VECTOR failed[k] =
        _mm512_mask_cmp_ps_mask(below[k], longer[k], shorter[k], _CMP_NEQ_UQ);
    EACH_VECTOR y[k] = _mm512_mask_mov_ps(x[k], below[k], shorter[k]);
    return store_certain(failed, y, operands[1]);
}

static const struct in_pairs elu_pairs = {elu_group, 1};

#else
NOT_IN_PAIRS(elu)
#endif

#endif

/* selu

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 1;
       long double 6 and 8.
   Hard cases: none in float32, with an expm1_polynomial for |r| <= 0.364; in float64 x near 0,
       for which the value is linear.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#define SELU_SCALE 0x1.0cfabd6a91132p+0
#define SELU_SCALE_MINUS_1 0x1.9f57ad5222646p-5
#define SELU_SCALE_ALPHA 0x1.c212cc640f031p+0
#define SELU_SCALE_ALPHA_LOW 0x1.05161b045a1fep-56
#define SELU_SCALE_ALPHA_DD (struct double_double){SELU_SCALE_ALPHA, SELU_SCALE_ALPHA_LOW}
#define SELU_SCALE_EXTENDED 1.05070098735548049341933498529460635195898L
#define SELU_SCALE_ALPHA_EXTENDED 1.75809934084737685994021752081227957732351L

/* float32 */

static ALWAYS_INLINE double selu_single(float x)
{
    const double below = expm1_polynomially(negative_part(x, -300));
    return multiply_add(
        FUSED, SELU_SCALE_ALPHA, below, SELU_SCALE * at_least_float(x, -0.0f));
}

static ALWAYS_INLINE double selu_backward_single(double dy, float x)
{
    const struct quotient e = exponential_quotient(TWICE, negative_part(x, -300));
    return dy * (x > 0 ? SELU_SCALE : SELU_SCALE_ALPHA * e.numerator / e.denominator);
}

/* float64: above 0 one double does, since scale is near to 1. */

static ALWAYS_INLINE double selu_value(struct stage s, struct operands v)
{
    const double rest = s.u.high * (SELU_SCALE_ALPHA_LOW / SELU_SCALE_ALPHA) + s.u.low;
    const struct double_double e = {s.u.high, rest};
    const double below = value_of(ORDINARY, multiple_dd(SELU_SCALE_ALPHA, e)) * 0x1p-600;
    return v.x < 0 ? below : v.x >= 0 ? v.x * SELU_SCALE_MINUS_1 + v.x : v.x;
}

static const struct staged selu_staged = {
    .first = elu_reduce, .second = elu_expm1, .last = selu_value};

static ALWAYS_INLINE double selu_backward_product(struct stage s, struct operands v)
{
    const struct scaled_operand dy = scaled_operand(v.range, v.dy);
    const struct double_double factor = multiple_dd(dy.number, SELU_SCALE_ALPHA_DD);
    const double product = value_of(v.range, product_dd(factor, s.u));
    const double below = v.range == ORDINARY
        ? product * s.power * 0x1p-600
        : times_power_of_two(product, dy.exponent + s.exponent);
    return v.x > 0 ? v.dy * SELU_SCALE_MINUS_1 + v.dy : v.x <= 0 ? below : v.x;
}

static const struct staged selu_backward_staged = {
    .first = elu_backward_reduce, .second = elu_backward_exp, .last = selu_backward_product,
    .joins = true, .extremes = dy_is_extreme};

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
   Error: float32 correctly rounded (alpha = 1, dy = 1); float64 1 ulp, the derivative 1; long
       double 6 and 8.
   Hard cases: the exponential magnifies the rounding error of x / alpha, so the rest of the
       quotient is kept; for a negative alpha x / alpha is above 0, and e^(x/alpha) may overflow
       before alpha makes it small: there mantissa and exponent are kept apart.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */

/* float32 */

static ALWAYS_INLINE double celu_single(float x, double alpha)
{
    return alpha * expm1_quotient(TWICE, at_least(at_most(x / alpha, 700), -300));
}

static ALWAYS_INLINE double celu_backward_single(double dy, float x, double alpha)
{
    const double ratio = at_least(at_most(x / alpha, 700), -300);
    const struct double_double product = two_product(ratio, alpha);
    const double rest = ((x - product.high) - product.low) / alpha;
    /* There is no rest if the ratio is a bound, or alpha is 0 or infinite. */
    const struct quotient e = as_quotient(reduced_exponential_of_dd(
        TWICE, (struct double_double){ratio, fabs(rest) < 0x1p-40 ? rest : 0}));
    return dy * e.numerator / e.denominator;
}

/* float64: the low part of the exponent counts by 1 + r, and must not enter r, since e^r - 1 is
   nearer to 0; unless alpha is negative and the exponential grows. A spare 2^100 is taken off
   last. */

/* x / alpha; of ANY size, both have been scaled, and what is far out has no low part. */
static ALWAYS_INLINE struct double_double celu_ratio(
    struct operands v, double least, double most)
{
    const struct scaled_operand x = scaled_operand(v.range, v.x);
    const struct scaled_operand alpha = scaled_operand(v.range, v.parameter);
    const double reciprocal = 1 / alpha.number, quotient = x.number * reciprocal;
    const double rest = -(excess(quotient, alpha.number, x.number) * reciprocal);
    return bounded_dd(
        v.range, (struct double_double){quotient, rest}, x.exponent - alpha.exponent, least, most);
}

static ALWAYS_INLINE struct stage celu_reduce(struct operands v)
{
    const struct double_double ratio = celu_ratio(v, -50, 1464);
    const bool grows = v.range == ANY && ratio.high > 1, is_large = grows && ratio.high > 60;
    const double apart = grows ? 0 : ratio.low;
    const struct reduction e = reduce(ratio.high, v.range == ANY ? ratio.low - apart : 0);
    /* The power of a large exponential is kept apart. */
    return (struct stage){
        .u = {e.r.high, e.r.low + (apart * e.r.high + apart)}, .other = e.r.high + e.r.low,
        .power = is_large ? 0x1p100 : power_of(v.range, e, 100), .exponent = is_large ? e.k : 0};
}

static ALWAYS_INLINE struct stage celu_expm1(struct stage s, struct operands v)
{
    const double one = v.range == ANY && s.exponent > 0 ? 0 : 0x1p100;
    /* Of the 1 that is subtracted from a power of up to 2^87. */
    const bool is_inexact = v.range == ANY && s.power > 0x1p100;
    const double lost = is_inexact ? (s.power - (s.power - one)) - one : 0;
    s.u = scaled_expm1(s.u, s.other, s.power, one);
    if (v.range == ANY)
        s.u.low += lost;
    return s;
}

static ALWAYS_INLINE double celu_product(struct stage s, struct operands v)
{
    const struct scaled_operand alpha = scaled_operand(v.range, v.parameter);
    const double product = value_of(v.range, multiple_dd(alpha.number, s.u));
    const double below = v.range == ORDINARY
        ? product * 0x1p-100
        : times_power_of_two(product, alpha.exponent + s.exponent - 100);
    const bool is_near = (fabs(v.x) < fabs(v.parameter) * 0x1p-60)
        & (v.range == ORDINARY || fabs(v.parameter) <= DBL_MAX);
    return (!(v.x < 0) | is_near) ? v.x : below;
}

static ALWAYS_INLINE uint64_t celu_extremes(struct operands v)
{
    return is_extreme_or_not_positive(v.parameter);
}

static const struct staged celu_staged = {
    .first = celu_reduce, .second = celu_expm1, .last = celu_product, .joins = true,
    .extremes = celu_extremes};

static ALWAYS_INLINE struct stage celu_backward_reduce(struct operands v)
{
    const double least = v.range == ORDINARY ? -940 : -1464;
    const struct double_double ratio = celu_ratio(v, least, 1464);
    const struct reduction e = reduce(ratio.high, ratio.low);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 600), .exponent = e.k};
}

static ALWAYS_INLINE double celu_backward_below(struct stage s, struct operands v)
{
    const struct scaled_operand dy = scaled_operand(v.range, v.dy);
    const double product = value_of(v.range, multiple_dd(dy.number, s.u));
    const double below = v.range == ORDINARY
        ? product * s.power * 0x1p-600
        : times_power_of_two(product, dy.exponent + s.exponent);
    return v.x > 0 ? v.dy : v.x <= 0 ? below : v.x;
}

static ALWAYS_INLINE uint64_t celu_backward_extremes(struct operands v)
{
    return is_extreme(v.dy) | is_extreme_or_not_positive(v.parameter);
}

static const struct staged celu_backward_staged = {
    .first = celu_backward_reduce, .second = elu_backward_exp, .last = celu_backward_below,
    .joins = true, .extremes = celu_backward_extremes};

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

NEVER_CERTAIN_IF_FAILED(celu)
IN_PAIRS_OR_ONE_LOOP(celu)
#define celu_pairs elu_pairs

static ALWAYS_INLINE float celu_fast(float x, float alpha, uint32_t *failed)
{
    return elu_fast(x, alpha, failed);
}

#endif

#endif
