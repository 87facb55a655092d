"""Pages: kept the moment they arrive, arranged at will, and every arrangement can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from clerk_app.desk.papers import MOST_PAGES
from clerk_app.desk.ports import ScannedPage, ScannerState
from clerk_app.desk.scanner_choice import Sides
from clerk_app.desk.views import IntakeView
from clerk_app.devices.faults import fault
from clerk_app.domain.dossier import Page, PageArrived, PagesArranged
from clerk_app.domain.pages import Made, made_of
from clerk_app.domain.refusals import Refusal, Words
from tests.desk import fakes
from tests.desk.conftest import Desk, never


def _pages(desk: Desk, dossier: UUID) -> tuple[Page, ...]:
    return desk.journal.dossier(dossier).pages


def _scanned(desk: Desk, count: int = 3) -> UUID:
    dossier = desk.identified()
    desk.scanners.pages = [fakes.page(number) for number in range(1, count + 1)]
    desk.papers.scan(dossier, "GKSK", lambda _: None, never)
    return dossier


def test_pages_are_kept_as_they_arrive(table: Desk) -> None:
    dossier = table.identified()
    table.scanners.pages = [fakes.page(1), fakes.page(2)]
    kept: list[tuple[int, int]] = []
    view = table.papers.scan(dossier, "GKSK", lambda n: kept.append((n, len(_pages(table, dossier)))), never)
    assert kept == [(1, 1), (2, 2)]
    assert [(page.paper, page.size) for page in view.papers.pages] == [("GKSK", "1 KB")] * 2
    assert [table.sheets.get(page.sheet) for page in view.papers.pages] == [b"page 1", b"page 2"]
    assert view.papers.pages[1].caption.vi.startswith("Trang 2 · ")
    table.making.finish(dossier)
    assert next(line for line in table.intake.view(dossier).papers.lines if line.code == "GKSK").done
    assert table.looked == [("test:0", "GKSK")]


def test_a_fault_in_the_middle_keeps_what_had_arrived(table: Desk) -> None:
    dossier = table.identified()
    table.scanners.pages = [fakes.page(1), fakes.page(2)]
    table.scanners.breaks = fakes.fault("SCANNER_JAM")
    with pytest.raises(Refusal, match="SCANNER_JAM"):
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert len(_pages(table, dossier)) == 2
    table.scanners.breaks, table.scanners.pages = None, [fakes.page(3)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert [table.sheets.get(page.sheet) for page in _pages(table, dossier)] == [b"page 1", b"page 2", b"page 3"]


def test_a_full_store_in_the_middle_loses_no_page_before_it(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = table.identified()
    table.scanners.pages = [fakes.page(1), fakes.page(2)]

    def full(data: bytes, of: UUID) -> str:
        if data == b"page 2":
            raise fakes.fault("DISK_FULL")
        return keep(data, of)

    keep = table.sheets.keep_original
    monkeypatch.setattr(table.sheets, "keep_original", full)
    with pytest.raises(Refusal, match="DISK_FULL"):
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert [table.sheets.get(page.sheet) for page in _pages(table, dossier)] == [b"page 1"]


def test_cancelled_between_two_pages(table: Desk) -> None:
    dossier = table.identified()
    table.scanners.pages = [fakes.page(1), fakes.page(2)]
    view = table.papers.scan(dossier, "GKSK", lambda _: None, lambda: bool(_pages(table, dossier)))
    assert len(view.papers.pages) == 1


def test_a_dossier_closed_while_the_scanner_runs_takes_no_more_pages(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 115_000)
    table.scanners.pages = [fakes.page(8), fakes.page(9)]
    with pytest.raises(Refusal, match="DOSSIER_CLOSED"):
        table.papers.scan(dossier, "GKSK", lambda _: table.intake.submit(dossier), never)
    assert len(_pages(table, dossier)) == 4
    assert table.kinds(dossier)[-1] == "Submitted"


def test_the_scanner_that_the_settings_name(table: Desk) -> None:
    dossier = table.identified()
    table.scanners.found += (ScannerState("test:1", "Other", ("Glass",)),)
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.wanted_scanner = ("test:1", "")
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.wanted_scanner = ("test:0", "ADF")
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert table.scanners.asked == [("test:0", "ADF"), ("test:1", "Glass"), ("test:0", "ADF")]
    table.wanted_scanner = ("gone:7", "")
    with pytest.raises(Refusal, match="SCANNER_MISSING"):
        table.papers.scan(dossier, "GKSK", lambda _: None, never)


class EmptyFeeder(fakes.Scanners):
    """Nothing lies in the feeder; a paper lies on the glass."""

    def scan(self, device: str, source: str, *rest: Any, **more: Any) -> int:
        if source == "ADF":
            self.asked.append((device, source))
            raise fault("SCANNER_NO_PAPER")
        return super().scan(device, source, *rest, **more)


def test_an_empty_feeder_that_nobody_insisted_on_means_the_glass(table: Desk) -> None:
    table.scanners.__class__ = EmptyFeeder
    table.scanners.pages = [ScannedPage(b"on the glass", "image/png", 10, 10, 300)]
    dossier = table.identified()
    view = table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert (table.scanners.asked, len(view.papers.pages)) == ([("test:0", "ADF"), ("test:0", "Flatbed")], 1)
    for paper, wanted in (("", ("", "")), ("GKSK", ("test:0", "ADF"))):
        table.wanted_scanner = wanted
        with pytest.raises(Refusal, match="SCANNER_NO_PAPER"):
            table.papers.scan(dossier, paper, lambda _: None, never)


BOTH = ScannerState("test:0", "Both", ("Flatbed", "ADF", "ADF Duplex"))


@pytest.mark.parametrize(
    ("sides", "source", "paper", "asked"),
    [
        ("", "", "GKSK", "ADF"),
        ("", "", "GPLX_CU", "ADF Duplex"),
        ("", "", "", "ADF"),
        ("", "ADF", "GPLX_CU", "ADF"),
        ("both", "", "GKSK", "ADF Duplex"),
        ("both", "", "", "ADF Duplex"),
        ("both", "ADF", "GKSK", "ADF Duplex"),
        ("both", "ADF Duplex", "GKSK", "ADF Duplex"),
        ("both", "", "ANH", "Flatbed"),
        ("both", "Flatbed", "GKSK", "Flatbed"),
        ("one", "", "GPLX_CU", "ADF"),
        ("one", "ADF Duplex", "GPLX_CU", "ADF"),
    ],
)
@pytest.mark.parametrize("device", ["", "test:0"])
def test_the_sides_of_a_sheet(table: Desk, sides: Sides, source: str, paper: str, asked: str, device: str) -> None:
    """The switch first, then the source that is set, then what the kind of paper wants; the glass has one side."""
    table.scanners.found = (BOTH,)
    table.wanted_scanner = (device, source)
    dossier = table.identified()
    assert table.papers.take_sides(sides) == sides == table.papers.sides()
    table.papers.scan(dossier, paper, lambda _: None, never)
    assert table.scanners.asked == [("test:0", asked)]


def test_both_sides_of_a_scanner_that_takes_one(table: Desk) -> None:
    dossier = table.identified()
    table.papers.scan(dossier, "GPLX_CU", lambda _: None, never)
    assert table.scanners.asked == [("test:0", "ADF")], "what the paper wants is no demand"
    table.papers.take_sides("both")
    with pytest.raises(Refusal, match="SCANNER_ONE_SIDED") as refusal:
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert "bấm D" in refusal.value.remedy.vi
    assert len(table.scanners.asked) == 1, "nothing was drawn"


def test_who_may_not_take_dossiers_sets_no_sides(table: Desk) -> None:
    table.as_user("it")
    with pytest.raises(Refusal, match="NOT_ALLOWED"):
        table.papers.take_sides("both")
    assert table.papers.sides() == ""


def test_what_the_scanner_waits_for_is_heard(table: Desk) -> None:
    table.scanners.notices = (Words("Chờ.", "Wait."),)
    table.scanners.pages = [fakes.page(1)]
    dossier, heard = table.identified(), list[Words]()
    table.papers.scan(dossier, "GKSK", lambda _: None, never, heard.append)
    table.papers.rescan(dossier, 0, never, heard.append)
    assert heard == [Words("Chờ.", "Wait.")] * 2


def test_pages_come_on_under_the_name_of_who_began_when_nobody_is_signed_in(table: Desk) -> None:
    dossier = table.identified()
    table.scanners.pages = [fakes.page(1), fakes.page(2)]

    def locked(count: int) -> None:
        if count == 1:
            table.sign_in.sign_out()

    view = table.papers.scan(dossier, "GKSK", locked, never)
    assert len(view.papers.pages) == 2
    table.as_user("clerk")
    arrived = [entry for entry in table.journal.entries(dossier) if isinstance(entry.what, PageArrived)]
    assert [entry.who for entry in arrived] == ["clerk", "clerk"]


def test_no_scanner_at_all(table: Desk) -> None:
    table.scanners.found = ()
    with pytest.raises(Refusal, match="SCANNER_MISSING"):
        table.papers.scan(table.identified(), "GKSK", lambda _: None, never)


def test_a_picture_from_a_file(table: Desk) -> None:
    dossier = table.identified()
    view = table.papers.bring(dossier, "GPLX_CU", b"\xff\xd8 photo")
    (page,) = view.papers.pages
    assert (page.paper, table.sheets.get(page.sheet)) == ("GPLX_CU", b"\xff\xd8 photo")
    table.papers.bring(dossier, "GPLX_CU", b"%PDF")
    with pytest.raises(Refusal, match="FILE_DAMAGED"):
        table.papers.bring(dossier, "GPLX_CU", b"broken")
    assert len(_pages(table, dossier)) == 2


def test_who_names_a_file_for_an_item_vouches_for_it(table: Desk) -> None:
    dossier = table.identified()
    table.papers.bring(dossier, "GPLX_CU", b"\xff\xd8 photo")
    (raw,) = table.journal.dossier(dossier).pages
    white = replace(raw, raw=False, sheet="e" * 64, original=raw.sheet, paper="GKSK", by="title", aside="blank")
    flawed = replace(white, looked_at=False, made=Made(blank=True, flaws=("coarse",)))
    (page,) = made_of(raw, raw.sheet, (flawed,))
    assert (page.paper, page.by, page.aside, page.flaws) == ("GPLX_CU", "clerk", "", ())


def test_a_paper_that_is_not_on_the_checklist(table: Desk) -> None:
    dossier = _scanned(table)
    acts = (
        lambda: table.papers.scan(dossier, "NOPE", lambda _: None, never),
        lambda: table.papers.bring(dossier, "NOPE", b"\xff\xd8"),
        lambda: table.pages.assign(dossier, 0, "NOPE"),
        lambda: table.papers.mark(dossier, "NOPE", "seen"),
    )
    before = table.kinds(dossier)
    for act in acts:
        with pytest.raises(Refusal, match="PAPER_UNKNOWN"):
            act()
    assert table.kinds(dossier) == before


def test_marks_follow_the_rules(table: Desk) -> None:
    dossier = table.identified()

    def anh(view: IntakeView) -> bool:
        return next(line for line in view.papers.lines if line.code == "ANH").done

    assert anh(table.papers.mark(dossier, "ANH", "seen"))
    assert not anh(table.papers.mark(dossier, "ANH", "unmarked"))
    for paper, how in (("GKSK", "seen"), ("GPLX_CU", "chip"), ("ANH", "generated")):
        with pytest.raises(Refusal, match="PAPER_NOT_SO"):
            table.papers.mark(dossier, paper, how)  # type: ignore[arg-type]


def test_the_same_octets_for_two_items_are_a_page_of_each(table: Desk) -> None:
    dossier = _scanned(table)
    raw = table.journal.dossier(dossier).pages[0]
    first, second = (replace(raw, raw=True, paper=paper, by="", sheet="c" * 64, original="") for paper in ("A", "B"))
    made = replace(first, raw=False, sheet="d" * 64, original="c" * 64, paper="A", by="profile")
    assert [made_of(one, "c" * 64, (made,))[0].paper for one in (first, second)] == ["A", "B"]
    titled = replace(made, by="title")
    assert made_of(second, "c" * 64, (titled,))[0].paper == "A"


def test_a_dossier_has_so_many_pages_and_no_scan_is_begun_beyond_that(table: Desk) -> None:
    dossier = _scanned(table)
    page = table.journal.dossier(dossier).pages[0]
    many = tuple(replace(page, sheet=f"{number:064x}") for number in range(MOST_PAGES))
    table.journal.append(dossier, (PagesArranged(many, "move"),), "clerk", table.clock())
    with pytest.raises(Refusal, match="PAGES_TOO_MANY"):
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert len(table.pages.remove(dossier, 0).papers.pages) == MOST_PAGES - 1


def test_a_page_is_scanned_anew_as_finely_as_its_paper_wants_it(table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = _scanned(table, 1)
    rules = table.counter.rules_of(table.journal.dossier(dossier))
    finer = replace(rules, profiles={**rules.profiles, "GKSK": replace(rules.profiles["GKSK"], dpi=400)})
    monkeypatch.setattr(type(table.counter), "rules_of", lambda counter, state: finer)
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.papers.rescan(dossier, 0, never)
    assert table.scanners.finely == [300, 400, 400]
