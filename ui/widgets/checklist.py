"""The papers that this very case needs, one card each: what is there, what is missing, and why it is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Badge, KeyCap, Text
from ui.widgets.paper_offers import Offers

if TYPE_CHECKING:
    from clerk_app.desk.views import PaperLine


def short_name(name: str) -> str:
    """A paper's name without the remark in brackets at its end."""
    return _split(name)[0]


def _split(name: str) -> tuple[str, str]:
    """`Giấy phép lái xe cũ (bản sao)` is the name `Giấy phép lái xe cũ` and the remark `bản sao`."""
    found = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", name)
    return (found[1], found[2]) if found is not None else (name, "")


def _sentence(said: Words | None) -> Words | None:
    """It stands alone here, so it begins with a capital."""
    if said is None:
        return None
    return Words(said.vi[:1].upper() + said.vi[1:], said.en[:1].upper() + said.en[1:])


class PaperCard(QFrame):
    """One paper; while it is chosen also what could be taken instead of scanning it."""

    pressed = Signal(str)
    offer_asked = Signal(str, str)
    waiver_asked = Signal(str)

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = code
        self._line: PaperLine | None = None
        self._why = False
        self.setProperty("class", "paper")
        self.setProperty("chosen", "no")
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 7, 9, 7)
        column.setSpacing(1)
        self._name = Text(look="check-title")
        self._name.setWordWrap(True)
        self._state = Badge()
        self._detail = Text(look="muted")
        self._detail.setWordWrap(True)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        for row, text in ((self._first, self._name), (self._second, self._detail)):
            row.setSpacing(theme.SPACE["s"])
            row.addWidget(text, 1)
            column.addLayout(row)
        self._first.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        self._key = KeyCap()
        self._second.addWidget(self._key, 0, Qt.AlignmentFlag.AlignBottom)
        self._missing = Text(look="missing")
        self._reason = Text(look="why")
        for text in (self._missing, self._reason):
            text.setWordWrap(True)
            column.addWidget(text)
        self.offers = Offers()
        self.offers.offer_asked.connect(lambda offer: self.offer_asked.emit(self.code, offer))
        self.offers.waiver_asked.connect(lambda: self.waiver_asked.emit(self.code))
        column.addWidget(self.offers)

    def show_line(self, line: PaperLine, chosen: bool, focused: bool, why: bool) -> None:
        """Show the item; `why` adds the reason."""
        self._line = line
        self._why = why
        self._state.show_badge(line.state)
        self._key.show_key(line.key)
        self.offers.show_line(line if chosen else None)
        state = ("focus" if focused else "yes") if chosen else "no"
        if self.property("chosen") != state:
            theme.mark(self, chosen=state)
            theme.mark(self._name)
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_badge()

    def _place_badge(self) -> None:
        """Beside the name; one row lower if that would press the name into more than two lines."""
        room = self.width() - 20 - theme.SPACE["s"] - self._state.sizeHint().width()
        two_lines = 2 * self._name.fontMetrics().lineSpacing() + 10
        beside = self._name.heightForWidth(max(room, 1)) <= two_lines or not self._line or not self._line.detail.vi
        row, other = (self._first, self._second) if beside else (self._second, self._first)
        if row.indexOf(self._state) < 0:
            other.removeWidget(self._state)
            row.insertWidget(1, self._state, 0, Qt.AlignmentFlag.AlignTop)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.code)

    def retranslate(self) -> None:
        if self._line is not None:
            name, remark = _split(words(self._line.name))
            if self._line.done and not self._line.pages:
                remark = ""
            self._name.setText(name)
            self._detail.setText(" · ".join(part for part in (words(self._line.detail), remark) if part))
            self._missing.show_words(_sentence(self._line.missing))
            self._missing.setVisible(self._line.missing is not None)
            self._reason.setText(words(self._line.why))
            self._reason.setVisible(self._why and bool(self._line.why.vi))
            lacking = f". {words(self._line.missing)}" if self._line.missing is not None else ""
            self.setAccessibleName(f"{words(self._line.name)}: {words(self._line.state.words)}{lacking}")
            self._place_badge()


class Checklist(QWidget):
    """The list takes the focus as one control: arrows choose; the other keys belong to the step."""

    chosen = Signal(str)
    entered = Signal()
    offer_asked = Signal(str, str)
    """The code of an item and the id of what is to be taken for it."""
    waiver_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lines: tuple[PaperLine, ...] = ()
        self._cards: dict[str, PaperCard] = {}
        self._why = False
        self.current = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._optional = Text("intake.papers.optional", self, look="caption")
        self._optional.hide()
        self.retranslate()

    def show_lines(self, lines: tuple[PaperLine, ...]) -> None:
        """Show the checklist, what is required first; the chosen item stays chosen, else the first missing one is."""
        self._lines = lines = tuple(sorted(lines, key=lambda line: not line.required))
        codes = [line.code for line in lines]
        for code in [code for code in self._cards if code not in codes]:
            card = self._cards.pop(code)
            card.hide()
            card.deleteLater()
        for place, line in enumerate(lines):
            if line.code not in self._cards:
                card = PaperCard(line.code, self)
                card.pressed.connect(self._clicked)
                card.offer_asked.connect(self.offer_asked)
                card.waiver_asked.connect(self.waiver_asked)
                self._cards[line.code] = card
            if self._column.indexOf(self._cards[line.code]) != place:
                self._column.insertWidget(place, self._cards[line.code])
        optional = next((place for place, line in enumerate(lines) if not line.required), None)
        self._column.removeWidget(self._optional)
        self._optional.setVisible(bool(optional))
        if optional:
            self._column.insertWidget(optional, self._optional)
        if self.current not in codes:
            self.current = self.first_missing() or (codes[0] if codes else "")
        self._redraw()

    def line(self, code: str = "") -> PaperLine | None:
        """The item of that code, or the chosen one."""
        return next((line for line in self._lines if line.code == (code or self.current)), None)

    def card(self, code: str) -> PaperCard | None:
        """Where an item is drawn."""
        return self._cards.get(code)

    @property
    def lines(self) -> tuple[PaperLine, ...]:
        """Every item as it stands here."""
        return self._lines

    def by_key(self, key: str) -> PaperLine | None:
        """The item that this key is for."""
        return next((line for line in self._lines if line.key == key), None)

    def code_under(self, at: QPoint) -> str:
        """The item that lies under a point of the screen, or the empty text."""
        for code, card in self._cards.items():
            if card.isVisible() and card.rect().contains(card.mapFromGlobal(at)):
                return code
        return ""

    def first_missing(self) -> str:
        """The first required item that is not there, or the empty text."""
        return next((line.code for line in self._lines if line.required and not line.done), "")

    def missing(self) -> tuple[PaperLine, ...]:
        """Every required item that is not there."""
        return tuple(line for line in self._lines if line.required and not line.done)

    def choose(self, code: str) -> None:
        """Choose an item."""
        if code in self._cards and code != self.current:
            self.current = code
            self._redraw()
            self.chosen.emit(code)

    def show_why(self, on: bool) -> None:
        """Show or hide every reason."""
        self._why = on
        self._redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            codes = [line.code for line in self._lines]
            if self.current in codes:
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.choose(codes[max(0, min(codes.index(self.current) + step, len(codes) - 1))])
            return
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._redraw()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._redraw()

    def retranslate(self) -> None:
        self._say()

    def _clicked(self, code: str) -> None:
        self.setFocus()
        self.choose(code)

    def _redraw(self) -> None:
        for line in self._lines:
            self._cards[line.code].show_line(line, line.code == self.current, self.hasFocus(), self._why)
        self._say()

    def _say(self) -> None:
        line = self.line()
        here = f": {words(line.name)}, {words(line.state.words)}. {words(line.why)}" if line is not None else ""
        self.setAccessibleName(f"{t('intake.papers.title')}{here}")
