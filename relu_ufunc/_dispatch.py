"""Which instruction set the ufuncs of this process use."""

from relu_ufunc import _core
from relu_ufunc._environment import value

ENVIRONMENT_VARIABLE = "RELU_UFUNC_ISA"


def available_isas() -> list[str]:
    """Return the instruction sets that this processor and system can run, best first.

    Returns
    -------
    list of str
        Names such as ``"x86-64-v3"``. The last one is always ``"generic"``, the
        compiler's baseline.

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.available_isas()[-1]
    'generic'
    """
    return [name for name, runs_here, _ in _core.isa_rows() if runs_here]


def _choose() -> str:
    available = available_isas()
    wanted = value(ENVIRONMENT_VARIABLE)
    if wanted is None:
        return available[0]
    if wanted not in available:
        raise ImportError(
            f"{ENVIRONMENT_VARIABLE}={wanted!r} names no instruction set that can run here; "
            f"available: {', '.join(available)}"
        )
    return wanted


_isa = _choose()


def isa() -> str:
    """Return the name of the instruction set in use.

    It is the best of :func:`available_isas`, or the one that the environment variable
    ``RELU_UFUNC_ISA`` named when the package was imported.

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.isa() in relu_ufunc.available_isas()
    True
    """
    return _isa
