"""Work in the window's own thread, a slice at each turn of its loop, so that nobody waits for the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

HURRY_MS, PAUSE_MS = 1, 10
"""Between two slices the loop answers keys and paints."""


class Gradually(QObject):
    """Does `work` up to each `yield`, one step a turn; `hurry` pauses less, `finish` not at all."""

    ended = Signal()
    """Nothing is left."""

    def __init__(self, work: Iterator[object], parent: QObject, after_ms: int = 0) -> None:
        super().__init__(parent)
        self._over = False
        self._work = work
        self._clock = QTimer(self)
        # Not before everything else that became due meanwhile had its turn.
        self._clock.setSingleShot(True)
        self._clock.setInterval(PAUSE_MS)
        self._clock.timeout.connect(self._slice)
        QTimer.singleShot(after_ms, self, self._begin)

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._over

    def stop(self) -> None:
        """Nobody needs it any more."""
        self._over = True
        self._clock.stop()

    def hurry(self) -> None:
        """Somebody waits for it, but not so that the loop may stand still."""
        if not self._over:
            self._clock.start(HURRY_MS)

    def finish(self) -> None:
        """Somebody needs it now."""
        while not self._over:
            self._slice()

    @Slot()
    def _begin(self) -> None:
        if not self._over and not self._clock.isActive():
            self._clock.start()

    @Slot()
    def _slice(self) -> None:
        if not self._over and next(self._work, self) is self:
            self._over = True
            self._clock.stop()
            self.ended.emit()
        elif not self._over:
            self._clock.start()
