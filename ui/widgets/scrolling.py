"""A column that scrolls when the window is too low for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scrolling(QScrollArea):
    """Scrolls up and down with what has the focus; every key belongs to whoever stands around it."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("class", "clear")
        if not inside.property("class"):
            inside.setProperty("class", "clear")
        self.setWidget(inside)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def bring_into_sight(self, widget: QWidget, room: int = 60) -> None:
        """Scroll up or down, never sideways, until the widget and some room around it can be seen.

        Where it can be seen from the very top, that is shown: what a step has to say stands there.
        """
        inside = self.widget()
        if inside is None or not inside.isAncestorOf(widget):
            return
        if widget.mapTo(inside, widget.rect().bottomLeft()).y() + room <= self.viewport().height():
            self.verticalScrollBar().setValue(0)
        else:
            self.ensureWidgetVisible(widget, 0, room)
        self.horizontalScrollBar().setValue(0)

    def show_down_to(self, widget: QWidget, room: int) -> None:
        """Scroll until the lower edge of the widget and the room below it can be seen, also where it just fits."""
        inside = self.widget()
        if inside is not None and inside.isAncestorOf(widget):
            self.ensureVisible(0, widget.mapTo(inside, widget.rect().bottomLeft()).y(), 0, room)
