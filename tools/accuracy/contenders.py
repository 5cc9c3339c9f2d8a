"""Who computes the smooth functions: the library, the frameworks, and NumPy and SciPy in words."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import special

import relu_ufunc
from relu_ufunc._operations import OPERATIONS
from tests.bits import Array
from tests.frameworks.frameworks import FRAMEWORKS, Framework, TensorFlow
from tests.oracles import ORACLES

Contender = Callable[[Array], Array]

TENSORFLOW = "TensorFlow or Keras"

FORWARD = {row.name: row for row in OPERATIONS if row.is_smooth and not row.is_backward}

# Besides the spelling in src/ops.def, which is the first.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "softplus": (
        "np.log1p(np.exp(x))",
        "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))",
        "special.softplus(x)",
    ),
    "elu": ("np.where(x > 0, x, np.exp(x) - 1)",),
    "selu": ("1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1))",),
    "celu": ("np.maximum(x, 0) + np.minimum(0, np.exp(x) - 1)",),
    "gelu": (
        "x * (1 + special.erf(x / math.sqrt(2))) / 2",
        "x * special.ndtr(x)",
        "x * special.erfc(-x / math.sqrt(2)) / 2",
        "x * np.exp(special.log_ndtr(x))",
    ),
    "gelu_tanh": ("x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))",),
    "log_sigmoid": ("-np.log1p(np.exp(-x))", "np.log(special.expit(x))", "special.log_expit(x)"),
    "silu": ("x / (1 + np.exp(-x))", "x * special.expit(x)"),
    "swish": ("x / (1 + np.exp(-beta * x))", "x * special.expit(beta * x)"),
    "mish": ("x * np.tanh(np.log1p(np.exp(x)))", "x * np.tanh(special.softplus(x))"),
    "squareplus": ("(x + np.sqrt(x * x + b)) / 2",),
    "hard_swish": ("x * np.clip(x + 3, 0, 6) / 6",),
    "hard_sigmoid": ("np.clip(x + 3, 0, 6) / 6",),
}


def spellings(name: str) -> dict[str, Contender]:
    """The spellings of a function with NumPy and SciPy, by their text."""
    row = FORWARD[name]
    parameters = dict(zip(row.parameters, ORACLES[name].usual, strict=True))
    own = row.numpy.replace(", out=out", "")
    return {text: partial(_spelled, text, parameters) for text in (own, *SPELLINGS[name])}


def _spelled(text: str, parameters: dict[str, float], x: Array) -> Array:
    names = {"np": np, "math": math, "special": special, "x": x, **parameters}
    with np.errstate(all="ignore"):
        result: Array = eval(text, names)
    assert result.dtype == x.dtype, text
    return result


def libraries(name: str) -> dict[str, Contender]:
    """The library and the frameworks that have the function, by their names."""
    found: dict[str, Contender] = {"relu_ufunc": partial(_ours, name)}
    for make in FRAMEWORKS:
        title = TENSORFLOW if issubclass(make, TensorFlow) else make.title
        # Keras, of which TensorFlow is the backend here, calls TensorFlow's function if it can.
        if name in make.names and title not in found:
            found[title] = partial(_of_framework, make(), name)
    return found


def _ours(name: str, x: Array) -> Array:
    result: Array = getattr(relu_ufunc, name)(x, *_parameters(name, x))
    return result


def _of_framework(framework: Framework, name: str, x: Array) -> Array:
    (y,) = framework.forward(name, x, *_parameters(name, x))
    return y


def _parameters(name: str, x: Array) -> list[Any]:
    return [np.array(value, x.dtype) for value in ORACLES[name].usual]
