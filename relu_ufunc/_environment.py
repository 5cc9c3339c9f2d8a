"""Settings that the environment makes at import."""

import os
import sys


def whole_number(variable: str, least: int, most: int = sys.maxsize) -> int | None:
    """Return the whole number that a variable holds, None where it is not set."""
    text = os.environ.get(variable)
    if text is None:
        return None
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise ImportError(f"{variable}={text!r} is not a whole number of at least {least}")
    return min(value, most)
