"""The five steps across the top: where the dossier stands, what is done, which key goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from clerk_app.domain.dossier import STEPS, Step
from ui import theme
from ui.texts import t, words
from ui.widgets.kit import KeyCap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clerk_app.desk.views import StepView

KEYS = {"identity": "F2", "application": "F3", "papers": "F4", "fee": "F5", "receipt": "F6"}


class StepButton(QPushButton):
    """One step: a number or a tick, its name, its key."""

    def __init__(self, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = step
        self._view: StepView | None = None
        self._narrow = False
        self.setProperty("class", "step")
        self.setProperty("state", "open")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(44)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 12, 6)
        self._name = QLabel()
        self._name.setProperty("class", "step-name")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._key = KeyCap(KEYS[step])
        for part in (self._name, self._key):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(self._name, 1)
        row.addWidget(self._key)

    def show_step(self, view: StepView, current: bool) -> None:
        """Show its name, whether it is done and whether the clerk is in it."""
        self._view = view
        state = "current" if current else "done" if view.done else "open"
        if self.property("state") != state:
            theme.mark(self, state=state)
            theme.mark(self._name)
        self.setEnabled(view.reachable)
        self.retranslate()

    def set_narrow(self, narrow: bool) -> None:
        """With little room the number goes; the key says the same."""
        self._narrow = narrow
        self._row.setContentsMargins(*((8, 6, 6, 6) if narrow else (14, 6, 12, 6)))
        self._row.setSpacing(2 if narrow else 6)
        self.retranslate()

    def retranslate(self) -> None:
        view = self._view
        if view is None:
            return
        sign = "✓" if view.done else str(STEPS.index(self.step) + 1)
        shown = view.done or not self._narrow
        gap = " " if self._narrow else "  "
        self._name.setText(f"{sign}{gap}{words(view.title)}" if shown else words(view.title))
        state = t("intake.step.done") if view.done else t("intake.step.open")
        here = f", {t('intake.step.here')}" if self.property("state") == "current" else ""
        self.setAccessibleName(f"{words(view.title)}, {state}{here}")
        self.setAccessibleDescription(KEYS[self.step])


class Stepper(QWidget):
    """The row of steps; `asked` says that the clerk wants to go to one."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.buttons: dict[Step, StepButton] = {}
        for step in STEPS:
            button = StepButton(step, self)
            button.clicked.connect(lambda _on=False, step=step: self.asked.emit(step))
            self.buttons[step] = button
            row.addWidget(button, 1)

    def show_steps(self, views: Iterable[StepView], current: Step) -> None:
        """Show the steps with `current` raised."""
        for view in views:
            self.buttons[view.step].show_step(view, view.step == current)

    def set_narrow(self, narrow: bool) -> None:
        """How much room there is."""
        for button in self.buttons.values():
            button.set_narrow(narrow)

    def retranslate(self) -> None:
        for button in self.buttons.values():
            button.retranslate()
