"""The table of all cases in which a framework's value differs from ours, and of its value there.

Everything that no row mentions agrees bit for bit, except that a NaN may be any NaN. The formulas
are the frameworks' arithmetic in NumPy, which shows that a difference in rounding is only that."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tests.bits import Array
from tests.frameworks.frameworks import FRAMEWORKS, xla_rounds_float16

PYTORCH, TENSORFLOW, KERAS, JAX, ORT = "PyTorch", "TensorFlow", "Keras", "JAX", "ONNX Runtime"


@dataclass(frozen=True)
class Difference:
    frameworks: tuple[str, ...]
    functions: tuple[str, ...]
    about: str
    theirs: str
    ours: str
    where: Callable[..., Any]
    """Where the difference applies, as a function of our operands."""
    value: Callable[..., Any] | None
    """Their value there, as a function of our operands; a tuple if both values occur, in different
    lanes. None means the value with subnormals taken to be 0, as operands, as results or both."""
    dtypes: str = "efdE"
    output: int = 0


ALL = "efdE"
BY_TITLE = {framework.title: framework for framework in FRAMEWORKS}
Value = Callable[..., Any]


def is_negative_zero(a: Array) -> Any:
    return (a == 0) & np.signbit(a)


def is_subnormal(a: Array) -> Any:
    a = _wide(a)
    return (a != 0) & (np.abs(a) < np.finfo(a.dtype).tiny)


def _has_subnormal(*operands: Array) -> Any:
    return np.any([is_subnormal(a) for a in operands], axis=0)


def is_tiny(a: Array) -> Any:
    return (a == 0) | is_subnormal(a)


def _relu(x: Array) -> Array:
    return np.where((x > 0) | np.isnan(x), x, np.zeros_like(x))


def _relu_of_minus_zero(x: Array) -> Array:
    return np.where(is_negative_zero(x), x, _relu(x))


def _times_both(x: Array, slope: Array, relu: Callable[[Array], Array]) -> Array:
    both: Array = relu(x) + -slope * relu(-x)
    return both


def _zeros(*operands: Array) -> Array:
    return np.zeros_like(operands[0])


def _minus_zero(*operands: Array) -> Array:
    return np.negative(_zeros(*operands))


def _either_zero(*operands: Array) -> tuple[Array, Array]:
    return _zeros(*operands), _minus_zero(*operands)


def _always(*operands: Array) -> Array:
    return np.ones(operands[0].shape, np.bool_)


def _dy(dy: Array, *_: Array) -> Array:
    return dy


def _dy_times_zero(dy: Array, *_: Array) -> Any:
    return dy * np.zeros_like(dy)


def _half_dy(dy: Array, *_: Array) -> Any:
    return dy * np.asarray(0.5, dy.dtype)


def _dy_slope(dy: Array, _: Array, slope: Array) -> Any:
    return dy * slope


def _is_nan(dy: Array, x: Array, *_: Array) -> Any:
    return np.isnan(x)


def _wide(a: Array) -> Array:
    """The operand in the dtype in which arithmetic is done."""
    return a.astype(np.float32) if a.dtype.itemsize == 2 else a


def _times(a: Array, number: float) -> Array:
    """a times a number that is not rounded to the dtype of a, although the product is."""
    wide = _wide(a)
    product: Array = (wide * np.asarray(number, wide.dtype)).astype(a.dtype)
    return product


def _is_beyond_3_tenths(x: Array, threshold: Array) -> Any:
    """Whether that is the threshold, and x beyond it before it is rounded to the dtype of x."""
    wide = _wide(x)
    is_rounded = threshold == np.asarray(0.3, threshold.dtype)
    return is_rounded & (np.abs(wide) > np.asarray(0.3, wide.dtype))


def _minus_3_tenths(x: Array, _: Array) -> Array:
    wide = _wide(x)
    shrunk: Array = (wide - np.copysign(np.asarray(0.3, wide.dtype), wide)).astype(x.dtype)
    return shrunk


def _shrink(x: Array, threshold: Array, bias: Array) -> Array:
    """ONNX's operator in float32, of float64."""
    x, threshold, bias = (a.astype(np.float32) for a in (x, threshold, bias))
    above = np.where(x > threshold, x - bias, _zeros(x))
    return np.where(x < -threshold, x + bias, above).astype(np.float64)


def _both_branches(dy: Array, x: Array, slope: Array) -> Array:
    wide, zero = _wide(dy), _wide(_zeros(dy))
    product = _wide(slope) * np.where(x >= 0, zero, wide)
    if dy.dtype == np.float16 and xla_rounds_float16():
        product = product.astype(dy.dtype)
    total: Array = np.where(x >= 0, wide, zero) + product
    return total.astype(dy.dtype)


def _is_a_hundredth(slope: Array) -> Any:
    return slope == np.asarray(0.01, slope.dtype)


def _zero_times(x: Array, y: Array) -> Any:
    return _relu(x) * y


def _minus_zero_times(x: Array, y: Array) -> Any:
    return _relu_of_minus_zero(x) * y


def _either_zero_times(x: Array, y: Array) -> tuple[Array, Array]:
    return _zero_times(x, y), _minus_zero_times(x, y)


DIFFERENCES: list[Difference] = []


def _differ(
    frameworks: str | tuple[str, ...],
    functions: str,
    where: Value,
    value: Value | None,
    about: str,
    theirs: str,
    ours: str,
    *,
    dtypes: str = ALL,
    output: int = 0,
) -> None:
    titles = (frameworks,) if isinstance(frameworks, str) else frameworks
    names = tuple(functions.split())
    DIFFERENCES.append(Difference(titles, names, about, theirs, ours, where, value, dtypes, output))


TF = (TENSORFLOW, KERAS)
SUBNORMAL = ("an operand or a result is subnormal", "it may count as 0", "exact")

# Forward. If several rows apply to an element, the first one counts.

MINUS_ZEROS: tuple[tuple[str, int, Value], ...] = (
    ("relu relu6 clipped_relu crelu", 0, lambda x, *_: is_negative_zero(x)),
    ("crelu", 1, lambda x: is_negative_zero(-x)),
    ("add_relu", 0, lambda x, b: is_negative_zero(x + b)),
    ("affine_relu", 0, lambda x, scale, shift: is_negative_zero(x * scale + shift)),
)
texts = ("the input of the rectifier is −0.0", "−0.0", "+0.0")
for functions, output, where in MINUS_ZEROS:
    _differ(PYTORCH, functions, where, _minus_zero, *texts, output=output)
    _differ(TF, functions, where, _minus_zero, *texts, output=output, dtypes="eE")
_differ(ORT, "relu", MINUS_ZEROS[0][2], _minus_zero, *texts, dtypes="fd")
_differ(ORT, "clipped_relu", MINUS_ZEROS[0][2], _minus_zero, *texts)
texts = ("the input of the rectifier is −0.0", "+0.0 or −0.0, depending on the lane", "+0.0")
for functions, output, where in MINUS_ZEROS:
    _differ(TF, functions, where, _either_zero, *texts, output=output, dtypes="fd")
_differ(ORT, "relu", MINUS_ZEROS[0][2], _either_zero, *texts, dtypes="e")

texts = ("a slope of 0.01, x is negative", "not rounded to the dtype of x", "rounded to it")
_differ(
    (PYTORCH, ORT),
    "leaky_relu",
    lambda x, slope: (x < 0) & _is_a_hundredth(slope),
    lambda x, _: _times(x, 0.01),
    *texts,
    dtypes="eE",
)
_differ(
    PYTORCH,
    "leaky_relu_backward",
    lambda dy, x, slope: ~(x > 0) & _is_a_hundredth(slope),
    lambda dy, *_: _times(dy, 0.01),
    *texts,
    dtypes="eE",
)

texts = ("slope · x is −0.0", "+0.0", "−0.0")
_differ(
    ORT,
    "leaky_relu prelu",
    lambda x, slope: (x < 0) & is_negative_zero(_wide(x) * _wide(slope)),
    _zeros,
    *texts,
    dtypes="ed",
)
texts = ("x is −0.0, above a negative theta", "+0.0", "−0.0")
_differ(
    ORT,
    "thresholded_relu",
    lambda x, theta: is_negative_zero(x) & (theta < 0),
    _zeros,
    *texts,
    dtypes="ed",
)

texts = ("a slope of 0.01 for float64, x is negative", "rounded to float32", "not rounded")
_differ(
    TF,
    "leaky_relu",
    lambda x, slope: (x < 0) & _is_a_hundredth(slope),
    lambda x, _: x * np.float64(np.float32(0.01)),
    *texts,
    dtypes="d",
)
_differ(
    TF,
    "leaky_relu_backward",
    lambda dy, x, slope: ~(x > 0) & _is_a_hundredth(slope),
    lambda dy, *_: dy * np.float64(np.float32(0.01)),
    *texts,
    dtypes="d",
)
_differ(
    ORT,
    "leaky_relu",
    lambda x, slope: (x < 0) & _is_a_hundredth(slope),
    lambda x, _: x * np.float64(np.float32(0.01)),
    *texts,
    dtypes="d",
)

texts = ("x is 0", "the slope times x: of the other sign, or NaN", "x")
_differ((PYTORCH, *TF), "leaky_relu", lambda x, _: x == 0, lambda x, slope: x * slope, *texts)
_differ(PYTORCH, "prelu", lambda x, _: x == 0, lambda x, slope: x * slope, *texts)

texts = (
    "always",
    "relu(x) − slope·relu(−x), with −0.0 as for relu: the slope counts for x ≥ 0 too",
    "x, or slope·x for x < 0",
)
_differ(
    KERAS,
    "prelu",
    _always,
    lambda x, slope: _times_both(x, slope, _relu_of_minus_zero),
    *texts,
    dtypes="eE",
)
_differ(
    KERAS,
    "prelu",
    _always,
    lambda x, slope: (_times_both(x, slope, _relu), _times_both(x, slope, _relu_of_minus_zero)),
    *texts,
    dtypes="fd",
)

texts = ("x is NaN", "0", "NaN")
_differ(
    (KERAS, ORT),
    "thresholded_relu soft_threshold hard_threshold",
    lambda x, _: np.isnan(x),
    _zeros,
    *texts,
)

texts = ("a threshold of 0.3, x beyond it", "not rounded to the dtype of x", "rounded to it")
_differ(PYTORCH, "soft_threshold", _is_beyond_3_tenths, _minus_3_tenths, *texts, dtypes="eE")
_differ(ORT, "soft_threshold", _is_beyond_3_tenths, _minus_3_tenths, *texts, dtypes="e")
_differ(ORT, "hard_threshold", _is_beyond_3_tenths, lambda x, _: x, *texts, dtypes="e")
texts = (
    "x is negative or −0.0, within the threshold",
    "+0.0 or −0.0, depending on the lane",
    "+0.0",
)
_differ(
    PYTORCH,
    "soft_threshold",
    lambda x, threshold: np.signbit(x) & (np.abs(x) <= threshold),
    _either_zero,
    *texts,
)
texts = ("x is −0.0, above a negative threshold", "+0.0", "−0.0")
_differ(
    ORT,
    "hard_threshold",
    lambda x, threshold: is_negative_zero(x) & (threshold < 0),
    _zeros,
    *texts,
    dtypes="ef",
)
texts = ("float64", "computed in float32", "computed in float64")
_differ(ORT, "soft_threshold", _always, lambda x, t: _shrink(x, t, t), *texts, dtypes="d")
_differ(ORT, "hard_threshold", _always, lambda x, t: _shrink(x, t, _zeros(t)), *texts, dtypes="d")

texts = SUBNORMAL
_differ(
    (TENSORFLOW, JAX),
    "affine_relu",
    lambda x, scale, _: is_subnormal(x * scale),
    lambda x, scale, shift: _relu(shift),
    *texts,
    dtypes="fdE",
)
_differ(
    (PYTORCH, *TF, JAX),
    "affine_relu",
    _always,
    lambda x, scale, shift: _relu(x * scale + shift),
    "float16 and bfloat16",
    "rounded after the product and after the sum",
    "rounded once",
    dtypes="eE",
)

# Of the gates, the second gradient is the gate of x and dz.
texts = (
    "x is 0 or negative",
    "relu(x) · y: 0 · y, which is NaN for an infinite or NaN y, else has its sign",
    "+0.0, whatever y is",
)
SHUT: tuple[tuple[str | tuple[str, ...], Value, str], ...] = (
    (PYTORCH, _minus_zero_times, ALL),
    (TF, _minus_zero_times, "eE"),
    (TF, _either_zero_times, "fd"),
    (JAX, _zero_times, ALL),
)
for titles, value, dtypes in SHUT:
    _differ(titles, "reglu", lambda x, y: x <= 0, value, *texts, dtypes=dtypes)
texts = (
    "the gradient of y, x is 0 or negative",
    "dz · relu(x): NaN for an infinite or NaN dz, else with its sign",
    "+0.0, whatever dz is",
)
for titles, value, dtypes in SHUT:
    _differ(
        titles,
        "reglu_backward",
        lambda dz, x, y: x <= 0,
        lambda dz, x, y, value=value: value(x, dz),
        *texts,
        dtypes=dtypes,
        output=1,
    )

# Backward.

texts = ("x is NaN", "dy", "NaN")
_differ(PYTORCH, "relu_backward thresholded_relu_backward", _is_nan, _dy, *texts)
texts = ("x is NaN", "dy or 0, depending on the lane", "NaN")
_differ(
    PYTORCH,
    "relu6_backward clipped_relu_backward soft_threshold_backward hard_threshold_backward",
    _is_nan,
    lambda dy, *_: (dy, _zeros(dy)),
    *texts,
)
texts = ("x is NaN", "dy · slope", "NaN")
_differ((PYTORCH, *TF), "leaky_relu_backward", _is_nan, _dy_slope, *texts)
_differ(PYTORCH, "prelu_backward", _is_nan, _dy_slope, *texts)
texts = ("x is NaN", "dz · y", "NaN")
_differ(PYTORCH, "reglu_backward", _is_nan, lambda dz, _, y: dz * y, *texts)
texts = ("x is NaN", "0", "NaN")
_differ(
    JAX,
    "relu_backward relu6_backward squared_relu_backward reglu_backward",
    _is_nan,
    _zeros,
    *texts,
)
_differ(TENSORFLOW, "clipped_relu_backward", _is_nan, _zeros, *texts)
_differ(
    KERAS,
    "thresholded_relu_backward soft_threshold_backward hard_threshold_backward",
    _is_nan,
    _zeros,
    *texts,
)

texts = ("dy is −0.0, x beyond the threshold", "+0.0", "−0.0")
_differ(
    KERAS,
    "soft_threshold_backward",
    lambda dy, x, threshold: is_negative_zero(dy) & (np.abs(x) > threshold),
    _zeros,
    *texts,
)

texts = (
    "the derivative is 0",
    "dy · 0: NaN for an infinite or NaN dy, else with its sign",
    "+0.0, whatever dy is",
)
_differ(TF, "relu_backward", lambda dy, x: ~(x > 0), _dy_times_zero, *texts)
_differ(
    TF, "reglu_backward", lambda dz, x, y: ~(x > 0), lambda dz, _, y: _dy_times_zero(dz * y), *texts
)
_differ(
    TENSORFLOW,
    "squared_relu_backward",
    lambda dy, x: (x < 0) | ((x == 0) & ~np.signbit(x)),
    _dy_times_zero,
    *texts,
)
_differ(
    TENSORFLOW,
    "squared_relu_backward",
    lambda dy, x: is_negative_zero(x),
    lambda dy, x: dy * x,
    *texts,
    dtypes="eE",
)
_differ(
    TENSORFLOW,
    "squared_relu_backward",
    lambda dy, x: is_negative_zero(x),
    lambda dy, x: (_dy_times_zero(dy), dy * x),
    *texts,
    dtypes="fd",
)
_differ(TF, "relu6_backward", lambda dy, x: ~((x > 0) & (x < 6)), _dy_times_zero, *texts)
_differ(
    KERAS,
    "clipped_relu_backward",
    lambda dy, x, limit: (limit == 6) & ~((x > 0) & (x < limit)),
    _dy_times_zero,
    *texts,
)
_differ(
    JAX,
    "clipped_relu_backward",
    lambda dy, x, limit: ~((x >= 0) & (x <= limit)),
    _dy_times_zero,
    *texts,
)

texts = ("x is 0 or the limit", "dy", "+0.0")
_differ(
    TENSORFLOW, "clipped_relu_backward", lambda dy, x, limit: (x == 0) | (x == limit), _dy, *texts
)
texts = ("x is 0 or the limit", "dy / 2", "+0.0")
_differ(
    JAX, "clipped_relu_backward", lambda dy, x, limit: (x == 0) | (x == limit), _half_dy, *texts
)

texts = (
    "a max_value other than 6",
    "(dy where 0 ≤ relu(x) ≤ max_value, else 0) · (1 where x > 0, else 0)",
    "dy where 0 < x < max_value, NaN where x is, else +0.0",
)
_differ(
    KERAS,
    "clipped_relu_backward",
    lambda dy, x, limit: limit != 6,
    lambda dy, x, limit: np.where(x <= limit, dy, _zeros(dy)) * (x > 0).astype(dy.dtype),
    *texts,
)

texts = (
    "always",
    "(dy where x ≥ 0, else 0) + slope · (0 where x ≥ 0, else dy)",
    "dy where x > 0, else dy·slope",
)
_differ(
    JAX,
    "leaky_relu_backward prelu_backward",
    _always,
    _both_branches,
    *texts,
)
texts = (
    "always",
    "dy·(1 where x > 0, else 0) + dy·slope·(1 where x < 0, else 0)",
    "dy where x > 0, else dy·slope",
)
_differ(
    KERAS,
    "prelu_backward",
    _always,
    lambda dy, x, slope: dy * (x > 0).astype(x.dtype) + -((dy * -slope) * (-x > 0).astype(x.dtype)),
    *texts,
)

texts = ("2·dy·x overflows or is subnormal on the way", "dy · (2·x)", "2 · (dy·x)")
_differ(
    (PYTORCH, TENSORFLOW, JAX),
    "squared_relu_backward",
    lambda dy, x: x > 0,
    lambda dy, x: dy * (np.asarray(2, x.dtype) * x),
    *texts,
)

texts = ("the slope's gradient, x is 0", "dy · x: NaN or −0.0", "+0.0")
_differ(
    PYTORCH, "prelu_backward", lambda dy, x, _: x == 0, lambda dy, x, _: dy * x, *texts, output=1
)
texts = ("the slope's gradient, x ≥ 0", "0 · x: NaN or −0.0", "+0.0")
_differ(
    JAX, "prelu_backward", lambda dy, x, _: x >= 0, lambda dy, x, _: x * _zeros(x), *texts, output=1
)
texts = (
    "the slope's gradient",
    "−(dy · relu(−x)): NaN or −0.0 where x ≥ 0",
    "dy · x where x < 0, else +0.0",
)
_differ(
    KERAS,
    "prelu_backward",
    _always,
    lambda dy, x, _: -(dy * _relu_of_minus_zero(-x)),
    *texts,
    output=1,
    dtypes="eE",
)
_differ(
    KERAS,
    "prelu_backward",
    _always,
    lambda dy, x, _: (-(dy * _relu(-x)), -(dy * _relu_of_minus_zero(-x))),
    *texts,
    output=1,
    dtypes="fd",
)

_differ(
    (*TF, JAX),
    "relu relu6 leaky_relu prelu clipped_relu thresholded_relu squared_relu crelu add_relu "
    "affine_relu soft_threshold hard_threshold reglu relu_backward relu6_backward "
    "leaky_relu_backward prelu_backward clipped_relu_backward thresholded_relu_backward "
    "squared_relu_backward soft_threshold_backward hard_threshold_backward reglu_backward",
    _has_subnormal,
    None,
    *SUBNORMAL,
    dtypes="fdE",
)
_differ(
    (*TF, JAX),
    "crelu prelu_backward reglu_backward",
    _has_subnormal,
    None,
    *SUBNORMAL,
    dtypes="fdE",
    output=1,
)


_DTYPES = {"e": "float16", "f": "float32", "d": "float64", "E": "bfloat16"}


def table() -> str:
    """The table of docs/frameworks.md, in which rows with the same texts are merged."""
    by_texts: dict[tuple[str, ...], dict[str, dict[str, str]]] = {}
    for row in DIFFERENCES:
        functions = by_texts.setdefault((row.about, row.theirs, row.ours), {})
        for function, title in product(row.functions, row.frameworks):
            if function.removesuffix("_backward") in BY_TITLE[title].names:
                dtypes = functions.setdefault(function, {})
                dtypes[title] = dtypes.get(title, "") + row.dtypes
    lines = ["| Where | Theirs | Ours | Of |", "|---|---|---|---|"]
    for texts, functions in by_texts.items():
        by_frameworks: dict[str, list[str]] = {}
        for function, dtypes in functions.items():
            by_frameworks.setdefault(said(dtypes), []).append(f"`{function}`")
        if texts == SUBNORMAL:
            by_frameworks = {said(dict.fromkeys((*TF, JAX), "fdE")): ["every function"]}
        of = (f"{', '.join(names)}: {said}" for said, names in by_frameworks.items())
        lines.append(f"| {' | '.join(texts)} | {'<br>'.join(of)} |")
    return "\n".join(lines)


def said(dtypes: dict[str, str]) -> str:
    """The frameworks, each with its dtypes unless they are all that it supports."""
    by_dtypes: dict[str, list[str]] = {}
    for title, characters in dtypes.items():
        has = BY_TITLE[title].dtypes
        names = ", ".join(_DTYPES[c] for c in has if c in characters)
        by_dtypes.setdefault("" if set(has) <= set(characters) else f" ({names})", []).append(title)
    return "; ".join(", ".join(titles) + names for names, titles in by_dtypes.items())
