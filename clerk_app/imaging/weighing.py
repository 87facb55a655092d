"""A page as a JPEG within its budget: at the best quality that fits, or made smaller; legible always."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerk_app.imaging.laying import Place, laid
from clerk_app.imaging.opening import Sheet

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

LARGEST_OCTETS = 400 * 1024
BEST, LOWEST = 80, 42
"""JPEG quality (libjpeg's scale). Below the lowest, marks of small print begin to drown in ringing."""
SMALLEST_DPI = 200
_BAND, _BANDS = 16, 18
"""Rows of blocks that are weighed before the page is: about a twelfth of A4 at 300 dpi."""
_ROOM = 0.96
_TRIED = 60
_TIMES = ((BEST, 1.58), (75, 1.33), (70, 1.18), (65, 1.08), (60, 1.0), (55, 0.95), (50, 0.91))
"""How much a scan weighs at a quality if it weighs 1 at that which is tried."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A page's picture, and what it had to give up: colour and resolution are as they became."""

    jpeg: bytes = field(repr=False)
    page: Sheet
    dpi: int
    quality: int


def weighed(page: Sheet, dpi: int, *, in_colour: bool = False) -> Weighed:
    """The page as JPEG (JFIF), at most `LARGEST_OCTETS` where that is possible with legible print.

    It gives up resolution first, down to `SMALLEST_DPI`, then its colour unless somebody wants it `in_colour`.
    """
    for tried in (dpi, *(smaller for smaller in (250, SMALLEST_DPI) if smaller < dpi)):
        found = _at_best(page if tried == dpi else _shrunk(page, tried / dpi), tried)
        if len(found.jpeg) <= LARGEST_OCTETS:
            return found
    if found.page.blue is None or in_colour:
        return found
    grey = _at_best(Sheet(found.page.luma), found.dpi)
    return grey if len(grey.jpeg) <= LARGEST_OCTETS else found


def _at_best(page: Sheet, dpi: int) -> Weighed:
    """The page at the highest quality that fits, by the weight of some of its rows; at the lowest if none does."""
    import numpy as np

    planes = tuple(None if one is None else np.ascontiguousarray(one) for one in (page.luma, page.blue, page.red))
    luma, blue, red = planes
    assert luma is not None
    quality = _promising(luma, blue, red)
    while True:
        jpeg = _encoded(luma, blue, red, quality)
        if len(jpeg) <= LARGEST_OCTETS or quality <= LOWEST:
            return Weighed(_told(jpeg, dpi), page, dpi, quality)
        quality = max(LOWEST, quality - 8)


def _promising(luma: Plane, blue: Plane | None, red: Plane | None) -> int:
    """The quality whose weight is likely to fit."""
    height = luma.shape[0]
    if luma.size < 600_000 or height < 2 * _BAND * _BANDS:
        return BEST
    import numpy as np

    starts = [round(at * (height - _BAND) / (_BANDS - 1)) // 2 * 2 for at in range(_BANDS)]
    some = [
        None if one is None else np.concatenate([one[start // by : (start + _BAND) // by] for start in starts])
        for one, by in ((luma, 1), (blue, 2), (red, 2))
    ]
    room = LARGEST_OCTETS * _ROOM * _BAND * _BANDS / height
    assert some[0] is not None
    weight = len(_encoded(some[0], some[1], some[2], _TRIED))
    return next((quality for quality, times in _TIMES if weight * times <= room), LOWEST)


def _encoded(luma: Plane, blue: Plane | None, red: Plane | None, quality: int) -> bytes:
    import simplejpeg

    return bytes(simplejpeg.encode_jpeg_yuv_planes(luma, blue, red, quality))


def _shrunk(page: Sheet, scale: float) -> Sheet:
    return laid(page, Place((page.width / 2, page.height / 2), page.width, page.height), scale, (255, 128, 128))


def _told(jpeg: bytes, dpi: int) -> bytes:
    """The JPEG with its resolution in the JFIF header (JFIF 1.02: units at octet 13, densities after it)."""
    if jpeg[6:11] != b"JFIF\0" or dpi <= 0:
        return jpeg
    density = min(dpi, 0xFFFF).to_bytes(2, "big")
    return jpeg[:13] + b"\x01" + density + density + jpeg[18:]
