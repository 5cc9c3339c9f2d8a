/* What the kernels export: a table for each instruction set that they are compiled for. */
#ifndef RELU_UFUNC_KERNELS_H
#define RELU_UFUNC_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtypes.h"
#include "join.h"
#include "layout.h"
#include "operations.h"
#include "stream.h"

enum { MAX_INPUTS = 3, MAX_OUTPUTS = 2, MAX_OPERANDS = MAX_INPUTS + MAX_OUTPUTS };

/* A kernel's operands are the inputs, arrays before parameters, then the outputs.
   They may be unaligned. */
typedef void contiguous_kernel(char *const *operands, ptrdiff_t n);
typedef double factor_of(float x);

struct kernel {
    /* Computes one element after another, in order, whatever the strides and overlaps. */
    void (*elementwise)(char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);
    /* Expects each output to be disjoint from each input, or to be the same memory. */
    contiguous_kernel *contiguous;
    /* Computes the same as `contiguous` with scalars for parameters; NULL if the function has
       no parameter. */
    contiguous_kernel *scalar_parameters;
    /* Of float32, if the function is the product of dy and a function of x: computes that. */
    factor_of *factor;
};

/* A matrix whose elements are counted. Its rows are contiguous and lie `step` bytes apart.
   Each row, or each column, has four adjacent counts, to which the kernel adds; the next
   four counts are `count_step` away. */
struct count_operands {
    const char *x;
    ptrdiff_t step, rows, columns;
    int64_t *counts;
    ptrdiff_t count_step;
    /* Makes the kernel for rows overwrite the counts instead of adding to them. */
    bool overwrites;
};

enum { COUNT_POSITIVE, COUNT_ZERO, COUNT_NEGATIVE, COUNT_NAN, N_COUNTS };

struct count_kernel {
    void (*rows)(const struct count_operands *);
    void (*columns)(const struct count_operands *);
};

struct lookups;

struct kernel_set {
    /* One per operation. */
    const struct kernel *kernels[N_DTYPES];
    /* With three inputs: dy, x, and a table of factors as a scalar parameter. There are none but
       for the floats of 16 bits and fewer. */
    const struct kernel *products[N_DTYPES];
    /* The extensions that the compiler reports as enabled ("AVX512F AVX2 ..."). */
    const char *compiled_for;
    copy_items *copy;
    const struct stream *stream;
    const struct count_kernel *counts[N_DTYPES];
    const struct lookups *lookups;
};

#define ISA(symbol, name, runs_here) extern const struct kernel_set kernel_set_##symbol;
#include "isas.def"
#undef ISA

/* What the translation units of one instruction set, whose symbol is THIS_ISA, export: one
   per dtype for the kernels and one for the counts, which may be those of another, COUNTS_ISA. */
#ifdef THIS_ISA
#define OF_ISA(name) JOIN(name##_, THIS_ISA)
#define KERNELS_OF(dtype) JOIN(JOIN(kernels_, dtype), JOIN(_, THIS_ISA))
#define PRODUCT_OF(dtype) JOIN(JOIN(product_, dtype), JOIN(_, THIS_ISA))
#define COUNTS_OF(dtype) JOIN(JOIN(counts_, dtype), JOIN(_, COUNTS_ISA))
#define DTYPE(name, ...)                                                                \
    extern const struct kernel KERNELS_OF(name)[N_OPERATIONS];                          \
    extern const struct kernel PRODUCT_OF(name);                                        \
    extern const struct count_kernel COUNTS_OF(name);
#include "dtypes.def"
#undef DTYPE
#endif

#endif
