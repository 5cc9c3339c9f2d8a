/* The loops: every row of the operation table for every dtype. Compiled once
   per instruction set (THIS_ISA is its symbol); exports one table.

   A row `relu` makes for a dtype `f16` the functions relu_elementwise_f16,
   relu_contiguous_f16 and, where it has parameters, relu_scalar_parameters_f16 (see
   NAME, and struct kernel for what each takes), and relu_backward_elementwise_f16 ... */
#include "float16_chunks.h"
#include "iterations.h"
#include "join.h"
#include "kernels.h"
#include "shapes.h"
#include "smooth_kernels.h"
#include "smooth_loops.h"
#include "smooth_quick.h"
#include "smooth_single.h"
#include "values.h"

/* The vocabulary of the rows' expressions. */
#define VALUE JOIN(value_, DTYPE)
#define WIDE_TYPE JOIN(wide_, DTYPE)
#define WIDE(operand) wide_##operand
#define NAN_OR JOIN(nan_or_, DTYPE)
#define POSITIVE JOIN(positive_, DTYPE)
#define NEGATIVE JOIN(negative_, DTYPE)
#define LESS JOIN(less_, DTYPE)
#define NEGATED JOIN(negated_, DTYPE)
#define RECTIFIED JOIN(rectified_, DTYPE)
#define RECTIFIED_WIDE JOIN(rectified_wide_, DTYPE)
#define CAPPED JOIN(capped_, DTYPE)
#define INSIDE JOIN(inside_, DTYPE)
#define CONSTANT(number) NARROWED((WIDE_TYPE)(number))
#define ZERO ((VALUE)0)

#define NARROWED JOIN(narrow_, DTYPE)
#define WIDENED JOIN(widen_, DTYPE)

/* A row's inputs: the array x and parameters, IN1(x) to IN3(x, a, b); in a
   backward the array dy before them, DY_IN1(x) and DY_IN2(x, a) ... */
#define COUNT_ARRAYS_IN1(x) 1
#define COUNT_ARRAYS_IN2(x, a) 1
#define COUNT_ARRAYS_IN3(x, a, b) 1
#define COUNT_ARRAYS_DY_IN1(x) 2
#define COUNT_ARRAYS_DY_IN2(x, a) 2
#define POINT_TO_IN1(x) const char *const in0 = operands[0];
#define POINT_TO_IN2(x, a) POINT_TO_IN1(x) const char *const in1 = operands[1];
#define POINT_TO_IN3(x, a, b) POINT_TO_IN2(x, a) const char *const in2 = operands[2];
#define POINT_TO_DY_IN1(x) POINT_TO_IN2(dy, x)
#define POINT_TO_DY_IN2(x, a) POINT_TO_IN3(dy, x, a)

#define LOAD(k, a)                                                                      \
    const VALUE a = JOIN(load_, DTYPE)(in##k + i * steps[k]);                           \
    const WIDE_TYPE WIDE(a) = WIDENED(a);                                               \
    (void)a; (void)WIDE(a);
#define ARRAYS_IN1(x) LOAD(0, x)
#define ARRAYS_IN2(x, a) LOAD(0, x)
#define ARRAYS_IN3(x, a, b) LOAD(0, x)
#define ARRAYS_DY_IN1(x) LOAD(0, dy) LOAD(1, x)
#define ARRAYS_DY_IN2(x, a) LOAD(0, dy) LOAD(1, x)
#define PARAMETERS_IN1(x)
#define PARAMETERS_IN2(x, a) LOAD(1, a)
#define PARAMETERS_IN3(x, a, b) LOAD(1, a) LOAD(2, b)
#define PARAMETERS_DY_IN1(x)
#define PARAMETERS_DY_IN2(x, a) LOAD(2, a)

#define TAKE_WIDE(k, a) const WIDE_TYPE WIDE(a) = wide[k][i]; (void)WIDE(a);
#define WIDE_ARRAYS_IN1(x) TAKE_WIDE(0, x)
#define WIDE_ARRAYS_IN2(x, a) TAKE_WIDE(0, x)
#define WIDE_ARRAYS_IN3(x, a, b) TAKE_WIDE(0, x)
#define WIDE_ARRAYS_DY_IN1(x) TAKE_WIDE(0, dy) TAKE_WIDE(1, x)
#define WIDE_ARRAYS_DY_IN2(x, a) TAKE_WIDE(0, dy) TAKE_WIDE(1, x)
#define WIDE_PARAMETERS_IN1(x)
#define WIDE_PARAMETERS_IN2(x, a) TAKE_WIDE(1, a)
#define WIDE_PARAMETERS_IN3(x, a, b) TAKE_WIDE(1, a) TAKE_WIDE(2, b)
#define WIDE_PARAMETERS_DY_IN1(x)
#define WIDE_PARAMETERS_DY_IN2(x, a) TAKE_WIDE(2, a)

#define KEEP(...) __VA_ARGS__
#define DROP(...)
#define IF_PARAMETERS_IN1(x) DROP
#define IF_PARAMETERS_IN2(x, a) KEEP
#define IF_PARAMETERS_IN3(x, a, b) KEEP
#define IF_PARAMETERS_DY_IN1(x) DROP
#define IF_PARAMETERS_DY_IN2(x, a) KEEP

/* ... its outputs, OUT1(y) and OUT2(y, z) ... */
#define POINT_TO_OUT1(y) char *const out0 = operands[inputs];
#define POINT_TO_OUT2(y, z) POINT_TO_OUT1(y) char *const out1 = operands[inputs + 1];
#define DECLARE_OUT1(y) VALUE y;
#define DECLARE_OUT2(y, z) VALUE y, z;
#define STORE(k, y) JOIN(store_, DTYPE)(out##k + i * steps[inputs + k], y);
#define STORE_OUT1(y) STORE(0, y)
#define STORE_OUT2(y, z) STORE(0, y) STORE(1, z)

/* ... and its arithmetic: results r, s, each rounded once; or the result of a smooth function. */
#define ROUND_NO_ARITHMETIC
#define ROUND_ROUNDED1(r, e) const VALUE r = NARROWED(e);
#define ROUND_ROUNDED2(r, e, s, f) ROUND_ROUNDED1(r, e) ROUND_ROUNDED1(s, f)
#define COMPUTE_NO_ARITHMETIC
#define COMPUTE_ROUNDED1(r, e) results[0][i] = e;
#define COMPUTE_ROUNDED2(r, e, s, f) results[0][i] = e; results[1][i] = f;
#define TAKE_NO_ARITHMETIC
#define TAKE_ROUNDED1(r, e) const VALUE r = rounded[0][i];
#define TAKE_ROUNDED2(r, e, s, f) TAKE_ROUNDED1(r, e) const VALUE s = rounded[1][i];
#define TAKE_SMOOTH(r, form)                                                            \
    const VALUE r = JOIN(load_, DTYPE)(rounded + i * (ptrdiff_t)sizeof(VALUE));
#define INLINE_SMOOTH(r, form) const VALUE r = NARROWED

#define NAME(name, layout) JOIN(name##_##layout##_, DTYPE)
#define CONTIGUOUS_STEPS                                                                \
    const ptrdiff_t steps[MAX_OPERANDS] = {                                             \
        sizeof(VALUE), sizeof(VALUE), sizeof(VALUE), sizeof(VALUE), sizeof(VALUE)};

#define DEFINE_ELEMENTWISE(function, in, out, arithmetic, value)                        \
    static void function(char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)    \
    {                                                                                   \
        enum { inputs = COUNT_##in };                                                   \
        POINT_TO_##in POINT_TO_##out                                                    \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            ARRAYS_##in PARAMETERS_##in DECLARE_##out ROUND_##arithmetic                \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }

/* `before` loads scalar parameters (at i = 0), `loads` what changes with i. */
#define DEFINE_VECTOR(function, before, loads, in, out, arithmetic, value)              \
    static void function(char *const *operands, ptrdiff_t n)                            \
    {                                                                                   \
        enum { inputs = COUNT_##in, i = 0 };                                            \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_##out                                   \
        (void)i;                                                                        \
        before                                                                          \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            loads DECLARE_##out ROUND_##arithmetic                                      \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }

/* float16 arithmetic goes chunk by chunk: gcc 12 does not use the conversion
   instructions in a loop that it vectorises. */
#define DEFINE_CHUNKED(                                                                 \
    function, before, loads, takes, arrays, in, out, arithmetic, value)                 \
    static void JOIN(function, _chunk)(char *const *operands)                           \
    {                                                                                   \
        enum { inputs = COUNT_##in, roundings = COUNT_##arithmetic, i = 0 };            \
        float wide[arrays][HALF_CHUNK], results[roundings][HALF_CHUNK];                 \
        VALUE rounded[roundings][HALF_CHUNK];                                           \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_##out                                   \
        (void)i;                                                                        \
        before                                                                          \
        for (int k = 0; k < arrays; ++k)                                                \
            widen_chunk_f16(operands[k], wide[k]);                                      \
        for (int i = 0; i < HALF_CHUNK; ++i) {                                          \
            takes COMPUTE_##arithmetic                                                  \
        }                                                                               \
        for (int k = 0; k < roundings; ++k)                                             \
            narrow_chunk_f16(results[k], rounded[k]);                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < HALF_CHUNK; ++i) {                                    \
            loads TAKE_##arithmetic DECLARE_##out                                       \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }                                                                                   \
    static void function(char *const *operands, ptrdiff_t n)                            \
    {                                                                                   \
        by_chunks(JOIN(function, _chunk), operands, n, arrays, COUNT_##in, COUNT_##out);\
    }

/* The last chunk is padded with zeros. Scalar parameters, the inputs after the arrays,
   are read in place. */
static void by_chunks(
    void (*chunk)(char *const *), char *const *operands, ptrdiff_t n,
    int arrays, int inputs, int outputs)
{
    enum { CHUNK_BYTES = HALF_CHUNK * sizeof(value_f16) };
    const int count = inputs + outputs;
    char *at[MAX_OPERANDS];
    memcpy(at, operands, (size_t)count * sizeof *at);
    for (; n >= HALF_CHUNK; n -= HALF_CHUNK) {
        chunk(at);
        for (int k = 0; k < count; ++k)
            if (k < arrays || k >= inputs)
                at[k] += CHUNK_BYTES;
    }
    if (n > 0) {
        const size_t rest = (size_t)n * sizeof(value_f16);
        char padded[MAX_OPERANDS][CHUNK_BYTES] = {{0}};
        char *in_padded[MAX_OPERANDS];
        for (int k = 0; k < count; ++k)
            in_padded[k] = k < arrays || k >= inputs ? padded[k] : at[k];
        for (int k = 0; k < arrays; ++k)
            memcpy(padded[k], at[k], rest);
        chunk(in_padded);
        for (int k = inputs; k < count; ++k)
            memcpy(at[k], padded[k], rest);
    }
}

/* Smooth functions of float32 are computed in the loops themselves. */
#define ARGUMENTS_IN1(x) (WIDE(x))
#define ARGUMENTS_IN2(x, a) (WIDE(x), WIDE(a))
#define ARGUMENTS_DY_IN1(x) (WIDE(dy), WIDE(x))
#define ARGUMENTS_DY_IN2(x, a) (WIDE(dy), WIDE(x), WIDE(a))
#define SMOOTH_RESULT(name, in, arithmetic)                                             \
    INLINE_##arithmetic((float)name##_single ARGUMENTS_##in);

/* A quick form in a vector loop (see DEFINE_VECTOR); returns whether any element left doubt, or
   has a parameter without a quick form. The first is asked beforehand: if it is a scalar, the
   loop would be in vain. */
#define QUICK_ARGUMENTS_IN1(x) (WIDE(x), &doubt)
#define QUICK_ARGUMENTS_IN2(x, a) (WIDE(x), WIDE(a), &doubt)
#define QUICK_FOR_IN2(x, a) (WIDE(a))
#define DEFINE_QUICKLY(function, before, loads, in, name)                               \
    static inline bool function(char *const *operands, ptrdiff_t n)                     \
    {                                                                                   \
        enum { inputs = COUNT_##in, i = 0 };                                            \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_OUT1(y)                                 \
        (void)i;                                                                        \
        IF_PARAMETERS_##in({                                                            \
            PARAMETERS_##in                                                             \
            if (!name##_is_quick_for QUICK_FOR_##in)                                    \
                return true;                                                            \
        })                                                                              \
        before                                                                          \
        uint32_t doubts = 0;                                                            \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            loads                                                                       \
            uint32_t doubt = 0;                                                         \
            IF_PARAMETERS_##in(doubt |= !name##_is_quick_for QUICK_FOR_##in;)           \
            const VALUE y = NARROWED(name##_quick QUICK_ARGUMENTS_##in);                \
            STORE_OUT1(y)                                                               \
            doubts |= doubt;                                                            \
        }                                                                               \
        return doubts != 0;                                                             \
    }

/* `from` keeps what may be computed again where the result is written in place; a single element
   may overlap its result in part. Where chunk after chunk leaves doubt, more and more of them are
   not tried: trying each would take half as long again. */
#define DEFINE_QUICK(function, arrays, in, quickly, surely)                             \
    static void function(char *const *operands, ptrdiff_t n)                            \
    {                                                                                   \
        enum { inputs = COUNT_##in };                                                   \
        char copies[arrays][QUICK_CHUNK * sizeof(VALUE)], *at[inputs + 1];              \
        int untried = 0, next = 1;                                                      \
        memcpy(at, operands, sizeof at);                                                \
        for (ptrdiff_t m; n > 0; n -= m) {                                              \
            m = n < QUICK_CHUNK ? n : QUICK_CHUNK;                                      \
            const size_t size = (size_t)m * sizeof(VALUE);                              \
            const bool is_tried = untried == 0;                                         \
            char *from[inputs + 1];                                                     \
            memcpy(from, at, sizeof from);                                              \
            for (int k = 0; k < (arrays); ++k) {                                        \
                const uintptr_t apart = (uintptr_t)at[inputs] - (uintptr_t)at[k];       \
                if (is_tried && apart + sizeof(VALUE) - 1 < 2 * sizeof(VALUE) - 1)      \
                    from[k] = memcpy(copies[k], at[k], size);                           \
                at[k] += size;                                                          \
            }                                                                           \
            if (!is_tried)                                                              \
                --untried, surely(from, m);                                             \
            else if (!quickly(from, m))                                                 \
                next = 1;                                                               \
            else {                                                                      \
                surely(from, m);                                                        \
                untried = next;                                                         \
                next = next < MOST_UNTRIED ? 2 * next : next;                           \
            }                                                                           \
            at[inputs] += size;                                                         \
        }                                                                               \
    }

#define DEFINE_ROUGH(function, rough)                                                   \
    static void function(char *const *operands, ptrdiff_t n)                            \
    {                                                                                   \
        const char *const from = operands[0];                                           \
        char *const to = operands[1];                                                   \
        INDEPENDENT_ITERATIONS                                                          \
        for (size_t at = 0; at < (size_t)n * sizeof(float); at += sizeof(float))        \
            store_f32(to + at, narrow_f32(rough(widen_f32(load_f32(from + at)))));      \
    }

/* Other dtypes go through smooth_loops.h; their values come from smooth_kernels.c, those of the
   floats of 16 bits and fewer only where float32's loop leaves doubt. */
#define PRECISION_DOUBLE double
#define PRECISION_SMALL_FLOAT single
#define PRECISION_CHUNKED_FLOAT single
#define PRECISION_LONG_DOUBLE extended

/* The loop in float32 that a row of each kind takes, and its error. */
#define FLOATS_DOUBLE(name, layout, form) NULL, 0
#define FLOATS_LONG_DOUBLE(name, layout, form) NULL, 0
#define FLOATS_SMALL_FLOAT(name, layout, form) FLOATS_SURE(name, layout)
#define FLOATS_CHUNKED_FLOAT(name, layout, form) JOIN(FLOATS_, form)(name, layout)
#define FLOATS_SURE(name, layout) name##_##layout##_f32, 0
#define FLOATS_QUICK FLOATS_SURE
#ifdef HAS_FMA
#define FLOATS_ROUGH(name, layout) NAME(name, roughly), ROUGH_ULPS
#else
#define FLOATS_ROUGH FLOATS_SURE
#endif
#define FORM_SMOOTH(r, form) form

#define DEFINE_SMOOTH_VECTOR(                                                           \
    name, layout, arrays, before, loads, in, out, arithmetic, value)                    \
    static void name##_##layout##_f32(char *const *operands, ptrdiff_t n);              \
    static void NAME(name, layout##_select)(                                            \
        char *const *operands, const char *rounded, ptrdiff_t n)                        \
    {                                                                                   \
        enum { inputs = COUNT_##in, i = 0 };                                            \
        CONTIGUOUS_STEPS POINT_TO_##in POINT_TO_##out                                   \
        (void)i;                                                                        \
        before                                                                          \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            loads DECLARE_##out TAKE_##arithmetic                                       \
            value;                                                                      \
            STORE_##out                                                                 \
        }                                                                               \
    }                                                                                   \
    static const struct JOIN(smooth_row_, DTYPE) NAME(name, layout##_row) = {           \
        JOIN(FLOATS_, KIND)(name, layout, FORM_##arithmetic),                           \
        SMOOTH_KERNEL(name, JOIN(PRECISION_, KIND)), NAME(name, layout##_select),       \
        arrays, COUNT_##in, COUNT_##in + COUNT_##out};                                  \
    static void NAME(name, layout)(char *const *operands, ptrdiff_t n)                  \
    { JOIN(smooth_contiguous_, DTYPE)(&NAME(name, layout##_row), operands, n); }

/* Elements at any steps are few, see layout.c: the contiguous loop takes one at a time. */
#define DEFINE_ONE_BY_ONE(name, count)                                                  \
    static void NAME(name, elementwise)(                                                \
        char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)                     \
    {                                                                                   \
        char *at[MAX_OPERANDS];                                                         \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            for (int k = 0; k < (count); ++k)                                           \
                at[k] = operands[k] + i * steps[k];                                     \
            NAME(name, contiguous)(at, 1);                                              \
        }                                                                               \
    }

/* A row's kernels for the three layouts of kernels.h. */
#define KERNEL_PLAIN(name, in, out, arithmetic, value)                                  \
    DEFINE_ELEMENTWISE(NAME(name, elementwise), in, out, arithmetic, value)             \
    DEFINE_VECTOR(                                                                      \
        NAME(name, contiguous), , ARRAYS_##in PARAMETERS_##in, in, out, arithmetic,     \
        value)                                                                          \
    IF_PARAMETERS_##in(DEFINE_VECTOR(                                                   \
        NAME(name, scalar_parameters), PARAMETERS_##in, ARRAYS_##in, in, out,           \
        arithmetic, value))
#define KERNEL_CHUNKED(name, in, out, arithmetic, value)                                \
    DEFINE_ELEMENTWISE(NAME(name, elementwise), in, out, arithmetic, value)             \
    DEFINE_CHUNKED(                                                                     \
        NAME(name, contiguous), , ARRAYS_##in PARAMETERS_##in,                          \
        WIDE_ARRAYS_##in WIDE_PARAMETERS_##in, COUNT_##in, in, out, arithmetic, value)  \
    IF_PARAMETERS_##in(DEFINE_CHUNKED(                                                  \
        NAME(name, scalar_parameters), PARAMETERS_##in, ARRAYS_##in, WIDE_ARRAYS_##in,  \
        COUNT_ARRAYS_##in, in, out, arithmetic, value))

/* `define` makes the kernel of one layout. */
#define DEFINE_SMOOTH_LAYOUTS(define, name, in, out, arithmetic, value)                 \
    define(                                                                             \
        name, contiguous, COUNT_##in, , ARRAYS_##in PARAMETERS_##in, in, out,           \
        arithmetic, value)                                                              \
    DEFINE_ONE_BY_ONE(name, COUNT_##in + COUNT_##out)                                   \
    IF_PARAMETERS_##in(define(                                                          \
        name, scalar_parameters, COUNT_ARRAYS_##in, PARAMETERS_##in, ARRAYS_##in, in,   \
        out, arithmetic, value))

#define KERNEL_SMOOTH(name, in, out, arithmetic, value)                                 \
    DEFINE_SMOOTH_LAYOUTS(DEFINE_SMOOTH_VECTOR, name, in, out, arithmetic, value)

#define DEFINE_SURE_VECTOR(                                                             \
    name, layout, arrays, before, loads, in, out, arithmetic, value)                    \
    DEFINE_VECTOR(                                                                      \
        NAME(name, layout), before, loads SMOOTH_RESULT(name, in, arithmetic), in, out, \
        NO_ARITHMETIC, value)
#define KERNEL_SMOOTH_SURE(name, in, out, arithmetic, value)                            \
    DEFINE_SMOOTH_LAYOUTS(DEFINE_SURE_VECTOR, name, in, out, arithmetic, value)

#ifdef HAS_FMA
#define DEFINE_QUICK_VECTOR(                                                            \
    name, layout, arrays, before, loads, in, out, arithmetic, value)                    \
    DEFINE_SURE_VECTOR(                                                                 \
        name, layout##_surely, arrays, before, loads, in, out, arithmetic, value)       \
    DEFINE_QUICKLY(NAME(name, layout##_quickly), before, loads, in, name)               \
    DEFINE_QUICK(                                                                       \
        NAME(name, layout), arrays, in, NAME(name, layout##_quickly),                   \
        NAME(name, layout##_surely))
#define KERNEL_SMOOTH_QUICK(name, in, out, arithmetic, value)                           \
    DEFINE_SMOOTH_LAYOUTS(DEFINE_QUICK_VECTOR, name, in, out, arithmetic, value)
#define KERNEL_CHUNKED_SMOOTH_ROUGH(name, in, out, arithmetic, value)                   \
    _Static_assert(COUNT_##in == 1, "a rough form has one input");                      \
    DEFINE_ROUGH(NAME(name, roughly), name##_rough)                                     \
    KERNEL_SMOOTH(name, in, out, arithmetic, value)
#else
#define KERNEL_SMOOTH_QUICK KERNEL_SMOOTH_SURE
#define KERNEL_CHUNKED_SMOOTH_ROUGH KERNEL_SMOOTH
#endif
#define KERNEL_SMOOTH_ROUGH KERNEL_SMOOTH_QUICK
#define KERNEL_CHUNKED_SMOOTH_SURE KERNEL_SMOOTH
#define KERNEL_CHUNKED_SMOOTH_QUICK KERNEL_SMOOTH

#define KERNEL_BOOL(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_SIGNED(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_UNSIGNED(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_FLOAT(arithmetic) KERNEL_FLOAT_##arithmetic
#define KERNEL_DOUBLE(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_SMALL_FLOAT(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_LONG_DOUBLE(arithmetic) KERNEL_OF_##arithmetic
#define KERNEL_OF_NO_ARITHMETIC KERNEL_PLAIN
#define KERNEL_OF_ROUNDED1(r, e) KERNEL_PLAIN
#define KERNEL_OF_ROUNDED2(r, e, s, f) KERNEL_PLAIN
#define KERNEL_OF_SMOOTH(r, form) KERNEL_SMOOTH
#define KERNEL_FLOAT_NO_ARITHMETIC KERNEL_PLAIN
#define KERNEL_FLOAT_ROUNDED1(r, e) KERNEL_PLAIN
#define KERNEL_FLOAT_ROUNDED2(r, e, s, f) KERNEL_PLAIN
#define KERNEL_FLOAT_SMOOTH(r, form) KERNEL_SMOOTH_##form
#define KERNEL_CHUNKED_FLOAT(arithmetic) KERNEL_CHUNKED_FLOAT_##arithmetic
#define KERNEL_CHUNKED_FLOAT_NO_ARITHMETIC KERNEL_PLAIN
#define KERNEL_CHUNKED_FLOAT_ROUNDED1(r, e) KERNEL_CHUNKED
#define KERNEL_CHUNKED_FLOAT_ROUNDED2(r, e, s, f) KERNEL_CHUNKED
#define KERNEL_CHUNKED_FLOAT_SMOOTH(r, form) KERNEL_CHUNKED_SMOOTH_##form

/* Keeps what follows where rows of these dtypes have loops for this kind. */
#define IF_EVERY_DTYPE(kind) KEEP
#define IF_NUMERIC(kind) JOIN(IF_NUMERIC_, kind)
#define IF_NUMERIC_BOOL DROP
#define IF_NUMERIC_SIGNED KEEP
#define IF_NUMERIC_UNSIGNED KEEP
#define IF_NUMERIC_FLOAT KEEP
#define IF_NUMERIC_DOUBLE KEEP
#define IF_NUMERIC_SMALL_FLOAT KEEP
#define IF_NUMERIC_CHUNKED_FLOAT KEEP
#define IF_NUMERIC_LONG_DOUBLE KEEP
#define IF_FLOATING(kind) JOIN(IF_FLOATING_, kind)
#define IF_FLOATING_BOOL DROP
#define IF_FLOATING_SIGNED DROP
#define IF_FLOATING_UNSIGNED DROP
#define IF_FLOATING_FLOAT KEEP
#define IF_FLOATING_DOUBLE KEEP
#define IF_FLOATING_SMALL_FLOAT KEEP
#define IF_FLOATING_CHUNKED_FLOAT KEEP
#define IF_FLOATING_LONG_DOUBLE KEEP

#define ROWS "ops.def"

/* A rectifier is two ufuncs: itself, and its backward. */
#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    FUNCTION(name, dtypes, in, out, arithmetic, value, )                                \
    FUNCTION(name##_backward, dtypes, DY_##in, dout, darithmetic, derivative, )

#define FUNCTION(name, dtypes, in, out, arithmetic, value, ...)                         \
    IF_##dtypes(KIND)(                                                                  \
        JOIN(KERNEL_, KIND)(arithmetic)(name, in, out, arithmetic, value))
#include "each_dtype.h"
#undef FUNCTION

#define FUNCTION(name, dtypes, in, ...)                                                 \
    IF_##dtypes(KIND)([OPERATION_##name][JOIN(DTYPE_, DTYPE)] = {               \
        .elementwise = NAME(name, elementwise),                                         \
        .contiguous = NAME(name, contiguous),                                           \
        IF_PARAMETERS_##in(.scalar_parameters = NAME(name, scalar_parameters))}, )
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
    kernels, compiled_for, JOIN(copy_items_, THIS_ISA), &JOIN(stream_, THIS_ISA),
    JOIN(count_kernels_, THIS_ISA)};
