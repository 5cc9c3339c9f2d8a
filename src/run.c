#include "run.h"

#include <stdint.h>

#include "fp_status.h"

enum {
    /* Up to five blocks lie in the first-level cache together. */
    BLOCK_BYTES = 4096,
    /* Below this, calling for a block costs more than it saves. */
    FEW = 8,
    CACHE_LINE = 64,
    /* Below this, a store across two cache lines costs less than avoiding it. */
    WORTH_ALIGNING = 1024
};

static bool is_contiguous(const struct loop *loop, const ptrdiff_t *steps)
{
    for (int k = 0; k < loop->n_operands; ++k)
        if (steps[k] != loop->itemsize)
            return false;
    return true;
}

static ptrdiff_t magnitude(ptrdiff_t x)
{
    return x < 0 ? -x : x;
}

/* Whether no element of a shares memory with one of b. */
static bool are_disjoint(
    const char *a, ptrdiff_t a_step, const char *b, ptrdiff_t b_step,
    ptrdiff_t n, ptrdiff_t itemsize)
{
    const uintptr_t a_last = (uintptr_t)a + (uintptr_t)((n - 1) * a_step);
    const uintptr_t b_last = (uintptr_t)b + (uintptr_t)((n - 1) * b_step);
    const uintptr_t a_low = a_step < 0 ? a_last : (uintptr_t)a;
    const uintptr_t b_low = b_step < 0 ? b_last : (uintptr_t)b;
    const uintptr_t a_high = (a_step < 0 ? (uintptr_t)a : a_last) + (uintptr_t)itemsize;
    const uintptr_t b_high = (b_step < 0 ? (uintptr_t)b : b_last) + (uintptr_t)itemsize;
    if (a_high <= b_low || b_high <= a_low)
        return true;
    /* Two columns of one table: they interleave but never meet. */
    if (a_step != b_step || a_step == 0)
        return false;
    const uintptr_t apart = a_low > b_low ? a_low - b_low : b_low - a_low;
    const uintptr_t offset = apart % (uintptr_t)magnitude(a_step);
    return offset >= (uintptr_t)itemsize
        && offset + (uintptr_t)itemsize <= (uintptr_t)magnitude(a_step);
}

/* Whether the elements may be computed in any order: accumulate and reduce hand
   over an output that is also the next element's input. */
static bool is_order_free(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    for (int out = loop->n_inputs; out < loop->n_operands; ++out) {
        if (magnitude(steps[out]) < loop->itemsize)
            return false;
        for (int k = 0; k < out; ++k) {
            const bool is_same = k < loop->n_inputs && operands[k] == operands[out]
                && steps[k] == steps[out];
            if (!is_same
                && !are_disjoint(
                    operands[k], steps[k], operands[out], steps[out], n, loop->itemsize))
                return false;
        }
    }
    return true;
}

/* Strided inputs are gathered into contiguous blocks, a broadcast one once for
   all blocks, and strided outputs scattered from them: every layout meets the
   same contiguous kernel. */
static void run_blocks(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    _Alignas(64) char blocks[MAX_OPERANDS][BLOCK_BYTES];
    const ptrdiff_t itemsize = loop->itemsize, block_items = BLOCK_BYTES / itemsize;
    char *at[MAX_OPERANDS], *in_block[MAX_OPERANDS];

    for (int k = 0; k < loop->n_operands; ++k) {
        at[k] = operands[k];
        in_block[k] = blocks[k];
        if (k < loop->n_inputs && steps[k] == 0)
            loop->copy(
                at[k], 0, blocks[k], itemsize, n < block_items ? n : block_items,
                (size_t)itemsize);
    }
    while (n > 0) {
        const ptrdiff_t items = n < block_items ? n : block_items;
        for (int k = 0; k < loop->n_operands; ++k) {
            if (steps[k] == itemsize)
                in_block[k] = at[k];
            else if (k < loop->n_inputs && steps[k] != 0)
                loop->copy(at[k], steps[k], blocks[k], itemsize, items, (size_t)itemsize);
        }
        loop->kernel.contiguous(in_block, items);
        for (int k = 0; k < loop->n_operands; ++k) {
            if (k >= loop->n_inputs && steps[k] != itemsize)
                loop->copy(blocks[k], itemsize, at[k], steps[k], items, (size_t)itemsize);
            at[k] += items * steps[k];
        }
        n -= items;
    }
}

/* A vector store across two cache lines takes twice the time: first come the
   elements before the output's first line. */
static void run_contiguous(const struct loop *loop, char *const *operands, ptrdiff_t n)
{
    const ptrdiff_t itemsize = loop->itemsize;
    char *at[MAX_OPERANDS];
    const uintptr_t out = (uintptr_t)operands[loop->n_inputs];
    const ptrdiff_t before_line = (ptrdiff_t)(-out % CACHE_LINE);

    if (before_line == 0 || n * itemsize < WORTH_ALIGNING || before_line % itemsize != 0) {
        loop->kernel.contiguous(operands, n);
        return;
    }
    loop->kernel.contiguous(operands, before_line / itemsize);
    for (int k = 0; k < loop->n_operands; ++k)
        at[k] = operands[k] + before_line;
    loop->kernel.contiguous(at, n - before_line / itemsize);
}

void run_loop(char **operands, const ptrdiff_t *dimensions, const ptrdiff_t *steps, void *data)
{
    const struct loop *loop = data;
    const ptrdiff_t n = dimensions[0];

    if (n < FEW || !is_order_free(loop, operands, n, steps))
        loop->kernel.elementwise(operands, n, steps);
    else if (is_contiguous(loop, steps))
        run_contiguous(loop, operands, n);
    else
        run_blocks(loop, operands, n, steps);
    if (loop->raises_flags)
        clear_fp_status(loop->is_long_double);
}
