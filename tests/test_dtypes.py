"""The loop that NumPy chooses for given operands."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array, assert_same
from tests.cases import BY_NAME, each_operation
from tests.facts import EVERY_DTYPE, FLOATING
from tests.oracles import ORACLES

PYTHON_SCALARS: list[object] = [True, False, 0, 3, -3, 0.5, -0.0, 1e300]
if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
    # Before NumPy 2, an integer too large for the array's dtype chose a loop by its value.
    PYTHON_SCALARS += [300, -70000, 1 << 40]

several_inputs = pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if len(row.inputs) > 1], ids=lambda row: row.name
)


def ufunc_of(operation: Operation) -> np.ufunc:
    ufunc: np.ufunc = getattr(relu_ufunc, operation.name)
    return ufunc


def outcome(function: Callable[..., Any], *operands: object) -> object:
    """The result's dtype, or the type of the exception."""
    try:
        with np.errstate(all="ignore"):
            result = function(*operands)
    except (TypeError, OverflowError) as error:
        return type(error)
    return (result[0] if isinstance(result, tuple) else result).dtype


def reference(operation: Operation) -> np.ufunc:
    return np.hypot if ORACLES[operation.name].dtypes == FLOATING else np.maximum


def with_loop(operation: Operation, dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """The dtype, or if the function has no loop for it the next one, as everywhere in NumPy."""
    loops = ORACLES[operation.name].dtypes
    has_next = loops != FLOATING and dtype.char not in loops
    return np.result_type(dtype, np.int8) if has_next else dtype


def _as_met_by_a_number(operation: Operation, operand: object) -> object:
    """Python's takes on the dtype of the loop, so that an unsigned array may meet -3."""
    if isinstance(operand, np.ndarray) and operand.dtype.kind == "u":
        return operand.astype(with_loop(operation, operand.dtype))
    return operand


def wanted(operation: Operation, *pair: object) -> object:
    if any(type(operand) in (int, float) for operand in pair):
        pair = tuple(_as_met_by_a_number(operation, operand) for operand in pair)
    dtype = outcome(reference(operation), *pair)
    return with_loop(operation, dtype) if isinstance(dtype, np.dtype) else dtype


@each_operation
def test_loops(operation: Operation) -> None:
    characters = ORACLES[operation.name].dtypes
    n_in, n_out = len(operation.inputs), len(operation.outputs)
    assert ufunc_of(operation).types == [f"{c * n_in}->{c * n_out}" for c in characters]
    assert operation.type_characters == characters


@each_operation
def test_dtype_is_kept(operation: Operation) -> None:
    for character in operation.type_characters:
        operands = [np.ones(3, character)] * len(operation.inputs)
        results = ufunc_of(operation)(*operands)
        for result in results if isinstance(results, tuple) else (results,):
            assert result.dtype == np.dtype(character)


@each_operation
def test_a_backward_has_the_loops_of_its_forward(operation: Operation) -> None:
    assert operation.type_characters == BY_NAME[operation.forward].type_characters


def fill(operation: Operation, pair: tuple[object, object]) -> list[list[object]]:
    """The pair in both orders; further operands repeat one of the two."""
    first, second = pair
    if len(operation.inputs) == 2:
        return [[first, second], [second, first]]
    return [[a, b, c] for a, b, c in product(pair, repeat=3) if not a is b is c]


@several_inputs
def test_every_pair_of_dtypes(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for a, b in product(EVERY_DTYPE, repeat=2):
        pair = (np.ones(2, a), np.ones(2, b))
        right = wanted(operation, *pair)
        for operands in fill(operation, pair):
            assert outcome(ufunc, *operands) == right, (a, b)


@several_inputs
def test_every_dtype_with_every_python_scalar(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for character, scalar in product(EVERY_DTYPE, PYTHON_SCALARS):
        array = np.ones(2, character)
        right = wanted(operation, array, scalar)
        for operands in fill(operation, (array, scalar)):
            assert outcome(ufunc, *operands) == right, (character, scalar)


@several_inputs
def test_every_dtype_with_every_numpy_scalar(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for a, b in product(EVERY_DTYPE, repeat=2):
        pair = (np.ones(2, a), np.dtype(b).type(1))
        right = wanted(operation, *pair)
        for operands in fill(operation, pair):
            assert outcome(ufunc, *operands) == right, (a, b)


@several_inputs
def test_python_scalars_alone(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for a, b in product((True, 3, 0.5), repeat=2):
        for operands in fill(operation, (a, b)):
            assert outcome(ufunc, *operands) == wanted(operation, a, b), (a, b)


@pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if len(row.inputs) == 3], ids=lambda row: row.name
)
def test_three_dtypes_take_the_first_loop_that_holds_them(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for triple in product("?bBhHiIlLefdg", repeat=3):
        operands = [np.ones(2, character) for character in triple]
        right = next(
            loop
            for loop in operation.type_characters
            if all(np.can_cast(character, loop) for character in triple)
        )
        assert outcome(ufunc, *operands) == np.dtype(right), triple


def test_examples_from_the_definition() -> None:
    integers, halves = np.arange(3), np.ones(3, np.float16)
    assert relu_ufunc.clipped_relu(integers, 6).dtype == integers.dtype
    assert relu_ufunc.clipped_relu(integers, 6.0).dtype == np.float64
    assert relu_ufunc.leaky_relu(integers, 0.01).dtype == np.float64
    assert relu_ufunc.leaky_relu(halves, 0.01).dtype == np.float16
    assert relu_ufunc.relu_backward(1, halves).dtype == np.float16
    assert relu_ufunc.relu(np.array([True, False])).tolist() == [True, False]
    assert relu_ufunc.squared_relu(np.array([True, False])).dtype == np.int8


UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
UNSUPPORTED = [
    np.ones(3, np.complex64),
    np.ones(3, np.complex128),
    np.ones(3, np.clongdouble),
    np.array([1, 2, 3], object),
    np.array(["a", "b", "c"]),
    np.array([b"a", b"b", b"c"]),
    np.zeros(3, "datetime64[s]"),
    *(np.zeros(3, f"timedelta64[{unit}]") for unit in UNITS),
    np.zeros(3, [("field", "f4")]),
    np.zeros(3, "V4"),
    *([np.array(["1", "2", "3"], "T")] if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else []),
]


@each_operation
@pytest.mark.parametrize("unsupported", UNSUPPORTED, ids=lambda a: str(a.dtype))
def test_unsupported_dtypes(operation: Operation, unsupported: Array) -> None:
    ufunc = ufunc_of(operation)
    for position in range(len(operation.inputs)):
        operands: list[Array] = [np.ones(3)] * len(operation.inputs)
        operands[position] = unsupported
        outputs = tuple(np.full(3, 7.0) for _ in operation.outputs)
        with pytest.raises(TypeError):
            ufunc(*operands)
        with pytest.raises(TypeError):
            ufunc(*operands, out=outputs)
        assert all((out == 7).all() for out in outputs)


@each_operation
@pytest.mark.parametrize("scalar", [1j, "text", b"bytes", None, object()])
def test_unsupported_scalars(operation: Operation, scalar: object) -> None:
    for position in range(len(operation.inputs)):
        operands: list[object] = [np.ones(3)] * len(operation.inputs)
        operands[position] = scalar
        with pytest.raises(TypeError):
            ufunc_of(operation)(*operands)


@each_operation
def test_dtype_argument_picks_the_loop(operation: Operation) -> None:
    operands = [np.full(30, 2.5)] * len(operation.inputs)
    in_single = [a.astype(np.float32) for a in operands]
    ufunc = ufunc_of(operation)
    results, wanted_results = ufunc(*operands, dtype=np.float32), ufunc(*in_single)
    for result, right in zip(np.atleast_2d(results), np.atleast_2d(wanted_results), strict=True):
        assert_same(result, right)


@each_operation
def test_output_of_another_dtype(operation: Operation) -> None:
    operands = [np.full(30, 2.5, np.float32)] * len(operation.inputs)
    ufunc = ufunc_of(operation)
    outputs = tuple(np.zeros(30) for _ in operation.outputs)
    ufunc(*operands, out=outputs)
    right = np.atleast_2d(ufunc(*operands))
    for out, single in zip(outputs, right, strict=True):
        assert_same(out, single.astype(np.float64))
    integers = tuple(np.zeros(30, np.int64) for _ in operation.outputs)
    ufunc(*operands, out=integers, casting="unsafe")
    for integer, single in zip(integers, right, strict=True):
        assert_same(integer, single.astype(np.int64))
