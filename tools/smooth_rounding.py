"""Measure how the smooth functions round, and write the tables of docs/smooth.md.

    python -m tools.smooth_rounding inputs
    python -m tools.smooth_rounding float32
    python -m tools.smooth_rounding float64

`inputs` looks at every float32 with the usual parameters (about half an hour on two cores), the
others at ten million random points of each function (a few minutes), all on every instruction
set. Wrong results are printed, too. It needs the build tools, the extra `test`, and gcc's
quadmath or a long double of 113 bits.
"""

import argparse
import tempfile
from collections.abc import Callable
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


def inputs(programs: Path) -> str:
    """Of every float32, with parameters of the usual value and a dy of 1."""
    lines = [
        "| function | inputs | wrongly rounded | decided by MPFR |",
        "|---|---|---|---|",
    ]
    for operation in SMOOTH:
        name = operation.name
        rows = {f"`{name}`": swept(programs, operation, DIGESTS[name])}
        if name in QUICK_GELU_DIGESTS:
            others = swept(programs, operation, QUICK_GELU_DIGESTS[name], QUICK_GELU)
            rows[f"`{name}`, beta {QUICK_GELU}"] = others
        for title, cells in rows.items():
            lines.append(f"| {' | '.join([title, *cells])} |")
            print(lines[-1], flush=True)
    return "\n".join(lines)


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


def points(dtype: str, programs: Path) -> str:
    """Of random inputs, with several parameters, and for a derivative a random dy."""
    lines = ["| function | worst, in ulp | wrongly rounded, per million |", "|---|---|---|"]
    for operation in SMOOTH:
        found = errors(programs, operation, dtype)
        per_million = found.misrounded / found.count * 1e6
        lines.append(f"| `{operation.name}` | {found.worst:.3f} | {per_million:,.1f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


TABLES: dict[str, Callable[[Path], str]] = {
    "inputs": inputs,
    "float32": partial(points, "f32"),
    "float64": partial(points, "f64"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", choices=TABLES)
    name = parser.parse_args().table
    with tempfile.TemporaryDirectory() as directory:
        table = TABLES[name](build(Path(directory) / "build"))
    text = PAGE.read_text("utf-8")
    PAGE.write_text(with_table(PAGE.name, text, name, table), "utf-8")


if __name__ == "__main__":
    main()
