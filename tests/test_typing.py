"""The stub matches the table, mypy infers the types that it promises, and they are true."""

import ast
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import pytest

from relu_ufunc._operations import OPERATIONS, Operation
from tests.facts import EVERY_DTYPE, FLOATING, NUMERIC, SIGNED
from tests.packages import IS_EDITABLE, PACKAGE, PUBLIC_NAMES

SAMPLES = Path(__file__).with_name("typing_samples.py")


def names_of_the_stub() -> Iterator[tuple[str, ast.AST]]:
    """What it exports: functions, annotated variables, and modules imported as themselves."""
    for node in ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), node.annotation
        elif isinstance(node, ast.ImportFrom):
            yield from ((each.name, each) for each in node.names if each.asname == each.name)


STUB = dict(names_of_the_stub())


def run(*arguments: str | Path, cwd: Path) -> None:
    command = [sys.executable, *map(str, arguments)]
    # mypy does not find an editable install, and takes no path into site-packages.
    sources = {"MYPYPATH": str(PACKAGE.parent)} if IS_EDITABLE else {}
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | sources, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def type_in_the_stub(operation: Operation) -> str:
    """The class for as many inputs and outputs, with the dtypes of the row."""
    dtypes = {
        EVERY_DTYPE: "_EveryDtype",
        NUMERIC: "_Numeric",
        SIGNED: "_WithSign",
        FLOATING: "_Floating",
    }[operation.type_characters]
    arity = f"_Nin{len(operation.inputs)}Nout{len(operation.outputs)}"
    return f'{arity}[{dtypes}, Literal["{", ".join(operation.inputs)}"]]'


def test_the_stub_has_the_functions_of_the_table() -> None:
    typed = {name: ast.unparse(node) for name, node in STUB.items()}
    wanted = {each.name: type_in_the_stub(each) for each in OPERATIONS}
    found = {name: typed.get(name, "").replace("'", '"') for name in wanted}
    lines = [f"{name}: {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    assert not lines, "write in relu_ufunc/__init__.pyi:\n" + "\n".join(lines)


def test_the_stub_has_the_public_names_and_no_others() -> None:
    public = {name for name in STUB if not name.startswith("_")}
    assert public == set(PUBLIC_NAMES)


def test_mypy_infers_the_types_of_the_samples(tmp_path: Path) -> None:
    sample = tmp_path / "samples.py"
    sample.write_text(SAMPLES.read_text(encoding="utf-8"), encoding="utf-8")
    options = ("--strict", "--follow-imports=silent", "--cache-dir", tmp_path / "cache")
    run("-m", "mypy", *options, sample, cwd=tmp_path)


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
