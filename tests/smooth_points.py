"""Points for the smooth functions: where they bend, far out, and every operand of any exponent."""

from dataclasses import dataclass
from importlib import import_module
from math import log
from typing import Any

import numpy as np

from relu_ufunc._operations import Operation
from tests.bits import Array


def finfo(dtype: "np.dtype[Any]") -> Any:
    """Of ml_dtypes' formats, too."""
    return np.finfo(dtype) if dtype.isbuiltin == 1 else import_module("ml_dtypes").finfo(dtype)


@dataclass(frozen=True)
class Points:
    """n random numbers at a time, in a dtype that holds those of the format."""

    n: int
    random: np.random.Generator
    dtype: "np.dtype[Any]"
    format: Any

    def uniform(self, low: float, high: float) -> Array:
        """With as many random bits as the dtype has."""
        number = self.dtype.type
        parts = [self.random.random(self.n).astype(self.dtype) for _ in range(2)]
        numbers: Array = number(low) + number(high - low) * (parts[0] + parts[1] * number(2.0**-53))
        return numbers

    def sign(self) -> Array:
        return self.random.choice(np.array([-1, 1], self.dtype), self.n)

    def any_exponent(self) -> Array:
        """Subnormal numbers among them, and some that are the greatest or least."""
        least, most = self.format.minexp - self.format.nmant, self.format.maxexp
        numbers = np.ldexp(self.uniform(1, 2), self.random.integers(least, most, self.n))
        extremes = np.array(
            [
                self.format.max,
                self.format.smallest_normal,
                self.format.smallest_subnormal,
                1,
            ],
            self.dtype,
        )
        is_extreme = self.random.random(self.n) < 0.1
        return np.where(is_extreme, self.random.choice(extremes, self.n), numbers) * self.sign()

    def x(self) -> Array:
        """Down to where the greatest number times a derivative is 0, and of any exponent."""
        exponents = self.format.maxexp - self.format.minexp + self.format.nmant
        far = float(exponents) * log(2)
        kinds = [
            self.random.normal(0, 2, self.n).astype(self.dtype) * self.uniform(1, 2),
            self.uniform(-50, 50),
            self.uniform(-1.5 * far, 0),
            self.uniform(-((2 * far) ** 0.5), 0),
            self.uniform(-((14 * far) ** (1 / 3)), 0),
            np.exp2(self.uniform(-70, 8)) * self.sign(),
            self.any_exponent(),
        ]
        return np.choose(self.random.integers(0, len(kinds), self.n), kinds)

    def b(self, x: Array) -> Array:
        """Most are of a size that matters beside x^2, and many almost cancel it."""
        cancelling = np.exp2(self.uniform(-self.format.nmant - 5, 0)) - 1
        sizes = [np.exp2(self.uniform(-120, 120)), cancelling]
        with np.errstate(all="ignore"):
            kinds = [self.any_exponent(), *(x * x * size for size in sizes)]
        return np.choose(self.random.integers(0, 3, self.n), kinds)


def operands_of_any_exponent(
    operation: Operation, n: int, dtype: "np.dtype[Any]", seed: int
) -> list[Array]:
    """Arrays of finite numbers: dy, x and a parameter, as far as the function has them."""
    wide = dtype if dtype.itemsize > 2 else np.dtype(np.float32)
    points = Points(n, np.random.default_rng(seed), wide, finfo(dtype))
    operands = [points.any_exponent()] if operation.is_backward else []
    x = points.x()
    if operation.name.startswith("celu"):
        alpha = points.any_exponent()
        with np.errstate(all="ignore"):
            x = np.where(points.random.random(n) < 0.7, x * alpha, x)
        operands += [x, alpha]
    elif operation.name.startswith("swish"):
        beta = points.any_exponent()
        with np.errstate(all="ignore"):
            x = np.where(points.random.random(n) < 0.7, x / beta, x)
        operands += [x, beta]
    elif operation.name.startswith("squareplus"):
        operands += [x, points.b(x)]
    else:
        operands += [x, *(points.any_exponent() for _ in operation.parameters)]
    greatest = wide.type(points.format.max)
    with np.errstate(all="ignore"):
        return [np.clip(each, -greatest, greatest).astype(dtype) for each in operands]
