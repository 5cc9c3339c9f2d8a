/* The kernels of every row of the operation table for one dtype on one instruction set, whose
   names are in THIS_DTYPE and THIS_ISA. A row makes two functions of one element: `compute`,
   its arithmetic on wide numbers, and `choose`, its value; and, of the skeletons that suit its
   arithmetic, the kernels of kernels.h. */
#include "vocabulary.h"

#if defined(IS_INTEGER)
#include "loops.h"
#elif defined(IS_FLOAT32)
#include "fast_loops.h"
#else
#include "smooth_loops.h"
#endif

/* The inputs, numbers and outputs of a row by their names. */
#define NAME(a, k) const V a = v[k]; (void)a;
#define INPUTS_IN1(x) NAME(x, 0)
#define INPUTS_IN2(x, a) NAME(x, 0) NAME(a, 1)
#define INPUTS_IN3(x, a, b) NAME(x, 0) NAME(a, 1) NAME(b, 2)
#define ARGUMENTS_IN1(x) x
#define ARGUMENTS_IN2(x, a) x, a
#define ARGUMENTS_IN3(x, a, b) x, a, b
#define NUMBERS_NO_ARITHMETIC
#define NUMBERS_ROUNDED1(r, e) NAME(r, inputs)
#define NUMBERS_ROUNDED2(r, e, s, f) NAME(r, inputs) NAME(s, inputs + 1)
#define NUMBERS_SMOOTH(r, form) NAME(r, inputs)
#define OUTPUTS_OUT1(y) T y;
#define OUTPUTS_OUT2(y, z) T y, z;
#define KEEP_OUT1(y) out[0] = y;
#define KEEP_OUT2(y, z) out[0] = y; out[1] = z;

/* The numbers as expressions of the wide inputs; (name, arguments) follows. */
#define COMPUTE_NO_ARITHMETIC IGNORE
#define COMPUTE_ROUNDED1(r, e) number[0] = e; IGNORE
#define COMPUTE_ROUNDED2(r, e, s, f) number[0] = e; number[1] = f; IGNORE
#define COMPUTE_SMOOTH(r, form) number[0] = SMOOTH_FUNCTION
#define IGNORE(...)
#ifndef SMOOTH_FUNCTION
#define SMOOTH_FUNCTION(name, ...) 0
#endif

#define DEFINE_FUNCTION(name, in, outs, arithmetic, value)                              \
    static ALWAYS_INLINE void name##_compute(const WIDE *v, WIDE *number)               \
    {                                                                                   \
        typedef WIDE V;                                                                 \
        INPUTS_##in                                                                     \
        (void)number;                                                                   \
        COMPUTE_##arithmetic(name, ARGUMENTS_##in);                                     \
    }                                                                                   \
    static ALWAYS_INLINE void name##_choose(const T *v, T *out)                        \
    {                                                                                   \
        typedef T V;                                                                    \
        enum { inputs = COUNT_##in };                                                   \
        INPUTS_##in NUMBERS_##arithmetic OUTPUTS_##outs                                 \
        value;                                                                          \
        KEEP_##outs                                                                     \
    }                                                                                   \
    static const struct function name##_function = {                                    \
        COUNT_##in, COUNT_##arithmetic, COUNT_##outs, name##_compute, name##_choose};

#define ELEMENTWISE(name, skeleton, ...)                                                \
    static void name##_elementwise(                                                     \
        char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)                     \
    { skeleton(__VA_ARGS__, operands, n, steps); }
#define CONTIGUOUS(name, layout, skeleton, ...)                                         \
    static void name##_##layout(char *const *operands, ptrdiff_t n)                     \
    { skeleton(__VA_ARGS__, operands, n); }
#define CONTIGUOUS_BY(name, in, arrays, skeleton)                                       \
    CONTIGUOUS(name, contiguous, skeleton, name##_function, COUNT_##in)                 \
    CONTIGUOUS(name, scalar_parameters, skeleton, name##_function, arrays)

#define KERNELS_NO_ARITHMETIC(name, in, arrays)                                         \
    ELEMENTWISE(name, in_order, name##_function)                                        \
    CONTIGUOUS_BY(name, in, arrays, vectorised)
#ifdef CONVERTS_CHUNKS
#define KERNELS_ROUNDED(name, in, arrays)                                               \
    ELEMENTWISE(name, in_order, name##_function)                                        \
    CONTIGUOUS_BY(name, in, arrays, by_chunks)
#else
#define KERNELS_ROUNDED KERNELS_NO_ARITHMETIC
#endif
#define KERNELS_ROUNDED1(r, e) KERNELS_ROUNDED
#define KERNELS_ROUNDED2(r, e, s, f) KERNELS_ROUNDED
#define KERNELS_SMOOTH(r, form) KERNELS_##form

#ifdef IS_FLOAT32

/* The kernels, and the results in double for the smaller floats. */
#define KERNELS_ACCURATE(name, in, arrays)                                              \
    CONTIGUOUS_BY(name, in, arrays, vectorised)                                         \
    ELEMENTWISE(name, one_by_one, name##_function, name##_contiguous)                   \
    DOUBLES(name, in)
#define DOUBLES(name, in)                                                               \
    static ALWAYS_INLINE double name##_double_result(const float *v)                    \
    {                                                                                   \
        typedef float V;                                                                \
        INPUTS_##in                                                                     \
        return name##_single(ARGUMENTS_##in);                                           \
    }                                                                                   \
    static void name##_doubles(char *const *inputs, double *results, ptrdiff_t n)       \
    { compute_doubles(name##_function, name##_double_result, inputs, results, n); }

#ifdef HAS_FMA
#define KERNELS_FAST(name, in, arrays)                                                  \
    static ALWAYS_INLINE uint32_t name##_fast_result(const float *v, float *result)     \
    {                                                                                   \
        typedef float V;                                                                \
        INPUTS_##in                                                                     \
        uint32_t failed = !name##_is_fast_for(v[COUNT_##in - 1]);                       \
        *result = name##_fast(ARGUMENTS_##in, &failed);                                 \
        return failed;                                                                  \
    }                                                                                   \
    FAST_LAYOUT(name, contiguous, COUNT_##in, COUNT_##in)                               \
    FAST_LAYOUT(name, scalar_parameters, COUNT_##in, arrays)                            \
    ELEMENTWISE(name, one_by_one, name##_function, name##_contiguous)                   \
    DOUBLES(name, in)
/* The first parameter is asked beforehand: if it is a scalar, the loop would be in vain. */
#define FAST_LAYOUT(name, layout, inputs, arrays)                                       \
    CONTIGUOUS(name, layout##_accurate, vectorised, name##_function, arrays)            \
    static bool name##_##layout##_attempt(char *const *operands, ptrdiff_t n)           \
    {                                                                                   \
        return name##_is_fast_for(widen(load(operands[inputs - 1])))                    \
            && attempt(name##_function, name##_fast_result, arrays, operands, n);       \
    }                                                                                   \
    CONTIGUOUS(                                                                         \
        name, layout, fast_chunks, name##_function, name##_##layout##_attempt,          \
        name##_##layout##_accurate, arrays)
#else
#define KERNELS_FAST KERNELS_ACCURATE
#endif
#define KERNELS_APPROXIMATE KERNELS_FAST

#elif !defined(IS_INTEGER)

/* `...` is what a struct smooth begins with. */
#define SMOOTH_LAYOUT(name, layout, inputs, arrays, ...)                                \
    static void name##_##layout##_choose(                                               \
        char *const *operands, T (*number)[CHUNK], ptrdiff_t n)                         \
    { choose_chunk(name##_function, arrays, operands, number, n); }                     \
    static const struct smooth name##_##layout##_smooth = {                             \
        __VA_ARGS__, name##_##layout##_choose, arrays, inputs};                         \
    CONTIGUOUS(name, layout, smooth_chunks, &name##_##layout##_smooth)

#ifdef IS_SMALL_FLOAT
#define KERNELS_ACCURATE(name, in, arrays)                                              \
    FLOATS_LAYOUT(name, contiguous, COUNT_##in, COUNT_##in)                             \
    FLOATS_LAYOUT(name, scalar_parameters, COUNT_##in, arrays)                          \
    ELEMENTWISE(                                                                        \
        name, smooth_in_order, name##_function, OF_ISA(doubles)[OPERATION_##name])
#define FLOATS_LAYOUT(name, layout, inputs, arrays)                                     \
    SMOOTH_LAYOUT(                                                                      \
        name, layout, inputs, arrays, &KERNELS_OF(f32)[OPERATION_##name].layout, 0,     \
        &OF_ISA(doubles)[OPERATION_##name])
#else
#define KERNELS_ACCURATE(name, in, arrays)                                              \
    static void name##_numbers(char *const *inputs, T *numbers, ptrdiff_t n)            \
    { compute_numbers(name##_function, inputs, numbers, n); }                           \
    SMOOTH_LAYOUT(name, contiguous, COUNT_##in, COUNT_##in, name##_numbers)             \
    SMOOTH_LAYOUT(name, scalar_parameters, COUNT_##in, arrays, name##_numbers)          \
    ELEMENTWISE(name, smooth_in_order, name##_function, name##_numbers)
#endif
#define KERNELS_FAST KERNELS_ACCURATE
#ifdef CONVERTS_CHUNKS
/* The form that is approximate enough for this dtype; of one input. */
#define KERNELS_APPROXIMATE(name, in, arrays)                                           \
    CONTIGUOUS(name, approximately, floats_of, name##_approximate)                      \
    static contiguous_kernel *const name##_floats = name##_approximately;               \
    SMOOTH_LAYOUT(                                                                      \
        name, contiguous, 1, 1, &name##_floats, APPROXIMATE_ULPS,                       \
        &OF_ISA(doubles)[OPERATION_##name])                                            \
    CONTIGUOUS(name, scalar_parameters, smooth_chunks, &name##_contiguous_smooth)       \
    ELEMENTWISE(                                                                        \
        name, smooth_in_order, name##_function, OF_ISA(doubles)[OPERATION_##name])
#else
#define KERNELS_APPROXIMATE KERNELS_ACCURATE
#endif

#endif

/* What follows if rows of these dtypes have loops for this one. */
#define IF_EVERY_DTYPE(...) __VA_ARGS__
#ifdef IS_BOOL
#define IF_NUMERIC(...)
#else
#define IF_NUMERIC(...) __VA_ARGS__
#endif
#ifdef IS_INTEGER
#define IF_FLOATING(...)
#else
#define IF_FLOATING(...) __VA_ARGS__
#endif

#define ROW(name, dtypes, arrays, in, outs, arithmetic, value, numpy)                   \
    IF_##dtypes(DEFINE(name, arrays, in, outs, arithmetic, value))
#define DEFINE(name, arrays, in, outs, arithmetic, value)                               \
    DEFINE_FUNCTION(name, in, outs, arithmetic, value)                                  \
    KERNELS_##arithmetic(name, in, arrays)
#include "ops.def"
#undef ROW

#define ROW(name, dtypes, arrays, in, ...)                                              \
    IF_##dtypes(KERNEL(name, arrays, in))
#define KERNEL(name, arrays, in)                                                        \
    [OPERATION_##name] = {                                                              \
        name##_elementwise, name##_contiguous,                                          \
        COUNT_##in > arrays ? name##_scalar_parameters : NULL},
const struct kernel KERNELS_OF(THIS_DTYPE)[N_OPERATIONS] = {
#include "ops.def"
};
#undef ROW

#ifdef IS_FLOAT32
#define DOUBLES_NO_ARITHMETIC(name)
#define DOUBLES_ROUNDED1(r, e) IGNORE
#define DOUBLES_ROUNDED2(r, e, s, f) IGNORE
#define DOUBLES_SMOOTH(r, form) DOUBLES_ENTRY
#define DOUBLES_ENTRY(name) [OPERATION_##name] = name##_doubles,
#define ROW(name, dtypes, arrays, in, outs, arithmetic, ...) DOUBLES_##arithmetic(name)
doubles_kernel *const OF_ISA(doubles)[N_OPERATIONS] = {
#include "ops.def"
};
#endif
