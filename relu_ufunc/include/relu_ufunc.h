/* relu_ufunc from C and C++: the loops and scalar functions behind the ufuncs.

   The scalar functions, relu_ufunc_relu(double), relu_ufunc_reluf(float) ..., are inline
   and need nothing else; the smooth functions, softplus to hard_swish, have only loops.
   The loops belong to the installed package: where Python.h was included before this file,
   import_relu_ufunc() fetches them, once in each source file that uses them; it needs the
   GIL (or an attached thread), and the loops do not. docs/compiled.md tells the rest. */
#ifndef RELU_UFUNC_H
#define RELU_UFUNC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "relu_ufunc_functions.h"

/* It changes where something of the structs below does, other than that they grow at
   their ends. */
#define RELU_UFUNC_ABI_VERSION 1
#define RELU_UFUNC_CAPSULE "relu_ufunc._C_API"

#ifdef __cplusplus
extern "C" {
#endif

/* One function for one dtype. Operands are the inputs, then the outputs. They may be
   unaligned, and are in native byte order. No loop calls Python. */
typedef struct {
    ptrdiff_t itemsize;
    int n_inputs, n_outputs;
    /* NumPy's PyUFuncGenericFunction: n[0] elements, steps in bytes, `data` last. It takes
       any steps and overlaps: where an output overlaps an input otherwise than exactly,
       the elements are computed one after another. A long call may be shared with
       the package's threads. */
    void (*strided)(char **operands, const ptrdiff_t *n, const ptrdiff_t *steps, void *data);
    void *data;
    /* Every operand is contiguous, and each output is apart from every other operand or is
       exactly an input. It stays on the calling thread, may raise floating-point flags,
       and computes in the thread's mode. For a smooth function the thread has to round to
       nearest and to keep subnormals: in another mode its values are not those of
       `strided`, which sees to that by itself. */
    void (*contiguous)(char *const *operands, ptrdiff_t n);
} relu_ufunc_loop;

typedef struct {
    /* "leaky_relu", "x, slope", "y" */
    const char *name, *inputs, *outputs;
    int n_inputs, n_outputs;
    /* By NumPy's type character; NULL where there is no loop. Those that NumPy has no
       character for are 'E' (bfloat16), '4' (float8_e4m3fn) and '5' (float8_e5m2). */
    const relu_ufunc_loop *loops[128];
    /* The inline functions compiled, to be cast to their types:
       float (*)(float x, ...), or void (*)(float x, ..., float *y, float *z). NULL for a
       smooth function, which is not inline. */
    void (*scalar_float)(void);
    void (*scalar_double)(void);
} relu_ufunc_function;

/* The table. All that it points to stays as it is until the process ends. */
typedef struct {
    /* Of the installed package: the ABI's version, and the size of this struct. */
    size_t version, size;
    /* Its release, and the instruction set of its loops. */
    const char *release, *isa;
    size_t n_functions;
    const relu_ufunc_function *const *functions;
} relu_ufunc_api;

/* NULL where the table has no such function. */
static inline const relu_ufunc_function *relu_ufunc_find(
    const relu_ufunc_api *api, const char *name)
{
    for (size_t k = 0; k < api->n_functions; ++k)
        if (strcmp(api->functions[k]->name, name) == 0)
            return api->functions[k];
    return NULL;
}

static inline void relu_ufunc_strided(
    const relu_ufunc_loop *loop, char **operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    loop->strided(operands, &n, steps, loop->data);
}

static inline int relu_ufunc_are_apart(const char *a, const char *b, ptrdiff_t bytes)
{
    return (uintptr_t)a + (uintptr_t)bytes <= (uintptr_t)b
        || (uintptr_t)b + (uintptr_t)bytes <= (uintptr_t)a;
}

/* Whether `contiguous` takes the operands. */
static inline int relu_ufunc_takes_contiguous(
    const relu_ufunc_loop *loop, char *const *operands, ptrdiff_t n)
{
    const int n_operands = loop->n_inputs + loop->n_outputs;
    for (int out = loop->n_inputs; out < n_operands; ++out)
        for (int k = 0; k < out; ++k)
            if (!(k < loop->n_inputs && operands[k] == operands[out])
                && !relu_ufunc_are_apart(operands[k], operands[out], n * loop->itemsize))
                return 0;
    return 1;
}

/* Asserts that `contiguous` takes the operands, unless NDEBUG is defined. */
static inline void relu_ufunc_contiguous(
    const relu_ufunc_loop *loop, char *const *operands, ptrdiff_t n)
{
    assert(relu_ufunc_takes_contiguous(loop, operands, n));
    loop->contiguous(operands, n);
}

#ifdef Py_PYTHON_H

#if defined(__GNUC__)
#define RELU_UFUNC_MAYBE_UNUSED __attribute__((unused))
#else
#define RELU_UFUNC_MAYBE_UNUSED
#endif

/* NULL before import_relu_ufunc(), as are the functions, by name:
   relu_ufunc_functions.relu->loops['f']. */
static const relu_ufunc_api *relu_ufunc_table RELU_UFUNC_MAYBE_UNUSED;
#define RELU_UFUNC_DECLARE(name) const relu_ufunc_function *name;
struct relu_ufunc_functions_by_name { RELU_UFUNC_FUNCTIONS(RELU_UFUNC_DECLARE) };
static struct relu_ufunc_functions_by_name relu_ufunc_functions RELU_UFUNC_MAYBE_UNUSED;
#undef RELU_UFUNC_DECLARE

/* 0, or -1 and an ImportError: the package is not installed, has another ABI, or is older
   than this header and has not all of its functions. */
static inline int import_relu_ufunc(void)
{
    const relu_ufunc_api *api = (const relu_ufunc_api *)PyCapsule_Import(RELU_UFUNC_CAPSULE, 0);
    if (api == NULL)
        return -1;
    if (api->version != RELU_UFUNC_ABI_VERSION || api->size < sizeof(relu_ufunc_api)) {
        PyErr_Format(
            PyExc_ImportError,
            "expected a relu_ufunc with version %d of the C ABI and a table of %zu bytes or more, "
            "not version %zu and %zu bytes: compile this module again, or install the relu_ufunc "
            "that it was compiled with",
            RELU_UFUNC_ABI_VERSION, sizeof(relu_ufunc_api), api->version, api->size);
        return -1;
    }
#define RELU_UFUNC_BIND(name)                                                           \
    relu_ufunc_functions.name = relu_ufunc_find(api, #name);                            \
    if (relu_ufunc_functions.name == NULL) {                                            \
        PyErr_Format(                                                                   \
            PyExc_ImportError, "relu_ufunc %s has no " #name ": this module needs a newer one",\
            api->release);                                                              \
        return -1;                                                                      \
    }
    RELU_UFUNC_FUNCTIONS(RELU_UFUNC_BIND)
#undef RELU_UFUNC_BIND
    relu_ufunc_table = api;
    return 0;
}

/* NULL and an error where there is no such loop: an AttributeError for the function, a
   TypeError for the dtype; an ImportError before import_relu_ufunc(). */
static inline const relu_ufunc_loop *relu_ufunc_get_loop(const char *name, char dtype)
{
    const relu_ufunc_function *function;
    const relu_ufunc_loop *loop;
    if (relu_ufunc_table == NULL) {
        PyErr_SetString(PyExc_ImportError, "call import_relu_ufunc() first");
        return NULL;
    }
    function = relu_ufunc_find(relu_ufunc_table, name);
    if (function == NULL) {
        PyErr_Format(PyExc_AttributeError, "relu_ufunc has no function '%s'", name);
        return NULL;
    }
    loop = (unsigned char)dtype < 128 ? function->loops[(unsigned char)dtype] : NULL;
    if (loop == NULL)
        PyErr_Format(
            PyExc_TypeError, "%s has no loop for the type character '%c'", name, dtype);
    return loop;
}

#endif

#ifdef __cplusplus
}
#endif

#endif
