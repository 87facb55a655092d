"""Raw pages are made in the order of the strip; whatever happens meanwhile, no page is lost and none comes twice."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app import wire
from clerk_app.desk.assigning import wish_of
from clerk_app.desk.ports import ScannedPage
from clerk_app.domain.assigning import Title
from clerk_app.domain.dossier import Page, PageArrived, PageMade, replay
from clerk_app.domain.pages import Wish, unmade
from clerk_app.domain.refusals import DeviceFault, Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never

JPEG = b"\xff\xd8"


def _pages(desk: Desk, dossier: UUID) -> tuple[Page, ...]:
    return desk.journal.dossier(dossier).pages


def _scan(desk: Desk, dossier: UUID, *numbers: int) -> None:
    desk.scanners.pages = [fakes.page(number) for number in numbers]
    desk.papers.scan(dossier, "GKSK", lambda _: None, never)


def _data(desk: Desk, dossier: UUID) -> list[bytes]:
    return [desk.sheets.get(page.sheet) for page in _pages(desk, dossier)]


def test_what_arrives_is_raw_and_stays_here(table: Desk) -> None:
    dossier = table.identified()
    waiting = table.sheets.waiting()
    _scan(table, dossier, 1, 2)
    assert table.kinds(dossier)[-2:] == ["PageArrived", "PageArrived"], "two deltas, not two lists"
    first, second = _pages(table, dossier)
    assert (first.raw, first.paper, first.by, first.made) == (True, "GKSK", "", None)
    assert table.sheets.original(second.sheet) == b"page 2"
    assert table.sheets.waiting() == waiting
    assert table.maker.asked == [], "the scanner waits for nobody"
    assert table.making.pending(dossier) == 2
    assert table.making.unfinished() == (dossier,)


def test_pages_are_made_from_the_front_of_the_strip(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 2)
    table.pages.move(dossier, 1, 0)
    view = table.making.make_next(dossier, never)
    assert view is not None
    assert _data(table, dossier) == [b"made of page 2", b"page 1"]
    assert table.making.make_next(dossier, never) is not None
    assert table.making.make_next(dossier, never) is None
    assert [(asked[0], asked[1], asked[2]) for asked in table.maker.asked] == [
        (b"page 2", 300, Wish()),
        (b"page 1", 300, Wish()),
    ]
    page = _pages(table, dossier)[1]
    assert (page.raw, page.width, page.media, page.paper) == (False, 2400, "image/jpeg", "GKSK")
    assert table.sheets.original(page.original) == b"page 1"
    assert page.sheet in dict(table.sheets.waiting()), "what was made goes to central"
    assert table.making.unfinished() == ()


def test_what_the_clerk_did_meanwhile_stays(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1)
    table.maker.meanwhile = lambda: (table.pages.turn(dossier, 0), table.pages.assign(dossier, 0, "GPLX_CU"))
    table.making.make_next(dossier, never)
    (page,) = _pages(table, dossier)
    assert (page.turned, page.paper, page.raw) == (90, "GPLX_CU", False)


def test_a_page_that_was_removed_meanwhile_comes_back_made(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 2)
    table.maker.meanwhile = lambda: table.pages.remove(dossier, 0)
    table.making.make_next(dossier, never)
    table.maker.meanwhile = lambda: None
    assert _data(table, dossier) == [b"page 2"]
    table.pages.undo(dossier)
    assert _data(table, dossier) == [b"made of page 1", b"page 2"]


def test_a_page_that_undo_took_away_is_made_in_the_list_to_come(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1)
    table.maker.meanwhile = lambda: table.pages.undo(dossier)
    table.making.make_next(dossier, never)
    assert _pages(table, dossier) == ()
    table.pages.redo(dossier)
    assert _data(table, dossier) == [b"made of page 1"]


def test_the_same_bytes_twice_are_two_pages(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 1)
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"made of page 1"] * 2
    _scan(table, dossier, 1)
    assert [page.raw for page in _pages(table, dossier)] == [False, False, True]
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"made of page 1"] * 3


def test_blank_sides_go_into_the_tray(table: Desk) -> None:
    dossier = table.identified()
    table.maker.says[b"page 2"] = (fakes.made(b"white", blank=True),)
    _scan(table, dossier, 1, 2)
    table.making.finish(dossier)
    assert [page.aside for page in _pages(table, dossier)] == ["", "blank"]
    assert table.sheets.original(_pages(table, dossier)[1].original) == b"page 2"


def test_two_cards_on_a_sheet_are_two_pages_and_one_again_when_made_otherwise(table: Desk) -> None:
    dossier = table.identified()
    table.maker.says[b"page 1"] = fakes.made(b"card a"), fakes.made(b"card b")
    _scan(table, dossier, 1, 2)
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"card a", b"card b", b"made of page 2"]
    whole = Wish(apart=False)
    table.maker.says[b"page 1"] = (fakes.made(b"both cards"),)
    table.making.remake(dossier, 1, whole)
    assert _data(table, dossier) == [b"page 1", b"made of page 2"]
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"both cards", b"made of page 2"]
    assert table.maker.asked[-1] == (b"page 1", 300, whole)
    table.pages.undo(dossier)
    assert _data(table, dossier) == [b"card a", b"card b", b"made of page 2"]


def test_one_of_two_same_pages_made_otherwise_leaves_the_other(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 1)
    table.making.finish(dossier)
    table.maker.says[b"page 1"] = (fakes.made(b"grey"),)
    table.making.remake(dossier, 1, Wish(colour="grey"))
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"made of page 1", b"grey"]
    assert [page.wish for page in _pages(table, dossier)] == [None, Wish(colour="grey")]
    table.making.remake(dossier, 0, Wish(cut="none"))
    table.making.remake(dossier, 0, Wish(cut="none"))
    with pytest.raises(Refusal, match="PAGE_UNKNOWN"):
        table.making.remake(dossier, 2, Wish())


def test_while_it_is_made_the_wish_changes(table: Desk) -> None:
    """What was made by the wish before is not what is wanted."""
    dossier = table.identified()
    _scan(table, dossier, 1)
    table.maker.meanwhile = lambda: table.making.remake(dossier, 0, Wish(cut="none"))
    table.making.make_next(dossier, never)
    table.maker.meanwhile = lambda: None
    assert table.making.pending(dossier) == 1
    table.making.finish(dossier)
    assert _pages(table, dossier)[0].wish == Wish(cut="none")


def test_what_cannot_be_made_stays_as_it_came(table: Desk) -> None:
    dossier = table.identified()
    table.maker.says[b"page 1"] = fakes.fault("PICTURE_UNREADABLE")
    _scan(table, dossier, 1, 2)
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"page 1", b"made of page 2"]
    kept = _pages(table, dossier)[0]
    assert (kept.raw, kept.made, kept.original, kept.width) == (False, None, kept.sheet, 2480)
    assert kept.sheet in dict(table.sheets.waiting()), "central gets it"
    del table.maker.says[b"page 1"]
    table.making.remake(dossier, 0, Wish(straight=False))
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"made of page 1", b"made of page 2"]


def test_given_up_it_stays_raw(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1)
    with pytest.raises(DeviceFault, match="PAGE_GIVEN_UP"):
        table.making.make_next(dossier, lambda: True)
    assert table.making.pending(dossier) == 1


def test_two_lanes_make_the_same_page_once(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1)

    def other_lane() -> None:
        table.maker.meanwhile = lambda: None
        table.making.finish(dossier)

    table.maker.meanwhile = other_lane
    table.making.make_next(dossier, never)
    assert table.kinds(dossier).count("PageMade") == 1


def test_a_sheet_that_is_damaged_on_the_disk_keeps_no_other_from_being_made(table: Desk) -> None:
    dossier = table.applied()
    _scan(table, dossier, 7, 8)
    lost = _pages(table, dossier)[3]
    next((table.database.path.parent / "sheets").rglob(f"{lost.sheet}.sheet")).unlink()
    with pytest.raises(Refusal, match="SHEET_MISSING"):
        table.making.finish(dossier)
    assert [page.raw for page in _pages(table, dossier)] == [False, False, False, True, False]
    table.cashier.take(dossier, "cash", 200_000)
    with pytest.raises(Refusal, match="SHEET_MISSING"):
        table.intake.submit(dossier)
    table.pages.remove(dossier, 3)
    assert table.intake.submit(dossier).status == "submitted"


def test_submission_makes_what_is_left(table: Desk) -> None:
    dossier = table.applied()
    _scan(table, dossier, 8, 9)
    assert table.making.pending(dossier) == 2
    table.cashier.take(dossier, "cash", 200_000)
    assert table.intake.submit(dossier).status == "submitted"
    assert not unmade(_pages(table, dossier))
    assert table.making.make_next(dossier, never) is None
    assert table.making.unfinished() == ()


def test_a_page_that_arrives_while_the_rest_is_made_holds_up_the_submission(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    table.making.finish(dossier)
    finish = table.intake._finish_pages

    def then_one_more(of: UUID) -> None:
        finish(of)
        _scan(table, of, 9)

    table.intake._finish_pages = then_one_more
    with pytest.raises(Refusal, match="PAGES_UNFINISHED"):
        table.intake.submit(dossier)
    table.intake._finish_pages = finish
    assert table.intake.submit(dossier).status == "submitted"


# ---- rescan, camera


def test_a_page_is_scanned_anew_in_its_place(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 2, 3)
    table.making.finish(dossier)
    table.scanners.pages = [fakes.page(4)]
    table.papers.rescan(dossier, 1, never)
    assert _data(table, dossier) == [b"made of page 1", b"page 4", b"made of page 3"]
    table.making.finish(dossier)
    assert _data(table, dossier) == [b"made of page 1", b"made of page 4", b"made of page 3"]
    table.pages.undo(dossier)
    assert _data(table, dossier) == [b"made of page 1", b"made of page 2", b"made of page 3"]
    with pytest.raises(Refusal, match="PAGE_UNKNOWN"):
        table.papers.rescan(dossier, 3, never)


def test_while_it_is_scanned_anew_the_page_moves_is_made_or_goes(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 2)
    table.scanners.pages = [fakes.page(3)]
    scan = table.scanners.scan

    def meanwhile(act: object) -> None:
        def scanning(device: str, source: str, on_page: object, *further: object) -> int:
            act()  # type: ignore[operator]
            return scan(device, source, on_page, *further)  # type: ignore[arg-type]

        table.scanners.scan = scanning  # type: ignore[method-assign]

    meanwhile(lambda: (table.pages.move(dossier, 0, 1), table.making.finish(dossier)))
    table.papers.rescan(dossier, 0, never)
    assert _data(table, dossier) == [b"made of page 2", b"page 3"]
    meanwhile(lambda: table.pages.remove(dossier, 0))
    table.scanners.pages = [fakes.page(4)]
    table.papers.rescan(dossier, 0, never)
    assert _data(table, dossier) == [b"page 3", b"page 4"], "its place is gone, the page is not"


def test_further_sheets_of_the_feeder_stand_at_the_end(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1, 2)

    def pulls_two(device: str, source: str, on_page: object, *further: object) -> int:
        for number in (3, 4):
            on_page(fakes.page(number))  # type: ignore[operator]
        return 2

    table.scanners.scan = pulls_two  # type: ignore[method-assign, assignment]
    table.papers.rescan(dossier, 0, never)
    assert _data(table, dossier) == [b"page 3", b"page 2", b"page 4"]


def test_a_page_from_the_document_camera(table: Desk) -> None:
    dossier = table.identified()
    table.papers.shoot(dossier, "GPLX_CU", JPEG + b" frame")
    arrived = table.journal.entries(dossier)[-1].what
    assert isinstance(arrived, PageArrived)
    assert (arrived.how, arrived.page.wish) == ("camera", Wish(cut="photo"))
    table.making.finish(dossier)
    assert table.maker.asked[-1] == (JPEG + b" frame", 300, Wish(cut="photo"))


def test_the_original_can_be_looked_at(table: Desk) -> None:
    dossier = table.identified()
    _scan(table, dossier, 1)
    table.making.finish(dossier)
    assert table.papers.original_picture(dossier, 0).rgb == b"viewable page 1"
    with pytest.raises(Refusal, match="PAGE_UNKNOWN"):
        table.papers.original_picture(dossier, 1)


# ---- whatever is done in whatever order

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "make", "undo", "redo", "remove", "assign", "turn", "remake", "rescan"]),
        st.integers(0, 5),
        st.sampled_from(["", "arrive", "undo", "redo", "remove", "turn"]),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_however_they_come_together_no_page_is_lost_and_every_list_agrees(
    table: Desk, acts: list[tuple[str, int, str]]
) -> None:
    dossier = table.identified()
    model: list[list[bytes]] = [[]]
    """The lists as the clerk sees them, each page by what was scanned; the last is the present one."""
    ahead: list[list[bytes]] = []

    def changed(pages: list[bytes]) -> None:
        model.append(pages)
        ahead.clear()

    def do(act: str, number: int) -> None:
        now = list(model[-1])
        index = number % len(now) if now else -1
        scan = b"page %d" % number
        if act == "arrive":
            table.papers.bring(dossier, "GKSK", JPEG + scan)
            changed([*now, JPEG + scan])
        elif act == "make":
            table.making.make_next(dossier, never)
        elif act == "undo":
            table.pages.undo(dossier)
            if len(model) > 1:
                ahead.append(model.pop())
        elif act == "redo":
            table.pages.redo(dossier)
            if ahead:
                model.append(ahead.pop())
        elif not now:
            return
        elif act == "remove":
            table.pages.remove(dossier, index)
            changed(now[:index] + now[index + 1 :])
        elif act == "rescan":
            table.scanners.pages = [ScannedPage(JPEG + scan, "image/jpeg", 9, 9, 300)]
            table.papers.rescan(dossier, index, never)
            changed([*now[:index], JPEG + scan, *now[index + 1 :]])
        elif act == "assign":
            before = table.journal.dossier(dossier).entries
            table.pages.assign(dossier, index, "GPLX_CU")
            if table.journal.dossier(dossier).entries > before:  # there already: nothing was done
                changed(now)
        elif act == "turn":
            table.pages.turn(dossier, index)
            changed(now)
        else:
            table.making.remake(dossier, index, Wish(colour="grey") if number % 2 else Wish())
            changed(now)

    def scans(pages: tuple[Page, ...]) -> list[bytes]:
        return [table.sheets.original(page.sheet if page.raw else page.original) for page in pages]

    for act, number, then in acts:
        table.maker.meanwhile = lambda then=then, number=number: do(then, number) if then else None  # type: ignore[misc]
        do(act, number)
        table.maker.meanwhile = lambda: None
        state = table.journal.dossier(dossier)
        assert scans(state.pages) == model[-1]
    table.making.finish(dossier)
    state = table.journal.dossier(dossier)
    assert not unmade(state.pages)
    assert [scans(pages) for pages in state.past_pages] == model[:-1]
    assert [scans(pages) for pages in state.future_pages] == ahead
    for page in state.pages:
        assert table.sheets.get(page.sheet).startswith(b"made of ")
    entries = table.journal.entries(dossier)
    at_central = replay(wire.decode_entry(wire.encode_entry(entry)) for entry in entries)
    assert at_central == state
    arrived = [entry.what.page.sheet for entry in entries if isinstance(entry.what, PageArrived)]
    assert {table.sheets.original(sheet) for sheet in arrived} >= {scan for pages in model for scan in pages}
    made = [entry.what for entry in entries if isinstance(entry.what, PageMade)]
    assert all(page.original == one.original for one in made for page in one.pages)


def test_a_page_as_made_gets_its_item_and_one_that_the_clerk_gave_away_keeps_it(table: Desk) -> None:
    """Bar codes are seen while it is made; the clerk's word holds, also when it comes meanwhile."""
    dossier = table.identified()
    table.making._title = lambda _dossier, _page, _cancel: None
    coded = fakes.made(b"coded", codes=("GKSK-2026",))
    table.maker.says[b"page 1"] = table.maker.says[b"page 2"] = (coded,)
    table.scanners.pages = [fakes.page(1), fakes.page(2)]
    table.papers.scan(dossier, "", lambda _: None, never)
    table.making.make_next(dossier, never)
    table.maker.meanwhile = lambda: table.pages.assign(dossier, 1, "GPLX_CU")
    table.making.make_next(dossier, never)
    assert [(page.paper, page.by) for page in _pages(table, dossier)] == [("GKSK", "code"), ("GPLX_CU", "clerk")]


def test_a_title_that_cannot_be_read_holds_up_no_page(table: Desk) -> None:
    dossier = table.identified()

    def broken(_dossier: UUID, _page: Page, _cancel: object) -> None:
        raise fakes.fault("READING_CRASHED")

    table.making._title = broken
    table.scanners.pages = [fakes.page(1)]
    table.papers.scan(dossier, "", lambda _: None, never)
    table.making.finish(dossier)
    assert [(page.paper, page.raw) for page in _pages(table, dossier)] == [("", False)]
    table.making._title = lambda _dossier, _page, _cancel: Title("GKSK", 0.9)
    table.scanners.pages = [fakes.page(2)]
    table.papers.scan(dossier, "", lambda _: None, never)
    table.making.finish(dossier)
    assert _pages(table, dossier)[1].paper == "GKSK"


def test_a_sheet_of_which_no_page_can_be_made_is_no_page_if_central_could_not_take_it(table: Desk) -> None:
    """It would hold up everything that this desk has to deliver."""
    dossier = table.identified()
    large = bytes(wire.MAX_SHEET_BYTES + 1)
    table.maker.says[large] = fakes.fault("PAGE_TOO_LARGE")
    table.scanners.pages = [ScannedPage(large, "image/png", 9933, 14043, 600), fakes.page(2)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    for _ in range(2):
        with pytest.raises(Refusal, match="PAGE_UNDELIVERABLE"):
            table.making.finish(dossier)
    assert [page.raw for page in _pages(table, dossier)] == [True, False]
    assert len(table.maker.asked) == 2, "it is not tried again and again"
    assert all(size <= wire.MAX_SHEET_BYTES for _, size in table.sheets.waiting())
    table.pages.remove(dossier, 0)
    table.making.finish(dossier)


def test_the_same_picture_brought_for_two_items_stays_with_both(table: Desk) -> None:
    """Its title is the one's, but somebody handed the same file in for the other too."""
    dossier = table.identified()
    table.making._title = lambda _dossier, _page, _cancel: Title("GKSK", 0.9)
    for paper in ("GKSK", "QDXP"):
        raw = Page(table.sheets.keep_original(b"the same", dossier), paper, 100, 200, 0, 8, raw=True)
        table.journal.append(dossier, (PageArrived(raw, "import"),), "clerk", table.clock())
    table.making.finish(dossier)
    assert [(page.paper, page.raw) for page in _pages(table, dossier)] == [("GKSK", False), ("QDXP", False)]


def test_pages_are_made_as_the_profile_of_their_paper_says(table: Desk) -> None:
    dossier = table.identified()
    wanted = wish_of(table.counter.rules_of(table.journal.dossier(dossier)), "GPLX_CU")
    assert wanted.colour == "colour"
    table.scanners.pages = [fakes.page(1)]
    table.papers.scan(dossier, "GPLX_CU", lambda _: None, never)
    table.making.finish(dossier)
    assert table.maker.asked[-1][2] == wanted
