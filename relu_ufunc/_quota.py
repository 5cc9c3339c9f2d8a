"""How many processors' worth of time Linux's control groups let the process use."""

import os
from contextlib import suppress
from time import monotonic

from relu_ufunc import _core

QUOTA_KNOWN_SECONDS = 1

# When it was read and what it was, in one object, so that no thread sees half of a change.
_latest = (float("-inf"), 0)


def recent_quota() -> int:
    """Return what `processor_quota` returned not more than a second ago."""
    global _latest
    now, (read_at, quota) = monotonic(), _latest
    if now - read_at >= QUOTA_KNOWN_SECONDS:
        quota = processor_quota()
        _latest = (now, quota)
    return quota


# Paths are strings: importing pathlib takes longer than importing all of this package.
def processor_quota(root: "str | os.PathLike[str]" = "", unlimited: int = 1 << 20) -> int:
    """Return the smallest quota of the process's groups and their parents, in whole processors."""
    try:
        groups = _read(f"{root}/proc/self/cgroup").splitlines()
    except (OSError, UnicodeError):
        return unlimited
    path_of = {
        controllers: path for _, controllers, path in (each.split(":", 2) for each in groups)
    }
    # A tree of version 1 has the controller of processors, or else the only one of version 2.
    controllers = next((each for each in path_of if "cpu" in each.split(",")), "")
    quota_of = _quota_of_version_1 if controllers else _quota_of_version_2
    mounts = dict.fromkeys((controllers, "cpu")) if controllers else ("", "unified")
    # In a container the path may be the host's although the top is the container's own.
    names = [name for name in path_of.get(controllers, "").split("/") if name]
    quotas = [float(unlimited)]
    for mount in mounts:
        for depth in range(len(names) + 1):
            group = "/".join([f"{root}/sys/fs/cgroup", mount, *names[:depth]])
            with suppress(OSError, ValueError, ZeroDivisionError):
                quotas.append(quota_of(group) or unlimited)
    return max(1, int(min(quotas)))


def _quota_of_version_2(group: str) -> float | None:
    quota, period = _read(f"{group}/cpu.max").split()
    return None if quota == "max" else int(quota) / int(period)


def _quota_of_version_1(group: str) -> float | None:
    quota = int(_read(f"{group}/cpu.cfs_quota_us"))
    return None if quota <= 0 else quota / int(_read(f"{group}/cpu.cfs_period_us"))


def _read(path: str) -> str:
    return _core.read_short_file(os.fsencode(path)).decode()
