"""Operands that share memory give the same results as separate copies."""

import itertools

import numpy as np

from tests.bits import Array, assert_same
from tests.cases import Case, each_case, sequences
from tests.oracles import expected

LENGTHS = (1, 2, 7, 8, 9, 33, 130, 1100)


def check(case: Case, operands: list[Array], outputs: list[Array], about: object) -> None:
    wanted = expected(case.operation, *(a.copy() for a in operands))
    case.call(*operands, out=tuple(outputs))
    for out, right in zip(outputs, wanted, strict=True):
        assert_same(out, right, (case, about))


@each_case
def test_in_place(case: Case) -> None:
    for n in LENGTHS:
        for target in range(case.n_inputs):
            for step in (1, 2, -1):
                operands = [np.repeat(a, abs(step))[::step] for a in sequences(case, n)]
                others = [np.zeros(n, case.dtype) for _ in range(case.n_outputs - 1)]
                check(case, operands, [operands[target], *others], (n, target, step))
                operands = [np.repeat(a, abs(step))[::step] for a in sequences(case, n)]
                check(case, operands, [*others, operands[target]], (n, target, step))


@each_case
def test_every_input_is_the_output(case: Case) -> None:
    for n in LENGTHS:
        a = sequences(case, n)[0].copy()
        others = [np.zeros(n, case.dtype) for _ in range(case.n_outputs - 1)]
        check(case, [a] * case.n_inputs, [a, *others], n)


@each_case
def test_shifted_by_a_few_elements(case: Case) -> None:
    for n, shift in itertools.product((9, 40, 1100), (-9, -8, -3, -2, -1, 1, 2, 3, 8, 9)):
        for target in range(case.n_inputs):
            operands = sequences(case, n)
            memory = np.resize(operands[target], n + 2 * abs(shift))
            operands[target] = memory[abs(shift) : abs(shift) + n]
            out = memory[abs(shift) + shift :][:n]
            others = [np.zeros(n, case.dtype) for _ in range(case.n_outputs - 1)]
            check(case, operands, [out, *others], (n, shift, target))


@each_case
def test_reversed_and_interleaved(case: Case) -> None:
    for n in (9, 40, 1100):
        operands = sequences(case, n)
        others = [np.zeros(n, case.dtype) for _ in range(case.n_outputs - 1)]
        check(case, operands, [operands[0][::-1], *others], n)
        operands = sequences(case, n)
        memory = np.resize(operands[0], 2 * n)
        operands[0] = memory[:n]
        check(case, operands, [memory[::2], *others], n)
        operands = sequences(case, n)
        memory = np.resize(operands[0], 2 * n)
        operands[0] = memory[::2]
        check(case, operands, [memory[1::2], *others], n)


@each_case
def test_matrix_onto_its_transpose(case: Case) -> None:
    operands = [a.reshape(13, 13) for a in sequences(case, 169)]
    others = [np.zeros((13, 13), case.dtype) for _ in range(case.n_outputs - 1)]
    check(case, operands, [operands[0].T, *others], "transpose")
