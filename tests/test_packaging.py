"""The installed package, and the checkout that was never built."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

import relu_ufunc

ROOT = Path(__file__).parents[1]
SUFFIXES = {".py", ".pyi", ".typed", ".so", ".pyd"}

try:
    installed = distribution("relu-ufunc")
except PackageNotFoundError:
    installed = None  # type: ignore[assignment]

needs_installed = pytest.mark.skipif(installed is None, reason="relu-ufunc is not installed")


def test_the_version_is_stated_once() -> None:
    stated = re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))
    assert stated is not None
    assert relu_ufunc.__version__ == stated[1]


def test_the_checkout_without_its_extension_says_so(tmp_path: Path) -> None:
    package = tmp_path / "relu_ufunc"
    shutil.copytree(
        ROOT / "relu_ufunc", package, ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    )
    finished = subprocess.run(
        [sys.executable, "-S", "-c", "import relu_ufunc"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    error = finished.stderr.splitlines()[-1]
    assert error.startswith(f"ImportError: {package} holds relu_ufunc's sources without the")
    assert "pip install" in error
    assert finished.stderr.count("Error: ") == 1


@needs_installed
def test_metadata() -> None:
    metadata = installed.metadata
    assert metadata["Name"] == "relu-ufunc"
    assert installed.version == relu_ufunc.__version__
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    required = [each for each in installed.requires or [] if "extra ==" not in each]
    assert required == ["numpy>=1.25"]


@needs_installed
def test_the_command_is_installed() -> None:
    commands = {each.name: each.value for each in installed.entry_points}
    assert commands == {"relu-ufunc": "relu_ufunc._cli:main"}
