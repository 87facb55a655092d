"""The switch between one side of a sheet and both: read when the papers are shown, kept for this desk when pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.refusals import Refusal

if TYPE_CHECKING:
    from clerk_app.desk.scanner_choice import Sides
    from ui.application import App

ORDER: tuple[Sides, ...] = ("", "both", "one")


class ScanSides(QObject):
    """What this desk has chosen. Nothing waits for the file in which it lies."""

    changed = Signal(str)
    """One of `Sides`: what holds from the next scan on."""
    refused = Signal(object)
    """The `Refusal` for which it could not be kept."""

    def __init__(self, app: App, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._now: Sides = ""

    def look(self) -> None:
        """Ask the desk: somebody else may have set it since."""
        desk = self._app.desk
        self._app.jobs.start("store", self, lambda cancel, progress: desk.papers.sides(), self._show, _unknown)

    def next(self) -> None:
        """As the paper wants, both sides, one side, and round again."""
        desk, wanted = self._app.desk, ORDER[(ORDER.index(self._now) + 1) % len(ORDER)]
        # What is pressed twice in a moment is two steps.
        self._now = wanted
        self._app.jobs.start(
            "store", self, lambda cancel, progress: desk.papers.take_sides(wanted), self._show, self._failed
        )

    def _show(self, sides: Sides) -> None:
        self._now = sides
        self.changed.emit(sides)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Refusal):
            self.refused.emit(error)
        self.look()


def _unknown(_error: Exception) -> None:
    """The settings cannot be read: the scan that needs them says so."""
