"""A heart in the window's event loop, and a watcher that notes where the loop stands when a beat is late."""

from __future__ import annotations

import faulthandler
import re
import tempfile
import threading
import time
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 4
LATE_MS = 25.0
PLACES = 6


@dataclass(slots=True)
class Pulse:
    """What the heart saw: how many beats, every gap above `LATE_MS`, the processor time of the window's thread in every
    turn above it (which a busy machine does not lengthen), and the innermost places during the long gaps."""

    beats: int = 0
    gaps_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    stood: list[tuple[float, str]] = field(default_factory=list)


class Heart(QObject):
    """Beats every few milliseconds in the thread that makes it, from `start` on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pulse = Pulse()
        self._last = 0.0
        self._worked = 0.0
        self._stopped = threading.Event()
        self._here = f"{threading.get_ident():016x}"
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(BEAT_MS)
        self._clock.timeout.connect(self._beat)

    def start(self) -> None:
        """From now on every gap counts."""
        self._last = time.perf_counter()
        self._worked = time.thread_time()
        self._clock.start()
        threading.Thread(target=self._watch, name="heart", daemon=True).start()

    def stop(self) -> Pulse:
        """No gap counts any more; what was seen."""
        self._clock.stop()
        self._stopped.set()
        return self.pulse

    def _beat(self) -> None:
        now = time.perf_counter()
        gap_ms = (now - self._last) * 1000
        self._last = now
        self.pulse.beats += 1
        if gap_ms > LATE_MS:
            self.pulse.gaps_ms.append(round(gap_ms, 1))
        worked = time.thread_time()
        busy_ms = (worked - self._worked) * 1000
        self._worked = worked
        if busy_ms > LATE_MS:
            self.pulse.busy_ms.append(round(busy_ms, 1))

    def _watch(self) -> None:
        noted = 0.0
        while not self._stopped.wait(0.004):
            last = self._last
            late_ms = (time.perf_counter() - last) * 1000
            if late_ms > LATE_MS and last != noted:
                noted = last
                self.pulse.stood.append((round(late_ms, 1), self._place()))

    def _place(self) -> str:
        """The innermost places of the window's thread. Asked of faulthandler, which holds no frame: a painter that a
        frame keeps alive would end here, outside its thread."""
        with tempfile.TemporaryFile() as file:
            faulthandler.dump_traceback(file, all_threads=True)
            file.seek(0)
            said = file.read().decode("utf-8", "replace")
        for thread in said.split("\n\n"):
            if self._here in thread.partition("\n")[0]:
                found = re.findall(r'File ".*?([^/"]+)", line (\d+) in (\S+)', thread)[:PLACES]
                return " < ".join(f"{file}:{line} {name}" for file, line, name in found)
        return ""
