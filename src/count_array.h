/* Counts the positive, zero, negative and NaN elements of an array. */
#ifndef RELU_UFUNC_COUNT_ARRAY_H
#define RELU_UFUNC_COUNT_ARRAY_H

#include "kernels/kernels.h"

enum { MAX_AXES = 64 };

struct counter {
    const struct count_kernel *kernel;
    copy_items *copy;
    ptrdiff_t itemsize;
    bool is_long_double;
};

/* Writes the counts: an array with the axes of x, of four adjacent counts for each
   element. x is counted along each axis that has length 1 in the counts. Steps are in bytes. */
void count_array(
    const struct counter *counter,
    const char *x, int n_axes, const ptrdiff_t *lengths, const ptrdiff_t *steps,
    int64_t *counts, const ptrdiff_t *count_lengths, const ptrdiff_t *count_steps);

#endif
