"""The functions inside Numba's compiled code: the bits and dtypes of the ufuncs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array, assert_same, specials
from tests.cases import each_operation
from tests.oracles import expected
from tests.packages import installed
from tests.subprocesses import output_of

pytestmark = pytest.mark.interop

NUMBA_HAS = "?bBhHilqBHIQfd"


@pytest.fixture(autouse=True)
def _numba() -> None:
    installed("numba")


def compiled(operation: Operation, *outs: str) -> Any:
    """The call, compiled by Numba."""
    import numba

    names = ", ".join((*operation.inputs, *outs))
    known: dict[str, Any] = {"function": getattr(relu_ufunc, operation.name)}
    return numba.njit(eval(f"lambda {names}: function({names})", known))


def characters(operation: Operation) -> list[str]:
    return [each for each in operation.type_characters if each in NUMBA_HAS]


def inputs_of(operation: Operation, character: str, n: int) -> list[Array]:
    values = specials(character)
    count = len(operation.inputs)
    return [np.resize(np.roll(values, 5 * k)[: len(values) - k], n) for k in range(count)]


def tuple_of(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@each_operation
def test_arrays(operation: Operation) -> None:
    function = compiled(operation)
    for character in characters(operation):
        inputs = inputs_of(operation, character, 3000)
        wanted = expected(operation, *inputs)
        for actual, value in zip(tuple_of(function(*inputs)), wanted, strict=True):
            assert_same(actual, value, f"{operation.name} {character}")


@each_operation
def test_strided_arrays_and_broadcasting(operation: Operation) -> None:
    function, ufunc = compiled(operation), getattr(relu_ufunc, operation.name)
    first, *others = inputs_of(operation, "f", 120)
    blocks, rows = first.reshape(4, 5, 6)[::2, ::-1], [each[:6] for each in others]
    reversed_ones = [each[::-2] for each in (first, *others)]
    for operands in ([blocks, *rows], reversed_ones):
        wanted = tuple_of(ufunc(*operands))
        for actual, value in zip(tuple_of(function(*operands)), wanted, strict=True):
            assert actual.shape == value.shape
            assert np.array_equal(np.isnan(actual), np.isnan(value))
            assert_same(np.nan_to_num(actual), np.nan_to_num(value), operation.name)


@each_operation
def test_numbers(operation: Operation) -> None:
    function = compiled(operation)
    for character in characters(operation):
        inputs = inputs_of(operation, character, 60)
        wanted = expected(operation, *inputs)
        results = [tuple_of(function(*each)) for each in zip(*inputs, strict=True)]
        kind = np.dtype(character)
        for actual, value in zip(zip(*results, strict=True), wanted, strict=True):
            made = np.array(actual, kind)
            keeps = ~np.isnan(value) if kind.kind == "f" else np.ones(len(value), bool)
            assert_same(made[keeps], value[keeps], f"{operation.name} {character}")
            assert kind.kind != "f" or np.isnan(made[~keeps]).all()


def test_numbers_of_python_are_weak_beside_arrays() -> None:
    leaky = compiled(next(each for each in OPERATIONS if each.name == "leaky_relu"))
    x = np.array([-1.0, 2.0], np.float32)
    assert_same(leaky(x, 0.1), relu_ufunc.leaky_relu(x, 0.1))
    integers = np.array([-10, 5])
    assert_same(leaky(integers, 0.1), relu_ufunc.leaky_relu(integers, 0.1))


def test_an_integer_that_does_not_fit_is_refused() -> None:
    clipped = compiled(next(each for each in OPERATIONS if each.name == "clipped_relu"))
    with pytest.raises(OverflowError, match="out of bounds"):
        clipped(np.zeros(3, np.int8), 300)


def test_out_is_written_also_where_it_overlaps() -> None:
    relu = compiled(OPERATIONS[0], "out")
    x = np.linspace(-1, 1, 50)
    assert relu(x, x).ctypes.data == x.ctypes.data
    assert_same(x, relu_ufunc.relu(np.linspace(-1, 1, 50)))
    for step in (1, -1):
        x, wanted = np.linspace(-1, 1, 50), np.linspace(-1, 1, 50)
        relu(x[:-1][::step], x[1:][::step])
        relu_ufunc.relu(wanted[:-1][::step], out=wanted[1:][::step])
        assert_same(x, wanted)
    with pytest.raises(ValueError, match="does not have the shape"):
        relu(x, np.empty(3))


def test_what_has_no_loop_is_named() -> None:
    import numba

    relu = compiled(OPERATIONS[0])
    with pytest.raises(numba.TypingError, match="not supported for the input types"):
        relu(1j)
    with_out = compiled(OPERATIONS[0], "out")
    with pytest.raises(numba.TypingError, match="expects one out, of dtype float64"):
        with_out(np.zeros(3), np.zeros(3, np.float32))


def test_empty_and_0d_arrays() -> None:
    relu = compiled(OPERATIONS[0])
    assert relu(np.empty((0, 3))).shape == (0, 3)
    assert_same(relu(np.array(-2.0)), np.array(0.0))


def test_a_cached_caller_works_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        "import numba, numpy as np\nfrom relu_ufunc import leaky_relu\n"
        "@numba.njit(cache=True)\ndef layer(x):\n"
        "    return leaky_relu(x, 0.5), leaky_relu(-2.0, 0.5)\n"
        "y, z = layer(np.array([-1.0, 2.0]))\n"
        "print(y.tolist(), z, len(layer.stats.cache_hits))\n"
    )
    code = "import sys; sys.path.insert(0, '.'); import module"
    assert output_of(code, tmp_path) == "[-0.5, 2.0] -1.0 0"
    assert output_of(code, tmp_path) == "[-0.5, 2.0] -1.0 1"


def test_they_are_known_without_an_import_of_their_own(tmp_path: Path) -> None:
    code = (
        "import sys, numba, relu_ufunc\n"
        "print('relu_ufunc._numba' in sys.modules)\n"
        "print(numba.njit(lambda x: relu_ufunc.relu(x))(-1.0))\n"
    )
    assert output_of(code, tmp_path).split() == ["False", "0.0"]
