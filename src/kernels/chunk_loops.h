/* Loops that convert the floats of 16 bits and fewer a chunk at a time. */
#include "loops.h"

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

/* First the numbers of a chunk, then the choice. */
static ALWAYS_INLINE void run_chunk(
    struct function f, int arrays, char *const *operands, ptrdiff_t n)
{
    WIDE wide[MAX_INPUTS][CHUNK], result[MAX_NUMBERS][CHUNK], scalar[MAX_INPUTS];
    T number[MAX_NUMBERS][CHUNK];
    char *of_choice[MAX_VALUES + MAX_OUTPUTS];
    for (int k = 0; k < arrays; ++k)
        widen_chunk(operands[k], wide[k], n);
    for (int k = arrays; k < f.inputs; ++k)
        scalar[k] = widen(load(operands[k]));
    for (ptrdiff_t i = 0; i < n; ++i) {
        WIDE in[MAX_INPUTS], out[MAX_NUMBERS];
        for (int k = 0; k < f.inputs; ++k)
            in[k] = k < arrays ? wide[k][i] : scalar[k];
        f.compute(in, out);
        for (int k = 0; k < f.numbers; ++k)
            result[k][i] = out[k];
    }
    for (int k = 0; k < f.numbers; ++k) {
        narrow_chunk(result[k], number[k], n);
        of_choice[k] = (char *)number[k];
    }
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        of_choice[f.numbers + k] = operands[k];
    vectorised(choice_of(f), f.numbers + arrays, of_choice, n);
}

static ALWAYS_INLINE void by_chunks(
    struct function f, int arrays, char *const *operands, ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        at[k] = operands[k];
    /* A constant makes better code of the usual length. */
    for (; n >= CHUNK; n -= CHUNK) {
        run_chunk(f, arrays, at, CHUNK);
        advance(arrays, f.inputs, f.inputs + f.outputs, at, CHUNK);
    }
    run_chunk(f, arrays, at, n);
}
