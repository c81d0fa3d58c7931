"""What this machine lets the engine have: how many processors, and of what kind. Reads files of the system."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path

MOST = 8
"""More threads than this do not make a small model faster."""

ROOT = Path("/")


def threads(root: Path = ROOT) -> int:
    """How many threads to compute with: the processors this process may use, by affinity and by its group's quota.

    Args:
        root: where the system's `proc` and `sys` are.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, MOST, *_quotas(root)))


def _quotas(root: Path) -> list[int]:
    """The processors that each control group around this process grants: containers limit them so.

    Version 2 keeps `quota period` in `cpu.max` (kernel.org, cgroup-v2, CPU interface files), version 1 in two files.
    """
    groups = root / "sys" / "fs" / "cgroup"
    quotas: list[int] = []
    with contextlib.suppress(OSError):
        for line in (root / "proc" / "self" / "cgroup").read_text().splitlines():
            number, controllers, path = line.split(":", 2)
            if number == "0" or "cpu" in controllers.split(","):
                top = groups if number == "0" else groups / controllers
                place = top / path.lstrip("/")
                # A container sees its own group as the top one, whatever the path says.
                quotas += [_quota(folder) for folder in {place, top, *place.parents} if folder.is_relative_to(top)]
    return quotas


def _quota(folder: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        if quota not in {"max", "-1"}:
            return math.ceil(int(quota) / int(period))
    return MOST


def lacks_avx2(root: Path = ROOT) -> bool:
    """Whether the processor is known to lack what llama.cpp was compiled for, which would end the child unexplained."""
    with contextlib.suppress(OSError):
        # Only x86 has a line of flags; where there is no such file, there is nothing to know.
        for line in (root / "proc" / "cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("flags"):
                return "avx2" not in line.split()
    return False
