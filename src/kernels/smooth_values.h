/* From the values of each dtype to what the smooth functions take, and back. */
#ifndef RELU_UFUNC_SMOOTH_VALUES_H
#define RELU_UFUNC_SMOOTH_VALUES_H

#include <float.h>
#include <math.h>

#include "double_words.h"
#include "float16_chunks.h"
#include "iterations.h"
#include "values.h"

/* The float nearest to d, rounded to odd: inexact, the last bit is 1. To round that again, to
   a format of two bits less and fewer, is to round d once (S. Boldo and G. Melquiond, IEEE
   Trans. Comput. 57(4), 2008). */
static inline float rounded_to_odd(double d)
{
    const uint64_t bits = bits_of_double(d), magnitude = bits & ~((uint64_t)1 << 63);
    const int dropped = DBL_MANT_DIG - 1 - FLOAT32_MANTISSA;
    const uint64_t rebias = (uint64_t)(1023 - FLOAT32_BIAS) << (DBL_MANT_DIG - 1);
    const uint32_t sticky = (magnitude & (((uint64_t)1 << dropped) - 1)) != 0;
    const uint32_t normal = (uint32_t)((magnitude - rebias) >> dropped) | sticky;
    const double size = fabs(d);
    /* In the steps of the subnormal floats. What is not one is left out: it may not fit. */
    const double steps = size < 0x1p-126 ? size * 0x1p149 : 0;
    const int32_t whole = (int32_t)steps;
    const uint32_t subnormal = (uint32_t)whole | (uint32_t)(whole != steps);
    const uint32_t finite = size < 0x1p-126 ? subnormal : normal;
    const uint32_t nan = 0x7FC00000u, infinite = 0x7F800000u;
    const uint32_t number = size < 0x1p128 ? finite : infinite;
    return float_of_bits((uint32_t)(bits >> 32 & 0x80000000u) | (d == d ? number : nan));
}

/* The operands as packed values, and the results as those of the dtype: where they lie, or in
   `packed` and `rounded`. */
#define DEFINE_SMOOTH_DOUBLE(dtype, VALUE, WIDE)                                        \
    typedef WIDE packed_##dtype, smooth_result_##dtype;                                 \
    static inline char *smooth_operands_##dtype(char *from, WIDE *packed, ptrdiff_t n)  \
    { (void)packed, (void)n; return from; }                                             \
    static inline const char *rounded_results_##dtype(                                  \
        const WIDE *results, VALUE *rounded, ptrdiff_t n)                               \
    { (void)rounded, (void)n; return (const char *)results; }
#define DEFINE_SMOOTH_LONG_DOUBLE DEFINE_SMOOTH_DOUBLE

#define DEFINE_SMOOTH_SMALL_FLOAT(dtype, VALUE, WIDE)                                   \
    typedef float packed_##dtype;                                                       \
    typedef double smooth_result_##dtype;                                               \
    static char *smooth_operands_##dtype(char *from, float *packed, ptrdiff_t n)        \
    {                                                                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            packed[i] = widen_##dtype(load_##dtype(from + i * (ptrdiff_t)sizeof(VALUE)));\
        return (char *)packed;                                                          \
    }                                                                                   \
    static const char *rounded_results_##dtype(                                         \
        const double *results, VALUE *rounded, ptrdiff_t n)                             \
    {                                                                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            rounded[i] = narrow_##dtype(rounded_to_odd(results[i]));                    \
        return (const char *)rounded;                                                   \
    }

/* With the processor's instruction, where there is one, for a whole chunk. */
#define DEFINE_SMOOTH_CHUNKED_FLOAT(dtype, VALUE, WIDE)                                 \
    typedef float packed_##dtype;                                                       \
    typedef double smooth_result_##dtype;                                               \
    static char *smooth_operands_##dtype(char *from, float *packed, ptrdiff_t n)        \
    {                                                                                   \
        if (n == HALF_CHUNK)                                                            \
            widen_chunk_f16(from, packed);                                              \
        else                                                                            \
            for (ptrdiff_t i = 0; i < n; ++i)                                           \
                packed[i] =                                                             \
                    widen_##dtype(load_##dtype(from + i * (ptrdiff_t)sizeof(VALUE)));   \
        return (char *)packed;                                                          \
    }                                                                                   \
    static const char *rounded_results_##dtype(                                         \
        const double *results, VALUE *rounded, ptrdiff_t n)                             \
    {                                                                                   \
        float odd[HALF_CHUNK];                                                          \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            odd[i] = rounded_to_odd(results[i]);                                        \
        if (n == HALF_CHUNK)                                                            \
            narrow_chunk_f16(odd, rounded);                                             \
        else                                                                            \
            for (ptrdiff_t i = 0; i < n; ++i)                                           \
                rounded[i] = narrow_##dtype(odd[i]);                                    \
        return (const char *)rounded;                                                   \
    }

#define DEFINE_SMOOTH_FLOAT(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_BOOL(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_SIGNED(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_UNSIGNED(dtype, VALUE, WIDE)
#define DTYPE(name, kind, storage, lane, wide, format, character, source)               \
    DEFINE_SMOOTH_##kind(name, storage, wide)
#include "dtypes.def"
#undef DTYPE

#endif
