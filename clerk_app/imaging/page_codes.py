"""Bar codes and QR codes that say which paper a page is. What could be about a person is read past, not kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from clerk_app.imaging.looking import PER_MM, Glance, halved

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

_KIND = re.compile(r"[A-Z0-9_-]{2,24}", re.ASCII)
_NUMBER = re.compile(r"\d{9,}", re.ASCII)
_MOST_PLACES = 6
_DENSE_MM, _MARGIN_MM = 6.0, 5.0
_BUSY = 60


def is_kind(text: str) -> bool:
    """Whether a code's text may be kept: a short word of capitals, digits, _ and -, with no number long enough to be an
    identity card's, a licence's or a telephone's.
    """
    digits = sum(one.isdigit() for one in text)
    return _KIND.fullmatch(text) is not None and _NUMBER.search(text) is None and digits < 9


def codes_on(luma: Plane, page: Glance, steep: Plane) -> tuple[str, ...]:
    """The texts of a page's codes that may be kept, each once, in the order of the alphabet.

    `steep` as by `looking.steep_of`.
    """
    import zxingcpp

    found: set[str] = set()
    for top, bottom, left, right in _places(steep):
        rows = slice(round(top * page.zoom), round(bottom * page.zoom))
        columns = slice(round(left * page.zoom), round(right * page.zoom))
        for code in zxingcpp.read_barcodes(luma[rows, columns]):
            if code.valid and is_kind(code.text):
                found.add(code.text)
    return tuple(sorted(found))


def _places(steep: Plane) -> list[tuple[int, int, int, int]]:
    """Where black and white change so densely, for so far in both directions, that a code may stand there."""
    import cv2
    import numpy as np

    small = cv2.blur(halved(steep), (3, 3))
    busy: Any = (small > _BUSY).astype(np.uint8)
    side = round(_DENSE_MM * PER_MM / 2) | 1
    dense = cv2.morphologyEx(busy, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if not cv2.countNonZero(dense):
        return []
    contours, _ = cv2.findContours(dense, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    margin = round(_MARGIN_MM * PER_MM)
    height, width = steep.shape
    found = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:_MOST_PLACES]:
        left, top, wide, tall = (2 * one for one in cv2.boundingRect(contour))
        found.append(
            (
                max(0, top - margin),
                min(height, top + tall + margin),
                max(0, left - margin),
                min(width, left + wide + margin),
            )
        )
    return found
