"""List the loops of a build that are not vectorised, and fail if they should be.

    python tools/vectorised.py BUILD

BUILD is meson's build directory for x86-64, by gcc or clang. A loop is taken for vectorised if it
stores whole vectors. What is scalar for good reasons stands in SCALAR.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Loops over arrays, by the names that kernels_of_dtype.h gives them.
LAYOUTS = (
    "contiguous", "scalar_parameters", "contiguous_accurate", "scalar_parameters_accurate",
    "numbers", "choice", "ordinary", "any",
)  # fmt: skip

# By instruction set, dtype and function.
SCALAR = (
    # x87 has no vectors.
    r"\S+ longdouble \S+",
    # SSE2 has neither comparisons nor products of 64-bit integers, and a selection of float64
    # compares its bits; the stages of smooth functions compare doubles.
    r"generic [iu]64 \S+",
    r"generic f64 \S+_(?:contiguous|scalar_parameters)",
    # The second loop, of extremes, selects by exponents.
    r"generic f64 squareplus(?:_backward)?_any",
)

Instruction = tuple[int, str, str]

_FUNCTION = re.compile(r"^[0-9a-f]+ <(\w+)(?:\.\w+)*>:\n", re.MULTILINE)
_INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\s+(\S+) *(.*)$", re.MULTILINE)
_JUMP = re.compile(r"^([0-9a-f]+) <")
# What is stored on the stack from an xmm register may be a scalar that found no other; from a
# longer one it is a chunk's buffer.
_VECTOR_STORE = re.compile(
    r"^v?(?:mov[au]p[sd]|movdq[au]\d*|pmov(?:[wdq][bwd])) "
    r"\w+ PTR \[(?:(?!rsp).*\](?:\{k\d\})?, ?x|.*\](?:\{k\d\})?, ?[yz])mm\d+$"
)


def functions(disassembly: str) -> Iterator[tuple[str, list[Instruction]]]:
    """The functions of an object, with the address, operation and operands of each instruction."""
    _, *parts = _FUNCTION.split(disassembly)
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        yield (
            name,
            [(int(one[1], 16), one[2], one[3]) for one in _INSTRUCTION.finditer(text)],
        )


def loops(instructions: list[Instruction]) -> Iterator[list[Instruction]]:
    """What lies between a jump back and its target."""
    index = {address: i for i, (address, _, _) in enumerate(instructions)}
    for i, (_, operation, operands) in enumerate(instructions):
        if operation.startswith("j") and (target := _JUMP.match(operands)):
            start = index.get(int(target[1], 16), i + 1)
            if start <= i:
                yield instructions[start : i + 1]


def is_vectorised(loop: list[Instruction]) -> bool:
    return any(_VECTOR_STORE.match(f"{operation} {operands}") for _, operation, operands in loop)


class Kernel(NamedTuple):
    """A function of a unit, by the names of its instruction set, dtype, row and layout."""

    isa: str
    dtype: str
    name: str
    is_scalar: bool
    """Whether it has loops, none vectorised: the loops of others are in functions they call."""

    @property
    def means_to_be_scalar(self) -> bool:
        return any(re.fullmatch(one, f"{self.isa} {self.dtype} {self.name}") for one in SCALAR)


def objects(build: Path) -> list[Path]:
    return sorted(build.glob("src/libkernels_*.a.p/*_kernels.c.o"))


def kernels(path: Path) -> Iterator[Kernel]:
    """The loops over arrays in an object of a build."""
    library = path.parent.name.removeprefix("libkernels_").removesuffix(".a.p")
    isa = library.removeprefix("float64_")
    dtype = re.sub(r"^.*\.\._|_kernels\.c\.o$", "", path.name)
    disassembly = subprocess.run(
        ["objdump", "-d", "-M", "intel", "--no-show-raw-insn", path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for symbol, instructions in functions(disassembly):
        name = symbol.removesuffix(f"_{isa}")
        if name.endswith(LAYOUTS):
            found = list(loops(instructions))
            yield Kernel(isa, dtype, name, found != [] and not any(map(is_vectorised, found)))


def main(build: Path) -> int:
    found = [kernel for path in objects(build) for kernel in kernels(path)]
    if not found:
        raise SystemExit(f"{build} has no objects of the kernels: expected meson's build directory")
    failures = [one for one in found if one.is_scalar and not one.means_to_be_scalar]
    for one in failures:
        print("not vectorised:", one.isa, one.dtype, one.name)
    print(f"{len(found)} kernels, {len(failures)} scalar ones that should not be")
    return int(failures != [])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
