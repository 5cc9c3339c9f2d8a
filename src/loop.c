#include "loop.h"

bool make_loop(
    const struct isa *isa, enum operation operation, enum dtype dtype, struct loop *loop)
{
    const struct operation_row *row = &operation_table[operation];
    const struct dtype_row *values = &dtype_table[dtype];
    *loop = (struct loop){
        .operation = operation,
        .dtype = dtype,
        .kernel = isa->kernel_set->kernels[dtype][operation],
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
    return loop->kernel.elementwise != NULL;
}
