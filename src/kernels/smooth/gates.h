/* swiglu(x, y) = silu(x) y, geglu(x, y) = gelu(x) y and geglu_tanh(x, y) = gelu_tanh(x) y: the gated
   units of N. Shazeer, arXiv:2002.05202. Of the gradients dz y f'(x) and dz f(x), the second is the
   unit itself, of x and dz.

   Where the activation is exactly 0, at 0 and at -inf, the result is a zero for every y.

   Domain: every x, y and dz.
   Error: float32 one rounding of a product that errs by 2^-47; float64 1 ulp; long double 8. Beside the
       root of f' the unit is as for f'.
   Hard cases: products of extreme numbers, whose result may be an ordinary one: in float64 all are
       scaled.
   Proof: operands of any exponent, tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_GATES_H
#define RELU_UFUNC_SMOOTH_GATES_H

#include "gelu.h"
#include "silu.h"

/* float32 */

/* y, or where the activation is exactly 0 the 1 of its sign. */
static inline float let_through(float x, float y)
{
    const uint32_t bits = bits_of_float(x), sign = 0x80000000u;
    const bool is_shut = ((bits & ~sign) == 0) | (bits == 0xFF800000u);
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

/* float64: the forms of the derivatives, for silu and gelu as well, since with y the range is as
   wide as with dy. */

static ALWAYS_INLINE uint64_t y_is_extreme(struct operands v)
{
    return is_extreme(v.parameter);
}

/* Of numbers within 2^-128 ... 2^128 and of 0, the two highest bits are 0. */
static ALWAYS_INLINE uint64_t is_extreme_in_product(double a)
{
    const uint64_t from_least = (bits_of_double(a) << 1) - ((uint64_t)(1023 - 128) << 53);
    return a == 0 ? 0 : from_least | from_least << 1;
}

static ALWAYS_INLINE uint64_t dz_or_y_is_extreme(struct operands v)
{
    return is_extreme_in_product(v.dy) | is_extreme_in_product(v.parameter);
}

/* The operands of a gate of x and y as those of a derivative, whose dy is what the gate lets through;
   if that is 0 or no number, y is not ordinary. */
static ALWAYS_INLINE struct operands gate_operands(struct operands v, double y)
{
    const bool is_shut = v.range == ANY && (v.x == 0 || v.x == -INFINITY);
    v.dy = is_shut ? copysign(1, y) : y;
    return v;
}

/* dz y, scaled, and its exponent */
static ALWAYS_INLINE struct double_double upstream(struct operands v)
{
    return two_product(
        scaled_operand(v.range, v.dy).number, scaled_operand(v.range, v.parameter).number);
}

/* What dy_and_power is for a derivative, in two doubles. */
static ALWAYS_INLINE struct double_double upstream_and_power(struct operands v, struct stage s)
{
    const struct double_double product = upstream(v);
    return v.range == ORDINARY ? scaled_dd(product, s.power * 0x1p-300) : product;
}

static ALWAYS_INLINE double without_powers(
    struct operands v, struct stage s, struct double_double product)
{
    s.exponent += scaled_operand(v.range, v.parameter).exponent;
    return without_spare_power(v, s, product);
}

/* From `limit` on the activation is x, and its derivative 1. */
static ALWAYS_INLINE double up_to(double limit, double x, double value, double product)
{
    return x < limit ? value : x >= limit ? product : x;
}

/* x y P / D, D = P + e^r in s.v */
static ALWAYS_INLINE double sigmoid_gate(
    struct stage s, struct operands v, double limit, double bounded_x, double y)
{
    const struct operands gate = gate_operands(v, y);
    const struct scaled_operand x = scaled_operand(v.range, bounded_x);
    const struct double_double n = multiple_dd(dy_and_power(gate, s), dd_of(x.number));
    s.exponent += x.exponent;
    return up_to(limit, v.x, without_spare_power(gate, s, ratio_dd(n, s.v)), v.x * y);
}

static ALWAYS_INLINE double sigmoid_gate_slope(struct stage s, struct operands v, double limit)
{
    const struct double_double n = product_dd(upstream_and_power(v, s), s.u);
    const double value = without_powers(v, s, ratio_dd(n, product_dd(s.v, s.v)));
    return up_to(limit, v.x, value, v.dy * v.parameter);
}

static ALWAYS_INLINE struct stage gate_denominator(struct stage s, struct operands v)
{
    (void)v;
    s.v = power_plus_exp(s.power, 0x1p-900, s.u);
    return s;
}

#define SILU_LIMIT 42

static ALWAYS_INLINE double swiglu_divide(struct stage s, struct operands v)
{
    return sigmoid_gate(s, v, SILU_LIMIT, bounded_below(v), v.parameter);
}

static const struct staged swiglu_staged = {
    .first = silu_backward_reduce, .second = gate_denominator, .last = swiglu_divide,
    .joins = true, .extremes = y_is_extreme};

static ALWAYS_INLINE double swiglu_backward_of_x(struct stage s, struct operands v)
{
    return sigmoid_gate_slope(s, v, SILU_LIMIT);
}

static ALWAYS_INLINE double swiglu_backward_of_y(struct stage s, struct operands v)
{
    return sigmoid_gate(s, v, SILU_LIMIT, bounded_below(v), v.dy);
}

static const struct staged swiglu_backward_staged = {
    .first = silu_backward_reduce, .second = silu_backward_slope, .last = swiglu_backward_of_x,
    .last_of_y = swiglu_backward_of_y, .joins = true, .extremes = dz_or_y_is_extreme};

#define GELU_TANH_LIMIT 7.75

static ALWAYS_INLINE struct stage geglu_tanh_reduce(struct operands v)
{
    const double x = gelu_tanh_backward_bounded(v);
    const struct double_double z = gelu_tanh_exponent(x, gelu_tanh_cubic(x));
    const struct reduction e = reduce_reciprocal(z.high, z.low);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 900), .exponent = e.k};
}

static ALWAYS_INLINE double geglu_tanh_divide(struct stage s, struct operands v)
{
    return sigmoid_gate(s, v, GELU_TANH_LIMIT, gelu_tanh_backward_bounded(v), v.parameter);
}

static const struct staged geglu_tanh_staged = {
    .first = geglu_tanh_reduce, .second = gate_denominator, .last = geglu_tanh_divide,
    .joins = true, .extremes = y_is_extreme};

static ALWAYS_INLINE double geglu_tanh_backward_of_x(struct stage s, struct operands v)
{
    return sigmoid_gate_slope(s, v, GELU_TANH_LIMIT);
}

static ALWAYS_INLINE double geglu_tanh_backward_of_y(struct stage s, struct operands v)
{
    return sigmoid_gate(s, v, GELU_TANH_LIMIT, gelu_tanh_backward_bounded(v), v.dy);
}

static const struct staged geglu_tanh_backward_staged = {
    .first = gelu_tanh_backward_reduce, .second = gelu_tanh_backward_slope,
    .last = geglu_tanh_backward_of_x, .last_of_y = geglu_tanh_backward_of_y, .joins = true,
    .extremes = dz_or_y_is_extreme};

#define GELU_LIMIT 40

/* gelu(x) y, where `tail` is t M(t) 2^256. Far below 1 x is scaled once more. */
static ALWAYS_INLINE double gelu_gate(
    struct stage s, struct operands v, struct double_double tail, double y)
{
    const struct operands gate = gate_operands(v, y);
    const struct double_double p = product_dd(exp_dd(s.v), tail);
    const double whole = at_least(v.x, 0) * 0x1p256;
    struct stage end = gelu_below_or_above(s, v, negated_dd(p), whole, p);
    const bool is_small = v.range == ANY && fabs(v.x) < 0x1p-256;
    const double scale = is_small ? 0x1p409 : 1;
    end.exponent -= is_small ? 256 + 409 : 256;
    const double factor = v.range == ORDINARY ? gate.dy * (end.power * 0x1p-556)
                                              : scaled_operand(ANY, gate.dy).number;
    const struct double_double product = multiple_dd(factor, scaled_dd(end.u, scale));
    const double value = without_spare_power(gate, end, product);
    return copysign(value, copysign(1, v.x) * copysign(1, gate.dy));
}

/* M is D, of which the derivative is made, and t phi(0). */
static ALWAYS_INLINE double geglu_product_with(struct stage s, struct operands v, double y)
{
    const struct double_double density = {NORMAL_DENSITY, NORMAL_DENSITY_REST};
    const double t = gelu_backward_bounded(v);
    const struct double_double weight = multiple_dd(t, density);
    const struct double_double sum = two_sum(s.u.high, weight.high);
    const struct double_double ratio = {sum.high, sum.low + (s.u.low + weight.low)};
    const double value = gelu_gate(s, v, multiple_dd(t * 0x1p256, ratio), y);
    return up_to(GELU_LIMIT, v.x, value, v.x * y);
}

static ALWAYS_INLINE double geglu_product(struct stage s, struct operands v)
{
    return geglu_product_with(s, v, v.parameter);
}

static const struct staged geglu_staged = {
    .first = gelu_backward_ratio, .second = gelu_backward_rest, .third = gelu_backward_tail,
    .last = geglu_product, .extremes = y_is_extreme};

static ALWAYS_INLINE double geglu_backward_of_x(struct stage s, struct operands v)
{
    const struct stage slope = gelu_slope(s, v);
    const struct double_double product = product_dd(upstream_and_power(v, slope), slope.u);
    return v.x == v.x ? without_powers(v, slope, product) : v.x;
}

static ALWAYS_INLINE double geglu_backward_of_y(struct stage s, struct operands v)
{
    return geglu_product_with(s, v, v.dy);
}

static const struct staged geglu_backward_staged = {
    .first = gelu_backward_ratio, .second = gelu_backward_rest, .third = gelu_backward_tail,
    .last = geglu_backward_of_x, .last_of_y = geglu_backward_of_y,
    .extremes = dz_or_y_is_extreme};

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

/* The fast paths of float32: those of the activations and derivatives, times the rest. */

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
static ALWAYS_INLINE unsigned int swiglu_group(const char *const *inputs, char *to)
{
    return silu_in_pairs(inputs[0], inputs[1], 0x1.2p-11f, to);
}

static const struct in_pairs swiglu_pairs = {swiglu_group, 2};

#else
NOT_IN_PAIRS(swiglu)
#endif

FAST_FOR_EVERY_INPUT(geglu)
IN_ONE_LOOP(geglu)

static ALWAYS_INLINE float geglu_fast(float x, float y, uint32_t *failed)
{
    const double value = fma(-FAST_MILLS_FACTOR, gelu_first(x), at_least_float(x, -0.0f));
    *failed |= is_beyond(x, 12.5f) | is_beyond(y, FLT_MAX);
    return fast_float(y * value, failed);
}

FAST_FOR_EVERY_INPUT(geglu_tanh)
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

FAST_FOR_EVERY_INPUT(swiglu_backward)
IN_ONE_LOOP(swiglu_backward)

static ALWAYS_INLINE struct gradients swiglu_backward_fast(
    float dz, float x, float y, uint32_t *failed)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    *failed |= is_beyond(x, 40) | is_between(x, -0x1.474p+0f, -0x1.476p+0f);
    return fast_sigmoid_gradients(dz, x, y, x, e, failed);
}

FAST_FOR_EVERY_INPUT(geglu_backward)
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

FAST_FOR_EVERY_INPUT(geglu_tanh_backward)
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
