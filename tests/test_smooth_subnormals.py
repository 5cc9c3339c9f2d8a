"""Halves of odd subnormal numbers are midpoints of two floats; what follows decides."""

import numpy as np
import pytest

from tests.bits import Array
from tests.cases import UFUNCS, each_isa

SIGN = np.uint32(1 << 31)


def halves_of_odd(ufunc: np.ufunc, *parameters: np.float32) -> tuple[Array, Array, Array]:
    """Odd bits of subnormal numbers, and those of the results for them, of both signs."""
    odd = np.arange(1, 1 << 24, 2 * 61, dtype=np.uint32)
    results = (ufunc(x.view(np.float32), *parameters) for x in (odd, odd | SIGN))
    return odd, *(result.view(np.uint32) for result in results)


@each_isa
@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "hard_swish"])
def test_a_half_is_rounded_by_the_square_that_follows_it(name: str, isa: str) -> None:
    """The series at 0 is x/2 + c x^2, with c > 0: above the midpoint for either sign of x."""
    odd, above, below = halves_of_odd(UFUNCS[isa][name])
    np.testing.assert_array_equal(above, (odd + 1) // 2)
    np.testing.assert_array_equal(below, (odd - 1) // 2 | SIGN)


@each_isa
@pytest.mark.parametrize("beta", [1, 1.702, 1e-45, -1e-45, -1, 0])
def test_the_sign_of_beta_decides_how_a_half_is_rounded(beta: float, isa: str) -> None:
    """The series of swish at 0 is x/2 + beta x^2 / 4; x/2 alone is rounded to even."""
    odd, positive, negative = halves_of_odd(UFUNCS[isa]["swish"], np.float32(beta))
    greater, less = (odd + 1) // 2, (odd - 1) // 2
    even = np.where(greater % 2 == 0, greater, less)
    np.testing.assert_array_equal(positive, greater if beta > 0 else less if beta else even)
    np.testing.assert_array_equal(negative ^ SIGN, less if beta > 0 else greater if beta else even)
