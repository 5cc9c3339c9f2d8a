/* x sigmoid(z) and its derivative, sigmoid(z) + w sigmoid(z) sigmoid(-z) for w = x dz/dx: silu for
   z = x, and gelu_tanh. With e = e^-|z| the sigmoid is 1 / (1 + e) or e / (1 + e). */
#ifndef RELU_UFUNC_SMOOTH_SIGMOID_H
#define RELU_UFUNC_SMOOTH_SIGMOID_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"

/* float32 */

/* The derivative by e^-|z|, for z of the sign of w. */
static inline double sigmoid_derivative(double w, struct reduced_exponential e)
{
    const struct quotient whole = as_quotient(e);
    const double n = whole.numerator, d = whole.denominator, sum = d + n;
    /* n + d + w d is near 0 if the derivative is: the terms that cancel do so exactly. */
    const double power = power_of_two_of(e.exponent), rest = 1 + w;
    const double below = (e.p * (rest + power) - e.q * (rest - power)) * n;
    const double above = (sum + w * n) * d;
    return (w < 0 ? below : above) / (sum * sum);
}

/* float64 */

static ALWAYS_INLINE struct stage sigmoid_denominator(struct stage s, struct operands v)
{
    (void)v;
    return (struct stage){.u = power_plus_exp(s.power, 0x1p-256, s.u), .other = s.other};
}

static ALWAYS_INLINE double sigmoid_quotient(struct stage s)
{
    return value_of(ORDINARY, ratio_dd(dd_of(s.other), s.u)) * 0x1p-256;
}

/* The derivative is P N / D^2 with P = 2^k, N = P + e^r (1 + w), D = P + e^r. */
static ALWAYS_INLINE struct stage sigmoid_slope(
    struct stage s, struct double_double e, struct double_double one_plus_w)
{
    const double power = s.power * 0x1p-900;
    const struct double_double d = two_sum(power, e.high), product = product_dd(e, one_plus_w);
    const struct double_double n = two_sum(power, product.high);
    return (struct stage){
        .u = {n.high, n.low + product.low}, .v = {d.high, d.low + e.low}, .power = s.power,
        .exponent = s.exponent};
}

static ALWAYS_INLINE double times_sigmoid_slope(struct stage s, struct operands v)
{
    const struct double_double n = multiple_dd(dy_and_power(v, s), s.u);
    return without_spare_power(v, s, ratio_dd(n, product_dd(s.v, s.v)));
}

/* long double */

/* x sigmoid(z) by e^-|z|, for z of the sign of x. */
static inline long double sigmoid_product_extended(long double x, struct scaled_extended e)
{
    const long double sum = 1 + value_extended(e);
    return x < 0 ? product_extended(x, 1 / sum, e) : x / sum;
}

/* The derivative by e^-|z|, for z of the sign of w. */
static inline struct factored_extended sigmoid_slope_extended(
    long double w, struct scaled_extended e)
{
    const long double near = value_extended(e), sum = 1 + near;
    const long double numerator = w < 0 ? (1 + w) + near : sum + w * near;
    return (struct factored_extended){numerator / (sum * sum), w < 0 ? e : ONE_EXTENDED};
}

#endif
