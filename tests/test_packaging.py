"""The installed package: its version, metadata and command."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

import relu_ufunc

pytestmark = pytest.mark.project

ROOT = Path(__file__).parents[1]

try:
    installed = distribution("relu-ufunc")
except PackageNotFoundError:
    installed = None  # type: ignore[assignment]

needs_installed = pytest.mark.skipif(installed is None, reason="relu-ufunc is not installed")


def test_the_version_is_stated_once() -> None:
    stated = re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))
    assert stated is not None
    assert relu_ufunc.__version__ == stated[1]


def test_the_changelog_s_newest_heading_is_the_version_or_unreleased() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)", changelog, re.MULTILINE)
    released = re.escape(relu_ufunc.__version__)
    assert headings
    assert re.fullmatch(rf"\[Unreleased\]|\[{released}\] - \d{{4}}-\d\d-\d\d", headings[0])
    # A released version stays listed.
    assert headings == ["[Unreleased]"] or any(
        heading.startswith(f"[{relu_ufunc.__version__}] - ") for heading in headings
    )


def test_a_citation_names_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {relu_ufunc.__version__}\n" in citation


@needs_installed
def test_metadata() -> None:
    metadata = installed.metadata
    assert metadata["Name"] == "relu-ufunc"
    assert installed.version == relu_ufunc.__version__
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    required = [each for each in installed.requires or [] if "extra ==" not in each]
    assert required == ["numpy>=1.25"]


def test_every_extra_names_the_oldest_version_of_what_it_needs() -> None:
    """And tools/oldest.sh tries them."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras: dict[str, list[str]] = pyproject["project"]["optional-dependencies"]
    needed = {each for requirements in extras.values() for each in requirements}
    assert [each for each in needed if not re.search(r">=|==|^relu-ufunc\[", each)] == []
    tried = re.findall(
        r"^    \[(\w+)\]=", (ROOT / "tools/oldest.sh").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(tried) == sorted(extras)


@needs_installed
def test_the_command_is_installed() -> None:
    commands = installed.entry_points.select(group="console_scripts")
    assert {each.name: each.value for each in commands} == {"relu-ufunc": "relu_ufunc._cli:main"}


@needs_installed
def test_numba_is_told_of_the_functions() -> None:
    (told,) = installed.entry_points.select(group="numba_extensions")
    assert (told.name, told.value) == ("init", "relu_ufunc._numba:init")
