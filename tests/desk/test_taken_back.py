"""Pages that the citizen took back at the portal: they block nothing, propose nothing, and no paper lists them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from clerk_app.domain.dossier import ArchiveMade, FieldsEntered, PagesArranged, PaperTaken
from clerk_app.domain.facts import digitised
from clerk_app.domain.pages import Page
from clerk_app.domain.withdrawn import FIELD, field_of
from clerk_app.printing.application import filled
from clerk_app.printing.labels import words_of
from tests.desk.conftest import Desk, never
from tests.peers.page_text import CERTIFICATE, page_text


def a_page(table: Desk, paper: str, data: bytes, **other: object) -> Page:
    page = Page(table.sheets.put(data), paper, 2480, 3508, 300, len(data), "image/jpeg")
    return replace(page, **other)  # type: ignore[arg-type]


def brings(table: Desk, dossier: UUID, *pages: Page) -> None:
    now = table.journal.dossier(dossier).pages
    table.counter.write(dossier, PagesArranged((*now, *pages), "import"))


def takes_back(table: Desk, dossier: UUID, *pages: Page) -> None:
    said = {FIELD: field_of(page.sheet for page in pages)}
    table.counter.write(dossier, FieldsEntered(said, "papers", source="portal"), who="portal.pc08-hn")


def test_what_was_taken_back_is_no_page_that_belongs_nowhere_or_is_not_needed(table: Desk) -> None:
    dossier = table.identified()
    pages = a_page(table, "", b"of no paper"), a_page(table, "KHAC-1", b"not needed")
    brings(table, dossier, *pages)
    before = table.intake.view(dossier)
    codes = {one.code for one in before.receipt.findings}
    assert {"PAGE_UNASSIGNED", "PAGE_NOT_NEEDED"} <= codes
    assert before.papers.unassigned == 1
    takes_back(table, dossier, *pages)
    after = table.intake.view(dossier)
    assert {one.code for one in after.receipt.findings} == codes - {"PAGE_UNASSIGNED", "PAGE_NOT_NEEDED"}
    assert after.papers.unassigned == 0


def test_nothing_is_read_of_it_and_what_was_read_is_not_proposed(table: Desk) -> None:
    table.reader.says = page_text(*CERTIFICATE)
    dossier = table.identified()
    one, two = a_page(table, "GKSK", b"read before"), a_page(table, "GKSK", b"not read yet")
    brings(table, dossier, one)
    while table.reading.read_next(dossier, never) is not None:
        pass
    assert table.intake.view(dossier).papers.pages[0].proposals
    brings(table, dossier, two)
    assert table.intake.view(dossier).papers.unread == 1
    takes_back(table, dossier, one, two)
    papers = table.intake.view(dossier).papers
    assert ([page.proposals for page in papers.pages], papers.unread) == ([(), ()], 0)
    assert table.reading.read_next(dossier, never) is None
    takes_back(table, dossier, two)
    assert table.intake.view(dossier).papers.pages[0].proposals, "what came again is proposed again"


def test_the_application_printed_of_a_draft_does_not_list_it_nor_what_lies_aside(table: Desk) -> None:
    dossier, words = table.applied(), words_of(table.counter.pack.as_of(table.time.date()))
    kept = set(filled(table.journal.dossier(dossier), table.counter.station, words).said["attachments"])
    gone, aside = a_page(table, "CC", b"taken back"), a_page(table, "HC", b"blank", aside="blank")
    brings(table, dossier, gone, aside)
    takes_back(table, dossier, gone)
    assert set(filled(table.journal.dossier(dossier), table.counter.station, words).said["attachments"]) == kept


def test_the_same_side_of_a_card_is_not_there_twice_where_one_was_taken_back(table: Desk) -> None:
    dossier = table.identified()
    one, two = (a_page(table, "GPLX_CU", data, side="front", side_read=True) for data in (b"old card", b"new card"))
    brings(table, dossier, one, two)
    assert table.intake.view(dossier).papers.pages[1].flaws
    takes_back(table, dossier, one)
    assert not table.intake.view(dossier).papers.pages[1].flaws


def test_a_paper_taken_back_whole_counts_in_the_report_by_what_stands_for_it(table: Desk) -> None:
    dossier = table.identified()
    gone, kept = a_page(table, "GKSK", b"taken back"), a_page(table, "GPLX_CU", b"kept")
    brings(table, dossier, gone, kept)
    for page in (gone, kept):
        table.counter.write(dossier, ArchiveMade(page.paper, "0" * 64, (page.sheet,), 9))
    assert [digitised(table.journal.dossier(dossier), page.paper) for page in (gone, kept)] == [1, 1]
    takes_back(table, dossier, gone)
    assert [digitised(table.journal.dossier(dossier), page.paper) for page in (gone, kept)] == [0, 1]
    table.counter.write(dossier, PaperTaken("GKSK", "dossier", "H-1", 2))
    assert digitised(table.journal.dossier(dossier), "GKSK") == 2
