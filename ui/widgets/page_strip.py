"""The pages of a dossier as small pictures, in order: choose with arrows, move with Alt and arrows or by dragging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDropEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPen,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui import theme
from ui.texts import t, words
from ui.widgets.checklist import short_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clerk_app.desk.views import PageView
    from clerk_app.domain.refusals import Words

CELL = QSize(128, 206)
THUMB = QSize(108, 148)
Index = QModelIndex | QPersistentModelIndex


class _Thumb(QStyledItemDelegate):
    """Draws one page: the picture in a frame, its caption below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        strip = self.parent()
        if not isinstance(strip, PageStrip):
            return
        page = strip.pages[index.row()]
        current = strip.currentRow() == index.row()
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        cell = QRectF(option.rect)
        left = cell.left() + (cell.width() - THUMB.width()) / 2
        frame = QRectF(left, cell.top() + 4, THUMB.width(), THUMB.height())
        width = 2.5 if current else 1.0
        painter.setPen(QPen(theme.colour(("focus" if strip.hasFocus() else "accent") if current else "line"), width))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(frame, 6, 6)
        picture = strip.picture(page.sheet)
        if picture is not None:
            turned = picture.transformed(QTransform().rotate(page.turned)) if page.turned else picture
            size = turned.size().scaled(
                int(frame.width() - 8), int(frame.height() - 8), Qt.AspectRatioMode.KeepAspectRatio
            )
            left = frame.center().x() - size.width() / 2
            top = frame.center().y() - size.height() / 2
            painter.drawPixmap(QRectF(left, top, size.width(), size.height()), turned, QRectF(turned.rect()))
        else:
            painter.fillRect(frame.adjusted(8, 10, -8, -frame.height() + 16), theme.colour("well"))
        self._number(painter, frame, index.row() + 1, current)
        font = QFont(option.font)
        font.setPixelSize(theme.TYPE["caption"])
        painter.setFont(font)
        painter.setPen(theme.colour("accent" if current else "muted"))
        below = QRectF(cell.left() + 3, frame.bottom() + 6, cell.width() - 6, 38)
        painter.drawText(
            below,
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop,
            two_lines(strip.caption(page), QFontMetrics(font), int(below.width())),
        )
        painter.restore()

    def _number(self, painter: QPainter, frame: QRectF, number: int, current: bool) -> None:
        """The page's place among all pages, on its corner."""
        font = QFont(theme.FAMILY)
        font.setPixelSize(11)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        chip = QRectF(frame.left() + 5, frame.bottom() - 23, 12 + QFontMetrics(font).horizontalAdvance(str(number)), 18)
        painter.setPen(QPen(theme.colour("accent" if current else "line_strong"), 1))
        painter.setBrush(theme.colour("accent" if current else "surface"))
        painter.drawRoundedRect(chip, 9, 9)
        painter.setPen(theme.colour("on_accent" if current else "muted"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, str(number))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return CELL


def two_lines(text: str, metrics: QFontMetrics, width: int) -> str:
    """The text broken at a blank into at most two lines; what does not fit is cut with an ellipsis."""
    first = ""
    rest = text.split(" ")
    while rest and metrics.horizontalAdvance(f"{first} {rest[0]}".strip()) <= width:
        first = f"{first} {rest.pop(0)}".strip()
    if not rest:
        return first
    second = metrics.elidedText(" ".join(rest), Qt.TextElideMode.ElideRight, width)
    return f"{first}\n{second}" if first else second


class PageStrip(QListWidget):
    """The strip. It shows what it is given and says what the clerk wants; it moves nothing by itself."""

    chosen = Signal(int)
    move_asked = Signal(int, int)
    picture_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages: tuple[PageView, ...] = ()
        self._pictures: dict[str, QPixmap] = {}
        self._wanted: set[str] = set()
        self.setProperty("class", "strip")
        self.setItemDelegate(_Thumb(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Snap)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.currentRowChanged.connect(self._row_changed)
        self._showing = False
        self._names: Mapping[str, Words] = {}
        self.retranslate()

    def show_pages(self, pages: tuple[PageView, ...], current: int, names: Mapping[str, Words] | None = None) -> None:
        """Show the pages under the `names` of their papers; the picture of a sheet not here yet is asked for."""
        self._names = names or {}
        self._showing = True
        if len(pages) != self.count():
            self.clear()
            for _ in pages:
                self.addItem(QListWidgetItem())
        self.pages = pages
        for row, page in enumerate(pages):
            item = self.item(row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{words(page.caption)}, {page.size}")
            item.setToolTip(f"{page.width} × {page.height} · {page.size}")
            if page.sheet not in self._pictures and page.sheet not in self._wanted:
                self._wanted.add(page.sheet)
                self.picture_wanted.emit(page.sheet)
        if pages:
            self.setCurrentRow(max(0, min(current, len(pages) - 1)))
        self._showing = False
        self.viewport().update()

    def caption(self, page: PageView) -> str:
        """What stands below a page: its paper, and which page of it if there are several."""
        name = self._names.get(page.paper)
        if name is None:
            return words(page.caption)
        same = [other.index for other in self.pages if other.paper == page.paper]
        which = f" · {same.index(page.index) + 1}/{len(same)}" if len(same) > 1 else ""
        return short_name(words(name)) + which

    def put_picture(self, sheet: str, image: QImage | None) -> None:
        """A small picture came home; without one it may be asked for again. One that nobody waits for is dropped."""
        if sheet not in self._wanted:
            return
        self._wanted.discard(sheet)
        if image is not None and not image.isNull():
            self._pictures[sheet] = QPixmap.fromImage(image)
            self.viewport().update()

    def picture(self, sheet: str) -> QPixmap | None:
        """The small picture of a sheet, if it is here."""
        return self._pictures.get(sheet)

    def forget_pictures(self) -> None:
        """Another citizen's dossier: nothing of the last one stays in memory."""
        self._pictures.clear()
        self._wanted.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
        step = moves.get(Qt.Key(event.key()))
        if step is not None:
            row = self.currentRow()
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                if 0 <= row + step < len(self.pages):
                    self.move_asked.emit(row, row + step)
            elif 0 <= row + step < len(self.pages):
                self.setCurrentRow(row + step)
            return
        event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """A dragged page asks to be moved; the desk answers with the new order."""
        target = self.indexAt(event.position().toPoint())
        to = target.row() if target.isValid() else len(self.pages) - 1
        if self.currentRow() != to:
            self.move_asked.emit(self.currentRow(), to)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def retranslate(self) -> None:
        self.setAccessibleName(t("intake.strip.title"))
        self.viewport().update()

    def _row_changed(self, row: int) -> None:
        if not self._showing and 0 <= row < len(self.pages):
            self.chosen.emit(row)
