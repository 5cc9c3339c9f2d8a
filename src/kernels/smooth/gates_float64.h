/* The gates of float64. Of ORDINARY operands nothing is selected, so that these are x of less than
   2^8 for swiglu, 2^50 for geglu_tanh and 2^256 for geglu. */
#ifndef RELU_UFUNC_SMOOTH_GATES_FLOAT64_H
#define RELU_UFUNC_SMOOTH_GATES_FLOAT64_H

#include "gelu.h"
#include "silu.h"

/* Of numbers within 2^-128 ... 2^128 and of 0, the two highest bits are 0. */
static ALWAYS_INLINE uint64_t is_extreme_in_product(double a)
{
    const uint64_t from_least = (bits_of_double(a) << 1) - ((uint64_t)(1023 - 128) << 53);
    return a == 0 ? 0 : from_least | from_least << 1;
}

static ALWAYS_INLINE uint64_t dz_or_y_is_extreme(struct operands v)
{
    return is_extreme_in_product(v.dy) | is_extreme_in_product(v.parameter);
}

/* What a gate lets through of y: where the activation is exactly 0, the 1 of its sign. If that is
   -inf, or y no number, the operands are not ordinary. */
static ALWAYS_INLINE struct scaled_operand let_through_scaled(struct operands v, double y)
{
    const bool is_shut = v.range == ANY && (v.x == 0 || v.x == -INFINITY);
    return scaled_operand(v.range, is_shut ? copysign(1, y) : y);
}

/* dz y, scaled */
static ALWAYS_INLINE struct double_double upstream(struct operands v)
{
    return two_product(
        scaled_operand(v.range, v.dy).number, scaled_operand(v.range, v.parameter).number);
}

static ALWAYS_INLINE double upstream_exponent(struct operands v)
{
    return scaled_operand(v.range, v.dy).exponent + scaled_operand(v.range, v.parameter).exponent;
}

/* 2^spare, which only the numbers of ORDINARY operands have, or 1 */
static ALWAYS_INLINE double spare_power(enum range range, int spare)
{
    return range == ORDINARY ? power_of_two_of(EXPONENT(spare)) : 1;
}

/* A product without its spare power, or, of operands of ANY size, times 2^exponent. From `limit` on
   the activation is x, its derivative 1, and the result `far`. */
static ALWAYS_INLINE double unscaled(
    int spare, double limit, struct operands v, struct double_double scaled, double exponent,
    double far)
{
    const double number = value_of(v.range, scaled);
    if (v.range == ORDINARY)
        return number * spare_power(ORDINARY, -spare);
    const double value = v.x < limit ? times_power_of_two(number, exponent) : far;
    /* If only `far` and x were to choose from, clang would multiply x by y or 1, and so change a NaN. */
    return v.x == v.x ? value : v.x;
}

/* 2^(k + spare), where a k below -1000 counts as that. */
static ALWAYS_INLINE double power_above(enum range range, struct reduction e, int spare)
{
    const uint64_t exponent = range == ORDINARY
        ? e.exponent
        : bits_of_double(at_least(e.k, -1000) + TO_INTEGER) << 52;
    return power_of_two_of(exponent + EXPONENT(spare));
}

/* swiglu and geglu_tanh are x sigmoid(z) y, and sigmoid(z) is P / (P + e^r), where e^-z = e^r / P.
   ORDINARY are 0 and |x| from 2^(most - 512) up to 2^most. */
struct sigmoid_gate {
    int most;
    /* Of P: it keeps the product of a small P and x in the range. */
    int spare;
    /* Where the gate is 0, even for the greatest y. */
    double least;
};

static ALWAYS_INLINE uint64_t gate_is_extreme(struct sigmoid_gate g, struct operands v)
{
    return is_extreme_from(g.most - 512, v.x) | is_extreme(v.parameter);
}

static ALWAYS_INLINE uint64_t gate_backward_is_extreme(struct sigmoid_gate g, struct operands v)
{
    return is_extreme_from(g.most - 512, v.x) | dz_or_y_is_extreme(v);
}

/* r and P. Below 2^-1000 P adds nothing to e^r. */
static ALWAYS_INLINE struct stage gate_exponential(
    struct sigmoid_gate g, struct operands v, struct reduction e)
{
    return (struct stage){
        .u = e.r, .power = power_above(v.range, e, v.range == ORDINARY ? g.spare : 0),
        .exponent = at_most(e.k, 0)};
}

/* P, or of operands of ANY size only a P above 1: the rest is in `exponent`. */
static ALWAYS_INLINE double power_of_numerator(struct operands v, struct stage s)
{
    return v.range == ORDINARY ? s.power : at_least(s.power, 1);
}

/* P + e^r, of r and the tail */
static ALWAYS_INLINE struct double_double gate_denominator(
    struct sigmoid_gate g, struct stage s, struct operands v)
{
    /* two_sum(1, P) */
    const double unit = spare_power(v.range, -g.spare);
    const double one_plus = add_exact_product(1, s.power, unit), other = one_plus - 1;
    const double lack = (1 - (one_plus - other)) + add_exact_product(-other, s.power, unit);
    return add_exp(one_plus, lack, s.u.high, s.u.low);
}

static ALWAYS_INLINE double unscaled_gate(
    struct sigmoid_gate g, struct operands v, struct double_double scaled, double exponent,
    double far)
{
    return unscaled(g.spare, power_of_two_of(EXPONENT(g.most)), v, scaled, exponent, far);
}

static ALWAYS_INLINE struct scaled_operand gate_x(struct sigmoid_gate g, struct operands v)
{
    return scaled_operand(v.range, v.range == ORDINARY ? v.x : at_least(v.x, g.least));
}

static ALWAYS_INLINE double sigmoid_gate(
    struct sigmoid_gate g, struct stage s, struct operands v)
{
    const struct scaled_operand x = gate_x(g, v);
    const struct scaled_operand y = let_through_scaled(v, v.parameter);
    const struct double_double n = signed_product(y.number * power_of_numerator(v, s), x.number);
    return unscaled_gate(
        g, v, ratio_dd(n, gate_denominator(g, s, v)), x.exponent + y.exponent + s.exponent,
        v.x * v.parameter);
}

/* sigmoid(z) with the P of the numerator, of r and the tail */
static ALWAYS_INLINE struct stage gate_sigmoid(
    struct sigmoid_gate g, struct stage s, struct operands v)
{
    s.u = ratio_dd(dd_of(power_of_numerator(v, s)), gate_denominator(g, s, v));
    return s;
}

/* sigmoid(z) (1 + w - w sigmoid(z)), with w = x dz/dx */
static ALWAYS_INLINE double sigmoid_gate_of_x(
    struct sigmoid_gate g, struct stage s, struct operands v, struct double_double one_plus_w,
    struct double_double product)
{
    const double rest = v.range == ORDINARY ? spare_power(ORDINARY, -g.spare) : at_most(s.power, 1);
    /* Where 1 + w is the smaller, it has so few digits that the sum is exact. */
    const struct double_double sum = fast_two_sum(one_plus_w.high, -(product.high * rest));
    const struct double_double factor = {
        sum.high, sum.low + (one_plus_w.low - product.low * rest)};
    return unscaled_gate(
        g, v, product_dd(upstream(v), product_dd(s.u, factor)),
        upstream_exponent(v) + s.exponent, v.dy * v.parameter);
}

static ALWAYS_INLINE double sigmoid_gate_of_y(
    struct sigmoid_gate g, struct stage s, struct operands v)
{
    const struct scaled_operand x = gate_x(g, v);
    const struct scaled_operand dz = let_through_scaled(v, v.dy);
    return unscaled_gate(
        g, v, multiple_dd(dz.number, multiple_dd(x.number, s.u)),
        x.exponent + dz.exponent + s.exponent, v.x * v.dy);
}

static const struct sigmoid_gate swiglu_gate = {.most = 8, .spare = 0, .least = -2200};

static ALWAYS_INLINE double swiglu_bounded(struct operands v)
{
    return v.range == ORDINARY ? v.x : at_most(at_least(v.x, swiglu_gate.least), 256);
}

static ALWAYS_INLINE struct stage swiglu_exponential(struct operands v)
{
    return gate_exponential(swiglu_gate, v, reduce_reciprocal(swiglu_bounded(v), 0));
}

static ALWAYS_INLINE struct stage swiglu_reduce(struct operands v)
{
    struct stage s = swiglu_exponential(v);
    s.u.low = exp_tail(s.u);
    return s;
}

static ALWAYS_INLINE double swiglu_divide(struct stage s, struct operands v)
{
    return sigmoid_gate(swiglu_gate, s, v);
}

static ALWAYS_INLINE uint64_t swiglu_is_extreme(struct operands v)
{
    return gate_is_extreme(swiglu_gate, v);
}

static const struct staged swiglu_staged = {
    .first = swiglu_reduce, .last = swiglu_divide, .extremes = swiglu_is_extreme};

static ALWAYS_INLINE struct stage swiglu_backward_reduce(struct operands v)
{
    struct stage s = swiglu_exponential(v);
    s.u.low = long_exp_tail(s.u);
    return s;
}

static ALWAYS_INLINE struct stage swiglu_sigmoid(struct stage s, struct operands v)
{
    return gate_sigmoid(swiglu_gate, s, v);
}

static ALWAYS_INLINE double swiglu_backward_of_x(struct stage s, struct operands v)
{
    const double x = swiglu_bounded(v);
    return sigmoid_gate_of_x(swiglu_gate, s, v, fast_two_sum(1, x), multiple_dd(x, s.u));
}

static ALWAYS_INLINE double swiglu_backward_of_y(struct stage s, struct operands v)
{
    return sigmoid_gate_of_y(swiglu_gate, s, v);
}

static ALWAYS_INLINE uint64_t swiglu_backward_is_extreme(struct operands v)
{
    return gate_backward_is_extreme(swiglu_gate, v);
}

static const struct staged swiglu_backward_staged = {
    .first = swiglu_backward_reduce, .second = swiglu_sigmoid, .last = swiglu_backward_of_x,
    .last_of_y = swiglu_backward_of_y, .in_place = true, .extremes = swiglu_backward_is_extreme};

/* The least sigmoid is 2^-1390: times 2^50 and the greatest y, 2^256, it is 0. */
static const struct sigmoid_gate geglu_tanh_gate = {.most = 50, .spare = 600, .least = -31.25};

static ALWAYS_INLINE struct stage geglu_tanh_reduce(struct operands v)
{
    const double x = gelu_tanh_backward_bounded(v);
    const struct double_double z = gelu_tanh_exponent(x, gelu_tanh_cubic(x));
    return gate_exponential(geglu_tanh_gate, v, reduce_reciprocal(z.high, z.low));
}

static ALWAYS_INLINE struct stage geglu_tanh_tail(struct stage s, struct operands v)
{
    (void)v;
    s.u.low = exp_tail(s.u);
    return s;
}

static ALWAYS_INLINE double geglu_tanh_divide(struct stage s, struct operands v)
{
    return sigmoid_gate(geglu_tanh_gate, s, v);
}

static ALWAYS_INLINE uint64_t geglu_tanh_is_extreme(struct operands v)
{
    return gate_is_extreme(geglu_tanh_gate, v);
}

static const struct staged geglu_tanh_staged = {
    .first = geglu_tanh_reduce, .second = geglu_tanh_tail, .last = geglu_tanh_divide,
    .joins = true, .in_place = true, .extremes = geglu_tanh_is_extreme};

static ALWAYS_INLINE struct stage geglu_tanh_backward_reduce(struct operands v)
{
    const double x = gelu_tanh_backward_bounded(v);
    const struct double_double c = gelu_tanh_cubic(x), z = gelu_tanh_exponent(x, c);
    struct stage s = gate_exponential(geglu_tanh_gate, v, reduce_reciprocal(z.high, z.low));
    s.v = gelu_tanh_slope(x, c);
    return s;
}

static ALWAYS_INLINE struct stage geglu_tanh_sigmoid(struct stage s, struct operands v)
{
    s.u.low = long_exp_tail(s.u);
    return gate_sigmoid(geglu_tanh_gate, s, v);
}

static ALWAYS_INLINE double geglu_tanh_backward_of_x(struct stage s, struct operands v)
{
    const struct double_double sum = fast_two_sum(1, s.v.high);
    return sigmoid_gate_of_x(
        geglu_tanh_gate, s, v, (struct double_double){sum.high, sum.low + s.v.low},
        product_dd(s.v, s.u));
}

static ALWAYS_INLINE double geglu_tanh_backward_of_y(struct stage s, struct operands v)
{
    return sigmoid_gate_of_y(geglu_tanh_gate, s, v);
}

static ALWAYS_INLINE uint64_t geglu_tanh_backward_is_extreme(struct operands v)
{
    return gate_backward_is_extreme(geglu_tanh_gate, v);
}

static const struct staged geglu_tanh_backward_staged = {
    .first = geglu_tanh_backward_reduce, .second = geglu_tanh_sigmoid,
    .last = geglu_tanh_backward_of_x, .last_of_y = geglu_tanh_backward_of_y, .in_place = true,
    .extremes = geglu_tanh_backward_is_extreme};

/* geglu: y below 2^23 is ORDINARY, and its gate of x <= -39 is 0. */
static ALWAYS_INLINE double geglu_bounded(struct operands v)
{
    return at_most(fabs(v.x), v.range == ORDINARY || v.x > 0 ? 39 : 66);
}

static ALWAYS_INLINE struct stage geglu_ratio(struct operands v)
{
    return gelu_ratio_at(geglu_bounded(v));
}

/* gelu_rest, and what the line's slope lacks for the low part of a. */
static ALWAYS_INLINE struct stage geglu_rest(struct stage s, struct operands v)
{
    const double y = add_exact_product(-1, s.u.high, 0x1p-255);
    const double slope =
        (GELU_SLOPE + 0.5) * 0x1p-256 + (GELU_SLOPE_OF_SQUARE * 0x1p-256) * (y * y);
    struct stage rest = gelu_rest(s, v);
    rest.other += slope * s.u.low;
    return rest;
}

/* t M(t) 2^256 from 39 on, by the asymptotic series */
static ALWAYS_INLINE struct double_double far_tail(double t)
{
    const double z = 1 / (t * t);
    double sum = 1;
    for (int k = 13; k > 1; k -= 2)
        sum = 1 - k * z * sum;
    return scaled_dd(
        fast_two_sum(NORMAL_DENSITY, NORMAL_DENSITY_REST - NORMAL_DENSITY * (z * sum)), 0x1p256);
}

/* 2^k with a spare power. Of a negative x of ANY size what is below 2^-1000 is kept apart; beside
   a positive one that counts as nothing. */
static ALWAYS_INLINE struct stage gelu_powers(
    struct stage s, struct operands v, struct reduction e, int spare)
{
    s.power = power_above(v.range, e, spare);
    s.exponent = v.x < 0 ? at_most(e.k + 1000, 0) : 0;
    return s;
}

static ALWAYS_INLINE struct stage geglu_factors(struct stage s, struct operands v)
{
    const double t = geglu_bounded(v);
    const struct reduction e = gelu_reduction(t);
    const struct double_double near = gelu_tail(s);
    const bool is_far = v.range == ANY && t > 39;
    return gelu_powers(
        (struct stage){.u = choose_dd(is_far, far_tail(t), near), .v = e.r}, v, e, 256);
}

/* A value or derivative with a spare power; of operands of ANY size near to 1, for a product with
   any number. */
struct scaled_gelu {
    struct double_double number;
    double exponent;
};

static ALWAYS_INLINE struct scaled_gelu scaled_gelu(
    struct stage s, struct operands v, struct double_double a)
{
    if (v.range == ORDINARY)
        return (struct scaled_gelu){a, 0};
    const uint64_t exponent = bits_of_double(a.high) & EXPONENT(2047);
    const double number = double_of_bits(exponent >> 52 | EXPONENT(1023 + 52)) - 0x1p52;
    return (struct scaled_gelu){
        scaled_dd(a, double_of_bits(EXPONENT(2046) - exponent)), s.exponent + (number - 1023)};
}

#define GELU_LIMIT 0x1p256

/* Of p, the tail but for the power */
static ALWAYS_INLINE double gelu_gate(
    int spare, struct stage s, struct operands v, struct double_double p, double power, double y)
{
    const struct scaled_operand factor = let_through_scaled(v, y);
    const struct scaled_gelu value =
        scaled_gelu(s, v, gelu_of_tail(p, v.x, power_of_two_of(EXPONENT(spare)), power));
    return unscaled(
        spare, GELU_LIMIT, v, multiple_dd(factor.number, value.number),
        factor.exponent + value.exponent - spare, v.x * y);
}

static ALWAYS_INLINE double geglu_product(struct stage s, struct operands v)
{
    return gelu_gate(512, s, v, product_dd(exp_dd(s.v), s.u), s.power, v.parameter);
}

static ALWAYS_INLINE uint64_t geglu_is_extreme(struct operands v)
{
    return is_extreme_above(256, v.x) | is_extreme_from(23 - 512, v.parameter);
}

static const struct staged geglu_staged = {
    .first = geglu_ratio, .second = geglu_rest, .third = geglu_factors, .last = geglu_product,
    .joins = true, .extremes = geglu_is_extreme};

static ALWAYS_INLINE struct stage geglu_backward_tail(struct stage s, struct operands v)
{
    const double t = gelu_backward_bounded(v);
    const struct reduction e = gelu_reduction(t);
    return gelu_powers(
        (struct stage){.u = gelu_mills(s, t), .v = {e.r.high, long_exp_tail(e.r)}}, v, e, 600);
}

static ALWAYS_INLINE double geglu_backward_of_x(struct stage s, struct operands v)
{
    const struct double_double lack = gelu_beyond_density(s.u, gelu_backward_bounded(v));
    const struct double_double p = product_dd(one_plus_exp(s.v.high, s.v.low), lack);
    const double power = v.x < 0 ? s.power : -s.power;
    const struct double_double sum = fast_two_sum(v.x < 0 ? 0 : 0x1p600, p.high * power);
    const struct scaled_gelu slope =
        scaled_gelu(s, v, (struct double_double){sum.high, sum.low + p.low * power});
    return unscaled(
        600, GELU_LIMIT, v, product_dd(upstream(v), slope.number),
        upstream_exponent(v) + slope.exponent - 600, v.dy * v.parameter);
}

static ALWAYS_INLINE double geglu_backward_of_y(struct stage s, struct operands v)
{
    const double spare = v.range == ORDINARY ? 1 : 0x1p256;
    const struct double_double tail = multiple_dd(gelu_backward_bounded(v) * spare, s.u);
    const struct double_double p = product_dd(one_plus_exp(s.v.high, s.v.low), tail);
    return gelu_gate(600, s, v, p, s.power * (1 / spare), v.dy);
}

static ALWAYS_INLINE uint64_t geglu_backward_is_extreme(struct operands v)
{
    return is_extreme(v.x) | dz_or_y_is_extreme(v);
}

static const struct staged geglu_backward_staged = {
    .first = gelu_backward_ratio, .second = gelu_backward_rest, .third = geglu_backward_tail,
    .last = geglu_backward_of_x, .last_of_y = geglu_backward_of_y,
    .extremes = geglu_backward_is_extreme};

#endif
