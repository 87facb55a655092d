"""A page within its budget: what it gives up first, and what only if nobody wants it."""

from __future__ import annotations

import numpy as np
import pytest

from clerk_app.imaging import weighing
from clerk_app.imaging.opening import Sheet, of_colours
from clerk_app.imaging.weighing import LARGEST_OCTETS, SMALLEST_DPI, weighed


def speckled(luma: int, colour: int, size: tuple[int, int] = (2400, 3500)) -> Sheet:
    """A sheet of noise of so many levels in its brightness and in its colours."""
    width, height = size
    dice = np.random.default_rng(5)

    def plane(levels: int, down: int, right: int) -> np.ndarray:
        return dice.integers(128 - levels // 2, 129 + levels // 2, (down, right)).astype(np.uint8)

    half = height // 2, width // 2
    return Sheet(plane(luma, height, width), plane(colour, *half), plane(colour, *half))


def test_what_fits_keeps_all_that_it_has() -> None:
    page = weighed(speckled(0, 0), 300)
    assert (page.dpi, page.quality, page.page.blue is None) == (300, weighing.BEST, False)


def test_colour_goes_last_and_not_where_it_is_wanted() -> None:
    """Its colours alone weigh more than the budget; its brightness does not."""
    sheet = speckled(0, 240)
    page = weighed(sheet, SMALLEST_DPI)
    assert (page.dpi, page.page.blue is None) == (SMALLEST_DPI, True)
    assert len(page.jpeg) <= LARGEST_OCTETS
    kept = weighed(sheet, SMALLEST_DPI, in_colour=True)
    assert kept.page.blue is not None
    assert len(kept.jpeg) > LARGEST_OCTETS, "said by its KB: nothing is given up that somebody wants"


def test_what_does_not_fit_in_grey_either_keeps_its_colour() -> None:
    page = weighed(speckled(240, 240), 300)
    assert (page.dpi, page.page.blue is None) == (SMALLEST_DPI, False)


@pytest.mark.parametrize("dpi", [0, 72, SMALLEST_DPI])
def test_a_coarse_page_is_not_made_coarser(dpi: int) -> None:
    page = weighed(of_colours(np.full((300, 200, 3), 230, np.uint8)), dpi)
    assert (page.dpi, page.page.width, page.page.height) == (dpi, 200, 300)
