"""Today's dossiers: how many, where they stand, and one key to open each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.actions import Action
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.kit import Card, EmptyState, Figure, Heading, Label, Muted, Skeleton, Text
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from clerk_app.desk.queue import ListOrder
    from clerk_app.desk.views import QueueRow, QueueView
    from ui.application import App


ORDERS: tuple[ListOrder, ...] = ("newest", "given", "full")
"""How the list can be sorted; one key goes to the next."""
AGAIN_MS = 60_000
"""A counter opens and closes while nobody touches anything."""


def sent_cell(row: QueueRow) -> Cell:
    """Whether central has it: everything, something waits, or it said no."""
    if row.refused:
        return Cell(t("queue.sent.refused"), tone="bad")
    if row.waiting:
        return Cell(t("queue.sent.waiting", count=row.waiting), tone="warn")
    return Cell(t("queue.sent.all"), tone="good")


COLUMNS = (
    Column("queue.code", lambda row: Cell(row.code, bold=True)),
    Column("queue.name", lambda row: Cell(row.name or t("queue.nobody"), words(row.procedure), muted=not row.name), 5),
    Column("queue.state", lambda row: Cell(words(row.state.words), tone=row.state.tone), 2),
    Column("queue.clerk", lambda row: Cell(row.clerk, muted=True), 1, drop=3),
    Column("queue.changed", lambda row: Cell(row.changed, muted=True), drop=2),
    Column("queue.due", lambda row: Cell(row.due or "–"), drop=1),
    Column("queue.sent", sent_cell),
)


class Tile(Card):
    """One number with its words."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.body.setSpacing(0)
        self.body.addWidget(Label(key))
        self.figure = Figure()
        self.second = Text(look="caption")
        self.second.hide()
        self.body.addWidget(self.figure)
        self.body.addWidget(self.second)
        self.body.addStretch(1)

    def show_figure(self, figure: str, second: str = "") -> None:
        """Show a number and, small, what it is made of."""
        self.figure.setText(figure)
        self.second.setText(second)
        self.second.setVisible(bool(second))


class QueueScreen(QWidget):
    """The page that a shift begins with."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: QueueView | None = None
        self._stale = True
        self._loading = False
        self._order: ListOrder = "newest"
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["xl"])
        column.setSpacing(theme.SPACE["l"])
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["l"])
        head.addWidget(Heading("nav.queue"))
        self.context = Text(look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.order = SecondaryButton("queue.order.newest", "Ctrl+O")
        self.order.clicked.connect(self.next_order)
        head.addWidget(self.order)
        self.new = PrimaryButton("actions.dossier.new", "Ctrl+N", "plus")
        self.new.clicked.connect(lambda: app.window.new_dossier())
        head.addWidget(self.new)
        column.addLayout(head)
        self.closed = Muted()
        self.closed.hide()
        column.addWidget(self.closed)
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.SPACE["l"])
        self.tiles = {name: Tile(f"queue.tile.{name}") for name in ("due", "submitted", "drafts", "waiting", "refused")}
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        column.addLayout(tiles)
        card = Card()
        card.body.setContentsMargins(1, theme.SPACE["s"], 1, theme.SPACE["m"])
        self.table = Table(COLUMNS, "nav.queue")
        self.table.opened.connect(lambda row: app.window.open_dossier(row.dossier))
        self.empty = EmptyState("inbox", "queue.empty", "queue.empty_hint")
        self.inside = QStackedWidget()
        for part in (Skeleton(6), self.table, self.empty):
            self.inside.addWidget(part)
        card.body.addWidget(self.inside)
        column.addWidget(card, 1)
        app.bridge.changed.connect(self._changed)
        self._again = QTimer(self)
        self._again.timeout.connect(lambda: self._changed(frozenset()))
        self._again.start(AGAIN_MS)

    def actions(self) -> list[Action]:  # type: ignore[override]
        """Another order; Enter and the arrow keys belong to the table."""
        return [Action("order.queue", "actions.queue.order", "Ctrl+O", lambda app: self.next_order())]

    def next_order(self) -> None:
        """Sort the list in the next way: newest first, by tên, by the whole name."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self.order.say(f"queue.order.{self._order}")
        self._stale = True
        self.load()

    def arrive(self) -> None:
        """The page came to the front: be fresh, and let the arrow keys walk the list."""
        # A hidden table would take the focus when its rows come, from whoever has it by then.
        (self.table if self.table.isVisible() else self).setFocus()
        self.catch_up()

    def catch_up(self) -> None:
        """It can be seen again: fetch what changed meanwhile."""
        if self._stale:
            self.load()

    def load(self) -> None:
        """Ask the desk for today's list."""
        if not self._loading:
            self._loading = True
            self._stale = False
            order = self._order
            self._app.jobs.start(
                "store", self, lambda cancel, progress: self._app.desk.queue.today(order), self.show_view, self._lost
            )

    def show_view(self, view: QueueView) -> None:
        """Show the list; the cursor stays on the dossier where it stood."""
        self._loading = False
        self._view = view
        self.table.show_rows(view.rows, key=_dossier)
        self.inside.setCurrentWidget(self.table if view.rows else self.empty)
        self.closed.show_words(view.closed)
        self.closed.setVisible(view.closed is not None)
        if self.hasFocus():
            (self.table if view.rows else self.new).setFocus()
        self.retranslate()
        if self._stale and self.isVisible():
            self.load()

    def retranslate(self) -> None:
        """The counts in the language of the moment."""
        view = self._view
        if view is None:
            return
        self.context.setText(t("queue.context", count=len(view.rows)))
        overdue = t("queue.overdue", count=view.overdue) if view.overdue else ""
        self.tiles["due"].show_figure(str(view.soon + view.overdue), overdue)
        self.tiles["submitted"].show_figure(str(view.submitted))
        self.tiles["drafts"].show_figure(str(view.drafts))
        self.tiles["waiting"].show_figure(str(view.waiting))
        self.tiles["refused"].show_figure(str(view.refused))

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
