/* What hard_swish and hard_sigmoid are made of: sixths. */
#ifndef RELU_UFUNC_SMOOTH_SIXTH_H
#define RELU_UFUNC_SMOOTH_SIXTH_H

#include "../double_double.h"

/* n / 6 without the slow division: exact if n / 6 is a double, since 1.0 / 6 is too small by 2^-54
   of itself, which rounding takes away; else within an ulp of it. */
static inline double sixth(double n)
{
    return n * (1.0 / 6);
}

static ALWAYS_INLINE double without_last_bits(double x)
{
    return double_of_bits(bits_of_double(x) & UINT64_MAX << 2);
}

/* (x + 3) / 6 for |x| <= 6, of whose high part 6 times is exact */
static ALWAYS_INLINE struct double_double sixth_dd(double x)
{
    const struct double_double sum = fast_two_sum(3, x);
    const double high = without_last_bits(sixth(sum.high));
    return (struct double_double){
        high, sixth(add_exact_product(sum.high, high, -6) + sum.low)};
}

#endif
