"""Sheets in an object store that speaks S3: whole ones by their SHA-256, parts as objects of their own until then.

What comes off the line is spooled to a temporary file and put into the store a piece at a time, so that another process
can go on where this one was stopped, and no sheet is held in memory. A whole sheet is put once, after its digest was
found right; two that put the same sheet at once put the same bytes.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Lock
from typing import IO, TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

from clerk_app.central.sheets import (
    PART_LIVES,
    Part,
    Sweeping,
    away,
    check_digest,
    damaged,
    is_loopback,
    said_length,
    too_long,
    wrong_kind,
    wrong_offset,
)
from clerk_app.central.sheets import trouble_told as disk_trouble_told
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import SheetState

if TYPE_CHECKING:
    from obstore.store import RetryConfig, S3Config, S3Store

_LOG = logging.getLogger("quay.central")

_PIECE_BYTES = 1024 * 1024
"""What may be lost of an upload when the process dies."""
_IN_ONE_PUT = 4 * 1024 * 1024
_AT_ONCE = 16
_LISTED_AT_ONCE = 1000
_BELIEVED = timedelta(minutes=10)
"""How long a sheet that was seen whole is taken for whole without asking again."""
_REMEMBERED = 50_000
_PATIENCE: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=8)}


@dataclass(frozen=True, slots=True)
class _Piece:
    """Bytes `first` to `end` (excluded) of a part, in the object at `path`."""

    first: int
    end: int
    path: str


class ObjectSheets:
    """A `SheetStore` at `s3://bucket/prefix?endpoint=URL&region=NAME`; credentials come from the environment (`AWS_…`).

    Without `endpoint` it is the one of Amazon. Every call raises `Refusal` SHEETS_AWAY when the store cannot be used.
    """

    def __init__(self, url: str) -> None:
        """Raises `Refusal`: BLOBS_KIND, TLS_NEEDED for plain HTTP outside loopback, BLOBS_DRIVER."""
        self._store = store_of(url)
        self._seen_whole: dict[str, datetime] = {}
        self._lock = Lock()
        self._sweeping = Sweeping()

    def whole(self, digest: str) -> bool:
        """Whether the sheet is here and was found right. Raises `Refusal` SHEET_NAME."""
        return not self.missing((digest,))

    def missing(self, digests: Collection[str]) -> set[str]:
        """Which of these sheets are not here, several asked for at once. Raises `Refusal` SHEET_NAME."""
        for digest in digests:
            check_digest(digest)
        unsure = [digest for digest in digests if not self._believed(digest)]
        with _trouble_told():
            sizes = self._sizes(unsure)
        for digest, size in zip(unsure, sizes, strict=True):
            if size is not None:
                self._believe(digest)
        return {digest for digest, size in zip(unsure, sizes, strict=True) if size is None}

    def state(self, digest: str, station: str) -> SheetState:
        """How much of the sheet is here from this station. Raises `Refusal` SHEET_NAME."""
        check_digest(digest)
        with _trouble_told():
            (size,) = self._sizes([digest])
            if size is not None:
                return SheetState(size, True)
            return SheetState(_end(self._pieces(digest, station)), False)

    def read(self, digest: str) -> bytes:
        """The bytes of a whole sheet. Raises `Refusal` SHEET_NAME, SHEETS_AWAY."""
        import obstore

        check_digest(digest)
        with _trouble_told():
            return bytes(obstore.get(self._store, _path(digest)).bytes())

    def keep(self, digest: str, data: bytes) -> None:
        """Keep a whole sheet that comes from another store. Raises `Refusal` SHEET_DAMAGED."""
        check_digest(digest)
        said_length(len(data))
        if hashlib.sha256(data).hexdigest() != digest:
            raise damaged()
        self.put_whole(digest, BytesIO(data), len(data))

    def destroy(self, digest: str) -> None:
        """Delete a sheet and every piece of it. A bucket that keeps versions keeps them: its own rules end those. Other
        processes may take the sheet for whole for some minutes yet.

        Raises `Refusal` SHEET_NAME, SHEETS_AWAY.
        """
        import obstore

        check_digest(digest)
        with self._lock:
            self._seen_whole.pop(digest, None)
        with _trouble_told():
            stale = [
                one["path"]
                for chunk in obstore.list(self._store, "parts/", chunk_size=_LISTED_AT_ONCE)
                for one in chunk
                if digest in one["path"]
            ]
            obstore.delete(self._store, [_path(digest), *stale])

    def digests(self) -> Iterator[str]:
        """Every whole sheet, in order."""
        import obstore

        with _trouble_told():
            for chunk in obstore.list(self._store, "sheets/", chunk_size=_LISTED_AT_ONCE):
                yield from (one["path"].rpartition("/")[2] for one in chunk)

    def empty(self) -> bool:
        """Whether no object at all lies here, of a sheet or of anything else."""
        import obstore

        with _trouble_told():
            return not any(map(len, obstore.list(self._store, chunk_size=1)))

    def open_part(self, digest: str, station: str, offset: int, total: int) -> Part:
        """Go on writing at `offset`. Raises `Refusal`: SHEET_NAME, SHEET_TOO_BIG, SHEET_OFFSET."""
        check_digest(digest)
        self._sweeping.now_and_then(self.sweep)
        said_length(total)
        if offset:
            with _trouble_told():
                have = _end(self._pieces(digest, station))
            if offset != have or offset > total:
                raise wrong_offset(have)
        # Most sheets come in one go from their first byte: what may lie here of an earlier try is then not asked for.
        return _SpooledPart(self, digest, station, offset, total)

    def finish(self, digest: str, station: str, total: int) -> SheetState:
        """Keep the sheet if all its bytes are here and right. Raises `Refusal` SHEET_DAMAGED; the part is then gone."""
        check_digest(digest)
        import obstore

        with _trouble_told():
            pieces = self._pieces(digest, station)
            if _end(pieces) < total:
                return SheetState(_end(pieces), False)
            with tempfile.TemporaryFile() as spool:
                found = hashlib.sha256()
                for piece in pieces:
                    for data in obstore.get(self._store, piece.path).stream(min_chunk_size=_PIECE_BYTES):
                        found.update(data)
                        spool.write(data)
                right = spool.tell() == total and found.hexdigest() == digest
                if right:
                    self.put_whole(digest, spool, total)
            self._remove(digest, station)
        if not right:
            raise damaged()
        return SheetState(total, True)

    def check_writable(self) -> None:
        """Raises `Refusal` SHEETS_AWAY where no sheet could be kept now."""
        import obstore

        with _trouble_told():
            obstore.put(self._store, "probe", b"", use_multipart=False)

    def sweep(self, now: datetime) -> int:
        """Remove parts that nobody went on with for `PART_LIVES`; how many objects went."""
        import obstore

        gone = 0
        with _trouble_told():
            for found in obstore.list(self._store, "parts/", chunk_size=_LISTED_AT_ONCE):
                stale = [one["path"] for one in found if one["last_modified"] < now - PART_LIVES]
                if stale:
                    obstore.delete(self._store, stale)
                gone += len(stale)
        return gone

    # ---- objects ----

    def put_piece(self, digest: str, station: str, first: int, data: IO[bytes], size: int) -> None:
        """Keep bytes of a part, named by where they begin and end."""
        import obstore

        path = f"{_folder(digest, station)}/{first:010d}-{first + size:010d}"
        data.seek(0)
        with _trouble_told():
            obstore.put(self._store, path, data, use_multipart=False)

    def put_whole(self, digest: str, data: IO[bytes], size: int) -> None:
        """Keep a sheet whose digest was found right."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        # What is larger goes in parts of the store's own, which know no condition; the bytes are the same anyway.
        mode: Literal["create", "overwrite"] = "create" if size <= _IN_ONE_PUT else "overwrite"
        data.seek(0)
        with _trouble_told(), suppress(AlreadyExistsError):
            obstore.put(self._store, _path(digest), data, mode=mode, max_concurrency=1)
        self._believe(digest)

    def _pieces(self, digest: str, station: str) -> list[_Piece]:
        """What is here of a part without a hole, in order."""
        import obstore

        found: list[_Piece] = []
        for chunk in obstore.list(self._store, _folder(digest, station), chunk_size=_LISTED_AT_ONCE):
            for one in chunk:
                first, _, end = one["path"].rpartition("/")[2].partition("-")
                if first.isdigit() and end.isdigit() and int(end) - int(first) == one["size"]:
                    found.append(_Piece(int(first), int(end), one["path"]))
        chain: list[_Piece] = []
        for piece in sorted(found, key=lambda piece: (piece.first, -piece.end)):
            if piece.first == _end(chain):
                chain.append(piece)
        return chain

    def _remove(self, digest: str, station: str) -> None:
        import obstore

        for chunk in obstore.list(self._store, _folder(digest, station), chunk_size=_LISTED_AT_ONCE):
            if chunk:
                obstore.delete(self._store, [one["path"] for one in chunk])

    def _sizes(self, digests: Sequence[str]) -> list[int | None]:
        if len(digests) > 1:
            return asyncio.run(self._sizes_at_once(digests))
        import obstore

        sizes: list[int | None] = []
        for digest in digests:
            try:
                sizes.append(obstore.head(self._store, _path(digest))["size"])
            except FileNotFoundError:
                sizes.append(None)
        return sizes

    async def _sizes_at_once(self, digests: Sequence[str]) -> list[int | None]:
        import obstore

        places = asyncio.Semaphore(_AT_ONCE)

        async def size(digest: str) -> int | None:
            async with places:
                try:
                    return (await obstore.head_async(self._store, _path(digest)))["size"]
                except FileNotFoundError:
                    return None

        return await asyncio.gather(*(size(digest) for digest in digests))

    def _believed(self, digest: str) -> bool:
        with self._lock:
            seen = self._seen_whole.get(digest)
        return seen is not None and datetime.now(UTC) - seen < _BELIEVED

    def _believe(self, digest: str) -> None:
        with self._lock:
            if len(self._seen_whole) >= _REMEMBERED:
                del self._seen_whole[next(iter(self._seen_whole))]
            self._seen_whole[digest] = datetime.now(UTC)


class _SpooledPart:
    """An open part: bytes go to a temporary file, and from there into the store whenever a piece is full."""

    def __init__(self, sheets: ObjectSheets, digest: str, station: str, offset: int, total: int) -> None:
        self._sheets = sheets
        self._digest = digest
        self._station = station
        self._total = total
        self._first = offset
        self._room = total - offset
        self._seen = hashlib.sha256()
        self._in_one_go = offset == 0
        with disk_trouble_told():
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 closed by `close`

    @property
    def full(self) -> bool:
        return self._spool.tell() >= _PIECE_BYTES

    def write(self, data: bytes) -> None:
        if len(data) > self._room:
            raise too_long()
        self._room -= len(data)
        self._seen.update(data)
        with disk_trouble_told():
            self._spool.write(data)

    def keep(self) -> None:
        size = self._spool.tell()
        if size:
            self._in_one_go = False
            self._sheets.put_piece(self._digest, self._station, self._first, self._spool, size)
            self._empty()
            self._first += size

    def finish(self) -> SheetState:
        if not self._in_one_go or self._room:
            self.keep()
            return self._sheets.finish(self._digest, self._station, self._total)
        if self._seen.hexdigest() != self._digest:
            self._empty()
            raise damaged()
        self._sheets.put_whole(self._digest, self._spool, self._total)
        self._empty()
        return SheetState(self._total, True)

    def close(self) -> None:
        try:
            self.keep()
        finally:
            self._spool.close()

    def _empty(self) -> None:
        self._spool.seek(0)
        self._spool.truncate()


def _path(digest: str) -> str:
    return f"sheets/{digest[:2]}/{digest}"


def _folder(digest: str, station: str) -> str:
    return f"parts/{hashlib.sha256(station.encode()).hexdigest()[:16]}-{digest}"


def _end(chain: Sequence[_Piece]) -> int:
    return chain[-1].end if chain else 0


@contextmanager
def _trouble_told() -> Iterator[None]:
    """Raises `Refusal` SHEETS_AWAY for whatever the store, the line to it, or this machine's disk cannot do."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as problem:
        _LOG.warning("sheets: %s", type(problem).__name__)
        raise away() from None


def store_of(url: str) -> S3Store:
    """The objects at this address. Raises `Refusal`: BLOBS_KIND, TLS_NEEDED, BLOBS_DRIVER."""
    parts = urlsplit(url)
    wanted = parse_qs(parts.query, keep_blank_values=True)
    if parts.scheme != "s3" or not parts.hostname or parts.username or not wanted.keys() <= {"endpoint", "region"}:
        raise wrong_kind()
    endpoint = wanted.get("endpoint", [""])[0]
    plain = _checked(endpoint) if endpoint else False
    try:
        from obstore.store import S3Store
    except ImportError:
        raise Refusal(
            "BLOBS_DRIVER",
            Words("Máy này chưa cài phần dùng kho S3.", "What speaks to S3 stores is not installed here."),
            Words("Cài gói bổ sung “server” của chương trình.", "Install the program's extra “server”."),
        ) from None
    config: S3Config = {"virtual_hosted_style_request": not endpoint}
    if endpoint:
        config["endpoint"] = endpoint
    if "region" in wanted:
        config["region"] = wanted["region"][0]
    return S3Store(
        parts.hostname,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": plain, "connect_timeout": "3s", "timeout": "30s"},
        retry_config=_PATIENCE,
    )


def _checked(endpoint: str) -> bool:
    """Whether this address is spoken to without TLS, which only loopback may be."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong_kind()
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Refusal(
            "TLS_NEEDED",
            Words("Ngoài máy này, kho trang chỉ dùng qua TLS.", "Outside this machine sheets travel with TLS only."),
            Words("Dùng endpoint bắt đầu bằng https://.", "Give an endpoint that begins with https://."),
        )
    return parts.scheme == "http"
