"""Print the requirements in the named tables of pyproject.toml, one per line.

    python tools/requirements.py [--oldest] {build-system | name of an extra} ...

With --oldest, they are pinned to the series that their lower bounds name, and those without one
are left out.
"""

import argparse
import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def oldest(requirement: str) -> str | None:
    """`a>=1.2,<3` as `a==1.2.*`; None if it has no lower bound."""
    bound = re.match(r"([^>=<~!;]+)>=([\d.]+)", requirement)
    return bound and f"{bound[1]}=={bound[2]}.*"


def main() -> None:
    parser = argparse.ArgumentParser(description="Print requirements of pyproject.toml.")
    parser.add_argument("--oldest", action="store_true")
    parser.add_argument("tables", nargs="+", metavar="TABLE")
    arguments = parser.parse_args()
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    known = pyproject["project"]["optional-dependencies"]
    known["build-system"] = pyproject["build-system"]["requires"]
    for table in arguments.tables:
        given = known[table]
        print(*filter(None, map(oldest, given)) if arguments.oldest else given, sep="\n")


if __name__ == "__main__":
    main()
