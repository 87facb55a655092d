"""Faces held against each other and photos judged: the side of the desk. The work is done in a worker process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from threading import Lock

import msgspec

from clerk_app.desk.ports import FaceDistance, PhotoMeasure, ScannedPage
from clerk_app.devices.face_pictures import LARGEST_PIXELS
from clerk_app.devices.face_wire import (
    WIRE,
    Ask,
    Compare,
    Compared,
    Cut,
    Measure,
    Measured,
    Photo,
    Say,
    Trouble,
)
from clerk_app.devices.faults import FAULTS, fault
from clerk_app.domain.refusals import DeviceFault
from clerk_app.workers.pipe import Worker, WorkerLost, WorkerSilent, python
from clerk_app.workers.restarts import Restarts

PHOTO_WIDTH_INCHES = 3 / 2.54
"""A licence photo is 3 cm wide."""
PACKAGES = ("dlib", "face_recognition_models")


class DlibFaces:
    """Fulfils `ports.FaceMatcher`. The worker starts with the first question and is killed when it hangs or by `close`.

    One that crashes is started again later each time (`Restarts`); whoever asks by hand is not made to wait.

    Nothing of dlib is ever loaded here.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        patience_s: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = tuple(command) or python("clerk_app.devices.face_worker")
        self._patience_s = patience_s
        self._worker: Worker | None = None
        self._restarts = Restarts(monotonic)
        self._why = "FACE_CRASHED"
        self._turn = Lock()
        self._closed = False

    def available(self) -> bool:
        """Whether the optional package is installed; a look for its files."""
        return all(find_spec(name) is not None for name in PACKAGES)

    def compare(self, portrait: bytes, frame: bytes) -> FaceDistance:
        """Raises `DeviceFault` `FACE_…` or `PICTURE_…` (of the frame; a portrait that cannot be used is an answer)."""
        said = self._ask(Compare(portrait, frame))
        if not isinstance(said, Compared):
            raise fault("FACE_CRASHED")
        return FaceDistance(said.found, said.distance, said.box)

    def measure(self, frame: bytes) -> PhotoMeasure:
        """Raises `DeviceFault` `FACE_…` or `PICTURE_…`."""
        said = self._ask(Measure(frame), by_hand=False)
        if not isinstance(said, Measured):
            raise fault("FACE_CRASHED")
        return PhotoMeasure(**msgspec.structs.asdict(said))

    def photo(self, frame: bytes) -> ScannedPage:
        """Raises `DeviceFault` `PHOTO_…`, `FACE_…` or `PICTURE_…`."""
        said = self._ask(Cut(frame))
        if not isinstance(said, Photo):
            raise fault("FACE_CRASHED")
        return ScannedPage(said.jpeg, "image/jpeg", said.width, said.height, round(said.width / PHOTO_WIDTH_INCHES))

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None and worker.running else None

    def close(self) -> None:
        """End the worker, also while it works; whoever waits for it hears `FACE_CRASHED`."""
        self._closed = True
        with self._turn:
            self._end()

    def _ask(self, ask: Ask, *, by_hand: bool = True) -> Say:
        if not self.available():
            raise fault("FACE_NOT_INSTALLED")
        with self._turn:
            try:
                worker = self._running(by_hand)
                worker.tell(WIRE.message(ask), self._patience_s, lambda: self._closed)
                heard = worker.hear(self._patience_s, lambda: self._closed)
                if heard is None:
                    raise WorkerLost
                said = WIRE.say_from(heard)
            except WorkerSilent as problem:
                raise self._failed("FACE_SILENT") from problem
            except (WorkerLost, msgspec.MsgspecError) as problem:
                raise self._failed("FACE_CRASHED") from problem
            self._restarts.worked()
        if isinstance(said, Trouble):
            code = said.code if said.code in FAULTS else "FACE_CRASHED"
            raise fault(code, megapixels=LARGEST_PIXELS // 1_000_000)
        return said

    def _failed(self, code: str) -> DeviceFault:
        self._end()
        self._restarts.failed()
        self._why = "FACE_GIVEN_UP" if self._restarts.hopeless and code == "FACE_CRASHED" else code
        return fault(self._why)

    def _running(self, by_hand: bool) -> Worker:
        if self._worker is not None and not self._worker.running:
            self._end()
        if self._worker is None:
            if not by_hand and not self._restarts.may_start():
                raise fault(self._why)
            self._worker = Worker(self._command)
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
