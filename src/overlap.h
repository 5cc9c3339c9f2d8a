/* Whether the operands of a run share memory. */
#ifndef RELU_UFUNC_OVERLAP_H
#define RELU_UFUNC_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

/* Whether the elements may be computed in any order: accumulate and reduce hand
   over an output that is also the next element's input. */
bool is_order_free(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* Of operands whose elements may be computed in any order. */
bool overwrites_input(const struct loop *loop, char *const *operands);

#endif
