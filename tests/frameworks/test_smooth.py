"""A framework's smooth rectifiers are as near to ours as tests/frameworks/smooth.py says."""

from collections.abc import Iterator
from itertools import chain, product

import numpy as np
import pytest

from tests.bits import Array
from tests.cases import BY_NAME
from tests.frameworks.frameworks import FRAMEWORKS, GATES, SMOOTH, SMOOTH_GATES, Framework
from tests.frameworks.smooth import (
    ALSO,
    MISSING,
    NUMBERS,
    ONLY_USUAL,
    Agreement,
    GateAgreement,
    Given,
)
from tests.frameworks.test_values import (
    BFLOAT16,
    _expected,
    _long_inputs,
    _short_inputs,
)

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]

# As far as results are not at their limits.
FAR = {"e": 20, "f": 130, "d": 800, "E": 130}


def _inputs(character: str) -> Iterator[Array]:
    """Special values in every lane, random bits, and where the functions bend."""
    dtype = BFLOAT16 if character == "E" else np.dtype(character)
    for (x,) in chain(_long_inputs(character, 1), _short_inputs(character, 1)):
        yield x
    for limit in (FAR[character], 8):
        yield np.linspace(-limit, limit, 20_001).astype(dtype)


def _cases(framework: type[Framework], direction: str) -> Iterator[tuple[str, str]]:
    for name, character in product(SMOOTH, framework.dtypes):
        if name in framework.names and (framework.title, name, character) not in MISSING:
            yield name, character


@pytest.mark.parametrize(
    ("framework", "name", "character", "direction"),
    [
        pytest.param(
            framework, *case, direction, id=f"{framework.title}-{'-'.join(case)}-{direction}"
        )
        for framework in FRAMEWORKS
        for direction in ("forward", "backward")[: 1 if framework.forward_only else 2]
        for case in _cases(framework, direction)
    ],
)
def test_each_function(
    framework: type[Framework], name: str, character: str, direction: str
) -> None:
    made = framework()
    operation = BY_NAME[name if direction == "forward" else f"{name}_backward"]
    agreement = Agreement(framework.title, operation.name, character)
    numbers: tuple[float | None, ...] = NUMBERS.get(name, (None,))[
        : 1 if (framework.title, name) in ONLY_USUAL else None
    ]
    numbers += ALSO.get((framework.title, name, character), ())
    for number, x in product(numbers, _inputs(character)):
        parameters = [] if number is None else [np.array(number)]
        dy = None
        if direction == "backward":
            normal = np.random.default_rng(x.size).standard_normal(x.size)
            dy = np.where(np.arange(x.size) % 2, normal, 1).astype(x.dtype)
        operands = [x] if dy is None else [dy, x]
        (theirs,) = getattr(made, direction)(name, *operands, *parameters)
        assert theirs.dtype == x.dtype
        full = [np.broadcast_to(a.astype(x.dtype), x.shape) for a in parameters]
        ours = _expected(operation, *operands, *full)[0]
        with np.errstate(all="ignore"):
            given = Given(
                ours.astype(np.float64),
                x.astype(np.float64),
                number,
                None if dy is None else dy.astype(np.float64),
                character,
            )
            agreement.check(theirs, given)
    met = [agreement.rows[k] for k in sorted(agreement.met)]
    assert [row.about for row in met] == [row.about for row in agreement.rows]


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("character", "efdE")
@pytest.mark.parametrize("name", SMOOTH_GATES)
@pytest.mark.parametrize(
    "framework",
    [each for each in FRAMEWORKS if set(SMOOTH_GATES) <= set(each.names)],
    ids=lambda each: each.title,
)
def test_each_gate(framework: type[Framework], name: str, character: str, direction: str) -> None:
    """Of both gradients dz y and dz are of a usual size."""
    made, activation = framework(), GATES[name]
    value = GateAgreement(framework.title, name, activation, character)
    slope = Agreement(framework.title, f"{activation}_backward", character)
    for x in _inputs(character):
        wide, dtype = x.astype(np.float64), x.dtype
        (activated,) = _expected(BY_NAME[activation], x)
        random = np.random.default_rng(x.size)
        dz, y = (random.choice([-1, 1], (2, x.size)) * random.uniform(0.5, 1, (2, x.size))).astype(
            dtype
        )

        def given(factor: Array, activated: Array = activated, wide: Array = wide) -> Given:
            factor = factor.astype(np.float64)
            return Given(activated.astype(np.float64), wide, None, None, character, factor)

        with np.errstate(all="ignore"):
            if direction == "forward":
                for factor in (y, np.full_like(y, np.inf), np.full_like(y, np.nan)):
                    (theirs,) = made.forward(name, x, factor)
                    (ours,) = _expected(BY_NAME[name], x, factor)
                    assert theirs.dtype == dtype
                    value.check(theirs, ours, given(factor))
                continue
            operands = dz, x, y
            dx, dy = made.backward(name, *operands)
            our_dx, our_dy = _expected(BY_NAME[f"{name}_backward"], *operands)
            assert dx.dtype == dy.dtype == dtype
            upstream = (dz * y).astype(np.float64)
            slope.check(dx, Given(our_dx.astype(np.float64), wide, None, upstream, character))
            value.check(dy, our_dy, given(dz))
    assert len(value.met) == (len(value.rows) if direction == "forward" else 0)
