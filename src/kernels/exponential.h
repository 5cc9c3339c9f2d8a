/* The exponential of the smooth functions of float64: no table, no branch, in plain C that
   vectorises. The reduction is W. J. Cody and W. Waite's (Software Manual for the
   Elementary Functions, 1980), with log(2) in two parts, the first of 33 bits. */
#ifndef RELU_UFUNC_EXPONENTIAL_H
#define RELU_UFUNC_EXPONENTIAL_H

#include "constants.h"
#include "double_double.h"
#include "polynomials.h"

/* e^x is mantissa * 2^k; `exponent` is k in the bits of a double, not biased. */
struct exponential {
    struct double_double mantissa;
    uint64_t exponent;
    double k;
};

/* |x + x_low| < 2200. The error is about 2^-57 of the mantissa, which lies within
   sqrt(2) of 1. */
static inline struct exponential exponential(double x, double x_low)
{
    const double shifted = x * LOG2_E + TO_INTEGER;
    const double k = shifted - TO_INTEGER;
    const double r_high = x - k * LN2_HIGH, r_low = x_low - k * LN2_LOW;
    const double r = r_high + r_low, rest = (r_high - r) + r_low;
    const double beyond_r = r * (r * (0.5 + r * exponential_polynomial(r)) + rest) + rest;
    const struct double_double one_r = fast_two_sum(1, r);
    return (struct exponential){
        {one_r.high, one_r.low + beyond_r}, bits_of_double(shifted) << 52, k};
}

#endif
