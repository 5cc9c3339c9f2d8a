"""The package of examples/extension, built by meson-python in an environment of its own."""

import os
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from relu_ufunc._operations import OPERATIONS, Operation

ROOT = Path(__file__).parents[1]

NEEDED = ("meson-python>=0.18", "meson>=1.4", "ninja", "cython>=3.1", "numpy")
AS_IT_IS = ("--no-build-isolation", "--no-deps")

pytestmark = pytest.mark.extension


class Environment:
    """A virtual environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder, with_pip=True)
        self.python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"

    def done(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder, text=True, capture_output=True, check=False,
            env={name: v for name, v in os.environ.items() if name != "PYTHONPATH"}
            | {"PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"},
        )  # fmt: skip

    def run(self, *arguments: str) -> str:
        done = self.done(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


USE = """
import numpy as np, rectify, rectify_c
x = np.array([-1, 2, -0.0, np.nan], np.float32)
y = np.empty_like(x)
rectify.rectify(x, y)
assert y.tobytes() == np.array([0, 2, 0, np.nan], np.float32).tobytes(), y
rectify.rectify_leakily(x[::-1], 0.5, y[::-1])
assert y[:2].tolist() == [-0.5, 2.0], y
rectify.one_by_one(x, y)
assert y.tobytes() == np.array([0, 2, 0, np.nan], np.float32).tobytes(), y
rectify.gate(x[:3], y[:3])
assert y[:3].tobytes() == np.array([-0.26894143, 1.7615942, -0.0], np.float32).tobytes(), y
assert rectify.both_signs(-3.0) == (0.0, 3.0)
a = np.arange(-3.0, 3.0)
rectify.rectify_sum(a, a, a)
assert a.tolist() == [0, 0, 0, 0, 2, 4], a
assert rectify.dense(np.eye(3), np.arange(3.0) - 2, np.zeros(3), 0.25).tolist() == [-0.5, -0.25, 0]
b = np.arange(-3, 3, dtype=np.int8)
rectify_c.rectify(b[::2])
assert b.tolist() == [0, -2, 0, 0, 1, 2], b
assert (rectify_c.rectified(-2.0), rectify_c.rectified(3)) == (0.0, 3.0)
for wrong, error in (
    (lambda: rectify_c.rectify(np.zeros((2, 2))), TypeError),
    (lambda: rectify_c.rectify(np.zeros(2, ">f4")), TypeError),
    (lambda: rectify.rectify(x, y[:2]), ValueError),
    (lambda: rectify.rectify(x, np.frombuffer(bytes(16), np.float32)), ValueError),
    (lambda: rectify.rectify_sum(a, a, np.broadcast_to(0.0, 6)), ValueError),
    (lambda: rectify_c.rectify(np.frombuffer(bytes(16), np.float32)), ValueError),
):
    try:
        wrong()
    except error as raised:
        print(raised)
    else:
        raise AssertionError("nothing was raised")
"""


@pytest.fixture(scope="module")
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """One with the package, as a wheel or editable, and what builds extensions."""
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists() or not shutil.which("cc"):
        pytest.skip("no Python.h or no cc here")
    made = Environment(tmp_path_factory.mktemp("environment"))
    if request.param == "editable":
        build = f"--config-settings=build-dir={made.folder / 'build'}"
        package = ["--editable", str(ROOT), build]
    else:
        # A wheel, to try that.
        package = [os.environ.get("RELU_UFUNC_WHEEL", str(ROOT))]
    made.run("-m", "pip", "install", "--quiet", *NEEDED)
    made.run("-m", "pip", "install", "--quiet", *AS_IT_IS, *package)
    return made


@pytest.mark.parametrize("environment", ["wheel", "editable"], indirect=True)
def test_the_example_is_built_and_right(environment: Environment, tmp_path: Path) -> None:
    source = tmp_path / "extension"
    shutil.copytree(ROOT / "examples/extension", source)
    environment.run("-m", "pip", "install", "--quiet", *AS_IT_IS, str(source))
    told = environment.run("-W", "error", "-c", USE).splitlines()
    assert told == [
        "expected an array of one axis and a native dtype",
        "expected an array of one axis and a native dtype",
        "expected memoryviews of one length, not 2 and 4",
        "buffer source array is read-only",
        "buffer source array is read-only",
        "buffer source array is read-only",
    ]


def calls(operation: Operation) -> Iterator[tuple[str, str, list[str]]]:
    """The names of its functions of memoryviews, their number, and the types of their operands."""
    for number, suffix in (("double", ""), ("float", "f")):
        for each in ("", "_each") if operation.parameters else ("",):
            numbers = () if each else operation.parameters
            types = [
                number if name in numbers else f"const {number}[:]" for name in operation.inputs
            ]
            yield f"{operation.name}{suffix}{each}_into", number, types


@pytest.mark.parametrize("environment", ["wheel"], indirect=True)
def test_a_const_memoryview_is_no_output(environment: Environment, tmp_path: Path) -> None:
    lines, expected = ["cimport relu_ufunc"], []
    for operation in OPERATIONS:
        names = [*operation.inputs, *operation.outputs]
        for function, number, inputs in calls(operation):
            for wrong in (None, *operation.outputs):
                outputs = [
                    f"const {number}[:]" if name == wrong else f"{number}[:]"
                    for name in operation.outputs
                ]
                parameters = map(" ".join, zip([*inputs, *outputs], names, strict=True))
                lines.append(f"def f{len(lines)}({', '.join(parameters)}):")
                lines.append(f"    relu_ufunc.{function}({', '.join(names)})")
                if wrong is not None:
                    expected.append(
                        f"consts.pyx:{len(lines)}:{lines[-1].rindex(wrong)}: Memoryview 'const "
                        f"{number}[:]' not conformable to memoryview '{number}[:]'."
                    )
    (tmp_path / "consts.pyx").write_text("\n".join(lines) + "\n")
    done = environment.done("-m", "cython", "-3", str(tmp_path / "consts.pyx"))
    assert done.returncode != 0
    told = [line for line in done.stderr.splitlines() if "consts.pyx:" in line]
    assert [line[line.index("consts.pyx:") :] for line in told] == expected
