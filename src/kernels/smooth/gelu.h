/* gelu(x) = x Phi(x) = max(x, 0) - |x| Phi(-|x|), Phi the normal distribution
   gelu'(x) = Phi(x) + x phi(x), phi its density
   gelu_tanh(x) = x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), the tanh form of D. Hendrycks and
   K. Gimpel, arXiv:3006.08415. */
#ifndef RELU_UFUNC_SMOOTH_GELU_H
#define RELU_UFUNC_SMOOTH_GELU_H

#include "float32.h"
#include "float64.h"
#include "long_double.h"
#include "sigmoid.h"

/* gelu

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1; 0.561 ulp at ten million points of
       any dy); float64 1 ulp, the derivative 1; long double 6 and 8.
   Hard cases: subnormal x, whose x/2 may be a midpoint: 2^-160 stands for what follows it; with
       log(2) in one part a float32 result would be wrong: gaussian_quotient has two; of the
       derivative four floats, which corrections settle, and in float64 the numbers beside its root:
       gelu_backward_rest.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py; subnormal x, tests/test_smooth_subnormals.py. */

/* float32: bounds of 14.5, 20 if a factor y follows, and 24.5 for the derivative, whose dy may be a
   product of two. */

/* Phi(-t) is exp(-t^2/2) times Mills' ratio, but for a factor. A zero takes its sign from x. */
static ALWAYS_INLINE double gelu_of_ratio(
    enum contraction how, float x, double t, struct quotient mills, double beyond_half)
{
    const struct quotient e = gaussian_quotient(how, t * t);
    const double tail = multiply_add(how, t, e.numerator * mills.numerator, -beyond_half)
        / (e.denominator * mills.denominator);
    return copysign(at_least_float(x, -0.0f) - tail, x);
}

static ALWAYS_INLINE double gelu_single(float x)
{
    const double t = magnitude(x, 14.5f);
    const struct quotient mills = {
        short_mills_numerator(FUSED, t), short_mills_denominator(FUSED, t)};
    return gelu_of_ratio(FUSED, x, t, mills, 0x1p-160);
}

static ALWAYS_INLINE double gelu_value(enum contraction how, float x)
{
    const double t = magnitude(x, 20);
    const struct quotient mills = {mills_numerator(how, t), mills_denominator(how, t)};
    return gelu_of_ratio(how, x, t, mills, 0);
}

static ALWAYS_INLINE double gelu_backward_single(double dy, float x)
{
    const double t = fabs(bounded(x, 24.5f));
    const struct quotient e = exponential_quotient(TWICE, -0.5 * (t * t));
    const double d = mills_denominator(TWICE, t);
    const double n = e.numerator * (mills_numerator(TWICE, t) - t * NORMAL_DENSITY * d);
    const double all = e.denominator * d;
    /* The floats whose derivatives are too near to a midpoint: two beside the root, and two
       more. */
    const double correction = x == -0x1.80eacep-1f    ? 0x1p-54
                         : x == -0x1.80eb02p-1f  ? 0x1p-54
                         : x == -0x1.a1becap-14f ? -0x1p-54
                         : x == -0x1.40d932p-26f ? -0x1p-54
                                                 : 0;
    return dy * ((x < 0 ? n : all - n) / all + correction);
}

/* float64: Phi(-t) is E M(t) with E = e^(-t^2/2). In a = t / (t + 29/16), M(t) (t + 29/16) = H(a)
   is a line, which is exact in two doubles, and a rest so small beside it that a polynomial in
   doubles will do. gelu needs one division: t M(t) = a H(a). */
#define GELU_CENTRE 1.8125

/* H without its rest: constant - a/2, where a is scaled by a power of two. */
static ALWAYS_INLINE struct double_double gelu_line(double constant, double a, double minus_half)
{
    const double line = add_exact_product(constant, a, minus_half);
    return (struct double_double){line, add_exact_product(constant - line, a, minus_half)};
}

static ALWAYS_INLINE struct reduction gelu_reduction(double t)
{
    const struct double_double square = square_dd(t);
    return reduce(-0.5 * square.high, -0.5 * square.low);
}

/* The result of a greater t is 0, or x. */
static ALWAYS_INLINE double gelu_bounded(struct operands v)
{
    return at_most(fabs(v.x), 39);
}

/* a, with a spare 2^256 */
static ALWAYS_INLINE struct stage gelu_ratio_at(double t)
{
    return (struct stage){
        .u = ratio_dd(dd_of(t * 0x1p256), fast_two_sum(GELU_CENTRE, t))};
}

static ALWAYS_INLINE struct stage gelu_ratio(struct operands v)
{
    return gelu_ratio_at(gelu_bounded(v));
}

static ALWAYS_INLINE struct stage gelu_rest(struct stage s, struct operands v)
{
    (void)v;
    return (struct stage){
        .u = s.u, .other = gelu_polynomial(add_exact_product(-1, s.u.high, 0x1p-255))};
}

/* a H(a) */
static ALWAYS_INLINE struct double_double gelu_tail(struct stage s)
{
    const struct double_double line = gelu_line(0.8984375, s.u.high, -0x1p-257);
    const struct double_double h =
        fast_two_sum(line.high, s.other + (line.low - 0x1p-257 * s.u.low));
    return product_dd(s.u, h);
}

static ALWAYS_INLINE struct stage gelu_factors(struct stage s, struct operands v)
{
    const struct reduction e = gelu_reduction(gelu_bounded(v));
    return (struct stage){
        .u = gelu_tail(s), .v = e.r, .power = power_of(v.range, e, 256)};
}

/* max(x, 0) - p 2^k, scaled */
static ALWAYS_INLINE struct double_double gelu_of_tail(
    struct double_double p, double x, double scale, double power)
{
    const struct double_double sum = fast_two_sum(at_least(x, 0) * scale, -(p.high * power));
    return (struct double_double){sum.high, sum.low - p.low * power};
}

static ALWAYS_INLINE double gelu_difference(struct stage s, struct operands v)
{
    const struct double_double p = product_dd(exp_dd(s.v), s.u);
    const double result = sum_of(gelu_of_tail(p, v.x, 0x1p512, s.power)) * 0x1p-512;
    return copysign(v.x < 40 ? result : v.x, v.x);
}

static const struct staged gelu_staged = {
    .first = gelu_ratio, .second = gelu_rest, .third = gelu_factors, .last = gelu_difference,
    .joins = true};

/* gelu' is E D for x < 0, and 1 - E D for x > 0, with D = M(t) - t phi(0). Near the root of D the
   line is H itself: the rest is a multiple of how far y = 2 a - 1 is from there, and so has no
   rounding error that counts. For the low part of a there is the slope of H, from y^2: to 0.02, and
   at the root to 0.001. */
#define GELU_ROOT (-0x1.a8e08p-2)
#define GELU_ROOT_LINE 0x1.d4d56bc9e01d5p-1
#define GELU_SLOPE (-0x1.1af2p-1)
#define GELU_SLOPE_OF_SQUARE 0x1.4p-3

/* Beyond it E is 0, whatever multiplies it. */
static ALWAYS_INLINE double gelu_backward_bounded(struct operands v)
{
    return at_most(fabs(v.x), v.range == ORDINARY ? 43.5 : 66);
}

static ALWAYS_INLINE struct stage gelu_backward_ratio(struct operands v)
{
    const double t = gelu_backward_bounded(v);
    const struct double_double sum = fast_two_sum(GELU_CENTRE, t);
    return (struct stage){.u = ratio_dd(dd_of(t), sum), .other = 1 / sum.high};
}

static ALWAYS_INLINE struct stage gelu_backward_rest(struct stage s, struct operands v)
{
    (void)v;
    const double y = add_exact_product(-1, s.u.high, 2);
    const double slope = GELU_SLOPE + GELU_SLOPE_OF_SQUARE * (y * y);
    s.power = (y - GELU_ROOT) * gelu_slope_polynomial(y) + slope * s.u.low;
    return s;
}

/* M(t) */
static ALWAYS_INLINE struct double_double gelu_mills(struct stage s, double t)
{
    const double reciprocal = s.other, rest = s.power;
    const struct double_double sum = fast_two_sum(GELU_CENTRE, t);
    const struct double_double line = gelu_line(GELU_ROOT_LINE, s.u.high, -0.5);
    const struct double_double h = fast_two_sum(line.high, rest + line.low);
    const double ratio = h.high * reciprocal;
    const double lack = (ratio * sum.low + excess(ratio, sum.high, h.high)) - h.low;
    return (struct double_double){ratio, -(lack * reciprocal)};
}

/* D, of M(t) */
static ALWAYS_INLINE struct double_double gelu_beyond_density(
    struct double_double mills, double t)
{
    const struct double_double density = {NORMAL_DENSITY, NORMAL_DENSITY_REST};
    const struct double_double weight = multiple_dd(t, density);
    const struct double_double difference = two_sum(mills.high, -weight.high);
    return (struct double_double){difference.high, difference.low + (mills.low - weight.low)};
}

static ALWAYS_INLINE struct stage gelu_backward_tail(struct stage s, struct operands v)
{
    const double t = gelu_backward_bounded(v);
    const struct reduction e = gelu_reduction(t);
    return (struct stage){
        .u = gelu_beyond_density(gelu_mills(s, t), t), .v = e.r,
        .power = power_of(v.range, e, 900), .exponent = e.k};
}

/* The derivative without its power: a factor of 2^k for a negative x, and of 1 for others. */
static ALWAYS_INLINE struct stage gelu_slope(struct stage s, struct operands v)
{
    const struct double_double p = product_dd(exp_dd(s.v), s.u);
    const double power = s.power * 0x1p-900;
    const struct double_double sum = fast_two_sum(1, -(p.high * power));
    const struct double_double above = {sum.high, sum.low - p.low * power};
    const bool is_below = v.x < 0;
    return (struct stage){
        .u = choose_dd(is_below, p, above), .power = is_below ? s.power : 0x1p900,
        .exponent = is_below ? s.exponent : 0};
}

static ALWAYS_INLINE double gelu_backward_product(struct stage s, struct operands v)
{
    const struct stage slope = gelu_slope(s, v);
    const struct double_double product = multiple_dd(dy_and_power(v, slope), slope.u);
    return v.x == v.x ? without_spare_power(v, slope, product) : v.x;
}

static const struct staged gelu_backward_staged = {
    .first = gelu_backward_ratio, .second = gelu_backward_rest, .third = gelu_backward_tail,
    .last = gelu_backward_product, .extremes = dy_is_extreme};

/* long double */

/* 1 / sqrt(2), and in two parts, the first of 24 bits. */
#define SQRT_HALF_EXTENDED 0.707106781186547524400844362104849039284836L
#define SQRT_HALF_HIGH_EXTENDED 0x1.6a09e6p-1L
#define SQRT_HALF_LOW_EXTENDED 1.21016171044789693621048490392848359376885e-8L

/* Beyond it e^(-t^2/2) is 0, whatever multiplies it. */
static inline long double normal_bound_extended(void)
{
    return sqrtl(2 * EXPONENT_BOUND_EXTENDED);
}

/* x to so few bits that its square and cube are exact: |x| < 128 for a cube. */
static inline long double leading_bits_extended(long double x)
{
    return floorl(x * 512 + 0.5L) / 512;
}

/* e^(-t^2/2) / sqrt(2 pi) */
static inline struct scaled_extended normal_density_extended(long double t)
{
    const long double high = leading_bits_extended(t), low = t - high;
    const struct scaled_extended e =
        exponential_of_sum_extended(-0.5L * high * high, -low * (high + 0.5L * low));
    return (struct scaled_extended){e.mantissa * NORMAL_DENSITY_EXTENDED, e.exponent};
}

/* Phi(-t) over the density, t >= 4: Laplace's continued fraction, whose value from the k-th term
   on is the quotient of two consecutive numbers. */
static inline long double mills_ratio_extended(long double t)
{
    enum { TERMS = LDBL_MANT_DIG <= 64 ? 50 : 128 };
    long double numerator = t, denominator = 1;
    for (int k = TERMS; k > 0; --k) {
        const long double next = t * numerator + k * denominator;
        denominator = numerator;
        numerator = next;
    }
    return denominator / numerator;
}

/* Phi(-t), 0 <= t < 4, corrected for the rounding of erfc's argument. */
static inline long double normal_tail_extended(long double t)
{
    const long double z = t * SQRT_HALF_EXTENDED, high = (float)t;
    const long double rest = ((high * SQRT_HALF_HIGH_EXTENDED - z) + high * SQRT_HALF_LOW_EXTENDED)
        + (t - high) * SQRT_HALF_EXTENDED;
    /* The derivative of erfc is -2 sqrt(2) times the density. */
    return 0.5L * erfcl(z)
        - rest * (2 * SQRT_HALF_EXTENDED * NORMAL_DENSITY_EXTENDED * expl(-z * z));
}

/* Phi(x), where a negative x is bounded */
static inline struct factored_extended normal_extended(long double x)
{
    if (!(x < 0))
        return (struct factored_extended){0.5L * erfcl(-x * SQRT_HALF_EXTENDED), ONE_EXTENDED};
    if (x > -4)
        return (struct factored_extended){normal_tail_extended(-x), ONE_EXTENDED};
    return (struct factored_extended){mills_ratio_extended(-x), normal_density_extended(-x)};
}

static inline long double gelu_extended(long double x)
{
    const long double w = x < 0 ? bounded_extended(x, normal_bound_extended()) : x;
    const struct factored_extended phi = normal_extended(w);
    return x > -4 ? x * phi.factor : product_extended(w, phi.factor, phi.power);
}

static inline struct factored_extended gelu_slope_extended(long double x)
{
    const long double t = bounded_extended(fabsl(x), normal_bound_extended());
    const struct scaled_extended density = normal_density_extended(t);
    if (x < 0 && t >= 4)
        return (struct factored_extended){mills_ratio_extended(t) - t, density};
    const long double weight = t * value_extended(density);
    const long double slope = x < 0 ? normal_tail_extended(t) - weight
                                    : 0.5L * erfcl(-t * SQRT_HALF_EXTENDED) + weight;
    return (struct factored_extended){slope, ONE_EXTENDED};
}

static inline long double gelu_backward_extended(long double dy, long double x)
{
    const struct factored_extended slope = gelu_slope_extended(x);
    return product_extended(dy, slope.factor, slope.power);
}

/* gelu_tanh

   Domain: every x.
   Error: float32 correctly rounded (the derivative for dy = 1; 0.544 ulp at ten million points of
       any dy); float64 1 ulp, the derivative 1; long double 6 and 8.
   Hard cases: subnormal x, whose x/2 may be a midpoint: product_beyond_half; one float, and three
       of the derivative, which corrections settle.
   Proof: every float32, test_all_float32_inputs in tests/test_smooth.py; operands of any exponent,
       tests/test_smooth_extremes.py; subnormal x, tests/test_smooth_subnormals.py. */

/* 2 sqrt(2/pi) = 4 / sqrt(2 pi), the product of it and 0.044715, and three times the latter. */
#define GELU_LINEAR (struct double_double){4 * NORMAL_DENSITY, 4 * NORMAL_DENSITY_REST}
#define GELU_CUBIC (struct double_double){0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c70p-61}
#define GELU_CUBIC_SLOPE (struct double_double){0x1.b6676bf7450f0p-3, 0x1.bba7351828aabp-57}

/* float32: a bound of 14, and 15.5 for the derivative. */

/* The argument of the sigmoid. |x| <= 22, so x * x is exact. */
static inline struct double_double gelu_tanh_argument(double x)
{
    const struct double_double cubic = two_product(GELU_CUBIC.high, x * x);
    const struct double_double sum = two_sum(GELU_LINEAR.high, cubic.high);
    const double low = sum.low + (cubic.low + (GELU_LINEAR.low + GELU_CUBIC.low * (x * x)));
    const struct double_double product = two_product(x, sum.high);
    return (struct double_double){product.high, product.low + x * low};
}

static ALWAYS_INLINE double gelu_tanh_value(enum contraction how, float x)
{
    const float w = at_least_float(x, -14);
    const double v = at_most_float(w, 14);
    const double slope = multiply_add(how, GELU_CUBIC.high, v * v, GELU_LINEAR.high);
    const struct quotient e = exponential_quotient(how, -v * slope);
    /* Settles the one float, -0x1.6148dep-16, whose value is 2^-54 from a midpoint, and changes
       no other. */
    const double correction = 0x1p-53;
    const double product = product_beyond_half(how, w, e.denominator + correction);
    return copysign(product / (e.denominator + e.numerator), w);
}

static ALWAYS_INLINE double gelu_tanh_single(float x)
{
    return gelu_tanh_value(FUSED, x);
}

static ALWAYS_INLINE double gelu_tanh_backward_single(double dy, float x)
{
    const double w = bounded(x, 15.5f);
    const struct double_double z = gelu_tanh_argument(fabs(w));
    const double slope = GELU_LINEAR.high + 3 * GELU_CUBIC.high * (w * w);
    const struct reduced_exponential e = reduced_exponential_of_dd(TWICE, negated_dd(z));
    /* The floats whose derivatives are too near to a midpoint. */
    const double correction = x == -0x1.8280e4p-1f    ? 0x1p-54
                         : x == 0x1.40d932p-25f  ? 0x1p-53
                         : x == -0x1.40d932p-26f ? -0x1p-54
                                                 : 0;
    return dy * (sigmoid_derivative(w * slope, e) + correction);
}

/* float64: silu with z in two doubles. Beyond the bounds on x the result is x, dy or a zero. */

/* z from c = cubic x^2 */
static ALWAYS_INLINE struct double_double gelu_tanh_exponent(double x, struct double_double c)
{
    const struct double_double sum = two_sum(GELU_LINEAR.high, c.high);
    const double low = sum.low + (c.low + GELU_LINEAR.low);
    return multiple_dd(x, (struct double_double){sum.high, low});
}

static ALWAYS_INLINE struct double_double gelu_tanh_cubic(double x)
{
    return product_dd(GELU_CUBIC, two_product(x, x));
}

static ALWAYS_INLINE struct stage gelu_tanh_reduce(struct operands v)
{
    const double x = at_most(at_least(v.x, -22), 9);
    const struct double_double z = gelu_tanh_exponent(x, gelu_tanh_cubic(x));
    const struct reduction e = reduce_reciprocal(z.high, z.low);
    const double power = power_of(v.range, e, 256);
    return (struct stage){.u = e.r, .power = power, .other = x * power};
}

static ALWAYS_INLINE double gelu_tanh_divide(struct stage s, struct operands v)
{
    return v.x < 9 ? sigmoid_quotient(s) : v.x;
}

static const struct staged gelu_tanh_staged = {
    .first = gelu_tanh_reduce, .second = sigmoid_denominator, .last = gelu_tanh_divide,
    .joins = true};

static ALWAYS_INLINE double gelu_tanh_backward_bounded(struct operands v)
{
    return at_most(at_least(v.x, v.range == ORDINARY ? -23.5 : -31.25), 7.75);
}

/* w = x dz/dx = x (linear + 3 c) */
static ALWAYS_INLINE struct double_double gelu_tanh_slope(double x, struct double_double c)
{
    const struct double_double two = two_sum(GELU_LINEAR.high, 2 * c.high);
    const struct double_double three = two_sum(two.high, c.high);
    const double low = three.low + (two.low + (3 * c.low + GELU_LINEAR.low));
    return multiple_dd(x, (struct double_double){three.high, low});
}

static ALWAYS_INLINE struct stage gelu_tanh_backward_reduce(struct operands v)
{
    const double x = gelu_tanh_backward_bounded(v);
    const struct double_double c = gelu_tanh_cubic(x), z = gelu_tanh_exponent(x, c);
    const struct double_double w = gelu_tanh_slope(x, c), sum = fast_two_sum(1, w.high);
    const struct reduction e = reduce_reciprocal(z.high, z.low);
    return (struct stage){
        .u = e.r, .v = {sum.high, sum.low + w.low}, .power = power_of(v.range, e, 900),
        .exponent = e.k};
}

static ALWAYS_INLINE struct stage gelu_tanh_backward_slope(struct stage s, struct operands v)
{
    (void)v;
    return sigmoid_slope(s, long_exp_dd(s.u), s.v);
}

static ALWAYS_INLINE double gelu_tanh_backward_divide(struct stage s, struct operands v)
{
    return v.x < 7.75 ? times_sigmoid_slope(s, v) : v.x >= 7.75 ? v.dy : v.x;
}

static const struct staged gelu_tanh_backward_staged = {
    .first = gelu_tanh_backward_reduce, .second = gelu_tanh_backward_slope,
    .last = gelu_tanh_backward_divide, .joins = true, .extremes = dy_is_extreme};

/* long double: GELU_LINEAR and GELU_CUBIC, and both in two parts, the first of 16 bits. */
#define GELU_LINEAR_EXTENDED (4 * NORMAL_DENSITY_EXTENDED)
#define GELU_LINEAR_HIGH_EXTENDED 0x1.9884p+0L
#define GELU_LINEAR_LOW_EXTENDED 4.96144948071175978423973752747390343452466e-6L
#define GELU_CUBIC_EXTENDED 0.0713548162726002487763387522798635409955921L
#define GELU_CUBIC_HIGH_EXTENDED 0x1.2444p-4L
#define GELU_CUBIC_LOW_EXTENDED 9.0391908462377633875227986354099559207477e-7L

/* e^-(linear t + cubic t^3) for t >= 0. The leading bits of all three make an exact sum. */
static inline struct scaled_extended gelu_tanh_exponential_extended(long double t)
{
    const long double high = leading_bits_extended(t), low = t - high;
    const long double cube = high * high * high;
    const long double exact = GELU_LINEAR_HIGH_EXTENDED * high + GELU_CUBIC_HIGH_EXTENDED * cube;
    const long double slope =
        GELU_LINEAR_EXTENDED + GELU_CUBIC_EXTENDED * (3 * high * t + low * low);
    const long double rest = GELU_LINEAR_LOW_EXTENDED * high + GELU_CUBIC_LOW_EXTENDED * cube;
    return exponential_of_sum_extended(-exact, -(slope * low + rest));
}

/* Beyond it the exponential is 0, whatever multiplies it. */
static inline long double gelu_tanh_bound_extended(void)
{
    return cbrtl(16 * EXPONENT_BOUND_EXTENDED);
}

static inline long double gelu_tanh_extended(long double x)
{
    const long double t = bounded_extended(x, gelu_tanh_bound_extended());
    return sigmoid_product_extended(x < 0 ? t : x, gelu_tanh_exponential_extended(fabsl(t)));
}

static inline struct factored_extended gelu_tanh_slope_extended(long double x)
{
    const long double t = bounded_extended(x, gelu_tanh_bound_extended());
    const long double w = t * (GELU_LINEAR_EXTENDED + 3 * GELU_CUBIC_EXTENDED * t * t);
    return sigmoid_slope_extended(w, gelu_tanh_exponential_extended(fabsl(t)));
}

static inline long double gelu_tanh_backward_extended(long double dy, long double x)
{
    const struct factored_extended slope = gelu_tanh_slope_extended(x);
    return product_extended(dy, slope.factor, slope.power);
}

#ifdef HAS_FMA

/* The fast paths of float32: with polynomials of fewer digits, and without what only the last bits
   need. For the derivatives the rounding test fails beside the root. */

FAST_FOR_EVERY_INPUT(gelu)

/* The tail over FAST_MILLS_FACTOR errs by 2^-40 of itself. */
static ALWAYS_INLINE double gelu_first(float x)
{
    const double t = fabs((double)x);
    const struct quotient e = fast_gaussian_quotient(t * t);
    return t * (e.numerator * fast_mills_numerator(FUSED, t))
        / (e.denominator * fast_mills_denominator(FUSED, t));
}

static ALWAYS_INLINE float gelu_last(double tail, float x, uint32_t *failed)
{
    const float positive = at_least_float(x, -0.0f);
    const float most = (float)fma(-FAST_MILLS_FACTOR * (1 - FAST_ERROR), tail, positive);
    const float least = (float)fma(-FAST_MILLS_FACTOR * (1 + FAST_ERROR), tail, positive);
    *failed |= is_beyond(x, 12.5f) | bits_of_float(least - most);
    return most;
}

IN_TWO_LOOPS(gelu)

FAST_FOR_EVERY_INPUT(gelu_backward)
IN_ONE_LOOP(gelu_backward)

static ALWAYS_INLINE float gelu_backward_fast(float dy, float x, uint32_t *failed)
{
    const double t = fabs((double)x);
    const struct quotient e = fast_gaussian_quotient(t * t);
    const double d = short_mills_denominator(FUSED, t);
    const double n = e.numerator * fma(-t * NORMAL_DENSITY, d, short_mills_numerator(FUSED, t));
    const double all = e.denominator * d;
    *failed |= is_beyond(x, 20) | is_between(x, -0.751547f, -0.752036f);
    return fast_float(dy * (x < 0 ? n : all - n) / all, failed);
}

FAST_FOR_EVERY_INPUT(gelu_tanh_backward)
IN_ONE_LOOP(gelu_tanh_backward)

static ALWAYS_INLINE float gelu_tanh_backward_fast(float dy, float x, uint32_t *failed)
{
    const double w = x, square = w * w;
    const double slope = fma(GELU_CUBIC.high, square, GELU_LINEAR.high);
    const struct quotient e = exponential_quotient(FUSED, -w * slope);
    const double sum = e.denominator + e.numerator;
    const double rise = w * fma(3 * GELU_CUBIC.high, square, GELU_LINEAR.high);
    const double product = dy * e.denominator * fma(rise, e.numerator, sum) / (sum * sum);
    *failed |= is_beyond(x, 14) | is_between(x, -0.752217f, -0.752706f);
    return fast_float(product, failed);
}

#endif

#endif
