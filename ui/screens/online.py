"""The queue of online dossiers: what waits until when left, what its citizen stated and sent right.

Alt+1 … Alt+7  parts of the queue      Ctrl+F  search      ↑ ↓  walk      Enter  take and open      Ctrl+B  give back
F7  whose card lies on the reader
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.domain.online import FILTERS, Filter
from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.actions import Action
from ui.lease_work import leave_unopened
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card_finder import CardFinder
from ui.widgets.inputs import TextInput, commit_open_syllable
from ui.widgets.kit import Card, EmptyState, Heading, Label, Muted, Skeleton, Text
from ui.widgets.notice import Notice
from ui.widgets.stated import Stated
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from clerk_app.desk.online_views import OnlineDossierView, OnlineRow, OnlineView
    from clerk_app.desk.views import IntakeView
    from ui.application import App

CALM_MS = 250
AGAIN_MS = 30_000
"""Time passes while nobody touches anything, and others take dossiers."""
FIND, TAKE = "dossier.find", "dossier.take"

COLUMNS = (
    Column("online.person", lambda row: Cell(row.name or row.code, _second(row), bold=True), 4),
    Column("online.state", lambda row: Cell(words(row.state.words), tone=row.state.tone)),
    Column("online.left", lambda row: Cell(words(row.left) or "–", tone=row.urgency if row.until else "")),
)


def _second(row: OnlineRow) -> str:
    """The code without its unit, which all have; behind it who has it open, shortened where there is no room."""
    return " · ".join(part for part in (row.code.partition("-")[2] or row.code, words(row.held_words)) if part)


class OnlineScreen(QWidget):
    """The page of everybody who answers what came through the portal."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._wanted: Filter = "open"
        self._view: OnlineView | None = None
        self._chosen: UUID | None = None
        self._loading = False
        self._stale = True
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        column.addLayout(self._head())
        column.addLayout(self._parts())
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        self.card = CardFinder(app, lambda: self.search.value())
        self.card.read_button.clicked.connect(self.read_card)
        self.card.found.connect(self.take_one)
        self.card.nobody.connect(lambda: self.fault.say("online.card_nobody", "online.card_nobody_remedy"))
        self.card.failed.connect(self._card_failed)
        column.addWidget(self.card)
        column.addWidget(self._help())
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE["l"])
        both.addWidget(self._list(), 3)
        both.addWidget(self._detail(), 2)
        column.addLayout(both, 1)
        app.bridge.changed.connect(self._changed)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.timeout.connect(self._ask_for_dossier)
        self._again = QTimer(self)
        self._again.timeout.connect(self._look_again)
        self._again.start(AGAIN_MS)
        self.retranslate()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.online"))
        self.context = Text(look="context")
        head.addWidget(self.context)
        head.addStretch(1)
        self.assist = SecondaryButton("online.assist", "Ctrl+H", "user")
        self.assist.clicked.connect(lambda: self._show_help(True))
        head.addWidget(self.assist)
        return head

    def _parts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.filters: dict[Filter, SecondaryButton] = {}
        for at, name in enumerate(FILTERS, 1):
            button = SecondaryButton(f"online.filter.{name}")
            button.setProperty("class", f"{button.property('class')} tab")
            button.setCheckable(True)
            button.clicked.connect(partial(self.show_part, name))
            button.setToolTip(f"Alt+{at}")
            self.filters[name] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _list(self) -> Card:
        card = Card()
        card.body.setContentsMargins(1, theme.SPACE["s"], 1, theme.SPACE["m"])
        self.search = TextInput(100)
        self.search.edited.connect(lambda _text: self.load())
        inner = QHBoxLayout()
        inner.setContentsMargins(theme.SPACE["m"], 0, theme.SPACE["m"], 0)
        inner.addWidget(self.search)
        card.body.addLayout(inner)
        self.table = Table(COLUMNS, "nav.online", widest={"online.person": 240})
        self.table.opened.connect(lambda row: self.take_one(row.dossier))
        self.table.chosen.connect(self._choose)
        self.empty = EmptyState("inbox", "online.empty", "online.empty_hint")
        self.none_found = EmptyState("search", "online.none_found", "online.none_found_hint")
        self.inside = QStackedWidget()
        for part in (Skeleton(6), self.table, self.empty, self.none_found):
            self.inside.addWidget(part)
        card.body.addWidget(self.inside, 1)
        self.more = Muted()
        self.more.setContentsMargins(theme.SPACE["m"], 0, theme.SPACE["m"], 0)
        self.more.hide()
        card.body.addWidget(self.more)
        return card

    def _detail(self) -> Card:
        self.detail = card = Card()
        card.hide()
        self.stated = Stated()
        self.stated.hide()
        card.body.addWidget(self.stated, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE["s"])
        self.take = PrimaryButton("online.take", "Enter", "arrow-right")
        self.take.clicked.connect(lambda: self.take_one(self._chosen))
        self.give_back = SecondaryButton("online.give_back", "Ctrl+B", "undo-2")
        self.give_back.clicked.connect(self.give_one_back)
        for button in (self.take, self.give_back):
            button.hide()
            buttons.addWidget(button)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _help(self) -> Card:
        self.help = Card()
        self.reason = TextInput(500)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        begin, cancel = (
            PrimaryButton("online.assist_begin", "Enter", "plus"),
            QuietButton("online.assist_cancel", "Esc"),
        )
        begin.clicked.connect(self.begin_help)
        cancel.clicked.connect(lambda: self._show_help(False))
        self.reason.returnPressed.connect(self.begin_help)
        row.addWidget(self.reason, 1)
        row.addWidget(begin)
        row.addWidget(cancel)
        self.help.body.addWidget(Label("online.assist_reason"))
        self.help.body.addLayout(row)
        self.help.hide()
        return self.help

    # ---- keys

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What the keyboard does here; Enter and the arrow keys belong to the table."""
        here = "actions.group.online"
        parts = [
            Action(
                f"online.part.{name}",
                f"online.filter.{name}",
                f"Alt+{at}",
                partial(self._part_by_key, name),
                group=here,
                scope=FIND,
            )
            for at, name in enumerate(FILTERS, 1)
        ]
        return [
            *parts,
            Action("online.find", "online.find", "Ctrl+F", lambda app: self._to_search(), group=here, scope=FIND),
            Action("online.card", "online.read_card", "F7", lambda app: self.read_card(), group=here, scope=FIND),
            Action(
                "online.give_back",
                "online.give_back",
                "Ctrl+B",
                lambda app: self.give_one_back(),
                group=here,
                scope=FIND,
            ),
            Action(
                "online.assist", "online.assist", "Ctrl+H", lambda app: self._show_help(True), group=here, scope=TAKE
            ),
        ]

    def _part_by_key(self, name: Filter, _app: App) -> None:
        self.show_part(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the search or the help; ↓ goes from the search to the list, Enter takes the first."""
        if event.key() == Qt.Key.Key_Escape and self.help.isVisible():
            self._show_help(False)
        elif event.key() == Qt.Key.Key_Escape and self.card.reading:
            self.card.give_up()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.load()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.table.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.hasFocus():
            self.take_one(self._chosen)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page, or the lock: whose card it is opens nothing any more."""
        super().hideEvent(event)
        self.card.give_up()

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    # ---- the list

    def arrive(self) -> None:
        """The page came to the front: fresh, and who has which open is asked for."""
        (self.table if self.table.isVisible() else self.search).setFocus()
        self.load()
        self._refresh()

    def catch_up(self) -> None:
        """It can be seen again."""
        self.load()

    def show_part(self, name: Filter, _checked: bool = False) -> None:
        """Another part of the queue."""
        self._wanted = name
        self.load()

    def load(self) -> None:
        """Ask the desk for the part of the queue, as it is searched."""
        if self._loading:
            self._stale = True
            return
        self._loading, self._stale = True, False
        wanted, query = self._wanted, self.search.value()
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.online.view(wanted, query),
            self.show_view,
            self._failed,
        )

    def show_view(self, view: OnlineView) -> None:
        """Show it; the cursor stays on the dossier where it stood."""
        self._loading = False
        self._view = view
        self.table.show_rows(view.rows, key=_dossier)
        searched = bool(self.search.value())
        shown = self.table if view.rows else self.none_found if searched else self.empty
        self.inside.setCurrentWidget(shown)
        # Beside an empty list nothing stands either.
        self.detail.setVisible(bool(view.rows))
        if not view.rows:
            self._chosen = None
            self._show_dossier(None)
        if self.hasFocus():
            (self.table if view.rows else self.search).setFocus()
        self.retranslate()
        if self._stale:
            self.load()
        elif view.rows and self._chosen is not None:
            self._load_dossier()

    def retranslate(self) -> None:
        """Counts and names in the language of the moment."""
        self.search.setPlaceholderText(t("online.search"))
        self.search.setAccessibleName(t("online.find"))
        self.reason.setPlaceholderText(t("online.assist_hint"))
        self.reason.setAccessibleName(t("online.assist_reason"))
        view = self._view
        for name, button in self.filters.items():
            count = view.counts[name] if view is not None else 0
            button.setChecked(name == self._wanted)
            button.say("online.filter_is", name=t(f"online.filter.{name}"), count=count)
        if view is None:
            return
        told = [t("online.context", new=view.waiting, overdue=view.overdue)]
        if view.heard:
            told.append(t("online.heard", at=view.heard))
        self.context.setText(" · ".join(told))
        self.more.setVisible(bool(view.more))
        if view.more:
            self.more.say("online.more", count=view.more)

    # ---- one dossier

    def _choose(self, row: OnlineRow) -> None:
        if row.dossier != self._chosen:
            self._chosen = row.dossier
            self.fault.clear()
            self._load_dossier()

    def _load_dossier(self) -> None:
        # Each letter chooses another first line: what stands beside the list waits until the hand rests.
        self._calm.start(CALM_MS if self.search.hasFocus() else 0)

    def _ask_for_dossier(self) -> None:
        dossier = self._chosen
        if dossier is None:
            return
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.online.dossier(dossier),
            self._loaded_dossier,
            self._failed,
        )

    def _loaded_dossier(self, view: OnlineDossierView) -> None:
        if view.row.dossier == self._chosen:
            self._show_dossier(view)

    def _show_dossier(self, view: OnlineDossierView | None) -> None:
        self.stated.show_view(view)
        self.take.setVisible(view is not None)
        self.give_back.setVisible(view is not None and view.row.held == "mine")

    def take_one(self, dossier: UUID | None) -> None:
        """Take it to this desk and open it; where another desk has it, say who. Nothing once nobody looks."""
        if dossier is None or self.take.busy or not self.isVisible():
            return
        commit_open_syllable()
        self.fault.clear()
        self.take.set_busy("online.taking")
        self._app.jobs.start(
            "people",
            self,
            lambda cancel, progress: self._app.desk.online.take(dossier),
            self._taken,
            self._not_taken,
        )

    def _taken(self, view: OnlineDossierView) -> None:
        self.take.set_busy()
        if self.isVisible():
            self._app.window.open_dossier(view.row.dossier)
        else:
            leave_unopened(self._app, self, view.row.dossier)

    def _not_taken(self, error: Exception) -> None:
        self.take.set_busy()
        self._failed(error)
        self._refresh()

    def give_one_back(self) -> None:
        """It is not worked on here any more."""
        dossier = self._chosen
        if dossier is not None and self.give_back.isVisible():
            self._app.jobs.start(
                "people",
                self,
                lambda cancel, progress: self._app.desk.online.give_back(dossier),
                lambda _none: self.load(),
                self._failed,
            )

    def take_scan(self, text: str) -> bool:
        """A code from a telephone, a receipt or a card: its online dossier is opened."""
        self._app.jobs.start(
            "store-read", self, lambda cancel, progress: self._app.desk.online.find(text), self._found, self._failed
        )
        return True

    def read_card(self) -> None:
        """F7: the card on the reader says whose dossier is meant; what was searched for opens its chip."""
        commit_open_syllable()
        self.fault.clear()
        self.card.read()

    def _card_failed(self, error: Exception) -> None:
        self._failed(error)
        if isinstance(error, Refusal) and error.code == "CARD_KEY_MISSING":
            self._to_search()

    def _found(self, dossier: UUID | None) -> None:
        if dossier is None:
            self.fault.say("online.not_here", "online.not_here_remedy")
        else:
            self.take_one(dossier)

    # ---- helping somebody

    def _show_help(self, shown: bool) -> None:
        self.help.setVisible(shown)
        if shown:
            self.reason.setFocus()
        else:
            self.reason.clear()
            self.table.setFocus()

    def begin_help(self) -> None:
        """A new online dossier for whoever stands at the counter."""
        commit_open_syllable()
        reason = self.reason.value()
        self.fault.clear()
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.online.assist(reason), self._helping, self._failed
        )

    def _helping(self, view: IntakeView) -> None:
        self._show_help(False)
        if self.isVisible():
            # Else it stays in the list of today: it opens over nobody else.
            self._app.window.show_dossier(view)

    # ---- what happens meanwhile

    def _refresh(self) -> None:
        self._app.jobs.start(
            "people",
            self,
            lambda cancel, progress: self._app.desk.online.refresh(),
            lambda _none: self.load(),
            self._failed,
        )

    def _look_again(self) -> None:
        if self.isVisible():
            self._refresh()

    def _changed(self, _dossiers: frozenset[UUID]) -> None:
        if self.isVisible():
            self.load()

    def _failed(self, error: Exception) -> None:
        self._loading = False
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)


def _dossier(row: OnlineRow) -> UUID:
    return row.dossier
