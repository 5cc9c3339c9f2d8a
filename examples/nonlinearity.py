"""What a rectifier between two layers is for.

Claim: without a nonlinearity between them any number of layers is one linear map; relu lets the
same layers bend the boundary between classes as far as the classes require.

Networks with two hidden layers of 32 units learn points in the plane (two clouds that a line
divides, the four quadrants (XOR), a disc in a ring, and two spirals) and the digits. "linear" is
the same network without activations. There are 600 points for training, 300 for choosing the
learning rate, and 2000 for testing. The rates are chosen with other seeds, of the weights and of
the points, than those that are scored.

    python examples/nonlinearity.py
"""

import sys
from collections.abc import Sequence
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array, Dense, Network
from tasks import POINTS, Learned, learn, parts, report_accuracy

NAMES = ["linear", "relu", "tanh"]
RATES = [0.03, 0.1, 0.3, 1.0]
TASKS = [*POINTS, "digits"]


def collapse(network: Network) -> tuple[Array, Array]:
    """The one matrix and the one vector to which a network without activations reduces."""
    weights: Array = np.eye(len(network.parameters[0]))
    bias: Array = np.zeros(len(weights))
    for layer in network.layers:
        if isinstance(layer, Dense):
            matrix, vector = (p.astype(np.float64) for p in layer.parameters)
            weights, bias = weights @ matrix, bias @ matrix + vector
    return weights, bias


def report(learned: dict[tuple[str, str], Learned]) -> None:
    tasks = list(dict.fromkeys(task for task, _ in learned))
    report_accuracy(learned, tasks, NAMES)
    farthest = 0.0
    for task in tasks:
        network, x = learned[task, "linear"].network, parts(task, 0).test.x
        weights, bias = collapse(network)
        values = network.forward(x)
        off = np.abs(values - (x @ weights + bias)).max() / np.abs(values).max()
        farthest = max(farthest, float(off))
    study.finding(
        farthest < 1e-5,
        "without a nonlinearity the three layers are one matrix and one vector (their outputs"
        f" differ by at most {study.number(farthest)} of the largest)",
    )
    for task in tasks:
        relu, linear = (learned[task, name].accuracy for name in ("relu", "linear"))
        count = len(parts(task, 0).test.labels)
        shown = study.against(relu, linear, examples=count)
        if task == "two clouds":
            study.finding(
                not study.more_accurate(relu, linear, examples=count),
                f"{task}: where a line is enough, relu gains nothing ({shown})",
            )
        else:
            study.finding(
                study.more_accurate(relu, linear, examples=count),
                f"{task}: relu is more accurate than the linear network ({shown})",
            )


def draw(learned: dict[tuple[str, str], Learned], options: study.Options) -> None:
    tasks = list(POINTS)
    figure, axes = plt.subplots(2, len(tasks), figsize=(8.6, 4.4), layout="constrained")
    grid = np.linspace(-2, 2, 51, dtype=np.float32)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    for row, name in zip(axes, ("linear", "relu"), strict=True):
        for axis, task in zip(row, tasks, strict=True):
            each = learned[task, name]
            scores = each.network.forward(plane)
            side = (scores[:, 1] - scores[:, 0]).reshape(len(grid), -1)
            colors = [study.SKY, study.ORANGE]
            axis.contourf(grid, grid, side, [-np.inf, 0, np.inf], colors=colors, alpha=0.35)
            x, labels = (a[:60] for a in parts(task, 0).test)
            for label, color in zip((0, 1), (study.BLUE, study.RED), strict=True):
                axis.plot(*x[labels == label].T, ".", color=color, markersize=3)
            axis.set_title(f"{task}, {name}", fontsize=8)
            axis.set(xticks=[], yticks=[], xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    rates, epochs = (RATES[1:3], 20) if options.small else (RATES, 60)
    work = {
        (task, name): partial(learn, task, name, rates, options.seeds, epochs)
        for task in TASKS
        for name in NAMES
    }
    learned = study.parallel(work, "trained")
    report(learned)
    draw(learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
