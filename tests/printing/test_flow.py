"""Lines: nothing lost, nothing wider than its room, no letter parted from its marks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.printing.flow import Leaf, Strip, clean, pages, wrap
from clerk_app.printing.ink import PLAIN, STRONG, fonts
from clerk_app.printing.labels import cited
from tests.printing.paper import RESOURCES

INKS = fonts(RESOURCES / "fonts")
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyẫễữỘẨƠ0123456789.-/@"
WORDS = st.builds(str.__add__, st.sampled_from(LETTERS), st.text(LETTERS + "\u0309\u0323", max_size=60))


def _lines(text: str, room: float) -> list[str]:
    return ["".join(piece for _, _, piece in line) for line in wrap(INKS, [(PLAIN, text)], 9.0, room)]


@given(st.lists(WORDS, min_size=1, max_size=30), st.floats(20, 400))
def test_wrapped_text_is_the_same_text_within_its_room(words: list[str], room: float) -> None:
    text = clean(" ".join(words), INKS)
    lines = _lines(text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert INKS[PLAIN].width(line, 9.0) <= room + 0.01
        assert not unicodedata.combining(line[0])


@given(st.lists(st.sampled_from(["Nguyễn", "phường", "Ẩn", "thôn", "38/45/12"]), min_size=1, max_size=80))
def test_a_word_that_fits_a_line_is_never_parted(words: list[str]) -> None:
    said = [word for line in _lines(" ".join(words), 90.0) for word in line.split(" ")]
    assert said == words


@pytest.mark.parametrize(
    ("token", "first"),
    [
        ("G01.801.308-261123-000128", "G01.801.308-"),
        ("cong.tang.ton.nu@thu-dien-tu.example.vn", "cong.tang.ton."),
        ("ƯỠẪ" * 30, "ƯỠẪ" * 3 + "Ư"),
        ("x" * 100, "x" * 14),
    ],
)
def test_a_long_token_is_broken_at_a_seam_where_it_has_one(token: str, first: str) -> None:
    lines = _lines(token, 72.0)
    assert lines[0] == first
    assert "".join(lines) == token


def test_a_line_end_in_what_was_entered_is_a_space() -> None:
    assert clean("Số 12\nphố\tHuế\u200b\x07", INKS) == "Số 12 phố Huế"


def test_runs_go_on_in_the_line_they_began() -> None:
    lines = wrap(INKS, [(PLAIN, "Địa chỉ: "), (STRONG, "Số 12, phố Hàng Bông"), (PLAIN, " bộ")], 9.0, 100.0)
    assert [[face for _, face, _ in line] for line in lines] == [[PLAIN, STRONG], [STRONG, PLAIN]]


def _nothing(_leaf: Leaf, _top: float) -> None:
    """Draws nothing."""


@given(st.lists(st.tuples(st.floats(1, 60), st.booleans()), min_size=1, max_size=60))
def test_every_strip_is_on_a_page_that_it_fits(heights: list[tuple[float, bool]]) -> None:
    head = Strip(15.0, _nothing, bound=True)
    strips = [Strip(height, _nothing, again=(head,) if again else ()) for height, again in heights]
    dealt = pages(strips, 100.0, 90.0)
    assert [strip for page in dealt for strip in page if strip is not head] == strips
    for number, page in enumerate(dealt):
        assert sum(strip.height for strip in page) <= (90.0 if number else 100.0) + 0.01
        if number:
            assert (page[0] is head) == bool(next(one for one in page if one is not head).again)


def test_bound_strips_stay_together() -> None:
    strips = [Strip(40.0, _nothing), Strip(40.0, _nothing, bound=True), Strip(40.0, _nothing)]
    assert pages(strips, 100.0, 100.0) == [strips[:1], strips[1:]]


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("TT 12/2025/TT-BCA art.21(1)(e)", "Thông tư số 12/2025/TT-BCA, điểm e khoản 1 Điều 21"),
        ("Luật 36/2024/QH15 art.62", "Luật số 36/2024/QH15, Điều 62"),
        (
            "NĐ 123/2020/NĐ-CP art.32 (sửa bởi NĐ 70/2025)",
            "Nghị định số 123/2020/NĐ-CP, Điều 32 (sửa bởi Nghị định số 70/2025)",
        ),
        ("quy chế của đơn vị", "quy chế của đơn vị"),
    ],
)
def test_a_basis_is_cited_as_papers_cite_it(basis: str, words: str) -> None:
    assert cited(basis) == words
