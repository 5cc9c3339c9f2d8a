"""The smooth functions in float64, for float32 inputs: nothing here is taken from the library.

Each formula is well-conditioned where it is used: no two nearly equal numbers are subtracted, and
the argument of an exponential is exact, or has a correction for its rounding. `check` compares
each with MPFR.
"""

from collections.abc import Callable

import numpy as np
from scipy import special

from tests.bits import Array
from tests.mpfr import value

DOUBT = 2.0**-48
"""A reference is within half of this, relatively, of the value: what `check` makes sure of."""

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848


def _exponential_unit(x: Array) -> Array:
    return np.where(x < 0, np.expm1(np.minimum(x, 0)), x)


def _logistic(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    value: Array = np.where(x < 0, e, 1) / (1 + e)
    return value


def _gelu(x: Array) -> Array:
    # The square of a float32 is exact, so that erfcx takes the error out of the exponential.
    tail = special.erfcx(np.abs(x) * np.sqrt(0.5)) * np.exp(-x * x / 2) / 2
    value: Array = x * np.where(x < 0, tail, 1 - tail)
    return value


def _gelu_tanh(x: Array) -> Array:
    wide = x.astype(np.longdouble)
    factor = np.sqrt(8 / np.longdouble("3.14159265358979323846264338327950288"))
    z = factor * (wide + np.longdouble("0.044715") * wide * wide * wide)
    rounded = z.astype(np.float64)
    correction = 1 + np.where(x < 0, (z - rounded).astype(np.float64), 0)
    product: Array = x * _logistic(rounded) * correction
    return product


def _mish(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    n = np.where(x < 0, e * (e + 2), 1 + 2 * e)
    product: Array = x * n / (n + np.where(x < 0, 2, 2 * e * e))
    return product


def _squareplus(x: Array) -> Array:
    root = np.sqrt(x * x + 4) + np.abs(x)
    half: Array = np.where(x < 0, 4 / root, root) / 2
    return half


REFERENCES: dict[str, Callable[[Array], Array]] = {
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "elu": _exponential_unit,
    "selu": lambda x: SELU_SCALE * np.where(x < 0, SELU_ALPHA, 1) * _exponential_unit(x),
    "celu": _exponential_unit,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": lambda x: x * _logistic(x),
    "mish": _mish,
    "squareplus": _squareplus,
    "hard_swish": lambda x: np.where(x >= 3, x, x * np.clip(x + 3, 0, 6) / 6),
}
USUAL = {"elu": (1.0,), "celu": (1.0,), "squareplus": (4.0,)}
"""The parameters: the default in every framework that has one."""


def reference(name: str, x: Array) -> Array:
    """The value of a function for float32 inputs, in float64."""
    with np.errstate(all="ignore"):
        return REFERENCES[name](x.astype(np.float64))


def check(name: str, x: Array) -> None:
    """Raise an error if a reference is not near enough to the value according to MPFR."""
    for at, found in zip(x.tolist(), reference(name, x).tolist(), strict=True):
        right = value(name, at, *USUAL.get(name, ()))
        # Far below the least float32 an exponential is 0.
        if abs(right) > 2.0**-200 and abs(found - right) > DOUBT / 2 * abs(right):
            raise ArithmeticError(f"the reference of {name} at {at!r} is {found!r}, not {right}")
