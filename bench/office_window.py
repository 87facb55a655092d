"""The real window for a bench, offscreen: rooms of a real desk where they are measured, sample views elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.screens import sample
from ui import application

if TYPE_CHECKING:
    from clerk_app.bootstrap import Peek
    from clerk_app.desk.desk import Desk as RealDesk

PATIENCE_S = 30


class OfficeWindow:
    """Somebody signed in, and what the window makes beforehand is made. Waiting sleeps until something happens, so that
    it costs no processor.
    """

    def __init__(self, **rooms: object) -> None:
        self.qt = cast("QApplication", QApplication.instance() or application.application(["clerk"], "vi"))
        desk = sample.SampleDesk()
        for name, room in rooms.items():
            setattr(desk, name, room)
        self._tick = QTimer()
        self._tick.start(100)
        self.program = application.Application(
            self.qt, cast("Peek", sample.Peek()), lambda phrase: cast("RealDesk", desk)
        )
        self.program.begin()
        self.window: Any = self.program.window
        self.until(lambda: self.window._sign_in_keys)
        for text in ("clerk", "practice"):
            QTest.keyClicks(self.focus(), text)
            self.key(Qt.Key.Key_Return)
        self.until(lambda: self.window.shell is not None)
        prepared: list[None] = []
        shell: Any = self.window.shell
        shell.prepared.connect(lambda: prepared.append(None))
        self.until(lambda: prepared and shell.current() is not None)

    def focus(self) -> QWidget:
        """Where keys go."""
        return cast("QWidget", QApplication.focusWidget() or self.window)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, where the focus is."""
        QTest.keyClick(self.focus(), key, held)

    def current(self) -> Any:
        """The page in front."""
        return self.window.shell.current()

    def until(self, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Until it is so. Raises `RuntimeError` after `patience_s`."""
        end = time.monotonic() + patience_s
        while not true():
            if time.monotonic() > end:
                raise RuntimeError("waited in vain")
            self.qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def pause(self, seconds: float) -> None:
        """Time passes in the window."""
        end = time.monotonic() + seconds
        QTimer.singleShot(max(0, round(seconds * 1000)), self._tick, lambda: None)
        while time.monotonic() < end:
            self.qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def close(self) -> None:
        """Closed, and everything that ran for it."""
        self.window.close()
        self.pause(0.2)
