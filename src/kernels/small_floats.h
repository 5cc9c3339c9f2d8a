/* Converts the floats of 16 bits and fewer to float32 and back, rounding to nearest,
   ties to even, in plain C that vectorises, for any format.

   No step adds floats, or depends on a subnormal float32, so neither flush-to-zero nor
   the thread's rounding mode can change a result. */
#ifndef RELU_UFUNC_SMALL_FLOATS_H
#define RELU_UFUNC_SMALL_FLOATS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FLOAT32_EXPONENT = 8, FLOAT32_MANTISSA = 23, FLOAT32_BIAS = 127 };

static inline float float_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline uint32_t bits_of_float(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/* Returns 2 to the power n, which must be a normal float32. */
static inline float power_of_two(int n)
{
    return float_of_bits((uint32_t)(n + FLOAT32_BIAS) << FLOAT32_MANTISSA);
}

static inline int bias_of(int exponent)
{
    return (1 << (exponent - 1)) - 1;
}

/* What is added to an exponent on the way to float32, in float32's bits. */
static inline uint32_t rebias_of(int exponent)
{
    return (uint32_t)(FLOAT32_BIAS - bias_of(exponent)) << FLOAT32_MANTISSA;
}

static inline bool overflows_to_nan(int exponent, int mantissa, uint32_t greatest)
{
    (void)exponent;
    return (greatest & ((1u << mantissa) - 1)) != 0;
}

static inline float widened_small_float(
    uint32_t bits, int exponent, int mantissa, uint32_t greatest)
{
    const int shift = FLOAT32_MANTISSA - mantissa;
    const uint32_t sign_bit = 1u << (exponent + mantissa);
    const uint32_t sign = (bits & sign_bit) << (31 - exponent - mantissa);
    const uint32_t magnitude = bits & (sign_bit - 1);
    const uint32_t rebias = rebias_of(exponent);
    /* A format with float32's exponent is the upper bits of a float32. */
    if (exponent == FLOAT32_EXPONENT)
        return float_of_bits(bits << shift);
    const uint32_t finite = (magnitude << shift) + rebias;
    const uint32_t infinite = finite + rebias;
    const uint32_t nan = 0x7FC00000u;
    const uint32_t normal = overflows_to_nan(exponent, mantissa, greatest)
        ? (magnitude > greatest ? nan : finite)
        : (magnitude >= greatest ? infinite : finite);
    const float step = power_of_two(1 - bias_of(exponent) - mantissa);
    const uint32_t subnormal = bits_of_float((float)(int32_t)magnitude * step);
    return float_of_bits(sign | (magnitude < 1u << mantissa ? subnormal : normal));
}

static inline uint32_t narrowed_small_float(
    float wide, int exponent, int mantissa, uint32_t greatest)
{
    const int shift = FLOAT32_MANTISSA - mantissa;
    const bool is_finite = overflows_to_nan(exponent, mantissa, greatest);
    const uint32_t nan = is_finite ? greatest + 1 : greatest | 1u << (mantissa - 1);
    const uint32_t overflow = is_finite ? nan : greatest;
    const uint32_t bits = bits_of_float(wide);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    const bool is_nan = magnitude > 0x7F800000u;
    const uint32_t half = 1u << (shift - 1), odd = (bits >> shift) & 1u;
    /* With float32's exponent no number becomes subnormal, and a carry makes infinity. */
    if (exponent == FLOAT32_EXPONENT)
        return is_nan ? nan : (bits + half - 1 + odd) >> shift;
    const uint32_t sign = (bits & 0x80000000u) >> (31 - exponent - mantissa);
    const uint32_t rebias = rebias_of(exponent);
    const uint32_t normal = (magnitude - rebias + half - 1 + odd) >> shift;
    const uint32_t least_normal = rebias + (1u << FLOAT32_MANTISSA);
    /* Subnormals are counted in halves of the smallest step, since an addition would
       follow the thread's rounding mode. A normal number might not fit an int, and in QEMU
       7.2 a NaN that POWER converts spoils the lanes beside it. */
    const uint32_t all_if_subnormal = 0 - (uint32_t)(magnitude < least_normal);
    const float halves = float_of_bits(magnitude & all_if_subnormal)
        * power_of_two(bias_of(exponent) + mantissa);
    const uint32_t whole_halves = (uint32_t)(int32_t)halves;
    const uint32_t steps = whole_halves >> 1;
    /* The mask changes nothing, but without it gcc sees a truncation, which it leaves in a
       branch that does not vectorise. */
    const uint32_t beyond_half = (float)(int32_t)(whole_halves & 0xFFFFFFu) != halves;
    const uint32_t subnormal = steps + (whole_halves & (beyond_half | steps) & 1u);
    /* A tie between the greatest number and the overflow goes to the even one. */
    const uint32_t least_overflow =
        ((overflow << shift) + rebias) - half + (is_finite ? 1u : 0u);
    uint32_t narrow = magnitude < least_normal ? subnormal : normal;
    narrow = magnitude >= least_overflow ? overflow : narrow;
    narrow = is_nan ? nan : narrow;
    return sign | narrow;
}

/* Returns d rounded to odd, to 13 bits: the last one is 1 if the result is inexact. To round that
   again, to 11 bits or fewer, is to round d once (S. Boldo and G. Melquiond, IEEE Trans. Comput.
   57(4), 2008). Nor are 13 bits too many for a float32 near the midpoint of two subnormal numbers
   of bfloat16. A NaN gets the same bits on every processor. */
static inline float rounded_to_odd(double d)
{
    const uint64_t beyond = ((uint64_t)1 << 40) - 1;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    bits = (bits | ((bits & beyond) + beyond)) & ~beyond;
    memcpy(&d, &bits, sizeof d);
    const float odd = (float)d;
    return odd == odd ? odd : float_of_bits((bits_of_float(odd) & 0x80000000u) | 0x7FC00000u);
}

#endif
