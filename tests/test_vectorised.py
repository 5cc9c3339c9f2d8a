"""The compiler vectorises the loops of every row, dtype and instruction set that mean to be.

It reads the objects of the build, so a wheel that was built elsewhere is skipped.
"""

from collections import Counter
from pathlib import Path

import pytest

from relu_ufunc import _core
from relu_ufunc._operations import OPERATIONS
from tests.kernels import needs_objdump
from tests.test_dispatch import on_x86_64
from tests.test_tools import vectorised

OBJECTS = vectorised.objects(Path(_core.__file__).resolve().parents[1])

pytestmark = [
    needs_objdump,
    on_x86_64,
    pytest.mark.skipif(not OBJECTS, reason="needs the build directory, of an editable install"),
]


def test_every_kernel_is_vectorised_or_named_as_scalar() -> None:
    kernels = [kernel for path in OBJECTS for kernel in vectorised.kernels(path)]
    every_row = Counter({f"{one.name}_contiguous": len(one.type_characters) for one in OPERATIONS})
    for isa, _, _ in _core.isa_rows():
        names = [kernel.name for kernel in kernels if kernel.isa == isa.replace("-", "_")]
        assert Counter(name for name in names if name.endswith("_contiguous")) >= every_row
    scalar = [kernel for kernel in kernels if kernel.is_scalar]
    assert [kernel[:3] for kernel in scalar if not kernel.means_to_be_scalar] == []
