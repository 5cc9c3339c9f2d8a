"""The README's table of functions is the one that the operation table makes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_table_of_functions_is_in_step() -> None:
    source = (
        "import generate_readme as g, sys; text = g.README.read_text(encoding='utf-8');"
        "sys.exit(text != g.generated(text))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run python tools/generate_readme.py\n{done.stderr}"
