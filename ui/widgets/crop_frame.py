"""The four corners of a paper on the picture as it arrived: drag them, or walk with Tab and push with the arrows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.texts import t

MARGIN = 18
GRIP = 9
NEAR = 28
STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
NAMES = ("top_left", "top_right", "bottom_right", "bottom_left")
INSET = 0.04


class CropFrame(QWidget):
    """Enter takes the cut, Esc leaves the page as it was."""

    taken = Signal(object)
    """The corners in pixels of the original: x and y, top left, top right, bottom right, bottom left."""
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._size = QSize()
        self._corners: list[QPointF] = []
        self._at = 0
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def begin(self, image: QImage, size: QSize, corners: tuple[float, ...] = ()) -> None:
        """Show an original that is `size` pixels large; where its paper lay until now, else all but a margin."""
        self._picture, self._size = QPixmap.fromImage(image), size
        if len(corners) == 8:
            self._corners = [QPointF(corners[n], corners[n + 1]) for n in (0, 2, 4, 6)]
        else:
            dx, dy = size.width() * INSET, size.height() * INSET
            right, bottom = size.width() - dx, size.height() - dy
            self._corners = [QPointF(dx, dy), QPointF(right, dy), QPointF(right, bottom), QPointF(dx, bottom)]
        self._at = 0
        self.retranslate()
        self.update()

    def corners(self) -> tuple[float, ...]:
        """Where they are now, in pixels of the original."""
        return tuple(value for corner in self._corners for value in (round(corner.x(), 1), round(corner.y(), 1)))

    # ---- hands ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tab goes to the next corner, the arrows push it by one pixel of the screen, with Shift by ten."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit(self.corners())
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_C):
            self.given_up.emit()
        elif key in STEPS and self._corners:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            step = QPointF(*STEPS[key]) * (far / self._scale())
            self._put(self._corners[self._at] + step)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._go(self._at + (1 if key == Qt.Key.Key_Tab else -1))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the corners; Enter and Esc leave them."""
        self._go(self._at + (1 if forward else -1))
        return True

    def _go(self, corner: int) -> None:
        self._at = corner % 4
        self.retranslate()
        self.update()

    def _put(self, point: QPointF) -> None:
        """The corner stays on the picture."""
        point.setX(max(0.0, min(point.x(), float(self._size.width()))))
        point.setY(max(0.0, min(point.y(), float(self._size.height()))))
        self._corners[self._at] = point
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The nearest corner is taken up, if it is near."""
        here = event.position()
        far = [(self._shown(corner) - here).manhattanLength() for corner in self._corners]
        if far and min(far) <= NEAR:
            self._held = True
            self._go(far.index(min(far)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._put((event.position() - self._place().topLeft()) / self._scale())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False

    # ---- drawing --------------------------------------------------------------------------------------------------

    def _place(self) -> QRectF:
        """Where the picture lies."""
        size = QSizeF(self._picture.size())
        room = QSizeF(max(1, self.width() - 2 * MARGIN), max(1, self.height() - 2 * MARGIN))
        size.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
        middle = QRectF(self.rect()).center()
        return QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height())

    def _scale(self) -> float:
        """Pixels of the screen for one of the original."""
        return self._place().width() / max(1, self._size.width())

    def _shown(self, corner: QPointF) -> QPointF:
        return self._place().topLeft() + corner * self._scale()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, what is cut away under a veil, the corners with the one in hand raised."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(self.rect(), theme.RADIUS["m"], theme.RADIUS["m"])
        if self._picture.isNull():
            return
        place = self._place()
        painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
        shape = QPolygonF([self._shown(corner) for corner in self._corners])
        away, kept = QPainterPath(), QPainterPath()
        away.addRect(place)
        kept.addPolygon(shape)
        veil = QColor(theme.colour("ink"))
        veil.setAlphaF(0.45)
        painter.fillPath(away.subtracted(kept), veil)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.drawPolygon(shape)
        for number, corner in enumerate(self._corners):
            raised = number == self._at and self.hasFocus()
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(theme.colour("focus" if raised else "surface"))
            painter.drawEllipse(self._shown(corner), GRIP + 2 * raised, GRIP + 2 * raised)

    def retranslate(self) -> None:
        corner = t(f"intake.crop.{NAMES[self._at]}")
        self.setAccessibleName(f"{t('intake.crop')}: {corner}. {t('intake.crop.keys')}")
