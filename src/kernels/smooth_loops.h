/* The loops of smooth functions for other dtypes than float32, chunk by chunk: the values of the
   inputs are widened, the function is computed and rounded, and the row chooses its outputs. */
#include <math.h>

#include "chunk_loops.h"

/* The inputs are arrays of WIDE. */
typedef void numbers_kernel(char *const *inputs, T *numbers, ptrdiff_t n);
typedef void choice_kernel(char *const *operands, T (*number)[CHUNK], ptrdiff_t n);

/* A function in one layout: the first `arrays` of its inputs are contiguous, and the others one
   number each. */
struct smooth {
#ifdef IS_SMALL_FLOAT
    /* float32's kernel for the same layout, or one that errs by `ulps`. */
    contiguous_kernel *const *floats;
    uint32_t ulps;
    /* For a chunk where that may be rounded the wrong way. */
    doubles_kernel *const *doubles;
#else
    numbers_kernel *numbers;
#endif
    choice_kernel *choose;
    int arrays, inputs;
};

#ifdef IS_SMALL_FLOAT

/* The float nearest to d, rounded to odd: inexact, the last bit is 1. To round that again, to
   a format of two bits less and fewer, is to round d once (S. Boldo and G. Melquiond, IEEE
   Trans. Comput. 57(4), 2008). */
static inline float rounded_to_odd(double d)
{
    const float nearest = (float)d;
    const uint32_t bits = bits_of_float(nearest);
    const double excess = fabs((double)nearest) - fabs(d);
    /* The nearest is one of the two floats beside d, of which one is odd. */
    const uint32_t to_other = excess < 0 ? 1 : excess > 0 ? UINT32_MAX : 0;
    const uint32_t odd = bits + (to_other & ((bits & 1) - 1));
    return float_of_bits(d == d ? odd : (bits & 0x80000000u) | 0x7FC00000u);
}

static NEVER_INLINE void round_to_odd(const double *doubles, float *floats, ptrdiff_t n)
{
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i)
        floats[i] = rounded_to_odd(doubles[i]);
}

static inline bool may_have_midpoint(const float *floats, uint32_t ulps, ptrdiff_t n)
{
    uint32_t any = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
        any |= may_be_midpoint(floats[i], ulps, EXPONENT, MANTISSA);
    return any != 0;
}

typedef doubles_kernel one_kernel;

static NEVER_INLINE T number_of_one(doubles_kernel *doubles, const T *value, int n_inputs)
{
    float wide[MAX_INPUTS];
    char *inputs[MAX_INPUTS];
    double result;
    for (int k = 0; k < n_inputs; ++k) {
        wide[k] = widen(value[k]);
        inputs[k] = (char *)&wide[k];
    }
    doubles(inputs, &result, 1);
    return narrow(rounded_to_odd(result));
}

/* A kernel of floats that computes an approximate form of one input. */
static ALWAYS_INLINE void floats_of(float (*form)(float), char *const *operands, ptrdiff_t n)
{
    const char *const from = operands[0];
    char *const to = operands[1];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        float x, y;
        memcpy(&x, from + i * (ptrdiff_t)sizeof x, sizeof x);
        y = form(x);
        memcpy(to + i * (ptrdiff_t)sizeof y, &y, sizeof y);
    }
}

static inline char *widened(char *from, float *wide, ptrdiff_t n)
{
    /* A constant makes better code of the usual length. */
    if (n == CHUNK)
        widen_chunk(from, wide, CHUNK);
    else
        widen_chunk(from, wide, n);
    return (char *)wide;
}

static inline void smooth_numbers(
    const struct smooth *s, char **inputs, T *numbers, ptrdiff_t n)
{
    float floats[CHUNK];
    inputs[s->inputs] = (char *)floats;
    (*s->floats)(inputs, n);
    if (may_have_midpoint(floats, s->ulps, n)) {
        double doubles[CHUNK];
        (*s->doubles)(inputs, doubles, n);
        round_to_odd(doubles, floats, n);
    }
    if (n == CHUNK)
        narrow_chunk(floats, numbers, CHUNK);
    else
        narrow_chunk(floats, numbers, n);
}

#else

typedef numbers_kernel one_kernel;

static NEVER_INLINE T number_of_one(numbers_kernel *numbers, const T *value, int n_inputs)
{
    char *inputs[MAX_INPUTS];
    T number;
    for (int k = 0; k < n_inputs; ++k)
        inputs[k] = (char *)(value + k);
    numbers(inputs, &number, 1);
    return number;
}

static inline char *widened(char *from, WIDE *wide, ptrdiff_t n)
{
    (void)wide, (void)n;
    return from;
}

static inline void smooth_numbers(
    const struct smooth *s, char **inputs, T *numbers, ptrdiff_t n)
{
    s->numbers(inputs, numbers, n);
}

static ALWAYS_INLINE void compute_numbers(
    struct function f, char *const *inputs, T *numbers, ptrdiff_t n)
{
    const char *at[MAX_INPUTS];
    for (int k = 0; k < f.inputs; ++k)
        at[k] = inputs[k];
    INDEPENDENT_ITERATIONS
    for (ptrdiff_t i = 0; i < n; ++i) {
        WIDE wide[MAX_INPUTS], number[MAX_NUMBERS];
        for (int k = 0; k < f.inputs; ++k)
            wide[k] = widen(load(at[k] + i * ITEM));
        f.compute(wide, number);
        numbers[i] = narrow(number[0]);
    }
}

#endif

/* One element after another, whatever the steps and overlaps. */
static ALWAYS_INLINE void smooth_in_order(
    struct function f, one_kernel *kernel, char *const *operands, ptrdiff_t n,
    const ptrdiff_t *steps)
{
    char *at[MAX_OPERANDS];
    for (int k = 0; k < f.inputs + 1; ++k)
        at[k] = operands[k];
    for (; n > 0; --n) {
        T value[MAX_VALUES], out[MAX_OUTPUTS];
        for (int k = 0; k < f.inputs; ++k)
            value[k] = load(at[k]);
        value[f.inputs] = number_of_one(kernel, value, f.inputs);
        f.choose(value, out);
        store(at[f.inputs], out[0]);
        for (int k = 0; k < f.inputs + 1; ++k)
            at[k] += steps[k];
    }
}

static NEVER_INLINE void fill(WIDE *to, WIDE value, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; ++i)
        to[i] = value;
}

/* Compiled once per dtype and not once per function: with copies of the conversions in each the
   library would be a third larger. */
static void smooth_chunks(const struct smooth *s, char *const *operands, ptrdiff_t n)
{
    WIDE wide[MAX_INPUTS][CHUNK];
    T numbers[1][CHUNK];
    char *at[MAX_OPERANDS], *inputs[MAX_INPUTS + 1];
    for (int k = s->arrays; k < s->inputs; ++k) {
        at[k] = operands[k];
        fill(wide[k], widen(load(at[k])), n < CHUNK ? n : CHUNK);
        inputs[k] = (char *)wide[k];
    }
    for (ptrdiff_t m, start = 0; start < n; start += m) {
        m = n - start < CHUNK ? n - start : CHUNK;
        for (int k = 0; k < s->arrays; ++k) {
            at[k] = operands[k] + start * ITEM;
            inputs[k] = widened(at[k], wide[k], m);
        }
        at[s->inputs] = operands[s->inputs] + start * ITEM;
        smooth_numbers(s, inputs, numbers[0], m);
        s->choose(at, numbers, m);
    }
}
