"""Check that sdists and wheels contain what belongs in them, and nothing else.

    python tools/check_distributions.py [--published] FILE ...

With --published, their descriptions must also have no relative links or pictures. This needs
readme-renderer[md], which PyPI uses to render them.
"""

import argparse
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
# For all CPythons, or for a free-threaded one, which has no limited API.
WHEEL_NAME = re.compile(r"relu_ufunc-(?P<version>[^-]+)-(cp311-abi3|(cp3\d+)-\3t)-[^-]+\.whl")
LARGEST_WHEEL = 1_500_000
SDIST_NEEDS = {
    "LICENSE", "README.md", "meson.build", "meson.options", "pyproject.toml", "src/ops.def",
    "tests/conftest.py",
}  # fmt: skip


# Made when the package is built, and in no sdist.
GENERATED = {"__init__.pxd", "relu_ufunc_functions.h"}


def problems(file: Path, is_published: bool) -> Iterator[str]:
    """Each problem of a file, as a sentence."""
    if file.suffix == ".whl":
        if not (matched := WHEEL_NAME.fullmatch(file.name)):
            yield f"expected a name that matches {WHEEL_NAME.pattern}"
            return
        with zipfile.ZipFile(file) as wheel:
            info = f"relu_ufunc-{matched['version']}.dist-info"
            metadata = BytesParser().parsebytes(wheel.read(f"{info}/METADATA"))
            yield from wheel_problems(wheel, info)
        if (size := file.stat().st_size) > LARGEST_WHEEL:
            yield f"{size:,} bytes, expected {LARGEST_WHEEL:,} at most"
    elif file.name.endswith(".tar.gz"):
        with tarfile.open(file) as sdist:
            folder = file.name.removesuffix(".tar.gz")
            member = sdist.extractfile(f"{folder}/PKG-INFO")
            assert member is not None
            metadata = BytesParser().parsebytes(member.read())
            yield from sdist_problems(sdist)
    else:
        yield "expected a wheel (.whl) or an sdist (.tar.gz)"
        return
    yield from metadata_problems(metadata, is_published)


def wheel_problems(wheel: zipfile.ZipFile, info: str) -> Iterator[str]:
    files = [PurePosixPath(name) for name in wheel.namelist() if not name.endswith("/")]
    package = [path for path in files if path.parts[0] == "relu_ufunc"]
    sources = {path.name for path in (ROOT / "relu_ufunc").glob("*.py*") if path.suffix != ".pyx"}
    expected = sources | GENERATED | {"py.typed", "relu_ufunc.h"}
    compiled = {path for path in package if path.suffix in (".so", ".pyd")}
    if len(compiled) != 1:
        yield f"expected one extension, found {sorted(map(str, compiled))}"
    if difference := expected ^ {path.name for path in package if path not in compiled}:
        yield f"unlike the package's sources in {sorted(difference)}"
    if others := [str(path) for path in files if path.parts[0] not in ("relu_ufunc", info)]:
        yield f"files outside the package: {others}"
    if not any(path.name == "LICENSE" for path in files):
        yield "no LICENSE"
    for path in compiled:
        if b"\0.debug_info\0" in wheel.read(str(path)):
            yield f"{path} is not stripped: it has debugging information"


def sdist_problems(sdist: tarfile.TarFile) -> Iterator[str]:
    names = {name.partition("/")[2] for name in sdist.getnames()}
    if missing := SDIST_NEEDS - names:
        yield f"without {sorted(missing)}"
    made = (".so", ".pyd", ".pyc", *GENERATED)
    if unwanted := [name for name in names if name.endswith(made)]:
        yield f"has built files: {sorted(unwanted)}"


def metadata_problems(metadata: Message, is_published: bool) -> Iterator[str]:
    if (given := metadata["License-Expression"]) != "BSD-3-Clause":
        yield f"license {given}, expected BSD-3-Clause"
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    description = payload.decode()
    if not description:
        yield "no description"
    elif is_published and (relative := relative_links(description)):
        yield f"the description has relative links: {relative}"


def relative_links(description: str) -> list[str]:
    """Links and pictures that would be broken on PyPI, which renders the description alone."""
    from readme_renderer import markdown

    rendered = markdown.render(description)
    assert rendered is not None, "readme-renderer lacks its extra [md]"
    links = _Links()
    links.feed(rendered)
    return [to for to in links.found if not to.startswith(("https://", "#"))]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [to for name, to in attrs if name in ("href", "src") and to]


def main() -> int:
    parser = argparse.ArgumentParser(description="Say what is wrong with distributions.")
    parser.add_argument("--published", action="store_true")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    found = [
        f"{file.name}: {problem}"
        for file in arguments.files
        for problem in problems(file, arguments.published)
    ]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
