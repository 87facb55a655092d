"""A sheet as it arrived, opened within bounds: its size is judged before anything is unpacked.

From here on a sheet is what a JPEG keeps of it: brightness in full and colour at half the size (JFIF 1.02, 4:2:0),
which is less than half the work of three full colours and loses nothing that a page keeps.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Plane = NDArray[np.integer[Any] | np.floating[Any]]
    """Of uint8; so wide because OpenCV promises no more."""
    Reals = NDArray[np.float64]

LARGEST_PIXELS = 40_000_000
"""A4 at 600 dpi has 35 million."""
_LARGEST_OF_PRINT = 20_000_000
"""In four inks: a JPEG of them takes twice the memory."""
LONGEST_EDGE = 20_000
LARGEST_OCTETS = 96 * 1024 * 1024
_BAND = 128
"""Rows that are turned into planes at once (an even number): they stay in the processor's cache until they are done."""
_ROWS = 256
SMALLEST_EDGE = 16
"""A picture narrower than this shows nothing that could be judged."""


class BadSheet(Exception):
    """Octets of which no page can be made; `code` is the fault's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture as planes: `luma` height × width, both even; `blue` and `red` (Cb, Cr) of half the size, or None for a
    grey one.
    """

    luma: Plane
    blue: Plane | None = None
    red: Plane | None = None

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.luma.shape[0])


def opened(octets: bytes) -> Sheet:
    """The sheet. Raises `BadSheet` `PAGE_TOO_LARGE`, `PAGE_TOO_SMALL` or `PAGE_UNREADABLE`, and `MemoryError`."""
    if len(octets) > LARGEST_OCTETS:
        raise BadSheet("PAGE_TOO_LARGE")
    plain = _judged(octets)
    if plain == "JPEG":
        return _jpeg(octets)
    return of_colours(_png(octets) if plain == "PNG" else _converted(octets))


def of_colours(picture: Any) -> Sheet:
    """Planes of a height × width × 3 picture in blue, green, red, or of a grey height × width."""
    import cv2
    import numpy as np

    picture = _even(picture)
    if picture.ndim == 2:
        return Sheet(picture)
    height, width = picture.shape[:2]
    luma = np.empty((height, width), np.uint8)
    blue, red, unused = (np.empty((height // 2, width // 2), np.uint8) for _ in range(3))
    for top in range(0, height, _BAND):
        band, rows = picture[top : top + _BAND], slice(top // 2, (top + _BAND) // 2)
        cv2.cvtColor(band, cv2.COLOR_BGR2GRAY, dst=luma[top : top + _BAND])
        half = cv2.resize(band, (width // 2, band.shape[0] // 2), interpolation=cv2.INTER_AREA)
        half = cv2.cvtColor(half, cv2.COLOR_BGR2YCrCb)
        cv2.split(half, [unused[rows], red[rows], blue[rows]])
    return Sheet(luma, blue, red)


def _even(picture: Any) -> Any:
    """The picture with its last row and column once more where their number is odd."""
    import cv2

    down, right = picture.shape[0] % 2, picture.shape[1] % 2
    return cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE) if down or right else picture


def to_colours(sheet: Sheet) -> Any:
    """The picture as height × width × 3 in blue, green, red."""
    import cv2

    if sheet.blue is None or sheet.red is None:
        return cv2.cvtColor(sheet.luma, cv2.COLOR_GRAY2BGR)
    whole = [cv2.resize(one, (sheet.width, sheet.height)) for one in (sheet.red, sheet.blue)]
    return cv2.cvtColor(cv2.merge([sheet.luma, *whole]), cv2.COLOR_YCrCb2BGR)


def _judged(octets: bytes) -> str:
    """PNG or JPEG for a picture of eight bits in grey or three colours, empty for another that can be converted."""
    import numpy as np
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401 - named, or Pillow loads all its readers

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow would warn of is refused by the limits below
            with Image.open(BytesIO(octets), formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
                plain = picture.mode in ("L", "RGB") and "transparency" not in picture.info
                kind = picture.format or ""
                depth = 6 if "16" in picture.mode else 3
                inks = picture.mode == "CMYK"
    except Image.DecompressionBombError:
        raise BadSheet("PAGE_TOO_LARGE") from None
    except (OSError, SyntaxError, ValueError, OverflowError, IndexError):
        raise BadSheet("PAGE_UNREADABLE") from None
    if width * height > LARGEST_PIXELS or max(width, height) > LONGEST_EDGE:
        raise BadSheet("PAGE_TOO_LARGE")
    if inks and width * height > _LARGEST_OF_PRINT:
        raise BadSheet("PAGE_NO_MEMORY")
    if min(width, height) < SMALLEST_EDGE:
        raise BadSheet("PAGE_TOO_SMALL")
    np.empty(2 * width * height * depth, np.uint8)  # says so where there is no memory; a decoder says it is unreadable
    return kind if plain else ""


def _jpeg(octets: bytes) -> Sheet:
    import simplejpeg

    try:
        _, _, space, _ = simplejpeg.decode_jpeg_header(octets)
        if space == "Gray":
            return of_colours(simplejpeg.decode_jpeg(octets, "GRAY")[:, :, 0])
        return of_colours(simplejpeg.decode_jpeg(octets, "BGR"))
    except ValueError:
        raise BadSheet("PAGE_UNREADABLE") from None


def _png(octets: bytes) -> Any:
    import cv2
    import numpy as np

    picture: Any
    try:
        picture = cv2.imdecode(np.frombuffer(octets, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        picture = None
    if picture is not None and picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture is None or picture.dtype != np.uint8 or (picture.ndim == 3 and picture.shape[2] != 3):
        raise BadSheet("PAGE_UNREADABLE")
    return picture


def _converted(octets: bytes) -> Any:
    """A palette, 16 bits, alpha, one bit or CMYK, as eight bits on white paper."""
    import numpy as np
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(octets), formats=("PNG", "JPEG")) as picture:
                picture.load()
                if picture.mode.startswith("I"):
                    deep = np.asarray(picture)
                    return np.ascontiguousarray((deep >> 8 if deep.max(initial=0) > 255 else deep).astype(np.uint8))
                if picture.mode in ("1", "L") and "transparency" not in picture.info:
                    return np.ascontiguousarray(np.asarray(picture.convert("L")))
                return _on_white(picture)
    except (OSError, SyntaxError, ValueError, OverflowError, IndexError, EOFError):
        raise BadSheet("PAGE_UNREADABLE") from None


def _on_white(picture: Image.Image) -> Any:
    """Blue, green and red on white, some rows at a time: whole, a palette's picture would be in memory five times."""
    import numpy as np
    from PIL import Image

    clear = "transparency" in picture.info or "A" in picture.mode or picture.mode == "P"
    done = np.empty((picture.height, picture.width, 3), np.uint8)
    for top in range(0, picture.height, _ROWS):
        rows = picture.crop((0, top, picture.width, min(picture.height, top + _ROWS)))
        if clear:
            rows = rows.convert("RGBA")
            rows = Image.alpha_composite(Image.new("RGBA", rows.size, "white"), rows)
        done[top : top + _ROWS] = np.asarray(rows.convert("RGB"))[:, :, ::-1]
    return done
