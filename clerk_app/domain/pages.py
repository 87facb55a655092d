"""A page of a dossier: which sheet it is, how it was made from what the scanner left, and what is to be said of it.

A page arrives `raw` and is made afterwards: straightened, cut to its paper, judged, kept small. What arrived stays at
this desk as its `original` until central has accepted the dossier, so that anything made of it can be made otherwise.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Turn = Literal[0, 90, 180, 270]
Flaw = Literal["blurred", "cut_off", "too_dark", "too_bright", "glare", "wrong_side", "coarse"]
"""What is wrong with a page: not sharp, its paper goes beyond the edge, ink and paper hardly differ, washed out, a
reflection hides part of it, the back of a paper whose front is asked for, too few pixels for its print."""
PaperSize = Literal["", "id1", "a6", "a5", "a4", "other"]
Colour = Literal["", "colour", "grey"]
Aside = Literal["", "blank", "clerk"]
CardSide = Literal["", "front", "back"]
Corners = tuple[float, float, float, float, float, float, float, float]
"""x and y of the paper's corners in pixels of the original: top left, top right, bottom right, bottom left."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a page is to be made where the clerk, or the kind of paper, wants it otherwise than by its content.

    `cut`: to its paper, not at all, to an ID-1 card, to the quadrilateral `corners`, or a photograph of a paper
    with its perspective taken out. `apart`: several cards on one sheet become pages of their own.
    """

    colour: Literal["auto", "colour", "grey"] = "auto"
    cut: Literal["auto", "none", "card", "corners", "photo"] = "auto"
    straight: bool = True
    corners: tuple[float, ...] = ()
    apart: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """What was done to an original and what was seen of it.

    `angle_deg` is by how much the print stood askew, anticlockwise positive; `corners` where the paper lies in the
    original; `upright` the quarter turns that put it on its feet; `sharpness` and `contrast` are the judge's measures.
    """

    angle_deg: float = 0.0
    corners: tuple[float, ...] = ()
    upright: Turn = 0
    colour: Colour = ""
    size: PaperSize = ""
    blank: bool = False
    flaws: tuple[Flaw, ...] = ()
    sharpness: float = 0.0
    contrast: float = 0.0
    codes: tuple[str, ...] = ()
    """Texts of bar codes that say which paper it is; never one that holds a person's data."""


@dataclass(frozen=True, slots=True)
class Page:
    """One side of a paper. `sheet` is its picture by SHA-256 (lower-case hex), `turned` how it is to be looked at.

    `raw` means that `sheet` is what arrived and nothing was made of it yet. A page set `aside` is in the tray and no
    part of the dossier. `by` says what gave it to its paper; `side` which side of a card it is, front and back of one
    card following each other. `looked_at`: the clerk has seen its flaws and keeps it.
    """

    sheet: str
    paper: str
    width: int
    height: int
    dpi: int
    size_bytes: int
    media: str = "image/png"
    turned: Turn = 0
    original: str = ""
    raw: bool = False
    aside: Aside = ""
    wish: Wish | None = None
    made: Made | None = None
    side: CardSide = ""
    by: Literal["", "clerk", "code", "size", "title", "profile"] = ""
    looked_at: bool = False
    side_read: bool = False
    """Its own title says which side it is, and not only its place in the stack."""

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with it and nobody has let pass."""
        return self.made.flaws if self.made is not None and not self.looked_at else ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was read: where it stands in the page's pixels (left, top, width, height) and how sure (0 to 1)."""

    text: str = field(repr=False)
    box: tuple[int, int, int, int]
    sure: float
    line: int


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on a page, in reading order. `width` and `height` are those of the picture that was read."""

    words: tuple[Word, ...]
    width: int
    height: int

    @property
    def text(self) -> str:
        """The words, a line of the page on each line."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(line) for line in lines.values())


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that was read for a field and waits for the clerk's word; `box` is where on the page it stands."""

    field: str
    text: str = dataclasses.field(repr=False)
    sure: float
    box: tuple[int, int, int, int]


def in_force(pages: Iterable[Page]) -> tuple[Page, ...]:
    """The pages that belong to the dossier: all that nobody and nothing set aside."""
    return tuple(page for page in pages if not page.aside)


def unmade(pages: Iterable[Page]) -> tuple[Page, ...]:
    """The pages of which nothing was made yet, also those in the tray."""
    return tuple(page for page in pages if page.raw)


def made_of(page: Page, original: str, made: tuple[Page, ...]) -> tuple[Page, ...]:
    """The page as made, if it still waits for being made of `original` by that wish; else the page as it is.

    Turn, what the clerk set aside and the item that he gave it to stay as they had become since it arrived; the item
    that was scanned for stays where nothing better was found out: the same octets may have been scanned for two items.
    A page that somebody vouched for is no blank one.
    """
    if not page.raw or page.sheet != original or not made or made[0].wish != page.wish:
        return (page,)

    def own(one: Page) -> bool:
        return page.by == "clerk" or not one.paper or (one.by in ("", "profile") and bool(page.paper))

    return tuple(
        replace(
            one,
            paper=page.paper if own(one) else one.paper,
            by=page.by if own(one) and page.by else one.by if one.paper else "",
            turned=page.turned,
            side=page.side or one.side,
            side_read=page.side_read if page.side else one.side_read,
            aside=page.aside or ("" if page.looked_at else one.aside),
            looked_at=page.looked_at or one.looked_at,
        )
        for one in made
    )
