"""Print the requirements in the named tables of pyproject.toml, one per line.

Those of an extra that another one names are printed in its place.

python tools/requirements.py {build-system | name of an extra} ...
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def expanded(table: str, known: dict[str, list[str]]) -> Iterator[str]:
    for requirement in known[table]:
        if extra := re.fullmatch(r"relu-ufunc\[(.+)\]", requirement):
            yield from expanded(extra[1], known)
        else:
            yield requirement


def main(tables: list[str]) -> None:
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    known = pyproject["project"]["optional-dependencies"]
    known["build-system"] = pyproject["build-system"]["requires"]
    for table in tables:
        print(*expanded(table, known), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
