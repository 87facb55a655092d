"""Where threads live: one lane per device or store, each a single thread; results come home by one queued signal.

A lane does its work in order, so two jobs never talk to one scanner at once. `work` never touches a widget.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from clerk_app.domain.refusals import DeviceFault, Refusal, Words

T = TypeVar("T")
Cancel = Callable[[], bool]
Progress = Callable[[int, int], None]
Lane = Literal[
    "card",
    "scanner",
    "pages",
    "reading",
    "printer",
    "camera",
    "face",
    "codes",
    "network",
    "news",
    "reports",
    "people",
    "token",
    "store",
    "store-read",
    "lamps",
]

PROGRESS_EVERY_S = 0.05
SHUTDOWN_S = 2.0
LEFT_AFTER_MS = 1_500
"""How long a device may go on with work that was given up, before its lane is free without it."""
LEAVABLE: frozenset[Lane] = frozenset({"card", "token"})
"""Lanes whose device may stay silent inside one call; the others come back by themselves, and the store always ends."""

log = logging.getLogger("ui.jobs")


class OurFault(Exception):
    """What `failed` hears of a fault of ours: where it happened stands in the log under this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(eq=False, slots=True)
class Job:
    """One piece of work on its way. After `cancel()` its result is dropped; only `failed` may still speak."""

    lane: Lane
    owner: weakref.ref[QObject]
    failed: Callable[[Exception], None] | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _over: bool = False
    _stop: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Ask the work to stop at its next look; one that waits without looking is called away."""
        self._cancelled.set()
        if self._stop is not None and not self._over:
            self._stop()

    @property
    def cancelled(self) -> bool:
        """Whether somebody gave up on it."""
        return self._cancelled.is_set()

    @property
    def running(self) -> bool:
        """Whether its end has not come home yet."""
        return not self._over


@dataclass(slots=True)
class _Home:
    """What a lane sends to the window's thread."""

    job: Job
    kind: Literal["progress", "result", "error"]
    value: Any
    owner: weakref.ref[QObject]
    call: Callable[..., None] | None


Work = tuple[Job, Callable[[], None]]


class _Worker:
    """The single thread of a lane, started with its first job. One that was left ends after what it is doing."""

    def __init__(self, name: str, queue: SimpleQueue[Work | None] | None = None) -> None:
        self.queue: SimpleQueue[Work | None] = queue or SimpleQueue()
        self.doing: Job | None = None
        self._left = False
        self.thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)
        self.thread.start()

    def leave(self) -> None:
        """Whatever this thread still waits for, nothing more is given to it."""
        self._left = True

    def _run(self) -> None:
        while not self._left and (work := self.queue.get()) is not None:
            self.doing, call = work
            call()
            self.doing = None
            # What the work held is let go now, not when the next one comes: it may be the last hand on a widget.
            del work, call


class Jobs(QObject):
    """The lanes of one window."""

    refused = Signal(object)
    """A `Refusal` that nobody else shows."""
    unexpected = Signal(str)
    """The reference of a fault of ours, already in the log."""
    _home = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Worker] = {}
        self._open: set[Job] = set()
        self._closed = False
        self._home.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        lane: Lane,
        owner: QObject,
        work: Callable[[Cancel, Progress], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        progressed: Callable[[int, int], None] | None = None,
        stop: Callable[[], None] | None = None,
    ) -> Job:
        """Do `work` in `lane`; then call `then`, `failed` or `progressed` in the window's thread while `owner` lives.

        A `Refusal` without `failed` is announced as `refused`; any other exception always as `unexpected`, and `failed`
        hears of it as `OurFault` so that a screen can stop waiting. `stop`, called when the job is cancelled, ends a
        wait that `work` is in; it returns at once.
        """
        ref = weakref.ref(owner)
        job = Job(lane, ref, failed, _stop=stop)
        if self._closed:
            job.cancel()
            return job
        self._open.add(job)
        if lane not in self._lanes:
            self._lanes[lane] = _Worker(lane)

        last = [0.0]

        def progress(done: int, total: int) -> None:
            now = time.monotonic()
            if progressed is not None and (now - last[0] >= PROGRESS_EVERY_S or (total and done >= total)):
                last[0] = now
                self._send(_Home(job, "progress", (done, total), ref, progressed))

        def run() -> None:
            if job.cancelled:
                self._send(_Home(job, "result", None, ref, None))
                return
            try:
                result = work(lambda: job.cancelled, progress)
            except Exception as error:  # noqa: BLE001  the one place where a lane meets whatever goes wrong in it
                self._send(_Home(job, "error", error, ref, failed))
            else:
                self._send(_Home(job, "result", result, ref, then))

        self._lanes[lane].queue.put((job, run))
        return job

    def hurry(self, job: Job) -> None:
        """Its work was asked to stop. A device that does not come back in time keeps its thread and loses its lane;
        `failed` then hears `DEVICE_SILENT`."""
        if job.lane in LEAVABLE:
            QTimer.singleShot(LEFT_AFTER_MS, self, lambda: self._leave(job))

    def _leave(self, job: Job) -> None:
        worker = self._lanes.get(job.lane)
        if self._closed or not job.running or worker is None or worker.doing is not job:
            return
        log.warning("lane %s goes on without the device that does not answer", job.lane)
        worker.leave()
        self._lanes[job.lane] = _Worker(job.lane, worker.queue)
        self._deliver(_Home(job, "error", silent(), job.owner, job.failed))

    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._open

    def close(self) -> None:
        """Cancel what waits on devices and the line, let the store finish, all within two seconds.

        A lane that hangs is left behind.
        """
        self._closed = True
        for job in self._open:
            if job.lane != "store":
                job.cancel()
        deadline = time.monotonic() + SHUTDOWN_S
        for worker in self._lanes.values():
            worker.queue.put(None)
        for name, worker in self._lanes.items():
            worker.thread.join(max(0.0, deadline - time.monotonic()))
            if worker.thread.is_alive():
                log.warning("lane %s did not stop in time", name)
        self._lanes.clear()

    def _send(self, home: _Home) -> None:
        if not self._closed and isValid(self):
            self._home.emit(home)

    @Slot(object)
    def _deliver(self, home: _Home) -> None:
        job = home.job
        if job._over:
            # It was left behind and came back all the same.
            return
        owner = home.owner()
        alive = owner is not None and isValid(owner)
        if home.kind == "progress":
            if alive and not job.cancelled and home.call is not None:
                home.call(*home.value)
            return
        job._over = True
        self._open.discard(job)
        if home.kind == "result":
            if alive and not job.cancelled and home.call is not None:
                home.call(home.value)
            return
        error = home.value
        if not isinstance(error, Refusal):
            error = OurFault(reference_of(error))
            self.unexpected.emit(error.reference)
        elif home.call is None and alive and not job.cancelled:
            self.refused.emit(error)
        if alive and home.call is not None:
            home.call(error)


def silent() -> DeviceFault:
    """A device was asked to stop and does not answer."""
    return DeviceFault(
        "DEVICE_SILENT",
        Words("Thiết bị không trả lời.", "The device does not answer."),
        Words(
            "Rút thiết bị ra và cắm lại; trong lúc đó vẫn làm việc tiếp được.",
            "Unplug the device and plug it in again; meanwhile work can go on.",
        ),
    )


def reference_of(error: BaseException) -> str:
    """Log a fault of ours by where it happened, never by its message (it may name a citizen); the reference to tell."""
    reference = secrets.token_hex(3).upper()
    frames = " < ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[::-1]
    )
    log.error("fault %s: %s at %s", reference, type(error).__name__, frames)
    return reference
