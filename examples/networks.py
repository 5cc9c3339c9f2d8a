"""Small networks in plain NumPy, built on the rectifiers of relu_ufunc and their gradients."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from relu_ufunc import (
    clipped_relu,
    clipped_relu_backward,
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    prelu,
    prelu_backward,
    relu,
    relu6,
    relu6_backward,
    relu_backward,
    silu,
    silu_backward,
)
from relu_ufunc.diagnostics import ActivationMonitor

Array: TypeAlias = NDArray[Any]

LEAK = 0.01  # PyTorch's, JAX's and ONNX's default
LEARNED_FROM = 0.25  # He et al. 2015
CLIP = 20  # Hannun et al. 2014


class Activation(NamedTuple):
    """An activation, its gradient and its initialisation.

    `forward` takes z and, where it is learned, the slope; `backward` takes the upstream gradient
    before them.
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    gain: float
    """The standard deviation of the incoming weights, times the square root of their number."""

    slope: float | None = None
    """The initial value of a learned slope."""


def linear(z: Array) -> Any:
    return z


def linear_backward(dy: Array, z: Array) -> Any:
    return dy


def leaky(z: Array) -> Any:
    return leaky_relu(z, LEAK)


def leaky_backward(dy: Array, z: Array) -> Any:
    return leaky_relu_backward(dy, z, LEAK)


def clipped(z: Array) -> Any:
    return clipped_relu(z, CLIP)


def clipped_backward(dy: Array, z: Array) -> Any:
    return clipped_relu_backward(dy, z, CLIP)


def unit_elu(z: Array) -> Any:
    return elu(z, 1)


def unit_elu_backward(dy: Array, z: Array) -> Any:
    return elu_backward(dy, z, 1)


def sigmoid(z: Array) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_backward(dy: Array, z: Array) -> Any:
    y = sigmoid(z)
    return dy * y * (1 - y)


def tanh_backward(dy: Array, z: Array) -> Any:
    return dy * (1 - np.tanh(z) ** 2)


def he_gain(slope: float) -> float:
    return math.sqrt(2 / (1 + slope**2))


def steady_gain(forward: Callable[[Array], Any]) -> float:
    """The gain that keeps the mean square of z from layer to layer, if z is normal with variance 1.

    It is he_gain for relu; the mean is an integral by Gauss and Hermite.
    """
    z, weights = np.polynomial.hermite_e.hermegauss(100)
    return 1 / math.sqrt(float(weights @ forward(z) ** 2) / math.sqrt(2 * math.pi))


ACTIVATIONS = {
    # This is the control: a network without activations is one linear map.
    "linear": Activation(linear, linear_backward, 1),
    "relu": Activation(relu, relu_backward, he_gain(0)),
    "leaky_relu": Activation(leaky, leaky_backward, he_gain(LEAK)),
    "prelu": Activation(prelu, prelu_backward, he_gain(LEARNED_FROM), LEARNED_FROM),
    "relu6": Activation(relu6, relu6_backward, he_gain(0)),
    "clipped_relu": Activation(clipped, clipped_backward, he_gain(0)),
    "elu": Activation(unit_elu, unit_elu_backward, steady_gain(unit_elu)),
    "gelu": Activation(gelu, gelu_backward, steady_gain(gelu)),
    "silu": Activation(silu, silu_backward, steady_gain(silu)),
    "sigmoid": Activation(sigmoid, sigmoid_backward, 1),
    "tanh": Activation(np.tanh, tanh_backward, 1),
}


class Layer(Protocol):
    """`forward` keeps what the gradient needs, and `backward` sets `gradients`."""

    parameters: list[Array]
    gradients: list[Array]

    def forward(self, x: Array) -> Array: ...

    def backward(self, dy: Array) -> Array: ...


def of_shared(gradient: Array) -> Array:
    """The gradient of a parameter that all but the last axis share.

    Sums of more than a few hundred numbers need float32 or more.
    """
    axes = tuple(range(gradient.ndim - 1))
    total: Array = gradient.sum(axis=axes, dtype=np.result_type(gradient, np.float32))
    return total


class Dense:
    def __init__(
        self,
        rng: np.random.Generator,
        inputs: int,
        outputs: int,
        gain: float = 1,
        dtype: DTypeLike = np.float32,
        *,
        bias: bool = True,
    ) -> None:
        weights = rng.normal(0, gain / math.sqrt(inputs), (inputs, outputs)).astype(dtype)
        self.parameters = [weights, np.zeros(outputs, dtype)] if bias else [weights]
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        weights, *bias = self.parameters
        self.x = x
        y: Array = x @ weights
        return y + bias[0] if bias else y

    def backward(self, dy: Array) -> Array:
        _, *bias = self.parameters
        self.gradients = [self.x.T @ dy, *(of_shared(dy) for _ in bias)]
        dx: Array = dy @ self.parameters[0].T
        return dx


class Activate:
    def __init__(self, name: str, units: int, dtype: DTypeLike = np.float32) -> None:
        self.function = ACTIVATIONS[name]
        slope = self.function.slope
        self.parameters = [] if slope is None else [np.full(units, slope, dtype)]
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.x = x
        y: Array = self.function.forward(x, *self.parameters)
        return y

    def backward(self, dy: Array) -> Array:
        dx: Any = self.function.backward(dy, self.x, *self.parameters)
        if self.parameters:
            dx, dslope = dx
            self.gradients = [of_shared(dslope)]
        return np.asarray(dx)


class Convolution:
    """A 3 × 3 convolution without padding, on arrays of (examples, rows, columns, channels)."""

    def __init__(
        self,
        rng: np.random.Generator,
        channels: int,
        filters: int,
        gain: float = 1,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.filters = Dense(rng, 9 * channels, filters, gain, dtype)
        self.parameters = self.filters.parameters
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
        places = windows.shape[:3]
        patches = np.moveaxis(windows, 3, 5)  # channels last, for longer runs to copy
        y = self.filters.forward(patches.reshape(math.prod(places), -1))
        return y.reshape(*places, -1)

    def backward(self, dy: Array) -> Array:
        examples, rows, columns, filters = dy.shape
        patches = self.filters.backward(dy.reshape(-1, filters))
        patches = patches.reshape(examples, rows, columns, 3, 3, -1)
        self.gradients = self.filters.gradients
        dx = np.zeros(self.shape, dy.dtype)
        for i in range(3):
            for j in range(3):
                dx[:, i : i + rows, j : j + columns] += patches[:, :, :, i, j]
        return dx


class Reshape:
    """Gives each example another shape."""

    def __init__(self, *shape: int) -> None:
        self.shape = shape
        self.parameters: list[Array] = []
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        self.before = x.shape
        return x.reshape(len(x), *self.shape)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(self.before)


class Residual:
    """x + f(x), for layers f that keep the number of units."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers
        self.parameters = [p for layer in layers for p in layer.parameters]

        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        y = x
        for layer in self.layers:
            y = layer.forward(y)
        return x + y

    def backward(self, dy: Array) -> Array:
        dx = dy
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        self.gradients = [gradient for layer in self.layers for gradient in layer.gradients]
        return dy + dx


class Recurrent:
    """h = f(x W + h R + b) on arrays of (examples, steps, features); the result is the last h."""

    def __init__(
        self, name: str, inputs: Array, recurrent: Array, dtype: DTypeLike = np.float32
    ) -> None:
        self.function = ACTIVATIONS[name]
        units = len(recurrent)
        self.parameters = [inputs.astype(dtype), recurrent.astype(dtype), np.zeros(units, dtype)]
        self.gradients: list[Array] = []

    def forward(self, x: Array) -> Array:
        inputs, recurrent, bias = self.parameters
        self.x = np.ascontiguousarray(x.swapaxes(0, 1))  # each step's examples are contiguous
        self.sums: Array = self.x @ inputs + bias
        self.states: Array = np.zeros((len(self.sums) + 1, *self.sums.shape[1:]), self.sums.dtype)
        for step, z in enumerate(self.sums):
            z += self.states[step] @ recurrent
            self.states[step + 1] = self.function.forward(z)
        last: Array = self.states[-1]
        return last

    def backward(self, dy: Array) -> Array:
        inputs, recurrent, _ = self.parameters
        self.state_gradients = np.empty_like(self.sums)
        dz = np.empty_like(self.sums)
        for step in reversed(range(len(dz))):
            self.state_gradients[step] = dy
            dz[step] = self.function.backward(dy, self.sums[step])
            dy = dz[step] @ recurrent.T
        examples = tuple(a.reshape(-1, a.shape[-1]) for a in (self.x, self.states[:-1], dz))
        self.gradients = [examples[0].T @ examples[2], examples[1].T @ examples[2]]
        self.gradients.append(of_shared(examples[2]))
        dx: Array = (dz @ inputs.T).swapaxes(0, 1)
        return dx


class Network:
    """A sequence of layers, followed by the softmax with the cross entropy."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers

    @property
    def parameters(self) -> list[Array]:
        return [parameter for layer in self.layers for parameter in layer.parameters]

    @property
    def gradients(self) -> list[Array]:
        return [gradient for layer in self.layers for gradient in layer.gradients]

    @property
    def sums(self) -> list[Array]:
        """The input of each activation in the last `forward`."""
        return [layer.x for layer in self.layers if isinstance(layer, Activate)]

    @property
    def weight_gradients(self) -> list[Array]:
        return [layer.gradients[0] for layer in self.layers if isinstance(layer, Dense)]

    def forward(self, x: Array) -> Array:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def gradient(self, x: Array, labels: Array) -> float:
        """The mean loss; it also sets the gradients."""
        loss, dy = cross_entropy(self.forward(x), labels)
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return loss

    def loss(self, x: Array, labels: Array) -> float:
        return cross_entropy(self.forward(x), labels)[0]

    def accuracy(self, x: Array, labels: Array) -> float:
        return float(np.mean(self.forward(x).argmax(axis=1) == labels))


def log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_p


def cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The mean over the examples, and its gradient."""
    log_p = log_softmax(logits)
    examples = np.arange(len(labels))
    gradient = np.exp(log_p)
    gradient[examples, labels] -= 1
    return -float(log_p[examples, labels].mean()), gradient / np.asarray(len(labels), logits.dtype)


def multilayer_perceptron(
    rng: np.random.Generator,
    name: str,
    hidden: Sequence[int],
    scale: float = 1,
    dtype: DTypeLike = np.float32,
    inputs: int = 64,
    classes: int = 10,
) -> Network:
    """A perceptron whose hidden layers have weights `scale` times as large as usual."""
    layers: list[Layer] = []
    gain = scale * ACTIVATIONS[name].gain
    for units in hidden:
        layers += [Dense(rng, inputs, units, gain, dtype), Activate(name, units, dtype)]
        inputs = units
    return Network(*layers, Dense(rng, inputs, classes, dtype=dtype))


def residual_perceptron(
    rng: np.random.Generator,
    name: str,
    depth: int,
    units: int = 64,
    dtype: DTypeLike = np.float32,
) -> Network:
    """A perceptron of `depth` hidden layers, of which each but the first adds its input.

    Those have weights so much smaller that the sums keep their size over the depth.
    """
    gain = ACTIVATIONS[name].gain
    layers: list[Layer] = [Dense(rng, 64, units, gain, dtype), Activate(name, units, dtype)]
    small = gain / math.sqrt(max(1, depth - 1))
    layers += [
        Residual(Dense(rng, units, units, small, dtype), Activate(name, units, dtype))
        for _ in range(depth - 1)
    ]
    return Network(*layers, Dense(rng, units, 10, dtype=dtype))


def convolutional(
    rng: np.random.Generator, name: str, dtype: DTypeLike = np.float32, filters: int = 8
) -> Network:
    """Two convolutions on 8 × 8 pixels, followed by a dense layer to 10 classes."""
    gain = ACTIVATIONS[name].gain
    return Network(
        Reshape(8, 8, 1),
        Convolution(rng, 1, filters, gain, dtype),
        Activate(name, filters, dtype),
        Convolution(rng, filters, 2 * filters, gain, dtype),
        Activate(name, 2 * filters, dtype),
        Reshape(4 * 4 * 2 * filters),
        Dense(rng, 4 * 4 * 2 * filters, 10, dtype=dtype),
    )


def descend(
    network: Network,
    rng: np.random.Generator,
    x: Array,
    labels: Array,
    rate: float,
    clip: float = math.inf,
    batch: int = 32,
) -> Iterator[int]:
    """Stochastic gradient descent, one epoch each time the next value is requested.

    The norm of each step's gradient is limited to `clip`. A network that diverges becomes NaN
    without a warning.
    """
    epoch = 0
    while True:
        order = rng.permutation(len(x))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for start in range(0, len(x), batch):
                chosen = order[start : start + batch]
                network.gradient(x[chosen], labels[chosen])
                step = rate
                if clip < math.inf:
                    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in network.gradients))
                    step *= min(1, clip / norm) if norm else 1
                for parameter, gradient in zip(network.parameters, network.gradients, strict=True):
                    parameter -= gradient.dtype.type(step) * gradient
        epoch += 1
        yield epoch


def watch(network: Network, x: Array, batch: int = 256) -> list[ActivationMonitor]:
    """A monitor of the units of each activation, over all of x."""
    monitors: list[ActivationMonitor] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(x), batch):
            network.forward(x[start : start + batch])
            monitors = monitors or [ActivationMonitor() for _ in network.sums]
            for monitor, z in zip(monitors, network.sums, strict=True):
                monitor.update(z)
    return monitors
