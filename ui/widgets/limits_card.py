"""What this desk runs out of soon, with the remedy of each, and the place for a code that central reads out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.limits_watch import TONES
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Card
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.grace import GraceView
    from clerk_app.desk.limits import LimitView
    from ui.application import App


class LimitsCard(Card):
    """Hidden while every limit is far."""

    asking = Signal(object)
    """The line in which it asks for a code: it is to be in sight."""

    def __init__(self, app: App) -> None:
        super().__init__("limits.title")
        self._app = app
        self._looking = False
        self.lift = SecondaryButton("limits.grace", icon="keyboard")
        self.lift.clicked.connect(self.ask)
        self.head.addWidget(self.lift, 0, Qt.AlignmentFlag.AlignTop)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.SPACE["s"])
        self.body.addLayout(self._rows)
        self.code = AskLine("limits.code", "limits.use")
        self.code.answered.connect(self._use)
        self.code.shut.connect(self.lift.setFocus)
        self.body.addWidget(self.code)
        self.notice = Notice("bad", closable=True)
        self.body.addWidget(self.notice)
        self.hide()

    def look(self) -> None:
        """Measure; the trust lists take a moment."""
        if not self._looking:
            self._looking = True
            self._app.jobs.start(
                "reading", self, lambda cancel, progress: self._app.desk.limits.now(), self.show_limits, self._lost
            )

    def show_limits(self, limits: tuple[LimitView, ...]) -> None:
        """Show those that are near."""
        self._looking = False
        near = [one for stage in ("reached", "urgent", "notice") for one in limits if one.stage == stage]
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for (stage, remedy), alike in groupby(near, key=lambda one: (one.stage, one.remedy)):
            # What has the same remedy is said together, and the remedy once.
            said = [one.words for one in alike]
            row = Notice(TONES[stage])
            row.show_words(Words("\n".join(one.vi for one in said), "\n".join(one.en for one in said)), remedy)
            # Wrapped words give way first where a page is just as high as the window.
            row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self._rows.addWidget(row)
        self.setVisible(bool(near) or not self.notice.isHidden())

    def ask(self) -> None:
        """The code, please."""
        self.notice.clear()
        self.code.ask()
        self.asking.emit(self.code)

    def _use(self, code: str) -> None:
        self.lift.set_busy("limits.checking")
        self._app.jobs.start(
            "store", self, lambda cancel, progress: self._app.desk.grace.use(code), self._used, self._failed
        )

    def _used(self, done: GraceView) -> None:
        self.lift.set_busy()
        self.notice.set_tone("good")
        self.notice.show_words(done.words)
        self.look()

    def _failed(self, error: Exception) -> None:
        self.lift.set_busy()
        if isinstance(error, Refusal):
            self.notice.set_tone("bad")
            self.notice.show_refusal(error)

    def _lost(self, _error: Exception) -> None:
        self._looking = False
