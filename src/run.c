/* Strict C11 hides what POSIX adds. */
#define _POSIX_C_SOURCE 200809L

#include "run.h"

#include <stdatomic.h>

#include "clock.h"
#include "fp_environment.h"
#include "memory.h"
#include "overlap.h"
#include "plan.h"
#include "sizes.h"
#include "tables.h"
#include "threads.h"
#include "timings.h"

/* The sizes from WORTH_SHARING to PART_BYTES are the bytes of all operands together. */
enum {
    /* Computing fewer elements takes less time than examining their layout. */
    FEW = 8,
    /* If an operand has fewer bytes than this, the contiguous kernel alone is faster than
       any plan: of shorter runs, aligned stores save less than a second call of the kernel
       takes. */
    WORTH_PLANNING = 16384,
    /* From these sizes on, two threads may share a run, and sleeping workers are woken
       for it. Workers are also woken for a run that takes WORTH_WAKING_NS. */
    WORTH_SHARING = 1 << 18,
    WORTH_WAKING = 1 << 24,
    WORTH_WAKING_NS = 500000,
    /* Allocators keep smaller arrays' memory for the next caller, so its pages have been
       touched before. */
    MAYBE_FRESH = 1 << 23,
    /* If there is a choice of store modes, each part of this size is timed. */
    PART_BYTES = 1 << 19,
    /* With more than one part per thread, the other threads wait less for a thread that
       starts late or is slow. A long run has more parts, of about PART_BYTES. */
    FEWEST_PARTS_PER_THREAD = 2,
    MOST_PARTS_PER_THREAD = MOST_PARTS / (MOST_WORKERS + 1)
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

/* A run that is long enough to be streamed or shared. The store mode and the sharing are
   decided while the run is computed. */
struct long_run {
    struct plan plan;
    struct timings *timings;
    /* The bytes of one element of every operand. */
    ptrdiff_t item_bytes;
    bool may_stream;
    /* The threads share the elements from here on. */
    ptrdiff_t shared_start;
    int parts;
};

/* Operands of run_stream_bytes() do not fit the caches anyway. A run in place is not
   streamed, because the memory that it overwrites has just been read into the cache. */
static bool may_stream(const struct plan *plan)
{
    const struct loop *loop = plan->loop;
    ptrdiff_t bytes = 0;
    for (int k = 0; k < loop->n_operands; ++k)
        if (is_contiguous(loop, plan->steps, k))
            bytes += plan->n * loop->itemsize;
    return bytes >= run_stream_bytes() && loop->stream->copy != NULL
        && is_contiguous(loop, plan->steps, loop->n_inputs)
        && !overwrites_input(loop, plan->operands);
}

/* Returns the first element of the cache line in which an element of the first output
   lies. */
static ptrdiff_t line_start(const struct plan *plan, ptrdiff_t item)
{
    const ptrdiff_t after_head = item - plan->head, itemsize = plan->loop->itemsize;
    const ptrdiff_t line_items = CACHE_LINE % itemsize == 0 ? CACHE_LINE / itemsize : 1;
    return after_head < 0 ? 0 : item - after_head % line_items;
}

/* If there is a choice of store modes, the elements are computed in parts, and each part is
   timed. The last part takes in the remainder, since the time of a short part says nothing. */
static void run_timed(const struct long_run *run, ptrdiff_t start, ptrdiff_t end, bool is_shared)
{
    const ptrdiff_t part_items = run->may_stream ? PART_BYTES / run->item_bytes : end;
    int64_t before = nanoseconds_now();
    while (start < end) {
        const ptrdiff_t stop =
            end - start < 2 * part_items ? end : line_start(&run->plan, start + part_items);
        const enum store_mode mode =
            run->may_stream ? timings_choose_mode(run->timings, is_shared) : PLAIN;
        run_part(&run->plan, mode, start, stop);
        const int64_t after = nanoseconds_now();
        timings_add(
            run->timings, is_shared, mode, (stop - start) * run->item_bytes, after - before);
        before = after;
        start = stop;
    }
}

static ptrdiff_t part_start(const struct long_run *run, int part)
{
    const ptrdiff_t items = run->plan.n - run->shared_start;
    if (part == run->parts)
        return run->plan.n;
    if (part == 0)
        return run->shared_start;
    return line_start(&run->plan, run->shared_start + items / run->parts * part);
}

static void run_shared_part(void *context, int part)
{
    const struct long_run *run = context;
    const ptrdiff_t start = part_start(run, part), end = part_start(run, part + 1);
    if (run->may_stream)
        run_timed(run, start, end, true);
    else
        run_part(&run->plan, PLAIN, start, end);
}

static const char *middle_of_output(const struct plan *plan)
{
    const int out = plan->loop->n_inputs;
    return plan->operands[out] + plan->n / 2 * plan->steps[out];
}

static struct timings *find_timings(const struct plan *plan, ptrdiff_t bytes)
{
    struct run_class run_class = {
        .operation = plan->loop->operation,
        .dtype = plan->loop->dtype,
        .uses_blocks = plan->uses_blocks,
        .is_in_place = overwrites_input(plan->loop, plan->operands),
        .is_fresh = bytes >= MAYBE_FRESH && is_untouched(middle_of_output(plan)),
    };
    while (bytes >>= 1)
        ++run_class.magnitude;
    return timings_of(&run_class);
}

static void share(struct long_run *run, ptrdiff_t start, int threads)
{
    const int64_t before = nanoseconds_now();
    const ptrdiff_t bytes = (run->plan.n - start) * run->item_bytes;
    const ptrdiff_t parts = least(bytes / threads / PART_BYTES, MOST_PARTS_PER_THREAD);
    run->shared_start = start;
    run->parts = (int)greatest(parts, FEWEST_PARTS_PER_THREAD) * threads;
    threads_run(run_shared_part, run, run->parts, threads);
    timings_add_shared(run->timings, bytes, nanoseconds_now() - before);
}

static bool is_worth_waking(struct timings *timings, ptrdiff_t bytes)
{
    return bytes >= WORTH_WAKING || timings_time_alone(timings, bytes) >= WORTH_WAKING_NS
        || store_mode_forced() != N_STORE_MODES;
}

static void run_long(struct long_run *run, ptrdiff_t bytes)
{
    const ptrdiff_t n = run->plan.n;
    const int64_t began = nanoseconds_now();
    const int threads = (int)least(threads_usable(began), bytes / (WORTH_SHARING / 2));
    bool must_measure = false;

    run->timings = find_timings(&run->plan, bytes);
    if (threads > 1 && timings_should_share(run->timings, &must_measure)
        && (threads_expect_task(began) || is_worth_waking(run->timings, bytes))) {
        const ptrdiff_t trial = N_STORE_MODES * PART_BYTES / run->item_bytes;
        const ptrdiff_t start = must_measure ? least(line_start(&run->plan, trial), n) : 0;
        run_timed(run, 0, start, false);
        if (start < n)
            share(run, start, threads);
    }
    else {
        run_timed(run, 0, n, false);
        if (threads > 1)
            timings_add_alone(run->timings, nanoseconds_now() - began);
    }
}

static void run(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    const unsigned int rounding_mode = loop->rounds_to_nearest ? round_to_nearest() : 0;
    const ptrdiff_t item_bytes = loop->itemsize * loop->n_operands;

    if (n < FEW || !is_order_free(loop, operands, n, steps)) {
        loop->kernel.elementwise(operands, n, steps);
    }
    else if (
        n * loop->itemsize < WORTH_PLANNING && n * item_bytes < run_stream_bytes()
        && are_contiguous(loop, steps)) {
        loop->kernel.contiguous(operands, n);
    }
    else {
        struct long_run run = {make_plan(loop, operands, n, steps), .item_bytes = item_bytes};
        run.may_stream = may_stream(&run.plan);
        if (run.may_stream || (n * item_bytes >= WORTH_SHARING && threads_count() > 1))
            run_long(&run, n * item_bytes);
        else
            run_part(&run.plan, PLAIN, 0, n);
    }
    if (loop->rounds_to_nearest)
        restore_rounding(rounding_mode);
    if (loop->raises_flags)
        clear_fp_status(loop->is_long_double);
}

void run_loop(char **operands, const ptrdiff_t *dimensions, const ptrdiff_t *steps, void *data)
{
    const struct loop *loop = data;
    const ptrdiff_t n = dimensions[0];
    const char *const table =
        loop->tables == NULL ? NULL : find_table(loop, operands, n, steps);
    if (table == NULL) {
        run(loop, operands, n, steps);
        return;
    }
    const struct loop lookup = lookup_loop(loop);
    const int arrays = loop->n_arrays, out = loop->n_inputs;
    char *of_lookup[MAX_OPERANDS];
    ptrdiff_t steps_of_lookup[MAX_OPERANDS];
    for (int k = 0; k < arrays; ++k) {
        of_lookup[k] = operands[k];
        steps_of_lookup[k] = steps[k];
    }
    of_lookup[arrays] = (char *)table;
    steps_of_lookup[arrays] = 0;
    of_lookup[arrays + 1] = operands[out];
    steps_of_lookup[arrays + 1] = steps[out];
    run(&lookup, of_lookup, n, steps_of_lookup);
}
