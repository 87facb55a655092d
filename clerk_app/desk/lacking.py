"""What is still to be done about the pages of a dossier, item by item, in words: what the checklist and step 5 say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from clerk_app.desk import page_words
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.pages import CardSide, Page
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.withdrawn import brought

Code = Literal["PAGE_RAW", "PAGE_FLAWED", "PAGE_OTHER_SIDE", "PAGE_TOO_FEW", "PAGE_TOO_MANY", "PAGE_UNASSIGNED"]

_MISSING: dict[CardSide, Words] = {
    "front": Words("thiếu mặt trước", "the front is missing"),
    "back": Words("thiếu mặt sau", "the back is missing"),
}
_TWICE: dict[CardSide, Words] = {
    "front": Words("mặt trước đã có, còn thiếu mặt sau", "the front is there already, the back is missing"),
    "back": Words("mặt sau đã có, còn thiếu mặt trước", "the back is there already, the front is missing"),
}


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing about the pages of an item. Not `blocking`: somebody should look, and may go on."""

    code: Code
    words: Words
    blocking: bool


def lacks(dossier: Dossier, paper: str, rules: Rules) -> tuple[Lack, ...]:
    """What is still to be done about the pages of an item; nothing where it has none."""
    pages = [page for page in brought(dossier) if page.paper == paper]
    return tuple(_lacks(pages, paper, rules)) if pages else ()


def _lacks(pages: list[Page], paper: str, rules: Rules) -> Iterator[Lack]:
    raw = sum(page.raw for page in pages)
    if raw:
        yield Lack("PAGE_RAW", Words(f"{raw} trang đang xử lý", f"{_pages(raw)} being made"), True)
    for number, page in enumerate(pages, 1):
        if flaws := page_words.flaws(page):
            said = page_words.listed(list(flaws), ", ")
            words = Words(
                f"trang {number} {said.vi}: quét lại, hoặc xem và giữ",
                f"page {number} {said.en}: scan it again, or look and keep it",
            )
            yield Lack("PAGE_FLAWED", words, True)
    profile = rules.profiles.get(paper)
    if profile is None or raw:
        return
    if profile.sides == 2 and (side := _other_side(pages)) is not None:
        yield Lack("PAGE_OTHER_SIDE", side, True)
    if len(pages) < profile.pages_min:
        least = profile.pages_min
        words = Words(f"mới có {len(pages)}/{least} trang", f"only {len(pages)} of {_pages(least)}")
        yield Lack("PAGE_TOO_FEW", words, False)
    if profile.pages_max and len(pages) > profile.pages_max:
        most = profile.pages_max
        words = Words(
            f"{len(pages)} trang, thường không quá {most}", f"{_pages(len(pages))}, usually no more than {most}"
        )
        yield Lack("PAGE_TOO_MANY", words, False)


def _other_side(pages: list[Page]) -> Words | None:
    """Which side of a card is missing. Both may lie on one larger sheet; and the clerk may keep what there is."""
    cards = [page for page in pages if _is_card(page)]
    if len(cards) == 1:
        return None if cards[0].looked_at else _MISSING["front" if cards[0].side == "back" else "back"]
    side = _surplus(cards)
    if not side:
        return None
    return _TWICE[side] if twice(pages) else _MISSING["front" if side == "back" else "back"]


def twice(pages: Sequence[Page]) -> tuple[int, ...]:
    """The places in the pages of an item that hold the very side of a card which lies before them, by its title, while
    the other side is missing.
    """
    cards = [(place, page) for place, page in enumerate(pages) if _is_card(page)]
    side = _surplus([page for _, page in cards])
    return tuple(
        place
        for (_, before), (place, card) in pairwise(cards)
        if side and before.side_read and card.side_read and before.side == card.side == side
    )


def _surplus(cards: Sequence[Page]) -> CardSide:
    """The side that was read on more cards than all the others could be its other sides; nothing once one of them was
    looked at and kept.
    """
    for side in _MISSING:
        read = [card for card in cards if card.side_read and card.side == side]
        if len(read) > len(cards) - len(read) and not any(card.looked_at for card in read):
            return side
    return ""


def _is_card(page: Page) -> bool:
    return bool(page.side) or (page.made is not None and page.made.size == "id1")


def unassigned(dossier: Dossier) -> int:
    """How many pages belong to no item."""
    return sum(1 for page in brought(dossier) if not page.paper)


def _pages(count: int) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"
