"""Where pictures stand on the pages of an archive copy: each at its true size, both sides of a card on one A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clerk_app.desk.page_ports import ArchivePage

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
_APART = 12 * MM
"""Between the two sides of a card."""
_SMALLEST, _LARGEST = 3.0, 14400.0
"""Sides of a page in points (ISO 32000-1 annex C.2)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A picture on a page, in points from the lower left corner.

    `width` and `height` are those of the picture before it is turned; `matrix` brings it to where it is seen.
    """

    page: ArchivePage
    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the copy: its size in points and the pictures on it."""

    width: float
    height: float
    places: tuple[Place, ...]


def leaves(pages: Sequence[ArchivePage]) -> tuple[Leaf, ...]:
    """The pages of the copy, in order."""
    found: list[Leaf] = []
    left = list(pages)
    while left:
        page = left.pop(0)
        if page.side and (card := _card((page, left[0]) if _is_back_of(page, left) else (page,))) is not None:
            found.append(card)
            del left[: len(card.places) - 1]
            continue
        width, height = seen_size(page)
        leaf = max(width, _SMALLEST), max(height, _SMALLEST)
        found.append(Leaf(*leaf, (_at(page, (leaf[0] - width) / 2, (leaf[1] - height) / 2),)))
    return tuple(found)


def _is_back_of(page: ArchivePage, following: Sequence[ArchivePage]) -> bool:
    return page.side == "front" and bool(following) and following[0].side == "back"


def _card(sides: Sequence[ArchivePage]) -> Leaf | None:
    """The sides of a card, one below the other in the middle of an A4; None where they are too large for it."""
    sizes = [seen_size(side) for side in sides]
    tall = sum(height for _, height in sizes) + _APART * (len(sides) - 1)
    if max(width for width, _ in sizes) > A4[0] or tall > A4[1]:
        return None
    top, places = (A4[1] + tall) / 2, []
    for side, (width, height) in zip(sides, sizes, strict=True):
        places.append(_at(side, (A4[0] - width) / 2, top - height))
        top -= height + _APART
    return Leaf(*A4, tuple(places))


def seen_size(page: ArchivePage) -> tuple[float, float]:
    """Width and height in points as the page is looked at."""
    width, height = _size(page)
    return (height, width) if page.turned in (90, 270) else (width, height)


def _size(page: ArchivePage) -> tuple[float, float]:
    """True size by its resolution; where nobody knows that, as large as fits an A4."""
    across, down = max(page.width, 1), max(page.height, 1)
    if page.dpi > 0:
        scale = min(72 / page.dpi, _LARGEST / max(across, down))
    else:
        scale = min(min(A4) / min(across, down), max(A4) / max(across, down))
    return across * scale, down * scale


def _at(page: ArchivePage, left: float, bottom: float) -> Place:
    width, height = _size(page)
    turned: Literal[0, 90, 180, 270] = page.turned
    matrix = {
        0: (1.0, 0.0, 0.0, 1.0, left, bottom),
        90: (0.0, -1.0, 1.0, 0.0, left, bottom + width),
        180: (-1.0, 0.0, 0.0, -1.0, left + width, bottom + height),
        270: (0.0, 1.0, -1.0, 0.0, left + height, bottom),
    }[turned]
    return Place(page, width, height, matrix)
