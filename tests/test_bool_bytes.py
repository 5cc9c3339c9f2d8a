"""bool arrays with bytes other than 0 and 1, which only a view can have: see docs/semantics.md."""

import numpy as np
import pytest

from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.cases import UFUNCS, each_isa

BYTES = np.array([0, 1, 2, 6, 7, 127, 128, 255], np.uint8)
with_bool = [operation for operation in OPERATIONS if "?" in operation.type_characters]


def some_bytes(size: int, step: int, seed: int) -> Array:
    chosen = np.random.default_rng(seed).choice(BYTES, size * abs(step))
    view: Array = chosen.view(np.bool_)[::step]
    return view


@each_isa
@pytest.mark.parametrize("operation", with_bool, ids=lambda row: row.name)
@pytest.mark.parametrize("size", [1, 3, 64, 65, 5000])
@pytest.mark.parametrize("step", [1, 2, 3, -1, 5])
def test_every_byte_but_0_is_true_and_results_are_0_or_1(
    isa: str, operation: Operation, size: int, step: int
) -> None:
    ufunc = UFUNCS[isa][operation.name]
    arrays = [some_bytes(size, step, seed) for seed in range(len(operation.inputs))]
    scalars = arrays[: -len(operation.parameters) or None]
    scalars += [array[:1].reshape(()) for array in arrays[len(scalars) :]]
    for inputs in (arrays, scalars):
        result: Array = ufunc(*inputs)
        expected: Array = ufunc(*(array != np.False_ for array in inputs))
        assert set(result.view(np.uint8).tolist()) <= {0, 1}
        np.testing.assert_array_equal(result.view(np.uint8), expected.view(np.uint8))
