"""Every function with every dtype and every instruction set that can run here."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc._ufuncs import make_ufuncs
from tests.bits import Array, assert_same, ordinary, specials
from tests.oracles import expected

ISAS: list[str] = relu_ufunc.available_isas()
UFUNCS: dict[str, dict[str, np.ufunc]] = {isa: make_ufuncs(isa) for isa in ISAS}
BY_NAME: dict[str, Operation] = {operation.name: operation for operation in OPERATIONS}


@dataclass(frozen=True)
class Case:
    operation: Operation
    character: str
    isa: str

    @property
    def ufunc(self) -> np.ufunc:
        return UFUNCS[self.isa][self.operation.name]

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        return np.dtype(self.character)

    @property
    def n_inputs(self) -> int:
        return len(self.operation.inputs)

    @property
    def n_outputs(self) -> int:
        return len(self.operation.outputs)

    def __str__(self) -> str:
        return f"{self.operation.name}-{self.character}-{self.isa}"

    def call(self, *operands: object, **keywords: object) -> tuple[Array, ...]:
        """The outputs as a tuple, however many there are."""
        results = self.ufunc(*operands, **keywords)
        return results if isinstance(results, tuple) else (results,)

    def check(self, *operands: Array) -> None:
        for actual, wanted in zip(
            self.call(*operands), expected(self.operation, *operands), strict=True
        ):
            assert_same(actual, wanted, self)


CASES = [
    Case(operation, character, isa)
    for operation in OPERATIONS
    for character in operation.type_characters
    for isa in ISAS
]

each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda row: row.name)
each_isa = pytest.mark.parametrize("isa", ISAS)


def sequences(case: Case, n: int) -> list[Array]:
    """One long operand per input; their periods differ slightly, so that all values meet."""
    values = specials(case.character)
    operands = []
    for k in range(case.n_inputs):
        period = len(values) + k
        while k and math.gcd(period, len(values)) > 1:
            period += 1
        operands.append(np.resize(np.resize(np.roll(values, 7 * k), period), n))
    return operands


def combinations(case: Case) -> list[Array]:
    """Every combination of the special values of all inputs."""
    values = specials(case.character)
    grid = np.meshgrid(*[values] * case.n_inputs, indexing="ij")
    return [axis.ravel() for axis in grid]


def ordinary_operands(case: Case, n: int) -> list[Array]:
    return [ordinary(case.character, n, seed) for seed in range(case.n_inputs)]
