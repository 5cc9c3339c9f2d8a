"""The dtypes of ml_dtypes that have loops, and their conversion to float32 and back.

ml_dtypes' own casts convert numbers; since a cast would change a NaN, its bits are moved.
"""

from typing import Any

import numpy as np
import pytest

from relu_ufunc import _core
from relu_ufunc._operations import Operation
from tests.bits import Array, is_any_nan
from tests.cases import UFUNCS
from tests.oracles import ORACLES, PRODUCT_ULPS, expected

ml_dtypes = pytest.importorskip("ml_dtypes")

DTYPES: "list[np.dtype[Any]]" = [np.dtype(getattr(ml_dtypes, name)) for name in _core.ML_DTYPES]

_FLOAT32_MANTISSA = 23


def _mantissa(dtype: "np.dtype[Any]") -> int:
    return int(ml_dtypes.finfo(dtype).nmant)


def bits_of(a: Array) -> Array:
    return a.view(f"u{a.dtype.itemsize}")


def from_bits(bits: Array, dtype: "np.dtype[Any]") -> Array:
    """The values whose bits are the lowest bits of each integer."""
    return bits.astype(f"u{dtype.itemsize}").view(dtype)


def every(dtype: "np.dtype[Any]") -> Array:
    return from_bits(np.arange(1 << 8 * dtype.itemsize), dtype)


def as_float32(a: Array) -> Array:
    """The same numbers, and NaNs with the same bits."""
    a = np.ascontiguousarray(a)
    bits, width = bits_of(a).astype(np.uint32), 8 * a.dtype.itemsize
    mantissa = _mantissa(a.dtype)
    payload = (bits & ((1 << mantissa) - 1)) << (_FLOAT32_MANTISSA - mantissa)
    nan = (bits >> (width - 1) << 31 | 0x7F800000 | payload).view(np.float32)
    with np.errstate(all="ignore"):
        return np.where(np.isnan(a), nan, a.astype(np.float32))


def rounded(a: Array, dtype: "np.dtype[Any]") -> Array:
    """The bits of the nearest values, ties to even; a NaN keeps its sign and payload."""
    bits, width = np.ascontiguousarray(a).view(np.uint32), 8 * dtype.itemsize
    mantissa = _mantissa(dtype)
    kept = bits >> (_FLOAT32_MANTISSA - mantissa) & ((1 << mantissa) - 1)
    exponent = ((1 << (width - 1)) - 1) >> mantissa << mantissa
    nan = bits >> 31 << (width - 1) | exponent | kept
    with np.errstate(all="ignore"):
        numbers = bits_of(np.asarray(a).astype(dtype))
        return np.where(np.isnan(a), nan, numbers).astype(numbers.dtype)


def check_gate(operation: Operation, output: int, result: Array, operands: list[Array]) -> None:
    """What is not the nearest number is as near as that, beside a midpoint."""
    from tests.mpfr import errors_in_ulp

    errors = errors_in_ulp(operation.name, result, *operands, output=output)
    worst = np.argmax(errors)
    each = [operand[worst] for operand in operands]
    assert errors[worst] <= PRODUCT_ULPS, (operation.name, output, each, result[worst])


def check(operation: Operation, *operands: Array) -> None:
    """Check that the bits are those of the float32 oracle, rounded once, on each instruction set.

    Operands are repeated to their common shape for the function, and not for its oracle.
    """
    dtype = operands[0].dtype
    exact = expected(operation, *map(as_float32, operands), rounds_to_odd=operation.is_smooth)
    masks, right = [is_any_nan(a) for a in exact], [rounded(a, dtype) for a in exact]
    packed = [np.ascontiguousarray(a) for a in np.broadcast_arrays(*operands)]
    for isa, ufuncs in UFUNCS.items():
        results = ufuncs[operation.name](*packed)
        results = results if isinstance(results, tuple) else (results,)
        for output, (result, is_nan, bits) in enumerate(zip(results, masks, right, strict=True)):
            assert result.dtype == dtype
            differ = ~is_nan & (bits_of(result) != bits)
            if differ.any() and ORACLES[operation.name].is_gate:
                check_gate(operation, output, result[differ], [a[differ] for a in packed])
                continue
            np.testing.assert_array_equal(bits_of(result)[~is_nan], bits[~is_nan], isa)
            assert np.isnan(as_float32(result)[is_nan]).all(), isa
