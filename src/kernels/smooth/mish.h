/* mish(x) = x tanh(log(1 + e^x)) = x n / (n + 2), n = e^x (e^x + 2)
   mish'(x) = (n d + 4 x e^x (1 + e^x)) / d^2, d = n + 2

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1; 0.657 ulp at ten million points of
       any dy); float64 1 ulp, the derivative 1; long double 6 and 8.
   Hard cases: of the derivative two floats near a midpoint, which corrections settle.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_MISH_H
#define RELU_UFUNC_SMOOTH_MISH_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"
#include "sigmoid.h"

/* float32 */

static ALWAYS_INLINE double mish_single(float x)
{
    const float w = at_least_float(x, -300);
    const struct quotient e = exponential_quotient(FUSED, at_most_float(w, 30));
    const double n = e.numerator * multiply_add(FUSED, 2, e.denominator, e.numerator);
    const double d = multiply_add(FUSED, 2 * e.denominator, e.denominator, n);
    return w * n / d;
}

static ALWAYS_INLINE double mish_backward_single(double dy, float x)
{
    const double w = at_most_float(at_least_float(x, -300), 60);
    const struct quotient e = exponential_quotient(TWICE, w);
    const double square = e.denominator * e.denominator;
    const double n = 2 * e.denominator + e.numerator;
    const double d = e.numerator * n + 2 * square;
    const double rest = 4 * w * (square * (e.denominator + e.numerator));
    /* The floats whose derivatives are too near to a midpoint. */
    const double correction = x == -0x1.4p-27f       ? -0x1p-53
                         : x == -0x1.31432cp+0f ? -0x1p-54
                                                : 0;
    return dy * (e.numerator * (n * d + rest) / (d * d) + correction);
}

/* float64: n = 2^k m, m = e^r (e^x + 2), and the quotient is that of x 2^k m and 2^k m + 2. A spare
   2^256 is taken off last. */

static ALWAYS_INLINE struct stage mish_reduce(struct operands v)
{
    const double x = at_least(v.x, -760);
    const struct reduction e = reduce(x, 0);
    const double power = power_of(v.range, e, 256);
    return (struct stage){.u = e.r, .power = power * 0x1p-256, .other = x * power};
}

/* n + e for a small integer n */
static ALWAYS_INLINE struct double_double plus_exp(double n, struct double_double e)
{
    const struct double_double sum = fast_two_sum(n, e.high);
    return (struct double_double){sum.high, sum.low + e.low};
}

static ALWAYS_INLINE struct stage mish_exp(struct stage s, struct operands v)
{
    (void)v;
    const struct double_double e = exp_dd(s.u);
    s.u = product_dd(e, plus_exp(2, scaled_dd(e, s.power)));
    return s;
}

static ALWAYS_INLINE double mish_divide(struct stage s, struct operands v)
{
    const struct double_double d = plus_exp(2, scaled_dd(s.u, s.power));
    const struct double_double product = ratio_dd(multiple_dd(s.other, s.u), d);
    return v.x < 20 ? value_of(ORDINARY, product) * 0x1p-256 : v.x;
}

static const struct staged mish_staged = {
    .first = mish_reduce, .second = mish_exp, .last = mish_divide};

/* e^x ((e^x + 2) d + 4 x (e^x + 1)) / d^2 */

static ALWAYS_INLINE struct stage mish_backward_reduce(struct operands v)
{
    const struct reduction e = reduce(bounded_below(v), 0);
    return (struct stage){.u = e.r, .power = power_of(v.range, e, 900), .exponent = e.k};
}

static ALWAYS_INLINE struct stage mish_backward_slope(struct stage s, struct operands v)
{
    const struct double_double m = long_exp_dd(s.u), e = scaled_dd(m, s.power * 0x1p-900);
    const struct double_double two_plus = plus_exp(2, e), n = product_dd(e, two_plus);
    const struct double_double sum = two_sum(2, n.high), d = {sum.high, sum.low + n.low};
    const struct double_double a = product_dd(two_plus, d);
    const struct double_double b = multiple_dd(4 * bounded_below(v), plus_exp(1, e));
    const struct double_double high = two_sum(a.high, b.high);
    const struct double_double both = {high.high, high.low + (a.low + b.low)};
    return (struct stage){
        .u = product_dd(m, both), .v = d, .power = s.power, .exponent = s.exponent};
}

static ALWAYS_INLINE double mish_backward_divide(struct stage s, struct operands v)
{
    return v.x < 22 ? times_sigmoid_slope(s, v) : v.x >= 22 ? v.dy : v.x;
}

static const struct staged mish_backward_staged = {
    .first = mish_backward_reduce, .second = mish_backward_slope, .last = mish_backward_divide,
    .extremes = dy_is_extreme};

/* long double: for x > 0 n and d are divided by e^2x. */

static inline long double mish_extended(long double x)
{
    const long double w = x < 0 ? bounded_extended(x, EXPONENT_BOUND_EXTENDED) : x;
    const struct scaled_extended e = exponential_extended(-fabsl(w));
    const long double near = value_extended(e), n = x < 0 ? near + 2 : 1 + 2 * near;
    const long double d = x < 0 ? 2 + near * n : n + 2 * near * near;
    return x < 0 ? product_extended(w, n / d, e) : x * (n / d);
}

/* Below 0 the numerator is multiplied out, so that only 1 + x cancels. */
static inline long double mish_backward_extended(long double dy, long double x)
{
    const long double w = bounded_extended(x, EXPONENT_BOUND_EXTENDED);
    const struct scaled_extended e = exponential_extended(-fabsl(w)), one = {1, 0};
    const long double near = value_extended(e), square = near * near;
    if (x < 0) {
        const long double d = 2 + near * (near + 2);
        const long double n = 4 * (1 + w) + near * (6 + 4 * w + near * (near + 4));
        return product_extended(dy, n / (d * d), e);
    }
    const long double n = 1 + 2 * near, d = n + 2 * square;
    return product_extended(dy, (n * d + 4 * w * (1 + near) * square) / (d * d), one);
}

#endif
