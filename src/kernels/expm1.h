/* e^x - 1 by a polynomial, for functions that need not divide. */
#ifndef RELU_UFUNC_EXPM1_H
#define RELU_UFUNC_EXPM1_H

#include "exponential_quotient.h"

/* -700 <= x <= 0. Of e^x = 2^k e^r it takes 2^k r by the exponent, since r is 0 for k = 0 alone,
   and subtracts 1 - 2^k, so that -0.0 stays. */
static inline double expm1_polynomially(double x)
{
    const double shifted = shifted_exponent(FUSED, x), k = shifted - 0x1.8p52;
    const double r = rest_of(FUSED, x, k);
    const uint64_t exponent = bits_of_double(shifted) << 52;
    const double scaled_r = double_of_bits(bits_of_double(r) + exponent);
    const double quotient = multiply_add(FUSED, r, expm1_polynomial(FUSED, r), 1);
    return multiply_add(FUSED, scaled_r, quotient, -(1 - power_of_two_of(exponent)));
}

#endif
