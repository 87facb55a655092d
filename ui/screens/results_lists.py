"""Lists of results: what waits on the shelf, what is awaited, what the post has, what nobody collected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import SecondaryButton
from ui.widgets.choices import ChoiceRow
from ui.widgets.kit import EmptyState
from ui.widgets.notice import Notice
from ui.widgets.table import Cell, Column, Table, table_card

if TYPE_CHECKING:
    from clerk_app.desk.result_views import Reminded, ResultRow
    from clerk_app.desk.results import ListName
    from ui.application import App
    from ui.jobs import Job


def _reminder(row: ResultRow) -> Cell:
    if row.due is None:
        return Cell("–", muted=True)
    return Cell(f"{in_hanoi(row.due):%d/%m}", tone="bad" if row.overdue else "")


def _beside(row: ResultRow) -> str:
    """The number of its parcel, or how the citizen wants it where that is not here."""
    return row.item or (t("results.wish", how=words(row.wish)) if row.wish is not None else "")


COLUMNS = (
    Column("results.place", lambda row: Cell(row.place or "–", bold=True)),
    Column("results.code", lambda row: Cell(row.code)),
    Column("results.name", lambda row: Cell(row.name or "–", words(row.procedure)), 4),
    Column("results.state", lambda row: Cell(words(row.state), _beside(row), tone=row.tone), 2),
    Column("results.days", lambda row: Cell(str(row.days)), right=True, drop=1),
    Column("results.reminded", lambda row: Cell(str(row.reminded)), right=True, drop=2),
    Column("results.due", _reminder, drop=1),
)

NAMES: dict[ListName, Words] = {
    "waiting": Words("Chờ trả trên kệ", "On the shelf"),
    "unclaimed": Words("Quá hạn chưa nhận", "Not collected"),
    "post": Words("Bưu chính", "With the post"),
    "awaited": Words("Chờ thẻ về", "Cards awaited"),
}


class ListsPanel(QWidget):
    """`wanted` brings the dossier that somebody opened in the list."""

    wanted = Signal(object)

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._looking: Job | None = None
        self._again = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        self.done = Notice("good", closable=True)
        column.addWidget(self.done)
        row = QHBoxLayout()
        self.which = ChoiceRow()
        self.which.set_choices(tuple(NAMES.items()))
        self.which.set_value("waiting")
        self.which.edited.connect(lambda _value: self.load())
        row.addWidget(self.which, 1)
        self.reminded = SecondaryButton("results.remind", "Ctrl+M", "send")
        self.reminded.clicked.connect(self.remind)
        row.addWidget(self.reminded)
        column.addLayout(row)
        self.table = Table(COLUMNS, "nav.results")
        self.table.opened.connect(self._opened)
        self.sheet = table_card(self.table)
        column.addWidget(self.sheet, 1)
        self.empty = EmptyState("inbox", "results.empty", "results.empty_hint")
        column.addWidget(self.empty, 1)
        self.empty.hide()
        self.retranslate()

    def retranslate(self) -> None:
        """What the rows of choices are called."""
        self.which.setAccessibleName(t("results.lists"))

    def load(self) -> None:
        """Ask the desk for the list that is chosen, beside a card that is scanned; once for many changes at a time."""
        if self._looking is not None and self._looking.running:
            self._again = True
            return
        name = cast("ListName", self.which.value() or "waiting")
        self._again = False
        self._looking = self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.results.listed(name),
            partial(self._came, name),
            self._failed,
        )

    def remind(self) -> None:
        """Ctrl+M: the holder of the chosen result is sent a message; whom none reaches is to be called."""
        row = cast("ResultRow | None", self.table.current())
        if row is not None and not self.reminded.busy:
            self.reminded.set_busy("results.giving")
            self._app.jobs.start(
                "store",
                self,
                lambda cancel, progress: self._app.desk.results.remind(row.dossier),
                self._told,
                self._not_told,
            )

    def _not_told(self, error: Exception) -> None:
        self.reminded.set_busy()
        self._failed(error)

    def _told(self, told: Reminded) -> None:
        self.reminded.set_busy()
        self._app.bridge.deliver_now()
        if told.way == "message":
            self.done.say("results.reminded_message", code=told.row.code)
        else:
            phone = told.phone or t("results.no_phone")
            self.done.say("results.reminded_phone", code=told.row.code, phone=phone)
        self.load()

    def _came(self, name: ListName, rows: tuple[ResultRow, ...]) -> None:
        if self._again:
            self.load()
        if name != (self.which.value() or "waiting"):
            return
        self.fault.clear()
        self.table.show_rows(rows, lambda row: row.dossier)
        self.sheet.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.reminded.setVisible(bool(rows) and self.which.value() in ("waiting", "unclaimed"))

    def _opened(self, row: object) -> None:
        self.wanted.emit(cast("ResultRow", row).dossier)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)
