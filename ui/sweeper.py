"""Cyclic garbage is collected in the window's thread, never in a lane.

Python collects in whichever thread happens to allocate. In a lane that would end widgets, timers and signals outside
the thread they belong to, which Qt forbids: the program hangs or crashes, rarely and far from the cause.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 500


class Sweeper(QObject):
    """Python's own collection, at times of our choosing until `stop`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._by_itself = gc.isenabled()
        gc.disable()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._sweep)
        self.settle()

    def settle(self) -> None:
        """What lives now lives as long as the window: no sweep looks at it again, so that none holds up the loop."""
        gc.freeze()
        self._clock.start(EVERY_MS)

    def pause(self) -> None:
        """Much is being made that will stay: no sweep until that has settled."""
        self._clock.stop()

    def stop(self) -> None:
        """No lane is left: Python collects by itself again, if it did before."""
        self._clock.stop()
        gc.unfreeze()
        if self._by_itself:
            gc.enable()

    @Slot()
    def _sweep(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(counts) if count > limit]
        if due:
            gc.collect(due[-1])
