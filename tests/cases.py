"""Every function with every dtype and every instruction set that can run here."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

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

Test = Callable[..., None]


def in_turn(name: str, values: Sequence[Any] | None = None) -> Callable[[Test], Test]:
    """Call a test for each value in one item of pytest, and report every value that fails.

    Thousands of items cost more than what is tested in them. Without values, they are an argument
    whose name has an s more.
    """

    def decorate(test: Test) -> Test:
        several = f"{name}s"
        parameters = dict(inspect.signature(test).parameters)
        taken = [parameters.pop(name).replace(name=several)]

        @wraps(test)
        def run(**arguments: Any) -> None:
            errors = []
            for value in arguments.pop(several) if values is None else values:
                try:
                    test(**arguments, **{name: value})
                except Exception as error:
                    error.add_note(f"{name}: {value}")
                    errors.append(error)
            if len(errors) == 1:
                raise errors[0]
            if errors:
                raise ExceptionGroup(f"for {len(errors)} of the {several}", errors)

        rest = taken if values is None else []
        run.__signature__ = inspect.Signature([*rest, *parameters.values()])  # type: ignore[attr-defined]
        return run

    return decorate


def each_case_with(suits: Callable[[Case], object]) -> Callable[[Test], Test]:
    """Parametrize with the functions and dtypes; the instruction sets are tested in turn."""
    groups: dict[str, list[Case]] = {}
    for case in filter(suits, CASES):
        groups.setdefault(f"{case.operation.name}-{case.character}", []).append(case)
    each_group = pytest.mark.parametrize("cases", list(groups.values()), ids=list(groups))
    return lambda test: each_group(in_turn("case")(test))


each_case = each_case_with(lambda _: True)
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda row: row.name)
each_isa = in_turn("isa", ISAS)


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
