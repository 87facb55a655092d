"""One scanned page, large: fitted to its frame or zoomed, turned as the clerk turned it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QTransform, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.texts import t

ZOOMS = (1.0, 1.5, 2.0, 3.0, 4.0)
MARGIN = 14


class PagePreview(QWidget):
    """Draws a page that somebody else decoded; pans with the mouse or, zoomed, with the arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._turned = 0
        self._zoom = 0
        self._shift = QPointF(0, 0)
        self._grip: QPoint | None = None
        self._words = "intake.preview.none"
        self.setMinimumSize(200, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def show_image(self, image: QImage | None, turned: int = 0) -> None:
        """Show a decoded page, or the empty frame."""
        self._picture = QPixmap.fromImage(image) if image is not None and not image.isNull() else QPixmap()
        self._turned = turned
        self._shift = QPointF(0, 0)
        self._zoom = 0
        self.update()
        self.retranslate()

    def turn(self, turned: int) -> None:
        """The same page, turned."""
        if turned != self._turned:
            self._turned = turned
            self.update()

    def say(self, key: str) -> None:
        """What stands in the empty frame."""
        self._words = key
        self.update()

    def has_picture(self) -> bool:
        """Whether a page is shown."""
        return not self._picture.isNull()

    def zoom(self, by: int) -> None:
        """Closer (+1), farther (-1)."""
        self._zoom = max(0, min(self._zoom + by, len(ZOOMS) - 1))
        if self._zoom == 0:
            self._shift = QPointF(0, 0)
        self.update()

    def zoomed(self) -> float:
        """1 is the whole page."""
        return ZOOMS[self._zoom]

    def retranslate(self) -> None:
        self.setAccessibleName(t("intake.preview.there" if self.has_picture() else self._words))
        self.update()

    def _page(self) -> QRectF:
        """Where the turned page lies."""
        size = QSizeF(self._picture.size())
        if self._turned in (90, 270):
            size.transpose()
        room = QSizeF(max(1, self.width() - 2 * MARGIN), max(1, self.height() - 2 * MARGIN))
        size.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
        size *= self.zoomed()
        most_x, most_y = max(0.0, (size.width() - room.width()) / 2), max(0.0, (size.height() - room.height()) / 2)
        self._shift.setX(max(-most_x, min(self._shift.x(), most_x)))
        self._shift.setY(max(-most_y, min(self._shift.y(), most_y)))
        middle = QPointF(self.width() / 2, self.height() / 2) + self._shift
        return QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(self.rect(), theme.RADIUS["m"], theme.RADIUS["m"])
        if not self.has_picture():
            painter.setPen(theme.colour("muted"))
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, t(self._words))
            return
        page = self._page()
        painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
        painter.fillRect(page.adjusted(-1, -1, 1, 2), theme.colour("line_strong"))
        painter.translate(page.center())
        painter.setTransform(QTransform().rotate(self._turned), True)
        size = page.size()
        if self._turned in (90, 270):
            size.transpose()
        target = QRectF(-size.width() / 2, -size.height() / 2, size.width(), size.height())
        painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))

    def pan(self, key: int) -> bool:
        """Move a zoomed page; False if there is nothing to move."""
        moves = {
            Qt.Key.Key_Left: (60, 0),
            Qt.Key.Key_Right: (-60, 0),
            Qt.Key.Key_Up: (0, 60),
            Qt.Key.Key_Down: (0, -60),
        }
        if self._zoom == 0 or key not in moves:
            return False
        self._shift += QPointF(*moves[Qt.Key(key)])
        self.update()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.pan(event.key()):
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1 if event.angleDelta().y() > 0 else -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            here = event.position().toPoint()
            self._shift += QPointF(here - self._grip)
            self._grip = here
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
