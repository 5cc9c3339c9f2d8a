"""docs/frameworks.md: its table matches the tests', its code runs, and its recipes really train."""

import doctest
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.frameworks import differences, smooth
from tests.frameworks.frameworks import FRAMEWORKS, Keras, framework_module

PAGE = Path(__file__).parents[2] / "docs" / "frameworks.md"
TEXT = PAGE.read_text("utf-8")
SECTION = re.compile(r"^##+ (.*?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
IMPORTED = re.compile(r"^(?:>>> )?(?:import|from) (\w+)", re.MULTILINE)
CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = {
    title: CODE.findall(section) for title, section in SECTION.findall(TEXT) if CODE.search(section)
}
PYTORCH, KERAS, JAX = (
    "A function that PyTorch trains",
    "A layer that Keras trains",
    "A function that JAX trains",
)
uses_frameworks = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("table", [differences, smooth], ids=["differences", "smooth"])
def test_the_table_matches_the_tests(table: Any, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    assert TEXT.partition(begin)[2].partition(end)[0].strip() == table.table()


def test_the_compared_functions_match_the_tests() -> None:
    section = TEXT.partition("## What is compared")[2].partition("\n## ")[0]
    header, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    for framework in FRAMEWORKS:
        column = header.index(framework.title)
        assert [row[0].strip("`") for row in rows if row[column] != "–"] == list(framework.names)


@cache
def _run(title: str) -> dict[str, Any]:
    """Run the blocks of a section, check their output, and return the names that they define."""
    for package in set(IMPORTED.findall("\n".join(BLOCKS[title]))) - {"relu_ufunc"}:
        framework_module(package)
    names: dict[str, Any] = {}
    for block in BLOCKS[title]:
        if not block.startswith(">>>"):
            exec(block, names)
            continue
        test = doctest.DocTestParser().get_doctest(block, {}, title, None, None)
        test.globs = names
        output: list[str] = []
        doctest.DocTestRunner().run(test, out=output.append, clear_globs=False)
        assert not output, "".join(output)
    return names


@pytest.mark.parametrize(
    "title", [pytest.param(title, marks=uses_frameworks) for title in BLOCKS if title != KERAS]
)
def test_the_code_prints_what_it_says(title: str) -> None:
    names = _run(title)
    if "losses" in names:
        assert names["losses"][-1] < names["losses"][0] / 10


@pytest.mark.parametrize("title", [PYTORCH, KERAS, JAX])
def test_a_recipe_is_short(title: str) -> None:
    recipe = [line for line in BLOCKS[title][0].splitlines() if line]
    assert 5 < len(recipe) < 20


class TestGradients:
    """The gradients of the recipes are those of the frameworks' own relu, for values that agree."""

    pytestmark = uses_frameworks

    x = np.random.default_rng(0).standard_normal((37, 5), dtype=np.float32)
    dy = np.random.default_rng(1).standard_normal((37, 5), dtype=np.float32)

    def test_pytorch(self) -> None:
        names = _run(PYTORCH)
        torch = names["torch"]
        results = []
        for function in (names["Rectify"].apply, torch.relu):
            x = torch.from_numpy(self.x.copy()).requires_grad_()
            y = function(x)
            # A gradient that is a transposed view, as a later layer may pass back.
            y.T.backward(torch.from_numpy(self.dy.T.copy()))
            results.append((y, x.grad))
        assert all(map(torch.equal, *results))
        x = torch.from_numpy(self.x.astype(np.float64)).requires_grad_()
        assert torch.autograd.gradcheck(names["Rectify"].apply, x)

    def test_keras(self) -> None:
        Keras()
        names = _run(KERAS)
        assert names["losses"][-1] < names["losses"][0] / 10
        assert names["model"].jit_compile is False
        tf, keras = names["tf"], names["keras"]
        results = []
        for layer in (names["Rectifier"](), keras.layers.ReLU()):
            run = tf.function(layer)
            with tf.GradientTape() as tape:
                tape.watch(x := tf.constant(self.x))
                y = run(x)
            results.append((y, tape.gradient(y, x, tf.constant(self.dy))))
        for ours, theirs in zip(*results, strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_keras_trains_both_alike(self) -> None:
        Keras()
        names = _run(KERAS)
        keras = names["keras"]
        losses = []
        for layer in (names["Rectifier"](), keras.layers.ReLU()):
            keras.utils.set_random_seed(1)
            dense = keras.layers.Dense
            model = keras.Sequential([keras.Input((5,)), dense(8), layer, dense(1)])
            model.compile("sgd", "mse", jit_compile=False)
            losses.append(model.fit(self.x, self.dy[:, :1], epochs=3, verbose=0).history["loss"])
        assert losses[0] == losses[1]

    def test_jax(self) -> None:
        names = _run(JAX)
        jax = names["jax"]
        results = []
        for function in (names["rectify"], jax.nn.relu):
            for make in (lambda f: f, jax.jit, jax.vmap):
                y, pull = jax.vjp(make(function), self.x)
                results.append((y, *pull(jax.numpy.asarray(self.dy))))
        for result in results[1:]:
            for ours, theirs in zip(results[0], result, strict=True):
                np.testing.assert_array_equal(ours, theirs)
