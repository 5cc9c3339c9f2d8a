"""What the command `bench` measures and how it reports it."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import relu_ufunc
from relu_ufunc import _bench, _core
from relu_ufunc._cli import main
from relu_ufunc._operations import OPERATIONS, Operation
from tests.subprocesses import run


@pytest.fixture(autouse=True)
def is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bench, "_SECONDS", 0.0)
    monkeypatch.setattr(_bench, "_SAMPLE_SECONDS", 0.0)


def rows(printed: str) -> list[str]:
    """The names of the rows, in order."""
    return re.findall(r"^([a-z]\S*) +\d+\.\d +\d", printed, re.MULTILINE)


@pytest.mark.parametrize("dtype", _bench.dtype_names())
def test_every_function_of_every_dtype(dtype: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--dtype", dtype, "--size", "1_000", "20"]) == 0
    names = ["np.copyto"] + [
        operation.name
        for operation in OPERATIONS
        if dtype in _core.ML_DTYPES or np.dtype(dtype).char in operation.type_characters
    ]
    printed = capsys.readouterr().out
    assert rows(printed) == names * 2
    assert "1,000 elements" in printed
    assert "20 elements" in printed


@pytest.mark.parametrize("name", _core.ML_DTYPES)
def test_small_floats_are_measured_in_their_own_loops(name: str) -> None:
    dtype = _bench.dtypes()[name]
    for operation in OPERATIONS:
        data = _bench.operands([operation], dtype, 100)
        inputs = [data[each] for each in operation.inputs]
        for result in arrays(getattr(relu_ufunc, operation.name)(*inputs)):
            assert result.dtype == dtype


@pytest.mark.parametrize("name", _core.ML_DTYPES)
def test_a_dtype_of_ml_dtypes_that_is_not_installed(name: str, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "from relu_ufunc._cli import main\n"
        f"main(['bench', '--dtype', {name!r}])"
    )
    finished = run(code, tmp_path)
    assert finished.returncode == 2
    assert finished.stderr.endswith(f"error: dtype {name} needs ml_dtypes: pip install ml_dtypes\n")


def test_functions_come_in_the_order_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--functions", "relu6", "relu", "relu6", "--size", "20"]) == 0
    assert rows(capsys.readouterr().out) == ["np.copyto", "relu6", "relu"]


def test_threads(capsys: pytest.CaptureFixture[str]) -> None:
    before = relu_ufunc.get_num_threads()
    try:
        assert main(["bench", "--functions", "relu", "--size", "20", "--threads", "2"]) == 0
        assert relu_ufunc.get_num_threads() == 2
    finally:
        relu_ufunc.set_num_threads(before)
    assert ", 2 threads, " in capsys.readouterr().out


def test_two_sizes_by_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bench, "CACHED_BYTES", 800)
    monkeypatch.setattr(_bench, "LARGE_BYTES", 4_000)
    monkeypatch.setattr(_bench, "_COLD_BYTES", 4_000)
    monkeypatch.setattr(_bench, "_EVICTING_BYTES", 80_000)
    assert main(["bench", "--functions", "crelu"]) == 0
    printed = capsys.readouterr().out
    assert "200 elements, 800 B an array, in cache" in printed
    assert "1,000 elements, 4 kB an array, from memory" in printed


def arrays(results: Any) -> list[NDArray[Any]]:
    return [np.array(each) for each in (results if isinstance(results, tuple) else (results,))]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_numpy_spellings_mean_the_same(operation: Operation) -> None:
    """The code that bench compares with computes the same, on ordinary numbers."""
    data = _bench.operands([operation], np.dtype(np.float64), 1000)
    names = _bench.names_in_statements(operation, data)
    call, _, spelling = _bench.statements(operation)
    assert spelling == operation.numpy
    ours = arrays(eval(call, names))
    theirs = arrays(eval(spelling, names))
    for one, other in zip(ours, theirs, strict=True):
        # The plain formulas of the smooth functions cancel below 0.
        rtol = 1e-6 if operation.is_smooth else 1e-14
        np.testing.assert_allclose(other, one, rtol=rtol)


def test_measures_are_ratios() -> None:
    measurement = _bench.Measurement(
        "relu", moved_bytes=8000, seconds=1e-6, copied_bytes=8000, copy_seconds=5e-7,
        numpy_seconds=4e-6,
    )  # fmt: skip
    assert measurement.gigabytes_per_second == pytest.approx(8)
    assert measurement.copy_gigabytes_per_second == pytest.approx(16)
    assert measurement.times_numpy == pytest.approx(4)


def measured(name: str, speed: float, copy_speed: float, times_numpy: float | None) -> Any:
    return _bench.Measurement(
        name,
        moved_bytes=8000,
        seconds=8e-6 / speed,
        copied_bytes=8000,
        copy_seconds=8e-6 / copy_speed,
        numpy_seconds=None if times_numpy is None else 8e-6 / speed * times_numpy,
    )


def test_a_table_has_one_copy_to_compare_with() -> None:
    table = list(
        _bench._table([measured("a", 90, 80, 4), measured("b", 50, 100, 0.614)], blocks=None)
    )
    assert [line.split()[:4] for line in table[1:]] == [
        ["np.copyto", "100.0", "1.00", "########################"],
        ["a", "90.0", "0.90", "4.0x"],
        ["b", "50.0", "0.50", "0.61x<"],
    ]


def test_every_line_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--size", "20"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize(("text", "size"), [("1e3", 1000), ("2.5e2", 250), ("1_000", 1000)])
def test_sizes_as_they_are_written(
    text: str, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--functions", "relu", "--size", text]) == 0
    assert f"\n{size:,} elements" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "inf", "nan", "1e-3", "many", "1e400"])
def test_invalid_sizes(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "--functions", "relu", f"--size={text}"])
    assert stopped.value.code == 2
    assert f"expected a positive whole number, not '{text}'" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["99999999999999", "1e300"])
def test_not_enough_memory(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "--functions", "relu", "--size", size])
    assert stopped.value.code == 1
    assert "not enough memory for arrays of" in capsys.readouterr().err
