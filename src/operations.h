/* The operation table as data. */
#ifndef RELU_UFUNC_OPERATIONS_H
#define RELU_UFUNC_OPERATIONS_H

#include <stdbool.h>

#include "shapes.h"

/* A number for each function, in the order of the table. */
enum operation {
#define ROW(name, ...) OPERATION_##name,
#include "ops.def"
#undef ROW
    N_OPERATIONS
};

enum dtypes { EVERY_DTYPE, NUMERIC, SIGNED, FLOATING };

/* How a function computes the results that its value selects from: see ops.def. */
enum arithmetic { NO_ARITHMETIC, ROUNDED, ACCURATE, FAST };

struct operation_row {
    const char *name;
    enum dtypes dtypes;
    /* "x, slope" and "y" */
    const char *inputs, *outputs;
    int n_arrays, n_inputs, n_outputs;
    enum arithmetic arithmetic;
    bool has_arithmetic, is_smooth, is_backward;
    /* What one would write in NumPy alone: an expression over np, the inputs' names
       and out, for every dtype of the row. */
    const char *numpy;
};

extern const struct operation_row operation_table[N_OPERATIONS];

#endif
