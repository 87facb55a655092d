"""Reports: a period, how it is split, tables and charts; every figure opens its dossiers, each of them its dossier.

period ─(F5)→ figures ─(Enter on one)→ dossiers ─(Enter)→ the dossier
                 └───────────(Esc)────────┘
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.desk.report_views import DIMENSION_WORDS, ReportQuery, only
from clerk_app.desk.reports import SHOWN, save
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.report_law import DIMENSIONS
from clerk_app.domain.report_periods import month_of, quarter_of, year_of
from ui import texts, theme
from ui.actions import Action
from ui.texts import number, words
from ui.widgets.bar_chart import BarChart
from ui.widgets.buttons import PrimaryButton, QuietButton
from ui.widgets.figure_grid import FigureGrid
from ui.widgets.flow import Flow
from ui.widgets.inputs import DateInput, commit_open_syllable
from ui.widgets.kit import Badge, Card, EmptyState, Heading, Label, Skeleton, Text
from ui.widgets.notice import Notice
from ui.widgets.purpose_line import PurposeLine
from ui.widgets.report_dossiers import ReportDossiers
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.report_views import BehindLine, BehindView, FigureView, ReportView
    from clerk_app.desk.trail_export import ExportedFile
    from ui.application import App

READ = "report.read"


class ReportsScreen(QWidget):
    """The page of those who answer for the figures."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        first, last = month_of(in_hanoi(datetime.now(UTC)).date())
        self._query = ReportQuery(first, last)
        self._view: ReportView | None = None
        self._asked: FigureView | None = None
        self._turn = 0
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._head())
        column.addLayout(self._period())
        signs = QHBoxLayout()
        signs.setSpacing(theme.SPACE["m"])
        self.sign = Badge()
        signs.addWidget(self.sign)
        self.doubts = Text(look="caption")
        self.doubts.setWordWrap(True)
        signs.addWidget(self.doubts, 1)
        column.addLayout(signs)
        self.problem = Notice("bad", closable=True)
        self.done = Notice("good", closable=True)
        self.purpose = PurposeLine()
        self.purpose.shut.connect(self._to_grid)
        for part in (self.problem, self.done, self.purpose):
            column.addWidget(part)
        self.inside = QStackedWidget()
        self.before = EmptyState("file-text", "reports.before", "reports.before_hint")
        self.skeleton = Skeleton(8)
        self.empty = EmptyState("search", "reports.empty", "reports.empty_hint")
        self.figures = self._figures()
        self.behind = ReportDossiers()
        self.behind.opened.connect(self._open_dossier)
        self.behind.back.connect(self.close_behind)
        self.behind.taken_out.connect(lambda: self.export("csv"))
        self.behind.turned.connect(self.turn_page)
        for shown in (self.before, self.skeleton, self.empty, self.figures, self.behind):
            self.inside.addWidget(shown)
        column.addWidget(self.inside, 1)
        self._say_query()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.reports"))
        self.context = Text(look="context")
        self.context.setWordWrap(True)
        head.addWidget(self.context, 1)
        self.csv = QuietButton("reports.csv", "Ctrl+E", "file-text")
        self.xlsx = QuietButton("reports.xlsx", "Ctrl+Shift+E", "file-text")
        self.pdf = QuietButton("reports.pdf", "Ctrl+P", "printer")
        for button, kind in ((self.csv, "csv"), (self.xlsx, "xlsx"), (self.pdf, "pdf")):
            button.clicked.connect(partial(self.export, kind))
            head.addWidget(button)
        self.make = PrimaryButton("reports.make", "F5", "refresh-cw")
        self.make.clicked.connect(self.ask)
        head.addWidget(self.make)
        return head

    def _period(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.first, self.last = DateInput(), DateInput()
        days = QHBoxLayout()
        days.setSpacing(theme.SPACE["s"])
        for key, box in (("reports.first", self.first), ("reports.last", self.last)):
            days.addWidget(Label(key))
            box.setFixedWidth(118)
            box.returnPressed.connect(self.ask)
            days.addWidget(box)
        # Beside the first line of the choices, however many there are.
        top = QVBoxLayout()
        top.addLayout(days)
        top.addStretch(1)
        row.addLayout(top)
        self.choices = Flow()
        self.by = QuietButton("reports.by", "Ctrl+G", "sliders-horizontal")
        self.here = QuietButton("reports.everywhere", "Ctrl+H")
        for key, keys, call in (
            ("reports.day", "Ctrl+D", self.take_day),
            ("reports.month", "Ctrl+M", self.take_month),
            ("reports.quarter", "Ctrl+T", self.take_quarter),
            ("reports.year", "Ctrl+Y", self.take_year),
        ):
            button = QuietButton(key, keys)
            button.clicked.connect(call)
            self.choices.add(button)
        for button, call in ((self.by, self.split_next), (self.here, self.toggle_here)):
            button.clicked.connect(call)
            self.choices.add(button)
        self.wide = QuietButton("reports.widen", "Ctrl+Shift+I", "x")
        self.wide.clicked.connect(self.widen)
        self.wide.hide()
        self.choices.add(self.wide)
        row.addWidget(self.choices, 1)
        return row

    def _figures(self) -> QWidget:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE["l"])
        card = Card()
        self.grid = FigureGrid()
        self.grid.opened.connect(self.open_figure)
        card.body.addWidget(self.grid, 1)
        row.addWidget(card, 5)
        beside = Card("reports.charts")
        self.charts = BarChart()
        beside.body.addWidget(Scrolling(self.charts), 1)
        row.addWidget(beside, 2)
        return inside

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What this page does; Enter and the arrow keys belong to its tables."""

        def row(name: str, text: str, key: str, call: Callable[[], object], icon: str = "") -> Action:
            def do(_app: App) -> None:
                call()

            return Action(f"reports.{name}", text, key, do, scope=READ, group="actions.group.reports", icon=icon)

        return [
            row("make", "reports.make", "F5", self.ask, "refresh-cw"),
            row("period", "reports.to_period", "Ctrl+F", self.focus_first, "search"),
            row("day", "reports.day", "Ctrl+D", self.take_day),
            row("month", "reports.month", "Ctrl+M", self.take_month),
            row("quarter", "reports.quarter", "Ctrl+T", self.take_quarter),
            row("year", "reports.year", "Ctrl+Y", self.take_year),
            row("by", "reports.by_next", "Ctrl+G", self.split_next, "sliders-horizontal"),
            row("narrow", "reports.narrow", "Ctrl+I", self.narrow, "search"),
            row("widen", "reports.widen", "Ctrl+Shift+I", self.widen),
            row("here", "reports.here_toggle", "Ctrl+H", self.toggle_here),
            row("after", "reports.page_after", "Ctrl+PgDown", partial(self.turn_page, 1), "arrow-right"),
            row("before", "reports.page_before", "Ctrl+PgUp", partial(self.turn_page, -1), "arrow-left"),
            row("csv", "reports.csv_long", "Ctrl+E", partial(self.export, "csv"), "file-text"),
            row("xlsx", "reports.xlsx_long", "Ctrl+Shift+E", partial(self.export, "xlsx"), "file-text"),
            row("pdf", "reports.pdf_long", "Ctrl+P", partial(self.export, "pdf"), "printer"),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back from the dossiers to the figures."""
        if event.key() == Qt.Key.Key_Escape and self._asked is not None:
            self.close_behind()
        else:
            super().keyPressEvent(event)

    # ---- coming and going

    def arrive(self) -> None:
        """The page came to the front: this month's report, if none was made yet."""
        if self._view is None:
            self.ask()
        else:
            self._to_grid()

    def flush(self) -> None:
        """Somebody leaves the page: no question stays open."""
        self.purpose.close_line()

    def focus_first(self) -> None:
        """The caret in the period."""
        self.first.setFocus()
        self.first.selectAll()

    # ---- which report

    def take_day(self) -> None:
        """Today."""
        today = _today()
        self._take(today, today)

    def take_month(self) -> None:
        """This month; pressed again, the one before the month that is shown."""
        self._take_period(month_of)

    def take_quarter(self) -> None:
        """This quarter; pressed again, the one before that is shown."""
        self._take_period(quarter_of)

    def take_year(self) -> None:
        """This year; pressed again, the one before that is shown."""
        self._take_period(year_of)

    def _take_period(self, of: Callable[[date], tuple[date, date]]) -> None:
        shown = (self._query.first, self._query.last)
        if shown == of(shown[0]):
            before = date.fromordinal(shown[0].toordinal() - 1)
            self._take(*of(before))
        else:
            self._take(*of(_today()))

    def _take(self, first: date, last: date) -> None:
        self._query = replace(self._query, first=first, last=last)
        self._say_query()
        self._ask()

    def split_next(self) -> None:
        """Split by the next dimension."""
        place = (DIMENSIONS.index(self._query.by) + 1) % len(DIMENSIONS)
        self._query = replace(self._query, by=DIMENSIONS[place])
        self._say_query()
        self._ask()

    def narrow(self) -> None:
        """Only the group in whose column the keyboard stands: one office, counter, procedure or channel."""
        figure, by = self.grid.current(), self._query.by
        if by and figure is not None and figure.group is not None:
            self._query = only(self._query, by, figure.group)
            self._say_query()
            self._ask()

    def widen(self) -> None:
        """Everything again that may be read."""
        self._query = replace(self._query, offices=(), counters=(), procedures=(), channels=())
        self._say_query()
        self._ask()

    def toggle_here(self) -> None:
        """This counter alone, or everything that may be read."""
        self._query = replace(self._query, here=not self._query.here)
        self._say_query()
        self._ask()

    def ask(self) -> None:
        """Make the report of what stands in the fields."""
        commit_open_syllable()
        days = []
        for box in (self.first, self.last):
            try:
                days.append(date.fromisoformat(box.value()))
            except ValueError:
                box.setFocus()
                self.problem.say("reports.day_wrong", "reports.day_wrong_hint", text=box.text())
                return
        self._query = replace(self._query, first=days[0], last=days[1])
        self._ask()

    def _ask(self) -> None:
        query = self._query
        self._turn += 1
        turn = self._turn
        self.problem.clear()
        self.done.clear()
        self._asked = None
        self.make.set_busy("reports.making")
        if self._view is None:
            self.inside.setCurrentWidget(self.skeleton)

        def work() -> ReportView | None:
            # Whoever presses a key some times wants the last of it: what is not wanted any more is not counted.
            return self._app.desk.reports.make(query) if turn == self._turn else None

        self._start(work, partial(self._made, turn))

    def _start(self, work: Callable[[], object], then: Callable[..., None]) -> None:
        self._app.jobs.start("reports", self, lambda cancel, progress: work(), then, self._lost)

    # ---- showing

    def _made(self, turn: int, view: ReportView | None) -> None:
        if turn == self._turn and view is not None:
            # What was asked later is on its way.
            self.make.set_busy()
            self.show_report(view)

    def show_report(self, view: ReportView) -> None:
        """Show a report."""
        self._view, self._asked = view, None
        self.sign.show_badge(view.sign)
        self.grid.show_tables(view.tables)
        self.charts.show_charts(view.charts)
        self.inside.setCurrentWidget(self.figures if view.dossiers else self.empty)
        self.retranslate()
        self._to_grid()

    def open_figure(self, figure: FigureView) -> None:
        """The dossiers behind a figure."""
        self._ask_behind(figure, 0)

    def turn_page(self, turn: int) -> None:
        """The next page of the dossiers behind a figure, or the one before."""
        place = self.behind.place(turn, SHOWN)
        if self._asked is not None and place is not None:
            self._ask_behind(self._asked, place)

    def _ask_behind(self, figure: FigureView, first: int) -> None:
        view, turn = self._view, self._turn
        if view is None:
            return

        def shown(found: BehindView) -> None:
            # Another report may have been asked for meanwhile: what comes now is of the one before.
            if turn == self._turn:
                self.show_behind(figure, found)

        self._start(lambda: self._app.desk.reports.behind(view, figure.line, figure.group, first=first), shown)

    def show_behind(self, figure: FigureView, behind: BehindView) -> None:
        """Show the dossiers behind a figure."""
        self._asked = figure
        self.behind.show_dossiers(behind)
        self.inside.setCurrentWidget(self.behind)
        self.behind.table.setFocus()

    def close_behind(self) -> None:
        """Back to the figures, on the one that was opened."""
        self._asked = None
        self.purpose.close_line()
        self.inside.setCurrentWidget(self.figures)
        self._to_grid()

    def _open_dossier(self, line: BehindLine) -> None:
        def seen(here: bool) -> None:
            if here:
                self._app.window.open_dossier(line.dossier)
            else:
                self.problem.say("reports.elsewhere", "reports.elsewhere_hint")

        if line.known:
            seen(True)
        else:
            # It may have come since the list was made.
            self._start(lambda: self._app.desk.reports.here(line.dossier), seen)

    def _to_grid(self) -> None:
        if not self.isVisible():
            return
        if self._asked is not None:
            self.behind.table.setFocus()
        elif self.inside.currentWidget() is self.figures:
            self.grid.setFocus()

    def _lost(self, error: Exception) -> None:
        self.make.set_busy()
        if self.inside.currentWidget() is self.skeleton:
            self.inside.setCurrentWidget(self.before)
        if isinstance(error, Refusal):
            self.problem.show_refusal(error)

    def _say_query(self) -> None:
        self.first.set_value(self._query.first.isoformat())
        self.last.set_value(self._query.last.isoformat())
        self.by.say("reports.by", by=words(DIMENSION_WORDS[self._query.by]))
        query = self._query
        self.wide.setVisible(bool(query.offices or query.counters or query.procedures or query.channels))
        self.here.say("reports.here" if self._query.here else "reports.everywhere")

    def retranslate(self) -> None:
        self._say_query()
        if self._view is not None:
            view = self._view
            self.context.setText(f"{words(view.period)} · {words(view.scope)}")
            self.doubts.setText(" ".join(words(doubt) for doubt in view.doubts))

    # ---- taking out

    def export(self, kind: str) -> None:
        """The report as a file; while dossiers are listed, their list as CSV once it is said what for."""
        if self._view is None or not self._view.dossiers:
            return
        purposes = self._app.desk.reports.purposes() if self._asked is not None else ()
        if purposes:
            self.purpose.ask("reports.purpose", purposes, partial(self._choose, "csv"))
        else:
            self._choose("csv" if self._asked is not None else kind, "")

    def _choose(self, kind: str, purpose: str) -> None:
        kinds = f"{texts.t(f'reports.kind_{kind}')} (*.{kind})"
        dialog = QFileDialog(self, texts.t(f"reports.choose_{kind}"), "", kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.selectFile(f"report-{self._query.first:%y%m%d}-{self._query.last:%y%m%d}.{kind}")
        dialog.fileSelected.connect(lambda name: self.write_to(Path(name), kind, purpose))
        dialog.open()

    def write_to(self, path: Path, kind: str, purpose: str = "") -> None:
        """The file is chosen."""
        view, figure, language, reports = self._view, self._asked, texts.language(), self._app.desk.reports
        if view is None:
            return

        def make() -> ExportedFile:
            if figure is not None:
                return reports.csv_behind(view, figure.line, figure.group, purpose, language)
            if kind == "csv":
                return reports.csv(view, language)
            return reports.xlsx(view, language) if kind == "xlsx" else reports.pdf(view, language)

        # What is typed meanwhile is saved by another lane, which never waits for central.
        then = partial(self._exported, path)
        self._app.jobs.start("reports", self, lambda cancel, progress: make(), then, self._lost)

    def _exported(self, path: Path, made: ExportedFile) -> None:
        def work() -> ExportedFile:
            save(made, path)
            return made

        self._app.jobs.start("store", self, lambda cancel, progress: work(), partial(self._written, path), self._lost)

    def _written(self, path: Path, made: ExportedFile) -> None:
        self.done.say("reports.written", "reports.written_hint", file=str(path), rows=number(made.rows))


def _today() -> date:
    return in_hanoi(datetime.now(UTC)).date()
