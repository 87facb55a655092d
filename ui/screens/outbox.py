"""What waits to be sent: how much, why, since when; and the shelf of what central refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from clerk_app.domain.calendar import in_hanoi
from ui import theme
from ui.actions import Action
from ui.screens.queue import COLUMNS, Tile
from ui.texts import number, t
from ui.widgets.archive_card import ArchiveCard
from ui.widgets.buttons import PrimaryButton
from ui.widgets.kit import Card, EmptyState, Heading, Text
from ui.widgets.limits_card import LimitsCard
from ui.widgets.notice import Notice
from ui.widgets.shelf import ICONS, KEYS, ShelfCard
from ui.widgets.table import Table
from ui.widgets.way_out_card import WayOutCard

if TYPE_CHECKING:
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.views import IntakeView, OutboxView, QueueRow
    from clerk_app.domain.dossier import Way
    from ui.application import App

WAITING = tuple(column for column in COLUMNS if column.key not in ("queue.due", "queue.clerk"))


class OutboxScreen(QScrollArea):
    """The page that says that nothing is lost."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: OutboxView | None = None
        self._stale = True
        self._loading = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setProperty("class", "page")
        self.setWidget(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["xl"])
        column.setSpacing(theme.SPACE["l"])
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["l"])
        head.addWidget(Heading("nav.outbox"))
        self.context = Text("outbox.context", look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.send = PrimaryButton("actions.deliver", "Ctrl+Shift+D", "send")
        self.send.clicked.connect(self._send)
        head.addWidget(self.send)
        column.addLayout(head)
        self.headline = Notice("calm")
        self.why = Notice("warn")
        self.problem = Notice("bad")
        column.addWidget(self.headline)
        column.addWidget(self.why)
        column.addWidget(self.problem)
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.SPACE["l"])
        self.tiles = {name: Tile(f"outbox.tile.{name}") for name in ("dossiers", "entries", "sheets", "oldest")}
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        column.addLayout(tiles)
        self.shelf = ShelfCard(app)
        self.shelf.settled.connect(self._settled)
        self.shelf.asking.connect(self._into_sight)
        column.addWidget(self.shelf)
        self.limits = LimitsCard(app)
        self.limits.asking.connect(self._into_sight)
        column.addWidget(self.limits)
        self.archive = ArchiveCard(app)
        column.addWidget(self.archive)
        self.waiting = Card("outbox.waiting")
        self.table = Table(WAITING, "outbox.waiting")
        self.table.opened.connect(lambda row: app.window.open_dossier(row.dossier))
        self.waiting.body.addWidget(self.table)
        self.waiting.hide()
        self.empty = EmptyState("package-check", "outbox.empty", "outbox.empty_hint")
        self.empty.hide()
        column.addWidget(self.waiting)
        column.addWidget(self.empty)
        self.way_out = WayOutCard(app)
        self.way_out.told.connect(self._into_sight)
        column.addWidget(self.way_out)
        column.addStretch(1)
        app.bridge.changed.connect(self._changed)
        app.bridge.delivered.connect(self._delivered)

    def actions(self) -> list[Action]:  # type: ignore[override]
        """The ways out of a refusal; of that dossier on the shelf which has the focus, else of the first."""
        return [
            Action(
                f"shelf.{way}",
                f"shelf.way.{way}",
                key,
                partial(self._ask, way),
                lambda app: self.shelf.isVisible(),
                icon=ICONS[way],
            )
            for way, key in KEYS.items()
        ]

    def _ask(self, way: Way, _app: App) -> None:
        item = self.shelf.current()
        if item is not None:
            item.ask(way)

    def _into_sight(self, part: QWidget) -> None:
        # Once it has its place.
        QTimer.singleShot(0, part, lambda: self.ensureWidgetVisible(part))

    def arrive(self) -> None:
        """The page came to the front."""
        self._point()
        self.load()

    def catch_up(self) -> None:
        """It can be seen again: fetch what changed meanwhile."""
        if self._stale:
            self.load()

    def _point(self) -> None:
        """The keyboard begins where something is to be done."""
        first: QWidget = self.table if self.waiting.isVisible() else self.send
        (self.shelf.items[0] if self.shelf.isVisible() else first).setFocus()

    def load(self) -> None:
        """Ask the desk what waits."""
        if not self._loading:
            self._loading = True
            self._stale = False
            self.archive.look()
            self.limits.look()
            self._app.jobs.start(
                "store", self, lambda cancel, progress: self._app.desk.queue.outbox(), self.show_view, self._lost
            )

    def show_view(self, view: OutboxView) -> None:
        """Show what waits and what was refused."""
        self._loading = False
        new, self._view = self._view is None, view
        self.headline.set_tone(view.tone)
        self.headline.show_words(view.headline, view.numbers_left)
        self.table.show_rows(view.rows, key=_dossier)
        self.table.setFixedHeight(min(self.table.content_height(), 460))
        self.waiting.setVisible(bool(view.rows))
        self.empty.setVisible(not view.rows and not view.shelf)
        self.way_out.show_waiting(view.waiting_entries + view.waiting_sheets + view.again)
        self.shelf.show_shelf(view.shelf)
        self.retranslate()
        if new and self.send.hasFocus():
            self._point()
        if self._stale and self.isVisible():
            self.load()

    def retranslate(self) -> None:
        """Numbers with their words in the language of the moment."""
        view = self._view
        if view is None:
            return
        self.tiles["dossiers"].show_figure(number(view.waiting_dossiers), t("outbox.of_dossiers"))
        self.tiles["entries"].show_figure(number(view.waiting_entries), t("outbox.of_entries"))
        self.tiles["sheets"].show_figure(number(view.waiting_sheets), view.waiting_bytes)
        hour, _, day = view.oldest.partition(" · ")
        self.tiles["oldest"].show_figure(hour or "–", day)
        self._say_why()

    def _settled(self, fresh: IntakeView) -> None:
        """A supervisor decided: it goes to central at once, and what goes on is named."""
        self.problem.set_tone("good")
        self.problem.say("shelf.settled", "shelf.settled_hint", code=fresh.code or fresh.local_code)
        self._app.bridge.deliver_now()
        self.load()

    def _send(self) -> None:
        self.send.set_busy("outbox.sending")
        self._app.bridge.deliver_now()

    def _delivered(self, report: DeliveryReport) -> None:
        self.send.set_busy()
        self._say_why()
        self._changed(frozenset())

    def _say_why(self) -> None:
        """Why the last delivery ended before everything was sent, since when, and what that needs."""
        report = self._app.bridge.report
        if report is None or report.problem is None:
            self.why.clear()
            return
        self.why.set_tone("bad" if report.state in ("refused", "ahead") else "warn")
        self.why.show_refusal(report.problem)
        since = self._app.bridge.down_since
        if since is not None and report.problem.code == "CENTRAL_UNREACHABLE":
            self.why.headline.say("outbox.down", time=f"{in_hanoi(since):%H:%M · %d/%m/%Y}")
            self.why.retranslate()

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


def _dossier(row: QueueRow) -> UUID:
    return row.dossier
