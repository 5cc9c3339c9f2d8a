/* The one skeleton behind every ufunc loop: from NumPy's strided operands to the
   contiguous kernels. */
#ifndef RELU_UFUNC_RUN_H
#define RELU_UFUNC_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels.h"

/* One dtype of one ufunc on one instruction set. */
struct loop {
    struct kernel kernel;
    copy_items *copy;
    ptrdiff_t itemsize;
    int n_inputs, n_operands;
    /* Its arithmetic or comparisons may raise floating-point flags. */
    bool raises_flags, is_long_double;
};

/* PyUFuncGenericFunction: operands are the inputs, then the outputs; n[0] elements,
   steps in bytes; loop is a struct loop. */
void run_loop(char **operands, const ptrdiff_t *n, const ptrdiff_t *steps, void *loop);

#endif
