/* Whether the operands of a run share memory. */
#ifndef RELU_UFUNC_OVERLAP_H
#define RELU_UFUNC_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

/* Whether the elements may be computed in any order. This is not so if an output is also the
   input of the next element, as in accumulate and reduce. */
bool is_order_free(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* Whether an output is also an input. Expects operands whose elements may be computed in
   any order. */
bool overwrites_input(const struct loop *loop, char *const *operands);

#endif
