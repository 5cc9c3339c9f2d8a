/* What the smooth functions share for float64. They are within 1 ulp, and their derivatives within
   2: what they are made of stays double-doubles until the end. staged.h says how they are written. */
#ifndef RELU_UFUNC_SMOOTH_FLOAT64_H
#define RELU_UFUNC_SMOOTH_FLOAT64_H

#include "staged.h"

static ALWAYS_INLINE double sum_of(struct double_double a)
{
    return a.high + a.low;
}

static ALWAYS_INLINE struct double_double choose_dd(
    bool condition, struct double_double a, struct double_double b)
{
    return (struct double_double){condition ? a.high : b.high, condition ? a.low : b.low};
}

#endif
