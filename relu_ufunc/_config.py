"""What this build is and what it found on this machine."""

import os
import sys

import numpy as np

from relu_ufunc import _caches, _core, _store_modes
from relu_ufunc._dispatch import available_isas, isa


def _configuration() -> dict[str, str]:
    import platform

    streams_from = _core.stream_bytes()
    return {
        "relu_ufunc": _core.VERSION,
        "NumPy": f"{np.__version__} (built against {_core.BUILT_AGAINST_NUMPY})",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "compiler": _core.COMPILER,
        "compiler flags": _core.COMPILER_FLAGS,
        "instruction set": isa(),
        "can run here": ", ".join(available_isas()),
        "in this build": ", ".join(name for name, _, _ in _core.isa_rows()),
        "caches seen": ", ".join(
            f"L{level} {_size(size)}" for level, size in sorted(_caches.SIZES.items())
        ),
        "streams from": "never" if streams_from == sys.maxsize else _size(streams_from),
        "store mode": _core.forced_store_mode() or _store_modes.MEASURED,
        "threads": f"{_core.thread_count()} ({_core.usable_thread_count()} at a time here)",
        "workers spin for": f"{_core.spin_microseconds()} microseconds",
        "tables of results": _tables(),
    } | _store_modes.measurements()


def _tables() -> str:
    """Return which tables there are, and the memory that they take."""
    ml_dtypes_names = {character: name for name, character in _core.ML_DTYPES.items()}
    names, total = [], 0
    for function, character, count, size in _core.tables(isa()):
        dtype = ml_dtypes_names.get(character) or np.dtype(character).name
        names.append(f"{function} {dtype}" + (f" (for {count} parameters)" if count > 1 else ""))
        total += count * size
    return f"{', '.join(names)}: {_size(total)}" if names else "none yet"


def _size(size: int) -> str:
    for unit, factor in {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10}.items():
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} bytes"


def show_config() -> None:
    """Print the version, the build and what it found on this machine.

    See Also
    --------
    numpy.show_config : The same for NumPy.

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.show_config()  # doctest: +ELLIPSIS
    relu_ufunc...
    """
    configuration = _configuration()
    width = max(map(len, configuration))
    for name, value in configuration.items():
        print(f"{name:<{width}}  {value}")


def get_include() -> str:
    """Return the folder of the C header, ``relu_ufunc.h``.

    See Also
    --------
    numpy.get_include : The folder of NumPy's headers.

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.get_include()
    '...include'
    """
    # Not beside this file: half of the header is made when the extension is built.
    return os.path.join(os.path.dirname(_core.__file__), "include")
