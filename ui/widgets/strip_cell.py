"""How one page of a strip is drawn: its picture in a frame, its number, what is wrong with it in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPixmap, QTransform

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from clerk_app.desk.views import PageView

THUMB = QSize(108, 148)
EDGE = max(THUMB.width(), THUMB.height())
"""How long a small picture is on its long side, in pixels of the screen's own measure."""
Chosen = Literal["", "also", "current", "focus"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A page as it is to be drawn: `number` in its group, whether it is chosen, its picture if it is there."""

    page: PageView
    number: int
    chosen: Chosen
    picture: QPixmap | None
    broken: bool


def draw(painter: QPainter, place: QRectF, cell: Cell) -> None:
    """Draw one page into its place."""
    left = place.left() + (place.width() - THUMB.width()) / 2
    frame = QRectF(left, place.top() + 4, THUMB.width(), THUMB.height())
    if cell.chosen:
        tones = {"also": "accent_pale", "current": "accent", "focus": "focus"}
        painter.setPen(QPen(theme.colour(tones[cell.chosen]), 2.5))
        painter.setBrush(theme.colour("accent_soft" if cell.chosen == "also" else "surface"))
        painter.drawRoundedRect(frame, 6, 6)
    inside = frame.adjusted(4, 4, -4, -4)
    if cell.page.raw:
        _waiting(painter, inside)
    elif cell.picture is not None:
        _picture(painter, inside, cell)
    elif cell.broken:
        _edge(painter, inside)
        _words(painter, inside, t("intake.strip.broken"), "bad")
    else:
        _edge(painter, inside)
        painter.fillRect(inside.adjusted(6, 8, -6, -inside.height() + 14), theme.colour("well"))
    flaw = words(cell.page.flaws[0]) if cell.page.flaws else ""
    if flaw and not cell.page.aside:
        _flaw(painter, inside, flaw, len(cell.page.flaws))
    _caption(painter, QRectF(place.left() + 2, frame.bottom() + 4, place.width() - 4, 18), cell)


def _font(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(theme.FAMILY)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def _picture(painter: QPainter, inside: QRectF, cell: Cell) -> None:
    picture = cell.picture
    if picture is None:
        return
    turned = picture.transformed(QTransform().rotate(cell.page.turned)) if cell.page.turned else picture
    size = turned.size().scaled(int(inside.width()), int(inside.height()), Qt.AspectRatioMode.KeepAspectRatio)
    middle = inside.center()
    target = QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height())
    painter.setOpacity(0.45 if cell.page.aside else 1.0)
    painter.drawPixmap(target, turned, QRectF(turned.rect()))
    painter.setOpacity(1.0)
    _edge(painter, target)


def _waiting(painter: QPainter, inside: QRectF) -> None:
    """Three quarters of a ring that stands still: nothing here turns while nobody looks."""
    painter.fillRect(inside, theme.colour("raised"))
    _edge(painter, inside)
    middle = QPointF(inside.center().x(), inside.center().y() - 14)
    painter.setPen(QPen(theme.colour("info"), 2.5, c=Qt.PenCapStyle.RoundCap))
    painter.drawArc(QRectF(middle.x() - 10, middle.y() - 10, 20, 20), 90 * 16, -270 * 16)
    _words(painter, inside.adjusted(0, 38, 0, 0), t("intake.strip.making"), "muted")


def _edge(painter: QPainter, target: QRectF) -> None:
    """Paper is white and so is what it lies on."""
    painter.setPen(QPen(theme.colour("line_strong"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(target)


def _words(painter: QPainter, inside: QRectF, said: str, tone: str) -> None:
    painter.setFont(_font(theme.TYPE["caption"]))
    painter.setPen(theme.colour(tone))
    painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, said)


def _flaw(painter: QPainter, inside: QRectF, said: str, count: int) -> None:
    """A label over the foot of the picture: `! mờ`, and how many more there are."""
    painter.setFont(_font(theme.TYPE["caption"], QFont.Weight.DemiBold))
    metrics = QFontMetrics(painter.font())
    more = f" +{count - 1}" if count > 1 else ""
    room = int(inside.width() - 18 - metrics.horizontalAdvance(f"! {more}"))
    text = f"! {metrics.elidedText(said, Qt.TextElideMode.ElideRight, room)}{more}"
    wide = min(inside.width() - 4, metrics.horizontalAdvance(text) + 14)
    label = QRectF(inside.center().x() - wide / 2, inside.bottom() - 24, wide, 20)
    painter.setPen(QPen(theme.colour("warn_line"), 1))
    painter.setBrush(theme.colour("warn_soft"))
    painter.drawRoundedRect(label, 6, 6)
    painter.setPen(theme.colour("warn"))
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)


def _caption(painter: QPainter, below: QRectF, cell: Cell) -> None:
    weight = QFont.Weight.DemiBold if cell.chosen in ("current", "focus") else QFont.Weight.Normal
    painter.setFont(_font(theme.TYPE["caption"], weight))
    painter.setPen(theme.colour("accent" if cell.chosen in ("current", "focus") else "muted"))
    text = QFontMetrics(painter.font()).elidedText(caption(cell.page, cell.number), Qt.TextElideMode.ElideRight, 120)
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)


def caption(page: PageView, number: int) -> str:
    """What stands below a page: which one of its item it is, which side, or why it was set aside."""
    if page.aside:
        return t(f"intake.strip.aside.{page.aside}")
    side = f" · {t(f'intake.strip.{page.side}')}" if page.side else ""
    return f"{t('intake.strip.page', number=number)}{side}"
