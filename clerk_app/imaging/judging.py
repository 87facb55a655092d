"""What is wrong with a page, in words a clerk can act upon at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_app.domain.pages import Flaw
from clerk_app.imaging.levels import counts_of
from clerk_app.imaging.looking import PER_MM, Glance

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

COARSE_DPI = 150
_TILE = 48
_MOST_TILES = 36
_STEEPEST = 12
"""The steepest pixels of a tile may be noise; the twelfth is none."""
_EDGY = 45
"""Levels between ink and paper in a tile that can be judged."""
_SOFT_MM = 0.36
"""A sharp scan's edges rise within two pixels, 0.17 mm at 300 dpi; from 0.4 mm on the marks of small letters merge."""
_SOFT_PIXELS = 2.6
_SOFT_SHARE = 0.3
_INK, _FEWEST_INKED = 13, 20
_DARK_PAPER = 120
_FLAT = 0.22
_WASHED_PAPER = 250
_GLARE_MM2 = 30.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """`sharpness`: how many edges would fit into a millimetre; `contrast` of ink to paper, 0 to 1."""

    sharpness: float
    contrast: float
    flaws: tuple[Flaw, ...]


def judged(luma: Plane, page: Glance, dpi: int, paper_level: int, *, blank: bool, cut_off: bool) -> Judgement:
    """The verdict on a straight page: `luma` as kept, `page` at a glance."""
    rises = rises_of(luma, page)
    sharpness, soft = _sharpness(rises, dpi)
    contrast = _contrast(page, paper_level)
    flaws: list[Flaw] = []
    if not blank and soft:
        flaws.append("blurred")
    if cut_off:
        flaws.append("cut_off")
    if paper_level < _DARK_PAPER or (not blank and contrast < _FLAT and paper_level < _WASHED_PAPER - 60):
        flaws.append("too_dark")
    if not blank and contrast < _FLAT and paper_level >= _WASHED_PAPER:
        flaws.append("too_bright")
    if _glare(page, paper_level):
        flaws.append("glare")
    if 0 < dpi < COARSE_DPI:
        flaws.append("coarse")
    return Judgement(sharpness, contrast, tuple(flaws))


def rises_of(luma: Plane, page: Glance) -> Any:
    """How many pixels the steepest edges need from paper to ink, in each of the tiles with most ink."""
    import cv2
    import numpy as np

    height, width = luma.shape
    rows, columns = height // _TILE, width // _TILE
    if rows < 1 or columns < 1:
        return np.zeros(0)
    ink = page.ink[: round(rows * _TILE / page.zoom), : round(columns * _TILE / page.zoom)]
    inked = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA).ravel()
    order = np.argsort(-inked.astype(np.int16), kind="stable")
    order = order[inked[order] > 2]
    order = order[:: max(1, len(order) // _MOST_TILES)][:_MOST_TILES]
    tops, lefts = order // columns * _TILE, order % columns * _TILE
    places = zip(tops.tolist(), lefts.tolist(), strict=True)
    tiles = np.array([luma[top : top + _TILE, left : left + _TILE] for top, left in places], np.uint8)
    if not len(tiles):
        return np.zeros(0)
    flat = tiles.reshape(len(tiles), -1)
    bright, dark = _levels_at(flat, 0.96 * flat.shape[1], 0.02 * flat.shape[1])
    span = bright - dark
    deep = tiles.astype(np.int16)
    across = np.abs(deep[:, :, 2:] - deep[:, :, :-2]).astype(np.uint8).reshape(len(tiles), -1)
    along = np.abs(deep[:, 2:] - deep[:, :-2]).astype(np.uint8).reshape(len(tiles), -1)
    steps = np.concatenate([across, along], axis=1)
    steep = _levels_at(steps, steps.shape[1] - _STEEPEST)[0] / 2
    return (span / np.maximum(steep, 1.0))[span >= _EDGY]


def _levels_at(rows: Any, *numbers: float) -> list[Any]:
    """Of each row of pixels the level that so many of them do not exceed, for each of the numbers."""
    import numpy as np

    place = rows + 256 * np.arange(len(rows))[:, None]
    below = np.bincount(place.ravel(), minlength=256 * len(rows)).reshape(len(rows), 256).cumsum(axis=1)
    return [(below <= number).sum(axis=1) for number in numbers]


def _sharpness(rises: Any, dpi: int) -> tuple[float, bool]:
    import numpy as np

    if len(rises) < 2:
        return 0.0, False
    pixels_per_mm = dpi / 25.4
    limit = max(_SOFT_MM * pixels_per_mm, _SOFT_PIXELS)
    middle = float(np.median(rises))
    return round(pixels_per_mm / middle, 2), float((rises > limit).mean()) > _SOFT_SHARE


def _contrast(page: Glance, paper_level: int) -> float:
    """Between paper and its darker ink."""
    import numpy as np

    below = np.cumsum(counts_of(page.ink)[_INK:])
    if below[-1] < _FEWEST_INKED:
        return 0.0
    dark = _INK + int(np.searchsorted(below, 0.9 * below[-1]))
    return round(min(1.0, dark / max(paper_level, 1)), 3)


def _glare(page: Glance, paper_level: int) -> bool:
    """Whether something shines: a patch of full white on what is not white."""
    import cv2
    import numpy as np

    if paper_level > 238:
        return False
    white = cv2.morphologyEx((page.luma >= 251).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(white, connectivity=8)
    return count > 1 and float(boxes[1:, cv2.CC_STAT_AREA].max()) / PER_MM**2 >= _GLARE_MM2
