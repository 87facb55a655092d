"""Which four straight lines of a photograph are the edges of one paper, and where exactly they run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.floating[Any]]

_LOOK = 640
"""Pixels of the longer side where lines are looked for."""
_EXACT = 2000
"""And where their exact course is."""
_MOST_LINES = 32
_LEAST_AREA = 0.03
_LEAST_SINE = 0.6
"""Of the angle at a corner."""
_BEYOND = 0.01
"""How far a corner may lie outside the picture, of its longer side; a paper cut off further is not shown whole."""
_SAMPLES = 40
_FEW_SAMPLES = 12
_LOOKED_AT_CLOSELY = 150
_AWAY = (3.0, 5.5, 8.0, 11.0, 14.0)
"""How many pixels from an edge both its sides are compared, by their middle value: a printed line is thinner."""
_FAINT = 5.0
"""The difference in CIE L*a*b* (as OpenCV scales it, 0 to 255) that counts half: white paper on a light table."""
_ENOUGH = 0.5
_LARGER = 0.4
"""How much a larger one is preferred: a photo on a card has edges as well."""
_FURTHER = (-0.12, -0.09, -0.06, 1.06, 1.09, 1.12)
"""Where an edge must have ended, in lengths of it."""
_MOST_SEGMENTS = 500
_AT_ONCE = 256
_GAP = 1.5
"""How far from a piece of a line, in lengths of it, others are pieces of the same: a hand may lie between."""
_LEAST_SEGMENT = 0.015


def four_sides(bgr: Picture) -> Floats | None:
    """The corners, 4 × 2, of the four-sided thing that stands out most from what it lies on; None where none does."""
    import cv2
    import numpy as np

    height, width = bgr.shape[:2]
    zoom = min(1.0, _LOOK / max(height, width))
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2LAB), np.uint8)
    quads = _candidates(_lines(lab), *size)
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.2).astype(np.float32)
    for samples, kept in ((_FEW_SAMPLES, _LOOKED_AT_CLOSELY), (_SAMPLES, 1)):
        if not len(quads):
            return None
        worth = _worth(smooth, quads, samples)
        order = np.argsort(-worth)[:kept]
        quads, worth = quads[order], worth[order]
    return (quads[0] + 0.5) / zoom - 0.5 if worth[0] > _ENOUGH else None


# ---- lines


def _lines(lab: Picture) -> Floats:
    """The most conspicuous straight lines, each as two points far apart (n × 4), longest first."""
    import cv2
    import numpy as np

    light = lab[..., 0].astype(np.float32)
    light = np.clip((light - cv2.GaussianBlur(light, (0, 0), 30)) * 3 + 128, 0, 255).astype(np.uint8)
    detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD)
    found = [detector.detect(np.ascontiguousarray(one))[0] for one in (*cv2.split(lab), light)]
    parts = [one.reshape(-1, 4) for one in found if one is not None]
    if not parts:
        return np.zeros((0, 4))
    segments = np.concatenate(parts).astype(float)
    lengths = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    order = np.argsort(-lengths)
    order = order[lengths[order] > _LEAST_SEGMENT * max(lab.shape[:2])][:_MOST_SEGMENTS]
    segments, lengths = segments[order], lengths[order]
    lines: list[Floats] = []
    covered: list[float] = []
    free = np.ones(len(segments), bool)
    for at in range(len(segments)):
        if free[at]:
            joined = free & _along(segments[at], segments)
            free &= ~joined
            line, length = _joined(segments[joined], lengths[joined])
            lines.append(line)
            covered.append(length)
    return _strongest(lab, np.array(lines).reshape(-1, 4), np.array(covered))


def _strongest(lab: Picture, lines: Floats, covered: Floats) -> Floats:
    """Those lines between two different things: what is on one side of them stays the same along them."""
    import cv2
    import numpy as np

    smooth = cv2.GaussianBlur(lab, (0, 0), 1.2).astype(np.float32)
    start, end = lines[:, :2], lines[:, 2:]
    way = end - start
    normal = np.stack([way[:, 1], -way[:, 0]], axis=1) / np.maximum(1e-6, np.linalg.norm(way, axis=1, keepdims=True))
    held, size = _held(_steps(smooth, start, end, normal, np.linspace(0.02, 0.98, _SAMPLES)))
    weight = covered * (0.1 + held) * size / (size + _FAINT)
    return lines[np.argsort(-weight)[:_MOST_LINES]]


def _along(line: Floats, segments: Floats) -> NDArray[np.bool_]:
    """Which segments lie on the same line, light and dark on the same sides, and not far behind its ends."""
    import numpy as np

    start, way = line[:2], line[2:] - line[:2]
    length = float(np.linalg.norm(way))
    way = way / length
    normal = np.array((-way[1], way[0]))
    from_start, to_end = (segments[:, :2] - start) @ way, (segments[:, 2:] - start) @ way
    near = (from_start > -_GAP * length) & (to_end < (1 + _GAP) * length) & (to_end > from_start)
    off_start, off_end = (segments[:, :2] - start) @ normal, (segments[:, 2:] - start) @ normal
    slope = (off_end - off_start) / np.maximum(1e-6, np.linalg.norm(segments[:, 2:] - segments[:, :2], axis=1))
    within: NDArray[np.bool_] = near & (np.abs(off_start + off_end) / 2 < 2.5) & (np.abs(slope) < 0.06)
    return within


def _joined(segments: Floats, lengths: Floats) -> tuple[Floats, float]:
    """The line through segments of one line, and how much of it they cover."""
    import cv2
    import numpy as np

    if len(segments) == 1:
        return segments[0], float(lengths[0])
    points = segments.reshape(-1, 2).astype(np.float32)
    way_x, way_y, x, y = cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
    along = (points - (x, y)) @ np.array((way_x, way_y))
    low, high = float(along.min()), float(along.max())
    covered = np.zeros(max(1, round(high - low) + 1), bool)
    for one, two in along.reshape(-1, 2):
        covered[int(min(one, two) - low) : int(max(one, two) - low) + 1] = True
    ends = np.array((x + low * way_x, y + low * way_y, x + high * way_x, y + high * way_y))
    return ends, float(covered.sum())


# ---- four of them


def _candidates(lines: Floats, width: int, height: int) -> Floats:
    """Every four lines that could be the sides of a paper lying before a camera, as corners in a ring: n × 4 × 2."""
    import numpy as np

    if len(lines) < 4:
        return np.zeros((0, 4, 2))
    crossings = _crossings(lines)
    fours = np.array(list(combinations(range(len(lines)), 4)))
    rings = np.concatenate([fours[:, order] for order in ((0, 1, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2))])
    quads = np.stack([crossings[rings[:, at], rings[:, (at + 1) % 4]] for at in range(4)], axis=1)
    good = np.isfinite(quads).all(axis=(1, 2))
    quads = quads[good]
    return np.asarray(quads[_paper_shaped(quads, width, height)])


def _crossings(lines: Floats) -> Floats:
    """Where every two lines meet, n × n × 2; infinite where they hardly do."""
    import numpy as np

    start, way = lines[:, :2], lines[:, 2:] - lines[:, :2]
    way = way / np.linalg.norm(way, axis=1, keepdims=True)
    cross = way[:, None, 0] * way[None, :, 1] - way[:, None, 1] * way[None, :, 0]
    between = start[None, :] - start[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (between[..., 0] * way[None, :, 1] - between[..., 1] * way[None, :, 0]) / cross
        found = start[:, None] + along[..., None] * way[:, None]
    found[np.abs(cross) < _LEAST_SINE / 2] = np.inf
    return np.asarray(found)


def is_paper_shaped(quad: Floats, width: int, height: int) -> bool:
    """Whether four corners in a picture of that size can be those of a paper."""
    return bool(_paper_shaped(quad[None], width, height)[0])


def _paper_shaped(quads: Floats, width: int, height: int) -> NDArray[np.bool_]:
    import numpy as np

    sides = np.roll(quads, -1, axis=1) - quads
    after = np.roll(sides, -1, axis=1)
    lengths = np.linalg.norm(sides, axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        sines = (sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0]) / (
            lengths * np.roll(lengths, -1, axis=1)
        )
        opposite = lengths[:, :2] / lengths[:, 2:]
        across = (lengths[:, 0] + lengths[:, 2]) / (lengths[:, 1] + lengths[:, 3])
    x, y = quads[..., 0], quads[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))
    beyond = _BEYOND * max(width, height)
    inside = (x > -beyond) & (x < width - 1 + beyond) & (y > -beyond) & (y < height - 1 + beyond)
    shaped: NDArray[np.bool_] = (
        inside.all(axis=1)
        & ((sines > _LEAST_SINE).all(axis=1) | (sines < -_LEAST_SINE).all(axis=1))
        & (opposite > 0.45).all(axis=1)
        & (opposite < 2.2).all(axis=1)
        & (across > 0.3)
        & (across < 3.3)
        & (area > _LEAST_AREA * width * height)
    )
    return shaped


# ---- what they are worth


def _worth(lab: Floats, quads: Floats, samples: int) -> Floats:
    """How much each looks like a paper on something else, about 0 to 1."""
    import numpy as np

    worth = np.concatenate(
        [_worth_of(lab, quads[at : at + _AT_ONCE], samples) for at in range(0, len(quads), _AT_ONCE)]
    )
    return np.asarray(worth)


def _worth_of(lab: Floats, quads: Floats, samples: int) -> Floats:
    import numpy as np

    start, end = quads, np.roll(quads, -1, axis=1)
    way = end - start
    normal = np.stack([way[..., 1], -way[..., 0]], axis=2) / np.linalg.norm(way, axis=2, keepdims=True)
    middle = quads.mean(axis=1, keepdims=True)
    outward = np.where((((start + end) / 2 - middle) * normal).sum(axis=2, keepdims=True) > 0, normal, -normal)
    steps = _steps(lab, start, end, outward, np.linspace(0.06, 0.94, samples))
    held, size = _held(steps)
    usual = np.median(steps[..., 0, :], axis=2)
    sides = held * size / (size + _FAINT) * _alike(usual, size)
    further = _steps(lab, start, end, outward, np.array(_FURTHER))[..., 0, :]
    goes_on = (further * usual[:, :, None]).sum(axis=3) > 0.25 * (usual * usual).sum(axis=2)[..., None]
    height, width = lab.shape[:2]
    x, y = quads[..., 0], quads[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / (width * height)
    worth = 0.5 * sides.mean(axis=1) + 0.5 * sides.min(axis=1) - 0.15 * goes_on.mean(axis=(1, 2))
    return np.asarray(worth + _LARGER * area**0.5)


def _alike(usual: Floats, size: Floats) -> Floats:
    """How much the step at each side is like those at the other three: they lead from one paper to one table."""
    import numpy as np

    others = usual.sum(axis=1, keepdims=True) - usual
    lengths = np.linalg.norm(others, axis=2)
    same_way = (usual * others).sum(axis=2) / np.maximum(1e-6, size * lengths)
    as_high = size / np.maximum(1e-6, np.median(size, axis=1, keepdims=True))
    return np.asarray(np.clip(same_way + 0.6, 0.3, 1) * np.clip(as_high / 0.25, 0.3, 1))


def _held(steps: Floats) -> tuple[Floats, Floats]:
    """Along how much of a side the same step is seen, and at its ends (0 for half of it, 1), and how high it is."""
    import numpy as np

    usual = np.median(steps[..., 0, :], axis=-2)
    size = np.linalg.norm(usual, axis=-1)
    way = usual / np.maximum(size, 1e-6)[..., None]
    agrees = (steps * way[..., None, None, :]).sum(axis=-1)
    seen = (agrees > np.maximum(2.0, 0.25 * size)[..., None, None]).all(axis=-1)
    tenth = max(1, seen.shape[-1] // 10)
    ends = np.minimum(seen[..., :tenth].mean(axis=-1), seen[..., -tenth:].mean(axis=-1))
    return np.clip((seen.mean(axis=-1) - 0.45) / 0.3, 0, 1) * (0.7 + 0.3 * ends), size


def _steps(lab: Floats, start: Floats, end: Floats, outward: Floats, along: Floats) -> Floats:
    """What is inside less what is outside, along sides of any number: … × samples × (around, closest, close by) × 3."""
    import numpy as np

    points = (start[..., None, :] + along[:, None] * (end - start)[..., None, :])[..., None, :]
    shifts = np.array(_AWAY)[:, None] * outward[..., None, None, :]
    middle = len(_AWAY) // 2
    inner, outer = _at(lab, points - shifts), _at(lab, points + shifts)
    close = inner[..., :2, :] - outer[..., :2, :]
    around = np.partition(inner, middle, axis=-2)[..., middle, :] - np.partition(outer, middle, axis=-2)[..., middle, :]
    return np.concatenate([around[..., None, :], close], axis=-2)


def _at(lab: Floats, points: Floats) -> Floats:
    import numpy as np

    height, width = lab.shape[:2]
    x = np.clip(np.round(points[..., 0]).astype(int), 0, width - 1)
    y = np.clip(np.round(points[..., 1]).astype(int), 0, height - 1)
    return np.asarray(lab[y, x])


# ---- exactly


@dataclass(frozen=True, slots=True)
class _Line:
    x: float
    y: float
    way_x: float
    way_y: float


def sharpened(bgr: Picture, corners: Floats) -> Floats:
    """The same corners as exactly as the picture has them: each side is laid through where the colours change most."""
    import cv2
    import numpy as np

    height, width = bgr.shape[:2]
    zoom = min(1.0, _EXACT / max(height, width))
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA) if zoom < 1 else bgr
    colours = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    lab: Floats = np.asarray(cv2.GaussianBlur(colours, (0, 0), 1.0), np.float32)
    now = (corners + 0.5) * zoom - 0.5
    for reach in (0.004, 0.002):
        pixels = max(3.0, reach * max(size))
        lines = [_line_near(lab, now[at], now[(at + 1) % 4], now.mean(axis=0), pixels) for at in range(4)]
        now = np.array([_meeting(lines[at - 1], lines[at]) for at in range(4)])
    return np.asarray((now + 0.5) / zoom - 0.5)


def _line_near(lab: Floats, start: Floats, end: Floats, middle: Floats, reach: float) -> _Line:
    """The line near the one from `start` to `end` along which inside and outside differ most."""
    import cv2
    import numpy as np

    way = (end - start) / np.linalg.norm(end - start)
    normal = np.array((way[1], -way[0]))
    if ((start + end) / 2 - middle) @ normal < 0:
        normal = -normal
    along = np.linspace(0.08, 0.92, 96)[:, None] * (end - start) + start
    away = np.arange(-reach - 3, reach + 3.5, 0.5)
    places = (along[:, None] + away[:, None] * normal).astype(np.float32)
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    seen = np.stack([cv2.remap(lab[..., one], x, y, cv2.INTER_LINEAR) for one in range(3)], axis=2)
    steps = seen[:, :-8] - seen[:, 8:]  # over four pixels
    at = away[4:-4]
    usual = np.median(steps, axis=0)
    strongest = int(np.argmax(np.linalg.norm(usual, axis=1)))
    towards = usual[strongest] / max(1e-6, float(np.linalg.norm(usual[strongest])))
    agrees = steps @ towards
    peak = agrees.argmax(axis=1)
    clear = agrees.max(axis=1) > 0.4 * float(np.median(agrees.max(axis=1)))
    points = (along + at[peak][:, None] * normal)[clear].astype(np.float32)
    as_it_was = _Line(float(start[0]), float(start[1]), float(way[0]), float(way[1]))
    if len(points) < 12:
        return as_it_was
    line = as_it_was
    for within in (max(3.0, reach / 2), 2.0, 1.2):
        fitted = cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        line = _Line(float(fitted[2]), float(fitted[3]), float(fitted[0]), float(fitted[1]))
        off = np.abs((points[:, 0] - line.x) * line.way_y - (points[:, 1] - line.y) * line.way_x)
        if (off < within).sum() < 12:
            break
        points = points[off < within]
    return line


def _meeting(one: _Line, other: _Line) -> tuple[float, float]:
    cross = one.way_x * other.way_y - one.way_y * other.way_x
    if abs(cross) < 1e-6:
        return one.x, one.y
    along = ((other.x - one.x) * other.way_y - (other.y - one.y) * other.way_x) / cross
    return one.x + along * one.way_x, one.y + along * one.way_y
