"""A small language model: from the characters before a place to the one that is there."""

import math
from typing import NamedTuple

import numpy as np
from networks import ACTIVATIONS, Activate, Array, Dense, Layer, Network, Residual, log_softmax
from numpy.typing import DTypeLike

from relu_ufunc import (
    geglu,
    geglu_backward,
    reglu,
    reglu_backward,
    swiglu,
    swiglu_backward,
)

SYMBOLS = 128  # those of ASCII
CONTEXT = 8


class Gate(NamedTuple):
    """The product of an activation and another number, and its gradients with respect to both."""

    forward: np.ufunc
    backward: np.ufunc
    activation: str


GATES = {
    "reglu": Gate(reglu, reglu_backward, "relu"),
    "geglu": Gate(geglu, geglu_backward, "gelu"),
    "swiglu": Gate(swiglu, swiglu_backward, "silu"),
}


def activation(name: str) -> str:
    """The activation of a gate, or the name itself."""
    return GATES[name].activation if name in GATES else name


class Gated:
    """The activation of the first half of the units, times the second half."""

    def __init__(self, name: str) -> None:
        self.function = GATES[name]
        self.parameters: list[Array] = []
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.x = x
        y: Array = self.function.forward(*halves(x))
        return y

    def backward(self, dy: Array) -> Array:
        dx = np.empty_like(self.x)
        self.function.backward(dy, *halves(self.x), out=halves(dx))
        return dx


def halves(x: Array) -> tuple[Array, Array]:
    units = x.shape[-1] // 2
    return x[..., :units], x[..., units:]


class Normalise:
    """Divides the units of each example by their root mean square."""

    def __init__(self) -> None:
        self.parameters: list[Array] = []
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.scale = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)
        y: Array = x * self.scale
        self.y = y
        return y

    def backward(self, dy: Array) -> Array:
        along = np.mean(dy * self.y, axis=-1, keepdims=True)
        dx: Array = self.scale * (dy - along * self.y)
        return dx


class Embedding:
    """The learned vectors of the symbols of each example, one after another."""

    def __init__(
        self, rng: np.random.Generator, symbols: int, units: int, dtype: DTypeLike = np.float32
    ) -> None:
        self.parameters = [rng.normal(size=(symbols, units)).astype(dtype)]
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.x = x
        (vectors,) = self.parameters
        y: Array = vectors[x].reshape(len(x), -1)
        return y

    def backward(self, dy: Array) -> Array:
        (vectors,) = self.parameters
        # A product with one-hot rows is faster than np.add.at.
        one_hot = np.zeros((self.x.size, len(vectors)), dy.dtype)
        one_hot[np.arange(self.x.size), self.x.ravel()] = 1
        self.gradients = [one_hot.T @ dy.reshape(self.x.size, -1)]
        return dy


def feed_forward(
    rng: np.random.Generator,
    name: str,
    units: int,
    hidden: int,
    scale: float = 1,
    dtype: DTypeLike = np.float32,
) -> Residual:
    """The feed-forward block of a transformer: x + f(x/rms(x) W) V, for an activation or a gate f.

    A gate has a matrix more, so it has two thirds of the hidden units. The mean square of what the
    block adds is at first `scale` squared.
    """
    layers: list[Layer]
    if name in GATES:
        hidden = 2 * hidden // 3
        layers = [Dense(rng, units, 2 * hidden, dtype=dtype, bias=False), Gated(name)]
    else:
        layers = [Dense(rng, units, hidden, dtype=dtype, bias=False), Activate(name, hidden, dtype)]
    gain = scale * ACTIVATIONS[activation(name)].gain
    return Residual(Normalise(), *layers, Dense(rng, hidden, units, gain, dtype, bias=False))


def language_model(
    rng: np.random.Generator,
    name: str,
    units: int = 48,
    blocks: int = 2,
    dtype: DTypeLike = np.float32,
) -> Network:
    """The characters' vectors, mixed by one matrix; feed-forward blocks; the next character."""
    return Network(
        Embedding(rng, SYMBOLS, 16, dtype),
        Dense(rng, 16 * CONTEXT, units, dtype=dtype),
        *(
            feed_forward(rng, name, units, 4 * units, 1 / math.sqrt(blocks), dtype)
            for _ in range(blocks)
        ),
        Normalise(),
        Dense(rng, units, SYMBOLS, dtype=dtype),
    )


class Places(NamedTuple):
    """Each character of some texts, and what is before it."""

    before: Array
    """The last CONTEXT characters, the nearest last; newlines before the beginning of a text."""
    character: Array
    text: Array
    """The text that each belongs to, as a number."""


def windows(text: str) -> tuple[Array, Array]:
    """What is before each character, and the character."""
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
    padded = np.concatenate([np.full(CONTEXT, ord("\n"), np.uint8), codes])
    return np.lib.stride_tricks.sliding_window_view(padded[:-1], CONTEXT), codes


def bits(network: Network, at: Places) -> Array:
    """The bits that each character takes, with the probabilities that the network gives."""
    found = []
    for start in range(0, len(at.character), 1000):
        log_p = log_softmax(network.forward(at.before[start : start + 1000]))
        found.append(log_p[np.arange(len(log_p)), at.character[start : start + 1000]])
    return -np.concatenate(found) / math.log(2)
