"""The line below the head of a dossier that another desk has open: which, who, since when; and the way to take over.

.---------------------------------------------------------------------.
| ! Desk Q02 · Nguyễn Thu Hà has it open since 09:12      [Take over] |
|   It can be looked at only.                                         |
|   Reason: [______________________________] [Take over] [Cancel]     |
'---------------------------------------------------------------------'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import theme
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import SecondaryButton
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.views import LeaseView

TAKE_OVER_KEY = "Ctrl+Shift+T"


class LeaseLine(QWidget):
    """Hidden while the dossier is this desk's, or nobody knows whose."""

    wanted = Signal(str)
    """Take it over, for this reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        self.notice = Notice("warn")
        self.take = SecondaryButton("lease.take_over", TAKE_OVER_KEY, "lock")
        self.take.clicked.connect(self.ask)
        self.notice.buttons.addWidget(self.take)
        self.reason = AskLine("lease.reason", "lease.take_over")
        self.reason.answered.connect(self.wanted)
        for over in (self.reason.answered, self.reason.shut):
            over.connect(self.take.show)
        column.addWidget(self.notice)
        column.addWidget(self.reason)
        self.hide()

    def show_lease(self, lease: LeaseView | None) -> None:
        """Show whose it is."""
        theirs = lease is not None and lease.state == "theirs"
        if lease is not None and theirs:
            self.notice.show_words(lease.words, lease.remedy)
        else:
            self.reason.hide()
            self.take.show()
        self.setVisible(theirs)

    def ask(self) -> None:
        """Why, please."""
        if self.isVisible():
            # One button to press, and it is beside the answer.
            self.take.hide()
            self.reason.ask()
