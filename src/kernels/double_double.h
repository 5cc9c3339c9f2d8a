/* Double-doubles (dd): the unevaluated sum of two doubles, high + low. Sums, products and quotients
   keep the rounding error. All of it supposes that the thread rounds to nearest.

   two_sum: D. E. Knuth, TAOCP 2, 4.2.2; fast_two_sum and the product without fma:
   T. J. Dekker, Numer. Math. 18, 1971; the rest: M. Joldes, J.-M. Muller and V. Popescu,
   ACM TOMS 44(2), 2017, without their last normalisations. */
#ifndef RELU_UFUNC_DOUBLE_DOUBLE_H
#define RELU_UFUNC_DOUBLE_DOUBLE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "inlining.h"

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(FP_FAST_FMA)
#define HAS_FMA 1
#endif

struct double_double {
    double high, low;
};

static ALWAYS_INLINE struct double_double dd_of(double x)
{
    return (struct double_double){x, 0};
}

static ALWAYS_INLINE double double_of_bits(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static ALWAYS_INLINE uint64_t bits_of_double(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* `exponent` is in the bits of a double, not biased. */
static ALWAYS_INLINE double power_of_two_of(uint64_t exponent)
{
    return double_of_bits(exponent + ((uint64_t)1023 << 52));
}

/* a b + c, rounded twice, or FUSED: once where the processor does that in one instruction.
   Results are the same on every processor only if they are proven to be the same both ways:
   functions of one operand whose float32 results are correctly rounded, for every input. */
enum contraction { TWICE, FUSED };

static ALWAYS_INLINE double multiply_add(enum contraction how, double a, double b, double c)
{
#ifdef HAS_FMA
    if (how == FUSED)
        return fma(a, b, c);
#endif
    (void)how;
    return a * b + c;
}

/* a is 0 or not smaller than b in magnitude. */
static ALWAYS_INLINE struct double_double fast_two_sum(double a, double b)
{
    const double sum = a + b;
    return (struct double_double){sum, b - (sum - a)};
}

static ALWAYS_INLINE struct double_double two_sum(double a, double b)
{
    const double sum = a + b, other = sum - a;
    return (struct double_double){sum, (a - (sum - other)) + (b - other)};
}

/* To 26 bits, by an addition of integers: what is left has 26 bits, too, and a sign. */
static ALWAYS_INLINE double rounded_to_half(double a)
{
    return double_of_bits((bits_of_double(a) + ((uint64_t)1 << 26)) & UINT64_MAX << 27);
}

/* Exact, and the same either way, where 2^-900 < |a b| and |a|, |b| < 2^990, or a b is 0. */
static ALWAYS_INLINE struct double_double two_product(double a, double b)
{
    const double product = a * b;
#ifdef HAS_FMA
    return (struct double_double){product, fma(a, b, -product)};
#else
    const double a_high = rounded_to_half(a), b_high = rounded_to_half(b);
    const double a_low = a - a_high, b_low = b - b_high;
    return (struct double_double){
        product,
        ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
#endif
}

/* two_product(a, a) */
static ALWAYS_INLINE struct double_double square_dd(double a)
{
    const double square = a * a;
#ifdef HAS_FMA
    return (struct double_double){square, fma(a, a, -square)};
#else
    const double high = rounded_to_half(a), low = a - high;
    return (struct double_double){
        square, ((high * high - square) + 2 * high * low) + low * low};
#endif
}

/* a b + c, for an exact product. */
static ALWAYS_INLINE double add_exact_product(double c, double a, double b)
{
#ifdef HAS_FMA
    return fma(a, b, c);
#else
    return a * b + c;
#endif
}

/* a b - c rounded once, where c is near a b: how far a product is from c, or the quotient a too
   large. Exact on the conditions of two_product. */
static ALWAYS_INLINE double excess(double a, double b, double c)
{
#ifdef HAS_FMA
    return fma(a, b, -c);
#else
    const struct double_double product = two_product(a, b);
    return (product.high - c) + product.low;
#endif
}

/* Products and a quotient whose low part may be a little too large for one: they are not
   normalised. The low part of a zero is -0.0, so that the sum of the two is the zero. */
static ALWAYS_INLINE struct double_double signed_product(double a, double b)
{
    const double product = a * b;
    return (struct double_double){product, -excess(-a, b, -product)};
}

static ALWAYS_INLINE struct double_double multiple_dd(double a, struct double_double b)
{
    const double product = a * b.high;
    return (struct double_double){product, -(excess(-a, b.high, -product) - a * b.low)};
}

static ALWAYS_INLINE struct double_double product_dd(
    struct double_double a, struct double_double b)
{
    const double product = a.high * b.high;
    const double rest = excess(-a.high, b.high, -product) - (a.high * b.low + a.low * b.high);
    return (struct double_double){product, -rest};
}

/* With one division. */
static ALWAYS_INLINE struct double_double ratio_dd(
    struct double_double n, struct double_double d)
{
    const double reciprocal = 1 / d.high, ratio = n.high * reciprocal;
    const double rest = (ratio * d.low + excess(ratio, d.high, n.high)) - n.low;
    return (struct double_double){ratio, -(reciprocal * rest)};
}

static ALWAYS_INLINE struct double_double divide_dd(struct double_double a, struct double_double b)
{
    const double quotient = a.high / b.high;
    const struct double_double product = two_product(quotient, b.high);
    const double rest = ((a.high - product.high) - product.low) + (a.low - quotient * b.low);
    return (struct double_double){quotient, rest / b.high};
}

static ALWAYS_INLINE struct double_double scaled_dd(struct double_double a, double power_of_two)
{
    return (struct double_double){a.high * power_of_two, a.low * power_of_two};
}

static ALWAYS_INLINE struct double_double negated_dd(struct double_double a)
{
    return (struct double_double){-a.high, -a.low};
}

/* NaN stays NaN. */
static ALWAYS_INLINE double at_least(double x, double least)
{
    return x < least ? least : x;
}

static ALWAYS_INLINE double at_most(double x, double most)
{
    return x > most ? most : x;
}

#endif
