"""A table of plain rows, painted from the tokens: one or two lines a cell, pills for states, fast with 100,000 rows."""

from __future__ import annotations

import math
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
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QPixmap
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
LOOKED_AT = 60
"""Rows of which the columns take their width."""
MOST_KNOWN, MOST_PILLS = 4_000, 200
"""Widths and pills that are kept."""


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
        self._cells: dict[tuple[int, int], Cell] = {}

    def show(self, rows: Sequence[object]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.rows = rows
        self.forget()
        self.endResetModel()

    def forget(self) -> None:
        """Words changed: cells are made anew."""
        self._cells.clear()

    def cell(self, index: Index) -> Cell:
        """The cell at a place."""
        return self.at(index.row(), index.column())

    def at(self, row: int, column: int) -> Cell:
        """The cell of a row, made once: measured, then painted again and again."""
        made = self._cells.get((row, column))
        if made is None:
            made = self._cells[row, column] = self.columns[column].cell(self.rows[row])
        return made

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


class _Face:
    """A font with what is known of it; how wide a text is, is measured once."""

    def __init__(self, size: str, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        self.font = QFont(theme.FAMILY)
        self.font.setPixelSize(theme.TYPE[size])
        self.font.setWeight(weight)
        self.metrics = QFontMetrics(self.font)
        self.height, self.ascent = self.metrics.height(), self.metrics.ascent()
        self._wide: dict[str, int] = {}

    def wide(self, text: str) -> int:
        """How wide the text is, in pixels."""
        width = self._wide.get(text)
        if width is None:
            width = self._wide[text] = self.metrics.horizontalAdvance(text)
        return width

    def fitted(self, text: str, most: int) -> str:
        """The text, shortened where it is wider than `most`."""
        if self.wide(text) <= most:
            return text
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, most)

    def forget(self) -> None:
        """Other rows come: texts of the ones before do not pile up."""
        if len(self._wide) > MOST_KNOWN:
            self._wide.clear()


class CellPainter(QStyledItemDelegate):
    """Paints a cell by the tokens. Fonts, widths and pills are made once: a search paints the rows anew by letter."""

    def __init__(self, model: Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._parent = parent
        self._faces = {
            (tone, bold): _Face(
                "small" if tone else "body",
                QFont.Weight.DemiBold if bold else QFont.Weight.Medium if tone else QFont.Weight.Normal,
            )
            for tone in (False, True)
            for bold in (False, True)
        }
        self._second = _Face("caption")
        self._pills: dict[tuple[int, int, int, int, float], QPixmap] = {}

    def faces(self, cell: Cell) -> tuple[_Face, _Face]:
        """The fonts of the first and the second line."""
        return self._faces[bool(cell.tone), cell.bold], self._second

    def forget(self) -> None:
        """Other rows come."""
        for face in (*self._faces.values(), self._second):
            face.forget()

    def size_of(self, cell: Cell) -> tuple[int, int]:
        """As wide as the words, as high as its lines, in pixels."""
        first, second = self.faces(cell)
        width = first.wide(cell.shown()) + 2 * PAD + (2 * PAD if cell.tone else 0)
        height = first.height + 20
        if cell.second:
            width = max(width, second.wide(cell.second) + 2 * PAD)
            height += second.height
        return width + 2, height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as the words, as high as its lines."""
        return QSize(*self.size_of(self._model.cell(index)))

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
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, theme.colour("line"))
        view = self._parent
        if isinstance(view, Table) and view.hasFocus() and view.currentIndex().row() == index.row():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawLine(area.left(), area.top() + 1, area.right(), area.top() + 1)
            painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom())
        inner = area.adjusted(PAD, 0, -PAD, 0)
        right = self._model.columns[index.column()].right
        first, second = self.faces(cell)
        if cell.tone:
            self._pill(painter, inner, cell, first, right)
        else:
            top = inner.top() + (inner.height() - first.height - (second.height if cell.second else 0)) // 2
            self._line(painter, inner, top, first, cell.text, right, "muted" if cell.muted else "ink")
            if cell.second:
                self._line(painter, inner, top + first.height, second, cell.second, right, "muted")
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, inner: QRect, top: int, face: _Face, text: str, right: bool, ink: str) -> None:
        shown = face.fitted(text, inner.width())
        left = inner.right() + 1 - face.wide(shown) if right else inner.left()
        painter.setFont(face.font)
        painter.setPen(theme.colour(ink))
        painter.drawText(left, top + face.ascent, shown)

    def _pill(self, painter: QPainter, inner: QRect, cell: Cell, face: _Face, right: bool) -> None:
        text = face.fitted(cell.shown(), inner.width() - 2 * PAD)
        width, height = face.wide(text) + 2 * PAD, face.height + 6
        left = inner.right() - width if right else inner.left()
        top = inner.top() + (inner.height() - height) // 2
        painter.drawPixmap(left, top, self._ground(width, height, cell.tone, painter.device().devicePixelRatioF()))
        painter.setPen(theme.colour(cell.tone))
        painter.setFont(face.font)
        painter.drawText(left + PAD, top + 3 + face.ascent, text)

    def _ground(self, width: int, height: int, tone: str, ratio: float) -> QPixmap:
        """The ground of a pill, sharp on this screen; made once for each width and colour."""
        edge, soft = theme.colour(f"{tone}_edge"), theme.colour(f"{tone}_soft")
        key = (width, height, edge.rgba(), soft.rgba(), ratio)
        made = self._pills.get(key)
        if made is None:
            if len(self._pills) > MOST_PILLS:
                self._pills.clear()
            made = QPixmap(math.ceil((width + 1) * ratio), math.ceil((height + 1) * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(soft)
            painter.drawRoundedRect(QRectF(0, 0.5, width, height - 0.5), height / 2, height / 2)
            painter.end()
            self._pills[key] = made
        return made


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
        self._painter.forget()
        self._rows.show(rows)
        if rows:
            height = max(self._painter.size_of(self._rows.at(0, n))[1] for n in range(len(self._rows.columns)))
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
        self.renew()

    def renew(self) -> None:
        """What cells say goes by the time: they are made anew, and what became longer finds its room."""
        self._rows.forget()
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
        looked_at = range(min(LOOKED_AT, len(self._rows.rows)))
        header = self.horizontalHeader()
        metrics = QFontMetrics(header.font())
        widths = [
            max(
                [metrics.horizontalAdvance(t(column.key) if column.key else "") + 2 * PAD + 8]
                + [self._painter.size_of(self._rows.at(row, n))[0] for row in looked_at]
            )
            for n, column in enumerate(columns)
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
