/* e^x and e^x - 1 as quotients, for functions that divide in any case, with errors of a few
   ulp: e^r = (p + q) / (p - q), where q/p = tanh(r/2) is a quotient of two short polynomials
   in r^2. */
#ifndef RELU_UFUNC_EXPONENTIAL_QUOTIENT_H
#define RELU_UFUNC_EXPONENTIAL_QUOTIENT_H

#include "double_words.h"
#include "polynomials.h"

struct quotient {
    double numerator, denominator;
};

/* e^x = 2^exponent (p + q) / (p - q); `exponent` is in the bits of a double, not biased. */
struct reduced_exponential {
    double p, q;
    uint64_t exponent;
};

/* |x + x_low| <= 700. */
static inline struct reduced_exponential reduced_exponential(double x, double x_low)
{
    const double to_integer = 0x1.8p52, log2_e = 0x1.71547652b82fep+0;
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    /* The integer lies in the lowest bits of the sum. */
    const double shifted = multiply_add(x, log2_e, to_integer);
    const double k = shifted - to_integer;
    const double r = multiply_add(-k, ln2_high, x) + multiply_add(-k, ln2_low, x_low);
    const double z = r * r;
    return (struct reduced_exponential){
        half_tangent_denominator(z), r * half_tangent_numerator(z),
        bits_of_double(shifted) << 52};
}

static inline struct quotient exponential_quotient(double x, double x_low)
{
    const struct reduced_exponential e = reduced_exponential(x, x_low);
    return (struct quotient){
        double_of_bits(bits_of_double(e.p + e.q) + e.exponent), e.p - e.q};
}

/* e^x - 1, without cancellation near 0. */
static inline double expm1_quotient(double x)
{
    const struct reduced_exponential e = reduced_exponential(x, 0);
    const double power = double_of_bits(e.exponent + ((uint64_t)1023 << 52));
    return multiply_add(power - 1, e.p, (power + 1) * e.q) / (e.p - e.q);
}

#endif
