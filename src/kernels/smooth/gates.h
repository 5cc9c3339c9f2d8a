/* swiglu(x, y) = silu(x) y, geglu(x, y) = gelu(x) y and geglu_tanh(x, y) = gelu_tanh(x) y: the gated
   units of N. Shazeer, arXiv:2002.05202. Of the gradients dz y f'(x) and dz f(x), the second is the
   unit itself, of x and dz.

   Where the activation is exactly 0, at 0 and at -inf, the result is a zero for every y.

   Domain: every x, y and dz.
   Error: float32 one rounding of a product that errs by 2^-47; float64 1 ulp; long double 8. Beside the
       root of f' the unit is as for f'.
   Hard cases: products of extreme numbers, whose result may be an ordinary one: in float64
       (gates_float64.h) all are scaled.
   Proof: operands of any exponent, tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_GATES_H
#define RELU_UFUNC_SMOOTH_GATES_H

#include "gates_float64.h"
#include "gelu.h"
#include "silu.h"

/* float32 */

/* y, or where the activation is exactly 0 the 1 of its sign. */
static inline float let_through(float x, float y)
{
    const uint32_t sign = 0x80000000u;
    /* A subnormal x may equal 0 in the thread's mode. Comparing bits alone, clang makes a switch. */
    const bool is_shut = ((bits_of_float(x) & ~sign) == 0) | (x == -HUGE_VALF);
    const uint32_t one = (bits_of_float(y) & sign) | bits_of_float(1);
    return float_of_bits(is_shut ? one : bits_of_float(y));
}

/* An activation times y: x/2 + c x^2, c > 0, near 0, and a little less than x far above. Where a
   double loses the second term or the difference, the last bit stands for it, since x y/2 or x y may
   be a midpoint. */
static inline double times_y(float x, double activation, float y)
{
    const uint32_t past_zero = (bits_of_float(x) & 0x7FFFFFFFu) - 1;
    const bool is_small = past_zero < bits_of_float(0x1p-52f);
    const double beyond_half = activation + (is_small ? 0x1p-53 * fabs((double)x) : -0.0);
    return (activation == x ? x * (1 - 0x1p-53) : beyond_half) * let_through(x, y);
}

#define GATE_OF_FLOAT32(gate, activation)                                               \
    static ALWAYS_INLINE double gate##_single(float x, float y)                         \
    {                                                                                   \
        return times_y(x, activation##_value(TWICE, x), y);                             \
    }                                                                                   \
    static ALWAYS_INLINE struct gradients gate##_backward_single(float dz, float x, float y) \
    {                                                                                   \
        return (struct gradients){                                                      \
            activation##_backward_single((double)dz * y, x), gate##_single(x, dz)};     \
    }
GATE_OF_FLOAT32(swiglu, silu)
GATE_OF_FLOAT32(geglu, gelu)
GATE_OF_FLOAT32(geglu_tanh, gelu_tanh)

/* long double */

static inline long double let_through_extended(long double x, long double y)
{
    const bool is_shut = x == 0 || x < -LDBL_MAX;
    return is_shut ? copysignl(1, y) : y;
}

/* a b factor, rounded once at the ends of the range */
static inline long double product_of_two_extended(
    long double a, long double b, struct factored_extended factor)
{
    const struct scaled_extended product =
        multiply_extended(multiply_extended(scaled_extended(a), scaled_extended(b)), factor.power);
    return ldexpl(product.mantissa * factor.factor, product.exponent);
}

/* sigmoid(z) by e^-|z|, for z of the sign of x */
static inline struct factored_extended sigmoid_extended(long double x, struct scaled_extended e)
{
    return (struct factored_extended){1 / (1 + value_extended(e)), x < 0 ? e : ONE_EXTENDED};
}

static inline struct factored_extended silu_factor_extended(long double x)
{
    return sigmoid_extended(x, exponential_extended(-fabsl(x)));
}

static inline struct factored_extended gelu_factor_extended(long double x)
{
    return normal_extended(x);
}

static inline struct factored_extended gelu_tanh_factor_extended(long double x)
{
    const long double t = bounded_extended(x, gelu_tanh_bound_extended());
    return sigmoid_extended(x, gelu_tanh_exponential_extended(fabsl(t)));
}

/* A negative x is bounded. */
#define GATE_OF_LONG_DOUBLE(gate, activation, bound)                                    \
    static inline long double gate##_extended(long double x, long double y)             \
    {                                                                                   \
        const long double w = x < 0 ? bounded_extended(x, bound) : x;                   \
        return product_of_two_extended(                                                 \
            w, let_through_extended(x, y), activation##_factor_extended(w));            \
    }                                                                                   \
    static inline struct gradients_extended gate##_backward_extended(                   \
        long double dz, long double x, long double y)                                   \
    {                                                                                   \
        return (struct gradients_extended){                                             \
            product_of_two_extended(dz, y, activation##_slope_extended(x)),             \
            gate##_extended(x, dz)};                                                    \
    }
GATE_OF_LONG_DOUBLE(swiglu, silu, EXPONENT_BOUND_EXTENDED)
GATE_OF_LONG_DOUBLE(geglu, gelu, normal_bound_extended())
GATE_OF_LONG_DOUBLE(geglu_tanh, gelu_tanh, gelu_tanh_bound_extended())

#ifdef HAS_FMA

/* The fast paths of float32: those of the activations and derivatives, times the rest. In shorter
   chunks, since tests fail more often: there are two for an element of a gradient, and the bounds
   on x are closer than those of silu. */

FAST_FOR_EVERY_INPUT(swiglu)
IN_PAIRS_OR_ONE_LOOP(swiglu)

static ALWAYS_INLINE float swiglu_fast(float x, float y, uint32_t *failed)
{
    const struct quotient e = fast_exponential_quotient(-(double)x);
    *failed |= is_beyond(x, 300) | is_beyond(y, FLT_MAX);
    return fast_float((double)x * y * e.denominator / (e.denominator + e.numerator), failed);
}

#ifdef HAS_FLOAT_PAIRS

/* A rest that decides on rounding is at least 2^-25 of the quotient. */
#define SWIGLU_DOUBT 0x1.5p-11f

static ALWAYS_INLINE unsigned int swiglu_group(char *const *operands)
{
    return silu_in_pairs(operands[0], operands[1], SWIGLU_DOUBT, operands[2]);
}

static const struct in_pairs swiglu_pairs = {swiglu_group, 2};

#else
NOT_IN_PAIRS(swiglu)
#endif

FAST_IN_CHUNKS(geglu, FAST_CHUNK / 2)
IN_ONE_LOOP(geglu)

static ALWAYS_INLINE float geglu_fast(float x, float y, uint32_t *failed)
{
    const double value = fma(-FAST_MILLS_FACTOR, gelu_first(x), at_least_float(x, -0.0f));
    *failed |= is_beyond(x, 12.5f) | is_beyond(y, FLT_MAX);
    return fast_float(y * value, failed);
}

FAST_IN_CHUNKS(geglu_tanh, FAST_CHUNK / 2)
IN_ONE_LOOP(geglu_tanh)

static ALWAYS_INLINE float geglu_tanh_fast(float x, float y, uint32_t *failed)
{
    const double w = x, slope = fma(GELU_CUBIC.high, w * w, GELU_LINEAR.high);
    const struct quotient e = fast_exponential_quotient(-w * slope);
    *failed |= is_beyond(x, 14) | is_beyond(y, FLT_MAX);
    return fast_float(w * y * e.denominator / (e.denominator + e.numerator), failed);
}

/* dz f(x) and dz y f'(x) for f(x) = x sigmoid(z), with w = x dz/dx. */
static ALWAYS_INLINE struct gradients fast_sigmoid_gradients(
    float dz, float x, float y, double w, struct quotient e, uint32_t *failed)
{
    const double sum = e.denominator + e.numerator, reciprocal = 1 / sum;
    const double product = dz * (e.denominator * reciprocal);
    const double slope = product * (fma(w, e.numerator, sum) * reciprocal);
    *failed |= is_beyond(y, FLT_MAX) | is_beyond(dz, FLT_MAX);
    return (struct gradients){fast_float(y * slope, failed), fast_float(x * product, failed)};
}

FAST_IN_CHUNKS(swiglu_backward, FAST_CHUNK / 4)
IN_PAIRS_OR_ONE_LOOP(swiglu_backward)

static ALWAYS_INLINE struct gradients swiglu_backward_fast(
    float dz, float x, float y, uint32_t *failed)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    *failed |= is_beyond(x, 40) | is_between(x, -0x1.474p+0f, -0x1.476p+0f);
    return fast_sigmoid_gradients(dz, x, y, x, e, failed);
}

#ifdef HAS_FLOAT_PAIRS

/* silu has its minimum just above this. */
#define SILU_LEAST -0x1.474974p+0f

/* With s = sigmoid(x), the first gradient is dz y s (1 + x (1 - s)). An error of e^-x by 2^-36 of it
   changes that by 2^-36 dz y s (1 - s) (1 + x (1 - 2 s)), and the roundings by less than a quarter of
   this and 2^-39 dz y s: it is right if results that differ by a little more round alike. */
static ALWAYS_INLINE unsigned int swiglu_backward_group(char *const *operands)
{
    const __m512 one = all(1);
    __m512 dz[VECTORS], x[VECTORS], y[VECTORS], bounded[VECTORS], high[VECTORS], low[VECTORS],
        s[VECTORS], s_low[VECTORS], dz_x[VECTORS], dz_x_low[VECTORS], dz_y[VECTORS],
        dz_y_low[VECTORS], other[VECTORS], other_low[VECTORS], rise[VECTORS], rise_low[VECTORS],
        slope[VECTORS], slope_low[VECTORS], n[VECTORS], n_low[VECTORS], quotient[VECTORS],
        rest[VECTORS], bound[VECTORS], longer[VECTORS], dx[VECTORS], dy[VECTORS];
    __mmask16 failed[VECTORS], dx_failed[VECTORS];
    EACH_VECTOR dz[k] = vector_of(operands[0], k);
    EACH_VECTOR x[k] = vector_of(operands[1], k);
    EACH_VECTOR y[k] = vector_of(operands[2], k);
    bound_silu(x, bounded);
    one_plus_exponential(bounded, high, low);
    reciprocal_of(high, low, s);
    multiply_in_pairs(dz, x, dz_x, dz_x_low);
    divide_silu(dz_x, dz_x_low, high, low, s, SWIGLU_DOUBT, dy, failed);
    /* s + s_low, then 1 - s, x (1 - s), and 1 + x (1 - s) */
    EACH_VECTOR s_low[k] = _mm512_fnmadd_ps(s[k], high[k], one);
    EACH_VECTOR s_low[k] = _mm512_mul_ps(s[k], _mm512_fnmadd_ps(s[k], low[k], s_low[k]));
    EACH_VECTOR other[k] = _mm512_sub_ps(one, s[k]);
    EACH_VECTOR other_low[k] =
        _mm512_sub_ps(_mm512_sub_ps(_mm512_sub_ps(one, other[k]), s[k]), s_low[k]);
    multiply_in_pairs(bounded, other, rise, rise_low);
    EACH_VECTOR rise_low[k] = _mm512_fmadd_ps(bounded[k], other_low[k], rise_low[k]);
    EACH_VECTOR slope[k] = _mm512_add_ps(one, rise[k]);
    EACH_VECTOR slope_low[k] =
        _mm512_add_ps(_mm512_sub_ps(rise[k], _mm512_sub_ps(slope[k], one)), rise_low[k]);
    EACH_VECTOR bound[k] =
        _mm512_mul_ps(other[k], _mm512_fnmadd_ps(bounded[k], s[k], slope[k]));
    multiply_in_pairs(dz, y, dz_y, dz_y_low);
    multiply_in_pairs(dz_y, slope, n, n_low);
    EACH_VECTOR n_low[k] = _mm512_fmadd_ps(dz_y[k], slope_low[k], n_low[k]);
    EACH_VECTOR n_low[k] = _mm512_fmadd_ps(dz_y_low[k], slope[k], n_low[k]);
    divide_in_pairs(n, n_low, high, low, s, quotient, rest);
    EACH_VECTOR bound[k] = _mm512_mul_ps(
        _mm512_mul_ps(dz_y[k], s[k]),
        _mm512_fmadd_ps(_mm512_abs_ps(bound[k]), all(0x1.6p-36f), all(0x1p-38f)));
    EACH_VECTOR dx[k] = _mm512_add_ps(quotient[k], _mm512_sub_ps(rest[k], bound[k]));
    EACH_VECTOR longer[k] = _mm512_add_ps(quotient[k], _mm512_add_ps(rest[k], bound[k]));
    EACH_VECTOR dx_failed[k] =
        _mm512_cmp_ps_mask(longer[k], dx[k], _CMP_NEQ_UQ) | is_tiny(quotient[k]);
    if (is_any(failed) || is_any(dx_failed) || is_any_beyond_silu(x)) {
        settle_silu(x, dz_x, dy, failed);
        EACH_VECTOR {
            const __mmask16 zero = is_zero(dz[k]) | is_zero(y[k]);
            const __mmask16 falls = _mm512_cmp_ps_mask(x[k], all(SILU_LEAST), _CMP_LE_OQ);
            const __m512 product = _mm512_mul_ps(dz[k], y[k]);
            dx[k] = _mm512_mask_mov_ps(dx[k], zero, product);
            dx[k] = _mm512_mask_sub_ps(dx[k], zero & falls, all(-0.0f), product);
            failed[k] |= dx_failed[k] & (__mmask16)~zero;
        }
    }
    const unsigned int uncertain = store_certain(failed, dx, operands[3]);
    store_certain(failed, dy, operands[4]);
    return uncertain;
}

static const struct in_pairs swiglu_backward_pairs = {swiglu_backward_group, 3};

#else
NOT_IN_PAIRS(swiglu_backward)
#endif

FAST_IN_CHUNKS(geglu_backward, FAST_CHUNK / 4)
IN_ONE_LOOP(geglu_backward)

static ALWAYS_INLINE struct gradients geglu_backward_fast(
    float dz, float x, float y, uint32_t *failed)
{
    const double t = fabs((double)x);
    const struct quotient e = fast_gaussian_quotient(t * t);
    const double d = short_mills_denominator(FUSED, t), m = short_mills_numerator(FUSED, t);
    const double all = e.denominator * d, scale = dz / all;
    const double n = e.numerator * fma(-t * NORMAL_DENSITY, d, m);
    const double value = fma(at_least_float(x, -0.0f), all, -t * (e.numerator * m));
    *failed |= is_beyond(x, 12.5f) | is_between(x, -0.751547f, -0.752036f)
        | is_beyond(y, FLT_MAX) | is_beyond(dz, FLT_MAX);
    return (struct gradients){
        fast_float(y * scale * (x < 0 ? n : all - n), failed), fast_float(scale * value, failed)};
}

FAST_IN_CHUNKS(geglu_tanh_backward, FAST_CHUNK / 4)
IN_ONE_LOOP(geglu_tanh_backward)

static ALWAYS_INLINE struct gradients geglu_tanh_backward_fast(
    float dz, float x, float y, uint32_t *failed)
{
    const double w = x, square = w * w;
    const double slope = fma(GELU_CUBIC.high, square, GELU_LINEAR.high);
    const struct quotient e = exponential_quotient(FUSED, -w * slope);
    const double rise = w * fma(3 * GELU_CUBIC.high, square, GELU_LINEAR.high);
    *failed |= is_beyond(x, 14) | is_between(x, -0.752217f, -0.752706f);
    return fast_sigmoid_gradients(dz, x, y, rise, e, failed);
}

#endif

#endif
