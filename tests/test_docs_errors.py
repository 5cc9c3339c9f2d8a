"""docs/errors.md: its calls raise the errors that it tells, and its traps are as it says."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests import subinterpreters
from tests.bits import Array, assert_same
from tests.subprocesses import output_of

ml_dtypes = pytest.importorskip("ml_dtypes")

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text("utf-8")


class Row(NamedTuple):
    call: str
    where: str
    message: str
    remedy: str


ROWS = [
    Row(*cells)
    for cells in re.findall(r"^\| `(.+?)`(.*?) \| `(.+?)` \| (.+) \|$", PAGE, re.MULTILINE)
]
CALLS = [row for row in ROWS if not row.where]
REMEDIES = [code for row in CALLS for code in re.findall(r"`(\w[\w.]*\([^`]+)`", row.remedy)]
"""What the last column tells to write, where that is a whole call."""
MESSAGES_ARE_THOSE_OF_NUMPY_2 = pytest.mark.skipif(
    int(np.__version__.partition(".")[0]) < 2, reason="NumPy's messages and promotion differed"
)


@cache
def _definitions() -> str:
    block = PAGE.split("```python\n")[1].split("```")[0]
    return "\n".join(line[4:] for line in block.splitlines())


def _names() -> dict[str, Any]:
    names = dict(vars(relu_ufunc))
    exec(_definitions(), names)
    return names


def test_the_table_is_found() -> None:
    table = PAGE.split("## Errors")[1].split("## Traps")[0]
    assert len(ROWS) == table.count("\n|") - 2
    assert len(REMEDIES) > len(CALLS) / 2


@MESSAGES_ARE_THOSE_OF_NUMPY_2
@pytest.mark.parametrize("row", CALLS, ids=[row.call for row in CALLS])
def test_each_call_raises_what_the_table_says(row: Row) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError), match=re.escape(row.message)):
        exec(row.call, _names())


@MESSAGES_ARE_THOSE_OF_NUMPY_2
@pytest.mark.parametrize("code", REMEDIES)
def test_what_the_table_advises_runs(code: str) -> None:
    eval(code, _names())


def test_a_second_interpreter_is_refused(tmp_path: Path) -> None:
    (row,) = (row for row in ROWS if row.where == " in a second interpreter")
    # A second one of the older kind, as a web server makes them.
    text = Path(subinterpreters.__file__).read_text(encoding="utf-8")
    code = f"""
import relu_ufunc
attempt("legacy", {row.call!r}, {row.message!r})
print("done")
"""
    assert output_of(text + code, tmp_path) == "done"


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.5.5", reason="NumPy's `at` did not ask"
)
def test_at_refuses_read_only_memory() -> None:
    with pytest.raises(ValueError, match="is read-only"):
        relu_ufunc.add_relu.at(np.broadcast_to(-1.0, 2), [1], 1)


RIGHT_BESIDE_THE_OUTPUT: dict[str, list[list[float]]] = {
    "relu_backward": [[]],
    "relu6_backward": [[]],
    "clipped_relu_backward": [[-2], [-0.0], [0.5], [6], [np.inf], [np.nan]],
    "hard_threshold_backward": [[-2], [-0.0], [0], [0.5], [6], [np.inf], [np.nan]],
    "leaky_relu_backward": [[2.0**-24], [0.01], [0.25], [1]],
    "thresholded_relu_backward": [[-0.0], [0], [0.5], [6], [np.inf], [np.nan]],
}


def test_the_page_names_the_derivatives_that_are_right_beside_the_output() -> None:
    sentence = PAGE.split("only the output is left. Beside it")[1].split("All others")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == set(RIGHT_BESIDE_THE_OUTPUT)


@pytest.mark.parametrize(
    "operation", [row for row in OPERATIONS if row.is_backward], ids=lambda row: row.name
)
def test_a_derivative_beside_the_output(operation: Operation) -> None:
    name = operation.name
    x: Array = np.arange(2**16, dtype=np.uint16).view(np.float16)
    dy = np.float16(3)

    def outputs(values: Array, parameters: list[np.float16]) -> tuple[Array, ...]:
        results = getattr(relu_ufunc, name)(dy, values, *parameters)
        return results if isinstance(results, tuple) else (results,)

    for values in RIGHT_BESIDE_THE_OUTPUT.get(name, [[0.5] * len(operation.parameters)]):
        parameters = [np.float16(value) for value in values]
        y = getattr(relu_ufunc, operation.forward)(x, *parameters)
        pairs = list(zip(outputs(x, parameters), outputs(y, parameters), strict=True))
        if name in RIGHT_BESIDE_THE_OUTPUT:
            for right, beside_y in pairs:
                assert_same(beside_y, right, values)
        else:
            numbers = ~np.isnan(x)
            assert any((right != beside_y)[numbers].any() for right, beside_y in pairs)


SMALL = {
    name: np.dtype(kind)
    for name, kind in vars(ml_dtypes).items()
    if isinstance(kind, type) and issubclass(kind, np.generic) and "complex" not in name
}
OURS = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


@pytest.mark.parametrize("name", SMALL)
def test_a_small_format_without_loops_is_converted(name: str) -> None:
    dtype = SMALL[name]
    of_integers = "int" in name
    x = np.arange(2 ** (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}").view(dtype)
    with np.errstate(invalid="ignore"):
        values = x.astype(np.float32)
    wide = np.dtype(np.int8 if of_integers else np.float32)
    floats = np.dtype(np.float16 if of_integers else np.float32)
    assert relu_ufunc.relu(x).dtype == (dtype if name in OURS else wide)
    assert relu_ufunc.silu(x).dtype == (dtype if name in OURS else floats)
    assert relu_ufunc.relu(x, out=x) is x
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(
            x.astype(np.float32), np.where(values <= 0, np.float32(0), values)
        )


def test_the_page_names_the_small_formats_with_loops() -> None:
    (sentence,) = re.findall(r"\*\*Of the small formats of ml_dtypes, only (.+) have loops", PAGE)
    assert tuple(re.split(", | and ", sentence)) == OURS


def test_a_zero_is_nan_in_a_format_that_has_none() -> None:
    if (dtype := SMALL.get("float8_e8m0fnu")) is None:
        pytest.skip("an earlier ml_dtypes")
    x = np.array([0.5, 2], dtype=dtype)
    result = relu_ufunc.thresholded_relu(x, dtype.type(1), out=np.empty_like(x))
    assert np.isnan(result).tolist() == [True, False]
