"""The pages of a dossier as small pictures under the headings of their items.

It draws only what can be seen and keeps only so many pictures, so two hundred pages cost what ten do. Arrows walk,
Shift and Ctrl choose several, Alt and arrows or the mouse move them; it moves nothing by itself.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.checklist import short_name
from ui.widgets.strip_cell import Cell, Chosen, caption, draw
from ui.widgets.strip_layout import CELL_HEIGHT, CELL_WIDTH, HEADING, StripLayout, Way
from ui.widgets.strip_order import NOWHERE, TRAY, Key, StripOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clerk_app.desk.views import PageView
    from clerk_app.domain.refusals import Words

KEPT_SMALL = 160
"""So many small pictures stay at hand: some screens full."""
WAYS: dict[Qt.Key, Way] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}


class PageStrip(QAbstractScrollArea):
    """The strip. It shows what it is given and says what the clerk wants."""

    chosen = Signal(int)
    """Another page is the current one."""
    entered = Signal()
    """The keyboard came here or went away."""
    move_asked = Signal(int)
    """The chosen pages one place back (-1) or on (1)."""
    dropped = Signal(QPoint)
    """The chosen pages were let go at this point of the screen."""
    pictures_wanted = Signal(object)
    """The sheets in sight whose picture is not here, from the top: a `tuple[str, ...]`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = StripOrder()
        self._layout = StripLayout((), 1)
        self._names: Mapping[str, Words] = {}
        self._pictures: OrderedDict[str, QPixmap] = OrderedDict()
        self._broken: set[str] = set()
        self._wanted: tuple[str, ...] = ()
        self._current: Key | None = None
        self._anchor: Key | None = None
        self._also: set[Key] = set()
        self._grip: QPoint | None = None
        self._drag: QPoint | None = None
        self._alone_on_release = False
        self.setProperty("class", "strip")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(CELL_HEIGHT // 3)
        self.retranslate()

    # ---- what is shown --------------------------------------------------------------------------------------------

    @property
    def pages(self) -> tuple[PageView, ...]:
        """The pages as they stand here, those set aside last."""
        return self._order.pages

    def show_order(self, order: StripOrder, names: Mapping[str, Words]) -> None:
        """Show pages under the `names` of their papers. The current page stays current wherever it went; where it is
        gone, the one that took its place is."""
        row = self.currentRow()
        self._order, self._names = order, names
        self._also = {key for key in self._also if order.row(key) >= 0}
        if order.row(self._current) < 0:
            self._current = order.keys[max(0, min(row, len(order.keys) - 1))] if order.keys else None
        self._lay()
        self.retranslate()

    def currentRow(self) -> int:
        """Where the current page stands, or -1."""
        return self._order.row(self._current)

    def setCurrentRow(self, row: int) -> None:
        """Make a page the current one, alone, and bring it into sight."""
        if 0 <= row < len(self._order.keys):
            self._anchor = self._order.keys[row]
            self._choose(row, set())

    def selected(self) -> tuple[int, ...]:
        """The chosen pages as they stand here: the current one and those chosen with it."""
        rows = {self._order.row(key) for key in self._also} | {self.currentRow()}
        return tuple(sorted(row for row in rows if row >= 0))

    def select_all(self) -> None:
        """Every page of the group in which the current one stands."""
        row = self.currentRow()
        if row >= 0:
            self._choose(row, {self._order.keys[other] for other in self._layout.rows(self._layout.group(row))})

    def heading(self, group: int) -> tuple[str, str]:
        """The words over a group, and how many pages it has; the words are what gives way."""
        paper, count = self._order.groups[group]
        if paper in (TRAY, NOWHERE):
            return t("intake.strip.tray" if paper == TRAY else "intake.strip.nowhere"), f" · {count}"
        name = self._names.get(paper)
        return short_name(words(name)) if name is not None else paper, f" · {count}"

    def place_under(self, at: QPoint) -> tuple[str, Key | None] | None:
        """The group at a point of the screen, and before which of its pages that is (None: behind the last)."""
        here = self.viewport().mapFromGlobal(at)
        if not self.viewport().rect().contains(here) or not self._order.keys:
            return None
        y = min(here.y() + self.verticalScrollBar().value(), self._layout.height - 1)
        group = self._layout.groups_between(y, y)[0]
        place = self._layout.place_at(here.x() - self._left(), y)
        inside = place in self._layout.rows(group)
        return self._order.groups[group][0], self._order.keys[place] if inside else None

    def keys(self, rows: tuple[int, ...]) -> tuple[Key, ...]:
        """What those pages are called, wherever they go."""
        return tuple(self._order.keys[row] for row in rows)

    def group_of(self, row: int) -> str:
        """The paper under which a page stands."""
        return self._order.groups[self._layout.group(row)][0]

    def number(self, row: int) -> tuple[int, int]:
        """Which page of its group one is, and of how many."""
        rows = self._layout.rows(self._layout.group(row))
        return row - rows.start + 1, len(rows)

    # ---- pictures -------------------------------------------------------------------------------------------------

    def put_picture(self, sheet: str, image: QImage | None) -> None:
        """A small picture came home, or cannot be shown. One that nobody waits for is dropped."""
        if sheet not in self._wanted:
            return
        self._wanted = tuple(other for other in self._wanted if other != sheet)
        if image is None or image.isNull():
            self._broken.add(sheet)
        else:
            self._pictures[sheet] = QPixmap.fromImage(image)
            while len(self._pictures) > KEPT_SMALL:
                self._pictures.popitem(last=False)
        self.viewport().update()

    def picture(self, sheet: str) -> QPixmap | None:
        """The small picture of a sheet, if it is here."""
        return self._pictures.get(sheet)

    def forget_pictures(self) -> None:
        """Another citizen's dossier: nothing of the last one stays in memory."""
        self._pictures.clear()
        self._broken.clear()
        self._wanted = ()
        self._current = self._anchor = None
        self._also = set()

    # ---- drawing --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """What lies in sight, and a word to whoever fetches the pictures that are missing there."""
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        wanted: list[str] = []
        for group in self._layout.groups_between(top, bottom):
            self._draw_heading(painter, group, self._layout.heading(group) - top)
            first = self._layout.rows(group).start
            for row in self._layout.rows_between(group, top, bottom):
                x, y = self._layout.cell(row)
                cell = self._cell(row, row - first + 1)
                if cell.picture is None and not cell.page.raw and not cell.broken:
                    wanted.append(cell.page.sheet)
                draw(painter, QRectF(self._left() + x, y - top, CELL_WIDTH, CELL_HEIGHT), cell)
        if self._drag is not None:
            self._draw_drag(painter)
        painter.end()
        if wanted and tuple(wanted) != self._wanted:
            self._wanted = tuple(wanted)
            self.pictures_wanted.emit(self._wanted)

    def _cell(self, row: int, number: int) -> Cell:
        page, key = self._order.pages[row], self._order.keys[row]
        chosen: Chosen = ""
        if key == self._current:
            chosen = "focus" if self.hasFocus() else "current"
        elif key in self._also:
            chosen = "also"
        picture = self._pictures.get(page.sheet)
        if picture is not None:
            self._pictures.move_to_end(page.sheet)
        return Cell(page, number, chosen, picture, page.sheet in self._broken)

    def _draw_heading(self, painter: QPainter, group: int, top: int) -> None:
        font = QFont(theme.FAMILY)
        font.setPixelSize(theme.TYPE["caption"])
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        paper = self._order.groups[group][0]
        painter.setPen(theme.colour("warn" if paper == NOWHERE else "muted" if paper == TRAY else "ink"))
        place = QRectF(self._left() + 4, top + 4, self._layout.columns * CELL_WIDTH - 8, HEADING - 6)
        name, count = self.heading(group)
        metrics = QFontMetrics(font)
        room = int(place.width()) - metrics.horizontalAdvance(count)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(1, room)) + count
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _draw_drag(self, painter: QPainter) -> None:
        """Where the pages in the hand would stand, as a line."""
        at = self._drag
        if at is None or not self.viewport().rect().contains(at) or not self._order.keys:
            return
        top = self.verticalScrollBar().value()
        place = self._layout.place_at(at.x() - self._left(), at.y() + top)
        before = min(place, self._layout.count - 1)
        x, y = self._layout.cell(before)
        x += self._left() + (CELL_WIDTH if place > before else 0)
        painter.setPen(QPen(theme.colour("focus"), 3))
        painter.drawLine(QPoint(x, y - top + 6), QPoint(x, y - top + CELL_HEIGHT - 30))

    def _left(self) -> int:
        """The columns stand in the middle of the strip."""
        return max(0, (self.viewport().width() - self._layout.columns * CELL_WIDTH) // 2)

    def _lay(self) -> None:
        columns = max(1, self.viewport().width() // CELL_WIDTH)
        self._layout = StripLayout([count for _, count in self._order.groups], columns)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, self._layout.height - self.viewport().height()))
        self.viewport().update()

    def bring_into_sight(self, row: int) -> None:
        """Scroll as little as shows the whole page; with the first one of a group its heading."""
        if not 0 <= row < self._layout.count:
            return
        _, y = self._layout.cell(row)
        first = row in self._layout.rows(self._layout.group(row))[: self._layout.columns]
        bar = self.verticalScrollBar()
        if y - (HEADING if first else 0) < bar.value():
            bar.setValue(y - (HEADING if first else 0))
        elif y + CELL_HEIGHT > bar.value() + self.viewport().height():
            bar.setValue(y + CELL_HEIGHT - self.viewport().height())

    # ---- hands ----------------------------------------------------------------------------------------------------

    def _choose(self, row: int, also: set[Key]) -> None:
        moved = self._order.keys[row] != self._current
        self._current, self._also = self._order.keys[row], also
        self.bring_into_sight(row)
        self.viewport().update()
        self._say()
        if moved:
            self.chosen.emit(row)

    def _reach(self, row: int, extend: bool) -> None:
        """Go to a page; extending, everything from where that began is chosen."""
        anchor = self._order.row(self._anchor)
        if not extend or anchor < 0:
            self.setCurrentRow(row)
            return
        first, last = min(anchor, row), max(anchor, row)
        self._choose(row, set(self._order.keys[first : last + 1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, with Shift and Alt, and Ctrl A; every other key belongs to the step."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        row = self.currentRow()
        if key == Qt.Key.Key_A and modifiers == Qt.KeyboardModifier.ControlModifier:
            self.select_all()
        elif key in WAYS and row >= 0 and modifiers == Qt.KeyboardModifier.AltModifier:
            self.move_asked.emit(1 if WAYS[key] in ("right", "down") else -1)
        elif key in WAYS and row >= 0 and not modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            self._reach(self._layout.beside(row, WAYS[key]), bool(modifiers))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and row >= 0:
            self._reach(0 if key == Qt.Key.Key_Home else self._layout.count - 1, bool(modifiers))
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        row = self._layout.row_at(at.x() - self._left(), at.y() + self.verticalScrollBar().value())
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = at
        key = self._order.keys[row]
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._reach(row, True)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            also = {self._order.keys[other] for other in self.selected()}
            self._choose(row, also ^ {key} if key != self._current else also)
        elif key in self._also:
            # Perhaps all of them are picked up; if not, this one alone is meant.
            self._alone_on_release = True
            self._choose(row, self._also)
        else:
            self.setCurrentRow(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._grip is None:
            return
        if self._drag is None and (at - self._grip).manhattanLength() < QApplication.startDragDistance():
            return
        self._alone_on_release = False
        self._drag = at
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, alone = self._drag is not None, self._alone_on_release
        self._let_go()
        if dragged:
            self.dropped.emit(event.globalPosition().toPoint())
        elif alone:
            self.setCurrentRow(self.currentRow())

    def _let_go(self) -> None:
        self._grip = self._drag = None
        self._alone_on_release = False
        self.unsetCursor()
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._let_go()
        self.entered.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()
        self.bring_into_sight(self.currentRow())

    def retranslate(self) -> None:
        self._say()
        self.viewport().update()

    def _say(self) -> None:
        """What the screen reader is told: where in the strip one is, and what is wrong there."""
        row = self.currentRow()
        here = ""
        if row >= 0:
            group = self._layout.group(row)
            page = self._order.pages[row]
            parts = ["".join(self.heading(group)), caption(page, row - self._layout.rows(group).start + 1)]
            parts += [words(flaw) for flaw in page.flaws]
            here = f": {', '.join(parts)}"
        self.setAccessibleName(f"{t('intake.strip.title')}{here}")
