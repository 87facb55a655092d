"""What a second look found: the cause by its digit, the words, and the field that it points at.

1–9  cause        Enter  write it down        Esc  nothing was found after all
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.desk.views import ChoiceView
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.inputs import TextInput, commit_open_syllable
from ui.widgets.kit import Label, Text
from ui.widgets.options import OptionList

if TYPE_CHECKING:
    from clerk_app.desk.review_views import CauseChoice
    from clerk_app.desk.views import FieldView

LONGEST = 2000


class FindingForm(QFrame):
    """Hidden until something was found."""

    said = Signal(str, str, str)
    """Cause, words and the name of a field."""
    shut = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "ask")
        self._field: FieldView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(*([theme.SPACE["m"]] * 4))
        column.setSpacing(theme.SPACE["s"])
        column.addWidget(Label("review.cause"))
        self.causes = OptionList()
        self.comment = TextInput(LONGEST)
        self.causes.edited.connect(lambda _cause: self.comment.setFocus())
        column.addWidget(self.causes)
        self.where = Text(look="hint")
        self.where.setWordWrap(True)
        column.addWidget(self.where)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self._say = PrimaryButton("review.say", "Enter")
        self._say.clicked.connect(self._answer)
        self._shut = SecondaryButton("intake.cancel", "Esc")
        self._shut.clicked.connect(self.close_form)
        row.addWidget(self.comment, 1)
        row.addWidget(self._say)
        row.addWidget(self._shut)
        column.addLayout(row)
        self.retranslate()
        self.hide()

    def show_causes(self, causes: tuple[CauseChoice, ...]) -> None:
        """The causes that the law of the dossier knows."""
        self.causes.set_options(
            [
                ChoiceView(one.code, one.name, key=str(number) if number < 10 else "")
                for number, one in enumerate(causes, 1)
            ]
        )

    def ask(self, field: FieldView | None) -> None:
        """Something was found, perhaps in this field."""
        self._field = field
        self.causes.set_value("")
        self.comment.set_value("")
        self.show()
        self.causes.setFocus()
        self.retranslate()

    def close_form(self) -> None:
        """Nothing is said."""
        self.hide()
        self.shut.emit()

    def retranslate(self) -> None:
        self.comment.setPlaceholderText(t("review.comment"))
        self.comment.setAccessibleName(t("review.comment"))
        self.causes.setAccessibleName(t("review.cause"))
        field = self._field
        told = t("review.about", field=words(field.label)) if field is not None else t("review.about_whole")
        self.where.setText(told)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_form()

    def _answer(self) -> None:
        commit_open_syllable()
        cause, said = self.causes.value(), self.comment.value().strip()
        if not cause:
            self.causes.setFocus()
        elif not said:
            self.comment.setFocus()
        else:
            self.hide()
            self.said.emit(cause, said, self._field.name if self._field is not None else "")
