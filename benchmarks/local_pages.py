"""Make the pages written by `asv publish` work without the network.

    python benchmarks/local_pages.py [folder of the pages]

asv's pages load their libraries from other servers. This script installs the npm packages of these
libraries, copies the required files and their licences next to the pages, and makes the pages load
the copies.
"""

import re
import subprocess
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import NamedTuple

HTML = Path(__file__).resolve().parent / "html"
FOLDER = "libraries"


class Library(NamedTuple):
    """An npm package, and the path in it of a file that asv's pages load."""

    package: str
    version: str
    file: str


# The keys are the names of the files in asv's pages. npm has Flot without the minified files, and
# lacks the version of stupidtable that asv uses.
LIBRARIES = {
    "bootstrap.min.css": Library("bootstrap", "3.1.1", "dist/css/bootstrap.min.css"),
    "bootstrap.min.js": Library("bootstrap", "3.1.1", "dist/js/bootstrap.min.js"),
    "jquery-3.3.1.min.js": Library("jquery", "3.3.1", "dist/jquery.min.js"),
    "jquery.flot.categories.min.js": Library("flot", "0.8.3", "jquery.flot.categories.js"),
    "jquery.flot.min.js": Library("flot", "0.8.3", "jquery.flot.js"),
    "jquery.flot.orderBars.js": Library("flot-orderbars", "1.0.0", "js/jquery.flot.orderBars.js"),
    "jquery.flot.selection.min.js": Library("flot", "0.8.3", "jquery.flot.selection.js"),
    "jquery.flot.time.min.js": Library("flot", "0.8.3", "jquery.flot.time.js"),
    "md5.min.js": Library("blueimp-md5", "2.19.0", "js/md5.min.js"),
    "stupidtable.min.js": Library("stupid-table-plugin", "1.1.3", "stupidtable.min.js"),
}

# The address, and the attributes that make sense only for an address on another server.
_REMOTE = re.compile(
    r"""(?P<attribute>src|href)="https?://[^"]*/(?P<name>[^"/]+\.(?:js|css))"""
    r""""(?:\s+(?:integrity|crossorigin|referrerpolicy)="[^"]*")*"""
)


def make_local(html: Path, packages: Path) -> None:
    """Make the pages in `html` load copies of files from `packages`, npm's folder."""
    page = html / "index.html"
    text = page.read_text("utf-8")
    names = [match["name"] for match in _REMOTE.finditer(text)]
    if unknown := [name for name in names if name not in LIBRARIES]:
        raise SystemExit(f"{page} loads {', '.join(unknown)}: add it to LIBRARIES in {__file__}")
    folder = html / FOLDER
    folder.mkdir(exist_ok=True)
    for name in names:
        library = LIBRARIES[name]
        copyfile(packages / library.package / library.file, folder / name)
        for licence in (packages / library.package).glob("LICENSE*"):
            copyfile(licence, folder / f"{library.package}.{licence.name}")
    page.write_text(_REMOTE.sub(rf'\g<attribute>="{FOLDER}/\g<name>"', text), "utf-8")


def main() -> None:
    html = Path(sys.argv[1]) if len(sys.argv) > 1 else HTML
    if not (html / "index.html").exists():
        raise SystemExit(f"{html} has no index.html: run asv publish first")
    with TemporaryDirectory() as folder:
        wanted = sorted({f"{library.package}@{library.version}" for library in LIBRARIES.values()})
        options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(["npm", "install", "--prefix", folder, *options, *wanted], check=True)
        make_local(html, Path(folder) / "node_modules")


if __name__ == "__main__":
    main()
