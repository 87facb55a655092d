"""One scanned page, large: fitted to its frame or zoomed, as made, as it arrived, or both side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.texts import t

ZOOMS = (1.0, 1.5, 2.0, 3.0, 4.0)
MARGIN = 14
LABEL = 26
Side = Literal["made", "original", "both"]
SIDES: tuple[Side, ...] = ("made", "original", "both")
Box = tuple[float, float, float, float]
"""Left, top, width and height as parts of a picture that is not turned."""


@dataclass(slots=True)
class Leaf:
    """One picture in the frame, turned as the clerk turned it; `words` stand where it is not there."""

    picture: QPixmap = field(default_factory=QPixmap)
    turned: int = 0
    words: str = ""

    _small: QPixmap = field(default_factory=QPixmap)
    _of: int = 0

    def drawn(self, size: QSizeF, ratio: float) -> QPixmap:
        """The picture for so many pixels of the screen; a much smaller one is made once, so that print stays print."""
        wide = round(size.width() * ratio)
        if wide * 2 > self.picture.width() or self.picture.isNull():
            return self.picture
        if self._small.width() != wide or self._of != self.picture.cacheKey():
            self._small = self.picture.scaledToWidth(max(1, wide), Qt.TransformationMode.SmoothTransformation)
            self._of = self.picture.cacheKey()
        return self._small

    def size(self) -> QSizeF:
        """As it is looked at."""
        size = QSizeF(self.picture.size())
        if self.turned in (90, 270):
            size.transpose()
        return size


class PagePreview(QWidget):
    """Draws a page that somebody else decoded; pans with the mouse or, zoomed, with the arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._made = Leaf(words="intake.preview.none")
        self._original = Leaf(words="intake.preview.loading")
        self._side: Side = "made"
        self._zoom = 0
        self._shift = QPointF(0, 0)
        self._grip: QPoint | None = None
        self._box: Box | None = None
        self.setMinimumSize(200, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    # ---- what is shown --------------------------------------------------------------------------------------------

    def show_image(self, image: QImage | None, turned: int = 0) -> None:
        """Show a decoded page, or the empty frame."""
        self._made.picture, self._made.turned = _pixmap(image), turned
        self._original.picture = QPixmap()
        self._shift = QPointF(0, 0)
        self._zoom = 0
        self._box = None
        self.update()
        self.retranslate()

    def show_original(self, image: QImage | None) -> None:
        """What the page was made from."""
        self._original.picture = _pixmap(image)
        self.update()

    def show_side(self, side: Side) -> None:
        """The page as made, its original, or both beside each other."""
        if side != self._side:
            self._side = side
            self._shift = QPointF(0, 0)
            self.update()
            self.retranslate()

    @property
    def side(self) -> Side:
        """Which of them is shown."""
        return self._side

    def turn(self, turned: int) -> None:
        """The same page, turned."""
        if turned != self._made.turned:
            self._made.turned = turned
            self.update()

    def point_at(self, box: Box | None) -> None:
        """Raise a part of the page as made; None for no part."""
        if box != self._box:
            self._box = box
            self.update()

    def say(self, key: str, *, original: bool = False) -> None:
        """What stands in the empty frame."""
        (self._original if original else self._made).words = key
        self.update()
        self.retranslate()

    @property
    def said(self) -> str:
        """The key of what stands where the page as made is not there."""
        return self._made.words

    def has_picture(self) -> bool:
        """Whether a page is shown."""
        return not self._made.picture.isNull()

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
        name = t("intake.preview.there" if self.has_picture() else self._made.words)
        side = f", {t(f'intake.preview.{self._side}')}" if self._side != "made" else ""
        self.setAccessibleName(name + side)
        self.update()

    # ---- where it lies --------------------------------------------------------------------------------------------

    def _rooms(self) -> list[tuple[Leaf, QRectF]]:
        """Each picture that is shown, and the part of the frame that is its."""
        whole = QRectF(self.rect())
        if self._side == "made":
            return [(self._made, whole)]
        if self._side == "original":
            return [(self._original, whole)]
        half = whole.width() / 2
        return [
            (self._original, QRectF(0, 0, half - 1, whole.height())),
            (self._made, QRectF(half + 1, 0, half - 1, whole.height())),
        ]

    def _page(self) -> QRectF:
        """Where the first picture lies."""
        return self._placed(*self._rooms()[0])

    def _placed(self, leaf: Leaf, room: QRectF) -> QRectF:
        """Where a picture lies in its room; it cannot be pushed farther than its edge."""
        size = leaf.size()
        above = LABEL if self._side != "made" else 0
        inner = QSizeF(max(1, room.width() - 2 * MARGIN), max(1, room.height() - 2 * MARGIN - above))
        size.scale(inner, Qt.AspectRatioMode.KeepAspectRatio)
        size *= self.zoomed()
        most_x, most_y = max(0.0, (size.width() - inner.width()) / 2), max(0.0, (size.height() - inner.height()) / 2)
        self._shift.setX(max(-most_x, min(self._shift.x(), most_x)))
        self._shift.setY(max(-most_y, min(self._shift.y(), most_y)))
        middle = room.center() + QPointF(0, above / 2) + self._shift
        return QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height())

    # ---- drawing --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(self.rect(), theme.RADIUS["m"], theme.RADIUS["m"])
        for leaf, room in self._rooms():
            painter.save()
            painter.setClipRect(room.adjusted(2, 2, -2, -2))
            self._draw(painter, leaf, room)
            painter.restore()

    def _draw(self, painter: QPainter, leaf: Leaf, room: QRectF) -> None:
        if leaf.picture.isNull():
            painter.setPen(theme.colour("muted"))
            inside = room.toRect().adjusted(24, 24, -24, -24)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, t(leaf.words))
        else:
            page = self._placed(leaf, room)
            painter.fillRect(page.adjusted(-1, -1, 1, 2), theme.colour("line_strong"))
            painter.save()
            painter.translate(page.center())
            painter.setTransform(QTransform().rotate(leaf.turned), True)
            size = page.size()
            if leaf.turned in (90, 270):
                size.transpose()
            target = QRectF(-size.width() / 2, -size.height() / 2, size.width(), size.height())
            drawn = leaf.drawn(size, self.devicePixelRatioF())
            painter.drawPixmap(target, drawn, QRectF(drawn.rect()))
            if leaf is self._made and self._box is not None:
                _raise(painter, target, self._box)
            painter.restore()
        if self._side != "made":
            self._label(painter, room, "intake.preview.made" if leaf is self._made else "intake.preview.original")

    def _label(self, painter: QPainter, room: QRectF, key: str) -> None:
        place = QRect(int(room.left()), int(room.top()) + 4, int(room.width()), LABEL - 4)
        painter.fillRect(place.adjusted(0, -2, 0, 0), theme.colour("well"))
        painter.setPen(theme.colour("muted"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, t(key))

    # ---- hands ----------------------------------------------------------------------------------------------------

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


def _pixmap(image: QImage | None) -> QPixmap:
    return QPixmap.fromImage(image) if image is not None and not image.isNull() else QPixmap()


def _raise(painter: QPainter, page: QRectF, box: Box) -> None:
    """A frame around a part of the page, with a little air."""
    left, top, width, height = box
    place = QRectF(
        page.left() + left * page.width(),
        page.top() + top * page.height(),
        width * page.width(),
        height * page.height(),
    ).adjusted(-4, -3, 4, 3)
    wash = QColor(theme.colour("focus"))
    wash.setAlphaF(0.14)
    painter.setPen(QPen(theme.colour("focus"), 2))
    painter.setBrush(wash)
    painter.drawRoundedRect(place, 3, 3)
