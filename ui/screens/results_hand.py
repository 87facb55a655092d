"""Handing one result over: scan the receipt, prove who collects, the old licence, the signature, done.

F7 reads the card on the reader; a scanned ID card code proves who collects as well. Ctrl+Enter hands over.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.screens.results_signing import SigningPanel
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.choices import ChoiceRow
from ui.widgets.inputs import NumberInput, TextInput, commit_open_syllable
from ui.widgets.kit import Badge, Card, EmptyState, Label, SubHeading, Text, reveal
from ui.widgets.notice import Notice
from ui.widgets.scrolling import Scrolling
from ui.widgets.table import Cell, Column, Table, table_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clerk_app.desk.handing_over import Choice, HandOverView, Proven
    from ui.application import App

BY_READING = ("chip", "qr")
COLUMNS = (
    Column("results.place", lambda row: Cell(row.place or "–", bold=True)),
    Column("results.code", lambda row: Cell(row.code)),
    Column("results.name", lambda row: Cell(row.name or "–"), 3),
    Column("results.state", lambda row: Cell(words(row.badge.words), tone=row.badge.tone), 2),
)


class HandPanel(QWidget):
    """nothing --scan, Enter--> one result, or several to choose from --Enter--> one --Ctrl+Enter--> given"""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: HandOverView | None = None
        self._proven: Proven | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        self.done = Notice("good", closable=True)
        column.addWidget(self.done)
        self.sought = TextInput(200)
        self.sought.returnPressed.connect(lambda: self.seek(self.sought.value()))
        column.addWidget(self.sought)
        self.found = Table(COLUMNS, "results.found")
        self.found.opened.connect(lambda row: self.show_view(cast("HandOverView", row)))
        self.sheet = table_card(self.found)
        self.sheet.hide()
        column.addWidget(self.sheet, 1)
        self.card = Card()
        column.addWidget(self.card, 1)
        self._head()
        self._form()
        self._foot()
        self.hint = EmptyState("id-card", "results.hand_empty", "results.hand_hint")
        column.addWidget(self.hint, 1)
        self.card.hide()
        self.retranslate()

    # ---- building

    def _head(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self.place = SubHeading()
        self.who = Text(look="strong")
        self.state = Badge()
        row.addWidget(self.place)
        row.addWidget(self.who, 1)
        row.addWidget(self.state)
        self.card.body.addLayout(row)
        self.wish = Notice("info")
        self.card.body.addWidget(self.wish)
        self.problem = Notice("warn")
        self.card.body.addWidget(self.problem)

    def _form(self) -> None:
        self.form = QWidget()
        both = QHBoxLayout(self.form)
        both.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        both.setSpacing(theme.SPACE["l"])
        self.to, self.proof, self.authority, self.old = (ChoiceRow() for _ in range(4))
        self.name, self.number = TextInput(200), NumberInput()
        self.authority_note, self.note = TextInput(500), TextInput(500)
        self.read = Text(look="caption")
        self.read.setWordWrap(True)
        self.old_doubt = Text(look="caption")
        self.old_doubt.setWordWrap(True)
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        sides: tuple[tuple[tuple[str, tuple[QWidget, ...]], ...], ...] = (
            (
                ("to", (self.to,)),
                ("proof", (self.proof, self.read)),
                ("name", (self.name,)),
                ("number_of", (self.number,)),
                ("authority", (self.authority, self.authority_note)),
            ),
            (
                ("old", (self.old, self.old_doubt)),
                ("note", (self.note,)),
            ),
        )
        for side in sides:
            column = QVBoxLayout()
            column.setSpacing(theme.SPACE["xs"])
            for key, fields in side:
                label = Label(f"results.{key}")
                label.setBuddy(fields[0])
                for part in (label, *fields):
                    column.addWidget(part)
                self._rows[key] = (label, *fields)
            column.addStretch(1)
            both.addLayout(column, 1)
        self.to.edited.connect(self._other_collector)
        for row in (self.proof, self.old):
            row.edited.connect(lambda _value: self._show_rows())
        self.area = Scrolling(self.form)
        self.card.body.addWidget(self.area, 1)
        self.signing = SigningPanel(self._app, self._failed)
        self.signed, self.pad, self.reason = self.signing.signed, self.signing.pad, self.signing.reason
        self.card.body.addWidget(self.signing)
        self.rest = QWidget()
        self.card.body.addWidget(self.rest, 1)
        self.rest.hide()

    def _foot(self) -> None:
        self.flaw = TextInput(500)
        self.flaw.hide()
        self.card.body.addWidget(self.flaw)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.give = PrimaryButton("results.give", "Ctrl+Enter", "check")
        self.give.clicked.connect(self.hand_over)
        self.card_button = SecondaryButton("results.read_card", "F7", "id-card")
        self.card_button.clicked.connect(self.read_card)
        self.wrong = SecondaryButton("results.misprint", "Ctrl+E", "rotate-ccw")
        self.wrong.clicked.connect(self.misprint)
        self.by_post = SecondaryButton("results.to_post", "Ctrl+B", "send")
        for button in (self.give, self.card_button, self.by_post, self.wrong):
            row.addWidget(button)
        row.addStretch(1)
        self.card.body.addLayout(row)

    def retranslate(self) -> None:
        """Names of the fields in the language of the moment."""
        for field, key in (
            (self.sought, "results.sought"),
            (self.to, "results.to"),
            (self.proof, "results.proof"),
            (self.authority, "results.authority"),
            (self.old, "results.old"),
            (self.name, "results.name"),
            (self.number, "results.number_of"),
            (self.authority_note, "results.authority_note"),
            (self.note, "results.note"),
            (self.flaw, "results.flaw"),
        ):
            field.setAccessibleName(t(key))
        for text_field, key in (
            (self.sought, "results.sought"),
            (self.authority_note, "results.authority_note"),
            (self.note, "results.note_hint"),
            (self.flaw, "results.flaw"),
        ):
            text_field.setPlaceholderText(t(key))
        self.signing.retranslate()
        if self._view is not None:
            self._show_head(self._view)

    # ---- finding

    @property
    def dossier(self) -> UUID | None:
        """The dossier whose result is shown."""
        return self._view.dossier if self._view is not None else None

    def seek(self, text: str) -> None:
        """Look for the results that a scanned or typed text means."""
        commit_open_syllable()
        if text.strip():
            self.fault.clear()
            self.done.clear()
            self._start(lambda: self._app.desk.handing_over.find(text), self._found)

    def show_dossier(self, dossier: UUID) -> None:
        """Show one result."""
        self._start(lambda: self._app.desk.handing_over.view(dossier), self.show_view)

    def take_scan(self, text: str) -> bool:
        """The code of an ID card proves who collects; anything else is looked for."""
        view = self._view
        if view is not None and "|" in text and view.problem is None:
            dossier = view.dossier
            self._start(lambda: self._app.desk.handing_over.take_qr(dossier, text), self._is_proven)
        else:
            self.seek(text)
        return True

    def _found(self, views: tuple[HandOverView, ...]) -> None:
        self.sought.set_value("")
        self.sheet.setVisible(len(views) > 1)
        if len(views) == 1:
            self.show_view(views[0])
            return
        self.clear()
        self.hint.setVisible(not views)
        if views:
            self.found.show_rows(views, lambda row: row.dossier)
            self.found.setFocus()
        else:
            self.fault.say("results.not_found", "results.not_found_remedy")

    def clear(self) -> None:
        """Nothing is shown."""
        self._view = self._proven = None
        self.card.hide()
        self.hint.show()

    def show_view(self, view: HandOverView) -> None:
        """Show a result that may be handed over, with what the rule says chosen."""
        if self._view is None or self._view.dossier != view.dossier:
            self._proven = None
            self.flaw.hide()
            for field in (self.name, self.number, self.authority_note, self.note, self.flaw):
                field.set_value("")
            self.signing.begin(view.dossier)
            self.to.set_choices(_choices(view.collectors))
            self.proof.set_choices(_choices(view.proofs))
            self.authority.set_choices(_choices(view.authorities))
            self.old.set_choices(_choices(view.old))
            self.signed.set_choices(_choices(view.signatures))
            for row, value in ((self.to, "holder"), (self.proof, "receipt"), (self.signed, "pad")):
                row.set_value(value)
            self.authority.set_value("")
            self.old.set_value(view.old[0].value if view.old else "")
            self._order()
        self._view = view
        self.sheet.hide()
        self.hint.hide()
        self.card.show()
        self._show_head(view)
        self._show_rows()
        self.signing.show_rows()
        self.to.setFocus()

    def _order(self) -> None:
        """Tab goes through the form as it is read: choices are made anew for each dossier, so the order is too."""
        chain: list[QWidget] = [self.sought]
        for _, *fields in self._rows.values():
            for field in fields:
                chain += field.stops() if isinstance(field, ChoiceRow) else (field,)
        chain += self.signing.stops()
        for before, behind in pairwise([*chain, self.flaw, self.give, self.card_button, self.by_post, self.wrong]):
            QWidget.setTabOrder(before, behind)

    def _show_head(self, view: HandOverView) -> None:
        self.place.setText(view.place)
        reveal(self.place, bool(view.place))
        self.who.setText(f"{view.name} · {view.code}")
        self.state.show_badge(view.badge)
        if view.wish is not None and view.problem is None:
            self.wish.say("results.wish", how=words(view.wish))
        else:
            self.wish.clear()
        if view.problem is not None:
            self.problem.show_refusal(view.problem)
        else:
            self.problem.clear()
        for shown, widgets in (
            (view.problem is None, (self.area, self.signing, self.give, self.card_button)),
            (view.problem is not None, (self.rest,)),
            (view.may_reprint, (self.wrong,)),
            (view.by_post, (self.by_post,)),
        ):
            for widget in widgets:
                widget.setVisible(shown)

    def _other_collector(self, to: str) -> None:
        """Somebody else brings no receipt of their own: their paper is looked at, until their card is read."""
        if to == "authorised" and self.proof.value() == "receipt":
            self.proof.set_value("seen")
        self._show_rows()

    def _show_rows(self) -> None:
        view = self._view
        if view is None:
            return
        other, proven = self.to.value() == "authorised", self._proven
        chosen = next((one for one in view.old if one.value == self.old.value()), None)
        for key, shown in (
            ("name", other),
            ("number_of", other),
            ("authority", other),
            ("note", self.old.value() == "none" and bool(view.old) and view.old[0].value != "none"),
        ):
            for widget in self._rows[key]:
                widget.setVisible(shown)
        self.old_doubt.setVisible(chosen is not None and chosen.doubt is not None)
        if chosen is not None and chosen.doubt is not None:
            self.old_doubt.setText(f"{chosen.basis}: {words(chosen.doubt)}")
        self.read.setVisible(proven is not None or self.proof.value() in BY_READING)
        if proven is not None:
            self.read.setText(t(f"results.proven.{proven.proof}", name=proven.name))
        else:
            self.read.setText(t("results.unread"))

    # ---- doing

    def read_card(self) -> None:
        """F7: the card on the reader."""
        view = self._view
        if view is None or view.problem is not None or self.card_button.busy:
            return
        commit_open_syllable()
        to, number, dossier = self.to.value(), self.number.value(), view.dossier
        self.fault.clear()
        self.card_button.set_busy("results.reading")
        self._app.jobs.start(
            "card",
            self,
            lambda cancel, progress: self._app.desk.handing_over.read_card(
                dossier, "authorised" if to == "authorised" else "holder", number, progress, cancel
            ),
            self._is_proven,
            self._failed,
        )

    def _is_proven(self, proven: Proven) -> None:
        self.card_button.set_busy()
        if proven.dossier != self.dossier:
            # Another result was asked for meanwhile.
            return
        self._proven = proven
        self.proof.set_value(proven.proof)
        self.to.set_value("holder" if proven.holder else "authorised")
        if not proven.holder:
            self.name.set_value(proven.name)
            self.number.set_value(proven.number)
        self._show_rows()
        (self.authority if not proven.holder else self.old).setFocus()

    def hand_over(self) -> None:
        """Ctrl+Enter: the result goes to whoever collects."""
        commit_open_syllable()
        view = self._view
        if view is None or view.problem is not None or self.give.busy:
            return
        said = self._said()
        dossier, hand = view.dossier, self._app.desk.handing_over
        kept = self.signing.kept()
        self.fault.clear()
        self.give.set_busy("results.giving")

        def give() -> HandOverView:
            return hand.hand_over(dossier, keep=kept, **said)

        self._app.jobs.start("store", self, lambda cancel, progress: give(), self._given, self._not_given)

    def _said(self) -> dict[str, Any]:
        """What the form says. What was read counts only for whom it was read of."""
        to, proof = self.to.value(), self.proof.value()
        proven = self._proven
        if proven is not None and (proven.proof != proof or proven.holder != (to == "holder")):
            proven = None
        return {
            "to": to,
            "proven": proven,
            "proof": proof,
            "old": self.old.value(),
            "signed": self.signed.value(),
            "name": self.name.value(),
            "number": self.number.value(),
            "authority": self.authority.value(),
            "authority_note": self.authority_note.value(),
            "reason": self.reason.value(),
            "note": self.note.value(),
        }

    def _given(self, view: HandOverView) -> None:
        self.give.set_busy()
        self.clear()
        self.done.say("results.given", code=view.code, name=view.name)
        self.sought.setFocus()
        self._app.bridge.deliver_now()

    def _not_given(self, error: Exception) -> None:
        """The caret goes to what is missing."""
        self._failed(error)
        field = self._lacking(error.code) if isinstance(error, Refusal) else None
        if field is not None:
            field.setFocus()
            QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(field))

    def _lacking(self, code: str) -> QWidget | None:
        other = self.to.value() == "authorised"
        if code.startswith("SIGNATURE_"):
            return self.signing.lacking()
        fields: dict[str, QWidget] = {
            "COLLECTOR_UNKNOWN": self.to if not other else self.number if self.name.value() else self.name,
            "COLLECTOR_UNPROVEN": self.proof,
            "AUTHORITY_MISSING": self.authority,
            "OLD_LICENCE": self.note if self.note.isVisible() else self.old,
        }
        return fields.get(code)

    def misprint(self) -> None:
        """Ctrl+E: the card is wrong; asks why, and pressed again sends it back."""
        view = self._view
        if view is None or not view.may_reprint or self.wrong.busy:
            return
        commit_open_syllable()
        reason, dossier = self.flaw.value(), view.dossier
        if not reason.strip():
            self.flaw.show()
            self.fault.say("results.misprint_why", "results.misprint_why_remedy")
            self.flaw.setFocus()
            return
        self.wrong.set_busy("results.giving")

        def back() -> HandOverView:
            self._app.desk.results.misprint(dossier, reason)
            return self._app.desk.handing_over.view(dossier)

        self._start(back, self._again)

    def _again(self, view: HandOverView) -> None:
        self.wrong.set_busy()
        self.clear()
        self.fault.clear()
        self.done.say("results.misprinted", code=view.code)
        self.sought.setFocus()
        self._app.bridge.deliver_now()

    def _start(self, work: Any, then: Any) -> None:
        self._app.jobs.start("store", self, lambda cancel, progress: work(), then, self._failed)

    def _failed(self, error: Exception) -> None:
        for button in (self.give, self.card_button, self.wrong):
            button.set_busy()
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)


def _choices(found: Sequence[Choice]) -> tuple[tuple[str, Any], ...]:
    return tuple((one.value, one.words) for one in found)
