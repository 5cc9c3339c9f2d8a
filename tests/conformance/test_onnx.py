"""ONNX's test cases for backends: every case whose single node is one of our functions."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.bits import Array
from tests.cases import UFUNCS, each_isa

pytestmark = pytest.mark.conformance

Ufuncs = Mapping[str, np.ufunc]

# These cases are files in the package; those of single nodes are generated in memory.
STORED = ("pytorch-converted", "pytorch-operator", "simple")


@dataclass(frozen=True)
class Node:
    """A node with its inputs and the outputs that it has to return."""

    name: str
    operator: str
    version: int
    attributes: Mapping[str, Any]
    inputs: list[Any]  # None for an input that is left out
    outputs: list[Array]
    rtol: float
    atol: float


def _prelu(ufuncs: Ufuncs, node: Node) -> Array:
    x, slope = node.inputs
    # Before version 7 the only axis of the slope was that of the channels.
    if node.version < 7 and slope.size > 1:
        slope = slope.reshape(-1, *[1] * (x.ndim - 2))
    return np.asarray(ufuncs["prelu"](x, slope))


def _limits(node: Node) -> tuple[Any, Any]:
    """The limits, which are attributes before version 11 of Clip and inputs since."""
    lower, upper = [*node.inputs[1:], None, None][:2]
    return node.attributes.get("min", lower), node.attributes.get("max", upper)


def _clip(ufuncs: Ufuncs, node: Node) -> Array:
    x = node.inputs[0]
    lower, upper = (limit if limit is None else x.dtype.type(limit) for limit in _limits(node))
    above = x - lower
    clipped = ufuncs["relu"](above)
    if upper is not None:
        clipped = ufuncs["clipped_relu"](above, upper - lower)
    return np.asarray(clipped + lower)


def _selu(ufuncs: Ufuncs, node: Node) -> Array:
    """With other constants than Klambauer's it is a multiple of elu."""
    (x,), alpha, gamma = node.inputs, node.attributes["alpha"], node.attributes["gamma"]
    if abs(alpha - 1.6732632) < 1e-5 and abs(gamma - 1.050701) < 1e-5:
        return np.asarray(ufuncs["selu"](x))
    return np.asarray(ufuncs["elu"](x, alpha) * x.dtype.type(gamma))


def _swish(ufuncs: Ufuncs, node: Node) -> Array:
    (x,), alpha = node.inputs, node.attributes["alpha"]
    return np.asarray(ufuncs["swish"](x, x.dtype.type(alpha)))


def _hard_sigmoid(ufuncs: Ufuncs, node: Node) -> Array:
    """A line of another slope is that of ours for another x, where the value at 0 is moved."""
    (x,) = node.inputs
    alpha, beta = (x.dtype.type(node.attributes[name]) for name in ("alpha", "beta"))
    return np.asarray(ufuncs["hard_sigmoid"](6 * (alpha * x + beta) - 3))


def _shrink(ufuncs: Ufuncs, node: Node) -> Array:
    (x,) = node.inputs
    threshold, bias = (x.dtype.type(node.attributes[name]) for name in ("lambd", "bias"))
    if bias == threshold:
        return np.asarray(ufuncs["soft_threshold"](x, threshold))
    assert bias == 0
    return np.asarray(ufuncs["hard_threshold"](x, threshold))


def _gelu(ufuncs: Ufuncs, node: Node) -> Array:
    has_tanh = node.attributes["approximate"] == b"tanh"
    return np.asarray(ufuncs["gelu_tanh" if has_tanh else "gelu"](*node.inputs))


def _with_alpha(name: str) -> Callable[[Ufuncs, Node], Array]:
    def call(ufuncs: Ufuncs, node: Node) -> Array:
        (x,) = node.inputs
        return np.asarray(ufuncs[name](x, x.dtype.type(node.attributes["alpha"])))

    return call


def _plain(name: str) -> Callable[[Ufuncs, Node], Array]:
    return lambda ufuncs, node: ufuncs[name](*node.inputs)


ADAPTERS: dict[str, Callable[[Ufuncs, Node], Array]] = {
    "Relu": _plain("relu"),
    "LeakyRelu": _with_alpha("leaky_relu"),
    "PRelu": _prelu,
    "ThresholdedRelu": _with_alpha("thresholded_relu"),
    "Clip": _clip,
    "Shrink": _shrink,
    "Softplus": _plain("softplus"),
    "Elu": _with_alpha("elu"),
    "Selu": _selu,
    "Celu": _with_alpha("celu"),
    "Gelu": _gelu,
    "Swish": _swish,
    "Mish": _plain("mish"),
    "HardSwish": _plain("hard_swish"),
    "HardSigmoid": _hard_sigmoid,
}


def _is_ours(node: Node) -> bool:
    """Clip without a lower limit rectifies nothing."""
    return node.operator != "Clip" or _limits(node)[0] is not None


def _cases() -> Iterator[tuple[Any, Any, list[Any], list[Any]]]:
    """ONNX's cases, with their models and data."""
    import onnx
    from onnx.backend.test.case.node import collect_testcases
    from onnx.backend.test.loader import load_model_tests

    for case in collect_testcases(None):
        for inputs, outputs in case.data_sets:
            yield case, case.model, inputs, outputs
    for case in (case for kind in STORED for case in load_model_tests(kind=kind)):
        model = onnx.load(Path(case.model_dir, "model.onnx"))
        for folder in sorted(Path(case.model_dir).glob("test_data_set_*")):
            inputs, outputs = (
                [
                    onnx.numpy_helper.to_array(onnx.load_tensor(path))
                    for path in sorted(folder.glob(f"{kind}_*.pb"))
                ]
                for kind in ("input", "output")
            )
            yield case, model, inputs, outputs


def _nodes() -> Iterator[Node]:
    import onnx

    for case, model, inputs, outputs in _cases():
        graph = model.graph
        if len(graph.node) != 1 or graph.node[0].op_type not in ADAPTERS:
            continue
        (node,) = graph.node
        version = next(opset.version for opset in model.opset_import if not opset.domain)
        schema = onnx.defs.get_schema(node.op_type, version)
        attributes = [a.default_value for a in schema.attributes.values()] + list(node.attribute)
        values = {value.name: onnx.numpy_helper.to_array(value) for value in graph.initializer}
        given = [value.name for value in graph.input if value.name not in values]
        values |= zip(given, inputs, strict=True)
        yield Node(
            name=case.name,
            operator=node.op_type,
            version=version,
            attributes={a.name: onnx.helper.get_attribute_value(a) for a in attributes if a.name},
            inputs=[values.get(name) for name in node.input],
            outputs=outputs,
            rtol=case.rtol,
            atol=case.atol,
        )


@pytest.fixture(scope="module")
def nodes() -> list[Node]:
    pytest.importorskip("onnx", reason="the extra `conformance` is not installed: no onnx")
    with warnings.catch_warnings(action="ignore"):
        return [node for node in _nodes() if _is_ours(node)]


@pytest.mark.parametrize("operator", ADAPTERS)
@each_isa
def test_single_nodes(operator: str, isa: str, nodes: list[Node], count: Counter[str]) -> None:
    ours = [node for node in nodes if node.operator == operator]
    assert ours
    for node in ours:
        actual, (wanted,) = ADAPTERS[operator](UFUNCS[isa], node), node.outputs
        assert actual.dtype == wanted.dtype, node.name
        np.testing.assert_allclose(
            actual, wanted, rtol=node.rtol, atol=node.atol, err_msg=node.name
        )
    count[f"ONNX: {operator}, cases"] += len(ours)
