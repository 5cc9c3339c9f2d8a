/* How a run is computed: how each operand gets from memory to the kernel or back. */
#ifndef RELU_UFUNC_PLAN_H
#define RELU_UFUNC_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"
#include "timings.h"

/* How the kernel accesses an operand: in place; in place as a scalar that is the same
   for all elements; through a block that is gathered, or filled with one value, before
   the kernel runs; or, for an output, through a block that is scattered or streamed out
   after it has run. */
enum access { IN_PLACE, SCALAR, GATHERED, BROADCAST, SCATTERED, STREAMED_OUT };

struct plan {
    const struct loop *loop;
    char *const *operands;
    const ptrdiff_t *steps;
    ptrdiff_t n;
    void (*kernel)(char *const *operands, ptrdiff_t n);
    /* The access to each operand if the run is not streamed. */
    enum access access[MAX_OPERANDS];
    bool uses_blocks;
    /* The number of elements before the first whole cache line of the first output. */
    ptrdiff_t head;
};

/* Makes the plan of a run whose elements may be computed in any order. */
struct plan make_plan(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* Computes the elements from start to end. `mode` must be PLAIN unless the run's first
   output is contiguous and no output overwrites an input. */
void run_part(const struct plan *plan, enum store_mode mode, ptrdiff_t start, ptrdiff_t end);

static inline bool is_contiguous(const struct loop *loop, const ptrdiff_t *steps, int k)
{
    return steps[k] == loop->itemsize;
}

static inline bool are_contiguous(const struct loop *loop, const ptrdiff_t *steps)
{
    for (int k = 0; k < loop->n_operands; ++k)
        if (!is_contiguous(loop, steps, k))
            return false;
    return true;
}

#endif
