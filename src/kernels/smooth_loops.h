/* The loops of SMOOTH rows, chunk by chunk: the operands are converted, the values are
   computed and rounded, and the row selects its outputs from all of them. Floats of 16 bits
   and fewer take float32's loop, and compute a chunk in double if that leaves doubt.

   They are compiled once per dtype and not once per row, whose functions they call: with
   copies of the conversions in each row the library would be a third larger. */
#ifndef RELU_UFUNC_SMOOTH_LOOPS_H
#define RELU_UFUNC_SMOOTH_LOOPS_H

#include "kernels.h"
#include "smooth_values.h"

enum { SMOOTH_CHUNK = HALF_CHUNK };

#define DEFINE_SMOOTH_RESULTS_DOUBLE(dtype, VALUE)                                      \
    static inline const char *smooth_results_##dtype(                                   \
        const struct smooth_row_##dtype *row, char **operands,                          \
        smooth_result_##dtype *results, VALUE *rounded, ptrdiff_t n)                    \
    {                                                                                   \
        row->values(operands, results, n);                                              \
        return rounded_results_##dtype(results, rounded, n);                            \
    }
#define DEFINE_SMOOTH_RESULTS_LONG_DOUBLE DEFINE_SMOOTH_RESULTS_DOUBLE

#define DEFINE_SMOOTH_RESULTS_SMALL_FLOAT(dtype, VALUE)                                 \
    static inline const char *smooth_results_##dtype(                                   \
        const struct smooth_row_##dtype *row, char **operands,                          \
        smooth_result_##dtype *results, VALUE *rounded, ptrdiff_t n)                    \
    {                                                                                   \
        float floats[SMOOTH_CHUNK];                                                     \
        operands[row->inputs] = (char *)floats;                                         \
        row->floats(operands, n);                                                       \
        if (may_have_middles_##dtype(floats, row->ulps, n)) {                           \
            row->values(operands, results, n);                                          \
            return rounded_results_##dtype(results, rounded, n);                        \
        }                                                                               \
        narrow_floats_##dtype(floats, rounded, n);                                      \
        return (const char *)rounded;                                                   \
    }
#define DEFINE_SMOOTH_RESULTS_CHUNKED_FLOAT DEFINE_SMOOTH_RESULTS_SMALL_FLOAT

/* A row: the first `arrays` of its inputs are contiguous, and the others one number each;
   `floats` is float32's loop for the same, or one that errs by `ulps`. */
#define DEFINE_SMOOTH_LOOPS(dtype, VALUE, kind)                                         \
    struct smooth_row_##dtype {                                                         \
        void (*floats)(char *const *operands, ptrdiff_t n);                             \
        uint32_t ulps;                                                                  \
        void (*values)(char *const *inputs, smooth_result_##dtype *, ptrdiff_t n);      \
        void (*select)(char *const *operands, const char *rounded, ptrdiff_t n);        \
        int arrays, inputs, operands;                                                   \
    };                                                                                  \
    DEFINE_SMOOTH_RESULTS_##kind(dtype, VALUE)                                          \
    static void smooth_contiguous_##dtype(                                              \
        const struct smooth_row_##dtype *row, char *const *operands, ptrdiff_t n)       \
    {                                                                                   \
        packed_##dtype packed[MAX_INPUTS][SMOOTH_CHUNK];                                \
        smooth_result_##dtype results[SMOOTH_CHUNK];                                    \
        VALUE rounded[SMOOTH_CHUNK];                                                    \
        char *at[MAX_OPERANDS], *converted[MAX_OPERANDS];                               \
        for (int k = 0; k < row->operands; ++k)                                         \
            at[k] = operands[k];                                                        \
        for (int k = row->arrays; k < row->inputs; ++k) {                               \
            const char *const number = smooth_operands_##dtype(at[k], packed[k], 1);    \
            memmove(packed[k], number, sizeof packed[k][0]);                            \
            for (ptrdiff_t i = 1; i < (n < SMOOTH_CHUNK ? n : SMOOTH_CHUNK); ++i)       \
                packed[k][i] = packed[k][0];                                            \
            converted[k] = (char *)packed[k];                                           \
        }                                                                               \
        while (n > 0) {                                                                 \
            const ptrdiff_t m = n < SMOOTH_CHUNK ? n : SMOOTH_CHUNK;                    \
            for (int k = 0; k < row->arrays; ++k)                                       \
                converted[k] = smooth_operands_##dtype(at[k], packed[k], m);            \
            row->select(at, smooth_results_##dtype(row, converted, results, rounded, m), m);\
            for (int k = 0; k < row->operands; ++k)                                     \
                if (k < row->arrays || k >= row->inputs)                                \
                    at[k] += m * (ptrdiff_t)sizeof(VALUE);                              \
            n -= m;                                                                     \
        }                                                                               \
    }

#define DEFINE_SMOOTH_LOOPS_FLOAT(...)
#define DEFINE_SMOOTH_LOOPS_BOOL(...)
#define DEFINE_SMOOTH_LOOPS_SIGNED(...)
#define DEFINE_SMOOTH_LOOPS_UNSIGNED(...)
#define DEFINE_SMOOTH_LOOPS_DOUBLE DEFINE_SMOOTH_LOOPS
#define DEFINE_SMOOTH_LOOPS_SMALL_FLOAT DEFINE_SMOOTH_LOOPS
#define DEFINE_SMOOTH_LOOPS_CHUNKED_FLOAT DEFINE_SMOOTH_LOOPS
#define DEFINE_SMOOTH_LOOPS_LONG_DOUBLE DEFINE_SMOOTH_LOOPS
#define DTYPE(name, kind, storage, lane, wide, format, character, source)               \
    DEFINE_SMOOTH_LOOPS_##kind(name, storage, kind)
#include "dtypes.def"
#undef DTYPE

#endif
