/* The smooth functions and their derivatives in long double, with the C library's exponential,
   logarithm and error function: a few ulp, with derivatives and tails as exact as the rest.
   Nothing but float.h says what a long double is: 64, 106 or 113 bits, and any exponents.

   What may leave the range on the way is kept as a scaled number, and rounded once at the end.
   Where an exponential magnifies the rounding error of its argument, that is an exact number and
   a small rest. */
#ifndef RELU_UFUNC_SMOOTH_LONG_DOUBLE_H
#define RELU_UFUNC_SMOOTH_LONG_DOUBLE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "constants.h"

/* mantissa * 2^exponent */
struct scaled_extended {
    long double mantissa;
    int exponent;
};

static inline struct scaled_extended scaled_extended(long double x)
{
    int exponent = 0;
    const long double mantissa = frexpl(x, &exponent);
    return (struct scaled_extended){mantissa, fabsl(x) <= LDBL_MAX ? exponent : 0};
}

static inline struct scaled_extended multiply_extended(
    struct scaled_extended a, struct scaled_extended b)
{
    return (struct scaled_extended){a.mantissa * b.mantissa, a.exponent + b.exponent};
}

static inline long double value_extended(struct scaled_extended a)
{
    return ldexpl(a.mantissa, a.exponent);
}

/* scale * factor * a, rounded once in the range's ends; the factor is not near them. */
static inline long double product_extended(
    long double scale, long double factor, struct scaled_extended a)
{
    const struct scaled_extended product = multiply_extended(scaled_extended(scale), a);
    return ldexpl(product.mantissa * factor, product.exponent);
}

static inline long double bounded_extended(long double x, long double bound)
{
    return x < -bound ? -bound : x > bound ? bound : x;
}

/* Beyond it e^-t times two numbers of any size is 0. */
#define EXPONENT_BOUND_EXTENDED (4.0L * LDBL_MAX_EXP)

/* e^x, and where that is out of range, or is subnormal, the exponential of its half or quarter,
   squared. */
static inline struct scaled_extended exponential_extended(long double x)
{
    long double part = bounded_extended(x, EXPONENT_BOUND_EXTENDED);
    int squarings = 0;
    for (; fabsl(part) > -0.6875L * LDBL_MIN_EXP; part *= 0.5L)
        ++squarings;
    struct scaled_extended e = scaled_extended(expl(part));
    for (; squarings > 0; --squarings)
        e = multiply_extended(e, e);
    return e;
}

/* e^(x + rest), |rest| < 1 */
static inline struct scaled_extended exponential_of_sum_extended(long double x, long double rest)
{
    const struct scaled_extended e = exponential_extended(x);
    return (struct scaled_extended){e.mantissa + e.mantissa * expm1l(rest), e.exponent};
}

/* x to so few bits that its square and cube are exact: |x| < 128 for a cube. */
static inline long double leading_bits_extended(long double x)
{
    return floorl(x * 512 + 0.5L) / 512;
}

static inline long double softplus_extended(long double x)
{
    const long double log = log1pl(expl(-fabsl(x)));
    return x < 0 ? log : x + log;
}

static inline long double softplus_backward_extended(long double dy, long double x)
{
    const struct scaled_extended e = exponential_extended(-fabsl(x)), one = {1, 0};
    return product_extended(dy, 1 / (1 + value_extended(e)), x < 0 ? e : one);
}

static inline long double elu_extended(long double x, long double alpha)
{
    return alpha * expm1l(x < 0 ? x : 0);
}

static inline long double elu_backward_extended(long double dy, long double x, long double alpha)
{
    const struct scaled_extended e = exponential_extended(x < 0 ? x : 0);
    return product_extended(dy, 1, multiply_extended(scaled_extended(alpha), e));
}

#define SELU_SCALE_EXTENDED 1.05070098735548049341933498529460635195898L
#define SELU_SCALE_ALPHA_EXTENDED 1.75809934084737685994021752081227957732351L

static inline long double selu_extended(long double x)
{
    return x < 0 ? SELU_SCALE_ALPHA_EXTENDED * expm1l(x) : SELU_SCALE_EXTENDED * x;
}

static inline long double selu_backward_extended(long double dy, long double x)
{
    const struct scaled_extended e = exponential_extended(x < 0 ? x : 0);
    return product_extended(dy, x > 0 ? SELU_SCALE_EXTENDED : SELU_SCALE_ALPHA_EXTENDED, e);
}

/* e^(x / alpha); of a quotient above 1 the integer and the rest, which the remainder gives. */
static inline struct scaled_extended celu_exponential_extended(long double x, long double alpha)
{
    const long double quotient = x / alpha;
    if (fabsl(quotient) <= 1 || fabsl(quotient) > EXPONENT_BOUND_EXTENDED)
        return exponential_extended(quotient);
    const long double remainder = fmodl(x, alpha);
    return exponential_of_sum_extended(roundl((x - remainder) / alpha), remainder / alpha);
}

/* The quotient is above 0 for a negative alpha only. */
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

/* 1 / sqrt(2), of which the first has 24 bits, and 1 / sqrt(2 pi) */
#define SQRT_HALF_EXTENDED 0.707106781186547524400844362104849039284836L
#define SQRT_HALF_HIGH_EXTENDED 0x1.6a09e6p-1L
#define SQRT_HALF_LOW_EXTENDED 1.21016171044789693621048490392848359376885e-8L

/* Beyond it e^(-t^2/2) is 0, whatever it is multiplied by. */
static inline long double normal_bound_extended(void)
{
    return sqrtl(2 * EXPONENT_BOUND_EXTENDED);
}

/* e^(-t^2/2) / sqrt(2 pi) */
static inline struct scaled_extended normal_density_extended(long double t)
{
    const long double high = leading_bits_extended(t), low = t - high;
    const struct scaled_extended e =
        exponential_of_sum_extended(-0.5L * high * high, -low * (high + 0.5L * low));
    return (struct scaled_extended){e.mantissa * NORMAL_DENSITY_EXTENDED, e.exponent};
}

/* Phi(-t) over the density, t >= 4: Laplace's continued fraction, whose value from the k-th term
   on is the quotient of two numbers that follow one another. */
static inline long double mills_ratio_extended(long double t)
{
    enum { TERMS = LDBL_MANT_DIG <= 64 ? 50 : 128 };
    long double numerator = t, denominator = 1;
    for (int k = TERMS; k > 0; --k) {
        const long double next = t * numerator + k * denominator;
        denominator = numerator;
        numerator = next;
    }
    return denominator / numerator;
}

/* Phi(-t), 0 <= t < 4: with what rounding the argument of erfc has changed. */
static inline long double normal_tail_extended(long double t)
{
    const long double z = t * SQRT_HALF_EXTENDED, high = (float)t;
    const long double rest = ((high * SQRT_HALF_HIGH_EXTENDED - z) + high * SQRT_HALF_LOW_EXTENDED)
        + (t - high) * SQRT_HALF_EXTENDED;
    /* The derivative of erfc is -2 sqrt(2) times the density. */
    return 0.5L * erfcl(z)
        - rest * (2 * SQRT_HALF_EXTENDED * NORMAL_DENSITY_EXTENDED * expl(-z * z));
}

static inline long double gelu_extended(long double x)
{
    if (!(x < 0))
        return x * (0.5L * erfcl(-x * SQRT_HALF_EXTENDED));
    const long double t = -bounded_extended(x, normal_bound_extended());
    if (t < 4)
        return x * normal_tail_extended(t);
    return product_extended(-t, mills_ratio_extended(t), normal_density_extended(t));
}

static inline long double gelu_backward_extended(long double dy, long double x)
{
    const long double t = bounded_extended(fabsl(x), normal_bound_extended());
    const struct scaled_extended density = normal_density_extended(t);
    if (x < 0 && t >= 4)
        return product_extended(dy, mills_ratio_extended(t) - t, density);
    const long double weight = t * value_extended(density);
    const struct scaled_extended one = {1, 0};
    const long double slope = x < 0 ? normal_tail_extended(t) - weight
                                    : 0.5L * erfcl(-t * SQRT_HALF_EXTENDED) + weight;
    return product_extended(dy, slope, one);
}

/* x sigmoid(z) for an e^-|z| and z of the sign of x. */
static inline long double sigmoid_product_extended(long double x, struct scaled_extended e)
{
    const long double sum = 1 + value_extended(e);
    return x < 0 ? product_extended(x, 1 / sum, e) : x / sum;
}

/* dy (sigmoid(z) + w sigmoid(z) sigmoid(-z)) for an e^-|z| and z of the sign of w. */
static inline long double sigmoid_derivative_extended(
    long double dy, long double w, struct scaled_extended e)
{
    const long double near = value_extended(e), sum = 1 + near;
    const struct scaled_extended one = {1, 0};
    const long double numerator = w < 0 ? (1 + w) + near : sum + w * near;
    return product_extended(dy, numerator / (sum * sum), w < 0 ? e : one);
}

static inline long double silu_extended(long double x)
{
    const long double w = x < 0 ? bounded_extended(x, EXPONENT_BOUND_EXTENDED) : x;
    return sigmoid_product_extended(w, exponential_extended(-fabsl(w)));
}

static inline long double silu_backward_extended(long double dy, long double x)
{
    const long double w = bounded_extended(x, EXPONENT_BOUND_EXTENDED);
    return sigmoid_derivative_extended(dy, w, exponential_extended(-fabsl(w)));
}

/* 2 sqrt(2/pi), and that times 0.044715, whose first parts have 16 bits. */
#define GELU_LINEAR_EXTENDED (4 * NORMAL_DENSITY_EXTENDED)
#define GELU_LINEAR_HIGH_EXTENDED 0x1.9884p+0L
#define GELU_LINEAR_LOW_EXTENDED 4.96144948071175978423973752747390343452466e-6L
#define GELU_CUBIC_EXTENDED 0.0713548162726002487763387522798635409955921L
#define GELU_CUBIC_HIGH_EXTENDED 0x1.2444p-4L
#define GELU_CUBIC_LOW_EXTENDED 9.0391908462377633875227986354099559207477e-7L

/* e^-(linear t + cubic t^3) for t >= 0: of the leading bits of all three the sum is exact. */
static inline struct scaled_extended gelu_tanh_exponential_extended(long double t)
{
    const long double high = leading_bits_extended(t), low = t - high;
    const long double cube = high * high * high;
    const long double exact = GELU_LINEAR_HIGH_EXTENDED * high + GELU_CUBIC_HIGH_EXTENDED * cube;
    const long double slope =
        GELU_LINEAR_EXTENDED + GELU_CUBIC_EXTENDED * (3 * high * t + low * low);
    const long double rest = GELU_LINEAR_LOW_EXTENDED * high + GELU_CUBIC_LOW_EXTENDED * cube;
    return exponential_of_sum_extended(-exact, -(slope * low + rest));
}

/* Beyond it the exponential is 0, whatever it is multiplied by. */
static inline long double gelu_tanh_bound_extended(void)
{
    return cbrtl(16 * EXPONENT_BOUND_EXTENDED);
}

static inline long double gelu_tanh_extended(long double x)
{
    const long double t = bounded_extended(x, gelu_tanh_bound_extended());
    return sigmoid_product_extended(x < 0 ? t : x, gelu_tanh_exponential_extended(fabsl(t)));
}

static inline long double gelu_tanh_backward_extended(long double dy, long double x)
{
    const long double t = bounded_extended(x, gelu_tanh_bound_extended());
    const long double w = t * (GELU_LINEAR_EXTENDED + 3 * GELU_CUBIC_EXTENDED * t * t);
    return sigmoid_derivative_extended(dy, w, gelu_tanh_exponential_extended(fabsl(t)));
}

/* tanh(log(1 + e^x)) is n / (n + 2) with n = e^x (e^x + 2); for x > 0 both are divided by
   e^2x. */
static inline long double mish_extended(long double x)
{
    const long double w = x < 0 ? bounded_extended(x, EXPONENT_BOUND_EXTENDED) : x;
    const struct scaled_extended e = exponential_extended(-fabsl(w));
    const long double near = value_extended(e), n = x < 0 ? near + 2 : 1 + 2 * near;
    const long double d = x < 0 ? 2 + near * n : n + 2 * near * near;
    return x < 0 ? product_extended(w, n / d, e) : x * (n / d);
}

/* (n d + 4 x e^x (1 + e^x)) / d^2; below 0 multiplied out, so that only 1 + x cancels. */
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

/* sqrt(x^2 + b), and |x|, over 2^exponent */
struct root_extended {
    long double root, size;
    int exponent;
};

static inline struct root_extended root_extended(long double x, long double b)
{
    const int x_exponent = scaled_extended(x).exponent, b_exponent = scaled_extended(b).exponent;
    const int half_exponent = b_exponent / 2 + (b_exponent > 0 && b_exponent % 2 != 0);
    const bool is_larger = b == 0 || (x != 0 && x_exponent > half_exponent);
    const int exponent = is_larger ? x_exponent : half_exponent;
    const long double size = ldexpl(fabsl(x), -exponent), scaled_b = ldexpl(b, -2 * exponent);
    /* In halves, so that the square is exact where b almost cancels it. */
    const long double to_half = (long double)(1ull << (LDBL_MANT_DIG + 1) / 2);
    const long double high = truncl(size * to_half) / to_half, low = size - high;
    const long double square = ((high * high + scaled_b) + 2 * high * low) + low * low;
    return (struct root_extended){sqrtl(square), size, exponent};
}

static inline long double squareplus_extended(long double x, long double b)
{
    if (fabsl(b) > LDBL_MAX)
        return x + sqrtl(b);
    if (fabsl(x) > LDBL_MAX)
        return x < 0 ? (b + 0.0L) / -x : x;
    const struct root_extended r = root_extended(x, b);
    const long double half = 0.5L * (r.root + r.size);
    const struct scaled_extended n = scaled_extended(b + 0.0L);
    return x < 0 ? ldexpl(0.25L * n.mantissa / half, n.exponent - r.exponent)
                 : ldexpl(half, r.exponent);
}

static inline long double squareplus_backward_extended(
    long double dy, long double x, long double b)
{
    if (fabsl(b) > LDBL_MAX)
        return dy * (b - b);
    const struct root_extended r = root_extended(bounded_extended(x, LDBL_MAX), b);
    const long double half = 0.5L * (r.root + r.size);
    struct scaled_extended n = scaled_extended(b + 0.0L), one = {1, 0};
    n.exponent -= 2 * r.exponent;
    return x < 0 ? product_extended(dy, 0.25L / (half * r.root), n)
                 : product_extended(dy, half / r.root, one);
}

static inline long double hard_swish_extended(long double x)
{
    const long double w = x < -3 ? -3 : x;
    return w * (w + 3) / 6;
}

static inline long double hard_swish_backward_extended(long double dy, long double x)
{
    return dy * ((2 * x + 3) / 6);
}

#endif
