"""What the tests know about a function besides its value, and the table that holds it.

None of it comes from the library, which is tested against it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

from tests.bits import Array

EVERY_DTYPE = "?bBhHiIlLqQefdg"
NUMERIC = EVERY_DTYPE.removeprefix("?")
SIGNED = "bhilqefdg"
FLOATING = "efdg"

Value = Callable[..., Array | tuple[Array, ...]]
Choice = tuple[tuple[float, ...], float | tuple[float, ...]]
_V = TypeVar("_V", bound=Value)


@dataclass(frozen=True, kw_only=True)
class Oracle:
    """What the tests know about a function; `forward` and `backward` explain the fields."""

    name: str
    value: Value
    dtypes: str
    units: str
    parameters: Mapping[str, Sequence[float]]
    smooth: bool

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.value).parameters)

    @property
    def is_gate(self) -> bool:
        """Whether it is a smooth function of two arrays."""
        return self.smooth and "y" in self.inputs

    @property
    def usual(self) -> tuple[float, ...]:
        """The parameters with which every float32 is tried."""
        return tuple(values[0] for values in self.parameters.values())

    @property
    def units_of_inputs(self) -> list[str]:
        return self.units.split(" -> ")[0].split(", ")

    @property
    def units_of_outputs(self) -> list[str]:
        return self.units.split(" -> ")[1].split(", ")

    def combinations(
        self, suits: Callable[[float], bool] = lambda _: True, kind: str = "any"
    ) -> Iterator[tuple[float, ...]]:
        """Every combination of values that `suits` accepts; `kind` describes them in an error."""
        suitable = {
            name: [value for value in values if suits(value)]
            for name, values in self.parameters.items()
        }
        for name, values in suitable.items():
            if not values:
                raise ValueError(
                    f"tests/oracles.py: add {kind} number to the parameters of "
                    f"{self.name.removesuffix('_backward')!r}, among those for {name!r}"
                )
        return product(*suitable.values())


@dataclass(frozen=True, kw_only=True)
class Forward(Oracle):
    nonnegative: Callable[..., Any]
    keeps_nan: bool
    makes_nan: Sequence[tuple[float, ...]]


@dataclass(frozen=True, kw_only=True)
class Backward(Oracle):
    kinks: Callable[..., Sequence[float]]
    choices: Sequence[Choice]
    dead: tuple[float, ...] | None


class _Oracles(dict[str, Oracle]):
    def __missing__(self, name: str) -> Oracle:
        kind = "backward" if name.endswith("_backward") else "forward"
        raise LookupError(
            f"tests/oracles.py has no entry for {name!r}: write a function of that name, with "
            f"the inputs of its row, which returns its value in plain NumPy, under @{kind}(...); "
            f"tests/facts.py says what to state there"
        )


ENTERED = _Oracles()


def everywhere(*_parameters: Any) -> bool:
    return True


def nowhere(*_parameters: Any) -> bool:
    return False


def at_zero(*_parameters: float) -> Sequence[float]:
    return [0.0]


def no_kinks(*_parameters: float) -> Sequence[float]:
    return []


def forward(
    dtypes: str,
    *,
    units: str,
    parameters: Mapping[str, Sequence[float]] | None = None,
    nonnegative: Callable[..., Any] = everywhere,
    keeps_nan: bool = True,
    makes_nan: Sequence[tuple[float, ...]] = (),
    smooth: bool = False,
) -> Callable[[_V], _V]:
    """Enter the decorated function, which computes the value in plain NumPy, into the table.

    dtypes       EVERY_DTYPE, NUMERIC, which leaves out bool, SIGNED, which leaves out the unsigned
                 integers as well, or FLOATING
    units        an example of units for the inputs and outputs: "m, 1 -> m"; 1 is dimensionless
    parameters   values to try for each input after x: among them a fraction that is not binary
                 if there is arithmetic, a whole number if there are integers, and a few short
                 binary fractions for the gradient. The first is the usual one, tried with every
                 float32.
    nonnegative  a function of the parameters: where no result except NaN has its sign bit set
    keeps_nan    whether a NaN x is returned with its bits; False if it goes through arithmetic
    makes_nan    operands, none of them NaN, whose result is NaN
    smooth       whether it is transcendental: float64 and longdouble are then held to a few
                 ulp, and a gradient to what a central difference gives
    """

    def enter(value: _V) -> _V:
        _enter(
            Forward(
                name=value.__name__,
                value=value,
                dtypes=dtypes,
                units=units,
                parameters=parameters or {},
                nonnegative=nonnegative,
                keeps_nan=keeps_nan,
                makes_nan=makes_nan,
                smooth=smooth,
            )
        )
        return value

    return enter


def backward(
    *,
    units: str,
    choices: Sequence[Choice],
    kinks: Callable[..., Sequence[float]] = at_zero,
    dead: tuple[float, ...] | None = None,
) -> Callable[[_V], _V]:
    """Enter the decorated function, the backward of the one above it, into the table.

    units    as in `forward`, for dy and then its inputs: "s, m, 1 -> s"
    choices  ((dy, x, *parameters), output or outputs), exact in float16: the values chosen at
             each kink
    kinks    a function of the parameters: every x where the derivative jumps or has a corner
    dead     (x, *parameters) where the derivative is 0, so that the result is +0 for any dy
    """

    def enter(value: _V) -> _V:
        of = ENTERED[value.__name__.removesuffix("_backward")]
        _enter(
            Backward(
                name=value.__name__,
                value=value,
                dtypes=of.dtypes,
                units=units,
                parameters=of.parameters,
                smooth=of.smooth,
                kinks=kinks,
                choices=choices,
                dead=dead,
            )
        )
        return value

    return enter


def _enter(oracle: Oracle) -> None:
    names = [name for name in oracle.inputs if name not in ("dy", "dz", "x")]
    if list(oracle.parameters) != names:
        raise TypeError(
            f"tests/oracles.py states values to try for {list(oracle.parameters)} of "
            f"{oracle.name!r}: write parameters={{...}} with some for each of {names}, in order"
        )
    ENTERED[oracle.name] = oracle
