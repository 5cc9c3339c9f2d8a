"""The examples run at a small size, as a user runs them; their gradients are right."""

import importlib
import os
import re
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from tests.bits import Array

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = [
    "nonlinearity",
    "generalisation",
    "smooth_rectifiers",
    "spaces",
    "feed_forward",
    "detection",
    "vanishing_gradient",
    "convergence",
    "sparsity",
    "dying_relu",
    "unbounded_activation",
    "recurrent",
    "where_time_goes",
    "shrinkage",
]
NAMES = [
    "linear", "relu", "leaky_relu", "prelu", "relu6", "clipped_relu", "elu", "gelu", "silu",
    "sigmoid", "tanh",
]  # fmt: skip

pytestmark = pytest.mark.examples

# A table maps the first cell of each row to the other cells, keyed by their headings.
Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    for name in ("matplotlib", "pywt", "sklearn", "threadpoolctl"):
        pytest.importorskip(name, reason=f"the extra `examples` is not installed: no {name}")


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))


@pytest.fixture
def networks() -> Any:
    return importlib.import_module("networks")


@pytest.fixture
def language_model() -> Any:
    return importlib.import_module("language_model")


def run(script: str, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join(
        filter(None, [str(Path(relu_ufunc.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    return subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{script}.py"), *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("examples")


@cache
def printed(script: str, folder: Path) -> str:
    """The output of a script at a small size; it writes its figure into the folder."""
    finished = run(script, "--small", "--figure", f"{script}.svg", cwd=folder)
    assert finished.returncode == 0, finished.stderr
    assert re.fullmatch(r"(.+: \d+ of \d+\n)*", finished.stderr)  # progress but no warning
    return finished.stdout


def tables(text: str) -> list[Table]:
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        header, _, *rows = (
            [cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()
        )
        found.append({row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows})
    return found


def number(cell: str) -> float:
    """The mean in a cell of the form mean ± spread, whatever its unit."""
    return float(cell.split()[0])


def findings(text: str, words: str) -> set[str]:
    """Whether the findings that contain these words hold or fail."""
    return set(re.findall(rf"^- (Holds|Fails): .*{re.escape(words)}", text, re.MULTILINE))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_prints_its_claim_and_findings_and_writes_its_figure(
    script: str, folder: Path
) -> None:
    text = printed(script, folder)
    assert text.startswith("Claim")
    assert tables(text)
    assert re.search(r"^- (Holds|Fails): .*\d", text, re.MULTILINE)
    assert text.endswith(f"\nFigure: {script}.svg\n")
    figure = (folder / f"{script}.svg").read_text("utf-8")
    assert "<svg" in figure
    assert "<dc:date>" not in figure


@pytest.mark.parametrize("script", ["vanishing_gradient", "sparsity", "dying_relu"])
def test_the_seeds_decide_everything(script: str, folder: Path) -> None:
    again = run(script, "--small", "--figure", "again.svg", cwd=folder)
    text = printed(script, folder)
    assert again.stdout == text.replace(f"{script}.svg", "again.svg")
    assert (folder / "again.svg").read_bytes() == (folder / f"{script}.svg").read_bytes()


def test_another_number_of_seeds_gives_other_means(folder: Path) -> None:
    before = set(folder.iterdir())
    one = run("vanishing_gradient", "--small", "--seeds", "1", cwd=folder).stdout
    assert set(folder.iterdir()) == before  # no figure, since no path was given
    (ratio, *_), (of_two, *_) = tables(one), tables(printed("vanishing_gradient", folder))
    assert ratio["sigmoid"]["depth 2"].endswith("± 0")
    assert number(ratio["sigmoid"]["depth 2"]) != number(of_two["sigmoid"]["depth 2"])


@pytest.mark.parametrize("seeds", ["0", "-1", "many"])
def test_seeds_that_cannot_be_are_refused(seeds: str, folder: Path) -> None:
    finished = run("sparsity", "--seeds", seeds, "--figure", "none.svg", cwd=folder)
    assert finished.returncode == 2
    assert "argument --seeds" in finished.stderr
    assert not (folder / "none.svg").exists()


def test_a_linear_network_cannot_bend(folder: Path) -> None:
    text = printed("nonlinearity", folder)
    (accuracy,) = tables(text)
    for task in ("quadrants", "disc in a ring", "two spirals"):
        assert number(accuracy[task]["linear"]) < 75 < 90 < number(accuracy[task]["relu"])
    assert number(accuracy["two clouds"]["linear"]) > 95
    assert findings(text, "are one matrix and one vector") == {"Holds"}


def test_generalisation_has_the_gap_of_every_task(folder: Path) -> None:
    accuracy, gap = tables(printed("generalisation", folder))
    assert len(accuracy) == len(gap) == 7
    assert number(accuracy["quadrants"]["linear"]) < 75 < number(accuracy["quadrants"]["relu"])
    assert all(abs(number(row["relu"])) < 30 for row in gap.values())
    assert number(gap["digits"]["sampling error"]) == pytest.approx(1, abs=0.5)


def test_spaces_are_restored(folder: Path) -> None:
    quality, sentences = tables(printed("spaces", folder))
    always = number(quality["a space everywhere"]["F1, test"])
    assert all(number(quality[name]["F1, test"]) > always + 10 for name in ("linear", "relu"))
    ((without, restored),) = sentences["relu"].items()
    assert restored.replace(" ", "") == without


def test_the_blocks_of_a_language_model_have_the_same_size(folder: Path) -> None:
    (learned,) = tables(printed("feed_forward", folder))
    without = number(learned.pop("no network, frequencies")["bits per character, test"])
    assert set(learned) == {"relu", "gelu", "silu", "reglu", "geglu", "swiglu"}
    assert len({row["parameters"] for row in learned.values()}) == 1
    for row in learned.values():
        loss = number(row["bits per character, test"])
        assert loss < without - 0.5
        assert number(row["perplexity, test"]) == pytest.approx(2**loss, rel=0.01)
        assert number(row["step (ms)"]) > 0


def test_digits_are_found_amid_clutter(folder: Path) -> None:
    (found,) = tables(printed("detection", folder))
    assert set(found) == {"linear", "relu", "tanh"}
    assert number(found["relu"]["F1"]) > 60


def test_the_gradient_vanishes_through_sigmoid_and_not_through_relu(folder: Path) -> None:
    text = printed("vanishing_gradient", folder)
    ratio, norm, learned = tables(text)
    assert set(ratio) == {"sigmoid", "tanh", "relu", "leaky_relu", "relu, 1/n"}
    assert number(ratio["sigmoid"]["depth 10"]) < 1e-4 < 0.1 < number(ratio["relu"]["depth 10"])
    assert number(norm["relu, 1/n"]["depth 10"]) < 0.1 * number(norm["relu"]["depth 10"])
    assert findings(text, "vanishes through sigmoid") == {"Holds"}
    assert number(learned["sigmoid"]["depth 10"]) < 30 < number(learned["relu"]["depth 5"])
    assert number(learned["relu, residual"]["depth 10"]) > number(learned["relu"]["depth 10"])


def test_relu_converges_faster_than_sigmoid(folder: Path) -> None:
    text = printed("convergence", folder)
    perceptron, tried, *_ = results = tables(text)
    assert [len(table) for table in results] == [5] * 6
    assert number(perceptron["relu"]["epochs to a training loss of 0.1"]) < 3
    assert "not within 3" in perceptron["sigmoid"]["epochs to a training loss of 0.1"]
    assert number(tried["relu"]["0.3"]) < number(tried["relu"]["0.1"])
    assert findings(text, "sampling error of the difference ±") == {"Holds"}


def test_one_half_is_zero_at_initialisation(folder: Path) -> None:
    text = printed("sparsity", folder)
    for depth, table in zip((2, 8), tables(text), strict=True):
        assert len(table) == 3
        row = table["at initialisation"]
        layers = [number(row[f"layer {k + 1}"]) for k in range(depth)]
        assert np.all(np.abs(np.array(layers) - 50) < 10)
        assert number(table["trained"]["test accuracy"]) > 3 * number(row["test accuracy"])
    assert number(row["dead units"]) > 0  # of the 8 layers


def test_a_high_rate_kills_and_no_dead_relu_comes_back(folder: Path) -> None:
    text = printed("dying_relu", folder)
    killed, revived, born, known = tables(text)
    dead = killed["relu: dead units"]
    assert number(dead["0.1"]) == 0
    assert number(dead["1"]) > 30
    assert number(revived["relu"]["epoch 3"]) == 0
    assert number(revived["prelu"]["epoch 3"]) > 0
    assert number(born["width 2"]["depth 10"]) > 50
    assert number(born["width 8"]["depth 10"]) < 5
    assert number(born["upper bound"]["depth 1"]) == pytest.approx(100 * 2.0**-8, abs=0.05)
    assert findings(text, "the bound is above what was measured") == {"Holds"}
    assert findings(text, "for a single example it is the probability") == {"Holds"}
    assert [row["in theory"] for row in known.values()] == ["15.6 %", "6.2 %", "6.2 %"]
    assert findings(text, "5/32 with one input") == findings(text, "1/16 with more") == {"Holds"}
    assert findings(text, "5/32 is also the value for more inputs") == {"Fails"}


def test_relu_grows_without_bound_and_relu6_does_not(folder: Path) -> None:
    growth, learned = tables(printed("unbounded_activation", folder))
    assert len(growth) == 16
    assert len(learned) == 4
    activation = {name: number(row["root mean square activation"]) for name, row in growth.items()}
    assert activation["relu, × 3"] > 1000
    assert activation["relu6, × 3"] < 6
    assert activation["relu, × 1"] == pytest.approx(activation["relu6, × 1"], rel=0.1)
    assert number(growth["relu6, × 3"]["clipped values"]) > 10
    assert number(growth["relu6, × 1"]["clipped values"]) < 1


def test_the_gradient_reaches_back_through_the_identity(folder: Path) -> None:
    text = printed("recurrent", folder)
    heading = "gradient at the first step over the last's"
    rows, pixels = tables(text)
    assert len(rows) == len(pixels) == 3
    assert number(pixels["tanh"][heading]) < 1e-3 < 0.1 < number(pixels["relu, identity"][heading])
    assert number(rows["relu, identity"]["test accuracy"]) > 30


def test_the_steps_that_are_timed_are_the_same_step(folder: Path) -> None:
    text = printed("where_time_goes", folder)
    without = "PyTorch is not installed" in text
    for table in tables(text):
        assert set(table) == {"relu_ufunc", "NumPy", "NumPy, in place"} | (
            set() if without else {"PyTorch"}
        )
        for row in table.values():
            assert number(row.pop("step (ms)")) > 0
            shares = [number(share) for share in row.values() if share != "-"]
            assert not shares or sum(shares) == pytest.approx(100, abs=0.5)
    assert findings(text, "the parameters are NumPy's, bit for bit") == {"Holds"}
    if not without:
        assert findings(text, "the parameters are PyTorch's but for rounding") == {"Holds"}


def test_shrinkage_gives_the_answers_of_the_other_libraries(folder: Path) -> None:
    text = printed("shrinkage", folder)
    errors, thresholds, lasso, coding = tables(text)
    assert set(errors) == {"blocks", "bumps", "heavisine", "doppler"}
    assert all(number(row["hard threshold"]) < number(row["noisy"]) for row in errors.values())
    assert findings(text, "PyWavelets' threshold gives") == {"Holds"}
    assert findings(text, "the coefficients are scikit-learn's") == {"Holds"}
    for table in (thresholds, coding):
        assert all(number(cell) > 0 for row in table.values() for cell in row.values())
    unknowns = number(lasso["coefficients that are not 0"]["scikit-learn"])
    assert 10 < unknowns < 60


def test_the_gallery_has_every_script_and_its_figure() -> None:
    page = (EXAMPLES.parent / "docs" / "gallery.md").read_text("utf-8")
    for script in SCRIPTS:
        block = re.search(rf"<!-- begin: {script} -->(.*)<!-- end: {script} -->", page, re.DOTALL)
        assert block
        assert tables(block[1])
        assert f"(gallery/{script}.svg)" in page
        assert f"python examples/{script}.py" in page
        figure = EXAMPLES.parent / "docs" / "gallery" / f"{script}.svg"
        assert figure.stat().st_size < 150_000


def difference(network: Any, parameter: Array, place: Any, x: Array, labels: Array) -> float:
    """The derivative of the loss in one parameter, by a central difference."""
    step, kept = 1e-6, parameter[place]
    losses = []
    for sign in (1, -1):
        parameter[place] = kept + sign * step
        losses.append(network.loss(x, labels))
    parameter[place] = kept
    return (losses[0] - losses[1]) / (2 * step)  # type: ignore[no-any-return]


def perceptron(networks: Any, name: str, rng: np.random.Generator) -> Any:
    # The weights are large enough for relu6 and clipped_relu to clip.
    return networks.multilayer_perceptron(rng, name, [12, 11], 3, np.float64)


def convolutional(networks: Any, name: str, rng: np.random.Generator) -> Any:
    return networks.convolutional(rng, name, np.float64, filters=2)


def residual(networks: Any, name: str, rng: np.random.Generator) -> Any:
    return networks.residual_perceptron(rng, name, 3, 12, np.float64)


def recurrent(networks: Any, name: str, rng: np.random.Generator) -> Any:
    inputs, weights = rng.normal(0, 1, (8, 7)), rng.normal(0, 0.5, (7, 7))
    return networks.Network(
        networks.Reshape(8, 8),
        networks.Recurrent(name, inputs, weights, np.float64),
        networks.Dense(rng, 7, 10, dtype=np.float64),
    )


def check_gradient(network: Any, x: Array, labels: Array, rng: np.random.Generator) -> None:
    network.gradient(x, labels)
    gradients = [gradient.copy() for gradient in network.gradients]
    assert [g.shape for g in gradients] == [p.shape for p in network.parameters]
    slope = partial(difference, network, x=x, labels=labels)
    for parameter, gradient in zip(network.parameters, gradients, strict=True):
        for flat in rng.choice(parameter.size, min(parameter.size, 25), replace=False):
            place = np.unravel_index(flat, parameter.shape)
            assert slope(parameter, place) == pytest.approx(gradient[place], rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(
    ("make", "name"),
    [(make, name) for make in (perceptron, convolutional, residual) for name in NAMES]
    + [(recurrent, name) for name in NAMES if name != "prelu"],
)
def test_the_gradient_is_the_slope_of_the_loss(networks: Any, make: Any, name: str) -> None:
    rng = np.random.default_rng(1)
    network = make(networks, name, rng)
    for parameter in network.parameters:
        parameter += rng.normal(0, 0.1, parameter.shape)
    x, labels = 3 * rng.normal(size=(5, 64)), rng.integers(10, size=5)
    check_gradient(network, x, labels, rng)


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "reglu", "geglu", "swiglu"])
def test_the_gradient_of_a_feed_forward_block_is_the_slope_of_the_loss(
    networks: Any, language_model: Any, name: str
) -> None:
    rng = np.random.default_rng(1)
    network = networks.Network(
        language_model.Embedding(rng, 5, 3, np.float64),
        networks.Dense(rng, 3 * 4, 6, dtype=np.float64),
        language_model.feed_forward(rng, name, 6, 9, dtype=np.float64),
        language_model.Normalise(),
        networks.Dense(rng, 6, 10, dtype=np.float64),
    )
    check_gradient(network, rng.integers(5, size=(6, 4)), rng.integers(10, size=6), rng)


@pytest.mark.parametrize(
    ("name", "activation"), [("reglu", "relu"), ("geglu", "gelu"), ("swiglu", "silu")]
)
def test_a_gate_multiplies_the_halves(language_model: Any, name: str, activation: str) -> None:
    x = np.random.default_rng(0).normal(size=(3, 8))
    expected = getattr(relu_ufunc, activation)(x[:, :4]) * x[:, 4:]
    np.testing.assert_allclose(language_model.Gated(name).forward(x), expected, rtol=1e-14)


def test_a_step_is_limited_to_its_clip(networks: Any) -> None:
    rng = np.random.default_rng(0)
    network = networks.multilayer_perceptron(rng, "relu", [12], 3)
    x, labels = rng.normal(size=(8, 64)).astype(np.float32), rng.integers(10, size=8)
    before = [parameter.copy() for parameter in network.parameters]
    next(networks.descend(network, rng, x, labels, rate=1.0, clip=0.01, batch=8))
    moved = [after - b for after, b in zip(network.parameters, before, strict=True)]
    assert np.sqrt(sum(np.vdot(m, m) for m in moved)) == pytest.approx(0.01, rel=1e-3)


def test_boxes_that_overlap_a_better_one_are_suppressed() -> None:
    boxes = importlib.import_module("boxes")
    rows = np.array([[0.0, 0, 4, 4], [1, 1, 5, 5], [1, 1, 3, 3], [8, 8, 9, 9]])
    assert boxes.overlap(rows[0], rows) == pytest.approx([1, 9 / 23, 4 / 16, 0])
    assert boxes.overlap(rows[0], rows, of_smaller=True) == pytest.approx([1, 9 / 16, 1, 0])
    scores = np.array([0.8, 0.9, 0.7, 0.1])
    assert boxes.suppress(rows, scores, 0.3).tolist() == [1, 2, 3]
    assert boxes.suppress(rows, scores, 0.4).tolist() == [1, 0, 2, 3]
    assert boxes.suppress(rows, scores, 0.3, of_smaller=True).tolist() == [1, 3]


def test_no_paragraph_of_the_help_topics_is_in_two_parts() -> None:
    parts = importlib.import_module("help_topics").parts()
    paragraphs = [
        " ".join(text.split()) for part in parts for topic in part for text in topic.split("\n\n")
    ]
    assert len(set(paragraphs)) == len(paragraphs)
    assert min(sum(map(len, part)) for part in parts) > 10_000
