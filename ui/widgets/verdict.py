"""One line that says whether the application can be accepted as it stands; it keeps its room whatever it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.texts import words
from ui.widgets.kit import Text
from ui.widgets.lines import Line
from ui.widgets.notice import NOTICE_ICONS

if TYPE_CHECKING:
    from clerk_app.desk.views import VerdictView

LINES = 3
LINES_IN_COLUMN = 4
"""Lines of words that have room without anything moving: across the page, and in the column beside it."""


class VerdictLine(Line):
    """A sign, what is so, and what to do about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: VerdictView | None = None
        self.setProperty("class", "verdict")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE["m"], theme.SPACE["s"], theme.SPACE["m"], theme.SPACE["s"])
        row.setSpacing(theme.SPACE["m"])
        self._picture = QLabel()
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(1)
        self.words = Text(look="strong")
        self.detail = Text(look="hint")
        for label in (self.words, self.detail):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(1)
        row.addLayout(column, 1)
        self._lines = LINES
        self._reserve()

    def set_column(self, column: bool) -> None:
        """Whether it stands in a column beside the page, where the same words need more lines."""
        self._lines = LINES_IN_COLUMN if column else LINES
        self._reserve()

    def show_verdict(self, view: VerdictView | None) -> None:
        """Show it; without one it says nothing."""
        if view == self._view:
            return
        self._view = view
        if view is None:
            return
        self.set_whys(view.whys)
        self.words.show_words(view.words)
        self.detail.show_words(view.detail)
        if self.property("tone") != view.tone:
            theme.mark(self, tone=view.tone)
        self.retranslate()

    def retranslate(self) -> None:
        if self._view is None:
            return
        self._reserve()
        self._picture.setPixmap(theme.pixmap(NOTICE_ICONS[self._view.tone], self._view.tone, 18))
        self.setAccessibleName(words(self._view.words))
        self.setAccessibleDescription(words(self._view.detail))

    def _reserve(self) -> None:
        spacing = self.words.fontMetrics().lineSpacing()
        self.setMinimumHeight(self._lines * spacing + 2 * theme.SPACE["s"] + 4)
