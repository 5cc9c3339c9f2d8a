/* The rows of the operation table as loops, without Python. */
#ifndef RELU_UFUNC_TEST_ROWS_H
#define RELU_UFUNC_TEST_ROWS_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "loop.h"
#include "run.h"

/* The same number on machines of any byte order; a long double is converted to double. */
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
    switch (dtype_table[dtype].itemsize) {
    case 1: memcpy(&u8, item, sizeof u8); return u8;
    case 2: memcpy(&u16, item, sizeof u16); return u16;
    case 4: memcpy(&u32, item, sizeof u32); return u32;
    }
    memcpy(&u64, item, sizeof u64);
    return u64;
}

/* The last bytes of x87's long double are padding. */
static inline size_t significant_bytes(enum dtype dtype)
{
    const bool is_x87 = dtype == DTYPE_longdouble && LDBL_MANT_DIG == 64;
    return is_x87 ? 10 : dtype_table[dtype].itemsize;
}

static inline bool is_nan_at(enum dtype dtype, const char *item)
{
    const struct dtype_row *row = &dtype_table[dtype == DTYPE_longdouble ? DTYPE_f64 : dtype];
    const uint64_t magnitude =
        bits_at(dtype, item) & (((uint64_t)1 << (row->exponent_bits + row->mantissa_bits)) - 1);
    return row->is_float && magnitude > row->greatest;
}

/* All NaNs that result from arithmetic count as the same. */
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
