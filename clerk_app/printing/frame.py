"""What every page of a form has: head, title, codes, marks of copy, reprint and practice, page number, basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clerk_app.domain.calendar import day_in_words, in_hanoi, time_in_words
from clerk_app.domain.forms import PrintedForm
from clerk_app.printing.codes import code39, code128, qr
from clerk_app.printing.flow import LEADING, Leaf, balanced
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG, Ink
from clerk_app.printing.labels import cited
from clerk_app.printing.paper import Paper

PRACTICE = "BẢN TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ"
_BAND = 16.0
_QR = 62.0
_SMALL_QR = 44.0
_PHOTO = (3 / 2.54 * 72, 4 / 2.54 * 72)

HeadLine = tuple[str, float, str]
"""(face, size, text) of a line in one of the two columns of the head."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What surrounds a form that is filled in. `copies` are the words of each copy's mark; `lookup` is in the QR code.

    `left` and `right` are the columns of the head; their last lines stand side by side where the form is `ruled`.
    """

    form: PrintedForm
    paper: Paper
    titles: tuple[str, ...]
    code: str
    lookup: str
    left: tuple[HeadLine, ...]
    right: tuple[HeadLine, ...]
    copies: tuple[str, ...]
    reprint: int
    practice: bool
    photo: str = ""
    counted: str = ""

    @property
    def ruled(self) -> bool:
        """Whether the names in the head are underlined, as on papers of the State."""
        return self.form.head in ("state", "applicant")


def moment(at: datetime) -> str:
    """`12 giờ 00 phút, ngày 30 tháng 11 năm 2026`, in Vietnam's time."""
    there = in_hanoi(at)
    return f"{time_in_words(there.time())}, {day_in_words(there.date())}"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the text of a page begins, and the place (x, base line) of the mark that says which copy it is."""

    top: float
    mark: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws what surrounds the text. `first` and `next` say where the free room on a page begins."""

    sheet: Sheet
    inks: Mapping[str, Ink]

    def leaf(self) -> Leaf:
        """An empty page."""
        return Leaf(self.inks, self.sheet.paper.height)

    def first(self, leaf: Leaf) -> Opening:
        """Head, title and codes of the first page."""
        sheet, paper = self.sheet, self.sheet.paper
        top = self._practice(leaf)
        top = self._head(leaf, top)
        for number, title in enumerate(sheet.titles):
            face, size = (SLANTED, paper.title * 0.75) if number else (STRONG, paper.title)
            for text in balanced(self.inks, face, title, size, paper.room):
                leaf.text(paper.width / 2, top + size * 1.05, face, size, text, "centre")
                top += size * LEADING
        return self._codes(leaf, top + 3 * paper.head, _QR, 22.0)

    def next(self, leaf: Leaf) -> Opening:
        """The short head of the pages that follow."""
        paper = self.sheet.paper
        top = self._practice(leaf)
        for text in balanced(self.inks, STRONG, f"{self.sheet.titles[0]} (tiếp theo)", 8, paper.room):
            leaf.text(paper.side, top + 9, STRONG, 8, text)
            top += 8 * LEADING
        return self._codes(leaf, top + 4, _SMALL_QR, 18.0)

    def foot(self, leaf: Leaf, page: int, of: int, here: int = 0, until_here: int = 0) -> None:
        """Form and basis, the page's number where there are several, and in a register what the page adds up to."""
        sheet, paper = self.sheet, self.sheet.paper
        base = paper.bottom + 10
        number = "" if sheet.form.number in sheet.form.basis else sheet.form.number
        basis = " · ".join(said for said in (number, cited(sheet.form.basis)) if said)
        if basis:
            size = 6.5
            while size > 4 and self.inks[PLAIN].width(basis, size) > paper.room - 60:
                size -= 0.25
            leaf.text(paper.side, base, SLANTED, size, basis)
        if of > 1 or sheet.counted:
            leaf.text(paper.right, base, PLAIN, 7, f"Trang {page}/{of}", "right")
        if sheet.counted:
            words = f"Cộng trang này: {here} {sheet.counted}. Cộng dồn đến hết trang: {until_here} {sheet.counted}."
            leaf.text(paper.right, paper.bottom - (_BAND + 4 if sheet.practice else 0), STRONG, 8, words, "right")

    def mark(self, leaf: Leaf, copy: str, opening: Opening) -> None:
        """Which copy this is."""
        if copy:
            leaf.text(opening.mark[0], opening.mark[1], SLANTED, 8, f"({copy})")

    @property
    def bottom(self) -> float:
        """Where the free room of a page ends."""
        room = self.sheet.paper.bottom - (_BAND + 4 if self.sheet.practice else 0)
        return room - (16 if self.sheet.counted else 0)

    def _practice(self, leaf: Leaf) -> float:
        paper = self.sheet.paper
        if not self.sheet.practice:
            return paper.edge
        for top in (paper.edge - 8, paper.bottom - _BAND + 2):
            leaf.shade(paper.side, top, paper.room, _BAND)
            leaf.text(paper.width / 2, top + 11.4, STRONG, 9, PRACTICE, "centre")
        return paper.edge - 8 + _BAND + 5

    def _head(self, leaf: Leaf, top: float) -> float:
        sheet, paper = self.sheet, self.sheet.paper
        if not sheet.left and not sheet.right:
            return top
        if not sheet.left:
            return self._column(leaf, sheet.right, paper.width / 2, paper.room, top) + 12
        half = paper.room * 0.46
        places = (
            (sheet.left, paper.side + half / 2, half - 6),
            (sheet.right, paper.right - (paper.room - half) / 2, paper.room - half - 2),
        )
        if not sheet.ruled:
            return max(self._column(leaf, lines, middle, room, top) for lines, middle, room in places) + 7
        end = max(self._column(leaf, lines[:-1], middle, room, top) for lines, middle, room in places)
        # Number and date stand in one line (NĐ 30/2020/NĐ-CP, annex I).
        return max(self._column(leaf, lines[-1:], middle, room, end, False) for lines, middle, room in places) + 7

    def _column(
        self, leaf: Leaf, lines: Sequence[HeadLine], middle: float, room: float, top: float, ruled: bool = True
    ) -> float:
        under = _last_strong(lines) if self.sheet.ruled and ruled else None
        for line in lines:
            face, size, text = line
            said = balanced(self.inks, face, text, size, room)
            for words in said:
                leaf.text(middle, top + size, face, size, words, "centre")
                top += size * LEADING
            if line is under:
                width = max(self.inks[face].width(words, size) for words in said)
                width *= 1.0 if line in self.sheet.right else 0.4
                leaf.line(middle - width / 2, top + 1.5, middle + width / 2, top + 1.5, 0.6)
                top += 5
        return top

    def _codes(self, leaf: Leaf, top: float, size: float, bar: float) -> Opening:
        """Bar code, QR code, mark of the reprint and the box for a photo; where the room under them begins."""
        sheet, paper = self.sheet, self.sheet.paper
        if sheet.form.paper == "80mm":
            return self._ticket_codes(leaf, top)
        full = size == _QR
        photo = bool(sheet.photo) and full
        left, right, end = paper.side + (_PHOTO[0] + 12 if photo else 0), paper.right, top
        if photo:
            end = self._photo(leaf, top) + 6
        if sheet.form.qr and sheet.code:
            square = qr(sheet.lookup)
            leaf.symbol(square, right - size, top, size / square.width, size)
            right -= size + 12
            end = max(end, top + size + 6)
        if sheet.form.barcode != "none" and sheet.code:
            strip = code39(sheet.code) if sheet.form.barcode == "code39" else code128(sheet.code)
            leaf.symbol(strip, left, top + 2, min(0.85, (right - left) / strip.width), bar)
            leaf.text(left, top + bar + 12, PLAIN, 8, "Mã hồ sơ: ")
            leaf.text(left + self.inks[PLAIN].width("Mã hồ sơ: ", 8), top + bar + 12, STRONG, 9, sheet.code)
            end = max(end, top + (size + 6 if any(sheet.copies) or sheet.reprint else bar + 20))
        if end == top and any(sheet.copies):
            self._reprint(leaf, right, top)
            return Opening(top + 16, (left, top + 9.2))
        if sheet.reprint:
            at = top + (_QR - 18 if full else _SMALL_QR - 12) if end > top else top
            self._reprint(leaf, right, at)
            end = max(end, at + 18)
        return Opening(end, (left, top + (53 if full else 41)))

    def _reprint(self, leaf: Leaf, right: float, top: float) -> None:
        if not self.sheet.reprint:
            return
        words = f"BẢN IN LẠI LẦN {self.sheet.reprint}"
        width = self.inks[STRONG].width(words, 8) + 10
        leaf.shade(right - width, top, width, 12.5)
        leaf.text(right - width / 2, top + 9.2, STRONG, 8, words, "centre")

    def _ticket_codes(self, leaf: Leaf, top: float) -> Opening:
        """A QR code in the middle of the roll, as large as a telephone likes it, and the code in letters."""
        sheet, middle = self.sheet, self.sheet.paper.width / 2
        if sheet.code:
            square = qr(sheet.lookup)
            leaf.symbol(square, middle - 45, top + 4, 90 / square.width, 90)
            leaf.text(middle, top + 108, STRONG, 9.5, sheet.code, "centre")
            top += 116
        if sheet.reprint:
            self._reprint(leaf, middle + self.inks[STRONG].width(f"BẢN IN LẠI LẦN {sheet.reprint}", 8) / 2 + 5, top)
            top += 18
        return Opening(top + 2, (sheet.paper.side, top))

    def _photo(self, leaf: Leaf, top: float) -> float:
        left, (width, height) = self.sheet.paper.side, _PHOTO
        for start, to in (((0, 0), (1, 0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0))):
            leaf.line(left + start[0] * width, top + start[1] * height, left + to[0] * width, top + to[1] * height, 0.6)
        base = top + height / 2 - 4
        for words in balanced(self.inks, PLAIN, self.sheet.photo, 8, width - 12):
            leaf.text(left + width / 2, base, PLAIN, 8, words, "centre")
            base += 8 * LEADING
        return top + height


def _last_strong(lines: Sequence[HeadLine]) -> HeadLine | None:
    strong = [line for line in lines if line[0] == STRONG]
    return strong[-1] if strong else None


def on_roll(sheet: Sheet, height: float) -> Sheet:
    """The same sheet on a piece of the roll that is `height` points long."""
    return replace(sheet, paper=replace(sheet.paper, height=height))
