"""The smooth functions in other libraries' best spelling.

alpha, beta and b are 1, as in workload.py.
None of them loses its tail on purpose, but that of torch's and of onnxruntime's gelu is lost.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

CONSTANTS = {
    "one": 1,
    "three": 3,
    "half": 0.5,
    "root_half": 0.7071067811865476,
    "scale": 1.0507009873554805,
    "alpha": 1.6732632423543772,
    "twice_root": 1.5957691216057308,
    "cubic": 0.044715,
    "beta": 1,
}
"""By name, to be given the dtype of x."""


def torch(function: str, x: Any, y: Any, out: Any) -> Callable[[], object]:
    """y is the second operand of a gate."""
    import torch

    aten = torch.ops.aten
    return {
        "softplus": lambda: aten.softplus.out(x, out=out),
        "log_sigmoid": lambda: aten.log_sigmoid.out(x, out=out),
        "elu": lambda: aten.elu.out(x, out=out),
        "selu": lambda: aten.elu.out(x, CONSTANTS["alpha"], CONSTANTS["scale"], out=out),
        "celu": lambda: aten.elu.out(x, 1.0, 1.0, 1.0, out=out),
        "gelu": lambda: aten.gelu.out(x, out=out),
        "gelu_tanh": lambda: aten.gelu.out(x, approximate="tanh", out=out),
        "silu": lambda: aten.silu.out(x, out=out),
        "swish": lambda: torch.sigmoid(x, out=out).mul_(x),
        "mish": lambda: aten.mish.out(x, out=out),
        "squareplus": lambda: torch.mul(x, x, out=out).add_(1).sqrt_().add_(x).mul_(0.5),
        "hard_swish": lambda: aten.hardswish.out(x, out=out),
        "hard_sigmoid": lambda: aten.hardsigmoid.out(x, out=out),
        "swiglu": lambda: aten.silu.out(x, out=out).mul_(y),
        "geglu": lambda: aten.gelu.out(x, out=out).mul_(y),
        "geglu_tanh": lambda: aten.gelu.out(x, approximate="tanh", out=out).mul_(y),
    }[function]


def jax(function: str) -> Callable[..., object]:
    from jax import nn

    spellings: dict[str, Callable[..., object]] = {
        "softplus": nn.softplus,
        "log_sigmoid": nn.log_sigmoid,
        "elu": nn.elu,
        "selu": nn.selu,
        "celu": nn.celu,
        "gelu": partial(nn.gelu, approximate=False),
        "gelu_tanh": nn.gelu,
        "silu": nn.silu,
        "swish": lambda x: x * nn.sigmoid(x),
        "mish": nn.mish,
        "squareplus": partial(nn.squareplus, b=1),
        "hard_swish": nn.hard_swish,
        "hard_sigmoid": nn.hard_sigmoid,
        "swiglu": lambda x, y: nn.silu(x) * y,
        "geglu": lambda x, y: nn.gelu(x, approximate=False) * y,
        "geglu_tanh": lambda x, y: nn.gelu(x) * y,
    }
    return spellings[function]


NUMEXPR = {
    "softplus": "where(x > zero, x, zero) + log1p(exp(-abs(x)))",
    "log_sigmoid": "where(x < zero, x, zero) - log1p(exp(-abs(x)))",
    "elu": "where(x > zero, x, expm1(x))",
    "selu": "scale * where(x > zero, x, alpha * expm1(x))",
    "celu": "where(x > zero, x, expm1(x))",
    "gelu_tanh": "x / (one + exp(-twice_root * x * (one + cubic * x * x)))",
    "silu": "x / (one + exp(-x))",
    "swish": "x / (one + exp(-beta * x))",
    "mish": "x * tanh(where(x > zero, x, zero) + log1p(exp(-abs(x))))",
    "squareplus": "half * (x + sqrt(x * x + one))",
    "hard_swish": "x * minimum(maximum(x + three, zero), six) / six",
    "hard_sigmoid": "minimum(maximum(x + three, zero), six) / six",
    "swiglu": "x * y / (one + exp(-x))",
    "geglu_tanh": "x * y / (one + exp(-twice_root * x * (one + cubic * x * x)))",
}

NUMBA = {
    "softplus": "max(x[i], zero) + math.log1p(math.exp(-abs(x[i])))",
    "log_sigmoid": "min(x[i], zero) - math.log1p(math.exp(-abs(x[i])))",
    "elu": "x[i] if x[i] > zero else math.expm1(x[i])",
    "selu": "scale * (x[i] if x[i] > zero else alpha * math.expm1(x[i]))",
    "celu": "x[i] if x[i] > zero else math.expm1(x[i])",
    "gelu": "half * x[i] * math.erfc(-x[i] * root_half)",
    "gelu_tanh": "x[i] / (one + math.exp(-twice_root * x[i] * (one + cubic * x[i] * x[i])))",
    "silu": "x[i] / (one + math.exp(-x[i]))",
    "swish": "x[i] / (one + math.exp(-beta * x[i]))",
    "mish": "x[i] * math.tanh(max(x[i], zero) + math.log1p(math.exp(-abs(x[i]))))",
    "squareplus": "half * (x[i] + math.sqrt(x[i] * x[i] + one))",
    "hard_swish": "x[i] * min(max(x[i] + three, zero), six) / six",
    "hard_sigmoid": "min(max(x[i] + three, zero), six) / six",
    "swiglu": "x[i] * y[i] / (one + math.exp(-x[i]))",
    "geglu": "half * x[i] * y[i] * math.erfc(-x[i] * root_half)",
    "geglu_tanh": (
        "x[i] * y[i] / (one + math.exp(-twice_root * x[i] * (one + cubic * x[i] * x[i])))"
    ),
}

SCIPY = {
    "softplus": "special.softplus(x, out=out)",
    "log_sigmoid": "special.log_expit(x, out=out)",
    "gelu": "np.multiply(x, special.ndtr(x, out=out), out=out)",
    "silu": "np.multiply(x, special.expit(x, out=out), out=out)",
    "swish": ("np.multiply(x, special.expit(np.multiply(beta, x, out=out), out=out), out=out)"),
    "mish": "np.multiply(x, np.tanh(special.softplus(x, out=out), out=out), out=out)",
    "swiglu": "np.multiply(np.multiply(x, special.expit(x, out=out), out=out), y, out=out)",
    "geglu": "np.multiply(np.multiply(x, special.ndtr(x, out=out), out=out), y, out=out)",
}

ONNX: dict[str, tuple[str, dict[str, Any]]] = {
    "softplus": ("Softplus", {}),
    "elu": ("Elu", {}),
    "selu": ("Selu", {}),
    "celu": ("Celu", {}),
    "gelu": ("Gelu", {}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "silu": ("Swish", {}),
    "swish": ("Swish", {"alpha": 1.0}),
    "mish": ("Mish", {}),
    "hard_swish": ("HardSwish", {}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 6}),
}
OPSETS = {"gelu": 20, "gelu_tanh": 20, "silu": 24, "swish": 24}
"""The opset that has the operator, where 18 has not."""
