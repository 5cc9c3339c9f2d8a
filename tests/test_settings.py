"""Settings from the environment are used as given, or refused with the name of the variable."""

import sys
from pathlib import Path

import pytest

from relu_ufunc import _core
from tests.subprocesses import output_of, run

SAYS_STREAM = "from relu_ufunc import _core; print(_core.stream_bytes())"
SAYS_SPIN = "from relu_ufunc import _core; print(_core.spin_microseconds())"


@pytest.mark.parametrize("value", ["0", "4096", str(sys.maxsize)])
def test_stream_bytes(value: str, tmp_path: Path) -> None:
    assert output_of(SAYS_STREAM, tmp_path, RELU_UFUNC_STREAM_BYTES=value) == value


def test_a_very_large_number_of_stream_bytes_means_never(tmp_path: Path) -> None:
    never = output_of(SAYS_STREAM, tmp_path, RELU_UFUNC_STREAM_BYTES="9" * 40)
    assert never == str(sys.maxsize)


@pytest.mark.parametrize("value", ["0", "5000"])
def test_spin_microseconds(value: str, tmp_path: Path) -> None:
    assert output_of(SAYS_SPIN, tmp_path, RELU_UFUNC_SPIN_MICROSECONDS=value) == value


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RELU_UFUNC_STREAM_BYTES", "-1"),
        ("RELU_UFUNC_STREAM_BYTES", "1e6"),
        ("RELU_UFUNC_STREAM_BYTES", ""),
        ("RELU_UFUNC_STREAM_BYTES", "1_0"),
        ("RELU_UFUNC_NUM_THREADS", "0"),
        ("RELU_UFUNC_NUM_THREADS", "two"),
        ("RELU_UFUNC_NUM_THREADS", str(_core.MOST_THREADS + 1)),
        ("RELU_UFUNC_SPIN_MICROSECONDS", "-5"),
        ("RELU_UFUNC_SPIN_MICROSECONDS", "9" * 12),
    ],
)
def test_an_invalid_value_is_an_import_error(variable: str, value: str, tmp_path: Path) -> None:
    finished = run("import relu_ufunc", tmp_path, **{variable: value})
    assert finished.returncode != 0
    last_line = finished.stderr.strip().splitlines()[-1]
    assert last_line.startswith(f"ImportError: {variable}={value!r} is not a whole number")


@pytest.mark.parametrize(
    "variable",
    ["RELU_UFUNC_STREAM_BYTES", "RELU_UFUNC_NUM_THREADS", "RELU_UFUNC_SPIN_MICROSECONDS"],
)
def test_more_digits_than_a_number_may_have(variable: str, tmp_path: Path) -> None:
    finished = run("import relu_ufunc", tmp_path, **{variable: "9" * 5000})
    assert finished.returncode != 0
    last_line = finished.stderr.strip().splitlines()[-1]
    assert last_line == (
        f"ImportError: {variable} is not a whole number of at most 100 digits: "
        "it has 5000 characters"
    )
