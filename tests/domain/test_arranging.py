"""What can be done with a list of pages, on lists that Hypothesis thinks of: no page is lost, none comes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import arranging
from clerk_app.domain.arranging import Misfit
from clerk_app.domain.pages import Aside, CardSide, Made, Page, PaperSize, in_force

PAPERS = ("", "GKSK", "GPLX_CU", "UY_QUYEN")


def page(name: str, paper: str = "GKSK", size: PaperSize = "a4", aside: Aside = "", **more: object) -> Page:
    """A page that was made, by a name that stands for its sheet."""
    return Page(name, paper, 10, 20, 300, 5, made=Made(size=size), aside=aside, **more)  # type: ignore[arg-type]


PAGES = st.lists(
    st.builds(
        page,
        st.just(""),
        st.sampled_from(PAPERS),
        st.sampled_from(["", "id1", "a5", "a4", "other"]),
        st.sampled_from(["", "", "", "blank", "clerk"]),
        side=st.sampled_from(["", "", "front", "back"]),
    ),
    min_size=1,
    max_size=9,
).map(lambda found: tuple(Page(**{**_fields(one), "sheet": f"sheet {n}"}) for n, one in enumerate(found)))


def _fields(one: Page) -> dict[str, object]:
    return {name: getattr(one, name) for name in Page.__slots__}


def sheets(pages: Sequence[Page]) -> list[str]:
    return [one.sheet for one in pages]


@given(PAGES, st.data())
def test_no_act_but_taking_out_loses_a_page(pages: tuple[Page, ...], data: st.DataObject) -> None:
    at = st.integers(0, len(pages) - 1)
    places = data.draw(st.sets(at))
    place, other = data.draw(at), data.draw(at)
    paper, into = data.draw(st.sampled_from(PAPERS)), data.draw(st.sampled_from(PAPERS))
    acts = [
        arranging.turned(pages, places, data.draw(st.integers(-9, 9))),
        arranging.moved(pages, place, data.draw(st.integers(-3, 12))),
        arranging.assigned(pages, places, paper),
        arranging.split(pages, place, paper),
        arranging.joined(pages, paper, into),
        arranging.set_aside(pages, places),
        arranging.brought_back(pages, places),
        arranging.looked_at(pages, places),
    ]
    if place != other:
        acts.append(arranging.paired(pages, place, other))
    duplex = arranging.piles(pages, place, -1, data.draw(st.booleans()))
    if duplex.agree:
        acts.append(arranging.interleaved(pages, duplex))
    for after in acts:
        assert Counter(sheets(after)) == Counter(sheets(pages))
    assert sheets(arranging.without(pages, places)) == [f"sheet {n}" for n in range(len(pages)) if n not in places]


@given(PAGES, st.sampled_from(PAPERS), st.sampled_from(PAPERS))
def test_joined_items_keep_their_order(pages: tuple[Page, ...], paper: str, into: str) -> None:
    after = arranging.joined(pages, paper, into)
    own = [one.sheet for one in pages if one.paper == into]
    come = [one.sheet for one in pages if one.paper == paper and paper != into]
    joined = [one.sheet for one in after if one.paper == into]
    assert joined == (own + come if own else come)
    assert [one.sheet for one in after if one.paper not in (paper, into)] == [
        one.sheet for one in pages if one.paper not in (paper, into)
    ]


@given(PAGES, st.data())
def test_a_pair_stands_together_in_one_item(pages: tuple[Page, ...], data: st.DataObject) -> None:
    if len(pages) < 2:
        return
    front, back = data.draw(st.lists(st.integers(0, len(pages) - 1), min_size=2, max_size=2, unique=True))
    after = arranging.paired(pages, front, back)
    at = sheets(after).index(pages[front].sheet)
    assert after[at + 1].sheet == pages[back].sheet
    assert (after[at].side, after[at + 1].side) == ("front", "back")
    assert after[at].paper == after[at + 1].paper == pages[front].paper


def test_a_new_pair_leaves_the_other_halves_without_a_side() -> None:
    pages = tuple(
        page(name, "GPLX_CU", "id1", side=side) for name, side in zip("abcd", ["front", "back"] * 2, strict=True)
    )
    after = arranging.paired(pages, 0, 3)
    assert [(one.sheet, one.side) for one in after] == [("a", "front"), ("d", "back"), ("b", ""), ("c", "")]


def test_the_rest_of_an_item_is_split_off_and_no_other_page() -> None:
    pages = (page("a"), page("b", "GPLX_CU"), page("c"), page("d", aside="blank"), page("e"))
    after = arranging.split(pages, 2, "UY_QUYEN")
    assert [(one.sheet, one.paper) for one in after] == [
        ("a", "GKSK"), ("b", "GPLX_CU"), ("c", "UY_QUYEN"), ("d", "GKSK"), ("e", "UY_QUYEN"),
    ]  # fmt: skip
    assert [one.by for one in after] == ["", "", "clerk", "", "clerk"]


# ---- manual duplex: two piles of one stack -----------------------------------------------------------------------


def test_backs_of_a_turned_stack_come_between_their_fronts() -> None:
    """Scanned: 1 3 5, then the stack turned over as a whole: 6 4 2."""
    pages = tuple(page(name) for name in "135642")
    duplex = arranging.piles(pages, 0, -1, backwards=True)
    assert duplex.agree
    assert "".join(sheets(arranging.interleaved(pages, duplex))) == "123456"


def test_backs_in_the_order_of_the_fronts() -> None:
    pages = tuple(page(name) for name in "x135246")
    duplex = arranging.piles(pages, 1, 4, backwards=False)
    assert "".join(sheets(arranging.interleaved(pages, duplex))) == "x123456"


def test_a_blank_back_counts_though_it_lies_in_the_tray() -> None:
    """1 3, then 4 and a blank: the blank is the back of the first sheet and stays in the tray."""
    pages = (page("1"), page("3"), page("4"), page("2", aside="blank"))
    duplex = arranging.piles(pages, 0, 2, backwards=True)
    after = arranging.interleaved(pages, duplex)
    assert "".join(sheets(after)) == "1234"
    assert "".join(sheets(in_force(after))) == "134"


def test_what_the_clerk_put_aside_is_of_neither_pile() -> None:
    pages = (page("1"), page("torn", aside="clerk"), page("3"), page("4"), page("2"))
    duplex = arranging.piles(pages, 0, -1, backwards=True)
    assert sheets(arranging.interleaved(pages, duplex)) == ["1", "2", "3", "4", "torn"]


@pytest.mark.parametrize(("pages", "second", "agree"), [("12345", -1, False), ("1234", 3, False), ("1234", 2, True)])
def test_piles_that_differ_are_told(pages: str, second: int, agree: bool) -> None:
    assert arranging.piles(tuple(page(name) for name in pages), 0, second, True).agree is agree


def test_a_back_of_another_size_does_not_fit() -> None:
    pages = (page("1"), page("3", size="a5"), page("2"), page("4", size="a5"))
    wrong = arranging.misfits(pages, arranging.piles(pages, 0, -1, backwards=True))
    assert wrong == (Misfit(0, "sizes"), Misfit(1, "sizes"))
    assert arranging.misfits(pages, arranging.piles(pages, 0, -1, backwards=False)) == ()


def test_a_card_that_lay_the_wrong_way_round_is_told_by_the_title_of_its_side() -> None:
    def card(name: str, side: CardSide, read: bool = True) -> Page:
        return page(name, size="id1", side=side, side_read=read)

    pages = (card("1", "front"), card("3", "back"), card("2", "back"), card("4", "front"))
    assert arranging.misfits(pages, arranging.piles(pages, 0, -1, backwards=False)) == (Misfit(1, "sides"),)
    by_place = tuple(replace(one, side_read=False) for one in pages)
    assert arranging.misfits(by_place, arranging.piles(by_place, 0, -1, backwards=False)) == ()
    together = arranging.interleaved(pages, arranging.piles(pages, 0, -1, backwards=False))
    assert [(one.side, one.side_read) for one in together] == [("front", False), ("back", False)] * 2, (
        "the clerk's word"
    )


@pytest.mark.parametrize(
    ("codes", "wrong"),
    [
        (("GKSK-1", "GKSK-3", "GKSK-4", "GKSK-2"), ()),
        (("GKSK-1", "GKSK-3", "GKSK-2", "GKSK-4"), (Misfit(0, "numbers"), Misfit(1, "numbers"))),
        (("GKSK-1", "GKSK-3", "", "GKSK-4"), (Misfit(0, "numbers"),)),
        (("GKSK-1", "GKSK", "GKSK-9", "X"), ()),
    ],
)
def test_numbers_on_the_pages_tell_a_wrong_order(codes: tuple[str, ...], wrong: tuple[Misfit, ...]) -> None:
    pages = tuple(Page(code, "GKSK", 1, 1, 300, 1, made=Made(codes=(code,))) for code in codes)
    assert arranging.misfits(pages, arranging.piles(pages, 0, -1, backwards=True)) == wrong


def test_backs_go_to_the_item_of_their_fronts_and_cards_have_sides() -> None:
    pages = (page("1", "GPLX_CU", "id1"), page("3", "GKSK"), page("4", ""), page("2", "", "id1"))
    after = arranging.interleaved(pages, arranging.piles(pages, 0, -1, backwards=True))
    assert [(one.sheet, one.paper, one.side) for one in after] == [
        ("1", "GPLX_CU", "front"), ("2", "GPLX_CU", "back"), ("3", "GKSK", ""), ("4", "GKSK", ""),
    ]  # fmt: skip
