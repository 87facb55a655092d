"""A page as Windows' own drivers leave it, a BMP file, checked for completeness and kept without loss as PNG."""

from __future__ import annotations

from pathlib import Path

from clerk_app.devices.scanner.pages import PageCut, PageEmpty

_DEPTHS = (1, 4, 8, 24, 32)


def bmp_shape(head: bytes) -> tuple[int, int, int, int]:
    """(width, height, octets in a row, offset of the first row) of an uncompressed Windows bitmap (BITMAPINFOHEADER).

    Raises `PageCut` for anything else.
    """
    if len(head) < 54 or head[:2] != b"BM":
        raise PageCut("header")
    offset = int.from_bytes(head[10:14], "little")
    width, height = (int.from_bytes(head[at : at + 4], "little", signed=True) for at in (18, 22))
    depth, packed = int.from_bytes(head[28:30], "little"), int.from_bytes(head[30:34], "little")
    if depth not in _DEPTHS or packed not in (0, 3) or width < 0 or offset < 54:
        raise PageCut("header")
    return width, abs(height), (width * depth + 31) // 32 * 4, offset


def png_from_bmp(bmp: Path, png: Path, dpi: int) -> tuple[int, int]:
    """Write the same pixels as PNG; (width, height). Raises `PageEmpty` or `PageCut` and then writes nothing."""
    with bmp.open("rb") as file:
        head = file.read(54)
    if not head:
        raise PageEmpty
    width, height, row, offset = bmp_shape(head)
    if not width or not height:
        raise PageEmpty
    have = bmp.stat().st_size - offset
    if have < row * height:
        raise PageCut(f"{max(0, have) // row} of {height} rows", missing=row * height - have)

    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the size is known and on disk already; this process ends after the scan
    with Image.open(bmp, formats=("BMP",)) as picture:
        picture.save(png, "PNG", compress_level=1, **({"dpi": (dpi, dpi)} if dpi else {}))
    return width, height
