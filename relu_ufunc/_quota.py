"""How many processors' time the process may use: the quotas of Linux's control groups."""

from pathlib import Path


def processor_quota(root: Path = Path("/"), unlimited: int = 1 << 20) -> int:
    """Return the smallest quota of the process's groups and theirs, in whole processors."""
    try:
        groups = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return unlimited
    quotas = [float(unlimited)]
    for _, controllers, path in (group.split(":", 2) for group in groups):
        # Version 2 has one tree for all controllers, version 1 one for each set of them.
        if controllers and "cpu" not in controllers.split(","):
            continue
        mounts = (controllers, "cpu") if controllers else ("", "unified")
        for mount in mounts:
            top = root / "sys/fs/cgroup" / mount
            group = top / path.lstrip("/")
            # In a container the path may be the host's, the top the container's own.
            while True:
                quotas += _quota(group)
                if group == top or top not in group.parents:
                    break
                group = group.parent
    return max(1, int(min(quotas)))


def _quota(group: Path) -> list[float]:
    """Read one group's quota, if it has one, of version 2 or of version 1."""
    for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            text = " ".join((group / file).read_text(encoding="utf-8") for file in files)
            quota, period = map(int, text.split())
        except (OSError, ValueError):
            continue
        if quota > 0 and period > 0:
            return [quota / period]
    return []
