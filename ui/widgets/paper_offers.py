"""What could be taken for an item instead of scanning it: a paper on record, a register, or an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import words
from ui.widgets.kit import KeyCap, Text

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from clerk_app.desk.views import PaperLine

OFFER_KEYS = ("U", "Shift+U")
WAIVER_KEY = "X"
BREAK = "\N{ZERO WIDTH SPACE}"


class Offer(QFrame):
    """One of them: its words wrap, its key stands beside them. The keys belong to the step, the mouse clicks here."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "offer")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 6, 4)
        row.setSpacing(theme.SPACE["s"])
        self._words = Text(look="offer-words")
        self._words.setWordWrap(True)
        policy = self._words.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self._words.setSizePolicy(policy)
        self._cap = KeyCap()
        row.addWidget(self._words, 1)
        row.addWidget(self._cap, 0, Qt.AlignmentFlag.AlignTop)

    def show_words(self, both: Words, key: str) -> None:
        """What would be taken."""
        # A dossier's code may be broken where its parts end.
        self._words.show_words(Words(both.vi.replace("-", f"-{BREAK}"), both.en.replace("-", f"-{BREAK}")))
        self._cap.show_key(key)
        self.setAccessibleName(words(both))

    def say(self, text_key: str, key: str) -> None:
        """The same, by a key of the translations."""
        self._words.say(text_key)
        self._cap.show_key(key)
        self.setAccessibleName(self._words.text())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class Offers(QWidget):
    """All of them for the chosen item."""

    offer_asked = Signal(str)
    """The id of what is to be taken."""
    waiver_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: list[Offer] = []
        self._line: PaperLine | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 5, 0, 1)
        self._column.setSpacing(4)
        self._waiver = Offer()
        self._waiver.clicked.connect(self.waiver_asked)
        self._column.addWidget(self._waiver)

    def show_line(self, line: PaperLine | None) -> None:
        """Those of an item; nothing where none can be had."""
        self._line = line
        found = line.offers if line is not None else ()
        while len(self._offers) < len(found):
            place = len(self._offers)
            offer = Offer()
            offer.clicked.connect(lambda place=place: self.take(place))
            self._column.insertWidget(place, offer)
            self._offers.append(offer)
        for place, offer in enumerate(self._offers):
            offer.setVisible(place < len(found))
            if place < len(found):
                offer.show_words(found[place].words, OFFER_KEYS[place] if place < len(OFFER_KEYS) else "")
        possible = line is not None and line.waiver == "possible" and not line.done
        self._waiver.setVisible(possible)
        if possible:
            self._waiver.say("intake.papers.waiver", WAIVER_KEY)
        self.setVisible(bool(found) or possible)

    def take(self, place: int) -> bool:
        """Take the offer at that place; False if there is none."""
        found = self._line.offers if self._line is not None else ()
        if not 0 <= place < len(found):
            return False
        self.offer_asked.emit(found[place].id)
        return True
