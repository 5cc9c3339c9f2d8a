/* How a smooth function of float64 is written: in stages, each an expression of the operands and of
   what the stage before it has returned. The rounding errors that count are kept in a second double
   until the end, so that values and derivatives are within 1 ulp.

   Stages are loops of their own (float64_loops.h): the chain of operations of a whole function is
   longer than what a processor holds in flight, and a loop over it would wait. Which stages share a
   loop is measured. */
#ifndef RELU_UFUNC_SMOOTH_FLOAT64_H
#define RELU_UFUNC_SMOOTH_FLOAT64_H

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#include "../exponential.h"

/* Of ORDINARY operands no product on the way is out of range. Those of ANY size are brought near to
   1 by powers of two, which are taken off at the end: the arithmetic is the same, and so are the
   results for ordinary ones. */
enum range { ORDINARY, ANY };

/* Known when a function is compiled: an operand that it does not have is not read. */
struct operands {
    double dy, x, parameter;
    enum range range;
};

struct stage {
    struct double_double u, v;
    double power, other;
    /* Of the power of two that the result is multiplied by, for operands of ANY size. */
    double exponent;
};

struct staged {
    /* NULL if there are fewer. */
    struct stage (*first)(struct operands);
    struct stage (*second)(struct stage, struct operands);
    struct stage (*third)(struct stage, struct operands);
    /* With `value` of the row: a NaN x is returned with its bits. */
    double (*last)(struct stage, struct operands);
    /* Of two gradients, that of x is the last one's, and this that of y. */
    double (*last_of_y)(struct stage, struct operands);
    /* The second stage and the next share a loop if vectors have 512 bits: there are more
       registers, and an iteration takes longer. */
    bool joins;
    /* The second stage, which is not the last but one, overwrites the first in its buffers. */
    bool in_place;
    /* One of the two highest bits is 1 if an operand is not ordinary; NULL if all are. */
    uint64_t (*extremes)(struct operands);
};

/* Of numbers within 2^least ... 2^(least + 512) and of 0, the two highest bits are 0. Without its
   sign, the exponent is the highest bits; SSE2 compares doubles, but no integers of 64 bits. */
static ALWAYS_INLINE uint64_t is_extreme_from(int least, double a)
{
    const uint64_t from_least = (bits_of_double(a) << 1) - ((uint64_t)(1023 + least) << 53);
    return a == 0 ? 0 : from_least;
}

static ALWAYS_INLINE uint64_t is_extreme(double a)
{
    return is_extreme_from(-256, a);
}

/* The same of numbers below 2^most. */
static ALWAYS_INLINE uint64_t is_extreme_above(int most, double a)
{
    return (bits_of_double(fabs(a)) + EXPONENT(1025 - most)) & EXPONENT(2048);
}

/* The same, but negative numbers and 0 count as extreme. */
static ALWAYS_INLINE uint64_t is_extreme_or_not_positive(double a)
{
    const uint64_t from_least = bits_of_double(a) - ((uint64_t)(1023 - 256) << 52);
    return from_least << 1 | from_least;
}

static ALWAYS_INLINE uint64_t dy_is_extreme(struct operands v)
{
    return is_extreme(v.dy);
}

/* 2^(k + spare); of operands of ANY size, where the result is multiplied by 2^k at the end, a k
   below -1500 counts as that. */
static ALWAYS_INLINE double power_of(enum range range, struct reduction e, int spare)
{
    const uint64_t exponent = range == ORDINARY
        ? e.exponent
        : bits_of_double(at_least(e.k, -1500) + TO_INTEGER) << 52;
    return power_of_two_of(exponent + EXPONENT(spare));
}

/* number * 2^exponent. The number of a finite operand is 0 or within 2^-409 ... 2^409. */
struct scaled_operand {
    double number, exponent;
};

static ALWAYS_INLINE struct scaled_operand scaled_operand(enum range range, double a)
{
    if (range == ORDINARY)
        return (struct scaled_operand){a, 0};
    const bool is_small = fabs(a) < 0x1p-256, is_large = fabs(a) >= 0x1p256;
    return (struct scaled_operand){
        a * (is_small ? 0x1p665 : is_large ? 0x1p-640 : 1),
        is_small ? -665 : is_large ? 640 : 0};
}

/* An infinite one has no low part. */
static ALWAYS_INLINE double value_of(enum range range, struct double_double a)
{
    const double sum = a.high + a.low;
    return range == ORDINARY || fabs(a.high) <= DBL_MAX ? sum : a.high;
}

/* x * 2^k for 2^-900 < |x| < 2^900, rounded once; 0, infinity and NaN stay. */
static ALWAYS_INLINE double times_power_of_two(double x, double k)
{
    const double bounded = at_least(at_most(k, 2000), -2000);
    const double half = 0.5 * bounded + TO_INTEGER;
    const double rest = (bounded - (half - TO_INTEGER)) + TO_INTEGER;
    return x * power_of_two_of(bits_of_double(half) << 52)
        * power_of_two_of(bits_of_double(rest) << 52);
}

/* a * 2^exponent as the argument of an exponential; what is beyond the bounds has no low part. Of
   ORDINARY operands there is no exponent, and no upper bound is needed. */
static ALWAYS_INLINE struct double_double bounded_dd(
    enum range range, struct double_double a, double exponent, double least, double most)
{
    if (range == ORDINARY)
        return (struct double_double){at_least(a.high, least), a.high < least ? 0 : a.low};
    const double high = times_power_of_two(a.high, exponent);
    const bool has_low = (high >= least) & (high <= most) & (fabs(a.low) <= DBL_MAX);
    return (struct double_double){
        at_most(at_least(high, least), most),
        has_low ? times_power_of_two(a.low, exponent) : 0};
}

/* The end of a derivative, dy 2^k times a quotient or product, where `power` is 2^(k + 900) and
   `exponent` is k: with dy and all of 2^k but a spare 2^600, which is taken off last, or, of ANY
   size, with the number of dy and nothing of 2^k. */
static ALWAYS_INLINE double dy_and_power(struct operands v, struct stage s)
{
    return v.range == ORDINARY ? v.dy * (s.power * 0x1p-300)
                               : scaled_operand(ANY, v.dy).number;
}

static ALWAYS_INLINE double without_spare_power(
    struct operands v, struct stage s, struct double_double product)
{
    const double value = value_of(v.range, product);
    return v.range == ORDINARY
        ? value * 0x1p-600
        : times_power_of_two(value, scaled_operand(ANY, v.dy).exponent + s.exponent);
}

/* Beyond it x e^x times dy, or dz times y, is 0: even the greatest. */
static ALWAYS_INLINE double bounded_below(struct operands v)
{
    return at_least(v.x, v.range == ORDINARY ? -940 : -2200);
}

static ALWAYS_INLINE double sum_of(struct double_double a)
{
    return a.high + a.low;
}

static ALWAYS_INLINE struct double_double choose_dd(
    bool condition, struct double_double a, struct double_double b)
{
    return (struct double_double){condition ? a.high : b.high, condition ? a.low : b.low};
}

#endif
