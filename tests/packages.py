"""Packages that may or may not be installed, and how this one is."""

from pathlib import Path
from typing import Any

import pytest

import relu_ufunc
from relu_ufunc import _core

PACKAGE = Path(relu_ufunc.__file__).parent
"""The package that is tested: in the sources, or where a wheel was installed."""

IS_EDITABLE = Path(_core.__file__).parent != PACKAGE
"""Whether a finder imports the sources of this package, wherever Python is started."""

PUBLIC_NAMES: list[str] = vars(relu_ufunc)["__all__"]
"""What a star import gives. The stub has no ``__all__``: its public names are the same."""


def installed(name: str, extra: str = "interop") -> Any:
    """Return the module, or skip the test with a message that says what is missing."""
    return pytest.importorskip(name, reason=f"the extra `{extra}` is not installed: no {name}")
