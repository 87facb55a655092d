"""What every page of a form has: head, title, codes, marks of copy, reprint and practice, page number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clerk_app.domain.calendar import in_hanoi
from clerk_app.printing.codes import code128, qr
from clerk_app.printing.flow import HEIGHT, LEADING, LEFT, RIGHT, ROOM, WIDTH, Leaf, Strip, balanced
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG, Ink

PRACTICE = "BẢN TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ"
BLANK = "………………"
TOP, BOTTOM = 26.0, HEIGHT - 26.0
_BAND = 16.0
_QR = 62.0
_SMALL_QR = 44.0

HeadLine = tuple[str, float, str]
"""(face, size, text) of a line in one of the two columns of the head."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form filled in and measured, before it is dealt out to pages. `copies` are the words of each copy's mark."""

    name: str
    title: str
    code: str
    code_label: str
    left: tuple[HeadLine, ...]
    right: tuple[HeadLine, ...]
    ruled: bool
    copies: tuple[str, ...]
    reprint: int
    practice: bool
    language: str = "vi-VN"


def moment(at: datetime) -> str:
    """`12 giờ 00 phút, ngày 30 tháng 11 năm 2026`, in Vietnam's time."""
    there = in_hanoi(at)
    return f"{there:%H} giờ {there:%M} phút, {day(there)}"


def day(at: datetime) -> str:
    """`ngày 30 tháng 11 năm 2026`: days and the first two months with two digits, as official papers are dated."""
    there = in_hanoi(at)
    return f"ngày {there:%d} tháng {there.month:02d} năm {there.year}"


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws what surrounds the text. `first` and `next` give the top of the free room on a page."""

    sheet: Sheet
    inks: Mapping[str, Ink]

    def first(self, leaf: Leaf) -> float:
        """Head, title and codes of the first page."""
        top = self._practice(leaf)
        top = self._head(leaf, top)
        for text in balanced(self.inks, STRONG, self.sheet.title, 11.5, ROOM):
            leaf.text(WIDTH / 2, top + 12, STRONG, 11.5, text, "centre")
            top += 15.5
        top += 3
        self._codes(leaf, top, _QR, 22.0)
        return top + _QR + 6

    def next(self, leaf: Leaf) -> float:
        """The short head of the pages that follow."""
        top = self._practice(leaf)
        leaf.text(LEFT, top + 9, STRONG, 8, f"{self.sheet.title} (tiếp theo)")
        self._codes(leaf, top + 14, _SMALL_QR, 18.0)
        return top + 14 + _SMALL_QR + 6

    def foot(self, leaf: Leaf, page: int, of: int) -> None:
        """Page number, where there is more than one page."""
        if of > 1:
            leaf.text(RIGHT, BOTTOM + 10, PLAIN, 7, f"Trang {page}/{of}", "right")

    def mark(self, leaf: Leaf, copy: str, top: float, page: int) -> None:
        """Which copy this is; `top` is the top of the free room of the page."""
        at = top - 6 - (_QR if page == 1 else _SMALL_QR)
        leaf.text(LEFT, at + (53 if page == 1 else 41), SLANTED, 8, f"({copy})")

    @property
    def bottom(self) -> float:
        """Where the free room of a page ends."""
        return BOTTOM - (_BAND + 4 if self.sheet.practice else 0)

    def _practice(self, leaf: Leaf) -> float:
        if not self.sheet.practice:
            return TOP
        for top in (TOP - 8, BOTTOM - _BAND + 2):
            leaf.shade(LEFT, top, ROOM, _BAND)
            leaf.text(WIDTH / 2, top + 11.4, STRONG, 9, PRACTICE, "centre")
        return TOP - 8 + _BAND + 5

    def _head(self, leaf: Leaf, top: float) -> float:
        half = ROOM * 0.46
        ends = [
            self._column(leaf, self.sheet.left, LEFT + half / 2, half - 6, top),
            self._column(leaf, self.sheet.right, RIGHT - (ROOM - half) / 2, ROOM - half - 2, top),
        ]
        return max(ends) + 7

    def _column(self, leaf: Leaf, lines: Sequence[HeadLine], middle: float, room: float, top: float) -> float:
        ruled = _last_strong(lines) if self.sheet.ruled else None
        for line in lines:
            face, size, text = line
            for words in balanced(self.inks, face, text, size, room):
                leaf.text(middle, top + size, face, size, words, "centre")
                top += size * LEADING
            if line is ruled:
                width = min(room, self.inks[face].width(text, size)) * (1.0 if lines is self.sheet.right else 0.5)
                leaf.line(middle - width / 2, top + 1.5, middle + width / 2, top + 1.5, 0.6)
                top += 5
        return top

    def _codes(self, leaf: Leaf, top: float, size: float, bar: float) -> None:
        sheet = self.sheet
        square = qr(sheet.code)
        module = size / square.width
        leaf.symbol(square, RIGHT - size, top, module, size)
        strip = code128(sheet.code)
        room = RIGHT - size - 12 - LEFT
        narrow = min(0.85, room / strip.width)
        leaf.symbol(strip, LEFT, top + 2, narrow, bar)
        leaf.text(LEFT, top + bar + 12, PLAIN, 8, f"{sheet.code_label}: ")
        indent = self.inks[PLAIN].width(f"{sheet.code_label}: ", 8)
        leaf.text(LEFT + indent, top + bar + 12, STRONG, 9, sheet.code)
        if sheet.reprint:
            words = f"BẢN IN LẠI LẦN {sheet.reprint}"
            width = self.inks[STRONG].width(words, 8) + 10
            right = RIGHT - size - 12
            at = top + (_QR - 18 if size == _QR else _SMALL_QR - 12)
            leaf.shade(right - width, at, width, 12.5)
            leaf.text(right - width / 2, at + 9.2, STRONG, 8, words, "centre")


def _last_strong(lines: Sequence[HeadLine]) -> HeadLine | None:
    strong = [line for line in lines if line[0] == STRONG]
    return strong[-1] if strong else None


def signatures(inks: Mapping[str, Ink], places: Sequence[tuple[str, str]], size: float, space: float) -> Strip:
    """Places to sign, side by side: (role, hint). One strip, so they stay together."""
    height = size * LEADING * 2 + space

    def draw(leaf: Leaf, top: float) -> None:
        for number, (role, hint) in enumerate(places):
            middle = LEFT + ROOM * (2 * number + 1) / (2 * len(places))
            leaf.text(middle, top + 6 + size, STRONG, size, role, "centre")
            leaf.text(middle, top + 6 + size * (1 + LEADING), SLANTED, size * 0.9, hint, "centre")

    return Strip(height, draw)
