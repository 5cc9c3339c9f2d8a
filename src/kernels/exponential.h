/* The exponential of the smooth functions of float64: no table, no branch, in plain C that
   vectorises. The reduction is W. J. Cody and W. Waite's (Software Manual for the
   Elementary Functions, 1980), with log(2) in two parts, the first of 33 bits. */
#ifndef RELU_UFUNC_EXPONENTIAL_H
#define RELU_UFUNC_EXPONENTIAL_H

#include "constants.h"
#include "double_double.h"
#include "polynomials.h"

/* The bits of an exponent. */
#define EXPONENT(n) ((uint64_t)(n) << 52)

/* x = k log(2) + r. The high part of r is exact, and so is what is left of 1 + r, r, r^2 ... in the
   sums below: its low part, the product of k and the second part of log(2), joins the tail. */
struct reduction {
    struct double_double r;
    double k;
    uint64_t exponent; /* k in the bits of a double, not biased */
};

/* e^(x + x_low) = 2^k e^r, |x| < 2^20 */
static ALWAYS_INLINE struct reduction reduce(double x, double x_low)
{
    const double shifted = x * LOG2_E + TO_INTEGER, k = shifted - TO_INTEGER;
    return (struct reduction){
        {add_exact_product(x, k, -LN2_HIGH), x_low - k * LN2_LOW}, k,
        bits_of_double(shifted) << 52};
}

/* e^-(x + x_low) = 2^-k e^r */
static ALWAYS_INLINE struct reduction reduce_reciprocal(double x, double x_low)
{
    const double shifted = x * LOG2_E + TO_INTEGER, k = shifted - TO_INTEGER;
    return (struct reduction){
        {add_exact_product(-x, k, LN2_HIGH), k * LN2_LOW - x_low}, k,
        bits_of_double(shifted) << 52};
}

/* e^r - 1 - (the high part of r) */
static ALWAYS_INLINE double exp_tail(struct double_double r)
{
    const double sum = r.high + r.low;
    return (sum * sum) * exp_polynomial(sum) + r.low;
}

/* The same, but with less rounding: r^2/2 is added last. */
static ALWAYS_INLINE double long_exp_tail(struct double_double r)
{
    const double sum = r.high + r.low, square = sum * sum;
    const double rest = (sum * square) * long_expm1_polynomial(sum) + r.low;
    return add_exact_product(rest, 0.5, square);
}

/* 1 + r + tail */
static ALWAYS_INLINE struct double_double one_plus_exp(double r, double tail)
{
    const double sum = 1 + (r + tail);
    return (struct double_double){sum, (r - (sum - 1)) + tail};
}

static ALWAYS_INLINE struct double_double exp_dd(struct double_double r)
{
    return one_plus_exp(r.high, exp_tail(r));
}

/* The same to 2^-61, for a difference that is nearly 0: r^2/2 in two doubles. */
static ALWAYS_INLINE struct double_double long_exp_dd(struct double_double r)
{
    const struct double_double sum = fast_two_sum(r.high, r.low);
    const double square = sum.high * sum.high;
    const double square_rest = excess(sum.high, sum.high, square);
    const double tail = (sum.high * square) * long_expm1_polynomial(sum.high)
        + (0.5 * square_rest + (sum.high * sum.low + sum.low));
    const struct double_double terms = fast_two_sum(sum.high, 0.5 * square);
    const struct double_double all = fast_two_sum(terms.high, tail);
    const struct double_double e = fast_two_sum(1, all.high);
    return (struct double_double){e.high, e.low + (all.low + terms.low)};
}

/* 1 + n + r + tail, given 1 + n in one double and what that lacks */
static ALWAYS_INLINE struct double_double add_exp(
    double one_plus, double lack, double r, double tail)
{
    const double sum = one_plus + (r + tail);
    return (struct double_double){sum, ((r - (sum - one_plus)) + tail) + lack};
}

/* n + e^r for n = power * unit, a power of two. Where n > 2^54, the 1 of e^r is lost, which does no
   harm in a quotient. */
static ALWAYS_INLINE struct double_double power_plus_exp(
    double power, double unit, struct double_double r)
{
    const double one_plus = add_exact_product(1, power, unit);
    const double lack = add_exact_product(1 - one_plus, power, unit);
    return add_exp(one_plus, lack, r.high, exp_tail(r));
}

/* power e^r - scale, for two powers of two, as (power - scale) + power (e^r - 1); `sum` is r in one
   double. */
static ALWAYS_INLINE struct double_double scaled_expm1(
    struct double_double r, double sum, double power, double scale)
{
    const double tail = (sum * sum) * (sum * long_expm1_polynomial(sum) + 0.5) + r.low;
    const double base = power - scale;
    const double high = add_exact_product(base, power, r.high + tail);
    const double rest = add_exact_product(base - high, power, r.high);
    return (struct double_double){high, add_exact_product(rest, power, tail)};
}

#endif
