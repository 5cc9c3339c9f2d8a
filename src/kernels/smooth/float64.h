/* What the smooth functions share for float64. They are within 1 ulp, and their derivatives within
   2: the exponential and what is made of it stay double-doubles until the end.

   Far below 0 the exponential would be a subnormal number, or the rounding error of a product
   with it: there it is computed times 2^700 or 2^1600, and the power is taken off at the end. A dy
   and a parameter of any size are brought near to 1 by a power of two, and scaled back at the end.
   If x is so near to 0 or so large that the products would not be exact, the result is that of
   the limit. */
#ifndef RELU_UFUNC_SMOOTH_FLOAT64_H
#define RELU_UFUNC_SMOOTH_FLOAT64_H

#include <float.h>
#include <stdbool.h>

#include "staged.h"

static ALWAYS_INLINE double sum_of(struct double_double a)
{
    return a.high + a.low;
}

static ALWAYS_INLINE struct double_double choose_dd(
    bool condition, struct double_double a, struct double_double b)
{
    return (struct double_double){condition ? a.high : b.high, condition ? a.low : b.low};
}

static ALWAYS_INLINE struct double_double one_plus(struct double_double e)
{
    return add_dd(dd_of(1), e);
}

/* e^-t for 0 <= t <= 1468, beyond which the greatest double times the exponential, and times the
   argument, is 0: `far` times `before` times `after`, and `near`, which is 0 if the exponential is
   small. */
struct decay {
    struct double_double far, near;
    double before, after;
};

static ALWAYS_INLINE struct decay decay_double(double t, double t_low)
{
    const struct exponential e = exponential(-t, -t_low);
    const bool is_small = t > 300, is_far = t > 700;
    const uint64_t scale = is_far ? 1600 : is_small ? 700 : 0;
    const double power = power_of_two_of(e.exponent + (scale << 52));
    const struct double_double mantissa = fast_two_sum(e.mantissa.high, e.mantissa.low);
    const struct double_double far = scaled_dd(mantissa, power);
    return (struct decay){
        far, {is_small ? 0 : far.high, is_small ? 0 : far.low},
        is_far ? 0x1p-650 : is_small ? 0x1p-300 : 1, is_far ? 0x1p-950 : is_small ? 0x1p-400 : 1};
}

/* number * power, which is 2^exponent; the number is within 2^-424 ... 2^400, or 0, infinite or
   NaN. */
struct scaled_number {
    double number, power, exponent;
};

static ALWAYS_INLINE struct scaled_number scaled_number(double x)
{
    const bool is_small = fabs(x) < 0x1p-400, is_large = fabs(x) > 0x1p400;
    return (struct scaled_number){
        x * (is_small ? 0x1p650 : is_large ? 0x1p-650 : 1),
        is_small ? 0x1p-650 : is_large ? 0x1p650 : 1, is_small ? -650 : is_large ? 650 : 0};
}

/* a times a double-double, rounded once, if the product is within 2^-900 ... 2^1010, or a is 0,
   infinite or NaN. */
static ALWAYS_INLINE double scaled_product(double a, struct double_double b)
{
    const struct double_double product = two_product(a, b.high);
    const bool is_ordinary = (fabs(product.high) > 0) & (fabs(product.high) <= DBL_MAX);
    return is_ordinary ? product.high + (product.low + a * b.low) : product.high;
}

static ALWAYS_INLINE double scaled_double(double scale, struct double_double a)
{
    const struct scaled_number s = scaled_number(scale);
    return scaled_product(s.number, a) * s.power;
}

/* scale * a for an a that has `far` for a factor if x is below 0. No product on the way is out
   of range if the last is not. */
static ALWAYS_INLINE double scaled_decay(
    bool is_below, double scale, struct double_double a, struct decay e)
{
    const struct scaled_number s = scaled_number(scale);
    const double before = is_below ? e.before : 1, after = is_below ? e.after : 1;
    return scaled_product(s.number, a) * (before * s.power) * after;
}

/* x factor if the product is exact, else x times the limit at 0, or x. */
static ALWAYS_INLINE double product_with_x(
    double x, struct double_double factor, double at_zero, double least)
{
    const struct double_double exact =
        multiply_dd(dd_of(at_least(at_most(x, 1460), -least)), factor);
    return x > 60 ? x : fabs(x) < 0x1p-60 ? x * at_zero : sum_of(exact);
}

#endif
