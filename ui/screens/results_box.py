"""A box of printed cards: each is scanned once, what is different is said at once and stays in the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.inputs import TextInput, commit_open_syllable
from ui.widgets.kit import Card, EmptyState, Figure, Label, Muted, Text
from ui.widgets.notice import Notice
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from clerk_app.desk.result_views import BoxView, CardCheck
    from ui.application import App

MOST_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class _Scan:
    """A line of the list, by its number in this box."""

    number: int
    check: CardCheck


COLUMNS = (
    Column("results.number", lambda row: Cell(str(row.number), muted=True), right=True),
    Column("results.what", lambda row: Cell(words(row.check.words), tone=row.check.tone), 3),
    Column("results.code", lambda row: Cell(row.check.code or "–", bold=True), 2),
    Column("results.name", lambda row: Cell(row.check.name or "–"), 2, drop=1),
)


class BoxPanel(QWidget):
    """none --Ctrl+Enter--> open --scan, scan, …--> open --Ctrl+Shift+Enter--> none"""

    def __init__(self, app: App, changed: Callable[[], None]) -> None:
        super().__init__()
        self._app = app
        self._changed = changed
        self._box: BoxView | None = None
        self._scans: list[_Scan] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.label = TextInput(60)
        self.open = PrimaryButton("results.open_box", "Ctrl+Enter", "inbox")
        self.open.clicked.connect(self.open_box)
        self.close_button = SecondaryButton("results.close_box", "Ctrl+Shift+Enter", "package-check")
        self.close_button.clicked.connect(self.close_box)
        self.state = Text(look="strong")
        row.addWidget(self.state, 2)
        row.addWidget(self.label, 2)
        row.addWidget(self.open)
        self.bad = SecondaryButton("results.damaged", "Ctrl+D", "x")
        self.bad.clicked.connect(self.damaged)
        row.addWidget(self.bad)
        row.addWidget(self.close_button)
        card.body.addLayout(row)
        self.counts = QWidget()
        figures = QHBoxLayout(self.counts)
        figures.setContentsMargins(0, 0, 0, 0)
        figures.setSpacing(theme.SPACE["xl"])
        self.figures = {name: Figure() for name in ("arrived", "aside", "awaited")}
        for name, figure in self.figures.items():
            part = QVBoxLayout()
            part.setSpacing(0)
            part.addWidget(Label(f"results.{name}"))
            part.addWidget(figure)
            figures.addLayout(part)
        figures.addStretch(1)
        card.body.addWidget(self.counts)
        self.typed = TextInput(200)
        self.typed.returnPressed.connect(self._by_hand)
        card.body.addWidget(self.typed)
        column.addWidget(card)
        self.told = Notice("info")
        column.addWidget(self.told)
        self.hint = Muted("results.box_hint")
        column.addWidget(self.hint)
        self.table = Table(COLUMNS, "nav.results")
        column.addWidget(self.table, 1)
        self.nothing = EmptyState("inbox", "results.box_none", "results.box_hint")
        column.addWidget(self.nothing, 1)
        self.retranslate()

    def retranslate(self) -> None:
        """Names of the fields in the language of the moment."""
        for field, key in ((self.label, "results.box_label"), (self.typed, "results.card_typed")):
            field.setAccessibleName(t(key))
            field.setPlaceholderText(t(key))
        self._show()

    @property
    def view(self) -> BoxView | None:
        """The box as it was last heard of."""
        return self._box

    def load(self) -> None:
        """Ask the desk which box is open."""
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.results.box(), self._came, self._failed
        )

    def hear(self) -> None:
        """Ask central which cards are awaited, other counters' too; without a line what is known here stands."""
        self._app.jobs.start(
            "network", self, lambda cancel, progress: self._app.desk.results.hear_expected(), self._came, self._failed
        )

    def take_scan(self, text: str) -> bool:
        """A card, where a box is open."""
        if self._box is None or self._box.id is None:
            return False
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.results.check_in(text), self._checked, self._failed
        )
        return True

    def open_box(self) -> None:
        """Begin a box."""
        commit_open_syllable()
        if self._box is not None and self._box.id is not None:
            return
        label = self.label.value()
        self._scans = []
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.results.open_box(label), self._opened, self._failed
        )

    def close_box(self) -> None:
        """The box is empty."""
        if self.isVisible() and self._box is not None and self._box.id is not None:
            self._app.jobs.start(
                "store", self, lambda cancel, progress: self._app.desk.results.close_box(), self._closed, self._failed
            )

    def damaged(self) -> None:
        """Ctrl+D: the card of the chosen line, or the one scanned last, is damaged and is not for the shelf."""
        chosen = self.table.current() if self.table.hasFocus() else None
        scan = chosen if isinstance(chosen, _Scan) else next(iter(self._scans), None)
        dossier = scan.check.dossier if scan is not None else None
        if self.isVisible() and dossier is not None and self._box is not None and self._box.id is not None:
            self._app.jobs.start(
                "store",
                self,
                lambda cancel, progress: self._app.desk.results.damaged(dossier),
                self._checked,
                self._failed,
            )

    def _by_hand(self) -> None:
        text = self.typed.value()
        if text.strip() and self.take_scan(text):
            self.typed.set_value("")

    def _opened(self, view: BoxView) -> None:
        self.label.set_value("")
        self.fault.clear()
        self.told.clear()
        self._came(view)
        (self.typed if view.id is not None else self.label).setFocus()
        self._app.bridge.deliver_now()

    def _closed(self, view: BoxView) -> None:
        """What was expected and is not there is named."""
        self._opened(view)
        if view.missing:
            self.told.set_tone("warn")
            key = "results.missing" if view.awaited <= len(view.missing) else "results.missing_more"
            more = view.awaited - len(view.missing)
            self.told.say(key, "results.missing_remedy", codes=", ".join(view.missing), more=more)

    def _came(self, view: BoxView) -> None:
        self._box = view
        self._show()
        self._changed()

    def _ask_the_post(self, check: CardCheck) -> None:
        """The postman may bring it back before anybody asked."""

        def came(now: CardCheck) -> None:
            if now != check:
                self._checked(now)

        desk = self._app.desk
        self._app.jobs.start(
            "network",
            self,
            lambda cancel, progress: desk.posting.once_asked(check, desk.results.check_in),
            came,
            self._failed,
        )

    def _checked(self, check: CardCheck) -> None:
        if check.ask_post:
            self._ask_the_post(check)
        self._scans.insert(0, _Scan(len(self._scans) + 1, check))
        del self._scans[MOST_SHOWN:]
        self.fault.clear()
        self.told.set_tone(check.tone if check.tone != "calm" else "info")
        name = " · ".join(part for part in (words(check.words), check.code, check.name) if part)
        self.told.show_words(type(check.words)(name, name))
        self.load()

    def _show(self) -> None:
        box = self._box
        is_open = box is not None and box.id is not None
        self.state.setText(t("results.box_open", label=box.label) if box and is_open else t("results.box_none"))
        for widget, shown in (
            (self.state, is_open or bool(self._scans)),
            (self.counts, is_open),
            (self.nothing, not is_open and not self._scans),
            (self.label, not is_open),
            (self.open, not is_open),
            (self.close_button, is_open),
            (self.bad, is_open and bool(self._scans)),
            (self.typed, is_open),
            (self.hint, is_open and not self._scans),
            (self.table, bool(self._scans)),
        ):
            widget.setVisible(shown)
        for name, figure in self.figures.items():
            figure.setText(str(getattr(box, name)) if box is not None else "–")
        self.table.show_rows(list(self._scans), lambda row: row.number)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)
