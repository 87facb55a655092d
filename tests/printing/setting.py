"""What a rendering set onto its pages, with the ink of every text measured by another eye than the flow's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import pytest
from PIL import ImageFont

from clerk_app.printing.flow import Leaf
from clerk_app.printing.ink import FILES
from tests.printing.paper import RESOURCES

EDGE = 5 / 25.4 * 72
"""Points that a printer may leave white at every edge."""
_LARGE = 400


@dataclass(frozen=True, slots=True)
class Box:
    """Ink on a page: left, top, right, bottom in points."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def meets(self, other: Box) -> bool:
        """Whether more than a hair of both lies in the same place."""
        hair = 0.2
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > hair and down > hair


@lru_cache(maxsize=8)
def _font(face: str) -> ImageFont.FreeTypeFont:
    file = str(RESOURCES / "fonts" / FILES[face])
    return ImageFont.truetype(file, _LARGE, layout_engine=ImageFont.Layout.BASIC)


def _ink(x: float, base: float, face: str, size: float, text: str, what: str) -> Box:
    left, top, right, bottom = _font(face).getbbox(text, anchor="ls")
    scale = size / _LARGE
    return Box(x + left * scale, base + top * scale, x + right * scale, base + bottom * scale, what)


def texts(leaf: Leaf) -> list[Box]:
    """The ink of every text of a page, by the outlines of its letters."""
    return [_ink(x, base, face, size, text, text) for x, base, face, size, text in leaf.texts]


def letters(leaf: Leaf, number: int) -> list[Box]:
    """The ink of each letter of one text: marks above a line fit between the tails of the line before."""
    x, base, face, size, text = leaf.texts[number]
    made = []
    for at, letter in enumerate(text):
        if letter != " ":
            start = x + _font(face).getlength(text[:at]) * size / _LARGE
            made.append(_ink(start, base, face, size, letter, f"{letter} in {text}"))
    return made


def symbols(leaf: Leaf) -> list[Box]:
    """Bar codes and QR codes."""
    return [
        Box(x, top, x + modules.width * module, top + height, "symbol")
        for modules, x, top, module, height in leaf.symbols
    ]


def collisions(leaf: Leaf) -> Iterator[tuple[Box, Box]]:
    """Letters and symbols that lie on each other, except within a text."""
    lines, codes = texts(leaf), symbols(leaf)
    for (one, box), (other, under) in combinations(enumerate(lines), 2):
        if box.meets(under):
            for letter in letters(leaf, one):
                yield from ((letter, below) for below in letters(leaf, other) if letter.meets(below))
    for code in codes:
        yield from ((code, box) for box in (*lines, *codes) if box is not code and code.meets(box))


def outside(leaf: Leaf, width: float) -> Iterator[Box]:
    """What a printer would cut off."""
    lines = [
        Box(min(x, to_x), min(top, to_top), max(x, to_x), max(top, to_top), "line")
        for x, top, to_x, to_top, _ in leaf.lines
    ]
    for box in (*texts(leaf), *symbols(leaf), *lines):
        if box.left < EDGE or box.top < EDGE or box.right > width - EDGE or box.bottom > leaf.height - EDGE:
            yield box


def pages_set(patch: pytest.MonkeyPatch, render: Callable[[], bytes], copies: int) -> list[Leaf]:
    """The pages of one copy while `render` draws all of them, each with the mark of its copy."""
    played: list[Leaf] = []
    play = Leaf.play

    def watched(leaf: Leaf, canvas: object) -> None:
        played.append(leaf)
        play(leaf, canvas)

    with patch.context() as patched:
        patched.setattr(Leaf, "play", watched)
        render()
    count = len(played) // (1 + copies)
    assert len(played) == count * (1 + copies)
    for page, mark in zip(played[:count], played[count : 2 * count], strict=True):
        page.texts.extend(mark.texts)
    return played[:count]
