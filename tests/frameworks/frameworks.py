"""Each framework's own rectifiers, called with arrays; the backward pass is its autograd's."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from relu_ufunc._operations import OPERATIONS
from tests.bits import Array

Tensor = Any
Function = Callable[..., Any]


def framework_module(name: str) -> Any:
    extra = "bfloat16" if name in {"openvino", "paddle"} else "frameworks"
    return pytest.importorskip(name, reason=f"the extra `{extra}` is not installed: no {name}")


@cache
def xla_rounds_float16() -> bool:
    """XLA rounds float16 after each operation, or keeps float32 between: as the processor does."""
    x = np.float16(1 + 2.0**-10)
    multiply_add = framework_module("jax").jit(lambda x, y, z: x * y + z)
    return bool(multiply_add(x, x, np.float16(-1 - 2.0**-9)) == 0)


GATES = {
    "reglu": "relu",
    "swiglu": "silu",
    "geglu": "gelu",
    "geglu_tanh": "gelu_tanh",
}
"""Composed of the framework's own activation, and a product."""

SMOOTH_GATES = tuple(GATES)[1:]
SMOOTH = tuple(
    row.name
    for row in OPERATIONS
    if row.is_smooth and not row.is_backward and row.name not in GATES
)


class Framework:
    """The counterparts of our functions in a framework, by our names.

    A parameter is a number if the framework accepts only numbers, otherwise an array like x.
    """

    title: str
    packages: tuple[str, ...]
    names: tuple[str, ...]
    dtypes: str = "efdE"
    forward_only = False

    def __init__(self) -> None:
        for package in self.packages:
            framework_module(package)

    def functions(self) -> Mapping[str, Function]:
        raise NotImplementedError

    def tensor(self, a: Array) -> Tensor:
        raise NotImplementedError

    def array(self, tensor: Tensor) -> Array:
        return np.asarray(tensor)

    def operand(self, a: Array) -> Any:
        return a.item() if a.ndim == 0 else self.tensor(a)

    def forward(self, name: str, *operands: Array) -> tuple[Array, ...]:
        y = self.functions()[name](*map(self.operand, operands))
        return tuple(map(self.array, y if isinstance(y, tuple) else (y,)))

    def backward(self, name: str, dy: Array, *operands: Array) -> tuple[Array, ...]:
        """The gradients with respect to every array among the operands."""
        raise NotImplementedError


def composed(relu: Function, square: Function) -> dict[str, Function]:
    """Functions composed of a framework's rectifier and its arithmetic."""
    return {
        "squared_relu": lambda x: square(relu(x)),
        "crelu": lambda x: (relu(x), relu(-x)),
        "add_relu": lambda x, b: relu(x + b),
        "affine_relu": lambda x, scale, shift: relu(x * scale + shift),
    }


def gates(activations: Mapping[str, Function]) -> dict[str, Function]:
    def gate(activation: Function) -> Function:
        return lambda x, y: activation(x) * y

    return {name: gate(activations[activation]) for name, activation in GATES.items()}


class Torch(Framework):
    title = "PyTorch"
    names = (
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "clipped_relu",
        "thresholded_relu",
        "squared_relu",
        "crelu",
        "add_relu",
        "affine_relu",
        "soft_threshold",
        "hard_threshold",
        "reglu",
        *SMOOTH,
        *SMOOTH_GATES,
    )
    packages = ("torch",)

    def functions(self) -> Mapping[str, Function]:
        torch, f = import_module("torch"), import_module("torch.nn.functional")
        functions = composed(f.relu, torch.square) | {
            "relu": f.relu,
            "relu6": f.relu6,
            "leaky_relu": f.leaky_relu,
            "prelu": lambda x, slope: f.prelu(x.reshape(1, -1), slope).reshape(-1),
            "clipped_relu": lambda x, limit: f.hardtanh(x, 0.0, limit),
            "thresholded_relu": lambda x, theta: f.threshold(x, theta, 0.0),
            "soft_threshold": f.softshrink,
            "hard_threshold": f.hardshrink,
            "softplus": f.softplus,
            "log_sigmoid": f.logsigmoid,
            "elu": f.elu,
            "selu": f.selu,
            "celu": f.celu,
            "gelu": f.gelu,
            "gelu_tanh": partial(f.gelu, approximate="tanh"),
            "silu": f.silu,
            "swish": lambda x, beta: x * torch.sigmoid(beta * x),
            "mish": f.mish,
            "squareplus": lambda x, b: (x + torch.sqrt(x * x + b)) / 2,
            "hard_swish": f.hardswish,
            "hard_sigmoid": f.hardsigmoid,
        }
        return functions | gates(functions)

    def tensor(self, a: Array) -> Tensor:
        torch = import_module("torch")
        if a.dtype.name == "bfloat16":
            return torch.from_numpy(a.view(np.int16)).view(torch.bfloat16)
        return torch.from_numpy(a)

    def array(self, tensor: Tensor) -> Array:
        torch, tensor = import_module("torch"), tensor.detach()
        array: Array
        if tensor.dtype == torch.bfloat16:
            array = tensor.view(torch.int16).numpy().view(np.dtype("bfloat16"))
        else:
            array = tensor.numpy()
        return array

    def backward(self, name: str, dy: Array, *operands: Array) -> tuple[Array, ...]:
        torch = import_module("torch")
        inputs = [self.operand(a) for a in operands]
        arrays = [a.requires_grad_() for a in inputs if isinstance(a, torch.Tensor)]
        y = self.functions()[name](*inputs)
        return tuple(map(self.array, torch.autograd.grad(y, arrays, self.tensor(dy))))


class TensorFlow(Framework):
    title = "TensorFlow"
    names: tuple[str, ...] = (
        "relu",
        "relu6",
        "leaky_relu",
        "clipped_relu",
        "squared_relu",
        "crelu",
        "add_relu",
        "affine_relu",
        "reglu",
        "softplus",
        "log_sigmoid",
        "elu",
        "selu",
        "gelu",
        "gelu_tanh",
        "silu",
        "swish",
        *SMOOTH_GATES,
    )
    packages = ("tensorflow", "keras")

    def functions(self) -> Mapping[str, Function]:
        tf = import_module("tensorflow")
        functions = composed(tf.nn.relu, tf.square) | {
            "relu": tf.nn.relu,
            "relu6": tf.nn.relu6,
            "leaky_relu": tf.nn.leaky_relu,
            "clipped_relu": lambda x, limit: tf.clip_by_value(x, 0.0, limit),
            "crelu": lambda x: tuple(tf.split(tf.nn.crelu(x), 2)),
            "softplus": tf.nn.softplus,
            "log_sigmoid": tf.math.log_sigmoid,
            "elu": tf.nn.elu,
            "selu": tf.nn.selu,
            "gelu": tf.nn.gelu,
            "gelu_tanh": partial(tf.nn.gelu, approximate=True),
            "silu": tf.nn.silu,
            "swish": tf.nn.silu,
        }
        return functions | gates(functions)

    def tensor(self, a: Array) -> Tensor:
        return import_module("tensorflow").constant(a)

    def backward(self, name: str, dy: Array, *operands: Array) -> tuple[Array, ...]:
        tf = import_module("tensorflow")
        inputs = [self.operand(a) for a in operands]
        arrays = [a for a in inputs if tf.is_tensor(a)]
        with tf.GradientTape() as tape:
            tape.watch(arrays)
            y = self.functions()[name](*inputs)
        return tuple(map(self.array, tape.gradient(y, arrays, self.tensor(dy))))


class Keras(TensorFlow):
    title = "Keras"
    names: tuple[str, ...] = (
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "clipped_relu",
        "thresholded_relu",
        "soft_threshold",
        "hard_threshold",
        "reglu",
        *SMOOTH,
        *SMOOTH_GATES,
    )

    def __init__(self) -> None:
        super().__init__()
        if import_module("keras").backend.backend() != "tensorflow":
            pytest.skip("Keras has been imported with another backend")

    def functions(self) -> Mapping[str, Function]:
        keras = import_module("keras")

        def prelu(x: Tensor, slope: Tensor) -> Tensor:
            # The layer's own formula, with a slope for which a gradient can be computed.
            return keras.layers.PReLU.call(SimpleNamespace(alpha=slope), x)

        functions = {
            "relu": keras.ops.relu,
            "relu6": keras.ops.relu6,
            "leaky_relu": keras.ops.leaky_relu,
            "prelu": prelu,
            "clipped_relu": lambda x, limit: keras.activations.relu(x, max_value=limit),
            "thresholded_relu": lambda x, theta: keras.activations.threshold(x, theta, 0.0),
            "soft_threshold": keras.ops.soft_shrink,
            "hard_threshold": keras.ops.hard_shrink,
            "softplus": keras.ops.softplus,
            "log_sigmoid": keras.ops.log_sigmoid,
            "elu": keras.ops.elu,
            "selu": keras.ops.selu,
            "celu": keras.ops.celu,
            "gelu": partial(keras.ops.gelu, approximate=False),
            "gelu_tanh": keras.ops.gelu,
            "silu": keras.ops.silu,
            "swish": lambda x, beta: x * keras.ops.sigmoid(beta * x),
            "mish": keras.activations.mish,
            "squareplus": keras.ops.squareplus,
            "hard_swish": keras.ops.hard_swish,
            "hard_sigmoid": keras.ops.hard_sigmoid,
        }
        return functions | gates(functions)


class Jax(Framework):
    title = "JAX"
    names = (
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "clipped_relu",
        "squared_relu",
        "crelu",
        "add_relu",
        "affine_relu",
        "reglu",
        *SMOOTH,
        *SMOOTH_GATES,
    )
    packages = ("jax",)

    @classmethod
    def release(cls) -> Version:
        return Version(version("jax"))

    def __init__(self) -> None:
        super().__init__()
        import_module("jax").config.update("jax_enable_x64", True)

    def functions(self) -> Mapping[str, Function]:
        jax = import_module("jax")
        functions = composed(jax.nn.relu, jax.numpy.square) | {
            "relu": jax.nn.relu,
            "relu6": jax.nn.relu6,
            "leaky_relu": jax.nn.leaky_relu,
            "prelu": jax.nn.leaky_relu,
            "clipped_relu": lambda x, limit: jax.numpy.clip(x, 0.0, limit),
            "softplus": jax.nn.softplus,
            "log_sigmoid": jax.nn.log_sigmoid,
            "elu": jax.nn.elu,
            "selu": jax.nn.selu,
            "celu": jax.nn.celu,
            "gelu": partial(jax.nn.gelu, approximate=False),
            "gelu_tanh": jax.nn.gelu,
            "silu": jax.nn.silu,
            "swish": lambda x, beta: x * jax.nn.sigmoid(beta * x),
            "mish": jax.nn.mish,
            "squareplus": jax.nn.squareplus,
            "hard_swish": jax.nn.hard_swish,
            "hard_sigmoid": jax.nn.hard_sigmoid,
        }
        return functions | gates(functions)

    def tensor(self, a: Array) -> Tensor:
        return import_module("jax.numpy").asarray(a)

    def backward(self, name: str, dy: Array, *operands: Array) -> tuple[Array, ...]:
        jax = import_module("jax")
        inputs = [self.operand(a) for a in operands]
        numbers = {k: a for k, a in enumerate(inputs) if isinstance(a, float)}
        arrays = [a for k, a in enumerate(inputs) if k not in numbers]

        def of_arrays(*arrays: Tensor) -> Tensor:
            rest = iter(arrays)
            return self.functions()[name](
                *(numbers[k] if k in numbers else next(rest) for k in range(len(inputs)))
            )

        _, pull = jax.vjp(of_arrays, *arrays)
        return tuple(map(self.array, pull(self.tensor(dy))))


class OnnxRuntime(Framework):
    """Forward only, since it computes no gradients."""

    title = "ONNX Runtime"
    names = (
        "relu",
        "leaky_relu",
        "prelu",
        "clipped_relu",
        "thresholded_relu",
        "soft_threshold",
        "hard_threshold",
        *(name for name in SMOOTH if name not in ("log_sigmoid", "squareplus")),
    )
    dtypes = "efd"
    forward_only = True
    packages = ("onnx", "onnxruntime")

    def functions(self) -> Mapping[str, Function]:
        return {
            "relu": partial(self._run, "Relu"),
            "leaky_relu": lambda x, slope: self._run("LeakyRelu", x, alpha=slope),
            "prelu": partial(self._run, "PRelu"),
            "clipped_relu": lambda x, limit: self._run(
                "Clip", x, np.zeros((), x.dtype), np.array(limit, x.dtype)
            ),
            "thresholded_relu": lambda x, theta: self._run("ThresholdedRelu", x, alpha=theta),
            "soft_threshold": lambda x, limit: self._run("Shrink", x, lambd=limit, bias=limit),
            "hard_threshold": lambda x, limit: self._run("Shrink", x, lambd=limit, bias=0.0),
            "softplus": partial(self._run, "Softplus"),
            "elu": lambda x, alpha: self._run("Elu", x, alpha=alpha),
            "selu": partial(self._run, "Selu"),
            "celu": lambda x, alpha: self._run("Celu", x, alpha=alpha),
            "gelu": partial(self._run, "Gelu"),
            "gelu_tanh": partial(self._run, "Gelu", approximate="tanh"),
            "silu": partial(self._run, "Swish"),
            "swish": lambda x, beta: self._run("Swish", x, alpha=beta),
            "mish": partial(self._run, "Mish"),
            "hard_swish": partial(self._run, "HardSwish"),
            "hard_sigmoid": partial(self._run, "HardSigmoid", alpha=1 / 6),
        }

    def tensor(self, a: Array) -> Tensor:
        return a

    def _run(self, operator: str, *inputs: Array, **attributes: Any) -> Array:
        onnx = import_module("onnx")
        of_type = onnx.helper.np_dtype_to_tensor_dtype(inputs[0].dtype)
        ranks = tuple(a.ndim for a in inputs)
        session = _session(operator, of_type, ranks, **attributes)
        names = (given.name for given in session.get_inputs())
        result: Array = session.run(None, dict(zip(names, inputs, strict=True)))[0]
        return result


# The version that introduced the operator, where it is a later one than the others need.
_OPSETS = {"Gelu": 20, "Swish": 24}


@cache
def _session(operator: str, of_type: int, ranks: tuple[int, ...], **attributes: Any) -> Any:
    helper, runtime = import_module("onnx").helper, import_module("onnxruntime")
    inputs = [
        helper.make_tensor_value_info(f"input{k}", of_type, ["n"] * rank)
        for k, rank in enumerate(ranks)
    ]
    node = helper.make_node(operator, [each.name for each in inputs], ["output"], **attributes)
    output = helper.make_tensor_value_info("output", of_type, ["n"])
    model = helper.make_model(
        helper.make_graph([node], operator, inputs, [output]),
        opset_imports=[helper.make_opsetid("", _OPSETS.get(operator, 18))],
        ir_version=9,
    )
    return runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


FRAMEWORKS: tuple[type[Framework], ...] = (Torch, TensorFlow, Keras, Jax, OnnxRuntime)
