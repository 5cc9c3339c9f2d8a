"""Networks trained on the digits at each learning rate of a grid, for several seeds."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import study
from networks import Array, Network, descend


class Runs(NamedTuple):
    """The runs at one rate, in a row per seed; the loss is infinite once a network has diverged."""

    training: Array
    """The loss before the first epoch and after each epoch."""
    validation: Array
    accuracy: Array
    """The accuracy on the test part; 0 if the network diverged."""

    def epochs_to(self, goal: float) -> Array:
        """The time at which the training loss fell below the goal; infinite if it never did.

        Between two epochs its logarithm is interpolated linearly.
        """
        times = np.full(len(self.training), math.inf)
        for i, losses in enumerate(self.training):
            below = np.flatnonzero(losses < goal)
            if len(below):
                k = below[0]
                ends = np.log(losses[[k - 1, k]])
                times[i] = k - 1 + (ends[0] - math.log(goal)) / (ends[0] - ends[1])
        return times


Grid = dict[float, Runs]


def try_rates(
    make: Callable[[np.random.Generator], Network],
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    clip: float = math.inf,
    batch: int = 32,
) -> Grid:
    parts = study.digits()
    grid = {}
    for rate in rates:
        losses = np.full((2, len(seeds), epochs + 1), math.inf)
        accuracy = np.zeros(len(seeds))
        for i, seed in enumerate(seeds):
            rng = np.random.default_rng(seed)
            network = make(rng)
            steps = descend(network, rng, *parts.train, rate, clip, batch)
            for epoch in range(epochs + 1):
                with np.errstate(over="ignore", invalid="ignore"):
                    now = [network.loss(*part) for part in (parts.train, parts.validation)]
                if not np.isfinite(now).all():
                    break
                losses[:, i, epoch] = now
                if epoch < epochs:
                    next(steps)
            else:
                with np.errstate(over="ignore", invalid="ignore"):
                    accuracy[i] = network.accuracy(*parts.test)
        grid[rate] = Runs(losses[0], losses[1], accuracy)
    return grid


def best_at_the_end(grid: Grid) -> float:
    """The rate with the lowest validation loss after the last epoch."""
    return min(grid, key=lambda rate: float(grid[rate].validation[:, -1].mean()))


def best(grid: Grid) -> float:
    """The rate with the lowest validation loss, averaged over epochs and seeds."""
    return min(grid, key=lambda rate: float(grid[rate].validation.mean()))
