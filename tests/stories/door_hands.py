"""What hands do at a door: lock, sign-in page, and where a supervisor proves who they are at the clerk's desk."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt

from ui import application, story
from ui.story import Clerk, Script, Until, pause


class AtTheLock:
    """Locks, opens and changes people by keys alone."""

    def __init__(self, window: application.Application, clerk: Clerk) -> None:
        self._window = window
        self._clerk = clerk

    def is_locked(self) -> bool:
        locking = self._window._locking
        return locking is not None and locking.is_locked

    def lock(self) -> Script:
        yield Until("somebody to lock out", lambda: self._window._locking is not None)
        yield self._clerk.press(Qt.Key.Key_L, story.CTRL | Qt.KeyboardModifier.AltModifier)
        yield Until("the lock", self.is_locked)
        # Its own fields and buttons are drawn, and what was under way before has come home.
        yield pause(0.3)

    def unlock(self, secret: str) -> Script:
        yield from self._clerk.type(secret)
        yield self._clerk.press(Qt.Key.Key_Return)
        yield Until("the open desk", lambda: not self.is_locked())
        yield pause(0.1)

    def instead(self, user: str) -> Script:
        window, before = self._window.window, self._window.window.shell
        yield self._clerk.press(Qt.Key.Key_F2)
        yield Until("the sign-in page", window.sign_in.isVisible)
        yield from self._clerk.type(user)
        yield self._clerk.press(Qt.Key.Key_Tab)
        yield from self._clerk.type("practice")
        yield self._clerk.press(Qt.Key.Key_Return)
        yield Until("the other's own desk", lambda: window.shell not in (None, before))
        yield Until("what they had left open", lambda: window.shell is not None and not window.shell.awaited)
        yield Until("keys that are theirs", lambda: self._window._wedge is not None)
        yield pause(0.3)


class AtTheDoor:
    """Tries that may well be refused: they are made, and what the window says of them is the test's business."""

    def __init__(self, window: application.Application, clerk: Clerk) -> None:
        self._window = window
        self._clerk = clerk

    def knock(self, user: str, password: str) -> Script:
        """Try to sign in, whatever stood in the fields before."""
        yield Until("the open desk", lambda: self._window.desk is not None)
        page = self._window.window.sign_in
        yield Until("the sign-in page", page.isVisible)
        yield Until("an answer to the try before", lambda: not page.button.busy)
        page.user.edit.setFocus()
        for text in (user, password):
            yield self._clerk.press(Qt.Key.Key_A, story.CTRL)
            yield from self._clerk.type(text)
            if text is user:
                yield self._clerk.press(Qt.Key.Key_Tab)
        yield self._clerk.press(Qt.Key.Key_Return)
        yield Until("an answer", lambda: not page.button.busy or self._window.window.shell is not None)

    def prove(self, user: str, password: str) -> Script:
        """Try to grant the first request of the open dossier on the spot."""
        panels = self._clerk._screen().application.exceptions.panels
        yield Until("a request", lambda: any(panel.user.isVisible() for panel in panels.values()))
        panel = next(one for one in panels.values() if one.user.isVisible())
        yield Until("what it is decided on", lambda: panel.evidence is not None and panel.evidence.isVisible())
        yield from self._clerk._tab_until("the supervisor's name", panel.user.hasFocus)
        yield self._clerk.press(Qt.Key.Key_A, story.CTRL)
        yield from self._clerk.type(user)
        yield self._clerk.press(Qt.Key.Key_Tab)
        yield from self._clerk.type(password)
        yield self._clerk.press(Qt.Key.Key_Return, story.CTRL)

    def turn_clock(self, hours: float) -> Script:
        """Somebody sets this computer's clock; the desk reads it anew with every deed."""
        desk = self._window.desk
        assert desk is not None
        clock = desk.counter.clock
        desk.counter.clock = lambda: clock() + timedelta(hours=hours)
        yield pause(0)
