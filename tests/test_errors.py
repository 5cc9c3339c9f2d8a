"""Misuse raises NumPy's own errors, and nothing is written before they are raised."""

from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import each_operation


def error_of_abs(**keywords: Any) -> type[BaseException]:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        np.abs(np.ones(3), **({"out": np.zeros(3)} | keywords))
    return caught.type


@each_operation
@pytest.mark.parametrize(
    "keywords",
    [
        {"out": np.full(3, 7)},
        {"out": np.full(3, 7, np.bool_)},
        {"out": np.full(4, 7.0)},
        {"out": np.full((), 7.0)},
        {"out": [7.0, 7.0, 7.0]},
        {"out": 7.0},
        {"casting": "no such rule"},
        {"casting": "no", "dtype": np.float32},
        {"casting": "safe", "dtype": np.float32},
        {"dtype": "no such dtype"},
        {"dtype": np.float16, "casting": "equiv"},
        {"order": "X"},
        {"subok": 2.5},
        {"where": np.ones(4, np.bool_)},
        {"where": np.ones(3)},
        {"signature": "d"},
        {"signature": "xx->x"},
        {"no_such_argument": 1},
        {"axis": 0},
    ],
    ids=lambda keywords: " ".join(f"{key}={value}" for key, value in keywords.items()),
)
def test_same_error_as_abs(operation: Operation, keywords: dict[str, Any]) -> None:
    ufunc: np.ufunc = getattr(relu_ufunc, operation.name)
    n_in, n_out = len(operation.inputs), len(operation.outputs)
    wanted = error_of_abs(**keywords)
    ours = dict(keywords)
    if "out" in ours:
        ours["out"] = (ours["out"],) * n_out
    else:
        ours["out"] = tuple(np.full(3, 7.0) for _ in range(n_out))
    with pytest.raises(wanted) as caught:
        ufunc(*[np.ones(3)] * n_in, **ours)
    assert caught.type is wanted
    for out in ours["out"]:
        assert np.all(np.asarray(out) == np.asarray(out).dtype.type(7))


@each_operation
def test_read_only_output(operation: Operation) -> None:
    outputs = tuple(np.full(3, 7.0) for _ in operation.outputs)
    outputs[-1].setflags(write=False)
    wanted = error_of_abs(out=outputs[-1])
    with pytest.raises(wanted):
        getattr(relu_ufunc, operation.name)(*[np.ones(3)] * len(operation.inputs), out=outputs)
    assert all((out == 7).all() for out in outputs)


@each_operation
def test_wrong_number_of_arguments(operation: Operation) -> None:
    ufunc: np.ufunc = getattr(relu_ufunc, operation.name)
    n_in, n_out = len(operation.inputs), len(operation.outputs)
    x, outputs = np.ones(3), [np.full(3, 7.0) for _ in range(n_out + 1)]
    with pytest.raises(TypeError):
        ufunc(*[x] * (n_in - 1))
    with pytest.raises(TypeError):
        ufunc(*[x] * n_in, *outputs)
    with pytest.raises(ValueError, match="'out' tuple"):
        ufunc(*[x] * n_in, out=tuple(outputs))
    assert all((out == 7).all() for out in outputs)


@each_operation
def test_inputs_are_positional_only(operation: Operation) -> None:
    ufunc: np.ufunc = getattr(relu_ufunc, operation.name)
    operands = [np.ones(3)] * len(operation.inputs)
    with pytest.raises(TypeError):
        ufunc(*operands[:-1], **{operation.inputs[-1]: operands[-1]})
    with pytest.raises(TypeError):
        ufunc(**dict(zip(operation.inputs, operands, strict=True)))


@pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if row.parameters], ids=lambda row: row.name
)
def test_parameters_have_no_default(operation: Operation) -> None:
    arrays = [np.ones(3)] * (len(operation.inputs) - len(operation.parameters))
    for n_given in range(len(operation.parameters)):
        with pytest.raises(TypeError):
            getattr(relu_ufunc, operation.name)(*arrays, *[1.0] * n_given)


@each_operation
def test_shapes_that_do_not_broadcast(operation: Operation) -> None:
    n_in = len(operation.inputs)
    if n_in == 1:
        operands: list[Array] = [np.ones(3)]
        outputs: tuple[Array, ...] = tuple(np.full((2, 4), 7.0) for _ in operation.outputs)
    else:
        operands = [np.ones(3), *[np.ones(4)] * (n_in - 1)]
        outputs = tuple(np.full(4, 7.0) for _ in operation.outputs)
    with pytest.raises(ValueError, match="broadcast"):
        getattr(relu_ufunc, operation.name)(*operands, out=outputs)
    assert all((out == 7).all() for out in outputs)
