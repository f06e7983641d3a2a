"""How many cores this process may keep busy."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_PROCESS = Path("/proc/self")
_CGROUPS = Path("/sys/fs/cgroup")


def available_cores(process: Path = _PROCESS, cgroups: Path = _CGROUPS) -> int:
    """The cores that the process may run on, or fewer where a CPU quota allows less; at least 1.

    A quota (`docker run --cpus`, a Kubernetes limit, systemd's `CPUQuota`) counts rounded up: with one of 1.5 cores two
    threads have work to do. `process` is the folder of the process in procfs, `cgroups` where control groups are
    mounted; what of them is missing bounds nothing.
    """
    return max(1, min([_by_affinity(), *_quotas(process, cgroups)]))


def _by_affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(process: Path, cgroups: Path) -> Iterator[int]:
    """In whole cores, of the process's control group and of all above it: the smallest one holds (cgroups(7))."""
    for line in _text(process / "cgroup").splitlines():
        hierarchy, controllers, path = [*line.split(":", 2), "", ""][:3]
        if hierarchy == "0" and not controllers:
            for folder in _upwards(cgroups, path):
                yield from _cores(_text(folder / "cpu.max"))
        elif "cpu" in controllers.split(","):
            # Where it is mounted together with other controllers, there is a link for each.
            for folder in _upwards(cgroups / "cpu", path):
                yield from _cores(f"{_text(folder / 'cpu.cfs_quota_us')} {_text(folder / 'cpu.cfs_period_us')}")


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """The folder of a control group, then those above it.

    In a container without a namespace for control groups `path` is the host's, and not to be found below `root`: what
    is mounted there is the container's own group, and ends the way up.
    """
    inside = PurePosixPath(path.lstrip("/"))
    if ".." not in inside.parts:  # else it is outside of the namespace
        yield from (root / step for step in (inside, *inside.parents) if step.parts)
    yield root


def _cores(quota_and_period: str) -> Iterator[int]:
    """Of a quota and its period, both in microseconds; none where there is no quota (`max`, -1)."""
    if found := re.match(r"([0-9]{1,18})\s+([1-9][0-9]{0,17})\b", quota_and_period):
        quota, period = int(found[1]), int(found[2])
        yield -(-quota // period)


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeError):
        return ""
