"""How many processors' worth of time Linux's control groups let the process use."""

import os


# Paths are strings: importing pathlib takes longer than importing all of this package.
def processor_quota(root: "str | os.PathLike[str]" = "", unlimited: int = 1 << 20) -> int:
    """Return the smallest quota of the process's groups and their parents, in whole processors."""
    try:
        groups = _read(f"{root}/proc/self/cgroup").splitlines()
    except (OSError, UnicodeError):
        return unlimited
    quotas = [float(unlimited)]
    for _, controllers, path in (group.split(":", 2) for group in groups):
        # Version 2 has one tree for all controllers, version 1 one for each set of them.
        if controllers and "cpu" not in controllers.split(","):
            continue
        mounts = (controllers, "cpu") if controllers else ("", "unified")
        # In a container the path may be the host's although the top is the container's own.
        names = [name for name in path.split("/") if name]
        for mount in mounts:
            for depth in range(len(names) + 1):
                quotas += _quota("/".join([f"{root}/sys/fs/cgroup", mount, *names[:depth]]))
    return max(1, int(min(quotas)))


def _quota(group: str) -> list[float]:
    """Read the quota of one group of version 2 or 1; return an empty list if it has none."""
    for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            text = " ".join(_read(f"{group}/{file}") for file in files)
            quota, period = map(int, text.split())
        except (OSError, ValueError):
            continue
        if quota > 0 and period > 0:
            return [quota / period]
    return []


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
