"""Tables of figures below each other: every figure can be reached by the arrow keys and opened by Enter or a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from clerk_app.desk.report_views import FigureView, LineView, TableView

Index = QModelIndex | QPersistentModelIndex
_NAME_SHARE = 0.38
"""What the names of lines have at least of the width."""
_LEAST, _MOST, _PAD = 72, 180, 14
"""Pixels of a column of figures, and of the room beside its text."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A heading with the names of its columns, or a line of figures."""

    table: TableView
    line: LineView | None


class Figures(QAbstractTableModel):
    """The rows of every table."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []
        self._columns = 1

    def show(self, tables: tuple[TableView, ...]) -> None:
        """Show these tables instead of what was there."""
        self.beginResetModel()
        self._rows = []
        for table in tables:
            if table.lines:
                self._rows += [_Row(table, None), *(_Row(table, line) for line in table.lines)]
        self._columns = 1 + max((len(table.heads) for table in tables), default=0)
        self.endResetModel()

    def figure(self, index: Index) -> FigureView | None:
        """The figure in a cell; None where none is."""
        if not index.isValid():
            return None
        line = self._rows[index.row()].line
        place = index.column() - 1
        return line.figures[place] if line is not None and 0 <= place < len(line.figures) else None

    def heading(self, row: int) -> bool:
        """Whether a row is the heading of a table."""
        return self._rows[row].line is None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) and column == 0:
            return self._name(row, role == Qt.ItemDataRole.ToolTipRole)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column - 1)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, column - 1)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole and (row.line is None or self._whole(row.line)):
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.ForegroundRole:
            figure = self.figure(index)
            if row.line is None and column:
                return theme.colour("muted")
            if figure is not None and not figure.dossiers:
                return theme.colour("muted")
        if role == Qt.ItemDataRole.BackgroundRole and row.line is None:
            return theme.colour("well")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.figure(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @staticmethod
    def _whole(line: LineView) -> bool:
        return not line.name.vi.startswith("–")

    def _name(self, row: _Row, whole: bool) -> str:
        if row.line is None:
            return words(row.table.name)
        name = words(row.line.name)
        if whole and row.line.doubt and row.line.basis:
            return f"{name}\n{t('reports.doubt', basis=row.line.basis)}"
        return name if self._whole(row.line) else f"    {name}"

    @staticmethod
    def _text(row: _Row, place: int) -> str:
        if row.line is None:
            return words(row.table.heads[place]) if place < len(row.table.heads) else ""
        return words(row.line.figures[place].text) if place < len(row.line.figures) else ""

    def _spoken(self, row: _Row, place: int) -> str:
        if row.line is None or place < 0 or place >= len(row.line.figures):
            return self._name(row, False).strip()
        return f"{words(row.line.name)}, {words(row.table.heads[place])}: {words(row.line.figures[place].text)}"


class FigureGrid(QTableView):
    """`opened` gives the figure whose dossiers are asked for."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures = Figures()
        self.setModel(self._figures)
        self.setProperty("class", "figures")
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.clicked.connect(self._open)
        self.retranslate()

    def show_tables(self, tables: tuple[TableView, ...]) -> None:
        """Show these tables; the first figure is the current one."""
        self._figures.show(tables)
        self.clearSpans()
        self._share_width()
        if self._figures.rowCount() > 1:
            self.setCurrentIndex(self._figures.index(1, 1))

    def current(self) -> FigureView | None:
        """The figure on which the keyboard stands."""
        return self._figures.figure(self.currentIndex())

    def text_at(self, row: int, column: int) -> str:
        """What a cell shows."""
        return str(self._figures.data(self._figures.index(row, column)) or "")

    def retranslate(self) -> None:
        self.setAccessibleName(t("reports.figures"))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; the rest as in every table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _open(self, index: Index) -> None:
        figure = self._figures.figure(index)
        if figure is not None and figure.dossiers:
            self.opened.emit(figure)

    def _widest(self, column: int) -> int:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        metrics, rows = QFontMetrics(font), range(self._figures.rowCount())
        return max((metrics.horizontalAdvance(self.text_at(row, column)) for row in rows), default=0)

    def _share_width(self) -> None:
        columns = self._figures.columnCount() - 1
        if columns < 1:
            return
        wide = self.viewport().width()
        # Each as wide as its widest figure: what is left is for the names.
        widths = [max(_LEAST, min(_MOST, self._widest(column) + _PAD)) for column in range(1, columns + 1)]
        self.setColumnWidth(0, max(int(wide * _NAME_SHARE), wide - sum(widths)))
        for column, width in enumerate(widths, 1):
            self.setColumnWidth(column, width)
