"""Sheets as central holds them: a file per SHA-256 in a folder, parts beside it until they are whole.

A part belongs to the station that sends it, so nobody can spoil another's. A sheet exists only once its digest was
found right; until then it is not there for anybody. A part may be open several times, where a line broke and the
station began anew: what becomes the sheet is a copy that was made while it was read, which nobody else holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import logging
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from threading import Lock
from typing import Protocol

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import MAX_SHEET_BYTES, SheetState

_LOG = logging.getLogger("quay.central")

PART_LIVES = timedelta(days=14)
"""How long a part waits for its station to go on: longer than any ordinary outage."""
_SWEPT_EVERY = timedelta(hours=6)
_COPIED_AT_ONCE = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Part(Protocol):
    """An open part of a sheet: bytes are added at its end as they come from the line.

    `write` never waits for anything but this machine's disk. Once `full`, `keep` puts what was written where it
    outlives this process; `finish` is `SheetStore.finish` for this part, and `close` keeps whatever is left.
    """

    @property
    def full(self) -> bool: ...

    def write(self, data: bytes) -> None: ...

    def keep(self) -> None: ...

    def finish(self) -> SheetState: ...

    def close(self) -> None: ...


class SheetStore(Protocol):
    """Where whole sheets and their parts lie."""

    def whole(self, digest: str) -> bool: ...

    def missing(self, digests: Collection[str]) -> set[str]: ...

    def state(self, digest: str, station: str) -> SheetState: ...

    def read(self, digest: str) -> bytes: ...

    def keep(self, digest: str, data: bytes) -> None: ...

    def destroy(self, digest: str) -> None: ...

    def digests(self) -> Iterator[str]: ...

    def empty(self) -> bool: ...

    def open_part(self, digest: str, station: str, offset: int, total: int) -> Part: ...

    def finish(self, digest: str, station: str, total: int) -> SheetState: ...

    def sweep(self, now: datetime) -> int: ...

    def check_writable(self) -> None:
        """Raises `OSError` or `Refusal` where no sheet could be kept now."""
        ...


def sheets_at(given: str | None, data_dir: Path) -> str:
    """The address that was given, and only where none was the folder in central's own.

    Raises `Refusal` BLOBS_UNNAMED for one that is given empty: pages would come into a folder that nobody looks after.
    """
    if given is None:
        return str(data_dir / "sheets")
    if not given.strip():
        raise Refusal(
            "BLOBS_UNNAMED",
            Words("Địa chỉ kho trang để trống.", "The address of the sheets is empty."),
            Words("Kiểm tra CLERK_BLOBS hoặc --blobs.", "Check CLERK_BLOBS or --blobs."),
        )
    return given


def open_sheets(address: str, make: bool = True) -> SheetStore:
    """The store at `address`: a folder, or `s3://bucket/prefix?endpoint=URL`.

    Raises `Refusal` as `ObjectSheets`, and BLOBS_MISSING for a folder that is not there and shall not be made.
    """
    if "://" not in address:
        return SheetFolder(Path(address), make)
    if not address.startswith("s3://"):
        raise wrong_kind()
    from clerk_app.central.object_sheets import ObjectSheets

    return ObjectSheets(address)


def is_loopback(host: str) -> bool:
    """Whether this host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_digest(name: str) -> bool:
    """Whether this is a SHA-256 in lower-case hexadecimal."""
    return _DIGEST.fullmatch(name) is not None


def check_digest(digest: str) -> None:
    """Raises `Refusal` SHEET_NAME unless this is a SHA-256 in lower-case hexadecimal."""
    if not is_digest(digest):
        raise Refusal(
            "SHEET_NAME",
            Words("Tên trang không phải SHA-256.", "The name of the sheet is not a SHA-256."),
            Words("Báo cán bộ kỹ thuật.", "Tell the technician."),
        )


def said_length(total: int) -> None:
    """Raises `Refusal` SHEET_TOO_BIG unless a sheet may have so many bytes."""
    if not 0 < total <= MAX_SHEET_BYTES:
        raise Refusal(
            "SHEET_TOO_BIG",
            Words("Trang trống hoặc lớn hơn 32 MiB.", "The sheet is empty or larger than 32 MiB."),
            Words("Quét lại với độ phân giải thấp hơn.", "Scan it again at a lower resolution."),
        )


def wrong_offset(have: int) -> Refusal:
    """The station goes on at another byte than central has."""
    return Refusal(
        "SHEET_OFFSET",
        Words(f"Trung tâm đang có {have} byte của trang này.", f"Central has {have} bytes of this sheet."),
        Words("Gửi tiếp từ đó.", "Go on from there."),
    )


def too_long() -> Refusal:
    """More bytes came than were said."""
    return Refusal(
        "SHEET_TOO_LONG",
        Words("Trang dài hơn đã báo.", "The sheet is longer than was said."),
        Words("Gửi lại trang từ đầu.", "Send the sheet again from the start."),
    )


def damaged() -> Refusal:
    """The bytes that came are not those that the name says."""
    return Refusal(
        "SHEET_DAMAGED",
        Words("Trang đến nơi không nguyên vẹn.", "The sheet did not arrive as it was."),
        Words("Máy trạm sẽ gửi lại từ đầu.", "The station sends it again from the start."),
    )


def away() -> Refusal:
    """No place for sheets now: says nothing about the sheet, which comes again."""
    return Refusal(
        "SHEETS_AWAY",
        Words("Trung tâm tạm thời không dùng được kho trang.", "Central cannot use its store of sheets at the moment."),
        Words(
            "Máy trạm giữ mọi việc và sẽ gửi lại; quản trị kiểm tra kho trang, khóa truy cập và đĩa.",
            "Stations keep everything and try again; check the store, its credentials and the disk.",
        ),
    )


def _missing() -> Refusal:
    return Refusal(
        "BLOBS_MISSING",
        Words("Chưa có kho trang ở đây.", "There is no store of sheets here."),
        Words("Kiểm tra --data và --blobs.", "Check --data and --blobs."),
    )


def wrong_kind() -> Refusal:
    """An address of sheets that central cannot use."""
    return Refusal(
        "BLOBS_KIND",
        Words("Kho trang này không dùng được.", "This kind of sheet store cannot be used."),
        Words("Dùng một thư mục hoặc s3://bucket/tiền-tố.", "Use a folder, or s3://bucket/prefix."),
    )


@contextlib.contextmanager
def trouble_told() -> Iterator[None]:
    """Raises `Refusal` SHEETS_AWAY for whatever this machine's disk cannot do."""
    try:
        yield
    except OSError as problem:
        _LOG.warning("sheets: %s %s", type(problem).__name__, problem.errno)
        raise away() from None


class Sweeping:
    """Remembers when this process last removed what was abandoned."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now_and_then(self, sweep: Callable[[datetime], int]) -> None:
        """Sweep if nobody here did for some hours; that it cannot be done now costs nobody anything."""
        now = datetime.now(UTC)
        with self._lock:
            if now - self._last < _SWEPT_EVERY:
                return
            self._last = now
        with contextlib.suppress(Refusal):
            sweep(now)


class _FilePart:
    def __init__(self, folder: SheetFolder, digest: str, station: str, file: FileIO, total: int) -> None:
        self._folder = folder
        self._digest = digest
        self._station = station
        self._file = file
        self._total = total
        self._room = total - file.tell()

    @property
    def full(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        if len(data) > self._room:
            raise too_long()
        self._room -= len(data)
        rest = memoryview(data)
        with trouble_told():
            while rest:
                rest = rest[self._file.write(rest) :]

    def keep(self) -> None:
        """Unbuffered: what came off the line outlives this process."""

    def finish(self) -> SheetState:
        self._file.close()
        return self._folder.finish(self._digest, self._station, self._total)

    def close(self) -> None:
        self._file.close()


class SheetFolder:
    """A folder of sheets on this machine's disk. Every call raises `Refusal` SHEETS_AWAY when the disk says no."""

    def __init__(self, folder: Path, make: bool = True) -> None:
        """Without `make` nothing is made, and it is only read: raises `Refusal` BLOBS_MISSING where there is none."""
        self._folder = folder
        self._parts = folder / "parts"
        self._sweeping = Sweeping()
        if not make:
            if not folder.is_dir():
                raise _missing()
            return
        with trouble_told():
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

    def missing(self, digests: Collection[str]) -> set[str]:
        """Which of these sheets are not here. Raises `Refusal` SHEET_NAME."""
        return {digest for digest in digests if not self.whole(digest)}

    def state(self, digest: str, station: str) -> SheetState:
        """How much of the sheet is here from this station. Raises `Refusal` SHEET_NAME."""
        check_digest(digest)
        with trouble_told():
            with contextlib.suppress(FileNotFoundError):
                return SheetState(self._path(digest).stat().st_size, True)
            with contextlib.suppress(FileNotFoundError):
                return SheetState(self._part(digest, station).stat().st_size, False)
        return SheetState(0, False)

    def read(self, digest: str) -> bytes:
        """The bytes of a whole sheet. Raises `Refusal` SHEET_NAME, SHEETS_AWAY."""
        check_digest(digest)
        with trouble_told():
            return self._path(digest).read_bytes()

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a whole sheet that comes from another store. Raises `Refusal` SHEET_DAMAGED."""
        part = self.open_part(digest, "", 0, len(data)) if not self.whole(digest) else None
        if part is not None:
            part.write(data)
            part.finish()

    def destroy(self, digest: str) -> None:
        """Write over a sheet and every part of it, and delete them; one that is not here is no trouble.

        On an SSD the drive may keep old blocks until it recycles them: that is for the encryption of the whole disk.
        Raises `Refusal` SHEET_NAME.
        """
        check_digest(digest)
        with trouble_told():
            for path in (self._path(digest), *self._parts.glob(f"*-{digest}")):
                with contextlib.suppress(FileNotFoundError):
                    _write_over(path)
                    path.unlink()

    def digests(self) -> Iterator[str]:
        """Every whole sheet, in order."""
        with trouble_told():
            folders = sorted(path for path in self._folder.iterdir() if len(path.name) == 2 and path.is_dir())
            for folder in folders:
                yield from sorted(path.name for path in folder.iterdir() if is_digest(path.name))

    def empty(self) -> bool:
        """Whether no file at all lies here, of a sheet or of anything else."""
        return not any(files for _, _, files in os.walk(self._folder))

    def open_part(self, digest: str, station: str, offset: int, total: int) -> Part:
        """Go on writing at `offset`. Raises `Refusal`: SHEET_NAME, SHEET_TOO_BIG, SHEET_OFFSET."""
        check_digest(digest)
        said_length(total)
        self._sweeping.now_and_then(self.sweep)
        with trouble_told():
            path = self._part(digest, station)
            path.touch()
            have = path.stat().st_size
            if offset != have or offset > total:
                raise wrong_offset(have)
            file = path.open("r+b", buffering=0)
            file.seek(offset)
        return _FilePart(self, digest, station, file, total)

    def finish(self, digest: str, station: str, total: int) -> SheetState:
        """Keep the sheet if all its bytes are here and right. Raises `Refusal` SHEET_DAMAGED; the part is then gone."""
        path = self._part(digest, station)
        with trouble_told():
            if self.whole(digest):
                path.unlink(missing_ok=True)
                return SheetState(self._path(digest).stat().st_size, True)
            have = path.stat().st_size
            if have < total:
                return SheetState(have, False)
            copy = self._parts / f"whole-{secrets.token_hex(16)}"
            try:
                right = have == total and _copied(path, copy) == digest
                if right:
                    final = self._path(digest)
                    final.parent.mkdir(exist_ok=True)
                    copy.replace(final)
                    _keep_name(final.parent)
            finally:
                copy.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        if not right:
            raise damaged()
        return SheetState(total, True)

    def sweep(self, now: datetime) -> int:
        """Remove parts that nobody went on with for `PART_LIVES`; how many."""
        gone = 0
        with trouble_told():
            for path in self._parts.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < (now - PART_LIVES).timestamp():
                        path.unlink()
                        gone += 1
        return gone


def _write_over(path: Path) -> None:
    left = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        while left > 0:
            left -= file.write(secrets.token_bytes(min(left, _COPIED_AT_ONCE)))
        os.fsync(file.fileno())


def _copied(part: Path, to: Path) -> str:
    """Put a copy of the part on the disk for good; the SHA-256 of what was written there."""
    seen = hashlib.sha256()
    with part.open("rb", buffering=0) as source, to.open("xb", buffering=0) as file:
        while data := source.read(_COPIED_AT_ONCE):
            seen.update(data)
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    return seen.hexdigest()


def _keep_name(folder: Path) -> None:
    # The new name itself must survive a power cut. Windows keeps names in its own journal and opens no folder.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
