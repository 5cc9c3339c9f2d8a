/* The loops of functions of float32 that have a fast path (see smooth/float32.h), which is tried
   first. */
#include "loops.h"

#ifdef HAS_FMA

/* Where chunk after chunk has to be computed again, more and more of them are not tried: trying
   each would take half as long again. Begins with a `next` of 1. */
struct trials {
    int untried, next;
};

static inline bool is_tried(struct trials *trials)
{
    if (trials->untried == 0)
        return true;
    --trials->untried;
    return false;
}

static inline void count_trial(struct trials *trials, bool is_in_vain)
{
    trials->untried = is_in_vain ? trials->next : 0;
    if (!is_in_vain)
        trials->next = 1;
    else if (trials->next < MOST_UNTRIED)
        trials->next *= 2;
}

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

/* Computes n items from `start` on. Calls of the kernel in the loop below would be copies of it. */
static NEVER_INLINE void correct_part(
    contiguous_kernel *accurate, int arrays, int inputs, int outputs, char *const *operands,
    ptrdiff_t start, ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < inputs + outputs; ++k)
        at[k] = operands[k];
    advance(arrays, inputs, inputs + outputs, at, start);
    accurate(at, n);
}

/* In groups, of whose vectors those are computed again that may be wrong. */
static ALWAYS_INLINE void in_groups(
    struct in_pairs pairs, bool (*is_fast_for)(float parameter), contiguous_kernel *accurate,
    int inputs, int outputs, char *const *operands, ptrdiff_t n)
{
    const int arrays = pairs.arrays;
    struct trials trials = {.next = 1};
    if (inputs > arrays && !is_fast_for(widen(load(operands[inputs - 1])))) {
        accurate(operands, n);
        return;
    }
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < LONG_FAST_CHUNK ? n - start : LONG_FAST_CHUNK;
        if (m < GROUP || !is_tried(&trials)) {
            correct_part(accurate, arrays, inputs, outputs, operands, start, m);
            continue;
        }
        m -= m % GROUP;
        ptrdiff_t corrected = 0;
        for (ptrdiff_t i = start; i < start + m; i += GROUP) {
            char *at[MAX_OPERANDS];
            for (int k = 0; k < arrays; ++k)
                at[k] = operands[k] + i * ITEM;
            for (int k = 0; k < outputs; ++k)
                at[arrays + k] = operands[inputs + k] + i * ITEM;
            const unsigned int failed = pairs.group(at);
            for (int k = 0; failed >> k != 0; ++k)
                if (failed >> k & 1) {
                    correct_part(
                        accurate, arrays, inputs, outputs, operands, i + k * FLOAT_LANES,
                        FLOAT_LANES);
                    corrected += FLOAT_LANES;
                }
        }
        count_trial(&trials, 2 * corrected > m);
    }
}

static ALWAYS_INLINE uint32_t in_two_loops(
    struct two_loops loops, char *const *operands, ptrdiff_t n)
{
    /* Longer than a chunk: see BUFFERED of float64_loops.h. */
    _Alignas(64) double kept[FAST_CHUNK + 8];
    const char *const x = operands[0];
    char *const y = operands[1];
    uint32_t failed = 0;
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i)
        kept[i] = loops.first(widen(load(x + i * ITEM)));
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i)
        store(y + i * ITEM, narrow(loops.last(kept[i], widen(load(x + i * ITEM)), &failed)));
    return failed;
}

/* A chunk at a time by the fast path, and by the accurate one if that may be wrong. The first
   parameter is asked beforehand: if it is a scalar, the loop would be in vain. A bit of `failing`
   tells that results may be wrong. */
static ALWAYS_INLINE void fast_chunks(
    struct function fast, struct two_loops loops, ptrdiff_t chunk, struct in_pairs pairs,
    uint32_t failing,
    bool (*is_fast_for)(float parameter), bool (*is_certain)(float x),
    contiguous_kernel *accurate, int arrays, char *const *operands, ptrdiff_t n)
{
    if (arrays == pairs.arrays) {
        in_groups(pairs, is_fast_for, accurate, fast.inputs, fast.outputs, operands, n);
        return;
    }
    char copies[MAX_INPUTS][LONG_FAST_CHUNK * ITEM];
    struct trials trials = {.next = 1};
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < chunk ? n - start : chunk;
        char *at[MAX_OPERANDS];
        for (int k = 0; k < fast.inputs + fast.outputs; ++k)
            at[k] = operands[k];
        advance(arrays, fast.inputs, fast.inputs + fast.outputs, at, start);
        if (!is_tried(&trials)) {
            accurate(at, m);
            continue;
        }
        for (int k = 0; k < arrays; ++k)
            if (overwrites(at[fast.inputs], at[k])
                || overwrites(at[fast.inputs + fast.outputs - 1], at[k]))
                at[k] = memcpy(copies[k], at[k], (size_t)m * ITEM);
        const bool is_right = is_fast_for(widen(load(at[fast.inputs - 1])))
            && ((loops.first != NULL ? in_two_loops(loops, at, m) : vectorised(fast, arrays, at, m))
                & failing) == 0;
        count_trial(&trials,
                    !is_right && correct_chunk(fast, is_certain, accurate, arrays, at, m));
    }
}

#endif
