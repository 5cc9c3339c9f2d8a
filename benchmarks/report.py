"""Draw the charts and write the tables of docs/performance.md from the newest results.

    python benchmarks/report.py [machine ...]

needs matplotlib, and uses the results of the named machines, by default of all. It replaces the
text between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``; the text around it is written by
hand.
"""

import json
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found,unused-ignore]

mpl.use("svg")
# The same results produce the same files.
mpl.rcParams |= {"svg.hashsalt": "relu_ufunc", "svg.fonttype": "none", "font.family": "sans-serif"}
mpl.rcParams |= {"font.size": 9, "axes.grid": True, "grid.alpha": 0.3}

import matplotlib.pyplot as plt  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

HERE = Path(__file__).resolve().parent
# The project's history, the races with other libraries, and what other machines have measured.
RESULTS = [HERE / name for name in ("results", "peer-results", "other-machines")]
PAGE = HERE.parent / "docs" / "performance.md"
CHARTS = PAGE.with_name("charts")

LIBRARIES = {
    "relu_ufunc": ("#d55e00", "-"),
    "np.copyto": ("#000000", ":"),
    "NumPy": ("#0072b2", "-"),
    "torch": ("#cc79a7", "--"),
    "numba": ("#009e73", "--"),
    "numexpr": ("#e69f00", "--"),
    "onnxruntime": ("#56b4e9", "--"),
}

MACHINE = {"cpu": "processor", "ram": "memory", "os": "system"}

BENCHMARKS = {
    "throughput.Sizes.track_time_over_copy": ("copy",),
    "throughput.Sizes.track_time_over_numpy": ("numpy",),
    "throughput.Layouts.track_time_over_copy": ("layouts-copy",),
    "throughput.Layouts.track_time_over_numpy": ("layouts-numpy",),
    "instruction_sets.InstructionSets.track_time_over_generic": ("isas",),
    "overhead.Calls.time_thousand_calls": ("overhead",),
    "threads.Threads.track_time_over_one_thread": ("threads",),
    "peers.Functions.track_time_over_library": ("peers",),
    "peers.SmoothFunctions.track_time_over_library": ("smooth-peers",),
    "peers.SmoothDtypes.track_time_over_library": ("smooth-dtypes",),
    "peers.ReluOverSize.track_gigabytes_per_second": ("relu-over-size",),
}
"""The sections of the page that each benchmark provides."""

Case = tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One commit in one environment."""

    machine: dict[str, str]
    commit: str
    date: int
    requirements: dict[str, str]
    python: str
    values: dict[str, dict[Case, float]]
    """By benchmark, then by its parameters as text; skipped cases are left out."""

    parameters: dict[str, list[list[str]]]


def read_runs(folder: Path) -> list[Run]:
    facts = json.loads((folder / "machine.json").read_text(encoding="utf-8"))
    runs = []
    for path in folder.glob("*-*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        values, parameters = {}, {}
        for name, row in content["results"].items():
            result = dict(zip(content["result_columns"], row, strict=False))
            choices = [[text.strip("'") for text in column] for column in result["params"]]
            pairs = zip(product(*choices), result["result"] or [], strict=False)
            # asv writes null for a benchmark that failed, and NaN for one that was skipped.
            values[name] = {case: value for case, value in pairs if value and value == value}
            parameters[name] = choices
        run = Run(
            facts,
            content["commit_hash"],
            content["date"],
            content["requirements"],
            content["python"],
            values,
            parameters,
        )
        runs.append(run)
    return runs


class Results:
    """The newest run of each benchmark; for a comparison, of those with the most libraries."""

    def __init__(self, runs: list[Run]) -> None:
        self.runs = sorted(runs, key=lambda run: run.date)

    def run_of(self, benchmark: str) -> Run:
        """The newest of the runs that measured the most cases."""
        counts = {id(run): len(run.values.get(benchmark, {})) for run in self.runs}
        most = max(counts.values(), default=0)
        if most == 0:
            raise SystemExit(f"no results of {benchmark}: see benchmarks/README.md")
        return [run for run in self.runs if counts[id(run)] > 0.9 * most][-1]

    def values(self, benchmark: str) -> dict[Case, float]:
        return self.run_of(benchmark).values[benchmark]

    def choices(self, benchmark: str, position: int) -> list[str]:
        return self.run_of(benchmark).parameters[benchmark][position]


def size(kilobytes: str) -> str:
    number = int(kilobytes)
    return f"{number // 1000} MB" if number >= 1000 else f"{number} kB"


def number(value: float | None, is_faster_than: bool = False) -> str:
    """The number with at most three digits, in bold if it means faster."""
    if value is None:
        return "–"
    text = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"**{text}**" if is_faster_than and value >= 1 else text


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(heads)
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def speed(values: dict[Case, float], *case: str) -> str:
    """The speed-up, computed from a ratio of times."""
    ratio = values.get(case)
    return number(1 / ratio if ratio else None, is_faster_than=True)


def ratios(results: Results, benchmark: str, fixed: dict[int, str], row: int, column: int) -> str:
    """A table with two of the parameters as rows and columns, and the others fixed."""
    values = results.values(benchmark)
    columns = results.choices(benchmark, column)
    count = len(results.run_of(benchmark).parameters[benchmark])
    lines = []
    for name in results.choices(benchmark, row):
        if name == "relu_ufunc":  # would be compared with itself
            continue
        cells = []
        for choice in columns:
            at = fixed | {row: name, column: choice}
            cells.append(speed(values, *(at[i] for i in range(count))))
        if set(cells) != {"–"}:
            lines.append([f"`{name}`", *cells])
    used = [
        i
        for i, choice in enumerate(columns)
        if choice != "relu_ufunc" and any(line[i + 1] != "–" for line in lines)
    ]
    heads = [size(columns[i]) if columns[i].isdigit() else columns[i] for i in used]
    return table(["", *heads], ([line[0], *(line[i + 1] for i in used)] for line in lines))


def by_dtype(
    results: Results, benchmark: str, column: int, fixed: dict[int, str] | None = None
) -> str:
    """A table for each dtype, the second parameter, with functions, the first, as rows."""
    return "\n\n".join(
        f"{dtype}\n\n{ratios(results, benchmark, {1: dtype} | (fixed or {}), 0, column)}"
        for dtype in results.choices(benchmark, 1)
    )


def where(run: Run) -> str:
    """The machine and commit on which a table's numbers were measured."""
    date = time.strftime("%Y-%m-%d", time.gmtime(run.date / 1000))
    return f"Measured on {run.machine['cpu']}, commit {run.commit[:8]} of {date}."


def machine_table(results: Results) -> str:
    """Every machine and environment that a number of the page comes from."""
    used = {id(run): run for run in map(results.run_of, BENCHMARKS)}.values()
    rows = []
    for run in used:
        software = ", ".join(f"{name} {version}" for name, version in run.requirements.items())
        facts = [run.machine[key] for key in MACHINE if key in run.machine]
        rows.append([*facts, f"Python {run.python}, {software}", run.commit[:8]])
    return table([*MACHINE.values(), "software", "commit"], rows).replace("--:", "---")


def overhead(results: Results) -> str:
    benchmark = "overhead.Calls"
    times = results.values(f"{benchmark}.time_thousand_calls")
    absolute = results.values(f"{benchmark}.track_time_over_abs")
    numpy = results.values(f"{benchmark}.track_time_over_numpy")
    rows = (
        [
            f"`{name}`",
            *(number(times[name, n] * 1e3) if (name, n) in times else "–" for n in ("1", "100")),
            number(absolute.get((name, "1"))),
            speed(numpy, name, "1"),
        ]
        for name in results.choices(f"{benchmark}.time_thousand_calls", 0)
    )
    return table(
        [
            "",
            "n = 1, µs",
            "n = 100, µs",
            "n = 1, time over `np.abs`",
            "speed over NumPy's spelling",
        ],
        rows,
    )


def draw_relu_over_size(results: Results) -> None:
    benchmark = "peers.ReluOverSize.track_gigabytes_per_second"
    values = results.values(benchmark)
    dtypes, sizes = (results.choices(benchmark, i) for i in range(2))
    figure, axes = plt.subplots(2, 3, figsize=(8.5, 5), sharex=True, sharey=True)
    for axis, dtype in zip(axes.flat, dtypes, strict=True):
        draw_lines(axis, values, sizes, lambda kilobytes, name, d=dtype: (d, kilobytes, name))
        axis.set_title(dtype)
    finish(figure, axes, "relu-over-size")


def draw_functions_over_size(results: Results) -> None:
    benchmark = "peers.Functions.track_gigabytes_per_second"
    values = results.values(benchmark)
    functions, sizes, threads = (results.choices(benchmark, i) for i in range(3))
    figure, axes = plt.subplots(
        len(functions), len(threads), figsize=(7.5, 11), sharex=True, sharey="col", squeeze=False
    )
    for row, function in zip(axes, functions, strict=True):
        for axis, count in zip(row, threads, strict=True):
            case = lambda kilobytes, name, f=function, c=count: (f, kilobytes, c, name)  # noqa: E731
            draw_lines(axis, values, sizes, case)
            axis.set_title(f"{function}, {count}")
    finish(figure, axes, "functions-over-size")


def draw_lines(axis: Any, values: dict[Case, float], sizes: list[str], case: Any) -> None:
    for name, (color, style) in LIBRARIES.items():
        points = [
            (int(kb) * 1e3, values[case(kb, name)]) for kb in sizes if case(kb, name) in values
        ]
        if not points:
            continue
        width = 2.2 if name == "relu_ufunc" else 1.2
        axis.plot(
            *zip(*points, strict=True), style, color=color, label=name, linewidth=width, marker="."
        )
    axis.set_xscale("log")


def finish(figure: Any, axes: Any, name: str) -> None:
    lines: dict[str, Any] = {}
    for axis in axes.flat:
        axis.set_ylim(bottom=0)
        lines |= {line.get_label(): line for line in axis.lines}
    for axis in axes[:, 0]:
        axis.set_ylabel("GB/s moved")
    for axis in axes[-1]:
        axis.set_xlabel("bytes per array")
    names = [library for library in LIBRARIES if library in lines]
    handles = [lines[library] for library in names]
    figure.legend(handles, names, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.45 / figure.get_figheight(), 1, 1))
    CHARTS.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHARTS / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def peers(results: Results) -> str:
    benchmark = "peers.Functions.track_time_over_library"
    return "\n\n".join(
        f"`{function}`, {threads}\n\n"
        + ratios(results, benchmark, {0: function, 2: threads}, row=3, column=1)
        for function in results.choices(benchmark, 0)
        for threads in results.choices(benchmark, 2)
        if any(case[0] == function and case[2] == threads for case in results.values(benchmark))
    )


def smooth_peers(results: Results) -> str:
    benchmark = "peers.SmoothFunctions.track_time_over_library"
    return "\n\n".join(
        f"{size(kilobytes)}, {threads}\n\n"
        + ratios(results, benchmark, {1: kilobytes, 2: threads}, row=0, column=3)
        for threads in results.choices(benchmark, 2)
        for kilobytes in results.choices(benchmark, 1)
    )


def sections(results: Results) -> dict[str, str]:
    sizes, layouts = "throughput.Sizes", "throughput.Layouts"
    isas = "instruction_sets.InstructionSets.track_time_over_generic"
    kilobytes = {2: results.choices(f"{layouts}.track_time_over_copy", 2)[0]}
    made = {
        "machine": machine_table(results),
        "relu-over-size": "",
        "copy": by_dtype(results, f"{sizes}.track_time_over_copy", 2),
        "numpy": by_dtype(results, f"{sizes}.track_time_over_numpy", 2),
        "layouts-copy": by_dtype(results, f"{layouts}.track_time_over_copy", 3, kilobytes),
        "layouts-numpy": by_dtype(results, f"{layouts}.track_time_over_numpy", 3, kilobytes),
        "isas": by_dtype(results, isas, 2),
        "overhead": overhead(results),
        "peers": peers(results),
        "smooth-peers": smooth_peers(results),
        "smooth-dtypes": by_dtype(results, "peers.SmoothDtypes.track_time_over_library", 2),
    }
    threads = "threads.Threads.track_time_over_one_thread"
    made["threads"] = "\n\n".join(
        f"{layout}, {count} threads\n\n"
        + ratios(results, threads, {2: layout, 3: count}, row=0, column=1)
        for layout in results.choices(threads, 2)
        for count in results.choices(threads, 3)
        if any(case[2:] == (layout, count) for case in results.values(threads))
    )
    for benchmark, names in BENCHMARKS.items():
        for name in names:
            made[name] = f"{where(results.run_of(benchmark))}\n\n{made[name]}".rstrip()
    return made


def write(page: Path, texts: dict[str, str]) -> None:
    content = page.read_text(encoding="utf-8")
    for name, text in texts.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        found = pattern.search(content)
        if not found:
            raise SystemExit(f"{page.name} has no place for {name}")
        replacement = f"{begin}\n\n{text}\n\n{end}"
        content = content[: found.start()] + replacement + content[found.end() :]
    page.write_text(content, encoding="utf-8")


def main() -> None:
    machines = sys.argv[1:]
    folders = [path.parent for root in RESULTS for path in sorted(root.glob("*/machine.json"))]
    used = [folder for folder in folders if not machines or folder.name in machines]
    results = Results([run for folder in used for run in read_runs(folder)])
    draw_relu_over_size(results)
    draw_functions_over_size(results)
    write(PAGE, sections(results))


if __name__ == "__main__":
    main()
