/* The loops of functions of float32 that have a fast path (see smooth/float32.h), which is tried
   first. */
#include "loops.h"

#ifdef HAS_FMA

/* Whether the first item of an output shares memory with that of an input: a single item may
   overlap its result in part. */
static inline bool overwrites(const char *output, const char *input)
{
    return (uintptr_t)output - (uintptr_t)input + ITEM - 1 < 2 * ITEM - 1;
}

/* Computes a chunk again where results are not certain. Returns whether that is nearly everywhere. */
static ALWAYS_INLINE bool correct_chunk(
    struct function fast, bool (*is_certain)(float x), contiguous_kernel *accurate, int arrays,
    char **at, ptrdiff_t n)
{
    ptrdiff_t corrected = 0;
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < CORRECTED ? n - start : CORRECTED;
        uint32_t uncertain = 0;
        INDEPENDENT_ITERATIONS
        for (ptrdiff_t i = 0; i < m; ++i)
            uncertain |= !is_certain(widen(load(at[fast.inputs - 1] + i * ITEM)));
        if (uncertain) {
            accurate(at, m);
            corrected += m;
        }
        advance(arrays, fast.inputs, fast.inputs + fast.outputs, at, m);
    }
    return 2 * corrected > n;
}

/* A chunk at a time by the fast path, and by the accurate one if that may be wrong. Where chunk
   after chunk is, more and more of them are not tried: trying each would take half as long
   again. The first parameter is asked beforehand: if it is a scalar, the loop would be in vain. */
static ALWAYS_INLINE void fast_chunks(
    struct function fast, ptrdiff_t chunk, bool (*is_fast_for)(float parameter),
    bool (*is_certain)(float x), contiguous_kernel *accurate, int arrays, char *const *operands,
    ptrdiff_t n)
{
    char copies[MAX_INPUTS][LONG_FAST_CHUNK * ITEM];
    int untried = 0, next = 1;
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < chunk ? n - start : chunk;
        char *at[MAX_OPERANDS];
        for (int k = 0; k < fast.inputs + fast.outputs; ++k)
            at[k] = operands[k];
        advance(arrays, fast.inputs, fast.inputs + fast.outputs, at, start);
        if (untried > 0) {
            accurate(at, m);
            --untried;
            continue;
        }
        for (int k = 0; k < arrays; ++k)
            if (overwrites(at[fast.inputs], at[k]))
                at[k] = memcpy(copies[k], at[k], (size_t)m * ITEM);
        if ((is_fast_for(widen(load(at[fast.inputs - 1])))
             && vectorised(fast, arrays, at, m) >> 31 == 0)
            || !correct_chunk(fast, is_certain, accurate, arrays, at, m)) {
            next = 1;
            continue;
        }
        untried = next;
        next = next < MOST_UNTRIED ? 2 * next : next;
    }
}

#endif
