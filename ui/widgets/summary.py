"""What follows from the rules: new class, deadline, fee, code; each with its reason and legal basis on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Card, Muted, Text

if TYPE_CHECKING:
    from clerk_app.desk.views import SummaryLine


def narrow(button: QuietButton) -> QuietButton:
    """The same button for the head of a card: no taller than its words, little room at the sides."""
    layout = button.layout()
    if layout is not None:
        layout.setContentsMargins(8, 4, 8, 4)
    return button


class SummaryRow(QWidget):
    """One fact: its name, its value, below them the reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: SummaryLine | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self._label = Text(look="context")
        self._label.setWordWrap(True)
        self._value = Text(look="strong")
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._label, 1)
        row.addWidget(self._value)
        column.addLayout(row)
        self._why = Text(look="why")
        self._why.setWordWrap(True)
        self._why.hide()
        column.addWidget(self._why)

    def show_line(self, line: SummaryLine, why: bool) -> None:
        """Show a fact, with its reason if `why`."""
        self._line = line
        self._label.show_words(line.label)
        self._value.setText(f"{line.value} *" if line.doubtful else line.value)
        self._why.setVisible(why and bool(line.why.vi))
        self.retranslate()

    def retranslate(self) -> None:
        line = self._line
        if line is None:
            return
        parts = [words(line.why), line.basis, t("intake.why.doubtful") if line.doubtful else ""]
        self._value.setToolTip(t("intake.why.doubtful") if line.doubtful else "")
        self._why.setText("\n".join(part for part in parts if part))
        self.setAccessibleName(f"{words(line.label)}: {line.value}")
        self.setAccessibleDescription(self._why.text())


class SummaryPanel(Card):
    """The facts of this dossier."""

    why_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.summary.title", parent)
        self.body.setSpacing(theme.SPACE["s"])
        self._why = False
        self._lines: tuple[SummaryLine, ...] = ()
        self._button = narrow(QuietButton("intake.why", "F9", parent=self))
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self.why_asked)
        self.head.addWidget(self._button)
        self._none = Muted("intake.summary.none")
        self.body.addWidget(self._none)
        self._rows: list[SummaryRow] = []

    def show_lines(self, lines: tuple[SummaryLine, ...]) -> None:
        """Show the facts."""
        self._lines = lines
        self._none.setVisible(not lines)
        while len(self._rows) < len(lines):
            self._rows.append(SummaryRow())
            self.body.addWidget(self._rows[-1])
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(lines))
            if number < len(lines):
                row.show_line(lines[number], self._why)

    def show_why(self, on: bool) -> None:
        """Show or hide every reason."""
        self._why = on
        self.show_lines(self._lines)
