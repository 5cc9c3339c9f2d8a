/* silu(x) = x sigmoid(x) = x / (1 + e^-x)
   silu'(x) = sigmoid(x) + x sigmoid(x) sigmoid(-x)

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1; 0.500 ulp at ten million points of
       any dy); float64 1 ulp, the derivative 1; long double 6 and 8.
   Hard cases: subnormal x, whose x/2 may be a midpoint: product_beyond_half; of the derivative x
       near 0, whose 1/2 + x/2 may be one: nearer_to_half.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py; subnormal x, tests/test_smooth_subnormals.py. */
#ifndef RELU_UFUNC_SMOOTH_SILU_H
#define RELU_UFUNC_SMOOTH_SILU_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"
#include "sigmoid.h"

/* float32 */

static ALWAYS_INLINE double silu_value(enum contraction how, float x)
{
    const float w = at_least_float(x, -300);
    const struct quotient e = exponential_quotient(how, -(double)at_most_float(w, 300));
    const double product = product_beyond_half(how, w, e.denominator);
    return copysign(product / (e.denominator + e.numerator), w);
}

static ALWAYS_INLINE double silu_single(float x)
{
    return silu_value(FUSED, x);
}

static ALWAYS_INLINE double silu_backward_single(double dy, float x)
{
    const double w = bounded(x, 300);
    const double derivative = sigmoid_derivative(w, reduced_exponential(TWICE, -fabs(w)));
    return dy * nearer_to_half(derivative, x, 0x1p-16);
}

/* float64: the form for all x is x 2^k / (2^k + e^r), e^-x = 2^-k e^r. A spare 2^256 is taken off
   last, so that a subnormal result is rounded once. */

static ALWAYS_INLINE struct stage silu_reduce(struct operands v)
{
    const double x = at_least(v.x, -760);
    const struct reduction e = reduce_reciprocal(x, 0);
    const double power = power_of(v.range, e, 256);
    return (struct stage){.u = e.r, .power = power, .other = x * power};
}

/* One selection serves large x, infinity and NaN. */
static ALWAYS_INLINE double silu_divide(struct stage s, struct operands v)
{
    return v.x < 60 ? sigmoid_quotient(s) : v.x;
}

static const struct staged silu_staged = {
    .first = silu_reduce, .second = sigmoid_denominator, .last = silu_divide, .joins = true};

static ALWAYS_INLINE struct stage silu_backward_reduce(struct operands v)
{
    const struct reduction e = reduce_reciprocal(bounded_below(v), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 900), .exponent = e.k};
}

static ALWAYS_INLINE struct stage silu_backward_slope(struct stage s, struct operands v)
{
    return sigmoid_slope(s, exp_dd(s.u), fast_two_sum(1, bounded_below(v)));
}

static ALWAYS_INLINE double silu_backward_divide(struct stage s, struct operands v)
{
    return v.x < 42 ? times_sigmoid_slope(s, v) : v.x >= 42 ? v.dy : v.x;
}

static const struct staged silu_backward_staged = {
    .first = silu_backward_reduce, .second = silu_backward_slope, .last = silu_backward_divide,
    .joins = true, .extremes = dy_is_extreme};

/* long double */

static inline long double silu_extended(long double x)
{
    const long double w = x < 0 ? bounded_extended(x, EXPONENT_BOUND_EXTENDED) : x;
    return sigmoid_product_extended(w, exponential_extended(-fabsl(w)));
}

static inline struct factored_extended silu_slope_extended(long double x)
{
    const long double w = bounded_extended(x, EXPONENT_BOUND_EXTENDED);
    return sigmoid_slope_extended(w, exponential_extended(-fabsl(w)));
}

static inline long double silu_backward_extended(long double dy, long double x)
{
    const struct factored_extended slope = silu_slope_extended(x);
    return product_extended(dy, slope.factor, slope.power);
}

#ifdef HAS_FMA

/* The fast path of float32: silu_single without its bounds. */

FAST_FOR_EVERY_INPUT(silu)
IN_PAIRS_OR_ONE_LOOP(silu)

static ALWAYS_INLINE float silu_fast(float x, uint32_t *failed)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    const double product = product_beyond_half(FUSED, x, e.denominator);
    *failed |= is_beyond(x, 300);
    return copysignf((float)(product / (e.denominator + e.numerator)), x);
}

#ifdef HAS_FLOAT_PAIRS

/* In pairs of floats. */

/* As integers, which takes half the time. A NaN is one again in what is multiplied by x. */
static ALWAYS_INLINE void bound_silu(const __m512 *x, __m512 *bounded)
{
    EACH_VECTOR bounded[k] = _mm512_castsi512_ps(
        _mm512_min_epi32(_mm512_castps_si512(x[k]), _mm512_castps_si512(all(80))));
}

static ALWAYS_INLINE __mmask16 is_beyond_silu(__m512i x)
{
    return _mm512_cmpgt_epu32_mask(x, _mm512_castps_si512(all(-16)));
}

static ALWAYS_INLINE bool is_any_beyond_silu(const __m512 *x)
{
    __m512i greatest = _mm512_setzero_si512();
    EACH_VECTOR greatest = _mm512_max_epu32(greatest, _mm512_castps_si512(x[k]));
    return is_beyond_silu(greatest) != 0;
}

/* `product`, which may have a lower part, over 1 + e^-x. The rest of the quotient errs by 2^-22 of
   itself and by 2^-35.7 of the quotient: 2^-36.03 come from the denominator, the others from a
   rounding, since its lower part may be 2^-14 of it. So the result is right if a rest that is longer
   by `doubt` and a shorter one give the same, and it is not subnormal. */
static ALWAYS_INLINE void divide_silu(
    const __m512 *product, const __m512 *product_low, const __m512 *high, const __m512 *low,
    const __m512 *reciprocal, float doubt, __m512 *value, __mmask16 *failed)
{
    __m512 quotient[VECTORS], rest[VECTORS], longer[VECTORS];
    divide_in_pairs(product, product_low, high, low, reciprocal, quotient, rest);
    EACH_VECTOR value[k] = _mm512_fmadd_ps(rest[k], all(1 - doubt), quotient[k]);
    EACH_VECTOR longer[k] = _mm512_fmadd_ps(rest[k], all(1 + doubt), quotient[k]);
    EACH_VECTOR failed[k] =
        _mm512_cmp_ps_mask(longer[k], value[k], _CMP_NEQ_UQ) | is_tiny(quotient[k]);
}

/* A product of 0 is the result. Beyond the bound there is none. */
static ALWAYS_INLINE void settle_silu(
    const __m512 *x, const __m512 *product, __m512 *value, __mmask16 *failed)
{
    EACH_VECTOR {
        const __mmask16 zero = is_zero(product[k]);
        value[k] = _mm512_mask_mov_ps(value[k], zero, product[k]);
        failed[k] &= (__mmask16)~zero;
        failed[k] |= is_beyond_silu(_mm512_castps_si512(x[k]));
    }
}

/* silu(x), or silu(x) times a factor */
static ALWAYS_INLINE unsigned int silu_in_pairs(
    const char *from, const char *factor, float doubt, char *to)
{
    __m512 x[VECTORS], bounded[VECTORS], high[VECTORS], low[VECTORS], reciprocal[VECTORS],
        y[VECTORS], product[VECTORS], product_low[VECTORS], value[VECTORS];
    __mmask16 failed[VECTORS];
    EACH_VECTOR product[k] = x[k] = vector_of(from, k);
    bound_silu(x, bounded);
    one_plus_exponential(bounded, high, low);
    reciprocal_of(high, low, reciprocal);
    if (factor != NULL) {
        EACH_VECTOR y[k] = vector_of(factor, k);
        multiply_in_pairs(x, y, product, product_low);
    }
    divide_silu(
        product, factor == NULL ? NULL : product_low, high, low, reciprocal, doubt, value, failed);
    if (is_any(failed) || is_any_beyond_silu(x))
        settle_silu(x, product, value, failed);
    return store_certain(failed, value, to);
}

static ALWAYS_INLINE unsigned int silu_group(char *const *operands)
{
    return silu_in_pairs(operands[0], NULL, 0x1p-12f, operands[1]);
}

static const struct in_pairs silu_pairs = {silu_group, 1};

#else
NOT_IN_PAIRS(silu)
#endif

FAST_FOR_EVERY_INPUT(silu_backward)
IN_ONE_LOOP(silu_backward)

static ALWAYS_INLINE float silu_backward_fast(float dy, float x, uint32_t *failed)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    const double sum = e.denominator + e.numerator;
    const double product = dy * e.denominator * fma(x, e.numerator, sum) / (sum * sum);
    *failed |= is_beyond(x, 40) | is_small(dy, 0x1p-60f) | is_between(x, -0x1.474p+0f, -0x1.476p+0f);
    return fast_normal_float(product, failed);
}

#endif

#endif
