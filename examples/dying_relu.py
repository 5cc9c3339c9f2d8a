"""Units that no example activates, because training killed them or because they were born dead.

Claim (Maas et al. 2013; Lu et al. 2019, arXiv:1903.06733): too high a learning rate kills relu
units: no example activates them any more and no gradient reaches them; a leak keeps the gradient
flowing, so that such units recover. And a deep and narrow relu network is likely to be born dead.

A unit is dead if it is positive for no example of the training part. With a leak it then still has
a gradient; the word refers to its values alone. A network that has diverged to NaN has no units to
count, and is counted separately.

Part 1: networks with two hidden layers of 100 units are trained for 10 epochs at each rate.

Part 2: the same networks are taken after 10 epochs at the rate 0.1, when no unit is dead. The
biases of half of the first layer's units are lowered until the largest sum of each over the
training part is -0.1, so that these units are dead. How many come back in 20 more epochs at the
same rate?

Part 3: networks are examined at initialisation, with weights after He et al. and biases of 0. A
network is born dead if all units of a layer are dead. A single example gives each unit a positive
sum with the probability 1/2, and the network is dead for it with the probability
1 - (1 - 2^-width)^depth. For many examples this is Lu et al.'s upper bound; their lower bound is
not shown.

With two layers of two units and examples in every direction the probability is known. The first
layer maps one input to a single ray if its weights have the same sign, and otherwise to both axes;
that gives 1/2 · 1/4 + 1/2 · 1/16 = 5/32. It maps two or more inputs to the whole quadrant: a unit
in the second layer is then dead if both its weights are negative, and the network is dead with the
probability 1/16.

    python examples/dying_relu.py
"""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import ACTIVATIONS, Array, Network, descend, multilayer_perceptron, watch

from relu_ufunc import relu
from relu_ufunc.diagnostics import activation_counts

NAMES = ["relu", "leaky_relu", "prelu"]
UNITS = 100
GENTLE = 0.1


class Killed(NamedTuple):
    """Arrays of (seeds, rates), with NaN where the network diverged."""

    dead: Array
    """The fraction of the second layer's units that are dead."""
    first: Array
    """The same for the first layer."""
    accuracy: Array
    """The accuracy on the test part."""

    @property
    def diverged(self) -> Array:
        return np.isnan(self.dead)


def train(network: Network, rng: np.random.Generator, rate: float, epochs: int) -> None:
    for epoch in descend(network, rng, *study.digits().train, rate):
        if epoch == epochs:
            return


def kill(name: str, rates: Sequence[float], seeds: Sequence[int], epochs: int) -> Killed:
    parts = study.digits()
    found = np.full((3, len(seeds), len(rates)), np.nan)
    for i, seed in enumerate(seeds):
        for j, rate in enumerate(rates):
            rng = np.random.default_rng(seed)
            network = multilayer_perceptron(rng, name, [UNITS, UNITS])
            train(network, rng, rate, epochs)
            monitors = watch(network, parts.train.x)
            if not any(monitor.nonfinite().any() for monitor in monitors):
                first, second = (monitor.dead().mean() for monitor in monitors)
                found[:, i, j] = second, first, network.accuracy(*parts.test)
    return Killed(*found)


def revive(name: str, seed: int, epochs: int) -> Array:
    """The fraction of the killed units that are alive after 0, 1, … epochs."""
    x, labels = study.digits().train
    rng = np.random.default_rng(seed)
    network = multilayer_perceptron(rng, name, [UNITS, UNITS])
    train(network, rng, GENTLE, 10)
    network.forward(x)
    killed = np.arange(UNITS) < UNITS // 2
    highest = network.sums[0].max(axis=0)
    _, bias = network.layers[0].parameters
    bias[killed] -= highest[killed] + 0.1

    def alive() -> float:
        return 1 - float(watch(network, x)[0].dead()[killed].mean())

    steps = descend(network, rng, x, labels, GENTLE)
    return np.array([alive(), *(alive() for _ in zip(range(epochs), steps, strict=False))])


def born_dead(seed: int, width: int, depth: int, networks: int, examples: Array) -> Array:
    """The fraction of that many networks that are born dead with 1, 2, … depth layers."""
    rng = np.random.default_rng(seed)
    fractions = np.empty(depth)
    h = np.broadcast_to(examples, (networks, *examples.shape))
    for k in range(depth):
        inputs = h.shape[2]
        scale = ACTIVATIONS["relu"].gain / np.sqrt(inputs)
        h = relu(h @ rng.normal(0, scale, (networks, inputs, width)).astype(h.dtype))
        # A network that is dead in one layer is zero in all the layers that follow.
        fractions[k] = np.mean(activation_counts(h, axis=(1, 2)).positive == 0)
    return fractions


KNOWN = {1: 5 / 32, 2: 1 / 16, 64: 1 / 16}
"""How likely two layers of two units are born dead, for each number of inputs."""


def directions(inputs: int) -> Array:
    """Directions in that many dimensions: both signs of one, or many at random."""
    if inputs == 1:
        return np.array([[-1.0], [1.0]])
    return np.random.default_rng(0).normal(size=(1000, inputs))


def report_known(seeds: Sequence[int], networks: int) -> None:
    measured = {
        inputs: np.array([born_dead(s, 2, 2, networks, directions(inputs))[-1] for s in seeds])
        for inputs in KNOWN
    }
    tried = networks * len(seeds)
    errors = {inputs: np.sqrt(p * (1 - p) / tried) for inputs, p in KNOWN.items()}
    study.table(
        ["born dead, 2 layers of width 2", "measured", "in theory", "in standard errors"],
        (
            [
                f"{inputs} input{'s' if inputs > 1 else ''}",
                study.percent(measured[inputs].mean()),
                study.percent(p),
                f"{(measured[inputs].mean() - p) / errors[inputs]:+.1f}",
            ]
            for inputs, p in KNOWN.items()
        ),
    )
    for inputs, name in ((1, "5/32 with one input"), (64, "1/16 with more")):
        off = (measured[inputs].mean() - KNOWN[inputs]) / errors[inputs]
        study.finding(
            bool(abs(off) < 4),
            f"it is {name}, within four standard errors ({study.percent(measured[inputs].mean())}"
            f" against {study.percent(KNOWN[inputs])}, {off:+.1f} of {tried} networks)",
        )
    other = (measured[64].mean() - KNOWN[1]) / errors[1]
    study.finding(
        bool(abs(other) < 4),
        f"5/32 is also the value for more inputs ({study.percent(measured[64].mean())},"
        f" {other:+.1f} standard errors)",
    )


def upper_bound(width: int, depths: Array) -> Any:
    return 1 - (1 - 2.0**-width) ** depths


def report_killed(killed: dict[str, Killed], rates: Sequence[float]) -> None:
    def cells(values: Array) -> list[str]:
        known = [column[~np.isnan(column)] for column in values.T]
        return [study.spread(column, study.percent) if len(column) else "-" for column in known]

    lines = []
    for name, values in killed.items():
        lines.append([f"{name}: dead units", *cells(values.dead)])
        lines.append([f"{name}: test accuracy", *cells(values.accuracy)])
        count = values.diverged.sum(axis=0)
        of = len(values.diverged)
        lines.append([f"{name}: diverged", *(f"{n} of {of}" if n else "0" for n in count)])
    study.table(["learning rate", *(f"{rate:g}" for rate in rates)], lines)

    def worst(name: str) -> tuple[float, float]:
        """The highest mean fraction of dead units, and the rate at which it occurs."""
        dead = killed[name].dead
        some = np.flatnonzero(~np.isnan(dead).all(axis=0))
        mean = np.nanmean(dead[:, some], axis=0)
        return float(mean.max()), rates[some[mean.argmax()]]

    dead, rate = worst("relu")
    first = max(float(np.nanmax(values.first)) for values in killed.values())
    study.finding(
        dead > 0.5,
        "too high a rate kills most of relu's second layer"
        f" (at most {study.percent(dead)}, at the rate {rate:g}; in the first layers of all"
        f" networks at most {study.percent(first)} are dead)",
    )
    for name in NAMES[1:]:
        since = {
            n: next(
                (
                    f"from the rate {rate:g} on"
                    for rate, lost in zip(rates, killed[n].diverged.T, strict=True)
                    if lost.any()
                ),
                "nowhere",
            )
            for n in ("relu", name)
        }
        leaky, at = worst(name)
        study.finding(
            leaky < 0.1,
            f"{name} has hardly a dead unit at any rate (at most {study.percent(leaky)}, at the"
            f" rate {at:g}; but it diverges {since[name]}, relu {since['relu']})",
        )


def report_revived(revived: dict[str, Array]) -> None:
    last = {name: runs[:, -1] for name, runs in revived.items()}
    epochs = next(iter(revived.values())).shape[1] - 1
    moments = sorted({0, 1, epochs // 4, epochs})
    study.table(
        ["units revived", *(f"epoch {k}" for k in moments)],
        (
            [name, *(study.spread(runs[:, k], study.percent) for k in moments)]
            for name, runs in revived.items()
        ),
    )
    study.finding(
        bool(np.all(last["relu"] == 0)),
        f"no dead unit of relu comes back ({study.percent(last['relu'].mean())})",
    )
    for name in NAMES[1:]:
        study.finding(
            bool(last[name].mean() > 0.5),
            f"most of the dead units of {name} come back in {epochs} epochs"
            f" ({study.percent(last[name].mean())})",
        )


def report_born(
    born: dict[int, Array], single: dict[int, Array], networks: int, shown: Sequence[int]
) -> None:
    lines = []
    depths = np.arange(1, next(iter(born.values())).shape[1] + 1)
    columns = [depth - 1 for depth in shown if depth <= len(depths)]
    for width, runs in born.items():
        for label, values in ((f"width {width}", runs), ("  one example", single[width])):
            lines.append([label, *(study.spread(values[:, k], study.percent) for k in columns)])
        bound = upper_bound(width, depths)
        lines.append(["  upper bound", *(study.percent(bound[k]) for k in columns)])
    study.table(["born dead", *(f"depth {depths[k]}" for k in columns)], lines)
    # Three standard errors of the fraction of that many networks.
    above, apart = [], []
    for width, runs in born.items():
        bound = upper_bound(width, depths)
        error = np.sqrt(bound * (1 - bound) / (networks * len(runs)))
        above.append(np.max((runs.mean(axis=0) - bound) / error))
        apart.append(np.max(np.abs(single[width].mean(axis=0) - bound) / error))
    study.finding(
        max(above) < 3,
        "the bound is above what was measured at every depth and width, within three standard"
        f" errors (nearest: {max(above):+.1f})",
    )
    study.finding(
        max(apart) < 4,
        "for a single example it is the probability itself, within four standard errors"
        f" (farthest: {max(apart):.1f}, of {len(depths) * len(born)} tried)",
    )
    narrow, wide = min(born), max(born)
    study.finding(
        bool(born[narrow][:, -1].mean() > 0.9 and born[wide][:, -1].mean() < 0.1),
        f"deep and narrow networks are born dead, wider ones are not (depth {depths[-1]}:"
        f" {study.percent(born[narrow][:, -1].mean())} of width {narrow},"
        f" {study.percent(born[wide][:, -1].mean())} of width {wide})",
    )


def draw(
    killed: dict[str, Killed],
    rates: Sequence[float],
    revived: dict[str, Array],
    born: dict[int, Array],
    options: study.Options,
) -> None:
    figure, axes = plt.subplots(2, 2, figsize=(8.6, 6.4), layout="constrained")
    (dead, diverged), (back, birth) = axes
    for name, values in killed.items():
        style = study.STYLES[name]
        some = ~values.diverged.all(axis=0)
        at = np.array(rates)[some]
        mean = np.nanmean(values.dead[:, some], axis=0)
        low, high = (f(values.dead[:, some], axis=0) for f in (np.nanmin, np.nanmax))
        dead.plot(at, 100 * mean, label=name, markersize=4, **style)
        dead.fill_between(at, 100 * low, 100 * high, color=style["color"], alpha=0.18, linewidth=0)
        diverged.plot(rates, 100 * values.diverged.mean(axis=0), label=name, markersize=4, **style)
    for axis in (dead, diverged):
        axis.set_xlabel("learning rate")
        axis.set_xlim(0, 1.05 * max(rates))
    dead.set_ylabel("dead units of layer 2 (%)")
    diverged.set_ylabel("diverged networks (%)")
    for name, runs in revived.items():
        study.band(back, range(runs.shape[1]), 100 * runs, name, **study.STYLES[name])
    back.locator_params(axis="x", integer=True)
    back.set_xlabel("epochs after they were killed")
    back.set_ylabel("units of layer 1 revived (%)")
    colors = [study.RED, study.ORANGE, study.GREEN, study.BLUE, study.BLACK]
    for (width, runs), color in zip(born.items(), colors, strict=False):
        depths = np.arange(1, runs.shape[1] + 1)
        study.band(birth, depths, 100 * runs, f"width {width}", color=color)
        birth.plot(depths, 100 * upper_bound(width, depths), color=color, ls=":", linewidth=1)
    birth.plot([], [], color=study.BLACK, linestyle=":", linewidth=1, label="upper bound")
    birth.set_xlabel("hidden layers")
    birth.set_ylabel("networks born dead (%)")
    for axis in axes.flat:
        axis.set_ylim(-3, 103)
        axis.legend(frameon=False, fontsize=8)
    birth.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    seeds, small = options.seeds, options.small
    rates = [0.1, 1.0] if small else [0.1, 0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0]
    killed = {name: kill(name, rates, seeds, 3 if small else 10) for name in NAMES}
    report_killed(killed, rates)
    epochs = 3 if small else 20
    revived = {name: np.stack([revive(name, seed, epochs) for seed in seeds]) for name in NAMES}
    report_revived(revived)
    networks, depth, widths = (200, 10, [2, 8]) if small else (1000, 30, [2, 3, 4, 6, 10])
    examples = study.digits().train.x[:200]

    def of_width(examples: Array) -> dict[int, Array]:
        return {
            width: np.stack([born_dead(seed, width, depth, networks, examples) for seed in seeds])
            for width in widths
        }

    born = of_width(examples)
    report_born(born, of_width(examples[:1]), networks, [1, 2, 5, 10, 20, 30])
    report_known(seeds, 200 if small else 4000)
    draw(killed, rates, revived, born, options)


if __name__ == "__main__":
    main(sys.argv[1:])
