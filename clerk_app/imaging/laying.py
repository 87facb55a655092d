"""A paper of a sheet laid straight on a page of its own: one pass for turn, cut and scale, on each plane."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin
from typing import TYPE_CHECKING, Any

from clerk_app.imaging.opening import Sheet

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

STRAIGHT_DEG = 0.04
"""Less than this moves no letter of A4 at 300 dpi by two pixels: nothing is drawn anew for it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a sheet in its pixels: its middle, its size, and how much it stands askew (anticlockwise)."""

    middle: tuple[float, float]
    width: float
    height: float
    angle_deg: float = 0.0

    def corners(self) -> tuple[float, ...]:
        """x and y of top left, top right, bottom right, bottom left."""
        right, down = self._axes()
        x, y = self.middle
        found: list[float] = []
        for across, along in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
            by = across * self.width, along * self.height
            found += (x + by[0] * right[0] + by[1] * down[0], y + by[0] * right[1] + by[1] * down[1])
        return tuple(round(one, 2) for one in found)

    def _axes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        turn = radians(self.angle_deg)
        return (cos(turn), -sin(turn)), (sin(turn), cos(turn))

    def matrix(self, width: int, height: int) -> Any:
        """2 × 3: from a pixel of a page of that size to its place on the sheet (centres of pixels at half)."""
        import numpy as np

        right, down = self._axes()
        across, along = self.width / width, self.height / height
        turn = np.array([[right[0] * across, down[0] * along], [right[1] * across, down[1] * along]])
        half = np.array([0.5, 0.5])
        shift = np.array(self.middle) - turn @ np.array([width / 2, height / 2]) + turn @ half - half
        return np.hstack([turn, shift[:, None]])

    def zoomed(self, zoom: float) -> Place:
        """The same place on the sheet `zoom` times as large."""
        x, y = ((one + 0.5) * zoom - 0.5 for one in self.middle)
        return Place((x, y), self.width * zoom, self.height * zoom, self.angle_deg)

    def reaching(self, rows: Any, columns: Any) -> Place:
        """The place, its sides moved out to all of these pixels."""
        right, down = self._axes()
        x, y = columns - self.middle[0], rows - self.middle[1]
        across, along = x * right[0] + y * right[1], x * down[0] + y * down[1]
        left, top = (min(-edge / 2, float(one.min(initial=0.0)) - 1) for edge, one in self._edges(across, along))
        far, low = (max(edge / 2, float(one.max(initial=0.0)) + 1) for edge, one in self._edges(across, along))
        u, v = (left + far) / 2, (top + low) / 2
        middle = (self.middle[0] + u * right[0] + v * down[0], self.middle[1] + u * right[1] + v * down[1])
        return Place(middle, far - left, low - top, self.angle_deg)

    def _edges(self, across: Any, along: Any) -> tuple[tuple[float, Any], tuple[float, Any]]:
        return (self.width, across), (self.height, along)


def around(corners: tuple[tuple[float, float], ...], angle_deg: float) -> Place:
    """The upright place, askew by that angle, whose sides go through the middles of the sides of a quadrilateral."""
    turn = radians(angle_deg)
    right, down = (cos(turn), -sin(turn)), (sin(turn), cos(turn))
    across = [x * right[0] + y * right[1] for x, y in corners]
    along = [x * down[0] + y * down[1] for x, y in corners]
    left, to_right = (across[0] + across[3]) / 2, (across[1] + across[2]) / 2
    top, bottom = (along[0] + along[1]) / 2, (along[2] + along[3]) / 2
    u, v = (left + to_right) / 2, (top + bottom) / 2
    middle = (u * right[0] + v * down[0], u * right[1] + v * down[1])
    return Place(middle, to_right - left, bottom - top, angle_deg)


def laid(sheet: Sheet, place: Place, scale: float, paper: tuple[int, int, int]) -> Sheet:
    """The place as a page, `scale` pixels of it to one of the sheet. Beyond the sheet is `paper` (luma, blue, red)."""
    import cv2

    width, height = even(place.width * scale), even(place.height * scale)
    if scale < 0.7:
        sheet, place, scale = _smaller(sheet, place, scale)
    if abs(place.angle_deg) < STRAIGHT_DEG and scale == 1.0:
        cut = _cut(sheet, place, width, height)
        if cut is not None:
            return cut
    half = width // 2, height // 2
    matrix = place.matrix(width, height)
    luma = _warped(sheet.luma, matrix, (width, height), paper[0], cv2.INTER_LINEAR)
    if sheet.blue is None or sheet.red is None:
        return Sheet(luma)
    matrix = matrix.copy()
    matrix[:, 2] = (matrix[:, 2] + matrix[:, :2] @ (0.5, 0.5) - 0.5) / 2
    # The eye sees no quarter of a millimetre of colour: its nearest pixel does, in half the time.
    blue, red = (
        _warped(plane, matrix, half, level, cv2.INTER_NEAREST)
        for plane, level in ((sheet.blue, paper[1]), (sheet.red, paper[2]))
    )
    return Sheet(luma, blue, red)


def even(edge: float) -> int:
    """The nearest even number of pixels, at least 2."""
    return max(2, 2 * round(edge / 2))


def _warped(plane: Plane, matrix: Any, size: tuple[int, int], beyond: int, how: int) -> Plane:
    import cv2

    flags = how | cv2.WARP_INVERSE_MAP
    done: Plane = cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond)
    return done


def _cut(sheet: Sheet, place: Place, width: int, height: int) -> Sheet | None:
    """The place of a straight paper, without drawing anew; None where it reaches beyond the sheet."""
    left = 2 * round((place.middle[0] - width / 2) / 2)
    top = 2 * round((place.middle[1] - height / 2) / 2)
    left, top = max(0, left), max(0, top)
    if left + width > sheet.width or top + height > sheet.height:
        return None
    luma = sheet.luma[top : top + height, left : left + width]
    if sheet.blue is None or sheet.red is None:
        return Sheet(luma)
    rows, columns = slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2)
    return Sheet(luma, sheet.blue[rows, columns], sheet.red[rows, columns])


def _smaller(sheet: Sheet, place: Place, scale: float) -> tuple[Sheet, Place, float]:
    """Sheet and place at half, a third … of their size, so that no pixel is left out when they are drawn small."""
    import cv2

    times = max(2, int(1 / scale + 0.01))
    size = even(sheet.width / times), even(sheet.height / times)

    def shrunk(plane: Plane, by: tuple[int, int]) -> Plane:
        done: Plane = cv2.resize(plane, by, interpolation=cv2.INTER_AREA)
        return done

    zoom = size[0] / sheet.width
    half = size[0] // 2, size[1] // 2
    luma = shrunk(sheet.luma, size)
    small = (
        Sheet(luma)
        if sheet.blue is None or sheet.red is None
        else Sheet(luma, shrunk(sheet.blue, half), shrunk(sheet.red, half))
    )
    x, y = place.middle
    return small, Place((x * zoom, y * zoom), place.width * zoom, place.height * zoom, place.angle_deg), scale / zoom


def quarter_turned(sheet: Sheet, turn: int) -> Sheet:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    import cv2

    if not turn:
        return sheet
    how = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}[turn]
    blue, red = (None if one is None else cv2.rotate(one, how) for one in (sheet.blue, sheet.red))
    return Sheet(cv2.rotate(sheet.luma, how), blue, red)


def cornered(sheet: Sheet, corners: tuple[float, ...], width: int, height: int) -> Sheet:
    """What lies between four corners (in the sheet's pixels) as a page of that even size, its perspective taken out."""
    import cv2
    import numpy as np

    seen = np.asarray(corners, np.float32).reshape(4, 2)
    planes: list[Plane | None] = []
    for plane, size, zoom in (
        (sheet.luma, (width, height), 1.0),
        (sheet.blue, (width // 2, height // 2), 0.5),
        (sheet.red, (width // 2, height // 2), 0.5),
    ):
        if plane is None:
            planes.append(None)
            continue
        wanted = np.array([(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])], np.float32)
        matrix = cv2.getPerspectiveTransform(wanted - 0.5, (seen * zoom - 0.5).astype(np.float32))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        planes.append(cv2.warpPerspective(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
    luma = planes[0]
    assert luma is not None
    return Sheet(luma, planes[1], planes[2])


def edges_of(corners: tuple[float, ...]) -> tuple[float, float]:
    """Width and height of a quadrilateral: its longer sides, so that nothing is made smaller."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = zip(corners[::2], corners[1::2], strict=True)
    return max(hypot(bx - ax, by - ay), hypot(cx - dx, cy - dy)), max(hypot(dx - ax, dy - ay), hypot(cx - bx, cy - by))
