"""Every generated scan through the page maker: straight, cut, on its feet, and nothing said that is not true."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import pytest

from clerk_app.domain.pages import Wish
from clerk_app.domain.rules import Rules
from clerk_app.imaging import content, looking, making, opening, page_codes, paper_sizes
from clerk_app.imaging.reading import TesseractReader
from clerk_app.imaging.weighing import LARGEST_OCTETS
from tests.imaging import assignments
from tests.imaging.outcomes import Outcome, outcome
from tests.imaging.scans import PLAN, card, certificate, glass, lay, scan
from tests.peers import photographs

pytestmark = pytest.mark.timeout(400)  # the first of them waits until all scans are drawn and made


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [outcome(scan(number)) for number in range(len(PLAN))]


def names(some: list[Outcome]) -> list[str]:
    return [f"{one.number} {one.name}" for one in some]


def test_there_are_enough_of_every_kind(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= 120
    assert len({one.name for one in outcomes}) >= 35


def test_every_print_is_straight_within_a_tenth_of_a_degree(outcomes: list[Outcome]) -> None:
    assert names([one for one in outcomes if (one.angle_error_deg or 0.0) > 0.1]) == []


def test_papers_are_cut_to_their_edges_or_left_whole(outcomes: list[Outcome]) -> None:
    """A white paper on a white lid may stay uncut; none may be cut elsewhere than at its edges."""
    sought = [one for one in outcomes if one.truth.size in ("a5", "id1")]
    missed = [one for one in sought if not one.found]
    assert len(missed) <= 1, names(missed)
    assert all(one.name == "slip white" and len(one.pages) == 1 and one.pages[0].made.size == "a4" for one in missed)
    assert names([one for one in sought if (one.crop_error_mm or 0.0) > 0.35]) == []


def test_sizes_are_recognised(outcomes: list[Outcome]) -> None:
    assert names([one for one in outcomes if one.truth.size == "a4" and not one.found]) == []


def test_what_is_blank_is_and_what_is_not_is_not(outcomes: list[Outcome]) -> None:
    assert names([one for one in outcomes if one.pages[0].made.blank != one.truth.blank]) == []


def test_no_page_is_turned_wrongly_and_those_on_their_head_are_turned(outcomes: list[Outcome]) -> None:
    told = [one for one in outcomes if one.truth.turn is not None]
    assert names([one for one in told if one.pages[0].made.upright not in (0, one.truth.turn)]) == []
    missed = [one for one in told if one.pages[0].made.upright != one.truth.turn]
    assert len(missed) <= 1, names(missed)


def test_colour_that_says_something_is_kept_and_no_other(outcomes: list[Outcome]) -> None:
    told = [one for one in outcomes if one.truth.colour is not None]
    assert names([one for one in told if (one.pages[0].made.colour == "colour") != one.truth.colour]) == []


def test_every_flaw_is_named_and_none_that_is_not_there(outcomes: list[Outcome]) -> None:
    wrong = [one for one in outcomes if set(one.pages[0].made.flaws) != set(one.truth.flaws)]
    assert [f"{one.number} {one.name}: {one.pages[0].made.flaws}" for one in wrong] == []


def test_every_page_is_within_its_weight_and_says_its_size(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        for page in one.pages:
            assert len(page.data) <= LARGEST_OCTETS, one.name
            picture = cv2.imdecode(np.frombuffer(page.data, np.uint8), cv2.IMREAD_UNCHANGED)
            assert picture.shape[:2] == (page.height, page.width)
            assert (picture.ndim == 2) == (page.made.colour == "grey")


# ---- wishes


def numbered(outcomes: list[Outcome], name: str) -> int:
    return next(one.number for one in outcomes if one.name == name)


def test_the_clerks_word_goes_before_the_content(outcomes: list[Outcome]) -> None:
    one = scan(numbered(outcomes, "slip black"))
    whole = outcome(one, Wish(cut="none", straight=False)).pages[0]
    assert (whole.width, whole.height) == (one.picture.shape[1] // 2 * 2, one.picture.shape[0] // 2 * 2)
    assert whole.made.angle_deg == 0
    assert outcome(one, Wish(colour="grey")).pages[0].made.colour == "grey"
    plain = scan(numbered(outcomes, "a4 grey"))
    assert outcome(plain, Wish(colour="colour")).pages[0].made.colour == "colour"


def test_two_cards_stay_one_page_where_the_clerk_wants_that(outcomes: list[Outcome]) -> None:
    together = outcome(scan(numbered(outcomes, "card 2 black")), Wish(apart=False)).pages
    assert len(together) == 1
    assert together[0].made.size == "other"


def test_corners_of_the_clerk_take_the_perspective_out() -> None:
    page = np.ascontiguousarray(certificate(3, 150)[:, :, ::-1])
    corners = np.array([(150, 90), (1190, 70), (1230, 1640), (110, 1600)], np.float32)
    height, width = page.shape[:2]
    edges = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(edges, corners)
    photo = cv2.warpPerspective(page, matrix, (1400, 1750), borderValue=(60, 70, 80))
    wish = Wish(cut="corners", corners=tuple(float(one) for one in corners.ravel()))
    (made,) = making.pages_of(opening.of_colours(photo), 0, wish)
    assert made.made.size == "a4"
    assert made.made.upright == 0
    back = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    straight = cv2.resize(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), back.shape[::-1], interpolation=cv2.INTER_AREA)
    soft, like = (cv2.GaussianBlur(one, (0, 0), 2) for one in (back, straight))
    likeness = cv2.matchTemplate(soft, like, cv2.TM_CCOEFF_NORMED)
    assert float(likeness.max()) > 0.9


@pytest.mark.parametrize(
    "corners",
    [(), (0.0,) * 8, (0.0, 0.0, 0.0, 900.0, 900.0, 900.0, 900.0, 0.0), (0.0, 0.0, 9e9, 0.0, 9e9, 9e9, 0.0, 9e9)],
    ids=["none", "a point", "anticlockwise", "outside"],
)
def test_corners_that_make_no_paper_are_refused(corners: tuple[float, ...]) -> None:
    sheet = opening.of_colours(np.full((1000, 1000, 3), 240, np.uint8))
    with pytest.raises(opening.BadSheet) as found:
        making.pages_of(sheet, 150, Wish(cut="corners", corners=corners))
    assert found.value.code == "PAGE_CORNERS"


def test_a_frame_printed_on_a_page_is_no_paper() -> None:
    page = np.ascontiguousarray(certificate(2, 150)[:, :, ::-1])
    cv2.rectangle(page, (60, 60), (1180, 1690), (40, 40, 40), 6)
    cv2.rectangle(page, (300, 900), (805, 1218), (60, 60, 60), 3)
    (made,) = making.pages_of(opening.of_colours(page), 150, Wish())
    assert (made.width, made.height) == (page.shape[1] // 2 * 2, page.shape[0] // 2 * 2)


def test_a_picture_of_a_card_printed_among_text_is_no_card() -> None:
    page = certificate(2, 150).astype(np.float32)
    lay(page, card(1, 150), (620, 1000), 0.0)
    pages = making.pages_of(opening.of_colours(np.ascontiguousarray(page.astype(np.uint8)[:, :, ::-1])), 150, Wish())
    assert [one.made.size for one in pages] == ["a4"]


def test_more_than_three_hundred_dots_are_kept_only_of_a_card() -> None:
    onto = glass(600, "black", np.random.default_rng(1))[:3000, :3000]
    lay(onto, card(1, 600), (1500, 1500), 3.0)
    (made,) = making.pages_of(opening.of_colours(onto.astype(np.uint8)), 600, Wish())
    assert (made.dpi, made.made.size) == (600, "id1")
    paper = certificate(1, 400, paper="a5")
    (made,) = making.pages_of(opening.of_colours(np.ascontiguousarray(paper[:, :, ::-1])), 400, Wish())
    assert made.dpi == 300
    assert abs(made.height - 210 / 25.4 * 300) < 4


# ---- codes


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GKSK", True),
        ("M-01_A", True),
        ("LX2026-12", True),
        ("A" * 24, True),
        ("A", False),
        ("A" * 25, False),
        ("gksk", False),
        ("001085012345", False),
        ("GKSK 1", False),
        ("HS-123456789", False),
        ("12-34-56-78-90", False),
        ("https://x.vn", False),
        ("GIẤY", False),
        ("GKSK\n", False),
        ("٣٣٣٣", False),
    ],
)
def test_only_a_code_that_names_a_kind_of_paper_is_kept(text: str, kept: bool) -> None:
    assert page_codes.is_kind(text) is kept


@pytest.mark.parametrize("kind", ["QRCode", "Code128", "DataMatrix"])
def test_a_code_on_a_page_is_read_and_a_person_s_is_not_kept(kind: str) -> None:
    import zxingcpp

    page = certificate(4, 150, stamp=False)
    page = page.copy()
    for text, left in (("GKSK-2026", 150), ("001085012345", 750)):
        barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
        picture = np.asarray(barcode.to_image(scale=4))
        if kind == "Code128":
            picture = np.repeat(picture[50:51, ::2], 90, axis=0)
        height, width = picture.shape
        page[1400 : 1400 + height, left : left + width] = picture[:, : page.shape[1] - left][..., None]
    onto = np.full((1754, 1240, 3), 255, np.float32)
    lay(onto, page, (620, 877), 1.7)
    (made,) = making.pages_of(opening.of_colours(np.ascontiguousarray(onto.astype(np.uint8))), 150, Wish())
    assert made.made.codes == ("GKSK-2026",)


# ---- parts


@pytest.mark.parametrize(
    ("mm", "size"),
    [
        ((85.6, 53.98), "id1"),
        ((54.5, 86.5), "id1"),
        ((210, 297), "a4"),
        ((298, 208), "a4"),
        ((148, 210), "a5"),
        ((105, 148), "a6"),
        ((80, 200), "other"),
    ],
)
def test_standard_papers_are_known_lying_and_standing(mm: tuple[float, float], size: str) -> None:
    assert paper_sizes.size_of(mm[0] / 25.4 * 300, mm[1] / 25.4 * 300, 300) == size
    assert paper_sizes.size_of(mm[0], mm[1], 0) == ""


def test_a_grey_picture_and_one_in_colours_have_the_same_brightness() -> None:
    page = np.ascontiguousarray(certificate(1, 75)[:, :, ::-1])
    sheet = opening.of_colours(page)
    again = opening.of_colours(opening.to_colours(sheet))
    assert float(np.abs(again.luma.astype(int) - sheet.luma.astype(int)).mean()) < 2
    assert opening.of_colours(page[:101, :99]).luma.shape == (102, 100)


def test_an_empty_page_has_no_content_whatever_its_tone() -> None:
    for tone in (0, 40, 128, 215, 255):
        sheet = opening.of_colours(np.full((800, 600, 3), tone, np.uint8))
        look = looking.glance(sheet, 100)
        assert content.content_of(look, looking.steep_of(look)).blank


def test_a_photograph_without_a_paper_stays_whole() -> None:
    night = opening.of_colours(np.zeros((480, 640, 3), np.uint8))
    (made,) = making.pages_of(night, 0, Wish(cut="photo", straight=False))
    assert (made.width, made.height) == (640, 480)


@pytest.mark.parametrize("kind", ["a4", "id1"])
def test_a_photograph_is_cut_to_its_paper_and_has_its_true_shape(kind: Literal["a4", "id1"]) -> None:
    """Seen from 35 degrees aslant the edges alone would make it a fifth too short."""
    picture, _ = photographs.photograph(photographs.Scene(5, kind=kind, tilt=35.0, towards=90.0, fills=0.8))
    (made,) = making.pages_of(opening.of_colours(picture), 0, Wish(cut="photo"))
    long, short = max(made.width, made.height), min(made.width, made.height)
    true = 297 / 210 if kind == "a4" else 85.6 / 53.98
    assert abs(long / short / true - 1) < 0.01
    assert made.made.size == kind


# ---- to which item


@pytest.fixture(scope="module")
def rules() -> Rules:
    return assignments.rules_of()


def test_every_card_is_found_a_card_and_front_and_back_of_one_stay_together(
    outcomes: list[Outcome], rules: Rules
) -> None:
    some = [assignments.by_size(one, rules) for one in outcomes if one.truth.size == "id1"]
    assert {len(one.wanted) for one in some} == {1, 2}
    assert [one for one in some if not one.right] == []


@pytest.mark.skipif(TesseractReader().lacks() != "", reason="tesseract-ocr and tesseract-ocr-vie are missing")
def test_no_card_is_said_to_be_the_side_that_it_is_not(outcomes: list[Outcome], rules: Rules) -> None:
    """One card of each kind of scan, and each pair: a side that is read is the true one, and none is told missing."""
    reader = TesseractReader()
    cards = {one.name: one for one in outcomes if one.truth.size == "id1"}
    read = [
        assignments.by_size(one, rules, lambda page: reader.title(page.data, page.dpi, lambda: False))
        for one in cards.values()
    ]
    assert [one for one in read if not one.right] == []


def test_a_code_gives_a_page_to_its_item_and_a_person_s_number_gives_it_to_none(rules: Rules) -> None:
    some = list(assignments.by_code(rules, assignments.coded(rules, every=4)))
    assert {one.name.split()[0] for one in some} == set(assignments.CODES)
    assert [one for one in some if not one.right] == []


@pytest.mark.skipif(TesseractReader().lacks() != "", reason="tesseract-ocr and tesseract-ocr-vie are missing")
def test_a_title_gives_a_page_to_its_item_and_another_form_stays_open(outcomes: list[Outcome], rules: Rules) -> None:
    reader = TesseractReader()
    titled = [one for one in outcomes if assignments.has_title(one)]
    by_number = {(one.number % 3, one.name): one for one in titled}
    some = [by_number[at] for at in ((0, "a4 plain"), (0, "slip black"), (1, "a4 upside-down"), (2, "a4 stamped"))]
    read = [
        assignments.by_title(one, rules, lambda page: reader.title(page.data, page.dpi, lambda: False)) for one in some
    ]
    assert [one for one in read if not one.right] == []
