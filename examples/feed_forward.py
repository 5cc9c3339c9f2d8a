"""The feed-forward block of a language model, with activations and with gates.

Claim (Shazeer 2020): language models whose feed-forward blocks have gated units, reglu, geglu or
swiglu, reach a lower perplexity than those with relu, gelu or silu, at the same number of
parameters.

The text is that of the topics of CPython's own help(), in ASCII. A network gives the probability of
each character from the eight before it: their vectors are mixed by a matrix and go through two
blocks x + f(x/rms(x) W) V of 48 units, without biases. In a block f is an activation of 192 hidden
units, or a gate, which needs a matrix more and therefore has 128. Every network sees each character
of the training topics once, at a rate that falls linearly. Of every five topics three are for
training, one is for choosing the rate and one for testing. The rates are chosen with another seed
than those that are scored. The sampling error comes from drawing the test topics anew; that of a
difference, from drawing the same topics for both. The time of a step is the processor time of a
batch of 64, forward and backward, and the shortest of many.

    python examples/feed_forward.py
"""

import sys
import time
from collections.abc import Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from help_topics import joined, parts
from language_model import GATES, Places, bits, language_model, windows
from networks import Array, Network, descend

NAMES = ["relu", "gelu", "silu", *GATES]
UNGATED = [name for name in NAMES if name not in GATES]
RATES = [0.7, 1.4, 2.8]
CHOOSING = 100
BATCH = 64
STAGES = 8
"""How many times the rate falls and the progress is measured."""


def thinned(at: Places, every: int) -> Places:
    return Places(*(column[::every] for column in at))


@cache
def split(*, small: bool) -> tuple[Places, Places, Places]:
    training, validation, test = (Places(*joined(part, windows)) for part in parts())
    if small:
        training, validation, test = (thinned(at, 8) for at in (training, validation, test))
    return training, thinned(validation, 16), test


def train(name: str, rate: float, seed: int, *, small: bool) -> tuple[Network, list[float]]:
    """A network, and its loss on the validation topics after each stage."""
    training, validation, _ = split(small=small)
    rng = np.random.default_rng(seed)
    network, progress = language_model(rng, name), []
    order = rng.permutation(len(training.character))
    for stage, chosen in enumerate(np.array_split(order, STAGES)):
        x, labels = training.before[chosen], training.character[chosen]
        now = rate * (1 - stage / STAGES)
        next(descend(network, rng, x, labels, now, clip=1, batch=BATCH))
        progress.append(float(bits(network, validation).mean()))
    return network, progress


class Learned(NamedTuple):
    parameters: int
    rate: float
    progress: Array
    """The bits per character of the validation topics after each stage, in a row per seed."""
    training: Array
    """The same of some of the training topics at the end, for each seed."""
    by_topic: Array
    """The bits that each test topic takes, in a row per seed."""
    characters: Array
    """The characters of each test topic."""

    @property
    def test(self) -> Array:
        """The bits per character of the test topics, for each seed."""
        each: Array = self.by_topic.sum(axis=1) / self.characters.sum()
        return each

    @property
    def error(self) -> float:
        return study.ratio_error(self.by_topic.mean(axis=0), self.characters)


def learn(name: str, seeds: Sequence[int], *, small: bool) -> Learned:
    training, _, test = split(small=small)
    rates = RATES[1:2] if small else RATES
    rate = min(rates, key=lambda rate: train(name, rate, CHOOSING, small=small)[1][-1])
    runs = [train(name, rate, seed, small=small) for seed in seeds]
    networks = [network for network, _ in runs]
    seen = thinned(training, 8)
    return Learned(
        sum(parameter.size for parameter in networks[0].parameters),
        rate,
        np.array([progress for _, progress in runs]),
        np.array([bits(network, seen).mean() for network in networks]),
        np.array([np.bincount(test.text, bits(network, test)) for network in networks]),
        np.bincount(test.text),
    )


def by_frequency(*, small: bool) -> float:
    """The bits per character of the test topics if the characters before are ignored."""
    training, _, test = split(small=small)
    counts = 1 + np.bincount(training.character, minlength=128)
    return float(-np.log2(counts / counts.sum())[test.character].mean())


def step_times(*, small: bool) -> dict[str, float]:
    """The shortest processor time of a batch, forward and backward, in milliseconds."""
    training = split(small=small)[0]
    x, labels = training.before[:BATCH], training.character[:BATCH]
    networks = {name: language_model(np.random.default_rng(0), name) for name in NAMES}
    best = dict.fromkeys(NAMES, float("inf"))
    for _ in range(20 if small else 400):
        for name, network in networks.items():
            begun = time.process_time()
            network.gradient(x, labels)
            best[name] = min(best[name], 1e3 * (time.process_time() - begun))
    return best


BITS, HUNDREDTHS = "{:.3f}".format, "{:.2f}".format


def report(learned: dict[str, Learned], *, small: bool) -> None:
    times, frequencies = step_times(small=small), by_frequency(small=small)
    rows = [
        ["no network, frequencies", "-", "-", BITS(frequencies), "-", HUNDREDTHS(2**frequencies),
         "-", "-"],
        *(
            [
                name,
                f"{each.parameters:,}",
                study.spread(each.training, BITS),
                study.spread(each.test, BITS),
                BITS(each.error),
                study.spread(2**each.test, HUNDREDTHS),
                f"{each.rate:g}",
                HUNDREDTHS(times[name]),
            ]
            for name, each in learned.items()
        ),
    ]  # fmt: skip
    header = ["feed-forward block", "parameters", "bits per character, training"]
    header += ["bits per character, test", "± of topics drawn anew", "perplexity, test"]
    study.table([*header, "rate", "step (ms)"], rows)
    for gate in GATES:
        study.finding(
            all(lower(learned[gate], learned[name]) for name in UNGATED),
            f"{gate}'s loss is lower than that of {', '.join(UNGATED)}, by more than the spread and"
            f" twice the sampling error ({BITS(learned[gate].test.mean())} bits, less by"
            f" {', '.join(difference(learned[gate], learned[name]) for name in UNGATED)})",
        )


def gain(less: Learned, more: Learned) -> tuple[float, float]:
    """The difference of the bits per character, and its sampling error."""
    saved = (more.by_topic - less.by_topic).mean(axis=0)
    return float(saved.sum() / less.characters.sum()), study.ratio_error(saved, less.characters)


def difference(less: Learned, more: Learned) -> str:
    return " ± ".join(map(BITS, gain(less, more)))


def lower(less: Learned, more: Learned) -> bool:
    saved, error = gain(less, more)
    return study.beyond(more.test, less.test) and saved > 2 * error


def style(name: str) -> dict[str, Any]:
    """That of the activation; gates are solid, activations alone are dashed."""
    gate = GATES.get(name)
    kept = study.STYLES[gate.activation if gate else name]
    open_or_filled = {"markerfacecolor": "auto" if gate else "white"}
    return kept | {"linestyle": "-" if gate else "--"} | open_or_filled


def draw(learned: dict[str, Learned], options: study.Options) -> None:
    figure, (progress, end) = plt.subplots(1, 2, figsize=(8.6, 3.2), layout="constrained")
    stages = np.arange(1, STAGES + 1) / STAGES
    relu = learned["relu"]
    for k, (name, each) in enumerate(learned.items()):
        study.band(progress, stages, each.progress, name, **style(name))
        if each is relu:
            continue
        saved, error = gain(each, relu)
        end.errorbar(k, saved, 2 * error, color=study.BLACK, capsize=3, linewidth=1)
        aside = k + np.linspace(-0.2, 0.2, len(each.test))
        end.plot(aside, relu.test - each.test, **style(name) | {"linestyle": "none"})
    progress.set(xlabel="part of the training text", ylabel="bits per character, validation")
    progress.legend(frameon=False, fontsize=8)
    end.axhline(0, color=study.BLACK, linewidth=0.8)
    end.set_xticks(range(1, len(learned)), list(learned)[1:])
    end.set_ylabel("bits per character fewer than relu, test")
    study.save(figure, options.figure)


def main(argv: Sequence[str] | None = None) -> None:
    options = study.options(argv, __file__, __doc__, seeds=3)
    study.claim(__doc__)
    work = {name: partial(learn, name, options.seeds, small=options.small) for name in NAMES}
    learned = study.parallel(work, "trained")
    report(learned, small=options.small)
    draw(learned, options)


if __name__ == "__main__":
    main(sys.argv[1:])
