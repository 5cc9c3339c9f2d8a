#include "run.h"

#include <stdatomic.h>
#include <stdint.h>

#include "fp_environment.h"
#include "threads.h"

enum {
    /* Up to five blocks lie in the first-level cache together. */
    BLOCK_BYTES = 4096,
    /* Streamed from small blocks and four pages in turn, so that the processor
       fetches ahead in all of them: 22 GB/s instead of 19 at 400 MB. */
    STREAM_BLOCK_BYTES = 512,
    PAGE_BYTES = 4096,
    INTERLEAVED_PAGES = 4,
    /* Below this, finding out about the layout costs more than it saves. */
    FEW = 8,
    CACHE_LINE = 64,
    /* Below this many bytes of an operand, the plainest way is the fastest. */
    WORTH_PLANNING = 1024,
    /* Below this many bytes of all operands one thread is faster: with workers
       that look for work, and with workers that have to be woken. */
    WORTH_SHARING = 1 << 20,
    WORTH_WAKING = 1 << 24,
    /* More than one, so that a late worker leaves little to wait for. */
    PARTS_PER_THREAD = 2
};

static _Atomic ptrdiff_t stream_bytes = PTRDIFF_MAX;

void run_set_stream_bytes(ptrdiff_t bytes)
{
    atomic_store(&stream_bytes, bytes);
}

ptrdiff_t run_stream_bytes(void)
{
    return atomic_load(&stream_bytes);
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

static bool is_contiguous(const struct loop *loop, const ptrdiff_t *steps)
{
    for (int k = 0; k < loop->n_operands; ++k)
        if (steps[k] != loop->itemsize)
            return false;
    return true;
}

/* How the kernel meets an operand: in place; in place and always the same
   scalar; or through a block that is gathered before or scattered after it;
   or, an output, through a block that is streamed out. */
enum access { IN_PLACE, SCALAR, GATHERED, BROADCAST, SCATTERED, STREAMED };

/* How one call goes about its n elements. */
struct plan {
    const struct loop *loop;
    char *const *operands;
    const ptrdiff_t *steps;
    ptrdiff_t n;
    void (*kernel)(char *const *operands, ptrdiff_t n);
    enum access access[MAX_OPERANDS];
    bool uses_blocks, streams;
    /* Elements before the first cache line of the first output, and in a line. */
    ptrdiff_t head, line_items;
    int parts;
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

static bool overwrites_input(const struct loop *loop, char *const *operands)
{
    for (int out = loop->n_inputs; out < loop->n_operands; ++out)
        for (int k = 0; k < loop->n_inputs; ++k)
            if (operands[k] == operands[out])
                return true;
    return false;
}

/* Streaming pays where the operands do not fit the caches anyway, and not in
   place: what was just read is in the cache. */
static bool should_stream(const struct plan *plan)
{
    const struct loop *loop = plan->loop;
    ptrdiff_t bytes = 0;
    for (int k = 0; k < loop->n_operands; ++k)
        if (plan->steps[k] == loop->itemsize)
            bytes += plan->n * loop->itemsize;
    return loop->stream->copy != NULL && plan->steps[loop->n_inputs] == loop->itemsize
        && !overwrites_input(loop, plan->operands) && bytes >= run_stream_bytes();
}

static void choose_access(struct plan *plan)
{
    const struct loop *loop = plan->loop;
    const bool scalars = parameters_are_scalars(loop, plan->steps);

    plan->kernel = scalars ? loop->kernel.scalar_parameters : loop->kernel.contiguous;
    plan->streams = should_stream(plan);
    plan->uses_blocks = false;
    for (int k = 0; k < loop->n_operands; ++k) {
        const bool is_output = k >= loop->n_inputs;
        const bool is_contiguous = plan->steps[k] == loop->itemsize;
        enum access access;
        if (scalars && k >= loop->n_arrays && !is_output)
            access = SCALAR;
        else if (is_contiguous)
            access = is_output && plan->streams ? STREAMED : IN_PLACE;
        else if (is_output)
            access = SCATTERED;
        else
            access = plan->steps[k] == 0 ? BROADCAST : GATHERED;
        plan->access[k] = access;
        plan->uses_blocks |= access != IN_PLACE && access != SCALAR;
    }
}

/* A vector store across two cache lines takes twice the time. */
static void choose_head(struct plan *plan)
{
    const struct loop *loop = plan->loop;
    const ptrdiff_t itemsize = loop->itemsize;
    const uintptr_t out = (uintptr_t)plan->operands[loop->n_inputs];
    const ptrdiff_t before_line = (ptrdiff_t)(-out % CACHE_LINE);

    plan->line_items = CACHE_LINE % itemsize == 0 ? CACHE_LINE / itemsize : 1;
    plan->head = 0;
    if (before_line % itemsize == 0 && plan->steps[loop->n_inputs] == itemsize)
        plan->head = before_line / itemsize;
}

static void choose_parts(struct plan *plan)
{
    const int threads = threads_count();
    plan->parts = 1;
    if (threads > 1) {
        const ptrdiff_t bytes = plan->n * plan->loop->itemsize * plan->loop->n_operands;
        if (bytes >= WORTH_SHARING && (threads_are_in_use() || bytes >= WORTH_WAKING))
            plan->parts = PARTS_PER_THREAD * threads;
    }
}

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

/* Where the kernel finds the operands: in place or in blocks of their own. */
struct workspace {
    _Alignas(CACHE_LINE) char blocks[MAX_OPERANDS][BLOCK_BYTES];
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
        if (plan->access[k] == IN_PLACE)
            space->in_kernel[k] = at[k];
        else if (plan->access[k] == GATHERED)
            loop->copy(at[k], plan->steps[k], space->blocks[k], itemsize, n, (size_t)itemsize);
    }
    plan->kernel(space->in_kernel, n);
    for (int k = loop->n_inputs; k < loop->n_operands; ++k) {
        if (plan->access[k] == SCATTERED)
            loop->copy(space->blocks[k], itemsize, at[k], plan->steps[k], n, (size_t)itemsize);
        else if (plan->access[k] == STREAMED)
            loop->stream->copy(space->blocks[k], at[k], (size_t)(n * itemsize));
    }
}

/* Strided inputs are gathered into contiguous blocks, a broadcast one once for
   all blocks, and outputs that are strided or streamed leave from them: every
   layout meets the same kernel. */
static void run_blocks(const struct plan *plan, ptrdiff_t start, ptrdiff_t end)
{
    const struct loop *loop = plan->loop;
    const ptrdiff_t block_items =
        (plan->streams ? STREAM_BLOCK_BYTES : BLOCK_BYTES) / loop->itemsize;
    struct workspace space;

    for (int k = 0; k < loop->n_operands; ++k) {
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
    if (plan->streams) {
        const ptrdiff_t page_items = PAGE_BYTES / STREAM_BLOCK_BYTES * block_items;
        for (; end - start >= INTERLEAVED_PAGES * page_items;
             start += INTERLEAVED_PAGES * page_items)
            for (ptrdiff_t offset = 0; offset < page_items; offset += block_items)
                for (int page = 0; page < INTERLEAVED_PAGES; ++page)
                    run_block(plan, &space, start + page * page_items + offset, block_items);
    }
    for (; start < end; start += block_items)
        run_block(plan, &space, start, least(block_items, end - start));
    if (plan->streams)
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

/* Parts meet at cache lines of the first output. */
static ptrdiff_t part_start(const struct plan *plan, int part)
{
    if (part == 0)
        return 0;
    if (part == plan->parts)
        return plan->n;
    const ptrdiff_t lines = (plan->n - plan->head) / plan->line_items;
    return plan->head + lines / plan->parts * part * plan->line_items;
}

static void run_part(void *context, int part)
{
    const struct plan *plan = context;
    const ptrdiff_t start = part_start(plan, part), end = part_start(plan, part + 1);
    if (plan->uses_blocks)
        run_blocks(plan, start, end);
    else
        run_in_place(plan, start, end);
}

void run_loop(char **operands, const ptrdiff_t *dimensions, const ptrdiff_t *steps, void *data)
{
    const struct loop *loop = data;
    const ptrdiff_t n = dimensions[0];
    const unsigned int mode = loop->rounds_to_nearest ? round_to_nearest() : 0;

    if (n < FEW || !is_order_free(loop, operands, n, steps)) {
        loop->kernel.elementwise(operands, n, steps);
    }
    else if (n * loop->itemsize < WORTH_PLANNING && is_contiguous(loop, steps)) {
        loop->kernel.contiguous(operands, n);
    }
    else {
        struct plan plan = {.loop = loop, .operands = operands, .steps = steps, .n = n};
        choose_access(&plan);
        choose_head(&plan);
        choose_parts(&plan);
        if (plan.parts > 1)
            threads_run(run_part, &plan, plan.parts);
        else
            run_part(&plan, 0);
    }
    if (loop->rounds_to_nearest)
        restore_rounding(mode);
    if (loop->raises_flags)
        clear_fp_status(loop->is_long_double);
}
