/* The smooth functions and their derivatives for float32 and the floats of fewer bits, in
   double, without tables or branches. The operands are the values of those formats.

   They err by 2^-53 to 2^-47 of the value. The tests look at all inputs, with fma and without:
   with the usual parameters, and a dy of 1, no value is so near to the middle between two floats
   that its float32 result is wrong.

   Beyond 300 (14.5 for gelu, 20 for its derivative, 14 for gelu_tanh) x is taken for that: the
   result is a zero or x, even times the greatest dy, and no factor is 0 that should not be. */
#ifndef RELU_UFUNC_SMOOTH_SINGLE_H
#define RELU_UFUNC_SMOOTH_SINGLE_H

#include <stdbool.h>

#include "expm1.h"
#include "small_floats.h"

/* Bounds on the bits of floats, which are half as wide as doubles. These leave numbers of the
   other sign as they are: `most` has a plus sign, `least` a minus sign. A NaN may come out as a
   number: the rows replace it. */
static inline float at_most_float(float x, float most)
{
    const int32_t bits = (int32_t)bits_of_float(x), bound = (int32_t)bits_of_float(most);
    return float_of_bits((uint32_t)(bits < bound ? bits : bound));
}

static inline float at_least_float(float x, float least)
{
    const uint32_t bits = bits_of_float(x), bound = bits_of_float(least);
    return float_of_bits(bits < bound ? bits : bound);
}

/* x where it is negative, else 0, bounded. */
static inline float negative_part(float x, float least)
{
    const int32_t bits = (int32_t)bits_of_float(x);
    return at_least_float(float_of_bits((uint32_t)(bits < 0 ? bits : 0)), least);
}

static inline float positive_part(float x)
{
    const int32_t bits = (int32_t)bits_of_float(x);
    return float_of_bits((uint32_t)(bits < 0 ? 0 : bits));
}

static inline float magnitude(float x, float most)
{
    return at_most_float(float_of_bits(bits_of_float(x) & 0x7FFFFFFFu), most);
}

/* x within the bounds, and away from 0 where it is not 0: for a derivative, whose series
   begins with 1/2. Then dy/2 may be the middle of two subnormal floats. */
static inline float bounded(float x, float most)
{
    const uint32_t bits = bits_of_float(x), sign = 0x80000000u;
    const uint32_t least = bits_of_float(0x1p-40f), size = bits_of_float(magnitude(x, most));
    return float_of_bits((bits & sign) | (((size > least) | (size == 0)) ? size : least));
}

/* x factor, where the quotient of that begins with x/2 + c x^2 at 0, c > 0: the middle of two
   floats if x is subnormal and odd. What follows it is lost in a double, and 2^-176 stands for
   that. */
static inline double product_beyond_half(double x, double factor)
{
    return multiply_add(FUSED, x, factor, 0x1p-176);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e), e = e^-|x|. The logarithm is twice the inverse
   hyperbolic tangent of e / (2 + e), or log(2) and that of (e - 1) / (e + 3) where e is
   nearer to 1. */
static inline double softplus_single(float x)
{
    const float size = magnitude(x, 300);
    const bool is_halved = size < 0x1.c34366p-1f;
    const struct quotient e = exponential_quotient(FUSED, -(double)size);
    const double halved = is_halved ? e.denominator : 0;
    const double s = (e.numerator - halved)
        / (multiply_add(FUSED, 2, e.denominator, e.numerator) + halved);
    const double z = s * s;
    /* Rounds rightly the one of all floats, 0x1.d483ap-12, whose value is 2^-57.5 from the middle
       of two, and changes no other. */
    const double correction = 0x1.8p-54;
    const double beyond = multiply_add(
        FUSED, s * z, short_logarithm_polynomial(FUSED, z), is_halved ? LN2_REST + correction : 0);
    const double log = (is_halved ? LN2 : 0) + multiply_add(FUSED, 2, s, beyond);
    return positive_part(x) + log;
}

/* A derivative 1/2 + c x - d x^3, |x| < `near`: where 1/2 + c x is the middle of two floats
   the third term decides, and is lost in a double. */
static inline double nearer_to_half(double derivative, double x, double near)
{
    const double third = x < 0 ? -0x1p-53 : x > 0 ? 0x1p-53 : 0;
    return fabs(x) < near ? derivative - third : derivative;
}

static inline double softplus_backward_single(double dy, float x)
{
    const struct quotient e = exponential_quotient(TWICE, -(double)bounded(x, 300));
    const double derivative = e.denominator / (e.denominator + e.numerator);
    /* Of all floats the one whose derivative is too near to the middle of two. */
    const double correction = x == -0x1.250c02p-10f ? 0x1p-54 : 0;
    return dy * (nearer_to_half(derivative, x, 0x1p-16) + correction);
}

/* For x < 0 only. The middle may be alpha x, of 48 bits, and alpha (x + x^2/2) is nearer
   to 0. */
static inline double elu_single(float x, double alpha)
{
    const double below = expm1_quotient(TWICE, negative_part(x, -300));
    return alpha * (x > -0x1p-50f ? x * (1 - 0x1p-51) : below);
}

/* For x <= 0 only. */
static inline double elu_backward_single(double dy, float x, double alpha)
{
    const float below = negative_part(x, -300);
    const double slope = dy * alpha;
    const struct quotient e = exponential_quotient(TWICE, below);
    /* Less than 1 where e^x is too near to it. */
    const double nearly = ((below > -0x1p-50f) & (below < 0)) ? 1 - 0x1p-50 : 1;
    return slope * nearly * e.numerator / e.denominator;
}

/* The constants of G. Klambauer et al., NeurIPS 2017. */
#define SELU_SCALE 0x1.0cfabd6a91132p+0
#define SELU_SCALE_LOW 0x1.6fc7d272f2695p-55
#define SELU_SCALE_ALPHA 0x1.c212cc640f031p+0
#define SELU_SCALE_ALPHA_LOW 0x1.05161b045a1fep-56

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

/* For x < 0 only; x / alpha is above 0 for a negative alpha. */
static inline double celu_single(float x, double alpha)
{
    return alpha * expm1_quotient(TWICE, at_least(at_most(x / alpha, 700), -300));
}

/* For x <= 0 only. */
static inline double celu_backward_single(double dy, float x, double alpha)
{
    const double ratio = at_least(at_most(x / alpha, 700), -300);
    const struct double_double product = two_product(ratio, alpha);
    const double rest = ((x - product.high) - product.low) / alpha;
    /* None where the ratio is a bound, or alpha is 0 or infinite. */
    const struct quotient e = as_quotient(reduced_exponential_of_dd(
        TWICE, (struct double_double){ratio, fabs(rest) < 0x1p-40 ? rest : 0}));
    return dy * e.numerator / e.denominator;
}

/* max(x, 0) - |x| Phi(-|x|); Phi(-t) is exp(-t^2/2) times Mills' ratio, but for a factor. For a
   subnormal x the result is x/2, maybe the middle of two floats, and a little more: 2^-160 stands
   for that. Zeros then take their sign from x. */
static inline double gelu_single(float x)
{
    const double t = magnitude(x, 14.5f);
    const struct quotient e = gaussian_quotient(FUSED, t * t);
    const double tail = multiply_add(
        FUSED, t, e.numerator * short_mills_numerator(FUSED, t), -0x1p-160)
        / (e.denominator * short_mills_denominator(FUSED, t));
    return copysign(at_least_float(x, -0.0f) - tail, x);
}

/* Phi(x) + x phi(x) */
static inline double gelu_backward_single(double dy, float x)
{
    const double t = fabs(bounded(x, 20));
    const struct quotient e = exponential_quotient(TWICE, -0.5 * (t * t));
    const double d = mills_denominator(TWICE, t);
    const double n = e.numerator * (mills_numerator(TWICE, t) - t * NORMAL_DENSITY * d);
    const double all = e.denominator * d;
    /* Of all floats those whose derivatives are too near to the middle of two: two beside
       the root, and two more. */
    const double correction = x == -0x1.80eacep-1f    ? 0x1p-54
                         : x == -0x1.80eb02p-1f  ? 0x1p-54
                         : x == -0x1.a1becap-14f ? -0x1p-54
                         : x == -0x1.40d932p-26f ? -0x1p-54
                                                 : 0;
    return dy * ((x < 0 ? n : all - n) / all + correction);
}

static inline double silu_single(float x)
{
    const float w = at_least_float(x, -300);
    const struct quotient e = exponential_quotient(FUSED, -(double)at_most_float(w, 300));
    const double product = product_beyond_half(w, e.denominator);
    return copysign(product / (e.denominator + e.numerator), w);
}

/* sigmoid(z) + w sigmoid(z) sigmoid(-z) for w = x dz/dx, by e^-|z|. */
static inline double sigmoid_derivative(double w, struct reduced_exponential e)
{
    const struct quotient whole = as_quotient(e);
    const double n = whole.numerator, d = whole.denominator, sum = d + n;
    /* n + d + w d, which is near 0 where the derivative is: cancelled as far as it can be
       exactly. */
    const double power = power_of_two_of(e.exponent), rest = 1 + w;
    const double below = (e.p * (rest + power) - e.q * (rest - power)) * n;
    const double above = (sum + w * n) * d;
    return (w < 0 ? below : above) / (sum * sum);
}

static inline double silu_backward_single(double dy, float x)
{
    const double w = bounded(x, 300);
    const double derivative = sigmoid_derivative(w, reduced_exponential(TWICE, -fabs(w)));
    return dy * nearer_to_half(derivative, x, 0x1p-16);
}

/* 2 sqrt(2/pi), and that times 0.044715: the tanh form of D. Hendrycks and K. Gimpel,
   arXiv:3006.08415, is x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)). */
#define GELU_LINEAR (struct double_double){4 * NORMAL_DENSITY, 4 * NORMAL_DENSITY_REST}
#define GELU_CUBIC (struct double_double){0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c70p-61}

/* Of |x| <= 22, which times itself is exact. */
static inline struct double_double gelu_tanh_argument(double x)
{
    const struct double_double cubic = two_product(GELU_CUBIC.high, x * x);
    const struct double_double sum = two_sum(GELU_LINEAR.high, cubic.high);
    const double low = sum.low + (cubic.low + (GELU_LINEAR.low + GELU_CUBIC.low * (x * x)));
    const struct double_double product = two_product(x, sum.high);
    return (struct double_double){product.high, product.low + x * low};
}

static inline double gelu_tanh_single(float x)
{
    const float w = at_least_float(x, -14);
    const double v = at_most_float(w, 14);
    const double slope = multiply_add(FUSED, GELU_CUBIC.high, v * v, GELU_LINEAR.high);
    const struct quotient e = exponential_quotient(FUSED, -v * slope);
    /* Rounds rightly the one of all floats, -0x1.6148dep-16, whose value is 2^-54 from the middle
       of two, and changes no other. */
    const double correction = 0x1p-53;
    const double product = product_beyond_half(w, e.denominator + correction);
    return copysign(product / (e.denominator + e.numerator), w);
}

static inline double gelu_tanh_backward_single(double dy, float x)
{
    const double w = bounded(x, 14);
    const struct double_double z = gelu_tanh_argument(fabs(w));
    const double slope = GELU_LINEAR.high + 3 * GELU_CUBIC.high * (w * w);
    const struct reduced_exponential e = reduced_exponential_of_dd(TWICE, negated_dd(z));
    /* As for gelu. */
    const double correction = x == -0x1.8280e4p-1f    ? 0x1p-54
                         : x == 0x1.40d932p-25f  ? 0x1p-53
                         : x == -0x1.40d932p-26f ? -0x1p-54
                                                 : 0;
    return dy * (sigmoid_derivative(w * slope, e) + correction);
}

/* tanh(log(1 + e^x)) is n / (n + 2) with n = e^x (e^x + 2). */
static inline double mish_single(float x)
{
    const float w = at_least_float(x, -300);
    const struct quotient e = exponential_quotient(FUSED, at_most_float(w, 30));
    const double n = e.numerator * multiply_add(FUSED, 2, e.denominator, e.numerator);
    const double d = multiply_add(FUSED, 2 * e.denominator, e.denominator, n);
    return w * n / d;
}

/* (n d + 4 x e^x (1 + e^x)) / d^2 for d = n + 2. */
static inline double mish_backward_single(double dy, float x)
{
    const double w = at_most_float(at_least_float(x, -300), 60);
    const struct quotient e = exponential_quotient(TWICE, w);
    const double square = e.denominator * e.denominator;
    const double n = 2 * e.denominator + e.numerator;
    const double d = e.numerator * n + 2 * square;
    const double rest = 4 * w * (square * (e.denominator + e.numerator));
    /* Of all floats those whose derivatives are too near to the middle of two. */
    const double correction = x == -0x1.4p-27f       ? -0x1p-53
                         : x == -0x1.31432cp+0f ? -0x1p-54
                                                : 0;
    return dy * (e.numerator * (n * d + rest) / (d * d) + correction);
}

/* (x + sqrt(x^2 + b)) / 2, and the same without a difference for x < 0. An infinite b has
   to stay one, and -0.0 counts as 0. */
static inline double squareplus_single(double x, double b)
{
    const double root = sqrt(x * x + b);
    return ((x < 0) & (b < 0x1p1000)) ? 0.5 * (b + 0.0) / (root - x) : 0.5 * (root + x);
}

static inline double squareplus_backward_single(double dy, double x, double b)
{
    const double far = at_least(at_most(x, 0x1p300), -0x1p300);
    const double root = sqrt(far * far + b);
    /* dy/2 may be the middle of two subnormal floats, and a small x decides. */
    const double least = far == 0 ? 0 : 0x1p-40 * at_most(root, 0x1p300);
    const double w = copysign(at_least(fabs(far), least), far);
    /* Nothing is cancelled above that. */
    const bool below = w < -0.25 * root;
    /* With what the rounding of sum and quotient left: 1/2 + x / (2 sqrt(b)) may be a middle as
       well, and what is rational comes out exact. */
    const struct double_double sum = two_sum(root, w);
    const struct double_double n = {
        below ? 0.5 * (b + 0.0) : 0.5 * sum.high, below ? 0 : 0.5 * sum.low};
    const struct double_double quotient = divide_dd(n, dd_of(below ? (root - w) * root : root));
    const double high = nearer_to_half(quotient.high, w, root < HUGE_VAL ? 0x1p-15 * root : 0);
    const struct double_double product = two_product(dy, high);
    const double rest = product.low + dy * quotient.low;
    /* An infinite or NaN product has none, and a zero keeps its sign. */
    const double whole = copysign(product.high + rest, product.high);
    return fabs(rest) < HUGE_VAL ? whole : product.high;
}

/* n / 6 without the slow division: exactly that if it is a double, since 1.0 / 6 is too small by
   2^-54 of itself, which rounding takes away; else within an ulp of it. */
static inline double sixth(double n)
{
    return n * (1.0 / 6);
}

/* For x < 3 only. */
static inline double hard_swish_single(float x)
{
    const double w = at_least_float(x, -3);
    return copysign(sixth(product_beyond_half(w, w + 3)), w);
}

/* For -3 < x < 3 only. */
static inline double hard_swish_backward_single(double dy, float x)
{
    return sixth(dy * (2.0 * bounded(x, 4) + 3));
}

#endif
