"""`--screenshots DIR`: signs in, goes through every page, leaves a picture of each, for the README."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from ui.application import Application

SETTLE_MS = 900
"""Long enough for a page to fetch and draw what it shows; nothing waits on it but the next picture."""


class Gallery(QObject):
    """Takes one picture after the other, then closes the window. Signs in as CLERK_USER with CLERK_PASSWORD."""

    def __init__(self, program: Application, folder: Path) -> None:
        super().__init__(program)
        self._program = program
        self._folder = folder
        window = program.window
        self._steps: list[tuple[str, Callable[[], None]]] = [("sign-in", lambda: None)]
        if os.environ.get("CLERK_USER"):
            self._steps += [
                ("queue", self._sign_in),
                ("outbox", lambda: window.go("outbox")),
                ("devices", lambda: window.go("devices")),
                ("search", window.search),
                ("keys", window.show_keys),
                ("intake", self._new_dossier),
            ]
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(SETTLE_MS)
        self._clock.timeout.connect(self._picture)
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """The first picture, once the first frame is out."""
        self._program.window.painted.connect(self._clock.start)

    def _picture(self) -> None:
        name, _ = self._steps.pop(0)
        self._program.window.grab().save(str(self._folder / f"{name}.png"))
        if self._steps:
            self._steps[0][1]()
            self._clock.start()
        else:
            self._program.window.close()

    def _sign_in(self) -> None:
        page = self._program.window.sign_in
        page.user.edit.setText(os.environ.get("CLERK_USER", ""))
        page.password.edit.setText(os.environ.get("CLERK_PASSWORD", ""))
        page.submit()

    def _new_dossier(self) -> None:
        self._program.window.show_keys()
        if self._program.window.shell is not None:
            self._program.window.shell.search.close_list()
        self._program.window.new_dossier()
