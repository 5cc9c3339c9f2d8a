"""How fast networks of different activations learn the digits.

Claim (Krizhevsky, Sutskever and Hinton 2012; Maas et al. 2013; He et al. 2015): rectifier
networks learn several times faster than sigmoid or tanh networks, and a leak, above all a learned
one, does no harm.

The networks are a multilayer perceptron with three hidden layers of 64 units, and a network of two
convolutions with 8 and 16 filters of 3 × 3. They are trained by plain stochastic gradient descent
in batches of 32. Each activation has one learning rate per goal: the rate that reaches a training
loss of 0.1 soonest, the rate that reaches 0.01 soonest, and the rate whose loss on the validation
part is lowest at the end. The rates are chosen with other seeds than those that are scored.

    python examples/convergence.py
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array, Network, convolutional, multilayer_perceptron
from training import Runs, try_rates

NAMES = ["relu", "leaky_relu", "prelu", "tanh", "sigmoid"]
RATES = [0.03, 0.06, 0.1, 0.18, 0.3, 0.56, 1.0, 1.8, 3.0, 5.6, 10.0]
CHOOSING = [100, 101]
"""The seeds with which the rates are chosen."""
GOALS = [0.1, 0.01]
"""The training losses whose time is measured."""

Goal = float | str
ACCURACY = "accuracy"


class Kind(NamedTuple):
    make: Callable[..., Network]
    epochs: int


KINDS = {
    "perceptron": Kind(partial(multilayer_perceptron, hidden=[64] * 3), 20),
    "convolutional": Kind(convolutional, 10),
}


class Study(NamedTuple):
    chosen: dict[tuple[str, Goal], float]
    """The rate for each activation and goal."""
    scored: dict[tuple[str, Goal], Runs]
    tried: dict[tuple[str, float], Runs]
    """The runs for each activation and rate, with the seeds for choosing."""


def score(runs: Runs, goal: Goal) -> tuple[float, float]:
    """A score, of which less is better; if the goal is not reached, the training loss decides."""
    final = float(runs.training[:, -1].mean())
    if isinstance(goal, str):
        return float(runs.validation[:, -1].mean()), final
    return float(runs.epochs_to(goal).mean()), final


def measure(title: str, rates: Sequence[float], seeds: Sequence[int], epochs: int) -> Study:
    def train(cases: Sequence[tuple[str, float]], seeds: Sequence[int], what: str) -> Any:
        make = KINDS[title].make
        work = {
            (name, rate): partial(try_rates, partial(make, name=name), [rate], seeds, epochs)
            for name, rate in cases
        }
        done = study.parallel(work, f"{title}, {what}")
        return {case: grid[case[1]] for case, grid in done.items()}

    tried = train([(name, rate) for name in NAMES for rate in rates], CHOOSING, "rates")
    goals: list[Goal] = [*GOALS, ACCURACY]
    chosen: dict[tuple[str, Goal], float] = {}
    for name in NAMES:
        for goal in goals:
            scores = {rate: score(tried[name, rate], goal) for rate in rates}
            chosen[name, goal] = min(scores, key=scores.__getitem__)
    cases = sorted({(name, rate) for (name, _), rate in chosen.items()})
    scored = train(cases, seeds, "scores")
    return Study(chosen, {key: scored[key[0], rate] for key, rate in chosen.items()}, tried)


def duration(values: Array, epochs: int) -> str:
    late = int(np.isinf(values).sum())
    if late:
        return f"{late} of {len(values)} not within {epochs}"
    return study.spread(values, lambda value: f"{value:.1f}")


def report(kind: str, found: Study) -> None:
    epochs = next(iter(found.scored.values())).training.shape[1] - 1
    times = {(n, g): found.scored[n, g].epochs_to(g) for n in NAMES for g in GOALS}
    accuracy = {name: found.scored[name, ACCURACY].accuracy for name in NAMES}
    columns = [c for g in GOALS for c in (f"epochs to a training loss of {g}", f"rate for {g}")]
    study.table(
        [kind, *columns, "validation loss", "test accuracy", "rate for these"],
        (
            [
                name,
                *(
                    cell
                    for goal in GOALS
                    for cell in (
                        duration(times[name, goal], epochs),
                        f"{found.chosen[name, goal]:g}",
                    )
                ),
                study.spread(found.scored[name, ACCURACY].validation[:, -1]),
                study.spread(accuracy[name], study.percent),
                f"{found.chosen[name, ACCURACY]:g}",
            ]
            for name in NAMES
        ),
    )
    rates = sorted({rate for _, rate in found.tried})
    for goal in GOALS:
        study.table(
            [f"epochs to {goal} at the rate", *(f"{rate:g}" for rate in rates)],
            (
                [name, *(mean_duration(found.tried[name, rate].epochs_to(goal)) for rate in rates)]
                for name in NAMES
            ),
        )
    for name in ("sigmoid", "tanh"):
        for goal in GOALS:
            theirs, relu = times[name, goal], times["relu", goal]
            shown = f"{duration(relu, epochs)} against {duration(theirs, epochs)} epochs"
            study.finding(
                study.beyond(theirs, 2 * relu),
                f"{kind}: relu reaches {goal} more than twice as fast as {name} ({shown})",
            )
            study.finding(
                study.beyond(theirs, relu),
                f"{kind}: relu reaches {goal} sooner than {name} ({shown})",
            )
    for name in ("leaky_relu", "prelu"):
        study.finding(
            not study.more_accurate(accuracy["relu"], accuracy[name]),
            f"{kind}: {name} does no harm: relu's test accuracy is not higher by more than the"
            " spread and twice the sampling error"
            f" ({study.against(accuracy[name], accuracy['relu'])})",
        )


def mean_duration(values: Array) -> str:
    return f"{values.mean():.1f}" if np.isfinite(values).all() else "-"


def draw(found: dict[str, Study], options: study.Options) -> None:
    figure, axes = plt.subplots(1, len(found), figsize=(8.6, 3.6), layout="constrained")
    goal = GOALS[-1]
    for axis, (kind, each) in zip(axes, found.items(), strict=True):
        for name in NAMES:
            curves = each.scored[name, goal].training
            style = study.STYLES[name] | {"markersize": 3}
            label = f"{name} (rate {each.chosen[name, goal]:g})"
            study.band(axis, range(curves.shape[1]), curves, label, **style)
        for level in GOALS:
            axis.axhline(level, color=study.BLACK, linewidth=0.8, linestyle=":")
        axis.set_yscale("log")
        axis.set_title(kind, fontsize=9)
        axis.set_xlabel("epoch")
        axis.locator_params(axis="x", integer=True)
        axis.legend(frameon=False, fontsize=7)
    axes[0].set_ylabel("training loss (nats per example)")
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    rates = [0.1, 0.3] if options.small else RATES
    found = {}
    for title, kind in KINDS.items():
        found[title] = measure(title, rates, options.seeds, 3 if options.small else kind.epochs)
        report(title, found[title])
    draw(found, options)


if __name__ == "__main__":
    main(sys.argv[1:])
