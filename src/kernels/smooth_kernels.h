/* The smooth functions over packed arrays: what the loops of SMOOTH rows call. Compiled once
   per instruction set, as a translation unit of its own.

   Each row has three: `single` from float to double, for the floats of 16 bits and fewer
   where float32's loop leaves doubt; `double`; and `extended`, for long double. */
#ifndef RELU_UFUNC_SMOOTH_KERNELS_H
#define RELU_UFUNC_SMOOTH_KERNELS_H

#include <stddef.h>

#include "join.h"

#define SMOOTH_KERNEL(function, precision)                                              \
    JOIN(JOIN(function, _values_), JOIN(precision, JOIN(_, THIS_ISA)))

#define IF_SMOOTH(arithmetic) IF_SMOOTH_##arithmetic
#define IF_SMOOTH_NO_ARITHMETIC SKIP_ROW
#define IF_SMOOTH_ROUNDED1(r, e) SKIP_ROW
#define IF_SMOOTH_ROUNDED2(r, e, s, f) SKIP_ROW
#define IF_SMOOTH_SMOOTH(r, form) KEEP_ROW
#define SKIP_ROW(...)
#define KEEP_ROW(...) __VA_ARGS__

#define FUNCTION(name, dtypes, in, out, arithmetic, ...)                                \
    IF_SMOOTH(arithmetic)(                                                              \
        void SMOOTH_KERNEL(name, single)(char *const *, double *, ptrdiff_t);           \
        void SMOOTH_KERNEL(name, double)(char *const *, double *, ptrdiff_t);           \
        void SMOOTH_KERNEL(name, extended)(char *const *, long double *, ptrdiff_t);)
#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    FUNCTION(name, dtypes, in, out, arithmetic, value, )                                \
    FUNCTION(name##_backward, dtypes, in, dout, darithmetic, derivative, )
#include "ops.def"
#undef RECTIFIER
#undef FUNCTION

#endif
