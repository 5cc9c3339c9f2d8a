"""Settings from the environment are used as given, or refused with the name of the variable."""

import re
import sys
from pathlib import Path

import pytest

from relu_ufunc import _core
from tests.packages import PACKAGE
from tests.subprocesses import output_of, run

SAYS_STREAM = "from relu_ufunc import _core; print(_core.stream_bytes())"
SAYS_SPIN = "from relu_ufunc import _core; print(_core.spin_microseconds())"


# What each variable sets, and a value that is not its default.
SETTINGS = {
    "RELU_UFUNC_ISA": ("relu_ufunc.isa()", "generic"),
    "RELU_UFUNC_NUM_THREADS": ("relu_ufunc.get_num_threads()", "3"),
    "RELU_UFUNC_WAY": ("_core.forced_store_mode()", "plain"),
    "RELU_UFUNC_STREAM_BYTES": ("_core.stream_bytes()", "12345"),
    "RELU_UFUNC_SPIN_MICROSECONDS": ("_core.spin_microseconds()", "77"),
}


def test_all_variables_are_in_the_docs_and_here() -> None:
    named = {
        name
        for file in PACKAGE.glob("*.py")
        for name in re.findall(r'"(RELU_UFUNC_\w+)"', file.read_text(encoding="utf-8"))
    }
    assert named == set(SETTINGS)
    page = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"
    rows = re.findall(r"^\| `(RELU_UFUNC_\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(SETTINGS)


@pytest.mark.parametrize("variable", SETTINGS)
def test_an_empty_variable_counts_as_one_that_is_not_set(variable: str, tmp_path: Path) -> None:
    setting, value = SETTINGS[variable]
    code = f"import relu_ufunc; from relu_ufunc import _core; print({setting})"
    unset = output_of(code, tmp_path)
    assert output_of(code, tmp_path, **{variable: ""}) == unset
    assert output_of(code, tmp_path, **{variable: value}) == value


def test_all_variables_may_be_empty_at_once(tmp_path: Path) -> None:
    output_of("import relu_ufunc", tmp_path, **dict.fromkeys(SETTINGS, ""))


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
        ("RELU_UFUNC_STREAM_BYTES", " "),
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


SAYS_STORE_MODE = "from relu_ufunc import _core; print(_core.forced_store_mode())"


@pytest.mark.parametrize("mode", _core.STORE_MODES)
def test_a_store_mode_is_forced(mode: str, tmp_path: Path) -> None:
    assert output_of(SAYS_STORE_MODE, tmp_path, RELU_UFUNC_WAY=mode) == mode


@pytest.mark.parametrize("environment", [{}, {"RELU_UFUNC_WAY": "measured"}])
def test_store_modes_are_measured_by_default(environment: dict[str, str], tmp_path: Path) -> None:
    assert output_of(SAYS_STORE_MODE, tmp_path, **environment) == "None"


@pytest.mark.parametrize("mode", [" ", "fast", "Plain", "None"])
def test_an_unknown_store_mode_is_an_import_error(mode: str, tmp_path: Path) -> None:
    finished = run("import relu_ufunc", tmp_path, RELU_UFUNC_WAY=mode)
    assert finished.returncode != 0
    last_line = finished.stderr.strip().splitlines()[-1]
    assert last_line == (
        f"ImportError: RELU_UFUNC_WAY={mode!r} is not one of measured, plain, streamed, interleaved"
    )


def test_show_config_says_what_was_measured(tmp_path: Path) -> None:
    code = (
        "import numpy as np, relu_ufunc\n"
        "relu_ufunc.show_config(); print('---')\n"
        "x = np.ones(1 << 20, np.float32); relu_ufunc.relu(x, out=np.empty_like(x))\n"
        "relu_ufunc.show_config()"
    )
    before, after = output_of(code, tmp_path, RELU_UFUNC_STREAM_BYTES="65536").split("---")
    assert "relu f32" not in before
    measured = [line for line in after.splitlines() if line.startswith("relu f32")]
    assert len(measured) == 1
    assert "8.39 MB" in measured[0]
    assert "alone plain" in measured[0]
    assert "GB/s" in measured[0]
