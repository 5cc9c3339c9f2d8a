/* The loop of one function for one dtype and one instruction set. */
#ifndef RELU_UFUNC_LOOP_H
#define RELU_UFUNC_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "dispatch.h"
#include "kernels/kernels.h"

struct loop {
    enum operation operation;
    enum dtype dtype;
    struct kernel kernel;
    /* Tables of results, and the kernel that looks results up in them. `tables` is NULL if
       the loop can have none. */
    struct tables *tables;
    struct kernel lookup;
    /* Makes tables of factors instead of results; NULL if the loop has none. */
    factor_of *factor;
    copy_items *copy;
    const struct stream *stream;
    ptrdiff_t itemsize;
    /* The operands are arrays, then parameters, then outputs. */
    int n_arrays, n_inputs, n_operands;
    /* The arithmetic or the comparisons may raise floating-point flags. */
    bool raises_flags;
    /* The arithmetic rounds to nearest, whatever the thread's rounding mode. */
    bool rounds_to_nearest;
    bool is_long_double;
};

/* Returns false if the operation has no loop for the dtype. */
bool make_loop(
    const struct isa *isa, enum operation operation, enum dtype dtype, struct loop *loop);

#endif
