/* hard_swish(x) = x min(max(x + 3, 0), 6) / 6
   hard_swish'(x) = 1 if x >= 3, 0 if x <= -3, else (2 x + 3) / 6

   Domain: every x; the row asks for x < 3 only, and for the derivative for -3 < x < 3.
   Error: float32 correctly rounded (the derivative for dy = 1); float64 1 ulp, the derivative 1;
       long double 6 and 8.
   Hard cases: subnormal x, whose x/2 may be a midpoint: product_beyond_half; zeros, which keep the
       sign of x; x (x + 3) / 6 that is a midpoint, for which the fast path keeps an exact rest.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py; subnormal x, tests/test_smooth_subnormals.py. */
#ifndef RELU_UFUNC_SMOOTH_HARD_SWISH_H
#define RELU_UFUNC_SMOOTH_HARD_SWISH_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"
#include "sixth.h"

/* float32 */

static ALWAYS_INLINE double hard_swish_single(float x)
{
    const double w = at_least_float(x, -3);
    return copysign(sixth(product_beyond_half(FUSED, w, w + 3)), w);
}

static ALWAYS_INLINE double hard_swish_backward_single(double dy, float x)
{
    return sixth(dy * (2.0 * bounded(x, 4) + 3));
}

/* float64 */

/* x (x + 3) / 6 is the same at x and at -3 - x, of which the greater, u, is at least -3/2: there
   u/2 + u^2/6 cancels little. u/2 + u^2/8 is taken exactly, and u^2/24 is small beside it. */
static ALWAYS_INLINE double hard_swish_last(struct stage s, struct operands v)
{
    (void)s;
    const double x = v.x, mirrored = -3 - x, u = x < -1.5 ? mirrored : x, half = 0.5 * u;
    const struct double_double square = square_dd(u);
    const double high = add_exact_product(half, square.high, 0.125);
    const double low = add_exact_product(half - high, square.high, 0.125);
    const double rest = add_exact_product(square.high, square.low, 4) * (1.0 / 24);
    const double parabola = x > -3 ? high + (low + rest) : 0;
    return copysign(x < 3 ? parabola : x, x);
}

static const struct staged hard_swish_staged = {.last = hard_swish_last};

/* dy times the slope (2 x + 3) / 6 */
static ALWAYS_INLINE double hard_swish_backward_last(struct stage s, struct operands v)
{
    (void)s;
    const double x = v.x;
    const struct scaled_operand dy = scaled_operand(v.range, v.dy);
    const double value = value_of(v.range, multiple_dd(dy.number, sixth_dd(2 * x)));
    const double product =
        v.range == ORDINARY ? value : times_power_of_two(value, dy.exponent);
    const double outside = x <= -3 ? 0 : x, inside = x > -3 ? product : outside;
    return x >= 3 ? v.dy : inside;
}

static const struct staged hard_swish_backward_staged = {
    .last = hard_swish_backward_last, .extremes = dy_is_extreme};

/* long double */

static inline long double hard_swish_extended(long double x)
{
    const long double w = x < -3 ? -3 : x;
    return w * (w + 3) / 6;
}

static inline long double hard_swish_backward_extended(long double dy, long double x)
{
    return dy * ((2 * x + 3) / 6);
}

/* The fast path of float32. */
#ifdef HAS_FMA

enum { hard_swish_FAST_CHUNK = LONG_FAST_CHUNK };
IN_ONE_LOOP(hard_swish)
static const uint32_t hard_swish_FAILED = 0x40000000u;

static inline bool hard_swish_is_fast_for(float x)
{
    (void)x;
    return true;
}

/* Of all floats only nine get a wrong result, all below this bound, and subnormal ones. */
#define HARD_SWISH_LEAST 0x1p-14f

static inline bool hard_swish_is_certain(float x)
{
    const uint32_t bits = 2 * bits_of_float(x), least = 2 * bits_of_float(HARD_SWISH_LEAST);
    return (bits - 1 >= least - 1) & (bits <= 0xFF000000u);
}

/* x times (x + 3) / 6, as the sum of two floats. `rest` is what rounding left of the sixth of x + 3,
   and is exact: so a product that is a midpoint is rounded to even. The test also fails for zeros,
   large numbers and NaNs, which takes no operation more: its bit is the one below the sign. */
static ALWAYS_INLINE float hard_swish_fast(float x, uint32_t *failed)
{
    const float sixth = 1.0f / 6;
    const float w = at_least_float(x, -3), bounded = at_most_float(w, 3);
    const float sum = bounded + 3, sum_low = bounded - (sum - 3);
    const float high = sum * sixth;
    const float rest = fmaf(high, -6, sum) + sum_low;
    *failed |= bits_of_float(x) - bits_of_float(HARD_SWISH_LEAST);
    return fmaf(w, high, bounded * (rest * sixth));
}

#endif

#endif
