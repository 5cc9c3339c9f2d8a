"""tools/accuracy counts what is rounded wrongly, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.frameworks.frameworks import SMOOTH, framework_module
from tests.oracles import ORACLES

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]

framework_module("scipy")
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools are not part of any package."""
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.mark.parametrize("name", SMOOTH)
def test_the_reference_is_near_enough(name: str) -> None:
    from tools.accuracy.references import check

    x = np.random.default_rng(0).uniform(-120, 120, 500).astype(np.float32)
    check(name, np.concatenate([x, x / 16, x * np.float32(1e-8)]))


def test_a_wrong_reference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.accuracy import references

    exact = ORACLES["silu"]
    wrong = replace(exact, value=lambda x: np.asarray(exact.value(x)) * (1 + 2.0**-46))
    monkeypatch.setitem(ORACLES, "silu", wrong)
    with pytest.raises(ArithmeticError, match="the reference of silu"):
        references.check("silu", np.array([1.0], np.float32))


def test_wrong_results_are_counted() -> None:
    from tools.accuracy.__main__ import Tally

    x = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    values = x.astype(np.float64) + 2.0**-40
    tally = Tally()
    tally.add(x, x, values)
    assert (tally.inputs, tally.wrong, str(tally)) == (4, 0, "0")
    results = np.array([1.0, np.nextafter(np.float32(2), np.float32(3)), 3.5, np.nan], np.float32)
    tally.add(x, results, values)
    assert (tally.inputs, tally.wrong, tally.lost) == (8, 3, 2)
    assert (tally.worst, tally.worst_at) == (np.inf, 4.0)


def test_what_is_in_doubt_is_not_counted() -> None:
    from tools.accuracy.__main__ import Tally

    x = np.ones(2, np.float32)
    middle = 1 + 2.0**-24 + np.array([-1, 1]) * 2.0**-50
    tally = Tally()
    for results in (x, np.nextafter(x, np.float32(2))):
        tally.add(x, results, middle)
    assert tally.wrong == 0


@pytest.mark.parametrize("name", SMOOTH)
def test_a_sample_of_the_inputs(name: str) -> None:
    """The library rounds every one correctly; every framework and every spelling some wrongly."""
    from tools.accuracy.__main__ import tallies
    from tools.accuracy.contenders import libraries, spellings

    found = tallies(name, libraries(name) | spellings(name), 100_003)
    assert found.pop("relu_ufunc").wrong == 0
    assert all(tally.wrong > 0 for tally in found.values())


def test_the_page_has_every_spelling() -> None:
    from tools.accuracy.contenders import spellings

    text = (ROOT / "docs" / "smooth.md").read_text("utf-8")
    for name in SMOOTH:
        for spelling in spellings(name):
            assert f"| `{name}` | `{spelling}` |" in text
