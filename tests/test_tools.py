"""The texts that tools/ replaces in the sources are there, once each."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packages import PACKAGE

ROOT = Path(__file__).parents[1]


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "tools" / name).read_text(encoding="utf-8"))


def replaced() -> Iterator[Any]:
    for mutant in _table("mutants.toml")["mutant"]:
        yield pytest.param(mutant["file"], mutant["old"], id=f"mutant {mutant['name']}")
    extensions = _table("extensions.toml")
    for mistake in extensions["mistake"]:
        yield pytest.param(mistake["file"], mistake["old"], id=f"mistake {mistake['name']}")
    for extension in extensions["extension"]:
        for edit in extension["edit"]:
            yield pytest.param(
                edit["file"], edit["before"], id=f"{extension['name']} {edit['file']}"
            )


@pytest.mark.parametrize(("file", "text"), list(replaced()))
def test_a_text_is_found_once(file: str, text: str) -> None:
    # tools/versions.sh tests a wheel, and has the package there alone.
    root = PACKAGE.parent if Path(file).parts[0] == PACKAGE.name else ROOT
    assert (root / file).read_text(encoding="utf-8").count(text) == 1
