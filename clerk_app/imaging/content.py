"""What is on a page: nothing, or something; black and white, or colour that says something.

Show-through, dust, noise and the streak of a dirty glass are nothing. A faint stamp, a signature and a light pencil
line are something: they are either coloured or have edges, which what shines through from the other side has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.imaging.levels import level_at, paper_level
from clerk_app.imaging.looking import PER_MM, Glance

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

_MARK, _EDGE = 14, 20
"""Levels: how much darker than its paper a mark is, and how steep its edge. Show-through is not that steep."""
_SURE = 60
"""Ink this dark needs no edge."""
_SHORTEST_MM = 1.6
"""Dust is smaller than a letter's or a pen's stroke."""
_MARKED_MM = 4.0
"""A page with less than this length of marks has none on it."""
_FULL = 0.02
"""A page of which this part is ink needs no closer look."""
_MARGIN_MM = 2.0
_COLOURED = 9
_COLOURED_MM2 = 4.0
_STAINED = 14


@dataclass(frozen=True, slots=True)
class Content:
    """`blank`: nothing is on it. `coloured`: colour that says something is. `paper_level` is the paper's brightness."""

    blank: bool
    coloured: bool
    marked_mm: float
    paper_level: int


def content_of(page: Glance, steep: Plane) -> Content:
    """What is on a page that was laid straight; `steep` as by `looking.steep_of`."""
    coloured, faint = colours_of(page)
    marked = _marks(page, steep)
    return Content(marked < _MARKED_MM and not faint, coloured, round(marked, 1), paper_level(page.luma))


def _marks(page: Glance, steep: Plane) -> float:
    """The length of marks in millimetres, each as long as its box; of a page full of them no more than that."""
    import cv2
    import numpy as np

    ink = page.ink
    noise = level_at(ink, 0.6)
    level, edge = max(_MARK, 3 * noise), max(_EDGE, 4 * noise)
    seed = ((ink > level) & (steep > edge)) | (ink > max(_SURE, 3 * noise))
    if cv2.countNonZero(seed.astype(np.uint8)) > _FULL * seed.size:
        return _MARKED_MM
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


def colours_of(page: Glance) -> tuple[bool, bool]:
    """Whether there is colour, and whether there is a faint one that only its colour tells from the paper."""
    import cv2
    import numpy as np

    if page.blue is None or page.red is None:
        return False, False
    away = np.zeros_like(page.luma)
    paper = [level_at(plane, 0.5) for plane in (page.blue, page.red)]
    for plane, middle in zip((page.blue, page.red), paper, strict=True):
        away = cv2.max(away, cv2.absdiff(cv2.blur(plane, (3, 3)), np.full_like(plane, middle)))
    margin = max(1, round(_MARGIN_MM * PER_MM))
    inner = away[margin:-margin, margin:-margin] if min(away.shape) > 2 * margin else away
    patches = cv2.morphologyEx((inner > _COLOURED).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    coloured = cv2.countNonZero(patches) / PER_MM**2 >= _COLOURED_MM2
    return coloured or max(abs(middle - 128) for middle in paper) > _STAINED, coloured
