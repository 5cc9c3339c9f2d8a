"""Values of each dtype that show whether a rectifier is correct, and their bits."""

import sys
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

FLOATS = "efdg"
_SIGNIFICANT_BYTES = {"g": 10} if np.finfo(np.longdouble).nmant == 63 else {}
_HAS_IEEE_LAYOUT = {c: np.finfo(c).nmant in (10, 23, 52, 63, 112) for c in FLOATS}


def bits(a: Array) -> Array:
    """One unsigned integer per element, or a row of bytes if no integer is wide enough."""
    a = np.ascontiguousarray(a)
    if not a.dtype.isnative:
        a = a.byteswap().view(a.dtype.newbyteorder())
    if a.dtype.itemsize <= 8:
        return a.view(f"u{a.dtype.itemsize}")
    bytes_of = a.view(np.uint8).reshape(*a.shape, a.dtype.itemsize)
    significant: Array = bytes_of[..., : _SIGNIFICANT_BYTES.get(a.dtype.char, a.dtype.itemsize)]
    return significant


def _from_fields(character: str, fields: list[tuple[int, int, int]]) -> Array:
    """Floats with the given sign, biased exponent and mantissa."""
    dtype, info = np.dtype(character), np.finfo(character)
    is_x87 = info.nmant == 63
    width = info.nmant + is_x87
    encoded = b""
    for sign, exponent, mantissa in fields:
        integer_bit = int(is_x87 and exponent > 0) << info.nmant
        number = ((sign << info.iexp | exponent) << width) | integer_bit | mantissa
        encoded += number.to_bytes(dtype.itemsize, sys.byteorder)
    return np.frombuffer(encoded, dtype).copy()


def _sentinel(character: str) -> Array:
    if not _HAS_IEEE_LAYOUT[character]:
        return np.array(np.nan, character)
    info = np.finfo(character)
    exponent, quiet = (1 << info.iexp) - 1, 1 << (info.nmant - 1)
    return _from_fields(character, [(0, exponent, quiet | 0xDD)])[0:1].reshape(())


ANY_NAN = {character: _sentinel(character) for character in FLOATS}
"""Stands for a NaN whose bits are not specified; it is never an input of a test."""


def _equal(a: Array, b: Array) -> Any:
    """Where the bits of two arrays of one dtype agree; b may be a scalar."""
    same = bits(a) == bits(b)
    return np.all(same.reshape(*a.shape, same.size // max(a.size, 1)), axis=-1)


def is_any_nan(a: Array) -> Array:
    if a.dtype.kind != "f":
        return np.zeros(a.shape, np.bool_)
    return np.asarray(_equal(a, ANY_NAN[a.dtype.char]))


def _float_specials(character: str) -> Array:
    numbers = np.array([0.5, 1, 2, 3, 5, 6, 7, 0.1, 0.3, 1000], character)
    six = numbers[5]
    beside_six = np.array([np.nextafter(six, numbers[0]), np.nextafter(six, numbers[6])])
    positive = np.concatenate([numbers, beside_six.astype(character)])
    signed = np.concatenate([positive, -positive])
    if not _HAS_IEEE_LAYOUT[character]:
        limits = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], character)
        return np.concatenate([signed, limits])
    info = np.finfo(character)
    greatest, all_ones, quiet = (1 << info.iexp) - 1, (1 << info.nmant) - 1, 1 << (info.nmant - 1)
    magnitudes = [
        (0, 0),
        (0, 1),
        (0, 2),
        (0, all_ones >> 1),
        (0, all_ones),
        (1, 0),
        (greatest - 1, all_ones),
        (greatest, 0),
        (greatest, quiet),
        (greatest, quiet | 0x2A),
        (greatest, all_ones),
        (greatest, 1),
        (greatest, quiet >> 1 | 0x15),
    ]
    fields = [(sign, exponent, mantissa) for sign in (0, 1) for exponent, mantissa in magnitudes]
    return np.concatenate([_from_fields(character, fields), signed])


def _integer_specials(character: str) -> Array:
    info = np.iinfo(character)
    candidates = {0, 1, 2, 3, 5, 6, 7, -1, -2, -3, -6, -7, 100, 181, 182, 46341}
    candidates |= {info.min, info.min + 1, info.max - 1, info.max, info.max // 2, info.min // 2}
    return np.array(sorted(n for n in candidates if info.min <= n <= info.max), character)


@cache
def specials(character: str) -> Array:
    """Zeros, infinities, NaNs of every kind, subnormals, extremes and kinks, with both signs."""
    if character == "?":
        values: Array = np.array([False, True])
    else:
        values = (_float_specials if character in FLOATS else _integer_specials)(character)
    values.setflags(write=False)
    return values


def ordinary(character: str, n: int, seed: int) -> Array:
    """Random bits and, for floats, as many numbers near 1; the seed determines them."""
    random = np.random.default_rng(seed)
    if character == "?":
        return random.integers(0, 2, n).astype(np.bool_)
    dtype = np.dtype(character)
    near_one = random.normal(0, 4, n)
    if character not in FLOATS:
        return np.frombuffer(random.bytes(n * dtype.itemsize), dtype).copy()
    if character == "g":
        below_double = random.normal(0, 1e-17, n).astype(character)
        near_one = near_one.astype(character)
        near_one += below_double
        return near_one
    any_bits = np.frombuffer(random.bytes(n * dtype.itemsize), dtype)
    mixed = np.where(random.integers(0, 2, n) == 0, near_one.astype(character), any_bits)
    return np.where(is_any_nan(mixed), np.zeros((), dtype), mixed)


def assert_same(actual: Array, expected: Array, about: object = "") -> None:
    """Check that dtype, shape and bits agree; where ANY_NAN is expected, any NaN is accepted."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype.newbyteorder("=") == expected.dtype, about
    assert actual.shape == expected.shape, about
    if np.array_equal(bits(actual), bits(expected)):
        return
    same = _equal(actual, expected)
    if expected.dtype.kind == "f":
        same |= is_any_nan(expected) & np.isnan(actual)
    if not same.all():
        where = np.argwhere(~same)
        first = tuple(where[0])
        raise AssertionError(
            f"{len(where)} of {expected.size} differ {about}, first at {first}: "
            f"{actual[first]!r} ({actual[first].tobytes().hex()}) instead of "
            f"{expected[first]!r} ({expected[first].tobytes().hex()})"
        )


def assert_same_numbers(actual: Array, expected: Array) -> None:
    """Check that the bits agree, but for the bits of a NaN."""
    both_nan = np.isnan(expected) & np.isnan(actual)
    np.testing.assert_array_equal(bits(actual[~both_nan]), bits(expected[~both_nan]))
