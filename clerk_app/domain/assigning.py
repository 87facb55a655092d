"""Which item of the checklist a page belongs to, by what was seen of it: bar code, size, title, or what came before it.

Nothing here takes a page from the item to which the clerk gave it. What is not clear stays without an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from clerk_app.domain.decision import PaperNeeded
from clerk_app.domain.pages import CardSide, Page
from clerk_app.domain.rules import Profile

SURE_ENOUGH = 0.5
"""A title less sure than this says nothing."""
SURE_OVER_CHOICE = 0.75
"""So sure a title must be where the clerk scanned for another item."""


@dataclass(frozen=True, slots=True)
class Title:
    """A paper whose title was read on a page, how sure that is (0 to 1), and on which side of a card it stands."""

    paper: str
    sure: float
    side: CardSide = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """What is known when a page is looked at: the items and profiles of the case, and the pages before it in the list.

    `since` is where its scan began: pages before that are of another stack and say nothing about it.
    """

    papers: Mapping[str, PaperNeeded]
    profiles: Mapping[str, Profile]
    before: Sequence[Page] = ()
    since: int = 0

    def previous(self) -> Page | None:
        """The page that lay on it in the stack, blank sides passed over; nothing while that one is not made yet."""
        for page in reversed(self.before[self.since :]):
            if not page.aside:
                return None if page.raw else page
        return None

    def of(self, paper: str) -> tuple[Page, ...]:
        """The pages that an item has so far."""
        return tuple(page for page in self.before if page.paper == paper and not page.aside)


def assigned(page: Page, stack: Stack, title: Callable[[], Title | None]) -> Page:
    """The page as made, with its item, what gave it to that (`by`), and its side if it is a card.

    `page.paper` is the item that was scanned for, or empty. `title` is asked only where nothing else decides: reading
    takes a second.
    """
    if page.by == "clerk":
        return page
    if paper := _by_code(page, stack):
        return _card_side(replace(page, paper=paper, by="code"), stack)
    read: list[Title | None] = []

    def titled() -> Title | None:
        """The title, read once, if it is of an item here and sure enough against what the clerk chose."""
        if not read:
            found = title() if not page.aside else None
            least = SURE_ENOUGH if found is None or page.paper in ("", found.paper) else SURE_OVER_CHOICE
            known = found is not None and found.paper in stack.papers and found.sure >= least
            read.append(found if known else None)
        return read[0]

    if is_card(page):
        return _card(page, stack, titled)
    if (found := titled()) is not None:
        return replace(page, paper=found.paper, by="title")
    if page.paper:
        return replace(page, by="profile") if page.paper in stack.papers else replace(page, paper="", by="")
    return _following(page, stack)


def is_card(page: Page) -> bool:
    """Whether it is one side of a card of the size ID-1 (ISO/IEC 7810)."""
    return page.made is not None and page.made.size == "id1"


def _by_code(page: Page, stack: Stack) -> str:
    codes = page.made.codes if page.made is not None else ()
    for paper in stack.papers:
        profile = stack.profiles.get(paper)
        if profile is not None and any(_named(code, pattern) for code in codes for pattern in profile.codes):
            return paper
    return ""


def _named(code: str, pattern: str) -> bool:
    """Whether a bar code's text is what a pattern says; `*` stands for any text, also none."""
    first, *rest = pattern.split("*")
    if not rest:
        return code == pattern
    if len(code) < sum(map(len, (first, *rest))) or not code.startswith(first) or not code.endswith(rest[-1]):
        return False
    at = len(first)
    for part in rest[:-1]:
        at = code.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return at <= len(code) - len(rest[-1])


# ---- cards -------------------------------------------------------------------------------------------------------


def _card(page: Page, stack: Stack, titled: Callable[[], Title | None]) -> Page:
    """A card right after one side of one is its other side, unless it bears the title of another paper, or that of the
    very side which is there.
    """
    half = _open_half(stack)
    found = titled()
    read = found.side if found is not None else ""
    if half is not None and (found is None or found.paper == half.paper) and read != half.side:
        side: CardSide = "back" if half.side == "front" else "front"
        return replace(page, paper=half.paper, by="size", side=side, side_read=bool(read))
    if found is not None:
        return replace(page, paper=found.paper, by="title", side=read or "front", side_read=bool(read))
    wanting = "" if _of_card(page.paper, stack) else _wanting(stack)
    if wanting:
        return replace(page, paper=wanting, by="size", side="front")
    if page.paper in stack.papers:
        return _card_side(replace(page, by="profile"), stack)
    return replace(page, paper="", by="", side="front")


def _open_half(stack: Stack) -> Page | None:
    """The card before, if its other side has not come: a front, or a back that was no front's but by its own title."""
    page = stack.previous()
    if page is None or not is_card(page):
        return None
    if page.side == "back":
        return page if page.by == "title" else None
    cards = [one for one in stack.before[stack.since :] if not one.aside][-2:]
    closes = page.by == "size" and cards[0].side == "back" and cards[0].by == "title" and cards[0].paper == page.paper
    return page if page.side == "front" and not closes else None


def _card_side(page: Page, stack: Stack) -> Page:
    """The back of a front that has none yet, where nothing else says which side of its item's card it is."""
    if not is_card(page) or page.side:
        return page
    sides = [one.side for one in stack.of(page.paper) if is_card(one)]
    return replace(page, side="back" if sides.count("front") > sides.count("back") else "front")


def _wanting(stack: Stack) -> str:
    """The first required card of the checklist that is not there yet and does not come from the chip."""
    for code, paper in stack.papers.items():
        if _of_card(code, stack) and paper.required and not paper.by_chip and not stack.of(code):
            return code
    return ""


def _of_card(paper: str, stack: Stack) -> bool:
    """Whether a kind of paper is a card of which both sides are wanted."""
    profile = stack.profiles.get(paper)
    return profile is not None and profile.sides == 2


# ---- further pages -----------------------------------------------------------------------------------------------


def _following(page: Page, stack: Stack) -> Page:
    """A page without a title goes on with the document before it, as far as that is a document of several pages."""
    before = stack.previous()
    if before is None or not before.paper or is_card(before) or before.paper not in stack.papers:
        return replace(page, paper="", by="")
    profile = stack.profiles.get(before.paper)
    full = profile is not None and 0 < profile.pages_max <= len(stack.of(before.paper))
    if (full or _differ(before, page)) and not page.aside:
        return replace(page, paper="", by="")
    return replace(page, paper=before.paper, by=before.by if before.by in ("code", "title") else "profile")


def _differ(one: Page, other: Page) -> bool:
    sizes = {page.made.size for page in (one, other) if page.made is not None} - {"", "other"}
    return len(sizes) > 1


def items(papers: Iterable[PaperNeeded]) -> dict[str, PaperNeeded]:
    """The items for which pages may come, by code: all but those that the program makes itself."""
    return {paper.code: paper for paper in papers if not paper.generated}
