"""Whether somebody is at the keyboard or the mouse, and when nobody was for too long."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from shiboken6 import isValid

HANDS = frozenset(
    {
        *(QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.InputMethod, QEvent.Type.Wheel),
        *(QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease),
        *(QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TabletMove, QEvent.Type.TabletPress),
        *(QEvent.Type.DragMove, QEvent.Type.Drop),
    }
)
"""What only a person causes."""
Clock = Callable[[], float]


class Idle(QObject):
    """Says once when no hand was at the window for so long; the next hand begins anew.

    Two clocks are asked, and whichever has gone further counts: the monotonic one may stand still while the computer
    sleeps, the wall's may be set back.
    """

    over = Signal()

    def __init__(
        self, parent: QObject | None = None, monotonic: Clock = time.monotonic, wall: Clock = time.time
    ) -> None:
        super().__init__(parent)
        self._clocks = (monotonic, wall)
        self._after_s = 0.0
        self._touched = (0.0, 0.0)
        self._watched: dict[str, QObject | None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    def install(self, application: QGuiApplication, window: QWindow | None) -> None:
        """Watch where keys, the mouse and input methods arrive: at the window and at what has the focus.

        A filter on the whole application would be asked about every event of every widget.
        """
        self._watch("window", window)
        self._watch("front", application.focusWindow())
        self._watch("focus", application.focusObject())
        application.focusWindowChanged.connect(self._front_changed)
        application.focusObjectChanged.connect(self._focus_changed)

    def begin(self, after_s: float) -> None:
        """Somebody is there from now on; `over` comes after so many seconds without a hand. 0: never."""
        self._after_s = after_s
        self._touch()
        if after_s > 0:
            self._timer.start(round(after_s * 1000))
        else:
            self._timer.stop()

    def end(self) -> None:
        """Nobody needs to be there."""
        self._after_s = 0.0
        self._timer.stop()

    def idle_s(self) -> float:
        """Seconds since the last hand."""
        return max(clock() - touched for clock, touched in zip(self._clocks, self._touched, strict=True))

    @Slot()
    def look(self) -> None:
        """The time may be over: say so, or look again when it will be."""
        if self._after_s <= 0:
            return
        left_s = self._after_s - self.idle_s()
        if left_s <= 0:
            self.end()
            self.over.emit()
        else:
            self._timer.start(max(1, round(left_s * 1000)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A hand; one that comes too late, as after the computer has slept, does not reach what it was meant for."""
        if event.type() in HANDS and self._after_s > 0:
            if self.idle_s() >= self._after_s:
                self.look()
                return True
            self._touch()
        return False

    def _touch(self) -> None:
        monotonic, wall = self._clocks
        self._touched = (monotonic(), wall())

    @Slot(QWindow)
    def _front_changed(self, window: QWindow | None) -> None:
        self._watch("front", window)

    @Slot(QObject)
    def _focus_changed(self, focused: QObject | None) -> None:
        self._watch("focus", focused)

    def _watch(self, place: str, now: QObject | None) -> None:
        before = self._watched.get(place)
        self._watched[place] = now
        if before is not None and before not in self._watched.values() and isValid(before):
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)
