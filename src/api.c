#include "api.h"

#include <stdlib.h>

#include "loop.h"
#include "operations.h"
#include "run.h"

_Static_assert(
    RELU_UFUNC_N_FUNCTIONS == N_OPERATIONS,
    "tools/generate_c_api.py reads other functions in src/ops.def than the compiler");

enum { N_CHARACTERS = sizeof ((relu_ufunc_function *)0)->loops / sizeof(void *) };

struct scalars {
    void (*of_float)(void);
    void (*of_double)(void);
};

#define SCALARS(name)                                                                   \
    [OPERATION_##name] = {                                                              \
        (void (*)(void))relu_ufunc_##name##f, (void (*)(void))relu_ufunc_##name},
static const struct scalars scalars[N_OPERATIONS] = {RELU_UFUNC_INLINE_FUNCTIONS(SCALARS)};

/* All that the table points to. */
struct storage {
    relu_ufunc_api api;
    const relu_ufunc_function *pointers[N_OPERATIONS];
    relu_ufunc_function functions[N_OPERATIONS];
    relu_ufunc_loop loops[N_OPERATIONS][N_DTYPES];
    struct loop data[N_OPERATIONS][N_DTYPES];
};

static void fill_loops(struct storage *storage, const struct isa *isa, int operation)
{
    const struct operation_row *row = &operation_table[operation];
    for (int dtype = 0; dtype < N_DTYPES; ++dtype) {
        struct loop *data = &storage->data[operation][dtype];
        if (make_loop(isa, (enum operation)operation, (enum dtype)dtype, data))
            storage->loops[operation][dtype] = (relu_ufunc_loop){
                .itemsize = data->itemsize,
                .n_inputs = row->n_inputs,
                .n_outputs = row->n_outputs,
                .strided = run_loop,
                .data = data,
                .contiguous = data->kernel.contiguous,
            };
    }
}

static void fill_function(struct storage *storage, int operation)
{
    const struct operation_row *row = &operation_table[operation];
    relu_ufunc_function *function = &storage->functions[operation];
    function->name = row->name;
    function->inputs = row->inputs;
    function->outputs = row->outputs;
    function->n_inputs = row->n_inputs;
    function->n_outputs = row->n_outputs;
    function->scalar_float = scalars[operation].of_float;
    function->scalar_double = scalars[operation].of_double;
    for (int character = 0; character < N_CHARACTERS; ++character) {
        const enum dtype dtype = dtype_of_type_character((char)character);
        if (dtype != N_DTYPES && storage->loops[operation][dtype].strided != NULL)
            function->loops[character] = &storage->loops[operation][dtype];
    }
}

const relu_ufunc_api *make_api(const struct isa *isa, const char *release)
{
    struct storage *storage = calloc(1, sizeof *storage);
    if (storage == NULL)
        return NULL;
    for (int operation = 0; operation < N_OPERATIONS; ++operation) {
        fill_loops(storage, isa, operation);
        fill_function(storage, operation);
        storage->pointers[operation] = &storage->functions[operation];
    }
    storage->api = (relu_ufunc_api){
        .version = RELU_UFUNC_ABI_VERSION,
        .size = sizeof(relu_ufunc_api),
        .release = release,
        .isa = isa->name,
        .n_functions = N_OPERATIONS,
        .functions = storage->pointers,
    };
    return &storage->api;
}
