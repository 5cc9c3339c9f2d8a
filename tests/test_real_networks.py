"""Trained networks of other packages run with these rectifiers: docs/real_networks.md."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_examples import EXAMPLES, findings, number, run, tables

FOLDER = EXAMPLES.parent / "build" / "real_networks"

pytestmark = pytest.mark.real_networks


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    for name in ("matplotlib", "onnx", "onnxruntime", "skimage", "sklearn", "threadpoolctl"):
        pytest.importorskip(name, reason=f"the extra `real_networks` is not installed: no {name}")


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("onnx_rectifiers").RECTIFIERS


def network(kind: str, inputs: list[Any], **attributes: Any) -> Any:
    """A network of one operator on x and constants, of which None stands for one left out."""
    from onnx import TensorProto, helper, numpy_helper

    names = ["x", *("" if c is None else f"c{k}" for k, c in enumerate(inputs))]
    constants = [
        numpy_helper.from_array(c, name)
        for c, name in zip(inputs, names[1:], strict=True)
        if c is not None
    ]
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [None] * 4) for n in "xy")
    node = helper.make_node(kind, names, ["y"], **attributes)
    graph = helper.make_graph([node], kind, [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


F = np.float32


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes"),
    [
        ("Relu", [], {}),
        ("LeakyRelu", [], {}),
        ("LeakyRelu", [], {"alpha": 0.1}),
        ("PRelu", [np.linspace(-0.5, 1.5, 3, dtype=F).reshape(1, 3, 1, 1)], {}),
        ("ThresholdedRelu", [], {}),
        ("ThresholdedRelu", [], {"alpha": -0.25}),
        ("Clip", [F(0), F(6)], {}),
        ("Clip", [F(-1), F(1)], {}),
        ("Clip", [F(0)], {}),
        ("Clip", [None, F(1)], {}),
        ("Clip", [], {}),
    ],
)
def test_each_operator_gives_the_references_bits(
    recipe: Any, kind: str, inputs: list[Any], attributes: dict[str, Any]
) -> None:
    from onnx.reference import ReferenceEvaluator

    model = network(kind, [c if c is None else np.asarray(c) for c in inputs], **attributes)
    x = np.random.default_rng(0).normal(0, 4, (2, 3, 5, 7)).astype(F)
    ours, theirs = (ReferenceEvaluator(model, new_ops=ops) for ops in (recipe, None))
    assert type(ours.rt_nodes_[0]) in recipe
    (y,), (expected,) = ours.run(None, {"x": x}), theirs.run(None, {"x": x})
    assert y.dtype == expected.dtype
    # −0 and 0 count as equal here, since NumPy's maximum and clip may return either.
    assert (y + 0).tobytes() == (expected + 0).tobytes()


@pytest.mark.parametrize(
    ("kind", "shapes", "attributes"),
    [
        ("Conv", [(4, 3, 3, 3), (4,)], {"pads": [1, 1, 1, 1]}),
        ("Conv", [(4, 3, 3, 2)], {"pads": [0, 1, 2, 0], "strides": [2, 1]}),
        ("Conv", [(4, 3, 3, 3)], {"auto_pad": "SAME_UPPER", "strides": [2, 3]}),
        ("Conv", [(4, 3, 2, 2)], {"auto_pad": "SAME_LOWER"}),
        ("Conv", [(4, 3, 2, 3)], {"dilations": [2, 1]}),
        ("Conv", [(6, 1, 3, 3), (6,)], {"group": 3}),
        ("ConvTranspose", [(3, 4, 2, 3), (4,)], {"strides": [2, 3]}),
        ("MaxPool", [], {"kernel_shape": [2, 3], "strides": [2, 2]}),
        ("MaxPool", [], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
        ("MaxPool", [], {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("AveragePool", [], {"kernel_shape": [3, 2], "strides": [3, 2]}),
        ("BatchNormalization", [(3,), (3,), (3,), (3,)], {"epsilon": 1e-3}),
    ],
)
def test_each_faster_layer_is_onnx_runtimes(
    recipe: Any, kind: str, shapes: list[tuple[int, ...]], attributes: dict[str, Any]
) -> None:
    import onnxruntime
    from onnx.reference import ReferenceEvaluator

    layers = importlib.import_module("onnx_layers").LAYERS
    rng = np.random.default_rng(0)
    constants = [rng.uniform(0.1, 1, shape).astype(F) for shape in shapes]
    model = network(kind, constants, **attributes)
    x = rng.normal(size=(2, 3, 8, 11)).astype(F)
    evaluator = ReferenceEvaluator(model, new_ops=layers)
    assert type(evaluator.rt_nodes_[0]) in layers
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    (y,) = evaluator.run(None, {"x": x})
    assert y.shape == expected.shape
    assert np.allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    if not FOLDER.is_dir():
        pytest.skip("the networks are not there: see CONTRIBUTING.md")
    figures = tmp_path_factory.mktemp("figures")
    finished = run("real_networks", "--small", "--figures", str(figures), cwd=figures)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout, figures


def test_the_outputs_are_the_references_and_onnx_runtimes(printed: tuple[str, Path]) -> None:
    tasks, *_ = tables(printed[0])
    assert len(tasks) == 7
    for row in tasks.values():
        differ, outputs = row["outputs that differ"].split(" of ")
        assert differ == "0"
        assert int(outputs) > 0
        assert float(row["from ONNX Runtime"]) < 1e-4
        assert number(row["relu_ufunc's (ms)"]) > 0
    kinds = " ".join(row["rectifiers"] for row in tasks.values())
    assert all(kind in kinds for kind in ("Relu", "PRelu", "LeakyRelu", "Clip"))
    assert findings(printed[0], "bit for bit") == {"Holds"}


def test_they_do_what_they_were_trained_for(printed: tuple[str, Path]) -> None:
    said = dict(line[2:].split(": ", 1) for line in printed[0].splitlines() if line[:2] == "- ")
    assert number(said["digits (vision)"]) >= 17
    assert said["faces (detection)"] == "a face, 100.0 %"
    assert "Region-based segmentation" in said["text (detection)"]
    assert "|เกิด|" in said["words (language)"]
    whole, lost = (float(said["lost packets (speech)"].split()[k]) for k in (0, 2))
    assert whole > lost


def test_every_layer_is_watched(printed: tuple[str, Path]) -> None:
    _, networks, layers = tables(printed[0])
    assert set(networks) == set(layers)
    for name, row in networks.items():
        count = int(row["layers"])
        assert len(layers[name]["not positive (%)"].split()) == count
        assert len(layers[name]["dead units"].split()) == count
        assert int(row["dead"]) == sum(map(int, layers[name]["dead units"].split()))
        assert int(row["dead"]) < int(row["units"])
    assert networks["deepcut"]["layers"] == "13"


def test_the_figures_go_where_told(printed: tuple[str, Path]) -> None:
    files = {"faces.jpg", "layers.svg", "speech.svg", "text.svg"}
    assert {path.name for path in printed[1].iterdir()} == files
    page = EXAMPLES.parent / "docs" / "real_networks"
    assert {path.name for path in page.iterdir()} == files
    assert all(path.stat().st_size < 100_000 for path in page.iterdir())


def test_a_folder_without_the_networks_is_refused(tmp_path: Path) -> None:
    finished: subprocess.CompletedProcess[str] = run(
        "real_networks", "--networks", str(tmp_path), cwd=tmp_path
    )
    assert finished.returncode == 2
    assert "expected what `pip install --no-deps" in finished.stderr
    assert sys.executable not in finished.stderr
