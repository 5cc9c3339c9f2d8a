"""The rectifier (ReLU) and its family as true NumPy ufuncs, at the speed of memory."""

import sys as _sys

# pip and the build check this too, but neither runs if someone puts the files on the path by hand.
if _sys.version_info < (3, 11):  # noqa: UP036
    raise ImportError(
        "relu_ufunc needs Python 3.11 or newer, not {}.{}".format(*_sys.version_info[:2])
    )

try:
    import relu_ufunc._core as _core
except ModuleNotFoundError as error:
    if error.name != "relu_ufunc._core":
        raise
    raise ImportError(
        f"{__path__[0]} holds relu_ufunc's sources without the compiled extension. "
        "Start Python in another folder to use the installed package, or build it here: "
        "python -m pip install ."
    ) from None

from relu_ufunc._config import get_include, show_config
from relu_ufunc._dispatch import available_isas, isa
from relu_ufunc._threads import get_num_threads, set_num_threads
from relu_ufunc._ufuncs import make_ufuncs as _make_ufuncs

__version__: str = _core.VERSION

_ufunc_by_name = _make_ufuncs(isa())
globals().update(_ufunc_by_name)

# What import_relu_ufunc() of the C header fetches.
_C_API = _core.c_api(isa())

__all__ = [
    "available_isas",
    "compiled",
    "diagnostics",
    "get_include",
    "get_num_threads",
    "interop",
    "isa",
    "set_num_threads",
    "show_config",
    *_ufunc_by_name,
]


def __getattr__(name: str) -> object:
    # These modules are imported on first use, so that importing the package stays fast.
    if name in ("compiled", "diagnostics", "interop"):
        import importlib

        return importlib.import_module(f"relu_ufunc.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
