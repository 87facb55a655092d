"""Entries out of a damaged database file, page by page, whatever became of the tree above them.

A page of SQLCipher 4 is opened by itself (AES-256-CBC, its own start value at its end), and a leaf of a table names its
own cells, so one page that can be read gives its rows even where the pages that lead to it are gone. Its checksum is
not asked: every entry proves itself by its own seal. Formats: zetetic.net/sqlcipher/design, sqlite.org/fileformat2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from clerk_app.wire import Sealed

PAGE = 4096
_RESERVED = 80
_USABLE = PAGE - _RESERVED
_SALT = 16
_WAL_HEAD = 32
_FRAME_HEAD = 24
_LEAF_OF_TABLE = 0x0D
_ENTRY_COLUMNS = 11
_LONGEST_ROW = 512 * 1024
Value = int | float | bytes | str | None


@dataclass(frozen=True, slots=True)
class _Image:
    """One page as it stands in the file or in one frame of its log."""

    number: int
    plain: bytes


class Carver:
    """The rows of `entries` in a database file and its write-ahead log, opened with the raw key of 32 bytes."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._key = key
        self._left: list[tuple[int, int]] = []
        self._current: list[tuple[int, int]] = []
        self._ways: list[dict[int, int]] = []
        """Where the log has the newest image of a page: by what counts, then with what only lies there still."""

    def entries(self) -> Iterator[Sealed]:
        """Every row that has the shape of an entry and the digest that it claims; the same one may come twice.

        What a page had before comes before what it has now. Nothing is believed yet: whose seal it is, the caller
        checks.
        """
        self._index()
        for image in self._images():
            for values in self._rows(image):
                sealed = _entry(values)
                if sealed is not None:
                    yield sealed

    # ---- pages

    def _images(self) -> Iterator[_Image]:
        """Every page, in the order in which they were written as far as anybody can tell."""
        yield from self._logged(self._left)
        if self._path.exists():
            with self._path.open("rb") as file:
                number = 0
                while page := file.read(PAGE):
                    number += 1
                    if len(page) == PAGE:
                        yield _Image(number, self._opened(page, number))
        yield from self._logged(self._current)

    def _logged(self, frames: list[tuple[int, int]]) -> Iterator[_Image]:
        for number, at in frames:
            plain = self._from_log(at, number)
            if plain is not None:
                yield _Image(number, plain)

    def _index(self) -> None:
        """Find the frames of the log: (page number, place in the file), oldest first.

        A log is begun anew under another salt and written over from its start. What is left behind that is older than
        the file, in which those pages may have become other ones since.
        """
        self._left, self._current = [], []
        if self._log.exists():
            size = self._log.stat().st_size
            with self._log.open("rb") as file:
                salt = file.read(_WAL_HEAD)[16:24]
                for at in range(_WAL_HEAD, size - PAGE - _FRAME_HEAD + 1, PAGE + _FRAME_HEAD):
                    file.seek(at)
                    head = file.read(_FRAME_HEAD)
                    frames = self._current if head[8:16] == salt else self._left
                    frames.append((int.from_bytes(head[:4], "big"), at + _FRAME_HEAD))
        if not self._current:
            # The head of the log is damaged: which of them count nobody can say.
            self._left, self._current = [], self._left
        self._ways = [dict(self._current)]
        if self._left:
            self._ways.append(dict(self._left) | self._ways[0])

    def _from_log(self, at: int, number: int) -> bytes | None:
        with self._log.open("rb") as file:
            return self._read(file, at, number)

    def _read(self, file: IO[bytes], at: int, number: int) -> bytes | None:
        file.seek(at)
        page = file.read(PAGE)
        return self._opened(page, number) if len(page) == PAGE else None

    def _page(self, number: int, frames: Mapping[int, int]) -> bytes | None:
        """The image of a page that the log has at these places, or else the file."""
        if number in frames:
            return self._from_log(frames[number], number)
        if number < 1 or not self._path.exists():
            return None
        with self._path.open("rb") as file:
            return self._read(file, (number - 1) * PAGE, number)

    def _opened(self, page: bytes, number: int) -> bytes:
        start = page[_USABLE : _USABLE + 16]
        first = _SALT if number == 1 else 0
        decryptor = Cipher(algorithms.AES256(self._key), modes.CBC(start)).decryptor()
        return bytes(first) + decryptor.update(page[first:_USABLE]) + decryptor.finalize()

    # ---- rows

    def _rows(self, image: _Image) -> Iterator[list[Value]]:
        plain = image.plain
        head = 100 if image.number == 1 else 0
        if plain[head] != _LEAF_OF_TABLE:
            return
        count = int.from_bytes(plain[head + 3 : head + 5], "big")
        if count > _USABLE // 4:
            return
        for place in range(head + 8, head + 8 + 2 * count, 2):
            at = int.from_bytes(plain[place : place + 2], "big")
            before = None
            for frames in self._ways:
                try:
                    payload = self._payload(plain, at, frames)
                    if payload is not None and payload != before:
                        yield _record(payload)
                    before = payload
                except (IndexError, ValueError):
                    # A cell that the damage reached.
                    continue

    def _payload(self, plain: bytes, at: int, frames: Mapping[int, int]) -> bytes | None:
        size, at = _varint(plain, at)
        _row, at = _varint(plain, at)
        if size > _LONGEST_ROW:
            return None
        most = _USABLE - 35
        if size <= most:
            return plain[at : at + size]
        least = (_USABLE - 12) * 32 // 255 - 23
        here = least + (size - least) % (_USABLE - 4)
        if here > most:
            here = least
        found = bytearray(plain[at : at + here])
        follows = int.from_bytes(plain[at + here : at + here + 4], "big")
        while len(found) < size:
            page = self._page(follows, frames)
            if page is None:
                return None
            follows = int.from_bytes(page[:4], "big")
            found += page[4 : min(_USABLE, 4 + size - len(found))]
        return bytes(found)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _record(payload: bytes) -> list[Value]:
    """The values of one record. Raises `ValueError` or `IndexError` for what is none."""
    head, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < head:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if len(kinds) != _ENTRY_COLUMNS:
        return []
    values: list[Value] = []
    for kind in kinds:
        size = _INTEGERS.get(kind, (kind - 12) // 2 if kind >= 12 else 8 if kind == 7 else 0)
        raw = payload[at : at + size]
        if len(raw) != size:
            raise ValueError("short")
        at += size
        if kind in _INTEGERS:
            values.append(int.from_bytes(raw, "big", signed=True))
        elif kind in (8, 9):
            values.append(kind - 8)
        elif kind >= 12:
            values.append(raw if kind % 2 == 0 else raw.decode("utf-8"))
        else:
            values.append(None)
    return values


def _entry(values: list[Value]) -> Sealed | None:
    from clerk_app.wire import digest_of

    if len(values) != _ENTRY_COLUMNS:
        return None
    _row, _id, _dossier, _kind, station, n, _at, body, previous, digest, signature = values
    if not (isinstance(station, str) and isinstance(n, int) and 0 < n < 2**31):
        return None
    parts = body, previous, digest, signature
    if not all(isinstance(part, bytes) for part in parts):
        return None
    assert isinstance(body, bytes)
    assert isinstance(previous, bytes)
    assert isinstance(digest, bytes)
    assert isinstance(signature, bytes)
    if digest_of(station, n, previous, body) != digest:
        return None
    return Sealed(body, station, n, previous, digest, signature)
