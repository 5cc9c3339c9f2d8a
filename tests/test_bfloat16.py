"""ml_dtypes.bfloat16, the upper half of a float32: so the float32 oracles say what is right."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import Operation
from tests.bits import Array, is_any_nan
from tests.cases import ISAS, UFUNCS, each_isa, each_operation
from tests.fp_environment import clear_flags, flush_to_zero, needs_fenv, raised_flags
from tests.oracles import expected
from tests.subprocesses import output_of

ml_dtypes = pytest.importorskip("ml_dtypes")
BFLOAT16: "np.dtype[Any]" = np.dtype(ml_dtypes.bfloat16)

EVERY = np.arange(1 << 16, dtype=np.uint16)
PARAMETERS = [0.0, -0.0, 0.01, 0.5, 1.0, -3.0, 6.0, 3e38, 1e-40, np.inf, -np.inf, np.nan]


def from_bits(bits: Array) -> Array:
    return bits.astype(np.uint16).view(BFLOAT16)


def as_float32(a: Array) -> Array:
    """The same numbers and NaNs, to the bit; a cast would quiet the signalling ones."""
    return (np.asarray(a).view(np.uint16).astype(np.uint32) << 16).view(np.float32)


def rounded(a: Array) -> Array:
    """The bits of the nearest bfloat16, ties to even; what is one already stays as it is."""
    bits = np.ascontiguousarray(a).view(np.uint32).astype(np.uint64)
    nearest = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
    return np.where(bits & 0xFFFF == 0, bits >> 16, nearest).astype(np.uint16)


def check(operation: Operation, isa: str, *operands: Array) -> None:
    results = UFUNCS[isa][operation.name](*operands)
    results = results if isinstance(results, tuple) else (results,)
    for result, wanted in zip(
        results, expected(operation, *map(as_float32, operands)), strict=True
    ):
        assert result.dtype == BFLOAT16
        is_nan = is_any_nan(wanted)
        np.testing.assert_array_equal(result.view(np.uint16)[~is_nan], rounded(wanted)[~is_nan])
        assert np.isnan(as_float32(result)[is_nan]).all()


@pytest.mark.parametrize("parameter", PARAMETERS)
@each_isa
@each_operation
def test_every_input(operation: Operation, isa: str, parameter: float) -> None:
    x = from_bits(EVERY)
    others = [np.full_like(x, parameter) for _ in operation.inputs[1:]]
    check(operation, isa, x, *others)
    if operation.is_backward:
        check(operation, isa, others[0], x, *others[1:])


@each_isa
@each_operation
def test_every_length_and_layout(operation: Operation, isa: str) -> None:
    random = np.random.default_rng(0)
    for n in range(1, 70):
        operands = [from_bits(random.integers(0, 1 << 16, 3 * n)) for _ in operation.inputs]
        check(operation, isa, *[a[:n].copy() for a in operands])
        check(operation, isa, *[a[2 * n - 1 :: -2][:n].copy() for a in operands])
        strided = UFUNCS[isa][operation.name](*[a[::3] for a in operands])
        packed = UFUNCS[isa][operation.name](*[a[::3].copy() for a in operands])
        for one, other in zip(np.atleast_2d(strided), np.atleast_2d(packed), strict=True):
            same = one.view(np.uint16) == other.view(np.uint16)
            assert (same | np.isnan(as_float32(one)) & np.isnan(as_float32(other))).all()


@needs_fenv
@each_operation
def test_no_flag_is_left_and_nothing_warns(operation: Operation) -> None:
    x = from_bits(EVERY)
    operands = [np.roll(x, 977 * k) for k in range(len(operation.inputs))]
    for isa in ISAS:
        clear_flags()
        with np.errstate(all="raise"):
            UFUNCS[isa][operation.name](*operands)
        assert raised_flags() == 0


@needs_fenv
def test_flush_to_zero_changes_no_selection() -> None:
    x = from_bits(EVERY)
    for isa in ISAS:
        right = UFUNCS[isa]["relu"](x).view(np.uint16).copy()
        with flush_to_zero():
            flushed = UFUNCS[isa]["relu"](x).view(np.uint16).copy()
        np.testing.assert_array_equal(flushed, right)


@pytest.mark.parametrize(
    "other",
    [0.5, 2, True, np.float16(1), np.float32(1), np.float64(1), np.int8(1), np.arange(3)],
    ids=repr,
)
def test_mixtures_have_the_dtype_of_numpy_s_own_functions(other: Any) -> None:
    x = np.ones(3, BFLOAT16)
    assert relu_ufunc.leaky_relu(x, other).dtype == np.hypot(x, other).dtype
    assert relu_ufunc.clipped_relu(x, other).dtype == np.maximum(x, other).dtype
    assert relu_ufunc.relu_backward(other, x).dtype == np.maximum(other, x).dtype


def test_a_bfloat16_parameter_keeps_the_dtype() -> None:
    x = np.array([-2.0, 3.0], BFLOAT16)
    y = relu_ufunc.leaky_relu(x, ml_dtypes.bfloat16(0.5))
    assert y.dtype == BFLOAT16
    assert y.tolist() == [-1.0, 3.0]


def test_it_works_whichever_is_imported_first(tmp_path: Path) -> None:
    for order in ("relu_ufunc, ml_dtypes", "ml_dtypes, relu_ufunc"):
        says = f"import {order}, numpy as np; "
        says += "print(relu_ufunc.relu(np.array([-1, 2], ml_dtypes.bfloat16)).dtype)"
        assert output_of(says, tmp_path) == "bfloat16"


def test_the_package_does_without_it(tmp_path: Path) -> None:
    (tmp_path / "hide.py").write_text("import sys; sys.modules['ml_dtypes'] = None\n")
    says = "import hide, relu_ufunc, numpy as np; print(relu_ufunc.relu(np.float32(-1)))"
    assert output_of(says, tmp_path) == "0.0"
