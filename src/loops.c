/* The loops: every row of the operation table for every dtype. Compiled once
   per instruction set (THIS_ISA is its symbol); exports one table. */
#include "join.h"
#include "kernels.h"
#include "layout.h"
#include "values.h"

#ifdef _MSC_VER
#pragma fp_contract(off)
#endif

/* No iteration depends on another: an output is disjoint from each input or
   the very same array. (`restrict` would forbid the latter.) */
#if defined(__clang__)
#define INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#elif defined(_MSC_VER)
#define INDEPENDENT_ITERATIONS __pragma(loop(ivdep))
#else
#define INDEPENDENT_ITERATIONS
#endif

/* What the rows are written in. */
#define VALUE JOIN(value_, DTYPE)
#define WIDE_TYPE JOIN(wide_, DTYPE)
#define WIDE(operand) wide_##operand
#define IS_NAN JOIN(is_nan_, DTYPE)
#define POSITIVE JOIN(positive_, DTYPE)
#define NEGATIVE JOIN(negative_, DTYPE)
#define LESS JOIN(less_, DTYPE)
#define NEGATED JOIN(negated_, DTYPE)
#define RECTIFIED JOIN(rectified_, DTYPE)
#define PLUS_ZERO JOIN(plus_zero_, DTYPE)
#define CONSTANT(number) NARROWED((WIDE_TYPE)(number))
#define ZERO ((VALUE)0)

#define NARROWED JOIN(narrow_, DTYPE)
#define WIDENED JOIN(widen_, DTYPE)

/* A row's inputs, IN1(x) to IN3(x, a, b) ... */
#define COUNT_IN1(a) 1
#define COUNT_IN2(a, b) 2
#define COUNT_IN3(a, b, c) 3
#define POINT_TO_IN1(a) const char *const in0 = operands[0];
#define POINT_TO_IN2(a, b) POINT_TO_IN1(a) const char *const in1 = operands[1];
#define POINT_TO_IN3(a, b, c) POINT_TO_IN2(a, b) const char *const in2 = operands[2];
#define LOAD(k, a)                                                                      \
    const VALUE a = JOIN(load_, DTYPE)(in##k + i * steps[k]);                            \
    const WIDE_TYPE WIDE(a) = WIDENED(a);                                               \
    (void)WIDE(a);
#define LOAD_IN1(a) LOAD(0, a)
#define LOAD_IN2(a, b) LOAD_IN1(a) LOAD(1, b)
#define LOAD_IN3(a, b, c) LOAD_IN2(a, b) LOAD(2, c)
#define TAKE_WIDE(k, a) const WIDE_TYPE WIDE(a) = wide[k][i]; (void)WIDE(a);
#define TAKE_WIDE_IN1(a) TAKE_WIDE(0, a)
#define TAKE_WIDE_IN2(a, b) TAKE_WIDE_IN1(a) TAKE_WIDE(1, b)
#define TAKE_WIDE_IN3(a, b, c) TAKE_WIDE_IN2(a, b) TAKE_WIDE(2, c)

/* ... its outputs, OUT1(y) and OUT2(y, z) ... */
#define COUNT_OUT1(y) 1
#define COUNT_OUT2(y, z) 2
#define POINT_TO_OUT1(y) char *const out0 = operands[inputs];
#define POINT_TO_OUT2(y, z) POINT_TO_OUT1(y) char *const out1 = operands[inputs + 1];
#define DECLARE_OUT1(y) VALUE y;
#define DECLARE_OUT2(y, z) VALUE y, z;
#define STORE(k, y) JOIN(store_, DTYPE)(out##k + i * steps[inputs + k], y);
#define STORE_OUT1(y) STORE(0, y)
#define STORE_OUT2(y, z) STORE(0, y) STORE(1, z)

/* ... and its arithmetic: results r, s, each rounded once. */
#define COUNT_NO_ARITHMETIC 0
#define COUNT_ROUNDED1(r, e) 1
#define COUNT_ROUNDED2(r, e, s, f) 2
#define ROUND_NO_ARITHMETIC
#define ROUND_ROUNDED1(r, e) const VALUE r = NARROWED(e);
#define ROUND_ROUNDED2(r, e, s, f) ROUND_ROUNDED1(r, e) ROUND_ROUNDED1(s, f)
#define COMPUTE_NO_ARITHMETIC
#define COMPUTE_ROUNDED1(r, e) results[0][i] = e;
#define COMPUTE_ROUNDED2(r, e, s, f) results[0][i] = e; results[1][i] = f;
#define TAKE_NO_ARITHMETIC
#define TAKE_ROUNDED1(r, e) const VALUE r = rounded[0][i];
#define TAKE_ROUNDED2(r, e, s, f) TAKE_ROUNDED1(r, e) const VALUE s = rounded[1][i];

#define NAME(name, layout) JOIN(name##_##layout##_, DTYPE)
#define CONTIGUOUS_STEPS                                                                \
    const ptrdiff_t steps[MAX_OPERANDS] = {                                             \
        sizeof(VALUE), sizeof(VALUE), sizeof(VALUE), sizeof(VALUE), sizeof(VALUE)};

#define DEFINE_ELEMENTWISE(name, in, out, arithmetic, value)                            \
    static void NAME(name, elementwise)(                                                \
        char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)                     \
    {                                                                                   \
        enum { inputs = COUNT_##in };                                                   \
        POINT_TO_##in POINT_TO_##out                                                    \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            LOAD_##in DECLARE_##out ROUND_##arithmetic                                  \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }

#define DEFINE_CONTIGUOUS(name, in, out, arithmetic, value)                             \
    static void NAME(name, contiguous)(char *const *operands, ptrdiff_t n)              \
    {                                                                                   \
        enum { inputs = COUNT_##in };                                                   \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_##out                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            LOAD_##in DECLARE_##out ROUND_##arithmetic                                  \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }

/* float16's arithmetic goes by chunks: the conversions are instructions of
   their own, which no compiler here vectorises by itself. */
#define DEFINE_CHUNKED(name, in, out, arithmetic, value)                                \
    static void NAME(name, chunk)(char *const *operands)                                \
    {                                                                                   \
        enum { inputs = COUNT_##in, roundings = COUNT_##arithmetic };                   \
        float wide[inputs][HALF_CHUNK], results[roundings][HALF_CHUNK];                 \
        VALUE rounded[roundings][HALF_CHUNK];                                           \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_##out                                   \
        for (int k = 0; k < inputs; ++k)                                                \
            widen_chunk_f16(operands[k], wide[k]);                                      \
        for (int i = 0; i < HALF_CHUNK; ++i) {                                          \
            TAKE_WIDE_##in                                                              \
            COMPUTE_##arithmetic                                                        \
        }                                                                               \
        for (int k = 0; k < roundings; ++k)                                             \
            narrow_chunk_f16(results[k], rounded[k]);                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < HALF_CHUNK; ++i) {                                    \
            LOAD_##in TAKE_##arithmetic DECLARE_##out                                   \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }                                                                                   \
    static void NAME(name, contiguous)(char *const *operands, ptrdiff_t n)              \
    { by_chunks(NAME(name, chunk), operands, COUNT_##in, COUNT_##in + COUNT_##out, n); }

/* The last chunk is padded with zeros. */
static void by_chunks(
    void (*chunk)(char *const *), char *const *operands, int inputs, int count, ptrdiff_t n)
{
    enum { CHUNK_BYTES = HALF_CHUNK * sizeof(value_f16) };
    char *at[MAX_OPERANDS];
    memcpy(at, operands, (size_t)count * sizeof *at);
    for (; n >= HALF_CHUNK; n -= HALF_CHUNK) {
        chunk(at);
        for (int k = 0; k < count; ++k)
            at[k] += CHUNK_BYTES;
    }
    if (n > 0) {
        const size_t rest = (size_t)n * sizeof(value_f16);
        char padded[MAX_OPERANDS][CHUNK_BYTES] = {{0}};
        char *in_padded[MAX_OPERANDS];
        for (int k = 0; k < count; ++k)
            in_padded[k] = padded[k];
        for (int k = 0; k < inputs; ++k)
            memcpy(padded[k], at[k], rest);
        chunk(in_padded);
        for (int k = inputs; k < count; ++k)
            memcpy(at[k], padded[k], rest);
    }
}


#define KERNEL_INTEGER(name, in, out, arithmetic, value)                                \
    DEFINE_ELEMENTWISE(name, in, out, arithmetic, value)                                \
    DEFINE_CONTIGUOUS(name, in, out, arithmetic, value)
#define KERNEL_FLOAT KERNEL_INTEGER
#define KERNEL_HALF(name, in, out, arithmetic, value)                                   \
    DEFINE_ELEMENTWISE(name, in, out, arithmetic, value)                                \
    CONTIGUOUS_HALF_##arithmetic(name, in, out, arithmetic, value)
#define CONTIGUOUS_HALF_NO_ARITHMETIC DEFINE_CONTIGUOUS
#define CONTIGUOUS_HALF_ROUNDED1(r, e) DEFINE_CHUNKED
#define CONTIGUOUS_HALF_ROUNDED2(r, e, s, f) DEFINE_CHUNKED

/* A rectifier is two ufuncs: itself, and its backward with dy before its inputs. */
#define WITH_DY_IN1(a) IN2(dy, a)
#define WITH_DY_IN2(a, b) IN3(dy, a, b)
#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    FUNCTION(name, dtypes, in, out, arithmetic, value)                                  \
    FUNCTION_EXPANDED(                                                                  \
        name##_backward, dtypes, WITH_DY_##in, dout, darithmetic, derivative)
#define FUNCTION_EXPANDED(...) FUNCTION(__VA_ARGS__)

/* Which rows have loops for which kind of dtype. */
#define KEEP(...) __VA_ARGS__
#define DROP(...)
#define INTEGER_HAS_EVERY_DTYPE KEEP
#define INTEGER_HAS_NUMERIC KEEP
#define INTEGER_HAS_FLOATING DROP
#define FLOAT_HAS_EVERY_DTYPE KEEP
#define FLOAT_HAS_NUMERIC KEEP
#define FLOAT_HAS_FLOATING KEEP
#define HALF_HAS_EVERY_DTYPE KEEP
#define HALF_HAS_NUMERIC KEEP
#define HALF_HAS_FLOATING KEEP

#define FUNCTION(name, dtypes, in, out, arithmetic, ...)                                \
    JOIN(KIND, _HAS_##dtypes)(JOIN(KERNEL_, KIND)(name, in, out, arithmetic, FIRST(__VA_ARGS__, )))
#define FIRST(first, ...) first
#include "each_dtype.h"
#undef FUNCTION

#define FUNCTION(name, dtypes, ...)                                                     \
    JOIN(KIND, _HAS_##dtypes)([OPERATION_##name][JOIN(DTYPE_, DTYPE)] =                 \
        {NAME(name, contiguous), NAME(name, elementwise)}, )
static const struct kernel kernels[N_OPERATIONS][N_DTYPES] = {
#include "each_dtype.h"
};

static const char compiled_for[] = ""
#ifdef __AVX512BW__
    "AVX512BW "
#endif
#ifdef __AVX2__
    "AVX2 "
#endif
#ifdef __SSE2__
    "SSE2 "
#endif
#ifdef __ARM_NEON
    "NEON "
#endif
    ;

const struct kernel_set JOIN(kernel_set_, THIS_ISA) = {
    kernels, compiled_for, JOIN(copy_items_, THIS_ISA)};
