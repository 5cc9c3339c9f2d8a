/* swish(x, beta) = x sigmoid(z) = x / (1 + e^-z), z = beta x
   swish'(x, beta) = sigmoid(z) + z sigmoid(z) sigmoid(-z) = silu'(z)

   Domain: every x and beta; in z, 0 times infinity counts as 0, since x/2 is the limit for beta = 0.
   Error: float32 correctly rounded (beta = 1 and 1.702, dy = 1); float64 1 ulp, the derivative 1;
       long double 6 and 8.
   Hard cases: subnormal x, whose x/2 may be a midpoint: the sign of beta decides; of the derivative z
       near 0, whose 1/2 + z/2 may be one: nearer_to_half, and two floats near one, which
       corrections settle; the exponential magnifies the rounding
       error of z, so in float64 and long double the rest of the product is kept; an infinite x,
       which is 0 times its sign where the sigmoid is 0.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py; subnormal x, tests/test_smooth_subnormals.py. */
#ifndef RELU_UFUNC_SMOOTH_SWISH_H
#define RELU_UFUNC_SMOOTH_SWISH_H

#include "sigmoid.h"
#include "softplus.h"

/* float32: z is exact. */

static ALWAYS_INLINE double swish_argument(double x, double beta)
{
    const double z = x * beta;
    return z == z ? z : 0;
}

/* x, but if z is so far below 0 that the sigmoid counts as 0, a finite number. */
static ALWAYS_INLINE double finite_below(double x, double z, double greatest)
{
    return z < 0 ? at_most(at_least(x, -greatest), greatest) : x;
}

static ALWAYS_INLINE double swish_single(double x, double beta)
{
    const double z = swish_argument(x, beta), w = finite_below(x, z, FLT_MAX);
    const struct quotient e = exponential_quotient(TWICE, -at_most(at_least(z, -300), 300));
    /* As in product_beyond_half: the second term of the series is beta x^2 / 4. */
    const double beyond = at_most(at_least(beta * 0x1p100, -0x1p-176), 0x1p-176);
    const double product = w * e.denominator + beyond;
    return copysign(product / (e.denominator + e.numerator), w);
}

static ALWAYS_INLINE double swish_backward_single(double dy, double x, double beta)
{
    /* As in `bounded`. */
    const double z = swish_argument(x, beta), least = z == 0 ? 0 : 0x1p-40;
    const double w = copysign(at_least(at_most(fabs(z), 300), least), z);
    const double derivative = sigmoid_derivative(w, reduced_exponential(TWICE, -fabs(w)));
    /* Of all floats only these two, times 1.702, have a derivative too near to a midpoint. */
    const double correction = z == 0x1.8f322871f5ec0p-9 ? 0x1p-52
        : z == -0x1.fc00000045140p-19                     ? -0x1p-52
                                                          : 0;
    return dy * (nearer_to_half(derivative, w, 0x1p-16) + correction);
}

/* float64: softplus'(z) times x in the place of dy, and silu' with z in two doubles. */

static ALWAYS_INLINE struct double_double swish_argument_dd(struct operands v)
{
    const struct scaled_operand x = scaled_operand(v.range, v.x);
    const struct scaled_operand beta = scaled_operand(v.range, v.parameter);
    const struct double_double z = two_product(x.number, beta.number);
    return bounded_dd(
        v.range, v.range == ORDINARY || z.high == z.high ? z : dd_of(0),
        x.exponent + beta.exponent, v.range == ORDINARY ? -940 : -1464, 1464);
}

static ALWAYS_INLINE uint64_t swish_extremes(struct operands v)
{
    return is_extreme(v.x) | is_extreme(v.parameter);
}

static ALWAYS_INLINE double or_nan(struct operands v, double value)
{
    const double known = v.parameter == v.parameter ? value : v.parameter;
    return v.range == ORDINARY ? value : v.x == v.x ? known : v.x;
}

static ALWAYS_INLINE struct stage swish_reduce(struct operands v)
{
    const struct double_double z = swish_argument_dd(v);
    const struct reduction e = reduce_reciprocal(z.high, z.low);
    return (struct stage){
        .u = e.r, .power = power_of(v.range, e, 900), .other = z.high, .exponent = e.k};
}

static ALWAYS_INLINE double swish_divide(struct stage s, struct operands v)
{
    const double z = s.other, x = v.range == ORDINARY ? v.x : finite_below(v.x, z, DBL_MAX);
    const double y = softplus_backward_product(s, (struct operands){.dy = x, .range = v.range});
    return or_nan(v, z < 42 ? y : v.x);
}

static const struct staged swish_staged = {
    .first = swish_reduce, .second = softplus_backward_denominator, .last = swish_divide,
    .joins = true, .extremes = swish_extremes};

static ALWAYS_INLINE uint64_t swish_backward_extremes(struct operands v)
{
    return swish_extremes(v) | dy_is_extreme(v);
}

static ALWAYS_INLINE struct stage swish_backward_reduce(struct operands v)
{
    const struct double_double z = swish_argument_dd(v), one_plus_z = two_sum(1, z.high);
    const struct reduction e = reduce_reciprocal(z.high, z.low);
    return (struct stage){
        .u = e.r, .v = {one_plus_z.high, one_plus_z.low + z.low},
        .power = power_of(v.range, e, 900), .other = z.high, .exponent = e.k};
}

static ALWAYS_INLINE struct stage swish_backward_slope(struct stage s, struct operands v)
{
    (void)v;
    /* e^r by the longer polynomial: beside the root N is a twentieth of its terms, and the bits of r
       are twice as many as for silu. */
    const struct double_double e = scaled_expm1(s.u, s.u.high + s.u.low, 1, 0);
    struct stage slope = sigmoid_slope(s, e, s.v);
    slope.other = s.other;
    return slope;
}

static ALWAYS_INLINE double swish_backward_divide(struct stage s, struct operands v)
{
    return or_nan(v, s.other < 42 ? times_sigmoid_slope(s, v) : v.dy);
}

static const struct staged swish_backward_staged = {
    .first = swish_backward_reduce, .second = swish_backward_slope,
    .last = swish_backward_divide, .joins = true, .extremes = swish_backward_extremes};

/* long double */

/* high + low, within the bounds of an exponential. */
struct swish_argument_extended {
    long double high, low;
};

/* The first half of the digits of 1/2 <= |mantissa| < 1. */
static inline long double upper_half_extended(long double mantissa)
{
    const long double to_half = (long double)(1ull << LDBL_MANT_DIG / 2);
    return truncl(mantissa * to_half) / to_half;
}

static inline struct swish_argument_extended swish_argument_extended(
    long double x, long double beta)
{
    const struct scaled_extended a = scaled_extended(x), b = scaled_extended(beta);
    const struct scaled_extended product = multiply_extended(a, b);
    const long double z = x == 0 || beta == 0 ? 0 : value_extended(product);
    if (z == 0 || !(fabsl(z) <= EXPONENT_BOUND_EXTENDED))
        return (struct swish_argument_extended){bounded_extended(z, EXPONENT_BOUND_EXTENDED), 0};
    const long double a_high = upper_half_extended(a.mantissa), a_low = a.mantissa - a_high;
    const long double b_high = upper_half_extended(b.mantissa), b_low = b.mantissa - b_high;
    const long double rest =
        ((a_high * b_high - product.mantissa) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (struct swish_argument_extended){z, ldexpl(rest, product.exponent)};
}

/* e^-|z| */
static inline struct scaled_extended swish_exponential_extended(struct swish_argument_extended z)
{
    return exponential_of_sum_extended(-fabsl(z.high), z.high < 0 ? z.low : -z.low);
}

static inline long double swish_extended(long double x, long double beta)
{
    const struct swish_argument_extended z = swish_argument_extended(x, beta);
    const struct scaled_extended e = swish_exponential_extended(z);
    const long double sum = 1 + value_extended(e);
    return z.high < 0 ? product_extended(bounded_extended(x, LDBL_MAX), 1 / sum, e) : x / sum;
}

static inline long double swish_backward_extended(long double dy, long double x, long double beta)
{
    const struct swish_argument_extended z = swish_argument_extended(x, beta);
    const struct factored_extended slope =
        sigmoid_slope_extended(z.high, swish_exponential_extended(z));
    return product_extended(dy, slope.factor, slope.power);
}

/* The fast path of float32. */
#ifdef HAS_FMA

FAST_FOR_EVERY_INPUT(swish)
IN_ONE_LOOP(swish)

static ALWAYS_INLINE float swish_fast(float x, float beta, uint32_t *failed)
{
    const struct quotient e = fast_exponential_quotient(-((double)x * beta));
    *failed |= is_beyond(x * beta, 40) | is_small(x, 0x1p-60f);
    return fast_normal_float(x * e.denominator / (e.denominator + e.numerator), failed);
}

#endif

#endif
