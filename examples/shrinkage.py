"""Wavelet shrinkage of noisy signals, and a lasso by iterated soft thresholding.

Claim: soft_threshold is the step that removes the noise from wavelet coefficients, and the one
that solves a lasso; the answers are those of PyWavelets and of scikit-learn, and the step takes a
fraction of the time.

The signals are those of Donoho and Johnstone, of 2,048 points and a standard deviation of 7, with
normal noise of 1. Of their wavelet coefficients (sym8, periodic, six levels) the details are shrunk
by the universal threshold, in which the deviation of the noise is estimated from the finest of
them. Each lasso has 200 equations for 500 unknowns, of which 20 are not 0, and is solved by FISTA,
which is ISTA with momentum. scikit-learn descends along one coordinate after another. Both stop at
the same duality gap. The last table is for the lassos of all 1,797 digits at once, as sums of few
of 256 patterns: soft thresholding is one part of an iteration. Times are the shortest of many, on
one thread.

    python examples/shrinkage.py
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pywt
import study
from networks import Array
from sklearn.linear_model import Lasso

from relu_ufunc import hard_threshold, soft_threshold

POINTS = 2048
PLACES = np.array([0.1, 0.13, 0.15, 0.23, 0.25, 0.4, 0.44, 0.65, 0.76, 0.78, 0.81])
HEIGHTS = np.array([4, -5, 3, -4, 5, -4.2, 2.1, 4.3, -3.1, 2.1, -4.2])
PEAKS = np.array([4, 5, 3, 4, 5, 4.2, 2.1, 4.3, 3.1, 5.1, 4.2])
WIDTHS = np.array([5, 5, 6, 10, 10, 30, 10, 10, 5, 8, 5]) / 1000
GAP = 1e-8
"""The duality gap at which a lasso counts as solved, in parts of the mean of y squared."""

Threshold = Callable[[Array, float], Array]


def signals() -> dict[str, Array]:
    t = np.arange(POINTS) / POINTS
    from_place = t[:, None] - PLACES
    made = {
        "blocks": np.heaviside(from_place, 0.5) @ HEIGHTS,
        "bumps": (1 + np.abs(from_place / WIDTHS)) ** -4.0 @ PEAKS,
        "heavisine": 4 * np.sin(4 * np.pi * t) - np.sign(t - 0.3) - np.sign(0.72 - t),
        "doppler": np.sqrt(t * (1 - t)) * np.sin(2.1 * np.pi / (t + 0.05)),
    }
    return {name: 7 * (each - each.mean()) / each.std() for name, each in made.items()}


def denoised(noisy: Array, threshold: Threshold) -> Array:
    coarse, *details = pywt.wavedec(noisy, "sym8", mode="periodization", level=6)
    deviation = float(np.median(np.abs(details[-1]))) / 0.6745
    universal = deviation * float(np.sqrt(2 * np.log(len(noisy))))
    shrunk = [threshold(each, universal) for each in details]
    restored: Array = pywt.waverec([coarse, *shrunk], "sym8", mode="periodization")
    return restored


def pywt_soft(x: Array, threshold: float) -> Array:
    shrunk: Array = pywt.threshold(x, threshold, "soft")
    return shrunk


def pywt_hard(x: Array, threshold: float) -> Array:
    kept: Array = pywt.threshold(x, threshold, "hard")
    return kept


def numpy_soft(x: Array, threshold: float) -> Array:
    shrunk: Array = np.sign(x) * np.maximum(np.abs(x) - threshold, 0)
    return shrunk


def report_signals(seeds: Sequence[int]) -> None:
    rows, differences = [], []
    errors: dict[str, list[list[float]]] = {"noisy": [], "soft": [], "hard": []}
    for name, signal in signals().items():
        for each in errors.values():
            each.append([])
        for seed in seeds:
            noisy = signal + np.random.default_rng(seed).normal(size=POINTS)
            soft, hard = denoised(noisy, soft_threshold), denoised(noisy, hard_threshold)
            for kind, values in (("noisy", noisy), ("soft", soft), ("hard", hard)):
                errors[kind][-1].append(float(np.sqrt(np.mean((values - signal) ** 2))))
            for ours, theirs in ((soft, pywt_soft), (hard, pywt_hard)):
                off = np.abs(ours - denoised(noisy, theirs)).max() / np.abs(ours).max()
                differences.append(float(off))
        rows.append([name, *(study.spread(each[-1]) for each in errors.values())])
    study.table(["root mean square error", "noisy", "soft threshold", "hard threshold"], rows)
    noisy_error = np.mean(errors["noisy"], axis=1)
    for kind in ("soft", "hard"):
        left = np.mean(errors[kind], axis=1) / noisy_error
        study.finding(
            bool((left < 1).all()),
            f"the {kind} threshold brings every signal nearer to that without noise (the error is"
            f" {', '.join(map(study.number, left))} of what it was)",
        )
    study.finding(
        max(differences) < 1e-12,
        "the signals are those that PyWavelets' threshold gives (they differ by at most"
        f" {study.number(max(differences))} of the largest value)",
    )


def shortest(call: Callable[[], object], seconds: float) -> float:
    """The shortest time that a call took, in seconds."""
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begun)
    return best


def report_threshold(small: bool) -> None:
    seconds = 0.05 if small else 0.5
    rows, ratios = [], []
    for dtype in (np.float32, np.float64):
        x = np.random.default_rng(0).normal(size=20_000 if small else 1_000_000).astype(dtype)
        functions = (soft_threshold, numpy_soft, pywt_soft)
        times = [1e3 * shortest(partial(f, x, 1.0), seconds) for f in functions]
        rows.append([f"{np.dtype(dtype).name}, {len(x):,}", *(f"{each:.3f}" for each in times)])
        ratios.append(times[2] / times[0])
    study.table(["soft threshold (ms)", "relu_ufunc", "NumPy", "PyWavelets"], rows)
    study.finding(
        min(ratios) > 5,
        "soft_threshold takes less than a fifth of the time of PyWavelets'"
        f" ({', '.join(f'{each:.1f}' for each in ratios)} times as fast)",
    )


class Problem(NamedTuple):
    """Minimise the mean of (x w - y) squared / 2 + alpha * the sum of abs(w)."""

    x: Array
    y: Array
    alpha: float

    def objective(self, w: Array) -> float:
        squares = float(np.mean((self.x @ w - self.y) ** 2))
        return squares / 2 + self.alpha * float(np.abs(w).sum())

    def gap(self, w: Array) -> float:
        """How far the objective can be above the least, in parts of the mean of y squared."""
        rest = self.y - self.x @ w
        bound = float(np.abs(self.x.T @ rest).max()) / (len(self.y) * self.alpha)
        dual = rest / max(1, bound)
        least = float(np.mean(self.y**2) - np.mean((dual - self.y) ** 2)) / 2
        return (self.objective(w) - least) / float(np.mean(self.y**2))


def problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(200, 500)), np.zeros(500)
    w[rng.choice(500, 20, replace=False)] = rng.choice([-1, 1], 20) * rng.uniform(0.5, 2, 20)
    y = x @ w + rng.normal(0, 0.5, 200)
    return Problem(x, y, 0.1 * float(np.abs(x.T @ y).max()) / len(y))


def iterations(given: Problem, *, momentum: bool) -> Iterator[Array]:
    """FISTA, which starts again whenever the momentum leads uphill; without momentum ISTA."""
    x, y, alpha = given
    step = len(y) / np.linalg.norm(x, 2) ** 2
    w = ahead = np.zeros(x.shape[1])
    t = 1.0
    while True:
        gradient = x.T @ (x @ ahead - y) / len(y)
        new = soft_threshold(ahead - step * gradient, step * alpha)
        if not momentum or (ahead - new) @ (new - w) > 0:
            t = 1.0
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead = new + (t - 1) / t_next * (new - w) if momentum else new
        w, t = new, t_next
        yield w


def solved(given: Problem) -> tuple[Array, int]:
    for k, w in enumerate(iterations(given, momentum=True), 1):
        if k % 10 == 0 and given.gap(w) < GAP:
            return w, k
    raise AssertionError


def solved_by_scikit_learn(given: Problem) -> Array:
    lasso = Lasso(given.alpha, fit_intercept=False, tol=GAP, max_iter=100_000)
    w: Array = lasso.fit(given.x, given.y).coef_
    return w


def report_lasso(seeds: Sequence[int], small: bool) -> None:
    seconds = 0.1 if small else 0.5
    steps, found, apart, times = [], [], [], []
    for seed in seeds:
        given = problem(seed)
        (w, k), theirs = solved(given), solved_by_scikit_learn(given)
        steps.append(k)
        found.append([np.count_nonzero(w), np.count_nonzero(theirs)])
        apart.append(float(np.abs(w - theirs).max() / np.abs(w).max()))
        both = (solved, solved_by_scikit_learn)
        times.append([1e3 * shortest(partial(solve, given), seconds) for solve in both])
    ours, theirs = np.transpose(times)
    study.table(
        ["lasso", "soft_threshold, FISTA", "scikit-learn"],
        [
            ["coefficients that are not 0", *(study.spread(each) for each in np.transpose(found))],
            ["iterations", study.spread(steps), "-"],
            ["time (ms)", study.spread(ours), study.spread(theirs)],
        ],
    )
    study.finding(
        max(apart) < 1e-3,
        "the coefficients are scikit-learn's (they differ by at most"
        f" {study.number(max(apart))} of the largest, at a duality gap of {GAP:g})",
    )
    study.finding(
        bool(ours.mean() < theirs.mean()),
        "FISTA is faster than scikit-learn's coordinate descent"
        f" ({ours.mean():.1f} ms against {theirs.mean():.1f} ms)",
    )


def report_coding(small: bool) -> None:
    """Many lassos at once, where thresholding is a large part of an iteration."""
    digits = np.concatenate([part.x for part in study.digits()]).T
    rng = np.random.default_rng(0)
    patterns = digits[:, rng.choice(digits.shape[1], 256, replace=False)]
    patterns = patterns / np.linalg.norm(patterns, axis=0)
    step = 1 / float(np.linalg.norm(patterns, 2)) ** 2
    codes = np.zeros((256, digits.shape[1]), np.float32)
    limit = 0.1 * step

    def iteration(threshold: Threshold) -> Array:
        return threshold(codes - step * (patterns.T @ (patterns @ codes - digits)), limit)

    for _ in range(20):
        codes = iteration(soft_threshold)
    functions: dict[str, Threshold] = {
        "relu_ufunc": soft_threshold,
        "NumPy": numpy_soft,
        "PyWavelets": pywt_soft,
    }
    seconds = 0.1 if small else 2.0
    whole = [1e3 * shortest(partial(iteration, f), seconds) for f in functions.values()]
    alone = [1e3 * shortest(partial(f, codes, limit), seconds) for f in functions.values()]
    study.table(
        ["sparse coding of the digits", *functions],
        [
            ["an iteration (ms)", *(f"{each:.2f}" for each in whole)],
            ["of that the threshold (ms)", *(f"{each:.2f}" for each in alone)],
        ],
    )
    study.finding(
        whole[0] < min(whole[1:]),
        "an iteration is fastest with soft_threshold"
        f" ({', '.join(f'{each:.2f}' for each in whole)} ms)",
    )


def draw(options: study.Options) -> None:
    figure, (signal_axis, lasso_axis) = plt.subplots(1, 2, figsize=(8.6, 3), layout="constrained")
    signal = signals()["doppler"]
    noisy = signal + np.random.default_rng(0).normal(size=POINTS)
    t = np.arange(POINTS)[::3] / POINTS
    signal_axis.plot(t, noisy[::3], color=study.SKY, linewidth=0.6, label="noisy")
    soft = denoised(noisy, soft_threshold)
    signal_axis.plot(t, soft[::3], color=study.RED, linewidth=1, label="soft threshold")
    signal_axis.legend(frameon=False, fontsize=8, loc="lower right")
    given = problem(0)
    for name, momentum, color in (("ISTA", False, study.BLUE), ("FISTA", True, study.RED)):
        every = zip(range(400), iterations(given, momentum=momentum), strict=False)
        gaps = [given.gap(w) for k, w in every if k % 4 == 0]
        lasso_axis.semilogy(np.arange(len(gaps)) * 4 + 1, gaps, color=color, label=name)
    lasso_axis.set(xlabel="iteration", ylabel="duality gap", ylim=(1e-14, None))
    lasso_axis.legend(frameon=False, fontsize=8)
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__)
    study.claim(__doc__)
    report_signals(options.seeds)
    report_threshold(options.small)
    report_lasso(options.seeds, options.small)
    report_coding(options.small)
    draw(options)


if __name__ == "__main__":
    main(sys.argv[1:])
