"""Writes src/kernels/float_pair_tables.h: the exponential of float32 in pairs of floats.

    pip install mpmath
    python tools/generate_float_pairs.py

e^x is a power of 2^(1/32) from a table times e^w, |w| <= log(2) / 64.
"""

import struct
from pathlib import Path
from typing import Any

import mpmath
from mpmath import mpf

HEADER = Path(__file__).parents[1] / "src" / "kernels" / "float_pair_tables.h"
ENTRIES = 32
TERMS = 3
#: Where the exponent begins in the bits of an index that has been added to 1.5 * 2^23.
INDEX_SHIFT = 18
mpmath.mp.prec = 200

TEXT = """\
/* Written by tools/generate_float_pairs.py; edit that. */
#ifndef RELU_UFUNC_FLOAT_PAIR_TABLES_H
#define RELU_UFUNC_FLOAT_PAIR_TABLES_H

#include <stdint.h>

#define STEPS_PER_UNIT {per_unit} /* 32 / log(2) */
#define STEP {step} /* log(2) / 32, and the rest of it */
#define STEP_LOW {step_low}

/* (e^-w - 1 + w) / w^2 */
{coefficients}

/* The bits of 2^(j/32), rounded, less j << 18 */
static const uint32_t POWERS[32] = {{
{powers}
}};

/* log(2^(j/32) / that float) */
static const float POWER_ERRORS[32] = {{
{errors}
}};

#endif
"""


def rounded(x: Any) -> float:
    """To float32."""
    return float(struct.unpack("f", struct.pack("f", float(x)))[0])


def bits(x: float) -> int:
    return int(struct.unpack("I", struct.pack("f", x))[0])


def literal(x: Any) -> str:
    digits, exponent = rounded(x).hex().split("p")
    return f"{digits.rstrip('0').rstrip('.')}p{exponent}f"


def rows(numbers: list[str]) -> str:
    return "\n".join(
        "    " + ", ".join(numbers[i : i + 4]) + "," for i in range(0, len(numbers), 4)
    )


def coefficients(step: Any) -> list[Any]:
    """Interpolated at Chebyshev's points of a range that is a little longer."""
    bound = step / 2 * mpf("1.01")
    points = [bound * mpmath.cospi(mpf(2 * i + 1) / (2 * TERMS)) for i in range(TERMS)]
    values = [(mpmath.exp(-w) - 1 + w) / w**2 if abs(w) > 1e-15 else mpf(1) / 2 for w in points]
    matrix = mpmath.matrix([[w**k for k in range(TERMS)] for w in points])
    return list(mpmath.lu_solve(matrix, mpmath.matrix(values)))


def main() -> None:
    step = mpmath.log(2) / ENTRIES
    powers = [mpf(2) ** (mpf(j) / ENTRIES) for j in range(ENTRIES)]
    words = [bits(rounded(power)) - (j << INDEX_SHIFT) for j, power in enumerate(powers)]
    text = TEXT.format(
        per_unit=literal(1 / step),
        step=literal(step),
        step_low=literal(step - rounded(step)),
        coefficients="\n".join(
            f"#define EXP_{k} {literal(c)}" for k, c in enumerate(coefficients(step))
        ),
        powers=rows([f"0x{word:08X}" for word in words]),
        errors=rows([literal(mpmath.log(power / rounded(power))) for power in powers]),
    )
    HEADER.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
