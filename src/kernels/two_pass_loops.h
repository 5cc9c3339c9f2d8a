/* Loops of two passes over a chunk, one for the numbers and one for the choice. The numbers of small
   floats are computed in float32's unit (numbers_of_small_floats.h); in long double, where only
   smooth functions are computed so, one loop for both passes takes up to 1.6 times as long. */
#include "loops.h"

/* A function in one layout: the first `arrays` of its inputs are arrays, and the others scalars. */
struct two_passes {
    /* Its operands are wide: the inputs, then the numbers. */
    contiguous_kernel *compute;
    /* Its operands are the numbers, the inputs and the outputs. */
    contiguous_kernel *choose;
    int inputs, numbers, outputs, arrays;
};

#ifdef IS_SMALL_FLOAT
#ifndef CONVERTS_CHUNKS
static inline void widen_chunk(const char *from, WIDE *to, ptrdiff_t n)
{
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i)
        to[i] = widen(load(from + i * ITEM));
}

static inline void narrow_chunk(const WIDE *from, T *to, ptrdiff_t n)
{
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i)
        to[i] = narrow(from[i]);
}
#endif

/* Compiled once per dtype and not once per function: with copies of the conversions in each the
   library would be twice as large. */
static NEVER_INLINE char *widened(char *from, WIDE *wide, ptrdiff_t n)
{
    widen_chunk(from, wide, n);
    return (char *)wide;
}

/* Fills whole vectors: `wide` and `to` are buffers, which have room for them. Converted one by one,
   what is left over would take longer than all the rest. */
static NEVER_INLINE char *narrowed(WIDE *wide, T *to, ptrdiff_t n)
{
    enum { LANES = VECTOR_BYTES / ITEM };
    const ptrdiff_t whole = (n + LANES - 1) / LANES * LANES;
    for (ptrdiff_t i = n; i < whole; ++i)
        wide[i] = 0;
    narrow_chunk(wide, to, whole);
    return (char *)to;
}

/* A bit for each input that a number depends on: if that is NaN, so is the number. */
static ALWAYS_INLINE unsigned int computed_inputs(struct function f)
{
    unsigned int computed = 0;
    for (int k = 0; k < f.inputs; ++k) {
        WIDE wide[MAX_INPUTS] = {1, 1, 1}, number[MAX_NUMBERS] = {0};
        wide[k] = some_nan();
        f.compute(wide, number);
        for (int i = 0; i < f.numbers; ++i)
            computed |= (unsigned int)(number[i] != number[i]) << k;
    }
    return computed;
}

static inline void compute_one(
    contiguous_kernel *compute, int inputs, int numbers, const WIDE *wide, WIDE *number)
{
    char *at[MAX_INPUTS + MAX_NUMBERS];
    for (int k = 0; k < inputs; ++k)
        at[k] = (char *)(wide + k);
    for (int k = 0; k < numbers; ++k)
        at[inputs + k] = (char *)(number + k);
    compute(at, 1);
}
#else
static inline char *widened(char *from, WIDE *wide, ptrdiff_t n)
{
    (void)wide, (void)n;
    return from;
}

static inline char *narrowed(WIDE *wide, T *to, ptrdiff_t n)
{
    (void)to, (void)n;
    return (char *)wide;
}

static inline unsigned int computed_inputs(struct function f)
{
    (void)f;
    return ~0u;
}

/* The numbers are stored as what they are: for long double `store` would copy their bytes by way
   of other registers, which takes twice as long. */
static ALWAYS_INLINE void numbers_alone(struct function f, char *const *operands, ptrdiff_t n)
{
    const char *from[MAX_INPUTS];
    T *numbers[MAX_NUMBERS];
    for (int k = 0; k < f.inputs; ++k)
        from[k] = operands[k];
    for (int k = 0; k < f.numbers; ++k)
        numbers[k] = (T *)(void *)operands[f.inputs + k];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        WIDE wide[MAX_INPUTS], number[MAX_NUMBERS];
        for (int k = 0; k < f.inputs; ++k)
            wide[k] = widen(load(from[k] + i * ITEM));
        f.compute(wide, number);
        for (int k = 0; k < f.numbers; ++k)
            numbers[k][i] = narrow(number[k]);
    }
}
#endif

/* The buffers begin with cache lines, so that no vector lies in two of them. */
static void in_two_passes(
    const struct two_passes *f, unsigned int computed, char *const *operands, ptrdiff_t n)
{
    _Alignas(64) WIDE wide[MAX_INPUTS][CHUNK], number[MAX_NUMBERS][CHUNK];
    _Alignas(64) T filled[MAX_INPUTS][CHUNK], narrow_number[MAX_NUMBERS][CHUNK];
    char *of_compute[MAX_INPUTS + MAX_NUMBERS], *of_choice[MAX_VALUES + MAX_OUTPUTS];
    char **const inputs = of_choice + f->numbers, **const outputs = inputs + f->inputs;
    for (int k = 0; k < f->inputs; ++k)
        of_compute[k] = (char *)wide[k];
    for (int k = f->arrays; k < f->inputs; ++k) {
        const T scalar = load(operands[k]);
        const WIDE wide_scalar = widen(scalar);
        for (ptrdiff_t i = 0; i < (n < CHUNK ? n : CHUNK); ++i) {
            filled[k][i] = scalar;
            wide[k][i] = wide_scalar;
        }
        inputs[k] = (char *)filled[k];
    }
    for (int k = 0; k < f->numbers; ++k)
        of_compute[f->inputs + k] = (char *)number[k];
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < CHUNK ? n - start : CHUNK;
        for (int k = 0; k < f->arrays; ++k) {
            inputs[k] = operands[k] + start * ITEM;
            if (computed >> k & 1)
                of_compute[k] = widened(inputs[k], wide[k], m);
        }
        f->compute(of_compute, m);
        for (int k = 0; k < f->numbers; ++k)
            of_choice[k] = narrowed(number[k], narrow_number[k], m);
        for (int k = 0; k < f->outputs; ++k)
            outputs[k] = operands[f->inputs + k] + start * ITEM;
        f->choose(of_choice, m);
    }
}
