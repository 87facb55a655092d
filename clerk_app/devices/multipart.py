"""Takes a stream of pictures apart: multipart/x-mixed-replace in the shape of RFC 2046 §5.1, as cameras send it."""

from __future__ import annotations

import re

LARGEST_PART = 8 * 1024 * 1024
_LONGEST_HEAD = 8192
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,8})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class NotParts(ValueError):
    """Octets that are not such a stream, or a part without end."""


class Parts:
    """Fed with octets as they arrive; hands over the bodies that became complete.

    A part ends where its Content-Length says, else before the next delimiter. Cameras disagree on whether the
    boundary's own dashes belong to it; both are understood.
    """

    def __init__(self, boundary: str, largest: int = LARGEST_PART) -> None:
        self._mark = b"--" + boundary.strip().strip('"').removeprefix("--").encode("latin-1", "replace")
        self._largest = largest
        self._kept = bytearray()
        self._body_from: int | None = None
        self._length: int | None = None

    def feed(self, octets: bytes) -> list[bytes]:
        """The parts that are now whole, oldest first. Raises `NotParts`."""
        self._kept += octets
        found = []
        while (part := self._next()) is not None:
            found.append(part)
        if len(self._kept) > self._largest + _LONGEST_HEAD:
            raise NotParts("a part without end")
        return found

    def _next(self) -> bytes | None:
        if self._body_from is None and not self._read_head():
            return None
        start = self._body_from
        assert start is not None
        if self._length is not None:
            end = start + self._length
            if len(self._kept) < end:
                return None
        else:
            end = self._kept.find(self._mark, start)
            if end < 0:
                return None
        body = bytes(self._kept[start:end])
        if self._length is None:
            body = body.removesuffix(b"\n").removesuffix(b"\r")
        del self._kept[:end]
        self._body_from = self._length = None
        return body

    def _read_head(self) -> bool:
        begin = self._kept.find(self._mark)
        if begin < 0:
            if len(self._kept) > _LONGEST_HEAD:
                raise NotParts("no delimiter")
            return False
        end = _HEAD_END.search(self._kept, begin)
        if end is None:
            if len(self._kept) - begin > _LONGEST_HEAD:
                raise NotParts("a head without end")
            return False
        said = _LENGTH.search(self._kept, begin, end.start() + 2)
        self._length = int(said[1]) if said else None
        if self._length is not None and self._length > self._largest:
            raise NotParts("a part too large")
        self._body_from = end.end()
        return True
