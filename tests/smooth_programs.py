"""tests/c/smooth.c and tests/c/smooth_ulps.c, built by the library's own build, and their findings.

They compare the smooth functions with estimates in C; MPFR has the last word.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import Array
from tests.mpfr import errors_in_ulp, rounded
from tests.smooth_facts import usual_parameters

ROOT = Path(__file__).parents[1]

ALL = 1 << 32
_RANGES = 16
_NO_ORACLE = 77


class CannotBuildError(Exception):
    """The programs need something that is not here."""


def build(directory: Path) -> Path:
    """Build the programs below the directory; return where they are."""
    meson, ninja = shutil.which("meson"), shutil.which("ninja")
    if not meson or not ninja or np.finfo(np.longdouble).nmant < 63:
        raise CannotBuildError("needs meson, ninja and a long double of 64 bits")
    names = ["tests/c/smooth_test", "tests/c/smooth_ulps_test"]
    setup = [meson, "setup", str(directory), str(ROOT), "-Dpython=false"]
    for command in (setup, [ninja, "-C", str(directory), *names]):
        subprocess.run(command, check=True, capture_output=True)
    programs = directory / "tests/c"
    if subprocess.run([programs / "smooth_ulps_test"], check=False).returncode == _NO_ORACLE:
        raise CannotBuildError("needs gcc's quadmath or a long double of 113 bits")
    return programs


def _lines(*command: object) -> list[list[str]]:
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True)
    return [line.split() for line in done.stdout.decode().splitlines()]


def _column(lines: list[list[str]], column: int) -> Array:
    return np.array([int(line[column], 16) for line in lines], np.uint32).view(np.float32)


@dataclass(frozen=True)
class Sweep:
    """What was found in all float32 inputs, on every instruction set."""

    count: int
    wrong: list[str]
    """Lines of an instruction set, an input, its result, and the right one."""
    n_near: int
    """How many are too near to the midpoint of two floats for the oracle in C."""
    hardest: list[tuple[int, int]]
    """What else is nearest to it, and the right results, as bits."""
    digests: dict[str, int]
    """Of the results of each instruction set."""


def _parameters(operation: Operation, others: tuple[float, ...]) -> list[float]:
    """The usual ones, or others, rounded to float32."""
    parameters: list[float] = np.array(others or usual_parameters(operation), np.float32).tolist()
    return parameters


def _of_all(run: Callable[[int, int], list[list[str]]]) -> list[list[str]]:
    """What is printed for each range of the inputs' bits."""
    starts = range(0, ALL, ALL // _RANGES)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda start: run(start, start + ALL // _RANGES), starts)
        return [line for part in found for line in part]


def _digests(lines: list[list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line[0] == "sum":
            found[line[1]] = (found.get(line[1], 0) + int(line[2], 16)) % (1 << 64)
    return found


def sweep(programs: Path, operation: Operation, *others: float) -> Sweep:
    """Look at all 2^32 float32; what MPFR finds wrong is in `wrong`, too."""
    parameters = _parameters(operation, others)
    run = partial(_lines, programs / "smooth_test", operation.name)
    lines = _of_all(lambda start, stop: run(start, stop, 1, *parameters))
    of = {kind: [line for line in lines if line[0] == kind] for kind in ("wrong", "near", "hard")}
    near_x, near_results = (_column(of["near"], k) for k in (1, 2))
    right = rounded(operation.name, near_x, np.dtype(np.float32), *parameters)
    wrong = [" ".join(line[1:]) for line in of["wrong"]]
    for x, result, y in zip(near_x, near_results, right.astype(np.float32), strict=True):
        as_bits = [f"{number.view(np.uint32):08x}" for number in (x, result, y)]
        if as_bits[1] != as_bits[2]:
            wrong.append(" ".join(["every", *as_bits]))
    hard = sorted(of["hard"], key=lambda line: float(line[3]))
    hardest = [(int(line[1], 16), int(line[2], 16)) for line in hard]
    count = sum(int(line[1]) for line in lines if line[0] == "count")
    return Sweep(count, wrong, len(near_x), hardest, _digests(lines))


def digests(programs: Path, operation: Operation, *others: float) -> dict[str, int]:
    """Of the results of each instruction set for all 2^32 float32."""
    run = partial(_lines, programs / "smooth_test", operation.name, "digests")
    parameters = _parameters(operation, others)
    found = _digests(_of_all(lambda start, stop: run(start, stop, *parameters)))
    # That of none.
    del found["right"]
    return found


@dataclass(frozen=True)
class Errors:
    """What was found at random points."""

    count: int
    misrounded: int
    worst: float
    """In units of the last place, by MPFR."""
    differ: list[list[str]]
    """Where two instruction sets do not give the same bits."""


def measure(programs: Path, operation: Operation, dtype: str, n: int, *parameters: float) -> Errors:
    """Look at n random points, for a derivative with a random dy, of a dtype "f32" or "f64".

    The parameters are rounded to that dtype.
    """
    program = programs / "smooth_ulps_test"
    array = partial(np.array, dtype=np.float32 if dtype == "f32" else np.float64)
    rounded_parameters: list[float] = array(parameters).tolist()
    *differ, worst, count = _lines(program, operation.name, dtype, n, 1, *rounded_parameters)
    x, dy, result = (float.fromhex(word) for word in worst[2:])
    operands = [*([dy] if operation.is_backward else []), x, *rounded_parameters]
    by_mpfr = errors_in_ulp(operation.name, array([result]), *operands)[0]
    if abs(by_mpfr - float(worst[1])) > 1e-3:
        raise AssertionError(f"{operation.name}: {worst[1]} ulp by the oracle, {by_mpfr} by MPFR")
    return Errors(int(count[1]), int(count[3]), by_mpfr, differ)


def estimates(programs: Path, operation: Operation, n: int) -> list[list[str]]:
    """Lines of x, and the value and its bound for each level of the estimates in C."""
    command = (programs / "smooth_test", operation.name, "estimates", 1, n)
    return _lines(*command, *usual_parameters(operation))
