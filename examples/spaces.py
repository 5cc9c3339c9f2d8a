"""Restoring the spaces of English text, a small language task.

Claim: a relu network learns from examples where the words of a language begin, which a linear
classifier of the same characters does not learn as well.

The text is that of the topics of CPython's own help(), without the spaces and in lower case. For
each character the network says whether a space preceded it, from the ten characters before that
place and the ten after it, each given as 64 inputs. It has two hidden layers of 128 units; "linear"
has none. Of every five topics three are for training, one is for choosing the learning rate and one
for testing; a paragraph of several topics stays only in the first. The rates are chosen with other
seeds than those that are scored. F1 is the harmonic mean of the share of spaces found and the share
of those that are right; its sampling error comes from drawing the topics anew.

    python examples/spaces.py
"""

import math
import sys
from collections.abc import Sequence
from functools import cache, partial
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import study
from help_topics import joined, parts
from networks import Array, Network, descend, multilayer_perceptron

WIDTHS = {"linear": [], "relu": [128, 128], "tanh": [128, 128]}
RATES = [0.003, 0.01, 0.03, 0.1]
CHOOSING = [100]
SIDE, SYMBOLS = 10, 64
SENTENCE = "the quick brown fox jumps over the lazy dog while a function returns the values"


class Text(NamedTuple):
    codes: Array
    """The characters other than spaces, as numbers from 0 on."""
    begins: Array
    """Whether a space preceded each character."""
    topic: Array
    """The topic that each character belongs to."""


def code(character: str) -> int:
    """Letters and digits have numbers of their own; all others share the rest of the 64."""
    if character.isascii() and character.isalnum():
        return 1 + "abcdefghijklmnopqrstuvwxyz0123456789".index(character)
    return 37 + ord(character) % (SYMBOLS - 37)


def read(text: str) -> tuple[list[int], list[bool]]:
    words = text.lower().split()
    codes = [code(character) for word in words for character in word]
    begins = [k == 0 for word in words for k in range(len(word))]
    return codes, begins


@cache
def split() -> tuple[Text, Text, Text]:
    training, validation, test = (Text(*joined(topics, read)) for topics in parts())
    return training, validation, test


def windows(codes: Array, at: Array) -> Array:
    """The characters before and after each place, one-hot, with a mean square of 1."""
    padded = np.pad(codes, SIDE)
    around = padded[at[:, None] + np.arange(2 * SIDE)]
    x = np.zeros((len(at), 2 * SIDE, SYMBOLS), np.float32)
    x[np.arange(len(at))[:, None], np.arange(2 * SIDE), around] = math.sqrt(SYMBOLS)
    return x.reshape(len(at), -1)


def predicted(network: Network, codes: Array) -> Array:
    parts = [
        network.forward(windows(codes, at)).argmax(axis=1)
        for at in np.array_split(np.arange(len(codes)), max(1, len(codes) // 2000))
    ]
    return np.concatenate(parts).astype(bool)


def f1(said: Array, begins: Array) -> float:
    return 2 * float(np.sum(said & begins)) / max(1, int(said.sum() + begins.sum()))


class Learned(NamedTuple):
    rate: float
    f1: Array
    """The F1 of each seed on the test topics."""
    training: Array
    """The same on some of the training characters."""
    error: float
    """The standard error of one network's F1, by drawing the topics anew."""
    restored: str


def train(name: str, rate: float, seed: int, examples: int, epochs: int) -> Network:
    text = split()[0]
    rng = np.random.default_rng(seed)
    network = multilayer_perceptron(rng, name, WIDTHS[name], inputs=2 * SIDE * SYMBOLS, classes=2)
    at = rng.choice(len(text.codes), examples, replace=False)
    x, labels = windows(text.codes, at), text.begins[at].astype(int)
    for epoch in descend(network, rng, x, labels, rate, batch=64):
        if epoch == epochs:
            break
    return network


def by_topic(said: Array, text: Text) -> tuple[Array, Array]:
    """For each topic, the spaces rightly restored, and those restored plus those there."""
    of_topic = [text.topic == k for k in np.unique(text.topic)]
    both = [np.sum(said[m] & text.begins[m]) for m in of_topic]
    return np.array(both), np.array([said[m].sum() + text.begins[m].sum() for m in of_topic])


def learn(name: str, seeds: Sequence[int], small: bool) -> Learned:
    examples, epochs, tested = (6000, 4, 5000) if small else (30_000, 4, 30_000)
    rates = RATES[2:3] if small else RATES
    seen, validation, test = (Text(*(a[:tested] for a in text)) for text in split())

    def score(rate: float) -> float:
        found = [
            f1(
                predicted(train(name, rate, seed, examples, epochs), validation.codes),
                validation.begins,
            )
            for seed in CHOOSING
        ]
        return float(np.mean(found))

    rate = max(rates, key=score)
    networks = [train(name, rate, seed, examples, epochs) for seed in seeds]
    said = [predicted(network, test.codes) for network in networks]
    codes, _ = read(SENTENCE)
    cuts = predicted(networks[0], np.array(codes))
    letters = SENTENCE.replace(" ", "")
    restored = "".join(f" {a}" if cut else a for a, cut in zip(letters, cuts, strict=True)).strip()
    return Learned(
        rate,
        np.array([f1(each, test.begins) for each in said]),
        np.array([f1(predicted(network, seen.codes), seen.begins) for network in networks]),
        study.f1_error(*by_topic(said[0], test)),
        restored,
    )


def report(learned: dict[str, Learned]) -> None:
    always = f1(np.ones_like(split()[2].begins), split()[2].begins)
    study.table(
        ["spaces restored", "F1, training", "F1, test", "± of topics drawn anew", "rate"],
        [
            ["a space everywhere", "-", study.percent(always), "-", "-"],
            *(
                [
                    name,
                    study.spread(each.training, study.percent),
                    study.spread(each.f1, study.percent),
                    study.percent(each.error),
                    f"{each.rate:g}",
                ]
                for name, each in learned.items()
            ),
        ],
    )
    study.table(
        ["a sentence from no topic", SENTENCE.replace(" ", "")],
        ([name, each.restored] for name, each in learned.items()),
    )
    relu = learned["relu"]
    for name in ("linear", "tanh"):
        other = learned[name]
        error = np.hypot(relu.error, other.error)
        gain = relu.f1.mean() - other.f1.mean()
        study.finding(
            study.beyond(relu.f1, other.f1) and bool(gain > 2 * error),
            f"relu restores the spaces better than {name}, by more than the spread and twice the"
            f" sampling error ({study.percent(relu.f1.mean())} against"
            f" {study.percent(other.f1.mean())}; ± {study.percent(float(error))})",
        )


def draw(learned: dict[str, Learned], options: study.Options) -> None:
    figure, axis = plt.subplots(figsize=(5.2, 2.6), layout="constrained")
    for k, each in enumerate(learned.values()):
        for values, color, shift in (
            (each.training, study.SKY, -0.18),
            (each.f1, study.RED, 0.18),
        ):
            axis.bar(k + shift, 100 * values.mean(), 0.34, color=color)
            axis.plot([k + shift] * len(values), 100 * values, "k.", markersize=3)
    axis.bar(0, 0, color=study.SKY, label="training")
    axis.bar(0, 0, color=study.RED, label="test")
    axis.set_xticks(range(len(learned)), list(learned))
    axis.set_ylabel("spaces restored, F1 (%)")
    axis.set_ylim(40, 100)
    axis.legend(frameon=False, fontsize=8, loc="upper left")
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
