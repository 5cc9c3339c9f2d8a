"""Print the requirements in the named tables of pyproject.toml, one per line.

python tools/requirements.py {build-system | name of an extra} ...
"""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def main(tables: list[str]) -> None:
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    known = pyproject["project"]["optional-dependencies"]
    known["build-system"] = pyproject["build-system"]["requires"]
    for table in tables:
        print(*known[table], sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
