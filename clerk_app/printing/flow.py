"""Lines set into pages: wrapping, and strips that follow each other until a page is full.

All measures are points; `top` counts downwards from the upper edge of the paper. A strip is the smallest piece that is
never cut by the end of a page: one line of text, one line of a table, a block of signatures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from clerk_app.domain.people import nfc
from clerk_app.printing.codes import Modules
from clerk_app.printing.ink import PLAIN, Ink

LEADING = 1.36
"""Line height over size: Vietnamese capitals carry two marks, so less would let lines touch."""

Run = tuple[str, str]
"""(face, text)"""
Piece = tuple[float, str, str]
"""(distance from the left end of the line, face, text)"""
Align = Literal["left", "centre", "right"]


def clean(text: str, inks: Mapping[str, Ink]) -> str:
    """Text to be set: NFC, no control signs (a line end is a space); a letter the font lacks is named (`[U+4E2D]`)."""
    known = inks[PLAIN].widths
    composed = nfc(text)
    if known.keys() >= set(composed):
        return composed
    kept: list[str] = []
    for sign in composed:
        if sign in known or inks[PLAIN].knows(sign):
            kept.append(sign)
        elif sign in "\t\n\r":
            kept.append(" ")
        elif unicodedata.category(sign) not in ("Cc", "Cf"):
            kept.append(f"[U+{ord(sign):04X}]")
    return nfc("".join(kept))


@dataclass(slots=True)
class Leaf:
    """One page of `height` points while it is set."""

    inks: Mapping[str, Ink]
    height: float
    texts: list[tuple[float, float, str, float, str]] = field(default_factory=list)
    lines: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    shades: list[tuple[float, float, float, float]] = field(default_factory=list)
    symbols: list[tuple[Modules, float, float, float, float]] = field(default_factory=list)

    def text(self, x: float, base: float, face: str, size: float, text: str, align: Align = "left") -> None:
        """One line of text on the base line `base`, its left end, middle or right end at `x`."""
        if align != "left":
            width = self.inks[face].width(text, size)
            x -= width / 2 if align == "centre" else width
        self.texts.append((x, base, face, size, text))

    def line(self, x: float, top: float, to_x: float, to_top: float, width: float = 0.5) -> None:
        """A straight line."""
        self.lines.append((x, top, to_x, to_top, width))

    def shade(self, x: float, top: float, width: float, height: float) -> None:
        """A light grey field with a thin border."""
        self.shades.append((x, top, width, height))

    def symbol(self, modules: Modules, x: float, top: float, module: float, height: float) -> None:
        """A bar code or QR code without its quiet zone: one module is `module` wide, the whole `height` high."""
        self.symbols.append((modules, x, top, module, height))

    def play(self, canvas: Canvas) -> None:
        """Draw the page onto a canvas, as plain PDF operators (ISO 32000-1 §8.5, §9.4)."""
        out: list[str] = []
        for x, top, width, height in self.shades:
            out.append(f"0.93 g 0.8 w {x:.2f} {self.height - top - height:.2f} {width:.2f} {height:.2f} re B")
        out.append("0 g")
        for x, top, to_x, to_top, width in self.lines:
            out.append(f"{width:.2f} w {x:.2f} {self.height - top:.2f} m {to_x:.2f} {self.height - to_top:.2f} l S")
        for modules, x, top, module, height in self.symbols:
            scale = f"{module:.4f} 0 0 {-height / modules.height:.4f} {x:.2f} {self.height - top:.2f}"
            black = " ".join([f"{left} {above} {wide} {high} re" for left, above, wide, high in modules.black])
            out.append(f"q {scale} cm {black} f Q")
        if self.texts:
            out.append("BT")
            now = ("", 0.0)
            for x, base, face, size, text in self.texts:
                ink = self.inks[face]
                if (face, size) != now:
                    out.append(ink.chosen(canvas, size))
                    now = (face, size)
                out.append(f"1 0 0 1 {x:.2f} {self.height - base:.2f} Tm {ink.shown(canvas, text, size)}")
            out.append("ET")
        canvas.addLiteral("\n".join(out))


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a page: `draw(leaf, top)` sets it.

    `bound` strips stay on the page of the strip after them; `again` is set first where this strip begins a page (the
    head of its table); `seam` closes what goes on over the page; `counts` is how many rows end here.
    """

    height: float
    draw: Callable[[Leaf, float], None]
    bound: bool = False
    again: tuple[Strip, ...] = ()
    counts: int = 0
    seam: Callable[[Leaf, float], None] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Where text is set: `room` points wide from `left`, in these faces."""

    inks: Mapping[str, Ink]
    left: float
    room: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.room


def wrap(inks: Mapping[str, Ink], runs: Iterable[Run], size: float, room: float) -> list[list[Piece]]:
    """Runs of text broken into lines no wider than `room`, between words; a word wider than a line is broken safely."""
    lines: list[list[Piece]] = [[]]
    x = 0.0
    for face, text in runs:
        ink = inks[face]
        space = ink.width(" ", size)
        start, held = x, ""
        for count, word in enumerate(text.split(" ")):
            gap = " " if count else ""
            width = ink.width(word, size)
            if x + (space if gap else 0) + width <= room:
                held += gap + word
                x += (space if gap else 0) + width
                continue
            rest = room - x - (space if gap else 0)
            if width > room and rest > max(room * 0.3, size * 2):
                # A word for which no line is long enough begins where it stands.
                word, part = _broken(ink, word, size, rest)
                held += gap + part
                width = ink.width(word, size)
            if held:
                lines[-1].append((start, face, held))
            if lines[-1]:
                lines.append([])
            while width > room:
                word, part = _broken(ink, word, size, room)
                lines[-1].append((0.0, face, part))
                lines.append([])
                width = ink.width(word, size)
            start, held, x = 0.0, word, width
        if held:
            lines[-1].append((start, face, held))
    return [line for line in lines if line] or [[]]


def balanced(inks: Mapping[str, Ink], face: str, text: str, size: float, room: float) -> list[str]:
    """Text in as few lines as fit, of about the same length, so that a centred head does not end in one word."""
    text = text.replace(" - ", "\u00a0- ")
    lines = wrap(inks, [(face, text)], size, room)
    if len(lines) > 1:
        narrow = max(inks[face].width(text, size) / len(lines), room * 0.4)
        while narrow < room:
            tried = wrap(inks, [(face, text)], size, narrow)
            if len(tried) == len(lines):
                lines = tried
                break
            narrow += room * 0.03
    return ["".join(piece for _, _, piece in line).replace("\u00a0", " ") for line in lines]


_SEAMS = frozenset("-/._@,;:")
"""Behind these a long code or address may go on in the next line."""


def _broken(ink: Ink, word: str, size: float, room: float) -> tuple[str, str]:
    """(rest, what fits): after a seam in the second half of what fits, else anywhere but before a mark of a letter."""
    taken, fits, seam = 0.0, 1, 0
    for count, sign in enumerate(word):
        if count and not unicodedata.combining(sign):
            fits = count
            if word[count - 1] in _SEAMS:
                seam = count
        taken += ink.width(sign, size)
        if taken > room and count:
            end = seam if seam * 2 >= fits else fits
            return word[end:], word[:end]
    return "", word


def paragraph(column: Column, runs: Sequence[Run], size: float, gap: float = 0.0, indent: float = 0.0) -> list[Strip]:
    """A paragraph across the whole column, one strip a line, `gap` below the last."""
    lines = wrap(column.inks, runs, size, column.room - indent)
    return [
        Strip(size * LEADING + (gap if number == len(lines) else 0), line_at(line, column.left + indent, size))
        for number, line in enumerate(lines, 1)
    ]


def pair(column: Column, one: Sequence[Run], other: Sequence[Run], size: float, gap: float) -> list[Strip]:
    """Two short paragraphs side by side; one below the other where a half is too narrow."""
    half = column.room * 0.5
    left, right = wrap(column.inks, one, size, half - 8), wrap(column.inks, other, size, half)
    if len(left) > 1 or len(right) > 1:
        return [*paragraph(column, one, size, gap), *paragraph(column, other, size, gap)]
    draw_left, draw_right = line_at(left[0], column.left, size), line_at(right[0], column.left + half, size)

    def draw(leaf: Leaf, top: float) -> None:
        draw_left(leaf, top)
        draw_right(leaf, top)

    return [Strip(size * LEADING + gap, draw)]


def centred(column: Column, face: str, text: str, size: float, gap: float) -> list[Strip]:
    """Lines in the middle of the column."""
    middle = column.left + column.room / 2
    made = []
    for words in balanced(column.inks, face, text, size, column.room):

        def draw(leaf: Leaf, top: float, words: str = words) -> None:
            leaf.text(middle, top + size * 1.05, face, size, words, "centre")

        made.append(Strip(size * LEADING, draw))
    return [*made[:-1], replace(made[-1], height=made[-1].height + gap)]


def line_at(pieces: Sequence[Piece], left: float, size: float) -> Callable[[Leaf, float], None]:
    """Draws one line of pieces from `left`."""

    def draw(leaf: Leaf, top: float) -> None:
        base = top + size * 1.05
        leaf.texts.extend([(left + x, base, face, size, text) for x, face, text in pieces])

    return draw


def bound(strips: Sequence[Strip]) -> list[Strip]:
    """The same strips, each held on the page of the one after it."""
    return [replace(strip, bound=True) for strip in strips]


def pages(strips: Sequence[Strip], first_room: float, next_room: float) -> list[list[Strip]]:
    """The strips dealt out to pages of `first_room` and then `next_room` points. Nothing is ever left out."""
    dealt: list[list[Strip]] = [[]]
    left = first_room
    held: list[Strip] = []
    for strip in strips:
        held.append(strip)
        if strip.bound:
            continue
        needed = sum(one.height for one in held)
        if needed > left and dealt[-1]:
            dealt.append(list(held[0].again))
            left = next_room - sum(one.height for one in held[0].again)
        dealt[-1] += held
        left -= needed
        held = []
    dealt[-1] += held
    return dealt
