/* The operation table as data. */
#ifndef RELU_UFUNC_OPERATIONS_H
#define RELU_UFUNC_OPERATIONS_H

#include <stdbool.h>

/* One number per ufunc, in the order of the table. */
enum operation {
#define FUNCTION(name, ...) OPERATION_##name,
#define RECTIFIER(name, ...) OPERATION_##name, OPERATION_##name##_backward,
#include "ops.def"
#undef FUNCTION
#undef RECTIFIER
    N_OPERATIONS
};

enum dtypes { EVERY_DTYPE, NUMERIC, FLOATING };

struct operation_row {
    const char *name;
    enum dtypes dtypes;
    /* "x, slope" and "y" */
    const char *inputs, *outputs;
    int n_inputs, n_outputs;
    bool has_arithmetic, is_smooth, is_backward;
    /* What one would write in NumPy alone: an expression over np, the inputs' names
       and out, for every dtype of the row. */
    const char *numpy;
};

extern const struct operation_row operation_table[N_OPERATIONS];

#endif
