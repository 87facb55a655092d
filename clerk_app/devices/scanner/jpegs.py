"""A JPEG page as a scanner sent it, kept as it is: whole, of a bearable size, with every row its header promises."""

from __future__ import annotations

from pathlib import Path

from clerk_app.devices.scanner.pages import PageCut, PageEmpty

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
_TAIL = 4096
_SCALE = 8


class PageOther(Exception):
    """The file is no JPEG; `kind` says what it looks like."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class PageAbsurd(Exception):
    """The header claims a picture far larger than what was asked for."""


def jpeg_shape(data: bytes) -> tuple[int, int, int]:
    """(width, height, offset of the height) from the frame header. Raises `PageCut` where there is none."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise PageCut("header")
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES and at + 9 <= len(data):
            height, width = (int.from_bytes(data[at + o : at + o + 2], "big") for o in (5, 7))
            return width, height, at + 5
        if length < 2 or marker in (0xD9, 0xDA):
            break
        at += 2 + length
    raise PageCut("header")


def _with_height(data: bytes) -> bytes:
    """The same picture with its height in the frame header, where a scanner learnt it too late and sent it behind.

    ITU-T T.81 §B.2.5: a height of 0 means that a DNL segment after the first scan tells it.
    """
    _, height, offset = jpeg_shape(data)
    if height:
        return data
    at = data.rfind(b"\xff\xdc\x00\x04")
    if at < 0 or at + 6 > len(data):
        raise PageCut("height")
    return data[:offset] + data[at + 4 : at + 6] + data[offset + 2 : at] + data[at + 6 :]


def checked_jpeg(file: Path, most_pixels: int) -> tuple[int, int]:
    """(width, height) of a file that holds one whole JPEG picture; only a height sent behind is put in its place.

    Raises `PageEmpty`, `PageOther`, `PageCut` or `PageAbsurd`.
    """
    data = file.read_bytes()
    if not data:
        raise PageEmpty
    if not data.startswith(b"\xff\xd8"):
        raise PageOther("application/pdf" if b"%PDF-" in data[:1024] else "")
    whole = _with_height(data)
    width, height, _ = jpeg_shape(whole)
    if width * height > most_pixels:
        raise PageAbsurd
    if width == 0:
        raise PageEmpty
    if whole.rfind(b"\xff\xd9", max(0, len(whole) - _TAIL)) < 0:
        raise PageCut("no end")
    _rows_counted(whole)
    if whole is not data:
        file.write_bytes(whole)
    return width, height


def _rows_counted(data: bytes) -> None:
    """Decode every row, small; a decoder left to itself would paint what is missing grey and say nothing."""
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(data, "GRAY", True, True, min_height=1, min_width=1, min_factor=_SCALE, strict=True)
    except ValueError as problem:
        if "extraneous bytes" in str(problem):  # padding between the last row and the end: nothing is missing
            return
        raise PageCut("rows") from problem
