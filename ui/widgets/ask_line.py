"""A question that takes one line of text, where the work is: Enter answers it, Esc leaves everything as it was."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.inputs import TextInput, commit_open_syllable
from ui.widgets.kit import Label

LONGEST = 500


class AskLine(QFrame):
    """Hidden until something is asked."""

    answered = Signal(str)
    shut = Signal()

    def __init__(self, label_key: str, answer_key: str, parent: QWidget | None = None, *, secret: bool = False) -> None:
        """A `secret` is not shown while it is typed, and forgotten when it was given."""
        super().__init__(parent)
        self.setProperty("class", "ask")
        # The question stands above: what is answered deserves the whole width, also beside a narrow list.
        body = QVBoxLayout(self)
        body.setContentsMargins(theme.SPACE["m"], theme.SPACE["s"], theme.SPACE["m"], theme.SPACE["s"])
        body.setSpacing(theme.SPACE["xs"])
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self._label = Label(label_key)
        self.text = TextInput(LONGEST)
        if secret:
            self.text.setEchoMode(QLineEdit.EchoMode.Password)
        self._answer = PrimaryButton(answer_key, "Enter")
        self._shut = SecondaryButton("intake.cancel", "Esc")
        self._answer.clicked.connect(self.answer)
        self._shut.clicked.connect(self.close_line)
        body.addWidget(self._label)
        body.addLayout(row)
        row.addWidget(self.text, 1)
        row.addWidget(self._answer)
        row.addWidget(self._shut)
        self.retranslate()
        self.hide()

    def ask(self) -> None:
        """Ask; the caret is in the answer."""
        self.text.set_value("")
        self.show()
        self.text.setFocus()

    def ask_for(self, question: str, answer_key: str) -> None:
        """Ask something else, answered by another button."""
        self._label.setText(question)
        self._answer.say(answer_key)
        self.retranslate()
        self.ask()

    def close_line(self) -> None:
        """Nothing is asked any more."""
        self.hide()
        self.shut.emit()

    def retranslate(self) -> None:
        """The question is the name of its answer."""
        self.text.setAccessibleName(self._label.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc are answers, every other key that nobody took is nobody's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.answer()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_line()

    def answer(self) -> None:
        """Give what is written; where nothing is, it is asked for."""
        commit_open_syllable()
        answer = self.text.value().strip()
        if answer:
            self.hide()
            self.text.set_value("")
            self.answered.emit(answer)
        else:
            self.text.setPlaceholderText(t("intake.ask.needed"))
            self.text.setFocus()
