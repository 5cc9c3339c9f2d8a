"""Access to the thread's floating-point environment through the C library's fenv.h."""

import ctypes
import gc
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

_MXCSR_FTZ_DAZ = 0x8040
_FPCR_FZ_FZ16 = 1 << 24 | 1 << 19
_ALL_EXCEPT = {"x86_64": 0x3D, "aarch64": 0x1F}

_is_glibc = sys.platform == "linux" and platform.libc_ver()[0] == "glibc"
_machine = platform.machine() if _is_glibc else ""
needs_fenv = pytest.mark.skipif(
    _machine not in _ALL_EXCEPT,
    reason="knows the layout of fenv_t only in glibc on x86-64 and aarch64",
)
_libm = ctypes.CDLL("libm.so.6") if _machine in _ALL_EXCEPT else None


def _c(name: str) -> Callable[..., int]:
    assert _libm is not None
    function: Callable[..., int] = getattr(_libm, name)
    return function


@contextmanager
def flush_to_zero() -> Iterator[None]:
    """Read and write subnormals as zero, the mode in which some libraries leave a thread."""
    size = 32 if _machine == "x86_64" else 8
    before, changed = ctypes.create_string_buffer(size), ctypes.create_string_buffer(size)
    assert _c("fegetenv")(before) == 0
    ctypes.memmove(changed, before, size)
    offset, bits = (28, _MXCSR_FTZ_DAZ) if _machine == "x86_64" else (0, _FPCR_FZ_FZ16)
    control = ctypes.c_uint32.from_buffer(changed, offset)
    control.value |= bits
    assert _c("fesetenv")(changed) == 0
    try:
        yield
    finally:
        assert _c("fesetenv")(before) == 0


def rounding() -> int:
    return _c("fegetround")()


def flushes_to_zero() -> bool:
    size = 32 if _machine == "x86_64" else 8
    now = ctypes.create_string_buffer(size)
    assert _c("fegetenv")(now) == 0
    offset, bits = (28, _MXCSR_FTZ_DAZ) if _machine == "x86_64" else (0, _FPCR_FZ_FZ16)
    return ctypes.c_uint32.from_buffer(now, offset).value & bits == bits


@contextmanager
def no_flag_raised() -> Iterator[None]:
    """Assert that the block leaves no flag set.

    The garbage collector has to wait: Hypothesis measures how long it takes, in floats.
    """
    flags, was_enabled = _ALL_EXCEPT[_machine], gc.isenabled()
    gc.disable()
    try:
        assert _c("feclearexcept")(flags) == 0
        yield
        raised = _c("fetestexcept")(flags)
    finally:
        if was_enabled:
            gc.enable()
    assert raised == 0, hex(raised)


@contextmanager
def rounding_upward() -> Iterator[None]:
    upward = {"x86_64": 0x800, "aarch64": 0x400000}[_machine]
    assert _c("fesetround")(upward) == 0
    try:
        yield
    finally:
        assert _c("fesetround")(0) == 0
