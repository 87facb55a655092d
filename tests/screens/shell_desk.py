"""The window on a desk of sample views, and the hands of a clerk at its keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from clerk_app.bootstrap import Peek as RealPeek
from clerk_app.desk.desk import Desk
from clerk_app.domain.refusals import Words
from tests.screens import sample
from ui import texts, theme
from ui.application import Application
from ui.shell import Shell


class Flashes(QObject):
    """Counts windows that come up; there shall only ever be one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


class Clerk:
    """Somebody at the window."""

    def __init__(
        self, qtbot: QtBot, qapp: QApplication, peek: sample.Peek | None = None, wedge_prefix: str = ""
    ) -> None:
        self.qtbot = qtbot
        self.desk = sample.SampleDesk()
        self.passphrases: list[str] = []
        self.opening: Callable[[str], sample.SampleDesk] = lambda passphrase: self.desk
        self.salvaging: Callable[[str, Callable[[], bool]], tuple[Words, ...]] = lambda passphrase, cancel: ()
        self.remembered: list[tuple[str, str]] = []
        self.program = Application(
            qapp,
            cast("RealPeek", peek or sample.Peek()),
            self._open,
            wedge_prefix,
            lambda language, contrast: self.remembered.append((language, contrast)),
            lambda passphrase, cancel: self.salvaging(passphrase, cancel),
        )
        self.window = self.program.window
        qtbot.addWidget(self.window)

    def _open(self, passphrase: str) -> Desk:
        self.passphrases.append(passphrase)
        return cast("Desk", self.opening(passphrase))

    def begin(self) -> Clerk:
        """Open the window."""
        with self.qtbot.waitActive(self.window):
            self.program.begin()
            self.window.activateWindow()
        self.until(lambda: self.window._sign_in_keys)
        return self

    def sign_in(self, user: str = "clerk", password: str = "practice") -> Clerk:
        """Type both, with Enter after each."""
        self.type(user)
        self.key(Qt.Key.Key_Return)
        self.type(password)
        self.key(Qt.Key.Key_Return)
        return self

    def at_work(self) -> Clerk:
        """Open the window, sign in, see the list."""
        self.begin().sign_in()
        self.until(lambda: self.window.shell is not None and self.shell.current() is not None)
        return self

    @property
    def shell(self) -> Shell:
        assert self.window.shell is not None
        return self.window.shell

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def type(self, text: str) -> None:
        """Type; what is not Latin-1 comes as from an input method, because QTest aborts on it."""
        focus = QApplication.focusWidget()
        assert focus is not None
        if text.isascii():
            QTest.keyClicks(focus, text)
        else:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QApplication.sendEvent(focus, event)

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=5_000)

    def texts(self) -> str:
        """Every word that can be seen now."""
        return "\n".join(
            str(part.text())
            for part in self.window.findChildren(QWidget)
            if part.isVisible() and callable(getattr(part, "text", None))
        )


@pytest.fixture
def clerk(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Clerk]]:
    """Makes a clerk at a fresh window; language, colours and lanes are put back afterwards."""
    texts.set_language("vi")
    theme.fonts(first_frame_only=True)
    theme.dress(qapp)
    made: list[Clerk] = []

    def make(peek: sample.Peek | None = None, wedge_prefix: str = "") -> Clerk:
        made.append(Clerk(qtbot, qapp, peek, wedge_prefix))
        return made[-1]

    yield make
    for one in made:
        one.desk.lamps.card.set()
        one.window.close()
    texts.set_language("vi")
    theme.set_high_contrast(False)
