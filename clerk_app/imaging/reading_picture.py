"""A page made ready to be read: grey, upright, as large as print is read best, and how its pixels lie in the page."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from clerk_app.domain.pages import Turn
from clerk_app.imaging.reading_faults import fault

if TYPE_CHECKING:
    from PIL import Image

BEST_DPI = 300
FEWEST_DPI, MOST_DPI = 200, 400
"""Between these a page is read as it is: making it larger or smaller costs more letters than it saves."""
LARGEST_PIXELS = 60_000_000
LONGEST = 5200
"""Pixels of the longer side at most: an A3 page at 300 dpi. What Tesseract needs in memory follows from it."""
SHORT, LONG = 1600, 4000
"""Between these lies the longer side of a page of unknown scale."""
UPPER = 1 / 3
UPPER_OF_CARD = 0.45
CARD = 1300
"""A page whose sides are shorter, in pixels at 300 dpi, is a card: its title stands lower, its print may be red."""
_FORMATS = ("JPEG", "PNG")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A grey picture (PGM) for the reader. `width` and `height` are the page's own; `scale` × page = picture."""

    data: bytes = field(repr=False)
    dpi: int
    scale: float
    width: int
    height: int
    turned: Turn


def prepared(page: bytes, dpi: int, turned: Turn, upper: bool) -> Prepared:
    """The page, or its upper part, ready to be read. `turned` is how it is looked at, clockwise; `dpi` 0: unknown.

    Raises `DeviceFault` READING_PICTURE, READING_PICTURE_TOO_LARGE.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(page), formats=_FORMATS)
            width, height = picture.size
            if width * height > LARGEST_PIXELS:
                raise fault("READING_PICTURE_TOO_LARGE")
            grey = _grey(picture, dpi)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise fault("READING_PICTURE_TOO_LARGE") from None
    except (OSError, SyntaxError, ValueError, EOFError) as problem:
        raise fault("READING_PICTURE") from problem
    if min(width, height) < 16:
        raise fault("READING_PICTURE")
    if turned:
        grey = grey.transpose(
            {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180}.get(turned, Image.Transpose.ROTATE_90)
        )
    scale = _scale(dpi, max(width, height))
    read_at = round(dpi * scale) if dpi else BEST_DPI
    if upper:
        share = UPPER_OF_CARD if _card(max(grey.size), dpi) else UPPER
        grey = grey.crop((0, 0, grey.width, max(16, round(grey.height * share))))
    if scale != 1:
        size = (max(16, round(grey.width * scale)), max(16, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.LANCZOS if scale > 1 else Image.Resampling.BOX)
    out = BytesIO()
    grey.save(out, "PPM")
    return Prepared(out.getvalue(), read_at, scale, width, height, turned)


def _grey(picture: Image.Image, dpi: int) -> Image.Image:
    """A sheet without what is red on it, so that a stamp goes from the print below it; a card, whose print may be red,
    by its lightness.
    """
    from PIL import ImageChops

    if picture.mode != "RGB" or _card(max(picture.size), dpi):
        return picture.convert("L")
    red, green, blue = picture.split()
    redness = ImageChops.subtract(red, ImageChops.lighter(green, blue))
    return ImageChops.add(ImageChops.add(red, redness), redness)


def _card(pixels: int, dpi: int) -> bool:
    """Whether a side of so many pixels is no longer than that of a card."""
    return pixels * BEST_DPI / (dpi or BEST_DPI) < CARD


def _scale(dpi: int, longest: int) -> float:
    if dpi:
        wanted = 1.0 if FEWEST_DPI <= dpi <= MOST_DPI else BEST_DPI / dpi
    elif longest < SHORT:
        wanted = min(3.0, SHORT / longest)
    else:
        wanted = min(1.0, LONG / longest)
    return min(wanted, LONGEST / longest)
