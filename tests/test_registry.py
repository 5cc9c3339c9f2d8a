"""The operation table, the package's names and the tests' oracles agree."""

import re

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc._operations import OPERATIONS, Operation
from tests.cases import BY_NAME, CASES, ISAS, UFUNCS, each_operation
from tests.facts import Backward, Forward
from tests.oracles import ORACLES
from tests.packages import PUBLIC_NAMES


def test_every_row_has_an_oracle_and_every_oracle_a_row() -> None:
    assert [ORACLES[operation.name].name for operation in OPERATIONS]
    for name in ORACLES:
        assert name in BY_NAME, f"src/ops.def has no row that makes {name!r}: write it"
    assert set(ORACLES) == set(BY_NAME)


@each_operation
def test_the_row_has_the_inputs_and_outputs_of_its_oracle(operation: Operation) -> None:
    oracle = ORACLES[operation.name]
    assert operation.inputs == oracle.inputs
    outputs = oracle.value(*[np.ones(())] * len(oracle.inputs))
    assert len(operation.outputs) == (len(outputs) if isinstance(outputs, tuple) else 1)
    assert isinstance(oracle, Backward if operation.is_backward else Forward), (
        f"tests/oracles.py: write @{'backward' if operation.is_backward else 'forward'}(...) "
        f"above {operation.name!r}"
    )


@each_operation
def test_each_input_and_output_has_a_unit(operation: Operation) -> None:
    oracle = ORACLES[operation.name]
    about = f"tests/oracles.py: units={oracle.units!r} of {operation.name!r} are not one for each"
    assert len(oracle.units_of_inputs) == len(operation.inputs), f"{about} of {operation.inputs}"
    assert len(oracle.units_of_outputs) == len(operation.outputs), f"{about} of {operation.outputs}"


def test_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert [operation.number for operation in OPERATIONS] == list(range(len(names)))


def test_the_package_exports_every_row() -> None:
    ufuncs = {name for name, value in vars(relu_ufunc).items() if isinstance(value, np.ufunc)}
    assert ufuncs == {operation.name for operation in OPERATIONS}
    assert ufuncs <= set(PUBLIC_NAMES)
    assert ufuncs <= set(dir(relu_ufunc))


def test_all_is_what_a_star_import_gives() -> None:
    assert len(set(PUBLIC_NAMES)) == len(PUBLIC_NAMES)
    for name in PUBLIC_NAMES:
        assert not name.startswith("_")
        assert hasattr(relu_ufunc, name)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", relu_ufunc.__version__)


@each_operation
def test_a_backward_takes_dy_and_the_inputs_of_its_forward(operation: Operation) -> None:
    if operation.is_backward:
        upstream = "dz" if "y" in operation.inputs else "dy"
        assert operation.inputs == (upstream, *ORACLES[operation.forward].inputs)
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
