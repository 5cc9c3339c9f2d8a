"""How activations and gradients grow with depth if the weights are too large.

Claim (Krizhevsky 2010; Hannun et al. 2014; He et al. 2015): relu has no upper bound, so that with
too large an initialisation activations and gradients grow exponentially with depth; a clipped
rectifier, such as relu6, is the remedy.

Part 1: networks with up to 30 hidden layers of 100 units are examined at initialisation, with
biases of 0. The standard deviation of the weights is the usual one (that of He et al.; for tanh
that of the variance 1/n) times a factor. In theory relu's activations grow by that factor in each
layer. clipped_relu is clipped at 20. Inputs of the last layer's activation at or above the clip are
called clipped, and units that no example brings below it are called saturated. They pass no
gradient.

Part 2: networks with 10 hidden layers of 64 units are trained for 8 epochs at the best learning
rate of a grid, by the loss on the validation part, averaged over epochs and seeds.

    python examples/unbounded_activation.py
"""

import sys
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array, Dense, multilayer_perceptron, watch
from training import best, try_rates

from relu_ufunc.diagnostics import sparsity

LIMITS = {"relu": np.inf, "relu6": 6.0, "clipped_relu": 20.0, "tanh": np.inf}
FACTORS = [1.0, 1.5, 2.0, 3.0]
TRAINED = [1.0, 1.5, 2.0]
RATES = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]


class Growth(NamedTuple):
    """(seeds, depths)."""

    activation: Array
    """The root mean square of the last hidden layer."""
    gradient: Array
    """The norm of the loss's gradient with respect to the first layer's weights."""
    clipped: Array
    """The fraction of the last layer's values at or above the limit."""
    saturated: Array
    """The fraction of the last layer's units that are always clipped."""


def grow(name: str, factor: float, depths: Sequence[int], seeds: Sequence[int]) -> Growth:
    x, labels = (array[:500] for array in study.digits().train)
    found = np.empty((4, len(seeds), len(depths)))
    for i, seed in enumerate(seeds):
        for j, depth in enumerate(depths):
            rng = np.random.default_rng(seed)
            network = multilayer_perceptron(rng, name, [100] * depth, factor, np.float64)
            network.gradient(x, labels)
            output = network.layers[-1]
            assert isinstance(output, Dense)
            found[0, i, j] = np.sqrt(np.mean(output.x**2))
            found[1, i, j] = np.linalg.norm(network.weight_gradients[0])
            # Clipped values have no distance below the limit left, and sparsity counts those.
            found[2, i, j] = sparsity(LIMITS[name] - network.sums[-1])
            found[3, i, j] = watch(network, x)[-1].saturated(LIMITS[name]).mean()
    return Growth(*found)


def learn(
    name: str, factor: float, rates: Sequence[float], seeds: Sequence[int], epochs: int
) -> tuple[float, Array]:
    """The best rate, and each seed's accuracy on the test part at that rate."""
    make = partial(multilayer_perceptron, name=name, hidden=[64] * 10, scale=factor)
    grid = try_rates(make, rates, seeds, epochs)
    return best(grid), grid[best(grid)].accuracy


Grown = dict[tuple[str, float], Growth]


def report_growth(grown: Grown, depths: Sequence[int]) -> None:
    first, last = depths[0], depths[-1]
    study.table(
        [
            f"weights, depth {last}",
            "root mean square activation",
            f"its growth per layer from depth {first}",
            "first layer's gradient",
            "clipped values",
            "saturated units",
        ],
        (
            [
                f"{name}, × {factor:g}",
                study.spread(growth.activation[:, -1]),
                study.spread(per_layer(growth.activation, depths)),
                study.spread(growth.gradient[:, -1]),
                *(
                    study.spread(values[:, -1], study.percent) if np.isfinite(LIMITS[name]) else "-"
                    for values in (growth.clipped, growth.saturated)
                ),
            ]
            for (name, factor), growth in grown.items()
        ),
    )
    apart = max(
        abs(float(per_layer(growth.activation, depths).mean()) / factor - 1)
        for (name, factor), growth in grown.items()
        if name == "relu"
    )
    study.finding(
        apart < 0.05,
        "relu's activations grow by the factor in each layer, as theory has it, within 5 %"
        f" (farthest: {study.percent(apart)})",
    )
    large = FACTORS[-1]
    for name in ("relu6", "clipped_relu"):
        bounded = max(float(grown[name, factor].activation.max()) for factor in FACTORS)
        study.finding(
            bounded <= LIMITS[name],
            f"{name} bounds the activations (largest root mean square: {study.number(bounded)})",
        )
        rates = {
            each: float(per_layer(grown[each, large].gradient, depths).mean())
            for each in ("relu", name)
        }
        study.finding(
            rates[name] < 1.05,
            f"{name} bounds the gradient (with weights × {large:g} the first layer's grows by"
            f" {study.number(rates[name])} per layer, relu's by {study.number(rates['relu'])})",
        )


def per_layer(values: Array, depths: Sequence[int]) -> Array:
    """The geometric mean of the growth from the first depth to the last, for each seed."""
    growth: Array = (values[:, -1] / values[:, 0]) ** (1 / (depths[-1] - depths[0]))
    return growth


def report_learning(learned: dict[str, dict[float, tuple[float, Array]]]) -> None:
    study.table(
        ["test accuracy (best rate)", *(f"weights × {factor:g}" for factor in TRAINED)],
        (
            [
                name,
                *(
                    f"{study.spread(accuracy, study.percent)} ({rate:g})"
                    for rate, accuracy in of_factor.values()
                ),
            ]
            for name, of_factor in learned.items()
        ),
    )
    for name in ("relu6", "clipped_relu"):
        for factor in TRAINED[1:]:
            usual, large, relu = (
                learned[n][f][1] for n, f in ((name, 1.0), (name, factor), ("relu", factor))
            )
            study.finding(
                study.more_accurate(large, relu),
                f"with weights × {factor:g} {name} learns better than relu"
                f" ({study.against(large, relu)})",
            )
            study.finding(
                not study.more_accurate(usual, large),
                f"with weights × {factor:g} {name} learns as well as with the usual ones"
                f" ({study.against(large, usual)})",
            )


def draw(
    grown: Grown,
    depths: Sequence[int],
    learned: dict[str, dict[float, tuple[float, Array]]],
    options: study.Options,
) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.6), layout="constrained")
    shown = 2.0
    for name in LIMITS:
        growth, style = grown[name, shown], study.STYLES[name]
        study.band(axes[0], depths, growth.activation, name, **style)
        study.band(axes[1], depths, growth.gradient, name, **style)
        accuracy = np.stack([learned[name][factor][1] for factor in TRAINED], axis=1)
        study.band(axes[2], TRAINED, 100 * accuracy, name, **style)
    theory = grown["relu", shown].activation[:, 0].mean() * shown ** (np.array(depths) - depths[0])
    axes[0].plot(depths, theory, color=study.BLACK, linewidth=0.8, label=f"{shown:g} per layer")
    axes[0].set_ylabel("root mean square activation of the last layer")
    axes[1].set_ylabel("gradient norm of the first layer")
    axes[2].set_ylabel("test accuracy after training (%)")
    axes[2].set_ylim(0, 100)
    axes[2].set_xticks(TRAINED)
    for axis in axes[:2]:
        axis.set_title(f"at initialisation, weights × {shown:g}", fontsize=9)
        axis.set_xlabel("hidden layers")
        axis.set_yscale("log")
    axes[2].set_title("10 hidden layers, each at its best rate", fontsize=9)
    axes[2].set_xlabel("weights over the usual ones")
    axes[0].legend(frameon=False, fontsize=8)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    depths = [2, 8] if options.small else [2, 5, 10, 20, 30]
    grown = {
        (name, factor): grow(name, factor, depths, options.seeds)
        for name in LIMITS
        for factor in FACTORS
    }
    report_growth(grown, depths)
    epochs, rates = (1, RATES[-1:]) if options.small else (8, RATES)
    learned = {
        name: {factor: learn(name, factor, rates, options.seeds, epochs) for factor in TRAINED}
        for name in LIMITS
    }
    report_learning(learned)
    draw(grown, depths, learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
