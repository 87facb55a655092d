"""Which resolution is asked for where a scanner does not have the wanted one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_dpi(wanted: int, steps: Iterable[int] = (), span: tuple[int, int] | None = None) -> int:
    """The wanted one, else the next higher, else the highest. 0 where the device has no choice."""
    if span:
        low, high = span
        return min(max(wanted, low), high)
    known = sorted(steps)
    return next((dpi for dpi in known if dpi >= wanted), known[-1] if known else 0)
