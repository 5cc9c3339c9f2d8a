/* The loops of smooth functions of other dtypes than float32. They take two passes over a chunk,
   the numbers and the choice: one loop for both is not vectorised. */
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
/* The numbers are those of float32, rounded to odd. */
static NEVER_INLINE void compute_numbers(
    const struct smooth *s, char *const *operands, ptrdiff_t n)
{
    WIDE wide[MAX_INPUTS + 1][CHUNK];
    char *at[MAX_INPUTS + 1];
    for (int k = 0; k < s->inputs; ++k)
        widen_chunk(operands[k], wide[k], n);
    for (int k = 0; k < s->inputs + 1; ++k)
        at[k] = (char *)wide[k];
    s->numbers(at, n);
    narrow_chunk(wide[s->inputs], (T *)(void *)operands[s->inputs], n);
}
#else
static inline void compute_numbers(const struct smooth *s, char *const *operands, ptrdiff_t n)
{
    s->numbers(operands, n);
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

static inline void compute_one(
    contiguous_kernel *numbers, int inputs, const WIDE *wide, WIDE *number)
{
    char *at[MAX_INPUTS + 1];
    for (int k = 0; k < inputs; ++k)
        at[k] = (char *)(wide + k);
    at[inputs] = (char *)number;
    numbers(at, 1);
}

static NEVER_INLINE char *fill(T *to, T value, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; ++i)
        to[i] = value;
    return (char *)to;
}

/* Compiled once per dtype and not once per function: with copies of the conversions in each the
   library would be a third larger. */
static void in_two_passes(const struct smooth *s, char *const *operands, ptrdiff_t n)
{
    T number[CHUNK], filled[MAX_INPUTS][CHUNK];
    char *values[1 + MAX_INPUTS + 1] = {(char *)number};
    char **const inputs = values + 1;
    for (int k = s->arrays; k < s->inputs; ++k)
        inputs[k] = fill(filled[k], load(operands[k]), n < CHUNK ? n : CHUNK);
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < CHUNK ? n - start : CHUNK;
        for (int k = 0; k < s->arrays; ++k)
            inputs[k] = operands[k] + start * ITEM;
        inputs[s->inputs] = (char *)number;
        compute_numbers(s, inputs, m);
        inputs[s->inputs] = operands[s->inputs] + start * ITEM;
        s->choose(values, m);
    }
}
