"""benchmarks/local_pages.py makes the pages of the benchmarks work without the network."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.project

ROOT = Path(__file__).parents[1]


def load(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(file).stem, ROOT / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


local_pages = load("benchmarks/local_pages.py")


@pytest.fixture
def html(tmp_path: Path) -> Path:
    """The files that `asv publish` copies for every project."""
    asv = pytest.importorskip("asv")
    return Path(shutil.copytree(Path(asv.__file__).parent / "www", tmp_path / "html"))


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """The packages that npm installs, with empty files."""
    folder = tmp_path / "node_modules"
    for library in local_pages.LIBRARIES.values():
        file = folder / library.package / library.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{library.package} {library.file}", "utf-8")
        (folder / library.package / "LICENSE.txt").write_text(library.package, "utf-8")
    return folder


def test_the_pages_load_nothing_from_elsewhere(html: Path, packages: Path) -> None:
    pytest.importorskip("sphinx", reason="the extra `docs` is not installed: no sphinx")
    remote_assets = load("docs/_extensions/offline.py").remote_assets
    assert remote_assets((html / "index.html").read_text("utf-8"))
    local_pages.make_local(html, packages)
    for page in [*html.rglob("*.html"), *html.rglob("*.css")]:
        assert remote_assets(page.read_text("utf-8")) == [], page.name


def test_each_library_is_beside_the_pages_with_its_licence(html: Path, packages: Path) -> None:
    local_pages.make_local(html, packages)
    page = (html / "index.html").read_text("utf-8")
    for name, library in local_pages.LIBRARIES.items():
        assert f'="libraries/{name}"' in page
        copy = html / "libraries" / name
        assert copy.read_text("utf-8") == f"{library.package} {library.file}"
        licence = html / "libraries" / f"{library.package}.LICENSE.txt"
        assert licence.read_text("utf-8") == library.package
    # The digests are those of other builds of the same files.
    assert "integrity" not in page


def test_a_library_that_is_not_known_is_named(html: Path, packages: Path) -> None:
    page = html / "index.html"
    text = page.read_text("utf-8").replace("jquery-3.3.1.min.js", "jquery-9.0.0.min.js")
    page.write_text(text, "utf-8")
    with pytest.raises(SystemExit, match=r"loads jquery-9\.0\.0\.min\.js: add it to LIBRARIES"):
        local_pages.make_local(html, packages)
    assert page.read_text("utf-8") == text
    assert not (html / "libraries").exists()
