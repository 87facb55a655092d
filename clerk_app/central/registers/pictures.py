"""What a file is that a citizen sent, by its own header: a PNG (ISO/IEC 15948) or JPEG (ITU-T T.81), whole or cut."""

from __future__ import annotations

from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}
_PDF_END = 1024
DPI = 300
"""What a file that does not say otherwise counts as."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A picture: width and height in pixels. `cut`: its end is missing."""

    media: str
    width: int
    height: int
    cut: bool
    dpi: int = DPI


def shape_of(data: bytes) -> Shape | None:
    """What it is; None for what is no picture and cannot be shown as a page. A PDF that breaks off counts as cut."""
    if data.startswith(_PNG):
        if len(data) < 24 or data[12:16] != b"IHDR":
            return Shape("image/png", 0, 0, True)
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        return Shape("image/png", width, height, data[-8:-4] != b"IEND")
    if data.startswith(b"\xff\xd8\xff"):
        found = _frame(data)
        if found is None:
            return Shape("image/jpeg", 0, 0, True)
        return Shape("image/jpeg", *found, b"\xff\xd9" not in data[-64:])
    if data.startswith(b"%PDF-") and b"%%EOF" not in data[-_PDF_END:]:
        return Shape("application/pdf", 0, 0, True)
    return None


def _frame(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
