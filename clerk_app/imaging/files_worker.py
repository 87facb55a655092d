"""The worker that opens one file and hands over its pages: `python -m clerk_app.imaging.files_worker`.

Whatever the file does to the libraries that open it is done here, within a bounded memory, and ends with this process.
The file lies in memory only, never on a disk.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

import msgspec

from clerk_app.imaging import files_pdf, files_pictures
from clerk_app.imaging.file_faults import FILE_FAULTS
from clerk_app.imaging.files_pictures import Unusable
from clerk_app.imaging.files_wire import WIRE, End, Next, Piece, Sheet, Trouble
from clerk_app.workers.pipe import Desk

MOST_MEMORY = 1 << 30
"""Octets of address space, of this process and of each that it starts: what a page of the largest size needs, twice."""
_HEAD = 1024


def pages(held: BinaryIO) -> Iterator[Sheet]:
    """The pages of a file by its first octets; its name says nothing. Raises `Unusable`."""
    held.seek(0)
    head = held.read(_HEAD)
    if b"%PDF-" in head:
        return files_pdf.pages(held)
    return files_pictures.pages(held, head)


def _within_bounds() -> None:
    """No more memory than is needed, and no image of it on the disk after a crash."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the limits on sizes hold there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _in_memory() -> BinaryIO:
    """A file that pdftoppm can be given as its input, on no disk; where there is no such thing, octets."""
    return os.fdopen(os.memfd_create("page"), "w+b") if hasattr(os, "memfd_create") else BytesIO()


def _received(desk: Desk) -> BinaryIO | None:
    """The file that the desk hands over; None when the desk is gone."""
    held = _in_memory()
    while (heard := desk.hear()) is not None:
        said = WIRE.ask_from(heard)
        if not isinstance(said, Piece):
            return None
        if not said.data:
            held.flush()
            return held
        held.write(said.data)
    return None


def _serve(desk: Desk, held: BinaryIO) -> None:
    found: Iterator[Sheet] | None = None
    while (heard := desk.hear()) is not None and isinstance(WIRE.ask_from(heard), Next):
        try:
            found = pages(held) if found is None else found
            said: Sheet | End | Trouble = next(found, End())
        except Unusable as problem:
            said = Trouble(problem.code if problem.code in FILE_FAULTS else "FILE_CRASHED")
        except MemoryError:
            said = Trouble("PICTURE_TOO_LARGE")
        desk.say(WIRE.message(said))


def main() -> int:
    """Take a file, give its pages; 0 when the desk wants no more."""
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # stdout is for messages only, whatever a library prints
    _within_bounds()
    desk = Desk(said=said)
    try:
        held = _received(desk)
        if held is None:
            return 2
        _serve(desk, held)
    except (msgspec.MsgspecError, OSError):  # the desk is gone, or is none
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
