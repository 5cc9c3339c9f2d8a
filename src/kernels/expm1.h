/* e^x - 1 without cancellation near 0: as a quotient, and by a polynomial, which is faster. */
#ifndef RELU_UFUNC_EXPM1_H
#define RELU_UFUNC_EXPM1_H

#include "exponential_quotient.h"

/* |x| <= 700. */
static inline double expm1_quotient(enum contraction how, double x)
{
    const struct reduced_exponential e = reduced_exponential(how, x);
    const double power = power_of_two_of(e.exponent);
    return multiply_add(how, power - 1, e.p, (power + 1) * e.q) / (e.p - e.q);
}

/* -300 <= x <= 0, with e^x = 2^k e^r. Adding k to the exponent of r multiplies r by 2^k: since
   x is a float, r is 0 for k = 0 alone. -(1 - 2^k) is -0.0 for k = 0, so -0.0 stays. */
static ALWAYS_INLINE double expm1_polynomially(float x)
{
    const double shifted = shifted_exponent(FUSED, x), k = shifted - TO_INTEGER;
    const double r = rest_of(FUSED, x, k);
    const uint64_t exponent = bits_of_double(shifted) << 52;
    const double scaled_r = double_of_bits(bits_of_double(r) + exponent);
    const double slope = multiply_add(FUSED, r, expm1_polynomial(FUSED, r), 1);
    return multiply_add(FUSED, scaled_r, slope, -(1 - power_of_two_of(exponent)));
}

#endif
