"""The licences a person holds, one row each, to be ticked with Space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from clerk_app.desk.views import Badge, LicenceRow
from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from typing import Any

COLUMNS = ("tick", "number", "class", "issued", "expires", "points", "state")
LEAST_NEEDED = ("points", "issued")
"""Which columns give way, in this order, where the number and its issuer have no room."""
ROW_HEIGHT = 54
PAD = 10
Index = QModelIndex | QPersistentModelIndex


class LicenceModel(QAbstractTableModel):
    """Licence rows with the clerk's ticks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[LicenceRow, ...] = ()
        self.ticks: dict[str, bool] = {}

    def show(self, rows: tuple[LicenceRow, ...]) -> None:
        """Other rows; a tick that the desk has not answered yet is the caller's to keep."""
        if rows == self.rows:
            return
        if [row.number for row in rows] == [row.number for row in self.rows]:
            self.rows = rows
            self.ticks = {row.number: row.chosen for row in rows}
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.ticks = {row.number: row.chosen for row in rows}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return t(f"intake.licences.{COLUMNS[section]}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        cell = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.UserRole:
            return self.badge(row, cell)
        if role == Qt.ItemDataRole.ToolTipRole and cell == "number":
            return row.issuer
        if role == Qt.ItemDataRole.AccessibleTextRole:
            ticked = t("intake.licences.ticked" if self.ticks[row.number] else "intake.licences.unticked")
            return f"{row.number} {row.code}, {row.issuer}, {words(row.state.words)}, {ticked}"
        if role == Qt.ItemDataRole.CheckStateRole and cell == "tick":
            return Qt.CheckState.Checked if self.ticks[row.number] else Qt.CheckState.Unchecked
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        match cell:
            case "number":
                n = row.number
                return f"{n[:2]} {n[2:3]} {n[3:5]} {n[5:]}" if len(n) == 12 and n.isdigit() else n
            case "class":
                return row.code
            case "issued":
                return row.issued
            case "expires":
                return words(row.expires.words if isinstance(row.expires, Badge) else row.expires)
            case "points":
                return row.points
            case "state":
                return words(row.state.words)
            case _:
                return None

    def badge(self, row: LicenceRow, cell: str) -> Badge | None:
        """The badge of a cell that has one."""
        if cell == "state":
            return row.state
        return row.expires if cell == "expires" and isinstance(row.expires, Badge) else None


class _Painter(QStyledItemDelegate):
    """Draws ticks, pills and toned text from the tokens."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        model = index.model()
        if not isinstance(view, LicenceList) or not isinstance(model, LicenceModel):
            return
        row, cell = model.rows[index.row()], COLUMNS[index.column()]
        chosen = model.ticks[row.number]
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.colour("accent_soft" if chosen else "surface"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if view.hasFocus() and view.currentIndex().row() == index.row():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawLine(rect.topLeft() + QPointF(0, 1), rect.topRight() + QPointF(0, 1))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
            if index.column() == 0:
                painter.drawLine(rect.topLeft() + QPointF(1, 0), rect.bottomLeft() + QPointF(1, 0))
            if cell == "state":
                painter.drawLine(rect.topRight(), rect.bottomRight())
        if cell == "tick":
            self._tick(painter, rect, chosen)
        elif cell == "number":
            self._number(painter, rect, option, str(index.data() or ""), row.issuer, chosen)
        else:
            self._words(painter, rect, option, str(index.data() or ""), model.badge(row, cell), cell, chosen)
        painter.restore()

    def _tick(self, painter: QPainter, rect: QRectF, chosen: bool) -> None:
        box = QRectF(rect.left() + 10, rect.center().y() - 9, 18, 18)
        painter.setPen(QPen(theme.colour("accent" if chosen else "line_strong"), 1))
        painter.setBrush(theme.colour("accent" if chosen else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        if chosen:
            painter.drawPixmap(box.adjusted(2, 2, -2, -2).toRect(), theme.pixmap("check", "on_accent", 14))

    def _number(
        self, painter: QPainter, rect: QRectF, option: QStyleOptionViewItem, number: str, issuer: str, chosen: bool
    ) -> None:
        """The number, below it who issued the licence."""
        first, second = self.fonts(option, chosen)
        above, below = QFontMetrics(first), QFontMetrics(second)
        room = rect.adjusted(PAD, 0, -4, 0)
        top = room.top() + (room.height() - above.height() - below.height()) / 2
        painter.setFont(first)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRectF(room.left(), top, room.width(), above.height()), Qt.AlignmentFlag.AlignLeft, number)
        painter.setFont(second)
        painter.setPen(theme.colour("muted"))
        box = QRectF(room.left(), top + above.height(), room.width(), below.height())
        shown = below.elidedText(issuer, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, shown)

    @staticmethod
    def fonts(option: QStyleOptionViewItem, chosen: bool) -> tuple[QFont, QFont]:
        """Of a licence's number and of its issuer."""
        first, second = QFont(option.font), QFont(option.font)
        first.setWeight(QFont.Weight.DemiBold if chosen else QFont.Weight.Medium)
        second.setPixelSize(theme.TYPE["caption"])
        return first, second

    def _words(
        self,
        painter: QPainter,
        rect: QRectF,
        option: QStyleOptionViewItem,
        text: str,
        badge: Badge | None,
        cell: str,
        chosen: bool,
    ) -> None:
        font = QFont(option.font)
        if cell == "state" and badge is not None:
            font.setPixelSize(theme.TYPE["small"])
            font.setWeight(QFont.Weight.Medium)
            painter.setFont(font)
            width = painter.fontMetrics().horizontalAdvance(text) + 18
            pill = QRectF(rect.left() + 8, rect.center().y() - 12, min(width, rect.width() - 10), 24)
            painter.setPen(QPen(theme.colour(f"{badge.tone}_edge"), 1))
            painter.setBrush(theme.colour(f"{badge.tone}_soft"))
            painter.drawRoundedRect(pill, 12, 12)
            painter.setPen(theme.colour(badge.tone))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
            return
        if (cell == "class" and chosen) or badge is not None:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour(badge.tone if badge is not None else "ink"))
        room = rect.adjusted(10, 0, -4, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(str(index.data() or "")) + 18
        model = index.model()
        if COLUMNS[index.column()] == "number" and isinstance(model, LicenceModel):
            _, second = self.fonts(option, True)
            issuer = QFontMetrics(second).horizontalAdvance(model.rows[index.row()].issuer)
            width = max(width, issuer + PAD + 8)
        return QSize(40 if COLUMNS[index.column()] == "tick" else width, ROW_HEIGHT)


class LicenceList(QTableView):
    """The table of licences: arrows move, Space ticks. Enter and Tab belong to the screen."""

    ticked = Signal(str)
    """The ticked numbers, comma-separated."""
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = LicenceModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COLUMNS.index("number"), QHeaderView.ResizeMode.Stretch)
        self.editable = True
        self._needed: dict[str, int] = {}
        """How wide each column is with everything in it: measuring asks Qt for every cell and heading."""
        self.retranslate()

    def show_rows(self, rows: tuple[LicenceRow, ...]) -> None:
        """Show these licences; the current row stays."""
        row = self.currentIndex().row()
        if rows != self._model.rows:
            self._needed = {}
        self._model.show(rows)
        if rows:
            self.setCurrentIndex(self._model.index(max(0, min(row, len(rows) - 1)), 1))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + ROW_HEIGHT * len(rows) + 2)
        self._give_way()

    def numbers(self) -> str:
        """The ticked numbers."""
        return ",".join(number for number, on in self._model.ticks.items() if on)

    def toggle(self, row: int) -> None:
        """Tick or untick a row."""
        if self.editable and 0 <= row < len(self._model.rows):
            number = self._model.rows[row].number
            self._model.ticks[number] = not self._model.ticks[number]
            self._model.dataChanged.emit(self._model.index(row, 0), self._model.index(row, len(COLUMNS) - 1))
            self.ticked.emit(self.numbers())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle(self.currentIndex().row())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.toggle(index.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With little room the least needed columns go; number, issuer and state never do."""
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        if not self._model.rows:
            return
        self._needed = self._needed or {cell: self._width(place) for place, cell in enumerate(COLUMNS)}
        needed = dict(self._needed)
        for cell in LEAST_NEEDED:
            hidden = sum(needed.values()) > self.viewport().width()
            self.setColumnHidden(COLUMNS.index(cell), hidden)
            if hidden:
                needed[cell] = 0

    def _width(self, column: int) -> int:
        """How wide a column is with everything in it."""
        return max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def retranslate(self) -> None:
        self.setAccessibleName(t("intake.licences.title"))
        self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._needed = {}
        self._give_way()
        self.viewport().update()
