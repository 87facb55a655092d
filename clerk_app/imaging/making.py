"""From a sheet to its pages: in which order papers are found, laid straight, put on their feet, judged and weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_app.desk.page_ports import MadePage
from clerk_app.domain.pages import Corners, Made, PaperSize, Turn, Wish
from clerk_app.imaging import (
    content,
    cutting_off,
    finding,
    judging,
    laying,
    levels,
    looking,
    page_codes,
    paper_sizes,
    photograph,
    straightness,
    uprightness,
    weighing,
)
from clerk_app.imaging.content import Content
from clerk_app.imaging.finding import Paper
from clerk_app.imaging.laying import Place
from clerk_app.imaging.looking import GLANCE_DPI, PER_MM, Glance, glance, halved
from clerk_app.imaging.opening import BadSheet, Sheet, to_colours

if TYPE_CHECKING:
    from clerk_app.imaging.opening import Plane

LARGEST_DPI, LARGEST_CARD_DPI = 300, 600
"""What is kept; a card's print is small."""
_CLEAR = 4.0
"""The best angle of print scores some times more than the others."""
_SIDEWAYS = 1.6
_PLAIN = 16.0
"""From here on nobody looks for print in the other direction: sideways print reaches a fifth of it, and what would
still outdo it, such as the streak of a dirty glass, is none.
"""
_MARGIN_MM = 2.0
_INK = 35
_OFF_ITS_PAPER_DEG = 3.0
"""Print stands straighter than this on a paper whose edges were seen."""
_MOST_OF_SHEET = 0.85
_LONGEST_EDGE = 8000


@dataclass(frozen=True, slots=True)
class _Laid:
    """A page laid straight, not yet put on its feet: where it was found and what it is. `dpi` 0 where nobody knows."""

    page: Sheet
    dpi: int
    angle_deg: float
    corners: tuple[float, ...]
    size: PaperSize
    sideways: bool = False
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class _Print:
    """How the print stands: askew by so much, and whether its lines run from top to bottom."""

    angle_deg: float
    clear: bool
    sideways: bool


def pages_of(sheet: Sheet, dpi: int, wish: Wish) -> tuple[MadePage, ...]:
    """The pages of a sheet as the wish has them; `dpi` 0 where nobody knows. Raises `BadSheet` `PAGE_CORNERS`."""
    return tuple(_finished(one, wish) for one in _all_laid(sheet, dpi, wish))


# ---- laid straight


def _all_laid(sheet: Sheet, dpi: int, wish: Wish) -> list[_Laid]:
    if wish.cut == "corners":
        return [_by_corners(sheet, dpi, _checked(wish.corners, sheet))]
    if wish.cut == "photo":
        corners = photograph.corners_of_paper(to_colours(sheet))
        if corners is not None:
            return [_by_corners(sheet, 0, tuple(corners))]
    known = dpi or paper_sizes.dpi_guessed(sheet.width, sheet.height)
    look = glance(sheet, known)
    found = finding.papers_on(look) if wish.cut in ("auto", "card") else ()
    cards = tuple(one for one in found if paper_sizes.size_of(*one.size, GLANCE_DPI) == "id1")
    if wish.cut == "card" and cards:
        found = cards
    if len(found) > 1 and not (wish.apart and len(cards) == len(found)):
        return [_of_paper(sheet, look, finding.together(found), known, wish)]
    return [_of_paper(sheet, look, one, known, wish) for one in found] or [_whole(sheet, look, known, wish)]


def _of_paper(sheet: Sheet, look: Glance, paper: Paper, dpi: int, wish: Wish) -> _Laid:
    """A paper whose edges were seen: cut to them and straight by its print, or by its edges where it has none."""
    size = _size_of(sheet, look, paper, dpi)
    angle = paper.angle_deg if wish.straight else 0.0
    card = size == "id1"
    standing = _Print(0.0, clear=False, sideways=card and paper.size[1] > paper.size[0])
    if wish.straight and not card:
        standing = _print_of(_ink_within(look, paper))
        if standing.clear and (sum(paper.seen) < 3 or abs(standing.angle_deg) < _OFF_ITS_PAPER_DEG):
            angle += standing.angle_deg
    place = laying.around(paper.corners, angle)
    if abs(angle - paper.angle_deg) > _OFF_ITS_PAPER_DEG / 3:
        place = place.reaching(*_inked(look, paper))
    place = place.zoomed(look.zoom)
    scale = min(1.0, (LARGEST_CARD_DPI if card else LARGEST_DPI) / dpi)
    page = laying.laid(sheet, place, scale, _paper_colours(look))
    off = cutting_off.cut_off(look, paper)
    return _Laid(page, round(dpi * scale), angle, place.corners(), size, standing.sideways, off)


def _size_of(sheet: Sheet, look: Glance, paper: Paper, dpi: int) -> PaperSize:
    """The paper's size; that of the sheet where only a dark border of it was cut away."""
    size = paper_sizes.size_of(*paper.size, GLANCE_DPI)
    takes = paper.size[0] * paper.size[1] / look.luma.size
    if size == "other" and sum(paper.seen) < 4 and takes > _MOST_OF_SHEET:
        return paper_sizes.size_of(sheet.width, sheet.height, dpi)
    return size


def _whole(sheet: Sheet, look: Glance, dpi: int, wish: Wish) -> _Laid:
    """A sheet that is all paper, straight by its print; what would be turned out of it makes the page larger."""
    standing = _print_of(_without_margin(look.ink)) if wish.straight else _Print(0.0, clear=False, sideways=False)
    angle = standing.angle_deg if standing.clear else 0.0
    place = Place(((sheet.width - 1) / 2, (sheet.height - 1) / 2), sheet.width, sheet.height, angle)
    if abs(angle) >= laying.STRAIGHT_DEG:
        rows, columns = _inked(look)
        place = place.reaching(rows * look.zoom, columns * look.zoom)
    scale = min(1.0, LARGEST_DPI / dpi)
    page = laying.laid(sheet, place, scale, _paper_colours(look))
    size = paper_sizes.size_of(sheet.width, sheet.height, dpi)
    off = wish.cut != "none" and cutting_off.cut_off(look, None)
    return _Laid(page, round(dpi * scale), angle, place.corners(), size, standing.sideways, off)


def _by_corners(sheet: Sheet, dpi: int, corners: tuple[float, ...]) -> _Laid:
    """The paper between four corners, its perspective taken out. Of a photograph the size follows from its shape."""
    width, height = laying.edges_of(corners)
    if dpi == 0:
        # A paper that is seen aslant is longer than its edges in the picture.
        ratio = photograph.shape_of(_eight(corners), sheet.width, sheet.height)
        width, height = (width, width / ratio) if ratio >= 1 else (height * ratio, height)
    size = paper_sizes.size_of(width, height, dpi) if dpi else paper_sizes.size_by_shape(width, height)
    known = dpi or (paper_sizes.dpi_as(size, width, height) if size in paper_sizes.SIZES_MM else 0)
    known = known or paper_sizes.dpi_guessed(round(width), round(height))
    if dpi == 0:
        width, height = paper_sizes.true_shape(size, width, height)
    scale = min(1.0, (LARGEST_CARD_DPI if size == "id1" else LARGEST_DPI) / known, _LONGEST_EDGE / max(width, height))
    page = laying.cornered(sheet, corners, laying.even(max(16, width * scale)), laying.even(max(16, height * scale)))
    standing = _print_of(_without_margin(glance(page, round(known * scale)).ink))
    sideways = height > width if size == "id1" else standing.sideways
    return _Laid(page, max(1, round(known * scale)), 0.0, tuple(round(one, 2) for one in corners), size, sideways)


def _eight(corners: tuple[float, ...]) -> Corners:
    ax, ay, bx, by, cx, cy, dx, dy = corners
    return ax, ay, bx, by, cx, cy, dx, dy


def _checked(corners: tuple[float, ...], sheet: Sheet) -> tuple[float, ...]:
    """The clerk's corners, if they go round a part of the sheet clockwise."""
    if len(corners) != 8 or not all(-1 <= one <= max(sheet.width, sheet.height) + 1 for one in corners):
        raise BadSheet("PAGE_CORNERS")
    points = list(zip(corners[::2], corners[1::2], strict=True))
    for at in range(4):
        (ax, ay), (bx, by), (cx, cy) = (points[(at + by_) % 4] for by_ in range(3))
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) <= 16:
            raise BadSheet("PAGE_CORNERS")
    return corners


def _print_of(ink: Plane) -> _Print:
    """How the print on a paper stands, by its lines in both directions."""
    import cv2

    level = straightness.Lines(ink, PER_MM)
    if level.clear > _PLAIN:
        return _Print(level.angle_deg(), clear=True, sideways=False)
    upright = straightness.Lines(cv2.rotate(ink, cv2.ROTATE_90_CLOCKWISE), PER_MM)
    if upright.clear > max(_CLEAR, _SIDEWAYS * level.clear):
        return _Print(upright.angle_deg(), clear=True, sideways=True)
    if level.clear > _CLEAR:
        return _Print(level.angle_deg(), clear=True, sideways=False)
    return _Print(0.0, clear=False, sideways=False)


def _ink_within(look: Glance, paper: Paper) -> Plane:
    """The ink of a paper, laid straight by its edges, without the edges."""
    place = laying.around(paper.corners, paper.angle_deg)
    return _without_margin(laying.laid(Sheet(look.ink), place, 1.0, (0, 0, 0)).luma)


def _without_margin(ink: Plane) -> Plane:
    margin = round(_MARGIN_MM * PER_MM)
    return ink[margin:-margin, margin:-margin] if min(ink.shape) > 4 * margin else ink


def _inked(look: Glance, paper: Paper | None = None) -> tuple[Any, Any]:
    """Rows and columns of the glance where there is print, specks aside, on that paper if one is given."""
    import cv2
    import numpy as np

    ink: Any = (halved(look.ink) > _INK).astype(np.uint8)
    if paper is not None:
        corners = np.round(np.asarray(paper.corners) / 2).astype(np.int32)
        within = cv2.fillConvexPoly(np.zeros_like(ink), corners, 1)
        ink = cv2.bitwise_and(ink, cv2.erode(within, np.ones((3, 3), np.uint8)))
    if not cv2.countNonZero(ink):
        return np.zeros(0), np.zeros(0)
    places = cv2.findNonZero(ink)
    columns, rows = np.asarray(places).reshape(-1, 2).T * 2.0 + 0.5
    return rows, columns


def _paper_colours(look: Glance) -> tuple[int, int, int]:
    tints = [128 if one is None else levels.level_at(one, 0.5) for one in (look.blue, look.red)]
    return levels.paper_level(look.luma), tints[0], tints[1]


# ---- put on its feet, judged, weighed


def _finished(laid: _Laid, wish: Wish) -> MadePage:
    look = glance(laid.page, laid.dpi)
    steep = looking.steep_of(look)
    seen = content.content_of(look, steep)
    turn: Turn = 0 if seen.blank or not wish.straight else _feet(laid, look)
    page, colour = laying.quarter_turned(laid.page, turn), _colour(seen, wish, laid.page)
    if colour == "grey":
        page = Sheet(page.luma)
    if turn:
        look = glance(page, laid.dpi)
        steep = looking.steep_of(look)
    verdict = judging.judged(page.luma, look, laid.dpi, seen.paper_level, blank=seen.blank, cut_off=laid.cut_off)
    codes = () if seen.blank else page_codes.codes_on(page.luma, look, steep)
    weighed = weighing.weighed(page, laid.dpi, in_colour=wish.colour == "colour")
    made = Made(
        angle_deg=round(laid.angle_deg, 2),
        corners=laid.corners,
        upright=turn,
        colour="grey" if weighed.page.blue is None else "colour",
        size=laid.size,
        blank=seen.blank,
        flaws=verdict.flaws,
        sharpness=verdict.sharpness,
        contrast=verdict.contrast,
        codes=codes,
    )
    return MadePage(weighed.jpeg, "image/jpeg", weighed.page.width, weighed.page.height, weighed.dpi, made)


def _feet(laid: _Laid, look: Glance) -> Turn:
    """By how many quarter turns clockwise the page stands on its feet; 0 where its print does not tell."""
    luma, pixels_per_mm = uprightness.reduced(laid.page.luma, look.halves, laid.dpi)
    standing = laying.quarter_turned(Sheet(luma), 90 if laid.sideways else 0)
    votes = uprightness.votes_of(standing.luma, pixels_per_mm)
    down = votes.sure and votes.upside_down
    if laid.sideways:
        return 270 if down else 90
    return 180 if down else 0


def _colour(seen: Content, wish: Wish, page: Sheet) -> str:
    if page.blue is None or wish.colour == "grey":
        return "grey"
    return "colour" if wish.colour == "colour" or seen.coloured else "grey"
