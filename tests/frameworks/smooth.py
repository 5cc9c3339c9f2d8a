"""The table of where a framework's smooth rectifier is not within a few units of the last place.

Everywhere else its values are within ULPS units of the last place of ours, and its derivatives
within EPSILONS · eps · (1 + min(|x|, log(1/eps))) · |dy|, which tells nothing about how exact a
small one is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np

from tests.bits import Array
from tests.frameworks.differences import BY_TITLE, JAX, KERAS, ORT, PYTORCH, TENSORFLOW, said

ULPS = 10
EPSILONS = 16

# Parameters that every dtype holds; TensorFlow's elu has none.
NUMBERS = {
    "elu": (1.0, 0.25),
    "celu": (1.0, 0.25),
    "swish": (1.0, 0.25),
    "squareplus": (4.0, 1.0),
}
ONLY_USUAL = {(TENSORFLOW, "elu")}
ALSO = {(PYTORCH, "celu", "d"): (0.3,)}

# What ONNX Runtime has no kernel for.
MISSING = {(ORT, "celu", "e"), (ORT, "celu", "d"), (ORT, "gelu", "d")}


@dataclass(frozen=True)
class Given:
    """The operands and our results in float64, and the limits of the dtype that they had."""

    y: Array
    x: Array
    parameter: float | None
    dy: Array | None
    character: str
    factor: Array | None = None
    """What a gate multiplies y by."""
    info: Any = field(init=False)

    def __post_init__(self) -> None:
        ml_dtypes = import_module("ml_dtypes")
        dtype = ml_dtypes.bfloat16 if self.character == "E" else self.character
        object.__setattr__(self, "info", ml_dtypes.finfo(dtype))

    @property
    def eps(self) -> float:
        return float(self.info.eps)

    @property
    def tiny(self) -> float:
        """The least number that is not subnormal."""
        return float(self.info.smallest_normal)

    @property
    def most(self) -> float:
        return float(self.info.max)

    @property
    def last_place(self) -> Array:
        """A unit of the last place of y."""
        _, exponent = np.frexp(np.maximum(np.abs(self.y), self.tiny))
        unit: Array = np.ldexp(self.eps, exponent - 1)
        return unit

    @property
    def is_near_zero(self) -> Array:
        """Where an operand or a result is subnormal."""
        operands = [a for a in (self.x, self.y, self.dy) if a is not None]
        near: Array = np.any([(a != 0) & (np.abs(a) <= self.tiny) for a in operands], axis=0)
        return near


Of = Callable[[Given], Any]


@dataclass(frozen=True)
class Deviation:
    frameworks: tuple[str, ...]
    functions: tuple[str, ...]
    about: str
    theirs: str
    where: Of
    value: Of
    """Their value there."""
    error: Of
    """How far it may be from that value."""
    dtypes: str


DEVIATIONS: list[Deviation] = []
SUBNORMAL = "an operand or a result is subnormal"
ALL = "efdE"
TF = (TENSORFLOW, KERAS)
AUTOMATIC = (PYTORCH, *TF, JAX)
EVERY = (*AUTOMATIC, ORT)


def _ours(g: Given) -> Array:
    return g.y


def _zero(g: Given) -> Any:
    return np.zeros_like(g.x)


def _deviates(
    frameworks: str | tuple[str, ...],
    functions: str,
    about: str,
    theirs: str,
    where: Of,
    *,
    value: Of = _ours,
    error: Of = _zero,
    dtypes: str = ALL,
) -> None:
    titles = (frameworks,) if isinstance(frameworks, str) else frameworks
    DEVIATIONS.append(
        Deviation(titles, tuple(functions.split()), about, theirs, where, value, error, dtypes)
    )


def _is_negative(g: Given) -> Any:
    return g.x < 0


def _some_epsilons(g: Given) -> Any:
    return 4 * g.eps


def _epsilons_of_x(g: Given) -> Any:
    return 4 * g.eps * np.abs(g.x)


def _nan(g: Given) -> Any:
    return np.full_like(g.x, np.nan)


def _infinity(g: Given) -> Any:
    return np.full_like(g.x, np.inf)


def _overflows(g: Given, x: Array) -> Any:
    """Whether e^x does."""
    return x > np.log(g.most)


def _argument(g: Given) -> Any:
    """Of the exponential in silu and swish."""
    return g.x if g.parameter is None else g.x * g.parameter


def _has_subnormal_exponential(g: Given) -> Any:
    """Whether e^x is subnormal, or about to be; of swish, e^(beta x)."""
    return _argument(g) < np.log(g.tiny) + 0.01


def _is_same(a: Array, b: Array) -> Array:
    is_same: Array = ((a == b) & (np.signbit(a) == np.signbit(b))) | ((a != a) & (b != b))
    return is_same


def _differ(a: Array, b: Array) -> Array:
    """How much, and enough if they are zeros of different signs."""
    difference: Array = np.where((a == 0) & (b == 0) & ~_is_same(a, b), np.inf, np.abs(a - b))
    return difference


def _rows(framework: str, name: str, character: str) -> list[Deviation]:
    return [
        row
        for row in DEVIATIONS
        if framework in row.frameworks and name in row.functions and character in row.dtypes
    ]


class Agreement:
    """Checks a framework's results, and notes the deviations that explain some of them."""

    def __init__(self, framework: str, name: str, character: str) -> None:
        self.rows = _rows(framework, name, character)
        self.met: set[int] = set()

    def check(self, theirs: Array, given: Given) -> None:
        theirs = theirs.astype(np.float64)
        if given.dy is None:
            settled = _differ(theirs, given.y) <= ULPS * given.last_place
        else:
            reach = np.minimum(np.abs(given.x), -np.log(given.eps))
            error = EPSILONS * given.eps * (1 + reach) * np.abs(given.dy)
            settled = np.abs(theirs - given.y) <= error
        settled |= _is_same(theirs, given.y)
        by_rows = np.zeros_like(settled)
        for k, row in enumerate(self.rows):
            value = np.broadcast_to(row.value(given), theirs.shape)
            error = np.broadcast_to(row.error(given), theirs.shape)
            # Of a zero the sign is not told.
            near = (np.abs(theirs - value) <= error) | (theirs == value)
            near |= np.isnan(theirs) & np.isnan(value)
            by_row = row.where(given) & near
            if (by_row & ~settled).any():
                self.met.add(k)
            by_rows |= by_row
        for first in np.flatnonzero(~(settled | by_rows))[:1]:
            raise AssertionError(
                f"at {given.x[first]!r} theirs is {theirs[first]!r} and ours {given.y[first]!r}; "
                f"{(~(settled | by_rows)).sum()} such, in "
                f"{given.x[~(settled | by_rows)].min()}..{given.x[~(settled | by_rows)].max()}"
            )


class GateAgreement:
    """Checks that a framework's gate is its own activation, as near to ours as it is, times y."""

    def __init__(self, framework: str, gate: str, activation: str, character: str) -> None:
        self.rows = _rows(framework, gate, character)
        self._of_activation = _rows(framework, activation, character)
        self._flushes = any(row.about == SUBNORMAL for row in self._of_activation)
        self.met: set[int] = set()

    def check(self, theirs: Array, ours: Array, activated: Given) -> None:
        theirs, ours = theirs.astype(np.float64), ours.astype(np.float64)
        settled = _is_same(theirs, ours)
        settled |= _is_product(theirs, activated, activated.y, ULPS * activated.last_place)
        if self._flushes:
            settled |= (theirs == 0) & (np.abs(ours) <= activated.tiny)
        for row in self._of_activation:
            value, error = row.value(activated), row.error(activated)
            settled |= row.where(activated) & _is_product(theirs, activated, value, error)
        for k, row in enumerate(self.rows):
            by_row = row.where(activated) & _is_same(theirs, row.value(activated))
            if (by_row & ~_is_same(theirs, ours)).any():
                self.met.add(k)
            settled |= by_row
        for first in np.flatnonzero(~settled)[:1]:
            assert activated.factor is not None
            raise AssertionError(
                f"at {activated.x[first]!r}, {activated.factor[first]!r} theirs is "
                f"{theirs[first]!r} and ours {ours[first]!r}; {(~settled).sum()} such"
            )


def _is_product(theirs: Array, activated: Given, value: Any, error: Any) -> Any:
    """Whether it is the value, which may be off by the error, times the factor, and rounded."""
    factor = activated.factor
    assert factor is not None
    product = value * factor
    rounding = 2 * activated.eps * np.maximum(np.abs(product), activated.tiny)
    reach = np.where(np.isfinite(factor), error * np.abs(factor) + rounding, 0)
    near = (np.abs(theirs - product) <= reach) | _is_same(theirs, product)
    near |= (theirs == 0) & (product == 0)
    # ∞ times what may be 0
    near |= np.isinf(factor) & (np.abs(value) <= error) & np.isnan(theirs)
    return near


# Forward.

texts = ("x = −∞", "NaN, of −∞ · 0 or −∞ + ∞")
at = np.isneginf
_deviates(EVERY, "gelu gelu_tanh silu swish mish hard_swish", *texts, lambda g: at(g.x), value=_nan)
_deviates((PYTORCH, KERAS, JAX), "squareplus", *texts, lambda g: at(g.x), value=_nan)

texts = ("x = ∞", "NaN")
_deviates(PYTORCH, "gelu", *texts, lambda g: np.isposinf(g.x), value=_nan, dtypes="fE")
texts = ("x above half of the largest number", "∞")
large = lambda g: np.isfinite(g.x) & (g.x > g.most / 2)  # noqa: E731
_deviates(PYTORCH, "gelu", *texts, large, value=_infinity, dtypes="fE")
texts = ("x above a sixth of the largest number", "∞")
_deviates(
    PYTORCH,
    "hard_swish",
    *texts,
    lambda g: np.isfinite(g.x) & (g.x > g.most / 6 * (1 - g.eps)),
    value=_infinity,
    dtypes="fdE",
)
texts = ("e^x overflows, in float32 for float16", "∞")
_deviates(ORT, "softplus", *texts, lambda g: _overflows(g, g.x), value=_infinity, dtypes="d")
_deviates(ORT, "softplus", *texts, lambda g: g.x > 88.7, value=_infinity, dtypes="e")
texts = ("x² overflows", "∞, on both sides")
_deviates(
    (PYTORCH, KERAS, JAX),
    "squareplus",
    *texts,
    lambda g: np.isfinite(g.x) & (g.x * g.x >= g.most),
    value=_infinity,
)

texts = ("x < 0", "of e^x − 1: nothing is left near 0")
_deviates(TF, "elu selu", *texts, _is_negative, error=_some_epsilons)
_deviates(ORT, "elu selu", *texts, _is_negative, error=_some_epsilons, dtypes="fd")
_deviates(ORT, "celu", *texts, _is_negative, error=_some_epsilons, dtypes="f")
texts = ("x < 0", "of 1 + erf(x/√2): nothing is left below −5.5 (float32)")
_deviates(PYTORCH, "gelu", *texts, _is_negative, error=_epsilons_of_x, dtypes="fdE")
_deviates(ORT, "gelu", *texts, _is_negative, error=_epsilons_of_x, dtypes="f")
texts = ("x < 0", "of 1 + tanh(…): nothing is left below −5 (float32)")
_deviates(PYTORCH, "gelu_tanh", *texts, _is_negative, error=_epsilons_of_x, dtypes="fdE")
_deviates((*TF, JAX), "gelu_tanh", *texts, _is_negative, error=_epsilons_of_x)
_deviates(ORT, "gelu_tanh", *texts, _is_negative, error=_epsilons_of_x, dtypes="fd")
texts = ("x < 0", "of x + √(x² + b): nothing is left")
_deviates((PYTORCH, KERAS, JAX), "squareplus", *texts, _is_negative, error=_epsilons_of_x)
texts = ("x < 0", "of a logistic function with an absolute error")
_deviates(ORT, "silu swish", *texts, _is_negative, error=_epsilons_of_x, dtypes="efd")
texts = ("x < 0", "of log(1 + e^x)")
_deviates(ORT, "softplus", *texts, _is_negative, error=_some_epsilons, dtypes="d")
_deviates(ORT, "mish", *texts, _is_negative, error=_epsilons_of_x, dtypes="efd")
texts = ("x near −3", "of x/6 + 1/2")
_deviates(ORT, "hard_swish hard_sigmoid", *texts, _is_negative, error=_epsilons_of_x, dtypes="f")
texts = ("x < 0", "of erfc(−x/√2), whose argument is rounded: up to 2x² units of the last place")
_deviates(
    (*TF, JAX),
    "gelu",
    *texts,
    _is_negative,
    error=lambda g: (2 * g.x * g.x + ULPS) * g.last_place,
)

texts = ("float64", "with constants that are float32")
_deviates(
    TF,
    "gelu",
    *texts,
    lambda g: g.x == g.x,
    error=lambda g: 3e-8 * (1 + g.x * g.x) * np.abs(g.y),
    dtypes="d",
)
for which, names in ((TF, "gelu_tanh"), (ORT, "gelu_tanh hard_swish hard_sigmoid")):
    _deviates(
        which,
        names,
        *texts,
        lambda g: g.x == g.x,
        error=lambda g: 3e-8 * np.abs(g.x),
        dtypes="d",
    )
_deviates(
    ORT,
    "selu",
    *texts,
    lambda g: g.x == g.x,
    error=lambda g: 1e-7 * np.abs(g.y) + 4 * g.eps,
    dtypes="d",
)

texts = ("x > 20, float64", "x")
_deviates(PYTORCH, "softplus", *texts, lambda g: g.x > 20, value=lambda g: g.x, dtypes="d")

texts = ("e^−x, of swish e^−beta·x, overflows", "−0.0")
_deviates(
    PYTORCH,
    "silu swish",
    *texts,
    lambda g: _overflows(g, -_argument(g)),
    value=_zero,
    dtypes="fdE",
)
_deviates(
    JAX, "silu swish", *texts, lambda g: _overflows(g, -_argument(g)), value=_zero, dtypes="e"
)
texts = ("e^x is subnormal", "with its error")
_deviates(
    PYTORCH,
    "mish",
    *texts,
    _has_subnormal_exponential,
    error=lambda g: -2 * g.x * g.tiny * g.eps,
    dtypes="fd",
)
_deviates(
    (PYTORCH, *TF),
    "swish",
    *texts,
    _has_subnormal_exponential,
    error=lambda g: -g.x * g.tiny * g.eps,
    dtypes="e",
)
texts = ("the value is 0", "+0.0")
_deviates(PYTORCH, "log_sigmoid", *texts, lambda g: g.y == 0, value=_zero)
texts = ("e^x, Φ(x) or the like is subnormal", "it may count as 0")
_deviates(
    (*TF, JAX),
    "softplus silu swish mish",
    *texts,
    _has_subnormal_exponential,
    value=lambda g: np.where(g.y < 0, -_zero(g), _zero(g)),
    dtypes="fdE",
)
_deviates(
    (*TF, JAX),
    "gelu",
    *texts,
    lambda g: np.abs(g.y) < 4 * np.abs(g.x) * g.tiny,
    value=_zero,
    dtypes="fdE",
)
_deviates(
    (*TF, JAX),
    "log_sigmoid",
    *texts,
    lambda g: -g.x < np.log(g.tiny) + 0.01,
    value=_zero,
    dtypes="fdE",
)

texts = (SUBNORMAL, "it may count as 0")
_FLUSHED: tuple[tuple[tuple[str, ...], str], ...] = (
    ((*TF, JAX), "softplus log_sigmoid selu gelu gelu_tanh silu swish"),
    ((KERAS, JAX), "elu celu mish hard_swish"),
    ((TENSORFLOW,), "elu"),
)
for flushing, functions in _FLUSHED:
    _deviates(
        flushing,
        functions,
        *texts,
        lambda g: g.is_near_zero,
        value=_zero,
        dtypes="fdE",
    )
_deviates(PYTORCH, "gelu", *texts, lambda g: g.is_near_zero, value=_zero, dtypes="E")

texts = ("x = −0.0", "+0.0")
_deviates(JAX, "celu", *texts, lambda g: g.x == 0, value=_zero)
_deviates(KERAS, "celu", *texts, lambda g: g.x == 0, value=_zero, dtypes="fd")
_deviates(ORT, "celu selu", *texts, lambda g: g.x == 0, value=_zero, dtypes="f")

texts = ("x = 0 or −∞, y is infinite or NaN", "NaN")


def _is_shut(g: Given) -> Any:
    return (g.y == 0) & ~np.isfinite(g.factor)  # type: ignore[arg-type]


_deviates(AUTOMATIC, "swiglu geglu geglu_tanh", *texts, _is_shut, value=_nan)

# Backward. dy is a number of a usual size.


def _backward_of(functions: str) -> str:
    return " ".join(f"{name}_backward" for name in functions.split())


def _dy(g: Given) -> Array:
    assert g.dy is not None
    return g.dy


def _epsilon_of_dy(g: Given) -> Any:
    return g.eps * np.abs(_dy(g))


texts = ("x = ±∞", "NaN")
_deviates(
    AUTOMATIC,
    _backward_of("gelu gelu_tanh silu swish mish"),
    *texts,
    lambda g: np.isinf(g.x),
    value=_nan,
)
_deviates(
    (PYTORCH, KERAS, JAX),
    "squareplus_backward",
    *texts,
    lambda g: np.isinf(g.x),
    value=_nan,
)
_deviates(KERAS, "hard_swish_backward", *texts, lambda g: np.isinf(g.x), value=_nan)

texts = ("x² or x³ overflows", "NaN, where ∞ is multiplied by 0")
cubed = lambda g: np.abs(g.x) ** 3 >= g.most  # noqa: E731
_deviates(PYTORCH, "gelu_tanh_backward", *texts, cubed, value=_nan, dtypes="fdE")
_deviates((*TF, JAX), "gelu_tanh_backward", *texts, cubed, value=_nan)
texts = ("x² overflows", "dy / 2, or NaN if 2 · x overflows")
_deviates(
    (PYTORCH, KERAS, JAX),
    "squareplus_backward",
    *texts,
    lambda g: (g.x * g.x >= g.most) & (np.abs(g.x) <= g.most / 2),
    value=lambda g: _dy(g) / 2,
    error=_epsilon_of_dy,
    dtypes="efd",
)
twice = lambda g: np.abs(g.x) > g.most / 2  # noqa: E731
_deviates((KERAS, JAX), "squareplus_backward", *texts, twice, value=_nan)
_deviates(
    PYTORCH,
    "squareplus_backward",
    *texts,
    twice,
    value=lambda g: _dy(g) / 2,
    error=_epsilon_of_dy,
    dtypes="efd",
)
texts = ("dy · x overflows", "NaN, where it is multiplied by 0")
_deviates(
    (KERAS, JAX),
    "mish_backward",
    *texts,
    lambda g: np.abs(_dy(g) * g.x) > g.most / 64,
    value=_nan,
)
_deviates(
    KERAS,
    "hard_swish_backward",
    *texts,
    lambda g: np.abs(_dy(g) * g.x) > g.most / 64,
    value=_nan,
)
_deviates(
    (*TF, JAX),
    "gelu_backward",
    *texts,
    lambda g: np.abs(_dy(g) * g.x) > g.most / 64,
    value=_nan,
    dtypes="E",
)

for which, names in ((JAX, "silu swish"), ((PYTORCH, KERAS), "swish")):
    _deviates(
        which,
        _backward_of(names),
        *texts,
        lambda g: np.abs(_dy(g) * g.x) > g.most / 64,
        value=_nan,
    )

texts = ("x is NaN", "the derivative for x > 0, times dy")
is_nan = lambda g: np.isnan(g.x)  # noqa: E731
_deviates(PYTORCH, _backward_of("elu celu hard_swish"), *texts, is_nan, value=_dy)
_deviates(
    PYTORCH,
    "selu_backward",
    *texts,
    is_nan,
    value=lambda g: _dy(g) * SCALE,
    error=_epsilon_of_dy,
)
_deviates(TENSORFLOW, "elu_backward", *texts, is_nan, value=_dy)
_deviates(
    KERAS, "elu_backward", "x is NaN", "dy · alpha", is_nan, value=lambda g: _dy(g) * g.parameter
)
texts = ("x = 0", "dy · 2: two halves that both count")
_deviates(KERAS, "celu_backward", *texts, lambda g: g.x == 0, value=lambda g: 2 * _dy(g))
_deviates(
    KERAS,
    "celu_backward",
    "x is subnormal",
    "as for 0",
    lambda g: np.abs(g.x) <= g.tiny,
    value=lambda g: 2 * _dy(g),
    dtypes="fdE",
)
_deviates(KERAS, "celu_backward", "x is NaN", "0", is_nan, value=_zero)
_deviates((PYTORCH, KERAS, JAX), "hard_sigmoid_backward", "x is NaN", "0", is_nan, value=_zero)
_deviates(
    JAX,
    "selu_backward",
    "x is subnormal",
    "as for 0",
    lambda g: np.abs(g.x) <= g.tiny,
    value=lambda g: _dy(g) * SCALE * 1.6732632423543772,
    error=lambda g: 2 * _epsilon_of_dy(g),
    dtypes="fdE",
)
_deviates(
    (KERAS, JAX),
    "elu_backward",
    "x is subnormal",
    "as for 0",
    lambda g: np.abs(g.x) <= g.tiny,
    value=lambda g: _dy(g) * g.parameter,
    dtypes="fdE",
)
SCALE = 1.0507009873554805
_deviates(
    TF,
    "selu_backward",
    "x is NaN",
    "the derivative for x > 0, times dy",
    is_nan,
    value=lambda g: _dy(g) * SCALE,
    error=_epsilon_of_dy,
)
texts = ("x < 0, and e^x − 1 is rounded to 0", "the derivative for x > 0, times dy")
_deviates(
    TF,
    "selu_backward",
    *texts,
    lambda g: (g.x <= 0) & (g.x > -g.eps),
    value=lambda g: _dy(g) * SCALE,
    error=_epsilon_of_dy,
)

texts = ("x > 20, float64", "dy")
_deviates(PYTORCH, "softplus_backward", *texts, lambda g: g.x > 20, value=_dy, dtypes="d")

texts = ("float64", "with constants that are float32")
_deviates(
    TF,
    _backward_of("gelu gelu_tanh"),
    *texts,
    lambda g: g.x == g.x,
    error=lambda g: 3e-8 * np.abs(_dy(g)),
    dtypes="d",
)
_deviates(
    PYTORCH,
    "hard_sigmoid_backward",
    *texts,
    lambda g: g.x == g.x,
    error=lambda g: 3e-8 * np.abs(_dy(g)),
    dtypes="d",
)

_deviates(
    JAX,
    "gelu_tanh_backward",
    "float64",
    "off by up to 256 · eps · |dy|",
    lambda g: g.x == g.x,
    error=lambda g: 256 * _epsilon_of_dy(g),
    dtypes="d",
)

texts = ("float64, alpha is no float32", "with alpha as a float32")
_deviates(
    PYTORCH,
    "celu_backward",
    *texts,
    lambda g: g.parameter is not None and float(np.float32(g.parameter)) != g.parameter,
    error=lambda g: 1e-6 * np.abs(_dy(g)),
    dtypes="d",
)

texts = ("x just below 3: x + 3 is rounded to 6", "dy")
_deviates(
    (KERAS, JAX),
    "hard_swish_backward",
    *texts,
    lambda g: (g.x < 3) & (g.x > 3 - 4 * g.eps),
    value=_dy,
    error=lambda g: 4 * g.eps * np.abs(_dy(g)),
    dtypes="eE",
)
_deviates(
    (KERAS, JAX),
    "hard_sigmoid_backward",
    "x just below 3: x + 3 is rounded to 6",
    "0",
    lambda g: (g.x < 3) & (g.x > 3 - 4 * g.eps),
    value=_zero,
    dtypes="e",
)


def table() -> str:
    """The table of docs/frameworks.md, in which rows with the same texts are merged."""
    by_texts: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in DEVIATIONS:
        functions = by_texts.setdefault((row.about, row.theirs), {})
        for function, title in product(row.functions, row.frameworks):
            if function.removesuffix("_backward") in BY_TITLE[title].names:
                dtypes = functions.setdefault(function, {})
                dtypes[title] = dtypes.get(title, "") + row.dtypes
    lines = ["| Where | Theirs | Of |", "|---|---|---|"]
    for texts, functions in by_texts.items():
        by_frameworks: dict[str, list[str]] = {}
        for function, dtypes in functions.items():
            by_frameworks.setdefault(said(dtypes), []).append(f"`{function}`")
        of = (f"{', '.join(names)}: {frameworks}" for frameworks, names in by_frameworks.items())
        lines.append(f"| {' | '.join(texts)} | {'<br>'.join(of)} |")
    return "\n".join(lines)
