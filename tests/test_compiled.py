"""The loops and scalar functions, from C, from C++ and through their addresses."""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import threading
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.compiled import loop, scalar_function
from tests.bits import Array, assert_same, specials
from tests.cases import each_operation
from tests.fp_environment import flush_to_zero, needs_fenv, rounding_upward
from tests.oracles import expected
from tests.smooth_facts import usual_parameters
from tests.subprocesses import output_of

ROOT = Path(__file__).parents[1]
INCLUDE = Path(relu_ufunc.get_include())
STANDARDS = {"c11": ("gcc", "clang"), "c++17": ("g++", "clang++")}
NUMBERS: dict[str, Any] = {"f": ctypes.c_float, "d": ctypes.c_double}

SMOOTH = [operation for operation in OPERATIONS if operation.is_smooth]
INLINE = [operation for operation in OPERATIONS if not operation.is_smooth]

each_number = pytest.mark.parametrize("character", "fd")


def each_of(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda row: row.name)


def combinations(operation: Operation, character: str) -> list[Array]:
    values = specials(character)
    grid = np.meshgrid(*[values] * len(operation.inputs), indexing="ij")
    return [axis.ravel() for axis in grid]


def call(function: Any, operands: list[Array], *rest: object) -> None:
    addresses = (ctypes.c_void_p * len(operands))(*[each.ctypes.data for each in operands])
    function(addresses, *rest)


def call_strided(operation: Operation, operands: list[Array], n: int) -> None:
    made = loop(operation.name, operands[0].dtype.char)
    steps = (ctypes.c_ssize_t * len(operands))(*[each.strides[0] for each in operands])
    call(made.strided, operands, (ctypes.c_ssize_t * 1)(n), steps, made.data)


def outputs_of(operation: Operation, operands: list[Array]) -> list[Array]:
    return [np.empty_like(operands[0]) for _ in operation.outputs]


@each_operation
@each_number
def test_both_loops_give_the_bits_of_the_ufunc(operation: Operation, character: str) -> None:
    inputs = combinations(operation, character)
    wanted = expected(operation, *inputs)
    contiguous, strided = outputs_of(operation, inputs), outputs_of(operation, inputs)
    call(loop(operation.name, character).contiguous, [*inputs, *contiguous], len(inputs[0]))
    call_strided(operation, [*inputs, *strided], len(inputs[0]))
    for made in (contiguous, strided):
        for actual, value in zip(made, wanted, strict=True):
            assert_same(actual, value, operation.name)


def test_the_ctypes_functions_of_the_process_are_left_alone(tmp_path: Path) -> None:
    code = (
        "import ctypes\n"
        "function = ctypes.pythonapi.PyCapsule_GetPointer\n"
        "before = function.restype, function.argtypes\n"
        "import relu_ufunc.compiled\n"
        "assert ctypes.pythonapi.PyCapsule_GetPointer is function\n"
        "print((function.restype, function.argtypes) == before)"
    )
    assert output_of(code, tmp_path) == "True"


@each_operation
def test_every_dtype_of_a_function_has_its_loop_and_no_other(operation: Operation) -> None:
    for character in "?bBhHiIlLqQefdgFDGOSUMm":
        if character in operation.type_characters:
            made = loop(operation.name, character)
            assert made.itemsize == np.dtype(character).itemsize
            assert made.n_inputs == len(operation.inputs)
            assert made.n_outputs == len(operation.outputs)
        else:
            with pytest.raises(TypeError, match=f"{operation.name} has no loop for the type"):
                loop(operation.name, character)


@needs_fenv
@each_of(SMOOTH)
@each_number
def test_no_mode_of_the_thread_changes_a_smooth_strided_loop(
    operation: Operation, character: str
) -> None:
    inputs = combinations(operation, character)
    wanted = expected(operation, *inputs)
    for mode in (rounding_upward, flush_to_zero):
        made = outputs_of(operation, inputs)
        with mode():
            call_strided(operation, [*inputs, *made], len(inputs[0]))
        for actual, value in zip(made, wanted, strict=True):
            assert_same(actual, value, operation.name)


@each_of(SMOOTH)
@each_number
def test_a_smooth_function_has_no_scalar_function(operation: Operation, character: str) -> None:
    with pytest.raises(TypeError, match=f"{operation.name} has only loops, no scalar function"):
        scalar_function(operation.name, character)


def test_the_pages_say_which_functions_have_only_loops() -> None:
    names = [f"`{each.name}`" for each in SMOOTH if not each.is_backward]
    page = " ".join((ROOT / "docs/compiled.md").read_text(encoding="utf-8").split())
    assert f"{', '.join(names[:-1])} and {names[-1]}" in page


@each_of(INLINE)
@each_number
def test_scalar_functions_give_the_bits_of_the_ufunc(operation: Operation, character: str) -> None:
    function, number = scalar_function(operation.name, character), NUMBERS[character]
    inputs = combinations(operation, character)
    quiet = ~np.any([np.isnan(each) for each in inputs], axis=0)
    inputs = [each[quiet] for each in inputs]
    wanted = expected(operation, *inputs)
    made = outputs_of(operation, inputs)
    for index, operands in enumerate(zip(*(each.tolist() for each in inputs), strict=True)):
        if len(made) == 1:
            made[0][index] = function(*operands)
        else:
            places = [number() for _ in made]
            function(*operands, *map(ctypes.byref, places))
            for output, place in zip(made, places, strict=True):
                output[index] = place.value
    for actual, value in zip(made, wanted, strict=True):
        assert_same(actual, value, operation.name)


def test_an_unknown_function_and_dtype_are_named() -> None:
    with pytest.raises(ValueError, match="no function 'rely', only relu, relu_backward"):
        loop("rely", "f")
    with pytest.raises(ValueError, match="no function 'rely'"):
        scalar_function("rely")
    with pytest.raises(TypeError, match="expected 'f' or 'd' for a scalar function, not 'e'"):
        scalar_function("relu", "e")
    for character in ("", "ff", "é"):
        with pytest.raises(TypeError, match="no loop for the type character"):
            loop("relu", character)


def test_the_strided_loop_takes_overlapping_operands_in_order() -> None:
    x = np.arange(-4.0, 60.0)
    wanted = x.copy()
    for k in range(63):
        wanted[k + 1] = max(wanted[k] + wanted[k + 1], 0)
    add = next(each for each in OPERATIONS if each.name == "add_relu")
    call_strided(add, [x[:-1], x[1:], x[1:]], 63)
    assert_same(x, wanted)


@each_of(SMOOTH)
def test_an_output_may_overlap_an_input_in_part_of_an_element(operation: Operation) -> None:
    at = operation.inputs.index("x")
    usual = usual_parameters(operation) or [1.0] * len(operation.parameters)
    wanted = [np.empty(1, np.float32) for _ in operation.outputs]
    # The rounding tests of silu, squareplus and hard_swish fail for some of these.
    for x in (-13.5, -1e-40, 301, np.nan, -1.6875, 0.75 - 2.0**-24, 2.0**-11 - 4096):
        operands = [np.array([value], np.float32) for value in [*[1.0] * at, x, *usual]]
        call_strided(operation, [*operands, *wanted], 1)
        for k, output, offset in product(range(len(operands)), range(len(wanted)), range(1, 8)):
            memory = np.zeros(12, np.uint8)
            operand, result = memory[4:8].view(np.float32), memory[offset : offset + 4]
            operand[:] = operands[k]
            inputs = [*operands[:k], operand, *operands[k + 1 :]]
            outputs = [np.empty_like(each) for each in wanted]
            outputs[output] = result.view(np.float32)
            call_strided(operation, [*inputs, *outputs], 1)
            assert result.tobytes() == wanted[output].tobytes()


def test_many_threads_call_one_loop() -> None:
    x = np.linspace(-1, 1, 100_000, dtype=np.float32)
    results = [np.empty_like(x) for _ in range(8)]
    relu = next(each for each in OPERATIONS if each.name == "relu")
    threads = [
        threading.Thread(target=call_strided, args=(relu, [x, result], len(x)))
        for result in results
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        assert_same(result, relu_ufunc.relu(x))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_calls_what_its_parent_looked_up(tmp_path: Path) -> None:
    code = """
import ctypes, os, warnings
import numpy as np
import relu_ufunc
from relu_ufunc.compiled import loop
warnings.simplefilter("ignore", DeprecationWarning)
relu_ufunc.set_num_threads(2)
relu = loop("relu", "f")
x = np.full(1 << 23, -1, np.float32)
def rectify():
    operands = (ctypes.c_void_p * 2)(x.ctypes.data, x.ctypes.data)
    sizes = (ctypes.c_ssize_t * 2)(4, 4)
    relu.strided(operands, (ctypes.c_ssize_t * 1)(x.size), sizes, relu.data)
    return not x.any()
assert rectify()
x[:] = -1
child = os.fork()
if child == 0:
    os._exit(0 if rectify() else 1)
assert os.waitpid(child, 0)[1] == 0
print(rectify())
"""
    assert output_of(code, tmp_path) == "True"


def test_the_package_does_without_the_module(tmp_path: Path) -> None:
    code = (
        "import sys, relu_ufunc;"
        "print({'ctypes', 'relu_ufunc.compiled', 'relu_ufunc._numba'} & sys.modules.keys())"
    )
    assert "relu_ufunc" not in output_of(code, tmp_path)


def compiler_of(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


@pytest.mark.parametrize(
    ("standard", "compiler"),
    [(standard, name) for standard, names in STANDARDS.items() for name in names],
)
def test_the_header_compiles_without_a_warning(
    standard: str, compiler: str, tmp_path: Path
) -> None:
    import sysconfig

    python = Path(sysconfig.get_path("include"))
    if not (python / "Python.h").exists():
        pytest.skip("no Python.h here")
    for name, text in {
        "alone": "#include <relu_ufunc.h>\n",
        "python": "#include <Python.h>\n#include <relu_ufunc.h>\n"
        "int use(void);\nint use(void) { return import_relu_ufunc(); }\n",
    }.items():
        source = tmp_path / f"{name}.c"
        source.write_text(text, encoding="utf-8")
        language = "c++" if standard.startswith("c++") else "c"
        done = subprocess.run(
            [
                compiler_of(compiler), "-x", language, f"-std={standard}", "-Wall", "-Wextra",
                "-Werror", "-O2", "-fsyntax-only", f"-I{INCLUDE}", "-isystem", python, source,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("language", "compiler"), [("c", "gcc"), ("c++", "g++")])
def test_a_pointer_to_const_is_no_output(language: str, compiler: str, tmp_path: Path) -> None:
    lines = ["#include <relu_ufunc.h>"]
    for operation in (each for each in INLINE if len(each.outputs) > 1):
        for suffix, number in (("", "double"), ("f", "float")):
            for wrong in operation.outputs:
                inputs = [f"{number} {name}" for name in operation.inputs]
                outputs = [
                    f"{'const ' * (name == wrong)}{number} *{name}" for name in operation.outputs
                ]
                name, arguments = f"relu_ufunc_{operation.name}{suffix}", operation.inputs
                lines.append(
                    f"void f{len(lines)}({', '.join(inputs + outputs)}) "
                    f"{{ {name}({', '.join(arguments + operation.outputs)}); }}"
                )
    source = tmp_path / "consts.c"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [
            compiler_of(compiler), "-x", language, "-Werror", "-fsyntax-only", f"-I{INCLUDE}",
            source,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    refused = re.findall(r"consts\.c:(\d+):\d+: error", done.stderr)
    assert sorted(set(map(int, refused))) == list(range(2, len(lines) + 1))
    assert len(lines) == 1 + 2 * 6


@pytest.mark.skipif(sys.platform != "linux", reason="makes a shared library with gcc's options")
@pytest.mark.parametrize("options", ["-O0", "-O3 -march=native"], ids=str)
def test_inlined_functions_give_the_bits_of_the_ufunc(options: str, tmp_path: Path) -> None:
    """Whatever the caller's compiler is told short of -ffast-math, contraction among it."""
    lines = ["#include <relu_ufunc.h>"]
    for operation in INLINE:
        for number, suffix in (("float", "f"), ("double", "")):
            inputs = [f"x[{k}][i]" for k in range(len(operation.inputs))]
            outputs = [f"y[{k}][i]" for k in range(len(operation.outputs))]
            scalar = f"relu_ufunc_{operation.name}{suffix}"
            if len(outputs) == 1:
                body = f"{outputs[0]} = {scalar}({', '.join(inputs)});"
            else:
                body = f"{scalar}({', '.join(inputs + [f'&{each}' for each in outputs])});"
            lines.append(
                f"void {operation.name}{suffix}({number} **x, {number} **y, long n)\n"
                f"{{ for (long i = 0; i < n; ++i) {body} }}"
            )
    source, library = tmp_path / "inlined.c", tmp_path / "inlined.so"
    source.write_text("\n".join(lines), encoding="utf-8")
    command = [compiler_of("gcc"), *options.split(), "-std=gnu11", "-shared", "-fPIC"]
    subprocess.run([*command, f"-I{INCLUDE}", source, "-o", library], check=True)
    compiled = ctypes.CDLL(str(library))
    for operation in INLINE:
        for character, suffix in (("f", "f"), ("d", "")):
            operands = combinations(operation, character)
            made = outputs_of(operation, operands)
            pointers = [
                (ctypes.c_void_p * len(group))(*[each.ctypes.data for each in group])
                for group in (operands, made)
            ]
            size = ctypes.c_long(len(operands[0]))
            getattr(compiled, operation.name + suffix)(*pointers, size)
            for actual, value in zip(made, expected(operation, *operands), strict=True):
                assert_same(actual, value, f"{operation.name}{suffix} {options}")
