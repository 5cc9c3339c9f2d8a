"""Resident memory while nothing runs, and how much it grew. Linux only."""

import ctypes
import gc
import os
import resource
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import relu_ufunc
from relu_ufunc import _core

MB = 1 << 20
# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def give_back_at_once() -> None:
    """Make glibc return freed memory; by default it keeps up to 64 MB for each thread."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            mallopt(parameter, 128 << 10)


def resident() -> float:
    """In MB, without the pages of files, after the allocator has returned what it can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    _, all_pages, of_files = map(int, Path("/proc/self/statm").read_text("ascii").split()[:3])
    return (all_pages - of_files) * resource.getpagesize() / MB


def tables() -> float:
    """Of the tables of results, in MB: they are kept, and made one by one."""
    return (
        sum(
            count * size
            for isa in relu_ufunc.available_isas()
            for *_, count, size in _core.tables(isa)
        )
        / MB
    )


def peak() -> float:
    """In MB, since the process started."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def address_space() -> int:
    """In bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def native_threads() -> int:
    return len(os.listdir("/proc/self/task"))


@dataclass
class Windows:
    """Resident memory at the end of each time window, without the tables of results.

    The first windows are the warm-up.
    """

    seconds: float
    warm_up: float = 0.3
    samples: list[tuple[float, float]] = field(default_factory=list)

    def add(self, at: float) -> float:
        now = resident() - tables()
        self.samples.append((at, now))
        return now

    @property
    def warm(self) -> list[tuple[float, float]]:
        return [(at, mb) for at, mb in self.samples if at >= self.warm_up * self.seconds]

    def slope(self) -> float:
        """In MB per minute, by least squares."""
        at, mb = np.array(self.warm).T
        return float(np.polyfit(at / 60, mb, 1)[0]) if len(at) > 1 else 0.0

    def growth(self) -> float:
        """In MB, from the median of the first third of the warm windows to that of the last."""
        mb = [mb for _, mb in self.warm]
        third = max(1, len(mb) // 3)
        return float(np.median(mb[-third:]) - np.median(mb[:third]))
