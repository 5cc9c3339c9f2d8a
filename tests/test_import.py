"""What `import relu_ufunc` does, also if the extension is missing."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.packages import IS_EDITABLE, PACKAGE
from tests.subprocesses import output_of, run

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(IS_EDITABLE, reason="an editable install is found before the sources")
def test_sources_without_the_extension(tmp_path: Path) -> None:
    target = tmp_path / "relu_ufunc"
    target.mkdir()
    for source in PACKAGE.glob("*.py"):
        shutil.copy(source, target)
    finished = subprocess.run(
        [sys.executable, "-c", "import relu_ufunc"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode != 0
    assert finished.stderr.count("Traceback") == 1
    message = finished.stderr.strip().splitlines()[-1]
    assert message.startswith("ImportError")
    assert str(target) in message
    assert "pip install" in message


def test_an_earlier_python_is_told_what_is_needed(tmp_path: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = settings["project"]["requires-python"].removeprefix(">=")
    code = "import sys; sys.version_info = (3, 10, 13, 'final', 0); import relu_ufunc"
    message = run(code, tmp_path).stderr.strip().splitlines()[-1]
    assert message == f"ImportError: relu_ufunc needs Python {needed} or newer, not 3.10"
    build = (ROOT / "meson.build").read_text(encoding="utf-8")
    assert f"version_compare('<{needed}')" in build
    assert f"needs Python {needed} or newer" in build


def test_import_is_quiet_and_needs_only_numpy(tmp_path: Path) -> None:
    code = (
        "import sys, numpy; before = set(sys.modules);"
        "import relu_ufunc; new = set(sys.modules) - before;"
        "files = {m.split('.')[0] for m in new if getattr(sys.modules[m], '__file__', None)};"
        "print(*files - set(sys.stdlib_module_names))"
    )
    assert set(output_of(code, tmp_path).split()) - {"ml_dtypes", "numpy"} == {"relu_ufunc"}
