"""How well networks with different activations do on examples that they were not trained on.

Claim: rectifier networks generalise at least as well as sigmoid or tanh networks: they are as
accurate on unseen data, and their accuracy falls no further below that on the training data.

The network is a perceptron with two hidden layers of 32 units. It is tried on seven tasks: points
in the plane (100 of them for training), scikit-learn's wines and tumours, and its digits. "linear"
is the same network without activations. Each has the learning rate whose loss on the validation
part is lowest, with other seeds than those that are scored. The gap is the accuracy on the training
part minus that on the test part.

    python examples/generalisation.py
"""

import sys
from collections.abc import Sequence
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array
from tasks import POINTS, TABLES, Learned, learn, parts, report_accuracy

NAMES = ["linear", "relu", "leaky_relu", "tanh", "sigmoid"]
STYLES = study.STYLES | {"linear": {"color": study.BLACK, "marker": "x"}}
TASKS = [*POINTS, *TABLES, "digits"]
RATES = [0.03, 0.1, 0.3, 1.0, 3.0]
SIZES = (100, 300, 2000)

All = dict[tuple[str, str], Learned]


def gap(each: Learned) -> Array:
    return each.training - each.accuracy


def accuracy(each: Learned) -> Array:
    return each.accuracy


KINDS = (accuracy, gap)


def tested(task: str) -> int:
    return len(parts(task, 0, SIZES).test.labels)


def report(learned: All) -> None:
    report_accuracy(learned, TASKS, NAMES)
    study.table(
        ["training less test accuracy", *NAMES, "sampling error"],
        (
            [
                task,
                *(study.spread(gap(learned[task, name]), study.percent) for name in NAMES),
                study.percent(
                    study.sampling_error(learned[task, "relu"].accuracy, examples=tested(task))
                ),
            ]
            for task in TASKS
        ),
    )
    for other in ("linear", "tanh", "sigmoid"):
        wins, losses = [], []
        for task in TASKS:
            pair = learned[task, "relu"].accuracy, learned[task, other].accuracy
            if study.more_accurate(*pair, examples=tested(task)):
                wins.append(task)
            if study.more_accurate(*reversed(pair), examples=tested(task)):
                losses.append(task)
        study.finding(
            not losses,
            f"relu is nowhere less accurate than {other}, by more than the spread and twice the"
            f" sampling error (less in {named(losses)}; more in {named(wins)})",
        )
    means = {
        name: [float(np.mean([f(learned[task, name]).mean() for task in TASKS])) for f in KINDS]
        for name in NAMES
    }
    for other in ("tanh", "sigmoid"):
        shown = [study.percent(means[name][1]) for name in ("relu", other)]
        study.finding(
            means["relu"][1] <= means[other][1] + 0.01,
            f"relu's gap, in the mean over all tasks, is not larger than {other}'s by more than 1 %"
            f" ({' against '.join(shown)})",
        )
    shown = [f"{name} {study.percent(values[0])}" for name, values in means.items()]
    study.finding(
        means["relu"][0] >= max(values[0] for values in means.values()) - 0.005,
        "relu's test accuracy, in the mean over all tasks, is the best, or within 0.5 % of it"
        f" ({', '.join(shown)})",
    )


def named(tasks: Sequence[str]) -> str:
    return ", ".join(tasks) or "none"


def draw(learned: All, options: study.Options) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.8), layout="constrained")
    for axis, f, label in zip(
        axes, KINDS, ("test accuracy (%)", "training less test accuracy (%)"), strict=True
    ):
        for k, name in enumerate(NAMES):
            at = np.arange(len(TASKS)) + 0.13 * (k - 2)
            values = np.stack([100 * f(learned[task, name]) for task in TASKS])
            style = STYLES[name] | {"linestyle": "none"}
            spread = np.abs(np.stack([values.min(1), values.max(1)]) - values.mean(1))
            axis.errorbar(
                at, values.mean(1), spread, label=name, markersize=4, linewidth=1, **style
            )
        axis.set_xticks(range(len(TASKS)), TASKS, rotation=30, ha="right", fontsize=8)
        axis.set_ylabel(label)
    axes[1].legend(frameon=False, fontsize=7)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    rates, epochs = (RATES[1:3], 20) if options.small else (RATES, 60)
    work = {
        (task, name): partial(learn, task, name, rates, options.seeds, epochs, SIZES)
        for task in reversed(TASKS)
        for name in NAMES
    }
    learned = study.parallel(work, "trained")
    report(learned)
    draw(learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
