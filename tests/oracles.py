"""What each function has to return: a plain line of NumPy, written from its definition.

The decorator above it states what else the tests require of the function: see tests/facts.py.
"""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import ANY_NAN, Array
from tests.facts import (
    ENTERED,
    EVERY_DTYPE,
    FLOATING,
    NUMERIC,
    Backward,
    Forward,
    backward,
    forward,
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


ORACLES = ENTERED
FORWARDS = {name: each for name, each in ORACLES.items() if isinstance(each, Forward)}
BACKWARDS = {name: each for name, each in ORACLES.items() if isinstance(each, Backward)}


def expected(operation: Operation, *operands: Array) -> tuple[Array, ...]:
    """The outputs, each of the operands' common shape, in its own memory."""
    with np.errstate(all="ignore"):
        outputs = ORACLES[operation.name].value(*operands)
    shape = np.broadcast_shapes(*(a.shape for a in operands))
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(np.broadcast_to(output, shape) for output in several)
