"""What the sources say of each field, side by side; what differs is marked at its end and in its cell.

             Chip        QR code      Register     Typed
1 Name       TRẦN …      Trần …       TRẦN …       –        ✓
2 Residence  –           Nghĩa Đô     –            Cầu Giấy ≠
             what the difference means
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.kit import SIGNS, Text

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import ComparedCell, ComparedRow, ComparisonView

NOTHING = "–"
MARKS = {"same": ("✓", "good"), "differs": ("≠", "warn"), "persons": ("✗", "bad"), "single": ("", "calm")}
LABEL_WIDTH = 104


class _Cell(QWidget):
    """One source's value, what it is worth below it."""

    def __init__(self, cell: ComparedCell | None) -> None:
        super().__init__()
        self._cell = cell
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.value = QLabel()
        self.value.setProperty("class", "compared")
        self.level = QLabel()
        self.level.setProperty("class", "difference-level")
        for text in (self.value, self.level):
            text.setWordWrap(True)
            column.addWidget(text)
        if cell is not None:
            theme.mark(self.value, used="yes" if cell.used else "no", differs="yes" if cell.differs else "no")
            theme.mark(self.level, tone=cell.level.tone)
        self.retranslate()

    def spoken(self) -> str:
        """The same for the ear."""
        return "" if self._cell is None else f"{self.value.text()} ({self.level.text()})"

    def retranslate(self) -> None:
        cell = self._cell
        self.level.setVisible(cell is not None and (cell.differs or cell.level.tone != "calm"))
        if cell is None:
            self.value.setText(NOTHING)
            return
        self.value.setText(words(cell.value))
        sign = SIGNS[cell.level.tone]
        self.level.setText(f"{sign} {words(cell.level.words)}".strip())


class ComparisonTable(QWidget):
    """Made anew for each comparison; numbered while somebody chooses a field."""

    def __init__(self, view: ComparisonView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._pinned = ""
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE["m"])
        grid.setVerticalSpacing(theme.SPACE["xs"])
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        last = len(view.heads) + 1
        for place, head in enumerate(view.heads, 1):
            said = Text(look="difference-head")
            said.show_words(head)
            grid.addWidget(said, 0, place)
            grid.setColumnStretch(place, 1)
        self.labels: list[Text] = []
        self.cells: list[list[_Cell]] = []
        self.marks: list[QLabel] = []
        for number, row in enumerate(view.rows):
            self._add(row, 1 + 3 * number, last)
        self.retranslate()

    def _add(self, row: ComparedRow, line: int, last: int) -> None:
        rule = QFrame()
        rule.setProperty("class", "rule")
        self._grid.addWidget(rule, line, 0, 1, last + 1)
        label = Text(look="check-title")
        label.setWordWrap(True)
        sign, tone = MARKS[row.mark]
        theme.mark(label, tone="bad" if tone == "bad" else "calm")
        self._grid.addWidget(label, line + 1, 0, Qt.AlignmentFlag.AlignTop)
        cells = [_Cell(cell) for cell in row.cells]
        for place, cell in enumerate(cells, 1):
            self._grid.addWidget(cell, line + 1, place, Qt.AlignmentFlag.AlignTop)
        mark = QLabel(sign)
        mark.setProperty("class", "sign")
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        mark.setFixedSize(26, 22)
        theme.mark(mark, tone=tone)
        self._grid.addWidget(mark, line + 1, last, Qt.AlignmentFlag.AlignTop)
        mark.setVisible(bool(sign))
        if row.words is not None:
            meaning = Text(look="muted")
            meaning.setWordWrap(True)
            meaning.show_words(row.words)
            self._grid.addWidget(meaning, line + 2, 1, 1, last)
        self.labels.append(label)
        self.cells.append(cells)
        self.marks.append(mark)

    def point_at(self, field: str) -> None:
        """Raise the row of a field; the empty text for none."""
        self._pinned = field
        self.retranslate()

    def retranslate(self) -> None:
        spoken = []
        for row, label, cells in zip(self._view.rows, self.labels, self.cells, strict=True):
            pin = "▸ " if row.field == self._pinned else ""
            label.setText(f"{pin}{words(row.label)}")
            for cell in cells:
                cell.retranslate()
            said = "; ".join(
                f"{words(head)} {cell.spoken()}"
                for head, cell in zip(self._view.heads, cells, strict=True)
                if cell.spoken()
            )
            spoken.append(f"{words(row.label)}, {t(f'approvals.mark.{row.mark}')}: {said}")
        self.setAccessibleName("\n".join(spoken))
