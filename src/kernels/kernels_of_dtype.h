/* The kernels of every row of the operation table for one dtype on one instruction set, whose
   names are in THIS_DTYPE and THIS_ISA. A row makes two functions of one element: `compute`,
   its arithmetic on wide numbers, and `choose`, its value; and, of the skeletons that suit its
   arithmetic, the kernels of kernels.h. */
#include "vocabulary.h"

#if defined(IS_INTEGER)
#include "loops.h"
#elif defined(IS_FLOAT32)
#include "fast_loops.h"
#elif defined(IS_FLOAT64)
#include "float64_loops.h"
#else
#include "chunk_loops.h"
#endif

/* The inputs, numbers and outputs of a row by their names. */
#define NAME(a, value) const V a = value; (void)a;
#define INPUTS_IN1(x) NAME(x, v[0])
#define INPUTS_IN2(x, a) NAME(x, v[0]) NAME(a, v[1])
#define INPUTS_IN3(x, a, b) NAME(x, v[0]) NAME(a, v[1]) NAME(b, v[2])
#define ARGUMENTS_IN1(x) x
#define ARGUMENTS_IN2(x, a) x, a
#define ARGUMENTS_IN3(x, a, b) x, a, b
#define NUMBERS_NO_ARITHMETIC
#define NUMBERS_ROUNDED1(r, e) NAME(r, value[0])
#define NUMBERS_ROUNDED2(r, e, s, f) NAME(r, value[0]) NAME(s, value[1])
#define NUMBERS_SMOOTH(r, form) NAME(r, value[0])
#define NUMBERS_SMOOTH2(r, s, form) NAME(r, value[0]) NAME(s, value[1])
#define NUMBERS_PRODUCT(r, form) NAME(r, value[0])
#define OUTPUTS_OUT1(y) T y;
#define OUTPUTS_OUT2(y, z) T y, z;
#define KEEP_OUT1(y) out[0] = y;
#define KEEP_OUT2(y, z) out[0] = y; out[1] = z;

/* The numbers as expressions of the wide inputs; (name, arguments) follows. */
#define COMPUTE_NO_ARITHMETIC IGNORE
#define COMPUTE_ROUNDED1(r, e) number[0] = e; IGNORE
#define COMPUTE_ROUNDED2(r, e, s, f) number[0] = e; number[1] = f; IGNORE
#define COMPUTE_SMOOTH(r, form) number[0] = SMOOTH_FUNCTION
#define COMPUTE_SMOOTH2(r, s, form) SMOOTH_FUNCTIONS
#define COMPUTE_PRODUCT(r, form) number[0] = SMOOTH_FUNCTION
#define IGNORE(...)
#ifndef SMOOTH_FUNCTION
#define SMOOTH_FUNCTION(name, ...) 0
#define SMOOTH_FUNCTIONS(name, ...) number[0] = number[1] = 0
#endif

#define DEFINE_FUNCTION(name, in, outs, arithmetic, expression)                         \
    DEFINE_COMPUTE(name, in, COMPUTE_##arithmetic(name, ARGUMENTS_##in))                \
    static ALWAYS_INLINE void name##_choose(const T *value, T *out)                     \
    {                                                                                   \
        typedef T V;                                                                    \
        const T *const v = value + COUNT_##arithmetic;                                  \
        INPUTS_##in NUMBERS_##arithmetic OUTPUTS_##outs                                 \
        expression;                                                                     \
        KEEP_##outs                                                                     \
    }                                                                                   \
    enum {                                                                              \
        name##_INPUTS = COUNT_##in,                                                     \
        name##_NUMBERS = COUNT_##arithmetic,                                            \
        name##_OUTPUTS = COUNT_##outs                                                   \
    };                                                                                  \
    static const struct function name##_function = {                                    \
        name##_INPUTS, name##_NUMBERS, name##_OUTPUTS, name##_compute, name##_choose};
/* `...` assigns the numbers, and perhaps to `failed`. */
#define DEFINE_COMPUTE(name, in, ...)                                                   \
    static ALWAYS_INLINE uint32_t name##_compute(const WIDE *v, WIDE *number)           \
    {                                                                                   \
        typedef WIDE V;                                                                 \
        uint32_t failed = 0;                                                            \
        INPUTS_##in                                                                     \
        (void)number;                                                                   \
        __VA_ARGS__;                                                                    \
        return failed;                                                                  \
    }
/* A function whose outputs are its numbers. */
#define NUMBER_FUNCTION(name, in, numbers, ...)                                         \
    DEFINE_COMPUTE(name, in, __VA_ARGS__)                                               \
    static const struct function name##_function = {                                    \
        COUNT_##in, numbers, numbers, name##_compute, NULL};

#define ELEMENTWISE(name, skeleton, ...)                                                \
    static void name##_elementwise(                                                     \
        char *const *operands, ptrdiff_t n, const ptrdiff_t *steps)                     \
    { skeleton(__VA_ARGS__, operands, n, steps); }
#define CONTIGUOUS(name, skeleton, ...)                                                 \
    void name(char *const *operands, ptrdiff_t n)                                       \
    { skeleton(__VA_ARGS__, operands, n); }
#define BOTH_LAYOUTS(KERNEL, name, arrays)                                              \
    KERNEL(name, contiguous, name##_INPUTS)                                             \
    KERNEL(name, scalar_parameters, arrays)

#define VECTORISED(name, layout, arrays)                                                \
    static CONTIGUOUS(name##_##layout, vectorised, name##_function, arrays)
#define IN_TWO_PASSES(name, layout, arrays)                                             \
    static const struct two_passes name##_##layout##_passes = {                         \
        NUMBERS_OF(name), name##_choice, name##_INPUTS, name##_NUMBERS, name##_OUTPUTS, \
        arrays};                                                                        \
    static CONTIGUOUS(                                                                  \
        name##_##layout, in_two_passes, &name##_##layout##_passes,                      \
        computed_inputs(name##_function))
#define CHOICE(name)                                                                    \
    static CONTIGUOUS(                                                                  \
        name##_choice, vectorised, choice_of(name##_function),                          \
        name##_NUMBERS + name##_INPUTS)

#define KERNELS_NO_ARITHMETIC(name, x, in, arrays)                                      \
    ELEMENTWISE(name, in_order, name##_function)                                        \
    BOTH_LAYOUTS(VECTORISED, name, arrays)
#define NUMBERS_OF(name) OF_ISA(name##_numbers)
#if defined(IS_SMALL_FLOAT) && !defined(CONVERTS_IN_LOOPS)
#define KERNELS_ROUNDED(name, x, in, arrays)                                            \
    extern contiguous_kernel NUMBERS_OF(name);                                          \
    ELEMENTWISE(name, in_order, name##_function)                                        \
    CHOICE(name)                                                                        \
    BOTH_LAYOUTS(CONVERTED, name, arrays)
#else
#define KERNELS_ROUNDED KERNELS_NO_ARITHMETIC
#endif
#ifdef CONVERTS_CHUNKS
#define CONVERTED(name, layout, arrays)                                                 \
    IN_TWO_PASSES(name, layout##_rest, arrays)                                          \
    static CONTIGUOUS(                                                                  \
        name##_##layout, by_chunks, name##_function, arrays, name##_##layout##_rest)
#else
#define CONVERTED IN_TWO_PASSES
#endif
#define KERNELS_ROUNDED1(r, e) KERNELS_ROUNDED
#define KERNELS_ROUNDED2(r, e, s, f) KERNELS_ROUNDED
#define KERNELS_SMOOTH(r, form) KERNELS_SMOOTH_##form
#define KERNELS_SMOOTH2(r, s, form) KERNELS_SMOOTH2_##form
#define KERNELS_PRODUCT(r, form) KERNELS_PRODUCT_##form
#define KERNELS_SMOOTH_ACCURATE(...) KERNELS_ACCURATE(__VA_ARGS__)
#define KERNELS_SMOOTH_FAST(...) KERNELS_FAST(KEEP_1, __VA_ARGS__)
#define KERNELS_SMOOTH2_ACCURATE(...) KERNELS_ACCURATE(__VA_ARGS__)
#define KERNELS_SMOOTH2_FAST(...) KERNELS_FAST(KEEP_2, __VA_ARGS__)
#define KERNELS_PRODUCT_ACCURATE(name, ...)                                             \
    KERNELS_ACCURATE(name, __VA_ARGS__) FACTOR_KERNEL(name)
#define KERNELS_PRODUCT_FAST(name, ...)                                                 \
    KERNELS_FAST(KEEP_1, name, __VA_ARGS__) FACTOR_KERNEL(name)
#ifdef IS_FLOAT32
#define FACTOR_KERNEL(name)                                                             \
    static double name##_factor(float x) { return name##_single(1, x); }
#define FACTOR_PRODUCT(r, form) FACTOR
#define FACTOR(name) name##_factor
#else
#define FACTOR_KERNEL(name)
#define FACTOR_PRODUCT(r, form) NO_FACTOR
#endif
#define FACTOR_NO_ARITHMETIC NO_FACTOR
#define FACTOR_ROUNDED1(r, e) NO_FACTOR
#define FACTOR_ROUNDED2(r, e, s, f) NO_FACTOR
#define FACTOR_SMOOTH(r, form) NO_FACTOR
#define FACTOR_SMOOTH2(r, s, form) NO_FACTOR
#define NO_FACTOR(name) NULL

#ifdef IS_FLOAT32
#define KERNELS_ACCURATE(name, x, in, arrays)                                           \
    KERNELS_OF_FLOAT32(VECTORISED, name, name##_contiguous, arrays)
#define KERNELS_OF_FLOAT32(KERNEL, name, of_one, arrays)                                \
    BOTH_LAYOUTS(KERNEL, name, arrays)                                                  \
    ELEMENTWISE(name, one_by_one, name##_function, of_one)
#elif defined(IS_FLOAT64)
#define KERNELS_ACCURATE(name, x, in, arrays)                                           \
    STAGED_ANY(name, {x, COUNT_##in, COUNT_##in, name##_OUTPUTS})                       \
    STAGED(name, contiguous, {x, COUNT_##in, COUNT_##in, name##_OUTPUTS})               \
    STAGED(name, scalar_parameters, {x, COUNT_##in, arrays, name##_OUTPUTS})            \
    ELEMENTWISE(name, one_by_one, name##_function, name##_contiguous)
#define STAGED_ANY(name, ...)                                                           \
    static CONTIGUOUS(name##_any, any_chunk, name##_staged, ((struct inputs)__VA_ARGS__))
#define STAGED(name, layout, ...)                                                       \
    static bool name##_##layout##_ordinary(char *const *operands, ptrdiff_t n)          \
    { return ordinary_chunk(name##_staged, (struct inputs)__VA_ARGS__, operands, n); }  \
    static const struct staged_layout name##_##layout##_staged = {                      \
        name##_##layout##_ordinary, name##_any, __VA_ARGS__};                           \
    static CONTIGUOUS(name##_##layout, staged_chunks, &name##_##layout##_staged)
#else
#define KERNELS_ACCURATE(name, x, in, arrays)                                           \
    NUMBERS_AND_ELEMENTWISE(name, in)                                                   \
    CHOICE(name)                                                                        \
    BOTH_LAYOUTS(IN_TWO_PASSES, name, arrays)
#endif
#ifdef IS_SMALL_FLOAT
#define NUMBERS_AND_ELEMENTWISE(name, in)                                               \
    extern contiguous_kernel NUMBERS_OF(name);                                          \
    DEFINE_COMPUTE(                                                                     \
        name##_one, in,                                                                 \
        compute_one(NUMBERS_OF(name), COUNT_##in, name##_NUMBERS, v, number))           \
    ELEMENTWISE(                                                                        \
        name, in_order,                                                                 \
        ((struct function){                                                             \
            COUNT_##in, name##_NUMBERS, name##_OUTPUTS, name##_one_compute, name##_choose}))
#else
#define NUMBERS_AND_ELEMENTWISE(name, in)                                               \
    static NEVER_INLINE CONTIGUOUS(NUMBERS_OF(name), numbers_alone, name##_function)    \
    ELEMENTWISE(name, in_order, name##_function)
#endif

#if defined(IS_FLOAT32) && defined(HAS_FMA)
#define KERNELS_FAST(KEEP, name, x, in, arrays)                                         \
    NUMBER_FUNCTION(                                                                    \
        name##_fast, in, name##_NUMBERS,                                                \
        failed = (uint32_t)!name##_is_fast_for(v[COUNT_##in - 1]) << 31;                \
        KEEP((float), name##_fast(ARGUMENTS_##in, &failed)))                            \
    KERNELS_OF_FLOAT32(FAST_CHUNKS, name, name##_contiguous_accurate, arrays)
#define FAST_CHUNKS(name, layout, arrays)                                               \
    VECTORISED(name, layout##_accurate, arrays)                                         \
    static CONTIGUOUS(                                                                  \
        name##_##layout, fast_chunks, name##_fast_function, name##_loops,               \
        name##_FAST_CHUNK, name##_pairs, name##_FAILED, name##_is_fast_for,             \
        name##_is_certain, name##_##layout##_accurate, arrays)
#else
#define KERNELS_FAST(KEEP, ...) KERNELS_ACCURATE(__VA_ARGS__)
#endif

/* What follows if rows of these dtypes have loops for this one. */
#define IF_EVERY_DTYPE(...) __VA_ARGS__
#ifdef IS_BOOL
#define IF_NUMERIC(...)
#else
#define IF_NUMERIC(...) __VA_ARGS__
#endif
#ifdef IS_UNSIGNED
#define IF_SIGNED(...)
#else
#define IF_SIGNED(...) __VA_ARGS__
#endif
#ifdef IS_INTEGER
#define IF_FLOATING(...)
#else
#define IF_FLOATING(...) __VA_ARGS__
#endif

#define ROW(name, dtypes, x, arrays, in, outs, arithmetic, value, numpy)                \
    IF_##dtypes(DEFINE(name, x, arrays, in, outs, arithmetic, value))
#define DEFINE(name, x, arrays, in, outs, arithmetic, value)                            \
    DEFINE_FUNCTION(name, in, outs, arithmetic, value)                                  \
    KERNELS_##arithmetic(name, x, in, arrays)
#include "ops.def"
#undef ROW

#define ROW(name, dtypes, x, arrays, in, outs, arithmetic, ...)                         \
    IF_##dtypes(KERNEL(name, arrays, in, FACTOR_##arithmetic(name)))
#define KERNEL(name, arrays, in, factor)                                               \
    [OPERATION_##name] = {                                                              \
        name##_elementwise, name##_contiguous,                                          \
        COUNT_##in > arrays ? name##_scalar_parameters : NULL, factor},
const struct kernel KERNELS_OF(THIS_DTYPE)[N_OPERATIONS] = {
#include "ops.def"
};
#undef ROW

#ifdef IS_FLOAT32
#include "numbers_of_small_floats.h"
#endif
#ifdef IS_SMALL_FLOAT
#include "products.h"
#else
const struct kernel PRODUCT_OF(THIS_DTYPE) = {0};
#endif
