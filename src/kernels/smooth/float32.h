/* What the smooth functions share for float32 and the floats of fewer bits. They compute in double,
   without tables or branches, and err by 2^-53 to 2^-47 of the value. The operands are values of
   those formats.

   Beyond a bound, 300 unless a function says another, x is taken for the bound: the result is a
   zero or x, even times the greatest dy, and no factor is 0 that should not be. */
#ifndef RELU_UFUNC_SMOOTH_FLOAT32_H
#define RELU_UFUNC_SMOOTH_FLOAT32_H

#include <stdbool.h>

#include "../exponential_quotient.h"
#include "../float_pairs.h"
#include "../inlining.h"
#include "../small_floats.h"

/* Of a function of x and y, times dz. */
struct gradients {
    double x, y;
};

/* Bounds on the bits of floats, which are half as wide as doubles. They leave numbers of the
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

/* x if it is negative, else 0, bounded. */
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

/* x within the bounds, and away from 0 unless it is 0: for a derivative whose series begins with
   1/2. Otherwise dy/2 could be a midpoint of subnormal floats. */
static inline float bounded(float x, float most)
{
    const uint32_t bits = bits_of_float(x), sign = 0x80000000u;
    const uint32_t least = bits_of_float(0x1p-40f), size = bits_of_float(magnitude(x, most));
    return float_of_bits((bits & sign) | (((size > least) | (size == 0)) ? size : least));
}

/* x factor, if the quotient of this product begins with x/2 + c x^2 at 0, c > 0: x/2 is a midpoint
   if x is subnormal and odd. A double loses the second term, and 2^-176 stands for it; but TWICE is
   for gates, in which a factor follows that may make it large. */
static inline double product_beyond_half(enum contraction how, double x, double factor)
{
    return multiply_add(how, x, factor, how == FUSED ? 0x1p-176 : 0);
}

/* A derivative 1/2 + c x - d x^3, |x| < `near`: if 1/2 + c x is a midpoint, the third term
   decides, and a double loses it. */
static inline double nearer_to_half(double derivative, double x, double near)
{
    const double third = x < 0 ? -0x1p-53 : x > 0 ? 0x1p-53 : 0;
    return fabs(x) < near ? derivative - third : derivative;
}

/* The fast path: in each file, name_fast returns the right result unless its rounding test fails:
   then it sets the bit name_FAILED of `failed`, and the accurate name_single computes the chunk
   again, as it does for parameters for which name_is_fast_for says that there is no fast path.
   Where the test is a hasty one, name_is_certain tells of which x the result is right all the same.
   While chunk after chunk fails, up to MOST_UNTRIED of them are not tried. Without fma the fast
   paths would not be faster.

   The tests look at each input by itself, since a failed rounding test hides the results beside. */
#ifdef HAS_FMA
/* Where a test hardly ever fails, longer chunks are faster. CORRECTED elements are computed again
   together. */
enum { FAST_CHUNK = 256, LONG_FAST_CHUNK = 1024, CORRECTED = 64, MOST_UNTRIED = 16 };

/* Of the value. The derivatives come from another formula than in name_single, and are the same for
   every dy: for dy = 1 the two differ by at most 2^-39.3, and for another by a few roundings
   more. */
#define FAST_ERROR 0x1p-39

#define FAST_FOR_EVERY_INPUT(name) FAST_IN_CHUNKS(name, FAST_CHUNK)
#define NEVER_CERTAIN_IF_FAILED(name) NEVER_CERTAIN_IN_CHUNKS(name, FAST_CHUNK)
#define FAST_IN_CHUNKS(name, chunk)                                                     \
    static inline bool name##_is_fast_for(float x) { (void)x; return true; }            \
    NEVER_CERTAIN_IN_CHUNKS(name, chunk)
#define NEVER_CERTAIN_IN_CHUNKS(name, chunk)                                            \
    enum { name##_FAST_CHUNK = chunk };                                                 \
    static const uint32_t name##_FAILED = 0x80000000u;                                  \
    static inline bool name##_is_certain(float x) { (void)x; return false; }

/* The two loops over a chunk of a function of x alone: what the first computes of x is kept for the
   second. Each is a shorter chain of operations, more of which the processor overlaps. */
struct two_loops {
    double (*first)(float x);
    float (*last)(double kept, float x, uint32_t *failed);
};

#define IN_TWO_LOOPS(name)                                                              \
    NOT_IN_PAIRS(name)                                                                  \
    static const struct two_loops name##_loops = {name##_first, name##_last};           \
    static ALWAYS_INLINE float name##_fast(float x, uint32_t *failed)                   \
    { return name##_last(name##_first(x), x, failed); }
#define IN_ONE_LOOP(name) IN_PAIRS_OR_ONE_LOOP(name) NOT_IN_PAIRS(name)
/* Where there are pairs of floats, the file defines name_pairs besides. */
#define IN_PAIRS_OR_ONE_LOOP(name)                                                      \
    static const struct two_loops name##_loops = {NULL, NULL};

/* The parts of rounding tests, in the highest bit: integer operations, which run beside those of
   floats. They are few, since each counts as much as an operation of the function. name_FAILED is
   another bit where that saves one. */

static inline uint32_t is_beyond(float x, float most)
{
    return bits_of_float(most) - (bits_of_float(x) & 0x7FFFFFFFu);
}

/* Whether 0 < |x| < least. */
static inline uint32_t is_small(float x, float least)
{
    return ((bits_of_float(x) - 1) & 0x7FFFFFFFu) - (bits_of_float(least) - 1);
}

/* Whether x is between two negative numbers. */
static inline uint32_t is_between(float x, float greatest, float least)
{
    const uint32_t past = bits_of_float(x) - bits_of_float(greatest);
    return (past - (bits_of_float(least) - bits_of_float(greatest) + 1)) & ~past;
}

/* The float nearest to a double that errs by FAST_ERROR of it at most; and the same faster if it is
   0 or no subnormal float, which has 29 bits less than a double. */

static inline float fast_float(double value, uint32_t *failed)
{
    const float shorter = (float)(value * (1 - FAST_ERROR));
    const float longer = (float)fma(value, FAST_ERROR, value);
    /* Larger numbers have larger bits, but for the sign. */
    *failed |= bits_of_float(shorter) - bits_of_float(longer);
    return shorter;
}

static inline float fast_normal_float(double value, uint32_t *failed)
{
    const uint32_t units = (uint32_t)(FAST_ERROR * 0x1p53);
    const uint32_t past = (uint32_t)bits_of_double(value) + (0x10000000u + units);
    *failed |= (past & 0x1FFFFFFFu) - 2 * units;
    return (float)value;
}

#endif

#endif
