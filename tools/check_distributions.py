"""Check that a folder holds one sdist and one wheel, with what belongs in them and no more."""

import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path, PurePosixPath

WHEEL_NAME = re.compile(r"relu_ufunc-(?P<version>[^-]+)-cp311-abi3-[^-]+\.whl")
SDIST_NEEDS = {
    "LICENSE", "README.md", "meson.build", "pyproject.toml", "src/ops.def", "tests/conftest.py",
}  # fmt: skip


def problems(folder: Path) -> Iterator[str]:
    """What is wrong, a sentence each."""
    wheels, sdists = list(folder.glob("*.whl")), list(folder.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sdists) != 1:
        yield f"{folder}: expected one wheel and one sdist, found {wheels + sdists}"
        return
    yield from wheel_problems(wheels[0])
    yield from sdist_problems(sdists[0])


def wheel_problems(wheel: Path) -> Iterator[str]:
    matched = WHEEL_NAME.fullmatch(wheel.name)
    if not matched:
        yield f"{wheel.name}: expected a name that matches {WHEEL_NAME.pattern}"
        return
    with zipfile.ZipFile(wheel) as archive:
        files = [PurePosixPath(name) for name in archive.namelist() if not name.endswith("/")]
        info = f"relu_ufunc-{matched['version']}.dist-info"
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
    package = [path for path in files if path.parts[0] == "relu_ufunc"]
    sources = {path.name for path in Path("relu_ufunc").glob("*.py*") if path.suffix != ".pyx"}
    expected = sources | {"py.typed"}
    compiled = {path.name for path in package if path.suffix in (".so", ".pyd")}
    if len(compiled) != 1:
        yield f"{wheel.name}: expected one extension, found {sorted(compiled)}"
    if difference := expected ^ ({path.name for path in package} - compiled):
        yield f"{wheel.name}: unlike the package's sources in {sorted(difference)}"
    if others := [str(path) for path in files if path.parts[0] not in ("relu_ufunc", info)]:
        yield f"{wheel.name}: files outside the package: {others}"
    if not any(path.name == "LICENSE" for path in files):
        yield f"{wheel.name}: no LICENSE"
    if metadata["License-Expression"] != "BSD-3-Clause":
        yield f"{wheel.name}: license {metadata['License-Expression']}, expected BSD-3-Clause"
    if not metadata.get_payload():
        yield f"{wheel.name}: no description"


def sdist_problems(sdist: Path) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    if missing := SDIST_NEEDS - names:
        yield f"{sdist.name}: without {sorted(missing)}"
    if unwanted := [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]:
        yield f"{sdist.name}: has built files: {sorted(unwanted)}"


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1])))
    print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found else 0)
