"""How the citizen is reached: one masked line with a button, and behind it the fields, out of sight until asked for.

Ctrl+M opens them, Ctrl+Enter writes them down, Esc leaves them as they were.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.desk.messages import LONGEST, ContactView
from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.choices import ChoiceRow
from ui.widgets.inputs import PhoneInput, TextInput
from ui.widgets.kit import Label, Text
from ui.widgets.scrolling import Scrolling

_WISHES = (
    ("", Words("Tùy cơ quan", "As the office does")),
    ("sms", Words("Tin nhắn", "Text message")),
    ("email", Words("Thư điện tử", "E-mail")),
)
_LANGUAGES = (("vi", Words("Tiếng Việt", "Vietnamese")), ("en", Words("Tiếng Anh", "English")))
_AGREED = (
    ("", Words("Chưa hỏi", "Not asked")),
    ("yes", Words("Đồng ý", "Agrees")),
    ("no", Words("Không", "Does not")),
)


class ContactCard(QWidget):
    """The line, and the fields. `opened` says whether the fields are in sight; `saved` carries what they hold."""

    opened = Signal(bool)
    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._view: ContactView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.shown = Text(look="caption")
        self.shown.setWordWrap(True)
        row.addWidget(self.shown, 1)
        self.open_button = QuietButton("messages.contact", "Ctrl+M", "user")
        self.open_button.clicked.connect(self.toggle)
        row.addWidget(self.open_button)
        column.addLayout(row)
        self.fields, rows = QWidget(), QWidget()
        whole, inside = QVBoxLayout(self.fields), QVBoxLayout(rows)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.SPACE["s"])
        inside.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        inside.setSpacing(theme.SPACE["s"])
        self.phone, self.email = PhoneInput(), TextInput(LONGEST)
        self.wish, self.language, self.extras = ChoiceRow(), ChoiceRow(), ChoiceRow()
        for key, one in (
            ("messages.phone", self.phone),
            ("messages.email", self.email),
            ("messages.wish", self.wish),
            ("messages.language", self.language),
            ("messages.extras", self.extras),
        ):
            label = Label(key)
            label.setWordWrap(True)
            label.setBuddy(one)
            inside.addWidget(label)
            inside.addWidget(one)
        self.wish.set_choices(_WISHES)
        self.language.set_choices(_LANGUAGES)
        self.extras.set_choices(_AGREED)
        inside.addStretch(1)
        # A low window has no room for all of them; the button stays in sight.
        self._scrolling = Scrolling(rows)
        whole.addWidget(self._scrolling, 1)
        buttons = QHBoxLayout()
        self.save = SecondaryButton("messages.save", "Ctrl+Enter", "check")
        self.save.clicked.connect(self.write)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        whole.addLayout(buttons)
        column.addWidget(self.fields, 1)
        self.fields.hide()
        self.retranslate()

    @property
    def is_open(self) -> bool:
        """Whether the fields are in sight."""
        return not self.fields.isHidden()

    def show_contact(self, view: ContactView, may_write: bool) -> None:
        """Show how the citizen is reached. What is being typed is left alone."""
        self._view = view
        self.open_button.setVisible(may_write)
        if not self.is_open:
            self._fill()
        self.retranslate()

    def toggle(self) -> None:
        """Bring the fields into sight, or put them away as they were."""
        if not self.open_button.isVisibleTo(self):
            return
        self._fill()
        self.fields.setVisible(not self.is_open)
        self.opened.emit(self.is_open)
        if self.is_open:
            self.phone.setFocus()

    def close_fields(self) -> None:
        """Put the fields away."""
        if self.is_open:
            self.toggle()

    def write(self) -> None:
        """Hand over what the fields hold."""
        if self.is_open and not self.save.busy:
            said: dict[str, Any] = {
                "phone": self.phone.value(),
                "email": self.email.value(),
                "wish": self.wish.value(),
                "language": self.language.value() or "vi",
                "extras": self.extras.value(),
            }
            self.saved.emit(said)

    def point_at(self, code: str) -> None:
        """Let the caret stand in the field that a refusal is about."""
        field = {"CONTACT_PHONE": self.phone, "CONTACT_EMAIL": self.email}.get(code)
        if self.is_open and field is not None:
            field.setFocus()
            self._scrolling.bring_into_sight(field)

    def _fill(self) -> None:
        view = self._view
        if view is None:
            return
        self.phone.set_value(view.phone)
        self.email.set_value(view.email)
        self.wish.set_value(view.wish)
        self.language.set_value(view.language)
        self.extras.set_value(view.extras)

    def retranslate(self) -> None:
        """Names in the language of the moment."""
        for key, one in (
            ("messages.phone", self.phone),
            ("messages.email", self.email),
            ("messages.wish", self.wish),
            ("messages.language", self.language),
            ("messages.extras", self.extras),
        ):
            one.setAccessibleName(t(key))
        if self._view is not None:
            self.shown.setText(words(self._view.shown))
