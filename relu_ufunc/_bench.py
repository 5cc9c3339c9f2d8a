"""Measures each function on this machine, against NumPy's spelling and a plain copy."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from timeit import Timer
from typing import Any, TextIO

import numpy as np

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc._ufuncs import dtypes_of_ml_dtypes

CACHED_BYTES = 256_000
"""An array of this size fits any second-level cache together with its output."""

LARGE_BYTES = 40_000_000
"""An array of this size is read from memory, as is any of at least ``_COLD_BYTES``."""

_COLD_BYTES = 8_000_000
_EVICTING_BYTES = 128_000_000

_SECONDS = 12.0
_MOST_SECONDS_PER_CASE = 0.5
_FEWEST_ROUNDS = 2
_SAMPLE_SECONDS = 1e-4

_PARAMETERS = {"slope": 0.01, "max_value": 6, "alpha": 1}
_OTHER_PARAMETER = 1
_ARRAYS = ("dy", "dz", "x", "y", "b")

_LEGEND = """\
GB/s: array bytes read and written per second. vs copy: that speed relative to
the table's np.copyto. vs NumPy: speed relative to NumPy's spelling; < marks a
slower function."""

_BAR_WIDTH = 24
_EIGHTHS = "▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Measurement:
    """The shortest time of one call, in seconds; None for NumPy if it has no spelling."""

    name: str
    moved_bytes: int
    seconds: float
    copied_bytes: int
    copy_seconds: float
    numpy_seconds: float | None

    @property
    def gigabytes_per_second(self) -> float:
        return self.moved_bytes / self.seconds / 1e9

    @property
    def copy_gigabytes_per_second(self) -> float:
        return self.copied_bytes / self.copy_seconds / 1e9

    @property
    def times_numpy(self) -> float | None:
        return None if self.numpy_seconds is None else self.numpy_seconds / self.seconds


def operations_for(dtype: np.dtype[Any]) -> list[Operation]:
    """The functions that have their own loop for a dtype."""
    if _is_of_ml_dtypes(dtype):
        return list(OPERATIONS)
    return [operation for operation in OPERATIONS if dtype.char in operation.type_characters]


def _is_of_ml_dtypes(dtype: np.dtype[Any]) -> bool:
    return dtype.isbuiltin == 2 and dtype.name in _core.ML_DTYPES


def dtypes() -> dict[str, np.dtype[Any]]:
    """The dtypes for which any function has a loop here, by name: NumPy's, smallest first."""
    characters = "".join(operation.type_characters for operation in OPERATIONS)
    found = [*map(np.dtype, characters), *dtypes_of_ml_dtypes()]
    return {dtype.name: dtype for dtype in found}


def dtype_names() -> list[str]:
    """The names of all dtypes with loops, those included that ml_dtypes has to be installed for."""
    return list(dict.fromkeys([*dtypes(), *_core.ML_DTYPES]))


def run(operations: Sequence[Operation], dtype: np.dtype[Any], sizes: Sequence[int]) -> None:
    """Measure and print one table per size."""
    threads = relu_ufunc.get_num_threads()
    print(
        f"relu_ufunc {relu_ufunc.__version__} on {relu_ufunc.isa()}, "
        f"{threads} thread{'s' * (threads > 1)}, NumPy {np.__version__}, {dtype.name}"
    )
    progress = _Progress(len(operations) * len(sizes), sys.stderr)
    blocks = _EIGHTHS if _shows_blocks(sys.stdout) else None
    deadline = time.perf_counter() + _SECONDS
    for size in sizes:
        measurements = []
        data = operands(operations, dtype, size)
        is_cold = size * dtype.itemsize >= _COLD_BYTES
        # A large server's cache holds more than one array, so other data has to evict it first.
        evict = np.ones(_EVICTING_BYTES // 8, np.int64).max if is_cold else None
        for operation in operations:
            progress.step(operation.name)
            seconds = min(
                (deadline - time.perf_counter()) / progress.steps_left, _MOST_SECONDS_PER_CASE
            )
            measurements.append(_measure(operation, data, seconds, evict))
        progress.clear()
        print()
        print(
            f"{size:,} elements, {_bytes(size * dtype.itemsize)} an array, "
            f"{'from memory' if is_cold else 'in cache'}"
        )
        print("\n".join(_table(measurements, blocks)), flush=True)
    print(f"\n{_LEGEND}")


class _Progress:
    """One line that says what is being measured; silent unless on a terminal."""

    def __init__(self, steps: int, stream: TextIO) -> None:
        self._steps = steps
        self._done = 0
        self._stream = stream if stream.isatty() else None

    @property
    def steps_left(self) -> int:
        return self._steps - self._done + 1

    def step(self, text: str) -> None:
        self._done += 1
        self._write(f"{self._done}/{self._steps} {text}")

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"\r{text:<40}\r{text}")
            self._stream.flush()


def operands(operations: Sequence[Operation], dtype: np.dtype[Any], size: int) -> dict[str, Any]:
    """Inputs for all of these functions by name, and the outputs ``out0``, ``out1``."""
    names = {name for operation in operations for name in operation.inputs}
    outputs = max(len(operation.outputs) for operation in operations)
    _check_memory((len(names & set(_ARRAYS)) + outputs) * size * dtype.itemsize)
    inputs: dict[str, Any] = {name: _parameter(name, dtype) for name in names}
    arrays = {
        name: _random(dtype, size, seed) for seed, name in enumerate(_ARRAYS) if name in names
    }
    if "b" in arrays:
        # squareplus takes its square root, below 0 with a warning.
        arrays["b"] = np.abs(arrays["b"])
    return inputs | arrays | {f"out{k}": np.zeros(size, dtype) for k in range(outputs)}


def _check_memory(wanted: int) -> None:
    """Raise an error before the system, which may overcommit memory, kills the process."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            kilobytes = dict(line.split()[:2] for line in file)
    except OSError:
        return
    available = 1024 * int(kilobytes.get("MemAvailable:", sys.maxsize))
    if wanted > available:
        raise MemoryError(f"{_bytes(wanted)} wanted, {_bytes(available)} available")


def statements(operation: Operation) -> tuple[str, str, str]:
    """The function's call, a copy of its first array, and NumPy's spelling, which may be ""."""
    first = next(name for name in operation.inputs if name in _ARRAYS)
    call = f"function({', '.join(operation.inputs)}, out=outputs)"
    return call, f"np.copyto(out, {first})", operation.numpy


def names_in_statements(operation: Operation, operands: dict[str, Any]) -> dict[str, Any]:
    """The values of the names in the statements; ``out`` is the first of the outputs."""
    outputs = tuple(operands[f"out{k}"] for k in range(len(operation.outputs)))
    return {
        "np": np,
        "math": math,
        "function": getattr(relu_ufunc, operation.name),
        "out": outputs[0],
        "outputs": outputs,
        **dict(zip(operation.outputs, outputs, strict=True)),
        **{name: operands[name] for name in operation.inputs},
    }


def _parameter(name: str, dtype: np.dtype[Any]) -> Any:
    value = True if dtype.kind == "b" else _PARAMETERS.get(name, _OTHER_PARAMETER)
    # Beside a number of Python's, a dtype of ml_dtypes becomes float32.
    return dtype.type(value) if _is_of_ml_dtypes(dtype) else value


def _random(dtype: np.dtype[Any], size: int, seed: int) -> np.ndarray[Any, Any]:
    generator = np.random.default_rng(seed)
    some = min(size, 100_003)
    values: np.ndarray[Any, Any]
    if dtype.kind == "f" or _is_of_ml_dtypes(dtype):
        values = 3 * generator.standard_normal(some)
    elif dtype.kind == "b":
        values = generator.integers(0, 2, some)
    else:
        limits = np.iinfo(dtype)
        values = generator.integers(limits.min, limits.max, some, dtype=dtype, endpoint=True)
    values = values.astype(dtype)
    array: np.ndarray[Any, Any] = np.empty(size, dtype)
    for start in range(0, size, some):
        piece = array[start : start + some]
        piece[...] = values[: len(piece)]
    return array


def _measure(
    operation: Operation,
    operands: dict[str, Any],
    seconds: float,
    evict: Callable[[], object] | None,
) -> Measurement:
    names = names_in_statements(operation, operands)
    call, copy, numpy = statements(operation)
    with np.errstate(all="ignore"):
        timed = [call, copy, numpy] if _runs(numpy, names) else [call, copy]
        calls = [Timer(statement, globals=names).timeit for statement in timed]
        best = _interleaved(calls, seconds, evict)
    arrays = [names[name] for name in operation.inputs if name in _ARRAYS]
    return Measurement(
        operation.name,
        moved_bytes=sum(array.nbytes for array in (*arrays, *names["outputs"])),
        seconds=best[0],
        copied_bytes=2 * arrays[0].nbytes,
        copy_seconds=best[1],
        numpy_seconds=best[2] if len(best) > 2 else None,
    )


def _runs(statement: str, names: dict[str, Any]) -> bool:
    """Whether NumPy supports this spelling for these dtypes; bool, for one, has no negative."""
    if not statement:
        return False
    try:
        Timer(statement, globals=names).timeit(1)
    except TypeError:
        return False
    return True


def _interleaved(
    calls: Sequence[Callable[[int], float]], seconds: float, evict: Callable[[], object] | None
) -> list[float]:
    """The shortest time of each call, measured in turns, so that a slow phase affects all alike."""
    end = time.perf_counter() + seconds
    number = 1 if evict else max(1, math.ceil(_SAMPLE_SECONDS / max(calls[0](1), 1e-9)))
    best = [math.inf] * len(calls)
    rounds = 0
    while rounds < _FEWEST_ROUNDS or time.perf_counter() < end:
        for k, call in enumerate(calls):
            if evict:
                evict()
            best[k] = min(best[k], call(number) / number)
        rounds += 1
    return best


def _table(measurements: Sequence[Measurement], blocks: str | None) -> Iterator[str]:
    # The copy was measured together with each function; the best of all is the reference.
    copy = max(each.copy_gigabytes_per_second for each in measurements)
    fastest = max(copy, *(each.gigabytes_per_second for each in measurements))
    yield f"{'function':<26}{'GB/s':>7}{'vs copy':>10}{'vs NumPy':>11}"
    yield f"{'np.copyto':<26}{copy:>7.1f}{1:>10.2f}{'':>11}  {_bar(copy / fastest, blocks)}"
    for each in measurements:
        speed = each.gigabytes_per_second
        bar = _bar(speed / fastest, blocks)
        numpy = _times(each.times_numpy)
        yield f"{each.name:<26}{speed:>7.1f}{speed / copy:>10.2f}{numpy:>12} {bar}"


def _times(factor: float | None) -> str:
    """The factor as text, with a mark if it is less than 1."""
    if factor is None:
        return ""
    return f"{factor:.1f}x " if factor >= 1 else f"{factor:.2f}x<"


def _bar(share: float, blocks: str | None) -> str:
    if blocks is None:
        return "#" * max(1, round(share * _BAR_WIDTH))
    full, eighths = divmod(max(1, round(share * _BAR_WIDTH * 8)), 8)
    return blocks[-1] * full + (blocks[eighths - 1] if eighths else "")


def _shows_blocks(stream: TextIO) -> bool:
    try:
        _EIGHTHS.encode(stream.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return stream.isatty()


def _bytes(count: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"
