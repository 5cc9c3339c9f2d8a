/* From the values of each dtype to what the smooth functions take, and back. */
#ifndef RELU_UFUNC_SMOOTH_VALUES_H
#define RELU_UFUNC_SMOOTH_VALUES_H

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
    const float nearest = (float)d;
    const uint32_t bits = bits_of_float(nearest);
    const double excess = fabs((double)nearest) - fabs(d);
    /* The nearest is one of the two floats beside d, of which one is odd. */
    const uint32_t to_other = excess < 0 ? 1 : excess > 0 ? UINT32_MAX : 0;
    const uint32_t odd = bits + (to_other & ((bits & 1) - 1));
    return float_of_bits(d == d ? odd : (bits & 0x80000000u) | 0x7FC00000u);
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

/* For the floats of 16 bits and fewer: how doubles are rounded by way of float32, and whether a
   float32 tells by itself to what it is rounded. */
#define DEFINE_ROUNDING_FROM_FLOATS(dtype, VALUE)                                       \
    static const char *rounded_results_##dtype(                                         \
        const double *results, VALUE *rounded, ptrdiff_t n)                             \
    {                                                                                   \
        float odd[HALF_CHUNK];                                                          \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            odd[i] = rounded_to_odd(results[i]);                                        \
        narrow_floats_##dtype(odd, rounded, n);                                         \
        return (const char *)rounded;                                                   \
    }                                                                                   \
    static bool may_have_middles_##dtype(                                               \
        const float *floats, uint32_t ulps, ptrdiff_t n)                                \
    {                                                                                   \
        uint32_t doubts = 0;                                                            \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            doubts |= may_be_middle_##dtype(floats[i], ulps);                           \
        return doubts != 0;                                                             \
    }

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
    static void narrow_floats_##dtype(const float *floats, VALUE *rounded, ptrdiff_t n) \
    {                                                                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i)                                               \
            rounded[i] = narrow_##dtype(floats[i]);                                     \
    }                                                                                   \
    DEFINE_ROUNDING_FROM_FLOATS(dtype, VALUE)

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
    static void narrow_floats_##dtype(const float *floats, VALUE *rounded, ptrdiff_t n) \
    {                                                                                   \
        if (n == HALF_CHUNK)                                                            \
            narrow_chunk_f16(floats, rounded);                                          \
        else                                                                            \
            for (ptrdiff_t i = 0; i < n; ++i)                                           \
                rounded[i] = narrow_##dtype(floats[i]);                                 \
    }                                                                                   \
    DEFINE_ROUNDING_FROM_FLOATS(dtype, VALUE)

#define DEFINE_SMOOTH_FLOAT(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_BOOL(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_SIGNED(dtype, VALUE, WIDE)
#define DEFINE_SMOOTH_UNSIGNED(dtype, VALUE, WIDE)
#define DTYPE(name, kind, storage, lane, wide, format, character, source)               \
    DEFINE_SMOOTH_##kind(name, storage, wide)
#include "dtypes.def"
#undef DTYPE

#endif
