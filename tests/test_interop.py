"""The table of units is complete, and costs nothing until it is used."""

import re
from pathlib import Path

import pytest

from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.interop import _UNITS
from tests.oracles import ORACLES
from tests.subprocesses import output_of

forwards = {operation.name: operation for operation in OPERATIONS if not operation.is_backward}


def units_of(name: str) -> str:
    assert name in _UNITS, (
        f"relu_ufunc/interop.py has no units for {name!r}: write their line in _UNITS"
    )
    return _UNITS[name]


def test_every_function_has_its_units() -> None:
    for name in forwards:
        assert units_of(name)
    assert _UNITS.keys() == forwards.keys()


@pytest.mark.parametrize("operation", forwards.values(), ids=lambda row: row.name)
def test_each_input_and_output_has_one(operation: Operation) -> None:
    inputs, outputs = (side.split(", ") for side in units_of(operation.name).split(" -> "))
    assert len(inputs) == len(operation.inputs)
    assert len(outputs) == len(operation.outputs)
    # Every factor of a unit is the unit of some input.
    known = {"1", *(term for term in inputs if "*" not in term)}
    assert {factor for term in inputs + outputs for factor in term.split("*")} <= known


def test_importing_it_imports_no_package_of_units(tmp_path: Path) -> None:
    code = "import sys, relu_ufunc.interop; print({'astropy', 'pint'} & sys.modules.keys())"
    assert output_of(code, tmp_path) == "set()"


def test_the_package_does_without_it(tmp_path: Path) -> None:
    code = "import sys, relu_ufunc; print('relu_ufunc.interop' in sys.modules)"
    assert output_of(code, tmp_path) == "False"


def test_it_loads_when_it_is_first_used(tmp_path: Path) -> None:
    code = "import relu_ufunc; print(relu_ufunc.interop.register_pint.__name__)"
    assert output_of(code, tmp_path) == "register_pint"


def test_the_first_use_imports_no_package_of_units(tmp_path: Path) -> None:
    code = (
        "import sys; from relu_ufunc import *; interop; print({'astropy', 'pint'} & {*sys.modules})"
    )
    assert output_of(code, tmp_path) == "set()"


def test_the_table_of_units_is_complete() -> None:
    page = Path(__file__).parents[1] / "docs" / "interoperability.md"
    section = page.read_text("utf-8").partition("\n## Units\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    forwards = [row.name for row in OPERATIONS if not row.is_backward]
    assert sorted(named) == sorted(forwards)
    for row in rows:
        outputs = {ORACLES[name].units_of_outputs[0] == "1" for name in re.findall(r"`(\w+)`", row)}
        assert len(outputs) == 1, row
