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
    from clerk_app.desk.views import Badge as BadgeView
    from clerk_app.domain.refusals import Words

NOTHING = "–"
MARKS = {"same": ("✓", "good"), "differs": ("≠", "warn"), "persons": ("✗", "bad"), "single": ("", "calm")}
LABEL_WIDTH = 104


class _Head(QWidget):
    """A source, and below it what it is worth."""

    def __init__(self, source: Words, level: BadgeView | None) -> None:
        super().__init__()
        self._level = level
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        said = Text(look="difference-head")
        said.show_words(source)
        self.worth = QLabel()
        self.worth.setProperty("class", "difference-level")
        if level is not None:
            theme.mark(self.worth, tone=level.tone)
        column.addWidget(said)
        column.addWidget(self.worth)
        self.retranslate()

    def retranslate(self) -> None:
        level = self._level
        if level is not None:
            self.worth.setText(f"{SIGNS[level.tone]} {words(level.words)}".strip())


class _Cell(QLabel):
    """One source's value."""

    def __init__(self, cell: ComparedCell | None) -> None:
        super().__init__()
        self._cell = cell
        self.setProperty("class", "compared")
        self.setWordWrap(True)
        if cell is not None:
            theme.mark(self, used="yes" if cell.used else "no", differs="yes" if cell.differs else "no")
        self.retranslate()

    def spoken(self) -> str:
        """The same for the ear; nothing where the source is silent."""
        return "" if self._cell is None else self.text()

    def retranslate(self) -> None:
        self.setText(words(self._cell.value) if self._cell is not None else NOTHING)


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
            cells = (row.cells[place - 1] for row in view.rows)
            level = next((cell.level for cell in cells if cell is not None), None)
            grid.addWidget(_Head(head, level), 0, place)
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
