"""What the form asks of the papers themselves: one line that says what is known, opened by a key to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ui.form import Form
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Text
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from clerk_app.desk.views import FieldView
    from ui.form import Changes

KEY = "E"


class PaperFields(QFrame):
    """Folded it costs one line. Enter and Esc fold it again; what was typed is saved like every other field."""

    shut = Signal()

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.setProperty("class", "paper-fields")
        self._fields: tuple[FieldView, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 2, 6, 2)
        column.setSpacing(4)
        row = QHBoxLayout()
        self._line = Text(look="caption")
        self._line.setMinimumWidth(1)
        self.open_button = narrow(QuietButton("intake.fields.open", KEY))
        self.open_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.open_button.clicked.connect(self.toggle)
        row.addWidget(self._line, 1)
        row.addWidget(self.open_button)
        column.addLayout(row)
        self.form = Form(changes)
        self.form.hide()
        column.addWidget(self.form)
        self.hide()

    def show_fields(self, fields: tuple[FieldView, ...], changes: Changes, editable: bool) -> None:
        """Show what is known of them; nothing where nothing is asked."""
        self._fields = fields
        self.form.begin(changes)
        self.form.show_fields(fields)
        self.open_button.setVisible(editable)
        self.setVisible(bool(fields))
        self.retranslate()

    @property
    def is_open(self) -> bool:
        """Whether the fields themselves are shown."""
        return not self.form.isHidden()

    def toggle(self) -> None:
        """Open with the caret in the first field, or fold."""
        if self.is_open:
            self.fold()
        elif not self.isHidden():
            self.form.show()
            self.retranslate()
            self.form.focus_field()

    def fold(self) -> None:
        """Back to one line."""
        self.form.hide()
        self.retranslate()
        self.shut.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc end the filling in; no other key of the step works from inside a field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape) and self.is_open:
            self.fold()

    def retranslate(self) -> None:
        """The line in the language of the moment."""
        said = [_said(field) for field in self._fields if field.value]
        text = " · ".join(said) if said else t("intake.fields.none")
        self._line.setText(t("intake.fields.title", values=text))
        self._line.setToolTip(self._line.text())
        self.open_button.say("intake.fields.shut" if self.is_open else "intake.fields.open")


def _said(field: FieldView) -> str:
    """A field's value as a person reads it."""
    chosen = next((words(both) for code, both in field.choices if code == field.value), "")
    if field.kind == "date" and field.value.count("-") == 2:
        return "/".join(reversed(field.value.split("-")))
    return chosen or field.value
