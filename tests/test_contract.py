"""The functions are true ufuncs, in every way in which a ufunc can be used."""

import copy
import inspect
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import Operation
from tests.bits import Array, assert_same
from tests.cases import each_operation
from tests.oracles import expected


def ufunc_of(operation: Operation) -> np.ufunc:
    ufunc: np.ufunc = getattr(relu_ufunc, operation.name)
    return ufunc


def outputs_of(results: Any) -> tuple[Any, ...]:
    return results if isinstance(results, tuple) else (results,)


def operands_of(operation: Operation, shape: tuple[int, ...] = (4, 6)) -> list[Array]:
    random = np.random.default_rng(len(operation.name))
    return [random.normal(0, 4, shape) for _ in operation.inputs]


@each_operation
def test_is_a_ufunc(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    assert type(ufunc) is np.ufunc
    assert ufunc.__name__ == operation.name
    assert (ufunc.nin, ufunc.nout) == (len(operation.inputs), len(operation.outputs))
    assert ufunc.identity is None
    assert ufunc.signature is None


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0",
    reason="a ufunc's __module__ can be set from NumPy 2.2 on",
)
@each_operation
def test_module_and_qualified_name(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    assert ufunc.__module__ == "relu_ufunc"
    assert ufunc.__qualname__ == operation.name
    assert inspect.getmodule(ufunc) is relu_ufunc


@each_operation
def test_copies_are_the_ufunc_itself(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    assert copy.copy(ufunc) is ufunc
    assert copy.deepcopy(ufunc) is ufunc
    assert copy.deepcopy({"activation": ufunc})["activation"] is ufunc


@each_operation
def test_scalars_lists_and_arrays(operation: Operation) -> None:
    ufunc, n = ufunc_of(operation), len(operation.inputs)
    right = expected(operation, *[np.array(2.5)] * n)
    for result, wanted in zip(outputs_of(ufunc(*[2.5] * n)), right, strict=True):
        assert type(result) is np.float64
        assert result == wanted
    for result, wanted in zip(outputs_of(ufunc(*[[2.5, 2.5]] * n)), right, strict=True):
        assert type(result) is np.ndarray
        assert result.tolist() == [wanted, wanted]


@each_operation
def test_out(operation: Operation) -> None:
    operands = operands_of(operation)
    wanted = expected(operation, *operands)
    n = len(operation.outputs)
    ufunc = ufunc_of(operation)
    as_keyword = tuple(np.zeros((4, 6)) for _ in range(n))
    as_arguments = tuple(np.zeros((4, 6)) for _ in range(n))
    wider = tuple(np.zeros((3, 4, 6)) for _ in range(n))
    for results, given in (
        (ufunc(*operands, out=as_keyword), as_keyword),
        (ufunc(*operands, *as_arguments), as_arguments),
        (ufunc(*operands, out=wider), wider),
    ):
        for result, out, right in zip(outputs_of(results), given, wanted, strict=True):
            assert result is out
            assert_same(out, np.broadcast_to(right, out.shape))


def test_second_argument_of_relu_is_out() -> None:
    x, out = np.array([-1.0, 2.0]), np.zeros(2)
    assert relu_ufunc.relu(x, out) is out
    assert out.tolist() == [0, 2]


@pytest.mark.parametrize("n_given", [0, 1])
def test_some_outputs_given(n_given: int) -> None:
    x, given = np.array([-1.0, 2.0]), np.zeros(2)
    out: list[Array | None] = [None, None]
    out[n_given] = given
    results = relu_ufunc.crelu(x, out=tuple(out))
    assert results[n_given] is given
    assert [result.tolist() for result in results] == [[0, 2], [1, 0]]


@each_operation
def test_where_leaves_the_rest_alone(operation: Operation) -> None:
    operands = operands_of(operation, (5, 70))
    wanted = expected(operation, *operands)
    random = np.random.default_rng(2)
    ufunc = ufunc_of(operation)
    for mask in (
        random.integers(0, 2, (5, 70)) == 1,
        np.arange(70) % 7 < 5,
        (np.arange(5) % 2 == 0)[:, None],
        np.array(False),
        np.array(True),
    ):
        outputs = tuple(np.full((5, 70), 7.0) for _ in operation.outputs)
        ufunc(*operands, out=outputs, where=mask)
        for out, right in zip(outputs, wanted, strict=True):
            assert_same(out, np.where(mask, right, 7.0))


@each_operation
def test_order(operation: Operation) -> None:
    operands = operands_of(operation, (4, 5, 6))
    in_fortran = [np.asfortranarray(a) for a in operands]
    ufunc = ufunc_of(operation)
    for result in outputs_of(ufunc(*operands, order="F")) + outputs_of(ufunc(*in_fortran)):
        assert result.flags.f_contiguous
    for result in outputs_of(ufunc(*in_fortran, order="C")) + outputs_of(ufunc(*operands)):
        assert result.flags.c_contiguous


@each_operation
def test_broadcasting(operation: Operation) -> None:
    random = np.random.default_rng(8)
    shapes = [(7, 1, 5), (3, 1), (1, 1, 5)]
    operands = [random.normal(0, 4, shapes[k]) for k in range(len(operation.inputs))]
    wanted = expected(operation, *operands)
    for result, right in zip(outputs_of(ufunc_of(operation)(*operands)), wanted, strict=True):
        assert_same(result, right)


class Labelled(np.ndarray[Any, Any]):
    """A subclass that adds no behaviour."""


@each_operation
def test_subclasses(operation: Operation) -> None:
    operands = operands_of(operation)
    wanted = expected(operation, *operands)
    labelled = [operands[0].view(Labelled), *operands[1:]]
    ufunc = ufunc_of(operation)
    for kind, results in (
        (Labelled, ufunc(*labelled)),
        (np.ndarray, ufunc(*labelled, subok=False)),
    ):
        for result, right in zip(outputs_of(results), wanted, strict=True):
            assert type(result) is kind
            assert_same(np.asarray(result), right)


@each_operation
def test_masked_arrays(operation: Operation) -> None:
    operands = operands_of(operation)
    mask = operands[0] > 1
    masked = [np.ma.MaskedArray(operands[0], mask), *operands[1:]]
    for result in outputs_of(ufunc_of(operation)(*masked)):
        assert isinstance(result, np.ma.MaskedArray)
        np.testing.assert_array_equal(np.ma.getmaskarray(result), mask)


class Recorder:
    """Takes over the call, as other array libraries do."""

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: object, **keywords: object
    ) -> tuple[object, ...]:
        return ufunc, method, inputs, keywords


@each_operation
def test_array_ufunc_override(operation: Operation) -> None:
    ufunc = ufunc_of(operation)
    for position in range(len(operation.inputs)):
        operands: list[object] = [np.ones(3)] * len(operation.inputs)
        operands[position] = recorder = Recorder()
        called, method, inputs, keywords = ufunc(*operands, dtype="f4")
        assert (called, method, keywords) == (ufunc, "__call__", {"dtype": "f4"})
        assert inputs[position] is recorder
    out = Recorder()
    result = ufunc(*[np.ones(3)] * len(operation.inputs), out=(out,) * len(operation.outputs))
    assert result[0] is ufunc
    assert result[3]["out"][0] is out


@pytest.mark.parametrize("method", ["reduce", "accumulate", "outer", "at", "reduceat"])
def test_array_ufunc_override_of_methods(method: str) -> None:
    recorder = Recorder()
    further: tuple[object, ...] = {
        "outer": (np.ones(3),),
        "at": ([0], np.ones(1)),
        "reduceat": ([0],),
    }.get(method, ())
    result = getattr(relu_ufunc.add_relu, method)(recorder, *further)
    assert result[:2] == (relu_ufunc.add_relu, method)


def test_array_ufunc_refusal() -> None:
    class Refusing:
        __array_ufunc__ = None

    with pytest.raises(TypeError):
        relu_ufunc.relu(Refusing())
