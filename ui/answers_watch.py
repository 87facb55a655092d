"""What a supervisor answered, told wherever the clerk is; one key takes them to the dossier and the field.

a change comes in --> answers that are new --> a banner, and a count beside today's list
                      `--Ctrl J--> the oldest of them: its dossier, its field, its words above the page
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from ui.widgets.buttons import SecondaryButton

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import AnswerView
    from ui.screens.intake import IntakeScreen
    from ui.shell import Shell

TONES = {"granted": "good", "refused": "bad", "more": "warn", "late": "warn", "confirmed": "info"}
FOR_CLERKS = ("granted", "refused", "more")
COUNT_AFTER_MS = 300
"""How long after a change the requests are counted: several come at once."""


class AnswersWatch(QObject):
    """Listens for one signed-in person; remembers what it told."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._app = shell.app
        self._told: set[str] = set()
        self._waiting: list[AnswerView] = []
        self._going: AnswerView | None = None
        """Its dossier is on its way to the screen."""
        self.decides = self._app.may("exception.decide")
        self._open = SecondaryButton("approvals.answer.open", "Ctrl+J")
        self._open.clicked.connect(self.go)
        self._open.hide()
        shell.notice.buttons.addWidget(self._open)
        shell.notice.closed.connect(self._open.hide)
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(COUNT_AFTER_MS)
        self._count.timeout.connect(self._count_now)
        self._app.bridge.changed.connect(self._changed)
        self._ask(None)
        self._count.start()

    @property
    def waiting(self) -> int:
        """How many answers the clerk has not gone to yet."""
        return len(self._waiting)

    def go(self) -> None:
        """Open the dossier of the oldest answer at the field that it points at."""
        if not self._waiting:
            self._shell.show_notice("info").say("approvals.answer.none")
            return
        answer = self._waiting.pop(0)
        self._show_count()
        self._shell.notice.clear()
        intake = self._shell.dossier_page
        self._going = answer
        if intake is not None and intake.dossier() == answer.dossier and self._shell.dossier == answer.dossier:
            self._shell.go("intake")
            self.shown(intake)
            return
        self._shell.flush()
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: replace(
                self._app.desk.intake.take_up(answer.dossier),
                step=answer.step or "application",
                focus=answer.field,
            ),
            self._shell.show_dossier,
        )

    def shown(self, intake: IntakeScreen) -> None:
        """A dossier stands there: if it is the one that somebody went to, at its field and with what was said."""
        answer = self._going
        if answer is None or intake.dossier() != answer.dossier:
            return
        self._going = None
        intake.go_to(answer.step or "application", answer.field)
        intake.notice.set_tone(TONES[answer.outcome])
        intake.notice.show_words(answer.words, answer.detail)

    def _changed(self, dossiers: frozenset[UUID]) -> None:
        self._ask(dossiers)
        self._count.start()

    def _ask(self, dossiers: frozenset[UUID] | None) -> None:
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.approvals.answers(dossiers),
            lambda found: self._came(dossiers, found),
            lambda error: None,
        )

    def _came(self, dossiers: frozenset[UUID] | None, found: tuple[AnswerView, ...]) -> None:
        if dossiers is not None:
            # What was asked again or is over waits for nobody.
            still = {one.key for one in found}
            self._waiting = [one for one in self._waiting if one.dossier not in dossiers or one.key in still]
        fresh = [one for one in found if one.key not in self._told]
        self._told |= {one.key for one in fresh}
        self._waiting += [one for one in fresh if one.outcome in FOR_CLERKS]
        self._show_count()
        if fresh:
            self._say(fresh[-1])

    def _say(self, answer: AnswerView) -> None:
        self._shell.show_notice(TONES[answer.outcome]).show_words(answer.words, answer.detail)
        self._open.setVisible(answer.outcome in FOR_CLERKS)

    def _show_count(self) -> None:
        self._shell.items["queue"].show_count(len(self._waiting))

    def _count_now(self) -> None:
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.approvals.waiting(),
            self._counted,
            lambda error: None,
        )

    def _counted(self, waiting: int | None) -> None:
        """None: this person decides nothing, and the page is not theirs."""
        item = self._shell.items["approvals"]
        self.decides = waiting is not None
        item.setVisible(waiting is not None)
        item.show_count(waiting or 0)
