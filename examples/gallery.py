"""Run the examples and put their output and figures into the documentation.

    python examples/gallery.py [NAME ...]

runs the examples that are named, or all of those in docs/gallery.md. The text between ``<!-- begin:
NAME -->`` and ``<!-- end: NAME -->`` is replaced; the text around it is written by hand.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
GALLERY, REAL_NETWORKS = (HERE.parent / "docs" / f"{n}.md" for n in ("gallery", "real_networks"))


def output(name: str, page: Path) -> str:
    """What a script prints between its claim and the names of its figures."""
    folder = page.with_suffix("")
    figures = ["--figure", str(folder / f"{name}.svg")]
    if page == REAL_NETWORKS:
        figures = ["--figures", str(folder)]
    command = [sys.executable, str(HERE / f"{name}.py"), *figures]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    _, results = printed.split("\n\n", 1)
    results = re.sub(r"^Figure: .*$", "", results, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", results).strip()


def replaced(text: str, name: str, results: str) -> str:
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{results}\n\n{end}{rest.split(end)[1]}"


def main(names: list[str]) -> None:
    known = {
        name: page
        for page in (GALLERY, REAL_NETWORKS)
        for name in re.findall(r"<!-- begin: (\w+) -->", page.read_text(encoding="utf-8"))
    }
    for name in names or [name for name, page in known.items() if page == GALLERY]:
        if name not in known:
            raise SystemExit(f"expected one of {', '.join(known)}, not {name}")
        begun = time.perf_counter()
        results = output(name, known[name])
        print(f"{name}: {time.perf_counter() - begun:.0f} s")
        text = known[name].read_text(encoding="utf-8")
        known[name].write_text(replaced(text, name, results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
