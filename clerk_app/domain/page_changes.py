"""What an act did to a list of pages, so that it can be done again to a list that another desk changed meanwhile.

A page is known by its sheet; where one sheet lies in the list several times, by which of them it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from clerk_app.domain.pages import Page

Pages = tuple[Page, ...]
_Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class PageChanges:
    """The sheets of pages that an act changed or brought, those it took out, and whether it moved any."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: bool = False

    @property
    def touched(self) -> frozenset[str]:
        """The sheets whose pages are not as they were."""
        return frozenset(self.changed) | frozenset(self.removed)


def _keyed(pages: Pages) -> dict[_Key, Page]:
    """The pages in their order, by sheet and its how-manieth page."""
    count: Counter[str] = Counter()
    keyed = {}
    for page in pages:
        keyed[page.sheet, count[page.sheet]] = page
        count[page.sheet] += 1
    return keyed


def changes_of(before: Pages, now: Pages) -> PageChanges:
    """What makes the one list of the other."""
    old, new = _keyed(before), _keyed(now)
    changed = dict.fromkeys(key[0] for key, page in new.items() if old.get(key) != page)
    removed = dict.fromkeys(key[0] for key in old if key not in new)
    moved = [key for key in old if key in new] != [key for key in new if key in old]
    return PageChanges(tuple(changed), tuple(removed), moved)


def with_changes(standing: Pages, wanted: Pages, changes: PageChanges) -> Pages:
    """The list as it stands once the act that made `wanted` is done to it.

    Pages that the act did not touch are as somebody else left them, also those that he took out or brought. Done to
    the list that its author had, it is `wanted`.
    """
    changed, removed = frozenset(changes.changed), frozenset(changes.removed)
    here, there = _keyed(standing), _keyed(wanted)
    known = {key: page if key[0] in changed else here.get(key) for key, page in there.items()}
    left = [key for key in here if key not in there and key[0] not in removed]
    if changes.moved:
        order = [*there, *left]
    else:
        order = [key for key in here if key in there or key in left]
        before: _Key | None = None
        for key in there:
            if key not in here and key[0] in changed:
                order.insert(order.index(before) + 1 if before in order else 0, key)
            before = key if key in order else before
    pages = (known.get(key) or here.get(key) for key in order)
    return tuple(page for key, page in zip(order, pages, strict=True) if page is not None)
