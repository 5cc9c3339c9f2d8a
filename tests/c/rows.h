/* The rows of the operation table as loops, without Python. */
#ifndef RELU_UFUNC_TEST_ROWS_H
#define RELU_UFUNC_TEST_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"
#include "operations.h"
#include "run.h"

struct dtype_facts {
    const char *name;
    /* Bits of a float's exponent and mantissa; 0 for integers and long double. */
    int exponent, mantissa;
};

static const struct dtype_facts dtype_facts[N_DTYPES] = {
    [DTYPE_i8] = {"int8", 0, 0},       [DTYPE_u8] = {"uint8", 0, 0},
    [DTYPE_i16] = {"int16", 0, 0},     [DTYPE_u16] = {"uint16", 0, 0},
    [DTYPE_i32] = {"int32", 0, 0},     [DTYPE_u32] = {"uint32", 0, 0},
    [DTYPE_i64] = {"int64", 0, 0},     [DTYPE_u64] = {"uint64", 0, 0},
    [DTYPE_f16] = {"float16", 5, 10},  [DTYPE_bf16] = {"bfloat16", 8, 7},
    [DTYPE_f32] = {"float32", 8, 23},
    [DTYPE_f64] = {"float64", 11, 52},
    [DTYPE_longdouble] = {"longdouble", 0, 0},
};

/* false where the row has no loop for the dtype. */
static inline bool make_loop(
    const struct isa *isa, enum operation row, enum dtype dtype, struct loop *loop)
{
    const struct operation_row *facts = &operation_table[row];
    *loop = (struct loop){
        .kernel = isa->kernel_set->kernels[row][dtype],
        .copy = isa->kernel_set->copy,
        .stream = isa->kernel_set->stream,
        .itemsize = (ptrdiff_t)itemsize_of_dtype(dtype),
        .n_arrays = facts->is_backward ? 2 : 1,
        .n_inputs = facts->n_inputs,
        .n_operands = facts->n_inputs + facts->n_outputs,
        .raises_flags = facts->has_arithmetic || dtype == DTYPE_longdouble,
        .is_long_double = dtype == DTYPE_longdouble,
    };
    return loop->kernel.elementwise != NULL;
}

/* The same number on every machine, whatever its byte order; a long double as a double. */
static inline uint64_t bits_at(enum dtype dtype, const char *item)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    if (dtype == DTYPE_longdouble) {
        long double wide;
        memcpy(&wide, item, sizeof wide);
        const double narrow = (double)wide;
        memcpy(&u64, &narrow, sizeof u64);
        return u64;
    }
    switch (itemsize_of_dtype(dtype)) {
    case 1: memcpy(&u8, item, sizeof u8); return u8;
    case 2: memcpy(&u16, item, sizeof u16); return u16;
    case 4: memcpy(&u32, item, sizeof u32); return u32;
    default: memcpy(&u64, item, sizeof u64); return u64;
    }
}

static inline bool is_nan_at(enum dtype dtype, const char *item)
{
    const struct dtype_facts *facts =
        &dtype_facts[dtype == DTYPE_longdouble ? DTYPE_f64 : dtype];
    const uint64_t without_sign =
        bits_at(dtype, item) & (((uint64_t)1 << (facts->exponent + facts->mantissa)) - 1);
    const uint64_t infinity = (((uint64_t)1 << facts->exponent) - 1) << facts->mantissa;
    return facts->exponent != 0 && without_sign > infinity;
}

/* Of a NaN that arithmetic made only that it is one is fixed. */
static inline bool is_same_item(
    const struct loop *loop, enum dtype dtype, const char *a, const char *b)
{
    if (loop->raises_flags && is_nan_at(dtype, a) && is_nan_at(dtype, b))
        return true;
    /* The last bytes of x87's long double are padding. */
    return dtype == DTYPE_longdouble ? bits_at(dtype, a) == bits_at(dtype, b)
                                     : memcmp(a, b, (size_t)loop->itemsize) == 0;
}

#endif
