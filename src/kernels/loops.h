/* How a function is computed over arrays. The skeletons are always inlined, and all that they are
   given of a function is constant: so each becomes a loop of its own, which is vectorised. */
#include "iterations.h"
#include "kernels.h"

enum {
#if defined(__AVX512F__)
    VECTOR_BYTES = 64,
#elif defined(__AVX__)
    VECTOR_BYTES = 32,
#else
    VECTOR_BYTES = 16,
#endif

    ITEM = sizeof(T),
    MAX_NUMBERS = 2,
    MAX_VALUES = MAX_NUMBERS + MAX_INPUTS,
    /* A function that is computed in several loops goes through this many elements at a time. */
    CHUNK = 256
};

/* What is computed for one element. */
struct function {
    int inputs, numbers, outputs;
    /* The highest bit of the result tells that the numbers may be wrong, as those of a fast path
       may be. */
    uint32_t (*compute)(const WIDE *wide, WIDE *number);
    /* `value` has the numbers, rounded, then the inputs. NULL: the outputs are the numbers. */
    void (*choose)(const T *value, T *out);
};

static ALWAYS_INLINE uint32_t compute_element(struct function f, T *value, T *out)
{
    WIDE wide[MAX_INPUTS], number[MAX_NUMBERS];
    uint32_t failed = 0;
    if (f.numbers > 0) {
        for (int k = 0; k < f.inputs; ++k)
            wide[k] = widen(value[f.numbers + k]);
        failed = f.compute(wide, number);
    }
    for (int k = 0; k < f.numbers; ++k)
        value[k] = narrow(number[k]);
    if (f.choose != NULL)
        f.choose(value, out);
    else
        for (int k = 0; k < f.numbers; ++k)
            out[k] = value[k];
    return failed;
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
            value[f.numbers + k] = load(at[k]);
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

/* A contiguous run: the first `arrays` of the inputs are arrays, and the others scalars. The
   highest bit of the result tells that results may be wrong. */
static ALWAYS_INLINE uint32_t vectorised(
    struct function f, int arrays, char *const *operands, ptrdiff_t n)
{
    const char *from[MAX_VALUES];
    char *to[MAX_OUTPUTS];
    T scalar[MAX_VALUES];
    uint32_t failed = 0;
    for (int k = 0; k < arrays; ++k)
        from[k] = operands[k];
    for (int k = arrays; k < f.inputs; ++k)
        scalar[k] = load(operands[k]);
    for (int k = 0; k < f.outputs; ++k)
        to[k] = operands[f.inputs + k];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        T value[MAX_VALUES], out[MAX_OUTPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[f.numbers + k] = k < arrays ? load(from[k] + i * ITEM) : scalar[k];
        failed |= compute_element(f, value, out);
        for (int k = 0; k < f.outputs; ++k)
            store(to[k] + i * ITEM, out[k]);
    }
    return failed;
}

/* The choice of the outputs alone, from operands that begin with the numbers. */
static ALWAYS_INLINE struct function choice_of(struct function f)
{
    return (struct function){f.numbers + f.inputs, 0, f.outputs, NULL, f.choose};
}

static ALWAYS_INLINE void advance(
    int arrays, int inputs, int operands, char **at, ptrdiff_t n)
{
    for (int k = 0; k < operands; ++k)
        if (k < arrays || k >= inputs)
            at[k] += n * ITEM;
}
