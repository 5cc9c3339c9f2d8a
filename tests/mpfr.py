"""The smooth functions and their derivatives by MPFR, with 200 bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.bits import Array

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
    scale = number("1.0507009873554804934193349852946")
    return scale, scale * number("1.6732632423543772848170429916717")


def _gelu_tanh_derivative(x: Any) -> Any:
    z, slope = _argument(x)
    return _logistic(z) * (1 + x * slope * _logistic(-z))


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
    "gelu_backward": lambda x: _normal(x) + x * _density(x),
    "gelu_tanh_backward": _gelu_tanh_derivative,
    "silu_backward": lambda x: _logistic(x) * (1 + x * _logistic(-x)),
    "mish_backward": lambda x: _tanh(x) + x * _logistic(x) * (1 - _tanh(x)) * (1 + _tanh(x)),
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


def errors_in_ulp(
    name: str, results: Array, x: Array, *parameters: float, dy: Array | None = None
) -> Array:
    """How far each float32 or float64 is from the value, in units of its last place.

    With a dy, which is for float64 near a derivative's root, not less than 2^-60 dy.
    """
    info = np.finfo(results.dtype)
    found = []
    with CONTEXT.copy():
        for result, at, factor in zip(
            results.tolist(), x.tolist(), (x if dy is None else dy).tolist(), strict=True
        ):
            right = number(VALUES[name](number(at), *map(number, parameters)))
            if dy is not None:
                right *= number(factor)
            step = _step(right, info)
            if dy is not None:
                step = max(step, abs(number(factor)) * number(2) ** -60)
            found.append(float(abs(number(result) - right) / step))
    return np.array(found)


def rounded(name: str, x: Array, dtype: "np.dtype[Any]", *parameters: float) -> Array:
    """The values rounded to the dtype, ties to even, as float64: inexact if out of its range."""
    info = np.finfo(dtype) if dtype.kind == "f" else pytest.importorskip("ml_dtypes").finfo(dtype)
    found = []
    with CONTEXT.copy():
        for at in x.tolist():
            right = number(VALUES[name](number(at), *map(number, parameters)))
            if gmpy2.is_finite(right):
                step = _step(right, info)
                right = gmpy2.rint(right / step) * step
            found.append(float(right))
    return np.array(found)
