"""The benchmarks read from the sources which functions and instruction sets there are."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS

pytestmark = pytest.mark.project


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return import_module("benchmarks.table")


def test_the_functions(table: Any) -> None:
    assert {
        row.name: (row.inputs, row.n_outputs, row.is_smooth, row.numpy)
        for row in table.FUNCTIONS.values()
    } == {row.name: (row.inputs, len(row.outputs), row.is_smooth, row.numpy) for row in OPERATIONS}


def test_the_instruction_sets(table: Any) -> None:
    available = relu_ufunc.available_isas()
    assert [isa for isa in table.ISAS if isa in available] == list(available)
