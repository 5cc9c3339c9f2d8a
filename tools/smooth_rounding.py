"""Measure how the smooth functions round, and write the tables of docs/smooth.md.

    python -m tools.smooth_rounding inputs [FUNCTION ...]
    python -m tools.smooth_rounding float32 [FUNCTION ...]
    python -m tools.smooth_rounding float64 [FUNCTION ...]

`inputs` looks at every float32 with the usual parameters (about half an hour on two cores), the
others at ten million random points of each function (a few minutes), all on every instruction
set. If functions are named, the rows of all others stay as they are. Wrong results are printed,
too. It needs the build tools, the extra `test`, and gcc's quadmath or a long double of 113 bits.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from relu_ufunc._operations import Operation
from tests.oracles import ORACLES
from tests.smooth_facts import DIGESTS, QUICK_GELU, QUICK_GELU_DIGESTS, SMOOTH
from tests.smooth_programs import Errors, build, measure, sweep
from tools.generate_tables import with_table

PAGE = Path(__file__).parents[1] / "docs/smooth.md"
POINTS = 10_000_000


def swept(programs: Path, operation: Operation, digest: int, *others: float) -> list[str]:
    found = sweep(programs, operation, *others)
    for line in found.wrong:
        print("wrong:", line)
    if set(found.digests.values()) != {digest}:
        print("not the digest of tests/smooth_facts.py:", found.digests)
    wrong_inputs = {line.split()[1] for line in found.wrong}
    return [f"{found.count:,}", f"{len(wrong_inputs):,}", f"{found.n_near:,}"]


def inputs(programs: Path, operation: Operation) -> Iterator[list[str]]:
    """Of every float32, with parameters of the usual value and a dy of 1."""
    name = operation.name
    yield [f"`{name}`", *swept(programs, operation, DIGESTS[name])]
    if name in QUICK_GELU_DIGESTS:
        others = swept(programs, operation, QUICK_GELU_DIGESTS[name], QUICK_GELU)
        yield [f"`{name}`, beta {QUICK_GELU}", *others]


def errors(programs: Path, operation: Operation, dtype: str) -> Errors:
    """The worst for the parameters that the tests try."""
    found = [
        measure(programs, operation, dtype, POINTS, *parameters)
        for parameters in ORACLES[operation.name].combinations()
    ]
    if any(each.differ for each in found):
        raise SystemExit(f"{operation.name}: two instruction sets do not give the same bits")
    return Errors(
        sum(each.count for each in found),
        sum(each.misrounded for each in found),
        max(each.worst for each in found),
        [],
    )


def points(dtype: str, programs: Path, operation: Operation) -> Iterator[list[str]]:
    """Of random inputs, with several parameters, and for a derivative a random dy."""
    found = errors(programs, operation, dtype)
    per_million = found.misrounded / found.count * 1e6
    yield [f"`{operation.name}`", f"{found.worst:.3f}", f"{per_million:,.1f}"]


HEAD_OF_POINTS = ["function", "worst, in ulp", "wrongly rounded, per million"]

TABLES: dict[str, tuple[list[str], Callable[[Path, Operation], Iterator[list[str]]]]] = {
    "inputs": (["function", "inputs", "wrongly rounded", "decided by MPFR"], inputs),
    "float32": (HEAD_OF_POINTS, partial(points, "f32")),
    "float64": (HEAD_OF_POINTS, partial(points, "f64")),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("functions", nargs="*", metavar="FUNCTION")
    given = parser.parse_args()
    if unknown := set(given.functions) - {operation.name for operation in SMOOTH}:
        parser.error(f"not in the tables: {', '.join(unknown)}")
    head, rows_of = TABLES[given.table]
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as directory:
        programs = build(Path(directory) / "build")
        for operation in SMOOTH:
            if not given.functions or operation.name in given.functions:
                rows = rows_of(programs, operation)
                found[operation.name] = [f"| {' | '.join(row)} |" for row in rows]
                print(*found[operation.name], sep="\n", flush=True)
    text = PAGE.read_text("utf-8")
    known = text.partition(f"<!-- begin: {given.table} -->")[2].partition("<!-- end")[0]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name in (operation.name for operation in SMOOTH):
        lines += found.get(name) or [line for line in known.splitlines() if f"`{name}`" in line]
    PAGE.write_text(with_table(PAGE.name, text, given.table, "\n".join(lines)), "utf-8")


if __name__ == "__main__":
    main()
