"""Copies that need not be kept any longer go by themselves, in the quiet: while nothing changes and nothing arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from ui.bridge import Bridge
    from ui.feed import Feed
    from ui.jobs import Cancel, Jobs

QUIET_MS = 300_000
"""So long nothing changed at this desk: nobody waits for its disk."""


class RetentionWatch(QObject):
    """Lives as long as somebody works. Whoever comes back to work ends a look that is under way."""

    def __init__(self, desk: Desk, jobs: Jobs, bridge: Bridge, feed: Feed, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = jobs
        self._bridge = bridge
        self._feed = feed
        self._working = False
        self._stop = False
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.look)
        self._clock.start(QUIET_MS)
        bridge.changed.connect(self._changed)

    def _changed(self, _dossiers: object) -> None:
        # What is removed is a change too; only somebody's own work ends it.
        if not self._working:
            self._clock.start()
        elif self._feed.arriving is not None:
            self._stop = True

    def look(self) -> None:
        """Look through the copies, if that is due and central answers."""
        report = self._bridge.report
        if self._working or self._feed.arriving is not None or report is None or report.state != "idle":
            self._clock.start()
            return
        self._working, self._stop = True, False
        retention = self._desk.retention

        def work(cancel: Cancel, _progress: object) -> object:
            return retention.run(lambda: self._stop or cancel()) if retention.wanted() else None

        self._jobs.start("reading", self, work, self._over, self._over)

    def _over(self, _ended: object) -> None:
        self._working = False
        self._clock.start()
