"""The same values in random memory layouts, with marked memory around them."""

from typing import Any, NamedTuple

import numpy as np

from relu_ufunc import _core
from tests.bits import Array

_MARK = 0x5B
_LINE = 64
_STEPS = (1, 1, 1, 2, 3, -1, -2)


class Placed(NamedTuple):
    view: Array
    memory: "np.ndarray[Any, np.dtype[np.uint8]]"
    offset: int

    def check_surroundings(self, about: object) -> None:
        """Check that the memory around the view is still marked; the view is overwritten."""
        itemsize = self.view.itemsize
        of_view = np.ndarray(
            (*self.view.shape, itemsize),
            np.uint8,
            self.memory,
            self.offset,
            (*self.view.strides, 1),
        )
        of_view[...] = _MARK
        if not (self.memory == _MARK).all():
            raise AssertionError(f"{about}: it wrote beside its output")


def place(random: np.random.Generator, a: Array) -> Placed:
    """Copy to writeable memory: contiguous half of the time, else strided, swapped or unaligned."""
    itemsize, axes = a.itemsize, list(range(a.ndim))
    is_plain = random.integers(2)
    dtype, steps, shift = a.dtype, [1] * a.ndim, 0
    if not is_plain:
        random.shuffle(axes)
        steps = [int(step) for step in random.choice(_STEPS, a.ndim)]
        shift = int(random.integers(2))
        if random.random() < 0.3 and dtype.char in _core.TYPE_CHARACTERS and dtype.isbuiltin != 2:
            dtype = dtype.newbyteorder()
    strides, start, extent = [0] * a.ndim, 0, itemsize
    for axis in reversed(axes):
        stride = steps[axis] * extent
        strides[axis] = stride
        start += max(0, -stride * (a.shape[axis] - 1))
        extent *= abs(steps[axis]) * max(1, a.shape[axis])
    guard = itemsize * int(random.integers(0, 1 + _LINE // itemsize)) + shift
    memory = np.full(extent + 2 * guard, _MARK, np.uint8)
    view: Array = np.ndarray(a.shape, dtype, memory, guard + start, strides)
    view[...] = a
    return Placed(view, memory, guard + start)


def shifted(random: np.random.Generator, a: Array) -> tuple[Array, Array]:
    """Return a copy, and an output that overlaps it in all but a few elements."""
    apart = int(random.integers(1, 20))
    memory = np.empty(a.size + apart, a.dtype)
    later, earlier = memory[apart:].reshape(a.shape), memory[: a.size].reshape(a.shape)
    one, other = (later, earlier) if random.integers(2) else (earlier, later)
    one[...] = a
    return one, other
