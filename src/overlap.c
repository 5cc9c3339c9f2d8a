#include "overlap.h"

#include <stdint.h>

static ptrdiff_t magnitude(ptrdiff_t x)
{
    return x < 0 ? -x : x;
}

/* Whether no element of a shares memory with an element of b. */
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
    /* Two columns of one table have overlapping ranges, but their elements never touch. */
    if (a_step != b_step || a_step == 0)
        return false;
    const uintptr_t apart = a_low > b_low ? a_low - b_low : b_low - a_low;
    const uintptr_t offset = apart % (uintptr_t)magnitude(a_step);
    return offset >= (uintptr_t)itemsize
        && offset + (uintptr_t)itemsize <= (uintptr_t)magnitude(a_step);
}

bool is_order_free(
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

bool overwrites_input(const struct loop *loop, char *const *operands)
{
    for (int out = loop->n_inputs; out < loop->n_operands; ++out)
        for (int k = 0; k < loop->n_inputs; ++k)
            if (operands[k] == operands[out])
                return true;
    return false;
}
