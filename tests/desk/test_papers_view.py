"""What step 3 says of pages: what was seen, what is wrong, what weighs too much, what was read, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from clerk_app.desk.assigning import assigned, wish_of
from clerk_app.desk.facts import decision_of
from clerk_app.desk.views import IntakeView, PaperLine
from clerk_app.domain.assigning import Title
from clerk_app.domain.dossier import PageArrived, PageMade, PageRead, PagesArranged
from clerk_app.domain.pages import CardSide, Flaw, Made, Page, Proposal, Wish
from tests.desk.conftest import Desk
from tests.peers.pack import training_pack


def _page(sheet: str, paper: str = "GKSK", **other: object) -> Page:
    known = {"width": 2480, "height": 3508, "dpi": 300, "size_bytes": 120_000, "made": Made(size="a4", colour="grey")}
    return Page(sheet=sheet * 64, paper=paper, **{**known, **other})  # type: ignore[arg-type]


def _with(desk: Desk, *pages: Page) -> tuple[UUID, IntakeView]:
    dossier = desk.identified()
    values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B"}
    desk.intake.enter(dossier, values, "papers", "")
    desk.counter.write(dossier, PagesArranged(pages, "scan"))
    return dossier, desk.intake.view(dossier)


def _line(view: IntakeView, paper: str = "GKSK") -> PaperLine:
    return next(line for line in view.papers.lines if line.code == paper)


def _codes(view: IntakeView) -> list[tuple[str, bool]]:
    return [(one.code, one.blocking) for one in view.receipt.findings if one.code.startswith("PAGE_")]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (_page("a"), "Nét · thẳng · 300 dpi · xám · A4"),
        (_page("a", made=Made(size="id1", colour="colour", flaws=("blurred",))), "Mờ · thẳng · 300 dpi · màu · ID-1"),
        (_page("a", made=Made(angle_deg=3.0), wish=Wish(straight=False)), "Nét · nghiêng · 300 dpi"),
        (_page("a", made=Made(angle_deg=3.0), dpi=0), "Nét · thẳng"),
        (_page("a", raw=True, made=None), "Đang xử lý"),
    ],
)
def test_what_was_seen_in_words(table: Desk, page: Page, says: str) -> None:
    _, view = _with(table, page)
    facts = view.papers.pages[0].facts
    assert facts is not None
    assert facts.vi == says


def test_a_page_of_before_pages_were_made_says_nothing(table: Desk) -> None:
    _, view = _with(table, _page("a", made=None))
    assert (view.papers.pages[0].facts, view.papers.pages[0].why_here, _line(view).done) == (None, None, True)


@pytest.mark.parametrize("flaw", ["blurred", "cut_off", "too_dark", "too_bright", "glare", "wrong_side", "coarse"])
def test_every_flaw_has_its_word_and_waits_for_a_look(table: Desk, flaw: Flaw) -> None:
    dossier, view = _with(table, _page("a", made=Made(size="a4", flaws=(flaw,))))
    assert len(view.papers.pages[0].flaws) == 1
    assert (_line(view).done, _line(view).flawed, _line(view).state.tone) == (False, 1, "warn")
    assert _line(view).missing is not None
    assert ("PAGE_FLAWED", True) in _codes(view)
    view = table.pages.look_at(dossier, 0)
    assert (_line(view).done, _line(view).flawed, view.papers.pages[0].flaws) == (True, 0, ())


def test_pages_being_made_and_pages_of_no_item_keep_the_dossier_here(table: Desk) -> None:
    _, view = _with(table, _page("a", raw=True, made=None), _page("b", ""), _page("c", "QDXP"))
    assert (view.papers.raw, view.papers.unassigned, _line(view).done) == (1, 1, False)
    assert _line(view).missing is not None
    assert _line(view).missing.vi == "1 trang đang xử lý"  # type: ignore[union-attr]
    assert _codes(view) == [("PAGE_RAW", True), ("PAGE_UNASSIGNED", True), ("PAGE_NOT_NEEDED", False)]
    assert view.papers.pages[1].caption.vi == "Trang 1 · chưa thuộc mục nào"


def test_more_pages_than_such_a_paper_has_are_told_and_stop_nothing(table: Desk) -> None:
    _, view = _with(table, *(_page(name) for name in "abcdef0"))
    assert (_line(view).done, _codes(view)) == (True, [("PAGE_TOO_MANY", False)])
    assert _line(view).missing is not None


def _card(sheet: str, side: CardSide, read: bool = True, **more: object) -> Page:
    return _page(sheet, "GPLX_CU", made=Made(size="id1"), side=side, side_read=read, **more)


FRONT_TWICE, BACK_TWICE = "mặt trước đã có, còn thiếu mặt sau", "mặt sau đã có, còn thiếu mặt trước"


@pytest.mark.parametrize(
    ("cards", "missing", "wrong"),
    [
        ([_card("a", "front"), _card("b", "front")], FRONT_TWICE, [1]),
        ([_card("a", "back"), _card("b", "back")], BACK_TWICE, [1]),
        ([_card("a", "front"), _card("b", "back"), _card("c", "front")], "thiếu mặt sau", []),
        ([_card("a", "front"), _card("b", "front"), _card("c", "back"), _card("d", "back")], None, []),
        ([_card("a", "back"), _card("b", "front")], None, []),
        ([_card("a", "front"), _card("b", "front", read=False)], None, []),
        ([_card("a", "front", read=False), _card("b", "front", read=False)], None, []),
        ([_card("a", "front"), _card("b", "front", looked_at=True)], None, []),
    ],
    ids=["fronts", "backs", "and another", "piles", "other order", "one by its place", "both by place", "kept"],
)
def test_the_same_side_twice_is_told_by_what_is_printed_on_it(
    table: Desk, cards: list[Page], missing: str | None, wrong: list[int]
) -> None:
    _, view = _with(table, *cards)
    line = _line(view, "GPLX_CU")
    assert (line.missing.vi if line.missing else None, line.done) == (missing, missing is None)
    assert [page.index for page in view.papers.pages if "nhầm mặt" in [one.vi for one in page.flaws]] == wrong


@pytest.mark.parametrize(
    ("pages", "missing"),
    [
        ([_page("a", "GPLX_CU", made=Made(size="id1"), side="front")], "thiếu mặt sau"),
        ([_page("a", "GPLX_CU", made=Made(size="id1"), side="back")], "thiếu mặt trước"),
        ([_page("a", "GPLX_CU", made=Made(size="id1"), looked_at=True)], None),
        ([_page("a", "GPLX_CU")], None),
        ([_page("a", "GPLX_CU", made=Made(size="id1")), _page("b", "GPLX_CU", made=Made(size="id1"))], None),
    ],
    ids=["front", "back", "kept", "a sheet", "both"],
)
def test_a_card_has_two_sides(table: Desk, pages: list[Page], missing: str | None) -> None:
    _, view = _with(table, *pages)
    line = _line(view, "GPLX_CU")
    assert (line.missing.vi if line.missing else None, line.done) == (missing, missing is None)


def test_weight_against_the_budget_of_the_catalogue(table: Desk) -> None:
    _, view = _with(table, _page("a"), _page("b", size_bytes=450_000), _page("c", aside="blank", size_bytes=9_000_000))
    assert view.papers.size is not None
    assert (view.papers.size.words.vi, view.papers.size.tone) == (
        "570 KB / 6.0 MB · 1 trang quá 400 KB".replace(".", ","),
        "good",
    )
    _, view = _with(table, *(_page(name, size_bytes=2_100_000) for name in "abc"))
    assert view.papers.size is not None
    assert view.papers.size.tone == "warn"


def test_what_was_read_waits_with_its_label_and_says_where_the_form_differs(table: Desk) -> None:
    dossier, _ = _with(table, _page("a"))
    proposals = (
        Proposal("applicant.phone", "0912345678", 0.93, (1, 2, 30, 4)),
        Proposal("applicant.issued", "2021-04-25", 0.61, (5, 6, 70, 8)),
        Proposal("health.number", "00001/GKSKLX/34001/24", 0.9, (5, 6, 70, 8)),
    )
    table.counter.write(dossier, PageRead("a" * 64, "d" * 64, proposals, ("health.number",), "GKSK"))
    table.intake.enter(dossier, {"applicant.phone": "0987654321"}, "papers", "")
    (page,) = table.intake.view(dossier).papers.pages
    phone, issued = page.proposals
    assert (phone.name, phone.text, phone.sure, phone.doubtful) == ("applicant.phone", "0912345678", "93 %", False)
    assert (phone.differs, phone.held, phone.label.vi != phone.name) == (True, "0987654321", True)
    assert (issued.text, issued.doubtful) == ("25/04/2021", True)
    assert page.read
    assert table.intake.view(dossier).papers.unread == 0


def test_keys_of_the_profiles_stand_on_the_lines(table: Desk) -> None:
    _, view = _with(table)
    keys = {line.code: line.key for line in view.papers.lines}
    assert (keys["GKSK"], keys["GPLX_CU"], keys["ANH"], keys["DON"]) == ("1", "2", "6", "")


def test_no_two_papers_of_one_case_share_a_key(table: Desk) -> None:
    for case in training_pack().as_of(table.clock().date()).cases:
        dossier = table.identified()
        table.intake.enter(dossier, {"case": case.code}, "papers", "")
        keys = [line.key for line in table.intake.view(dossier).papers.lines if line.key]
        assert len(keys) == len(set(keys)), case.code


# ---- from the feeder to the checklist ----------------------------------------------------------------------------


def test_a_stack_of_whatever_comes_finds_its_items_as_it_is_made(table: Desk) -> None:
    """Six sheets scanned for no item; the maker's pages are given items one after the other, as making does it."""
    dossier, _ = _with(table)
    names = ["health 1", "health 2", "blank", "front", "back", "letter"]
    for number in range(len(names)):
        raw = Page(f"{number:064x}", "", 10, 10, 300, 9, raw=True)
        table.counter.write(dossier, PageArrived(raw, "scan"))
    made = {
        "blank": Made(size="a4", blank=True),
        "front": Made(size="id1"),
        "back": Made(size="id1"),
    }
    titles = {"health 1": Title("GKSK", 0.9)}
    table.pages.assign(dossier, 5, "ANH")
    for number, name in enumerate(names):
        state = table.journal.dossier(dossier)
        rules = table.counter.rules_of(state)
        _, decision = decision_of(state, table.clock(), rules)
        seen = made.get(name, Made(size="a4"))
        page = Page(f"{number + 100:064x}", "", 10, 10, 300, 9, made=seen, aside="blank" if seen.blank else "")
        found = assigned(state, f"{number:064x}", (page,), decision, rules, lambda _, name=name: titles.get(name))  # type: ignore[misc]
        table.counter.write(dossier, PageMade(f"{number:064x}", found))
    view = table.intake.view(dossier)
    assert [(page.paper, page.side) for page in view.papers.pages] == [
        ("GKSK", ""), ("GKSK", ""), ("GPLX_CU", "front"), ("GPLX_CU", "back"), ("ANH", ""),
    ]  # fmt: skip
    assert [page.aside for page in view.papers.tray] == ["blank"]
    assert [line.done for line in view.papers.lines if line.code in ("GKSK", "GPLX_CU", "ANH")] == [True] * 3
    assert view.papers.pages[-1].why_here is not None
    assert view.papers.pages[-1].why_here.vi == "Cán bộ xếp vào mục này", "given while it was being made"
    for _ in range(3):
        table.pages.undo(dossier)
    assert not any(page.raw for page in table.journal.dossier(dossier).pages)


def test_how_a_page_is_to_be_made_follows_from_its_paper(table: Desk) -> None:
    rules = table.counter.rules_today()
    assert wish_of(rules, "CC") == Wish(colour="colour", cut="card")
    assert wish_of(rules, "GPLX_CU") == Wish(colour="colour"), "an old one may be larger than a card"
    assert wish_of(rules, "GKSK") == wish_of(rules, "") == wish_of(rules, "NOPE") == Wish()


def test_pages_from_record_are_there_to_be_looked_at(table: Desk) -> None:
    dossier = table.applied()
    table.intake.enter(dossier, {"health.concluded": "2026-11-18"}, "papers", "")
    table.cashier.take(dossier, "cash", 200_000)
    table.intake.submit(dossier)
    again = table.identified()
    table.intake.enter(again, {"case": "DOI_SAP_HET_HAN", "wanted_class": "B"}, "papers", "")
    view = table.reuse.take(again, _line(table.intake.view(again)).offers[0].id)
    (page,) = view.papers.taken
    assert (page.index, page.paper, view.papers.pages) == (-1, "GKSK", ())
    assert table.papers.picture(page.sheet).rgb == b"viewable made of page 1"


def test_what_the_clerk_gave_to_an_item_before_it_was_made_stays_there(table: Desk) -> None:
    dossier, _ = _with(table, Page("a" * 64, "GKSK", 10, 10, 300, 9, raw=True))
    table.pages.assign(dossier, 0, "GPLX_CU")
    made = _page("b", "UY_QUYEN", by="title")
    table.counter.write(dossier, PageMade("a" * 64, (made,)))
    (page,) = table.journal.dossier(dossier).pages
    assert page == replace(made, paper="GPLX_CU", by="clerk")
    table.pages.undo(dossier)
    (page,) = table.journal.dossier(dossier).pages
    assert (page.paper, page.by) == ("UY_QUYEN", "title"), "before that nobody had given it anywhere"
