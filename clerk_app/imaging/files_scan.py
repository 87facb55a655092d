"""A page of a PDF that is nothing but one scan: the scan itself, not drawn again; a JPEG byte for byte.

Only where that shows exactly what the page shows: one upright picture over the whole page, nothing on it but text that
is not painted (as programs that read print put it there).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_app.imaging import files_pictures
from clerk_app.imaging.files_pictures import Unusable
from clerk_app.imaging.files_wire import Sheet

if TYPE_CHECKING:
    import pikepdf

_LONGEST_CONTENT = 256 * 1024
"""Octets of what paints a page, packed. A page that only shows a scan needs some hundred; its hidden text some more."""
_NEAR = 0.01
"""By how much of the page's size a scan may miss its edges."""
_INVISIBLE = 3
_TEXT = frozenset(("BT", "ET", "Tf", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Ts", "Tj", "TJ", "'", '"'))
_MARKS = frozenset(("BMC", "BDC", "EMC", "MP", "DP"))
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageSize:
    """What is seen of a page: its box in points, how it is turned, and how long a point is."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int
    unit: float

    @property
    def longer_inch(self) -> float:
        """Its longer side."""
        return max(self.right - self.left, self.top - self.bottom) * self.unit / 72


def size_of(page: pikepdf.Page) -> PageSize:
    """The size of a page. Raises `Unusable` `PDF_UNREADABLE` for one without."""
    seen = _box(page.mediabox)
    crop = _box(page.cropbox)
    cut = (max(seen[0], crop[0]), max(seen[1], crop[1]), min(seen[2], crop[2]), min(seen[3], crop[3]))
    left, bottom, right, top = cut if cut[0] < cut[2] and cut[1] < cut[3] else seen
    unit = float(page.obj.get("/UserUnit", 1))
    if not (left < right and bottom < top and 0 < unit < 1e6):
        raise Unusable("PDF_UNREADABLE")
    return PageSize(left, bottom, right, top, int(page.rotation) % 360, unit)


def _box(box: pikepdf.Array) -> tuple[float, float, float, float]:
    one, two, three, four = (float(value) for value in box)
    return min(one, three), min(two, four), max(one, three), max(two, four)


def of_page(page: pikepdf.Page, size: PageSize) -> Sheet | None:
    """The scan that a page is; None for a page that has to be drawn. Raises `Unusable` `PICTURE_…`, `PDF_…`."""
    import pikepdf

    if size.turned or page.obj.get("/Annots") or not _short(page):
        return None
    painted = _painted(page)
    if painted is None or not _fills(painted[1], size):
        return None
    named = page.resources.get("/XObject")
    picture = named.get(painted[0]) if isinstance(named, pikepdf.Dictionary) else None
    if not isinstance(picture, pikepdf.Stream) or picture.get("/Subtype") != "/Image":
        return None
    return _scan(picture, round(int(picture.Width) / ((size.right - size.left) * size.unit / 72)))


def _painted(page: pikepdf.Page) -> tuple[str, Matrix] | None:
    """The one thing that is painted on a page, by its name, and where; None where it is not one, or there is more."""
    import pikepdf

    now: Matrix = (1, 0, 0, 1, 0, 0)
    kept: list[Matrix] = []
    painted: tuple[str, Matrix] | None = None
    invisible = False
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        operands = list(instruction.operands)
        match operator:
            case "q":
                kept.append(now)
            case "Q":
                now = kept.pop() if kept else now
            case "cm":
                now = _times(_matrix(operands), now)
            case "Do" if painted is None:
                painted = str(operands[0]), now
            case "Tr":
                invisible = int(operands[0]) == _INVISIBLE
            case "Tj" | "TJ" | "'" | '"' if not invisible:
                return None
            case _ if operator not in _TEXT and operator not in _MARKS:
                return None
    return painted


def _matrix(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return a, b, c, d, e, f


def _short(page: pikepdf.Page) -> bool:
    import pikepdf

    contents = page.obj.get("/Contents")
    streams = list(contents.as_list()) if isinstance(contents, pikepdf.Array) else [contents]
    packed = 0
    for one in streams:
        if not isinstance(one, pikepdf.Stream):
            return False
        packed += int(one.get("/Length", 0))
    return packed <= _LONGEST_CONTENT


def _times(one: Matrix, two: Matrix) -> Matrix:
    """ISO 32000-1 §8.3.4: `one` is done first."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _fills(placed: Matrix, size: PageSize) -> bool:
    across, b, c, up, left, bottom = placed
    width, height = size.right - size.left, size.top - size.bottom
    slack_x, slack_y = width * _NEAR, height * _NEAR
    return (
        across > 0
        and up > 0
        and abs(b) < slack_y
        and abs(c) < slack_x
        and abs(left - size.left) < slack_x
        and abs(bottom - size.bottom) < slack_y
        and abs(left + across - size.right) < slack_x
        and abs(bottom + up - size.top) < slack_y
    )


def _scan(picture: pikepdf.Stream, dpi: int) -> Sheet | None:
    """The picture of a page, if it says plainly what its pixels are."""
    import pikepdf

    if any(key in picture for key in ("/SMask", "/Mask", "/Decode", "/ImageMask", "/Matte")):
        return None
    files_pictures.within_limits(int(picture.Width), int(picture.Height))
    image = pikepdf.PdfImage(picture)
    dpi = dpi if files_pictures.LEAST_DPI <= dpi <= files_pictures.MOST_DPI else 0
    if image.colorspace not in ("/DeviceRGB", "/DeviceGray", "/CalRGB", "/CalGray", "/ICCBased"):
        return None
    if image.filters == ["/DCTDecode"] and image.bits_per_component == 8 and image.mode in ("L", "RGB"):
        sheet = files_pictures.jpeg_as_it_is(picture.read_raw_bytes(), dpi)
        same = sheet is not None and (sheet.width, sheet.height) == (int(picture.Width), int(picture.Height))
        return sheet if same else None
    if image.filters in (["/CCITTFaxDecode"], ["/FlateDecode"]) and image.bits_per_component in (1, 8):
        return files_pictures.lossless(image.as_pil_image(), dpi)
    return None
