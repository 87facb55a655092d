"""Pages that are there are arranged at will; each arrangement is journalled once and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import PagesArranged
from clerk_app.domain.pages import Made, Page, PaperSize
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never


def _pages(desk: Desk, dossier: UUID) -> tuple[Page, ...]:
    return desk.journal.dossier(dossier).pages


def _names(desk: Desk, dossier: UUID) -> list[str]:
    """The pages by what is on them."""
    return [desk.sheets.get(page.sheet).decode().removeprefix("page ") for page in _pages(desk, dossier)]


def _scanned(desk: Desk, count: int = 3) -> UUID:
    dossier = desk.identified()
    desk.scanners.pages = [fakes.page(number) for number in range(1, count + 1)]
    desk.papers.scan(dossier, "GKSK", lambda _: None, never)
    return dossier


def _seen(desk: Desk, dossier: UUID, **made: object) -> None:
    """Every page was made, and this is what was seen of it."""
    pages = tuple(replace(page, made=Made(**made)) for page in _pages(desk, dossier))  # type: ignore[arg-type]
    desk.counter.write(dossier, PagesArranged(pages, "remake"))


def _line(view: IntakeView, paper: str = "GKSK") -> object:
    return next(line for line in view.papers.lines if line.code == paper)


@pytest.mark.parametrize("index", [-1, 3, 99])
def test_a_page_that_is_not_there(table: Desk, index: int) -> None:
    dossier = _scanned(table)
    acts = (
        lambda: table.pages.turn(dossier, index),
        lambda: table.pages.turn(dossier, [0, index]),
        lambda: table.pages.remove(dossier, index),
        lambda: table.pages.move(dossier, index, 0),
        lambda: table.pages.assign(dossier, index, "GKSK"),
        lambda: table.pages.split(dossier, index, "GPLX_CU"),
        lambda: table.pages.set_aside(dossier, index),
        lambda: table.pages.bring_back(dossier, index),
        lambda: table.pages.look_at(dossier, index),
        lambda: table.pages.pair(dossier, index),
        lambda: table.pages.interleave(dossier, index),
    )
    for act in acts:
        with pytest.raises(Refusal, match="PAGE_UNKNOWN"):
            act()


def test_an_item_that_is_not_on_the_checklist(table: Desk) -> None:
    dossier = _scanned(table)
    for act in (
        lambda: table.pages.assign(dossier, 0, "NOPE"),
        lambda: table.pages.split(dossier, 0, "NOPE"),
        lambda: table.pages.join(dossier, "GKSK", "NOPE"),
    ):
        with pytest.raises(Refusal, match="PAPER_UNKNOWN"):
            act()
    assert len(_pages(table, dossier)) == 3


def test_undo_and_redo_at_their_ends_change_nothing(table: Desk) -> None:
    dossier = table.identified()
    before = table.kinds(dossier)
    table.pages.undo(dossier)
    table.pages.redo(dossier)
    assert table.kinds(dossier) == before


def test_what_changes_nothing_is_not_written(table: Desk) -> None:
    dossier = _scanned(table)
    before = table.kinds(dossier)
    table.pages.move(dossier, 1, 1)
    table.pages.turn(dossier, 1, 4)
    table.pages.bring_back(dossier, 0)
    table.pages.join(dossier, "GKSK", "GKSK")
    assert table.kinds(dossier) == before


def test_four_turns_are_none_and_one_to_the_left_is_three(table: Desk) -> None:
    dossier = _scanned(table)
    turned = [table.pages.turn(dossier, 1).papers.pages[1].turned for _ in range(4)]
    assert turned == [90, 180, 270, 0]
    assert [page.turned for page in table.pages.turn(dossier, [0, 2], -1).papers.pages] == [270, 0, 270]


def test_a_removed_page_comes_back_with_its_picture(table: Desk) -> None:
    dossier = _scanned(table)
    before = _pages(table, dossier)
    assert len(table.pages.remove(dossier, 1).papers.pages) == 2
    view = table.pages.undo(dossier)
    assert _pages(table, dossier) == before
    assert table.papers.picture(view.papers.pages[1].sheet).rgb == b"viewable page 2"


def test_the_tray_keeps_its_pages_and_their_places(table: Desk) -> None:
    """Indices go on to be those of the whole list; numbers in words go by what belongs to the dossier."""
    dossier = _scanned(table)
    view = table.pages.set_aside(dossier, 1).papers
    assert [(page.index, page.caption.vi[:7]) for page in view.pages] == [(0, "Trang 1"), (2, "Trang 2")]
    assert [(page.index, page.aside) for page in view.tray] == [(1, "clerk")]
    assert (_line(table.intake.view(dossier)).pages, view.total_size) == (2, "1 KB")  # type: ignore[attr-defined]
    view = table.pages.turn(dossier, view.pages[1].index).papers
    assert [page.turned for page in view.pages] == [0, 90]
    view = table.pages.bring_back(dossier, view.tray[0].index).papers
    assert [page.index for page in view.pages] == [0, 1, 2]
    assert not view.tray


def test_an_item_is_split_and_joined_again(table: Desk) -> None:
    dossier = _scanned(table, 4)
    view = table.pages.split(dossier, 2, "GPLX_CU")
    assert [page.paper for page in view.papers.pages] == ["GKSK", "GKSK", "GPLX_CU", "GPLX_CU"]
    assert view.papers.pages[2].why_here is not None
    assert view.papers.pages[2].why_here.vi == "Cán bộ xếp vào mục này"
    table.pages.move(dossier, 3, 0)
    view = table.pages.join(dossier, "GPLX_CU", "GKSK")
    assert {page.paper for page in view.papers.pages} == {"GKSK"}
    assert _names(table, dossier) == ["1", "2", "4", "3"]


def test_a_card_is_paired_and_the_other_side_is_missed_until_then(table: Desk) -> None:
    dossier = _scanned(table, 2)
    table.making.finish(dossier)
    table.pages.assign(dossier, [0, 1], "GPLX_CU")
    _seen(table, dossier, size="id1")
    line = _line(table.pages.set_aside(dossier, 1), "GPLX_CU")
    assert (line.done, line.missing.vi) == (False, "thiếu mặt sau")  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="PAGE_ALONE"):
        table.pages.pair(dossier, 0)
    table.pages.bring_back(dossier, 1)
    view = table.pages.pair(dossier, 0)
    assert [page.caption.vi.split(" · ")[0] for page in view.papers.pages] == ["Mặt trước", "Mặt sau"]
    line = _line(view, "GPLX_CU")
    assert (line.done, line.missing) == (True, None)  # type: ignore[attr-defined]


def test_a_flaw_is_to_be_looked_at_and_then_lets_the_dossier_go_on(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    _seen(table, dossier, flaws=("blurred",), size="a4", colour="grey")
    view = table.intake.view(dossier)
    assert view.papers.pages[0].flaws[0].vi == "mờ"
    assert view.papers.pages[0].facts is not None
    assert view.papers.pages[0].facts.vi == "Mờ · thẳng · 300 dpi · xám · A4"
    assert {one.code for one in view.receipt.findings if one.blocking} == {"PAGE_FLAWED"}
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE"):
        table.intake.submit(dossier)
    view = table.pages.look_at(dossier, range(3))
    assert not [one for one in view.receipt.findings if one.blocking]
    assert table.intake.submit(dossier).status == "submitted"


def _last_act(desk: Desk, dossier: UUID) -> str:
    what = desk.journal.entries(dossier)[-1].what
    assert isinstance(what, PagesArranged)
    return what.act


def test_two_piles_are_put_together_and_taken_apart_again(table: Desk) -> None:
    dossier = _scanned(table, 4)
    before = _pages(table, dossier)
    table.pages.interleave(dossier, 0)
    assert _names(table, dossier) == ["1", "4", "2", "3"]
    table.pages.undo(dossier)
    assert _pages(table, dossier) == before
    table.pages.interleave(dossier, 0, 2, backwards=False)
    assert _names(table, dossier) == ["1", "3", "2", "4"]


def test_piles_that_do_not_fit_are_told_in_words(table: Desk) -> None:
    dossier = _scanned(table, 5)
    with pytest.raises(Refusal, match="DUPLEX_COUNT") as refusal:
        table.pages.interleave(dossier, 0)
    assert refusal.value.words.vi == "Có 3 mặt trước nhưng 2 mặt sau: một trang bị thiếu hoặc thừa."
    table.pages.remove(dossier, 4)
    sizes: tuple[PaperSize, ...] = ("a4", "a5", "a4", "a5")
    pages = tuple(replace(page, made=Made(size=size)) for page, size in zip(_pages(table, dossier), sizes, strict=True))
    table.counter.write(dossier, PagesArranged(pages, "remake"))
    with pytest.raises(Refusal, match="DUPLEX_DOUBTFUL") as refusal:
        table.pages.interleave(dossier, 0)
    assert "tờ 1 khác cỡ giấy; tờ 2 khác cỡ giấy" in refusal.value.words.vi
    assert "Thứ tự ngược lại thì khớp" in refusal.value.remedy.vi
    assert _names(table, dossier) == ["1", "2", "3", "4"]
    table.pages.interleave(dossier, 0, anyway=True)
    assert _names(table, dossier) == ["1", "4", "2", "3"]
    assert _last_act(table, dossier) == "interleave_anyway", "that somebody passed over the doubt is on record"


def test_piles_that_fit_leave_no_record_of_a_doubt(table: Desk) -> None:
    dossier = _scanned(table, 4)
    table.pages.interleave(dossier, 0, anyway=True)
    assert _last_act(table, dossier) == "interleave"


def test_whoever_may_not_take_dossiers_arranges_nothing(table: Desk) -> None:
    dossier = _scanned(table)
    table.as_user("it")
    with pytest.raises(Refusal, match="NOT_ALLOWED"):
        table.pages.turn(dossier, 0)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["turn", "remove", "move", "assign", "scan", "split", "join", "aside", "back", "keep", "pair", "interleave"]
        ),
        st.integers(0, 5),
        st.integers(-2, 7),
    ),
    min_size=1,
    max_size=7,
)


def _done(desk: Desk, dossier: UUID, act: str, index: int, to: int) -> None:
    papers = ("GKSK", "GPLX_CU", "ANH")
    pages, paper = desk.pages, papers[to % 3]
    match act:
        case "scan":
            desk.scanners.pages = [fakes.page(to)]
            desk.papers.scan(dossier, "GPLX_CU", lambda _: None, never)
        case "turn":
            pages.turn(dossier, index, to)
        case "remove":
            pages.remove(dossier, index)
        case "move":
            pages.move(dossier, index, to)
        case "assign":
            pages.assign(dossier, index, paper)
        case "split":
            pages.split(dossier, index, paper)
        case "join":
            pages.join(dossier, papers[index % 3], paper)
        case "aside":
            pages.set_aside(dossier, index)
        case "back":
            pages.bring_back(dossier, index)
        case "keep":
            pages.look_at(dossier, index)
        case "pair":
            pages.pair(dossier, index)
        case _:
            pages.interleave(dossier, index)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, back=st.integers(0, 9))
def test_whatever_was_done_undo_and_redo_go_the_same_way(
    table: Desk, acts: list[tuple[str, int, int]], back: int
) -> None:
    dossier = _scanned(table, 2)
    lists = [_pages(table, dossier)]
    for act, at, to in acts:
        try:
            if lists[-1]:
                _done(table, dossier, act, at % len(lists[-1]), to)
            else:
                _done(table, dossier, "scan", at, to)
        except Refusal:
            # No page for its back, or piles that differ: then nothing may have changed.
            assert _pages(table, dossier) == lists[-1]
        if _pages(table, dossier) != lists[-1]:
            lists.append(_pages(table, dossier))
    steps = min(back, len(lists) - 1)
    for number in range(steps):
        table.pages.undo(dossier)
        assert _pages(table, dossier) == lists[-2 - number]
    for number in range(steps):
        table.pages.redo(dossier)
        assert _pages(table, dossier) == lists[len(lists) - steps + number]
    table.journal.rebuild()
    assert _pages(table, dossier) == lists[-1]
    for page in lists[-1]:
        assert table.sheets.get(page.sheet).startswith(b"page")
    while table.pages.undo(dossier).papers.can_undo:
        pass
    assert _pages(table, dossier) == ()
