"""Fresh interpreters, outside the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import relu_ufunc

_PARENT = str(Path(relu_ufunc.__file__).parents[1])


def run(code: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a new process that imports the same package as the tests."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith("RELU_UFUNC_")}
    path = os.pathsep.join(filter(None, [_PARENT, os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=cwd,
        env=kept | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def output_of(code: str, cwd: Path, **environment: str) -> str:
    finished = run(code, cwd, **environment)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()
