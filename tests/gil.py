"""Whether Python has a global interpreter lock, which CPython can do without from 3.13 on."""

import sys

HAS_GIL: bool = getattr(sys, "_is_gil_enabled", lambda: True)()
