"""A field to sign in with a pen, a finger or the mouse; what was signed becomes a small picture.

empty --press--> signing --release--> signed --Del--> empty
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.texts import t

PICTURE = QSize(900, 300)
"""Pixels of the picture that is kept, whatever the size of the field."""
PEN = 3.0
LEAST = 12
"""Points from which on strokes are a signature and no slip of the hand."""


class SignaturePad(QWidget):
    """Strokes as they were drawn, each a list of points from 0 to 1 of width and height."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strokes: list[list[tuple[float, float]]] = []
        self._down = False
        self.setMinimumSize(240, 96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents, False)
        self.retranslate()

    def sizeHint(self) -> QSize:
        return QSize(480, 112)

    @property
    def signed(self) -> bool:
        """Whether enough was drawn to be a signature."""
        return sum(map(len, self._strokes)) >= LEAST

    def clear(self) -> None:
        """Take away what was drawn."""
        if self._strokes:
            self._strokes = []
            self.update()
            self.changed.emit()

    def png(self) -> bytes:
        """The strokes in black on white, as PNG."""
        image = QImage(PICTURE, QImage.Format.Format_Grayscale8)
        image.fill(QColor("white"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_pen(QColor("black"), PEN))
        for stroke in self._strokes:
            painter.drawPath(_path(stroke, PICTURE.width(), PICTURE.height()))
        painter.end()
        octets = QByteArray()
        buffer = QBuffer(octets)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stub wants octets, the binding a text
        return bytes(octets.data())

    def retranslate(self) -> None:
        """What a screen reader says of it."""
        self.setAccessibleName(t("results.pad"))
        self.update()

    # ---- drawing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It goes on."""
        self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It ends."""
        self._go_on(event.position())
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """The same with a pen."""
        match event.type():
            case QTabletEvent.Type.TabletPress:
                self._begin(event.position())
            case QTabletEvent.Type.TabletMove:
                self._go_on(event.position())
            case _:
                self._go_on(event.position())
                self._end()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del clears it."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def _begin(self, at: QPointF) -> None:
        self._down = True
        self._strokes.append([self._place(at)])
        self.update()

    def _go_on(self, at: QPointF) -> None:
        if self._down and self._strokes[-1][-1] != (place := self._place(at)):
            self._strokes[-1].append(place)
            self.update()

    def _end(self) -> None:
        if self._down:
            self._down = False
            self.changed.emit()

    def _place(self, at: QPointF) -> tuple[float, float]:
        return min(1.0, max(0.0, at.x() / self.width())), min(1.0, max(0.0, at.y() / self.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, a line to sign on, and the strokes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(frame, theme.RADIUS["m"], theme.RADIUS["m"])
        painter.setPen(QPen(theme.colour("line"), 1, Qt.PenStyle.DashLine))
        base = self.height() * 0.75
        painter.drawLine(QPointF(24, base), QPointF(self.width() - 24, base))
        if not self._strokes:
            painter.setPen(theme.colour("faint"))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, t("results.pad_hint"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(theme.colour("ink"), PEN * self.width() / PICTURE.width() + 0.6))
        for stroke in self._strokes:
            painter.drawPath(_path(stroke, self.width(), self.height()))
        painter.end()


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _path(stroke: list[tuple[float, float]], width: int, height: int) -> QPainterPath:
    first, *rest = [QPointF(x * width, y * height) for x, y in stroke]
    path = QPainterPath(first)
    for point in rest or [first + QPointF(0.1, 0.1)]:
        path.lineTo(point)
    return path
