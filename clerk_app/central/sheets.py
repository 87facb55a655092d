"""Sheets as central holds them: a file per SHA-256 in a folder, parts beside it until they are whole.

A part belongs to the station that sends it, so nobody can spoil another's. A sheet exists only once its digest was
found right; until then it is not there for anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from io import FileIO
from pathlib import Path
from typing import Protocol

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import SheetState

MAX_SHEET_BYTES = 32 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Part(Protocol):
    """An open part of a sheet: bytes are added at its end as they come from the line."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class SheetStore(Protocol):
    """Where whole sheets and their parts lie."""

    def whole(self, digest: str) -> bool: ...

    def state(self, digest: str, station: str) -> SheetState: ...

    def open_part(self, digest: str, station: str, offset: int, total: int) -> Part: ...

    def finish(self, digest: str, station: str, total: int) -> SheetState: ...

    def check_writable(self) -> None:
        """Raises `OSError` or `Refusal` where no sheet could be kept now."""
        ...


def check_digest(digest: str) -> None:
    """Raises `Refusal` SHEET_NAME unless this is a SHA-256 in lower-case hexadecimal."""
    if not _DIGEST.fullmatch(digest):
        raise Refusal(
            "SHEET_NAME",
            Words("Tên trang không phải SHA-256.", "The name of the sheet is not a SHA-256."),
            Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
        )


class _FilePart:
    def __init__(self, file: FileIO, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, data: bytes) -> None:
        if len(data) > self._room:
            raise Refusal(
                "SHEET_TOO_LONG",
                Words("Trang dài hơn đã báo.", "The sheet is longer than was said."),
                Words("Gửi lại trang từ đầu.", "Send the sheet again from the start."),
            )
        self._room -= len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        self._file.close()


class SheetFolder:
    """A folder of sheets on this machine's disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / "parts"
        self._parts.mkdir(parents=True, exist_ok=True)

    def check_writable(self) -> None:
        """Raises `OSError` where no sheet could be kept now: a full disk, a share that is gone, no permission."""
        probe = self._parts / f"probe-{os.getpid()}"
        try:
            probe.write_bytes(bytes(4096))
        finally:
            probe.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _part(self, digest: str, station: str) -> Path:
        return self._parts / f"{hashlib.sha256(station.encode()).hexdigest()[:16]}-{digest}"

    def whole(self, digest: str) -> bool:
        """Whether the sheet is here and was found right. Raises `Refusal` SHEET_NAME."""
        check_digest(digest)
        return self._path(digest).exists()

    def state(self, digest: str, station: str) -> SheetState:
        """How much of the sheet is here from this station. Raises `Refusal` SHEET_NAME."""
        check_digest(digest)
        with contextlib.suppress(FileNotFoundError):
            return SheetState(self._path(digest).stat().st_size, True)
        with contextlib.suppress(FileNotFoundError):
            return SheetState(self._part(digest, station).stat().st_size, False)
        return SheetState(0, False)

    def open_part(self, digest: str, station: str, offset: int, total: int) -> Part:
        """Go on writing at `offset`. Raises `Refusal`: SHEET_NAME, SHEET_TOO_BIG, SHEET_OFFSET."""
        check_digest(digest)
        if not 0 < total <= MAX_SHEET_BYTES:
            raise Refusal(
                "SHEET_TOO_BIG",
                Words("Trang trống hoặc lớn hơn 32 MiB.", "The sheet is empty or larger than 32 MiB."),
                Words("Quét lại với độ phân giải thấp hơn.", "Scan it again at a lower resolution."),
            )
        path = self._part(digest, station)
        path.touch()
        have = path.stat().st_size
        if offset != have or offset > total:
            raise Refusal(
                "SHEET_OFFSET",
                Words(f"Trung tâm đang có {have} byte của trang này.", f"Central has {have} bytes of this sheet."),
                Words("Gửi tiếp từ đó.", "Go on from there."),
            )
        # Unbuffered: what came off the line outlives this process.
        file = path.open("r+b", buffering=0)
        file.seek(offset)
        return _FilePart(file, total - offset)

    def finish(self, digest: str, station: str, total: int) -> SheetState:
        """Keep the sheet if all its bytes are here and right. Raises `Refusal` SHEET_DAMAGED; the part is then gone."""
        path = self._part(digest, station)
        if self.whole(digest):
            path.unlink(missing_ok=True)
            return SheetState(self._path(digest).stat().st_size, True)
        with path.open("r+b") as file:
            have = os.fstat(file.fileno()).st_size
            if have < total:
                return SheetState(have, False)
            right = have == total and hashlib.file_digest(file, "sha256").hexdigest() == digest
            if right:
                os.fsync(file.fileno())
        if not right:
            path.unlink(missing_ok=True)
            raise Refusal(
                "SHEET_DAMAGED",
                Words("Trang đến nơi không nguyên vẹn.", "The sheet did not arrive as it was."),
                Words("Máy trạm sẽ gửi lại từ đầu.", "The station sends it again from the start."),
            )
        final = self._path(digest)
        final.parent.mkdir(exist_ok=True)
        path.replace(final)
        _keep_name(final.parent)
        return SheetState(total, True)


def _keep_name(folder: Path) -> None:
    # The new name itself must survive a power cut. Windows keeps names in its own journal and opens no folder.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
