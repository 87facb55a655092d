"""Asks a supervisor to let a step be taken that stands in the list and may not be taken by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Muted

if TYPE_CHECKING:
    from clerk_app.desk.course import StepChoice

KEY = "Ctrl+E"


class StepRequest(QWidget):
    """nothing to ask for --> a button --Ctrl+E--> why? --Enter--> waits for a supervisor --> nothing, or the button"""

    wanted = Signal(str, str)
    """The exception, and why it is asked for."""
    left = Signal()
    """Nothing is asked any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice: StepChoice | None = None
        self._waiting: Sequence[StepChoice] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        self.waits = Muted()
        self.waits.setWordWrap(True)
        row = QHBoxLayout()
        self.ask_it = SecondaryButton("course.ask", KEY, "shield-check")
        self.ask_it.clicked.connect(self.ask)
        row.addWidget(self.ask_it)
        row.addStretch(1)
        self.why = AskLine("course.ask_why", "course.ask_send")
        self.why.answered.connect(self._answered)
        self.why.shut.connect(self._left)
        column.addWidget(self.waits)
        column.addLayout(row)
        column.addWidget(self.why)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether the reason is being asked for."""
        return not self.why.isHidden()

    def show_choices(self, choices: Sequence[StepChoice], may: bool) -> None:
        """Offer the first that nobody asked for yet to whoever `may` ask, and say of the others that they wait."""
        before = self._choice.ask if self._choice is not None else ""
        self._waiting = [one for one in choices if one.asked]
        self._choice = next((one for one in choices if one.ask and not one.asked and may), None)
        if self._choice is None or self._choice.ask != before:
            self.why.hide()
        self._show()

    def forget(self) -> None:
        """Another dossier: what was typed for the one before is nobody's."""
        self._choice, self._waiting = None, ()
        self.why.text.set_value("")
        self.why.hide()
        self._show()

    def ask(self) -> None:
        """Why, please; what is written by now stays."""
        if self._choice is not None and not self.is_open:
            self.ask_it.hide()
            self.why.ask_for(t("course.ask_why", step=words(self._choice.name)), "course.ask_send")

    def send(self) -> None:
        """Ask for it, with what is written; without a reason it is asked for that."""
        self.why.answer()

    def retranslate(self) -> None:
        """Names in the language of the moment."""
        if self._choice is not None:
            self.ask_it.say("course.ask", step=words(self._choice.name))
        steps = "; ".join(words(one.name) for one in self._waiting)
        self.waits.setText(t("course.ask_waits", step=steps) if steps else "")

    def _show(self) -> None:
        self.ask_it.setVisible(self._choice is not None and not self.is_open)
        self.waits.setVisible(bool(self._waiting))
        self.setVisible(self._choice is not None or bool(self._waiting))
        self.retranslate()

    def _answered(self, reason: str) -> None:
        if self._choice is not None:
            self.wanted.emit(self._choice.ask, reason)
        self._left()

    def _left(self) -> None:
        self._show()
        self.left.emit()
