/* The operation table as data: what there is to register and to document. */
#ifndef RELU_UFUNC_OPERATIONS_H
#define RELU_UFUNC_OPERATIONS_H

#include <stdbool.h>

#include "kernels.h"

/* Line breaks are those of the docstring, which relu_ufunc/_docstrings.py composes.
   gradient, derivative and the backward_ fields are for rows with a backward;
   parameters, background, differences and references may be left out. */
struct documentation {
    const char *summary;
    /* What it is for and where it comes from. */
    const char *background;
    /* The outputs' values; and those of the backward. */
    const char *value, *gradient;
    /* The derivative chosen at the kinks, and what else is to be known of it. */
    const char *derivative;
    /* Sections of their own: the inputs after x; what becomes of NaN, -0.0, limits. */
    const char *parameters, *special_values;
    /* Names and defaults there, and where their values are others. */
    const char *pytorch, *tensorflow, *jax, *onnx, *differences;
    const char *references, *see_also;
    /* Doctests; the composer writes the imports. */
    const char *example, *backward_example;
    /* NumPy's own spellings: what one would write without this library.
       Expressions over np, the inputs' names and out, for every dtype of the row. */
    const char *numpy, *backward_numpy;
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

/* The dtype whose kernels serve NumPy's type character ('?', 'b', ... 'g') or
   ml_dtypes' 'E'; N_DTYPES where there is none. */
enum dtype dtype_of_type_character(char character);

size_t itemsize_of_dtype(enum dtype dtype);

#endif
