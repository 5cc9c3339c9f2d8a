"""Packages that may be installed or not."""

from typing import Any

import pytest


def installed(name: str) -> Any:
    """The module, or else the test is skipped and says what is missing."""
    return pytest.importorskip(name, reason=f"the extra `interop` is not installed: no {name}")
