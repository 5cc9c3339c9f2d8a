/* The dtype table as data. */
#ifndef RELU_UFUNC_DTYPES_H
#define RELU_UFUNC_DTYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every dtype that has loops of its own. */
enum dtype {
#define DTYPE(name, ...) DTYPE_##name,
#include "dtypes.def"
#undef DTYPE
    N_DTYPES
};

struct dtype_row {
    const char *name;
    size_t itemsize;
    char character;
    /* The attribute of ml_dtypes; NULL for a dtype of NumPy. */
    const char *ml_dtypes_name;
    /* 0 for integers, and for floats whose layout is not fixed. */
    int exponent_bits, mantissa_bits;
    /* The bits of the greatest magnitude that is not a NaN. */
    uint64_t greatest;
    bool is_float, is_small_float, is_long_double;
};

extern const struct dtype_row dtype_table[N_DTYPES];

/* The dtype whose loops serve a type character of the table, 'l' or 'L';
   N_DTYPES if there is none. */
enum dtype dtype_of_type_character(char character);

#endif
