/* e^x as a quotient, for functions that divide in any case: e^r = (p + q) / (p - q), where
   q/p = tanh(r/2) is a quotient of two short polynomials in r^2. */
#ifndef RELU_UFUNC_EXPONENTIAL_QUOTIENT_H
#define RELU_UFUNC_EXPONENTIAL_QUOTIENT_H

#include "constants.h"
#include "double_double.h"
#include "polynomials.h"

struct quotient {
    double numerator, denominator;
};

/* e^x = 2^exponent (p + q) / (p - q); `exponent` is in the bits of a double, not biased. */
struct reduced_exponential {
    double p, q;
    uint64_t exponent;
};

/* x log2(e), rounded to an integer in the lowest bits of a sum. */
static inline double shifted_exponent(enum contraction how, double x)
{
    return multiply_add(how, x, LOG2_E, TO_INTEGER);
}

/* x - k log(2). Fused, the product is not rounded, and log(2) in one part errs by k 2^-55 only:
   this error makes no float32 result wrong, except with gaussian_quotient. */
static inline double rest_of(enum contraction how, double x, double k)
{
#ifdef HAS_FMA
    if (how == FUSED)
        return fma(-k, LN2, x);
#endif
    return multiply_add(how, -k, LN2_LOW, multiply_add(how, -k, LN2_HIGH, x));
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
    const double shifted = shifted_exponent(how, x), k = shifted - TO_INTEGER;
    return exponential_of_rest(how, rest_of(how, x, k), shifted);
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

/* e^(-s/2) = 2^k (p - q) / (p + q), q/p = tanh(r/4), r = s + 2 k log(2), 0 <= s <= 1400. With
   log(2) in one part a float32 result of gelu would be wrong. */
static inline struct quotient gaussian_quotient(enum contraction how, double s)
{
    const double shifted = multiply_add(how, s, -0.5 * LOG2_E, TO_INTEGER);
    const double k = shifted - TO_INTEGER;
    const double r = multiply_add(how, k, 2 * LN2_LOW, multiply_add(how, k, 2 * LN2_HIGH, s));
    const double z = r * r;
    const double p = quarter_tangent_denominator(how, z);
    const double q = r * quarter_tangent_numerator(how, z);
    return (struct quotient){
        double_of_bits(bits_of_double(p - q) + (bits_of_double(shifted) << 52)), p + q};
}

/* The same two within 2^-44, for fast paths. */

static inline struct quotient fast_exponential_quotient(double x)
{
    const double shifted = shifted_exponent(FUSED, x), k = shifted - TO_INTEGER;
    const double r = rest_of(FUSED, x, k), z = r * r;
    return as_quotient((struct reduced_exponential){
        fast_half_tangent_denominator(FUSED, z), r * fast_half_tangent_numerator(FUSED, z),
        bits_of_double(shifted) << 52});
}

static inline struct quotient fast_gaussian_quotient(double s)
{
    const double shifted = multiply_add(FUSED, s, -0.5 * LOG2_E, TO_INTEGER);
    const double k = shifted - TO_INTEGER, r = multiply_add(FUSED, k, 2 * LN2, s), z = r * r;
    const double p = fast_quarter_tangent_denominator(FUSED, z);
    const double q = r * fast_quarter_tangent_numerator(FUSED, z);
    return (struct quotient){
        double_of_bits(bits_of_double(p - q) + (bits_of_double(shifted) << 52)), p + q};
}

static inline struct reduced_exponential reduced_exponential_of_dd(
    enum contraction how, struct double_double x)
{
    const double shifted = shifted_exponent(how, x.high), k = shifted - TO_INTEGER;
    const double r =
        multiply_add(how, -k, LN2_HIGH, x.high) + multiply_add(how, -k, LN2_LOW, x.low);
    return exponential_of_rest(how, r, shifted);
}

#endif
