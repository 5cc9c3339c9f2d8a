/* mish(x) = x tanh(log(1 + e^x)) = x n / (n + 2), n = e^x (e^x + 2)
   mish'(x) = (n d + 4 x e^x (1 + e^x)) / d^2, d = n + 2

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1; 0.657 ulp at ten million points of
       any dy); float64 1 ulp, the derivative 2; long double 6 and 8.
   Hard cases: of the derivative two floats near a midpoint, which corrections settle.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_MISH_H
#define RELU_UFUNC_SMOOTH_MISH_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"

/* float32 */

static inline double mish_single(float x)
{
    const float w = at_least_float(x, -300);
    const struct quotient e = exponential_quotient(FUSED, at_most_float(w, 30));
    const double n = e.numerator * multiply_add(FUSED, 2, e.denominator, e.numerator);
    const double d = multiply_add(FUSED, 2 * e.denominator, e.denominator, n);
    return w * n / d;
}

static inline double mish_backward_single(double dy, float x)
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

/* float64 */

/* n and d as double-doubles of e^-|x|: over e^x for x < 0, else over e^2x. */
static inline struct double_double mish_numerator(struct double_double e, bool below)
{
    return add_dd(
        dd_of(below ? 2 : 1), below ? e : scaled_dd(e, 2));
}

static inline struct double_double mish_denominator(
    struct double_double e, struct double_double n, bool below)
{
    const struct double_double square = multiply_dd(e, e), twice = scaled_dd(e, 2);
    const struct double_double d_below = add_dd(dd_of(2), add_dd(twice, square));
    const struct double_double d_above = add_dd(n, scaled_dd(square, 2));
    return choose_dd(below, d_below, d_above);
}

static inline double mish_double(double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1460), 0);
    const struct double_double n = mish_numerator(e.near, x < 0);
    const struct double_double quotient = divide_dd(n, mish_denominator(e.near, n, x < 0));
    const struct double_double tanh =
        choose_dd(x < 0, multiply_dd(quotient, e.far), quotient);
    const double y = product_with_x(x, tanh, 0.6, 1460);
    return x < 0 ? y * e.before * e.after : y;
}

static inline double mish_backward_double(double dy, double x)
{
    const double w = at_least(at_most(x, 1464), -1464);
    const struct decay e = decay_double(fabs(w), 0);
    const struct double_double n = mish_numerator(e.near, x < 0);
    const struct double_double d = mish_denominator(e.near, n, x < 0);
    const struct double_double rest =
        multiply_dd(dd_of(fabs(w) < 0x1p-60 ? 0 : 4 * w), one_plus(e.near));
    const struct double_double added =
        choose_dd(x < 0, rest, multiply_dd(rest, multiply_dd(e.near, e.near)));
    const struct double_double product = multiply_dd(n, d);
    const struct double_double high = two_sum(product.high, added.high);
    const struct double_double numerator =
        fast_two_sum(high.high, high.low + (product.low + added.low));
    const struct double_double quotient = divide_dd(numerator, multiply_dd(d, d));
    const struct double_double normal = fast_two_sum(quotient.high, quotient.low);
    const struct double_double slope = choose_dd(x < 0, multiply_dd(normal, e.far), normal);
    return scaled_decay(x < 0, dy, slope, e);
}

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
