/* The loops of functions of float32 that have a fast form (see smooth/float32.h), which is tried
   first. */
#include "loops.h"

/* The results in double, which the smaller floats are rounded from. */
static ALWAYS_INLINE void compute_doubles(
    struct function f, double (*result)(const float *values), char *const *inputs,
    double *results, ptrdiff_t n)
{
    const char *at[MAX_INPUTS];
    for (int k = 0; k < f.inputs; ++k)
        at[k] = inputs[k];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        float value[MAX_INPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[k] = widen(load(at[k] + i * ITEM));
        results[i] = result(value);
    }
}

#ifdef HAS_FMA

typedef bool fast_kernel(char *const *operands, ptrdiff_t n);

/* Writes results by the fast form; returns whether all are right. */
static ALWAYS_INLINE bool attempt(
    struct function f, uint32_t (*fast)(const WIDE *wide, WIDE *result), int arrays,
    char *const *operands, ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    T scalar[MAX_INPUTS];
    start_run(f, arrays, operands, at, scalar);
    uint32_t failed = 0;
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        WIDE wide[MAX_INPUTS], result;
        for (int k = 0; k < f.inputs; ++k)
            wide[k] = widen(k < arrays ? load(at[k] + i * ITEM) : scalar[k]);
        failed |= fast(wide, &result);
        store(at[f.inputs] + i * ITEM, narrow(result));
    }
    return failed == 0;
}

/* Whether the first item of an output shares memory with that of an input: a single item may
   overlap its result in part. */
static inline bool overwrites(const char *output, const char *input)
{
    return (uintptr_t)output - (uintptr_t)input + ITEM - 1 < 2 * ITEM - 1;
}

/* A chunk at a time by the fast form, and by the accurate one if that may be wrong. Where chunk
   after chunk is, more and more of them are not tried: trying each would take half as long
   again. */
static ALWAYS_INLINE void fast_chunks(
    struct function f, fast_kernel *attempt, contiguous_kernel *accurate, int arrays,
    char *const *operands, ptrdiff_t n)
{
    char copies[MAX_INPUTS][FAST_CHUNK * ITEM];
    int untried = 0, next = 1;
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < FAST_CHUNK ? n - start : FAST_CHUNK;
        char *at[MAX_OPERANDS];
        for (int k = 0; k < f.inputs + f.outputs; ++k)
            at[k] = operands[k];
        advance(arrays, f.inputs, f.inputs + f.outputs, at, start);
        if (untried > 0) {
            accurate(at, m);
            --untried;
            continue;
        }
        for (int k = 0; k < arrays; ++k)
            if (overwrites(at[f.inputs], at[k]))
                at[k] = memcpy(copies[k], at[k], (size_t)m * ITEM);
        if (attempt(at, m)) {
            next = 1;
            continue;
        }
        accurate(at, m);
        untried = next;
        next = next < MOST_UNTRIED ? 2 * next : next;
    }
}

#endif
