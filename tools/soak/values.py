"""Random shapes, and operands of any dtype that has loops."""

from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import Array, ordinary, specials
from tests.small_floats import DTYPES as OF_ML_DTYPES
from tests.small_floats import from_bits

Dtype = np.dtype[Any]

# Numbers of elements, and how often: around the length of a vector, and of a buffer of NumPy.
SIZES = ((0, 1, 0.03), (1, 70, 0.42), (70, 9_000, 0.45), (9_000, 60_000, 0.1))
# All others have so many bytes, enough to be streamed, and shared among threads.
_LONG = (1 << 18, 6 << 20)

_PERIOD = 50_021
_SEEDS = 1 << 32


def dtypes_of(operation: Operation) -> list[Dtype]:
    return [np.dtype(character) for character in operation.type_characters] + OF_ML_DTYPES


def size(random: np.random.Generator, itemsize: int) -> int:
    chance = random.random()
    for low, high, often in SIZES:
        if chance < often:
            return int(random.integers(low, high))
        chance -= often
    return int(np.exp(random.uniform(*np.log(_LONG)))) // itemsize


def shape(random: np.random.Generator, itemsize: int) -> tuple[int, ...]:
    n = size(random, itemsize)
    axes = int(random.integers(0 if n == 1 else 1, 4))
    lengths: list[int] = []
    for _ in range(axes - 1):
        length = int(random.integers(1, 1 + max(1, round(n ** (1 / 3)))))
        lengths.append(length)
        n //= length
    if axes:
        lengths.append(n)
    return tuple(lengths)


def values(random: np.random.Generator, dtype: Dtype, shape: tuple[int, ...]) -> Array:
    """Ordinary values, with special ones among them half of the time."""
    n = int(np.prod(shape))
    distinct = min(n, _PERIOD - int(random.integers(0, 100)))
    if dtype in OF_ML_DTYPES:
        some = from_bits(random.integers(0, 1 << 8 * dtype.itemsize, distinct), dtype)
    else:
        some = ordinary(dtype.char, distinct, int(random.integers(_SEEDS)))
        if random.integers(2):
            at = random.integers(0, max(distinct, 1), distinct // 8)
            some[at] = random.choice(specials(dtype.char), len(at))
    return np.resize(some, shape)


def narrowed(random: np.random.Generator, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that can be broadcast to this one."""
    if random.integers(2):
        return ()
    return tuple(1 if random.integers(2) else length for length in shape)


def operands(
    random: np.random.Generator, operation: Operation, dtypes: list[Dtype], shape: tuple[int, ...]
) -> list[Array]:
    """One operand for each input, of which at least one has the whole shape."""
    n_arrays = len(operation.inputs) - len(operation.parameters)
    whole = int(random.integers(n_arrays))
    made = []
    for k, dtype in enumerate(dtypes):
        is_narrow = k != whole and random.random() < (0.2 if k < n_arrays else 0.6)
        made.append(values(random, dtype, narrowed(random, shape) if is_narrow else shape))
    return made
