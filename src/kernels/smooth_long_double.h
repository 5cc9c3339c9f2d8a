/* The smooth functions and their derivatives in long double, with the C library's
   exponential and logarithm: an ulp or a few, as those are. */
#ifndef RELU_UFUNC_SMOOTH_LONG_DOUBLE_H
#define RELU_UFUNC_SMOOTH_LONG_DOUBLE_H

#include <float.h>
#include <math.h>

/* Beyond the bound a result is a zero or x, and no factor is 0 that should not be. */
#define EXTENDED_BOUND (LDBL_MAX_EXP * 0.6875L)

static inline long double bounded_extended(long double x, long double bound)
{
    return x < -bound ? -bound : x > bound ? bound : x;
}

static inline long double softplus_extended(long double x)
{
    const long double log = log1pl(expl(-fabsl(x)));
    return x < 0 ? log : x + log;
}

static inline long double softplus_backward_extended(long double dy, long double x)
{
    const long double e = expl(-fabsl(bounded_extended(x, EXTENDED_BOUND)));
    return dy * ((x < 0 ? e : 1) / (1 + e));
}

static inline long double elu_extended(long double x, long double alpha)
{
    return alpha * expm1l(x < 0 ? x : 0);
}

static inline long double elu_backward_extended(long double dy, long double x, long double alpha)
{
    const long double below = bounded_extended(x < 0 ? x : 0, EXTENDED_BOUND);
    return dy * alpha * expl(below);
}

#define SELU_SCALE_EXTENDED 1.0507009873554804934193349852946L
#define SELU_ALPHA_EXTENDED 1.6732632423543772848170429916717L

static inline long double selu_extended(long double x)
{
    return SELU_SCALE_EXTENDED * (x < 0 ? SELU_ALPHA_EXTENDED * expm1l(x) : x);
}

static inline long double selu_backward_extended(long double dy, long double x)
{
    const long double below = expl(bounded_extended(x, EXTENDED_BOUND));
    return dy * (SELU_SCALE_EXTENDED * (x > 0 ? 1 : SELU_ALPHA_EXTENDED * below));
}

static inline long double celu_extended(long double x, long double alpha)
{
    return alpha * expm1l(bounded_extended(x / alpha, EXTENDED_BOUND));
}

static inline long double celu_backward_extended(long double dy, long double x, long double alpha)
{
    return dy * expl(bounded_extended(x / alpha, EXTENDED_BOUND));
}

/* 1 / sqrt(2) and 1 / sqrt(2 pi) */
#define SQRT_HALF_EXTENDED 0.707106781186547524400844362104849039L
#define NORMAL_DENSITY_EXTENDED 0.398942280401432677939946059934381868L

static inline long double gelu_extended(long double x)
{
    const long double bound = 2 * sqrtl(EXTENDED_BOUND);
    const long double product = bounded_extended(x, bound) * SQRT_HALF_EXTENDED;
    return (x < 0 ? bounded_extended(x, bound) : x) * (0.5L * erfcl(-product));
}

static inline long double gelu_backward_extended(long double dy, long double x)
{
    const long double t = bounded_extended(x, sqrtl(2 * EXTENDED_BOUND));
    const long double density = NORMAL_DENSITY_EXTENDED * expl(-0.5L * t * t);
    return dy * (0.5L * erfcl(-t * SQRT_HALF_EXTENDED) + t * density);
}

static inline long double silu_extended(long double x)
{
    const long double below = x < -2 * EXTENDED_BOUND ? -2 * EXTENDED_BOUND : x;
    return below / (1 + expl(-below));
}

/* sigmoid(z) + w sigmoid(z) sigmoid(-z) for z of the sign of w. */
static inline long double sigmoid_derivative_extended(long double z, long double w)
{
    const long double e = expl(-fabsl(z)), sum = 1 + e;
    return (z < 0 ? e * (sum + w) : sum + w * e) / (sum * sum);
}

static inline long double silu_backward_extended(long double dy, long double x)
{
    const long double z = bounded_extended(x, EXTENDED_BOUND);
    return dy * sigmoid_derivative_extended(z, z);
}

#define GELU_LINEAR_EXTENDED 1.59576912160573071175978423973752747L

static inline long double gelu_tanh_extended(long double x)
{
    const long double bound = 3 * cbrtl(EXTENDED_BOUND);
    const long double t = bounded_extended(x, bound);
    const long double z = GELU_LINEAR_EXTENDED * t * (1 + 0.044715L * t * t);
    return (x < 0 ? t : x) / (1 + expl(-z));
}

static inline long double gelu_tanh_backward_extended(long double dy, long double x)
{
    const long double t = bounded_extended(x, 2.4L * cbrtl(EXTENDED_BOUND));
    const long double z = GELU_LINEAR_EXTENDED * t * (1 + 0.044715L * t * t);
    const long double slope = GELU_LINEAR_EXTENDED * (1 + 3 * 0.044715L * t * t);
    return dy * sigmoid_derivative_extended(z, t * slope);
}

/* tanh(log(1 + e^x)) is n / (n + 2) with n = e^x (e^x + 2); for x > 0 both are divided by
   e^2x. */
static inline long double mish_extended(long double x)
{
    const long double below = bounded_extended(x, 2 * EXTENDED_BOUND), e = expl(-fabsl(below));
    const long double n = x < 0 ? e + 2 : 1 + 2 * e;
    const long double d = x < 0 ? 2 + e * n : n + 2 * e * e;
    return (x < 0 ? below * e : x) * n / d;
}

static inline long double mish_backward_extended(long double dy, long double x)
{
    const long double w = bounded_extended(x, EXTENDED_BOUND), e = expl(-fabsl(w));
    const long double n = w < 0 ? e + 2 : 1 + 2 * e;
    const long double d = w < 0 ? 2 + e * n : n + 2 * e * e;
    const long double rest = 4 * w * (1 + e);
    return dy * ((w < 0 ? e * (n * d + rest) : n * d + rest * e * e) / (d * d));
}

static inline long double squareplus_root_extended(long double x, long double b)
{
    return b < 0 ? sqrtl(x * x + b) : hypotl(x, sqrtl(b));
}

static inline long double squareplus_extended(long double x, long double b)
{
    const long double root = squareplus_root_extended(x, b);
    return x < 0 && b <= LDBL_MAX ? 0.5L * (b + 0.0L) / (root - x) : 0.5L * root + 0.5L * x;
}

static inline long double squareplus_backward_extended(
    long double dy, long double x, long double b)
{
    const long double w = bounded_extended(x, LDBL_MAX);
    const long double root = squareplus_root_extended(w, b);
    return dy * ((w < 0 ? 0.5L * (b + 0.0L) / (root - w) : 0.5L * root + 0.5L * w) / root);
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
