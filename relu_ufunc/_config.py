"""What this build is and what it found on this machine."""

import platform

import numpy as np

from relu_ufunc import _core
from relu_ufunc._dispatch import available_isas, isa


def _configuration() -> dict[str, str]:
    return {
        "relu_ufunc": _core.VERSION,
        "NumPy": f"{np.__version__} (built against {_core.BUILT_AGAINST_NUMPY})",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "compiler": _core.COMPILER,
        "compiler flags": _core.COMPILER_FLAGS,
        "instruction set": isa(),
        "can run here": ", ".join(available_isas()),
        "in this build": ", ".join(name for name, _, _ in _core.isa_rows()),
    }


def show_config() -> None:
    """Print the version, the build and what it found on this machine.

    See Also
    --------
    numpy.show_config : the same for NumPy.

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
