"""reduce, accumulate, reduceat, at and outer give the same as a loop over the elements."""

from functools import cache

import numpy as np
import pytest

from relu_ufunc._operations import Operation
from tests.bits import Array, assert_same, ordinary
from tests.cases import BY_NAME, ISAS, UFUNCS, Case, each_case_with, each_isa, sequences
from tests.layouts import swapped
from tests.oracles import expected

LENGTHS = [*range(1, 41), 63, 64, 65, 127, 128, 129, 130, 300]
SERIES = 5
of_two_inputs = each_case_with(lambda case: (case.n_inputs, case.n_outputs) == (2, 1))
of_one_output = each_case_with(lambda case: case.n_inputs < 3 and case.n_outputs == 1)


def running(operation: Operation, rows: Array) -> Array:
    """Each row, accumulated element by element with the oracle."""
    columns = [rows[:, 0]]
    for k in range(1, rows.shape[1]):
        columns.append(expected(operation, columns[-1], rows[:, k])[0])
    return np.stack(columns, axis=1)


@cache
def series(name: str, character: str, n: int) -> tuple[Array, Array]:
    """Rows of mixed values, and the same rows accumulated."""
    mixed = ordinary(character, SERIES * n, 9).reshape(SERIES, n)
    mixed[-1] = np.roll(sequences(Case(BY_NAME[name], character, ISAS[0]), n)[0], 1)
    return mixed, running(BY_NAME[name], mixed)


@of_two_inputs
def test_accumulate_and_reduce_of_every_length(case: Case) -> None:
    rows, right = series(case.operation.name, case.character, max(LENGTHS))
    for n in LENGTHS:
        for row, wanted in zip(rows, right, strict=True):
            assert_same(case.ufunc.accumulate(row[:n]), wanted[:n], (case, n))
            assert_same(case.ufunc.reduce(row[:n]), wanted[n - 1], (case, n))


@of_two_inputs
def test_accumulate_and_reduce_along_each_axis(case: Case) -> None:
    rows, right = series(case.operation.name, case.character, 130)
    for table in (rows, np.asfortranarray(rows), rows[:, ::-1].copy()[:, ::-1]):
        assert_same(case.ufunc.accumulate(table, axis=1), right, case)
        assert_same(case.ufunc.accumulate(table.T, axis=0), right.T, case)
        assert_same(case.ufunc.reduce(table, axis=1), right[:, -1], case)
        assert_same(case.ufunc.reduce(table.T, axis=0), right[:, -1], case)
        kept = case.ufunc.reduce(table, axis=1, keepdims=True)
        assert_same(kept, right[:, -1:], case)


@of_two_inputs
def test_accumulate_in_place(case: Case) -> None:
    rows, right = series(case.operation.name, case.character, 130)
    for row, wanted in zip(rows, right, strict=True):
        out = row.copy()
        case.ufunc.accumulate(out, out=out)
        assert_same(out, wanted, case)


@of_two_inputs
def test_reduceat(case: Case) -> None:
    row = series(case.operation.name, case.character, 130)[0][0]
    starts = [0, 1, 3, 3, 10, 9, 50, 129, 64]
    segments = []
    for start, stop in zip(starts, [*starts[1:], len(row)], strict=True):
        segment = row[start : max(stop, start + 1)]
        segments.append(running(case.operation, segment.reshape(1, -1))[0, -1:])
    assert_same(case.ufunc.reduceat(row, starts), np.concatenate(segments), case)


@pytest.mark.parametrize("character", "hf")
@each_isa
def test_more_than_one_buffer(character: str, isa: str) -> None:
    case = Case(BY_NAME["add_relu"], character, isa)
    (row, *_), (right, *_) = series(case.operation.name, character, 9_000)
    assert_same(case.ufunc.accumulate(row), right, case)
    assert_same(case.ufunc.reduce(row), right[-1], case)
    assert_same(case.ufunc.accumulate(swapped(row)), right, case)


@of_one_output
def test_at(case: Case) -> None:
    indices = np.array([3, 0, 3, 3, 17, -1, 5, 0, *range(20), 3])
    target, *rest = sequences(case, 40)
    others = [np.resize(a[3:], len(indices)) for a in rest]
    right = target.copy()
    for k, index in enumerate(indices):
        chosen = [right[index].reshape(()), *(a[k].reshape(()) for a in others)]
        right[index] = expected(case.operation, *chosen)[0]
    actual = target.copy()
    case.ufunc.at(actual, indices, *others)
    assert_same(actual, right, case)


@of_two_inputs
def test_outer(case: Case) -> None:
    a, b = sequences(case, 70)
    wanted = expected(case.operation, a[:, None], b[None, :33])[0]
    assert_same(case.ufunc.outer(a, b[:33]), wanted, case)


@of_two_inputs
def test_no_identity(case: Case) -> None:
    assert case.ufunc.identity is None
    with pytest.raises(ValueError, match="no identity"):
        case.ufunc.reduce(np.zeros(0, case.dtype))
    assert case.ufunc.accumulate(np.zeros(0, case.dtype)).shape == (0,)


@pytest.mark.parametrize("character", "hilqefdg")
@each_isa
def test_accumulate_of_add_relu_is_cusum(character: str, isa: str) -> None:
    deviations = np.random.default_rng(4).integers(-5, 5, 3000).astype(character)
    deviations[0] = 0
    statistic, right = 0, []
    for deviation in deviations.tolist():
        statistic = max(0, statistic + int(deviation))
        right.append(statistic)
    accumulated = UFUNCS[isa]["add_relu"].accumulate(deviations)
    assert accumulated.dtype == np.dtype(character)
    assert accumulated.tolist() == right
