"""A question answered by one digit, where the work is: what something is looked at or taken out for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from ui import theme
from ui.texts import words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Label

if TYPE_CHECKING:
    from clerk_app.desk.trail_views import Purpose

COLUMNS = 2


class PurposeButton(SecondaryButton):
    """One purpose, in its own words."""

    def __init__(self, purpose: Purpose, key: str) -> None:
        self._purpose = purpose
        super().__init__("", key)

    def retranslate(self) -> None:
        self._text_key = words(self._purpose.words)
        super().retranslate()


class PurposeLine(QFrame):
    """Hidden until something is asked; 1 … 9 answer, Esc leaves everything as it was."""

    shut = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "ask")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["m"], theme.SPACE["s"], theme.SPACE["m"], theme.SPACE["s"])
        column.setSpacing(theme.SPACE["s"])
        self._label = Label()
        column.addWidget(self._label)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.SPACE["s"])
        column.addLayout(self._grid)
        self._answer: Callable[[str], None] = lambda code: None
        self.buttons: list[PurposeButton] = []
        self._codes: list[str] = []
        self._cancel = SecondaryButton("trail.cancel", "Esc")
        self._cancel.clicked.connect(self.close_line)
        self.hide()

    def ask(self, label_key: str, purposes: Sequence[Purpose], answer: Callable[[str], None]) -> None:
        """Ask; the first purpose has the focus, and nothing is chosen until somebody does."""
        self._label.say(label_key)
        self._answer = answer
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._grid.removeWidget(self._cancel)
        self._codes = [one.code for one in purposes][:9]
        self.buttons = [PurposeButton(one, str(place)) for place, one in enumerate(purposes[:9], 1)]
        for place, button in enumerate(self.buttons):
            button.clicked.connect(partial(self._choose, place))
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        self._grid.addWidget(self._cancel, len(self.buttons) // COLUMNS, len(self.buttons) % COLUMNS)
        self.show()
        (self.buttons[0] if self.buttons else self._cancel).setFocus()
        self.retranslate()

    def close_line(self) -> None:
        """Nothing is asked any more."""
        if not self.isHidden():
            self.hide()
            self.shut.emit()

    def retranslate(self) -> None:
        self.setAccessibleName(self._label.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses, Esc closes."""
        place = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Escape:
            self.close_line()
        elif 0 <= place < len(self._codes):
            self._choose(place)
        else:
            super().keyPressEvent(event)

    def _choose(self, place: int, _checked: bool = False) -> None:
        code = self._codes[place]
        self.hide()
        self._answer(code)
