/* The smooth functions and their derivatives for float64, within 1 ulp: the exponential and
   what is made of it are kept in two doubles until the end. The formulas are those of
   smooth_single.h.

   Far below 0 the exponential would be a subnormal number, or the rounding error of a product
   with it: there it is computed times 2^700 or 2^1600, which is taken off when all is done. A dy
   and a parameter of any size are brought near to 1 by a power of two, which is put back then.
   Where x is so near to 0 or so large that the products were not exact, the result is that of
   the limit. */
#ifndef RELU_UFUNC_SMOOTH_DOUBLE_H
#define RELU_UFUNC_SMOOTH_DOUBLE_H

#include <float.h>

#include "exponential.h"
#include "smooth_single.h"

/* e^-t for 0 <= t <= 1468, beyond which the greatest double times it, and times the argument,
   is 0: `far` times `before` times `after`, and `near`, which is 0 where it is small. */
struct decay {
    struct double_double far, near;
    double before, after;
};

static inline struct decay decay_double(double t, double t_low)
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

static inline double sum_of(struct double_double a)
{
    return a.high + a.low;
}

static inline struct double_double choose_dd(bool condition, struct double_double a, struct double_double b)
{
    return (struct double_double){condition ? a.high : b.high, condition ? a.low : b.low};
}

/* number * power, which is 2^exponent; the number is within 2^-424 ... 2^400, or 0, infinite or
   NaN. */
struct scaled_number {
    double number, power, exponent;
};

static inline struct scaled_number scaled_number(double x)
{
    const bool is_small = fabs(x) < 0x1p-400, is_large = fabs(x) > 0x1p400;
    return (struct scaled_number){
        x * (is_small ? 0x1p650 : is_large ? 0x1p-650 : 1),
        is_small ? 0x1p-650 : is_large ? 0x1p650 : 1, is_small ? -650 : is_large ? 650 : 0};
}

/* x * 2^k for 2^-900 < |x| < 2^900, rounded once. */
static inline double times_power_of_two(double x, double k)
{
    const double bounded = at_least(at_most(k, 2000), -2000);
    const double half = 0.5 * bounded + TO_INTEGER;
    const double rest = (bounded - (half - TO_INTEGER)) + TO_INTEGER;
    return x * power_of_two_of(bits_of_double(half) << 52)
        * power_of_two_of(bits_of_double(rest) << 52);
}

/* a times a double-double, rounded once, where that is within 2^-900 ... 2^1010, or a is 0,
   infinite or NaN. */
static inline double scaled_product(double a, struct double_double b)
{
    const struct double_double product = two_product(a, b.high);
    const bool is_ordinary = (fabs(product.high) > 0) & (fabs(product.high) <= DBL_MAX);
    return is_ordinary ? product.high + (product.low + a * b.low) : product.high;
}

static inline double scaled_double(double scale, struct double_double a)
{
    const struct scaled_number s = scaled_number(scale);
    return scaled_product(s.number, a) * s.power;
}

/* scale * a for an a that has `far` for a factor where x is below 0. No product on the way is out
   of range if the last is not. */
static inline double scaled_decay(bool is_below, double scale, struct double_double a, struct decay e)
{
    const struct scaled_number s = scaled_number(scale);
    const double before = is_below ? e.before : 1, after = is_below ? e.after : 1;
    return scaled_product(s.number, a) * (before * s.power) * after;
}

/* e^x - 1, x <= 709 */
static inline struct double_double expm1_double(double x, double x_low)
{
    const struct exponential e = exponential(at_least(x, -100), x_low);
    const double power = power_of_two_of(e.exponent), base = power - 1;
    const double tail = (e.mantissa.high - 1) * power;
    const struct double_double sum = fast_two_sum(base, tail);
    return fast_two_sum(sum.high, sum.low + e.mantissa.low * power);
}

/* log(1 + e) for 2^-60 <= e <= 1 */
static inline struct double_double log1p_double(struct double_double e)
{
    const struct double_double ln2 = {LN2, LN2_REST};
    const bool halves = e.high > 0.5;
    const struct double_double f = {
        halves ? (e.high - 1) * 0.5 : e.high, halves ? e.low * 0.5 : e.low};
    const struct double_double s = divide_dd(f, add_dd(dd_of(2), f));
    const double z = s.high * s.high;
    const double beyond = s.high * z * logarithm_polynomial(z);
    const struct double_double log = {2 * s.high, 2 * s.low + beyond};
    const struct double_double sum = add_dd(ln2, log);
    return choose_dd(halves, sum, fast_two_sum(log.high, log.low));
}

static inline double softplus_double(double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1460), 0);
    const bool is_small = e.near.high < 0x1p-60;
    const struct double_double log =
        log1p_double(choose_dd(is_small, dd_of(0x1p-60), e.near));
    const struct double_double sum = two_sum(at_most(x, 1460), log.high);
    const double above = x > 60 ? x : sum.high + (sum.low + log.low);
    return x < 0 ? (is_small ? sum_of(e.far) * e.before * e.after : sum_of(log)) : above;
}

static inline struct double_double one_plus(struct double_double e)
{
    return add_dd(dd_of(1), e);
}

static inline double softplus_backward_double(double dy, double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1464), 0);
    const struct double_double n = choose_dd(x < 0, e.far, dd_of(1));
    const struct double_double slope = divide_dd(n, one_plus(e.near));
    return scaled_decay(x < 0, dy, slope, e);
}

static inline double elu_double(double x, double alpha)
{
    const double below = at_least(at_most(x, 0), -1460);
    const double y = scaled_double(alpha, expm1_double(below, 0));
    return below > -0x1p-60 ? alpha * below : y;
}

static inline double elu_backward_double(double dy, double x, double alpha)
{
    const struct exponential e = exponential(at_least(at_most(x, 0), -2200), 0);
    const struct scaled_number y = scaled_number(dy), a = scaled_number(alpha);
    const bool are_large = (fabs(dy) > 1) & (fabs(dy) <= DBL_MAX) & (fabs(alpha) > 1);
    const struct double_double power = fast_two_sum(e.mantissa.high, e.mantissa.low);
    const double product =
        scaled_product(are_large ? a.number : y.number * a.number, power);
    return times_power_of_two(
        are_large ? y.number * product : product, e.k + (y.exponent + a.exponent));
}

#define SELU_SCALE_DD (struct double_double){SELU_SCALE, SELU_SCALE_LOW}
#define SELU_SCALE_ALPHA_DD (struct double_double){SELU_SCALE_ALPHA, SELU_SCALE_ALPHA_LOW}

static inline double selu_double(double x)
{
    const struct double_double product =
        multiply_dd(SELU_SCALE_ALPHA_DD, expm1_double(at_least(at_most(x, 0), -1460), 0));
    /* The value is linear above 0, and near to it. */
    const struct scaled_number s = scaled_number(x);
    const double near = scaled_product(s.number, SELU_SCALE_ALPHA_DD) * s.power;
    const double above = scaled_product(s.number, SELU_SCALE_DD) * s.power;
    const double below = x > -0x1p-60 ? near : sum_of(product);
    return x < 0 ? below : above;
}

static inline double selu_backward_double(double dy, double x)
{
    const struct decay e = decay_double(-at_least(at_most(x, 0), -1464), 0);
    const struct double_double below = multiply_dd(SELU_SCALE_ALPHA_DD, e.far);
    const double above = scaled_double(dy, SELU_SCALE_DD);
    return x > 0 ? above : scaled_decay(true, dy, below, e);
}

/* x / alpha within bounds, with what the rounding left. */
static inline struct double_double celu_ratio(double x, double alpha)
{
    /* Both scaled alike, where they are alike at all. */
    const bool are_small = (fabs(x) < 0x1p-500) & (fabs(alpha) < 0x1p400);
    const bool are_large = (fabs(x) > 0x1p500) & (fabs(alpha) > 0x1p-400);
    const double scale = are_small ? 0x1p500 : are_large ? 0x1p-500 : 1;
    const double n = x * scale, d = alpha * scale, ratio = n / d;
    const bool is_exact = (fabs(ratio) > 0x1p-60) & (fabs(ratio) < 1464) & (fabs(n) > 0x1p-800)
        & (fabs(n) < 0x1p900) & (fabs(d) < 0x1p900);
    const struct double_double product = two_product(is_exact ? ratio : 1, is_exact ? d : 1);
    const double rest = ((n - product.high) - product.low) / d;
    return (struct double_double){at_least(at_most(ratio, 1464), -1464), is_exact ? rest : 0};
}

/* The ratio is above 0 for a negative alpha only, which may be so small that alpha times what
   overflows does not. */
static inline double celu_double(double x, double alpha)
{
    const struct double_double ratio = celu_ratio(x, alpha);
    const bool is_large = ratio.high > 60;
    const struct exponential growth =
        exponential(is_large ? ratio.high : 0, is_large ? ratio.low : 0);
    const struct double_double e = choose_dd(
        is_large, fast_two_sum(growth.mantissa.high, growth.mantissa.low),
        expm1_double(at_most(ratio.high, 60), ratio.low));
    const struct scaled_number a = scaled_number(alpha);
    const double product = scaled_product(a.number, e);
    const double y = times_power_of_two(product, growth.k + a.exponent);
    const double near = x + x * (0.5 * ratio.high);
    const double nearest = fabs(alpha) <= DBL_MAX ? 0x1p-30 : 0;
    return fabs(ratio.high) < nearest ? near : is_large ? y : product * a.power;
}

static inline double celu_backward_double(double dy, double x, double alpha)
{
    const struct double_double ratio = celu_ratio(x, alpha);
    const struct exponential e = exponential(ratio.high, ratio.low);
    const struct scaled_number y = scaled_number(dy);
    const double product =
        scaled_product(y.number, fast_two_sum(e.mantissa.high, e.mantissa.low));
    return times_power_of_two(product, e.k + y.exponent);
}

/* Phi(-t) / exp(-t^2/2), 0 <= t <= 54.25 */
static inline struct double_double scaled_tail_double(double t)
{
    const struct double_double denominator = two_sum(t, 5);
    const struct double_double y = divide_dd(two_sum(t, -5), denominator);
    struct double_double p = dd_of(long_tail_polynomial(y.high));
    for (int k = 5; k >= 0; --k) {
        const struct double_double product = two_product(p.high, y.high);
        const struct double_double sum = two_sum(LONG_TAIL_POLYNOMIAL_HIGH[k], product.high);
        const double low = product.low + (p.high * y.low + p.low * y.high);
        p = fast_two_sum(sum.high, sum.low + (low + LONG_TAIL_POLYNOMIAL_LOW[k]));
    }
    return divide_dd(p, denominator);
}

/* t^2 / 2 */
static inline struct double_double half_square(double t)
{
    return scaled_dd(two_product(t, t), 0.5);
}

/* x factor where that is exact, else x times the limit at 0, or x. */
static inline double product_with_x(double x, struct double_double factor, double at_zero, double least)
{
    const struct double_double exact = multiply_dd(dd_of(at_least(at_most(x, 1460), -least)), factor);
    return x > 60 ? x : fabs(x) < 0x1p-60 ? x * at_zero : sum_of(exact);
}

static inline double gelu_double(double x)
{
    const double t = at_least(at_most(fabs(x), 54), 0x1p-60);
    const struct double_double exponent = half_square(t);
    const struct decay e = decay_double(exponent.high, exponent.low);
    const struct double_double tail = scaled_tail_double(t);
    const struct double_double below = multiply_dd(e.far, tail);
    const struct double_double above = add_dd(dd_of(1), negated_dd(multiply_dd(e.near, tail)));
    const double y = product_with_x(x, choose_dd(x < 0, below, above), 0.5, 54);
    return x < 0 ? y * e.before * e.after : y;
}

static inline double gelu_backward_double(double dy, double x)
{
    const struct double_double density = {NORMAL_DENSITY, NORMAL_DENSITY_REST};
    const double t = at_least(at_most(fabs(x), 54.125), 0x1p-60);
    const struct double_double exponent = half_square(t);
    const struct decay e = decay_double(exponent.high, exponent.low);
    const struct double_double tail = scaled_tail_double(t), weight = multiply_dd(dd_of(t), density);
    const struct double_double high = two_sum(tail.high, -weight.high);
    const struct double_double difference =
        fast_two_sum(high.high, high.low + (tail.low - weight.low));
    const struct double_double below = multiply_dd(e.far, difference);
    const struct double_double above =
        add_dd(dd_of(1), negated_dd(multiply_dd(e.near, difference)));
    return scaled_decay(x < 0, dy, choose_dd(x < 0, below, above), e);
}

static inline double sigmoid_product_double(double x, struct decay e, double least)
{
    const struct double_double n = choose_dd(x < 0, e.far, dd_of(1));
    const struct double_double sigmoid = divide_dd(n, one_plus(e.near));
    const double y = product_with_x(x, sigmoid, 0.5, least);
    return x < 0 ? y * e.before * e.after : y;
}

static inline double silu_double(double x)
{
    return sigmoid_product_double(x, decay_double(at_most(fabs(x), 1460), 0), 1460);
}

/* See sigmoid_derivative_single. */
static inline double sigmoid_derivative_double(double dy, struct double_double w, struct decay e)
{
    const bool below = w.high < 0;
    const struct double_double sum = one_plus(e.near);
    const struct double_double near_0 = two_sum(1, w.high);
    const struct double_double high = two_sum(near_0.high, e.near.high);
    const struct double_double n_below =
        fast_two_sum(high.high, high.low + (near_0.low + (w.low + e.near.low)));
    const struct double_double n_above = add_dd(sum, multiply_dd(w, e.near));
    const struct double_double quotient =
        divide_dd(choose_dd(below, n_below, n_above), multiply_dd(sum, sum));
    const struct double_double normal = fast_two_sum(quotient.high, quotient.low);
    const struct double_double slope =
        choose_dd(below, multiply_dd(normal, e.far), normal);
    return scaled_decay(below, dy, slope, e);
}

static inline double silu_backward_double(double dy, double x)
{
    const double w = at_least(at_most(x, 1464), -1464);
    const struct decay e = decay_double(fabs(w), 0);
    return sigmoid_derivative_double(dy, dd_of(fabs(w) < 0x1p-60 ? 0 : w), e);
}

/* 2 sqrt(2/pi) t (1 + 0.044715 t^2), 0 <= t <= 27 */
static inline struct double_double gelu_tanh_argument_double(double t)
{
    const struct double_double cubic = multiply_dd(GELU_CUBIC, two_product(t, t));
    const struct double_double sum = two_sum(GELU_LINEAR.high, cubic.high);
    const struct double_double slope =
        fast_two_sum(sum.high, sum.low + (cubic.low + GELU_LINEAR.low));
    return multiply_dd(dd_of(t), slope);
}

static inline double gelu_tanh_double(double x)
{
    const double t = at_least(at_most(fabs(x), 27), 0x1p-60);
    const struct double_double z = gelu_tanh_argument_double(t);
    return sigmoid_product_double(x, decay_double(z.high, z.low), 27);
}

static inline double gelu_tanh_backward_double(double dy, double x)
{
    const double t = at_least(at_most(fabs(x), 27.125), 0x1p-60);
    const struct double_double z = gelu_tanh_argument_double(t);
    const struct double_double cubic = multiply_dd(
        two_product(t, t), (struct double_double){0x1.b6676bf7450f0p-3, 0x1.bba7351828aabp-57});
    const struct double_double sum = two_sum(GELU_LINEAR.high, cubic.high);
    const struct double_double slope = fast_two_sum(sum.high, sum.low + (cubic.low + GELU_LINEAR.low));
    const struct double_double w = multiply_dd(dd_of(t), slope);
    return sigmoid_derivative_double(
        dy, choose_dd(x < 0, negated_dd(w), w), decay_double(z.high, z.low));
}

/* n and d of mish_single in two doubles, and x < 0. */
static inline struct double_double mish_numerator(struct double_double e, bool below)
{
    return add_dd(
        dd_of(below ? 2 : 1), below ? e : scaled_dd(e, 2));
}

static inline struct double_double mish_denominator(struct double_double e, struct double_double n, bool below)
{
    const struct double_double square = multiply_dd(e, e), twice = scaled_dd(e, 2);
    const struct double_double d_below = add_dd(dd_of(2), add_dd(twice, square));
    const struct double_double d_above = add_dd(n, scaled_dd(square, 2));
    return choose_dd(below, d_below, d_above);
}

static inline double mish_double(double x)
{
    const struct decay e = decay_double(at_most(fabs(x), 1460), 0);
    const struct double_double n = mish_numerator(e.near, x < 0);
    const struct double_double quotient = divide_dd(n, mish_denominator(e.near, n, x < 0));
    const struct double_double tanh =
        choose_dd(x < 0, multiply_dd(quotient, e.far), quotient);
    const double y = product_with_x(x, tanh, 0.6, 1460);
    return x < 0 ? y * e.before * e.after : y;
}

static inline double mish_backward_double(double dy, double x)
{
    const double w = at_least(at_most(x, 1464), -1464);
    const struct decay e = decay_double(fabs(w), 0);
    const struct double_double n = mish_numerator(e.near, x < 0);
    const struct double_double d = mish_denominator(e.near, n, x < 0);
    const struct double_double rest =
        multiply_dd(dd_of(fabs(w) < 0x1p-60 ? 0 : 4 * w), one_plus(e.near));
    const struct double_double added =
        choose_dd(x < 0, rest, multiply_dd(rest, multiply_dd(e.near, e.near)));
    const struct double_double product = multiply_dd(n, d);
    const struct double_double high = two_sum(product.high, added.high);
    const struct double_double numerator =
        fast_two_sum(high.high, high.low + (product.low + added.low));
    const struct double_double quotient = divide_dd(numerator, multiply_dd(d, d));
    const struct double_double normal = fast_two_sum(quotient.high, quotient.low);
    const struct double_double slope = choose_dd(x < 0, multiply_dd(normal, e.far), normal);
    return scaled_decay(x < 0, dy, slope, e);
}

/* x is mantissa * 2^exponent, 1 <= mantissa < 2, for a normal x > 0. */
static inline double mantissa_of(double x)
{
    const uint64_t mantissa = ((uint64_t)1 << 52) - 1;
    return double_of_bits((bits_of_double(x) & mantissa) | bits_of_double(1));
}

static inline double exponent_of(double x)
{
    return double_of_bits((bits_of_double(x) >> 52) | bits_of_double(0x1p52)) - (0x1p52 + 1023);
}

/* sqrt(x^2 + b), with x and b scaled so that squares are in range. */
static inline struct double_double root_double(double x, double b)
{
    const struct double_double square = two_product(x, x);
    const struct double_double high = two_sum(square.high, b);
    const struct double_double sum = fast_two_sum(high.high, high.low + square.low);
    const double root = sqrt(sum.high);
    const struct double_double back = two_product(root, root);
    const double rest = ((sum.high - back.high) - back.low) + sum.low;
    return (struct double_double){root, root > 0 ? rest / (2 * root) : 0};
}

/* The power of two by which x is multiplied, and twice b, to be in range. */
static inline double squareplus_scale(double x, double b)
{
    const double magnitude = fabs(x);
    const bool is_large = (magnitude > 0x1p480) | (fabs(b) > 0x1p960);
    const bool is_small = (magnitude < 0x1p-300) & (fabs(b) < 0x1p-600);
    return is_large ? 0x1p-550 : is_small ? 0x1p700 : 1;
}

/* (sqrt(x^2 + b) + |x|) / 2, scaled. */
static inline struct double_double squareplus_half(double scaled, struct double_double root)
{
    const struct double_double high = two_sum(root.high, fabs(scaled));
    return scaled_dd(fast_two_sum(high.high, high.low + root.low), 0.5);
}

static inline double squareplus_double(double x, double signed_b)
{
    const double b = signed_b + 0.0; /* no -0.0 */
    const double scale = squareplus_scale(x, b), scaled = x * scale;
    const struct double_double root = root_double(scaled, b * scale * scale);
    const struct double_double half = squareplus_half(scaled, root);
    const double above = sum_of(half) / scale;
    const double below = sum_of(divide_dd(dd_of(b * scale * 0.25), half));
    /* b / x: its square root is x to 60 bits, and b scaled might be 0. */
    const double ratio = b / fabs(x);
    const double far = ratio * 0.5 * 0.5;
    const bool is_far = fabs(ratio) < 0x1p-60 * fabs(x);
    const double y = ((x < 0) & (b <= DBL_MAX)) ? (is_far ? far : below) : above;
    return x > DBL_MAX || b > DBL_MAX ? x + b : y;
}

static inline double squareplus_backward_double(double dy, double x, double signed_b)
{
    const double b = signed_b + 0.0, size = fabs(x);
    const double scale = squareplus_scale(x, b), scaled = x * scale;
    const double scaled_b = b * scale * scale;
    const struct double_double root = root_double(scaled, scaled_b);
    const struct double_double half = squareplus_half(scaled, root);
    const struct double_double below = divide_dd(dd_of(scaled_b * 0.25), half);
    const struct double_double n = choose_dd(x < 0, below, half);
    const struct double_double slope = divide_dd(n, root);
    /* dy b / (4 x^2), of the mantissa and the exponent of x: only for such a b, x is normal, or
       infinite. */
    const struct scaled_number y = scaled_number(dy), numerator = scaled_number(b);
    const double mantissa = mantissa_of(size), ratio = numerator.number / mantissa;
    const double product = fabs(dy) > 1 ? y.number / mantissa * ratio : y.number * ratio / mantissa;
    const double far = times_power_of_two(
        0.25 * (size > 1 ? product : y.number * (ratio / mantissa)),
        (y.exponent + numerator.exponent) - 2 * exponent_of(size));
    const bool is_far = (x < 0) & (fabs(b / size) < 0x1p-60 * size);
    const double near = scaled_product(y.number, slope) * y.power;
    return is_far ? far : (x > DBL_MAX) & (fabs(b) <= DBL_MAX) ? dy : near;
}

static inline double hard_swish_double(double x)
{
    const double w = at_least(at_most(x, 4), -3);
    const bool is_tiny = fabs(x) < 0x1p-60;
    const struct double_double product = multiply_dd(two_sum(w, 3), dd_of(is_tiny ? 1 : w));
    return copysign(is_tiny ? 0.5 * x : sum_of(divide_dd(product, dd_of(6))), x);
}

static inline double hard_swish_backward_double(double dy, double x)
{
    const struct double_double sum = two_sum(2 * at_least(at_most(x, 4), -4), 3);
    return scaled_double(dy, divide_dd(fast_two_sum(sum.high, sum.low), dd_of(6)));
}

#endif
