/* The values of the floats of 16 bits and fewer, whose wide type is float32. */
#include "small_floats.h"
#include "values_float.h"

#define IS_SMALL_FLOAT
/* Float32's unit computes it: here a NaN tells only that it depends on all inputs. */
#define SMOOTH_FUNCTION(name, ...) some_nan()
#define SMOOTH_FUNCTIONS(name, ...) number[0] = number[1] = some_nan()
#if JOIN(EXPONENT_BITS_, FORMAT) == 8
/* So fast that calls in between would take longer. */
#define CONVERTS_IN_LOOPS
#endif

enum {
    EXPONENT = JOIN(EXPONENT_BITS_, FORMAT),
    MANTISSA = JOIN(MANTISSA_BITS_, FORMAT),
    GREATEST = JOIN(GREATEST_, FORMAT)
};

#ifndef CONVERTS_CHUNKS
static inline WIDE widen(T x) { return widened_small_float((U)x, EXPONENT, MANTISSA, GREATEST); }
static inline T narrow(WIDE w)
{
    return (T)(U)narrowed_small_float(w, EXPONENT, MANTISSA, GREATEST);
}
#endif
static inline WIDE some_nan(void) { return float_of_bits(0x7FC00000u); }
static inline WIDE shrunk(WIDE x, WIDE threshold)
{
    return x - float_of_bits(bits_of_float(threshold) ^ (bits_of_float(x) & 0x80000000u));
}
static inline WIDE rectified_wide(WIDE w)
{
    return !overflows_to_nan(EXPONENT, MANTISSA, GREATEST) ? w : w < 0 ? 0 : w;
}
