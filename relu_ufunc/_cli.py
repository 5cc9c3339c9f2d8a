"""The command ``relu-ufunc``."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import relu_ufunc
from relu_ufunc import _bench
from relu_ufunc._operations import OPERATIONS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default the process's, and return its exit code."""
    # Python sets a stream to None if it was closed before Python started.
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return _cannot_write("it is closed")
    try:
        try:
            options = _parser().parse_args(arguments)
            options.run(options)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed the pipe, as `head` does, and needs no error message.
        _discard_output()
        return 1
    except OSError as error:
        _discard_output()
        return _cannot_write(error.strerror or str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def _cannot_write(reason: str) -> int:
    print(f"relu-ufunc: cannot write to standard output: {reason}", file=sys.stderr)
    return 1


def _discard_output() -> None:
    # Python flushes once more at exit, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relu-ufunc", description=relu_ufunc.__doc__)
    parser.add_argument(
        "--version", action="version", version=f"relu_ufunc {relu_ufunc.__version__}"
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="describe this build and what it found on this machine")
    info.set_defaults(run=lambda options: relu_ufunc.show_config())

    bench = commands.add_parser(
        "bench",
        help="time each function on this machine, against NumPy and a plain copy",
        description="Time each function, in cache and out of cache, against NumPy's spelling and "
        "against np.copyto. The calls are interleaved and the best of many repeats counts. "
        "It takes less than a minute.",
    )
    bench.add_argument(
        "--functions",
        nargs="+",
        metavar="NAME",
        help="functions to time (default: all that have a loop for the dtype)",
    )
    bench.add_argument(
        "--dtype", default="float32", help=f"{', '.join(_bench.dtype_names())} (default: float32)"
    )
    bench.add_argument(
        "--size",
        nargs="+",
        type=_size,
        metavar="N",
        help="number of elements of an array (default: one size in cache and one out of cache)",
    )
    bench.add_argument(
        "--threads",
        type=int,
        default=relu_ufunc.get_num_threads(),
        metavar="N",
        help="number of threads that share a long call (default: %(default)s)",
    )
    bench.set_defaults(run=lambda options: _run_bench(bench, options))
    return parser


def _run_bench(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    dtype = _dtype(parser, options.dtype)
    have_loops = {operation.name: operation for operation in _bench.operations_for(dtype)}
    names = dict.fromkeys(options.functions or have_loops)
    known = [operation.name for operation in OPERATIONS]
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no function {', '.join(unknown)}; there are {', '.join(known)}")
    if without := [name for name in names if name not in have_loops]:
        parser.error(f"no {dtype.name} loop in {', '.join(without)}")
    sizes = options.size or [
        _bench.CACHED_BYTES // dtype.itemsize,
        _bench.LARGE_BYTES // dtype.itemsize,
    ]
    try:
        relu_ufunc.set_num_threads(options.threads)
    except ValueError as error:
        parser.error(f"argument --threads: {error}")
    try:
        _bench.run([have_loops[name] for name in names], dtype, sizes)
    except MemoryError as error:
        sizes_text = f"not enough memory for arrays of {max(sizes):,} elements"
        parser.exit(1, f"{parser.prog}: {sizes_text}: {error}\n")


def _dtype(parser: argparse.ArgumentParser, name: str) -> np.dtype[Any]:
    found, names = _bench.dtypes(), _bench.dtype_names()
    if name in names and name not in found:
        parser.error(f"dtype {name} needs ml_dtypes: pip install ml_dtypes")
    try:
        dtype = found[name] if name in found else np.dtype(name)
    except (TypeError, ValueError, SyntaxError):
        dtype = None
    if dtype is None or not dtype.isnative or dtype.name not in names:
        parser.error(f"no loops for dtype {name!r}; there are {', '.join(names)}")
    return dtype


def _size(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    try:
        size = int(digits) if digits.isdecimal() else int(_whole(float(digits)))
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise argparse.ArgumentTypeError(f"expected a positive whole number, not {text!r}")
    return size


def _whole(number: float) -> float:
    if not number.is_integer():
        raise ValueError
    return number
