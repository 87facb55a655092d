"""A page's picture as a PDF holds it: the JPEG it is, octet for octet; a PNG's own compressed rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_PIXELS = 200_000_000


class BadPicture(Exception):
    """These bytes are no picture that a page can show."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture as an image XObject (ISO 32000-1 §8.9.5): 8 bits a component. `png` rows carry PNG's predictors."""

    data: bytes = field(repr=False)
    filter: Literal["DCTDecode", "FlateDecode"]
    width: int
    height: int
    colours: Literal[1, 3]

    @property
    def png(self) -> bool:
        """Whether its rows are PNG's."""
        return self.filter == "FlateDecode"


def embedded(picture: bytes) -> Embedded:
    """The picture for a page. A grey or RGB JPEG stays untouched; what PDF/A cannot hold so becomes RGB or grey.

    Raises `BadPicture`.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > _LARGEST_PIXELS:
                raise BadPicture
            if opened.format == "JPEG" and opened.mode in ("L", "RGB"):
                return Embedded(picture, "DCTDecode", opened.width, opened.height, 1 if opened.mode == "L" else 3)
            if opened.format == "PNG" and (rows := _rows(picture)) is not None:
                return rows
            again = _rows(_plain(opened))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as problem:
        raise BadPicture from problem  # Pillow says SyntaxError or ValueError of a damaged file
    if again is None:
        raise BadPicture
    return again


def _plain(picture: Image) -> bytes:
    """The picture as a PNG of 8-bit RGB or grey, nothing of it transparent: what was, is white paper."""
    from PIL import Image

    if picture.mode not in ("L", "RGB"):
        if picture.has_transparency_data:
            above = picture.convert("RGBA")
            paper = Image.new("RGBA", above.size, "white")
            picture = Image.alpha_composite(paper, above)
        grey = picture.mode in ("1", "I", "I;16", "F")
        picture = picture.convert("L" if grey else "RGB")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _rows(png: bytes) -> Embedded | None:
    """The compressed rows of a PNG as they are; None where PDF cannot take them so (palette, alpha, interlaced)."""
    if not png.startswith(_PNG):
        return None
    at, rows, head = len(_PNG), bytearray(), b""
    while at + 12 <= len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            head = body
        elif kind == b"tRNS":
            return None
        elif kind == b"IDAT":
            rows += body
        at += 12 + size
    # IHDR: width, height, depth, colour type (0 grey, 2 RGB), compression, filter, interlace (ISO 15948 §11.2.2)
    if len(head) != 13 or head[8] != 8 or head[9] not in (0, 2) or head[12]:
        return None
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    return Embedded(bytes(rows), "FlateDecode", width, height, 1 if head[9] == 0 else 3)
