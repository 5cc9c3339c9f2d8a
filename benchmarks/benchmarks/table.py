"""The functions and instruction sets to measure, from the two tables of the working tree.

They are read from the sources rather than from the installed package, because asv numbers a
benchmark's parameters and passes the numbers to older commits, whose tables are shorter.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_SOURCES = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Function:
    """A ufunc and NumPy's spelling of it, in terms of ``np``, its inputs and ``out``."""

    name: str
    inputs: tuple[str, ...]
    n_outputs: int
    is_smooth: bool
    numpy: str

    @property
    def is_backward(self) -> bool:
        return self.name.endswith("_backward")

    @property
    def arrays(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if name in ("dy", "dz", "x", "y"))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if name not in self.arrays)


def _strings(row: str) -> list[str]:
    """The strings of a row, joined as the compiler joins adjacent ones."""
    literals = re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', row)
    return ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', each)) for each in literals]


def _read_functions() -> dict[str, Function]:
    text = (_SOURCES / "ops.def").read_text(encoding="utf-8")
    functions = []
    for row in re.split(r"^(?=RECTIFIER\(|FUNCTION\(|GATE\()", text, flags=re.MULTILINE)[1:]:
        kind, name, names = re.findall(r"^(\w+)\((\w+),\s*\w+,\s*IN\d\(([^)]*)\)", row)[0]
        inputs = tuple(re.split(r",\s*", names))
        outputs = [int(count) for count in re.findall(r"\bOUT(\d)\(", row)]
        is_smooth, numpy = "SMOOTH(" in row, _strings(row)
        functions.append(Function(name, inputs, outputs[0], is_smooth, numpy[0]))
        if kind != "FUNCTION":
            upstream = "dz" if kind == "GATE" else "dy"
            backward = (f"{name}_backward", (upstream, *inputs), outputs[1], is_smooth, numpy[1])
            functions.append(Function(*backward))
    return {function.name: function for function in functions}


def _read_isas() -> tuple[str, ...]:
    text = (_SOURCES / "meson.build").read_text(encoding="utf-8")
    return tuple(re.findall(r"\[\s*'([\w-]+)', 'cpu_has_", text))


FUNCTIONS = _read_functions()
ISAS = _read_isas()
