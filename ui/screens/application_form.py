"""Step 2: what is asked for. The form as the law of the day wants it, and what somebody must decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from clerk_app.domain.refusals import Words
from ui import theme
from ui.form import Form
from ui.screens.exceptions import ExceptionList
from ui.screens.step import StepPage
from ui.widgets.differences import DifferenceCard
from ui.widgets.kit import Card
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.views import IntakeView
    from ui.dossier_work import DossierWork


GROWN_AT_ONCE = 2


class ApplicationPage(StepPage):
    """The catalogue's form; further refusals, warnings and exceptions below it.

    What the law says to it and why stands beside the page and moves nothing here.
    """

    step = "application"

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["l"])
        card = Card()
        self.form = Form(work.changes)
        self.form.edited.connect(self._edited)
        self.form.entered.connect(lambda name: work.at("application", name))
        self.form.left.connect(lambda _name: work.save_soon())
        card.body.addWidget(self.form)
        column.addWidget(card)
        self._refusals: list[Notice] = []
        self._warnings: list[Notice] = []
        self._notices = QVBoxLayout()
        """Below the form: what comes and goes there moves no field."""
        self._notices.setSpacing(theme.SPACE["s"])
        column.addLayout(self._notices)
        self.differences = DifferenceCard()
        """Beside what a supervisor decides on stands what they decide by."""
        column.addWidget(self.differences)
        self._decisions = Card("intake.exception.title")
        self.exceptions = ExceptionList(work)
        self.exceptions.entered.connect(lambda code: work.at("application", f"exception.{code}"))
        self._decisions.body.addWidget(self.exceptions)
        column.addWidget(self._decisions)
        column.addStretch(1)

    def grow(self, view: IntakeView) -> bool:
        return self.form.make_some(view.application.fields, GROWN_AT_ONCE) and self.exceptions.make_one()

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        form = view.application
        if self.form.changes is not self.work.changes:
            self.exceptions.forget()
        self.form.begin(self.work.changes)
        self.form.show_fields(form.fields, checked)
        further = form.refusals[1:] if form.verdict is not None else form.refusals
        self._show_notices(self._refusals, "bad", tuple((one.words, Words(one.basis, one.basis)) for one in further))
        self._show_notices(self._warnings, "warn", tuple((said, Words("", "")) for said in form.warnings))
        self.exceptions.show_exceptions(
            form.exceptions, self.work.allows("exception.ask") or self.work.allows("exception.decide")
        )
        self._decisions.setVisible(bool(form.exceptions))
        self.differences.show_differences(view.identity.differences if form.exceptions else ())

    def _show_notices(self, shown: list[Notice], tone: str, said: tuple[tuple[Words, Words], ...]) -> None:
        while len(shown) < len(said):
            shown.append(Notice(tone))
            self._notices.addWidget(shown[-1])
        for number, notice in enumerate(shown):
            if number < len(said):
                notice.show_words(*said[number])
            else:
                notice.clear()

    def _edited(self, name: str, _value: str) -> None:
        box = self.form.box(name)
        if box is not None and box.is_choice():
            self.work.save_now()
        else:
            self.work.save_soon()

    def primary(self) -> tuple[str, str, bool]:
        return "intake.next.papers", "Enter", True

    def blocked(self, view: IntakeView) -> bool:
        wrong = self.form.first_problem()
        if wrong:
            self.form.focus_field(wrong)
        elif view.application.refusals:
            self.form.focus_field("case")
        return bool(wrong or view.application.refusals)

    def focus_on(self, name: str = "") -> None:
        code = name.removeprefix("exception.")
        if code in self.exceptions.panels:
            self.exceptions.panels[code].focus_first()
        elif not (name and self.form.focus_field(name)):
            self.form.focus_field()
