"""The documentation site, and the extensions in docs/_extensions that build it."""

import importlib
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import relu_ufunc as ru
from relu_ufunc._operations import OPERATIONS

pytestmark = pytest.mark.project

DOCS = Path(__file__).parents[1] / "docs"
FORWARDS = [operation.name for operation in OPERATIONS if not operation.is_backward]


def built_with(package: str) -> None:
    pytest.importorskip(package, reason=f"the extra `docs` is not installed: no {package}")


def extension(name: str) -> ModuleType:
    folder = str(DOCS / "_extensions")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)


JUMPS = {
    "relu": (lambda x: ru.relu_backward(1.0, x), [(0, 0)], [(0, 1)]),
    "relu6": (lambda x: ru.relu6_backward(1.0, x), [(0, 0), (6, 0)], [(0, 1), (6, 1)]),
    "thresholded_relu": (lambda x: ru.thresholded_relu(x, -1.0), [(-1, 0)], [(-1, -1)]),
    "sign": (np.sign, [(0, 0), (0, 0)], [(0, -1), (0, 1)]),
    "floor": (lambda x: np.where(x >= 2, 2, 1), [(2, 2)], [(2, 1)]),
    "no": (ru.squared_relu, [], []),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_graph_is_not_drawn_across_a_jump(name: str) -> None:
    function, values, limits = JUMPS[name]
    drawn = extension("curves").curve(function, -3.0, 9.0)
    assert drawn.values == values
    assert np.allclose(drawn.limits, limits, atol=2e-3)
    assert len(drawn.pieces) == len(values) + 1
    assert all(np.abs(np.diff(y)).max(initial=0) < 0.04 for _, y in drawn.pieces)
    assert np.array_equal(
        np.concatenate([x for x, _ in drawn.pieces]), np.arange(-3 * 1024, 9 * 1024 + 1) / 1024
    )


def test_kinks_are_found() -> None:
    assert extension("curves").kinks(lambda x: ru.clipped_relu(x, 20.0)) == [0, 20]
    assert extension("curves").kinks(lambda x: ru.affine_relu(x, 2.0, 1.0)) == [-0.5]
    assert extension("curves").kinks(ru.squared_relu) == []


@pytest.mark.parametrize(
    ("html", "loaded"),
    [
        ('<script src="https://a.org/b.js"></script>', ["https://a.org/b.js"]),
        ('<link rel="stylesheet" href="//a.org/b.css">', ["//a.org/b.css"]),
        ('<link rel="preload" href="http://a.org/b.woff2">', ["http://a.org/b.woff2"]),
        ('<img alt="" src="https://a.org/b.svg">', ["https://a.org/b.svg"]),
        ('<img alt="" srcset="b.svg 1x, //a.org/b.svg 2x">', ["//a.org/b.svg 2x"]),
        ("<style>p { background: url('https://a.org/b.png') }</style>", ["https://a.org/b.png"]),
        ('@import "https://a.org/b.css";', ["https://a.org/b.css"]),
        ("p { background: url(b.png) }", []),
        ('<a href="https://a.org">a</a><img src="b.svg"><script src="b.js"></script>', []),
        ('<link rel="canonical" href="https://a.org">', []),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_detected(html: str, loaded: list[str]) -> None:
    built_with("sphinx")
    assert extension("offline").remote_assets(html) == loaded


def test_links_of_the_readme_lead_to_pages() -> None:
    pages = {path.stem for path in DOCS.glob("*.md")}
    app = SimpleNamespace(env=SimpleNamespace(found_docs=pages))
    content = [
        """[docs/performance.md](docs/performance.md), [how](CONTRIBUTING.md),
![chart](docs/charts/a.svg), [LICENSE](LICENSE), [x](https://a.org)"""
    ]
    extension("root_files")._fit(app, Path("../README.md"), "index", content)
    assert (
        content[0]
        == """[](/performance.md), [how](/contributing.md),
![chart](/charts/a.svg), LICENSE, [x](https://a.org)"""
    )


def test_every_function_has_a_page_and_a_graph(tmp_path: Path) -> None:
    built_with("matplotlib")
    extension("function_pages")._write(SimpleNamespace(srcdir=tmp_path))
    folder = tmp_path / "reference" / "generated"
    index = (folder / "index.rst").read_text("utf-8")
    assert re.findall(r"^   (\w+)$", index, re.MULTILINE) == FORWARDS
    for name in FORWARDS:
        page = (folder / f"{name}.rst").read_text("utf-8")
        documented = re.findall(r"^\.\. autofunction:: (\w+)$", page, re.MULTILINE)
        assert documented == [row.name for row in OPERATIONS if row.forward == name]
        assert f":alt: Graph of {name}(x" in page
        assert re.findall(r"^   \.\. image:: (\w+)\.svg$", page, re.MULTILINE) == documented
        for graph in documented:
            assert (folder / f"{graph}.svg").read_text("utf-8").count('id="axes_') == 1


def test_a_graph_shows_the_first_example() -> None:
    built_with("matplotlib")
    pages: Any = extension("function_pages")
    shown = {row.name: pages._example_parameters(row) for row in OPERATIONS if not row.is_backward}
    assert shown["leaky_relu"] == {"slope": 0.1}
    assert shown["affine_relu"] == {"scale": 2, "shift": 1}
    assert shown["prelu"] == {"slope": 0.5}
    assert shown["relu"] == {}


UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "µs": 1, "ms": 10**6}
DATA_PATH = ("plan.c", "run.c", "sizes.h", "tables.h", "threads.c", "timings.c")
NOT_TUNED = {"BYTES_OF_COST", "MAGNITUDES"}
"""A scale, and the size of a table."""


def documented_constants() -> list[tuple[str, str, float]]:
    page = (DOCS / "how_it_works.md").read_text("utf-8")
    _, _, rest = page.partition("<!-- begin: constants -->")
    row = r"^\| `(\w+)` in `([\w./]+)` \| ([\d.]+)(?: (\S+))? \|"
    found = re.findall(row, rest.partition("<!-- end: constants -->")[0], re.MULTILINE)
    return [(name, file, float(n) * UNITS.get(unit, 1)) for name, file, n, unit in found]


@pytest.mark.parametrize(("name", "file", "value"), documented_constants())
def test_a_constant_is_documented_as_in_the_source(name: str, file: str, value: float) -> None:
    # The sources of the package may be missing from the tree; they are as they are installed.
    folder = Path(ru.__file__).parents[1] if file.startswith("relu_ufunc") else DOCS.parent
    source = (folder / file).read_text("utf-8")
    (expression,) = re.findall(rf"\b{name} = ([\d <]+)[,;\n]", source)
    number, _, shift = expression.partition("<<")
    assert int(number) << int(shift or 0) == value


def test_every_constant_of_the_data_path_is_documented() -> None:
    in_the_sources = {
        (name, f"src/{file}")
        for file in DATA_PATH
        for name in re.findall(
            r"\b([A-Z_]+) = \d[\d <]*[,\n ]", (DOCS.parent / "src" / file).read_text("utf-8")
        )
        if name not in NOT_TUNED
    }
    assert in_the_sources
    assert in_the_sources <= {(name, file) for name, file, _ in documented_constants()}


@pytest.mark.parametrize(
    ("code", "documented"),
    [
        ("np.maximum", "numpy.maximum"),
        ("numpy.maximum", "numpy.maximum"),
        ("np.abs", "numpy.absolute"),
        ("np.maximum(x, 0)", None),
        ("np.maximum.at", None),
        ("np.rectifier", None),
        ("jnp.maximum", None),
        ("relu", None),
    ],
)
def test_a_name_of_numpy_is_found(code: str, documented: str | None) -> None:
    built_with("sphinx")
    assert extension("names").numpy_name(code) == documented


# The types of the objects, by the names that NumPy's documentation gives their kinds.
KINDS = {
    "class": type,
    "data": np.ufunc,
    "function": BuiltinFunctionType | FunctionType | type(np.copyto),
}
INVENTORY = [line.split() for line in (DOCS / "numpy.txt").read_text("utf-8").splitlines()[3:]]


@pytest.mark.parametrize(("name", "kind", "page"), INVENTORY)
def test_the_inventory_has_names_of_numpy_and_their_pages(name: str, kind: str, page: str) -> None:
    module, attribute = name.split(".")
    assert module == "numpy"
    assert isinstance(getattr(np, attribute), KINDS[kind])
    assert page == f"reference/generated/{name}.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("sphinx", "numpydoc", "myst_parser", "sphinx_design", "matplotlib"):
        built_with(package)
    output = tmp_path_factory.mktemp("site")
    # -P: the sources in the current folder may lack the compiled extension.
    command = [sys.executable, "-P", "-m", "sphinx", "-nW", "--keep-going", "--quiet"]
    run = subprocess.run(
        [*command, str(DOCS), str(output)], capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    return output


def test_the_first_page_says_how_to_begin(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    text = unescape(re.sub(r"<[^>]+>", "", page))
    assert re.search(r"^python -m pip install", text, re.MULTILINE)
    code = re.findall(r"^>>> (.+)", text, re.MULTILINE)
    assert len(code) == 5
    assert code[1].startswith("from relu_ufunc import ")


def test_the_first_page_has_a_row_for_every_function(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    (table,) = re.findall(r"<table.*?</table>", page, re.DOTALL)
    linked = re.findall(r'href="reference/generated/(\w+)\.html"', table)
    assert set(linked) == set(FORWARDS)


def test_every_page_shows_the_version(site: Path) -> None:
    meson = (DOCS.parent / "meson.build").read_text("utf-8")
    (version,) = re.findall(r"^  version: '(.+)',$", meson, re.MULTILINE)
    for page in set(site.rglob("*.html")) - set(site.glob("_static/**/*")):
        header = page.read_text("utf-8").partition("<main")[0]
        assert f">relu_ufunc {version}<" in header, page.name


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = [file for file in site.rglob("*") if file.suffix in (".html", ".css")]
    assert len(pages) > len(FORWARDS)
    for page in pages:
        assert extension("offline").remote_assets(page.read_text("utf-8")) == [], page.name


def test_every_name_of_the_inventory_is_linked_to(site: Path) -> None:
    pages = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    linked = re.findall(r'href="https://numpy\.org/doc/stable/([^"]+)"', pages)
    assert set(linked) == {f"{page}#{name}" for name, _, page in INVENTORY}
