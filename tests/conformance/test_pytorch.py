"""PyTorch's sample inputs, with the values and the derivatives of its functions for them.

Our results have to agree with the oracles bit for bit, and so have PyTorch's, except for
DIFFERENCES."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from tests.bits import Array, bits, specials
from tests.cases import BY_NAME, ISAS, Case
from tests.oracles import expected

# Warnings from PyTorch's internals are not our concern.
pytestmark = [pytest.mark.conformance, pytest.mark.filterwarnings("ignore")]

Tensor = Any
Sample = Any


def _argument(position: int, name: str, default: object = None) -> Callable[[Sample], Any]:
    def of(sample: Sample) -> Any:
        is_given = len(sample.args) > position
        return sample.args[position] if is_given else sample.kwargs.get(name, default)

    return of


@dataclass(frozen=True)
class Counterpart:
    """A function of PyTorch, and ours, to which it corresponds if its lower limit or value is 0."""

    ufunc: str
    theirs: Callable[..., Tensor]
    """Called with PyTorch's function, x and the parameter."""
    parameter: Callable[[Sample], Any] | None = None
    """Returns the parameter of a sample: a tensor, a number, or None if we have no counterpart."""
    number: float | None = None
    """The parameter to combine with all special values; None if it may be a tensor of them."""
    has_integers: bool = True


_LAMBD = _argument(0, "lambd", 0.5)

COUNTERPARTS = {
    "nn.functional.relu": Counterpart("relu", lambda f, x: f(x)),
    "nn.functional.relu6": Counterpart("relu6", lambda f, x: f(x)),
    "nn.functional.leaky_relu": Counterpart(
        "leaky_relu", lambda f, x, slope: f(x, slope), _argument(0, "negative_slope", 0.01), 0.01
    ),
    "nn.functional.prelu": Counterpart(
        "prelu", lambda f, x, weight: f(x, weight), _argument(0, "weight")
    ),
    "nn.functional.threshold": Counterpart(
        "thresholded_relu", lambda f, x, theta: f(x, theta, 0), _argument(0, "threshold"), 2
    ),
    "nn.functional.softshrink": Counterpart(
        "soft_threshold", lambda f, x, threshold: f(x, threshold), _LAMBD, 0.5, has_integers=False
    ),
    "nn.functional.hardshrink": Counterpart(
        "hard_threshold", lambda f, x, threshold: f(x, threshold), _LAMBD, 0.5, has_integers=False
    ),
    "nn.functional.hardtanh": Counterpart(
        "clipped_relu", lambda f, x, limit: f(x, 0, limit), _argument(1, "max_val", 1), 6
    ),
    "clamp": Counterpart(
        "clipped_relu", lambda f, x, limit: f(x, x.new_zeros(()), limit), _argument(1, "max")
    ),
    "clamp_min": Counterpart("relu", lambda f, x: f(x, 0)),
    "clamp_max": Counterpart(
        "clipped_relu", lambda f, x, limit: f(x.relu(), limit), _argument(0, "other")
    ),
}


@dataclass(frozen=True)
class Difference:
    about: str
    functions: tuple[str, ...]
    where: Callable[..., Any]
    """Of the operands of ours."""
    theirs: Callable[..., Any]
    """What PyTorch returns there, or a tuple of what it may."""
    dtypes: str = "efd"
    since: str = ""
    """The release from which on it does."""
    before: str = ""
    """The release from which on it no longer does."""

    def applies(self, name: str, character: str) -> bool:
        release = Version(version("torch"))
        return (
            name in self.functions
            and character in self.dtypes
            and (not self.since or release >= Version(self.since))
            and (not self.before or release < Version(self.before))
        )


def _unrounded(a: Array) -> Array:
    slope = np.float64(0.01) if a.dtype == np.float64 else np.float32(0.01)
    return (a * slope).astype(a.dtype)


def _half(a: Array) -> Array:
    half: Array = a * np.asarray(0.5, a.dtype)
    return half


RELU, RELU6, HARDTANH = "nn.functional.relu", "nn.functional.relu6", "nn.functional.hardtanh"
LEAKY, PRELU, THRESHOLD = (f"nn.functional.{name}" for name in ("leaky_relu", "prelu", "threshold"))
SOFT, HARD = (f"nn.functional.{name}shrink" for name in ("soft", "hard"))
INF = np.inf

FORWARD = [
    Difference(
        "the sign of -0.0, of x or the limit, is kept; here it becomes +0.0",
        (RELU, RELU6, HARDTANH, "clamp", "clamp_min", "clamp_max"),
        lambda *operands: np.any([(a == 0) & np.signbit(a) for a in operands], axis=0),
        lambda x, *_: np.full_like(x, -0.0),
    ),
    Difference(
        "at 0 the value is the slope times 0, so it may be NaN or of the other sign; here it is x",
        (PRELU,),
        lambda x, _: x == 0,
        lambda x, slope: x * slope,
    ),
    Difference(
        "a slope of 0.01 is not rounded to float16; here it is, with every parameter",
        (LEAKY,),
        lambda x, _: x < 0,
        lambda x, _: _unrounded(x),
        "e",
    ),
    Difference(
        "within the threshold it is -0.0 or +0.0 where x is negative or -0.0; here it is +0.0",
        (SOFT,),
        lambda x, threshold: np.signbit(x) & (np.abs(x) <= threshold),
        lambda x, _: (np.zeros_like(x), np.full_like(x, -0.0)),
    ),
]
BACKWARD = [
    Difference(
        "at NaN the derivative is 1; here it is NaN",
        (RELU, THRESHOLD),
        lambda dy, x, *_: np.isnan(x),
        lambda dy, *_: dy,
    ),
    Difference(
        "at NaN the derivative is 0 or 1, depending on the lane; here it is NaN",
        (RELU6, HARDTANH, SOFT, HARD),
        lambda dy, x, *_: np.isnan(x),
        lambda dy, *_: (dy, np.zeros_like(dy)),
    ),
    Difference(
        "at NaN, of x or the limit, the derivative is 0; here it is NaN",
        ("clamp", "clamp_min", "clamp_max"),
        lambda dy, x, limit=INF: np.isnan(x) | np.isnan(limit),
        lambda dy, *_: np.zeros_like(dy),
        before="2.14",
    ),
    Difference(
        "at NaN, of x or the limit, it is 0 if the limit is a number; here it is NaN",
        ("clamp_min", "clamp_max"),
        lambda dy, x, limit=INF: np.isnan(x) | np.isnan(limit),
        lambda dy, *_: np.zeros_like(dy),
        since="2.14",
    ),
    Difference(
        "at NaN, of x or the limit, it is that of maximum(x, 0) if the limit is a tensor",
        ("clamp", "clamp_max"),
        lambda dy, x, limit: np.isnan(x) | np.isnan(limit),
        lambda dy, x, _: np.where(x < 0, np.zeros_like(dy), dy),
        since="2.14",
    ),
    Difference(
        "at NaN the derivative is the slope; here it is NaN",
        (PRELU,),
        lambda dy, x, _: np.isnan(x),
        lambda dy, x, slope: dy * slope,
    ),
    Difference(
        "at NaN the derivative is the slope; here it is NaN",
        (LEAKY,),
        lambda dy, x, _: np.isnan(x),
        lambda dy, x, _: _unrounded(dy),
    ),
    Difference(
        "a slope of 0.01 is not rounded to float16; here it is, with every parameter",
        (LEAKY,),
        lambda dy, x, _: x <= 0,
        lambda dy, x, _: _unrounded(dy),
        "e",
    ),
    Difference(
        "at 0 the derivative is 1; here it is 0",
        ("clamp", "clamp_min"),
        lambda dy, x, limit=INF: (x == 0) & (limit >= 0),
        lambda dy, *_: dy,
        before="2.14",
    ),
    Difference(
        "at 0 the derivative is 1/2 if the limits are tensors, and 1 if both are 0; here it is 0",
        ("clamp",),
        lambda dy, x, limit: (x == 0) & (limit >= 0),
        lambda dy, x, limit: np.where(limit == 0, dy, _half(dy)),
        since="2.14",
    ),
    Difference(
        "at the limit the derivative is 1; here it is 0",
        ("clamp", "clamp_max"),
        lambda dy, x, limit: (x > 0) & (x == limit),
        lambda dy, *_: dy,
        before="2.14",
    ),
    Difference(
        "at the limit the derivative is 1/2 if the limit is a tensor; here it is 0",
        ("clamp", "clamp_max"),
        lambda dy, x, limit: (x > 0) & (x == limit),
        lambda dy, *_: _half(dy),
        since="2.14",
    ),
]
SLOPE_BACKWARD = [
    Difference(
        "at 0 the slope's derivative is 0 times dy, so it may be -0.0 or NaN; here it is +0.0",
        (PRELU,),
        lambda dy, x, _: x == 0,
        lambda dy, x, _: dy * x,
    ),
]
DIFFERENCES = FORWARD + BACKWARD + SLOPE_BACKWARD


def _is_same(a: Array, b: Array) -> Array:
    is_same: Array = (bits(a) == bits(b)) | ((a != a) & (b != b))
    return is_same


def _compare(
    name: str, differences: list[Difference], theirs: Array, wanted: Array, operands: list[Array]
) -> set[str]:
    """Check PyTorch against the oracle, except for differences; return those that occurred."""
    met = set()
    theirs, wanted, *operands = (a.ravel() for a in np.broadcast_arrays(theirs, wanted, *operands))
    settled = _is_same(theirs, wanted)
    for difference in differences:
        if difference.applies(name, theirs.dtype.char):
            with np.errstate(all="ignore"):
                where = difference.where(*operands) & ~settled
                allowed = difference.theirs(*operands)
            values = allowed if isinstance(allowed, tuple) else (allowed,)
            settled |= where & np.any([_is_same(theirs, a) for a in values], axis=0)
            met |= {difference.about} if where.any() else set()
    for first in np.flatnonzero(~settled)[:1]:
        raise AssertionError(
            f"{name} of {[a[first] for a in operands]} is {theirs[first]} in PyTorch, "
            f"not {wanted[first]}"
        )
    return met


@pytest.fixture(scope="module")
def torch() -> Any:
    for name in ("torch", "expecttest"):
        pytest.importorskip(name, reason=f"the extra `conformance` is not installed: no {name}")
    return import_module("torch")


@dataclass(frozen=True)
class Input:
    x: Tensor
    parameter: tuple[Any, ...]
    dy: Tensor | None = None


def _sampled(torch: Any, opinfo: Any, counterpart: Counterpart, dtype: Any) -> Iterator[Input]:
    samples = list(opinfo.sample_inputs("cpu", dtype))
    if opinfo.reference_inputs_func is not None:
        samples += opinfo.reference_inputs("cpu", dtype)
    for sample in samples:
        if counterpart.parameter is None:
            yield Input(sample.input, ())
        elif (parameter := counterpart.parameter(sample)) is not None:
            yield Input(sample.input, (parameter,))


def _special(torch: Any, counterpart: Counterpart, character: str) -> Input:
    """Every combination of special values of dy, x and a parameter that may be a tensor."""
    has_tensor = counterpart.parameter is not None and counterpart.number is None
    axes = [specials(character)] * (3 if has_tensor else 2)
    dy, x, *parameter = (torch.from_numpy(a.ravel()) for a in np.meshgrid(*axes))
    if counterpart.number is not None:
        parameter = [counterpart.number]
    if counterpart.ufunc == "prelu":
        dy, x = dy.reshape(1, -1), x.reshape(1, -1)
    return Input(x, tuple(parameter), dy)


def _operand(a: Any, dtype: "np.dtype[Any]") -> Array:
    """An array with the same strides. PyTorch rounds a number to the dtype of x."""
    array = a.detach().numpy() if hasattr(a, "detach") else np.array(a)
    return np.asarray(array).astype(dtype, copy=False)


def _along_axis_1(weight: Tensor, x: Tensor) -> Tensor:
    return weight.reshape(-1, *[1] * (x.ndim - 2)) if weight.numel() > 1 else weight.reshape(())


@pytest.mark.parametrize(
    ("name", "dtype_name"),
    [
        (name, dtype_name)
        for name, counterpart in COUNTERPARTS.items()
        for dtype_name in ("float16", "float32", "float64", "int64")
        if np.dtype(dtype_name).char in BY_NAME[counterpart.ufunc].type_characters
        if dtype_name != "int64" or counterpart.has_integers
    ],
)
def test_sample_inputs(name: str, dtype_name: str, torch: Any, count: Counter[str]) -> None:
    methods = import_module("torch.testing._internal.common_methods_invocations")
    (opinfo,) = (op for op in methods.op_db if op.name == name and not op.variant_test_name)
    dtype, character = getattr(torch, dtype_name), np.dtype(dtype_name).char
    assert dtype in opinfo.dtypes
    counterpart = COUNTERPARTS[name]
    forward = BY_NAME[counterpart.ufunc]
    backward = BY_NAME[f"{counterpart.ufunc}_backward"]
    torch.manual_seed(0)
    inputs = [*_sampled(torch, opinfo, counterpart, dtype)]
    assert inputs
    inputs.append(_special(torch, counterpart, character))

    met = set()
    for given in inputs:
        x, parameter = given.x.detach(), given.parameter
        y = counterpart.theirs(opinfo.op, x, *parameter)
        if counterpart.ufunc == "prelu":
            parameter = (_along_axis_1(parameter[0], x),)
        # With mixed dtypes NumPy's promotion would differ.
        operands = [_operand(a, y.numpy().dtype) for a in (x, *parameter)]
        for isa in ISAS:
            Case(forward, character, isa).check(*operands)
        (wanted,) = expected(forward, *operands)
        assert wanted.shape == y.shape
        met |= _compare(name, FORWARD, y.numpy(), wanted, operands)
        count["PyTorch: forward, inputs"] += 1
        if not x.is_floating_point() or x.numel() == 0:
            continue

        dy = torch.randn(y.shape).to(dtype) if given.dy is None else given.dy
        x = x.expand(y.shape).clone().requires_grad_()
        gradients = [x]
        if counterpart.ufunc == "prelu":
            # One weight per element, so that its gradient is not summed.
            weight = parameter[0].detach().expand(y.shape).reshape(-1).clone().requires_grad_()
            x, dy = x.detach().reshape(1, -1).requires_grad_(), dy.reshape(1, -1)
            gradients, parameter = [x, weight], (weight,)
        operands = [_operand(a, y.numpy().dtype) for a in (dy, x, *parameter)]
        for isa in ISAS:
            Case(backward, character, isa).check(*operands)
        found = torch.autograd.grad(counterpart.theirs(opinfo.op, x, *parameter), gradients, dy)
        for differences, theirs, right in zip(
            (BACKWARD, SLOPE_BACKWARD), found, expected(backward, *operands), strict=False
        ):
            met |= _compare(name, differences, theirs.numpy().reshape(right.shape), right, operands)
        count["PyTorch: backward, inputs"] += 1

    assert met == {
        difference.about for difference in DIFFERENCES if difference.applies(name, character)
    }
