"""Faces held against each other and photos judged: the side of the desk. The work is done in a worker process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec

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
from clerk_app.workers.keeper import Keeper, Names, WorkerFailed
from clerk_app.workers.pipe import python
from clerk_app.workers.restarts import Restarts

PHOTO_WIDTH_INCHES = 3 / 2.54
"""A licence photo is 3 cm wide."""
PACKAGES = ("dlib", "face_recognition_models")
_NAMES = Names("FACE_CRASHED", "FACE_SILENT", "FACE_GIVEN_UP", "FACE_SILENT")


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
        command = command or python("clerk_app.devices.face_worker")
        self._keeper = Keeper(WIRE, command, patience_s, _NAMES, Restarts(monotonic))

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
        return self._keeper.pid

    def close(self) -> None:
        """End the worker, also while it works; whoever waits for it hears `FACE_CRASHED`."""
        self._keeper.close()

    def _ask(self, ask: Ask, *, by_hand: bool = True) -> Say:
        if not self.available():
            raise fault("FACE_NOT_INSTALLED")
        try:
            said = self._keeper.ask(ask, lambda: False, rests="never" if by_hand else "always")
        except WorkerFailed as problem:
            raise fault(problem.code) from problem
        if said is None:
            raise fault("FACE_CRASHED")
        if isinstance(said, Trouble):
            code = said.code if said.code in FAULTS else "FACE_CRASHED"
            raise fault(code, megapixels=LARGEST_PIXELS // 1_000_000)
        return said
