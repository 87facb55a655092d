"""Codes from every scanner of the desk as one signal, whether it types or has a port of its own.

A passport scanner sends the three lines of a card's zone as three codes: lines of 30 that follow each other at once are
joined again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from clerk_app.desk.ports import CodeScanner
    from ui.jobs import Jobs

WAIT_S = 0.5
PAUSE_MS = 3_000
LINE_MS = 400
"""How long the next line of a zone may take."""
LINES = 3
_FIRST = re.compile(r"[IAC][A-Z0-9<]{29}", re.IGNORECASE)
_NEXT = re.compile(r"[A-Z0-9<]{30}", re.IGNORECASE)


class Scans(QObject):
    """Hears the scanners while somebody works here."""

    scanned = Signal(str)
    """A whole code, NFC; the lines of a zone stand in one text."""
    refused = Signal(object)
    """A `Refusal` of the scanner's port, once for each time it goes."""

    def __init__(self, jobs: Jobs, scanner: CodeScanner | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._scanner = scanner
        self._running = False
        self._lost = False
        self._lines: list[str] = []
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._listen)
        self._line = QTimer(self)
        self._line.setSingleShot(True)
        self._line.setInterval(LINE_MS)
        self._line.timeout.connect(self._give_up)

    def begin(self) -> None:
        """Start to listen at the port, if there is one. What came before is nobody's."""
        self._running = True
        scanner = self._scanner
        if scanner is not None:
            self._jobs.start("codes", self, lambda cancel, progress: scanner.forget(), lambda done: self._listen())

    def end(self) -> None:
        """Stop listening."""
        self._running = False
        self._again.stop()
        self._line.stop()
        self._lines = []

    @Slot(str)
    def hear(self, text: str) -> None:
        """A scanner sent this."""
        if _NEXT.fullmatch(text) and (self._lines or _FIRST.fullmatch(text)):
            self._lines.append(text)
            if len(self._lines) == LINES:
                self._line.stop()
                lines, self._lines = self._lines, []
                self.scanned.emit("\n".join(lines))
            else:
                self._line.start()
            return
        self._give_up()
        self.scanned.emit(text)

    def _give_up(self) -> None:
        """It was no zone: each line is a code of its own."""
        self._line.stop()
        lines, self._lines = self._lines, []
        for text in lines:
            self.scanned.emit(text)

    @Slot()
    def _listen(self) -> None:
        scanner = self._scanner
        if scanner is not None and self._running:
            self._jobs.start(
                "codes", self, lambda cancel, progress: scanner.scan(cancel, WAIT_S), self._came, self._failed
            )

    def _came(self, text: str | None) -> None:
        self._lost = False
        if self._running:
            if text:
                self.hear(text)
            self._again.start(0)

    def _failed(self, error: Exception) -> None:
        if self._running:
            if not self._lost:
                self.refused.emit(error)
            self._lost = True
            self._again.start(PAUSE_MS)
