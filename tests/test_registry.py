"""The operation table, the package's names and the tests' oracles say the same."""

import inspect
import re

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc._operations import OPERATIONS, Operation
from tests.cases import CASES, ISAS, UFUNCS, each_operation
from tests.oracles import ORACLES

SIGNATURES = {
    "relu": "x",
    "leaky_relu": "x, slope",
    "prelu": "x, slope",
    "relu6": "x",
    "clipped_relu": "x, max_value",
    "thresholded_relu": "x, theta",
    "squared_relu": "x",
    "crelu": "x",
    "add_relu": "x, b",
    "affine_relu": "x, scale, shift",
    "relu_backward": "dy, x",
    "leaky_relu_backward": "dy, x, slope",
    "prelu_backward": "dy, x, slope",
    "relu6_backward": "dy, x",
    "clipped_relu_backward": "dy, x, max_value",
    "thresholded_relu_backward": "dy, x, theta",
    "squared_relu_backward": "dy, x",
}
TWO_OUTPUTS = {"crelu", "prelu_backward"}


def test_every_promised_function_is_there() -> None:
    promised = {name: tuple(inputs.split(", ")) for name, inputs in SIGNATURES.items()}
    table = {operation.name: operation.inputs for operation in OPERATIONS}
    assert promised.items() <= table.items()
    assert {row.name for row in OPERATIONS if len(row.outputs) == 2} >= TWO_OUTPUTS


def test_every_row_has_an_oracle_and_every_oracle_a_row() -> None:
    assert set(ORACLES) == {operation.name for operation in OPERATIONS}


@each_operation
def test_the_oracle_takes_the_inputs_of_its_row(operation: Operation) -> None:
    assert tuple(inspect.signature(ORACLES[operation.name]).parameters) == operation.inputs


def test_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert [operation.row for operation in OPERATIONS] == list(range(len(names)))


def test_the_package_exports_every_row() -> None:
    ufuncs = {name for name, value in vars(relu_ufunc).items() if isinstance(value, np.ufunc)}
    assert ufuncs == {operation.name for operation in OPERATIONS}
    assert ufuncs <= set(relu_ufunc.__all__)
    assert ufuncs <= set(dir(relu_ufunc))


def test_all_is_what_a_star_import_gives() -> None:
    assert len(set(relu_ufunc.__all__)) == len(relu_ufunc.__all__)
    for name in relu_ufunc.__all__:
        assert not name.startswith("_")
        assert hasattr(relu_ufunc, name)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", relu_ufunc.__version__)


@each_operation
def test_a_backward_takes_dy_and_the_inputs_of_its_forward(operation: Operation) -> None:
    if operation.is_backward:
        assert operation.inputs == ("dy", *SIGNATURES[operation.forward].split(", "))
    else:
        assert operation.forward == operation.name
        assert operation.inputs[0] == "x"


def test_every_function_dtype_and_instruction_set_is_tested() -> None:
    loops = sum(len(ufunc.types) for ufuncs in UFUNCS.values() for ufunc in ufuncs.values())
    assert len(CASES) == loops
    assert set(UFUNCS) == set(ISAS)


@pytest.mark.parametrize("isa", ["", "x86-64-v9", "GENERIC"])
def test_no_ufunc_for_an_unknown_instruction_set(isa: str) -> None:
    with pytest.raises(ValueError, match="cannot run here"):
        _core.make_ufunc(0, isa, "")


@pytest.mark.parametrize("index", [-1, len(OPERATIONS)])
def test_no_ufunc_for_a_row_outside_the_table(index: int) -> None:
    with pytest.raises(IndexError):
        _core.make_ufunc(index, "generic", "")
