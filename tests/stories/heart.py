"""A heart in the window's event loop, and a watcher that notes where the loop stands while a beat is late."""

from __future__ import annotations

import faulthandler
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 4
NOTED_MS = 15.0
WATCHED_MS = 8.0
INNERMOST = 6


@dataclass(frozen=True, slots=True)
class Gap:
    """A turn of the loop that took longer than `NOTED_MS` by the clock or by the window's own thread.

    `own_ms` is the processor time of that thread, which a busy machine does not lengthen, `lanes_ms` that of the other
    threads of this process, who may hold the interpreter; what is left other processes had. `places` says where the
    thread stood, innermost frame first, whenever the watcher looked, and how often it stood there.
    """

    during: str
    wall_ms: float
    own_ms: float
    lanes_ms: float
    places: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Pulse:
    """What the heart saw until it was stopped."""

    beats: int = 0
    gaps: list[Gap] = field(default_factory=list)


class Heart(QObject):
    """Beats every few milliseconds in the thread that makes it, from `start` on; `during` names what is going on."""

    def __init__(self, during: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._during = during
        self._pulse = Pulse()
        self._seen: list[tuple[str, tuple[float, float, float], list[bytes]]] = []
        self._looks: list[bytes] = []
        self._last = 0.0
        self._worked = 0.0
        self._all_worked = 0.0
        self._stopped = threading.Event()
        self._here = f"{threading.get_ident():016x}".encode()
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(BEAT_MS)
        self._clock.timeout.connect(self._beat)

    def start(self) -> None:
        """From now on every gap counts."""
        self._last = time.perf_counter()
        self._worked, self._all_worked = time.thread_time(), time.process_time()
        self._clock.start()
        threading.Thread(target=self._watch, name="heart", daemon=True).start()

    def stop(self) -> Pulse:
        """No gap counts any more; what was seen."""
        self._clock.stop()
        self._stopped.set()
        self._pulse.gaps = [
            Gap(during, *(round(one, 1) for one in times), self._places(looks)) for during, times, looks in self._seen
        ]
        return self._pulse

    def _beat(self) -> None:
        now, worked, all_worked = time.perf_counter(), time.thread_time(), time.process_time()
        wall_ms, own_ms = (now - self._last) * 1000, (worked - self._worked) * 1000
        lanes_ms = (all_worked - self._all_worked) * 1000 - own_ms
        looks, self._looks = self._looks, []
        self._pulse.beats += 1
        if max(wall_ms, own_ms) > NOTED_MS:
            self._seen.append((self._during(), (wall_ms, own_ms, lanes_ms), looks))
        self._last, self._worked, self._all_worked = time.perf_counter(), time.thread_time(), time.process_time()

    def _watch(self) -> None:
        """Look where the window's thread stands. Asked of faulthandler, which holds no frame: a painter that a frame
        keeps alive would end here, outside its thread."""
        with tempfile.TemporaryFile() as file:
            while not self._stopped.wait(BEAT_MS / 1000):
                if (time.perf_counter() - self._last) * 1000 > WATCHED_MS:
                    self._looks.append(_dumped(file))

    def _places(self, looks: list[bytes]) -> tuple[tuple[str, int], ...]:
        found: Counter[str] = Counter()
        for look in looks:
            for thread in look.split(b"\n\n"):
                if self._here in thread.partition(b"\n")[0]:
                    frames = re.findall(r'File ".*?([^/"]+)", line (\d+) in (\S+)', thread.decode("utf-8", "replace"))
                    found[" < ".join(f"{file}:{line} {name}" for file, line, name in frames[:INNERMOST])] += 1
        return tuple(found.most_common())


def _dumped(file: IO[bytes]) -> bytes:
    file.seek(0)
    file.truncate()
    faulthandler.dump_traceback(file, all_threads=True)
    file.seek(0)
    return file.read()
