"""Points in the plane, and tables of wines and tumours: small tasks for small networks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import study
from networks import Array, Network, descend, multilayer_perceptron
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.model_selection import train_test_split

CHOOSING = [100, 101]
"""The seeds of the weights and of the points with which the learning rates are chosen."""


def clouds(rng: np.random.Generator, count: int) -> study.Part:
    labels = rng.integers(2, size=count)
    x = rng.normal(0, 0.5, (count, 2)) + np.where(labels == 1, 0.8, -0.8)[:, None]
    return study.Part(x, labels)


def quadrants(rng: np.random.Generator, count: int) -> study.Part:
    x = rng.uniform(-1.5, 1.5, (count, 2))
    return study.Part(x, (x[:, 0] * x[:, 1] > 0).astype(int))


def ring(rng: np.random.Generator, count: int) -> study.Part:
    labels = rng.integers(2, size=count)
    radius = np.where(labels == 1, 1.2, 0.5 * np.sqrt(rng.random(count))) + rng.normal(
        0, 0.1, count
    )
    angle = rng.uniform(0, 2 * np.pi, count)
    return study.Part(radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), labels)


def spirals(rng: np.random.Generator, count: int) -> study.Part:
    labels = rng.integers(2, size=count)
    along = np.sqrt(rng.random(count))
    angle = 3 * np.pi * along + np.pi * labels
    x = 1.5 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return study.Part(x + rng.normal(0, 0.04, x.shape), labels)


POINTS: dict[str, Callable[[np.random.Generator, int], study.Part]] = {
    "two clouds": clouds,
    "quadrants": quadrants,
    "disc in a ring": ring,
    "two spirals": spirals,
}
TABLES = {"wine": load_wine, "breast cancer": load_breast_cancer}
SIZES = (600, 300, 2000)
"""The numbers of points for training, validation and testing."""


@cache
def rows(task: str) -> study.Digits:
    """One of scikit-learn's tables, split 3 : 1 : 1; each column has mean 0 and variance 1."""
    x, labels = TABLES[task](return_X_y=True)
    x, x_test, labels, labels_test = train_test_split(
        x, labels, test_size=0.2, random_state=0, stratify=labels
    )
    x, x_validation, labels, labels_validation = train_test_split(
        x, labels, test_size=0.25, random_state=0, stratify=labels
    )
    mean, scale = x.mean(axis=0), x.std(axis=0)
    return study.Digits(
        *(
            study.Part(((values - mean) / scale).astype(np.float32), y)
            for values, y in (
                (x, labels),
                (x_validation, labels_validation),
                (x_test, labels_test),
            )
        )
    )


class Learned(NamedTuple):
    rate: float
    accuracy: Array
    """The accuracy of each seed on the test part."""
    training: Array
    """The same on the training part."""
    network: Network
    """The network of the first seed."""


def report_accuracy(
    learned: Mapping[tuple[str, str], Learned], tasks: Iterable[str], names: Sequence[str]
) -> None:
    """Print the test accuracy of each network on each task, with the learning rate chosen."""
    study.table(
        ["test accuracy (rate)", *names],
        (
            [
                task,
                *(
                    f"{study.spread(each.accuracy, study.percent)} ({each.rate:g})"
                    for each in (learned[task, name] for name in names)
                ),
            ]
            for task in tasks
        ),
    )


def parts(task: str, seed: int, sizes: Sequence[int] = SIZES) -> study.Digits:
    if task == "digits":
        return study.digits()
    if task in TABLES:
        return rows(task)
    rng = np.random.default_rng(1000 + seed)
    drawn = (POINTS[task](rng, size) for size in sizes)
    return study.Digits(*(study.Part(x.astype(np.float32), labels) for x, labels in drawn))


def train(
    task: str, name: str, rate: float, seed: int, epochs: int, sizes: Sequence[int]
) -> tuple[Network, study.Digits]:
    data = parts(task, seed, sizes)
    rng = np.random.default_rng(seed)
    inputs, classes = data.train.x.shape[1], int(data.train.labels.max()) + 1
    network = multilayer_perceptron(rng, name, [32, 32], inputs=inputs, classes=classes)
    for epoch in descend(network, rng, *data.train, rate):
        if epoch == epochs:
            break
    return network, data


def learn(
    task: str,
    name: str,
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    sizes: Sequence[int] = SIZES,
) -> Learned:
    def validation(rate: float) -> float:
        losses = []
        for seed in CHOOSING:
            network, data = train(task, name, rate, seed, epochs, sizes)
            with np.errstate(over="ignore", invalid="ignore"):
                losses.append(network.loss(*data.validation))
        return float(np.nan_to_num(np.mean(losses), nan=np.inf))

    rate = min(rates, key=validation)
    trained = [train(task, name, rate, seed, epochs, sizes) for seed in seeds]
    with np.errstate(over="ignore", invalid="ignore"):
        test = np.array([network.accuracy(*data.test) for network, data in trained])
        training = np.array([network.accuracy(*data.train) for network, data in trained])
    return Learned(rate, test, training, trained[0][0])
