/* How a run is computed: the way of each operand between memory and the kernel. */
#ifndef RELU_UFUNC_PLAN_H
#define RELU_UFUNC_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"
#include "ways.h"

/* How the kernel meets an operand: in place; in place and always the same
   scalar; or through a block that is gathered before or scattered after it;
   or, an output, through a block that is streamed out. */
enum access { IN_PLACE, SCALAR, GATHERED, BROADCAST, SCATTERED, STREAMED_OUT };

struct plan {
    const struct loop *loop;
    char *const *operands;
    const ptrdiff_t *steps;
    ptrdiff_t n;
    void (*kernel)(char *const *operands, ptrdiff_t n);
    /* Of a run that is not streamed. */
    enum access access[MAX_OPERANDS];
    bool uses_blocks;
    /* Elements before the first cache line of the first output, and in a line. */
    ptrdiff_t head, line_items;
};

/* Of a run whose elements may be computed in any order. */
struct plan make_plan(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* Computes the elements from start to end. Only a run whose first output is contiguous
   and overwrites no input may go another way than PLAIN. */
void run_stretch(const struct plan *plan, enum way way, ptrdiff_t start, ptrdiff_t end);

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
