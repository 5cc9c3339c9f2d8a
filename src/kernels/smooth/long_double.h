/* What the smooth functions share for long double. They call the C library's exponential,
   logarithm and error function: a value is within a few ulp, and derivatives and tails are as
   exact as the rest. Nothing but float.h says what a long double is: 64, 106 or 113 bits, and any
   exponents.

   What may leave the range on the way is kept as a scaled number, and rounded once at the end.
   If an exponential magnifies the rounding error of its argument, the argument is an exact number
   and a small rest. */
#ifndef RELU_UFUNC_SMOOTH_LONG_DOUBLE_H
#define RELU_UFUNC_SMOOTH_LONG_DOUBLE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* mantissa * 2^exponent */
struct scaled_extended {
    long double mantissa;
    int exponent;
};

#define ONE_EXTENDED (struct scaled_extended){1, 0}

/* factor * power, the factor not near the ends of the range */
struct factored_extended {
    long double factor;
    struct scaled_extended power;
};

/* Of a function of x and y, times dz. */
struct gradients_extended {
    long double x, y;
};

static inline struct scaled_extended scaled_extended(long double x)
{
    int exponent = 0;
    const long double mantissa = frexpl(x, &exponent);
    return (struct scaled_extended){mantissa, fabsl(x) <= LDBL_MAX ? exponent : 0};
}

static inline struct scaled_extended multiply_extended(
    struct scaled_extended a, struct scaled_extended b)
{
    return (struct scaled_extended){a.mantissa * b.mantissa, a.exponent + b.exponent};
}

static inline long double value_extended(struct scaled_extended a)
{
    return ldexpl(a.mantissa, a.exponent);
}

/* scale * factor * a, rounded once at the ends of the range; the factor is not near them. */
static inline long double product_extended(
    long double scale, long double factor, struct scaled_extended a)
{
    const struct scaled_extended product = multiply_extended(scaled_extended(scale), a);
    return ldexpl(product.mantissa * factor, product.exponent);
}

static inline long double bounded_extended(long double x, long double bound)
{
    return x < -bound ? -bound : x > bound ? bound : x;
}

/* Beyond it e^-t times two numbers of any size is 0. */
#define EXPONENT_BOUND_EXTENDED (4.0L * LDBL_MAX_EXP)

/* e^x; if it is out of range or subnormal, the exponential of a half or quarter of x, squared. */
static inline struct scaled_extended exponential_extended(long double x)
{
    long double part = bounded_extended(x, EXPONENT_BOUND_EXTENDED);
    int squarings = 0;
    for (; fabsl(part) > -0.6875L * LDBL_MIN_EXP; part *= 0.5L)
        ++squarings;
    struct scaled_extended e = scaled_extended(expl(part));
    for (; squarings > 0; --squarings)
        e = multiply_extended(e, e);
    return e;
}

/* e^(x + rest), |rest| < 1 */
static inline struct scaled_extended exponential_of_sum_extended(long double x, long double rest)
{
    const struct scaled_extended e = exponential_extended(x);
    return (struct scaled_extended){e.mantissa + e.mantissa * expm1l(rest), e.exponent};
}

#endif
