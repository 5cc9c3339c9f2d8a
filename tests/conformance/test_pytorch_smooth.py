"""PyTorch's sample inputs of the smooth functions, and its values and derivatives for them.

Ours have to agree with the oracles, and PyTorch's with ours as tests/frameworks/smooth.py says."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tests.cases import BY_NAME, ISAS, Case
from tests.conformance.test_pytorch import _argument, _operand, torch
from tests.oracles import expected

pytest.importorskip("ml_dtypes")
smooth = import_module("tests.frameworks.smooth")

__all__ = ["torch"]

# Warnings from PyTorch's internals are not our concern.
pytestmark = [pytest.mark.conformance, pytest.mark.filterwarnings("ignore")]


@dataclass(frozen=True)
class Counterpart:
    ufunc: Callable[[Any], str]
    """The name of ours for a sample."""
    parameter: Callable[[Any], Any] | None = None
    is_plain: bool = False
    """Whether to leave out the arguments of the samples, which ours has not."""


def _named(name: str) -> Callable[[Any], str]:
    return lambda sample: name


_APPROXIMATE, _ALPHA = _argument(0, "approximate", "none"), _argument(0, "alpha", 1.0)

COUNTERPARTS = {
    # Every sample has a beta and a threshold.
    "softplus": Counterpart(_named("softplus"), is_plain=True),
    "logsigmoid": Counterpart(_named("log_sigmoid")),
    "elu": Counterpart(_named("elu"), _ALPHA),
    "selu": Counterpart(_named("selu")),
    "celu": Counterpart(_named("celu"), _ALPHA),
    "gelu": Counterpart(lambda s: "gelu_tanh" if _APPROXIMATE(s) == "tanh" else "gelu"),
    "silu": Counterpart(_named("silu")),
    "mish": Counterpart(_named("mish")),
    "hardswish": Counterpart(_named("hard_swish")),
    "hardsigmoid": Counterpart(_named("hard_sigmoid")),
}


@pytest.mark.parametrize("dtype_name", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", COUNTERPARTS)
def test_sample_inputs(name: str, dtype_name: str, torch: Any, count: Counter[str]) -> None:
    methods = import_module("torch.testing._internal.common_methods_invocations")
    full_name = f"nn.functional.{name}"
    (opinfo,) = (op for op in methods.op_db if op.name == full_name and not op.variant_test_name)
    dtype, character = getattr(torch, dtype_name), np.dtype(dtype_name).char
    assert dtype in opinfo.dtypes
    torch.manual_seed(0)
    samples = list(opinfo.sample_inputs("cpu", dtype))
    if opinfo.reference_inputs_func is not None:
        samples += opinfo.reference_inputs("cpu", dtype)
    counterpart = COUNTERPARTS[name]
    compared = 0
    for sample in samples:
        ours = counterpart.ufunc(sample)
        if sample.input.numel() == 0:
            continue
        number = None if counterpart.parameter is None else counterpart.parameter(sample)
        x = sample.input.detach().clone().requires_grad_()
        y = opinfo.op(x) if counterpart.is_plain else opinfo.op(x, *sample.args, **sample.kwargs)
        dy = torch.randn(y.shape).to(dtype)
        (dx,) = torch.autograd.grad(y, [x], dy)
        for ufunc, theirs, arrays in ((ours, y, (x,)), (f"{ours}_backward", dx, (dy, x))):
            parameters = [] if number is None else [np.array(number)]
            operands = [_operand(a, np.dtype(dtype_name)) for a in (*arrays, *parameters)]
            operation = BY_NAME[ufunc]
            for isa in ISAS:
                Case(operation, character, isa).check(*operands)
            wide = [
                a.astype(np.float64).ravel() for a in (expected(operation, *operands)[0], *operands)
            ]
            right, *given = np.broadcast_arrays(*wide)
            *of_dy, of_x = given[: len(arrays)]
            with np.errstate(all="ignore"):
                smooth.Agreement("PyTorch", ufunc, character).check(
                    theirs.detach().numpy().ravel(),
                    smooth.Given(right, of_x, number, of_dy[0] if of_dy else None, character),
                )
            direction = "backward" if len(arrays) == 2 else "forward"
            count[f"PyTorch: {direction}, inputs of smooth functions"] += 1
        compared += 1
    assert compared
