"""A sheet at a glance: small planes of a known resolution, in which papers, print and colour are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane, Sheet

GLANCE_DPI = 75
PER_MM = GLANCE_DPI / 25.4
_STROKE_MM = 7.0
"""Nothing broader than this is print: the dark border of a scan, a photograph, a black lid."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The sheet at 75 dpi. `ink` is how much darker each pixel is than its surroundings; `blue`, `red` None if grey.

    `zoom` is the sheet's pixels per pixel of this; `halves` are its brightness at a half, a quarter … on the way.
    """

    luma: Plane
    ink: Plane
    blue: Plane | None
    red: Plane | None
    zoom: float
    halves: tuple[Plane, ...] = ()


def glance(sheet: Sheet, dpi: int) -> Glance:
    """The sheet made small by averaging."""
    import cv2

    luma = sheet.luma
    zoom = max(dpi / GLANCE_DPI, 1.0) if dpi >= 50 else 1.0
    left = zoom
    halves: list[Plane] = []
    while left >= 2 and min(luma.shape) >= 64:
        luma = halved(luma)
        halves.append(luma)
        left /= 2
    size = max(8, round(sheet.width / zoom)), max(8, round(sheet.height / zoom))
    if left != 1.0:
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    size = luma.shape[1], luma.shape[0]
    blue, red = (None if one is None else _fitted(one, size) for one in (sheet.blue, sheet.red))
    return Glance(luma, ink_of(luma), blue, red, zoom, tuple(halves))


def _fitted(plane: Plane, size: tuple[int, int]) -> Plane:
    import cv2

    if plane.shape[1] // 2 == size[0] and plane.shape[0] // 2 == size[1]:
        return halved(plane)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def halved(plane: Plane) -> Plane:
    """The plane at half its size, an odd last row or column left out: so it is quick."""
    import cv2

    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    return cv2.resize(plane[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)


def steep_of(look: Glance) -> Plane:
    """How much each pixel's neighbours differ."""
    import cv2
    import numpy as np

    return cv2.morphologyEx(look.luma, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))


def ink_of(luma: Plane) -> Plane:
    """How much darker each pixel is than the paper around it, at 75 dpi."""
    import cv2

    broad = round(_STROKE_MM * PER_MM) | 1
    return cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_RECT, (broad, broad)))
