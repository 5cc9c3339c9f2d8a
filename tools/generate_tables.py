"""Write the tables in the README and docs/ that follow from the installed package's tables.

A test fails if a page does not match them. To update the pages, run

    python tools/generate_tables.py
"""

from pathlib import Path

from relu_ufunc._core import ML_DTYPES
from relu_ufunc._operations import OPERATIONS

ROOT = Path(__file__).parents[1]

_FLOATS = f"float16, float32, float64, longdouble; {', '.join(ML_DTYPES)}"

# For each set of integers: the loops, and the dtype that several inputs give.
_DTYPES = {
    "?bBhHiIlLqQ": (
        f"bool, every integer, {_FLOATS}",
        "the dtype of `np.maximum`",
    ),
    "bBhHiIlLqQ": (
        "the same but bool, which becomes int8",
        "the dtype of `np.maximum`; int8 for bool only",
    ),
    "bhilq": (
        "the same but unsigned integers: they become the next wider signed ones, uint64 float64",
        "the dtype of `np.maximum`; a signed one for bool and unsigned integers only",
    ),
    "": (_FLOATS, "the dtype of `np.hypot`"),
}


def dtypes() -> str:
    """The functions, grouped by their loops."""
    lines = ["| Functions | Loops | Several inputs |", "|---|---|---|"]
    for integers, (loops, common) in _DTYPES.items():
        names = [
            f"`{operation.name}`"
            for operation in OPERATIONS
            if not operation.is_backward and operation.type_characters == f"{integers}efdg"
        ]
        lines.append(f"| {', '.join(names)} | {loops} | {common} |")
    return "\n".join(lines)


def functions() -> str:
    """Each function with its value and its derivative."""
    lines = ["| function | value | derivative with respect to x |", "|---|---|---|"]
    for operation in OPERATIONS:
        if not operation.is_backward:
            call, words = f"`{operation.name}({', '.join(operation.inputs)})`", operation.words
            cells = [call, words.brief, words.brief_derivative]
            lines.append("".join(f"| {cell} " if cell else "| " for cell in cells) + "|")
    return "\n".join(lines)


def which_function() -> str:
    """What a reader may need, and the function that does it, with links within the site."""
    lines = ["| what you need | function | why |", "|---|---|---|"]
    for operation in OPERATIONS:
        if not operation.is_backward:
            call, words = f"{operation.name}({', '.join(operation.inputs)})", operation.words
            link = f"[`{call}`](reference/generated/{operation.name}.rst)"
            lines.append(f"| {words.need} | {link} | {words.why} |")
    return "\n".join([*lines, _FURTHER_NEEDS])


_FURTHER_NEEDS = """\
| the gradient through a rectifier | [`relu_backward(dy, x)`](reference/generated/relu.rst) | \
one pass with the chain rule; an infinite `dy` at a dead unit gives 0 \
([gradients](tour.md#gradients)) |
| how many units are on, and which are dead | [`diagnostics`](reference/diagnostics.rst) | \
positive, zero, negative and NaN counted in one pass ([how](diagnostics.md)) |"""

TABLES = {
    "README.md": {"functions": functions},
    "docs/index.md": {"which-function": which_function},
    "docs/semantics.md": {"dtypes": dtypes},
}


def with_table(file: str, text: str, name: str, table: str) -> str:
    """The text of a page with the table between its markers."""
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    before, found, rest = text.partition(begin)
    _, also_found, after = rest.partition(end)
    if not (found and also_found):
        raise SystemExit(f"{file} has no place for its table, between {begin}and{end}")
    return f"{before}{begin}{table}\n{end}{after}"


def page(file: str) -> str:
    """The text of a page with up-to-date tables."""
    text = (ROOT / file).read_text("utf-8")
    for name, table in TABLES[file].items():
        text = with_table(file, text, name, table())
    return text


if __name__ == "__main__":
    for each in TABLES:
        (ROOT / each).write_text(page(each), "utf-8")
