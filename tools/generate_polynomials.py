"""Writes src/kernels/polynomials.h: the polynomials behind the smooth functions.

    pip install mpmath
    python tools/generate_polynomials.py

Each is the Chebyshev interpolation, within a small factor of the minimax polynomial, computed
with 200 bits. The bound written above it is the greatest error at 2000 points, with the
coefficients rounded to double and the arithmetic exact, relative to the function that it
serves; what rounding adds is measured, not bounded, by the tests over all inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mpf

HEADER = Path(__file__).parents[1] / "src" / "kernels" / "polynomials.h"
SAMPLES = 2000
mpmath.mp.prec = 200

PREAMBLE = """\
/* Written by tools/generate_polynomials.py; edit that. */
#ifndef RELU_UFUNC_POLYNOMIALS_H
#define RELU_UFUNC_POLYNOMIALS_H
"""


@dataclass(frozen=True)
class Polynomial:
    name: str
    says: str
    function: Callable[[Any], Any]
    low: Any
    high: Any
    terms: int
    #: From the error of the polynomial at a point to the error of what it serves.
    weight: Callable[[Any], Any]
    #: Lowest coefficients that are kept to two doubles, for a compensated evaluation.
    doubled: int = 0

    def text(self) -> str:
        highest_first = mpmath.chebyfit(self.function, [self.low, self.high], self.terms)
        pairs = [(float(c), float(c - mpf(float(c)))) for c in reversed(highest_first)]
        kept = [
            mpf(high) + (mpf(low) if k < self.doubled else 0) for k, (high, low) in enumerate(pairs)
        ]
        worst = max(
            abs((mpmath.polyval(kept[::-1], u) - self.function(u)) * self.weight(u))
            for u in mpmath.linspace(self.low, self.high, SAMPLES)
        )
        bound = float(mpmath.ceil(mpmath.log(worst, 2) * 10) / 10)
        lines = [f"\n/* {self.says}\n   The error is below 2^{bound:.1f}. */"]
        if self.doubled:
            for part, which in enumerate(("HIGH", "LOW")):
                numbers = ", ".join(pairs[k][part].hex() for k in range(self.doubled))
                count = self.doubled
                lines.append(f"static const double {self.name.upper()}_{which}[{count}] = {{")
                lines += [f"    {number}," for number in numbers.split(", ")]
                lines.append("};")
        lines.append(f"static inline double {self.name}(double u)\n{{")
        *rest, first = [high for high, _ in pairs[self.doubled :]]
        lines.append(f"    double p = {first.hex()};")
        lines += [f"    p = p * u + {c.hex()};" for c in reversed(rest)]
        lines.append("    return p;\n}")
        return "\n".join(lines)


def exponential(r: Any) -> Any:
    if abs(r) < mpf(2) ** -20:
        return mpmath.fsum(r**k / mpmath.factorial(k + 3) for k in range(10))
    return (mpmath.expm1(r) - r - r * r / 2) / r**3


def logarithm(z: Any) -> Any:
    if abs(z) < mpf(2) ** -20:
        return mpmath.fsum(2 * z**k / (2 * k + 3) for k in range(10))
    s = mpmath.sqrt(z)
    return 2 * (mpmath.atanh(s) - s) / s**3


def tail(centre: int) -> Callable[[Any], Any]:
    def of(y: Any) -> Any:
        t = centre * (1 + y) / (1 - y)
        return (t + centre) * mpmath.erfc(t / mpmath.sqrt(2)) * mpmath.exp(t * t / 2) / 2

    return of


def tail_polynomial(name: str, centre: int, end: float, terms: int, doubled: int) -> Polynomial:
    function = tail(centre)
    note = (
        f"\n   The first {doubled} coefficients are two doubles each; the function is of the rest."
    )
    return Polynomial(
        name=name,
        says=f"Phi(-t) exp(t^2/2) (t + {centre}) in y = (t - {centre}) / (t + {centre}), "
        f"0 <= t <= {end}: the\n   lower tail of the normal distribution, scaled." + note,
        function=function,
        low=mpf(-1),
        high=mpf(end - centre) / mpf(end + centre),
        terms=terms,
        weight=lambda y: 1 / function(y),
        doubled=doubled,
    )


half_ln2 = mpmath.log(2) / 2 * (1 + mpf(2) ** -20)
# log1p(f) = 2 atanh(s), s = f / (2 + f), for -1/4 <= f <= 1/2.
greatest_s = mpf(1) / 5 * (1 + mpf(2) ** -20)

POLYNOMIALS = [
    Polynomial(
        name="exponential_polynomial",
        says="(exp(r) - 1 - r - r^2/2) / r^3, |r| <= log(2)/2, for exp.",
        function=exponential,
        low=-half_ln2,
        high=half_ln2,
        terms=10,
        weight=lambda r: r**3 / mpmath.exp(r),
    ),
    Polynomial(
        name="logarithm_polynomial",
        says="(2 atanh(s) - 2 s) / s^3 in z = s^2, |s| <= 1/5, for log1p.",
        function=logarithm,
        low=mpf(0),
        high=greatest_s**2,
        terms=9,
        weight=lambda z: z / 2,
    ),
    tail_polynomial("tail_polynomial", 5, 20, 22, 1),
    tail_polynomial("long_tail_polynomial", 5, 54.25, 26, 6),
]


def main() -> None:
    texts = "\n".join(polynomial.text() for polynomial in POLYNOMIALS)
    HEADER.write_text(f"{PREAMBLE}{texts}\n\n#endif\n", encoding="utf-8")


if __name__ == "__main__":
    main()
