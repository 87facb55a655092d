"""Which item a page belongs to: worked stacks as they leave the feeder, and what no stack may bring about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.assigning import Stack, Title, assigned
from clerk_app.domain.decision import PaperNeeded
from clerk_app.domain.pages import Made, Page, PaperSize
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Profile, Rule

WORDS = Words("", "")
RULE = Rule("profiles:X", "", "no", WORDS, None, None)


def needed(code: str, by_chip: bool = False, required: bool = True) -> PaperNeeded:
    return PaperNeeded(code, WORDS, required, WORDS, "", by_chip, False, False)


def profile(code: str, card: bool = False, most: int = 0) -> Profile:
    codes = (code, f"{code}-*")
    return Profile(code, "", "feeder", "auto", "auto", 300, 2 if card else 1, 1, most, codes, RULE)


CHECKLIST = {
    "GKSK": needed("GKSK"),
    "GPLX_CU": needed("GPLX_CU"),
    "CC": needed("CC", by_chip=True),
    "ANH": needed("ANH"),
    "UY_QUYEN": needed("UY_QUYEN", required=False),
}
PROFILES = {
    "GKSK": profile("GKSK", most=4),
    "GPLX_CU": profile("GPLX_CU", card=True),
    "CC": profile("CC", card=True),
    "ANH": profile("ANH", most=1),
    "UY_QUYEN": profile("UY_QUYEN"),
}


def page(
    sheet: str,
    size: PaperSize = "a4",
    codes: tuple[str, ...] = (),
    paper: str = "",
    blank: bool = False,
    **more: object,
) -> Page:
    made = Made(size=size, codes=codes, blank=blank)
    aside = "blank" if blank else ""
    return Page(sheet, paper, 10, 20, 300, 5, made=made, aside=aside, **more)  # type: ignore[arg-type]


def sorted_out(
    stack: list[Page], titles: dict[str, str | Title], papers: dict[str, PaperNeeded] | None = None
) -> list[Page]:
    """The pages of a stack, one after the other as they are made; `titles` by the sheet on which they stand."""
    done: list[Page] = []
    for one in stack:
        said = titles.get(one.sheet)
        title = said if isinstance(said, Title) else Title(said, 0.9) if said else None
        known = Stack(papers if papers is not None else CHECKLIST, PROFILES, tuple(done))
        done.append(assigned(one, known, lambda title=title: title))  # type: ignore[misc]
    return done


def told(pages: list[Page]) -> list[tuple[str, str, str]]:
    return [(one.paper, one.by, one.side) for one in pages]


def test_eight_sheets_of_three_kinds() -> None:
    """A health certificate of three pages with a blank back, an old licence, a power of attorney of two pages."""
    stack = [
        page("health 1"),
        page("health 2"),
        page("health 3"),
        page("blank", blank=True),
        page("licence front", "id1"),
        page("licence back", "id1"),
        page("attorney 1"),
        page("attorney 2"),
    ]
    titles: dict[str, str | Title] = {"health 1": "GKSK", "licence front": "GPLX_CU", "attorney 1": "UY_QUYEN"}
    assert told(sorted_out(stack, titles)) == [
        ("GKSK", "title", ""),
        ("GKSK", "title", ""),
        ("GKSK", "title", ""),
        ("GKSK", "title", ""),
        ("GPLX_CU", "title", "front"),
        ("GPLX_CU", "size", "back"),
        ("UY_QUYEN", "title", ""),
        ("UY_QUYEN", "title", ""),
    ]


def test_a_card_nobody_can_name_is_the_licence_that_the_case_needs() -> None:
    """The ID card comes from the chip, so it is not waited for; a card after both sides of the licence is left open."""
    stack = [page("front", "id1"), page("back", "id1"), page("another", "id1")]
    assert told(sorted_out(stack, {})) == [("GPLX_CU", "size", "front"), ("GPLX_CU", "size", "back"), ("", "", "front")]


def test_two_fronts_in_a_row_are_two_cards_where_their_titles_say_so() -> None:
    stack = [page("licence", "id1"), page("id card", "id1"), page("id card back", "id1")]
    titles: dict[str, str | Title] = {"licence": "GPLX_CU", "id card": "CC"}
    assert told(sorted_out(stack, titles)) == [
        ("GPLX_CU", "title", "front"), ("CC", "title", "front"), ("CC", "size", "back"),
    ]  # fmt: skip


FRONT, BACK = Title("GPLX_CU", 0.9, "front"), Title("GPLX_CU", 0.9, "back")


@pytest.mark.parametrize(
    ("titles", "sides"),
    [
        ([FRONT, BACK], ["front", "back"]),
        ([BACK, FRONT], ["back", "front"]),
        ([BACK, None], ["back", "front"]),
        ([FRONT, None, FRONT, BACK], ["front", "back", "front", "back"]),
        ([BACK, None, None], ["back", "front", "front"]),
        ([FRONT, FRONT], ["front", "front"]),
        ([BACK, BACK], ["back", "back"]),
        ([FRONT, FRONT, BACK, BACK], ["front", "front", "back", "back"]),
    ],
    ids=["pair", "laid the other way", "back alone read", "two cards", "then another", "fronts", "backs", "piles"],
)
def test_which_side_it_is_is_what_its_title_says(titles: list[Title | None], sides: list[str]) -> None:
    stack = [page(str(number), "id1", paper="GPLX_CU") for number in range(len(titles))]
    done = sorted_out(stack, {str(number): title for number, title in enumerate(titles) if title})
    assert [one.side for one in done] == sides
    assert [one.side_read for one in done] == [title is not None for title in titles]
    assert {one.paper for one in done} == {"GPLX_CU"}


def test_a_bar_code_decides_over_all_else_and_the_title_is_not_even_read() -> None:
    def never() -> Title | None:
        raise AssertionError("the title was read")

    known = Stack(CHECKLIST, PROFILES)
    for code in ("UY_QUYEN", "UY_QUYEN-2"):
        found = assigned(page("x", codes=("EAN 4006381333931", code), paper="GKSK"), known, never)
        assert (found.paper, found.by) == ("UY_QUYEN", "code")


@pytest.mark.parametrize("code", ["", "UY_QUYEN2", "xUY_QUYEN-1", "UY", "HC-1"])
def test_a_bar_code_that_names_nothing_here(code: str) -> None:
    assert assigned(page("x", codes=(code,)), Stack(CHECKLIST, PROFILES), lambda: None).by == ""


def test_what_the_clerk_scanned_for_stands_against_a_doubtful_title_only() -> None:
    for sure, paper, by in ((0.6, "GKSK", "profile"), (0.8, "UY_QUYEN", "title")):
        (found,) = sorted_out([page("x", paper="GKSK")], {"x": Title("UY_QUYEN", sure)})
        assert (found.paper, found.by) == (paper, by)
    (found,) = sorted_out([page("x")], {"x": Title("UY_QUYEN", 0.6)})
    assert (found.paper, found.by) == ("UY_QUYEN", "title")
    (found,) = sorted_out([page("x")], {"x": Title("UY_QUYEN", 0.4)})
    assert (found.paper, found.by) == ("", "")


def test_a_card_among_the_pages_of_another_item_is_no_page_of_it() -> None:
    found = sorted_out([page("1", paper="GKSK"), page("card", "id1", paper="GKSK")], {})
    assert told(found) == [("GKSK", "profile", ""), ("GPLX_CU", "size", "front")]


def test_a_title_of_a_paper_that_this_case_does_not_ask_for_says_nothing() -> None:
    assert told(sorted_out([page("x")], {"x": "QDXP"})) == [("", "", "")]


def test_a_document_ends_where_its_pages_are_all_there_or_the_paper_is_another() -> None:
    five = sorted_out([page(f"{n}") for n in range(5)], {"0": "GKSK"})
    assert [one.paper for one in five] == ["GKSK"] * 4 + [""]
    slip = sorted_out([page("0"), page("1", "a5"), page("2", "other")], {"0": "UY_QUYEN"})
    assert [one.paper for one in slip] == ["UY_QUYEN", "", ""]


def test_pages_of_the_scan_before_say_nothing() -> None:
    before = tuple(sorted_out([page("1")], {"1": "UY_QUYEN"}))
    assert assigned(page("2"), Stack(CHECKLIST, PROFILES, before), lambda: None).paper == "UY_QUYEN"
    assert assigned(page("2"), Stack(CHECKLIST, PROFILES, before, since=1), lambda: None).paper == ""


def test_nothing_follows_a_page_that_is_not_made_yet() -> None:
    raw = replace(page("1", paper="UY_QUYEN"), raw=True, made=None)
    assert assigned(page("2"), Stack(CHECKLIST, PROFILES, (raw,)), lambda: None).paper == ""


SIDES = st.sampled_from(["", "front", "back"])
TITLES = st.none() | st.builds(Title, st.sampled_from([*CHECKLIST, "QDXP"]), st.floats(0, 1), SIDES)
ANY_PAGE = st.builds(
    page,
    st.text(max_size=2),
    st.sampled_from(["", "id1", "a5", "a4", "other"]),
    st.lists(st.sampled_from(["GKSK", "GKSK-1", "CC-*", "nonsense", ""]), max_size=2).map(tuple),
    st.sampled_from(["", "GKSK", "GPLX_CU", "QDXP"]),
    st.booleans(),
    by=st.sampled_from(["", "clerk", "profile"]),
)


@given(st.lists(st.tuples(ANY_PAGE, TITLES), max_size=10))
def test_whatever_lies_in_the_stack(stack: list[tuple[Page, Title | None]]) -> None:
    done: list[Page] = []
    for one, title in stack:
        known = Stack(CHECKLIST, PROFILES, tuple(done))
        said: Callable[[], Title | None] = lambda title=title: title  # type: ignore[misc]  # noqa: E731
        found = assigned(one, known, said)
        if one.by == "clerk":
            assert found == one, "the clerk's own word stands"
        else:
            assert found.paper in ("", *CHECKLIST)
            assert bool(found.by) == bool(found.paper)
            assert replace(found, paper=one.paper, by=one.by, side=one.side, side_read=one.side_read) == one
            before = any(other.side == "front" and other.paper == found.paper for other in done)
            assert found.side != "back" or before or found.side_read
            assert not found.side_read or (title is not None and found.side == title.side)
        done.append(found)
