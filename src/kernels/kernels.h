/* What a compiled set of kernels is: one table per instruction set. */
#ifndef RELU_UFUNC_KERNELS_H
#define RELU_UFUNC_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtypes.h"
#include "layout.h"
#include "operations.h"
#include "stream.h"

enum { MAX_INPUTS = 3, MAX_OUTPUTS = 2, MAX_OPERANDS = MAX_INPUTS + MAX_OUTPUTS };

/* The operands of a kernel are the inputs, arrays before parameters, and then
   the outputs. They may be unaligned. */
struct kernel {
    /* Element after element in order, whatever the strides and overlaps. */
    void (*elementwise)(char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);
    /* Each output is disjoint from, or the very same memory as, each input. */
    void (*contiguous)(char *const *operands, ptrdiff_t n);
    /* The same where all parameters are scalars; NULL where there is none. */
    void (*scalar_parameters)(char *const *operands, ptrdiff_t n);
};

/* A table to count in: rows of contiguous elements, `step` bytes apart. The
   counts are added to what is there: four beside each other for each row, or for
   each column, `count_step` from the next. */
struct count_operands {
    const char *x;
    ptrdiff_t step, rows, columns;
    int64_t *counts;
    ptrdiff_t count_step;
    /* Of rows only: what is there is overwritten. */
    bool starts;
};

enum { COUNT_POSITIVE, COUNT_ZERO, COUNT_NEGATIVE, COUNT_NAN, N_COUNTS };

struct count_kernel {
    void (*rows)(const struct count_operands *);
    void (*columns)(const struct count_operands *);
};

struct kernel_set {
    const struct kernel (*kernels)[N_DTYPES];
    /* The compiler's own words for what it compiled for ("AVX512F AVX2 ..."). */
    const char *compiled_for;
    copy_items *copy;
    const struct stream *stream;
    const struct count_kernel *count;
};

#define ISA(symbol, name, runs_here)                                                    \
    extern const struct kernel_set kernel_set_##symbol;                                 \
    extern const struct count_kernel count_kernels_##symbol[N_DTYPES];
#include "isas.def"
#undef ISA

#endif
