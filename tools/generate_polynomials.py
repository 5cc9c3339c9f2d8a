"""Writes src/kernels/polynomials.h: the polynomials and quotients behind the smooth functions.

    pip install mpmath
    python tools/generate_polynomials.py

A polynomial is the Chebyshev interpolation, and a quotient, or a polynomial that is levelled, a
least-squares fit that is weighted anew until its errors are level: all are within a small factor of
the minimax approximation.
All is computed with 200 bits. The bound written above each is the greatest error at 2000 points,
with the coefficients rounded to double and the arithmetic exact, relative to the function that it
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
FITS = 12
mpmath.mp.prec = 200

PREAMBLE = """\
/* Written by tools/generate_polynomials.py; edit that. */
#ifndef RELU_UFUNC_POLYNOMIALS_H
#define RELU_UFUNC_POLYNOMIALS_H

#include "double_double.h"
#include "inlining.h"
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
    #: Exact coefficients below those of the function, which is of the rest.
    first: tuple[float, ...] = ()
    #: Fitted for level errors of what it serves, each coefficient to the rounding of those below.
    levelled: bool = False
    #: How it is evaluated: a key of ESTRIN, or in order, contracted as the caller says.
    arithmetic: str = ""

    def text(self) -> str:
        highest_first = (
            self._fit()
            if self.levelled
            else mpmath.chebyfit(self.function, [self.low, self.high], self.terms)
        )
        rounded = [float(c) for c in reversed(highest_first)]
        kept = [mpf(c) for c in rounded]
        worst = max(
            abs((_at(kept, u) - self.function(u)) * self.weight(u))
            for u in mpmath.linspace(self.low, self.high, SAMPLES)
        )
        bound = float(mpmath.ceil(mpmath.log(worst, 2) * 10) / 10)
        lines = [f"\n/* {self.says}\n   The error is below 2^{bound:.1f}. */"]
        terms = [*self.first, *rounded]
        if self.arithmetic in ESTRIN:
            return "\n".join(lines + _estrin(self.name, terms, *ESTRIN[self.arithmetic]))
        return "\n".join(lines + _horner(self.name, terms))

    def _fit(self) -> list[Any]:
        """The coefficients, highest first."""
        nodes = _nodes(self.low, self.high, 10 * self.terms)
        values, served = [self.function(u) for u in nodes], [self.weight(u) for u in nodes]
        weights = [mpf(1)] * len(nodes)

        def fitted(known: list[Any]) -> list[Any]:
            scales = [mpmath.sqrt(w) * s for w, s in zip(weights, served, strict=True)]
            powers = range(len(known), self.terms)
            rows = [
                [s * (u / self.high) ** k for k in powers]
                for s, u in zip(scales, nodes, strict=True)
            ]
            right = [s * (v - _at(known, u)) for s, u, v in zip(scales, nodes, values, strict=True)]
            solution = mpmath.qr_solve(mpmath.matrix(rows), mpmath.matrix(right))[0]
            return known + [c / self.high**k for k, c in zip(powers, solution, strict=True)]

        for _ in range(FITS):
            found = fitted([])
            errors = [
                abs((_at(found, u) - v) * s) for u, v, s in zip(nodes, values, served, strict=True)
            ]
            weights = _levelling(weights, errors)
        for k in range(self.terms - 1):
            found = fitted([mpf(float(c)) for c in found[: k + 1]])[: self.terms]
        return found[::-1]


@dataclass(frozen=True)
class Quotient:
    name: str
    says: str
    function: Callable[[Any], Any]
    low: Any
    high: Any
    #: The degrees of the numerator and the denominator, whose lowest coefficient is 1.
    degrees: tuple[int, int]
    #: From the relative error of the quotient at a point to the error of what it serves.
    weight: Callable[[Any], Any]
    #: With adapted coefficients, and so less a factor; the degrees are 6 and 7.
    adapted: bool = False

    def text(self) -> str:
        numerator, denominator = self._fit()
        at, written = _at, _horner
        factor = 1.0
        if self.adapted:
            factor = float(numerator[-1] / denominator[-1])
            numerator, denominator = _adapted(numerator), _adapted(denominator)
            at, written = _adapted_at, _adapted_text
        numerator, denominator = ([float(c) for c in part] for part in (numerator, denominator))

        def error(u: Any) -> Any:
            quotient = factor * at(numerator, u) / at(denominator, u)
            return abs(quotient / self.function(u) - 1) * self.weight(u)

        worst = max(error(u) for u in mpmath.linspace(self.low, self.high, SAMPLES))
        bound = float(mpmath.ceil(mpmath.log(worst, 2) * 10) / 10)
        lines = [f"\n/* {self.says}\n   The error is below 2^{bound:.1f}. */"]
        for part, coefficients in (("numerator", numerator), ("denominator", denominator)):
            lines += written(f"{self.name}_{part}", coefficients)
        if self.adapted:
            lines.append(f"#define {self.name.upper()}_FACTOR {factor.hex()}")
        return "\n".join(lines)

    def _fit(self) -> tuple[list[Any], list[Any]]:
        """Minimises the errors of numerator - function * denominator over what the denominator
        was, weighted by what the errors were, at the nodes of Chebyshev."""
        above, below = self.degrees
        count = 10 * (above + below + 1)
        nodes = _nodes(self.low, self.high, count)
        values = [self.function(u) for u in nodes]
        weights, denominators = [mpf(1)] * count, [mpf(1)] * count
        best: tuple[Any, list[Any], list[Any]] | None = None
        for _ in range(FITS):
            scales = [
                mpmath.sqrt(w) / (v * d)
                for w, v, d in zip(weights, values, denominators, strict=True)
            ]
            rows = [
                [s * (u / self.high) ** k for k in range(above + 1)]
                + [-s * v * (u / self.high) ** k for k in range(1, below + 1)]
                for s, u, v in zip(scales, nodes, values, strict=True)
            ]
            right = [s * v for s, v in zip(scales, values, strict=True)]
            solution = mpmath.qr_solve(mpmath.matrix(rows), mpmath.matrix(right))[0]
            scaled = list(solution)
            numerator = [c / self.high**k for k, c in enumerate(scaled[: above + 1])]
            denominator = [c / self.high**k for k, c in enumerate([mpf(1), *scaled[above + 1 :]])]
            denominators = [_at(denominator, u) for u in nodes]
            errors = [
                abs(_at(numerator, u) / d / v - 1)
                for u, d, v in zip(nodes, denominators, values, strict=True)
            ]
            if best is None or max(errors) < best[0]:
                best = (max(errors), numerator, denominator)
            weights = _levelling(weights, errors)
        assert best is not None
        return best[1:]


def _nodes(low: Any, high: Any, count: int) -> list[Any]:
    """Those of Chebyshev."""
    middle, half = (high + low) / 2, (high - low) / 2
    return [middle - half * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count)) for k in range(count)]


def _levelling(weights: list[Any], errors: list[Any]) -> list[Any]:
    """What weighs more where the errors are great."""
    mean = mpmath.fsum(errors) / len(errors)
    return [w * (e / mean + mpf(1) / 50) for w, e in zip(weights, errors, strict=True)]


def _at(coefficients: list[Any], u: Any) -> Any:
    return mpmath.polyval(coefficients[::-1], u) if coefficients else mpf(0)


def _horner(name: str, lowest_first: list[float]) -> list[str]:
    *rest, first = lowest_first
    return [
        f"static inline double {name}(enum contraction how, double u)\n{{",
        f"    double p = {first.hex()};",
        *(f"    p = multiply_add(how, p, u, {c.hex()});" for c in reversed(rest)),
        "    return p;\n}",
    ]


def _adapted(lowest_first: list[Any]) -> list[Any]:
    """A polynomial of degree 6 over its leading coefficient, as _adapted_at has it: D. E. Knuth,
    The Art of Computer Programming, vol. 2, 4.6.4; and one of degree 7 less its last term, over u,
    with that term behind."""
    b = [c / lowest_first[-1] for c in lowest_first]
    if len(b) == 8:
        return [*_adapted(b[1:]), b[0]]
    a = (b[5] - 1) / 2

    def of(middle: Any) -> tuple[Any, Any, Any, Any]:
        first = b[4] - a * (a + 1) - 2 * middle
        total = b[3] - a * (middle + first) - middle * (a + 1)
        last = b[2] - middle * (middle + first) - a * total
        rest = total - last
        return first, last, rest, middle * rest + last * (middle + first) - b[1]

    points = [mpf(k) for k in range(4)]
    powers = mpmath.matrix([[p**k for k in (3, 2, 1, 0)] for p in points])
    cubic = mpmath.lu_solve(powers, mpmath.matrix([of(p)[-1] for p in points]))
    roots = mpmath.polyroots(list(cubic), maxsteps=200, extraprec=200)
    middle = mpmath.re(min(roots, key=lambda root: abs(mpmath.im(root))))
    first, last, rest, _ = of(middle)
    second = a - first
    constant = middle - first * second
    return [
        first,
        constant,
        second,
        last - constant * second,
        rest - last - constant,
        b[0] - last * rest,
    ]


def _adapted_at(coefficients: list[Any], u: Any) -> Any:
    a, b, c, d, e, f, *last = coefficients
    z = (u + a) * u + b
    w = (u + c) * z + d
    p = (w + z + e) * w + f
    return p * u + last[0] if last else p


def _adapted_text(name: str, lowest_first: list[float]) -> list[str]:
    a, b, c, d, e, f, *last = (c.hex() for c in lowest_first)
    lines = [
        f"static inline double {name}(enum contraction how, double u)\n{{",
        f"    const double z = multiply_add(how, u + {a}, u, {b});",
        f"    const double w = multiply_add(how, u + {c}, z, {d});",
        f"    const double p = multiply_add(how, w + z + {e}, w, {f});",
        f"    return {f'multiply_add(how, p, u, {last[0]})' if last else 'p'};\n}}",
    ]
    return [line.replace("+ -", "- ") for line in lines]


ESTRIN = {
    "estrin": (1, False),
    "estrin, last in order": (3, False),
    "estrin, by parity": (1, True),
}
"""In double by G. Estrin's scheme, until so many terms are left, which are summed in order. A
vectorised loop waits for its longest chain of operations, and not for their number. By parity,
terms two apart are summed first: that is more exact where these cancel, and neighbours do not."""


def _estrin(name: str, lowest_first: list[float], left: int, by_parity: bool) -> list[str]:
    terms = [c.hex() for c in lowest_first]
    powers = ["u", "u2", "u4", "u8", "u16", "u32", "u64"]
    if by_parity:
        whole = len(terms) // 4 * 4
        fours = [terms[k : k + 4] for k in range(0, whole, 4)]
        terms = [*(four[k] for four in fours for k in (0, 2, 1, 3)), *terms[whole:]]
        powers[:2] = ["u2", "u"]
    lines: list[str] = []
    for level, power in zip("abcdefg", powers, strict=True):
        if len(terms) == 1:
            break
        if power != "u":
            half = "u" if power == "u2" else f"u{int(power[1:]) // 2}"
            lines.append(f"    const double {power} = {half} * {half};")
        if len(terms) <= left:
            break
        sums = [f"{level}{k}" for k in range(len(terms) // 2)]
        lines += [
            f"    const double {sum_} = {power} * {terms[2 * k + 1]} + {terms[2 * k]};"
            for k, sum_ in enumerate(sums)
        ]
        terms = [*sums, *terms[2 * len(sums) :]]
    *rest, value = terms
    for term in reversed(rest):
        value = f"{power} * {value if value.isalnum() else f'({value})'} + {term}"
    lines = [line.replace("+ -", "- ") for line in lines]
    return [f"static ALWAYS_INLINE double {name}(double u)\n{{", *lines, f"    return {value};\n}}"]


def exponential(r: Any) -> Any:
    if abs(r) < mpf(2) ** -20:
        return mpmath.fsum(r**k / mpmath.factorial(k + 3) for k in range(10))
    return (mpmath.expm1(r) - r - r * r / 2) / r**3


def expm1(r: Any) -> Any:
    return mpf(1) / 2 + r * exponential(r)


def half_tangent(z: Any) -> Any:
    if z < mpf(2) ** -60:
        return mpf(1) / 2 - z / 24
    r = mpmath.sqrt(z)
    return mpmath.tanh(r / 2) / r


def quarter_tangent(z: Any) -> Any:
    return half_tangent(z / 4) / 2


def mills(t: Any) -> Any:
    return mpmath.erfc(t / mpmath.sqrt(2)) * mpmath.exp(t * t / 2) / 2


def logarithm(z: Any) -> Any:
    if abs(z) < mpf(2) ** -20:
        return mpmath.fsum(2 * z**k / (2 * k + 3) for k in range(10))
    s = mpmath.sqrt(z)
    return 2 * (mpmath.atanh(s) - s) / s**3


def rest_of_atanh(z: Any) -> Any:
    """(2 atanh(v/2) / v - 1) / v^2 of z = v^2"""
    return logarithm(z / 4) / 8


def tail(centre: Any) -> Callable[[Any], Any]:
    def of(y: Any) -> Any:
        t = centre * (1 + y) / (1 - y)
        return (t + centre) * mpmath.erfc(t / mpmath.sqrt(2)) * mpmath.exp(t * t / 2) / 2

    return of


gelu_tail = tail(mpf(29) / 16)


def beside_line(constant: float) -> Callable[[Any], Any]:
    """What the tail has beside a line, for which plain doubles will do."""
    return lambda y: gelu_tail(y) - constant + (1 + y) / 4


# Beside the root of gelu', which has y = -0.41365: there the tail is the line, so exactly that
# the constant needs no second double.
gelu_root, gelu_root_line = float.fromhex("-0x1.a8e08p-2"), float.fromhex("0x1.d4d56bc9e01d5p-1")

half_ln2 = mpmath.log(2) / 2 * (1 + mpf(2) ** -20)
# log1p(f) = 2 atanh(s), s = f / (2 + f), for |log1p(f)| <= log(2)/2.
short_s = (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1) * (1 + mpf(2) ** -20)

POLYNOMIALS: list[Polynomial | Quotient] = [
    Polynomial(
        name="exp_polynomial",
        says="(exp(r) - 1 - r) / r^2, |r| <= log(2)/2, for exp.",
        function=exponential,
        low=-half_ln2,
        high=half_ln2,
        first=(0.5,),
        terms=9,
        weight=lambda r: r**3 / mpmath.exp(r),
        levelled=True,
        arithmetic="estrin, last in order",
    ),
    # Relative to exp(r), elu would err by 0.1 ulp more.
    Polynomial(
        name="long_expm1_polynomial",
        says="(exp(r) - 1 - r - r^2/2) / r^3, |r| <= log(2)/2, for e^x - 1.",
        function=exponential,
        low=-half_ln2,
        high=half_ln2,
        terms=10,
        weight=lambda r: r**3 / mpmath.expm1(r) if r else mpf(0),
        levelled=True,
        arithmetic="estrin, last in order",
    ),
    Polynomial(
        name="atanh_polynomial",
        says="(2 atanh(v/2) / v - 1) / v^2 in z = v^2, |v| <= 2/3, for log1p.",
        function=rest_of_atanh,
        low=mpf(0),
        high=mpf(4) / 9,
        terms=11,
        weight=lambda z: z,
        arithmetic="estrin",
    ),
    Polynomial(
        name="short_logarithm_polynomial",
        says="(2 atanh(s) - 2 s) / s^3 in z = s^2, |s| <= (sqrt(2) - 1) / (sqrt(2) + 1),\n"
        "   for log1p.",
        function=logarithm,
        low=mpf(0),
        high=short_s**2,
        terms=7,
        weight=lambda z: z / 2,
    ),
    # Up to 0.364 because then no result of elu or selu is rounded wrongly.
    Polynomial(
        name="expm1_polynomial",
        says="(exp(r) - 1 - r) / r^2, |r| <= 0.364, for e^x - 1.",
        function=expm1,
        low=mpf("-0.364"),
        high=mpf("0.364"),
        terms=9,
        weight=lambda r: r**2 / mpmath.expm1(r),
    ),
    Quotient(
        name="half_tangent",
        says="tanh(r/2) / r in z = r^2, |r| <= log(2)/2, for exp.",
        function=half_tangent,
        low=mpf(0),
        high=half_ln2**2,
        degrees=(2, 2),
        weight=mpmath.sqrt,
    ),
    Quotient(
        name="quarter_tangent",
        says="tanh(r/4) / r in z = r^2, |r| <= log(2), for exp(-r/2).",
        function=quarter_tangent,
        low=mpf(0),
        high=(2 * half_ln2) ** 2,
        degrees=(2, 2),
        weight=lambda z: mpmath.sqrt(z) / 2,
    ),
    Quotient(
        name="fast_half_tangent",
        says="tanh(r/2) / r, |r| <= log(2)/2, with the digits that a fast path for float32 needs.",
        function=half_tangent,
        low=mpf(0),
        high=half_ln2**2,
        degrees=(1, 2),
        weight=mpmath.sqrt,
    ),
    Quotient(
        name="fast_quarter_tangent",
        says="tanh(r/4) / r, |r| <= log(2), likewise.",
        function=quarter_tangent,
        low=mpf(0),
        high=(2 * half_ln2) ** 2,
        degrees=(1, 2),
        weight=lambda z: mpmath.sqrt(z) / 2,
    ),
    Quotient(
        name="mills",
        says="Phi(-t) exp(t^2/2), 0 <= t <= 20: but for a factor the ratio of J. P. Mills,\n"
        "   Biometrika 18, 1926.",
        function=mills,
        low=mpf(0),
        high=mpf(20),
        degrees=(9, 10),
        weight=lambda t: 1,
    ),
    Quotient(
        name="short_mills",
        says="The same with fewer digits, 0 <= t <= 14.5.",
        function=mills,
        low=mpf(0),
        high=mpf(29) / 2,
        degrees=(8, 9),
        weight=lambda t: 1,
    ),
    Quotient(
        name="fast_mills",
        says="The same with the digits that a fast path for float32 needs, 0 <= t <= 12.5, less a\n"
        "   factor; with adapted coefficients: sums run beside products, of which there are fewer.",
        function=mills,
        low=mpf(0),
        high=mpf(25) / 2,
        degrees=(6, 7),
        weight=lambda t: 1,
        adapted=True,
    ),
    Polynomial(
        name="gelu_polynomial",
        says="Phi(-t) exp(t^2/2) (t + 29/16) - 0.8984375 + (1 + y)/4\n"
        "   in y = (t - 29/16) / (t + 29/16), 0 <= t <= 39, relative to the product.",
        function=beside_line(0.8984375),
        low=mpf(-1),
        high=mpf(39 - 1.8125) / mpf(39 + 1.8125),
        terms=31,
        weight=lambda y: 1 / gelu_tail(y),
        levelled=True,
        arithmetic="estrin",
    ),
    Polynomial(
        name="gelu_slope_polynomial",
        says=f"(Phi(-t) exp(t^2/2) (t + 29/16) - {gelu_root_line} + (1 + y)/4)\n"
        f"   / (y + {-gelu_root}), for the derivative, 0 <= t <= 54.25.",
        function=lambda y: beside_line(gelu_root_line)(y) / (y - gelu_root),
        low=mpf(-1),
        high=mpf(54.25 - 1.8125) / mpf(54.25 + 1.8125),
        terms=33,
        weight=lambda y: (y - gelu_root) / gelu_tail(y),
        arithmetic="estrin, by parity",
    ),
]


def main() -> None:
    texts = "\n".join(polynomial.text() for polynomial in POLYNOMIALS)
    HEADER.write_text(f"{PREAMBLE}{texts}\n\n#endif\n", encoding="utf-8")


if __name__ == "__main__":
    main()
