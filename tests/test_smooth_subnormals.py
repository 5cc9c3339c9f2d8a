"""Halves of odd subnormal numbers are midpoints of two floats; what follows decides."""

import numpy as np
import pytest

from tests.cases import UFUNCS, each_isa

SIGN = np.uint32(1 << 31)


@each_isa
@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "hard_swish"])
def test_a_half_is_rounded_by_the_square_that_follows_it(name: str, isa: str) -> None:
    """The series at 0 is x/2 + c x^2, with c > 0: above the midpoint for either sign of x."""
    odd = np.arange(1, 1 << 24, 2 * 61, dtype=np.uint32)
    ufunc = UFUNCS[isa][name]
    above = ufunc(odd.view(np.float32)).view(np.uint32)
    np.testing.assert_array_equal(above, (odd + 1) // 2)
    below = ufunc((odd | SIGN).view(np.float32)).view(np.uint32)
    np.testing.assert_array_equal(below, (odd - 1) // 2 | SIGN)
