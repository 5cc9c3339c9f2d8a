"""The same values in different memory layouts."""

import math
from collections.abc import Callable

import numpy as np

from tests.bits import Array

GUARD = 3


def marked(shape: tuple[int, ...], character: str) -> Array:
    """Memory with a pattern that shows where it has been written to."""
    dtype = np.dtype(character)
    memory = bytearray(_mark(character) * (dtype.itemsize * math.prod(shape)))
    return np.frombuffer(memory, dtype).reshape(shape)


def is_marked(a: Array) -> bool:
    return not a.tobytes().strip(_mark(a.dtype.char))


def _mark(character: str) -> bytes:
    return b"\x01" if character == "?" else b"\x5b"


def strided_memory(n: int, stride: int, character: str) -> tuple[Array, Array]:
    """A view of n elements, and the whole memory around it."""
    memory = marked((n * abs(stride) + 2 * GUARD,), character)
    return memory[GUARD:-GUARD][::stride][:n], memory


def with_stride(a: Array, stride: int) -> Array:
    """The same values with a stride in elements; 0 repeats the first."""
    if stride == 0:
        return np.broadcast_to(a[:1], a.shape)
    view, _ = strided_memory(len(a), stride, a.dtype.char)
    view[...] = a
    return view


def unaligned(a: Array) -> Array:
    """The same values, misaligned by one byte."""
    memory = np.zeros(a.nbytes + 1, np.uint8)
    view = memory[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def swapped(a: Array) -> Array:
    return a.astype(a.dtype.newbyteorder())


def plain(a: Array) -> Array:
    return a.copy()


CHANGES: tuple[Callable[[Array], Array], ...] = (swapped, unaligned, plain)
