"""A field on a page over the window: its words above, what is wrong with it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.texts import t
from ui.theme import SPACE, mark
from ui.widgets.kit import Label
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.domain.refusals import Refusal


class Entry(QWidget):
    """A field with its words above and, when something is wrong with it, the cause and the remedy below."""

    def __init__(self, key: str, secret: bool = False) -> None:
        super().__init__()
        self._key = key
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE["xs"])
        self.label = Label(key)
        self.edit = QLineEdit()
        self._notice: Notice | None = None
        self.label.setBuddy(self.edit)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        for part in (self.label, self.edit):
            column.addWidget(part)
        self.edit.textEdited.connect(self.clear_problem)
        self.retranslate()

    @property
    def notice(self) -> Notice:
        """Where it is said what is wrong; made when it is first needed, the first frame has nothing to say."""
        if self._notice is None:
            self._notice = Notice("bad")
            self._column.addWidget(self._notice)
        return self._notice

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def show_problem(self, key: str) -> None:
        """Say what is wrong here and put the cursor here."""
        self.notice.say(key)
        self._point_here()

    def show_refusal(self, refusal: Refusal) -> None:
        """Say the true cause and the remedy here, and put the cursor here."""
        self.notice.show_refusal(refusal)
        self._point_here()

    def clear_problem(self) -> None:
        """Nothing is wrong any more."""
        if self._notice is not None and not self._notice.isHidden():
            self._notice.clear()
            mark(self.edit, wrong="no")

    def retranslate(self) -> None:
        """The name for a screen reader follows the language."""
        self.edit.setAccessibleName(t(self._key))

    def _point_here(self) -> None:
        mark(self.edit, wrong="yes")
        self.edit.setAccessibleDescription(self.notice.accessibleName())
        self.edit.setFocus()
        self.edit.selectAll()
