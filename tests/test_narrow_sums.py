"""Where the gradient of a shared parameter is summed, the sum holds for the narrowest of dtypes."""

import re
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS
from tests.bits import Array

ml_dtypes = pytest.importorskip("ml_dtypes")

ROOT = Path(__file__).parents[1]
SOURCES = {
    path.name: path.read_text("utf-8") for path in [*ROOT.glob("docs/*.md"), ROOT / "README.md"]
} | {
    operation.name: getattr(relu_ufunc, operation.name).__doc__
    for operation in OPERATIONS
    if operation.is_backward
}
# A line that compares two sums shows what goes wrong.
SUM = re.compile(r">>> (-?(?:dslope\.|np\.)sum\([^#\n]*\))", re.MULTILINE)
LINES = [(name, line) for name, text in SOURCES.items() for line in SUM.findall(text)]


def test_the_sums_are_found() -> None:
    assert {name for name, _ in LINES} >= {
        "semantics.md",
        "tour.md",
        "prelu_backward",
        "soft_threshold_backward",
        "swish_backward",
    }


def total(line: str, dtype: type) -> Array:
    """What the line gives where many elements share the parameter."""
    x: Array = np.full((10_000, 1, 2, 1), -2, dtype)
    dy: Array = np.ones_like(x)
    one: Array = np.ones((), dtype)
    names = vars(relu_ufunc) | {
        "np": np,
        "x": x,
        "dy": dy,
        "dx": relu_ufunc.soft_threshold_backward(dy, x, one),
        "dslope": relu_ufunc.prelu_backward(dy, x, one)[1],
        "dbeta": x * x * np.asarray(0.1, dtype),
    }
    return np.asarray(eval(line, names))


@pytest.mark.parametrize(("name", "line"), LINES)
@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16, np.float32])
def test_a_sum_is_right_in_every_dtype(name: str, line: str, dtype: type) -> None:
    np.testing.assert_allclose(total(line, dtype), total(line, np.float64), rtol=0.01)
