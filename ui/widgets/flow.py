"""A row of small buttons that takes a second row where the first is full."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

GAP = 2
"""Between two rows; the buttons bring room of their own to the sides."""
SIDES = 5


def snug(button: QWidget, sides: int = SIDES) -> None:
    """No more room around the words than a row of many buttons has."""
    layout = button.layout()
    if layout is not None:
        layout.setContentsMargins(sides, 4, sides, 4)


class Flow(QWidget):
    """Places its children itself, in the order in which they were added; hidden ones take no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, part: QWidget) -> None:
        """Put one behind the others."""
        snug(part)
        part.setParent(self)
        self._parts.append(part)
        self._place()

    def sizeHint(self) -> QSize:
        """As wide as one row, as high as it takes at this width."""
        shown = [part.sizeHint() for part in self._parts if not part.isHidden()]
        wide = sum(size.width() for size in shown)
        return QSize(wide, self._place(dry=True))

    def minimumSizeHint(self) -> QSize:
        """The widest button."""
        shown = [part.sizeHint().width() for part in self._parts if not part.isHidden()]
        return QSize(max(shown, default=0), self._place(dry=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.again()

    def event(self, event: QEvent) -> bool:
        """A button came, went or has other words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.again()
        return super().event(event)

    def again(self) -> None:
        """Place everything anew."""
        high = self._place()
        if high != self.height():
            self.setFixedHeight(high)

    def _place(self, *, dry: bool = False) -> int:
        """Where each goes; how high all of it is."""
        at, tall = QPoint(0, 0), 0
        room = max(1, self.width())
        for part in self._parts:
            if part.isHidden():
                continue
            size = part.sizeHint()
            if at.x() and at.x() + size.width() > room:
                at, tall = QPoint(0, at.y() + tall + GAP), 0
            if not dry:
                part.setGeometry(at.x(), at.y(), size.width(), size.height())
            at.setX(at.x() + size.width())
            tall = max(tall, size.height())
        return at.y() + tall
