"""Values do not depend on length, stride, alignment, byte order or shape."""

import itertools
import random

import numpy as np
import pytest

from tests.bits import Array, assert_same, bits, specials
from tests.cases import (
    BY_NAME,
    ISAS,
    UFUNCS,
    Case,
    each_case,
    each_case_with,
    each_isa,
    ordinary_operands,
    sequences,
)
from tests.layouts import (
    CHANGES,
    GUARD,
    is_marked,
    marked,
    strided_memory,
    swapped,
    unaligned,
    with_stride,
)
from tests.oracles import expected

INPUT_STRIDES = (1, 2, 3, 4, -1, -2, 0)
OUTPUT_STRIDES = (1, 2, 3, -1, -2)
with_two_outputs = each_case_with(lambda case: case.n_outputs == 2)
with_parameters = each_case_with(lambda case: case.operation.parameters and case.character in "hed")


def windows(a: Array, rows: int, n: int) -> Array:
    """Row r is the n elements from r on; NumPy passes one row at a time to the loop."""
    return np.ndarray((rows, n), a.dtype, a, strides=a.strides * 2)


@each_case
def test_every_value_at_every_position_of_every_length(case: Case) -> None:
    longest, rows = 130, len(specials(case.character)) + 8
    operands = sequences(case, rows + longest)
    wanted = expected(case.operation, *operands)
    for n in range(1, longest + 1):
        outputs = [marked((rows, n + GUARD), case.character) for _ in wanted]
        with np.errstate(all="raise"):
            case.call(
                *(windows(a, rows, n) for a in operands),
                out=tuple(out[:, :n] for out in outputs),
            )
        for out, right in zip(outputs, wanted, strict=True):
            assert_same(out[:, :n], windows(right, rows, n), (case, n))
            assert is_marked(out[:, n:])


@each_case
def test_every_length_at_every_alignment(case: Case) -> None:
    operands = sequences(case, 130)
    wanted = expected(case.operation, *operands)
    for n in range(131):
        outputs = [marked((n + 2 * GUARD,), case.character) for _ in wanted]
        start = n % GUARD
        case.call(*(a[:n] for a in operands), out=tuple(out[start : start + n] for out in outputs))
        for out, right in zip(outputs, wanted, strict=True):
            assert_same(out[start : start + n], right[:n], (case, n))
            assert is_marked(out[:start])
            assert is_marked(out[start + n :])


def stride_choices(case: Case) -> list[tuple[int, ...]]:
    choices = [INPUT_STRIDES] * case.n_inputs + [OUTPUT_STRIDES] * case.n_outputs
    every = list(itertools.product(*choices))
    picked = random.Random(case.operation.name).sample(every, min(len(every), 35))
    return picked + [(stride,) * len(choices) for stride in OUTPUT_STRIDES]


@each_case
def test_strides(case: Case) -> None:
    # The last length is more than the loops process at once.
    for n in (5, 17, 130, 4096 // case.dtype.itemsize + 3):
        operands = sequences(case, n)
        for strides in stride_choices(case):
            laid_out = [with_stride(a, s) for a, s in zip(operands, strides, strict=False)]
            views, memories = zip(
                *(strided_memory(n, s, case.character) for s in strides[case.n_inputs :]),
                strict=True,
            )
            case.call(*laid_out, out=views)
            wanted = expected(case.operation, *laid_out)
            for view, memory, right in zip(views, memories, wanted, strict=True):
                assert_same(view, right, (case, n, strides))
                view[...] = marked((), case.character)
                assert is_marked(memory)


@each_case
def test_unaligned_and_byte_swapped(case: Case) -> None:
    for n in (1, 7, 8, 100):
        operands = sequences(case, n)
        wanted = expected(case.operation, *operands)
        for change in (swapped, unaligned):
            outputs = [change(np.zeros(n, case.dtype)) for _ in wanted]
            case.call(*(change(a) for a in operands), out=tuple(outputs))
            for out, right in zip(outputs, wanted, strict=True):
                assert_same(out, right, (case, n, change))
        mixed = [change(a) for change, a in zip(CHANGES, operands, strict=False)]
        for out, right in zip(case.call(*mixed), wanted, strict=True):
            assert_same(out, right, (case, n))


@each_case_with(lambda case: case.character in "hed")
def test_more_than_one_buffer_of_byte_swapped_values(case: Case) -> None:
    operands = ordinary_operands(case, 20_001)
    for out, right in zip(
        case.call(*map(swapped, operands)), expected(case.operation, *operands), strict=True
    ):
        assert_same(out, right, case)


@each_case
def test_zero_dimensional_and_empty(case: Case) -> None:
    operands = sequences(case, 24)
    for k in range(24):
        scalars = [a[k].reshape(()) for a in operands]
        results = case.call(
            *scalars, out=tuple(np.zeros((), case.dtype) for _ in range(case.n_outputs))
        )
        for out, right in zip(results, expected(case.operation, *scalars), strict=True):
            assert_same(out, right.reshape(()), (case, scalars))
    for shape in ((0,), (0, 3), (3, 0), (2, 0, 5)):
        for out in case.call(*(np.zeros(shape, case.dtype) for _ in operands)):
            assert out.shape == shape
            assert out.dtype == case.dtype


def orders_of(a: Array) -> list[Array]:
    """A three-dimensional array in other memory orders."""
    wider = np.zeros((a.shape[0], a.shape[1] + 2, a.shape[2] * 2), a.dtype)
    wider[:, 1:-1, ::2] = a
    outer_only = np.zeros((a.shape[0], a.shape[1] + 3, a.shape[2]), a.dtype)
    outer_only[:, 2:-1] = a
    return [
        a,
        np.asfortranarray(a),
        np.ascontiguousarray(a.transpose(1, 2, 0)).transpose(2, 0, 1),
        np.ascontiguousarray(a[::-1, :, ::-1])[::-1, :, ::-1],
        wider[:, 1:-1, ::2],
        outer_only[:, 2:-1],
    ]


@each_case_with(lambda case: case.character in "bhefdg")
def test_memory_orders(case: Case) -> None:
    shape = (4, 5, 19)
    operands = [a.reshape(shape) for a in sequences(case, 4 * 5 * 19)]
    wanted = expected(case.operation, *operands)
    variants = [orders_of(a) for a in operands]
    outputs = [orders_of(np.zeros(shape, case.dtype)) for _ in wanted]
    n = len(variants[0])
    for shift, out_shift in itertools.product(range(n), repeat=2):
        chosen = [v[(shift * (k + 1)) % n] for k, v in enumerate(variants)]
        outs = tuple(o[(out_shift + k) % n] for k, o in enumerate(outputs))
        for out, right in zip(case.call(*chosen, out=outs), wanted, strict=True):
            assert_same(out, right, (case, shift, out_shift))


@with_parameters
def test_parameters_per_channel(case: Case) -> None:
    n_arrays = case.n_inputs - len(case.operation.parameters)
    for channels in (1, 2, 3, 4, 7, 8, 16, 31, 64):
        batch, height, width = 2, 3, 5
        size = batch * channels * height * width
        images = sequences(case, size)
        parameters = sequences(case, channels)
        nchw, nhwc = (batch, channels, height, width), (batch, height, width, channels)
        for shape, parameter_shape in [
            (nchw, (channels, 1, 1)),
            (nhwc, (channels,)),
            (nchw, (1, channels, 1, 1)),
            (nhwc, nhwc),
            (nchw, ()),
        ]:
            values = images if parameter_shape == shape else parameters
            operands = [a.reshape(shape) for a in images[:n_arrays]] + [
                a[: int(np.prod(parameter_shape))].reshape(parameter_shape)
                for a in values[n_arrays:]
            ]
            case.check(*operands)


@with_parameters
def test_python_scalar_parameters(case: Case) -> None:
    n_arrays = case.n_inputs - len(case.operation.parameters)
    parameter: float = 3 if case.dtype.kind in "iu" else 0.25
    for n in (0, 1, 3, 130, 5000):
        arrays = sequences(case, n)[:n_arrays]
        scalars = [parameter] * len(case.operation.parameters)
        same = [np.array(parameter, case.dtype) for _ in scalars]
        for out, right in zip(
            case.call(*arrays, *scalars), expected(case.operation, *arrays, *same), strict=True
        ):
            assert_same(out, right, (case, n))


@with_two_outputs
def test_outputs_interleave_in_one_table(case: Case) -> None:
    for n in (1, 7, 8, 9, 64, 1300):
        operands = sequences(case, n)
        wanted = expected(case.operation, *operands)
        for first, second, columns in ((0, 1, 2), (1, 0, 2), (0, 2, 3), (3, 1, 4)):
            table = marked((n, columns), case.character)
            case.call(*operands, out=(table[:, first], table[:, second]))
            assert_same(table[:, first], wanted[0], (case, n))
            assert_same(table[:, second], wanted[1], (case, n))
            for other in set(range(columns)) - {first, second}:
                assert is_marked(table[:, other])


@each_case
def test_all_operands_are_columns_of_one_table(case: Case) -> None:
    for n in (1, 8, 9, 64, 1300):
        operands = sequences(case, n)
        wanted = expected(case.operation, *operands)
        table = np.zeros((n, case.n_inputs + case.n_outputs), case.dtype)
        for k, a in enumerate(operands):
            table[:, k] = a
        columns = list(table.T)
        case.call(*columns[: case.n_inputs], out=tuple(columns[case.n_inputs :]))
        for k, column in enumerate([*operands, *wanted]):
            assert_same(table[:, k], column, (case, n, k))


@each_case
def test_read_only_inputs(case: Case) -> None:
    operands = sequences(case, 40)
    wanted = expected(case.operation, *operands)
    before = [bits(a).copy() for a in operands]
    for a in operands:
        a.setflags(write=False)
    for out, right in zip(case.call(*operands), wanted, strict=True):
        assert_same(out, right, case)
    for a, was in zip(operands, before, strict=True):
        np.testing.assert_array_equal(bits(a), was)


@pytest.mark.large
@pytest.mark.parametrize("name", ["relu", "relu_backward", "add_relu", "crelu"])
@each_isa
def test_more_than_2_to_the_31_elements(name: str, isa: str) -> None:
    n, period = (1 << 31) + 77, 249
    case = Case(BY_NAME[name], "b", isa)
    pattern = np.resize(sequences(case, period)[0], period)
    x = np.empty(n, np.int8)
    whole = n // period * period
    x[:whole].reshape(-1, period)[...] = pattern
    x[whole:] = pattern[: n - whole]
    operands = [x] * case.n_inputs
    right = expected(case.operation, *[pattern] * case.n_inputs)
    # One of two outputs is in place, so that there are never more than two such arrays.
    fresh = np.empty_like(x)
    outputs = (fresh,) if case.n_outputs == 1 else (x, fresh)
    case.call(*operands, out=outputs)
    for out, one_period in zip(outputs, right, strict=True):
        assert (out[:whole].reshape(-1, period) == one_period).all()
        assert (out[whole:] == one_period[: n - whole]).all()


def test_results_agree_across_instruction_sets() -> None:
    for operation in BY_NAME.values():
        for character in operation.type_characters:
            cases = [Case(operation, character, isa) for isa in ISAS]
            operands = ordinary_operands(cases[0], 1003)
            first = cases[0].call(*operands)
            for case in cases[1:]:
                for a, b in zip(first, case.call(*operands), strict=True):
                    np.testing.assert_array_equal(a, b)
    assert set(UFUNCS) == set(ISAS)
