"""Write the tables of the documentation that follow from the installed package's operation table.

A test fails where a page does not match the table; this brings it back in step:

    python tools/generate_tables.py
"""

from pathlib import Path

from relu_ufunc._operations import OPERATIONS

SEMANTICS = Path(__file__).parents[1] / "docs" / "semantics.md"

# By the first dtype of a function: its loops, and what several inputs give.
_DTYPES = {
    "?": (
        "bool, every integer, float16, float32, float64, longdouble",
        "the dtype of `np.maximum`",
    ),
    "b": (
        "the same but bool, which becomes int8",
        "the dtype of `np.maximum`; int8 for bool only",
    ),
    "e": ("float16, float32, float64, longdouble", "the dtype of `np.hypot`"),
}


def dtypes() -> str:
    """The functions by their loops."""
    lines = ["| Functions | Loops | Several inputs |", "|---|---|---|"]
    for first, (loops, common) in _DTYPES.items():
        names = [
            f"`{operation.name}`"
            for operation in OPERATIONS
            if not operation.is_backward and operation.type_characters[0] == first
        ]
        lines.append(f"| {', '.join(names)} | {loops} | {common} |")
    return "\n".join(lines)


def page() -> str:
    """The text of docs/semantics.md with the table as it has to be."""
    begin, end = "<!-- begin: dtypes -->\n", "\n<!-- end: dtypes -->"
    before, found, rest = SEMANTICS.read_text("utf-8").partition(begin)
    _, also_found, after = rest.partition(end)
    if not (found and also_found):
        raise SystemExit(f"{SEMANTICS} has no place for the table, between {begin}and{end}")
    return f"{before}{begin}{dtypes()}{end}{after}"


if __name__ == "__main__":
    SEMANTICS.write_text(page(), "utf-8")
