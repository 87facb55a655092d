"""The processes of this test: what it started and what is still there."""

from __future__ import annotations

from pathlib import Path


def children() -> frozenset[int]:
    """The living child processes of this one; those that ended and wait to be collected count too."""
    found = (path.read_text("ascii").split() for path in Path("/proc/self/task").glob("*/children"))
    return frozenset(int(pid) for pids in found for pid in pids)


def alive(pid: int) -> bool:
    """Whether that process has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
