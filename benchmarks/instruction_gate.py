"""Fail if a kernel or a call needs more instructions than the baseline allows.

    python benchmarks/instruction_gate.py             compare with instruction_counts.json
    python benchmarks/instruction_gate.py --update    write a new baseline

Counts, unlike times, are the same on a busy machine. Callgrind counts two runs that differ only
in the number of elements or calls, so that the start-up of Python and NumPy cancels out in the
difference. For a call, the instructions of NumPy's own ufunc with as many operands are subtracted.
The instruction set is fixed, since Callgrind does not support AVX-512. Without Callgrind or this
instruction set, the times of the same kernels are compared with those of a copy instead, with a
wide margin.
"""

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ISA = "x86-64-v3"
BASELINE = Path(__file__).with_name("instruction_counts.json")

KERNELS = [
    ("relu", "float32", "contiguous"),
    ("relu", "float16", "contiguous"),
    ("relu", "float64", "contiguous"),
    ("relu", "int8", "contiguous"),
    ("relu", "float32", "strided"),
    ("relu_backward", "float32", "contiguous"),
    ("leaky_relu", "float32", "contiguous"),
    ("leaky_relu", "float16", "contiguous"),
    ("add_relu", "int16", "array parameters"),
    ("affine_relu", "float32", "channel parameters"),
    ("hard_swish", "float32", "contiguous"),
    ("elu", "float32", "contiguous"),
    ("squareplus", "float32", "contiguous"),
    ("silu", "float32", "contiguous"),
    ("silu", "float16", "contiguous"),
    ("softplus", "float16", "contiguous"),
    ("soft_threshold", "float32", "contiguous"),
    ("soft_threshold_backward", "int16", "contiguous"),
    ("hard_threshold", "float32", "array parameters"),
    ("swish", "float32", "contiguous"),
    ("swish_backward", "float64", "contiguous"),
    ("log_sigmoid", "float64", "contiguous"),
    ("hard_sigmoid", "float32", "contiguous"),
    ("reglu", "float32", "contiguous"),
    ("reglu_backward", "float16", "contiguous"),
    ("swiglu", "float32", "rows"),
    ("swiglu_backward", "float32", "contiguous"),
    ("geglu", "float64", "contiguous"),
    ("geglu_tanh", "float16", "contiguous"),
]
CALLS = {"relu": "np.abs(x, out=out)", "relu_backward": "np.maximum(dy, x, out=out)"}

# Another compiler version changes the counts by a few per cent, and another NumPy those of calls by
# a few dozen. A loop that is no longer vectorised takes several times as many instructions.
TOLERANCE_PER_ELEMENT = 0.2
TOLERANCE_PER_CALL = 100
TIME_MARGIN = 3.0

KILOBYTES = 64
REPEATS = {"per element": 20, "per call": 500}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Formatter)
    parser.add_argument("--update", action="store_true", help="write a new baseline")
    parser.add_argument("--run-counted", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run_counted:
        run_counted()
        return 0

    why_not = _why_no_counts()
    if arguments.update:
        if why_not:
            parser.error(f"{why_not}: no instructions can be counted here")
        _write_baseline()
        return 0
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    if why_not:
        print(f"{why_not}: comparing times with np.copyto's, in place of instruction counts")
        return _judge_times(baseline)
    return _judge_counts(baseline)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    pass


def _why_no_counts() -> str:
    import relu_ufunc

    if ISA not in relu_ufunc.available_isas():
        return f"{ISA} cannot run here"
    return "" if shutil.which("valgrind") else "valgrind is not installed"


def run_counted() -> None:
    """Run each workload in a forked process, whose counts Callgrind writes to a separate file."""
    gc.disable()
    for kernel in KERNELS:
        for factor in (1, 2):
            work = _make_workload(*kernel, KILOBYTES * factor)
            _fork(f"per element/{'/'.join(kernel)}/{factor}", work.ours, work, 1)
    for function, reference in CALLS.items():
        work = _make_workload(function, "float32", "contiguous", 0.004)
        for name, statement in ((function, work.ours), (f"{function} by NumPy", reference)):
            for factor in (1, 2):
                _fork(f"per call/{name}/{factor}", statement, work, factor)


def _make_workload(function: str, dtype: str, layout: str, kilobytes: float) -> Any:
    from benchmarks.workload import make_workload

    return make_workload(function, dtype, kilobytes, layout)


def _fork(label: str, statement: str, work: Any, factor: int) -> None:
    repeats = REPEATS[label.split("/")[0]] * factor
    pid = os.fork()
    if pid == 0:
        work.namespace["zero_counts"] = os.getppid
        exec(f"zero_counts()\nfor _ in range({repeats}): {statement}", work.namespace)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"{label}: the counted process ended with status {status}")
    print(pid, label, flush=True)


def _counts() -> dict[str, dict[str, float]]:
    """Instructions per element of each kernel, and per call beyond NumPy's own."""
    totals: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--quiet"),
                f"--callgrind-out-file={folder}/%p",
                "--zero-before=getppid",
                *(sys.executable, __file__, "--run-counted"),
            ],
            env=os.environ
            | {"RELU_UFUNC_ISA": ISA, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        for line in output.splitlines():
            pid, label = line.split(" ", 1)
            text = Path(folder, pid).read_text(encoding="utf-8")
            totals[label] = int(text.split("\nsummary:", 1)[1].split()[0])

    elements, calls = {}, {}
    for function, dtype, layout in KERNELS:
        label = f"per element/{function}/{dtype}/{layout}"
        once, twice = (_make_workload(function, dtype, layout, KILOBYTES * f) for f in (1, 2))
        more = twice.namespace["out"].size - once.namespace["out"].size
        difference = totals[f"{label}/2"] - totals[f"{label}/1"]
        elements[f"{function} {dtype} {layout}"] = difference / more / REPEATS["per element"]
    for function in CALLS:
        ours, numpy = (
            totals[f"per call/{name}/2"] - totals[f"per call/{name}/1"]
            for name in (function, f"{function} by NumPy")
        )
        calls[function] = (ours - numpy) / REPEATS["per call"]
    return {"per element": elements, "per call": calls}


def _times() -> dict[str, float]:
    """The time of each kernel per byte moved, relative to np.copyto."""
    from benchmarks.measure import minimum_seconds

    times = {}
    for function, dtype, layout in KERNELS:
        work = _make_workload(function, dtype, layout, 500)
        ours, copy = minimum_seconds([work.ours, work.copy], work.namespace)
        ratio = (ours / work.bytes_moved) / (copy / work.bytes_copied)
        times[f"{function} {dtype} {layout}"] = ratio
    return times


def _compiler() -> str:
    from relu_ufunc import _core

    return str(_core.COMPILER)


def _write_baseline() -> None:
    rounded: dict[str, Any] = {"compiler": _compiler(), "isa": ISA}
    for unit, counts in (_counts() | {"time over np.copyto": _times()}).items():
        rounded[unit] = {name: round(count, 3) for name, count in counts.items()}
    BASELINE.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {BASELINE.name}")


def _judge_counts(baseline: dict[str, Any]) -> int:
    counts = _counts()
    print(f"Instructions on {ISA}, built by {_compiler()}")
    failures = 0
    print("per element:")
    for name, count in counts["per element"].items():
        expected = baseline["per element"][name]
        failures += _judge(name, count, expected, expected * (1 + TOLERANCE_PER_ELEMENT))
    print("per call beyond NumPy:")
    for name, count in counts["per call"].items():
        expected = baseline["per call"][name]
        failures += _judge(name, count, expected, expected + TOLERANCE_PER_CALL)
    if failures:
        print(
            f"{failures} above the baseline of {BASELINE.name} "
            f"(made with {baseline['compiler']}).\n"
            "Find out what added them, or, if they are worth it, write a new baseline:\n"
            "    python benchmarks/instruction_gate.py --update"
        )
    return int(failures > 0)


def _judge_times(baseline: dict[str, Any]) -> int:
    print("time per byte over np.copyto's:")
    expected = baseline["time over np.copyto"]
    failures = sum(
        _judge(name, time, expected[name], expected[name] * TIME_MARGIN)
        for name, time in _times().items()
    )
    if failures:
        print(f"{failures} above {TIME_MARGIN:g} times the baseline of {BASELINE.name}")
    return int(failures > 0)


def _judge(name: str, value: float, expected: float, limit: float) -> bool:
    failed = value > limit
    verdict = "TOO MANY" if failed else "ok"
    print(f"  {name:<42} {value:9.3f}  baseline {expected:9.3f}  limit {limit:9.3f}  {verdict}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
