/* The loops of float16 where the processor converts it: so fast that calls in between would take
   longer. */
#include "two_pass_loops.h"

#ifdef CONVERTS_CHUNKS

/* So few that gcc unrolls the conversions. */
enum { UNROLLED = 128 };

/* First the numbers of a chunk, then the choice. */
static ALWAYS_INLINE void run_chunk(struct function f, int arrays, char *const *operands)
{
    _Alignas(64) WIDE wide[MAX_INPUTS][UNROLLED], result[MAX_NUMBERS][UNROLLED];
    _Alignas(64) T number[MAX_NUMBERS][UNROLLED];
    WIDE scalar[MAX_INPUTS];
    char *of_choice[MAX_VALUES + MAX_OUTPUTS];
    for (int k = 0; k < arrays; ++k)
        widen_chunk(operands[k], wide[k], UNROLLED);
    for (int k = arrays; k < f.inputs; ++k)
        scalar[k] = widen(load(operands[k]));
    for (int i = 0; i < UNROLLED; ++i) {
        WIDE in[MAX_INPUTS], out[MAX_NUMBERS];
        for (int k = 0; k < f.inputs; ++k)
            in[k] = k < arrays ? wide[k][i] : scalar[k];
        f.compute(in, out);
        for (int k = 0; k < f.numbers; ++k)
            result[k][i] = out[k];
    }
    for (int k = 0; k < f.numbers; ++k) {
        narrow_chunk(result[k], number[k], UNROLLED);
        of_choice[k] = (char *)number[k];
    }
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        of_choice[f.numbers + k] = operands[k];
    vectorised(choice_of(f), f.numbers + arrays, of_choice, UNROLLED);
}

/* Whole chunks, whose constant length makes short code, and the rest in two passes. */
static ALWAYS_INLINE void by_chunks(
    struct function f, int arrays, contiguous_kernel *rest, char *const *operands, ptrdiff_t n)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < f.inputs + f.outputs; ++k)
        at[k] = operands[k];
    for (; n >= UNROLLED; n -= UNROLLED) {
        run_chunk(f, arrays, at);
        advance(arrays, f.inputs, f.inputs + f.outputs, at, UNROLLED);
    }
    rest(at, n);
}

#endif
