"""The dossiers behind a figure, page by page: codes, places and moments, nobody's name; Enter opens one."""

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
    """`opened` gives the dossier that was chosen, `back` that the figures are wanted, `taken_out` a file of it.

    `turned` says which page is wanted: 1 the next, -1 the one before.
    """

    opened = Signal(object)
    back = Signal()
    taken_out = Signal()
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._view: BehindView | None = None
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        self.title = SubHeading()
        self.title.setWordWrap(True)
        head.addWidget(self.title, 1)
        self.before = QuietButton("reports.page_before", "Ctrl+PgUp", "arrow-left")
        self.after = QuietButton("reports.page_after", "Ctrl+PgDown", "arrow-right")
        self.before.clicked.connect(lambda: self.turned.emit(-1))
        self.after.clicked.connect(lambda: self.turned.emit(1))
        self.out = QuietButton("reports.behind_csv", "Ctrl+E", "file-text")
        self.out.clicked.connect(self.taken_out)
        self.close_button = QuietButton("reports.behind_back", "Esc", "arrow-left")
        self.close_button.clicked.connect(self.back)
        for button in (self.before, self.after, self.out):
            head.addWidget(button)
        head.addWidget(self.close_button)
        self.body.addLayout(head)
        self.table = Table(COLUMNS, "nav.reports")
        self.table.opened.connect(self._open)
        self.body.addWidget(self.table, 1)

    def show_dossiers(self, view: BehindView) -> None:
        """Show these dossiers."""
        turned = self._view is not None and self._view.first != view.first
        self._view = view
        self.table.show_rows(view.lines, key=_dossier)
        if turned:
            self.table.scrollToTop()
        paged = view.total > len(view.lines)
        self.before.setVisible(paged)
        self.after.setVisible(paged)
        self.before.setEnabled(view.first > 0)
        self.after.setEnabled(view.first + len(view.lines) < view.total)
        self.retranslate()

    def place(self, turn: int, size: int) -> int | None:
        """Where the page begins that a turn leads to; None where there is none."""
        view = self._view
        if view is None:
            return None
        first = view.first + turn * size
        return first if 0 <= first < view.total else None

    def retranslate(self) -> None:
        view = self._view
        if view is not None:
            key = "reports.behind" if view.total <= len(view.lines) else "reports.behind_page"
            said = {"name": words(view.name), "total": number(view.total)}
            said |= {"first": number(view.first + 1), "last": number(view.first + len(view.lines))}
            self.title.setText(t(key, **said))

    def _open(self, line: BehindLine) -> None:
        self.opened.emit(line)


def _dossier(line: BehindLine) -> object:
    return line.dossier
