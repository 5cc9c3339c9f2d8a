"""The functions inside Numba's compiled code: the bits and dtypes of the ufuncs."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array, assert_same, specials
from tests.cases import each_operation
from tests.oracles import expected
from tests.packages import installed
from tests.subprocesses import output_of

pytestmark = pytest.mark.interop

NUMBA_HAS = "?bBhHilqBHIQfd"


@pytest.fixture(autouse=True)
def _numba() -> None:
    installed("numba")


def compiled(operation: Operation, *outs: str) -> Any:
    """The call, compiled by Numba."""
    import numba

    names = ", ".join((*operation.inputs, *outs))
    known: dict[str, Any] = {"function": getattr(relu_ufunc, operation.name)}
    return numba.njit(eval(f"lambda {names}: function({names})", known))


def characters(operation: Operation) -> list[str]:
    return [each for each in operation.type_characters if each in NUMBA_HAS]


def inputs_of(operation: Operation, character: str, n: int) -> list[Array]:
    values = specials(character)
    count = len(operation.inputs)
    return [np.resize(np.roll(values, 5 * k)[: len(values) - k], n) for k in range(count)]


def tuple_of(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


@each_operation
def test_arrays(operation: Operation) -> None:
    function = compiled(operation)
    for character in characters(operation):
        inputs = inputs_of(operation, character, 3000)
        wanted = expected(operation, *inputs)
        for actual, value in zip(tuple_of(function(*inputs)), wanted, strict=True):
            assert_same(actual, value, f"{operation.name} {character}")


@each_operation
def test_strided_arrays_and_broadcasting(operation: Operation) -> None:
    function, ufunc = compiled(operation), getattr(relu_ufunc, operation.name)
    first, *others = inputs_of(operation, "f", 120)
    blocks, rows = first.reshape(4, 5, 6)[::2, ::-1], [each[:6] for each in others]
    reversed_ones = [each[::-2] for each in (first, *others)]
    for operands in ([blocks, *rows], reversed_ones):
        wanted = tuple_of(ufunc(*operands))
        for actual, value in zip(tuple_of(function(*operands)), wanted, strict=True):
            assert actual.shape == value.shape
            assert np.array_equal(np.isnan(actual), np.isnan(value))
            assert_same(np.nan_to_num(actual), np.nan_to_num(value), operation.name)


@each_operation
def test_numbers(operation: Operation) -> None:
    function = compiled(operation)
    for character in characters(operation):
        inputs = inputs_of(operation, character, 60)
        wanted = expected(operation, *inputs)
        results = [tuple_of(function(*each)) for each in zip(*inputs, strict=True)]
        kind = np.dtype(character)
        for actual, value in zip(zip(*results, strict=True), wanted, strict=True):
            made = np.array(actual, kind)
            keeps = ~np.isnan(value) if kind.kind == "f" else np.ones(len(value), bool)
            assert_same(made[keeps], value[keeps], f"{operation.name} {character}")
            assert kind.kind != "f" or np.isnan(made[~keeps]).all()


def test_numbers_of_python_are_weak_beside_arrays() -> None:
    leaky = compiled(next(each for each in OPERATIONS if each.name == "leaky_relu"))
    x = np.array([-1.0, 2.0], np.float32)
    assert_same(leaky(x, 0.1), relu_ufunc.leaky_relu(x, 0.1))
    integers = np.array([-10, 5])
    assert_same(leaky(integers, 0.1), relu_ufunc.leaky_relu(integers, 0.1))


def test_an_integer_that_does_not_fit_is_refused() -> None:
    clipped = compiled(next(each for each in OPERATIONS if each.name == "clipped_relu"))
    with pytest.raises(OverflowError, match="out of bounds"):
        clipped(np.zeros(3, np.int8), 300)


def test_out_is_written_also_where_it_overlaps() -> None:
    relu = compiled(OPERATIONS[0], "out")
    x = np.linspace(-1, 1, 50)
    assert relu(x, x).ctypes.data == x.ctypes.data
    assert_same(x, relu_ufunc.relu(np.linspace(-1, 1, 50)))
    for step in (1, -1):
        x, wanted = np.linspace(-1, 1, 50), np.linspace(-1, 1, 50)
        relu(x[:-1][::step], x[1:][::step])
        relu_ufunc.relu(wanted[:-1][::step], out=wanted[1:][::step])
        assert_same(x, wanted)
    with pytest.raises(ValueError, match="does not have the shape"):
        relu(x, np.empty(3))


def test_what_has_no_loop_is_named() -> None:
    import numba

    relu = compiled(OPERATIONS[0])
    with pytest.raises(numba.TypingError, match="not supported for the input types"):
        relu(1j)
    with_out = compiled(OPERATIONS[0], "out")
    with pytest.raises(numba.TypingError, match="expects one out, of dtype float64"):
        with_out(np.zeros(3), np.zeros(3, np.float32))


@each_operation
@pytest.mark.parametrize("ndim", [0, 1, 2])
def test_a_read_only_out_is_refused(operation: Operation, ndim: int) -> None:
    import numba

    array = np.full((3, 2)[:ndim], -1.0)
    out = array.copy()
    out.flags.writeable = False
    before = out.tobytes()
    numbers = [-1.0] * (len(operation.inputs) - 1)
    for inputs in ([array, *numbers], [array] * len(operation.inputs), [-1.0, *numbers]):
        with pytest.raises(numba.TypingError, match=rf"{operation.name} expects an out that it"):
            compiled(operation, "out")(*inputs, out)
        assert out.tobytes() == before


def read_only_outs(folder: Path) -> dict[str, Array]:
    np.arange(2.0).tofile(folder / "numbers")
    return {
        "bytes": np.frombuffer(bytes(16)),
        "memmap": np.memmap(folder / "numbers", dtype=np.float64, mode="r"),
        "broadcast": np.broadcast_to(np.zeros(1), 2),
    }


@pytest.mark.parametrize("source", ["bytes", "memmap", "broadcast"])
def test_memory_that_cannot_be_written_is_refused(source: str, tmp_path: Path) -> None:
    import numba

    out = read_only_outs(tmp_path)[source]
    before, x = out.tobytes(), np.ones(2)
    with pytest.raises(numba.TypingError, match="readonly array"):
        compiled(OPERATIONS[0], "out")(x, out)
    assert out.tobytes() == before


def test_the_values_of_a_data_frame_are_refused() -> None:
    import numba

    pandas = installed("pandas")
    frame = pandas.DataFrame({"a": [-1.0, 2.0]})
    values = frame.values
    values.flags.writeable = False
    with pytest.raises(numba.TypingError, match="readonly array"):
        compiled(OPERATIONS[0], "out")(np.zeros(values.shape), values)
    assert frame.a.tolist() == [-1.0, 2.0]


def test_a_global_array_is_not_written() -> None:
    import numba

    known: dict[str, Any] = {"function": relu_ufunc.relu, "array": np.array([-1.0, 2.0])}
    function = numba.njit(eval("lambda x: function(x, array)", known))
    with pytest.raises(numba.TypingError, match="readonly array"):
        function(np.ones(2))


@pytest.mark.parametrize(
    "out",
    [
        "array", "array.T", "array.reshape(2)", "array.ravel()", "array[::-1]", "np.asarray(array)",
        "np.ascontiguousarray(array)", "np.broadcast_to(array, (2,))", "(array, array)[1]",
        "arrays[1]", "records['a']", "records[0].b", "records[0]['b']",
    ],
)  # fmt: skip
def test_what_numba_knows_to_be_read_only_is_refused_and_the_rest_as_by_its_ufuncs(
    out: str,
) -> None:
    import numba

    def outcome(ufunc: np.ufunc) -> tuple[bool, bool]:
        array, records = np.full(2, -7.0), np.zeros(2, [("a", "f8"), ("b", "f8", 2)])
        for each in (array, records):
            each.flags.writeable = False
        arrays = numba.typed.List([np.zeros(2)])
        with warnings.catch_warnings(action="ignore"):
            arrays.append(array)
        before = array.tobytes() + records.tobytes()
        code = f"lambda x, array, arrays, records: ufunc(x, {out})"
        function = numba.njit(eval(code, {"ufunc": ufunc, "np": np}))
        said = ""
        try:
            function(np.ones(2), array, arrays, records)
        except numba.TypingError as error:
            said = str(error)
        is_refused = "read-only" in said or "out that it may write to" in said
        return is_refused, before != array.tobytes() + records.tobytes()

    is_refused, is_changed = outcome(relu_ufunc.relu)
    assert is_refused is not is_changed
    assert outcome(np.fabs) == (is_refused, is_changed)


def test_a_signature_of_a_mutable_array_does_not_take_a_read_only_one() -> None:
    import numba

    out = np.zeros(2)
    out.flags.writeable = False
    function = numba.njit("f8[:](f8[:], f8[:])")(compiled(OPERATIONS[0], "out").py_func)
    with pytest.raises(TypeError, match="No matching definition"):
        function(np.ones(2), out)
    assert not out.any()


@each_operation
def test_read_only_inputs_are_taken(operation: Operation) -> None:
    x = np.array([-1.0, 0.5])
    x.flags.writeable = False
    inputs = [x] * len(operation.inputs)
    outs = [np.zeros(2)] if len(operation.outputs) == 1 else []
    results = tuple_of(compiled(operation, *["out"][: len(outs)])(*inputs, *outs))
    wanted = tuple_of(getattr(relu_ufunc, operation.name)(*inputs))
    for actual, value in zip(results, wanted, strict=True):
        assert_same(actual, value)


@pytest.mark.parametrize("out", [3.0, (np.ones(2),), memoryview(b"ab"), "y"])
def test_an_out_that_is_no_array_is_refused(out: object) -> None:
    import numba

    with pytest.raises(numba.TypingError, match="relu expects an array as out, not"):
        compiled(OPERATIONS[0], "out")(np.ones(2), out)


def test_an_optional_out_is_refused() -> None:
    import numba

    relu = relu_ufunc.relu
    function = numba.njit(lambda x, out, is_given: relu(x, out if is_given else None))
    with pytest.raises(numba.TypingError, match="relu expects an array as out, not"):
        function(np.ones(2), np.ones(2), True)


def test_no_out_may_be_given_as_none() -> None:
    import numba

    relu = relu_ufunc.relu
    assert_same(numba.njit(lambda x: relu(x, None))(-np.ones(2)), np.zeros(2))
    assert numba.njit(lambda x: relu(x, out=None))(-1.0) == 0


def arguments_of_float16(operation: Operation) -> list[tuple[Any, ...]]:
    """Arguments for which NumPy computes in float16."""
    ufunc, n = getattr(relu_ufunc, operation.name), len(operation.inputs)
    narrow, ones = [np.bool_, np.int8, np.uint8], (1,) * (n - 1)
    candidates: list[tuple[Any, ...]] = [(np.ones(shape, np.int8), *ones) for shape in (3, ())]
    candidates += [(np.int8(1),) * n, (1, *[np.ones(3, np.int8)] * (n - 1))]
    candidates += [(np.ones(3, kind),) * n for kind in narrow]
    return [each for each in candidates if tuple_of(ufunc(*each))[0].dtype == np.float16]


def test_which_functions_have_arguments_of_float16() -> None:
    for operation in OPERATIONS:
        has_integers = "b" in operation.type_characters
        assert len(arguments_of_float16(operation)) == (
            0 if has_integers else 6 if len(operation.inputs) == 1 else 7
        )


@each_operation
def test_what_would_be_float16_says_what_to_write(operation: Operation) -> None:
    import numba

    names = ", ".join(operation.inputs)
    for arguments in arguments_of_float16(operation):
        with pytest.raises(numba.TypingError) as raised:
            compiled(operation)(*arguments)
        kinds = ", ".join(str(numba.typeof(each)) for each in arguments)
        said = str(raised.value)
        assert f"{operation.name} of {kinds} is float16 to NumPy, and Numba has none" in said
        call = said.split("none: write ")[1].splitlines()[0]
        known: dict[str, Any] = {operation.name: getattr(relu_ufunc, operation.name), "np": np}
        wanted = tuple_of(eval(call, known | dict(zip(operation.inputs, arguments, strict=True))))
        assert wanted[0].dtype == np.float32
        if np.int8(1).dtype in [getattr(each, "dtype", None) for each in arguments]:
            results = tuple_of(numba.njit(eval(f"lambda {names}: {call}", known))(*arguments))
            for actual, value in zip(results, wanted, strict=True):
                assert_same(np.asarray(actual, np.float32), value)


@each_operation
def test_float16_is_refused_with_what_to_pass(operation: Operation) -> None:
    import numba

    x = np.ones(3, np.float16)
    passed = " and ".join(f"{each}.astype(np.float32)" for each in operation.inputs)
    message = f"{operation.name} takes no float16 here, since Numba has none: pass {passed}"
    for inputs in ([x] * len(operation.inputs), [x[0]] * len(operation.inputs)):
        with pytest.raises(numba.TypingError, match=re.escape(message)):
            compiled(operation)(*inputs)
    first = [x, *[np.ones(3)] * (len(operation.inputs) - 1)]
    with pytest.raises(numba.TypingError, match=rf"none: pass {operation.inputs[0]}\.astype"):
        compiled(operation)(*first)


@each_operation
def test_errors_name_the_function_first(operation: Operation) -> None:
    import numba

    for wrong in ("a", None, 1j, [1.0], np.zeros(2, "m8[s]")):
        with pytest.raises(numba.TypingError) as raised:
            compiled(operation)(*[wrong] * len(operation.inputs))
        said = str(raised.value)
        name = operation.name
        assert f"No implementation of function Function(<function relu_ufunc.{name} at" in said
        assert f">>> {name}(" in said
        assert f"function '{name}'" in said
        assert f"TypingError: {name} does not take" in said or f"ufunc '{name}' not supp" in said
        assert "stand_in" not in said
        assert "implementation'" not in said


def test_empty_and_0d_arrays() -> None:
    relu = compiled(OPERATIONS[0])
    assert relu(np.empty((0, 3))).shape == (0, 3)
    assert_same(relu(np.array(-2.0)), np.array(0.0))


def test_a_cached_caller_works_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        "import numba, numpy as np\nfrom relu_ufunc import leaky_relu\n"
        "@numba.njit(cache=True)\ndef layer(x):\n"
        "    return leaky_relu(x, 0.5), leaky_relu(-2.0, 0.5)\n"
        "y, z = layer(np.array([-1.0, 2.0]))\n"
        "print(y.tolist(), z, len(layer.stats.cache_hits))\n"
    )
    code = "import sys; sys.path.insert(0, '.'); import module"
    assert output_of(code, tmp_path) == "[-0.5, 2.0] -1.0 0"
    assert output_of(code, tmp_path) == "[-0.5, 2.0] -1.0 1"


def test_they_are_known_without_an_import_of_their_own(tmp_path: Path) -> None:
    code = (
        "import sys, numba, relu_ufunc\n"
        "print('relu_ufunc._numba' in sys.modules)\n"
        "print(numba.njit(lambda x: relu_ufunc.relu(x))(-1.0))\n"
    )
    assert output_of(code, tmp_path).split() == ["False", "0.0"]
