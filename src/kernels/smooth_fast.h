/* Fast forms of smooth functions for float32. What they return is the right result unless they
   leave a `doubt` that is not 0: then the form of smooth_single.h computes the chunk again, as it
   does for parameters for which name_is_fast_for says that there is no fast form; without a
   parameter that is asked x. Without fma
   they would not be quicker.

   The tests look at each input by itself, since doubt about one hides the results beside. */
#ifndef RELU_UFUNC_SMOOTH_FAST_H
#define RELU_UFUNC_SMOOTH_FAST_H

#include "smooth_single.h"

#ifdef HAS_FMA

enum { FAST_CHUNK = 256, MOST_UNTRIED = 16 };

/* elu and celu are the same function of x alone for alpha = 1. The tests look at all its values,
   so that its operations may be fused. */
static inline bool elu_is_fast_for(float alpha)
{
    return alpha == 1;
}

static inline float elu_fast(float x, float alpha, uint32_t *failed)
{
    (void)alpha, (void)failed;
    return x < 0 ? (float)expm1_polynomially(negative_part(x, -300)) : x;
}

static inline bool celu_is_fast_for(float alpha)
{
    return elu_is_fast_for(alpha);
}

static inline float celu_fast(float x, float alpha, uint32_t *failed)
{
    return elu_fast(x, alpha, failed);
}

static inline bool silu_is_fast_for(float x)
{
    (void)x;
    return true;
}

/* silu_single without its bounds, for where there is no need of them. */
static inline float silu_fast(float x, uint32_t *failed)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    const double product = product_beyond_half(x, e.denominator);
    *failed |= (bits_of_float(x) & 0x7FFFFFFFu) > bits_of_float(300);
    return copysignf((float)(product / (e.denominator + e.numerator)), x);
}

/* For float16: within APPROXIMATE_ULPS units of the last place down to -88, and below that nearer
   to 0 than float16 can tell. */
enum { APPROXIMATE_ULPS = 4 };

static inline float silu_approximate(float x)
{
    const float bounded = at_least_float(x, -88), w = at_most_float(bounded, 88);
    const float shifted = fmaf(-w, (float)LOG2_E, 0x1.8p23f), k = shifted - 0x1.8p23f;
    const float r = fmaf(-k, LN2_LOW_FLOAT, fmaf(-k, LN2_HIGH_FLOAT, -w));
    const float reduced = fmaf(r, fmaf(r, approximate_exponential_polynomial(r), 1), 1);
    const float e = float_of_bits(bits_of_float(reduced) + (bits_of_float(shifted) << 23));
    return bounded / (1 + e);
}

static inline bool hard_swish_is_fast_for(float x)
{
    (void)x;
    return true;
}

/* In float32: x + 3 and x (x + 3) with their rounding errors, and a sixth of that by P. W.
   Markstein's division (IBM J. Res. Dev. 34, 1990), whose last step is taken twice, a little
   too short and a little too long. That is doubt as well where x (x + 3) / 6 is the middle
   of two floats, and for infinities and NaNs. -0.0 comes out as it should from the signs
   chosen here. */
static inline float hard_swish_fast(float x, uint32_t *failed)
{
    const float sixth = 1.0f / 6;
    const float bounded = at_most_float(at_least_float(x, -3), 3);
    const float sum = bounded + 3, sum_low = bounded - (sum - 3);
    const float product = x * sum;
    const float product_low = fmaf(x, sum_low, fmaf(x, sum, -product));
    const float quotient = product * sixth;
    const float excess = fmaf(6, quotient, -product) - product_low;
    const float short_of = fmaf(excess, -sixth * (1 - 0x1p-20f), quotient);
    const float beyond = fmaf(excess, -sixth * (1 + 0x1p-20f), quotient);
    *failed |= bits_of_float(short_of - beyond);
    return short_of;
}

static inline bool squareplus_is_fast_for(float b)
{
    return b >= 0;
}

/* x/2 + sqrt(x^2/4 + b/4) in float32, with the rounding errors of square and sum, and one step
   of Newton's for what the root leaves of them. If b is not negative these are small beside the
   sum, and if that is above 2^-90 none that counts is subnormal: then the error is below 2^-45
   of the root. Infinities and NaNs leave doubt. */
static inline float squareplus_fast(float x, float b, uint32_t *failed)
{
    const float half = 0.5f * x, quarter = 0.25f * b;
    const float square = half * half, square_low = fmaf(half, half, -square);
    const float sum = square + quarter, other = sum - square;
    const float sum_low = (square - (sum - other)) + (quarter - other);
    const float root = sqrtf(sum);
    const float rest = fmaf(-root, root, sum) + (sum_low + square_low);
    const float high = root + half;
    const float low = fmaf(rest, 0.5f / root, half - (high - root));
    const float short_of = high + fmaf(root, -0x1p-44f, low);
    const float beyond = high + fmaf(root, 0x1p-44f, low);
    *failed |= bits_of_float(short_of - beyond) | !(sum > 0x1p-90f);
    return short_of;
}

#endif
#endif
