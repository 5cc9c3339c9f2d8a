"""Where the time of a training step goes.

Claim: fused rectifiers make a training step faster than NumPy's spelling of them, and bring it
close to PyTorch's. They can save at most the time of the activations: the rest is matrix products.

A perceptron with two hidden layers of 512 units is trained on the digits, in float32 and on one
thread throughout. The steps differ only in the activations:

- relu_ufunc: add_relu(z, b, out=z) and relu_backward(dy, h, out=dy);
- NumPy: np.maximum(z + b, 0) and np.where(h > 0, dy, 0);
- NumPy, in place: z += b, np.maximum(z, 0, out=z) and np.multiply(dy, h > 0, out=dy);
- PyTorch, where it is installed: its own functions and autograd.

All start from the same weights, and their weights after one step are compared. They take turns.
Each time is processor time, which other programs do not lengthen, and the shortest of many; mean
and spread are over the seeds, each of which has its own round.

    python examples/where_time_goes.py
"""

import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from networks import Array, cross_entropy

from relu_ufunc import add_relu, relu_backward

WIDTHS = [64, 512, 512, 10]
RATE = 0.01
PARTS = {
    "matrix products": study.SKY,
    "activation, forward": study.RED,
    "activation, backward": study.ORANGE,
    "loss": study.PINK,
    "update": study.GREEN,
}


class Spelling(NamedTuple):
    """`forward` takes z and b and may overwrite z; `backward` takes dy and the activations."""

    forward: Callable[[Array, Array], Array]
    backward: Callable[[Array, Array], Array]


def in_place(z: Array, b: Array) -> Array:
    z += b
    return np.maximum(z, 0, out=z)


SPELLINGS = {
    "relu_ufunc": Spelling(
        lambda z, b: add_relu(z, b, out=z), lambda dy, h: relu_backward(dy, h, out=dy)
    ),
    "NumPy": Spelling(
        lambda z, b: np.maximum(z + b, 0), lambda dy, h: np.where(h > 0, dy, np.float32(0))
    ),
    "NumPy, in place": Spelling(in_place, lambda dy, h: np.multiply(dy, h > 0, out=dy)),
}


class Clock:
    """Adds up the processor time of each part."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0.0)
        self.last = time.process_time()

    def lap(self, part: str) -> None:
        now = time.process_time()
        self.spent[part] += now - self.last
        self.last = now


Parameters = list[tuple[Array, Array]]
Step = Callable[[], dict[str, float]]


def start(rng: np.random.Generator) -> Parameters:
    return [
        (
            rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        )
        for inputs, outputs in pairwise(WIDTHS)
    ]


def numpy_step(
    spelling: Spelling, parameters: Parameters, x: Array, labels: Array
) -> dict[str, float]:
    """Take a step of gradient descent, which changes the parameters, and time each part."""
    clock = Clock()
    states = [x]
    for weights, bias in parameters[:-1]:
        z = states[-1] @ weights
        clock.lap("matrix products")
        states.append(spelling.forward(z, bias))
        clock.lap("activation, forward")
    weights, bias = parameters[-1]
    logits = states[-1] @ weights
    clock.lap("matrix products")
    dy = cross_entropy(logits + bias, labels)[1]
    clock.lap("loss")
    for k in reversed(range(len(parameters))):
        weights, bias = parameters[k]
        dweights = states[k].T @ dy
        before = dy @ weights.T if k else dy
        clock.lap("matrix products")
        dweights *= np.float32(RATE)
        weights -= dweights
        bias -= np.float32(RATE) * dy.sum(axis=0)
        clock.lap("update")
        if k:
            dy = spelling.backward(before, states[k])
            clock.lap("activation, backward")
    return clock.spent


def torch_step(torch: Any, parameters: Any, x: Any, labels: Any) -> dict[str, float]:
    clock = Clock()
    h = x
    for weights, bias in parameters[:-1]:
        h = torch.relu(torch.addmm(bias, h, weights))
    weights, bias = parameters[-1]
    loss = torch.nn.functional.cross_entropy(torch.addmm(bias, h, weights), labels)
    loss.backward()
    with torch.no_grad():
        for pair in parameters:
            for parameter in pair:
                parameter -= RATE * parameter.grad
                parameter.grad = None
    clock.lap("matrix products")  # the whole step, since its parts cannot be separated
    return clock.spent


def installed_torch() -> Any:
    """The module on one thread, or None."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def steps(torch: Any, seed: int, batch: int) -> tuple[dict[str, Step], dict[str, Parameters]]:
    """For each spelling, a step and the parameters that it changes."""
    rng = np.random.default_rng(seed)
    x, labels = study.digits().train
    chosen = rng.choice(len(x), batch, replace=False)
    x, labels = x[chosen], labels[chosen]
    first = start(rng)
    taken: dict[str, Step] = {}
    states: dict[str, Parameters] = {}
    for name, spelling in SPELLINGS.items():
        parameters = [(weights.copy(), bias.copy()) for weights, bias in first]
        taken[name] = lambda s=spelling, p=parameters: numpy_step(s, p, x, labels)  # type: ignore[misc]
        states[name] = parameters
    if torch is not None:
        tensors = [tuple(torch.tensor(a, requires_grad=True) for a in pair) for pair in first]
        inputs = torch.from_numpy(x), torch.from_numpy(labels)
        taken["PyTorch"] = lambda: torch_step(torch, tensors, *inputs)
        states["PyTorch"] = [(w.detach().numpy(), b.detach().numpy()) for w, b in tensors]
    return taken, states


def differences(states: dict[str, Parameters]) -> dict[str, tuple[int, float]]:
    """How many parameters differ from ours in a bit, and the largest difference."""
    flat = {
        name: np.concatenate([array.ravel() for pair in parameters for array in pair])
        for name, parameters in states.items()
    }
    ours = flat.pop("relu_ufunc")
    return {
        name: (
            int(np.count_nonzero(array.view(np.uint32) != ours.view(np.uint32))),
            float(np.abs(array - ours).max()),
        )
        for name, array in flat.items()
    }


class Times(NamedTuple):
    total: list[float]
    """The shortest step of each seed's round, in seconds."""
    parts: list[list[float]]
    """The same for each part."""


def measure(
    torch: Any, seeds: Sequence[int], batch: int, repeats: int
) -> tuple[dict[str, Times], dict[str, tuple[int, float]]]:
    times: dict[str, Times] = {}
    differ: dict[str, tuple[int, float]] = {}
    for seed in seeds:
        taken, states = steps(torch, seed, batch)
        for step in taken.values():
            step()
        for name, (count, largest) in differences(states).items():
            before = differ.get(name, (0, 0.0))
            differ[name] = before[0] + count, max(before[1], largest)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in taken}
        order = list(taken)
        for _ in range(repeats):
            for name in order:
                found[name].append(taken[name]())
            order.append(order.pop(0))  # so that the predecessors vary
        for name, rounds in found.items():
            entry = times.setdefault(name, Times([], []))
            entry.total.append(min(sum(spent.values()) for spent in rounds))
            entry.parts.append([min(spent[part] for spent in rounds) for part in PARTS])
    return times, differ


def milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.3f}"


def report(batch: int, times: dict[str, Times], differ: dict[str, tuple[int, float]]) -> None:
    def cells(name: str) -> list[str]:
        if name == "PyTorch":
            return ["-"] * len(PARTS)
        parts = np.mean(times[name].parts, axis=0)
        return [study.percent(share) for share in parts / parts.sum()]

    study.table(
        [f"batch of {batch}", "step (ms)", *PARTS],
        (
            [name, study.spread(each.total, milliseconds), *cells(name)]
            for name, each in times.items()
        ),
    )
    ours = np.array(times["relu_ufunc"].total)
    activations = slice(1, 3)
    mine = np.sum(np.array(times["relu_ufunc"].parts)[:, activations], axis=1)
    for name in list(SPELLINGS)[1:]:
        theirs = np.array(times[name].total)
        activation = np.sum(np.array(times[name].parts)[:, activations], axis=1)
        study.finding(
            study.beyond(theirs, ours),
            f"batch of {batch}: the step is faster than with {name}, by more than the spread"
            f" ({theirs.mean() / ours.mean():.2f} times as fast; the activations alone"
            f" {activation.mean() / mine.mean():.1f} times)",
        )
        count, largest = differ[name]
        study.finding(
            count == 0,
            f"batch of {batch}: after a step the parameters are {name}'s, bit for bit"
            f" ({count} differ, by at most {largest:g})",
        )
    if "PyTorch" in times:
        theirs = np.array(times["PyTorch"].total)
        study.finding(
            bool(ours.mean() < 1.1 * theirs.mean()),
            f"batch of {batch}: the step takes at most 1.1 times as long as PyTorch's"
            f" ({ours.mean() / theirs.mean():.2f} times)",
        )
        largest = differ["PyTorch"][1]
        study.finding(
            largest < 1e-5,
            f"batch of {batch}: after a step the parameters are PyTorch's but for rounding"
            f" (they differ by at most {study.number(largest)})",
        )


def draw(results: dict[int, dict[str, Times]], options: study.Options) -> None:
    figure, axes = plt.subplots(1, len(results), figsize=(8.6, 3.2), layout="constrained")
    for axis, (batch, times) in zip(axes, results.items(), strict=True):
        names = list(times)
        for row, name in enumerate(names):
            total = 1e3 * np.array(times[name].total)
            if name == "PyTorch":
                axis.barh(row, total.mean(), color="#999999", label="PyTorch's whole step")
            else:
                left = 0.0
                for part, color, seconds in zip(
                    PARTS, PARTS.values(), np.mean(times[name].parts, axis=0), strict=True
                ):
                    label = part if row == 0 else None
                    axis.barh(row, 1e3 * seconds, left=left, color=color, label=label)
                    left += 1e3 * seconds
            axis.errorbar(
                total.mean(),
                row,
                xerr=[[total.mean() - total.min()], [total.max() - total.mean()]],
                color=study.BLACK,
                capsize=2,
                linewidth=1,
            )
        axis.set_yticks(range(len(names)), names if axis is axes[0] else [""] * len(names))
        axis.invert_yaxis()
        axis.set_title(f"batch of {batch}", fontsize=9)
        axis.set_xlabel("processor time of a step (ms)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    torch = installed_torch()
    if torch is None:
        print("\nPyTorch is not installed: the comparison with it is left out.")
    results = {}
    for batch, repeats in ((32, 400), (1024, 40)):
        times, differ = measure(torch, options.seeds, batch, 3 if options.small else repeats)
        report(batch, times, differ)
        results[batch] = times
    draw(results, options)


if __name__ == "__main__":
    main(sys.argv[1:])
