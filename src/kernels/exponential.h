/* The exponential of the smooth functions of float64: no table, no branch, in plain C that
   vectorises. The reduction is W. J. Cody and W. Waite's (Software Manual for the
   Elementary Functions, 1980), with log(2) in two parts, the first of 33 bits. */
#ifndef RELU_UFUNC_EXPONENTIAL_H
#define RELU_UFUNC_EXPONENTIAL_H

#include "double_words.h"
#include "polynomials.h"

/* e^x is mantissa * 2^k; `exponent` is k in the bits of a double, not biased. */
struct exponential {
    struct words mantissa;
    uint64_t exponent;
    double k;
};

/* |x + x_low| < 2200. The error is about 2^-57 of the mantissa, which lies within
   sqrt(2) of 1. */
static inline struct exponential exponential(double x, double x_low)
{
    const double to_integer = 0x1.8p52, log2_e = 0x1.71547652b82fep+0;
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    /* The integer lies in the lowest bits of the sum. */
    const double shifted = x * log2_e + to_integer;
    const double k = shifted - to_integer;
    const double r_high = x - k * ln2_high, r_low = x_low - k * ln2_low;
    const double r = r_high + r_low, rest = (r_high - r) + r_low;
    const double beyond_r = r * (r * (0.5 + r * exponential_polynomial(r)) + rest) + rest;
    const struct words one_r = fast_two_sum(1, r);
    return (struct exponential){
        {one_r.high, one_r.low + beyond_r}, bits_of_double(shifted) << 52, k};
}

#endif
