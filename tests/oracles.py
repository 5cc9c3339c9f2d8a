"""What each function has to return: a plain line of NumPy, written from its definition.

Of a smooth function it is an estimate, in long double and by formulas in which nothing cancels;
tests/test_oracles.py holds it to the definition by MPFR. The decorator above it states what else
the tests require of the function: see tests/facts.py.
"""

import platform
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import inf
from typing import Any, Self

import numpy as np

from relu_ufunc._operations import Operation
from relu_ufunc._ufuncs import make_ufuncs
from tests.bits import ANY_NAN, Array, bits, is_any_nan
from tests.facts import (
    ENTERED,
    EVERY_DTYPE,
    FLOATING,
    NUMERIC,
    SIGNED,
    Backward,
    Forward,
    Oracle,
    backward,
    forward,
    no_kinks,
    nowhere,
)

SLOPES = {"slope": [0.3, -2.0, -0.25, 0.0, 0.125, 0.25, 1.0, 3.0]}


def _zero(x: Array) -> Array:
    return np.zeros((), x.dtype)


def _nan(x: Array) -> Array:
    is_nan: Array = x != x
    return is_nan


def _plus(x: Array) -> Array:
    return np.where(x == 0, _zero(x), x)


def _computed(formula: Callable[..., Any], *operands: Array) -> Array:
    """Arithmetic: float16 is computed in float32 and rounded once; a NaN may have any bits."""
    dtype = operands[0].dtype
    if dtype == np.float16:
        operands = tuple(a.astype(np.float32) for a in operands)
    result = np.asarray(formula(*operands)).astype(dtype)
    return np.where(_nan(result), ANY_NAN[dtype.char], result) if dtype.kind == "f" else result


@forward(EVERY_DTYPE, units="m -> m")
def relu(x: Array) -> Array:
    return np.where((x > 0) | _nan(x), x, _zero(x))


@backward(units="s, m -> s", choices=[((3, 0), 0), ((3, -0.0), 0)], dead=(-1.0,))
def relu_backward(dy: Array, x: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, dy], _zero(x))


@forward(FLOATING, units="m, 1 -> m", parameters=SLOPES, nonnegative=nowhere, makes_nan=[(-inf, 0)])
def leaky_relu(x: Array, slope: Array) -> Array:
    return np.where(x < 0, _computed(np.multiply, x, slope), x)


@backward(
    units="s, m, 1 -> s",
    choices=[((3, 0, 0.25), 0.75), ((3, -0.0, 0.25), 0.75), ((3, 0, -2), -6)],
)
def leaky_relu_backward(dy: Array, x: Array, slope: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, dy], _computed(np.multiply, dy, slope))


@forward(FLOATING, units="m, 1 -> m", parameters=SLOPES, nonnegative=nowhere, makes_nan=[(-inf, 0)])
def prelu(x: Array, slope: Array) -> Array:
    return np.where(x < 0, _computed(np.multiply, slope, x), x)


@backward(
    units="s, m, 1 -> s, m*s",
    choices=[((3, 0, 0.25), (0.75, 0)), ((3, -0.0, 0.25), (0.75, 0))],
)
def prelu_backward(dy: Array, x: Array, slope: Array) -> tuple[Array, Array]:
    dslope = np.select([_nan(x), x < 0], [x, _computed(np.multiply, dy, x)], _zero(x))
    return np.select([_nan(x), x > 0], [x, dy], _computed(np.multiply, dy, slope)), dslope


@forward(EVERY_DTYPE, units="1 -> 1")
def relu6(x: Array) -> Array:
    return np.where(x > 6, np.array(6).astype(x.dtype), relu(x))


@backward(units="s, 1 -> s", kinks=lambda: [0, 6], choices=[((3, 0), 0), ((3, 6), 0)], dead=(7.0,))
def relu6_backward(dy: Array, x: Array) -> Array:
    return np.select([_nan(x), (x > 0) & (x < 6)], [x, dy], _zero(x))


@forward(
    EVERY_DTYPE,
    units="m, m -> m",
    parameters={"max_value": [2.5, -1.5, 0.5, 2.0, 4.0]},
    nonnegative=lambda max_value: max_value > 0,
)
def clipped_relu(x: Array, max_value: Array) -> Array:
    choices = [x, max_value, _plus(max_value)]
    return np.select([_nan(x), _nan(max_value), relu(x) > max_value], choices, relu(x))


@backward(
    units="s, m, m -> s",
    kinks=lambda max_value: [0, max_value],
    choices=[((3, 0, 2), 0), ((3, 2, 2), 0), ((3, 0, 0), 0), ((3, 1, -1), 0)],
    dead=(3.0, 2.0),
)
def clipped_relu_backward(dy: Array, x: Array, max_value: Array) -> Array:
    conditions = [_nan(x), _nan(max_value), (x > 0) & (x < max_value)]
    return np.select(conditions, [x, max_value, dy], _zero(x))


@forward(
    EVERY_DTYPE,
    units="m, m -> m",
    parameters={"theta": [-0.5, -1.5, 0.0, 0.5, 2.0]},
    nonnegative=lambda theta: theta >= 0,
)
def thresholded_relu(x: Array, theta: Array) -> Array:
    return np.select([_nan(x), _nan(theta), x > theta], [x, theta, x], _zero(x))


@backward(
    units="s, m, m -> s",
    kinks=lambda theta: [theta],
    choices=[((3, 2, 2), 0), ((3, -0.0, 0), 0)],
    dead=(1.0, 2.0),
)
def thresholded_relu_backward(dy: Array, x: Array, theta: Array) -> Array:
    return np.select([_nan(x), _nan(theta), x > theta], [x, theta, dy], _zero(x))


@forward(NUMERIC, units="m -> m*m")
def squared_relu(x: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, _computed(np.multiply, x, x)], _zero(x))


@backward(units="s, m -> m*s", choices=[((3, 0), 0), ((3, -0.0), 0)], dead=(-1.0,))
def squared_relu_backward(dy: Array, x: Array) -> Array:
    twice = _computed(lambda dy, x: x.dtype.type(2) * (dy * x), dy, x)
    return np.select([_nan(x), x > 0], [x, twice], _zero(x))


@forward(NUMERIC, units="m -> m, m")
def crelu(x: Array) -> tuple[Array, Array]:
    return relu(x), np.select([_nan(x), x < 0], [x, relu(np.negative(x))], _zero(x))


@forward(
    NUMERIC,
    units="m, m -> m",
    parameters={"b": [-2.5, -1.0]},
    keeps_nan=False,
    makes_nan=[(inf, -inf)],
)
def add_relu(x: Array, b: Array) -> Array:
    return relu(_computed(np.add, x, b))


@forward(
    FLOATING,
    units="m, s, m*s -> m*s",
    parameters={"scale": [0.75, 2.0], "shift": [-1.25, -1.0]},
    keeps_nan=False,
    makes_nan=[(inf, 1, -inf)],
)
def affine_relu(x: Array, scale: Array, shift: Array) -> Array:
    return relu(_computed(lambda x, scale, shift: x * scale + shift, x, scale, shift))


def _is_beyond(x: Array, threshold: Array) -> Array:
    """Whether abs(x) > threshold, although the least integer has no abs."""
    if x.dtype.kind == "i":
        return (threshold < 0) | (x > threshold) | (x < -threshold)
    is_beyond: Array = np.abs(x) > threshold
    return is_beyond


THRESHOLDS = {"threshold": [0.3, -0.5, -1.5, 0.0, 0.5, 2.0]}


@forward(SIGNED, units="m, m -> m", parameters=THRESHOLDS, nonnegative=nowhere)
def soft_threshold(x: Array, threshold: Array) -> Array:
    shrunk = _computed(
        lambda x, threshold: np.where(x < 0, x + threshold, x - threshold), x, threshold
    )
    conditions = [_nan(x), _nan(threshold), _is_beyond(x, threshold) & (x != 0)]
    return np.select(conditions, [x, threshold, shrunk], _zero(x))


@backward(
    units="s, m, m -> s",
    kinks=lambda threshold: [-threshold, threshold] if threshold >= 0 else [0],
    choices=[((3, 2, 2), 0), ((3, -2, 2), 0), ((3, 0, 0), 0)],
    dead=(1.0, 2.0),
)
def soft_threshold_backward(dy: Array, x: Array, threshold: Array) -> Array:
    conditions = [_nan(x), _nan(threshold), _is_beyond(x, threshold)]
    return np.select(conditions, [x, threshold, dy], _zero(x))


@forward(SIGNED, units="m, m -> m", parameters=THRESHOLDS, nonnegative=nowhere)
def hard_threshold(x: Array, threshold: Array) -> Array:
    conditions = [_nan(x), _nan(threshold), _is_beyond(x, threshold)]
    return np.select(conditions, [x, threshold, x], _zero(x))


@backward(
    units="s, m, m -> s",
    kinks=lambda threshold: [-threshold, threshold] if threshold >= 0 else [],
    choices=[((3, 2, 2), 0), ((3, -2, 2), 0), ((3, 0, 0), 0)],
    dead=(1.0, 2.0),
)
def hard_threshold_backward(dy: Array, x: Array, threshold: Array) -> Array:
    return soft_threshold_backward(dy, x, threshold)


def _where_on(x: Array, product: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, product], _zero(x))


@forward(
    FLOATING,
    units="m, s -> m*s",
    parameters={"y": [0.3, -2.0, 0.0, 0.25, 1.0]},
    nonnegative=lambda y: y > 0,
    makes_nan=[(inf, 0)],
)
def reglu(x: Array, y: Array) -> Array:
    return _where_on(x, _computed(np.multiply, x, y))


@backward(units="kg, m, s -> kg*s, kg*m", choices=[((3, 0, 2), (0, 0)), ((3, -0.0, 2), (0, 0))])
def reglu_backward(dz: Array, x: Array, y: Array) -> tuple[Array, Array]:
    return _where_on(x, _computed(np.multiply, dz, y)), _where_on(x, _computed(np.multiply, dz, x))


_ROUNDS_TO_ODD = ContextVar("_ROUNDS_TO_ODD", default=False)
_ROUNDS_AGAIN = ContextVar("_ROUNDS_AGAIN", default=False)


def _to_odd(exact: Array, dtype: "np.dtype[Any]") -> Array:
    """The last bit of an inexact result is 1: rounded again, it is as if rounded once."""
    near = exact.astype(dtype)
    wide = near.astype(exact.dtype)
    toward = np.where(wide < exact, np.inf, -np.inf).astype(dtype)
    is_even = bits(near).reshape(near.shape) % 2 == 0
    inexact = (wide != exact) & np.isfinite(wide)
    return np.where(inexact & is_even, np.nextafter(near, toward), near)


def _smooth(formula: Callable[..., Any], *operands: Array) -> Array:
    """Computed in longdouble and rounded once; of a NaN no more than that it is one."""
    dtype = operands[0].dtype
    token = _ROUNDS_AGAIN.set(dtype != np.longdouble)
    result = np.asarray(formula(*(a.astype(np.longdouble) for a in operands)))
    _ROUNDS_AGAIN.reset(token)
    if dtype.char in "ef":
        result = _to_odd(result, np.dtype(np.float64))
    is_odd = _ROUNDS_TO_ODD.get() and dtype.char == "f"
    result = _to_odd(result, dtype) if is_odd else result.astype(dtype)
    return np.where(_nan(result), ANY_NAN[dtype.char], result)


def _bounded(x: Array, most: float) -> Array:
    """Far out, so that no exponential is 0: an infinite dy times a small number is infinite."""
    return np.clip(x, -most, most)


def _is_lost(x: Array, beside: Array | float = 1.0) -> Array:
    """Where nothing is left of x beside a number, but decides how a midpoint is rounded."""
    lost: Array = (x != 0) & (np.abs(x) < beside * 2.0**-60) & _ROUNDS_AGAIN.get()
    return lost


def _nudged(x: Array, slope: Array, z: Array | None = None) -> Array:
    """x * slope where the slope begins with 1/2 + z: the half of an odd subnormal is a midpoint."""
    z = x if z is None else z
    nudged: Array = x * np.where(_is_lost(z), 0.5 + np.copysign(np.longdouble(2.0**-55), z), slope)
    return nudged


def _seen(x: Array) -> Array:
    """x, but not so near to 0, unless it is 0, that 1/2 + x is 1/2: see _nudged."""
    return np.where(_is_lost(x), np.copysign(np.longdouble(2.0**-57), x), x)


def _logistic(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    value: Array = np.where(x < 0, e, 1) / (1 + e)
    return value


@forward(FLOATING, units="1 -> 1", smooth=True)
def softplus(x: Array) -> Array:
    def value(x: Array) -> Any:
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    return np.where(_nan(x), x, _smooth(value, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((3, 0), 1.5)])
def softplus_backward(dy: Array, x: Array) -> Array:
    value = _smooth(lambda dy, x: dy * _logistic(_seen(_bounded(x, 1e4))), dy, x)
    return np.where(_nan(x), x, value)


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def log_sigmoid(x: Array) -> Array:
    def value(x: Array) -> Any:
        return -(np.maximum(-x, 0) + np.log1p(np.exp(-np.abs(x))))

    return np.where(_nan(x), x, _smooth(value, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((3, 0), 1.5)])
def log_sigmoid_backward(dy: Array, x: Array) -> Array:
    value = _smooth(lambda dy, x: dy * _logistic(_seen(-_bounded(x, 1e4))), dy, x)
    return np.where(_nan(x), x, value)


ALPHAS = {"alpha": [1.0, 0.3, 0.25, 2.0]}


@forward(FLOATING, units="1, 1 -> 1", parameters=ALPHAS, nonnegative=nowhere, smooth=True)
def elu(x: Array, alpha: Array) -> Array:
    def value(x: Array, alpha: Array) -> Any:
        return alpha * np.where(_is_lost(x), x * (1 - np.longdouble(2.0**-57)), np.expm1(x))

    return np.where(x < 0, _smooth(value, x, alpha), x)


@backward(units="s, 1, 1 -> s", choices=[((3, 0, 0.25), 0.75), ((3, -0.0, 0.25), 0.75)])
def elu_backward(dy: Array, x: Array, alpha: Array) -> Array:
    def value(dy: Array, x: Array, alpha: Array) -> Any:
        return dy * alpha * np.exp(_seen(np.clip(x, -1e4, 0)))

    return np.select([_nan(x), x > 0], [x, dy], _smooth(value, dy, x, alpha))


SELU_SCALE = np.longdouble("1.0507009873554804934193349852946")
SELU_ALPHA = np.longdouble("1.6732632423543772848170429916717")


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def selu(x: Array) -> Array:
    def value(x: Array) -> Any:
        return SELU_SCALE * np.where(x < 0, SELU_ALPHA * np.expm1(np.minimum(x, 0)), x)

    return np.where(_nan(x), x, _smooth(value, x))


@backward(units="s, 1 -> s", choices=[((0, 0), 0), ((0, -0.0), 0)])
def selu_backward(dy: Array, x: Array) -> Array:
    def value(dy: Array, x: Array) -> Any:
        return dy * (SELU_SCALE * np.where(x > 0, 1, SELU_ALPHA * np.exp(np.clip(x, -1e4, 0))))

    return np.where(_nan(x), x, _smooth(value, dy, x))


@forward(
    FLOATING,
    units="m, m -> m",
    parameters=ALPHAS,
    nonnegative=nowhere,
    makes_nan=[(-1, inf)],
    smooth=True,
)
def celu(x: Array, alpha: Array) -> Array:
    def value(x: Array, alpha: Array) -> Any:
        return alpha * np.expm1(_bounded(x / alpha, 1e4))

    return np.where(x < 0, _smooth(value, x, alpha), x)


@backward(units="s, m, m -> s", kinks=no_kinks, choices=[((3, 0, 0.25), 3)])
def celu_backward(dy: Array, x: Array, alpha: Array) -> Array:
    def value(dy: Array, x: Array, alpha: Array) -> Any:
        quarter = np.exp(_bounded(x / alpha, 4e4) / 4)
        # One factor alone would be 0 or infinite where the product is not, or the other way round.
        return dy * quarter * quarter * quarter * quarter

    return np.select([_nan(x), x > 0], [x, dy], _smooth(value, dy, x, alpha))


def _normal_density(x: Array) -> Array:
    """With the square in two parts, since its error is one of the exponential's logarithm."""
    high = x.astype(np.float32).astype(x.dtype)
    square_root = np.sqrt(2 * np.longdouble(PI))
    density: Array = np.exp(-high * high / 2) * np.exp((high - x) * (high + x) / 2)
    density /= square_root
    return density


PI = "3.14159265358979323846264338327950288"


def _from_the_middle(t: Array) -> Array:
    """The distribution from 0 to t by a series of positive terms, in units of the density."""
    term = total = t
    for k in range(1, 80):
        term = term * (t * t / (2 * k + 1))
        before, total = total, total + term
        if np.array_equal(before, total):
            break
    return total


def _tail(t: Array) -> Array:
    """The distribution beyond t by Laplace's continued fraction, in units of the density."""
    fraction = t
    for k in range(120, 0, -1):
        fraction = t + k / fraction
    return 1 / fraction


def _normal_distribution(x: Array) -> Array:
    t, density = np.asarray(np.abs(x)), np.asarray(_normal_density(x))
    tail, is_near = np.empty_like(t), np.asarray(t < 3)
    tail[is_near] = 0.5 - density[is_near] * _from_the_middle(t[is_near])
    tail[~is_near] = density[~is_near] * _tail(t[~is_near])
    return np.where(x < 0, tail, 1 - tail)


def _gelu(x: Array) -> Array:
    finite = _bounded(x, 200)
    return _nudged(np.where(x < 0, finite, x), _normal_distribution(finite))


def _gelu_slope(dy: Array, x: Array) -> Array:
    x = _seen(_bounded(x, 140))
    product: Array = dy * (_normal_distribution(x) + x * _normal_density(x))
    return product


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def gelu(x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_gelu, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((3, 0), 1.5)])
def gelu_backward(dy: Array, x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_gelu_slope, dy, x))


def _tanh_argument(x: Array) -> tuple[Array, Array]:
    """Twice the argument of the tanh, and its derivative."""
    factor = 2 * np.sqrt(2 / np.longdouble(PI))
    cubic = np.longdouble("0.044715")
    return factor * (x + cubic * x**3), factor * (1 + 3 * cubic * x**2)


def _gelu_tanh(x: Array) -> Array:
    finite = _bounded(x, 80)
    return _nudged(np.where(x < 0, finite, x), _logistic(_tanh_argument(finite)[0]))


def _gelu_tanh_slope(dy: Array, x: Array) -> Array:
    x = _seen(_bounded(x, 40))
    z, slope = _tanh_argument(x)
    product: Array = dy * (_logistic(z) * (1 + x * slope * _logistic(-z)))
    return product


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def gelu_tanh(x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_gelu_tanh, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((3, 0), 1.5)])
def gelu_tanh_backward(dy: Array, x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_gelu_tanh_slope, dy, x))


def _silu(x: Array) -> Array:
    finite = _bounded(x, 2e4)
    return _nudged(np.where(x < 0, finite, x), _logistic(finite))


def _silu_slope(dy: Array, x: Array) -> Array:
    x = _seen(_bounded(x, 1e4))
    product: Array = dy * (_logistic(x) * (1 + x * _logistic(-x)))
    return product


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def silu(x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_silu, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((3, 0), 1.5)])
def silu_backward(dy: Array, x: Array) -> Array:
    return np.where(_nan(x), x, _smooth(_silu_slope, dy, x))


def _halves(x: Array) -> tuple[Array, Array]:
    """Two parts of half as many bits; a number that is not finite has no second one."""
    mantissa, exponent = np.frexp(x)
    part = x.dtype.type(2.0 ** (np.finfo(x.dtype).nmant // 2 + 1))
    high = np.ldexp((mantissa + part) - part, exponent)
    return high, np.where(np.isfinite(x), x - high, 0)


def _swish_argument(x: Array, beta: Array) -> tuple[Array, Array]:
    """The product in two parts, where 0 times infinity is 0, within the bounds of exponentials."""
    is_zero = (x == 0) | (beta == 0)
    z = np.where(is_zero, 0, x * beta)
    (x_high, x_low), (beta_high, beta_low) = _halves(x), _halves(beta)
    rest = (x_high * beta_high - z) + x_high * beta_low + x_low * beta_high + x_low * beta_low
    return _bounded(z, 4e4), np.where(~is_zero & (np.abs(z) < 2e4), rest, 0)


BETAS = {"beta": [1.0, 1.702, 0.25, 2.0]}


@forward(FLOATING, units="m, 1/m -> m", parameters=BETAS, nonnegative=nowhere, smooth=True)
def swish(x: Array, beta: Array) -> Array:
    def value(x: Array, beta: Array) -> Any:
        z, rest = _swish_argument(x, beta)
        greatest = np.finfo(x.dtype).max
        slope = _logistic(z) * (1 + rest * _logistic(-z))
        return _nudged(np.where(z < 0, np.clip(x, -greatest, greatest), x), slope, z)

    return np.select([_nan(x), _nan(beta)], [x, beta], _smooth(value, x, beta))


@backward(units="s, m, 1/m -> s", kinks=no_kinks, choices=[((3, 0, 2), 1.5), ((3, 2, 0), 1.5)])
def swish_backward(dy: Array, x: Array, beta: Array) -> Array:
    def value(dy: Array, x: Array, beta: Array) -> Any:
        z, rest = _swish_argument(x, beta)
        near = _seen(_bounded(z, 1e4))
        slope = _logistic(near) * (1 + near * _logistic(-near))
        # Far below 0 the derivative is about z e^z. See celu_backward for its factors.
        quarter = np.exp(np.minimum(z, 0) / 4)
        far = dy * quarter * (quarter * z) * quarter * quarter
        return np.where(z < -5e3, far, dy * (slope * (1 + np.where(z < -2, rest, 0))))

    return np.select([_nan(x), _nan(beta)], [x, beta], _smooth(value, dy, x, beta))


def _tanh_softplus(x: Array) -> Array:
    value: Array = np.tanh(np.log1p(np.exp(x)))
    return value


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def mish(x: Array) -> Array:
    def value(x: Array) -> Any:
        finite = _bounded(x, 5e3)
        return np.where(x < 0, finite, x) * _tanh_softplus(finite)

    return np.where(_nan(x), x, _smooth(value, x))


@backward(units="s, 1 -> s", kinks=no_kinks, choices=[((5, 0), 3)])
def mish_backward(dy: Array, x: Array) -> Array:
    def value(dy: Array, x: Array) -> Any:
        x = _bounded(x, 5e3)
        tanh = _tanh_softplus(x)
        return dy * (tanh + x * (1 - tanh * tanh) * _logistic(x))

    return np.where(_nan(x), x, _smooth(value, dy, x))


def _squareplus_root(x: Array, b: Array) -> Array:
    """sqrt(x*x + b), with what rounding takes from the square: where b cancels it, that remains."""
    part = x * 2.0 ** (np.finfo(x.dtype).nmant // 2 + 1)
    high = (x + part) - part
    low, square = x - high, x * x
    total = square + b
    kept = total - square
    rest = (high * high - square) + 2 * high * low + low * low
    rest = rest + (square - (total - kept)) + (b - kept)
    root: Array = np.sqrt(np.where(np.isfinite(rest), total + rest, total))
    return root


def _squareplus(x: Array, b: Array) -> Array:
    root = _squareplus_root(x, b)
    below, above = (b + 0.0) / (root - x) / 2, (root + x) / 2
    value: Array = np.where((x < 0) & (b < inf), below, above)
    return value


@forward(
    FLOATING,
    units="m, m*m -> m",
    parameters={"b": [4.0, 0.7, 1.0, 0.25]},
    nonnegative=lambda b: b > 0,
    makes_nan=[(-inf, inf), (0, -1)],
    smooth=True,
)
def squareplus(x: Array, b: Array) -> Array:
    return np.select([_nan(x), _nan(b)], [x, b], _smooth(_squareplus, x, b))


@backward(units="s, m, m*m -> s", kinks=no_kinks, choices=[((3, 0, 4), 1.5)])
def squareplus_backward(dy: Array, x: Array, b: Array) -> Array:
    def value(dy: Array, x: Array, b: Array) -> Any:
        x = _bounded(x, np.finfo(np.float64).max)
        root = _squareplus_root(x, b)
        # What follows dy/2 decides where that is a midpoint: see _seen.
        x = np.where(_is_lost(x, beside=root), np.copysign(root * np.longdouble(2.0**-57), x), x)
        above, below = dy * (root + x) / (2 * root), dy * (b + 0.0) / (2 * root * (root - x))
        at_zero = dy * (root / (2 * root))
        return np.select([x == 0, x < 0], [at_zero, below], above)

    return np.select([_nan(x), _nan(b)], [x, b], _smooth(value, dy, x, b))


@forward(FLOATING, units="1 -> 1", nonnegative=nowhere, smooth=True)
def hard_swish(x: Array) -> Array:
    parabola = _smooth(lambda x: _nudged(x, (x + 3) / 6), x)
    return np.select([_nan(x) | (x >= 3), x > -3], [x, parabola], -_zero(x))


@backward(
    units="s, 1 -> s",
    kinks=lambda: [-3, 3],
    choices=[((3, -3), 0), ((3, 3), 3)],
    dead=(-4.0,),
)
def hard_swish_backward(dy: Array, x: Array) -> Array:
    product = _smooth(lambda dy, x: dy * (2 * _seen(x) + 3) / 6, dy, x)
    return np.select([_nan(x), x >= 3, x > -3], [x, dy, product], _zero(x))


@forward(FLOATING, units="1 -> 1", smooth=True)
def hard_sigmoid(x: Array) -> Array:
    line = _smooth(lambda x: (x + 3) / 6, x)
    return np.select([_nan(x), x >= 3, x > -3], [x, np.ones((), x.dtype), line], _zero(x))


@backward(
    units="s, 1 -> s",
    kinks=lambda: [-3, 3],
    choices=[((3, -3), 0), ((3, 0), 0.5), ((3, 3), 0)],
    dead=(-4.0,),
)
def hard_sigmoid_backward(dy: Array, x: Array) -> Array:
    sixth = _smooth(lambda dy: dy / 6, dy)
    return np.select([_nan(x), np.abs(x) < 3], [x, sixth], _zero(x))


def _gate(activation: Callable[[Array], Array], x: Array, y: Array) -> Array:
    def value(x: Array, y: Array) -> Any:
        is_shut = (x == 0) | (x == -inf)
        let_through = np.where(is_shut, np.copysign(y.dtype.type(1), y), y)
        # An activation that is finite has the sign of x.
        return np.where(np.isinf(let_through), x, activation(x)) * let_through

    return np.where(_nan(x), x, _smooth(value, x, y))


def _gate_slope(slope: Callable[[Array, Array], Array], dz: Array, x: Array, y: Array) -> Array:
    """From a derivative of x times dy."""
    return np.where(_nan(x), x, _smooth(lambda dz, x, y: slope(dz * y, x), dz, x, y))


smooth_gate = forward(
    FLOATING,
    units="1, m -> m",
    parameters={"y": [1.0, 0.7, -2.0, 0.25, 0.5]},
    nonnegative=nowhere,
    makes_nan=[(inf, 0)],
    smooth=True,
)
smooth_gate_backward = backward(
    units="s, 1, m -> s*m, s", kinks=no_kinks, choices=[((3, 0, 2), (3, 0))]
)


@smooth_gate
def swiglu(x: Array, y: Array) -> Array:
    return _gate(_silu, x, y)


@smooth_gate_backward
def swiglu_backward(dz: Array, x: Array, y: Array) -> tuple[Array, Array]:
    return _gate_slope(_silu_slope, dz, x, y), _gate(_silu, x, dz)


@smooth_gate
def geglu(x: Array, y: Array) -> Array:
    return _gate(_gelu, x, y)


@smooth_gate_backward
def geglu_backward(dz: Array, x: Array, y: Array) -> tuple[Array, Array]:
    return _gate_slope(_gelu_slope, dz, x, y), _gate(_gelu, x, dz)


@smooth_gate
def geglu_tanh(x: Array, y: Array) -> Array:
    return _gate(_gelu_tanh, x, y)


@smooth_gate_backward
def geglu_tanh_backward(dz: Array, x: Array, y: Array) -> tuple[Array, Array]:
    return _gate_slope(_gelu_tanh_slope, dz, x, y), _gate(_gelu_tanh, x, dz)


ORACLES = ENTERED
FORWARDS = {name: each for name, each in ORACLES.items() if isinstance(each, Forward)}
BACKWARDS = {name: each for name, each in ORACLES.items() if isinstance(each, Backward)}


def evaluated(
    operation: Operation, *operands: Array, rounds_to_odd: bool = False
) -> tuple[Array, ...]:
    """The outputs, each of the operands' common shape, read-only.

    Of a smooth function in float64 and longdouble they are the library's own, element by
    element, once these have been found to be near enough.
    """
    oracle = ORACLES[operation.name]
    token = _ROUNDS_TO_ODD.set(rounds_to_odd)
    with np.errstate(all="ignore"):
        outputs = oracle.value(*operands)
    _ROUNDS_TO_ODD.reset(token)
    shape = np.broadcast_shapes(*(a.shape for a in operands))
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    if oracle.smooth and (operands[0].dtype.char in ULPS or (oracle.is_gate and not rounds_to_odd)):
        several = tuple(_own(oracle, k, several[k], operands) for k in range(len(several)))
    return tuple(np.broadcast_to(output, shape) for output in several)


@dataclass(frozen=True)
class _Evaluation:
    operation: Operation = field(compare=False)
    operands: tuple[Array, ...] = field(compare=False)
    rounds_to_odd: bool
    key: tuple[object, ...]

    @classmethod
    def of(cls, operation: Operation, operands: tuple[Array, ...], rounds_to_odd: bool) -> Self:
        contents = (item for a in operands for item in (a.dtype, a.shape, bits(a).tobytes()))
        return cls(operation, operands, rounds_to_odd, (operation.name, *contents))


@lru_cache(256)
def _remembered(evaluation: _Evaluation) -> tuple[Array, ...]:
    rounds_to_odd = evaluation.rounds_to_odd
    return evaluated(evaluation.operation, *evaluation.operands, rounds_to_odd=rounds_to_odd)


def expected(
    operation: Operation, *operands: Array, rounds_to_odd: bool = False
) -> tuple[Array, ...]:
    """What `evaluated` returns, and once for all instruction sets and layouts."""
    if sum(a.nbytes for a in operands) > REMEMBERED_BYTES:
        return evaluated(operation, *operands, rounds_to_odd=rounds_to_odd)
    return _remembered(_Evaluation.of(operation, operands, rounds_to_odd))


REMEMBERED_BYTES = 1 << 19

PRODUCT_ULPS = 0.5001
"""Of a gate in float32 and less: the activation of float64 times y, rounded once."""

ULPS = {"d": (1.0, 1.0), "g": (6.0, 8.0)}
"""The bounds of docs/smooth.md, of a value and of a derivative. The estimates err too, by more in
longdouble, where the argument of an exponential has many digits before the point: what is further
from them is held to the definition."""

HAS_BOUND = np.finfo(np.longdouble).nmant == 52 or platform.libc_ver()[0] == "glibc"
"""In longdouble. It is as exact as the C library."""

if not HAS_BOUND:
    ULPS["g"] = (2.0**12, 2.0**12)


@cache
def _plain_ufuncs() -> dict[str, np.ufunc]:
    return make_ufuncs("generic")


def _own(oracle: Oracle, output: int, right: Array, operands: tuple[Array, ...]) -> Array:
    """The library's result on the plainest instruction set; it has to be near the oracle's."""
    results = _plain_ufuncs()[oracle.name](*(a.copy() for a in operands))
    own: Array = np.asarray(results[output] if isinstance(results, tuple) else results)
    if own.size == 0:
        return own
    right, *spread = (np.broadcast_to(a, own.shape) for a in (right, *operands))
    any_nan = is_any_nan(right)
    same = np.all((bits(own) == bits(right)).reshape(*own.shape, -1), axis=-1)
    fits = np.array(same | (any_nan & _nan(own)))
    # NumPy 1.25 warns where it compares a single NaN with 0.
    with np.errstate(invalid="ignore"):
        has_sign = (own != 0) | _nan(right) | (np.signbit(own) == np.signbit(right))
    most = ULPS.get(own.dtype.char, (PRODUCT_ULPS,) * 2)[isinstance(oracle, Backward)]
    fits |= has_sign & _is_near(own, right, most)
    *dy, x = spread[: len(spread) - len(oracle.parameters)]
    # A gradient of y does not depend on y.
    parameters = spread[len(dy) + 1 :] if output == 0 else []
    is_decided = ~np.any(np.isnan([*dy, x]), axis=0) & np.all(np.isfinite(parameters), axis=0)
    doubted = ~fits & has_sign & is_decided
    if doubted.any():
        from tests.mpfr import errors_in_ulp

        # The greatest numbers stand for an infinite x: the values there are those of the limit.
        greatest = np.finfo(own.dtype).max
        arguments = (
            a[doubted] for a in (*dy, np.clip(x, -greatest, greatest), *spread[len(dy) + 1 :])
        )
        errors = errors_in_ulp(oracle.name, own[doubted], *arguments, output=output)
        fits[doubted] = errors <= most
    if not fits.all():
        first = tuple(np.argwhere(~fits)[0])
        values = [a[first] for a in spread]
        raise AssertionError(
            f"{np.count_nonzero(~fits)} of {fits.size} of {oracle.name!r} are not near, first at "
            f"{values}: {own[first]!r} instead of {right[first]!r}"
        )
    return np.where(any_nan & _nan(own), right, own)


def _is_near(own: Array, right: Array, ulps: float) -> Array:
    """Infinity is the next beside the greatest number."""
    greatest = np.finfo(own.dtype).max
    # np.spacing is NaN for the x87 number below a power of two (NumPy 2.4).
    below = np.nextafter(greatest, np.zeros_like(greatest))
    own, right = (np.clip(a, -greatest, greatest) for a in (own, right))
    magnitude = np.minimum(np.abs(right), below)
    with np.errstate(all="ignore"):
        near: Array = np.abs(own - right) <= ulps * (np.nextafter(magnitude, greatest) - magnitude)
    return near
