"""How many float32 results of the smooth functions are wrongly rounded, here and elsewhere.

    python -m tools.accuracy [--every K] [--special] [FUNCTION ...]

The inputs are all float32 with 2**-30 <= |x| < 256, 638 million, or every K-th of them; alpha is 1
and b is 4. The tables say in Markdown what share of the results is wrong, and how far the worst is
from the value, in units of the last place of the float32 nearest to it; `lost` is the share that
is off by 1000 and more. The value is the estimate of tests/oracles.py in float64. If it lies
within 2**-48, relatively, of the midpoint between two float32, either counts as right; so one input
in ten million cannot count as wrong. The sign of a zero does not count.

With --special the tables say what each returns for infinities, zeros, NaN and subnormals.

Run it at the root of a checkout, with the extras `test` and `frameworks` and with SciPy.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

import relu_ufunc
from tests.bits import Array
from tools.accuracy.contenders import FORWARD, TENSORFLOW, Contender, libraries, spellings
from tools.accuracy.references import UNCERTAINTY, check, reference
from tools.accuracy.specials import special_values

EXPONENTS = range(-30, 8)
LOST = 1000
CHECKED = 200
"""In each binade, where the reference is compared with MPFR."""

PACKAGES = ("numpy", "scipy", "torch", "tensorflow", "keras", "jax", "onnxruntime")
SHOWN = ("relu_ufunc", "PyTorch", TENSORFLOW, "JAX", "ONNX Runtime")


@dataclass
class Tally:
    """The results of one contender so far."""

    inputs: int = 0
    wrong: int = 0
    lost: int = 0
    worst: float = 0.0
    worst_at: float = 0.0

    def add(self, x: Array, results: Array, values: Array) -> None:
        right = values.astype(np.float32)
        below, above = (values * (1 - UNCERTAINTY)), (values * (1 + UNCERTAINTY))
        is_right = (results == below.astype(np.float32)) | (results == above.astype(np.float32))
        self.inputs += x.size
        wrong = np.flatnonzero(~is_right)
        if wrong.size == 0:
            return
        last_place = np.spacing(np.abs(right[wrong])).astype(np.float64)
        errors = np.abs(results[wrong].astype(np.float64) - values[wrong]) / last_place
        errors[np.isnan(errors)] = np.inf
        self.wrong += wrong.size
        self.lost += int(np.count_nonzero(errors >= LOST))
        if (worst := errors.max()) > self.worst:
            self.worst, self.worst_at = float(worst), float(x[wrong[errors.argmax()]])

    def __str__(self) -> str:
        if self.wrong == 0:
            return "0"
        worst = f"{self.worst:.1f}" if self.worst < 10 else f"{self.worst:,.0f}"
        lost = f"<br>{_percent(self.lost / self.inputs)} lost" if self.lost else ""
        return f"{_percent(self.wrong / self.inputs)}<br>{worst} at {self.worst_at:.4g}{lost}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def inputs(every: int) -> Iterator[Array]:
    for exponent in EXPONENTS:
        first = int(np.array(2.0**exponent, np.float32).view(np.uint32))
        x = np.arange(first, first + (1 << 23), every, dtype=np.uint32).view(np.float32)
        yield from (x, -x)


def tallies(name: str, contenders: dict[str, Contender], every: int) -> dict[str, Tally]:
    found = {contender: Tally() for contender in contenders}
    for x in inputs(every):
        check(name, x[:: max(1, len(x) // CHECKED)])
        values = reference(name, x)
        for contender, call in contenders.items():
            found[contender].add(x, call(x), values)
    return found


def rows(names: list[str], every: int) -> Iterator[tuple[str, str]]:
    """A row of each of the two tables for each function."""
    for name in names:
        of_libraries, of_spellings = libraries(name), spellings(name)
        found = tallies(name, of_libraries | of_spellings, every)
        cells = [str(found.get(each, "–")) for each in SHOWN]
        first = f"| `{name}` | {' | '.join(cells)} |"
        second = [f"| `{name}` | `{text}` | {found[text]} |" for text in of_spellings]
        yield first, "\n".join(second)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, metavar="K")
    parser.add_argument("--special", action="store_true")
    parser.add_argument("functions", nargs="*", metavar="FUNCTION")
    given = parser.parse_args()
    names = given.functions or [*FORWARD]
    if unknown := set(names) - set(FORWARD):
        parser.error(f"not a smooth function: {', '.join(unknown)}; expected of {[*FORWARD]}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES), end=f", {relu_ufunc.isa()}\n")
    if given.special:
        print("\n".join(special_values(names)))
        return
    firsts, seconds = zip(*rows(names, given.every), strict=True)
    print(f"\n| | {' | '.join(SHOWN)} |", "|---" * (len(SHOWN) + 1) + "|", *firsts, sep="\n")
    print("\n| | Spelling | Wrong |\n|---|---|---|", *seconds, sep="\n")


if __name__ == "__main__":
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    main()
