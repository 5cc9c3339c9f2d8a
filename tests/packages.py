"""Packages that may or may not be installed."""

from typing import Any

import pytest


def installed(name: str) -> Any:
    """Return the module, or skip the test with a message that says what is missing."""
    return pytest.importorskip(name, reason=f"the extra `interop` is not installed: no {name}")
