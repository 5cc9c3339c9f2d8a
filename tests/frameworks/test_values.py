"""A framework and we give the same bits for the same input, except for the table of differences."""

from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module
from itertools import chain, product

import numpy as np
import pytest
from packaging.version import Version

from relu_ufunc._operations import Operation
from tests.bits import Array, bits, ordinary, specials
from tests.cases import BY_NAME, ISAS, UFUNCS, Case
from tests.frameworks.differences import (
    ALL,
    DIFFERENCES,
    JAX,
    PYTORCH,
    Difference,
    is_subnormal,
    is_tiny,
)
from tests.frameworks.frameworks import (
    FRAMEWORKS,
    SMOOTH,
    SMOOTH_GATES,
    Framework,
    Jax,
    TensorFlow,
    xla_rounds_float16,
)
from tests.oracles import expected

ml_dtypes = pytest.importorskip("ml_dtypes")
small_floats = pytest.importorskip("tests.small_floats")

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)

pytestmark = [
    pytest.mark.frameworks,
    # Warnings from the frameworks, for instance about overflow and NaN, are not our concern.
    pytest.mark.filterwarnings("ignore"),
]

NUMBERS = {
    "leaky_relu": (0.01, 0.25, 2.0, -0.5, 0.0),
    "clipped_relu": (6.0, 1.0),
    "thresholded_relu": (1.0, 0.0, -1.0),
    # PyTorch refuses a soft threshold below 0.
    "soft_threshold": (1.0, 0.0, 0.3),
    "hard_threshold": (1.0, 0.0, 0.3, -1.0),
}
# Some NaNs are returned with other bits, or each as the plain NaN of its sign; JAX 0.12 returns
# plain positive ones where the processor has instructions for bfloat16.
NAN_BITS = {(PYTORCH, "e"): "some", (PYTORCH, "E"): "some", (JAX, "E"): "plain"}
LENGTHS = (*range(1, 10), 15, 16, 17, 31, 33, 64, 65)


def _specials(character: str) -> Array:
    if character != "E":
        return specials(character)
    upper: Array = np.unique(specials("f").view(np.uint32) >> 16)
    values: Array = small_floats.from_bits(upper, BFLOAT16)
    return values


def _ordinary(character: str, n: int, seed: int) -> Array:
    if character != "E":
        return ordinary(character, n, seed)
    values: Array = small_floats.from_bits(ordinary("f", n, seed).view(np.uint32) >> 16, BFLOAT16)
    return values


def _long_inputs(character: str, n_arrays: int) -> Iterator[list[Array]]:
    """Every combination of special values, and random bits."""
    values = _specials(character)
    yield [axis.ravel() for axis in np.meshgrid(*[values] * n_arrays)]
    yield [_ordinary(character, 3001, seed) for seed in range(n_arrays)]


def _short_inputs(character: str, n_arrays: int) -> Iterator[list[Array]]:
    """Special values in each lane of a vector, and in each position of a tail."""
    values = _specials(character)
    for n in LENGTHS:
        for start, apart in product(range(0, len(values), 13), (0, 11)[:n_arrays]):
            rolled = (np.roll(values, apart * (k % 2) - start) for k in range(n_arrays))
            yield [np.resize(each, n) for each in rolled]


def _is_same(a: Array, b: Array) -> Array:
    is_same: Array = (bits(a) == bits(b)) | ((a != a) & (b != b))
    return is_same


def _expected(operation: Operation, *operands: Array) -> tuple[Array, ...]:
    if operands[0].dtype != BFLOAT16:
        return expected(operation, *operands)
    outputs = expected(operation, *map(small_floats.as_float32, operands))
    return tuple(
        small_floats.from_bits(small_floats.rounded(output, BFLOAT16), BFLOAT16)
        for output in outputs
    )


def _check_ours(operation: Operation, character: str, *operands: Array) -> None:
    if character == "E":
        small_floats.check(operation, *operands)
        return
    for isa in ISAS:
        Case(operation, character, isa).check(*operands)


def _flushed(a: Array) -> Array:
    return np.where(is_subnormal(a), np.copysign(np.zeros_like(a), a), a)


class Prediction:
    """The values that the table allows a framework to return for each element."""

    def __init__(self, operation: Operation, output: int, rows: list[Difference]) -> None:
        self._operation, self._output, self.rows = operation, output, rows
        self.met: set[Difference] = set()
        self._seen: set[tuple[Difference, int]] = set()

    def check(self, theirs: Array, operands: list[Array]) -> None:
        allowed = self._allowed(operands, theirs)
        settled = np.any([_is_same(theirs, a) for a in allowed], axis=0)
        for row in (row for row in self.rows if row.value is None):
            flushed = self._allowed([_flushed(a) for a in operands], theirs)
            is_small = np.any([is_tiny(a) for a in (*allowed, *flushed)], axis=0)
            by_row = np.any([_is_same(theirs, a) for a in flushed], axis=0)
            by_row |= is_small & (theirs == 0)
            for a in operands:
                by_row |= is_small & is_subnormal(a) & (np.abs(theirs) == np.abs(a))
            if (by_row & ~settled).any():
                self.met.add(row)
            settled |= by_row
        for first in np.flatnonzero(~settled)[:1]:
            raise AssertionError(
                f"{self._operation.name} of {[a[first] for a in operands]} is {theirs[first]} "
                f"in lane {first} of {len(theirs)}, not {[a[first] for a in allowed]}; "
                f"{(~settled).sum()} such"
            )

    def _allowed(self, operands: list[Array], theirs: Array) -> list[Array]:
        wanted = _expected(self._operation, *operands)[self._output]
        allowed = [wanted, wanted]
        for row in reversed(self.rows):
            if row.value is None:
                continue
            where = np.asarray(row.where(*operands))
            value = row.value(*operands)
            values = value if isinstance(value, tuple) else (value, value)
            for k in range(2):
                allowed[k] = np.where(where, values[k], allowed[k])
            told_apart = where & (~_is_same(*values) | ~_is_same(values[0], wanted))
            for k in range(2):
                if (told_apart & _is_same(theirs, values[k])).any():
                    self._seen.add((row, k))
            if {(row, 0), (row, 1)} <= self._seen:
                self.met.add(row)
        return allowed


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("character", ALL)
@pytest.mark.parametrize(
    ("framework", "name"),
    [
        pytest.param(framework, name, id=f"{framework.title}-{name}")
        for framework in FRAMEWORKS
        for name in framework.names
        if name not in (*SMOOTH, *SMOOTH_GATES)
    ],
)
def test_each_function(
    framework: type[Framework], name: str, character: str, direction: str
) -> None:
    if character not in framework.dtypes or (direction == "backward" and framework.forward_only):
        pytest.skip("the framework does not support it")
    operation = BY_NAME.get(name if direction == "forward" else f"{name}_backward")
    if operation is None:
        pytest.skip("we have no such function")
    call = getattr(framework(), direction)
    numbers: tuple[float | None, ...] = NUMBERS.get(name, (None,))
    n_arrays = len(operation.inputs) - (name in NUMBERS)
    predictions = [
        Prediction(operation, output, _rows(framework, operation, character, output))
        for output in range(len(operation.outputs))
    ]
    for arrays, number in chain(
        product(_long_inputs(character, n_arrays), numbers),
        product(_short_inputs(character, n_arrays), numbers[:1]),
    ):
        given = arrays if number is None else [*arrays, np.array(number)]
        operands = [np.broadcast_to(a.astype(arrays[0].dtype), arrays[0].shape) for a in given]
        _check_ours(operation, character, *operands)
        theirs = call(name, *given)
        with np.errstate(all="ignore"):
            # Frameworks return a gradient for every array, and we only for some.
            for prediction, value in zip(predictions, theirs, strict=False):
                assert value.dtype == operands[0].dtype
                prediction.check(value, operands)
    for prediction in predictions:
        assert prediction.met == set(prediction.rows)


def _rows(
    framework: type[Framework], operation: Operation, character: str, output: int
) -> list[Difference]:
    return [
        row
        for row in DIFFERENCES
        if framework.title in row.frameworks
        and operation.name in row.functions
        and character in row.dtypes
        and row.output == output
    ]


@pytest.mark.parametrize(
    ("framework", "character"),
    [(framework, character) for framework in FRAMEWORKS for character in framework.dtypes],
    ids=lambda each: getattr(each, "title", str(each)),
)
def test_relu_keeps_the_bits_of_a_nan(framework: type[Framework], character: str) -> None:
    x = _specials(character)
    x = np.resize(x[x != x], 100)
    (theirs,) = framework().forward("relu", x)
    for isa in ISAS:
        np.testing.assert_array_equal(bits(np.asarray(UFUNCS[isa]["relu"](x))), bits(x))
    plain = bits(np.copysign(np.array(np.nan, x.dtype), x))
    assert (theirs != theirs).all()
    how = NAN_BITS.get((framework.title, character))
    if (framework is Jax and character == "e" and xla_rounds_float16()) or how == "some":
        assert 0 < np.mean(bits(theirs) == bits(x)) < 1
    elif how == "plain" and Jax.release() >= Version("0.12") and not np.signbit(theirs).any():
        np.testing.assert_array_equal(bits(theirs), bits(np.full(x.shape, np.nan, x.dtype)))
    else:
        np.testing.assert_array_equal(bits(theirs), plain if how == "plain" else bits(x))


@pytest.mark.parametrize("character", "efd")
def test_jax_contracts_the_affine_function_under_jit(character: str) -> None:
    Jax()
    jax = import_module("jax")
    x, scale, shift = np.random.default_rng(0).normal(size=(3, 5000)).astype(character)
    jitted = jax.jit(lambda x, scale, shift: jax.nn.relu(x * scale + shift))
    theirs = np.asarray(jitted(x, scale, shift))
    _check_ours(BY_NAME["affine_relu"], character, x, scale, shift)
    (ours,) = _expected(BY_NAME["affine_relu"], x, scale, shift)
    if character == "e":
        rounded_twice = np.maximum(x * scale + shift, 0)
        right = rounded_twice if xla_rounds_float16() else ours
        np.testing.assert_array_equal(theirs, right)
        return
    operands = zip(x.tolist(), scale.tolist(), shift.tolist(), strict=True)
    exact = [Fraction(a) * Fraction(b) + Fraction(c) for a, b, c in operands]
    rounded_once = np.array([float(max(each, Fraction())) for each in exact])
    np.testing.assert_array_equal(theirs, rounded_once.astype(character))
    assert 0.11 < np.mean(theirs != ours) < 0.13


def test_the_lanes_of_tensorflow() -> None:
    made = TensorFlow()
    (zeros,) = made.forward("relu", np.full(17, -0.0, np.float32))
    assert np.flatnonzero(np.signbit(zeros)).tolist() == [16]
    negative = np.full(17, -1e-45, np.float32)
    (flushed,) = made.forward("relu", negative)
    assert np.flatnonzero(flushed).tolist() == [16]
    assert flushed[16] == negative[16]
