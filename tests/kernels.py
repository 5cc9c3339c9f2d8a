"""The machine code of a kernel: the registers that it uses."""

import bisect
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from relu_ufunc import _core
from tests.cases import UFUNCS

_BINARY = Path(_core.__file__).resolve()

needs_objdump = pytest.mark.skipif(
    not (sys.platform == "linux" and shutil.which("objdump")),
    reason="reads the machine code with objdump (binutils) on Linux",
)


def _load_address() -> int:
    mapped = Path("/proc/self/maps").read_text().splitlines()
    return min(int(line.split("-")[0], 16) for line in mapped if line.endswith(str(_BINARY)))


@cache
def _all_kernels() -> list[int]:
    return sorted(
        {
            _core.contiguous_kernel(ufunc, signature[0])
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
    # Of two functions with the same instructions the compiler makes one a jump to the other.
    if jump := re.match(r"\s*jmp\s+([0-9a-f]+)", lines[start]):
        return vector_registers(_load_address() + int(jump[1], 16))
    # A stripped library has no function names, so the kernel extends to the next one.
    named = [k for k in range(start + 1, stop) if not lines[k]]
    code = "\n".join(lines[start : named[0] if named else stop])
    return set(re.findall(r"\b([xyz]mm)\d", code))
