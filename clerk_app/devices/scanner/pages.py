"""A page as a driver leaves it, checked for completeness and kept without loss as PNG."""

from __future__ import annotations

from pathlib import Path


class PageEmpty(Exception):
    """The file holds a header but no picture."""


class PageCut(Exception):
    """The file holds fewer bytes than its header promises (`missing`), or is no picture at all."""

    def __init__(self, why: str, missing: int = 0) -> None:
        super().__init__(why)
        self.missing = missing


def pnm_shape(head: bytes) -> tuple[int, int, int, int]:
    """(width, height, bytes in a row, offset of the first row) from the start of a binary PBM, PGM or PPM file.

    Raises `PageCut` for anything else.
    """
    numbers: list[int] = []
    kind, at = head[:2], 2
    wanted = {b"P4": 2, b"P5": 3, b"P6": 3}.get(kind, 0)
    while wanted and len(numbers) < wanted and at < len(head):
        if head[at : at + 1].isspace():
            at += 1
        elif head[at : at + 1] == b"#":
            end = head.find(b"\n", at)
            at = end if end >= 0 else len(head)
        else:
            word = head[at : at + 12].split(maxsplit=1)[0]
            if not word.isdigit():
                raise PageCut("header")
            numbers.append(int(word))
            at += len(word)
    if not wanted or len(numbers) < wanted:
        raise PageCut("header")
    width, height = numbers[:2]
    if kind == b"P4":
        row = (width + 7) // 8
    else:
        row = width * (3 if kind == b"P6" else 1) * (2 if numbers[2] > 255 else 1)
    return width, height, row, at + 1


def png_from_pnm(pnm: Path, png: Path, dpi: int) -> tuple[int, int]:
    """Write the same pixels as PNG; (width, height). Raises `PageEmpty` or `PageCut` and then writes nothing."""
    with pnm.open("rb") as file:
        width, height, row, offset = pnm_shape(file.read(512))
    have = pnm.stat().st_size - offset
    if have <= 0 or width == 0 or height == 0:
        raise PageEmpty
    if have != row * height:
        raise PageCut(f"{have // row} of {height} rows", missing=row * height - have)

    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the size is known and on disk already; this process ends after the scan
    with Image.open(pnm) as picture:
        picture.save(png, "PNG", compress_level=1, **({"dpi": (dpi, dpi)} if dpi else {}))
    return width, height
