"""The instruction set that is requested is the one that runs."""

import platform
import sys
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc._core import contiguous_kernel
from relu_ufunc._operations import OPERATIONS
from tests.cases import ISAS, UFUNCS, each_isa
from tests.kernels import needs_objdump, vector_registers
from tests.subprocesses import output_of, run

COMPILED_FOR = {name: set(words.split()) for name, _, words in _core.isa_rows()}
IS_X86_64 = platform.machine().lower() in ("x86_64", "amd64") and sys.maxsize > 1 << 32
REGISTERS = ["xmm", "ymm", "zmm"]

SAYS_ISA = "import relu_ufunc; print(relu_ufunc.isa())"

on_x86_64 = pytest.mark.skipif(not IS_X86_64, reason="tests the instruction sets of x86-64")


def widest_register(isa: str) -> str:
    """The widest registers that code compiled for the instruction set may use."""
    return REGISTERS[len({"AVX512BW", "AVX2"} & COMPILED_FOR[isa])]


def test_generic_is_always_there_and_last() -> None:
    assert ISAS[-1] == "generic"
    assert [name for name, _, _ in _core.isa_rows()][-1] == "generic"


def test_available_ones_are_those_of_the_build_that_run_here() -> None:
    assert [name for name, runs_here, _ in _core.isa_rows() if runs_here] == ISAS
    assert len(set(ISAS)) == len(ISAS)
    assert relu_ufunc.available_isas() is not relu_ufunc.available_isas()


@on_x86_64
def test_compiled_for_what_the_name_says() -> None:
    words = {"x86-64-v4": {"AVX512BW", "AVX2"}, "x86-64-v3": {"AVX2"}, "generic": {"SSE2"}}
    for name, has in words.items():
        assert has <= COMPILED_FOR[name]
        for other in {"AVX512BW", "AVX2"} - has:
            assert other not in COMPILED_FOR[name]


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="reads /proc/cpuinfo")
@on_x86_64
def test_the_operating_system_agrees() -> None:
    flags = set(Path("/proc/cpuinfo").read_text().split())
    v3 = {"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "abm"} <= flags
    v4 = v3 and {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags
    wanted = ["x86-64-v4"] * v4 + ["x86-64-v3"] * v3 + ["generic"]
    assert [isa for isa in ISAS if isa in ("x86-64-v4", "x86-64-v3", "generic")] == wanted


def test_each_instruction_set_has_kernels_of_its_own() -> None:
    for operation in OPERATIONS:
        for character in operation.type_characters:
            kernels = {contiguous_kernel(UFUNCS[i][operation.name], character) for i in ISAS}
            assert len(kernels) == len(ISAS), (operation.name, character)


def test_the_package_uses_the_kernels_that_isa_names() -> None:
    for operation in OPERATIONS:
        for character in operation.type_characters:
            public = contiguous_kernel(getattr(relu_ufunc, operation.name), character)
            forced = contiguous_kernel(UFUNCS[relu_ufunc.isa()][operation.name], character)
            assert public == forced


@needs_objdump
@on_x86_64
@each_isa
def test_no_kernel_names_registers_beyond_its_instruction_set(isa: str) -> None:
    beyond = set(REGISTERS[REGISTERS.index(widest_register(isa)) + 1 :])
    for operation in OPERATIONS:
        for character in operation.type_characters:
            found = vector_registers(contiguous_kernel(UFUNCS[isa][operation.name], character))
            assert not found & beyond, (operation.name, character)


@needs_objdump
@on_x86_64
@pytest.mark.parametrize("isa", [isa for isa in ISAS if widest_register(isa) != "xmm"])
def test_kernels_use_the_widest_registers_of_their_instruction_set(isa: str) -> None:
    for operation in OPERATIONS:
        for character in operation.type_characters:
            # Smooth values and float16's arithmetic may be in separate functions, at which
            # tools/vectorised.py looks, and long double's arithmetic is in the x87 unit.
            is_separate = operation.is_smooth or (character == "e" and operation.has_arithmetic)
            # No bool is between 0 and another: the zeros are written by the C library.
            is_zero = character == "?" and operation.name == "clipped_relu_backward"
            if character == "g" or is_separate or is_zero:
                continue
            found = vector_registers(contiguous_kernel(UFUNCS[isa][operation.name], character))
            assert widest_register(isa) in found, (operation.name, character)


def test_the_best_is_the_default(tmp_path: Path) -> None:
    assert output_of(SAYS_ISA, tmp_path) == ISAS[0]


@each_isa
def test_the_environment_picks_the_kernels(isa: str, tmp_path: Path) -> None:
    code = (
        "import relu_ufunc\n"
        "from relu_ufunc._core import contiguous_kernel\n"
        "from tests.cases import UFUNCS\n"
        f"forced = UFUNCS[{isa!r}]\n"
        "for name, ufunc in forced.items():\n"
        "    public = getattr(relu_ufunc, name)\n"
        "    assert contiguous_kernel(public, 'f') == contiguous_kernel(ufunc, 'f')\n"
        "print(relu_ufunc.isa())"
    )
    tests = Path(__file__).parents[1]
    code = f"import sys; sys.path.append({str(tests)!r})\n{code}"
    assert output_of(code, tmp_path, RELU_UFUNC_ISA=isa) == isa


@pytest.mark.parametrize("name", [" ", "x86-64-v9", "GENERIC", "generic,", "none", "avx2"])
def test_an_unknown_name_is_an_error_that_lists_what_can_run(name: str, tmp_path: Path) -> None:
    finished = run(SAYS_ISA, tmp_path, RELU_UFUNC_ISA=name)
    assert finished.returncode != 0
    message = finished.stderr.strip().splitlines()[-1]
    assert message.startswith("ImportError")
    assert "RELU_UFUNC_ISA" in message
    assert repr(name) in message
    for isa in ISAS:
        assert isa in message


def test_the_choice_is_made_at_import(tmp_path: Path) -> None:
    code = (
        "import os, relu_ufunc; before = relu_ufunc.isa();"
        "os.environ['RELU_UFUNC_ISA'] = 'no such'; assert relu_ufunc.isa() == before"
    )
    output_of(code, tmp_path)


def test_show_config_names_the_instruction_set(capsys: pytest.CaptureFixture[str]) -> None:
    relu_ufunc.show_config()
    shown = capsys.readouterr().out
    for word in (relu_ufunc.__version__, relu_ufunc.isa(), np.__version__, *ISAS):
        assert word in shown
