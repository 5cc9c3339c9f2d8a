/* The entry point for libFuzzer: runs any row, dtype and instruction set on operands of
   any length, alignment and stride, each between two guard pages. An access outside the
   operands ends the process, as does a value that differs from the elementwise loop's. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../c/rows.h"
#include "threads.h"

enum { PAGE = 4096, PAGES = 16, LONGEST = 1100, ITEM = 16 };

/* The memory of each operand between its guard pages, and memory for the expected outputs. */
static char *inside[MAX_OPERANDS];
static char expected[MAX_OUTPUTS][LONGEST * ITEM];

static void allocate(void)
{
    for (int k = 0; k < MAX_OPERANDS; ++k) {
        char *pages = mmap(
            NULL, (PAGES + 2) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || mprotect(pages, PAGE, PROT_NONE) != 0
            || mprotect(pages + (PAGES + 1) * PAGE, PAGE, PROT_NONE) != 0)
            abort();
        inside[k] = pages + PAGE;
    }
}

struct bytes {
    const uint8_t *at;
    size_t left;
};

static unsigned take(struct bytes *from)
{
    if (from->left == 0)
        return 0;
    --from->left;
    return *from->at++;
}

/* Determined only once: on a virtual machine CPUID takes long. */
static const struct isa *choose_isa(unsigned choice)
{
    static const struct isa *isas[8];
    static unsigned count;
    if (count == 0)
        for (const struct isa *isa = isa_table; isa->name != NULL; ++isa)
            if (isa->runs_here())
                isas[count++] = isa;
    return isas[choice % count];
}

/* Numbers that are derived from the input, so that a few bytes of it give many values. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 24 ^ *state >> 51;
}

static void fill(
    enum dtype dtype, char *to, ptrdiff_t step, ptrdiff_t n, size_t itemsize, uint64_t *state)
{
    for (ptrdiff_t i = 0; i < n; ++i, to += step) {
        const uint64_t random = next_random(state);
        /* Now and then all bits are ones, which gives NaNs and the least integers. */
        const uint64_t bits = random & 7 ? random << 24 | random : random | 0xFF80FF80FF80FF80u;
        const long double wide = (long double)(int8_t)random / 4;
        memcpy(to, dtype == DTYPE_longdouble ? (const void *)&wide : &bits, itemsize);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes from = {data, size};
    struct loop loop;
    char *at[MAX_OPERANDS], *elementwise[MAX_OPERANDS];
    ptrdiff_t steps[MAX_OPERANDS], elementwise_steps[MAX_OPERANDS];

    if (inside[0] == NULL)
        allocate();
    const struct isa *isa = choose_isa(take(&from));
    const enum operation row = take(&from) % N_OPERATIONS;
    enum dtype dtype = take(&from) % N_DTYPES;
    while (!make_loop(isa, row, dtype, &loop))
        dtype = (dtype + 1) % N_DTYPES;
    const unsigned low = take(&from), high = take(&from), way = take(&from);
    const ptrdiff_t n = (high & 3 ? low % 70 : (low | high << 8) % LONGEST) + 1;
    uint64_t state = (uint64_t)take(&from) << 8 | take(&from);
    run_set_stream_bytes(way & 1 ? 0 : PTRDIFF_MAX);

    for (int k = 0; k < loop.n_operands; ++k) {
        const unsigned layout = take(&from), offset = take(&from);
        const bool is_output = k >= loop.n_inputs;
        ptrdiff_t apart = (ptrdiff_t)(layout & 3) * loop.itemsize;
        /* Odd strides are included, like that of a field in a packed record. */
        if (layout & 8 && apart != 0)
            apart += (layout >> 4 & 3);
        const ptrdiff_t most = (PAGES * PAGE - loop.itemsize) / (n > 1 ? n - 1 : 1);
        if ((apart == 0 && is_output) || apart > most)
            apart = loop.itemsize;
        const ptrdiff_t extent = (n - 1) * apart + loop.itemsize;
        const ptrdiff_t room = PAGES * PAGE - extent;
        const ptrdiff_t shift = (ptrdiff_t)offset < room ? offset / 4 : 0;
        /* Next to the guard page before or behind, or at some distance. */
        char *lowest = inside[k] + (offset & 1 ? room : 0);
        if (offset & 2)
            lowest += offset & 1 ? -shift : shift;
        steps[k] = layout & 4 ? -apart : apart;
        at[k] = lowest + (steps[k] < 0 ? extent - loop.itemsize : 0);
        fill(dtype, at[k], steps[k], steps[k] == 0 ? 1 : n, (size_t)loop.itemsize, &state);
        elementwise[k] = is_output ? expected[k - loop.n_inputs] : at[k];
        elementwise_steps[k] = is_output ? loop.itemsize : steps[k];
    }
    /* In place: an output in the same memory as an input. */
    if (way & 2) {
        const int k = loop.n_inputs, input = (int)(way >> 2) % loop.n_inputs;
        if (steps[input] != 0) {
            at[k] = at[input];
            steps[k] = steps[input];
        }
    }
    loop.kernel.elementwise(elementwise, n, elementwise_steps);
    run_loop(at, &n, steps, &loop);
    for (int k = loop.n_inputs; k < loop.n_operands; ++k)
        for (ptrdiff_t i = 0; i < n; ++i)
            if (!is_same_item(&loop, dtype, at[k] + i * steps[k],
                              expected[k - loop.n_inputs] + i * loop.itemsize)) {
                fprintf(stderr, "%s %s %s: element %td of %td differs\n", isa->name,
                        operation_table[row].name, dtype_table[dtype].name, i, n);
                abort();
            }
    return 0;
}
