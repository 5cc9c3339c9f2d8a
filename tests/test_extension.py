"""The package of examples/extension, built by meson-python in an environment of its own."""

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.extension

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
):
    try:
        wrong()
    except error as raised:
        print(raised)
    else:
        raise AssertionError("nothing was raised")
"""


def test_the_example_is_built_and_right(tmp_path: Path) -> None:
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists() or not shutil.which("cc"):
        pytest.skip("no Python.h or no cc here")
    source = tmp_path / "extension"
    shutil.copytree(ROOT / "examples/extension", source)
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    # A wheel, to try that.
    package = os.environ.get("RELU_UFUNC_WHEEL", str(ROOT))

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, text=True, capture_output=True, check=False,
            env={name: v for name, v in os.environ.items() if name != "PYTHONPATH"}
            | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    needed = ("meson-python>=0.18", "meson>=1.4", "ninja", "cython>=3.1", "numpy")
    run(python, "-m", "pip", "install", "--quiet", *needed)
    run(python, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", package)
    run(python, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", source)
    told = run(python, "-W", "error", "-c", USE).splitlines()
    assert told == [
        "expected an array of one axis and a native dtype",
        "expected an array of one axis and a native dtype",
        "expected memoryviews of one length, not 2 and 4",
    ]
