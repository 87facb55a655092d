"""Lines that can be walked with the arrows: one of them is a stop of Tab, and each knows why it says what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

if TYPE_CHECKING:
    from clerk_app.desk.views import Why

STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Line(QFrame):
    """One line: what it says is its accessible name, the short of how it came about its description."""

    step = Signal(int)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "line")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._whys: tuple[Why, ...] = ()

    def set_whys(self, whys: tuple[Why, ...]) -> None:
        """The reasons of this line."""
        self._whys = whys

    def whys(self) -> tuple[Why, ...]:
        """The reasons of this line."""
        return self._whys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = STEPS.get(Qt.Key(event.key())) if plain else None
        if step is not None:
            self.step.emit(step)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()


def rove(lines: Sequence[Line], at: Line) -> None:
    """Tab stops at this one of them from now on."""
    for line in lines:
        line.setFocusPolicy(Qt.FocusPolicy.StrongFocus if line is at else Qt.FocusPolicy.ClickFocus)


def walk(lines: Sequence[Line], origin: Line, step: int) -> None:
    """The focus goes to the next line that is shown, if there is one."""
    shown = [line for line in lines if not line.isHidden()]
    place = shown.index(origin) + step if origin in shown else 0
    if 0 <= place < len(shown):
        shown[place].setFocus(Qt.FocusReason.OtherFocusReason)


def whys_at(widget: QWidget | None) -> tuple[Why, ...]:
    """The reasons of the line in which this widget stands; nothing where it stands in none."""
    while widget is not None:
        told = getattr(widget, "whys", None)
        if callable(told):
            found: tuple[Why, ...] = told()
            if found:
                return found
        widget = widget.parentWidget()
    return ()
