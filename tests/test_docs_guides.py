"""The code of the guides, section by section, if the packages that it uses are installed."""

import doctest
import re
import shutil
import sys
import wave
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.packages import installed

DOCS = Path(__file__).parents[1] / "docs"
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = {"numpy", "relu_ufunc"}
RECORDING = "recording.wav"


def _packages(source: str) -> set[str]:
    imported = re.findall(r"^>>> (?:import|from) (\w+)", source, re.MULTILINE)
    return set(imported) - OURS - sys.stdlib_module_names


def _extra(page: str) -> str:
    """What has to be installed for its code, which is the mark of the tests with it as well."""
    return "weights" if page == "weights" else "interop"


def _sections() -> list[Any]:
    """The code under each heading, with a mark if it needs a package other than NumPy."""
    sections = []
    for page in ("interoperability", "weights", "pipelines", "dask", "compiled"):
        text = (DOCS / f"{page}.md").read_text("utf-8")
        for section in re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]:
            title = section.split("\n", 1)[0]
            source = "\n".join(CODE.findall(section))
            if source:
                marks = [getattr(pytest.mark, _extra(page))] if _packages(source) else []
                sections.append(pytest.param(page, source, id=f"{page}: {title}", marks=marks))
    return sections


@pytest.mark.parametrize(("page", "source"), _sections())
def test_the_code_prints_what_it_says(
    page: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in _packages(source):
        installed(package, _extra(page))
    monkeypatch.chdir(tmp_path)
    if RECORDING in source:
        _write_sound(tmp_path / RECORDING)
    _run(source)


@pytest.mark.interop
@pytest.mark.parametrize(
    ("page", "source"), [case for case in _sections() if RECORDING in case.values[1]]
)
def test_recipes_for_sound_hold_for_speech(
    page: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run the recipes on a sentence of the CMU ARCTIC recordings, which comes with pysptk."""
    try:
        (recording,) = (file for file in files("pysptk") or [] if file.suffix == ".wav")
    except PackageNotFoundError:
        pytest.skip("there is no recording: pysptk, which has one, is not installed")
    monkeypatch.chdir(tmp_path)
    shutil.copy(str(recording.locate()), RECORDING)
    _run(source)


def _run(source: str) -> None:
    test = doctest.DocTestParser().get_doctest(source, {}, "guide", None, None)
    output: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(test, out=output.append)
    assert not output, "".join(output)


def _write_sound(file: Path) -> None:
    """Two channels: a tone that swells twice a second, and noise."""
    rate = 16_000
    t = np.arange(rate) / rate
    tone = 10_000 * (1 + np.sin(4 * np.pi * t)) * np.sin(2000 * np.pi * t)
    noise = np.random.default_rng(0).normal(0, 1000, rate)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.stack([tone, noise], axis=1).astype("<i2").tobytes())
