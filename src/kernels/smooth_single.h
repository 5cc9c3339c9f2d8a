/* The smooth functions and their derivatives for float32 and the floats of fewer bits, in
   double, without tables or branches. The operands are the values of those formats.

   float32 results are correctly rounded if these err by a few ulp of a double and no value
   lies that near to the middle between two floats: the tests look at all inputs. Where a
   series at 0 begins with x/2, whose lowest bit a subnormal float cannot hold, what follows
   it decides the rounding and is lost in a double: |x| is taken for 2^-40 there, which is
   on the right side of the middle, and near enough.

   Beyond 300 (20 and 14 for the normal distribution and its approximation) x is taken for
   that: the result is a zero or x, even times the greatest dy, and no factor is 0 that
   should not be. */
#ifndef RELU_UFUNC_SMOOTH_SINGLE_H
#define RELU_UFUNC_SMOOTH_SINGLE_H

#include <stdbool.h>

#include "exponential.h"

static inline double magnitude_single(double x, double most)
{
    return at_least(at_most(fabs(x), most), 0x1p-40);
}

/* x within the bounds for a derivative, whose series begins with 1/2: dy/2 may be such a
   middle as well, but at 0 itself it is the value. */
static inline double bounded_single(double x, double most)
{
    const double bounded = at_least(at_most(x, most), -most);
    const double least = x < 0 ? -0x1p-40 : 0x1p-40;
    return (fabs(x) < 0x1p-40) & (x != 0) ? least : bounded;
}

static inline double expm1_single(double x)
{
    const struct exponential e = exponential(x, 0);
    const double power = power_of_two_of(e.exponent), base = power - 1;
    const double tail = (e.mantissa.high - 1) * power;
    const struct words sum = fast_two_sum(base, tail);
    return sum.high + (sum.low + e.mantissa.low * power);
}

/* log(1 + e) for 0 <= e <= 1: twice the inverse hyperbolic tangent of f / (2 + f), after
   1 + e is halved where that leaves less of it. */
static inline double log1p_single(double e)
{
    const double ln2 = 0x1.62e42fefa39efp-1, ln2_low = 0x1.abc9e3b39803fp-56;
    const bool halves = e > 0.5;
    const double f = halves ? (e - 1) * 0.5 : e;
    const double s = f / (2 + f);
    const double z = s * s;
    const double beyond = s * z * logarithm_polynomial(z);
    return halves ? ln2 + (2 * s + (beyond + ln2_low)) : 2 * s + beyond;
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
static inline double softplus_single(double x)
{
    const double log = log1p_single(exponential_of(-at_most(fabs(x), 300)));
    /* Of all floats the one whose value, 2^-57.5 from the middle of two, is too near to it. */
    const double nudge = x == 0x1.d483ap-12 ? 0x1p-53 : 0;
    return x < 0 ? log : x + log + nudge;
}

static inline double softplus_backward_single(double dy, double x)
{
    const double e = exponential_of(-fabs(bounded_single(x, 300)));
    return dy * ((x < 0 ? e : 1) / (1 + e));
}

/* For x < 0 only. The middle may be alpha x, of 48 bits, and alpha (x + x^2/2) is nearer
   to 0. */
static inline double elu_single(double x, double alpha)
{
    const double below = expm1_single(at_least(at_most(x, 0), -300));
    return alpha * (x > -0x1p-50 ? x * (1 - 0x1p-51) : below);
}

/* For x <= 0 only. */
static inline double elu_backward_single(double dy, double x, double alpha)
{
    const double below = at_least(at_most(x, 0), -300);
    return dy * alpha * exponential_of((below > -0x1p-50) & (below < 0) ? -0x1p-50 : below);
}

/* The constants of G. Klambauer et al., NeurIPS 2017. */
#define SELU_SCALE 0x1.0cfabd6a91132p+0
#define SELU_SCALE_LOW 0x1.6fc7d272f2695p-55
#define SELU_SCALE_ALPHA 0x1.c212cc640f031p+0
#define SELU_SCALE_ALPHA_LOW 0x1.05161b045a1fep-56

static inline double selu_single(double x)
{
    const double below = expm1_single(at_least(at_most(x, 0), -300));
    return x < 0 ? SELU_SCALE_ALPHA * below : SELU_SCALE * x;
}

static inline double selu_backward_single(double dy, double x)
{
    const double below = exponential_of(at_least(at_most(x, 0), -300));
    return dy * (x > 0 ? SELU_SCALE : SELU_SCALE_ALPHA * below);
}

/* For x < 0 only; x / alpha is above 0 for a negative alpha. */
static inline double celu_single(double x, double alpha)
{
    return alpha * expm1_single(at_least(at_most(x / alpha, 700), -300));
}

/* For x <= 0 only. */
static inline double celu_backward_single(double dy, double x, double alpha)
{
    const double ratio = at_least(at_most(x / alpha, 700), -300);
    const struct words product = two_product(ratio, alpha);
    const double rest = ((x - product.high) - product.low) / alpha;
    /* None where the ratio is a bound, or alpha is 0 or infinite. */
    const struct exponential e = exponential(ratio, fabs(rest) < 0x1p-40 ? rest : 0);
    return dy * (e.mantissa.high + e.mantissa.low) * power_of_two_of(e.exponent);
}

/* exp(-t^2/2) and Phi(-t) / exp(-t^2/2), 0 <= t <= 20: the division by t + 5 and the
   variable (t - 5) / (t + 5) are after M. M. Shepherd and J. G. Laframboise, Math. Comp.
   36, 1981. */
static inline double scaled_tail_single(double t)
{
    const double factor = 1 / (t + 5), y = (t - 5) * factor;
    return factor
        * (TAIL_POLYNOMIAL_HIGH[0] + (TAIL_POLYNOMIAL_LOW[0] + y * tail_polynomial(y)));
}

/* x Phi(x) */
static inline double gelu_single(double x)
{
    const double t = magnitude_single(x, 20);
    const double tail = exponential_of(-0.5 * (t * t)) * scaled_tail_single(t);
    /* Of all floats the one whose value, 2^-54 from the middle of two, is too near to it. */
    const double nudge = x == 0x1.6148dep-16 ? 0x1p-53 : 0;
    return x < 0 ? at_least(x, -20) * tail : x * (1 - (tail + nudge));
}

/* Phi(x) + x phi(x) */
static inline double gelu_backward_single(double dy, double x)
{
    const double density = 0x1.9884533d43651p-2; /* 1 / sqrt(2 pi) */
    const double t = fabs(bounded_single(x, 20));
    const double e = exponential_of(-0.5 * (t * t));
    const double tail = e * (scaled_tail_single(t) - t * density);
    return dy * (x < 0 ? tail : 1 - tail);
}

/* x sigmoid(z) of e = e^-|z|, z of x's sign; x is not below -`most`. */
static inline double sigmoid_product_single(double x, double e, double most)
{
    return (x < 0 ? at_least(x, -most) * e : x) / (1 + e);
}

static inline double silu_single(double x)
{
    const double y = sigmoid_product_single(x, exponential_of(-magnitude_single(x, 300)), 300);
    /* Of all floats the one where what follows x/2 + x^2/4, the middle of two, is too small. */
    return x == -0x1.2p-17 ? y - 0x1p-70 : y;
}

/* sigmoid(z) + w sigmoid(z) sigmoid(-z) for z of the sign of w = x dz/dx. */
static inline double sigmoid_derivative_single(double w, struct exponential exponential)
{
    const double power = power_of_two_of(exponential.exponent);
    const struct words e = scaled_words(exponential.mantissa, power);
    const double rounded = e.high + e.low, sum = 1 + rounded;
    /* 1 + w is near -e where the derivative is near 0. */
    const double below = (((1 + w) + e.high) + e.low) * rounded;
    const double above = sum + w * rounded;
    return (w < 0 ? below : above) / (sum * sum);
}

static inline double silu_backward_single(double dy, double x)
{
    const double w = bounded_single(x, 300);
    return dy * sigmoid_derivative_single(w, exponential(-fabs(w), 0));
}

/* 2 sqrt(2/pi), and that times 0.044715: the tanh form of D. Hendrycks and K. Gimpel,
   arXiv:3006.08415, is x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)). */
#define GELU_LINEAR (struct words){0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54}
#define GELU_CUBIC (struct words){0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c70p-61}

/* Of 0 <= t <= 22, which times itself is exact. */
static inline struct words gelu_tanh_argument(double t)
{
    const struct words cubic = two_product(GELU_CUBIC.high, t * t);
    const struct words sum = two_sum(GELU_LINEAR.high, cubic.high);
    const double low = sum.low + (cubic.low + (GELU_LINEAR.low + GELU_CUBIC.low * (t * t)));
    const struct words product = two_product(t, sum.high);
    return (struct words){product.high, product.low + t * low};
}

static inline double gelu_tanh_single(double x)
{
    const struct words z = gelu_tanh_argument(magnitude_single(x, 14));
    const struct exponential e = exponential(-z.high, -z.low);
    const double power = power_of_two_of(e.exponent);
    return sigmoid_product_single(x, (e.mantissa.high + e.mantissa.low) * power, 14);
}

static inline double gelu_tanh_backward_single(double dy, double x)
{
    const double w = bounded_single(x, 14);
    const struct words z = gelu_tanh_argument(fabs(w));
    const double slope = GELU_LINEAR.high + 3 * GELU_CUBIC.high * (w * w);
    return dy * sigmoid_derivative_single(w * slope, exponential(-z.high, -z.low));
}

/* tanh(log(1 + e^x)) is n / (n + 2) with n = e^x (e^x + 2); for x > 0 both are divided by
   e^2x. */
static inline double mish_single(double x)
{
    const double e = exponential_of(-at_most(fabs(x), 300));
    const double square = e * e;
    const double n = x < 0 ? e + 2 : 1 + 2 * e;
    const double d = x < 0 ? 2 + (square + 2 * e) : n + 2 * square;
    return (x < 0 ? at_least(x, -300) * e : x) * n / d;
}

static inline double mish_backward_single(double dy, double x)
{
    const double w = at_least(at_most(x, 300), -300);
    const double e = exponential_of(-fabs(w));
    const double square = e * e;
    const double n = w < 0 ? e + 2 : 1 + 2 * e;
    const double d = w < 0 ? 2 + (square + 2 * e) : n + 2 * square;
    const double rest = 4 * w * (1 + e);
    const double above = n * d + rest * square, below = (n * d + rest) * e;
    return dy * ((w < 0 ? below : above) / (d * d));
}

/* (x + sqrt(x^2 + b)) / 2, and the same without a difference for x < 0. An infinite b has
   to stay one, and -0.0 counts as 0. */
static inline double squareplus_single(double x, double b)
{
    const double root = sqrt(x * x + b);
    return (x < 0) & (b < 0x1p1000) ? 0.5 * (b + 0.0) / (root - x) : 0.5 * (root + x);
}

static inline double squareplus_backward_single(double dy, double x, double b)
{
    const double w = at_least(at_most(x, 0x1p300), -0x1p300);
    const double root = sqrt(w * w + b);
    /* Nothing is cancelled above that. */
    const bool below = w < -0.25 * root;
    /* With what the rounding of the quotient left, so that what is rational comes out exact. */
    const struct words n = words_of(below ? 0.5 * (b + 0.0) : 0.5 * (root + w));
    const struct words quotient = divide_words(n, words_of(below ? (root - w) * root : root));
    const struct words product = two_product(dy, quotient.high);
    const double rest = product.low + dy * quotient.low;
    /* An infinite or NaN product has none, and a zero keeps its sign. */
    return (fabs(rest) < HUGE_VAL) & (rest != 0) ? product.high + rest : product.high;
}

/* For -3 < x < 3 only. */
static inline double hard_swish_single(double x)
{
    const double t = magnitude_single(x, 4);
    return x * ((x < 0 ? -t : t) + 3) / 6;
}

static inline double hard_swish_backward_single(double dy, double x)
{
    return dy * (2 * bounded_single(x, 4) + 3) / 6;
}

#endif
