"""Second looks: drawn dossiers left, their evidence right; findings about one's own work; and the figures.

↑ ↓  walk      Alt+1  sound, the next      Alt+2  something was found      F2 F3 F4  waiting, findings, figures
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.domain.calendar import in_hanoi
from ui import theme
from ui.actions import Action
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.kit import Card, EmptyState, Heading, Text
from ui.widgets.notice import Notice
from ui.widgets.review_answers import FindingCards
from ui.widgets.review_evidence import ReviewEvidence
from ui.widgets.review_figures import FiguresPanel
from ui.widgets.review_finding import FindingForm
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.review_views import FindingRow, ReviewFigures, ReviewList, ReviewRow, ReviewSheet
    from clerk_app.desk.views import FieldView
    from ui.application import App

Part = Literal["waiting", "findings", "figures"]
PARTS: dict[Part, str] = {"waiting": "F2", "findings": "F3", "figures": "F4"}
LOOK_AFTER_MS = 120
"""Whoever walks through the list passes over a dossier quicker than that."""
PERIOD = timedelta(days=29)
COLUMNS = (
    Column("review.dossier", lambda row: Cell(row.name or row.code, row.code if row.name else "", bold=True), 1),
    Column("review.left", lambda row: Cell(words(row.left), row.by, muted=True)),
)


class ReviewScreen(QWidget):
    """The page of whoever looks a second time, and of whose work it was."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: ReviewList | None = None
        self._sheet: ReviewSheet | None = None
        self._field: FieldView | None = None
        self._part: Part = "waiting"
        self._loading = False
        self._stale = True
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._head())
        self.problem = Notice("warn")
        column.addWidget(self.problem)
        self.inside = QStackedWidget()
        self.findings = FindingCards(app)
        self.findings.answered.connect(self._answer)
        self.figures = FiguresPanel()
        self.empty = EmptyState("package-check", "review.empty", "review.empty_hint")
        self._split = self._waiting()
        for part in (self._split, self.findings, self.figures, self.empty):
            self.inside.addWidget(part)
        column.addWidget(self.inside, 1)
        self._look_soon = QTimer(self)
        self._look_soon.setSingleShot(True)
        self._look_soon.setInterval(LOOK_AFTER_MS)
        self._look_soon.timeout.connect(self._look)
        app.bridge.changed.connect(self._changed)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.review"))
        self.context = Text(look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.tabs = {part: SecondaryButton(f"review.part.{part}", key) for part, key in PARTS.items()}
        for part, tab in self.tabs.items():
            tab.setCheckable(True)
            tab.setProperty("class", f"{tab.property('class')} tab")
            tab.clicked.connect(partial(self.show_part, part))
            head.addWidget(tab)
        return head

    def _waiting(self) -> QSplitter:
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.SPACE["l"])
        left = Card()
        left.body.setContentsMargins(1, theme.SPACE["s"], 1, theme.SPACE["s"])
        self.table = Table(COLUMNS, "review.part.waiting")
        self.table.chosen.connect(self._chosen)
        left.body.addWidget(self.table)
        left.setMinimumWidth(300)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.evidence = ReviewEvidence(self._app)
        self.evidence.pointed.connect(self._pointed)
        self.table.opened.connect(lambda row: self.evidence.point_first())
        column.addWidget(self.evidence, 1)
        self.form = FindingForm()
        self.form.said.connect(partial(self._decide, "finding"))
        self.form.shut.connect(self.table.setFocus)
        column.addWidget(self.form)
        row = QHBoxLayout()
        self.sound = PrimaryButton("review.sound", "Alt+1", "check")
        self.sound.clicked.connect(lambda: self._decide("sound"))
        self.found = SecondaryButton("review.found", "Alt+2", "circle-alert")
        self.found.clicked.connect(self._find)
        row.addWidget(self.sound)
        row.addWidget(self.found)
        row.addStretch(1)
        column.addLayout(row)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([360, 900])
        split.setStretchFactor(1, 1)
        return split

    # ---- keys

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What the keyboard does here."""
        here = "actions.group.review"
        parts = [
            Action(f"review.{part}", f"review.part.{part}", key, partial(self._go, part), self._may(part), group=here)
            for part, key in PARTS.items()
        ]
        return [
            *parts,
            Action("review.first", "review.sound_or_answer", "Alt+1", self._first, group=here, icon="check"),
            Action("review.found", "review.found", "Alt+2", lambda app: self._find(), group=here, icon="circle-alert"),
        ]

    def _may(self, part: Part) -> Callable[[App], bool]:
        return lambda app: self.tabs[part].isVisibleTo(self)

    def _go(self, part: Part, _app: App) -> None:
        self.show_part(part)

    def _first(self, _app: App) -> None:
        if self._part == "waiting":
            self._decide("sound")
        elif self._part == "findings" and (card := self.findings.current()) is not None:
            card.ask()
            self.findings.ensureWidgetVisible(card.line)

    # ---- showing

    def arrive(self) -> None:
        """The page came to the front."""
        self.load()
        self._focus()

    def catch_up(self) -> None:
        """It can be seen again: fetch what changed meanwhile."""
        if self._stale:
            self.load()

    def _focus(self) -> None:
        if self._part == "waiting":
            self.table.setFocus()
        elif self._part == "findings" and self.findings.cards:
            self.findings.cards[0].setFocus()
        else:
            self.tabs[self._part].setFocus()

    def load(self) -> None:
        """Ask the desk what waits."""
        if not self._loading:
            self._loading = True
            self._stale = False
            self._app.jobs.start(
                "store", self, lambda cancel, progress: self._app.desk.review.view(), self.show_list, self._lost
            )

    def show_list(self, view: ReviewList) -> None:
        """Show what waits."""
        self._loading = False
        first, self._view = self._view is None, view
        self.tabs["waiting"].setVisible(view.may_review)
        self.tabs["findings"].setVisible(bool(view.findings) or not view.may_review)
        self.tabs["figures"].setVisible(view.may_read)
        if view.problem is not None:
            self.problem.show_refusal(view.problem)
        else:
            self.problem.clear()
        self.table.show_rows(view.rows, key=_dossier)
        self.findings.show_findings(view.findings)
        if first or not self.tabs[self._part].isVisibleTo(self):
            # Who has findings to answer answers them first.
            self._part = "findings" if view.findings or not view.may_review else "waiting"
        self.show_part(self._part)
        if not view.rows:
            self._sheet = None
        if self._stale and self.isVisible():
            self.load()

    def show_part(self, part: Part, _checked: bool = False) -> None:
        """Show what waits, what was found, or the figures."""
        view = self._view
        if view is None:
            return
        had_focus = self.isVisible() and part != self._part
        self._part = part
        for name, tab in self.tabs.items():
            tab.setChecked(name == part)
        if part == "figures":
            self.inside.setCurrentWidget(self.figures)
            self._ask_figures()
        elif part == "findings":
            self.inside.setCurrentWidget(self.findings if view.findings else self.empty)
        else:
            self.inside.setCurrentWidget(self._split if view.rows else self.empty)
        self.retranslate()
        if had_focus:
            self._focus()

    def retranslate(self) -> None:
        """Counts with their words in the language of the moment."""
        view = self._view
        if view is None:
            return
        told = [t("review.waits", count=len(view.rows))] if view.may_review else []
        told += [t("review.to_answer", count=len(view.findings))] if view.findings else []
        self.context.setText(" · ".join(told))
        mine = self._part == "findings"
        self.empty.title.say("review.no_findings" if mine else "review.empty")
        self.empty.words.say("review.no_findings_hint" if mine else "review.empty_hint")

    # ---- looking

    def _chosen(self, _row: ReviewRow) -> None:
        self._look_soon.start()

    def _look(self) -> None:
        row = self.table.current()
        if row is None or self._part != "waiting":
            return
        dossier = _dossier(row)
        if self._sheet is not None and self._sheet.row.dossier == dossier:
            return
        self._app.jobs.start(
            "store",
            self.evidence,
            lambda cancel, progress: self._app.desk.review.look(dossier),
            self._looked,
            self._not_looked,
        )

    def _looked(self, sheet: ReviewSheet) -> None:
        row = self.table.current()
        if row is None or _dossier(row) != sheet.row.dossier:
            return
        self._sheet, self._field = sheet, None
        self.form.show_causes(sheet.causes)
        self.form.hide()
        self.evidence.show_sheet(sheet)

    def _not_looked(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        if isinstance(error, Refusal):
            self._app.window.say_refusal(error)
        self.load()

    def _pointed(self, field: FieldView | None) -> None:
        self._field = field

    # ---- deciding

    def _find(self) -> None:
        if self._sheet is not None and self._part == "waiting":
            self.form.ask(self._field)

    def _decide(self, result: Literal["sound", "finding"], cause: str = "", comment: str = "", field: str = "") -> None:
        row = self.table.current()
        if self._sheet is None or row is None or self._sheet.row.dossier != _dossier(row) or self.sound.busy:
            # Nobody says that what he has not seen is sound.
            return
        dossier = self._sheet.row.dossier
        self.sound.set_busy("review.deciding")
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.review.decide(dossier, result, cause, comment, field),
            lambda _done: self._decided(),
            self._failed,
        )

    def _decided(self) -> None:
        self.sound.set_busy()
        self._sheet = None
        self.table.setFocus()
        self._app.bridge.deliver_now()
        self.load()

    def _failed(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        self.sound.set_busy()
        if isinstance(error, Refusal):
            self._app.window.say_refusal(error)
        self.load()

    def _answer(self, row: FindingRow, text: str) -> None:
        def failed(error: Exception) -> None:
            from clerk_app.domain.refusals import Refusal

            card = next((one for one in self.findings.cards if one.row.review == row.review), None)
            if isinstance(error, Refusal) and card is not None:
                card.refused(error)

        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.review.answer(row.dossier, row.review, text),
            lambda _done: self._decided(),
            failed,
        )

    # ---- figures

    def _ask_figures(self) -> None:
        last = in_hanoi(datetime.now(UTC)).date()
        self._app.jobs.start(
            "store-read",
            self.figures,
            lambda cancel, progress: self._app.desk.review.figures(last - PERIOD, last),
            self._figures_came,
            self._lost,
        )

    def _figures_came(self, figures: ReviewFigures) -> None:
        self.figures.show_figures(figures)

    def _changed(self, _dossiers: frozenset[UUID]) -> None:
        self._stale = True
        if self.isVisible():
            self.load()

    def _lost(self, error: Exception) -> None:
        from clerk_app.domain.refusals import Refusal

        self._loading = False
        self._stale = True
        if isinstance(error, Refusal):
            self._app.window.say_refusal(error)


def _dossier(row: object) -> UUID:
    found: UUID = row.dossier  # type: ignore[attr-defined]
    return found
