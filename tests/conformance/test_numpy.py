"""NumPy's own tests of ufuncs, run on ours by calling its functions or replacing its names."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import product
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import BY_NAME, UFUNCS, each_isa, each_operation

pytestmark = pytest.mark.conformance

# Substitutes for the dtypes for which a function has no loop.
_FLOAT_FOR = {
    "int8": np.float16,
    "int16": np.float32,
    "int32": np.float64,
    "int64": np.longdouble,
}
_REAL_FOR = {"complex64": np.float16, "complex128": np.longdouble}


def _module(name: str) -> ModuleType:
    pytest.importorskip("numpy._core.tests", reason="this NumPy comes without its tests")
    with warnings.catch_warnings(action="ignore"):
        return import_module(f"numpy._core.tests.{name}")


@pytest.fixture(scope="session")
def test_ufunc() -> ModuleType:
    return _module("test_ufunc")


@pytest.fixture(scope="session")
def test_umath() -> ModuleType:
    return _module("test_umath")


@pytest.fixture(scope="session")
def test_mem_overlap() -> ModuleType:
    return _module("test_mem_overlap")


@each_operation
@each_isa
def test_types(operation: Operation, isa: str, test_ufunc: ModuleType, count: Counter[str]) -> None:
    test_ufunc.test_ufunc_types(UFUNCS[isa][operation.name])
    count["NumPy: test_ufunc_types, loops"] += len(operation.type_characters)


@each_operation
@each_isa
def test_noncontiguous(
    operation: Operation, isa: str, test_ufunc: ModuleType, count: Counter[str]
) -> None:
    test_ufunc.test_ufunc_noncontiguous(UFUNCS[isa][operation.name])
    count["NumPy: test_ufunc_noncontiguous, loops"] += len(operation.type_characters)


class _NumpyWith:
    """NumPy with some names replaced."""

    def __init__(self, **replaced: object) -> None:
        vars(self).update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


class _SignedRandomState(np.random.RandomState):
    """Makes half of the fuzzers' numbers negative, also in floats, which do not wrap around."""

    def randint(self, low: Any, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
        numbers = super().randint(low, high, size=size, dtype=dtype)
        return numbers if size is None else numbers - high // 2


def _numpy_for(operation: Operation, **replaced: object) -> _NumpyWith:
    dtypes = _REAL_FOR if "h" in operation.type_characters else _REAL_FOR | _FLOAT_FOR
    random = SimpleNamespace(RandomState=_SignedRandomState)
    return _NumpyWith(**dtypes, **replaced, random=random)


class _Counted:
    """A ufunc that counts its calls, and those of its methods."""

    def __init__(self, operation: Operation, isa: str) -> None:
        self.ufunc = UFUNCS[isa][operation.name]
        self.calls = 0

    def _call(self, function: Callable[..., Any], *operands: object, **keywords: Any) -> Any:
        self.calls += 1
        return function(*operands, **keywords)

    def __call__(self, *operands: Any, **keywords: Any) -> Any:
        return self._call(self.ufunc, *operands, **keywords)

    def __getattr__(self, name: str) -> Any:
        return partial(self._call, getattr(self.ufunc, name))


class _AsUnary(_Counted):
    """Any function as a function of one array; its inputs are the array and the reversed array.

    So each input overlaps with the output, but not all in the same way."""

    def __init__(self, operation: Operation, output: int, isa: str) -> None:
        super().__init__(operation, isa)
        self.output = output

    def __call__(self, *operands: Any, **keywords: Any) -> Any:
        (a,), out = operands, keywords.pop("out")
        outputs = [np.empty_like(out) for _ in range(self.ufunc.nout)]
        outputs[self.output] = out
        inputs = [np.flip(a) if k % 2 else a for k in range(self.ufunc.nin)]
        super().__call__(*inputs, out=tuple(outputs), **keywords)
        return out


class _AsAdd(_Counted):
    def reduce(self, a: Array, axis: int | None, out: Array) -> Any:
        """Reduce over several axes in a fixed order, which NumPy refuses to choose."""
        if axis is None:
            a, axis = a.ravel(), 0
        return self._call(self.ufunc.reduce, a, axis=axis, out=out)


UNARY_METHODS = [
    "test_unary_ufunc_call_fuzz",
    "test_unary_ufunc_call_complex_fuzz",
    "test_unary_ufunc_1d_manual",
    "test_unary_ufunc_where_same",
]
BINARY_METHODS = [
    "test_binary_ufunc_accumulate_fuzz",
    "test_binary_ufunc_reduce_fuzz",
    "test_binary_ufunc_reduceat_fuzz",
    "test_binary_ufunc_reduceat_manual",
    "test_binary_ufunc_1d_manual",
]


@pytest.mark.parametrize(
    ("method", "operation", "output"),
    [
        pytest.param(method, row, k, id=f"{method[11:]}-{row.name}-{row.outputs[k]}")
        for method, row in product(UNARY_METHODS, OPERATIONS)
        for k in range(len(row.outputs))
        if not (method.endswith("where_same") and "?" not in row.type_characters)
    ],
)
def test_overlap_with_one_operand(
    method: str,
    operation: Operation,
    output: int,
    test_mem_overlap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    count: Counter[str],
) -> None:
    # NumPy resolves the overlap in a call; only methods such as `accumulate` pass it to the loops.
    ours = _AsUnary(operation, output, relu_ufunc.isa())
    numpy = _numpy_for(operation, invert=ours, negative=ours, reciprocal=ours)
    monkeypatch.setattr(test_mem_overlap, "np", numpy)
    getattr(test_mem_overlap.TestUFunc(), method)()
    assert ours.calls > 0
    count["NumPy: test_mem_overlap, unary, calls"] += ours.calls


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        pytest.param(method, row, id=f"{method[12:]}-{row.name}")
        for method, row in product(BINARY_METHODS, OPERATIONS)
        if (len(row.inputs), len(row.outputs)) == (2, 1)
        # In that test the operand is also the array of indices.
        if not (method.endswith("reduceat_manual") and "h" not in row.type_characters)
    ],
)
@each_isa
def test_overlap_with_two_operands(
    method: str,
    operation: Operation,
    isa: str,
    test_mem_overlap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    count: Counter[str],
) -> None:
    ours = _AsAdd(operation, isa)
    monkeypatch.setattr(test_mem_overlap, "np", _numpy_for(operation, add=ours))
    getattr(test_mem_overlap.TestUFunc(), method)()
    assert ours.calls > 0
    count["NumPy: test_mem_overlap, binary, calls"] += ours.calls


@pytest.mark.parametrize("unary", ["relu", "relu6", "squared_relu"])
@pytest.mark.parametrize("binary", ["add_relu", "clipped_relu", "thresholded_relu"])
@each_isa
def test_overlap_of_at(
    unary: str,
    binary: str,
    isa: str,
    test_mem_overlap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    count: Counter[str],
) -> None:
    invert, add = _Counted(BY_NAME[unary], isa), _Counted(BY_NAME[binary], isa)
    monkeypatch.setattr(test_mem_overlap, "np", _NumpyWith(invert=invert, add=add))
    test_mem_overlap.TestUFunc().test_ufunc_at_manual()
    assert (invert.calls, add.calls) == (2, 2)
    count["NumPy: test_mem_overlap, at, calls"] += invert.calls + add.calls


def _operands(operation: Operation, character: str) -> Iterator[tuple[int, list[Array]]]:
    """For each position of the tested input, numbers of every kind for the other inputs."""
    info = np.finfo(character)
    others = [1.0, -2.0, 0.0, -0.0, np.inf, -np.inf, np.nan, info.max, info.smallest_subnormal]
    for place in range(len(operation.inputs)):
        for values in product(others, repeat=len(operation.inputs) - 1):
            operands = [np.array(value, character) for value in values]
            yield place, [*operands[:place], np.array(0, character), *operands[place:]]


@pytest.mark.parametrize("character", "efd")
@each_operation
@each_isa
def test_spurious_fp_exceptions(
    character: str, operation: Operation, isa: str, test_umath: ModuleType, count: Counter[str]
) -> None:
    ufunc = UFUNCS[isa][operation.name]
    tests = test_umath.TestSpecialFloats()
    (data,) = (
        mark.args[1]
        for mark in tests.test_unary_spurious_fpexception.pytestmark
        if mark.args[0] == "data, escape"
    )
    for place, operands in _operands(operation, character):

        def ours(array: Array, place: int = place, operands: list[Array] = operands) -> None:
            ufunc(*operands[:place], array, *operands[place + 1 :])

        for values, _ in data:
            tests.test_unary_spurious_fpexception(ours, character, values, [])
            count["NumPy: test_umath, spurious floating-point exceptions"] += 1


@pytest.mark.parametrize("character", "efd")
@pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if len(row.inputs) == 2], ids=lambda row: row.name
)
@each_isa
def test_spurious_fp_exceptions_of_two_operands(
    character: str,
    operation: Operation,
    isa: str,
    test_umath: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    count: Counter[str],
) -> None:
    ours = _Counted(operation, isa)

    class Zeros:
        def __init__(self, n: int, dtype: object) -> None:
            self.dividend = np.zeros(n, character)

        def __truediv__(self, subnormal: object) -> object:
            return ours(self.dividend, subnormal)

    monkeypatch.setattr(test_umath, "np", _NumpyWith(zeros=Zeros))
    monkeypatch.setattr(test_umath, "ncu", SimpleNamespace(hypot=ours))
    test_umath.TestSpecialFloats().test_divide_spurious_fpexception(character)
    test_umath.TestHypotSpecialValues().test_no_fpe()
    assert ours.calls == 2
    count["NumPy: test_umath, spurious floating-point exceptions"] += ours.calls
