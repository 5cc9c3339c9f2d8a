"""The fraction of a network's activations that are zero.

Claim (Glorot, Bordes and Bengio 2011): relu makes a network sparse by itself. At initialisation
about one half of the activations of every layer are zero, training keeps it so, and a penalty on
the activations makes it sparser at no loss of accuracy.

Relu networks with 2 and with 8 hidden layers of 100 units and weights after He et al. are trained
on the digits for 20 epochs, and the zeros are counted over the whole training part. The penalty is
0.001 times the sum of an example's activations.

    python examples/sparsity.py
"""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Activate, Array, Network, descend, multilayer_perceptron, watch

UNITS = 100
RATE = 0.05
PENALTY = 0.001
STATES = {
    "at initialisation": {"color": study.BLACK, "marker": "x", "linestyle": ":"},
    "trained": study.STYLES["relu"],
    "trained with the penalty": {"color": study.BLUE, "marker": "s", "linestyle": "--"},
}


class Penalised(Activate):
    """The loss grows with its positive outputs."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy + dy.dtype.type(PENALTY / len(dy)))


def penalised(network: Network) -> Network:
    return Network(
        *(
            Penalised("relu", UNITS) if isinstance(layer, Activate) else layer
            for layer in network.layers
        )
    )


class Measured(NamedTuple):
    zero: Array
    """The fraction of zeros, as (seeds, layers)."""
    dead: Array
    """The number of units in all layers that are never positive, for each seed."""
    accuracy: Array
    """The accuracy on the test part, for each seed."""


def measure(seeds: Sequence[int], depth: int, epochs: int) -> dict[str, Measured]:
    parts = study.digits()
    found: dict[str, list[tuple[list[float], int, float]]] = {state: [] for state in STATES}

    def look(state: str, network: Network) -> None:
        monitors = watch(network, parts.train.x)
        zero = [float(monitor.sparsity().mean()) for monitor in monitors]
        dead = sum(int(monitor.dead().sum()) for monitor in monitors)
        found[state].append((zero, dead, network.accuracy(*parts.test)))

    for seed in seeds:
        for state in STATES:
            rng = np.random.default_rng(seed)
            network = multilayer_perceptron(rng, "relu", [UNITS] * depth)
            if state.endswith("penalty"):
                network = penalised(network)
            if state != "at initialisation":
                for epoch in descend(network, rng, *parts.train, RATE):
                    if epoch == epochs:
                        break
            look(state, network)
    return {
        state: Measured(*(np.array(column) for column in zip(*rows, strict=True)))
        for state, rows in found.items()
    }


def report(depth: int, measured: dict[str, Measured]) -> None:
    def whole(value: float) -> str:
        return f"{100 * value:.0f}"

    study.table(
        [
            f"{depth} hidden layers, % zero",
            *(f"layer {k + 1}" for k in range(depth)),
            "dead units",
            "test accuracy",
        ],
        (
            [
                state,
                *(study.spread(layer, whole) for layer in values.zero.T),
                study.spread(values.dead, lambda count: f"{count:.1f}"),
                study.spread(values.accuracy, study.percent),
            ]
            for state, values in measured.items()
        ),
    )
    layers = {state: values.zero.mean(axis=0) for state, values in measured.items()}
    first, trained, sparser = (layers[state] for state in STATES)
    with_penalty = measured["trained with the penalty"]
    plain = measured["trained"]

    def percents(values: Array) -> str:
        return ", ".join(study.percent(value) for value in values)

    study.finding(
        bool(np.all(np.abs(first - 0.5) < 0.05)),
        f"{depth} layers: at initialisation one half of every layer is zero, within 5 %"
        f" (lowest {study.percent(first.min())}, highest {study.percent(first.max())})",
    )
    study.finding(
        bool(np.all(trained > 0.45)),
        f"{depth} layers: training keeps every layer so, or makes it sparser"
        f" (lowest {study.percent(trained.min())}, in layer {trained.argmin() + 1};"
        f" highest {study.percent(trained.max())})",
    )
    study.finding(
        bool(sparser.mean() > trained.mean() + 0.05)
        and not study.more_accurate(plain.accuracy, with_penalty.accuracy),
        f"{depth} layers: the penalty makes them sparser at no loss of accuracy"
        f" ({study.percent(sparser.mean())} against {study.percent(trained.mean())} zero;"
        f" accuracy {study.against(with_penalty.accuracy, plain.accuracy)})",
    )


def draw(results: dict[int, dict[str, Measured]], options: study.Options) -> None:
    figure, axes = plt.subplots(
        1,
        len(results),
        figsize=(8.6, 3.4),
        layout="constrained",
        sharey=True,
        width_ratios=[1, 1.8],
    )
    for axis, (depth, measured) in zip(axes, results.items(), strict=True):
        for state, values in measured.items():
            layers = range(1, depth + 1)
            study.band(axis, layers, 100 * values.zero, state, **STATES[state])
        axis.set_title(f"{depth} hidden layers", fontsize=9)
        axis.set_xlabel("layer")
        axis.set_xticks(layers)
        axis.set_ylim(0, 100)
    axes[0].set_ylabel("zero activations (%)")
    axes[1].legend(frameon=False, fontsize=8, loc="lower right")
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    results = {}
    for depth in (2, 8):
        results[depth] = measure(options.seeds, depth, 2 if options.small else 20)
        report(depth, results[depth])
    draw(results, options)


if __name__ == "__main__":
    main(sys.argv[1:])
