"""Which files of the watched folder are being taken, for which dossier, and how many of their pages are kept.

It is written down with each page, so that a file whose taking broke off comes once and into one dossier.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from clerk_app.desk.ports import Journal
from clerk_app.domain.dossier import Dossier, PageArrived
from clerk_app.domain.refusals import DeviceFault, Words

_NOTE = "taking_from_folder"
_LARGEST = 1 << 28
_MOST = 100
"""Files that somebody began and moved away by hand are forgotten, the oldest first."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A file of which the first pages are kept in a dossier."""

    dossier: UUID
    pages: int


class HalfTaken:
    """The notes, one line a file: its fingerprint, the dossier, the number of pages."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def of(self, file: str) -> Begun | None:
        """How far the file with this fingerprint was taken."""
        return self._all().get(file)

    def kept(self, file: str, dossier: UUID, pages: int) -> None:
        """So many of its pages are kept; to be said within the journal's `together` of the page."""
        others = [(name, begun) for name, begun in self._all().items() if name != file]
        self._write([*others[1 - _MOST :], (file, Begun(dossier, pages))])

    def over(self, file: str) -> None:
        """It lies in the folder no longer."""
        self._write([(name, begun) for name, begun in self._all().items() if name != file])

    def _all(self) -> dict[str, Begun]:
        lines = (line.split() for line in self._journal.noted(_NOTE).splitlines())
        return {line[0]: Begun(UUID(line[1]), int(line[2])) for line in lines if len(line) == 3}

    def _write(self, files: list[tuple[str, Begun]]) -> None:
        lines = "\n".join(f"{name} {begun.dossier} {begun.pages}" for name, begun in files)
        if lines != self._journal.noted(_NOTE):
            self._journal.note(_NOTE, lines)

    def elsewhere(self, file: str, dossier: UUID) -> Dossier | None:
        """The other dossier that holds pages of the file and may not be parted from it; None where there is none.

        One that was discarded, or from which all those pages were taken out, holds nothing.
        """
        begun = self.of(file)
        if begun is None or begun.dossier == dossier:
            return None
        other = self._journal.dossier(begun.dossier)
        if other.status == "discarded":
            return None
        entries = (entry.what for entry in self._journal.entries(other.id))
        came = {what.page.sheet for what in entries if isinstance(what, PageArrived) and what.how == "folder"}
        held = any((page.sheet if page.raw else page.original) in came for page in other.pages)
        return other if held else None


def fingerprint(file: Path) -> str:
    """Tells a file from any other and from another copy of it, and says nothing of its name.

    Empty for one that cannot be read or is larger than any that is taken: whoever opens it next says what is wrong.
    """
    try:
        # Not blocking: a pipe that took the file's place would keep us here for ever.
        how = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(file, how), "rb") as octets:
            found = os.fstat(octets.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
                return ""
            content = hashlib.file_digest(octets, "sha256").hexdigest()
    except OSError:
        return ""
    return f"{content}/{found.st_ino}/{found.st_mtime_ns}"


def half_taken(other: Dossier) -> DeviceFault:
    """A file that was begun for another dossier, which can still take the rest of it."""
    code = other.code or other.local_code
    return DeviceFault(
        "FOLDER_HALF_TAKEN",
        Words(
            f"Một tệp trong thư mục đang được lấy dở cho hồ sơ {code}.",
            f"A file in the folder was begun for dossier {code}.",
        ),
        Words(
            "Mở hồ sơ đó và lấy tiếp; nếu đã lấy nhầm hồ sơ, xóa các trang đó ở hồ sơ kia rồi lấy lại ở đây.",
            "Open that dossier and take the rest; if it was the wrong one, take those pages out there, then try here.",
        ),
    )


def begun_for_closed(other: Dossier) -> DeviceFault:
    """A file that was begun for another dossier, which takes no pages any more."""
    code = other.code or other.local_code
    return DeviceFault(
        "FOLDER_BEGUN_CLOSED",
        Words(
            f"Một tệp đã được lấy cho hồ sơ {code}, nay đã đóng; tệp được để riêng trong thư mục refused.",
            f"A file was begun for dossier {code}, which is closed by now; it was put aside in the folder refused.",
        ),
        Words(
            "Xem tệp: nếu của hồ sơ này, chuyển lại ra thư mục nhận bản quét rồi lấy lại.",
            "Look at it: if it belongs to this dossier, move it back to where scans arrive and take it again.",
        ),
    )
