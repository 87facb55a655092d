"""Results by the public post: where it goes, given to the post once, its label, where it is.

Ctrl+Enter gives it to the post, or sends what was begun once more; Ctrl+P prints the label; Ctrl+G asks the post.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.handing import Receiver
from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.inputs import TextInput, commit_open_syllable
from ui.widgets.kit import Badge, Card, EmptyState, Label, SubHeading, Text
from ui.widgets.notice import Notice
from ui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.posting import PostLook, PostView
    from clerk_app.desk.result_views import ResultRow
    from ui.application import App

COLUMNS = (
    Column("results.code", lambda row: Cell(row.code)),
    Column("results.name", lambda row: Cell(row.name or "–"), 3),
    Column("results.item", lambda row: Cell(row.item or "–", bold=True), 2),
    Column("results.state", lambda row: Cell(words(row.state), tone=row.tone), 2),
    Column("results.days", lambda row: Cell(str(row.days)), right=True, drop=1),
)
FIELDS = ("name", "tel", "street", "commune", "province")


class PostPanel(QWidget):
    """nothing --Ctrl+B on a result, Enter on a parcel--> one --Ctrl+Enter--> posted --Ctrl+G--> given, or back"""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: PostView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.fault = Notice("bad", closable=True)
        self.done = Notice("good", closable=True)
        column.addWidget(self.fault)
        column.addWidget(self.done)
        self.card = Card()
        column.addWidget(self.card)
        self._head()
        self._form()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.send = PrimaryButton("results.post_send", "Ctrl+Enter", "send")
        self.send.clicked.connect(self.give)
        self.label = SecondaryButton("results.post_label", "Ctrl+P", "printer")
        self.label.clicked.connect(self.print_label)
        for button in (self.send, self.label):
            row.addWidget(button)
        row.addStretch(1)
        self.card.body.addLayout(row)
        listed = QHBoxLayout()
        listed.addWidget(SubHeading("results.parcels"), 1)
        self.ask = SecondaryButton("results.post_ask", "Ctrl+G", "refresh-cw")
        self.ask.clicked.connect(self.refresh)
        listed.addWidget(self.ask)
        column.addLayout(listed)
        self.table = Table(COLUMNS, "results.parcels")
        self.table.opened.connect(lambda row: self.show_dossier(cast("ResultRow", row).dossier))
        column.addWidget(self.table, 1)
        self.empty = EmptyState("package-check", "results.post_empty", "results.post_hint")
        column.addWidget(self.empty, 1)
        self.card.hide()
        self.retranslate()

    # ---- building

    def _head(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.who = Text(look="strong")
        self.state = Badge()
        row.addWidget(self.who, 1)
        row.addWidget(self.state)
        self.card.body.addLayout(row)
        self.problem = Notice("warn")
        self.card.body.addWidget(self.problem)
        self.tracking = Text()
        self.tracking.setWordWrap(True)
        self.card.body.addWidget(self.tracking)

    def _form(self) -> None:
        self.form = QWidget()
        both = QHBoxLayout(self.form)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(theme.SPACE["l"])
        self.fields = {name: TextInput(200) for name in FIELDS}
        for side in (FIELDS[:2], FIELDS[2:]):
            column = QVBoxLayout()
            column.setSpacing(theme.SPACE["xs"])
            for name in side:
                label = Label(f"results.to_{name}")
                label.setBuddy(self.fields[name])
                column.addWidget(label)
                column.addWidget(self.fields[name])
            column.addStretch(1)
            both.addLayout(column, 1)
        self.card.body.addWidget(self.form)
        self.doubt = Text(look="caption")
        self.doubt.setWordWrap(True)
        self.card.body.addWidget(self.doubt)

    def retranslate(self) -> None:
        """Names of the fields in the language of the moment."""
        for name, field in self.fields.items():
            field.setAccessibleName(t(f"results.to_{name}"))
        if self._view is not None:
            self._show(self._view)

    # ---- showing

    def load(self) -> None:
        """Ask the desk which parcels are on their way or came back."""
        self._start("store-read", lambda: self._app.desk.results.listed("post"), self._came)

    def show_dossier(self, dossier: UUID) -> None:
        """Show one result, with the address that stands in its application."""
        self.fault.clear()
        self.done.clear()
        self._start("store", lambda: self._app.desk.posting.view(dossier), self.show_view)

    def show_view(self, view: PostView) -> None:
        """Show a result that may go by post, or went."""
        if view.begun or self._view is None or self._view.dossier != view.dossier:
            for name, field in self.fields.items():
                field.set_value(getattr(view.receiver, name))
        self._show(view)
        first = next((field for field in self.fields.values() if not field.value()), self.fields["street"])
        begins = self.send if view.begun else first
        (begins if view.may_send else self.table).setFocus()

    def _show(self, view: PostView) -> None:
        self._view = view
        self.card.show()
        self.who.setText(f"{view.name} · {view.code}")
        self.state.show_badge(view.badge)
        if view.problem is not None and not view.begun:
            self.problem.show_refusal(view.problem)
        else:
            self.problem.clear()
        said = [words(one) for one in (view.tracking, view.cause) if one is not None]
        self.tracking.setText(" · ".join([*([view.item] if view.item else []), *said]))
        self.tracking.setVisible(bool(self.tracking.text()))
        self.form.setVisible(view.may_send)
        for field in self.fields.values():
            # What was begun goes where it was begun.
            field.setEnabled(not view.begun)
        self.doubt.setVisible(view.may_send and view.doubt is not None)
        if view.doubt is not None:
            self.doubt.setText(words(view.doubt))
        self.send.setVisible(view.may_send)
        self.send.say("results.post_again" if view.begun else "results.post_send")
        self.label.setVisible(view.at_post)

    def _came(self, rows: tuple[ResultRow, ...]) -> None:
        self.table.show_rows(rows, lambda row: row.dossier)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)

    # ---- doing

    def give(self) -> None:
        """Ctrl+Enter: the result goes to the post."""
        commit_open_syllable()
        view = self._view
        if view is None or not view.may_send or self.send.busy:
            return
        dossier, to = view.dossier, Receiver(**{name: field.value() for name, field in self.fields.items()})
        self.fault.clear()
        self.send.set_busy("results.post_sending")
        self._start("network", lambda: self._app.desk.posting.send(dossier, to), self._sent)

    def _sent(self, view: PostView) -> None:
        self._free()
        self.show_view(view)
        if view.item:
            self.done.say("results.post_sent", item=view.item)
            self.label.setFocus()
        elif view.begun:
            self.fault.say("results.post_waits", "results.post_waits_remedy")
        self.load()
        self._app.bridge.deliver_now()

    def print_label(self) -> None:
        """Ctrl+P: the post's label goes to the printer."""
        view = self._view
        if view is None or not view.at_post or self.label.busy:
            return
        dossier = view.dossier
        self.fault.clear()
        self.label.set_busy("results.post_printing")
        self._app.jobs.start(
            "printer",
            self,
            lambda cancel, progress: self._app.desk.posting.print_label(dossier, cancel),
            self._printed,
            self._failed,
        )

    def _printed(self, view: PostView) -> None:
        self._free()
        self._show(view)
        self.done.say("results.post_printed", item=view.item)

    def refresh(self) -> None:
        """Ctrl+G: ask the post about every parcel that is on its way."""
        if self.ask.busy:
            return
        self.fault.clear()
        self.ask.set_busy("results.post_asking")
        self._app.jobs.start(
            "network",
            self,
            lambda cancel, progress: self._app.desk.posting.refresh_all(cancel),
            self._asked,
            self._failed,
        )

    def _asked(self, look: PostLook) -> None:
        self._free()
        if look.problem is not None:
            self.fault.show_refusal(look.problem)
        else:
            self.done.say("results.post_asked", asked=look.asked, changed=look.changed)
        self.load()
        if self._view is not None:
            self._start("store", lambda view=self._view: self._app.desk.posting.view(view.dossier), self._show)
        if look.changed:
            self._app.bridge.deliver_now()

    def _start(self, lane: Any, work: Any, then: Any) -> None:
        self._app.jobs.start(lane, self, lambda cancel, progress: work(), then, self._failed)

    def _free(self) -> None:
        for button in (self.send, self.label, self.ask):
            button.set_busy()

    def _failed(self, error: Exception) -> None:
        self._free()
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)
            if self._view is not None:
                self._start("store", lambda view=self._view: self._app.desk.posting.view(view.dossier), self._show)
