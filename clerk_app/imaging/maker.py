"""Pages made of sheets: the side of the desk. The work is done in a worker process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from clerk_app.desk.page_ports import MadePage
from clerk_app.desk.ports import Cancel
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.faults import FAULTS, fault
from clerk_app.imaging.maker_wire import LARGEST, WIRE, Make, Pages, Say
from clerk_app.imaging.opening import LARGEST_OCTETS, LARGEST_PIXELS
from clerk_app.workers.pipe import Worker, WorkerLost, WorkerSilent, python
from clerk_app.workers.restarts import Restarts


class WorkerPageMaker:
    """Fulfils `page_ports.PageMaker`. The worker starts with the first sheet; it is killed when it hangs, when whoever
    asked gives up, or by `close`. One that crashes is started again later each time (`Restarts`).

    Nothing of OpenCV is ever loaded here.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        patience_s: float = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = tuple(command) or python("clerk_app.imaging.maker_worker")
        self._patience_s = patience_s
        self._worker: Worker | None = None
        self._restarts = Restarts(monotonic)
        self._turn = Lock()
        self._closed = False

    def make(self, sheet: bytes, dpi: int, wish: Wish, cancel: Cancel) -> tuple[MadePage, ...]:
        """The pages of one sheet (PNG or JPEG). Raises `DeviceFault` `PAGE_…`."""
        if len(sheet) > LARGEST_OCTETS:
            raise _fault("PAGE_TOO_LARGE")
        with self._turn:
            said = self._asked(Make(sheet, dpi, wish), cancel)
        if isinstance(said, Pages):
            return tuple(MadePage(one.data, one.media, one.width, one.height, one.dpi, one.made) for one in said.pages)
        raise _fault(said.code if said.code in FAULTS else "PAGE_CRASHED")

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None and worker.running else None

    def close(self) -> None:
        """End the worker, also while it works; whoever waits for it hears `PAGE_GIVEN_UP`."""
        self._closed = True
        with self._turn:
            self._end()

    def _asked(self, ask: Make, cancel: Cancel) -> Say:
        def enough() -> bool:
            return self._closed or cancel()

        if enough():
            raise fault("PAGE_GIVEN_UP")
        try:
            worker = self._running()
            told = worker.tell(WIRE.message(ask), self._patience_s, enough)
            heard = worker.hear(self._patience_s, enough) if told else None
            if heard is None:
                self._end()  # half a question would be taken for the head of the next one
                raise fault("PAGE_GIVEN_UP")
            said = WIRE.say_from(heard)
        except WorkerSilent as problem:
            raise self._failed("PAGE_SILENT") from problem
        except (WorkerLost, msgspec.MsgspecError) as problem:
            raise self._failed("PAGE_CRASHED") from problem
        self._restarts.worked()
        return said

    def _failed(self, code: str) -> DeviceFault:
        self._end()
        self._restarts.failed()
        return fault("PAGE_MAKER_GIVEN_UP" if self._restarts.hopeless else code)

    def _running(self) -> Worker:
        if self._worker is not None and not self._worker.running:
            self._end()
        if self._worker is None:
            if self._restarts.hopeless and not self._restarts.may_start():
                raise fault("PAGE_MAKER_GIVEN_UP")
            self._worker = Worker(self._command, LARGEST)
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()


def _fault(code: str) -> DeviceFault:
    return fault(code, megapixels=LARGEST_PIXELS // 1_000_000)
