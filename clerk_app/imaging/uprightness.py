"""Which way up a straight page is: letters have more above their middle band than below it.

Ascenders outnumber descenders in Latin print, and Vietnamese stands its marks above the letters. Each line votes; a
page is put on its feet only where the lines agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerk_app.imaging.levels import level_at

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane, Reals

_TILE_MM = 22.0
_LOWEST_MM, _HIGHEST_MM = 1.0, 9.0
_FEWEST = 6
_AGREED = 0.72
_ENOUGH, _CLEARLY = 30, 0.9
_SMALL = 20
"""Square inches up to which a page counts as small."""


@dataclass(frozen=True, slots=True)
class Votes:
    """How many lines stand upright and how many on their head."""

    up: int
    down: int

    @property
    def sure(self) -> bool:
        """Whether the lines agree."""
        total = self.up + self.down
        return total >= _FEWEST and max(self.up, self.down) >= _AGREED * total

    @property
    def upside_down(self) -> bool:
        """What most say."""
        return self.down > self.up


def reduced(luma: Plane, halves: Sequence[Plane], dpi: int) -> tuple[Plane, float]:
    """The page at about 150 dpi and its pixels per millimetre; a small one, a card, at 300. `halves` as of a glance."""
    wanted = 150 if luma.size > _SMALL * dpi * dpi else 300
    for half in halves:
        if dpi < 2 * wanted:
            break
        luma = half
        dpi //= 2
    return luma, max(dpi, 1) / 25.4


def votes_of(luma: Plane, pixels_per_mm: float) -> Votes:
    """The votes of a straight page's lines; best at 150 dpi or more. Its columns vote until they are sure."""
    tile = min(luma.shape[1], max(8, round(_TILE_MM * pixels_per_mm)))
    number = luma.shape[1] // tile
    first = (luma.shape[1] - number * tile) // 2
    votes = Votes(0, 0)
    for at in (*range(number % 2, number, 2), *range(1 - number % 2, number, 2)):
        left = first + at * tile
        votes = _column_votes(luma[:, left : left + tile], pixels_per_mm, votes)
        if votes.up + votes.down >= _ENOUGH and max(votes.up, votes.down) >= _CLEARLY * (votes.up + votes.down):
            break
    return votes


def _column_votes(luma: Plane, pixels_per_mm: float, so_far: Votes) -> Votes:
    """The votes with those of the lines of one column of the page."""
    import cv2
    import numpy as np

    broad = round(9 * pixels_per_mm) | 1
    ink = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_RECT, (1, broad)))
    mask = (ink > max(40, int(level_at(ink, 0.99) * 0.4))).astype(np.uint8)
    rule = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, round(7 * pixels_per_mm)), np.uint8))
    mask[cv2.dilate(rule, np.ones((3, 1), np.uint8)) > 0] = 0
    shares = cv2.reduce(mask, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / mask.shape[1]
    leanings = [_leaning(line) for line in _lines(shares, pixels_per_mm)]
    return Votes(so_far.up + leanings.count(1), so_far.down + leanings.count(-1))


def _lines(profile: Reals, pixels_per_mm: float) -> list[Reals]:
    """The profile of each line of print in a column of the page."""
    import numpy as np

    printed = np.concatenate([[False], profile > 0.004, [False]])
    edges = np.flatnonzero(printed[1:] != printed[:-1])
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        tall = (end - start) / pixels_per_mm
        if _LOWEST_MM <= tall <= _HIGHEST_MM and profile[start:end].max() > 0.05:
            found.append(profile[start:end])
    return found


def _leaning(line: Reals) -> int:
    """1 where more stands above the band of small letters than below it, −1 for the opposite, 0 if neither."""
    import numpy as np

    level = 0.5 * float(np.sort(line)[-max(2, len(line) // 5) :].mean())
    band = np.flatnonzero(line >= level)
    above, below = float(line[: band[0]].sum()), float(line[band[-1] + 1 :].sum())
    whole = float(line.sum())
    if max(above, below) < 0.04 * whole:
        return 0
    if above > 1.5 * below:
        return 1
    return -1 if below > 1.5 * above else 0
