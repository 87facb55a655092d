"""The window's ear on the line: what others do comes at once, and a line that is back is noticed by itself.

- stopped: nobody is signed in, or central refuses this station
- listening: one request waits at central in the lane `news`
- probing: there is no line; it is tried now and then, in the same lane
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from clerk_app.desk.returning import Returning
from ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.news import Heard

Hearing = Literal["stopped", "listening", "probing"]


class Ear(QObject):
    """One desk's ear."""

    deliver = Signal(int)
    """It is time to deliver, in so many milliseconds: the line is back, or nobody answers any more."""
    came = Signal(int)
    """So many entries of other desks came by themselves."""

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._hearing: Hearing = "stopped"
        self._job: Job | None = None
        self._returning = Returning(random.random)
        self._well = False
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._turn)

    @property
    def listening(self) -> bool:
        """Whether central answers the waits, so that asking now and then is enough."""
        return self._well

    def hear(self, hearing: Hearing) -> None:
        """Begin or go on with this; what waits at central and is not wanted any more is ended at once."""
        if hearing == self._hearing:
            return
        self._hearing = hearing
        self._well = False
        self._next.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if hearing == "listening":
            self._next.start(0)
        elif hearing == "probing":
            self._returning = Returning(random.random)
            self._next.start(round(1000 * self._returning.next_probe_s()))

    @Slot()
    def _turn(self) -> None:
        if self._hearing == "listening":
            news = self._desk.news
            self._job = self._jobs.start(
                "news", self, lambda cancel, progress: news.once(cancel), self._heard, self._deaf, stop=news.leave
            )
        elif self._hearing == "probing":
            delivery = self._desk.delivery
            self._job = self._jobs.start(
                "news", self, lambda cancel, progress: delivery.reachable(), self._probed, self._deaf
            )

    def _heard(self, heard: Heard) -> None:
        was, self._well = self._well, heard.listening
        if was and not heard.listening:
            self.deliver.emit(0)
        self._next.start(round(1000 * heard.pause_s))
        if heard.entries:
            self.came.emit(heard.entries)

    def _probed(self, reachable: bool) -> None:
        delay_s = self._returning.seen(reachable)
        if delay_s is not None:
            self.deliver.emit(round(1000 * delay_s))
        self._next.start(round(1000 * self._returning.next_probe_s()))

    def _deaf(self, _error: Exception) -> None:
        """This desk's own store is in trouble, which the delivery tells; it is tried again when that goes well."""
        self._hearing = "stopped"
        self._well = False
