/* The loops of the smooth functions of float64, each of which is computed in stages (see
   smooth/float64.h). A chunk goes through a loop for each stage, with buffers in the first cache
   between them. */
#include "loops.h"

enum {
    STAGED_CHUNK = 256,
    /* The doubles of a vector. Loops over a multiple of them need no second, scalar loop. */
    LANES = VECTOR_BYTES / ITEM,
    /* Arrays whose distance is a multiple of 4096 bytes would be taken for one another by the
       processor, which forwards stores to loads. */
    BUFFERED = STAGED_CHUNK + 8
};

/* Of a multiple of LANES, at most STAGED_CHUNK; the inputs are arrays and scalars, then the outputs.
   Returns false, and writes nothing, if an operand is not ordinary. */
typedef bool ordinary_kernel(char *const *operands, ptrdiff_t n);

/* Which input is x: one before it is dy, one after it the parameter. The first `arrays` are arrays,
   and the others scalars. */
struct inputs {
    int x, count, arrays, outputs;
};

/* A function in one layout. */
struct staged_layout {
    ordinary_kernel *ordinary;
    /* The same for any operands, all of them arrays. */
    contiguous_kernel *any;
    struct inputs inputs;
};

/* An array for each part of a stage, aligned for the widest vectors; the compiler leaves out those
   that nothing reads. */
#define STAGE_BUFFER(k)                                                                 \
    _Alignas(64) double k##_u_high[BUFFERED], k##_u_low[BUFFERED], k##_v_high[BUFFERED],\
        k##_v_low[BUFFERED], k##_power[BUFFERED], k##_other[BUFFERED];
#define KEEP_STAGE(k, s)                                                                \
    (k##_u_high[i] = (s).u.high, k##_u_low[i] = (s).u.low, k##_v_high[i] = (s).v.high,  \
     k##_v_low[i] = (s).v.low, k##_power[i] = (s).power, k##_other[i] = (s).other)
#define KEPT_STAGE(k)                                                                   \
    (struct stage){{k##_u_high[i], k##_u_low[i]}, {k##_v_high[i], k##_v_low[i]},        \
                   k##_power[i], k##_other[i], 0}

static ALWAYS_INLINE double input_at(
    int k, struct inputs inputs, char *const *operands, const double *scalar, ptrdiff_t i)
{
    return k >= inputs.count ? 0
        : k < inputs.arrays  ? widen(load(operands[k] + i * ITEM))
                             : scalar[k];
}

static ALWAYS_INLINE struct operands operands_at(
    enum range range, struct inputs inputs, char *const *operands, const double *scalar,
    ptrdiff_t i)
{
    return (struct operands){
        .dy = inputs.x > 0 ? input_at(0, inputs, operands, scalar, i) : 1,
        .x = input_at(inputs.x, inputs, operands, scalar, i),
        .parameter = input_at(inputs.x + 1, inputs, operands, scalar, i),
        .range = range};
}

static ALWAYS_INLINE void store_results(
    struct staged f, struct inputs inputs, char *const *operands, ptrdiff_t i, struct stage s,
    struct operands v)
{
    store(operands[inputs.count] + i * ITEM, narrow(f.last(s, v)));
    if (inputs.outputs == 2)
        store(operands[inputs.count + 1] + i * ITEM, narrow(f.last_of_y(s, v)));
}

static ALWAYS_INLINE bool ordinary_chunk(
    struct staged f, struct inputs inputs, char *const *operands, ptrdiff_t any_n)
{
    STAGE_BUFFER(first) STAGE_BUFFER(second) STAGE_BUFFER(third)
    char *at[MAX_OPERANDS];
    double scalar[MAX_INPUTS];
    for (int k = 0; k < inputs.count + inputs.outputs; ++k)
        at[k] = operands[k];
    for (int k = inputs.arrays; k < inputs.count; ++k)
        scalar[k] = widen(load(operands[k]));
    const ptrdiff_t n = any_n & ~(ptrdiff_t)(LANES - 1);
    uint64_t extremes = 0;
    if (f.first == NULL && f.extremes != NULL) {
        for (ptrdiff_t i = 0; i < n; ++i)
            extremes |= f.extremes(operands_at(ORDINARY, inputs, at, scalar, i));
    }
    if (f.first != NULL) {
        INDEPENDENT_ITERATIONS
        for (ptrdiff_t i = 0; i < n; ++i) {
            const struct operands v = operands_at(ORDINARY, inputs, at, scalar, i);
            const struct stage s = f.first(v);
            KEEP_STAGE(first, s);
            if (f.extremes != NULL)
                extremes |= f.extremes(v);
        }
    }
    if (extremes >> 62 != 0)
        return false;
    const bool joins = LANES == 8 && f.joins, joins_last = joins && f.third == NULL;
    const bool has_second = f.second != NULL && !joins_last, has_third = f.third != NULL && !joins;
    if (has_second) {
        INDEPENDENT_ITERATIONS
        for (ptrdiff_t i = 0; i < n; ++i) {
            const struct operands v = operands_at(ORDINARY, inputs, at, scalar, i);
            struct stage s = f.second(KEPT_STAGE(first), v);
            if (joins)
                s = f.third(s, v);
            if (f.in_place)
                KEEP_STAGE(first, s);
            else
                KEEP_STAGE(second, s);
        }
    }
    if (has_third) {
        INDEPENDENT_ITERATIONS
        for (ptrdiff_t i = 0; i < n; ++i) {
            const struct operands v = operands_at(ORDINARY, inputs, at, scalar, i);
            const struct stage s = f.third(KEPT_STAGE(second), v);
            KEEP_STAGE(third, s);
        }
    }
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        const struct operands v = operands_at(ORDINARY, inputs, at, scalar, i);
        struct stage s = has_third      ? KEPT_STAGE(third)
            : has_second && !f.in_place ? KEPT_STAGE(second)
            : f.first != NULL           ? KEPT_STAGE(first)
                                        : (struct stage){0};
        if (joins_last)
            s = f.second(s, v);
        store_results(f, inputs, at, i, s, v);
    }
    return true;
}

static ALWAYS_INLINE void any_chunk(
    struct staged f, struct inputs inputs, char *const *operands, ptrdiff_t any_n)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < inputs.count + inputs.outputs; ++k)
        at[k] = operands[k];
    const ptrdiff_t n = f.extremes == NULL ? 0 : any_n & ~(ptrdiff_t)(LANES - 1);
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        const struct operands v = operands_at(ANY, inputs, at, NULL, i);
        struct stage s = {0};
        if (f.first != NULL)
            s = f.first(v);
        if (f.second != NULL)
            s = f.second(s, v);
        if (f.third != NULL)
            s = f.third(s, v);
        store_results(f, inputs, at, i, s, v);
    }
}

/* Copies of n doubles, and of the last one up to a whole vector. */
static inline void copy_and_fill(char *to, const char *from, ptrdiff_t n, ptrdiff_t step)
{
    for (ptrdiff_t i = 0; i < n + LANES - 1; ++i)
        store(to + i * ITEM, load(from + (i < n ? i : n - 1) * step));
}

/* Compiled once, and not once per function. */
static void staged_chunks(const struct staged_layout *l, char *const *operands, ptrdiff_t n)
{
    _Alignas(64) double copies[MAX_OPERANDS][BUFFERED];
    char *at[MAX_OPERANDS];
    const int out = l->inputs.count, arrays = l->inputs.arrays, operand_count = out + l->inputs.outputs;
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < STAGED_CHUNK ? n - start : STAGED_CHUNK;
        const bool is_whole = m % LANES == 0;
        for (int k = 0; k < operand_count; ++k)
            at[k] = operands[k] + (k < arrays || k >= out ? start * ITEM : 0);
        if (!is_whole) {
            for (int k = 0; k < arrays; ++k) {
                copy_and_fill((char *)copies[k], at[k], m, ITEM);
                at[k] = (char *)copies[k];
            }
            for (int k = out; k < operand_count; ++k)
                at[k] = (char *)copies[k];
        }
        const ptrdiff_t whole = (m + LANES - 1) / LANES * LANES;
        if (!l->ordinary(at, whole)) {
            for (int k = arrays; k < out; ++k) {
                copy_and_fill((char *)copies[k], at[k], whole, 0);
                at[k] = (char *)copies[k];
            }
            l->any(at, whole);
        }
        if (!is_whole)
            for (int k = out; k < operand_count; ++k)
                memcpy(operands[k] + start * ITEM, copies[k], (size_t)m * ITEM);
    }
}
