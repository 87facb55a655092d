"""What follows from the rules: class, test, appointment, fee, code; each with how it came about, in a few words.

Why, with its legal basis, is told by the card of reasons (`widgets/why.py`) for the line that has the focus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.copyable import Copyable
from ui.widgets.kit import Card, Muted, Text
from ui.widgets.lines import Line, rove, walk

if TYPE_CHECKING:
    from clerk_app.desk.views import SummaryLine, Why


def narrow(button: QuietButton) -> QuietButton:
    """The same button for the head of a card: no taller than its words, little room at the sides."""
    layout = button.layout()
    if layout is not None:
        layout.setContentsMargins(8, 4, 8, 4)
    return button


class SummaryRow(Line):
    """One fact: its name, its value, below them how it came about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: SummaryLine | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 1, 4, 1)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self._label = Text(look="fact")
        self._label.setWordWrap(True)
        self._value = Copyable(look="strong")
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        row.addWidget(self._value)
        column.addLayout(row)
        self.detail = Text(look="hint")
        self.detail.setWordWrap(True)
        column.addWidget(self.detail)

    def show_line(self, line: SummaryLine) -> None:
        """Show a fact."""
        if line == self._line:
            return
        self._line = line
        self._label.show_words(line.label)
        self.set_whys(line.whys)
        self.detail.show_words(line.detail)
        self.detail.setVisible(line.detail is not None)
        self.retranslate()

    def value(self) -> str:
        """What stands on the right."""
        return self._value.text()

    def retranslate(self) -> None:
        line = self._line
        if line is None:
            return
        value = words(line.value)
        self._value.setText(f"{value} *" if line.doubtful else value)
        doubt = t("intake.why.doubtful") if line.doubtful else ""
        self._value.setToolTip(doubt)
        self.setAccessibleName(f"{words(line.label)}: {value}")
        said = (words(line.detail) if line.detail is not None else "", doubt)
        self.setAccessibleDescription(". ".join(part for part in said if part))


class SummaryPanel(Card):
    """The facts of this dossier."""

    why_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.summary.title", parent)
        self.body.setSpacing(1)
        self._button = narrow(QuietButton("intake.why", "F9", parent=self))
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self.why_asked)
        self.head.addWidget(self._button)
        self._none = Muted("intake.summary.none")
        self.body.addWidget(self._none)
        self._lines: tuple[SummaryLine, ...] = ()
        self._rows: list[SummaryRow] = []

    def show_lines(self, lines: tuple[SummaryLine, ...]) -> None:
        """Show the facts; a fact keeps its row while others come and go."""
        self._lines = lines
        self._none.setVisible(not lines)
        while len(self._rows) < len(lines):
            self._rows.append(self._row())
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(lines))
            if number < len(lines):
                row.show_line(lines[number])

    def rows(self) -> tuple[SummaryRow, ...]:
        """The rows that show something."""
        return tuple(self._rows[: len(self._lines)])

    def all_whys(self) -> tuple[Why, ...]:
        """Every reason of every fact."""
        return tuple(why for line in self._lines for why in line.whys)

    def _row(self) -> SummaryRow:
        row = SummaryRow(self)
        row.step.connect(lambda step: walk(self._rows, row, step))
        row.entered.connect(lambda: rove(self._rows, row))
        if not self._rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body.addWidget(row)
        return row
