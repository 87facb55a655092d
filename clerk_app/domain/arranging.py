"""What can be done with a list of pages: each function takes one and gives the list as it then stands.

A place is always the page's index in the whole list, those in the tray included. No function but `without` loses a
page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal, cast

from clerk_app.domain.pages import CardSide, Page, Turn

Pages = tuple[Page, ...]
_NUMBERED = re.compile(r"[A-Z][A-Z0-9_]*-([0-9]{1,2})")


def turned(pages: Pages, places: Collection[int], quarters: int) -> Pages:
    """The pages at `places` turned to the right by so many quarters (negative: to the left)."""
    return _each(pages, places, lambda page: replace(page, turned=cast(Turn, (page.turned + 90 * quarters) % 360)))


def without(pages: Pages, places: Collection[int]) -> Pages:
    """The list without these pages."""
    return tuple(page for place, page in enumerate(pages) if place not in places)


def moved(pages: Pages, place: int, to: int) -> Pages:
    """The page at `place` put at another place of the list, the nearest there is."""
    rest = [*pages[:place], *pages[place + 1 :]]
    rest.insert(max(0, min(to, len(rest))), pages[place])
    return tuple(rest)


def assigned(pages: Pages, places: Collection[int], paper: str) -> Pages:
    """The pages given to another item by the clerk; nothing that is found out by itself takes them back."""
    return _each(pages, places, lambda page: replace(page, paper=paper, by="clerk"))


def split(pages: Pages, place: int, paper: str) -> Pages:
    """The pages from `place` on that belong to the same item, given to another."""
    item = pages[place].paper
    rest = (at for at, page in enumerate(pages) if at > place and page.paper == item and not page.aside)
    return assigned(pages, {place, *rest}, paper)


def joined(pages: Pages, paper: str, into: str) -> Pages:
    """All pages of one item given to another, behind those that it has, in their order."""
    places = {place for place, page in enumerate(pages) if page.paper == paper}
    stay = without(pages, places)
    last = max((place for place, page in enumerate(stay) if page.paper == into), default=-1)
    if paper == into:
        return pages
    given = assigned(pages, places, into)
    if last < 0:
        return given
    return (*stay[: last + 1], *(given[place] for place in sorted(places)), *stay[last + 1 :])


def set_aside(pages: Pages, places: Collection[int]) -> Pages:
    """The pages put into the tray, where they are no part of the dossier."""
    return _each(pages, places, lambda page: page if page.aside else replace(page, aside="clerk"))


def brought_back(pages: Pages, places: Collection[int]) -> Pages:
    """The pages taken out of the tray, at the places where they lay."""
    return _each(pages, places, lambda page: replace(page, aside=""))


def looked_at(pages: Pages, places: Collection[int]) -> Pages:
    """The pages kept as they are by somebody who saw what is wrong with them."""
    return _each(pages, places, lambda page: replace(page, looked_at=True))


def paired(pages: Pages, front: int, back: int) -> Pages:
    """Two pages made front and back of one card: the back stands behind its front and belongs to the same item.

    Pages that were their other halves until now are no side of anything any more.
    """
    left = {_half_of(pages, front), _half_of(pages, back)} - {front, back, None}
    freed = _each(pages, cast("set[int]", left), lambda page: replace(page, side="", side_read=False))
    first = replace(freed[front], side="front", side_read=False)
    second = freed[back]
    if second.paper != first.paper:
        second = replace(second, paper=first.paper, by="clerk")
    second = replace(second, side="back", side_read=False)
    changed = _each(_each(freed, {front}, lambda _: first), {back}, lambda _: second)
    return moved(changed, back, front + 1 if back > front else front)


def _half_of(pages: Pages, place: int) -> int | None:
    """Where the other side of a card lies: behind its front, before its back."""
    beside = {"front": place + 1, "back": place - 1}.get(pages[place].side)
    if beside is None or not 0 <= beside < len(pages):
        return None
    other = "back" if pages[place].side == "front" else "front"
    return beside if pages[beside].side == other else None


@dataclass(frozen=True, slots=True)
class Duplex:
    """Two piles of one stack that was scanned side by side: the places of the fronts, and of the back of each."""

    fronts: tuple[int, ...]
    backs: tuple[int, ...]

    @property
    def agree(self) -> bool:
        """Whether every front has a back."""
        return len(self.fronts) == len(self.backs)


def piles(pages: Pages, first: int, second: int, backwards: bool) -> Duplex:
    """The pile of fronts that begins at `first` and the one of backs that begins at `second` and ends with the list.

    A second below 0 halves what follows. Blank sides count, though they lie in the tray; what the clerk put there does
    not. `backwards`: the stack was turned over as a whole, so that its last back came first.
    """
    rest = [place for place in range(first, len(pages)) if pages[place].aside != "clerk"]
    if second < 0:
        half = (len(rest) + 1) // 2
        fronts, backs = rest[:half], rest[half:]
    else:
        fronts, backs = [at for at in rest if at < second], [at for at in rest if at >= second]
    return Duplex(tuple(fronts), tuple(reversed(backs) if backwards else backs))


@dataclass(frozen=True, slots=True)
class Misfit:
    """A sheet of the stack (from 0) whose front and back cannot be of one paper, and why: their `sizes` differ, their
    page `numbers` do not follow each other, or the title of a side says that the card lay the wrong way round.
    """

    sheet: int
    why: Literal["sizes", "numbers", "sides"]


def misfits(pages: Pages, duplex: Duplex) -> tuple[Misfit, ...]:
    """What speaks against putting these backs behind these fronts, by what was seen of them."""
    found = []
    for number, (front, back) in enumerate(zip(duplex.fronts, duplex.backs, strict=False)):
        sizes = {_size(pages[front]), _size(pages[back])} - {""}
        first, second = _number(pages[front]), _number(pages[back])
        if len(sizes) > 1:
            found.append(Misfit(number, "sizes"))
        elif first and second and second != first + 1:
            found.append(Misfit(number, "numbers"))
        elif _read(pages[front]) == "back" or _read(pages[back]) == "front":
            found.append(Misfit(number, "sides"))
    return tuple(found)


def _size(page: Page) -> str:
    return page.made.size if page.made is not None and page.made.size != "other" and not page.made.blank else ""


def _read(page: Page) -> CardSide:
    return page.side if page.side_read else ""


def _number(page: Page) -> int:
    """The page number that a form's bar code ends with (`GKSK-2`); 0 where there is none, or more than one."""
    codes = page.made.codes if page.made is not None else ()
    found = {int(match[1]) for code in codes if (match := _NUMBERED.fullmatch(code))}
    return found.pop() if len(found) == 1 else 0


def interleaved(pages: Pages, duplex: Duplex) -> Pages:
    """Each back put behind its front, and given to the item of its front."""
    sheets: list[Page] = []
    for front, back in zip(duplex.fronts, duplex.backs, strict=True):
        first, second = pages[front], pages[back]
        if first.paper and second.paper != first.paper:
            second = replace(second, paper=first.paper, by="clerk")
        if first.made is not None and first.made.size == "id1":
            first = replace(first, side="front", side_read=False)
            second = replace(second, side="back", side_read=False)
        sheets += [first, second]
    start = min(duplex.fronts, default=len(pages))
    taken = {*duplex.fronts, *duplex.backs}
    kept = [page for place, page in enumerate(pages) if place not in taken and place >= start]
    return (*pages[:start], *sheets, *kept)


def _each(pages: Pages, places: Collection[int], change: Callable[[Page], Page]) -> Pages:
    return tuple(change(page) if place in places else page for place, page in enumerate(pages))
