"""How long is still to be waited, second by second, in a banner that told of it.

counting --each second--> the words of what is left --the end--> the words that it is over
A screen reader is told at the beginning and at the end, not every second.
"""

from __future__ import annotations

from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from clerk_app.domain.refusals import Words
    from ui.widgets.notice import Notice

TICK_MS = 250
"""Asked more often than told, so that no second is skipped."""


class Countdown(QTimer):
    """One wait at a time; a new one, or `stop`, ends the one before."""

    over = Signal()
    """Nothing is left to be waited for."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._until = 0.0
        self._told = 0
        self._notice: Notice | None = None
        self._left: Callable[[int], Words] | None = None
        self.setInterval(TICK_MS)
        self.timeout.connect(self._look)

    def count(self, notice: Notice, seconds: float, left: Callable[[int], Words]) -> None:
        """`left` says what stands in the banner's second line while so many seconds are left."""
        self._until, self._told = monotonic() + seconds, ceil(seconds)
        self._notice, self._left = notice, left
        # Spoken once, as it stands now: a label of its own name tells nobody that its text became another.
        notice.remedy.setAccessibleName(notice.remedy.text())
        self.start()

    def stop(self) -> None:
        """Whatever is counted is not told any more."""
        super().stop()
        if self._notice is not None:
            self._notice.remedy.setAccessibleName("")
        self._notice = None

    def _look(self) -> None:
        notice, left_s = self._notice, max(0, ceil(self._until - monotonic()))
        if notice is None or notice.isHidden():
            self.stop()
        elif not left_s:
            self.stop()
            self.over.emit()
        elif left_s != self._told and self._left is not None:
            self._told = left_s
            notice.remedy.show_words(self._left(left_s))
