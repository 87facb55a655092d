"""What is on a page: nothing, or something; black and white, or colour that says something.

Show-through, dust, noise and the streak of a dirty glass are nothing. A faint stamp, a signature and a light pencil
line are something: they are either coloured or have edges, which what shines through from the other side has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.imaging.looking import PER_MM, Glance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from clerk_app.imaging.opening import Plane

_MARK, _EDGE = 14, 20
"""Levels: how much darker than its paper a mark is, and how steep its edge. Show-through is not that steep."""
_SURE = 60
"""Ink this dark needs no edge."""
_SHORTEST_MM = 1.6
"""Dust is smaller than a letter's or a pen's stroke."""
_MARKED_MM = 4.0
"""A page with less than this length of marks has none on it."""
_MARGIN_MM = 2.0
_COLOURED = 9.0
_COLOURED_MM2 = 4.0
_STAINED = 14.0
_SPECK_MM2 = 0.5


@dataclass(frozen=True, slots=True)
class Content:
    """`blank`: nothing is on it. `coloured`: colour that says something is. `paper_level` is the paper's brightness."""

    blank: bool
    coloured: bool
    marked_mm: float
    paper_level: int


def content_of(page: Glance) -> Content:
    """What is on a page that was laid straight."""
    coloured, faint = _colours(page)
    marked = _marks(page)
    return Content(marked < _MARKED_MM and not faint, coloured, round(marked, 1), level_of(page.luma))


def level_of(luma: Plane) -> int:
    """The brightness of paper: what most bright pixels have."""
    import numpy as np

    counts = np.bincount(luma.ravel(), minlength=256).astype(np.float64)
    counts = np.convolve(counts, np.ones(5), "same")
    counts[:96] = 0
    counts[255] += counts[254]
    return int(counts.argmax()) if counts.any() else int(np.percentile(luma, 90))


def _marks(page: Glance) -> float:
    """The length of all marks in millimetres, each as long as the box around it."""
    import cv2
    import numpy as np

    ink = page.ink
    noise = float(np.percentile(ink, 60))
    steep = cv2.morphologyEx(page.luma, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    level, edge = max(_MARK, 3.0 * noise), max(_EDGE, 4.0 * noise)
    seed = ((ink > level) & (steep > edge)) | (ink > max(_SURE, 3.0 * noise))
    body = cv2.dilate(seed.astype(np.uint8), np.ones((3, 3), np.uint8))
    margin = max(1, round(_MARGIN_MM * PER_MM))
    body[:margin], body[-margin:], body[:, :margin], body[:, -margin:] = 0, 0, 0, 0
    height, width = body.shape
    count, _, boxes, _ = cv2.connectedComponentsWithStats(body, connectivity=8)
    if count < 2:
        return 0.0
    wide, tall, area = boxes[1:, cv2.CC_STAT_WIDTH], boxes[1:, cv2.CC_STAT_HEIGHT], boxes[1:, cv2.CC_STAT_AREA]
    long = np.maximum(wide, tall) - 2
    streak = ((tall > 0.9 * (height - 2 * margin)) & (wide <= 6)) | ((wide > 0.9 * (width - 2 * margin)) & (tall <= 6))
    filled = area / (wide * tall)
    hole = (filled > 0.7) & (np.abs(wide - tall) <= 4) & (long > 4 * PER_MM) & (long < 9 * PER_MM)
    kept = (long >= _SHORTEST_MM * PER_MM) & ~streak & ~hole
    return float(long[kept].sum()) / PER_MM


def _colours(page: Glance) -> tuple[bool, bool]:
    """Whether there is colour, and whether there is a faint one that only its colour tells from the paper."""
    import cv2
    import numpy as np

    if page.blue is None or page.red is None:
        return False, False
    away = np.zeros(page.luma.shape, np.float32)
    for plane in (page.blue, page.red):
        calm = cv2.blur(plane, (3, 3))
        away = np.maximum(away, np.abs(calm.astype(np.float32) - float(np.median(plane))))
    margin = max(1, round(_MARGIN_MM * PER_MM))
    away[:margin], away[-margin:], away[:, :margin], away[:, -margin:] = 0, 0, 0, 0
    tinted = max(abs(float(np.median(one)) - 128) for one in (page.blue, page.red)) > _STAINED
    coloured = _patches_mm2(away > _COLOURED) >= _COLOURED_MM2
    return coloured or tinted, coloured


def _patches_mm2(mask: NDArray[np.bool_]) -> float:
    """The area of a mask without its specks."""
    import cv2
    import numpy as np

    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return 0.0
    areas = boxes[1:, cv2.CC_STAT_AREA] / PER_MM**2
    return float(areas[areas >= _SPECK_MM2].sum())
