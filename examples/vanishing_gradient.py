"""The gradient that reaches the first layer of a deep network.

Claim (Glorot, Bordes and Bengio 2011; He et al. 2015): the gradient vanishes on its way down
through many layers of sigmoid or tanh, but not through rectifiers whose weights have the variance
2/n.

Networks with 64 units per layer see the digits at initialisation, with biases of 0. The variance of
the weights is 1/n for sigmoid and tanh, and 2/n for the rectifiers; "relu, 1/n" is relu with the
weights of the others. The ratio is between the norms of the loss's gradient with respect to the
weights of the first and of the last layer.

Then the networks are trained for eight epochs by plain gradient descent in batches of 32, as they
are and with residual connections, through which every layer but the first adds its input to its
output. Each has the rate of a grid whose loss on the validation part is lowest at the end, with
other seeds than those that are scored.

    python examples/vanishing_gradient.py
"""

import sys
from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import ACTIVATIONS, Array, Network, multilayer_perceptron, residual_perceptron
from training import Runs, best_at_the_end, try_rates

# For each row: the activation, and the factor on the usual standard deviation of its weights.
CASES = {
    "sigmoid": ("sigmoid", 1.0),
    "tanh": ("tanh", 1.0),
    "relu": ("relu", 1.0),
    "leaky_relu": ("leaky_relu", 1.0),
    "relu, 1/n": ("relu", 1 / ACTIVATIONS["relu"].gain),
}
TRAINED = ["relu", "tanh", "sigmoid"]
RATES = [0.01, 0.03, 0.1, 0.3]
CHOOSING = [100, 101]
"""The seeds with which the rates are chosen."""

# The rate and its runs, for each activation, with or without residual connections, and depth.
Trained: TypeAlias = dict[tuple[str, bool, int], tuple[float, Runs]]

STYLES = study.STYLES | {"relu, 1/n": {"color": study.BLACK, "marker": "x", "linestyle": ":"}}


def measure(seeds: Sequence[int], depths: Sequence[int]) -> dict[str, Array]:
    """The norms of the first and last layer's gradient for each case, as (seeds, depths, 2)."""
    x, labels = (array[:500] for array in study.digits().train)
    x = x.astype(np.float64)  # squares of sigmoid's gradients underflow in float32
    norms = {case: np.empty((len(seeds), len(depths), 2)) for case in CASES}
    for case, (name, scale) in CASES.items():
        for i, seed in enumerate(seeds):
            for j, depth in enumerate(depths):
                rng = np.random.default_rng(seed)
                network = multilayer_perceptron(rng, name, [64] * depth, scale, np.float64)
                network.gradient(x, labels)
                gradients = network.weight_gradients
                norms[case][i, j] = [np.linalg.norm(gradients[k]) for k in (0, -1)]
    return norms


def network(rng: np.random.Generator, name: str, residual: bool, depth: int) -> Network:
    if residual:
        return residual_perceptron(rng, name, depth)
    return multilayer_perceptron(rng, name, [64] * depth)


def learn(
    name: str, residual: bool, depth: int, rates: Sequence[float], seeds: Sequence[int], epochs: int
) -> tuple[float, Runs]:
    make = partial(network, name=name, residual=residual, depth=depth)
    rate = best_at_the_end(try_rates(make, rates, CHOOSING, epochs))
    return rate, try_rates(make, [rate], seeds, epochs)[rate]


def train(depths: Sequence[int], options: study.Options) -> Trained:
    rates, epochs = (RATES[2:4], 2) if options.small else (RATES, 8)
    cases = [(name, how, d) for d in reversed(depths) for name in TRAINED for how in (False, True)]
    work = {case: partial(learn, *case, rates, options.seeds, epochs) for case in cases}
    return study.parallel(work, "trained")


def titled(name: str, residual: bool) -> str:
    return f"{name}, residual" if residual else name


def report_trained(trained: Trained, depths: Sequence[int]) -> None:
    kinds = [(name, residual) for residual in (False, True) for name in TRAINED]
    study.table(
        ["test accuracy (rate)", *(f"depth {depth}" for depth in depths)],
        (
            [
                titled(*kind),
                *(
                    f"{study.spread(runs.accuracy, study.percent)} ({rate:g})"
                    for rate, runs in (trained[(*kind, depth)] for depth in depths)
                ),
            ]
            for kind in kinds
        ),
    )
    shallow, deep = depths[0], depths[-1]

    def accuracy(name: str, residual: bool, depth: int) -> Array:
        return trained[name, residual, depth][1].accuracy

    for kind in kinds:
        pair = accuracy(*kind, shallow), accuracy(*kind, deep)
        study.finding(
            bool(pair[1].mean() > 0.5) and not study.more_accurate(*pair),
            f"{titled(*kind)} learns, and as well with {deep} layers as with {shallow}"
            f" ({study.against(*reversed(pair))})",
        )
    for residual in (False, True):
        pair = accuracy("relu", residual, deep), accuracy("tanh", residual, deep)
        study.finding(
            not study.more_accurate(pair[1], pair[0]),
            f"{titled('relu', residual)} learns as well with {deep} layers as"
            f" {titled('tanh', residual)} ({study.against(*pair)})",
        )


def report(norms: dict[str, Array], depths: Sequence[int]) -> None:
    ratios = {case: values[..., 0] / values[..., 1] for case, values in norms.items()}
    first, deepest = depths[0], depths[-1]
    study.table(
        ["first layer's gradient over the last's", *(f"depth {depth}" for depth in depths)],
        ([case, *(study.spread(column) for column in ratios[case].T)] for case in CASES),
    )
    study.table(
        ["the first layer's gradient", f"depth {first}", f"depth {deepest}"],
        ([case, *(study.spread(norms[case][:, k, 0]) for k in (0, -1))] for case in CASES),
    )
    mean = {case: ratios[case].mean(axis=0) for case in CASES}
    for case in ("sigmoid", "tanh"):
        study.finding(
            bool(mean[case][-1] < 0.01),
            f"the gradient vanishes through {case}: the ratio falls below 0.01"
            f" ({study.number(mean[case][-1])} at depth {deepest})",
        )
    for case in ("relu", "leaky_relu"):
        study.finding(
            bool(mean[case].min() > 0.1),
            f"it does not through {case}: the ratio stays above 0.1"
            f" (lowest {study.number(mean[case].min())})",
        )
    shallow, deep = norms["relu, 1/n"][..., 0].mean(axis=0)[[0, -1]]
    study.finding(
        deep < 0.01 * shallow,
        "relu needs the variance 2/n: with 1/n the gradients of all layers vanish together, which"
        f" the ratio does not show (norm of the first layer's: {study.number(shallow)} at depth"
        f" {first}, {study.number(deep)} at {deepest})",
    )


def draw(
    norms: dict[str, Array],
    depths: Sequence[int],
    trained: Trained,
    learned: Sequence[int],
    options: study.Options,
) -> None:
    figure, axes = plt.subplots(1, 3, figsize=(10.2, 3.6), layout="constrained")
    for case, values in norms.items():
        study.band(axes[0], depths, values[..., 0] / values[..., 1], case, **STYLES[case])
        study.band(axes[1], depths, values[..., 0], case, **STYLES[case])
    axes[0].set_ylabel("gradient norm, first layer over last")
    axes[1].set_ylabel("gradient norm of the first layer")
    for name in TRAINED:
        for residual in (False, True):
            accuracy = [trained[name, residual, depth][1].accuracy for depth in learned]
            style = study.STYLES[name] | {"linestyle": "--" if residual else "-"}
            runs = 100 * np.stack(accuracy, axis=1)
            study.band(axes[2], learned, runs, titled(name, residual), **style)
    axes[2].set_ylabel("test accuracy after training (%)")
    axes[2].legend(frameon=False, fontsize=7)
    for axis in axes:
        axis.set_xlabel("hidden layers")
    for axis in axes[:2]:
        axis.set_yscale("log")
    axes[0].legend(frameon=False, fontsize=8)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    depths = [2, 10] if options.small else [2, 5, 10, 20, 30]
    norms = measure(options.seeds, depths)
    report(norms, depths)
    learned = [5, 10] if options.small else [5, 10, 20, 30]
    trained = train(learned, options)
    report_trained(trained, learned)
    draw(norms, depths, trained, learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
