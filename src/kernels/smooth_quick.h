/* Quick forms of smooth functions for float32. What they return is the right result unless
   they leave doubt: then the form of smooth_single.h computes the chunk again. Without fma
   they would not be quicker.

   The tests look at each input by itself, since doubt about one hides the results beside. */
#ifndef RELU_UFUNC_SMOOTH_QUICK_H
#define RELU_UFUNC_SMOOTH_QUICK_H

#include "smooth_single.h"

#ifdef HAS_FMA

enum { QUICK_CHUNK = 256, MOST_UNTRIED = 16 };

/* For lanes of either width: not 0, or negative, if any element of the chunk is in doubt. */
struct doubt {
    uint32_t not_zero;
    int64_t negative;
};

/* Doubt if the value, within 2^-38 of itself, may be on the other side of the middle of two
   floats that are not subnormal. */
static inline float rounded_unless_in_doubt(double value, struct doubt *doubt)
{
    const uint64_t middle = 1 << 28, fraction = (1 << 29) - 1, margin = 1 << 15;
    const uint64_t above = (bits_of_double(value) + middle + margin) & fraction;
    doubt->negative |= (int64_t)above - (int64_t)(2 * margin);
    return (float)value;
}

/* max(x, 0) - |x| Phi(-|x|) by shorter quotients, which err by 2^-39.5. NaNs leave doubt, and
   so does all between -14.375 and -13.125, where results are subnormal. For a subnormal x the
   result is x/2, maybe the middle of two floats, and a little more: 2^-160, which exceeds the
   error, stands for that. Zeros then take their sign from x. */
static inline float gelu_quick(float x, struct doubt *doubt)
{
    doubt->not_zero |= !(x > -13.125f) & !(x <= -14.375f);
    const double t = magnitude(x, 14.5f);
    const struct quotient e = short_exponential_quotient(FUSED, -0.5 * (t * t));
    const double tail = multiply_add(
        FUSED, t, e.numerator * short_mills_numerator(FUSED, t), -0x1p-160)
        / (e.denominator * short_mills_denominator(FUSED, t));
    const double value = at_least_float(x, -0.0f) - tail;
    return copysignf(rounded_unless_in_doubt(value, doubt), x);
}

/* silu_single without its bounds, for where there is no need of them. */
static inline float silu_quick(float x, struct doubt *doubt)
{
    const struct quotient e = exponential_quotient(FUSED, -(double)x);
    const double product = product_beyond_half(x, e.denominator);
    doubt->not_zero |= (bits_of_float(x) & 0x7FFFFFFFu) > bits_of_float(300);
    return copysignf((float)(product / (e.denominator + e.numerator)), x);
}

/* For float16: within ROUGH_ULPS units of the last place down to -88, and below that nearer
   to 0 than float16 can tell. */
enum { ROUGH_ULPS = 4 };

static inline float silu_rough(float x)
{
    const float bounded = at_least_float(x, -88), w = at_most_float(bounded, 88);
    const float shifted = fmaf(-w, 0x1.715476p+0f, 0x1.8p23f), k = shifted - 0x1.8p23f;
    const float r = fmaf(-k, 0x1.7f7d1cp-20f, fmaf(-k, 0x1.62e4p-1f, -w));
    const float reduced = fmaf(r, fmaf(r, rough_exponential_polynomial(r), 1), 1);
    const float e = float_of_bits(bits_of_float(reduced) + (bits_of_float(shifted) << 23));
    return bounded / (1 + e);
}

/* In float32: x + 3 and x (x + 3) with their rounding errors, and a sixth of that by P. W.
   Markstein's division (IBM J. Res. Dev. 34, 1990), whose last step is taken twice, a little
   too short and a little too long. That is doubt as well where x (x + 3) / 6 is the middle
   of two floats, and for infinities and NaNs. -0.0 comes out as it should from the signs
   chosen here. */
static inline float hard_swish_quick(float x, struct doubt *doubt)
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
    doubt->not_zero |= bits_of_float(short_of - beyond);
    return short_of;
}

/* x/2 + sqrt(x^2/4 + b/4) in float32, with the rounding errors of square and sum, and one step
   of Newton's for what the root leaves of them. If b is not negative these are small beside the
   sum, and if that is above 2^-90 none that counts is subnormal: then the error is below 2^-45
   of the root. Infinities and NaNs leave doubt. */
static inline float squareplus_quick(float x, float b, struct doubt *doubt)
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
    doubt->not_zero |= bits_of_float(short_of - beyond) | (!(sum > 0x1p-90f) | !(b >= 0));
    return short_of;
}

#endif
#endif
