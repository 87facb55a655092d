"""The course of the open dossier: where it stands and how it came there left, what may happen next right.

1–9, ↑ ↓  choose a step      Ctrl+Enter  take it      Ctrl+P  print what it brought out      Esc  back to the dossier
Ctrl+E  ask a supervisor to let a step be taken that may not be, as once more
Ctrl+M  how the citizen is reached; the messages stand under the steps that caused them
"""

from __future__ import annotations

from datetime import datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.desk.views import ChoiceView
from clerk_app.domain.calendar import day, in_hanoi, moment_of
from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.actions import Action
from ui.screens.course_past import CoursePast
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.choices import CheckInput
from ui.widgets.inputs import DateInput, TextInput, commit_open_syllable
from ui.widgets.kit import Card, Heading, Label, Muted, Text
from ui.widgets.notice import Notice
from ui.widgets.options import OptionList
from ui.widgets.scrolling import Scrolling
from ui.widgets.step_request import KEY, StepRequest

if TYPE_CHECKING:
    from clerk_app.desk.course import CourseView, StepChoice
    from ui.application import App

LONGEST = 2000
TIME = "%H:%M"


class CourseScreen(QWidget):
    """The page of a dossier's way. It keeps what was typed until the step is taken or another one is chosen."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self._view: CourseView | None = None
        self._dossier: UUID | None = None
        self._loading = False
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.course"))
        self.context = Text(look="context")
        head.addWidget(self.context, 1)
        self.back = SecondaryButton("course.back", "Esc", "arrow-left")
        self.back.clicked.connect(self._go_back)
        head.addWidget(self.back)
        column.addLayout(head)
        self.fault = Notice("bad", closable=True)
        column.addWidget(self.fault)
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE["l"])
        self.past = CoursePast(app, self.fault, lambda: self.steps.setFocus())
        self.state, self.clock, self.due = self.past.state, self.past.clock, self.past.due
        self.contact = self.past.contact
        both.addWidget(self.past, 1)
        both.addWidget(self._next(), 1)
        column.addLayout(both, 1)
        app.bridge.changed.connect(self._changed)

    def _next(self) -> Card:
        card = Card("course.next")
        self.none = Muted("course.none")
        card.body.addWidget(self.none)
        self.steps = OptionList(grows=True)
        self.steps.edited.connect(lambda _code: self._show_form())
        card.body.addWidget(self.steps, 100)
        self.request = StepRequest()
        self.request.wanted.connect(self._ask_supervisor)
        self.request.left.connect(self.steps.setFocus)
        card.body.addWidget(self.request)
        self.form = QWidget()
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        self.reason, self.basis, self.further = TextInput(LONGEST), TextInput(LONGEST), TextInput(LONGEST)
        self.on, self.at = DateInput(), TextInput(5)
        self._papers: dict[str, CheckInput] = {}
        self._checks = QVBoxLayout()
        self._checks.setSpacing(theme.SPACE["xs"])
        self._parts: dict[str, list[QWidget]] = {}
        self._add(column, "items", "course.items", None)
        column.addLayout(self._checks)
        self._add(column, "items", "course.further", self.further)
        self._add(column, "reason", "course.reason", self.reason)
        self._add(column, "basis", "course.basis", self.basis)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.at.setMaximumWidth(90)
        row.addWidget(self.on, 1)
        row.addWidget(self.at)
        self._add(column, "due", "course.due", None)
        column.addLayout(row)
        self._parts["due"] += [self.on, self.at]
        column.addStretch(1)
        # A case may want more papers than a low window has room for.
        self._fields = Scrolling(self.form)
        card.body.addWidget(self._fields, 70)
        card.body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE["s"])
        self.take = PrimaryButton("course.take", "Ctrl+Enter", "check")
        self.take.clicked.connect(self._take)
        self.print = SecondaryButton("course.print", "Ctrl+P", "printer")
        self.print.clicked.connect(self._print)
        buttons.addWidget(self.take)
        buttons.addWidget(self.print)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        self.retranslate()
        return card

    def _add(self, column: QVBoxLayout, need: str, key: str, field: QWidget | None) -> None:
        label = Label(key)
        column.addWidget(label)
        parts = [label]
        if field is not None:
            label.setBuddy(field)
            column.addWidget(field)
        self._parts.setdefault(need, []).extend([*parts, *([field] if field is not None else [])])

    # ---- keys

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What the keyboard does here."""
        here = "actions.group.course"
        find = "dossier.find"
        return [
            Action("course.take", "course.take", "Ctrl+Return", lambda app: self._take(), group=here, scope=find),
            Action(
                "messages.contact",
                "messages.contact",
                "Ctrl+M",
                lambda app: self.contact.toggle(),
                group=here,
                scope="dossier.take",
            ),
            Action(
                "course.ask",
                "course.ask_any",
                KEY,
                lambda app: self.request.ask(),
                group=here,
                scope="exception.ask",
            ),
            Action("course.print", "course.print_any", "Ctrl+P", lambda app: self._print(), group=here, scope=find),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the dossier."""
        if event.key() == Qt.Key.Key_Escape and self.contact.is_open:
            self.contact.close_fields()
        elif event.key() == Qt.Key.Key_Escape:
            self._go_back()
        else:
            super().keyPressEvent(event)

    def _go_back(self) -> None:
        self._app.window.go("intake")

    # ---- showing

    def arrive(self) -> None:
        """The page came to the front: for the dossier that is open."""
        shell = self._app.window.shell
        dossier = shell.dossier if shell is not None else None
        if dossier != self._dossier:
            self._dossier, self._view = dossier, None
            self._clear()
        self.load()
        self.past.arrive(dossier)
        self.steps.setFocus()

    def load(self) -> None:
        """Ask the desk where it stands."""
        dossier = self._dossier
        if self._loading or dossier is None:
            return
        self._loading = True
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.course.view(dossier), self.show_view, self._failed
        )

    def show_view(self, view: CourseView) -> None:
        """Show where a dossier stands."""
        self._loading = False
        if view.dossier != self._dossier:
            self.load()
            return
        self._view = view
        self.none.setVisible(not view.choices)
        self.steps.setVisible(bool(view.choices))
        self.take.setVisible(bool(view.choices))
        self.steps.set_options([_choice(number, one) for number, one in enumerate(view.choices, 1)])
        self.request.show_choices(view.choices, self._app.may("exception.ask", of_dossier=True))
        self._show_papers()
        self._order()
        self.past.show_view(view)
        self._show_form()
        self.print.setVisible(bool(self._printable()))
        self.retranslate()

    def retranslate(self) -> None:
        """Names and days in the language of the moment."""
        for field, key in (
            (self.reason, "course.reason"),
            (self.basis, "course.basis"),
            (self.further, "course.further"),
            (self.on, "course.due"),
            (self.at, "course.due_time"),
            (self.steps, "course.next"),
        ):
            field.setAccessibleName(t(key))
        self.reason.setPlaceholderText(t("course.reason_hint"))
        self.basis.setPlaceholderText(t("course.basis_hint"))
        self.further.setPlaceholderText(t("course.further_hint"))
        view = self._view
        if view is None:
            return
        self.context.setText(" · ".join(part for part in (view.code, view.name_of_person) if part))
        for check in self._papers.values():
            check.setAccessibleName(check.text())
        self.print.say("course.print", form=self._printable())
        self.request.retranslate()

    def _order(self) -> None:
        """Tab goes through the page as it is read; rows of the list are made when needed, so the order is too."""
        request = (self.request.ask_it, self.request.why.text)
        fields = (self.further, self.reason, self.basis, self.on, self.at, self.take, self.print)
        for before, behind in pairwise([*self.steps.rows(), *request, *self._papers.values(), *fields]):
            QWidget.setTabOrder(before, behind)

    def _show_papers(self) -> None:
        view = self._view
        if view is None or list(self._papers) == [one.code for one in view.papers]:
            return
        for check in self._papers.values():
            self._checks.removeWidget(check)
            check.hide()
            check.deleteLater()
        self._papers = {one.code: CheckInput() for one in view.papers}
        for one in view.papers:
            check = self._papers[one.code]
            check.setText(words(one.name))
            check.set_value("yes" if one.lacking else "")
            self._checks.addWidget(check)
        self._parts["items"] = [part for part in self._parts["items"] if not isinstance(part, CheckInput)]
        self._parts["items"] += list(self._papers.values())

    def _chosen(self) -> StepChoice | None:
        view, code = self._view, self.steps.value()
        return next((one for one in view.choices if one.code == code), None) if view is not None else None

    def _show_form(self) -> None:
        choice = self._chosen()
        needs = choice.needs if choice is not None else frozenset()
        for need, parts in self._parts.items():
            for part in parts:
                part.setVisible(need in needs)
        self._fields.setVisible(any(needs & {need} for need in self._parts))
        self.take.setEnabled(choice is not None)
        if choice is not None and choice.due_at is not None and not self.on.value():
            due = in_hanoi(choice.due_at)
            self.on.set_value(due.date().isoformat())
            self.at.set_value(due.strftime(TIME))

    def _clear(self) -> None:
        for field in (self.reason, self.basis, self.further, self.on, self.at):
            field.set_value("")
        self.steps.set_value("")
        self.request.forget()
        self.fault.clear()

    # ---- taking a step

    def _take(self) -> None:
        commit_open_syllable()
        if self.contact.is_open:
            self.contact.write()
            return
        if self.request.is_open:
            self.request.send()
            return
        choice, dossier = self._chosen(), self._dossier
        if choice is None or dossier is None or self.take.busy:
            return
        items = [code for code, check in self._papers.items() if check.value() == "yes"]
        items += [one for one in self.further.value().split(";") if one.strip()]
        self.fault.clear()
        self.take.set_busy("course.taking")
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.course.take(
                dossier,
                choice.code,
                reason=self.reason.value() if "reason" in choice.needs else "",
                basis=self.basis.value() if "basis" in choice.needs else "",
                items=items if "items" in choice.needs else (),
                due_at=self._due() if "due" in choice.needs else None,
            ),
            self._taken,
            self._failed,
        )

    def _ask_supervisor(self, code: str, reason: str) -> None:
        dossier = self._dossier
        if dossier is None:
            return
        self.fault.clear()
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.exceptions.raise_by_hand(dossier, code, reason),
            lambda _view: self._asked(),
            self._failed,
        )

    def _asked(self) -> None:
        self.load()
        self._app.bridge.deliver_now()

    def _due(self) -> datetime | None:
        on = day(self.on.value())
        try:
            at = time.fromisoformat(self.at.value())
        except ValueError:
            return None
        return moment_of(on, at) if on is not None else None

    def _taken(self, view: CourseView) -> None:
        self.take.set_busy()
        self._clear()
        self.show_view(view)
        self.steps.setFocus()
        self._app.bridge.deliver_now()

    def _failed(self, error: Exception) -> None:
        self._loading = False
        self.take.set_busy()
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)
            field = {
                "STEP_REASON": self.reason,
                "STEP_BASIS": self.basis,
                "STEP_ITEMS": next(iter(self._papers.values()), self.further),
                "STEP_DUE": self.on,
            }.get(error.code)
            if field is not None and field.isVisible():
                field.setFocus()

    # ---- paper

    def _printable(self) -> str:
        """The form that the last step brought out."""
        passed = self._view.passed if self._view is not None else ()
        return passed[-1].form if passed else ""

    def _print(self) -> None:
        form, dossier = self._printable(), self._dossier
        if not form or dossier is None or self.print.busy:
            return
        self.print.set_busy("course.printing")
        self._app.jobs.start(
            "printer",
            self,
            lambda cancel, progress: self._app.desk.receipts.print(dossier, form, cancel),
            lambda _view: self._printed(),
            self._not_printed,
        )

    def _printed(self) -> None:
        self.print.set_busy()
        self.print.say("course.print", form=self._printable())

    def _not_printed(self, error: Exception) -> None:
        self._printed()
        if isinstance(error, Refusal):
            self.fault.show_refusal(error)

    def _changed(self, dossiers: frozenset[UUID]) -> None:
        if self.isVisible() and self._dossier in dossiers:
            self.load()
            self.past.look()


def _choice(number: int, one: StepChoice) -> ChoiceView:
    arrow = Words(f"→ {one.to.vi}", f"→ {one.to.en}")
    detail = one.problem.words if one.problem is not None else arrow
    key = str(number) if number < 10 and one.problem is None else ""
    return ChoiceView(one.code, one.name, one.problem is None, detail, key)
