"""Where papers and cards lie on a sheet: what differs from the lid behind them and has the straight sides of a paper.

A frame that is printed on a paper has the same paper on both of its sides and is none. A sheet that shows no lid is
all paper, and so is one with print beside what looks like a paper: nothing that was printed is ever cut away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING, Any

from clerk_app.imaging.levels import level_at
from clerk_app.imaging.looking import PER_MM, Glance, halved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from clerk_app.imaging.opening import Plane, Reals

_SMALLEST_MM = 35.0
_RING = 2
_DARK = 140
_SHARE_OF_RING = 0.08
"""A lid that shows takes at least this part of the sheet's outermost pixels."""
_STEP = 2.5
"""Levels by which paper and lid differ at least, noise aside."""
_PROBES, _REACH_MM, _DEEP_MM = 96, 2.5, 1.0
"""Where steps are looked for, and how much at either end of that tells what lies inside and outside."""
_ON_LINE_MM = 0.45
_LEAST_COVER = 0.6
_SUPPORT = 0.55
_AT_EDGE_MM = 1.2
_PRINT = 45
_BESIDE_MM2 = 4.0
"""As much print beside a paper means that it lies on paper, and is printed there."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper on a sheet: its corners (top left, top right, bottom right, bottom left; x, y) in pixels of the glance.

    `seen` tells of each side (top, right, bottom, left) whether its edge was seen; where not, the sheet ends there.
    `covers` is the part of its rectangle that it really takes: less where a corner is torn off or a side is missing.
    """

    corners: tuple[tuple[float, float], ...]
    seen: tuple[bool, bool, bool, bool]
    covers: float = 1.0

    @property
    def angle_deg(self) -> float:
        """By how much its longer sides stand askew, anticlockwise positive, within ± 45°."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        across = (bx - ax + cx - dx, by - ay + cy - dy)
        return -degrees(atan2(across[1], across[0]))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height: those of its middle lines."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        width = (hypot(bx - ax, by - ay) + hypot(cx - dx, cy - dy)) / 2
        height = (hypot(dx - ax, dy - ay) + hypot(cx - bx, cy - by)) / 2
        return width, height


def papers_on(look: Glance) -> tuple[Paper, ...]:
    """The papers whose edges show, from top to bottom and left to right; none where the whole sheet is paper."""
    for lid in _lids(look):
        apart = _apart(look, lid)
        found = [paper for one in _islands(apart, lid) if (paper := _paper(apart, one, lid)) is not None]
        if found and (lid.dark or not _print_beside(look, found)):
            return _in_order(found)
    return ()


def together(papers: Sequence[Paper]) -> Paper:
    """All of them as one, level with the sheet."""
    xs, ys = zip(*(corner for paper in papers for corner in paper.corners), strict=True)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return Paper(((left, top), (right, top), (right, bottom), (left, bottom)), (True, True, True, True))


@dataclass(frozen=True, slots=True)
class _Lid:
    """What lies behind the papers: its levels of luma, blue and red."""

    luma: int
    blue: int
    red: int

    @property
    def dark(self) -> bool:
        """Whether any paper is brighter."""
        return self.luma < _DARK


def _lids(look: Glance) -> tuple[_Lid, ...]:
    """What the lid may be, by the outermost pixels of the sheet; a dark one first."""
    import numpy as np

    def ring(plane: Plane) -> Any:
        sides = plane[:_RING], plane[-_RING:], plane[:, :_RING], plane[:, -_RING:]
        return np.concatenate([one.ravel() for one in sides])

    luma = ring(look.luma)
    colours = [None if one is None else ring(one) for one in (look.blue, look.red)]
    found = []
    for part in (luma < _DARK, luma >= _DARK):
        if part.sum() >= _SHARE_OF_RING * luma.size:
            blue, red = (128 if one is None else int(np.median(one[part])) for one in colours)
            found.append(_Lid(int(np.median(luma[part])), blue, red))
    return tuple(found)


def _apart(look: Glance, lid: _Lid) -> Plane:
    """How much each pixel differs from the lid, in brightness or in colour."""
    import cv2
    import numpy as np

    apart = cv2.absdiff(look.luma, np.full_like(look.luma, lid.luma))
    if not lid.dark:
        for plane, level in ((look.blue, lid.blue), (look.red, lid.red)):
            if plane is not None:
                away = cv2.absdiff(plane, np.full_like(plane, level))
                apart = cv2.max(apart, cv2.add(away, away))
    return cv2.medianBlur(apart, 5 if lid.dark else 3)


def _islands(apart: Plane, lid: _Lid) -> list[Any]:
    """Contours of what differs from the lid and is large enough for a paper; looked for at half the size."""
    import cv2
    import numpy as np

    if lid.dark:
        level, close_mm, open_mm = max(25.0, level_at(apart, 0.9) * 0.5), 1.5, 2.0
    else:
        level, close_mm, open_mm = max(_STEP, 3.0 * level_at(apart, 0.3)), 2.5, 3.0
    mask: Plane = (halved(apart) > int(level)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _square(close_mm))
    mask = _filled(mask)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _square(open_mm))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    smallest = _SMALLEST_MM * PER_MM
    contours = [2 * one + 1 for one in contours]
    return [one for one in contours if len(one) > smallest and _like_paper(one, smallest)]


def _like_paper(contour: Any, smallest: float) -> bool:
    """Whether an island is large enough, and fills the rectangle around it: quick, for print makes many islands."""
    import cv2

    wide, tall = cv2.minAreaRect(contour)[1]
    return bool(min(wide, tall) >= smallest and cv2.contourArea(contour) >= _LEAST_COVER * wide * tall)


def _square(side_mm: float) -> Plane:
    import cv2
    import numpy as np

    side = max(3, round(side_mm * PER_MM / 2) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)), np.uint8)


def _filled(mask: Plane) -> Plane:
    """The mask with its holes filled."""
    import cv2
    import numpy as np

    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(cv2.drawContours(np.zeros_like(mask), contours, -1, 1, cv2.FILLED), np.uint8)


def _paper(apart: Plane, contour: Any, lid: _Lid) -> Paper | None:
    """The rectangle of an island, its sides fitted to the steps between lid and paper; None where it is no paper."""
    import cv2
    import numpy as np

    height, width = apart.shape
    box = _ordered(np.asarray(cv2.boxPoints(cv2.minAreaRect(contour)), np.float64))
    sides, seen = [], []
    margin = _AT_EDGE_MM * PER_MM
    for at in range(4):
        start, end = box[at], box[(at + 1) % 4]
        middle = (start + end) / 2
        out = np.array([end[1] - start[1], start[0] - end[0]]) / max(float(np.hypot(*(end - start))), 1.0)
        beyond = middle + out * margin
        at_edge = not (margin <= beyond[0] < width - margin and margin <= beyond[1] < height - margin)
        line, support = _edge(apart, start, end, out)
        seen.append(support >= _SUPPORT)
        if not seen[-1] and not at_edge:
            return None
        sides.append(line if seen[-1] else (middle, (end - start) / max(float(np.hypot(*(end - start))), 1.0)))
    if sum(seen) < (1 if lid.dark else 3):
        return None
    corners = [_crossing(sides[at - 1], sides[at]) for at in range(4)]
    if any(corner is None for corner in corners):
        return None
    quad = tuple((float(x), float(y)) for x, y in corners)  # type: ignore[misc]
    area = float(cv2.contourArea(np.asarray(quad, np.float32)))
    if area <= 0:
        return None
    paper = Paper(quad, (seen[0], seen[1], seen[2], seen[3]), min(1.0, float(cv2.contourArea(contour)) / area))
    if min(paper.size) < _SMALLEST_MM * PER_MM or paper.covers < _LEAST_COVER or _fills(paper, width, height):
        return None
    return paper


def _fills(paper: Paper, width: int, height: int) -> bool:
    """Whether the paper is the sheet, up to the width of its edge."""
    margin = _AT_EDGE_MM * PER_MM
    xs, ys = zip(*paper.corners, strict=True)
    gaps = xs[0], xs[3], ys[0], ys[1], width - xs[1], width - xs[2], height - ys[2], height - ys[3]
    return bool(max(gaps) < margin)


def _ordered(box: Reals) -> Reals:
    """Four corners clockwise from the top left, the top side being the one that is nearest to level."""
    import numpy as np

    middle = box.mean(axis=0)
    clockwise = box[np.argsort(np.arctan2(*(box - middle).T[::-1]))]
    edges = np.roll(clockwise, -1, axis=0) - clockwise
    angles = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    return np.asarray(np.roll(clockwise, -int(np.argmin(np.abs(angles))), axis=0), np.float64)


def _edge(apart: Plane, start: Reals, end: Reals, out: Reals) -> tuple[tuple[Reals, Reals], float]:
    """The line of a side (a point and its direction) by the steps across it, and the part of it on that line."""
    import cv2
    import numpy as np

    along = np.linspace(0.06, 0.94, _PROBES)[:, None]
    reach = _REACH_MM * PER_MM
    across = np.arange(-reach, reach + 0.01, 0.5)
    feet = start + (end - start) * along
    places = (feet[:, None] + out * across[:, None]).astype(np.float32)
    inside = cv2.remap(apart, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    levels = cv2.blur(inside.astype(np.float32), (3, 1))
    deep = round(_DEEP_MM * PER_MM / 0.5)
    if float(np.median(levels[:, :deep]) - np.median(levels[:, -deep:])) < _STEP:
        return (
            start,
            (end - start) / max(float(np.hypot(*(end - start))), 1.0),
        ), 0.0  # a line, with one paper around it
    steps = levels[:, :-2] - levels[:, 2:]
    best = steps.argmax(axis=1)
    clear = steps[np.arange(len(best)), best] >= _STEP
    offset = np.array([_between(row, int(at)) for row, at in zip(steps, best, strict=True)])
    offset = (offset + 1) * 0.5 - reach
    height, width = apart.shape
    points = feet + out * offset[:, None]
    clear &= (points[:, 0] > 1) & (points[:, 0] < width - 2) & (points[:, 1] > 1) & (points[:, 1] < height - 2)
    length = max(float(np.hypot(*(end - start))), 1.0)
    direction = (end - start) / length
    if clear.sum() < _PROBES // 4:
        return (start, direction), 0.0
    slope, shift, support = _fit(along[:, 0] * length, offset, clear)
    turned = direction + out * slope
    return (start + out * shift, turned / float(np.hypot(*turned))), support


def _between(row: Reals, at: int) -> float:
    """Where the step is steepest, between pixels."""
    if not 0 < at < len(row) - 1:
        return float(at)
    before, here, after = float(row[at - 1]), float(row[at]), float(row[at + 1])
    bend = before - 2 * here + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _fit(along: Reals, offset: Reals, clear: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Slope and shift of the line that most probes are on, and their part of all probes. Pairs of probes propose it."""
    import numpy as np

    number = np.flatnonzero(clear)
    half = len(number) // 2
    first, second = number[:half], number[half : 2 * half]
    slopes = (offset[second] - offset[first]) / (along[second] - along[first])
    shifts = offset[first] - slopes * along[first]
    apart = np.abs(offset[number] - (slopes[:, None] * along[number] + shifts[:, None]))
    near = _ON_LINE_MM * PER_MM
    best = int((apart < near).sum(axis=1).argmax())
    chosen = number[apart[best] < near]
    for closer in (near, near / 2):
        if len(chosen) < 4:
            break
        slope, shift = np.polyfit(along[chosen], offset[chosen], 1)
        chosen = number[np.abs(offset[number] - slope * along[number] - shift) < closer]
    if len(chosen) < 4:
        return float(slopes[best]), float(shifts[best]), 0.0
    slope, shift = np.polyfit(along[chosen], offset[chosen], 1)
    support = float((np.abs(offset[number] - slope * along[number] - shift) < near).sum()) / len(along)
    return float(slope), float(shift), support


def _crossing(one: tuple[Reals, Reals], other: tuple[Reals, Reals]) -> Reals | None:
    """Where two lines meet."""
    import numpy as np

    both = np.stack([one[1], -other[1]], axis=1)
    if abs(float(np.linalg.det(both))) < 0.2:
        return None
    far = np.linalg.solve(both, other[0] - one[0])[0]
    return np.asarray(one[0] + one[1] * far, np.float64)


def _print_beside(look: Glance, papers: Sequence[Paper]) -> bool:
    """Whether there is print that no paper holds."""
    import cv2
    import numpy as np

    beside = (look.ink > _PRINT).astype(np.uint8)
    edge = round(2.5 * PER_MM)
    beside[:edge], beside[-edge:], beside[:, :edge], beside[:, -edge:] = 0, 0, 0, 0
    for paper in papers:
        corners = np.round(np.asarray(paper.corners)).astype(np.int32)
        cv2.fillConvexPoly(beside, corners, 0)
        cv2.polylines(beside, [corners], isClosed=True, color=0, thickness=2 * edge)
    return float(beside.sum()) / PER_MM**2 > _BESIDE_MM2


def _in_order(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """From top to bottom, and from left to right where they lie side by side."""

    def middle(paper: Paper) -> tuple[float, float]:
        return sum(y for _, y in paper.corners) / 4, sum(x for x, _ in paper.corners) / 4

    ordered: list[Paper] = []
    for paper in sorted(papers, key=middle):
        at = len(ordered)
        while (
            at
            and abs(middle(ordered[at - 1])[0] - middle(paper)[0]) < paper.size[1] / 2
            and (middle(ordered[at - 1])[1] > middle(paper)[1])
        ):
            at -= 1
        ordered.insert(at, paper)
    return tuple(ordered)
