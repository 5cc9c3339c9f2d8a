"""The smooth functions by their definitions, with MPFR: what all other oracles are held to.

A value is what the textbook writes, and a derivative is the difference quotient of the value, so
that no identity is shared with the kernels, or with the estimates of tests/oracles.py and
tests/c/smooth_oracle.h. What cancels is made up for by more bits: see _cancelled.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.bits import Array
from tests.smooth_points import finfo

gmpy2 = pytest.importorskip("gmpy2", reason="the extra `test` brings it: MPFR for Python")

Piece = Callable[[Any], Any]

KEPT = 170
"""The bits of a result that count. 151 decide how the half of an odd subnormal float32 is rounded,
and all else that is near to the midpoint of two floats needs fewer."""

STEP_BITS = 110
"""A difference quotient has steps of 2^-110 of the distance over which the function bends, and so
errs by 2^-220, times at most 2^34 where e^x bends much within |x|."""

SPARE = STEP_BITS + 60
"""What a difference quotient loses, and the rounded argument of an exponential or erfc: 17 bits."""

CONTEXT = gmpy2.context(precision=KEPT, emin=-(1 << 30), emax=1 << 30)

VANISHES_BELOW = {
    **dict.fromkeys(("gelu", "gelu_backward"), -300),
    **dict.fromkeys(("gelu_tanh", "gelu_tanh_backward"), -70),
    **dict.fromkeys(("silu", "silu_backward", "mish", "mish_backward"), -30_000),
    **dict.fromkeys(("swish", "swish_backward"), -30_000),
    **dict.fromkeys(("elu_backward", "selu_backward", "celu_backward"), -30_000),
}
"""Where a negative x, for celu x / alpha, or for swish beta x, is less, the result is so small that
the greatest number of any format times it is 0: an exponential is less than 2^-40,000."""


def number(x: float | str) -> Any:
    return gmpy2.mpfr(x)


def _identity(x: Any) -> Any:
    return x


def _whole(value: Piece) -> Callable[[Any], Piece]:
    """The only piece of a function."""
    return lambda _: value


def _softplus(x: Any) -> Any:
    return gmpy2.log1p(gmpy2.exp(x))


def _gelu_tanh_argument(x: Any) -> Any:
    return gmpy2.sqrt(2 / gmpy2.const_pi()) * (x + number("0.044715") * x**3)


@cache
def _selu_constants() -> tuple[Any, Any]:
    """G. Klambauer et al., NeurIPS 2017, appendix: mean 0 and variance 1 are a fixed point."""
    pi, e = gmpy2.const_pi(), gmpy2.exp(number(1))
    tail, far_tail = (gmpy2.erfc(gmpy2.sqrt(number(k))) for k in (0.5, 2))
    tail *= gmpy2.sqrt(e)
    square = 2 * far_tail * e**2 + pi * tail**2 - 2 * (2 + pi) * tail + pi + 2
    return (1 - tail) * gmpy2.sqrt(2 * pi / square), gmpy2.sqrt(2 / pi) / (1 - tail)


def _selu(x: Any) -> Piece:
    scale, alpha = _selu_constants()
    return lambda t: scale * (t if x > 0 else alpha * gmpy2.expm1(t))


PIECES: dict[str, Callable[..., Piece]] = {
    # Where the exponential would be infinite, they do not differ in 1,400 bits.
    "softplus": lambda x: _identity if x > 1000 else _softplus,
    "log_sigmoid": lambda x: _identity if x < -1000 else lambda t: -_softplus(-t),
    "elu": lambda x, alpha: _identity if x > 0 else lambda t: alpha * gmpy2.expm1(t),
    "selu": _selu,
    "celu": lambda x, alpha: _identity if x > 0 else lambda t: alpha * gmpy2.expm1(t / alpha),
    "gelu": _whole(lambda t: t * gmpy2.erfc(-t / gmpy2.sqrt(number(2))) / 2),
    "gelu_tanh": _whole(lambda t: t / 2 * (1 + gmpy2.tanh(_gelu_tanh_argument(t)))),
    "silu": _whole(lambda t: t / (1 + gmpy2.exp(-t))),
    "swish": lambda x, beta: lambda t: t / (1 + gmpy2.exp(-beta * t)),
    "mish": _whole(lambda t: t * gmpy2.tanh(_softplus(t))),
    "squareplus": lambda x, b: lambda t: (t + gmpy2.sqrt(t * t + b)) / 2,
    "hard_swish": lambda x: (
        _identity if x >= 3 else lambda t: number(-0.0) if x <= -3 else t * (t + 3) / 6
    ),
    "hard_sigmoid": lambda x: lambda t: number(x > 0) if abs(x) >= 3 else t / 6 + number(1) / 2,
}
"""The piece of each function at x, with the parameters after x: a derivative at the end of a piece
is that of the piece that is chosen for it."""


def _cancelled(name: str, x: Any, *parameters: Any) -> int:
    """The bits that cancel: where an exponential is added to 1 or -1, or b to x^2."""
    if name.startswith("squareplus"):
        (b,) = parameters
        return int(abs(2 * gmpy2.get_exp(x) - gmpy2.get_exp(b))) + 300
    if x < 0 and name.startswith("gelu_tanh"):
        return int(-2 / gmpy2.log(number(2)) * _gelu_tanh_argument(x))
    if x < 0 and name in ("elu_backward", "selu_backward", "celu_backward"):
        return int(max(0, -_argument(name, x, *parameters)) / gmpy2.log(number(2)))
    return 0


def _argument(name: str, x: Any, *parameters: Any) -> Any:
    """Of the exponential."""
    if name.startswith("swish"):
        return x * parameters[0]
    return x / parameters[0] if name.startswith("celu") else x


def _bend(name: str, x: Any, *parameters: Any) -> Any:
    """A distance over which the function does not bend by more than a small part."""
    if name.startswith("squareplus"):
        (b,) = parameters
        return abs(x * x + b) / max(abs(x), gmpy2.sqrt(abs(x * x + b)))
    if name.startswith("swish"):
        (beta,) = parameters
        return max(abs(x), 1 / abs(beta) if beta else number(1))
    return max(abs(x), abs(parameters[0]) if name.startswith("celu") else number(1))


def defined(name: str, x: Any, *parameters: Any) -> Any:
    """The value of numbers of MPFR; of a derivative without dy."""
    function = name.removesuffix("_backward")
    can_vanish = x < 0 or function == "swish"
    if can_vanish and _argument(name, x, *parameters) < VANISHES_BELOW.get(name, -np.inf):
        is_negative = function in ("gelu", "gelu_tanh", "silu", "mish")
        if function == "swish":
            is_negative = x < 0 or name != function
        return number(-1 if is_negative else 1) * gmpy2.exp2(number(-100_000))
    with gmpy2.context(CONTEXT, precision=KEPT + SPARE + _cancelled(name, x, *parameters)):
        piece = PIECES[function](x, *parameters)
        if name == function:
            result = piece(x)
        else:
            step = _bend(name, x, *parameters) * number(2) ** -STEP_BITS
            above, below = piece(x + step), piece(x - step)
            # Of a negative alpha, whose exponential grows.
            are_infinite = gmpy2.is_infinite(above) and gmpy2.is_infinite(below)
            result = number(np.inf) if are_infinite else (above - below) / (2 * step)
            if step == 0:
                # The root of squareplus, where its domain ends, has an infinite slope.
                result = x * number(np.inf)
    return gmpy2.mpfr(result, KEPT)


def value(name: str, x: float, *parameters: float) -> Any:
    with CONTEXT.copy():
        return defined(name, number(x), *map(number, parameters))


def difference(name: str, result: str, x: float, *parameters: float) -> float:
    """How far a number, written in hexadecimal, is from the value."""
    with CONTEXT.copy():
        return float(abs(number(result) - value(name, x, *parameters)))


def _step(right: Any, info: Any) -> Any:
    """The unit of the last place of a value, or of the least number."""
    least = info.minexp - info.nmant
    return number(2) ** (max(gmpy2.get_exp(right) - info.nmant - 1, least) if right else least)


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
    f"{name}_backward": (number(-2), number(-0.5))
    for name in ("gelu", "gelu_tanh", "silu", "swish", "mish")
}
"""Where, in x or beta x, a derivative has a root that is no number of any format. Beside it the
unit is not less than 2^-60 dy, or 2^-n dy in a format of n > 60 bits."""


def _error(name: str, result: Any, right: Any, argument: Any, dy: Any, info: Any) -> float:
    if gmpy2.is_nan(right):
        return 0.0 if gmpy2.is_nan(result) else float("inf")
    if gmpy2.is_infinite(result):
        greatest = number(2) ** (info.maxexp) - number(2) ** (info.maxexp - info.nmant - 2)
        return 0.0 if right * gmpy2.sign(result) >= greatest else float("inf")
    if gmpy2.is_infinite(right):
        return float("inf")
    step = _step(right, info)
    if name in ROOTS and ROOTS[name][0] < argument < ROOTS[name][1]:
        step = max(step, abs(dy) * number(2) ** -max(60, info.nmant + 1))
    return float(abs(result - right) / step)


ACTIVATIONS = {"swiglu": "silu", "geglu": "gelu", "geglu_tanh": "gelu_tanh"}
"""Of the gates."""


def _factors(name: str, output: int, operands: list[Any]) -> tuple[str, Any, list[Any]]:
    """A result as a number times a value or derivative of x: the number, and of what it is."""
    function = name.removesuffix("_backward")
    if function in ACTIVATIONS:
        *dz, x, y = operands
        activation = ACTIVATIONS[function]
        if dz and output == 0:
            return f"{activation}_backward", dz[0] * y, [x]
        return activation, dz[0] if dz else y, [x]
    if name != function:
        return name, operands[0], operands[1:]
    return name, number(1), operands


def errors_in_ulp(name: str, results: Array, *operands: Any, output: int = 0) -> Array:
    """How far floats are from the values, in units of the last place; of a derivative, from dy
    times it, and of a gate from the product.
    """
    info = finfo(results.dtype)
    arrays = [np.asarray(array) for array in (results, *operands)]
    arrays = [a if a.dtype.itemsize > 2 else a.astype(np.float32) for a in arrays]
    found = []
    # Few of many combinations' values are others each time.
    number_of, value_of = cache(exact), cache(defined)
    with CONTEXT.copy():
        for result, *each in np.broadcast(*arrays):
            of, factor, arguments = _factors(name, output, [number_of(operand) for operand in each])
            right = factor * value_of(of, *arguments)
            argument = _argument(of, *arguments)
            found.append(_error(of, number_of(result), right, argument, factor, info))
    return np.array(found)


def rounded(name: str, x: Array, dtype: "np.dtype[Any]", *parameters: float) -> Array:
    """The values rounded to the dtype, ties to even, as float64: inexact if out of its range."""
    info = finfo(dtype)
    found = []
    with CONTEXT.copy():
        for at in x.tolist():
            right = value(name, at, *parameters)
            if gmpy2.is_finite(right):
                step = _step(right, info)
                right = gmpy2.rint(right / step) * step
            found.append(float(right))
    return np.array(found)
