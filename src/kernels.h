/* What a compiled set of kernels is: one table per instruction set. */
#ifndef RELU_UFUNC_KERNELS_H
#define RELU_UFUNC_KERNELS_H

#include <stddef.h>

#include "layout.h"
#include "stream.h"

/* Every dtype that has loops of its own; bool borrows those of u8. */
enum dtype {
    DTYPE_i8, DTYPE_u8, DTYPE_i16, DTYPE_u16, DTYPE_i32, DTYPE_u32, DTYPE_i64, DTYPE_u64,
    DTYPE_f16, DTYPE_bf16, DTYPE_f32, DTYPE_f64, DTYPE_longdouble,
    N_DTYPES
};

/* One number per ufunc, in the order of the operation table. */
enum operation {
#define FUNCTION(name, ...) OPERATION_##name,
#define RECTIFIER(name, ...) OPERATION_##name, OPERATION_##name##_backward,
#include "ops.def"
#undef FUNCTION
#undef RECTIFIER
    N_OPERATIONS
};

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

struct kernel_set {
    const struct kernel (*kernels)[N_DTYPES];
    /* The compiler's own words for what it compiled for ("AVX512F AVX2 ..."). */
    const char *compiled_for;
    copy_items *copy;
    const struct stream *stream;
};

#define ISA(symbol, name, runs_here) extern const struct kernel_set kernel_set_##symbol;
#include "isas.def"
#undef ISA

#endif
