"""The stub matches the table, mypy infers the types that it promises, and they are true."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import pytest

from tests.packages import IS_EDITABLE, PACKAGE

ROOT = Path(__file__).parents[1]
SAMPLES = Path(__file__).with_name("typing_samples.py")


def run(*arguments: str | Path, cwd: Path) -> None:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_is_in_step_with_the_table() -> None:
    stub = PACKAGE / "__init__.pyi"
    source = "import generate_stub; print(generate_stub.stub(), end='')"
    generated = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert stub.read_text(encoding="utf-8") == generated, (
        "relu_ufunc/__init__.pyi is not that of the table: run python tools/generate_stub.py"
    )


@pytest.mark.skipif(IS_EDITABLE, reason="mypy does not find an editable install")
def test_mypy_infers_the_types_of_the_samples(tmp_path: Path) -> None:
    sample = tmp_path / "samples.py"
    sample.write_text(SAMPLES.read_text(encoding="utf-8"), encoding="utf-8")
    run("-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", sample, cwd=tmp_path)


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="NumPy's types did not know all of ufunc"
)
def test_the_stubs_are_true_to_the_package(tmp_path: Path) -> None:
    # Optional packages may not be installed, so their types cannot be checked.
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nignore_missing_imports = True\n", encoding="utf-8")
    # Only Numba imports the first module, and functools.cache hides the types of the second.
    unchecked = tmp_path / "unchecked"
    modules = [r"relu_ufunc\._numba.*", r"relu_ufunc\._docstrings\..*"]
    unchecked.write_text("\n".join(modules) + "\n", encoding="utf-8")
    run(
        "-m",
        "mypy.stubtest",
        "relu_ufunc",
        "--ignore-missing-stub",
        f"--mypy-config-file={settings}",
        "--allowlist",
        unchecked,
        "--ignore-unused-allowlist",
        cwd=tmp_path,
    )


def claims() -> list[Any]:
    tree = ast.parse(SAMPLES.read_text(encoding="utf-8"))
    calls = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "assert_type"
    ]
    return [
        pytest.param(*map(ast.unparse, call.args), id=ast.unparse(call.args[0])) for call in calls
    ]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return runpy.run_path(str(SAMPLES))


@pytest.mark.skipif(
    int(np.__version__.partition(".")[0]) < 2, reason="Python numbers were not weak beside scalars"
)
@pytest.mark.parametrize(("expression", "claimed"), claims())
def test_the_types_are_true(expression: str, claimed: str, names: dict[str, Any]) -> None:
    check(eval(expression, names), eval(claimed, names))


def check(value: object, claimed: Any) -> None:
    if claimed is Any:
        return
    # From NumPy 2.5 on, NDArray is a PEP 695 alias, which is not expanded.
    if alias := getattr(get_origin(claimed), "__value__", None):
        claimed = alias[get_args(claimed)]
    origin = get_origin(claimed)
    if origin is tuple:
        assert isinstance(value, tuple)
        for part, claimed_part in zip(value, get_args(claimed), strict=True):
            check(part, claimed_part)
    elif origin is np.ndarray:
        assert isinstance(value, np.ndarray)
        (scalar,) = get_args(get_args(claimed)[1])
        assert scalar is Any or issubclass(value.dtype.type, get_origin(scalar) or scalar)
    else:
        assert isinstance(value, origin or claimed)
