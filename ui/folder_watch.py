"""Whether files wait in the watched folder: asked now and then while somebody looks, in a lane of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from ui.application import App

EVERY_MS = 3_000


class FolderWatch(QObject):
    """Says how many there are. A folder that cannot be read is the lamp's to tell: here it is an empty one."""

    found = Signal(int)

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._clock = QTimer(self)
        self._clock.setInterval(EVERY_MS)
        self._clock.timeout.connect(self.look)

    def begin(self) -> None:
        """Look now and from now on."""
        self._clock.start()
        self.look()

    def end(self) -> None:
        """Nobody looks."""
        self._clock.stop()

    def look(self) -> None:
        """Ask once."""
        self._app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: self._app.desk.papers.waiting_files(),
            self.found.emit,
            lambda error: self.found.emit(0),
        )
