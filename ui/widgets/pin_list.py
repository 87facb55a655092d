"""What a comment can point at, to choose with one key: a digit for the first nine, arrows and Enter for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QWidget

from ui.texts import t, words

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import PinTarget

DIGITS = 9
SHOWN = 8


class PinList(QListWidget):
    """Hidden until it is asked."""

    chosen = Signal(object)
    """The `PinTarget`."""
    shut = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins: tuple[PinTarget, ...] = ()
        self.setProperty("class", "pins")
        self.itemActivated.connect(lambda item: self._choose(self.row(item)))
        self.hide()

    def ask(self, pins: tuple[PinTarget, ...]) -> None:
        """Show these; the keyboard is here."""
        self._pins = pins
        self.retranslate()
        self.setCurrentRow(0)
        self.setFixedHeight(min(SHOWN, len(pins)) * max(1, self.sizeHintForRow(0)) + 8)
        self.show()
        self.setFocus()

    def retranslate(self) -> None:
        """Their names in the language of the moment."""
        self.setAccessibleName(t("approvals.pin.which"))
        here = max(0, self.currentRow())
        self.clear()
        for number, pin in enumerate(self._pins, 1):
            self.addItem(f"{number}   {words(pin.label)}" if number <= DIGITS else f"     {words(pin.label)}")
        self.setCurrentRow(here)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses, Enter takes the one that is marked, Esc leaves."""
        number = event.key() - Qt.Key.Key_0
        if 1 <= number <= min(DIGITS, len(self._pins)):
            self._choose(number - 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentRow())
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.shut.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._pins):
            self.hide()
            self.chosen.emit(self._pins[row])
