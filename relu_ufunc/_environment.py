"""Settings that are read from the environment at import.

A variable that is empty counts as one that is not set.
"""

import os
from collections.abc import Sequence

# Python refuses to convert numbers of several thousand digits, or of 641 if so configured.
_MOST_DIGITS = 100


def value(variable: str) -> str | None:
    """Return what a variable holds, or None if it is not set."""
    return os.environ.get(variable) or None


def whole_number(variable: str, least: int, most: int | None = None) -> int | None:
    """Return the whole number that a variable holds, or None if it is not set."""
    text = value(variable)
    if text is None:
        return None
    if len(text) > _MOST_DIGITS:
        raise ImportError(
            f"{variable} is not a whole number of at most {_MOST_DIGITS} digits: "
            f"it has {len(text)} characters"
        )
    is_number = text.isascii() and text.isdigit()
    if not is_number or int(text) < least or (most is not None and int(text) > most):
        limits = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ImportError(f"{variable}={text!r} is not a whole number {limits}")
    return int(text)


def choice(variable: str, choices: Sequence[str]) -> str | None:
    """Return the choice that a variable holds, or None if it is not set."""
    text = value(variable)
    if text is not None and text not in choices:
        raise ImportError(f"{variable}={text!r} is not one of {', '.join(choices)}")
    return text
