"""Boxes on a page that is looked at otherwise than its pixels lie: quarter turns there and back.

A box is left, top, width, height. `turned` is by how much the page is looked at turned clockwise; `width` and `height`
are always those of the page's own pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clerk_app.domain.pages import PageText, Turn

Box = tuple[int, int, int, int]


def looked_at(box: Box, width: int, height: int, turned: Turn) -> Box:
    """Where a box of the page's pixels stands once the page is turned."""
    left, top, wide, high = box
    match turned:
        case 0:
            return box
        case 90:
            return height - top - high, left, high, wide
        case 180:
            return width - left - wide, height - top - high, wide, high
        case 270:
            return top, width - left - wide, high, wide


def turned_back(box: Box, width: int, height: int, turned: Turn) -> Box:
    """Where a box of the turned page stands in the page's pixels: the opposite of `looked_at`."""
    left, top, wide, high = box
    match turned:
        case 0:
            return box
        case 90:
            return top, height - left - wide, high, wide
        case 180:
            return width - left - wide, height - top - high, wide, high
        case 270:
            return width - top - high, left, high, wide


def upright(text: PageText, turned: Turn) -> PageText:
    """The same words as they stand for whoever looks at the turned page."""
    if not turned:
        return text
    words = tuple(replace(one, box=looked_at(one.box, text.width, text.height, turned)) for one in text.words)
    wide, high = (text.width, text.height) if turned == 180 else (text.height, text.width)
    return PageText(words, wide, high)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them. Raises `ValueError` for none."""
    every = list(boxes)
    left, top = min(box[0] for box in every), min(box[1] for box in every)
    right, bottom = max(box[0] + box[2] for box in every), max(box[1] + box[3] for box in every)
    return left, top, right - left, bottom - top
