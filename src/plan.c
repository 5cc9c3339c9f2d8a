#include "plan.h"

#include <stdint.h>

#include "sizes.h"

enum {
    /* INTERLEAVED takes blocks of INTERLEAVED_BLOCK_BYTES from this many pages in turn. */
    INTERLEAVED_PAGES = 4,
    INTERLEAVED_BLOCK_BYTES = 512
};

static bool parameters_are_scalars(const struct loop *loop, const ptrdiff_t *steps)
{
    if (loop->n_arrays == loop->n_inputs)
        return false;
    for (int k = loop->n_arrays; k < loop->n_inputs; ++k)
        if (steps[k] != 0)
            return false;
    return true;
}

static void choose_access(struct plan *plan)
{
    const struct loop *loop = plan->loop;
    const bool scalars = parameters_are_scalars(loop, plan->steps);

    plan->kernel = scalars ? loop->kernel.scalar_parameters : loop->kernel.contiguous;
    plan->uses_blocks = false;
    for (int k = 0; k < loop->n_operands; ++k) {
        const bool is_output = k >= loop->n_inputs;
        enum access access = GATHERED;
        if (scalars && k >= loop->n_arrays && !is_output)
            access = SCALAR;
        else if (is_contiguous(loop, plan->steps, k))
            access = IN_PLACE;
        else if (is_output)
            access = SCATTERED;
        else if (plan->steps[k] == 0)
            access = BROADCAST;
        plan->access[k] = access;
        plan->uses_blocks |= access != IN_PLACE && access != SCALAR;
    }
}

/* The head is computed apart so that the vector stores after it are aligned: a store
   that crosses a cache line takes twice the time. */
static void choose_head(struct plan *plan)
{
    const struct loop *loop = plan->loop;
    const uintptr_t out = (uintptr_t)plan->operands[loop->n_inputs];
    const ptrdiff_t before_line = (ptrdiff_t)(-out % CACHE_LINE);
    const ptrdiff_t items = before_line / loop->itemsize;

    plan->head = 0;
    if (items * loop->itemsize == before_line
        && is_contiguous(loop, plan->steps, loop->n_inputs))
        plan->head = items;
}

struct plan make_plan(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    struct plan plan = {.loop = loop, .operands = operands, .steps = steps, .n = n};
    choose_access(&plan);
    choose_head(&plan);
    return plan;
}

/* The blocks, the access to each operand, and the operand's address for the kernel. */
struct workspace {
    _Alignas(CACHE_LINE) char blocks[MAX_OPERANDS][BLOCK_BYTES];
    enum access access[MAX_OPERANDS];
    char *in_kernel[MAX_OPERANDS];
};

static void run_block(
    const struct plan *plan, struct workspace *space, ptrdiff_t start, ptrdiff_t n)
{
    const struct loop *loop = plan->loop;
    const ptrdiff_t itemsize = loop->itemsize;
    char *at[MAX_OPERANDS];

    for (int k = 0; k < loop->n_operands; ++k) {
        at[k] = plan->operands[k] + start * plan->steps[k];
        if (space->access[k] == IN_PLACE)
            space->in_kernel[k] = at[k];
        else if (space->access[k] == GATHERED)
            loop->copy(at[k], plan->steps[k], space->blocks[k], itemsize, n, (size_t)itemsize);
    }
    plan->kernel(space->in_kernel, n);
    for (int k = loop->n_inputs; k < loop->n_operands; ++k) {
        if (space->access[k] == SCATTERED)
            loop->copy(space->blocks[k], itemsize, at[k], plan->steps[k], n, (size_t)itemsize);
        else if (space->access[k] == STREAMED_OUT)
            loop->stream->copy(space->blocks[k], at[k], (size_t)(n * itemsize));
    }
}

/* Strided inputs are gathered into contiguous blocks, and a broadcast input fills its
   block once. Strided and streamed outputs are copied out of blocks. So the same kernel
   serves every layout. */
static void run_blocks(
    const struct plan *plan, enum store_mode mode, ptrdiff_t start, ptrdiff_t end)
{
    const struct loop *loop = plan->loop;
    const ptrdiff_t block_items =
        (mode == INTERLEAVED ? INTERLEAVED_BLOCK_BYTES : BLOCK_BYTES) / loop->itemsize;
    struct workspace space;

    for (int k = 0; k < loop->n_operands; ++k) {
        space.access[k] = plan->access[k];
        if (mode != PLAIN && k >= loop->n_inputs && plan->access[k] == IN_PLACE)
            space.access[k] = STREAMED_OUT;
        space.in_kernel[k] = plan->access[k] == SCALAR ? plan->operands[k] : space.blocks[k];
        if (plan->access[k] == BROADCAST)
            loop->copy(
                plan->operands[k], 0, space.blocks[k], loop->itemsize,
                least(block_items, end - start), (size_t)loop->itemsize);
    }
    if (start < plan->head) {
        const ptrdiff_t head_end = least(plan->head, end);
        run_block(plan, &space, start, head_end - start);
        start = head_end;
    }
    if (mode == INTERLEAVED) {
        const ptrdiff_t page_items = PAGE_BYTES / INTERLEAVED_BLOCK_BYTES * block_items;
        for (; end - start >= INTERLEAVED_PAGES * page_items;
             start += INTERLEAVED_PAGES * page_items)
            for (ptrdiff_t offset = 0; offset < page_items; offset += block_items)
                for (int page = 0; page < INTERLEAVED_PAGES; ++page)
                    run_block(plan, &space, start + page * page_items + offset, block_items);
    }
    for (; start < end; start += block_items)
        run_block(plan, &space, start, least(block_items, end - start));
    if (mode != PLAIN)
        loop->stream->fence();
}

static void run_in_place(const struct plan *plan, ptrdiff_t start, ptrdiff_t end)
{
    while (start < end) {
        const ptrdiff_t stop = start < plan->head ? least(plan->head, end) : end;
        char *at[MAX_OPERANDS];
        for (int k = 0; k < plan->loop->n_operands; ++k)
            at[k] = plan->operands[k] + start * plan->steps[k];
        plan->kernel(at, stop - start);
        start = stop;
    }
}

void run_part(const struct plan *plan, enum store_mode mode, ptrdiff_t start, ptrdiff_t end)
{
    if (plan->uses_blocks || mode != PLAIN)
        run_blocks(plan, mode, start, end);
    else
        run_in_place(plan, start, end);
}
