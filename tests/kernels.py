"""The machine code of a ufunc: its address, and the registers that it uses."""

import bisect
import ctypes
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from relu_ufunc import _core
from tests.cases import UFUNCS

_BINARY = Path(_core.__file__).resolve()
_POINTER = ctypes.sizeof(ctypes.c_void_p)

# PyUFuncObject begins with the object's header, nin, nout, nargs, identity, functions, data.
_DATA = object.__basicsize__ + 4 * ctypes.sizeof(ctypes.c_int) + _POINTER

needs_cpython = pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="depends on CPython's object layout"
)
needs_objdump = pytest.mark.skipif(
    not (sys.platform == "linux" and shutil.which("objdump")),
    reason="reads the machine code with objdump (binutils) on Linux",
)


class Stream(ctypes.Structure):
    """struct stream"""

    _fields_ = (
        ("copy", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)),
        ("fence", ctypes.CFUNCTYPE(None)),
    )


class _Loop(ctypes.Structure):
    """The beginning of struct loop."""

    _fields_ = (
        ("elementwise", ctypes.c_void_p),
        ("contiguous", ctypes.c_void_p),
        ("scalar_parameters", ctypes.c_void_p),
        ("copy", ctypes.c_void_p),
        ("stream", ctypes.POINTER(Stream)),
    )


def _loop(ufunc: np.ufunc, character: str) -> _Loop:
    types = [signature[0] for signature in ufunc.types]
    data = ctypes.c_void_p.from_address(id(ufunc) + _DATA).value
    assert data
    loop = ctypes.c_void_p.from_address(data + types.index(character) * _POINTER).value
    assert loop
    return _Loop.from_address(loop)


def contiguous_kernel(ufunc: np.ufunc, character: str) -> int:
    """The address of the contiguous kernel of one loop."""
    kernel: int = _loop(ufunc, character).contiguous
    return kernel


@contextmanager
def recorded_streams(
    ufunc: np.ufunc, character: str, record: Callable[[str], None]
) -> Iterator[Stream]:
    """Record every "copy" and "fence" of one loop before it is executed."""
    loop = _loop(ufunc, character)
    original = loop.stream.contents
    fields = dict(Stream._fields_)

    def copy(block: int, to: int, size: int) -> None:
        record("copy")
        original.copy(block, to, size)

    def fence() -> None:
        record("fence")
        original.fence()

    recording = Stream(fields["copy"](copy), fields["fence"](fence))
    loop.stream = ctypes.pointer(recording)
    try:
        yield original
    finally:
        loop.stream = ctypes.pointer(original)


def _load_address() -> int:
    mapped = Path("/proc/self/maps").read_text().splitlines()
    return min(int(line.split("-")[0], 16) for line in mapped if line.endswith(str(_BINARY)))


@cache
def _all_kernels() -> list[int]:
    return sorted(
        {
            contiguous_kernel(ufunc, signature[0])
            for ufuncs in UFUNCS.values()
            for ufunc in ufuncs.values()
            for signature in ufunc.types
        }
    )


@cache
def _instructions() -> tuple[list[int], list[str]]:
    """The addresses and the instructions; the line is empty where a function begins."""
    listing = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", str(_BINARY)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    base = _load_address()
    addresses, lines = [], []
    for line in listing.splitlines():
        if match := re.match(r"\s*([0-9a-f]+)( <.*>)?:(.*)", line):
            addresses.append(base + int(match[1], 16))
            lines.append("" if match[2] else match[3])
    return addresses, lines


def vector_registers(kernel: int) -> set[str]:
    """The kinds of vector registers that the kernel uses: xmm, ymm, zmm."""
    addresses, lines = _instructions()
    kernels = _all_kernels()
    following = kernels[bisect.bisect_right(kernels, kernel) :]
    start = bisect.bisect_right(addresses, kernel) - 1
    stop = bisect.bisect_left(addresses, following[0]) if following else len(lines)
    # A stripped library has no function names, so the kernel extends to the next one.
    named = [k for k in range(start + 1, stop) if not lines[k]]
    code = "\n".join(lines[start : named[0] if named else stop])
    return set(re.findall(r"\b([xyz]mm)\d", code))
