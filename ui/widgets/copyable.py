"""A text that can be marked and copied with the mouse, and keeps the marks above its letters."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QStylePainter, QWidget

from ui.widgets.kit import Text


class Copyable(Text):
    """Words of a person's papers. Qt cuts a label that can be copied from at the height of its font, and Ễ is higher:
    NGUYỄN would be read as NGUYÊN. So it is drawn like any other label as long as nothing of it is marked."""

    def __init__(self, key: str = "", parent: QWidget | None = None, look: str = "") -> None:
        super().__init__(key, parent, look)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, up to the edge of the label and over it."""
        if self.hasSelectedText():
            QLabel.paintEvent(self, event)
            return
        painter = QStylePainter(self)
        option = QStyleOption()
        option.initFrom(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option)
        painter.drawItemText(
            self.contentsRect(),
            int(QStyle.visualAlignment(self.layoutDirection(), self.alignment()))
            | (int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0),
            self.palette(),
            self.isEnabled(),
            self.text(),
            self.foregroundRole(),
        )
