"""Finding digits on a cluttered canvas with a sliding window.

Claim: a small relu network that looks at one window after another finds objects amid clutter,
where a linear classifier of the same window mistakes the clutter for objects.

A canvas of 48 × 48 pixels has five of scikit-learn's digits, fragments of others, and noise. A
network classifies every window of 8 × 8 pixels as one of the digits or as none. It was trained on
windows of other canvases with other digits. Of windows that overlap, only the likeliest is kept. A
digit is found if a window of the same class overlaps it by half of their union; F1 is the harmonic
mean of the share of digits found and the share of windows that are right. The networks have two
hidden layers of 64 units; "linear" has none. The learning rate and the threshold are chosen on
separate canvases and with separate seeds.

    python examples/detection.py
"""

import sys
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from boxes import overlap, suppress
from networks import Array, Network, descend, multilayer_perceptron

WIDTHS = {"linear": [], "relu": [64, 64], "tanh": [64, 64]}
RATES = [0.03, 0.1, 0.3]
THRESHOLDS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995]
CHOOSING = [100]
SIDE, WINDOW, NONE = 48, 8, 10


class Canvas(NamedTuple):
    picture: Array
    corners: Array
    """The row and column of each digit."""
    labels: Array


def canvas(rng: np.random.Generator, part: study.Part) -> Canvas:
    # Each pixel is empty in some digit, so subtracting its minimum makes the paper 0 again.
    pictures = (part.x - study.digits().train.x.min(axis=0)).reshape(-1, WINDOW, WINDOW)
    picture = np.zeros((SIDE, SIDE))
    for _ in range(25):  # fragments are at most half a digit
        rows, columns = rng.integers(2, 6, 2)
        top, left = rng.integers(0, SIDE - 6, 2)
        y, x = rng.integers(0, WINDOW - 5, 2)
        fragment = pictures[rng.integers(len(pictures)), y : y + rows, x : x + columns]
        picture[top : top + fragment.shape[0], left : left + fragment.shape[1]] = fragment
    cells = rng.choice(16, 5, replace=False)
    corners = np.stack([cells // 4, cells % 4], axis=1) * 12 + rng.integers(0, 5, (5, 2))
    chosen = rng.integers(len(pictures), size=5)
    for (top, left), k in zip(corners, chosen, strict=True):
        picture[top : top + WINDOW, left : left + WINDOW] = pictures[k]
    picture += rng.normal(0, 0.2, picture.shape) - pictures.mean()
    return Canvas(picture.astype(np.float32), corners, part.labels[chosen])


def windows(picture: Array) -> Array:
    views = np.lib.stride_tricks.sliding_window_view(picture, (WINDOW, WINDOW))
    return views.reshape(-1, WINDOW * WINDOW)


PLACES = np.stack(np.divmod(np.arange((SIDE - WINDOW + 1) ** 2), SIDE - WINDOW + 1), axis=1)


def boxes(corners: Array) -> Array:
    return np.concatenate([corners, corners + WINDOW], axis=1).astype(np.float64)


def examples(rng: np.random.Generator, part: study.Part, count: int) -> study.Part:
    """Each canvas's digits, windows next to them, and windows from elsewhere."""
    x, labels = [], []
    for _ in range(count):
        made = canvas(rng, part)
        away = np.abs(PLACES[:, None] - made.corners).max(axis=2).min(axis=1)
        beside = np.flatnonzero((away >= 2) & (away < 5))
        chosen = np.concatenate(
            [
                [np.flatnonzero((corner == PLACES).all(axis=1))[0] for corner in made.corners],
                rng.choice(beside, 10, replace=False),
                rng.choice(np.flatnonzero(away >= 2), 20, replace=False),
            ]
        )
        x.append(windows(made.picture)[chosen])
        labels.append(np.concatenate([made.labels, np.full(30, NONE)]))
    return study.Part(np.concatenate(x), np.concatenate(labels))


class Found(NamedTuple):
    corners: Array
    labels: Array
    scores: Array


def find(network: Network, picture: Array) -> Found:
    """The likeliest windows that do not overlap, whatever their scores."""
    logits = network.forward(windows(picture)).astype(np.float64)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    scores = 1 - chances[:, NONE]
    likely = np.flatnonzero(scores > THRESHOLDS[0] / 2)
    kept = likely[suppress(boxes(PLACES[likely]), scores[likely], 0.1)]
    return Found(PLACES[kept], chances[kept, :NONE].argmax(axis=1), scores[kept])


def right(found: Found, made: Canvas, threshold: float) -> Array:
    """Which detections above the threshold match a digit that no earlier one has matched."""
    left = np.ones(len(made.labels), bool)
    result = []
    for box, label, score in zip(boxes(found.corners), found.labels, found.scores, strict=True):
        if score >= threshold:
            hits = left & (made.labels == label) & (overlap(box, boxes(made.corners)) >= 0.5)
            left[np.flatnonzero(hits)[:1]] = False
            result.append(bool(hits.any()))
    return np.array(result, bool)


def counts(
    network: Network, canvases: Sequence[Canvas], thresholds: Sequence[float]
) -> tuple[Array, Array]:
    """For each threshold and canvas, the digits rightly found, and those found plus those there."""
    both = np.zeros((len(thresholds), len(canvases)))
    either = np.zeros_like(both)
    for k, made in enumerate(canvases):
        found = find(network, made.picture)
        for t, threshold in enumerate(thresholds):
            hits = right(found, made, threshold)
            both[t, k], either[t, k] = hits.sum(), len(hits) + len(made.labels)
    return both, either


class Learned(NamedTuple):
    rate: float
    threshold: float
    f1: Array
    """The F1 of each seed."""
    precision: Array
    recall: Array
    error: float
    """The standard error of one network's F1, by drawing the canvases anew."""
    network: Network


def train(name: str, rate: float, seed: int, count: int, epochs: int) -> Network:
    rng = np.random.default_rng(seed)
    x, labels = examples(rng, study.digits().train, count)
    network = multilayer_perceptron(rng, name, WIDTHS[name], classes=NONE + 1)
    for epoch in descend(network, rng, x, labels, rate):
        if epoch == epochs:
            break
    return network


def learn(name: str, seeds: Sequence[int], small: bool) -> Learned:
    count, epochs, drawn = (60, 3, (4, 4)) if small else (400, 10, (40, 160))
    parts = study.digits()
    validation, test = (
        [canvas(np.random.default_rng((which, k)), part) for k in range(number)]
        for which, part, number in zip((1, 2), (parts.validation, parts.test), drawn, strict=True)
    )
    best = (-1.0, 0.0, 0.0)
    for rate in RATES[1:2] if small else RATES:
        for seed in CHOOSING:
            both, either = counts(train(name, rate, seed, count, epochs), validation, THRESHOLDS)
            scores = 2 * both.sum(axis=1) / either.sum(axis=1)
            t = int(scores.argmax())
            best = max(best, (float(scores[t]), rate, THRESHOLDS[t]))
    _, rate, threshold = best
    networks = [train(name, rate, seed, count, epochs) for seed in seeds]
    results = [counts(network, test, [threshold]) for network in networks]
    digits = sum(len(made.labels) for made in test)
    hits, either = (np.array([r[k].sum() for r in results]) for k in (0, 1))
    error = study.f1_error(results[0][0][0], results[0][1][0])
    precision = hits / np.maximum(1, either - digits)
    return Learned(rate, threshold, 2 * hits / either, precision, hits / digits, error, networks[0])


def report(learned: dict[str, Learned]) -> None:
    study.table(
        [
            "digits",
            "F1",
            "± of canvases drawn anew",
            "detections that are right",
            "found",
            "rate",
            "at",
        ],
        (
            [
                name,
                study.spread(each.f1, study.percent),
                study.percent(each.error),
                study.spread(each.precision, study.percent),
                study.spread(each.recall, study.percent),
                f"{each.rate:g}",
                f"{each.threshold:g}",
            ]
            for name, each in learned.items()
        ),
    )
    relu = learned["relu"]
    for name in ("linear", "tanh"):
        other = learned[name]
        error = float(np.hypot(relu.error, other.error))
        gain = relu.f1.mean() - other.f1.mean()
        study.finding(
            study.beyond(relu.f1, other.f1) and bool(gain > 2 * error),
            f"relu finds digits better than {name}, by more than the spread and twice the sampling"
            f" error (F1 {study.percent(relu.f1.mean())} against"
            f" {study.percent(other.f1.mean())}; ± {study.percent(error)})",
        )


def telling(learned: dict[str, Learned]) -> Canvas:
    """The first test canvas on which linear and relu find different numbers, if there is one."""
    canvases = [canvas(np.random.default_rng((2, k)), study.digits().test) for k in range(40)]
    for made in canvases:
        hits = [
            right(find(each.network, made.picture), made, each.threshold).sum()
            for each in (learned["linear"], learned["relu"])
        ]
        if hits[0] != hits[1]:
            return made
    return canvases[0]


def draw(learned: dict[str, Learned], options: study.Options) -> None:
    made = telling(learned)
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 4.7), layout="constrained")
    for axis, name in zip(axes, ("linear", "relu"), strict=True):
        each = learned[name]
        found = find(each.network, made.picture)
        axis.pcolormesh(made.picture, cmap="Greys", rasterized=True)
        said = found.scores >= each.threshold
        hits = right(found, made, each.threshold)
        corners, labels = found.corners[said], found.labels[said]
        for (top, left), label, hit in zip(corners, labels, hits, strict=True):
            color = study.GREEN if hit else study.RED
            frame = plt.Rectangle((left, top), 8, 8, fill=False, color=color, linewidth=1.5)
            axis.add_patch(frame)
            axis.text(left, top, str(label), color=color, va="bottom", fontsize=9, weight="bold")
        axis.set(xticks=[], yticks=[], ylim=(SIDE, 0), aspect="equal")
        axis.set_title(f"{name}: {hits.sum()} of {len(made.labels)} found, {(~hits).sum()} wrong")
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__, seeds=3)
    study.claim(__doc__)
    work = {name: partial(learn, name, options.seeds, options.small) for name in WIDTHS}
    learned = study.parallel(work, "trained")
    report(learned)
    draw(learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
