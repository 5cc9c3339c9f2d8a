"""ml_dtypes' bfloat16 and float8, compared with the float32 oracles, rounded once."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core
from relu_ufunc._operations import Operation
from tests.bits import Array
from tests.cases import ISAS, UFUNCS, each_operation
from tests.fp_environment import (
    flush_to_zero,
    needs_fenv,
    no_flag_raised,
    rounding_upward,
)
from tests.small_floats import DTYPES, as_float32, bits_of, check, every, from_bits, ml_dtypes
from tests.subprocesses import output_of

FLOAT8 = [dtype for dtype in DTYPES if dtype.itemsize == 1]
PARAMETERS = [0.0, -0.0, 0.01, 0.5, 1.0, -3.0, 6.0, 3e38, 1e-40, np.inf, -np.inf, np.nan]

each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


@each_operation
@each_dtype
def test_every_input(dtype: "np.dtype[Any]", operation: Operation) -> None:
    x = every(dtype)
    others = [np.array(PARAMETERS).astype(dtype).reshape(-1, 1) for _ in operation.inputs[1:]]
    check(operation, x, *others)
    if operation.is_backward:
        check(operation, others[0], x, *others[1:])


@each_operation
@pytest.mark.parametrize("dtype", FLOAT8, ids=str)
def test_every_pair(dtype: "np.dtype[Any]", operation: Operation) -> None:
    """Every pair of values of any two inputs, with a grid of values for the third."""
    n = len(operation.inputs)
    values = every(dtype)
    for single in range(n if n > 2 else 1):
        axes = [values] * n
        if n > 2:
            axes[single] = np.array(PARAMETERS).astype(dtype)
        check(operation, *np.meshgrid(*axes, indexing="ij", sparse=True))


@each_operation
@each_dtype
def test_every_length_and_layout(dtype: "np.dtype[Any]", operation: Operation) -> None:
    random = np.random.default_rng(0)
    for n in range(1, 70):
        operands = [from_bits(random.integers(0, 1 << 16, 3 * n), dtype) for _ in operation.inputs]
        check(operation, *[a[:n].copy() for a in operands])
        check(operation, *[a[2 * n - 1 :: -2][:n].copy() for a in operands])
        for ufuncs in UFUNCS.values():
            strided = ufuncs[operation.name](*[a[::3] for a in operands])
            packed = ufuncs[operation.name](*[a[::3].copy() for a in operands])
            for one, other in zip(np.atleast_2d(strided), np.atleast_2d(packed), strict=True):
                same = bits_of(one) == bits_of(other)
                assert (same | np.isnan(as_float32(one)) & np.isnan(as_float32(other))).all()


def mixed_operands(operation: Operation, dtype: "np.dtype[Any]") -> list[Array]:
    values = np.resize(every(dtype), 1 << 16)
    return [np.roll(values, 977 * k + k // 2) for k in range(len(operation.inputs))]


@needs_fenv
@each_operation
@each_dtype
def test_no_flag_is_left_and_nothing_warns(dtype: "np.dtype[Any]", operation: Operation) -> None:
    operands = mixed_operands(operation, dtype)
    for isa in ISAS:
        with np.errstate(all="raise"), no_flag_raised():
            UFUNCS[isa][operation.name](*operands)


@needs_fenv
@each_operation
@each_dtype
def test_rounding_is_to_nearest_in_every_mode(dtype: "np.dtype[Any]", operation: Operation) -> None:
    operands = mixed_operands(operation, dtype)
    for isa in ISAS:
        right = np.atleast_2d(UFUNCS[isa][operation.name](*operands))
        with rounding_upward():
            upward = np.atleast_2d(UFUNCS[isa][operation.name](*operands))
        np.testing.assert_array_equal(bits_of(upward), bits_of(right))


@needs_fenv
@each_dtype
def test_flush_to_zero_changes_no_selection(dtype: "np.dtype[Any]") -> None:
    x = every(dtype)
    for isa in ISAS:
        right = bits_of(UFUNCS[isa]["relu"](x)).copy()
        with flush_to_zero():
            flushed = bits_of(UFUNCS[isa]["relu"](x)).copy()
        np.testing.assert_array_equal(flushed, right)


@pytest.mark.parametrize(
    "other",
    [0.5, 2, True, np.float16(1), np.float32(1), np.float64(1), np.int8(1), np.arange(3)],
    ids=repr,
)
@each_dtype
def test_mixtures_have_the_dtype_of_numpy_s_own_functions(
    dtype: "np.dtype[Any]", other: Any
) -> None:
    x = np.ones(3, dtype)
    assert relu_ufunc.leaky_relu(x, other).dtype == np.hypot(x, other).dtype
    assert relu_ufunc.clipped_relu(x, other).dtype == np.maximum(x, other).dtype
    assert relu_ufunc.relu_backward(other, x).dtype == np.maximum(other, x).dtype


@pytest.mark.parametrize(("one", "other"), list(product(DTYPES, repeat=2)), ids=str)
def test_mixtures_of_two_of_them(one: "np.dtype[Any]", other: "np.dtype[Any]") -> None:
    for ours, numpys in (
        (relu_ufunc.leaky_relu, np.hypot),
        (relu_ufunc.clipped_relu, np.maximum),
        (relu_ufunc.relu_backward, np.maximum),
    ):
        operands = np.ones(3, one), np.ones(3, other)
        try:
            wanted = numpys(*operands).dtype
        except TypeError:
            with pytest.raises(TypeError):
                ours(*operands)
        else:
            assert ours(*operands).dtype == wanted


@each_dtype
def test_a_parameter_of_the_dtype_keeps_it(dtype: "np.dtype[Any]") -> None:
    x = np.array([-2.0, 3.0], dtype)
    y = relu_ufunc.leaky_relu(x, dtype.type(0.5))
    assert y.dtype == dtype
    assert y.tolist() == [-1.0, 3.0]


def test_a_format_without_infinity_overflows_to_nan() -> None:
    x = np.array([-448, 20, 21, 22], ml_dtypes.float8_e4m3fn)
    assert relu_ufunc.relu(x).tolist() == [0, 20, 20, 22]
    np.testing.assert_array_equal(
        relu_ufunc.squared_relu(x).astype(np.float32), np.array([0, 384, 384, np.nan], np.float32)
    )
    wide = np.array([224, 256], ml_dtypes.float8_e5m2)
    assert relu_ufunc.squared_relu(wide).tolist() == [49152, np.inf]


def test_a_character_that_numpy_uses_too_is_not_confused() -> None:
    taken = [
        dtype
        for name in dir(ml_dtypes)
        if isinstance(kind := getattr(ml_dtypes, name), type) and issubclass(kind, np.generic)
        if (dtype := np.dtype(kind)) not in DTYPES and dtype.char in _core.TYPE_CHARACTERS
    ]
    assert taken
    assert [_core.character_of(dtype) for dtype in taken] == [None] * len(taken)


def test_it_works_whichever_is_imported_first(tmp_path: Path) -> None:
    for order in ("relu_ufunc, ml_dtypes", "ml_dtypes, relu_ufunc"):
        says = f"import {order}, numpy as np; "
        says += "print(relu_ufunc.relu(np.array([-1, 2], ml_dtypes.bfloat16)).dtype)"
        assert output_of(says, tmp_path) == "bfloat16"


def test_the_package_does_without_it(tmp_path: Path) -> None:
    (tmp_path / "hide.py").write_text("import sys; sys.modules['ml_dtypes'] = None\n")
    says = "import hide, relu_ufunc, numpy as np; print(relu_ufunc.relu(np.float32(-1)))"
    assert output_of(says, tmp_path) == "0.0"
