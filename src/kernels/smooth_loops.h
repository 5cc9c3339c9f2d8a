/* The loops of smooth functions of long double and the floats of 16 bits and fewer. They take two
   passes over a chunk, one for the numbers and one for the choice. The numbers of small floats are
   computed in float32's unit; in long double, one loop for both takes up to 1.6 times as long. */
#ifdef IS_SMALL_FLOAT
#include "chunk_loops.h"
#else
#include "loops.h"
#endif

/* A function in one layout: the first `arrays` of its inputs are arrays, and the others scalars. */
struct smooth {
    /* Its operands are wide: the inputs, then the numbers. */
    contiguous_kernel *numbers;
    /* Its operands are the numbers, the inputs and the output. */
    contiguous_kernel *choose;
    int inputs, arrays;
};

#ifdef IS_SMALL_FLOAT
/* Compiled once per dtype and not once per function: with copies of the conversions in each the
   library would be a third larger. */
static NEVER_INLINE char *widened(char *from, WIDE *wide, ptrdiff_t n)
{
    widen_chunk(from, wide, n);
    return (char *)wide;
}

static NEVER_INLINE char *narrowed(WIDE *wide, T *to, ptrdiff_t n)
{
    narrow_chunk(wide, to, n);
    return (char *)to;
}

static inline void compute_one(
    contiguous_kernel *numbers, int inputs, const WIDE *wide, WIDE *number)
{
    char *at[MAX_INPUTS + 1];
    for (int k = 0; k < inputs; ++k)
        at[k] = (char *)(wide + k);
    at[inputs] = (char *)number;
    numbers(at, 1);
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

/* The numbers are stored as what they are: for long double `store` would copy their bytes by way
   of other registers, which takes twice as long. */
static ALWAYS_INLINE void numbers_alone(struct function f, char *const *operands, ptrdiff_t n)
{
    const char *from[MAX_INPUTS];
    T *const numbers = (T *)(void *)operands[f.inputs];
    for (int k = 0; k < f.inputs; ++k)
        from[k] = operands[k];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        WIDE wide[MAX_INPUTS], number[1];
        for (int k = 0; k < f.inputs; ++k)
            wide[k] = widen(load(from[k] + i * ITEM));
        f.compute(wide, number);
        numbers[i] = narrow(number[0]);
    }
}
#endif

static NEVER_INLINE char *fill(T *to, T value, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; ++i)
        to[i] = value;
    return (char *)to;
}

/* The buffers begin with cache lines, so that no vector lies in two of them. */
static void in_two_passes(const struct smooth *s, char *const *operands, ptrdiff_t n)
{
    _Alignas(64) WIDE wide[MAX_INPUTS][CHUNK], number[CHUNK];
    _Alignas(64) T filled[MAX_INPUTS][CHUNK], narrow_number[CHUNK];
    char *of_numbers[MAX_INPUTS + 1], *of_choice[1 + MAX_INPUTS + 1];
    char **const inputs = of_choice + 1;
    of_numbers[s->inputs] = (char *)number;
    for (int k = s->arrays; k < s->inputs; ++k) {
        const ptrdiff_t length = n < CHUNK ? n : CHUNK;
        inputs[k] = fill(filled[k], load(operands[k]), length);
        of_numbers[k] = widened(inputs[k], wide[k], length);
    }
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < CHUNK ? n - start : CHUNK;
        for (int k = 0; k < s->arrays; ++k) {
            inputs[k] = operands[k] + start * ITEM;
            of_numbers[k] = widened(inputs[k], wide[k], m);
        }
        s->numbers(of_numbers, m);
        of_choice[0] = narrowed(number, narrow_number, m);
        inputs[s->inputs] = operands[s->inputs] + start * ITEM;
        s->choose(of_choice, m);
    }
}
