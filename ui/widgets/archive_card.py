"""Archive copies that wait for an officer's signature: how many, how the token stands, one PIN for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from clerk_app.domain.refusals import Refusal
from ui.texts import t, words
from ui.widgets.ask_line import AskLine
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Card, Muted, Text
from ui.widgets.notice import Notice

if TYPE_CHECKING:
    from clerk_app.desk.archive import Troubles
    from clerk_app.desk.archive_view import ArchiveView
    from ui.application import App
    from ui.jobs import Cancel, Progress

MOST_CODES = 6


class ArchiveCard(Card):
    """Hidden while nothing waits. Without a token its key is grey and says what is missing."""

    def __init__(self, app: App) -> None:
        super().__init__("archive.title")
        self._app = app
        self._view: ArchiveView | None = None
        self._looking = False
        self._count = Text(look="count")
        self.head.addWidget(self._count)
        self._which = Text(look="muted")
        self._which.setWordWrap(True)
        self.body.addWidget(self._which)
        row = QHBoxLayout()
        self._token = Muted()
        self.sign_button = SecondaryButton("archive.sign", "", "shield-check")
        self.sign_button.clicked.connect(self.ask)
        row.addWidget(self._token, 1)
        row.addWidget(self.sign_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.pin = AskLine("archive.pin", "archive.sign.now", secret=True)
        self.pin.answered.connect(self._sign)
        self.pin.shut.connect(self.sign_button.setFocus)
        self.body.addWidget(self.pin)
        self.notice = Notice("bad", closable=True)
        self.body.addWidget(self.notice)
        self.hide()

    def look(self) -> None:
        """Ask what waits and how the token stands; a look at the token takes a moment."""
        if self._looking:
            return
        self._looking = True
        self._app.jobs.start(
            "reading", self, lambda cancel, progress: self._app.desk.archive.view(), self.show_view, self._lost
        )

    def show_view(self, view: ArchiveView) -> None:
        """Show what waits."""
        self._looking = False
        self._view = view
        self.setVisible(bool(view.lines))
        self.sign_button.setEnabled(view.token.state in ("ready", "last_try"))
        if not self.sign_button.isEnabled():
            self.pin.hide()
        self.retranslate()

    def ask(self) -> None:
        """The PIN, please."""
        if self.sign_button.isEnabled():
            self.notice.clear()
            self.pin.ask()

    def _sign(self, pin: str) -> None:
        view = self._view
        if view is None or not view.token.tokens:
            return
        token = view.token.tokens[0]
        items = [(line.dossier, line.paper) for line in view.lines if line.state == "unsigned"]
        self.sign_button.set_busy("archive.signing")

        def work(cancel: Cancel, progress: Progress) -> Troubles:
            return self._app.desk.archive.sign(token, pin, items, progress)

        self._app.jobs.start("reading", self, work, self._signed, self._failed)

    def _signed(self, told: Troubles) -> None:
        self.sign_button.set_busy()
        if told.failed:
            self.notice.set_tone("bad")
            self.notice.show_refusal(told.failed[0][1])
        else:
            self.notice.set_tone("good")
            self.notice.say("archive.signed", count=told.done)
        self.look()

    def _failed(self, error: Exception) -> None:
        self.sign_button.set_busy()
        if isinstance(error, Refusal):
            self.notice.set_tone("bad")
            self.notice.show_refusal(error)
        self.look()

    def _lost(self, _error: Exception) -> None:
        self._looking = False

    def retranslate(self) -> None:
        """Counts and words in the language of the moment."""
        view = self._view
        if view is None:
            return
        codes = list(dict.fromkeys(line.code for line in view.lines))
        more = t("archive.more", count=len(codes) - MOST_CODES) if len(codes) > MOST_CODES else ""
        self._count.setText(str(len(view.lines)))
        self._which.setText(" · ".join([*codes[:MOST_CODES], *([more] if more else [])]))
        ready = view.token.state in ("ready", "last_try")
        token = words(view.token.words)
        self._token.setText(token if ready else f"{token} {words(view.token.remedy)}")
        self.sign_button.say("archive.sign", count=len(view.lines))
