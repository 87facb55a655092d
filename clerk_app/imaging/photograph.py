"""A paper or card in a photograph: where its four corners are, what shape it has, and its page laid flat.

Straight lines are found by OpenCV's detector; which four of them are the edges of one paper is judged by what lies on
both sides of each, so that printed frames, boards of a table and shadows are not taken for edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clerk_app.domain.pages import Corners, PaperSize
from clerk_app.imaging import paper_edges

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.floating[Any]]

_SHAPES: tuple[tuple[PaperSize, float], ...] = (("a4", 297 / 210), ("id1", 85.60 / 53.98))
"""Long to short side: ISO 216 (A4, A5 and A6 have the same) and ISO/IEC 7810 ID-1."""
_SHAPE_WITHIN = 0.045
_MOST_GAIN = 1.6


def corners_of_paper(bgr: Picture) -> Corners | None:
    """The corners of the paper in a picture (height × width × 3, blue first); None where no paper is sure.

    Top left, top right, bottom right, bottom left as they lie in the picture. A card's rounded corners count as sharp.
    """
    import numpy as np

    if min(bgr.shape[:2]) < 64:
        return None
    rough = paper_edges.four_sides(bgr)
    if rough is None:
        return None
    sharp = in_order(paper_edges.sharpened(bgr, rough))
    height, width = bgr.shape[:2]
    if not paper_edges.is_paper_shaped(sharp, width, height):
        return None
    x0, y0, x1, y1, x2, y2, x3, y3 = (float(one) for one in np.round(sharp, 2).ravel())
    return x0, y0, x1, y1, x2, y2, x3, y3


def in_order(corners: Floats) -> Floats:
    """Four points going round clockwise from the one at the upper left."""
    import numpy as np

    away = corners - corners.mean(axis=0)
    clockwise = corners[np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    return np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0)


def shape_of(corners: Corners, width: int, height: int) -> float:
    """How many times as wide as high the paper is that a picture of `width` × `height` pixels shows there.

    Zhang and He, Whiteboard scanning and image enhancement (2007), §3: the focal length follows from the corners where
    both pairs of sides run together; the middle of the picture is where the lens points.
    """
    import numpy as np

    points = np.array(corners, float).reshape(4, 2) - (width / 2, height / 2)
    scale = max(width, height)
    top_left, top_right, bottom_right, bottom_left = (np.array((*one / scale, 1.0)) for one in points)
    k_2 = np.dot(np.cross(top_left, bottom_right), bottom_left) / np.dot(np.cross(top_right, bottom_right), bottom_left)
    k_3 = np.dot(np.cross(top_left, bottom_right), top_right) / np.dot(np.cross(bottom_left, bottom_right), top_right)
    across, down = k_2 * top_right - top_left, k_3 * bottom_left - top_left
    by_sides = float(_side(points[0], points[1]) + _side(points[3], points[2])) / float(
        _side(points[0], points[3]) + _side(points[1], points[2])
    )
    if min(abs(across[2]), abs(down[2])) < 0.02:  # a pair of sides is parallel: seen from straight above, or nearly
        focal_2 = _USUAL_FOCAL**2
    else:
        focal_2 = -float(across[0] * down[0] + across[1] * down[1]) / float(across[2] * down[2])
    if not 0.5**2 < focal_2 < 4.0**2:
        focal_2 = _USUAL_FOCAL**2
    wide = float(across[0] ** 2 + across[1] ** 2) / focal_2 + float(across[2]) ** 2
    high = float(down[0] ** 2 + down[1] ** 2) / focal_2 + float(down[2]) ** 2
    ratio = float(np.sqrt(wide / high))
    return ratio if 0.5 < ratio / by_sides < 2 else by_sides


_USUAL_FOCAL = 0.78
"""Of a telephone's lens, in widths of the picture."""


def _side(one: Floats, other: Floats) -> float:
    return float(((one - other) ** 2).sum() ** 0.5)


def size_of(corners: Corners, width: int, height: int) -> PaperSize:
    """The paper by its shape: `a4` for all of ISO 216, a card, or another."""
    ratio = shape_of(corners, width, height)
    long = max(ratio, 1 / ratio)
    near = [(abs(long / shape - 1), name) for name, shape in _SHAPES if abs(long / shape - 1) < _SHAPE_WITHIN]
    return min(near)[1] if near else "other"


def flattened(bgr: Picture, corners: Corners, longest_px: int) -> tuple[Picture, PaperSize]:
    """The paper between the corners with its perspective taken out, in its own shape, and which size has that shape.

    Its longer side has at most `longest_px` pixels, and no more than the picture shows of it. Uneven light on a sheet
    is evened a little; a card keeps the light it has.
    """
    import cv2
    import numpy as np

    height, width = bgr.shape[:2]
    size = size_of(corners, width, height)
    ratio = shape_of(corners, width, height)
    for name, shape in _SHAPES:
        if name == size:
            ratio = shape if ratio > 1 else 1 / shape
    points = np.array(corners, np.float32).reshape(4, 2)
    seen = max(_side(points[at], points[(at + 1) % 4]) for at in range(4))
    long = max(16, min(longest_px, round(seen)))
    wide, high = (long, max(1, round(long / ratio))) if ratio > 1 else (max(1, round(long * ratio)), long)
    if seen > 1.5 * long:  # no pixel is left out
        zoom = long / seen
        bgr = np.asarray(cv2.resize(bgr, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
        points = (points + 0.5) * zoom - 0.5
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(points.astype(np.float32), flat.astype(np.float32))
    page = cv2.warpPerspective(bgr, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return (np.asarray(page, np.uint8) if size == "id1" else _evened(np.asarray(page, np.uint8))), size


def _evened(page: Picture) -> Picture:
    """The same page under even light: what is paper is made about equally bright, at most `_MOST_GAIN` times."""
    import cv2
    import numpy as np

    small = cv2.resize(page, (64, 64), interpolation=cv2.INTER_AREA)
    bright = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    bare = cv2.dilate(bright, np.ones((9, 9), np.uint8))  # print is thinner than this
    light = cv2.GaussianBlur(bare.astype(np.float32), (0, 0), 8)
    gain = np.clip(float(np.percentile(light, 90)) / np.maximum(light, 1), 1, _MOST_GAIN)
    wide = cv2.resize(gain.astype(np.float32), (page.shape[1], page.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(page * wide[..., None], 0, 255), np.uint8)
