"""What each function has to return: one plain line of NumPy, written from its definition."""

from collections.abc import Callable
from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import ANY_NAN, Array

Oracle = Callable[..., Array | tuple[Array, ...]]


def _zero(x: Array) -> Array:
    return np.zeros((), x.dtype)


def _nan(x: Array) -> Array:
    is_nan: Array = x != x
    return is_nan


def _plus(x: Array) -> Array:
    return np.where(x == 0, _zero(x), x)


def _computed(formula: Callable[..., Any], *operands: Array) -> Array:
    """Arithmetic: float16 in float32 and rounded once; of a NaN no more than that it is one."""
    dtype = operands[0].dtype
    if dtype == np.float16:
        operands = tuple(a.astype(np.float32) for a in operands)
    result = np.asarray(formula(*operands)).astype(dtype)
    return np.where(_nan(result), ANY_NAN[dtype.char], result) if dtype.kind == "f" else result


def relu(x: Array) -> Array:
    return np.where((x > 0) | _nan(x), x, _zero(x))


def relu_backward(dy: Array, x: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, dy], _zero(x))


def leaky_relu(x: Array, slope: Array) -> Array:
    return np.where(x < 0, _computed(np.multiply, x, slope), x)


def leaky_relu_backward(dy: Array, x: Array, slope: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, dy], _computed(np.multiply, dy, slope))


def prelu(x: Array, slope: Array) -> Array:
    return np.where(x < 0, _computed(np.multiply, slope, x), x)


def prelu_backward(dy: Array, x: Array, slope: Array) -> tuple[Array, Array]:
    dslope = np.select([_nan(x), x < 0], [x, _computed(np.multiply, dy, x)], _zero(x))
    return np.select([_nan(x), x > 0], [x, dy], _computed(np.multiply, dy, slope)), dslope


def relu6(x: Array) -> Array:
    return np.where(x > 6, np.array(6).astype(x.dtype), relu(x))


def relu6_backward(dy: Array, x: Array) -> Array:
    return np.select([_nan(x), (x > 0) & (x < 6)], [x, dy], _zero(x))


def clipped_relu(x: Array, max_value: Array) -> Array:
    choices = [x, max_value, _plus(max_value)]
    return np.select([_nan(x), _nan(max_value), relu(x) > max_value], choices, relu(x))


def clipped_relu_backward(dy: Array, x: Array, max_value: Array) -> Array:
    conditions = [_nan(x), _nan(max_value), (x > 0) & (x < max_value)]
    return np.select(conditions, [x, max_value, dy], _zero(x))


def thresholded_relu(x: Array, theta: Array) -> Array:
    return np.select([_nan(x), _nan(theta), x > theta], [x, theta, x], _zero(x))


def thresholded_relu_backward(dy: Array, x: Array, theta: Array) -> Array:
    return np.select([_nan(x), _nan(theta), x > theta], [x, theta, dy], _zero(x))


def squared_relu(x: Array) -> Array:
    return np.select([_nan(x), x > 0], [x, _computed(np.multiply, x, x)], _zero(x))


def squared_relu_backward(dy: Array, x: Array) -> Array:
    twice = _computed(lambda dy, x: x.dtype.type(2) * (dy * x), dy, x)
    return np.select([_nan(x), x > 0], [x, twice], _zero(x))


def crelu(x: Array) -> tuple[Array, Array]:
    return relu(x), np.select([_nan(x), x < 0], [x, relu(np.negative(x))], _zero(x))


def add_relu(x: Array, b: Array) -> Array:
    return relu(_computed(np.add, x, b))


def affine_relu(x: Array, scale: Array, shift: Array) -> Array:
    return relu(_computed(lambda x, scale, shift: x * scale + shift, x, scale, shift))


ORACLES: dict[str, Oracle] = {
    name: function
    for name, function in globals().items()
    if callable(function) and getattr(function, "__module__", "") == __name__ and name[0] != "_"
}


def expected(operation: Operation, *operands: Array) -> tuple[Array, ...]:
    """The outputs, each of the operands' common shape, in memory of its own."""
    with np.errstate(all="ignore"):
        outputs = ORACLES[operation.name](*operands)
    shape = np.broadcast_shapes(*(a.shape for a in operands))
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return tuple(np.broadcast_to(output, shape) for output in several)
