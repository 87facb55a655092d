"""A table of plain rows, painted from the tokens: one or two lines a cell, pills for states, fast with 100,000 rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import theme
from ui.texts import t
from ui.widgets.kit import SIGNS

Index = QModelIndex | QPersistentModelIndex
PAD = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell. With a `tone` the text is a pill, sign included; `spoken` is for a screen reader."""

    text: str
    second: str = ""
    tone: str = ""
    bold: bool = False
    muted: bool = False
    spoken: str = ""

    def shown(self) -> str:
        """The first line as painted."""
        sign = SIGNS.get(self.tone, "")
        return f"{sign} {self.text}" if sign else self.text


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading's key, what it shows of a row, its share of the spare width (0: as wide as needed)."""

    key: str
    cell: Callable[[Any], Cell]
    stretch: int = 0
    right: bool = False
    drop: int = 0
    """In a narrow window columns go away, the highest `drop` first; 0 stays always."""


class Rows(QAbstractTableModel):
    """The rows as a Qt model; cells are made when they are looked at."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: Sequence[object] = ()

    def show(self, rows: Sequence[object]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def cell(self, index: Index) -> Cell:
        """The cell at a place."""
        return self.columns[index.column()].cell(self.rows[index.row()])

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows; a row has none below it."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """How many columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text for measuring, finding and reading aloud."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            cell = self.cell(index)
            return f"{t(self.columns[index.column()].key)}: {cell.spoken or cell.text} {cell.second}".strip()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The heading in the language of the moment."""
        if orientation == Qt.Orientation.Horizontal and section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return t(self.columns[section].key) if self.columns[section].key else ""
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


class CellPainter(QStyledItemDelegate):
    """Paints a cell by the tokens."""

    def __init__(self, model: Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._parent = parent

    def fonts(self, cell: Cell) -> tuple[QFont, QFont]:
        """The fonts of the first and the second line."""
        first = QFont(theme.FAMILY)
        first.setPixelSize(theme.TYPE["small"] if cell.tone else theme.TYPE["body"])
        if cell.bold:
            first.setWeight(QFont.Weight.DemiBold)
        elif cell.tone:
            first.setWeight(QFont.Weight.Medium)
        second = QFont(theme.FAMILY)
        second.setPixelSize(theme.TYPE["caption"])
        return first, second

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as the words, as high as its lines."""
        cell = self._model.cell(index)
        first, second = self.fonts(cell)
        width = QFontMetrics(first).horizontalAdvance(cell.shown()) + 2 * PAD + (2 * PAD if cell.tone else 0)
        height = QFontMetrics(first).height() + 20
        if cell.second:
            width = max(width, QFontMetrics(second).horizontalAdvance(cell.second) + 2 * PAD)
            height += QFontMetrics(second).height()
        return QSize(width + 2, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, rule below, then one or two lines or a pill."""
        cell = self._model.cell(index)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(area, theme.colour("accent_soft"))
            if index.column() == 0:
                painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme.colour("accent"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        view = self._parent
        if isinstance(view, Table) and view.hasFocus() and view.currentIndex().row() == index.row():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawLine(area.left(), area.top() + 1, area.right(), area.top() + 1)
            painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = area.adjusted(PAD, 0, -PAD, 0)
        side = Qt.AlignmentFlag.AlignRight if self._model.columns[index.column()].right else Qt.AlignmentFlag.AlignLeft
        first, second = self.fonts(cell)
        if cell.tone:
            self._pill(painter, inner, cell, first, side)
        else:
            metrics, small = QFontMetrics(first), QFontMetrics(second)
            height = metrics.height() + (small.height() if cell.second else 0)
            top = inner.top() + (inner.height() - height) // 2
            painter.setFont(first)
            painter.setPen(theme.colour("muted" if cell.muted else "ink"))
            box = QRect(inner.left(), top, inner.width(), metrics.height())
            painter.drawText(box, side, metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width()))
            if cell.second:
                painter.setFont(second)
                painter.setPen(theme.colour("muted"))
                box = QRect(inner.left(), top + metrics.height(), inner.width(), small.height())
                painter.drawText(box, side, small.elidedText(cell.second, Qt.TextElideMode.ElideRight, box.width()))
        painter.restore()

    def _pill(self, painter: QPainter, inner: QRect, cell: Cell, font: QFont, side: Qt.AlignmentFlag) -> None:
        metrics = QFontMetrics(font)
        text = metrics.elidedText(cell.shown(), Qt.TextElideMode.ElideRight, inner.width() - 2 * PAD)
        width, height = metrics.horizontalAdvance(text) + 2 * PAD, metrics.height() + 6
        left = inner.right() - width if side == Qt.AlignmentFlag.AlignRight else inner.left()
        pill = QRectF(left, inner.top() + (inner.height() - height) / 2, width, height)
        painter.setPen(QPen(theme.colour(f"{cell.tone}_edge"), 1))
        painter.setBrush(theme.colour(f"{cell.tone}_soft"))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(theme.colour(cell.tone))
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class Table(QTableView):
    """Rows to walk with the arrow keys and open with Enter or a double click."""

    opened = Signal(object)
    """The row that was opened."""
    chosen = Signal(object)
    """The row the cursor stands on."""

    def __init__(
        self,
        columns: Sequence[Column],
        name_key: str,
        parent: QWidget | None = None,
        *,
        widest: Mapping[str, int] | None = None,
    ) -> None:
        """`widest` bounds by their keys how much columns with long texts ask for; what is left over they share."""
        super().__init__(parent)
        self._name_key = name_key
        self._widest = dict(widest or {})
        self._rows = Rows(columns)
        self.setModel(self._rows)
        self._painter = CellPainter(self._rows, self)
        self.setItemDelegate(self._painter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._rows.rows[index.row()]))
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.retranslate()

    def show_rows(self, rows: Sequence[object], key: Callable[[Any], object] | None = None) -> None:
        """Show these rows; the cursor stays on the row with the same `key`, the view where it was."""
        kept = self.current()
        scrolled = self.verticalScrollBar().value()
        self._rows.show(rows)
        if rows:
            hint = self._painter.sizeHint(QStyleOptionViewItem(), self._rows.index(0, 0))
            height = max(
                [hint.height()]
                + [
                    self._painter.sizeHint(QStyleOptionViewItem(), self._rows.index(0, c)).height()
                    for c in range(len(self._rows.columns))
                ]
            )
            self.verticalHeader().setDefaultSectionSize(height)
            self._share_width()
            wanted = key(kept) if key is not None and kept is not None else None
            found = next((n for n, row in enumerate(rows) if key is not None and key(row) == wanted), 0)
            self.setCurrentIndex(self._rows.index(found, 0))
            self.verticalScrollBar().setValue(scrolled)

    def current(self) -> object | None:
        """The row the cursor stands on."""
        row = self.currentIndex().row()
        return self._rows.rows[row] if 0 <= row < len(self._rows.rows) else None

    def rows(self) -> Sequence[object]:
        """What is shown."""
        return self._rows.rows

    def text_at(self, row: int, column: int) -> str:
        """What a cell says, sign included."""
        return self._rows.cell(self._rows.index(row, column)).shown()

    def retranslate(self) -> None:
        """Headings and cells in the language and colours of the moment."""
        self.setAccessibleName(t(self._name_key))
        self._rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._rows.columns) - 1)
        self._share_width()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        row = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: Any) -> None:
        """Share the width again."""
        super().resizeEvent(event)
        self._share_width()

    def content_height(self) -> int:
        """How high the table is with every row in sight."""
        rows = len(self._rows.rows) * self.verticalHeader().defaultSectionSize()
        return self.horizontalHeader().sizeHint().height() + rows + 2

    def _share_width(self) -> None:
        """Every column as wide as the widest of its first rows; what is left goes by the stretches."""
        columns = self._rows.columns
        looked_at = range(min(60, len(self._rows.rows)))
        header = self.horizontalHeader()
        metrics = QFontMetrics(header.font())
        option = QStyleOptionViewItem()
        widths = [
            max(
                [metrics.horizontalAdvance(t(column.key) if column.key else "") + 2 * PAD + 8]
                + [self._painter.sizeHint(option, self._rows.index(row, number)).width() for row in looked_at]
            )
            for number, column in enumerate(columns)
        ]
        widths = [
            min(width, self._widest.get(column.key, width)) for width, column in zip(widths, columns, strict=True)
        ]
        shown = set(range(len(columns)))
        for number in sorted((n for n, column in enumerate(columns) if column.drop), key=lambda n: -columns[n].drop):
            if sum(widths[n] for n in shown) > self.viewport().width():
                shown.discard(number)
        left = self.viewport().width() - sum(widths[n] for n in shown)
        shares = sum(columns[n].stretch for n in shown)
        for number, column in enumerate(columns):
            self.setColumnHidden(number, number not in shown)
            more = left * column.stretch // shares if shares else 0
            header.resizeSection(number, max(48, widths[number] + more))

    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self._rows.rows[current.row()])
