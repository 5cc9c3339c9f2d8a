/* The values of each dtype and the operations on them.

   A float is handled as the signed integer that has its bits. Selections then keep every
   bit of a NaN, raise no floating-point flag, and see subnormals even while the thread
   flushes them to zero. Arithmetic is done in the wide type: the operands are widened,
   and the result is narrowed, which rounds it once. */
#ifndef RELU_UFUNC_VALUES_H
#define RELU_UFUNC_VALUES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "formats.h"
#include "small_floats.h"

#define DEFINE_MEMORY_ACCESS(dtype)                                                     \
    static inline value_##dtype load_##dtype(const char *from)                          \
    { value_##dtype v; memcpy(&v, from, sizeof v); return v; }                          \
    static inline void store_##dtype(char *to, value_##dtype v)                         \
    { memcpy(to, &v, sizeof v); }

/* `rectified_wide` prepares a result that is rectified after it is rounded: where
   rounding could turn a large negative number into a NaN, it returns 0 instead.

   `positive`, `less`, `inside` and `capped` expect values that are not NaN: the rows
   wrap them in nan_or. */
#define DEFINE_DERIVED(dtype)                                                           \
    static inline value_##dtype nan_or_##dtype(value_##dtype x, value_##dtype otherwise)\
    { return is_nan_##dtype(x) ? x : otherwise; }                                       \
    /* 0 < x < cap */                                                                   \
    static inline bool inside_##dtype(value_##dtype x, value_##dtype cap)               \
    { return (x > 0) & (x < cap); }

/* WIDE is unsigned and at least as wide as int, since signed overflow is undefined and
   two uint16_t would be multiplied as int. */
#define DEFINE_INTEGER(dtype, TYPE, WIDE)                                               \
    typedef WIDE wide_##dtype;                                                          \
    static inline WIDE widen_##dtype(TYPE x) { return (WIDE)x; }                        \
    static inline TYPE narrow_##dtype(WIDE x) { return (TYPE)x; }                       \
    static inline WIDE rectified_wide_##dtype(WIDE w) { return w; }                     \
    static inline bool is_nan_##dtype(TYPE x) { (void)x; return false; }                \
    static inline bool positive_##dtype(TYPE x) { return x > 0; }                       \
    static inline bool less_##dtype(TYPE a, TYPE b) { return a < b; }                   \
    static inline TYPE capped_##dtype(TYPE rectified, TYPE cap)                         \
    { return cap < rectified ? cap : rectified; }

#define DEFINE_SIGNED(dtype, TYPE, LANE, WIDE, format)                                  \
    typedef TYPE value_##dtype;                                                         \
    DEFINE_MEMORY_ACCESS(dtype)                                                         \
    DEFINE_INTEGER(dtype, TYPE, WIDE)                                                   \
    static inline bool negative_##dtype(TYPE x) { return x < 0; }                       \
    static inline TYPE rectified_##dtype(TYPE x) { return x > 0 ? x : 0; }              \
    static inline TYPE negated_##dtype(TYPE x) { return (TYPE)(0 - (WIDE)x); }          \
    DEFINE_DERIVED(dtype)

#define DEFINE_UNSIGNED(dtype, TYPE, LANE, WIDE, format)                                \
    typedef TYPE value_##dtype;                                                         \
    DEFINE_MEMORY_ACCESS(dtype)                                                         \
    DEFINE_WITHOUT_SIGN(dtype, TYPE, WIDE)

/* A view may give a bool any byte: all but 0 are true, and become 1. */
#define DEFINE_BOOL(dtype, TYPE, LANE, WIDE, format)                                    \
    typedef TYPE value_##dtype;                                                         \
    static inline TYPE load_##dtype(const char *from) { return *from != 0; }            \
    static inline void store_##dtype(char *to, TYPE v) { memcpy(to, &v, sizeof v); }    \
    DEFINE_WITHOUT_SIGN(dtype, TYPE, WIDE)

#define DEFINE_WITHOUT_SIGN(dtype, TYPE, WIDE)                                          \
    DEFINE_INTEGER(dtype, TYPE, WIDE)                                                   \
    static inline bool negative_##dtype(TYPE x) { (void)x; return false; }              \
    static inline TYPE rectified_##dtype(TYPE x) { return x; }                          \
    static inline TYPE negated_##dtype(TYPE x) { return (TYPE)(0 - (WIDE)x); }          \
    DEFINE_DERIVED(dtype)

/* Taken as signed integers, the bits of floats have this order:
   -0.0 (the least), ..., -inf, the negative NaNs, +0.0, ..., +inf, the positive
   NaNs. So one comparison with -inf tells the negative numbers and -0.0 from
   everything that relu keeps. A format without infinities has its greatest number in
   their place. */
#define DEFINE_FLOAT_BITS(dtype, BITS, UNSIGNED, WIDE, format)                          \
    typedef BITS value_##dtype;                                                         \
    typedef WIDE wide_##dtype;                                                          \
    DEFINE_MEMORY_ACCESS(dtype)                                                         \
    enum { width_##dtype = 8 * sizeof(BITS) };                                          \
    static inline UNSIGNED sign_bit_##dtype(void)                                       \
    { return (UNSIGNED)((UNSIGNED)1 << (width_##dtype - 1)); }                          \
    static inline BITS minus_greatest_##dtype(void)                                     \
    { return (BITS)(sign_bit_##dtype() | (UNSIGNED)(GREATEST_##format)); }                  \
    static inline bool is_nan_##dtype(BITS x)                                           \
    { return (BITS)(x & (BITS)~sign_bit_##dtype()) > (BITS)(GREATEST_##format); }           \
    static inline bool positive_##dtype(BITS x) { return x > 0; }                       \
    /* Subtracting 1 wraps -0.0 to the greatest integer, and leaves negative numbers. */  \
    static inline bool negative_##dtype(BITS x)                                         \
    { return (BITS)((UNSIGNED)x - 1u) < minus_greatest_##dtype(); }                     \
    static inline BITS rectified_##dtype(BITS x)                                        \
    { return x > minus_greatest_##dtype() ? x : 0; }                                    \
    static inline BITS negated_##dtype(BITS x)                                          \
    { return (BITS)((UNSIGNED)x ^ sign_bit_##dtype()); }                                \
    /* The smaller of a rectified value and a cap, whose -0.0 counts as +0.0. */        \
    static inline BITS capped_##dtype(BITS rectified, BITS cap)                         \
    {                                                                                   \
        const BITS smaller = cap < rectified ? cap : rectified;                         \
        return smaller == (BITS)sign_bit_##dtype() ? 0 : smaller;                       \
    }                                                                                   \
    /* From sign and magnitude to two's complement; both zeros become 0. */             \
    static inline BITS ordered_##dtype(BITS x)                                          \
    { return x < 0 ? (BITS)(sign_bit_##dtype() - (UNSIGNED)x) : x; }                    \
    static inline bool less_##dtype(BITS a, BITS b)                                     \
    { return ordered_##dtype(a) < ordered_##dtype(b); }                                 \
    DEFINE_DERIVED(dtype)

#define DEFINE_FLOAT(dtype, BITS, UNSIGNED, WIDE, format)                               \
    DEFINE_FLOAT_BITS(dtype, BITS, UNSIGNED, WIDE, format)                              \
    static inline WIDE widen_##dtype(BITS x) { WIDE w; memcpy(&w, &x, sizeof w); return w; }\
    static inline BITS narrow_##dtype(WIDE w) { BITS x; memcpy(&x, &w, sizeof x); return x; }\
    static inline WIDE rectified_wide_##dtype(WIDE w) { return w; }
#define DEFINE_DOUBLE DEFINE_FLOAT

#define DEFINE_SMALL_FLOAT(dtype, BITS, UNSIGNED, WIDE, format)                         \
    DEFINE_FLOAT_BITS(dtype, BITS, UNSIGNED, WIDE, format)                              \
    static inline WIDE widen_##dtype(BITS x)                                            \
    { return widened_small_float((UNSIGNED)x, FORMAT_##format); }                       \
    static inline BITS narrow_##dtype(WIDE w)                                           \
    { return (BITS)(UNSIGNED)narrowed_small_float(w, FORMAT_##format); }                \
    static inline uint32_t may_be_middle_##dtype(WIDE w, uint32_t ulps)                 \
    { return may_be_middle(w, ulps, FORMAT_##format); }                                 \
    static inline WIDE rectified_wide_##dtype(WIDE w)                                   \
    { return !overflows_to_nan(FORMAT_##format) ? w : w < 0 ? 0 : w; }
#define DEFINE_CHUNKED_FLOAT DEFINE_SMALL_FLOAT

/* clang folds `c ? x * slope : x` into `x * (c ? slope : 1)`, which makes a signalling NaN
   quiet, unless it cannot see where the product comes from. */
#if defined(__clang__)
#define OPAQUE_TO_OPTIMISER volatile
#else
#define OPAQUE_TO_OPTIMISER
#endif

/* long double has no portable layout of bits. Its loads and stores keep every
   NaN, flush-to-zero does not reach it, and its loops clear the status flags
   that comparing a signalling NaN may raise. Where it is double, double's
   loops serve it. */
#define DEFINE_LONG_DOUBLE(dtype, TYPE, LANE, WIDE, format)                             \
    typedef TYPE value_##dtype;                                                         \
    typedef TYPE wide_##dtype;                                                          \
    DEFINE_MEMORY_ACCESS(dtype)                                                         \
    static inline TYPE widen_##dtype(TYPE x) { return x; }                              \
    static inline TYPE narrow_##dtype(TYPE x)                                           \
    {                                                                                   \
        OPAQUE_TO_OPTIMISER TYPE rounded = x;                                           \
        return rounded;                                                                 \
    }                                                                                   \
    static inline TYPE rectified_wide_##dtype(TYPE x) { return x; }                     \
    static inline bool is_nan_##dtype(TYPE x) { return x != x; }                        \
    static inline bool positive_##dtype(TYPE x) { return x > 0; }                       \
    static inline bool negative_##dtype(TYPE x) { return x < 0; }                       \
    static inline bool less_##dtype(TYPE a, TYPE b) { return a < b; }                   \
    static inline TYPE negated_##dtype(TYPE x) { return -x; }                           \
    static inline TYPE capped_##dtype(TYPE rectified, TYPE cap)                         \
    { return cap < rectified ? (cap == 0 ? 0 : cap) : rectified; }                      \
    static inline TYPE rectified_##dtype(TYPE x)                                        \
    { return x > 0 || x != x ? x : 0; }                                                 \
    DEFINE_DERIVED(dtype)

#define DTYPE(name, kind, storage, lane, wide, format, character, source)               \
    DEFINE_##kind(name, storage, lane, wide, format)
#include "dtypes.def"
#undef DTYPE

#endif
