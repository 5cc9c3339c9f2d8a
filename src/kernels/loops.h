/* How a function is computed over arrays. The skeletons are always inlined, and all that they are
   given of a function is constant: so each becomes a loop of its own, which is vectorised. */
#include "iterations.h"
#include "kernels.h"

enum {
    ITEM = sizeof(T),
    MAX_NUMBERS = 2,
    MAX_VALUES = MAX_INPUTS + MAX_NUMBERS,
    /* A function that is computed in several loops goes through this many elements at a time. */
    CHUNK = 128
};

/* What is computed for one element. `value` has the inputs, then the numbers, rounded. */
struct function {
    int inputs, numbers, outputs;
    void (*compute)(const WIDE *wide, WIDE *number);
    void (*choose)(const T *value, T *out);
};

static ALWAYS_INLINE void compute_element(struct function f, T *value, T *out)
{
    WIDE wide[MAX_INPUTS], number[MAX_NUMBERS];
    for (int k = 0; k < f.inputs; ++k)
        wide[k] = widen(value[k]);
    f.compute(wide, number);
    for (int k = 0; k < f.numbers; ++k)
        value[f.inputs + k] = narrow(number[k]);
    f.choose(value, out);
}

/* One element after another, whatever the steps and overlaps. */
static ALWAYS_INLINE void in_order(
    struct function f, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        at[k] = operands[k];
    for (; n > 0; --n) {
        T value[MAX_VALUES], out[MAX_OUTPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[k] = load(at[k]);
        compute_element(f, value, out);
        for (int k = 0; k < f.outputs; ++k)
            store(at[f.inputs + k], out[k]);
        for (int k = 0; k < f.inputs + f.outputs; ++k)
            at[k] += steps[k];
    }
}

/* The same by way of the contiguous kernel: elements at any steps are few, see layout.c. */
static inline void one_by_one(
    struct function f, contiguous_kernel *contiguous, char *const *operands, ptrdiff_t n,
    const ptrdiff_t *steps)
{
    for (ptrdiff_t i = 0; i < n; ++i) {
        char *at[MAX_OPERANDS];
        for (int k = 0; k < f.inputs + f.outputs; ++k)
            at[k] = operands[k] + i * steps[k];
        contiguous(at, 1);
    }
}

/* The operands of a contiguous run: `arrays` inputs, then scalars, then the outputs. */
static ALWAYS_INLINE void start_run(
    struct function f, int arrays, char *const *operands, char **at, T *scalar)
{
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        at[k] = operands[k];
    for (int k = arrays; k < f.inputs; ++k)
        scalar[k] = load(operands[k]);
}

static ALWAYS_INLINE void advance(
    int arrays, int inputs, int operands, char **at, ptrdiff_t n)
{
    for (int k = 0; k < operands; ++k)
        if (k < arrays || k >= inputs)
            at[k] += n * ITEM;
}

static ALWAYS_INLINE void vectorised(
    struct function f, int arrays, char *const *operands, ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    T scalar[MAX_INPUTS];
    start_run(f, arrays, operands, at, scalar);
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        T value[MAX_VALUES], out[MAX_OUTPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[k] = k < arrays ? load(at[k] + i * ITEM) : scalar[k];
        compute_element(f, value, out);
        for (int k = 0; k < f.outputs; ++k)
            store(at[f.inputs + k] + i * ITEM, out[k]);
    }
}

/* Chooses the outputs of a chunk whose numbers have been computed. */
static ALWAYS_INLINE void choose_chunk(
    struct function f, int arrays, char *const *operands, T (*number)[CHUNK], ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    T scalar[MAX_INPUTS];
    start_run(f, arrays, operands, at, scalar);
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        T value[MAX_VALUES], out[MAX_OUTPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[k] = k < arrays ? load(at[k] + i * ITEM) : scalar[k];
        for (int k = 0; k < f.numbers; ++k)
            value[f.inputs + k] = load((const char *)&number[k][i]);
        f.choose(value, out);
        for (int k = 0; k < f.outputs; ++k)
            store(at[f.inputs + k] + i * ITEM, out[k]);
    }
}
