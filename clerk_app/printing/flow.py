"""Lines set into pages: wrapping, and strips that follow each other until a page is full.

All measures are points; `top` counts downwards from the upper edge of the paper. A strip is the smallest piece that is
never cut by the end of a page: one line of text, one line of a table, a block of signatures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from clerk_app.domain.people import nfc
from clerk_app.printing.codes import Modules
from clerk_app.printing.ink import PLAIN, STRONG, Ink

WIDTH, HEIGHT = 148 / 25.4 * 72, 210 / 25.4 * 72
"""A5 portrait."""
LEFT, RIGHT = 30.0, WIDTH - 30.0
ROOM = RIGHT - LEFT
LEADING = 1.36
"""Line height over size: Vietnamese capitals carry two marks, so less would let lines touch."""

Run = tuple[str, str]
"""(face, text)"""
Piece = tuple[float, str, str]
"""(distance from the left end of the line, face, text)"""
Align = Literal["left", "centre", "right"]


def clean(text: str, inks: Mapping[str, Ink]) -> str:
    """Text that can be set: NFC, no control signs; a letter the font lacks is named (`[U+4E2D]`), never left out."""
    known = inks[PLAIN].widths
    composed = nfc(text)
    if known.keys() >= set(composed):
        return composed
    kept: list[str] = []
    for sign in composed:
        if sign in known or inks[PLAIN].knows(sign):
            kept.append(sign)
        elif unicodedata.category(sign) not in ("Cc", "Cf"):
            kept.append(f"[U+{ord(sign):04X}]")
    return nfc("".join(kept))


@dataclass(slots=True)
class Leaf:
    """One page while it is set."""

    inks: Mapping[str, Ink]
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
            out.append(f"0.93 g 0.8 w {x:.2f} {HEIGHT - top - height:.2f} {width:.2f} {height:.2f} re B")
        out.append("0 g")
        for x, top, to_x, to_top, width in self.lines:
            out.append(f"{width:.2f} w {x:.2f} {HEIGHT - top:.2f} m {to_x:.2f} {HEIGHT - to_top:.2f} l S")
        for modules, x, top, module, height in self.symbols:
            scale = f"{module:.4f} 0 0 {-height / modules.height:.4f} {x:.2f} {HEIGHT - top:.2f}"
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
                out.append(f"1 0 0 1 {x:.2f} {HEIGHT - base:.2f} Tm {ink.shown(canvas, text, size)}")
            out.append("ET")
        canvas.addLiteral("\n".join(out))


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a page: `draw(leaf, top)` sets it. `bound` strips stay on the page of the strip after them."""

    height: float
    draw: Callable[[Leaf, float], None]
    bound: bool = False


def wrap(inks: Mapping[str, Ink], runs: Iterable[Run], size: float, room: float) -> list[list[Piece]]:
    """Runs of text broken into lines no wider than `room`; a word wider than a line is broken between letters."""
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


def _broken(ink: Ink, word: str, size: float, room: float) -> tuple[str, str]:
    taken = 0.0
    for count, sign in enumerate(word):
        taken += ink.width(sign, size)
        if taken > room and count:
            return word[count:], word[:count]
    return "", word


def paragraph(inks: Mapping[str, Ink], runs: Sequence[Run], size: float, gap: float = 0.0) -> list[Strip]:
    """A paragraph across the whole page, one strip a line, `gap` below the last."""
    lines = wrap(inks, runs, size, ROOM)
    return [
        Strip(size * LEADING + (gap if number == len(lines) else 0), _line(line, LEFT, size))
        for number, line in enumerate(lines, 1)
    ]


def pair(inks: Mapping[str, Ink], one: Sequence[Run], other: Sequence[Run], size: float, gap: float) -> list[Strip]:
    """Two short paragraphs side by side; one below the other where a half is too narrow."""
    half = ROOM * 0.5
    left, right = wrap(inks, one, size, half - 8), wrap(inks, other, size, half)
    if len(left) > 1 or len(right) > 1:
        return [*paragraph(inks, one, size, gap), *paragraph(inks, other, size, gap)]
    draw_left, draw_right = _line(left[0], LEFT, size), _line(right[0], LEFT + half, size)

    def draw(leaf: Leaf, top: float) -> None:
        draw_left(leaf, top)
        draw_right(leaf, top)

    return [Strip(size * LEADING + gap, draw)]


def _line(pieces: Sequence[Piece], left: float, size: float) -> Callable[[Leaf, float], None]:
    def draw(leaf: Leaf, top: float) -> None:
        base = top + size * 1.05
        leaf.texts.extend([(left + x, base, face, size, text) for x, face, text in pieces])

    return draw


def table(
    inks: Mapping[str, Ink],
    heads: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[Sequence[str]],
    size: float,
    aligns: Sequence[Align],
    faces: Sequence[str],
) -> list[Strip]:
    """A ruled table as wide as the page; `widths` are shares of it. `faces` are those of the columns."""
    edges = [LEFT]
    for share in widths:
        edges.append(edges[-1] + share * ROOM / sum(widths))
    strips = _row(inks, heads, edges, size * 0.92, ["centre"] * len(heads), [STRONG] * len(heads), True)
    strips = [Strip(strip.height, strip.draw, bound=True) for strip in strips]
    for row in rows:
        strips += _row(inks, row, edges, size, aligns, faces, False)
    return strips


def _row(
    inks: Mapping[str, Ink],
    cells: Sequence[str],
    edges: Sequence[float],
    size: float,
    aligns: Sequence[Align],
    faces: Sequence[str],
    first: bool,
) -> list[Strip]:
    pad = 3.0
    rooms = [right - left - 2 * pad for left, right in pairwise(edges)]
    lines = [wrap(inks, [(face, cell)], size, room) for face, cell, room in zip(faces, cells, rooms, strict=True)]
    most = max(len(cell) for cell in lines)
    step = size * LEADING
    above, below = 1.6, 2.2

    def strip(number: int) -> Strip:
        opening, closing = number == 0, number == most - 1
        height = step + (above if opening else 0) + (below if closing else 0)

        def draw(leaf: Leaf, top: float) -> None:
            base = top + (above if opening else 0) + size * 1.05
            for column, cell in enumerate(lines):
                middle = (most - len(cell)) / 2 if first or (len(cell) == 1 and aligns[column] == "centre") else 0.0
                index = number - int(middle)
                if 0 <= index < len(cell) and cell[index]:
                    text = "".join(piece for _, _, piece in cell[index])
                    align = aligns[column]
                    x = {"left": edges[column] + pad, "right": edges[column + 1] - pad}.get(
                        align, (edges[column] + edges[column + 1]) / 2
                    )
                    leaf.text(x, base + (middle % 1) * step, faces[column], size, text, align)
            for edge in edges:
                leaf.line(edge, top, edge, top + height)
            if opening:
                leaf.line(edges[0], top, edges[-1], top)
            if closing:
                leaf.line(edges[0], top + height, edges[-1], top + height)

        return Strip(height, draw)

    return [strip(number) for number in range(most)]


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
            dealt.append([])
            left = next_room
        dealt[-1] += held
        left -= needed
        held = []
    dealt[-1] += held
    return dealt
