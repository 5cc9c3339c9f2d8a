"""The guides' code, section by section: with NumPy alone always, else where it is installed."""

import doctest
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packages import installed

DOCS = Path(__file__).parents[1] / "docs"
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = {"numpy", "relu_ufunc"}


def _packages(source: str) -> set[str]:
    imported = re.findall(r"^>>> (?:import|from) (\w+)", source, re.MULTILINE)
    return set(imported) - OURS - sys.stdlib_module_names


def _sections() -> list[Any]:
    """The code under each heading, marked where it needs a package."""
    sections = []
    for page in ("interoperability", "pipelines"):
        text = (DOCS / f"{page}.md").read_text("utf-8")
        for section in re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]:
            title = section.split("\n", 1)[0]
            source = "\n".join(CODE.findall(section))
            if source:
                marks = [pytest.mark.interop] if _packages(source) else []
                sections.append(pytest.param(source, id=f"{page}: {title}", marks=marks))
    return sections


@pytest.mark.parametrize("source", _sections())
def test_the_code_prints_what_it_says(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in _packages(source):
        installed(package)
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(source, {}, "guide", None, None)
    output: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(test, out=output.append)
    assert not output, "".join(output)
