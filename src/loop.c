#include "loop.h"

#include "cpu.h"
#include "kernels/lookup.h"
#include "tables.h"

static struct kernel choose_lookup(const struct kernel_set *set, const struct loop *loop)
{
    const struct lookups *lookups = set->lookups;
    if (loop->factor != NULL)
        return *set->products[loop->dtype];
    if (loop->itemsize == 2)
        return lookups->of_16_bits;
    const bool by_vbmi =
        lookups->of_8_bits_by_vbmi.elementwise != NULL && cpu_has_avx512_vbmi();
    return by_vbmi ? lookups->of_8_bits_by_vbmi : lookups->of_8_bits;
}

bool make_loop(
    const struct isa *isa, enum operation operation, enum dtype dtype, struct loop *loop)
{
    const struct operation_row *row = &operation_table[operation];
    const struct dtype_row *values = &dtype_table[dtype];
    *loop = (struct loop){
        .operation = operation,
        .dtype = dtype,
        .kernel = isa->kernel_set->kernels[dtype][operation],
        .factor = isa->kernel_set->kernels[DTYPE_f32][operation].factor,
        .copy = isa->kernel_set->copy,
        .stream = isa->kernel_set->stream,
        .itemsize = (ptrdiff_t)values->itemsize,
        .n_arrays = row->n_arrays,
        .n_inputs = row->n_inputs,
        .n_operands = row->n_inputs + row->n_outputs,
        .raises_flags = row->has_arithmetic || values->is_long_double,
        .rounds_to_nearest =
            row->is_smooth || (row->has_arithmetic && values->is_small_float),
        .is_long_double = values->is_long_double,
    };
    loop->tables = tables_of_loop(isa, loop);
    if (loop->tables != NULL)
        loop->lookup = choose_lookup(isa->kernel_set, loop);
    return loop->kernel.elementwise != NULL;
}
