/* squareplus(x, b) = (x + sqrt(x^2 + b)) / 2; for x < 0 without a difference,
   b / (2 (sqrt(x^2 + b) - x))
   squareplus'(x, b) = squareplus(x, b) / sqrt(x^2 + b)

   Domain: every x and b; a root of a negative x^2 + b is NaN.
   Error: float32 correctly rounded (b = 4, dy = 1); float64 1 ulp, the derivative 1; long double 6
       and 8.
   Hard cases: of the derivative dy/2 and 1/2 + x / (2 sqrt(b)), which may be midpoints: the least
       |x|, nearer_to_half and the rests of sum and quotient; an infinite b, and -0.0, which counts
       as 0; in float64 squares out of range, and those that b cancels, which go by the second loop.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py. */
#ifndef RELU_UFUNC_SMOOTH_SQUAREPLUS_H
#define RELU_UFUNC_SMOOTH_SQUAREPLUS_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"

/* float32 */

static ALWAYS_INLINE double squareplus_single(double x, double b)
{
    const double root = sqrt(x * x + b);
    return ((x < 0) & (b < 0x1p1000)) ? 0.5 * (b + 0.0) / (root - x) : 0.5 * (root + x);
}

static ALWAYS_INLINE double squareplus_backward_single(double dy, double x, double b)
{
    const double far = at_least(at_most(x, 0x1p300), -0x1p300);
    const double root = sqrt(far * far + b);
    /* dy/2 may be a midpoint of subnormal floats, and a small x decides. */
    const double least = far == 0 ? 0 : 0x1p-40 * at_most(root, 0x1p300);
    const double w = copysign(at_least(fabs(far), least), far);
    /* Nothing cancels above this bound. */
    const bool below = w < -0.25 * root;
    /* The rounding errors of sum and quotient are kept: 1/2 + x / (2 sqrt(b)) may be a midpoint
       as well, and a rational derivative comes out exact. */
    const struct double_double sum = two_sum(root, w);
    const struct double_double n = {
        below ? 0.5 * (b + 0.0) : 0.5 * sum.high, below ? 0 : 0.5 * sum.low};
    const struct double_double quotient = divide_dd(n, dd_of(below ? (root - w) * root : root));
    const double high = nearer_to_half(quotient.high, w, root < HUGE_VAL ? 0x1p-15 * root : 0);
    const struct double_double product = two_product(dy, high);
    const double rest = product.low + dy * quotient.low;
    /* An infinite or NaN product has no rest, and a zero keeps its sign. */
    const double whole = copysign(product.high + rest, product.high);
    return fabs(rest) < HUGE_VAL ? whole : product.high;
}

/* float64. Operands of any size, and a negative b that cancels x^2: x and b are scaled by powers of
   two, and everything is a double-double. */

/* x is mantissa * 2^exponent, 1 <= mantissa < 2, for a normal x > 0. */
static ALWAYS_INLINE double mantissa_of(double x)
{
    const uint64_t mantissa = ((uint64_t)1 << 52) - 1;
    return double_of_bits((bits_of_double(x) & mantissa) | bits_of_double(1));
}

static ALWAYS_INLINE double exponent_of(double x)
{
    return double_of_bits((bits_of_double(x) >> 52) | bits_of_double(0x1p52)) - (0x1p52 + 1023);
}

/* sqrt(x^2 + b), with x and b scaled so that squares are in range. */
static ALWAYS_INLINE struct double_double root_double(double x, double b)
{
    const struct double_double square = two_product(x, x);
    const struct double_double high = two_sum(square.high, b);
    const struct double_double sum = fast_two_sum(high.high, high.low + square.low);
    const double root = sqrt(sum.high);
    const struct double_double back = two_product(root, root);
    const double rest = ((sum.high - back.high) - back.low) + sum.low;
    return (struct double_double){root, root > 0 ? rest / (2 * root) : 0};
}

/* The power of two that scales x, and twice b, into the range. */
static ALWAYS_INLINE double squareplus_scale(double x, double b)
{
    const double magnitude = fabs(x);
    const bool is_large = (magnitude > 0x1p480) | (fabs(b) > 0x1p960);
    const bool is_small = (magnitude < 0x1p-300) & (fabs(b) < 0x1p-600);
    return is_large ? 0x1p-550 : is_small ? 0x1p700 : 1;
}

/* (sqrt(x^2 + b) + |x|) / 2, scaled. */
static ALWAYS_INLINE struct double_double squareplus_half(double scaled, struct double_double root)
{
    const struct double_double high = two_sum(root.high, fabs(scaled));
    return scaled_dd(fast_two_sum(high.high, high.low + root.low), 0.5);
}

static ALWAYS_INLINE double squareplus_of_any(double x, double signed_b)
{
    const double b = signed_b + 0.0; /* no -0.0 */
    const double scale = squareplus_scale(x, b), scaled = x * scale;
    const struct double_double root = root_double(scaled, b * scale * scale);
    const struct double_double half = squareplus_half(scaled, root);
    const double above = sum_of(half) / scale;
    const double below = sum_of(divide_dd(dd_of(b * scale * 0.25), half));
    /* If |b / x| is below 2^-60 |x|, the root is |x| to 60 bits, and the scaled b might be 0. */
    const double ratio = b / fabs(x);
    const double far = ratio * 0.5 * 0.5;
    const bool is_far = fabs(ratio) < 0x1p-60 * fabs(x);
    const double y = ((x < 0) & (b <= DBL_MAX)) ? (is_far ? far : below) : above;
    return x > DBL_MAX || b > DBL_MAX ? x + b : y;
}

static ALWAYS_INLINE double squareplus_backward_of_any(double dy, double x, double signed_b)
{
    /* The greatest number stands for infinity. */
    const double b = signed_b + 0.0, size = at_most(fabs(x), DBL_MAX);
    const double scale = squareplus_scale(x, b), scaled = x * scale;
    const double scaled_b = b * scale * scale;
    const struct double_double root = root_double(scaled, scaled_b);
    const struct double_double half = squareplus_half(scaled, root);
    const struct double_double below = divide_dd(dd_of(scaled_b * 0.25), half);
    const struct double_double slope = divide_dd(choose_dd(x < 0, below, half), root);
    /* b / (4 x^2) from the mantissa and the exponent of x, which is normal or infinite if b is
       that small beside it. */
    const struct scaled_operand y = scaled_operand(ANY, dy), numerator = scaled_operand(ANY, b);
    const double mantissa = mantissa_of(size);
    const struct double_double far =
        divide_dd(dd_of(0.25 * numerator.number), two_product(mantissa, mantissa));
    const bool is_far = (x < 0) & (fabs(b / size) < 0x1p-60 * size);
    const double far_exponent = numerator.exponent - 2 * exponent_of(size);
    const struct double_double product = multiple_dd(y.number, choose_dd(is_far, far, slope));
    const double scaled_back = times_power_of_two(
        value_of(ANY, product), y.exponent + (is_far ? far_exponent : 0));
    return ((x > DBL_MAX) & (fabs(b) <= DBL_MAX)) ? dy : scaled_back;
}

/* Ordinary operands: |x| < 2^200, and b within 2^-256 ... 2^256. squareplus is the solution y of
   y (y - x) = b/4 that is not negative: one step of Newton's from a rounded solution, with products
   that are exact. */

static ALWAYS_INLINE uint64_t squareplus_extremes(struct operands v)
{
    /* Of 2 and more, infinity and NaN the bit is 1. */
    return bits_of_double(fabs(v.x) * 0x1p-199) | is_extreme_or_not_positive(v.parameter);
}

/* The rounded solution, sqrt(x^2 + b), and 1 over that. */
static ALWAYS_INLINE struct stage squareplus_estimate(struct operands v)
{
    const double b = v.parameter, size = fabs(v.x), root = sqrt(size * size + b);
    const double sum = root + size, reciprocal = 1 / (root * sum);
    const double estimate = v.x < 0 ? (0.5 * b) * (reciprocal * root) : 0.5 * sum;
    return (struct stage){.u = dd_of(estimate), .power = root, .other = reciprocal * sum};
}

/* What the estimate is too large by, if x and the difference make it. */
static ALWAYS_INLINE double squareplus_excess(
    struct stage s, struct double_double difference, double b)
{
    const double estimate = s.u.high;
    const struct double_double product = two_product(estimate, difference.high);
    return ((product.high - 0.25 * b) + (product.low + estimate * difference.low)) * s.other;
}

static ALWAYS_INLINE double squareplus_last(struct stage s, struct operands v)
{
    const double x = v.x, b = v.parameter, estimate = s.u.high;
    const double y = estimate - squareplus_excess(s, two_sum(estimate, -x), b);
    if (v.range == ORDINARY)
        return y;
    const bool is_extreme = squareplus_extremes(v) >> 62 != 0;
    const double any = is_extreme ? squareplus_of_any(x, b) : y;
    return x == x ? b == b ? any : b : x;
}

#ifdef __AVX512F__
static ALWAYS_INLINE double squareplus_at_once(struct stage s, struct operands v)
{
    (void)s;
    return squareplus_last(squareplus_estimate(v), v);
}

static const struct staged squareplus_staged = {
    .last = squareplus_at_once, .extremes = squareplus_extremes};
#else
static const struct staged squareplus_staged = {
    .first = squareplus_estimate, .last = squareplus_last, .extremes = squareplus_extremes};
#endif

static ALWAYS_INLINE uint64_t squareplus_backward_extremes(struct operands v)
{
    return squareplus_extremes(v) | dy_is_extreme(v);
}

/* dy times the quotient of squareplus and its root, both in two parts. */
static ALWAYS_INLINE double squareplus_backward_last(struct stage s, struct operands v)
{
    const double dy = v.dy, x = v.x, b = v.parameter, estimate = s.u.high, root = s.power;
    const struct double_double difference = two_sum(estimate, -x);
    const double low = -squareplus_excess(s, difference, b);
    /* The root is the sum of both; in this order nothing is lost. */
    const double greater = x < 0 ? difference.high : estimate;
    const double less = x < 0 ? estimate : difference.high;
    const double root_low = ((greater - root) + less) + (difference.low + 2 * low);
    const double quotient = estimate * s.other;
    const double quotient_low =
        s.other * (low - (excess(quotient, root, estimate) + quotient * root_low));
    const double y = value_of(
        v.range, multiple_dd(dy, (struct double_double){quotient, quotient_low}));
    if (v.range == ORDINARY)
        return y;
    const bool is_extreme = squareplus_backward_extremes(v) >> 62 != 0;
    const double any = is_extreme ? squareplus_backward_of_any(dy, x, b) : y;
    return x == x ? b == b ? any : b : x;
}

static const struct staged squareplus_backward_staged = {
    .first = squareplus_estimate, .last = squareplus_backward_last,
    .extremes = squareplus_backward_extremes};

/* long double */

/* sqrt(x^2 + b), and |x|, over 2^exponent */
struct root_extended {
    long double root, size;
    int exponent;
};

static inline struct root_extended root_extended(long double x, long double b)
{
    const int x_exponent = scaled_extended(x).exponent, b_exponent = scaled_extended(b).exponent;
    const int half_exponent = b_exponent / 2 + (b_exponent > 0 && b_exponent % 2 != 0);
    const bool is_larger = b == 0 || (x != 0 && x_exponent > half_exponent);
    const int exponent = is_larger ? x_exponent : half_exponent;
    const long double size = ldexpl(fabsl(x), -exponent), scaled_b = ldexpl(b, -2 * exponent);
    /* In halves, so that the square is exact if b almost cancels it. */
    const long double to_half = (long double)(1ull << (LDBL_MANT_DIG + 1) / 2);
    const long double high = truncl(size * to_half) / to_half, low = size - high;
    const long double square = ((high * high + scaled_b) + 2 * high * low) + low * low;
    return (struct root_extended){sqrtl(square), size, exponent};
}

static inline long double squareplus_extended(long double x, long double b)
{
    if (fabsl(b) > LDBL_MAX)
        return x + sqrtl(b);
    if (fabsl(x) > LDBL_MAX)
        return x < 0 ? (b + 0.0L) / -x : x;
    const struct root_extended r = root_extended(x, b);
    const long double half = 0.5L * (r.root + r.size);
    const struct scaled_extended n = scaled_extended(b + 0.0L);
    return x < 0 ? ldexpl(0.25L * n.mantissa / half, n.exponent - r.exponent)
                 : ldexpl(half, r.exponent);
}

static inline long double squareplus_backward_extended(
    long double dy, long double x, long double b)
{
    if (fabsl(b) > LDBL_MAX)
        return dy * (b - b);
    const struct root_extended r = root_extended(bounded_extended(x, LDBL_MAX), b);
    const long double half = 0.5L * (r.root + r.size);
    struct scaled_extended n = scaled_extended(b + 0.0L), one = {1, 0};
    n.exponent -= 2 * r.exponent;
    return x < 0 ? product_extended(dy, 0.25L / (half * r.root), n)
                 : product_extended(dy, half / r.root, one);
}

/* The fast path of float32. */
#ifdef HAS_FMA

static inline bool squareplus_is_fast_for(float b)
{
    return b >= 0;
}

NEVER_CERTAIN_IF_FAILED(squareplus)
IN_ONE_LOOP(squareplus)

/* x/2 + sqrt(x^2/4 + b/4) in float32, with the rounding errors of square and sum, and one step
   of Newton's for what the root leaves of them. If b is not negative these are small beside the
   sum, and if the sum is above 2^-90 none that counts is subnormal: then the error is below 2^-45
   of the root. For infinities and NaNs the rounding test fails. */
static ALWAYS_INLINE float squareplus_fast(float x, float b, uint32_t *failed)
{
    const float half = 0.5f * x, quarter = 0.25f * b;
    const float square = half * half, square_low = fmaf(half, half, -square);
    const float sum = square + quarter, other = sum - square;
    const float sum_low = (square - (sum - other)) + (quarter - other);
    const float root = sqrtf(sum);
    const float rest = fmaf(-root, root, sum) + (sum_low + square_low);
    const float high = root + half;
    const float low = fmaf(rest, 0.5f / root, half - (high - root));
    const float short_of = high + fmaf(root, -0x1p-44f, low);
    const float beyond = high + fmaf(root, 0x1p-44f, low);
    *failed |= (uint32_t)(short_of != beyond || !(sum > 0x1p-90f)) << 31;
    return short_of;
}

#endif

#endif
