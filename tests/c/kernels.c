/* Tests every row for every dtype on every instruction set that can run here: whatever
   the layout, the streams and the threads, the result has to be the same as element by
   element. Prints a digest of the values of each row, which has to be the same on every
   machine. */
#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rows.h"
#include "threads.h"

enum { LONGEST = 5003, WIDEST_STEP = 3, SIZE = 16 };

static int failures;

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
    return x ^ x >> 32;
}

static uint64_t ones(int n)
{
    return ((uint64_t)1 << n) - 1;
}

/* Chooses among zeros, subnormals, limits and NaNs, any bits, and numbers near 1. */
static uint64_t float_bits(const struct dtype_row *facts, uint64_t random)
{
    const int e = facts->exponent_bits, m = facts->mantissa_bits;
    const uint64_t bias = ones(e - 1), quiet = (uint64_t)1 << (m - 1);
    const uint64_t specials[][2] = {
        {0, 0}, {0, 1}, {0, ones(m)}, {1, 0}, {bias, 0}, {bias + 2, quiet},
        {ones(e) - 1, ones(m)}, {ones(e), 0}, {ones(e), quiet | 0x2A}, {ones(e), 1},
    };
    const uint64_t *special = specials[(random >> 3) % (sizeof specials / sizeof *specials)];
    const uint64_t sign = (random >> 2 & 1) << (e + m);
    switch (random & 3) {
    case 0: return sign | special[0] << m | special[1];
    case 1: return random >> 3 & (sign | ones(e + m));
    default: return sign | (bias - 3 + (random >> 56) % 8) << m | (random >> 3 & ones(m));
    }
}

/* Writes a number whose sums and products are exact in every format of long double. */
static void fill_exact_value(char *to, uint64_t random)
{
    const double specials[] = {0.0, -0.0, HUGE_VAL, -HUGE_VAL, (double)NAN, 6.0};
    const unsigned int special = (random >> 2) % (sizeof specials / sizeof *specials);
    const long double value =
        (random & 3) == 0 ? specials[special] : ((int)(random >> 2 & 511) - 256) / 8.0L;
    memcpy(to, &value, sizeof value);
    /* Bit 62 of x87's mantissa makes a NaN quiet; without it, another has to be set. */
    if (value != value && LDBL_MANT_DIG == 64 && random >> 40 & 1) {
        const uint64_t signalling = (uint64_t)1 << 63 | 1;
        memcpy(to, &signalling, sizeof signalling);
    }
}

static void fill(enum dtype dtype, char *to, int operand)
{
    const struct dtype_row *facts = &dtype_table[dtype];
    const size_t size = facts->itemsize;
    for (int i = 0; i < LONGEST; ++i, to += size) {
        const uint64_t random = mixed((uint64_t)i * 8 + (uint64_t)operand + 1);
        const uint64_t bits = facts->exponent_bits ? float_bits(facts, random)
            : (random & 3) == 0               ? (random >> 2) % 8 - 1
            : (random & 3) == 1               ? (uint64_t)1 << (8 * (size < 8 ? size : 8) - 1)
                                              : random;
        const uint8_t u8 = (uint8_t)bits;
        const uint16_t u16 = (uint16_t)bits;
        const uint32_t u32 = (uint32_t)bits;
        if (dtype == DTYPE_longdouble)
            fill_exact_value(to, random);
        else
            memcpy(
                to, size == 1 ? (const void *)&u8 : size == 2 ? (const void *)&u16
                    : size == 4 ? (const void *)&u32 : (const void *)&bits, size);
    }
}

static void fail(const struct isa *isa, int row, enum dtype dtype, const char *what)
{
    ++failures;
    printf("FAILED %s %s %s: %s\n", isa->name, operation_table[row].name,
           dtype_table[dtype].name, what);
}

struct values {
    char *operands[MAX_OPERANDS];
};

/* Checks one layout, with steps in items (0 for some inputs), misaligned by one byte. */
static void check_layout(
    const struct isa *isa, int row, enum dtype dtype, const struct loop *loop,
    const struct values *right, ptrdiff_t n, int in_step, int parameter_step, int out_step)
{
    char *memory[MAX_OPERANDS], *at[MAX_OPERANDS];
    ptrdiff_t steps[MAX_OPERANDS];
    bool same = true;
    for (int k = 0; k < loop->n_operands; ++k) {
        const int step = k >= loop->n_inputs ? out_step
            : k >= loop->n_arrays            ? parameter_step
                                             : in_step;
        const ptrdiff_t apart = abs(step) * loop->itemsize;
        memory[k] = malloc((size_t)((n - 1) * apart + loop->itemsize + 1));
        if (memory[k] == NULL)
            abort();
        steps[k] = step * loop->itemsize;
        at[k] = memory[k] + 1 + (step < 0 ? (n - 1) * apart : 0);
        for (ptrdiff_t i = 0; k < loop->n_inputs && i < (step == 0 ? 1 : n); ++i)
            memcpy(at[k] + i * steps[k], right->operands[k] + i * loop->itemsize,
                   (size_t)loop->itemsize);
    }
    char *expected[MAX_OUTPUTS], *elementwise[MAX_OPERANDS];
    ptrdiff_t plain_steps[MAX_OPERANDS];
    for (int k = 0; k < loop->n_operands; ++k) {
        elementwise[k] = at[k];
        plain_steps[k] = steps[k];
        if (k >= loop->n_inputs) {
            expected[k - loop->n_inputs] = elementwise[k] = malloc((size_t)(n * loop->itemsize));
            if (elementwise[k] == NULL)
                abort();
            plain_steps[k] = loop->itemsize;
        }
    }
    loop->kernel.elementwise(elementwise, n, plain_steps);
    feclearexcept(FE_ALL_EXCEPT);
    run_loop(at, &n, steps, (void *)loop);
    if (fetestexcept(FE_ALL_EXCEPT))
        fail(isa, row, dtype, "left a floating-point flag set");
    for (int k = loop->n_inputs; k < loop->n_operands; ++k) {
        for (ptrdiff_t i = 0; i < n; ++i)
            same &= is_same_item(loop, dtype, at[k] + i * steps[k],
                                 expected[k - loop->n_inputs] + i * loop->itemsize);
        free(expected[k - loop->n_inputs]);
    }
    for (int k = 0; k < loop->n_operands; ++k)
        free(memory[k]);
    if (!same)
        fail(isa, row, dtype, "differs from element by element");
}

/* Whether the result for a NaN x has the same bits. A function without a backward may
   apply arithmetic to x, which does not keep the bits. */
static bool keeps_nan(int row)
{
    const bool has_backward = row + 1 < N_OPERATIONS && operation_table[row + 1].is_backward;
    return !operation_table[row].has_arithmetic || operation_table[row].is_backward
        || has_backward;
}

/* The reference for all comparisons here, and for comparisons between machines. */
static uint64_t digest(
    const struct isa *isa, int row, enum dtype dtype, const struct loop *loop,
    const struct values *values)
{
    const char *x = values->operands[operation_table[row].is_backward];
    uint64_t hash = 0xCBF29CE484222325u;
    for (int k = loop->n_inputs; k < loop->n_operands; ++k) {
        for (ptrdiff_t i = 0; i < LONGEST; ++i) {
            const char *item = values->operands[k] + i * loop->itemsize;
            const char *x_item = x + i * loop->itemsize;
            if (keeps_nan(row) && is_nan_at(dtype, x_item)
                && memcmp(item, x_item, significant_bytes(dtype)) != 0)
                fail(isa, row, dtype, "a NaN x does not give x");
            const bool is_nan = loop->raises_flags && is_nan_at(dtype, item);
            hash = mixed(hash ^ (is_nan ? UINT64_MAX : bits_at(dtype, item)));
        }
    }
    return hash;
}

static void check_row(const struct isa *isa, int row, enum dtype dtype, bool prints)
{
    static char memory[MAX_OPERANDS][LONGEST * SIZE];
    const int lengths[] = {1, 7, 8, 9, 63, 130, 300, LONGEST};
    const int in_steps[] = {1, 2, -1, 0};
    struct values right;
    struct loop loop;
    if (!make_loop(isa, row, dtype, &loop))
        return;
    ptrdiff_t steps[MAX_OPERANDS];
    for (int k = 0; k < loop.n_operands; ++k) {
        right.operands[k] = memory[k];
        steps[k] = loop.itemsize;
        if (k < loop.n_inputs)
            fill(dtype, memory[k], k);
    }
    loop.kernel.elementwise(right.operands, LONGEST, steps);
    const uint64_t hash = digest(isa, row, dtype, &loop, &right);
    /* Smooth functions of a long double are the C library's. */
    if (prints && !(operation_table[row].is_smooth && dtype == DTYPE_longdouble))
        printf("%s %s %016" PRIx64 "\n", operation_table[row].name, dtype_table[dtype].name, hash);

    for (int streams = 0; streams < 2; ++streams) {
        run_set_stream_bytes(streams ? 0 : PTRDIFF_MAX);
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; ++l)
            for (size_t s = 0; s < sizeof in_steps / sizeof *in_steps; ++s)
                for (int parameter_step = 0; parameter_step < 2; ++parameter_step)
                    for (int out_step = 1; out_step <= WIDEST_STEP; ++out_step)
                        check_layout(isa, row, dtype, &loop, &right, lengths[l], in_steps[s],
                                     parameter_step, out_step == 2 ? -1 : out_step);
    }
}

int main(void)
{
    for (const struct isa *isa = isa_table; isa->name != NULL; ++isa) {
        if (!isa->runs_here())
            continue;
        const bool is_last = isa[1].name == NULL;
        for (int row = 0; row < N_OPERATIONS; ++row)
            for (int dtype = 0; dtype < N_DTYPES; ++dtype)
                check_row(isa, row, dtype, is_last);
        fprintf(stderr, "%s: every row for every dtype\n", isa->name);
    }
    return failures != 0;
}
