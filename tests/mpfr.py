"""The smooth functions and their derivatives by MPFR, with 200 bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.bits import Array
from tests.smooth_points import finfo

gmpy2 = pytest.importorskip("gmpy2", reason="the extra `test` brings it: MPFR for Python")

CONTEXT = gmpy2.context(precision=200, emin=-(1 << 30), emax=1 << 30)


def number(x: float | str) -> Any:
    return gmpy2.mpfr(x)


def _logistic(x: Any) -> Any:
    return 1 / (1 + gmpy2.exp(-x))


def _normal(x: Any) -> Any:
    return gmpy2.erfc(-x / gmpy2.sqrt(number(2))) / 2


def _density(x: Any) -> Any:
    return gmpy2.exp(-x * x / 2) / gmpy2.sqrt(2 * gmpy2.const_pi())


def _argument(x: Any) -> tuple[Any, Any]:
    factor, cubic = 2 * gmpy2.sqrt(2 / gmpy2.const_pi()), number("0.044715")
    return factor * (x + cubic * x**3), factor * (1 + 3 * cubic * x**2)


def _tanh(x: Any) -> Any:
    n = gmpy2.exp(min(x, 200)) * (gmpy2.exp(min(x, 200)) + 2)
    return n / (n + 2)


def _squareplus(x: Any, b: Any) -> Any:
    root = gmpy2.sqrt(x * x + b)
    return b / (root - x) / 2 if x < 0 else (root + x) / 2


def _selu_constants() -> tuple[Any, Any]:
    """G. Klambauer et al., NeurIPS 2017, appendix: mean 0 and variance 1 are a fixed point."""
    pi, e, root_e = gmpy2.const_pi(), gmpy2.exp(number(1)), gmpy2.exp(number(0.5))
    half, one = gmpy2.erfc(1 / gmpy2.sqrt(number(2))), gmpy2.erfc(gmpy2.sqrt(number(2)))
    two = number(2)
    alpha = -gmpy2.sqrt(2 / pi) / (half * root_e - 1)
    scale = (
        (1 - half * root_e)
        * gmpy2.sqrt(two * pi)
        / gmpy2.sqrt(2 * one * e**2 + pi * half**2 * e - 2 * (2 + pi) * half * root_e + pi + 2)
    )
    return scale, scale * alpha


def _gelu_tanh_derivative(x: Any) -> Any:
    z, slope = _argument(x)
    return _logistic(z) * (1 + x * slope * _logistic(-z))


def _mish_derivative(x: Any) -> Any:
    return _tanh(x) + x * _logistic(x) * (1 - _tanh(x)) * (1 + _tanh(x))


def _far(x: Any, least: int) -> Any:
    """Not so far below 0 that the derivative is a sum of zeros, and its sign lost."""
    return max(x, number(-least))


VALUES: dict[str, Callable[..., Any]] = {
    "softplus": lambda x: gmpy2.log1p(gmpy2.exp(-abs(x))) + max(x, 0),
    "elu": lambda x, alpha: x if x > 0 else alpha * gmpy2.expm1(x),
    "selu": lambda x: _selu_constants()[0] * x if x > 0 else _selu_constants()[1] * gmpy2.expm1(x),
    "celu": lambda x, alpha: x if x > 0 else alpha * gmpy2.expm1(x / alpha),
    "gelu": lambda x: x * _normal(x),
    "gelu_tanh": lambda x: x * _logistic(_argument(x)[0]),
    "silu": lambda x: x * _logistic(x),
    "mish": lambda x: x * _tanh(x),
    "squareplus": _squareplus,
    "hard_swish": lambda x: x if x >= 3 else number(-0.0) if x <= -3 else x * (x + 3) / 6,
    "softplus_backward": _logistic,
    "elu_backward": lambda x, alpha: number(1) if x > 0 else alpha * gmpy2.exp(x),
    "selu_backward": lambda x: (
        _selu_constants()[0] if x > 0 else _selu_constants()[1] * gmpy2.exp(x)
    ),
    "celu_backward": lambda x, alpha: number(1) if x > 0 else gmpy2.exp(x / alpha),
    "gelu_backward": lambda x: _normal(x) + _far(x, 1 << 13) * _density(_far(x, 1 << 13)),
    "gelu_tanh_backward": _gelu_tanh_derivative,
    "silu_backward": lambda x: _logistic(x) * (1 + x * _logistic(-x)),
    "mish_backward": lambda x: _mish_derivative(_far(x, 1 << 18)),
    "squareplus_backward": lambda x, b: _squareplus(x, b) / gmpy2.sqrt(x * x + b),
    "hard_swish_backward": lambda x: number(1 if x >= 3 else 0 if x <= -3 else (2 * x + 3) / 6),
}
"""For a derivative without dy; with parameters after x."""


def value(name: str, x: float, *parameters: float) -> Any:
    with CONTEXT.copy():
        return number(VALUES[name](number(x), *map(number, parameters)))


def difference(name: str, result: str, x: float, *parameters: float) -> float:
    """How far a number, written in hexadecimal, is from the value."""
    with CONTEXT.copy():
        return float(
            abs(number(result) - number(VALUES[name](number(x), *map(number, parameters))))
        )


def _step(right: Any, info: Any) -> Any:
    """The unit of the last place of a value, or of the least number."""
    exponent = gmpy2.get_exp(right) - info.nmant - 1 if right else info.minexp
    return number(2) ** max(exponent, info.minexp - info.nmant)


def exact(x: Any) -> Any:
    """A float of any format: those of more than 53 bits in parts."""
    if not np.isfinite(x):
        return number(float(x))
    mantissa, exponent = np.frexp(x)
    total = number(0)
    for _ in range(3):
        part = float(mantissa)
        total += number(part)
        mantissa -= part
    return total * number(2) ** int(exponent)


ROOTS = {
    f"{name}_backward": (number(-2), number(-0.5)) for name in ("gelu", "gelu_tanh", "silu", "mish")
}
"""Where a derivative has a root that is no number of any format. Beside it the unit is not less
than 2^-60 dy, or 2^-n dy in a format of n > 60 bits."""


def _error(name: str, result: Any, right: Any, x: Any, dy: Any, info: Any) -> float:
    if gmpy2.is_nan(right):
        return 0.0 if gmpy2.is_nan(result) else float("inf")
    step = _step(right, info)
    if gmpy2.is_infinite(result):
        greatest = number(2) ** (info.maxexp) - number(2) ** (info.maxexp - info.nmant - 2)
        return 0.0 if right * gmpy2.sign(result) >= greatest else float("inf")
    if name in ROOTS and ROOTS[name][0] < x < ROOTS[name][1]:
        step = max(step, abs(dy) * number(2) ** -max(60, info.nmant + 1))
    return float(abs(result - right) / step)


def errors_in_ulp(name: str, results: Array, *operands: Any) -> Array:
    """How far floats are from the values, in units of the last place; of a derivative, from dy
    times it.
    """
    info = finfo(results.dtype)
    arrays = [np.asarray(array) for array in (results, *operands)]
    arrays = [a if a.dtype.itemsize > 2 else a.astype(np.float32) for a in arrays]
    found = []
    with CONTEXT.copy():
        for result, *each in np.broadcast(*arrays):
            dy = exact(each.pop(0)) if name.endswith("_backward") else number(1)
            arguments = [exact(operand) for operand in each]
            right = dy * number(VALUES[name](*arguments))
            found.append(_error(name, exact(result), right, arguments[0], dy, info))
    return np.array(found)


def rounded(name: str, x: Array, dtype: "np.dtype[Any]", *parameters: float) -> Array:
    """The values rounded to the dtype, ties to even, as float64: inexact if out of its range."""
    info = finfo(dtype)
    found = []
    with CONTEXT.copy():
        for at in x.tolist():
            right = number(VALUES[name](number(at), *map(number, parameters)))
            if gmpy2.is_finite(right):
                step = _step(right, info)
                right = gmpy2.rint(right / step) * step
            found.append(float(right))
    return np.array(found)
