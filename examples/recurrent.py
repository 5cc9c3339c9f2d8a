"""A recurrent relu network that starts as the identity, compared with tanh.

Claim (Le, Jaitly and Hinton 2015): a plain recurrent relu network whose recurrent weights start as
the identity learns long sequences that a tanh network does not, since its gradient reaches far back
in time.

The network has 48 units, reads the digits row by row (8 steps of 8 pixels) or pixel by pixel (64
steps), and ends in a softmax of the last state. The weights of the inputs have the variance 1/n,
and the biases are 0; "relu, He" and "tanh" start with random recurrent weights of the variance 2/n
and 1/n. The norm of the gradient is limited to 1. Each network has the best learning rate of a
grid, by the loss on the validation part, averaged over epochs and seeds.

    python examples/recurrent.py
"""

import math
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array, Dense, Network, Recurrent, Reshape
from training import Grid, best, try_rates

UNITS = 48
CLIP = 1.0
RATES = [0.03, 0.1, 0.3, 1.0]


def scaled(gain: float, rng: np.random.Generator) -> Array:
    return rng.normal(0, gain / math.sqrt(UNITS), (UNITS, UNITS))


class Model(NamedTuple):
    activation: str
    recurrent: Callable[[np.random.Generator], Array]


MODELS = {
    "relu, identity": Model("relu", lambda rng: np.eye(UNITS)),
    "relu, He": Model("relu", partial(scaled, math.sqrt(2))),
    "tanh": Model("tanh", partial(scaled, 1.0)),
}
STYLES = {
    "relu, identity": study.STYLES["relu"],
    "relu, He": {"color": study.BLACK, "marker": "x", "linestyle": ":"},
    "tanh": study.STYLES["tanh"],
}


class Reading(NamedTuple):
    steps: int
    epochs: int
    batch: int


READINGS = {
    "row by row": Reading(8, 12, 32),
    "pixel by pixel": Reading(64, 10, 64),
}


def network(model: Model, steps: int, rng: np.random.Generator) -> Network:
    features = 64 // steps
    inputs = rng.normal(0, 1 / math.sqrt(features), (features, UNITS))
    return Network(
        Reshape(steps, features),
        Recurrent(model.activation, inputs, model.recurrent(rng)),
        Dense(rng, UNITS, 10),
    )


def flow(model: Model, steps: int, seeds: Sequence[int]) -> Array:
    """The gradient's norm at each step's state over that at the last, as (seeds, steps)."""
    norms = np.empty((len(seeds), steps))
    for i, seed in enumerate(seeds):
        untrained = network(model, steps, np.random.default_rng(seed))
        untrained.gradient(*study.digits().train)
        layer = untrained.layers[1]
        assert isinstance(layer, Recurrent)
        norms[i] = np.linalg.norm(layer.state_gradients.astype(np.float64), axis=(1, 2))
    return norms / norms[:, -1:]


def report(title: str, flows: dict[str, Array], grids: dict[str, Grid]) -> None:
    chosen = {name: best(grid) for name, grid in grids.items()}
    won = {name: grids[name][rate] for name, rate in chosen.items()}
    epochs = won["tanh"].training.shape[1] - 1
    study.table(
        [
            title,
            "gradient at the first step over the last's",
            "best rate",
            f"training loss, epoch {epochs}",
            "validation loss",
            "test accuracy",
        ],
        (
            [
                name,
                study.spread(flows[name][:, 0]),
                f"{chosen[name]:g}",
                study.spread(runs.training[:, -1]),
                study.spread(runs.validation[:, -1]),
                study.spread(runs.accuracy, study.percent),
            ]
            for name, runs in won.items()
        ),
    )
    far = {name: float(values[:, 0].mean()) for name, values in flows.items()}
    study.finding(
        far["relu, identity"] > 0.1,
        f"{title}: the gradient of relu from the identity reaches the first step"
        f" ({study.number(far['relu, identity'])} of that at the last)",
    )
    study.finding(far["tanh"] < 0.01, f"{title}: tanh's does not ({study.number(far['tanh'])})")
    steady, random = (flows[name][:, 0] for name in ("relu, identity", "relu, He"))
    ends = [float(end) for values in (steady, random) for end in (values.min(), values.max())]
    study.finding(
        bool(np.all(np.abs(np.log10(steady)) < 1) and np.any(np.abs(np.log10(random)) > 1)),
        f"{title}: only from the identity does it stay within a factor of 10 with every seed"
        " ({} to {}; relu, He {} to {})".format(*map(study.number, ends)),
    )
    for other in ("tanh", "relu, He"):
        accuracies = [won[name].accuracy for name in ("relu, identity", other)]
        study.finding(
            study.more_accurate(*accuracies),
            f"{title}: relu from the identity is more accurate than {other},"
            f" by more than the spread and twice the sampling error ({study.against(*accuracies)})",
        )


def draw(
    flows: dict[str, dict[str, Array]],
    grids: dict[str, dict[str, Grid]],
    options: study.Options,
) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.5), layout="constrained")
    (longest, of_longest) = list(flows.items())[-1]
    for name, values in of_longest.items():
        steps = range(1, values.shape[1] + 1)
        study.band(axes[0], steps, values, name, **STYLES[name] | {"markevery": 8})
    axes[0].set_title(f"at initialisation, {longest}", fontsize=9)
    axes[0].set_xlabel("time step")
    axes[0].set_ylabel("gradient norm, over that at the last step")
    axes[0].set_yscale("log")
    for axis, (title, of_title) in zip(axes[1:], grids.items(), strict=True):
        for name, grid in of_title.items():
            rate = best(grid)
            curves = grid[rate].training
            epochs = range(curves.shape[1])
            study.band(axis, epochs, curves, f"{name} (rate {rate:g})", **STYLES[name])
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("epoch")
        axis.set_ylabel("training loss (nats per example)")
        axis.set_yscale("log")
        axis.set_ylim(top=10)
        axis.locator_params(axis="x", integer=True)
        axis.legend(frameon=False, fontsize=7)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    flows: dict[str, dict[str, Array]] = {}
    grids: dict[str, dict[str, Grid]] = {}
    rates = RATES[1:2] if options.small else RATES
    for title, reading in READINGS.items():
        steps, epochs = reading.steps, 1 if options.small else reading.epochs
        flows[title] = {name: flow(model, steps, options.seeds) for name, model in MODELS.items()}
        grids[title] = {
            name: try_rates(
                partial(network, model, steps),
                rates,
                options.seeds,
                epochs,
                CLIP,
                reading.batch,
            )
            for name, model in MODELS.items()
        }
        report(title, flows[title], grids[title])
    draw(flows, grids, options)


if __name__ == "__main__":
    main(sys.argv[1:])
