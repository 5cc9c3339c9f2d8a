"""What the examples have in common: options, data, tables, findings and figures."""

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import matplotlib as mpl

mpl.use("svg")
# The same results produce the same file.
mpl.rcParams |= {"svg.hashsalt": "relu_ufunc", "svg.fonttype": "none", "font.family": "sans-serif"}
mpl.rcParams |= {"font.size": 9, "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True}

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from networks import Array  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

# Such small matrices are slower on two threads, and one thread gives every machine the same sums.
threadpool_limits(1)

K = TypeVar("K")
R = TypeVar("R")

# Okabe and Ito's colours can be told apart by colour-blind readers.
ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
BLUE, RED, PINK, BLACK = "#0072b2", "#d55e00", "#cc79a7", "#000000"

STYLES = {
    "relu": {"color": RED, "marker": "o"},
    "leaky_relu": {"color": ORANGE, "marker": "v", "linestyle": "--"},
    "prelu": {"color": PINK, "marker": "^", "linestyle": "-."},
    "relu6": {"color": GREEN, "marker": "s", "linestyle": "--"},
    "clipped_relu": {"color": BLACK, "marker": "x", "linestyle": ":"},
    "elu": {"color": BLUE, "marker": "v", "linestyle": "--"},
    "gelu": {"color": GREEN, "marker": "s", "linestyle": "-."},
    "silu": {"color": PINK, "marker": "^", "linestyle": ":"},
    "sigmoid": {"color": BLUE, "marker": "D"},
    "tanh": {"color": SKY, "marker": "P"},
}


@dataclass(frozen=True)
class Options:
    seeds: list[int]
    small: bool
    figure: Path | None


def options(argv: Sequence[str] | None, script: str, description: str, seeds: int = 5) -> Options:
    parser = argparse.ArgumentParser(
        prog=Path(script).name, description=description.split("\n", 1)[0]
    )
    parser.add_argument(
        "--seeds", type=int, metavar="N", help=f"how many seeds, from 0 on (default: {seeds})"
    )
    parser.add_argument("--small", action="store_true", help="a few seconds' work, for tests")
    parser.add_argument(
        "--figure",
        type=Path,
        metavar="PATH",
        help="where to write the figure (default: nowhere)",
    )
    given = parser.parse_args(argv)
    count = (2 if given.small else seeds) if given.seeds is None else given.seeds
    if count < 1:
        parser.error(f"argument --seeds: expected at least 1, not {count}")
    return Options(list(range(count)), given.small, given.figure)


class Part(NamedTuple):
    x: Array
    labels: Array


class Digits(NamedTuple):
    train: Part
    validation: Part
    test: Part


@cache
def digits() -> Digits:
    """scikit-learn's 1,797 digits of 8 × 8 pixels, always split the same way, 3 : 1 : 1.

    Each pixel's mean over the training part is 0, and the pixels' mean square is 1.
    """
    x, labels = load_digits(return_X_y=True)
    x, x_test, labels, labels_test = train_test_split(
        x, labels, test_size=0.2, random_state=0, stratify=labels
    )
    x, x_validation, labels, labels_validation = train_test_split(
        x, labels, test_size=0.25, random_state=0, stratify=labels
    )
    mean, scale = x.mean(axis=0), np.std(x - x.mean(axis=0))

    def part(x: Array, labels: Array) -> Part:
        return Part(((x - mean) / scale).astype(np.float32), labels)

    return Digits(part(x, labels), part(x_validation, labels_validation), part(x_test, labels_test))


def claim(docstring: str) -> None:
    """Print the paragraph of a script's docstring that states the claim."""
    print(next(text for text in docstring.split("\n\n") if text.startswith("Claim")))


def number(value: float) -> str:
    """The number with two significant digits, as people write it: 1.2e-7, 0.012, 1.0, 120."""
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    digits, exponent = f"{value:.1e}".split("e")
    if not -3 <= int(exponent) <= 3:
        return f"{digits}e{int(exponent)}"
    return f"{float(f'{value:.1e}'):.{max(0, 1 - int(exponent))}f}"


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def spread(values: Iterable[float], form: Callable[[float], str] = number) -> str:
    """Mean ± standard deviation over the seeds."""
    array = np.asarray(list(values), np.float64)
    if not np.isfinite(array).all():
        return f"{np.sum(~np.isfinite(array))} of {array.size} not finite"
    return f"{form(array.mean())} ± {form(array.std())}"


def beyond(greater: Array, less: Array) -> bool:
    """Whether the first mean exceeds the second by more than either standard deviation."""
    if not np.isfinite(less).all():
        return False
    if not np.isfinite(greater).all():
        return True
    return bool(greater.mean() - less.mean() > max(greater.std(), less.std()))


def sampling_error(*accuracies: Array, examples: int = 360) -> float:
    """The standard error of an accuracy, or of the difference of two, on that many test examples.

    It is the error if the examples are drawn anew. The error of the difference of two networks is
    rather smaller if both are tested on the same examples.
    """
    means = [float(values.mean()) for values in accuracies]
    return math.sqrt(sum(mean * (1 - mean) for mean in means) / examples)


def more_accurate(greater: Array, less: Array, *, examples: int = 360) -> bool:
    """Whether the first exceeds the second by the spread over the seeds and twice the error."""
    error = sampling_error(greater, less, examples=examples)
    return beyond(greater, less) and bool(greater.mean() - less.mean() > 2 * error)


def against(one: Array, other: Array, *, examples: int = 360) -> str:
    """Two accuracies and their sampling error, for the brackets of a finding."""
    error = sampling_error(one, other, examples=examples)
    return (
        f"{percent(float(one.mean()))} against {percent(float(other.mean()))}; sampling error of"
        f" the difference ± {percent(error)}"
    )


def ratio_error(part: Array, whole: Array) -> float:
    """The standard error of sum(part) / sum(whole), by drawing the groups anew."""
    draws = np.random.default_rng(0).integers(len(part), size=(500, len(part)))
    return float(np.std(part[draws].sum(axis=1) / whole[draws].sum(axis=1)))


def f1_error(both: Array, either: Array) -> float:
    """The same of F1 = 2 · sum(both) / sum(either)."""
    return ratio_error(2 * both, either)


def parallel(work: Mapping[K, Callable[[], R]], what: str) -> dict[K, R]:
    """Compute each in one of as many processes as processors, and report the progress."""
    results = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        futures = {pool.submit(call): key for key, call in work.items()}
        for done, future in enumerate(as_completed(futures), 1):
            results[futures[future]] = future.result()
            if 10 * done // len(work) > 10 * (done - 1) // len(work):
                progress(what, done, len(work))
    return {key: results[key] for key in work}


def progress(what: str, done: int, of: int) -> None:
    """Report the progress on stderr, separately from the results."""
    print(f"{what}: {done} of {of}", file=sys.stderr, flush=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the table in Markdown, with the first column aligned left."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(2, *(len(line[k]) for line in lines)) for k in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    print()
    for line in (lines[0], rule, *lines[1:]):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print(f"| {' | '.join(cells)} |")
    print()


def finding(holds: bool, statement: str) -> None:
    """Print whether a statement holds; its brackets contain what was measured."""
    print(f"- {'Holds' if holds else 'Fails'}: {statement}")


def band(axis: Any, x: Sequence[float] | Array, runs: Array, label: str, **style: Any) -> None:
    """Draw the mean over the seeds, which are the rows, and the range that they span."""
    style = {"markersize": 4, "linewidth": 1.4} | style
    axis.plot(x, runs.mean(axis=0), label=label, **style)
    axis.fill_between(
        x, runs.min(axis=0), runs.max(axis=0), color=style["color"], alpha=0.18, linewidth=0
    )


def save(figure: Any, path: Path | None) -> None:
    """Write the figure to the path, if there is one."""
    if path is None:
        plt.close(figure)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
    print(f"\nFigure: {path.name}")
