/* The operation table as data: what there is to register and to document. */
#ifndef RELU_UFUNC_OPERATIONS_H
#define RELU_UFUNC_OPERATIONS_H

#include <stdbool.h>

#include "kernels.h"

struct documentation {
    const char *summary;
    const char *formula;
    /* The derivative with respect to x; NULL where there is no backward. */
    const char *derivative;
    /* What is to be known of NaN, -0.0, infinities and limits. */
    const char *special_values;
    const char *parameters;
    /* Names and defaults in the frameworks. */
    const char *counterparts;
    const char *references;
    const char *example;
    const char *backward_example;
    /* NumPy's own spelling: what one would write without this library. */
    const char *numpy;
    const char *backward_numpy;
};

enum dtypes { EVERY_DTYPE, NUMERIC, FLOATING };

struct operation_row {
    const char *name;
    enum dtypes dtypes;
    /* "x, slope" and "y" */
    const char *inputs, *outputs;
    int n_inputs, n_outputs;
    bool has_arithmetic, is_backward;
    const struct documentation *documentation;
};

extern const struct operation_row operation_table[N_OPERATIONS];

/* The dtype whose kernels serve NumPy's type character ('?', 'b', ... 'g'). */
enum dtype dtype_of_type_character(char character);

size_t itemsize_of_dtype(enum dtype dtype);

#endif
