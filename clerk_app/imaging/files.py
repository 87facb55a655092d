"""Pages from files: the side of the desk. Each file is opened in a worker process of its own, which ends with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, assert_never

import msgspec

from clerk_app.desk.ports import Cancel, ScannedPage
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.file_faults import FILE_FAULTS, LARGEST_FILE, SECONDS_PER_PAGE, file_fault
from clerk_app.imaging.files_wire import PIECE, WIRE, End, Next, Piece, Say, Sheet, Trouble
from clerk_app.workers.pipe import Worker, WorkerLost, WorkerSilent, python


class WorkerFiles:
    """Fulfils `page_ports.Files`.

    The desk only reads the file's octets and never looks at them. A worker that crashes takes nothing with it but this
    file, so there is no pause before the next one. Neither name nor path of a file goes anywhere from here.
    """

    def __init__(self, command: Sequence[str] = (), patience_s: float = SECONDS_PER_PAGE) -> None:
        """`patience_s` is how long one page, or handing over the file, may take."""
        self._command = tuple(command) or python("clerk_app.imaging.files_worker")
        self._patience_s = patience_s

    def pages(self, file: Path | bytes, cancel: Cancel) -> Iterator[ScannedPage]:
        """The pages of a file, one after the other: a JPEG as it came wherever that can be, else JPEG or PNG.

        `dpi` is 0 where the file does not say how large its paper was. The pages before a fault are good ones. Raises
        `DeviceFault`: `FILE_…`, `PICTURE_…`, `PDF_…` of `file_faults`; `FILE_GIVEN_UP` when cancelled.
        """
        with closing(_opened(file)) as octets:
            try:
                worker = Worker(self._command)
            except WorkerLost as problem:
                raise file_fault("FILE_CRASHED") from problem
            try:
                self._hand_over(worker, octets, cancel)
                while (page := self._next(worker, cancel)) is not None:
                    yield page
            finally:
                worker.close()

    def _hand_over(self, worker: Worker, octets: BinaryIO, cancel: Cancel) -> None:
        sent = 0
        while True:
            try:
                piece = octets.read(PIECE)
            except OSError as problem:
                raise file_fault("FILE_UNREADABLE") from problem
            sent += len(piece)
            if sent > LARGEST_FILE:
                raise file_fault("FILE_TOO_LARGE")
            self._tell(worker, Piece(piece), cancel)
            if not piece:
                return

    def _next(self, worker: Worker, cancel: Cancel) -> ScannedPage | None:
        self._tell(worker, Next(), cancel)
        match self._hear(worker, cancel):
            case Sheet() as sheet:
                return ScannedPage(sheet.data, sheet.media, sheet.width, sheet.height, sheet.dpi)
            case End():
                return None
            case Trouble(code):
                raise file_fault(code if code in FILE_FAULTS else "FILE_CRASHED")
            case other:
                assert_never(other)

    def _tell(self, worker: Worker, ask: Piece | Next, cancel: Cancel) -> None:
        try:
            told = worker.tell(WIRE.message(ask), self._patience_s, cancel)
        except (WorkerLost, WorkerSilent) as problem:
            raise _lost(problem) from problem
        if not told:
            raise file_fault("FILE_GIVEN_UP")

    def _hear(self, worker: Worker, cancel: Cancel) -> Say:
        try:
            heard = worker.hear(self._patience_s, cancel)
            if heard is not None:
                return WIRE.say_from(heard)
        except (WorkerLost, WorkerSilent, msgspec.MsgspecError) as problem:
            raise _lost(problem) from problem
        raise file_fault("FILE_GIVEN_UP")


def _lost(problem: Exception) -> DeviceFault:
    return file_fault("FILE_SLOW" if isinstance(problem, WorkerSilent) else "FILE_CRASHED")


def _opened(file: Path | bytes) -> BinaryIO:
    """The octets of a file, which is a real one and not too large. Raises `DeviceFault` `FILE_…` without its name."""
    if isinstance(file, bytes):
        return _judged(BytesIO(file), len(file))
    try:
        # Not blocking: a pipe with nobody at its other end would keep us here for ever.
        found = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise file_fault("FILE_MISSING") from None
    except (OSError, ValueError):  # also a loop of links, and a name with a zero in it
        raise file_fault("FILE_NOT_A_FILE" if os.path.isdir(file) else "FILE_UNREADABLE") from None  # noqa: PTH112
    about = os.fstat(found)
    if not stat.S_ISREG(about.st_mode):
        os.close(found)
        raise file_fault("FILE_NOT_A_FILE")
    octets = os.fdopen(found, "rb")
    return _judged(octets, about.st_size)


def _judged(octets: BinaryIO, size: int) -> BinaryIO:
    if 0 < size <= LARGEST_FILE:
        return octets
    octets.close()
    raise file_fault("FILE_EMPTY" if size == 0 else "FILE_TOO_LARGE")
