"""One worker of one kind, kept while it does well: started when needed, ended when it fails, started again later."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Literal

import msgspec

from clerk_app.workers.pipe import LARGEST, Worker, WorkerLost, WorkerSilent
from clerk_app.workers.restarts import Restarts
from clerk_app.workers.wire import AskT, SayT, Wire

Rests = Literal["always", "hopeless", "never"]
"""When a worker that failed is left alone for its pause: after every failure, only when it is hopeless, or never, for
whoever asks by hand is not made to wait.
"""


class WorkerFailed(Exception):
    """There is no answer, and `code` names the fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Names:
    """What the faults of a kind of worker are called; the last two where it failed so often that somebody must act."""

    crashed: str
    silent: str
    crashed_for_good: str
    silent_for_good: str


class Keeper(Generic[AskT, SayT]):
    """At most one worker. Whoever asks starts it; it is ended when it hangs, crashes, writes nonsense, when whoever
    asked gives up, or by `close`, and its failures are told to `restarts`.

    none --asked--> running --answered--> running --failed, given up, closed--> none
    """

    def __init__(
        self,
        wire: Wire[AskT, SayT],
        command: Sequence[str],
        patience_s: float,
        names: Names,
        restarts: Restarts,
        *,
        largest: int = LARGEST,
        first: AskT | None = None,
        ends_itself: bool = True,
        steady_s: float = 0.0,
    ) -> None:
        """`patience_s` is how long it may be silent; `first` is told to every worker before it is asked anything.

        One that `ends_itself` when nobody asks may be found gone, another that is gone has crashed. It has worked when
        it answers `steady_s` seconds after its start.
        """
        self._wire = wire
        self._command = tuple(command)
        self._patience_s = patience_s
        self._names = names
        self._restarts = restarts
        self._largest = largest
        self._first = first
        self._ends_itself = ends_itself
        self._steady_s = steady_s
        self._worker: Worker | None = None
        self._started = 0.0
        self._turn = Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None and worker.running else None

    def ask(self, ask: AskT, cancel: Callable[[], bool], rests: Rests = "always") -> SayT | None:
        """The answer; None when `cancel` said to give up or the keeper was closed. Raises `WorkerFailed`."""

        def enough() -> bool:
            return self._closed or cancel()

        with self._turn:
            try:
                said = None if enough() else self._answer(ask, enough, rests)
            except WorkerSilent as problem:
                raise self._failed(self._names.silent, self._names.silent_for_good) from problem
            except (WorkerLost, msgspec.MsgspecError) as problem:
                raise self._failed(self._names.crashed, self._names.crashed_for_good) from problem
            if said is None:
                self._end()  # half a question would be taken for the head of the next one
            elif time.monotonic() - self._started >= self._steady_s:
                self._restarts.worked()
            return said

    def close(self) -> None:
        """End the worker, also while it works, for ever; closing twice is harmless."""
        self._closed = True
        with self._turn:
            self._end()

    def _answer(self, ask: AskT, enough: Callable[[], bool], rests: Rests) -> SayT | None:
        started = self._running(rests)
        asks = (self._first, ask) if started and self._first is not None else (ask,)
        worker = self._worker
        assert worker is not None
        for one in asks:
            if not worker.tell(self._wire.message(one), self._patience_s, enough):
                return None
        heard = worker.hear(self._patience_s, enough)
        return self._wire.say_from(heard) if heard is not None else None

    def _running(self, rests: Rests) -> bool:
        """Whether a worker had to be started."""
        if self._worker is not None and not self._worker.running:
            if not self._ends_itself:
                raise WorkerLost
            self._end()
        if self._worker is not None:
            return False
        resting = rests == "always" or (rests == "hopeless" and self._restarts.hopeless)
        if resting and not self._restarts.may_start():
            raise WorkerFailed(self._restarts.why)
        self._started = time.monotonic()
        self._worker = Worker(self._command, self._largest)
        return True

    def _failed(self, code: str, for_good: str) -> WorkerFailed:
        self._end()
        self._restarts.failed(code, for_good)
        return WorkerFailed(self._restarts.why)

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
