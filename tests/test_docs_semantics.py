"""docs/semantics.md is complete; its code is run like that of the other pages."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.facts import EVERY_DTYPE, FLOATING, NUMERIC, SIGNED

pytestmark = pytest.mark.project

ROOT = Path(__file__).parents[1]
SEMANTICS = (ROOT / "docs" / "semantics.md").read_text("utf-8")
OUT_OF_STEP = "is not in step with the tables: run python tools/generate_tables.py"
forwards = [operation for operation in OPERATIONS if not operation.is_backward]


@pytest.mark.parametrize("file", ["README.md", "docs/index.md", "docs/semantics.md"])
def test_the_generated_tables_are_in_step(file: str) -> None:
    source = f"import generate_tables; print(generate_tables.page({file!r}), end='')"
    generated = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT / "tools",
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=True,
    ).stdout
    assert generated == (ROOT / file).read_text("utf-8"), f"{file} {OUT_OF_STEP}"


@pytest.mark.parametrize("operation", forwards, ids=lambda row: row.name)
def test_the_loops_match_the_row(operation: Operation) -> None:
    rows = [line for line in SEMANTICS.split("## Dtypes")[1].splitlines() if line[:1] == "|"]
    named = [line for line in rows if f"`{operation.name}`" in line.split("|")[1]]
    assert len(named) == 1, f"docs/semantics.md {OUT_OF_STEP}"
    (row,) = named
    loops = {
        EVERY_DTYPE: "bool, every integer",
        NUMERIC: "the same but bool",
        SIGNED: "the same but unsigned",
        FLOATING: "float16",
    }
    assert row.split("|")[2].strip().startswith(loops[operation.type_characters])


def test_tables_are_rectangular() -> None:
    for table in re.findall(r"(?:^\|.*\n)+", SEMANTICS, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_versions_match_the_docstrings() -> None:
    version = r"(PyTorch|TensorFlow|Keras|JAX|ONNX\s+Runtime)\s+(\d+\.\d+)"
    assert re.findall(version, relu_ufunc.relu.__doc__ or "") == re.findall(version, SEMANTICS)
