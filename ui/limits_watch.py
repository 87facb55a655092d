"""Looks now and then whether a limit comes near, and says so once per stage and day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.limits import LimitView
    from ui.jobs import Jobs

TONES = {"notice": "calm", "urgent": "warn", "reached": "bad"}
"""How a limit feels at each of its stages."""
FIRST_AFTER_MS = 15_000
"""Long after the first list stands there: nothing here is in a hurry."""
EVERY_MS = 600_000


class LimitsWatch(QObject):
    """Lives as long as somebody works."""

    told = Signal(object)
    """A `LimitView`, the nearest to its end of those that are news."""

    def __init__(self, desk: Desk, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.look)
        self._clock.start(FIRST_AFTER_MS)

    def look(self) -> None:
        """Ask what is news."""
        self._jobs.start("reading", self, lambda cancel, progress: self._desk.limits.news(), self._news, self._later)

    def _news(self, near: tuple[LimitView, ...]) -> None:
        if near:
            self.told.emit(max(near, key=lambda limit: limit.used / limit.of))
        self._later()

    def _later(self, _error: Exception | None = None) -> None:
        self._clock.start(EVERY_MS)
