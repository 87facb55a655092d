"""What came of a generated scan, held against its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clerk_app.desk.page_ports import MadePage
from clerk_app.domain.pages import Wish
from clerk_app.imaging import making, opening
from clerk_app.imaging.photograph import corners_of_paper, in_order, size_of
from tests.imaging.scans import Scan, Truth
from tests.peers.photographs import HEIGHT, WIDTH, Scene, photograph

NO_FLAW = "none"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scan: what was known of it, and the pages that were made."""

    name: str
    number: int
    dpi: int
    truth: Truth
    pages: tuple[MadePage, ...]

    @property
    def angle_error_deg(self) -> float | None:
        """None where nothing stands askew."""
        return abs(self.pages[0].made.angle_deg - self.truth.angle_deg) if self.truth.print_on_it else None

    @property
    def found(self) -> bool:
        """Whether as many pages of the right size were made as papers lie there."""
        papers = len(self.truth.papers) if self.truth.size == "id1" else 1
        return len(self.pages) == papers and all(one.made.size == self.truth.size for one in self.pages)

    @property
    def crop_error_mm(self) -> float | None:
        """How far the worst corner is off; None for a paper that fills its sheet or was not found."""
        if not self.found or self.truth.size not in ("a5", "id1"):
            return None
        worst = 0.0
        for page, corners in zip(self.pages, self.truth.papers, strict=True):
            apart = np.reshape(page.made.corners, (4, 2)) - np.reshape(corners, (4, 2))
            worst = max(worst, float(np.hypot(*apart.T).max()))
        return worst / self.dpi * 25.4

    @property
    def flaw(self) -> str:
        """The first flaw that was said, or that there is none."""
        return next(iter(self.pages[0].made.flaws), NO_FLAW)

    @property
    def true_flaw(self) -> str:
        """What should have been said."""
        return next(iter(self.truth.flaws), NO_FLAW)


def outcome(scan: Scan, wish: Wish | None = None) -> Outcome:
    """The pages made of a scan, in this process."""
    pages = making.pages_of(opening.of_colours(scan.picture), scan.dpi, wish or Wish())
    return Outcome(scan.name, scan.number, scan.dpi, scan.truth, pages)


def corners_found(scene: Scene) -> tuple[float, str]:
    """Of a photograph the largest error of a corner in parts of the picture's diagonal, 1 where no paper was found, and
    the size that its shape tells.
    """
    picture, true = photograph(scene)
    corners = corners_of_paper(picture)
    if corners is None:
        return 1.0, ""
    off = np.linalg.norm(np.array(corners).reshape(4, 2) - in_order(true), axis=1).max()
    return float(off / np.hypot(WIDTH, HEIGHT)), size_of(corners, WIDTH, HEIGHT)
