"""What elu, gelu and silu gain over relu.

Claim (Clevert, Unterthiner and Hochreiter 2016; Hendrycks and Gimpel 2016; Ramachandran, Zoph and
Le 2017): networks with elu, gelu or silu learn faster than with relu, learn where they are deep,
and are more accurate.

The tasks are those of the other scripts. A perceptron with two hidden layers of 32 units learns
points in the plane (100 of them for training), scikit-learn's wines and tumours, and its digits;
one with three hidden layers of 64 units is timed on the digits; and deep ones of 64 units, without
residual connections, learn the digits for eight epochs. The weights have the variance that keeps
the mean square of a layer's sums: 2/n for relu, and as much as its values ask for each of the
others. Each activation has the learning rate that is best by the loss on the validation part, or
by the time to a training loss, with other seeds than those that are scored.

    python examples/smooth_rectifiers.py
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import multilayer_perceptron
from tasks import POINTS, TABLES, Learned, learn, parts, report_accuracy
from training import Grid, Runs, try_rates
from vanishing_gradient import CHOOSING
from vanishing_gradient import learn as learn_deep

NAMES = ["relu", "elu", "gelu", "silu"]
SMOOTH = NAMES[1:]
TASKS = [*POINTS, *TABLES, "digits"]
RATES = [0.03, 0.1, 0.3, 1.0, 3.0]
SIZES = (100, 300, 2000)
TIMED_RATES = [0.06, 0.1, 0.18, 0.3, 0.56, 1.0]
DEEP_RATES = [0.003, 0.01, 0.03, 0.1, 0.3]
GOALS = [0.1, 0.01]
"""The training losses whose time is measured."""


class Scale(NamedTuple):
    """How much work is done."""

    rates: Sequence[float] = RATES
    epochs: int = 60
    timed_rates: Sequence[float] = TIMED_RATES
    timed_epochs: int = 20
    depths: Sequence[int] = (5, 20)
    deep_rates: Sequence[float] = DEEP_RATES
    deep_epochs: int = 8


SMALL = Scale(RATES[1:3], 20, [0.1, 0.3], 3, (5, 10), [0.03, 0.1], 2)

Timed = dict[tuple[str, float], tuple[float, Runs]]
"""For each activation and goal, the learning rate and its runs."""
Deep = dict[tuple[str, int], tuple[float, Runs]]
"""The same for each activation and depth."""


def epochs_to(goal: float, grid: Grid, rate: float) -> tuple[float, float]:
    """The mean time to the goal; if it is not reached, the last training loss decides."""
    return float(grid[rate].epochs_to(goal).mean()), float(grid[rate].training[:, -1].mean())


def time_to(name: str, goal: float, seeds: Sequence[int], scale: Scale) -> tuple[float, Runs]:
    make = partial(multilayer_perceptron, name=name, hidden=[64] * 3)
    tried = try_rates(make, scale.timed_rates, CHOOSING, scale.timed_epochs)
    rate = min(tried, key=partial(epochs_to, goal, tried))
    return rate, try_rates(make, [rate], seeds, scale.timed_epochs)[rate]


def exceeds(learned: dict[tuple[str, str], Learned], task: str, one: str, other: str) -> bool:
    pair = learned[task, one].accuracy, learned[task, other].accuracy
    return study.more_accurate(*pair, examples=len(parts(task, 0, SIZES).test.labels))


def report_tasks(learned: dict[tuple[str, str], Learned]) -> None:
    report_accuracy(learned, TASKS, NAMES)
    for name in SMOOTH:
        better = [task for task in TASKS if exceeds(learned, task, name, "relu")]
        worse = [task for task in TASKS if exceeds(learned, task, "relu", name)]
        study.finding(
            bool(better) and not worse,
            f"{name} is more accurate than relu on some task and less on none, by more than the"
            f" spread and twice the sampling error (more in {', '.join(better) or 'none'}; less in"
            f" {', '.join(worse) or 'none'})",
        )


def duration(runs: Runs, goal: float) -> str:
    times = runs.epochs_to(goal)
    late = int(np.isinf(times).sum())
    if late:
        return f"{late} of {len(times)} not within {runs.training.shape[1] - 1}"
    return study.spread(times, lambda value: f"{value:.1f}")


def report_times(timed: Timed) -> None:
    study.table(
        ["epochs (rate)", *(f"to a training loss of {goal}" for goal in GOALS)],
        (
            [name, *(f"{duration(timed[name, g][1], g)} ({timed[name, g][0]:g})" for g in GOALS)]
            for name in NAMES
        ),
    )
    for name in SMOOTH:
        for goal in GOALS:
            ours, relu = (timed[each, goal][1] for each in (name, "relu"))
            study.finding(
                study.beyond(relu.epochs_to(goal), ours.epochs_to(goal)),
                f"{name} reaches {goal} sooner than relu"
                f" ({duration(ours, goal)} against {duration(relu, goal)} epochs)",
            )


def report_depths(deep: Deep, depths: Sequence[int]) -> None:
    study.table(
        ["test accuracy (rate)", *(f"depth {depth}" for depth in depths)],
        (
            [
                name,
                *(
                    f"{study.spread(runs.accuracy, study.percent)} ({rate:g})"
                    for rate, runs in (deep[name, depth] for depth in depths)
                ),
            ]
            for name in NAMES
        ),
    )
    for name in SMOOTH:
        pair = (deep[name, depths[-1]][1].accuracy, deep["relu", depths[-1]][1].accuracy)
        study.finding(
            study.more_accurate(*pair),
            f"{name} is more accurate than relu with {depths[-1]} layers ({study.against(*pair)})",
        )


def draw(
    learned: dict[tuple[str, str], Learned], timed: Timed, deep: Deep, depths: Sequence[int],
    options: study.Options,
) -> None:  # fmt: skip
    figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.6), layout="constrained")
    goal = GOALS[-1]
    for k, name in enumerate(NAMES):
        style = study.STYLES[name]
        values = np.stack([100 * learned[task, name].accuracy for task in TASKS])
        spread = np.abs(np.stack([values.min(1), values.max(1)]) - values.mean(1))
        axes[0].errorbar(
            np.arange(len(TASKS)) + 0.15 * (k - 1.5), values.mean(1), spread,
            **style | {"linestyle": "none", "markersize": 4, "linewidth": 1},
        )  # fmt: skip
        rate, runs = timed[name, goal]
        epochs = range(runs.training.shape[1])
        label = f"{name} (rate {rate:g})"
        study.band(axes[1], epochs, runs.training, label, **style | {"markersize": 3})
        accuracy = np.stack([100 * deep[name, depth][1].accuracy for depth in depths], axis=1)
        study.band(axes[2], depths, accuracy, name, **style)
    axes[0].set_xticks(range(len(TASKS)), TASKS, rotation=30, ha="right", fontsize=8)
    axes[0].set_ylabel("test accuracy (%)")
    for level in GOALS:
        axes[1].axhline(level, color=study.BLACK, linewidth=0.8, linestyle=":")
    axes[1].set_yscale("log")
    axes[1].set_xlabel("epoch")
    axes[1].set_ylabel("training loss (nats per example)")
    axes[1].locator_params(axis="x", integer=True)
    axes[2].set_xlabel("hidden layers")
    axes[2].set_ylabel("test accuracy after training (%)")
    axes[2].set_xticks(depths)
    for axis in axes[1:]:
        axis.legend(frameon=False, fontsize=7)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    scale, seeds = SMALL if options.small else Scale(), options.seeds
    work: dict[Any, Callable[[], Any]] = {
        ("deep", name, depth): partial(
            learn_deep, name, False, depth, scale.deep_rates, seeds, scale.deep_epochs
        )
        for depth in reversed(scale.depths)
        for name in NAMES
    }
    work |= {
        ("timed", n, goal): partial(time_to, n, goal, seeds, scale) for n in NAMES for goal in GOALS
    }
    work |= {
        ("learned", task, name): partial(learn, task, name, scale.rates, seeds, scale.epochs, SIZES)
        for task in reversed(TASKS)
        for name in NAMES
    }
    done = study.parallel(work, "trained")
    learned, timed, deep = (
        {key[1:]: result for key, result in done.items() if key[0] == kind}
        for kind in ("learned", "timed", "deep")
    )
    report_tasks(learned)
    report_times(timed)
    report_depths(deep, scale.depths)
    draw(learned, timed, deep, scale.depths, options)


if __name__ == "__main__":
    main(sys.argv[1:])
