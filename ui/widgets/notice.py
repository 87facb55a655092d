"""A banner: what happened, why, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Text, reveal

if TYPE_CHECKING:
    from clerk_app.domain.refusals import Refusal, Words

NOTICE_ICONS = {"good": "check", "warn": "triangle-alert", "bad": "circle-alert", "calm": "info", "info": "info"}


class Notice(QFrame):
    """A banner: what happened in bold, what to do after it, sometimes with one button. Hidden until it has words."""

    closed = Signal()

    def __init__(
        self, tone: str = "info", parent: QWidget | None = None, closable: bool = False, drawn: bool = True
    ) -> None:
        """`drawn=False` leaves the picture out until `draw()`: reading one costs the first frame 15 ms."""
        super().__init__(parent)
        self._drawn = drawn
        self.setProperty("class", "notice")
        self.setProperty("tone", tone)
        self._tone = tone
        space = theme.SPACE
        row = QHBoxLayout(self)
        row.setContentsMargins(space["l"], space["m"], space["m"], space["m"])
        row.setSpacing(space["m"])
        self._picture = QLabel()
        pictures = QVBoxLayout()
        pictures.addWidget(self._picture)
        pictures.addStretch(1)
        row.addLayout(pictures)
        column = QVBoxLayout()
        column.setSpacing(0)
        self.headline = Text(look="notice-words notice-headline")
        self.remedy = Text(look="notice-words notice-remedy")
        for text in (self.headline, self.remedy):
            text.setProperty("tone", tone)
            text.setWordWrap(True)
            column.addWidget(text)
        row.addLayout(column, 1)
        self.buttons = QHBoxLayout()
        row.addLayout(self.buttons)
        self._close = QuietButton("shell.close", icon="x") if closable else None
        if self._close is not None:
            self._close.clicked.connect(self.clear)
            row.addWidget(self._close)
        self.hide()

    def set_tone(self, tone: str) -> None:
        """Change how it feels."""
        if tone != self._tone:
            self._tone = tone
            theme.mark(self, tone=tone)
            theme.mark(self.headline, tone=tone)
            theme.mark(self.remedy, tone=tone)

    def show_words(self, headline: Words, remedy: Words | None = None) -> None:
        """Show ready words."""
        self.headline.show_words(headline)
        self.remedy.show_words(remedy)
        self._appear(bool(remedy is not None and remedy.vi))

    def say(self, headline: str, remedy: str = "", **values: object) -> None:
        """Show the words of keys."""
        self.headline.say(headline, **values)
        if remedy:
            self.remedy.say(remedy, **values)
        self._appear(bool(remedy))

    def show_refusal(self, refusal: Refusal) -> None:
        """Show the true cause and the remedy of a refusal."""
        self.show_words(refusal.words, refusal.remedy)

    def draw(self) -> None:
        """From now on with its picture."""
        self._drawn = True
        self.retranslate()

    def clear(self) -> None:
        """Take the banner away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def retranslate(self) -> None:
        """New words for the screen reader, icon in the colours of the moment."""
        if self._drawn:
            self._picture.setPixmap(theme.pixmap(NOTICE_ICONS[self._tone], self._tone, 18))
        self.setAccessibleName(f"{self.headline.text()} {self.remedy.text()}".strip())

    def _appear(self, has_remedy: bool) -> None:
        self.remedy.setVisible(has_remedy)
        self.retranslate()
        reveal(self, True)
