"""What waits for a decision in the office, and everything that it is decided on: one key a request.

    list --arrows--> a request, its evidence beside it --A--> granted, the next one stands there
                     `--R--> why? --Enter--> refused      `--M--> what? --Enter--> the clerk is asked
                     `--P--> which field? --digit--> what? --Enter--> the comment goes along with A, R or M

A key that is held down decides one request, and one that stood there for less than a moment is not decided at all:
nothing of it can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.actions import Action
from ui.handling_work import HandlingWork
from ui.screens.approval_panel import ApprovalPanel
from ui.texts import t, words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Card, EmptyState, Heading, Muted, Skeleton, Text
from ui.widgets.notice import Notice
from ui.widgets.request_table import RequestTable, waited

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.approval_views import ApprovalRow, ApprovalsView, HandlingView, RequestView
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.desk import Desk
    from ui.application import App

TICK_MS = 1_000
AGAIN_MS = 15_000
"""Waiting makes a request riskier, while nobody touches anything."""


@dataclass(frozen=True, slots=True)
class _After:
    """What a decision brings home: the list as it is then, and the next request with its evidence."""

    queue: ApprovalsView
    request: RequestView | None


class ApprovalsScreen(QWidget):
    """The list at the left, the evidence and what can be done at the right."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._queue: ApprovalsView | None = None
        self._loading = self._stale = self._deciding = False
        self._wanted: UUID | None = None
        """The request whose evidence is shown or on its way."""
        self.decided = 0
        """How many were decided since the page was opened."""
        self.setProperty("class", "page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._build_head())
        self.offline = Notice("warn")
        self.told = Notice("info", closable=True)
        self.rule = Muted()
        self.rule.hide()
        column.addWidget(self.offline)
        column.addWidget(self.told)
        column.addWidget(self.rule)
        self.inside = QStackedWidget()
        self.empty = EmptyState("shield-check", "approvals.empty", "approvals.empty_hint")
        self.not_allowed = EmptyState("lock", "approvals.not_allowed", "approvals.not_allowed_hint")
        self.work = QWidget()
        self._build_work()
        for side in (Skeleton(6), self.empty, self.not_allowed, self.work):
            self.inside.addWidget(side)
        column.addWidget(self.inside, 1)
        self.handling = HandlingWork(app, self)
        self.handling.heard.connect(self._handled)
        self._tick = self._timer(TICK_MS, self._show_times)
        self._again = self._timer(AGAIN_MS, self.load)
        app.bridge.changed.connect(self._changed)
        app.bridge.delivered.connect(self._delivered)

    def _timer(self, every_ms: int, call: Callable[[], None]) -> QTimer:
        clock = QTimer(self)
        clock.setInterval(every_ms)
        clock.timeout.connect(call)
        return clock

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["l"])
        row.addWidget(Heading("nav.approvals"))
        self.context = Text(look="context")
        row.addWidget(self.context)
        row.addStretch(1)
        self.order = SecondaryButton("approvals.order", "F9", "info")
        self.order.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.order.clicked.connect(self.toggle_rule)
        row.addWidget(self.order)
        return row

    def _build_work(self) -> None:
        row = QHBoxLayout(self.work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE["l"])
        left = Card()
        left.body.setContentsMargins(1, theme.SPACE["s"], 1, theme.SPACE["m"])
        self.table = RequestTable()
        self.table.chosen.connect(self._chosen)
        left.body.addWidget(self.table)
        self.panel = ApprovalPanel(self._app)
        self.panel.wanted.connect(self._decide)
        self.panel.left.connect(self._to_list)
        row.addWidget(left, 4)
        row.addWidget(self.panel, 5)

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What can be done with the request that stands there; the page hears these keys itself."""
        rows: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
            ("grant", "A", "check", lambda: self.panel.do("grant")),
            ("refuse", "R", "x", lambda: self.panel.do("refuse")),
            ("more", "M", "", lambda: self.panel.do("more")),
            ("pin", "P", "", self.panel.choose_pin),
            ("look", "V", "eye", self.panel.look),
            ("order", "F9", "info", self.toggle_rule),
        )
        return [
            Action(
                f"approvals.{name}",
                f"approvals.{name}",
                key,
                lambda _app, call=call: call(),  # type: ignore[misc]
                lambda _app: self.inside.currentWidget() is self.work,
                scope="exception.decide",
                group="nav.approvals",
                icon=icon,
                bound_here=False,
            )
            for name, key, icon, call in rows
        ]

    # ---- coming and going -----------------------------------------------------------------------------------------

    def arrive(self) -> None:
        """The page came to the front."""
        self._to_list()
        self.load()

    def catch_up(self) -> None:
        """It can be seen again: fetch what changed meanwhile."""
        if self._stale:
            self.load()

    def _to_list(self) -> None:
        (self.table if self.table.isVisible() else self).setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.handling.begin()
        self._tick.start()
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.handling.end()
        self._tick.stop()
        self._again.stop()

    def load(self) -> None:
        """Ask the desk what waits."""
        if self._loading or self._deciding:
            self._stale = True
            return
        self._loading, self._stale = True, False
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.approvals.queue(), self._came, self._lost
        )

    def _came(self, queue: ApprovalsView) -> None:
        self._loading = False
        if not self._deciding:
            self.show_queue(queue)
        if self._stale and self.isVisible():
            self.load()

    def _lost(self, error: Exception) -> None:
        self._loading = False
        if isinstance(error, Refusal) and error.code == "NOT_ALLOWED":
            self.inside.setCurrentWidget(self.not_allowed)
        elif isinstance(error, Refusal):
            self._app.window.say_refusal(error)

    # ---- the list -------------------------------------------------------------------------------------------------

    def row(self) -> ApprovalRow | None:
        """The request on which the cursor stands."""
        at = self.table.currentIndex().row()
        rows = self._queue.rows if self._queue is not None else ()
        return rows[at] if 0 <= at < len(rows) else None

    def show_queue(self, queue: ApprovalsView) -> None:
        """Show what waits; the cursor stays on its request, or goes to the first that may be decided here."""
        here, place = self._wanted, max(0, self.table.currentIndex().row())
        had_keys = self.hasFocus() or self.table.hasFocus()
        self._queue = queue
        self.inside.setCurrentWidget(self.work if queue.rows else self.empty)
        self.table.blockSignals(True)
        self.table.show_rows(queue.rows, key=lambda row: row.request)
        stays = next((at for at, row in enumerate(queue.rows) if row.request == here), -1)
        if queue.rows:
            self.table.selectRow(stays if stays >= 0 else _first(queue, place if here is not None else 0))
        self.table.blockSignals(False)
        row = self.row()
        if row is None:
            self._wanted = None
            self.handling.look_at(None)
            self.panel.show_request(None)
        else:
            self._look(row)
        if had_keys:
            self._to_list()
        self.retranslate()

    def _chosen(self, row: ApprovalRow) -> None:
        if row.request != self._wanted:
            self._look(row)

    def _look(self, row: ApprovalRow) -> None:
        """Fetch the evidence of a request; what stands there stays until it comes."""
        self._wanted = row.request
        self.handling.look_at(row.request)
        self.panel.show_handled(row.handled)
        dossier, code = row.dossier, row.code
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.approvals.look(dossier, code),
            self._looked,
            self._gone,
        )

    def _looked(self, view: RequestView) -> None:
        if view.row.request == self._wanted and not self._deciding:
            self.panel.show_request(view)

    def _gone(self, error: Exception) -> None:
        """Somebody was sooner, or nobody waits for it any more."""
        if isinstance(error, Refusal):
            self.told.set_tone("info")
            self.told.show_refusal(error)
        self._wanted = None
        self.load()

    def _handled(self, others: tuple[HandlingView, ...]) -> None:
        queue = self._queue
        if queue is None or self._deciding:
            return
        said = {one.request: one.words for one in others}
        rows = tuple(replace(row, handled=said.get(row.request)) for row in queue.rows)
        self._queue = replace(queue, rows=rows)
        self.table.blockSignals(True)
        self.table.show_rows(rows, key=lambda row: row.request)
        self.table.blockSignals(False)
        row = self.row()
        self.panel.show_handled(row.handled if row is not None else None)

    # ---- deciding -------------------------------------------------------------------------------------------------

    def _decide(self, deed: str, comment: str, field: str) -> None:
        """Do it to what is shown, and bring home what is next with its evidence: one way to the desk and back."""
        view, queue = self.panel.view, self._queue
        if view is None or queue is None or self._deciding:
            return
        self._deciding = True
        self.told.clear()
        self.panel.set_busy(True)
        place = next((at for at, row in enumerate(queue.rows) if row.request == view.row.request), 0)

        def work(desk: Desk) -> _After:
            row = view.row
            if deed == "more":
                desk.approvals.ask_more(row.dossier, row.code, comment, field, view.shown)
            else:
                granted = deed == "grant"
                desk.approvals.decide(row.dossier, row.code, granted, comment, field, view.shown)
            fresh = desk.approvals.queue()
            if not fresh.rows:
                return _After(fresh, None)
            # What more was asked of stays in the list: the next one is behind it.
            stays = any(one.request == row.request for one in fresh.rows)
            following = fresh.rows[_first(fresh, place + stays)]
            return _After(fresh, desk.approvals.look(following.dossier, following.code))

        self._app.jobs.start("store", self, lambda cancel, progress: work(self._app.desk), self._done, self._not_done)

    def _done(self, after: _After) -> None:
        self._deciding = False
        self.decided += 1
        self.panel.set_busy(False)
        # The clerk waits for it: it goes to central at once.
        self._app.bridge.deliver_now()
        if after.request is not None:
            self._wanted = after.request.row.request
            self.panel.show_request(after.request)
        self.show_queue(after.queue)

    def _not_done(self, error: Exception) -> None:
        self._deciding = False
        self.panel.set_busy(False)
        if isinstance(error, Refusal):
            self.told.set_tone("info" if error.code == "DECIDED_BEFORE" else "bad")
            self.told.show_refusal(error)
        self.load()

    def toggle_rule(self) -> None:
        """Say, or do not say any more, by which rule the list is sorted."""
        self.rule.setVisible(not self.rule.isVisible())

    # ---- what comes from outside ------------------------------------------------------------------------------------

    def _changed(self, _dossiers: frozenset[UUID]) -> None:
        self._stale = True
        if self.isVisible():
            self.load()

    def _delivered(self, report: DeliveryReport) -> None:
        if report.state == "offline":
            self.offline.say("approvals.offline", "approvals.offline_hint")
        else:
            self.offline.clear()

    def _show_times(self) -> None:
        self.table.renew()
        self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the list left alone."""
        if event.key() == Qt.Key.Key_F9:
            self.toggle_rule()
        elif self.inside.currentWidget() is not self.work or not self.panel.take_key(event):
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        """How many wait and how long, in the language of the moment."""
        queue = self._queue
        if queue is None:
            return
        if queue.rows:
            longest = waited(min(row.since for row in queue.rows), datetime.now(UTC))
            self.context.setText(t("approvals.context", count=len(queue.rows), mine=queue.mine, longest=longest))
        else:
            self.context.setText("")
        row = self.row()
        because = row.because if row is not None else ()
        self.rule.setText("\n".join(words(one) for one in (queue.rule, *because)))


def _first(queue: ApprovalsView, place: int) -> int:
    """The first at or behind this place that may be decided here, else the first before it, else the place itself."""
    count = len(queue.rows)
    order = [*range(place, count), *range(min(place, count))]
    return next((at for at in order if queue.rows[at].may), min(place, count - 1))
