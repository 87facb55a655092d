"""The messages that followed from a step, under it: way, masked address, time; a pill with the state; why, if not."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.desk.messages import MessageView
from ui import theme
from ui.texts import words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Badge, Muted, Text


class MessageLine(QWidget):
    """One message. `again` is there where whoever sits here may have it sent once more; one that waits for an address
    or a consent goes by itself once the contact is written down."""

    def __init__(self, view: MessageView, repeat: Callable[[UUID], None]) -> None:
        super().__init__()
        self._view = view
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["m"], theme.SPACE["xs"], 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["s"])
        self.told, self.badge, self.why = Text(look="caption"), Badge(), Muted()
        self.told.setWordWrap(True)
        row.addWidget(self.told, 1)
        self.badge.show_badge(view.badge)
        row.addWidget(self.badge)
        column.addLayout(row)
        # The button has a row of its own beside the cause: the words of both languages are too long for one.
        below = QHBoxLayout()
        below.setSpacing(theme.SPACE["s"])
        below.addWidget(self.why, 1)
        self.again = QuietButton("messages.again", icon="send")
        self.again.clicked.connect(lambda: repeat(view.id))
        self.again.setVisible(view.again and view.state in ("failed", "unknown", "pointless"))
        below.addWidget(self.again)
        column.addLayout(below)
        self.retranslate()

    def retranslate(self) -> None:
        """The same in the language of the moment; the whole text and the right by which it goes on a pause."""
        view = self._view
        self.told.setText(words(view.told))
        self.why.setText(words(view.why))
        self.why.setVisible(bool(words(view.why)))
        self.setToolTip(f"{view.text}\n\n{words(view.right)}")
        self.again.setAccessibleName(f"{self.again.words()}: {words(view.told)}")
