"""Where the gradient of a shared slope is summed, the sum holds for the narrowest of dtypes."""

import re
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from tests.bits import Array

ml_dtypes = pytest.importorskip("ml_dtypes")

ROOT = Path(__file__).parents[1]
SOURCES = {
    path.name: path.read_text("utf-8") for path in [*ROOT.glob("docs/*.md"), ROOT / "README.md"]
} | {"prelu_backward": relu_ufunc.prelu_backward.__doc__ or ""}
SUM = re.compile(r">>> (dslope\.sum\(.*\))$", re.MULTILINE)
LINES = [(name, line) for name, text in SOURCES.items() for line in SUM.findall(text)]


def test_the_sums_are_found() -> None:
    assert {name for name, _ in LINES} >= {"semantics.md", "tour.md", "prelu_backward"}


@pytest.mark.parametrize(("name", "line"), LINES)
@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.float16, np.float32, np.float64])
def test_a_sum_is_right_in_every_dtype(name: str, line: str, dtype: type) -> None:
    x: Array = np.full((10_000, 1, 2, 1), -1, dtype)
    _, dslope = relu_ufunc.prelu_backward(np.ones_like(x), x, np.asarray(0.25, dtype))
    total = eval(line, {"np": np, "dslope": dslope})
    assert total.sum(dtype=np.float64) == -x.size
