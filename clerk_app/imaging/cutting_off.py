"""Whether a paper goes on where its sheet ends: letters that the edge cuts, a corner far outside, a paper too short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.imaging.finding import Paper
from clerk_app.imaging.looking import GLANCE_DPI, PER_MM, Glance
from clerk_app.imaging.paper_sizes import SIZES_MM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DARK = 40
_CUT_LETTERS = 3
_SMALLEST_MM, _LARGEST_MM = 0.7, 9.0
_OUTSIDE_MM = 10.0
"""Paper has margins: a corner that is a little outside takes no print with it."""
_SAME_MM, _SHORT_MM = 5.0, 12.0


def cut_off(look: Glance, paper: Paper | None) -> bool:
    """Whether something of the paper is missing. None: the whole sheet is paper."""
    if paper is None:
        return _letters_cut(look, (True, True, True, True))
    unseen = tuple(not one for one in paper.seen)
    if any(unseen) and (_letters_cut(look, (unseen[0], unseen[1], unseen[2], unseen[3])) or _too_short(paper)):
        return True
    return _far_outside(look, paper)


def _letters_cut(look: Glance, sides: tuple[bool, bool, bool, bool]) -> bool:
    """Whether letters touch one of the sheet's chosen edges (top, right, bottom, left)."""
    import cv2
    import numpy as np

    band = round(2 * _LARGEST_MM * PER_MM)
    for wanted, turn in zip(sides, (0, 1, 2, 3), strict=True):
        if not wanted:
            continue
        strip = np.rot90(look.ink, turn)[:band]
        levels = np.rot90(look.luma, turn)[:1]
        mask: NDArray[np.uint8] = np.ascontiguousarray(strip > _DARK).astype(np.uint8)
        if not mask[0].any():
            continue
        if float((levels < 128).mean()) > 0.5:  # a dark border: what touches it is its own shade
            continue
        count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        wide, tall = boxes[1:count, cv2.CC_STAT_WIDTH] / PER_MM, boxes[1:count, cv2.CC_STAT_HEIGHT] / PER_MM
        touching = boxes[1:count, cv2.CC_STAT_TOP] == 0
        letters = touching & (np.maximum(wide, tall) >= _SMALLEST_MM) & (np.maximum(wide, tall) <= _LARGEST_MM)
        if int(letters.sum()) >= _CUT_LETTERS:
            return True
    return False


def _far_outside(look: Glance, paper: Paper) -> bool:
    height, width = look.luma.shape
    return any(max(-x, -y, x - width, y - height) > _OUTSIDE_MM * PER_MM for x, y in paper.corners)


def _too_short(paper: Paper) -> bool:
    """Whether a paper as wide as a standard one ends, at the sheet's edge, before that one would."""
    wide, tall = (edge / GLANCE_DPI * 25.4 for edge in paper.size)
    # From the smallest standard paper on, the first that is long enough.
    across, along = not (paper.seen[1] and paper.seen[3]), not (paper.seen[0] and paper.seen[2])
    for long, short in SIZES_MM.values():
        for standard_wide, standard_tall in ((short, long), (long, short)):
            short_by = standard_tall - tall if along else standard_wide - wide
            same = abs(wide - standard_wide) if along else abs(tall - standard_tall)
            if along != across and same < _SAME_MM and short_by > -_SAME_MM:
                return short_by > _SHORT_MM
    return False
