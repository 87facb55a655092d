"""The papers of this very case in short: what is needed, under which condition, and where it may come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.kit import Card, Text
from ui.widgets.lines import Line, rove, walk

if TYPE_CHECKING:
    from clerk_app.desk.views import PaperLine

SIGNS = {True: ("✓", "good"), False: ("•", "calm")}


class NeededRow(Line):
    """One paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: PaperLine | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 1, 4, 1)
        row.setSpacing(theme.SPACE["s"])
        self._sign = QLabel()
        self._sign.setProperty("class", "sign")
        self._sign.setFixedSize(22, 22)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        self._name = Text()
        self._name.setWordWrap(True)
        self.detail = Text(look="hint")
        self.detail.setWordWrap(True)
        column.addWidget(self._name)
        column.addWidget(self.detail)
        row.addLayout(column, 1)

    def show_line(self, line: PaperLine) -> None:
        """Show a paper."""
        if line == self._line:
            return
        self._line = line
        self.set_whys(line.whys)
        sign, tone = SIGNS[line.done]
        self._sign.setText(sign)
        if self._sign.property("tone") != tone:
            theme.mark(self._sign, tone=tone)
        self._name.show_words(line.name)
        self.retranslate()

    def retranslate(self) -> None:
        line = self._line
        if line is None:
            return
        need = t("intake.needed.required") if line.required else t("intake.needed.optional")
        if line.condition is not None:
            need = t("intake.needed.only", condition=words(line.condition))
        sources = words(line.sources) if line.sources is not None else ""
        told = f"{need} · {sources}" if sources else need
        doubt = any(why.doubt is not None for why in line.whys)
        self.detail.setText(f"{told} *" if doubt else told)
        self.setAccessibleName(f"{words(line.name)}: {words(line.state.words)}")
        self.setAccessibleDescription(f"{told}. {t('intake.why.doubtful')}" if doubt else told)


class NeededCard(Card):
    """Every paper of the case."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.needed.title", parent)
        self.body.setSpacing(1)
        self._rows: list[NeededRow] = []
        self._count = 0

    def show_papers(self, lines: tuple[PaperLine, ...]) -> None:
        """Show them; hidden without any."""
        self._count = len(lines)
        while len(self._rows) < len(lines):
            self._rows.append(self._row())
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(lines))
            if number < len(lines):
                row.show_line(lines[number])

    def rows(self) -> tuple[NeededRow, ...]:
        """The rows that show something."""
        return tuple(self._rows[: self._count])

    def _row(self) -> NeededRow:
        row = NeededRow(self)
        row.step.connect(lambda step: walk(self._rows, row, step))
        row.entered.connect(lambda: rove(self._rows, row))
        if not self._rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body.addWidget(row)
        return row
