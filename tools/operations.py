"""The rows of src/ops.def, as they are written."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parents[1] / "src" / "ops.def"


class Row(NamedTuple):
    """A function of the table, or the backward that follows from its row."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arithmetic: tuple[tuple[str, str], ...] | None
    """Each result that is rounded, and its expression; None where a kernel makes the result."""
    value: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs after the array arguments."""
        return tuple(name for name in self.inputs if name not in ("dy", "x"))


def rows() -> Iterator[Row]:
    """Every function, in the order of the table."""
    text = re.sub(r"/\*.*?\*/", "", TABLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    for kind, arguments in _calls(text):
        name, _, names, *forward = arguments
        inputs = _names(names)
        yield _row(name, inputs, *forward[:3])
        if kind == "RECTIFIER":
            yield _row(f"{name}_backward", ("dy", *inputs), *forward[3:6])


def _row(name: str, inputs: tuple[str, ...], outputs: str, arithmetic: str, value: str) -> Row:
    results = None
    if arithmetic == "NO_ARITHMETIC" or arithmetic.startswith("ROUNDED"):
        pairs = _names(arithmetic)
        results = tuple(zip(pairs[::2], pairs[1::2], strict=True))
    return Row(name, inputs, _names(outputs), results, value)


def _names(call: str) -> tuple[str, ...]:
    """What stands in the parentheses of ``IN2(x, slope)``; nothing without parentheses."""
    return tuple(argument for _, arguments in _calls(call) for argument in arguments)


def _calls(text: str) -> Iterator[tuple[str, list[str]]]:
    """The macro calls of a text that are not within others, with their arguments."""
    depth, name, arguments = 0, "", [""]
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|\w+|\s+|.', text):
        if token == "(":
            depth += 1
            if depth == 1:
                arguments = [""]
                continue
        elif token == ")":
            depth -= 1
            if depth == 0:
                yield name, [" ".join(argument.split()) for argument in arguments]
                continue
        elif token == "," and depth == 1:
            arguments.append("")
            continue
        if depth:
            arguments[-1] += token
        elif token.isidentifier():
            name = token
