"""The system's own lock (Win+L): told by Windows, and by nobody where the system has no such word.

Written by Microsoft's description of `WTSRegisterSessionNotification` and WM_WTSSESSION_CHANGE.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

WM_WTSSESSION_CHANGE = 0x02B1
WTS_SESSION_LOCK = 0x7
NOTIFY_FOR_THIS_SESSION = 0


class SessionWatch(Protocol):
    """Hears that the system's session was locked."""

    def begin(self, window: int, locked: Callable[[], None]) -> None:
        """Call `locked` in the window's thread each time; `window` is its native handle."""
        ...

    def end(self) -> None:
        """Hear no more."""
        ...


def means_locked(message: int, wparam: int) -> bool:
    """Whether a message of Windows says that the session was locked."""
    return message == WM_WTSSESSION_CHANGE and wparam == WTS_SESSION_LOCK


class Deaf:
    """A system that does not say it, or a test that does: `locked` is called by whoever has it."""

    def __init__(self) -> None:
        self.locked: Callable[[], None] | None = None

    def begin(self, window: int, locked: Callable[[], None]) -> None:
        """Keep it."""
        self.locked = locked

    def end(self) -> None:
        """Forget it."""
        self.locked = None


def session_watch() -> SessionWatch:
    """The one for this system."""
    if sys.platform == "win32":
        return WindowsSession()
    return Deaf()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

    class WindowsSession(QAbstractNativeEventFilter):
        """WM_WTSSESSION_CHANGE of the window's session."""

        def __init__(self) -> None:
            super().__init__()
            self._window = 0
            self._locked: Callable[[], None] | None = None

        def begin(self, window: int, locked: Callable[[], None]) -> None:
            self._window, self._locked = window, locked
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(wintypes.HWND(window), NOTIFY_FOR_THIS_SESSION)
            application = QCoreApplication.instance()
            if application is not None:
                application.installNativeEventFilter(self)

        def end(self) -> None:
            application = QCoreApplication.instance()
            if application is not None:
                application.removeNativeEventFilter(self)
            ctypes.windll.wtsapi32.WTSUnRegisterSessionNotification(wintypes.HWND(self._window))
            self._locked = None

        def nativeEventFilter(self, kind: QByteArray | bytes, message: int) -> tuple[bool, int]:
            """Every message of the window's thread; none is kept from anybody."""
            said = wintypes.MSG.from_address(int(message))
            if self._locked is not None and means_locked(said.message, said.wParam):
                self._locked()
            return False, 0
