"""In which order a strip shows its pages: what belongs to no item yet, then item by item, then what was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.desk.views import PageView

NOWHERE = ""
"""The group of pages that belong to no item."""
TRAY = "·tray"
"""The group of pages that were set aside; no paper of a catalogue is called so."""
Key = tuple[str, int]
"""A page by what it was made from, so that it stays the same page when it is made: the sheet, and the how manieth."""


@dataclass(frozen=True, slots=True)
class StripOrder:
    """The pages as they stand in the strip, their keys beside them, and how many stand in each group."""

    pages: tuple[PageView, ...] = ()
    keys: tuple[Key, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    _places: dict[Key, int] = field(default_factory=dict, repr=False)

    def row(self, key: Key | None) -> int:
        """Where a page stands now, or -1."""
        return self._places.get(key, -1) if key is not None else -1


def in_order(pages: Sequence[PageView], tray: Sequence[PageView], papers: Sequence[str]) -> StripOrder:
    """Pages under their papers, `papers` in the order of the checklist; a paper that is not among them comes after."""
    under: dict[str, list[PageView]] = {NOWHERE: [], **{paper: [] for paper in papers}}
    for page in pages:
        under.setdefault(page.paper, []).append(page)
    if tray:
        under[TRAY] = list(tray)
    shown = tuple(page for group in under.values() for page in group)
    keys: list[Key] = []
    seen: dict[str, int] = {}
    for page in shown:
        came_as = page.original or page.sheet
        seen[came_as] = seen.get(came_as, 0) + 1
        keys.append((came_as, seen[came_as]))
    groups = tuple((paper, len(group)) for paper, group in under.items() if group)
    return StripOrder(shown, tuple(keys), groups, {key: row for row, key in enumerate(keys)})
