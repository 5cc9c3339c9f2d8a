#include "tables.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "fp_environment.h"
#include "kernels/lookup.h"
#include "kernels/small_floats.h"

enum {
    N_ISAS = 0
#define ISA(symbol, name, runs_here) +1
#include "isas.def"
#undef ISA
};

struct table {
    /* The bits of the parameter; 0 if the function has none. */
    uint16_t parameter;
    _Alignas(double) char results[];
};

struct tables {
    _Atomic(struct table *) made[MOST_TABLES];
    /* The parameter of the last run without a table, and the number of elements of that run and
       of the runs directly before it with the same parameter. If threads race, counts may be
       lost, and a table is made later. */
    _Atomic uint64_t waiting;
};

enum { PARAMETER_SHIFT = 48 };

static _Atomic bool are_tables_enabled = true;

void tables_enable(bool are_enabled)
{
    atomic_store(&are_tables_enabled, are_enabled);
}

static ptrdiff_t results_of(const struct loop *loop)
{
    return (ptrdiff_t)1 << 8 * loop->itemsize;
}

ptrdiff_t table_bytes(const struct loop *loop)
{
    return results_of(loop) * (loop->factor != NULL ? (ptrdiff_t)sizeof(double) : loop->itemsize);
}

struct tables *tables_of_loop(const struct isa *isa, const struct loop *loop)
{
    static struct tables all[N_ISAS][N_OPERATIONS][N_DTYPES];
    const struct operation_row *row = &operation_table[loop->operation];
    const bool may_have_tables = dtype_table[loop->dtype].is_small_float
        && (row->n_arrays > 1 ? loop->factor != NULL : row->is_smooth && loop->n_inputs <= 2);
    return may_have_tables ? &all[isa - isa_table][loop->operation][loop->dtype] : NULL;
}

struct loop lookup_loop(const struct loop *loop)
{
    struct loop lookup = *loop;
    lookup.kernel = loop->lookup;
    lookup.n_inputs = loop->n_arrays + 1;
    lookup.n_operands = lookup.n_inputs + 1;
    lookup.raises_flags = lookup.rounds_to_nearest = loop->factor != NULL;
    return lookup;
}

int tables_count(const struct loop *loop)
{
    int count = 0;
    while (count < MOST_TABLES && atomic_load(&loop->tables->made[count]) != NULL)
        ++count;
    return count;
}

static void write_every_input(char *to, ptrdiff_t itemsize)
{
    for (ptrdiff_t bits = 0; bits < (ptrdiff_t)1 << 8 * itemsize; ++bits) {
        const uint16_t both = (uint16_t)bits;
        if (itemsize == 2)
            memcpy(to + 2 * bits, &both, sizeof both);
        else
            to[bits] = (char)bits;
    }
}

static void fill_factors(const struct loop *loop, double *factors)
{
    const struct dtype_row *format = &dtype_table[loop->dtype];
    for (ptrdiff_t bits = 0; bits < results_of(loop); ++bits)
        factors[bits] = loop->factor(widened_small_float(
            (uint32_t)bits, format->exponent_bits, format->mantissa_bits,
            (uint32_t)format->greatest));
}

static void fill_results(const struct loop *loop, char *results, uint16_t parameter)
{
    write_every_input(results, loop->itemsize);
    if (loop->n_inputs == 1)
        loop->kernel.contiguous((char *[]){results, results}, results_of(loop));
    else
        loop->kernel.scalar_parameters(
            (char *[]){results, (char *)&parameter, results}, results_of(loop));
}

/* Returns NULL if there is no memory. */
static struct table *fill_table(const struct loop *loop, uint16_t parameter)
{
    struct table *table = malloc(offsetof(struct table, results) + (size_t)table_bytes(loop));
    if (table == NULL)
        return NULL;
    table->parameter = parameter;
    const unsigned int mode = round_to_nearest();
    if (loop->factor != NULL)
        fill_factors(loop, (double *)(void *)table->results);
    else
        fill_results(loop, table->results, parameter);
    restore_rounding(mode);
    clear_fp_status(false);
    return table;
}

/* Several threads may fill a table for the same parameter. So no thread waits for another, and
   a child that is forked meanwhile can make its own table. The first table is kept. */
static const char *add_table(const struct loop *loop, uint16_t parameter)
{
    struct table *filled = fill_table(loop, parameter);
    if (filled == NULL)
        return NULL;
    for (int k = 0; k < MOST_TABLES; ++k) {
        struct table *found = NULL;
        if (atomic_compare_exchange_strong(&loop->tables->made[k], &found, filled))
            return filled->results;
        if (found->parameter == parameter) {
            free(filled);
            return found->results;
        }
    }
    free(filled);
    return NULL;
}

/* Counts the elements of a run without a table. Returns whether enough have been computed. */
static bool is_worth_table(const struct loop *loop, uint16_t parameter, ptrdiff_t n)
{
    const uint64_t none = (uint64_t)parameter << PARAMETER_SHIFT;
    const uint64_t enough = (uint64_t)results_of(loop);
    uint64_t waiting = atomic_load_explicit(&loop->tables->waiting, memory_order_relaxed);
    if (waiting >> PARAMETER_SHIFT != parameter)
        waiting = none;
    const bool is_worth = waiting - none + (uint64_t)n >= enough;
    waiting = is_worth ? none : waiting + (uint64_t)n;
    atomic_store_explicit(&loop->tables->waiting, waiting, memory_order_relaxed);
    return is_worth;
}

const char *find_table(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    uint16_t parameter = 0;
    const int arrays = loop->n_arrays;
    if (loop->n_inputs > arrays) {
        if (steps[arrays] != 0)
            return NULL;
        memcpy(&parameter, operands[arrays], (size_t)loop->itemsize);
    }
    if (!atomic_load_explicit(&are_tables_enabled, memory_order_relaxed))
        return NULL;
    for (int k = 0; k < MOST_TABLES; ++k) {
        const struct table *table =
            atomic_load_explicit(&loop->tables->made[k], memory_order_acquire);
        if (table == NULL)
            return is_worth_table(loop, parameter, n) ? add_table(loop, parameter) : NULL;
        if (table->parameter == parameter)
            return table->results;
    }
    return NULL;
}
