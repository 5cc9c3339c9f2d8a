"""Scripts are executable, and what tools/ replaces in the sources is there, once each."""

import importlib.util
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packages import PACKAGE

pytestmark = pytest.mark.project

ROOT = Path(__file__).parents[1]


SCRIPTS = [
    path
    for folder in (".ci", "findings", "tools")
    for path in sorted(ROOT.glob(f"{folder}/*"))
    if path.is_file() and path.read_bytes().startswith(b"#!")
]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such mode")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_executable(script: Path) -> None:
    assert os.access(script, os.X_OK)


def _tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


vectorised = _tool("vectorised")
Mutant = _tool("mutants").Mutant


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "tools" / name).read_text(encoding="utf-8"))


def replaced() -> Iterator[Any]:
    extensions = _table("extensions.toml")
    for mistake in extensions["mistake"]:
        yield pytest.param(mistake["file"], mistake["old"], id=f"mistake {mistake['name']}")
    for extension in extensions["extension"]:
        for edit in extension["edit"]:
            yield pytest.param(
                edit["file"], edit["before"], id=f"{extension['name']} {edit['file']}"
            )


@pytest.mark.parametrize(("file", "text"), list(replaced()))
def test_a_text_is_found_once(file: str, text: str) -> None:
    assert _text_of(file).count(text) == 1


def _text_of(file: str) -> str:
    # tools/versions.sh tests a wheel, and has the package there alone.
    root = PACKAGE.parent if Path(file).parts[0] == PACKAGE.name else ROOT
    return (root / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "mutant",
    [pytest.param(Mutant(**row), id=row["name"]) for row in _table("mutants.toml")["mutant"]],
)
def test_a_mutant_applies(mutant: Any) -> None:
    for edit in mutant.edits:
        text = _text_of(edit.file)
        assert edit.mutated(text) != text


C_SOURCE = """\
static T first(T x) { return x > 0; }

static T second(
    T x)
{
    if (x > 0)
        return x  >  0;
    return 0;
}
"""


@pytest.mark.parametrize(
    ("function", "old", "mutated"),
    [
        ("first", "x>0", C_SOURCE.replace("{ return x > 0; }", "{ return 1; }")),
        ("second", "return x > 0", C_SOURCE.replace("return x  >  0", "1")),
    ],
)
def test_a_mutant_changes_its_function_alone(function: str, old: str, mutated: str) -> None:
    assert Mutant("", "", "", old, "1", [], function).mutated(C_SOURCE) == mutated


@pytest.mark.parametrize(("function", "old"), [("second", "x > 0"), ("third", "x"), ("", "x > 1")])
def test_a_mutant_without_one_place_is_refused(function: str, old: str) -> None:
    with pytest.raises(SystemExit, match="times"):
        Mutant("", "", "", old, "1", [], function).mutated(C_SOURCE)


DISASSEMBLY = """
0000000000000000 <relu_contiguous>:
   0:\tvmovdqu ymm0,YMMWORD PTR [rdi+rax*1]
   5:\t{store}
   a:\tadd    rax,0x20
   e:\tjne    {start} <relu_contiguous>
  10:\tret
"""


@pytest.mark.parametrize(
    ("store", "start", "is_vectorised"),
    [
        ("vmovdqu YMMWORD PTR [rsi+rax*1],ymm0", "0", [True]),
        ("vmovdqu32 ZMMWORD PTR [rsi+rax*1]{k1},zmm0", "0", [True]),
        ("movups XMMWORD PTR [rsi],xmm0", "0", [True]),
        ("vmovss DWORD PTR [rsi+rax*1],xmm0", "0", [False]),
        ("vmovaps XMMWORD PTR [rsp+0x10],xmm0", "0", [False]),
        ("vmovdqu YMMWORD PTR [rsi+rax*1],ymm0", "10", []),
    ],
)
def test_a_vectorised_loop_is_told(store: str, start: str, is_vectorised: list[bool]) -> None:
    [(name, instructions)] = vectorised.functions(DISASSEMBLY.format(store=store, start=start))
    assert name == "relu_contiguous"
    assert [
        vectorised.is_vectorised(one) for one in vectorised.loops(instructions)
    ] == is_vectorised
