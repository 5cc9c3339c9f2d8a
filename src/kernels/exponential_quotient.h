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

/* log(2) in two parts, the first of 33 bits. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

/* x log2(e), rounded to an integer in the lowest bits of a sum. */
static inline double shifted_exponent(enum contraction how, double x)
{
    return multiply_add(how, x, 0x1.71547652b82fep+0, 0x1.8p52);
}

static inline struct reduced_exponential exponential_of_rest(
    enum contraction how, double r, double shifted)
{
    const double z = r * r;
    return (struct reduced_exponential){
        half_tangent_denominator(how, z), r * half_tangent_numerator(how, z),
        bits_of_double(shifted) << 52};
}

/* |x| <= 700. */
static inline struct reduced_exponential reduced_exponential(
    enum contraction how, double x)
{
    const double shifted = shifted_exponent(how, x), k = shifted - 0x1.8p52;
    const double r = multiply_add(how, -k, LN2_LOW, multiply_add(how, -k, LN2_HIGH, x));
    return exponential_of_rest(how, r, shifted);
}

static inline struct quotient as_quotient(struct reduced_exponential e)
{
    return (struct quotient){
        double_of_bits(bits_of_double(e.p + e.q) + e.exponent), e.p - e.q};
}

static inline struct quotient exponential_quotient(enum contraction how, double x)
{
    return as_quotient(reduced_exponential(how, x));
}

/* With fewer digits: 2^-44. */
static inline struct quotient short_exponential_quotient(enum contraction how, double x)
{
    const double shifted = shifted_exponent(how, x), k = shifted - 0x1.8p52;
    const double r = multiply_add(how, -k, 0x1.62e42fefa39efp-1, x), z = r * r;
    return as_quotient((struct reduced_exponential){
        short_half_tangent_denominator(how, z), r * short_half_tangent_numerator(how, z),
        bits_of_double(shifted) << 52});
}

static inline struct reduced_exponential reduced_exponential_of_words(
    enum contraction how, struct words x)
{
    const double shifted = shifted_exponent(how, x.high), k = shifted - 0x1.8p52;
    const double r =
        multiply_add(how, -k, LN2_HIGH, x.high) + multiply_add(how, -k, LN2_LOW, x.low);
    return exponential_of_rest(how, r, shifted);
}

/* e^x - 1, without cancellation near 0. */
static inline double expm1_quotient(enum contraction how, double x)
{
    const struct reduced_exponential e = reduced_exponential(how, x);
    const double power = power_of_two_of(e.exponent);
    return multiply_add(how, power - 1, e.p, (power + 1) * e.q) / (e.p - e.q);
}

#endif
