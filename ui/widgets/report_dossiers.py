"""The dossiers behind a figure: codes, places and moments, nobody's name; Enter opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import theme
from ui.texts import number, t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Card, SubHeading
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from datetime import datetime

    from clerk_app.desk.report_views import BehindLine, BehindView


def _moment(at: datetime | None) -> Cell:
    return Cell(f"{at:%H:%M %d/%m/%Y}") if at is not None else Cell("–", muted=True)


COLUMNS = (
    Column("reports.code", lambda line: Cell(line.code, bold=True)),
    Column("reports.office", lambda line: Cell(words(line.office), muted=True), 2, drop=3),
    Column("reports.counter", lambda line: Cell(line.counter), drop=2),
    Column("reports.procedure", lambda line: Cell(words(line.procedure)), 3, drop=4),
    Column("reports.channel", lambda line: Cell(words(line.channel))),
    Column("reports.state", lambda line: Cell(words(line.state)), 3),
    Column("reports.since", lambda line: _moment(line.since), drop=1),
    Column("reports.due", lambda line: _moment(line.due_at)),
)


class ReportDossiers(Card):
    """`opened` gives the dossier that was chosen, `back` that the figures are wanted, `taken_out` a file of it."""

    opened = Signal(object)
    back = Signal()
    taken_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._view: BehindView | None = None
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        self.title = SubHeading()
        self.title.setWordWrap(True)
        head.addWidget(self.title, 1)
        self.out = QuietButton("reports.behind_csv", "Ctrl+E", "file-text")
        self.out.clicked.connect(self.taken_out)
        self.close_button = QuietButton("reports.behind_back", "Esc", "arrow-left")
        self.close_button.clicked.connect(self.back)
        head.addWidget(self.out)
        head.addWidget(self.close_button)
        self.body.addLayout(head)
        self.table = Table(COLUMNS, "nav.reports")
        self.table.opened.connect(self._open)
        self.body.addWidget(self.table, 1)

    def show_dossiers(self, view: BehindView) -> None:
        """Show these dossiers."""
        self._view = view
        self.table.show_rows(view.lines, key=_dossier)
        self.retranslate()

    def retranslate(self) -> None:
        view = self._view
        if view is not None:
            key = "reports.behind" if view.total <= len(view.lines) else "reports.behind_first"
            said = {"name": words(view.name), "total": number(view.total), "shown": number(len(view.lines))}
            self.title.setText(t(key, **said))

    def _open(self, line: BehindLine) -> None:
        self.opened.emit(line)


def _dossier(line: BehindLine) -> object:
    return line.dossier
