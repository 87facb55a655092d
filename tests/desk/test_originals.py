"""What arrived stays until central has all of a dossier and its archive copies are made, and goes then."""

from __future__ import annotations

from uuid import UUID

import pytest

from clerk_app import wire
from clerk_app.desk.originals import Originals
from clerk_app.domain.dossier import ArchiveMade, Page
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import Answer, Answers
from tests.desk import fakes
from tests.desk.conftest import Desk, never


@pytest.fixture
def originals(table: Desk) -> Originals:
    return Originals(table.journal, table.sheets)


def _answered(desk: Desk, accepted: bool = True) -> None:
    """Central takes everything that waits, or refuses it."""
    waiting = [wire.decode_entry(one.body).id for one in desk.journal.waiting(10_000, 10**9)]
    known = desk.journal.outbox().accepted
    answers = [Answer(one, accepted, known + at) for at, one in enumerate(waiting, 1)]
    desk.journal.answered(Answers(answers, len(waiting) + 1, desk.clock()))


def _archived(desk: Desk, dossier: UUID, *papers: str) -> None:
    for paper in papers:
        pages = tuple(page.sheet for page in desk.journal.dossier(dossier).pages if page.paper == paper)
        desk.journal.append(dossier, [ArchiveMade(paper, "0" * 64, pages, 9)], "clerk", desk.clock())


def _originals(desk: Desk, dossier: UUID) -> list[bytes]:
    def of(page: Page) -> str:
        return page.original or page.sheet

    return [desk.sheets.original(of(page)) for page in desk.journal.dossier(dossier).pages]


def test_an_accepted_dossier_lets_go_when_central_has_it_and_its_copies_are_made(
    table: Desk, originals: Originals
) -> None:
    dossier = table.accepted()
    assert originals.release() == 0
    _answered(table)
    assert originals.release() == 0, "the archive copies are not made"
    _archived(table, dossier, "GKSK", "GPLX_CU")
    _answered(table)
    assert originals.release() == 0, "one is missing"
    _archived(table, dossier, "ANH")
    assert originals.release() == 0, "central does not know of the last copy"
    assert len(_originals(table, dossier)) == 3
    _answered(table)
    assert originals.release() == 1, "three pages of the same bytes are one original"
    with pytest.raises(Refusal, match="ORIGINAL_RELEASED"):
        table.papers.original_picture(dossier, 0)
    for page in table.journal.dossier(dossier).pages:
        assert table.sheets.get(page.sheet) == b"made of page 1"
    assert originals.release() == 0


def test_a_draft_keeps_its_originals_whatever_central_has(table: Desk, originals: Originals) -> None:
    dossier = table.applied()
    table.making.finish(dossier)
    _answered(table)
    assert originals.release() == 0
    table.pages.undo(dossier)
    table.pages.redo(dossier)
    assert _originals(table, dossier) == [b"page 1"] * 3


def test_a_dossier_of_which_central_refused_something_keeps_them(table: Desk, originals: Originals) -> None:
    dossier = table.accepted()
    _archived(table, dossier, "GKSK", "GPLX_CU", "ANH")
    _answered(table, accepted=False)
    assert originals.release() == 0


def test_a_draft_that_was_given_up_lets_go_once_central_knows(table: Desk, originals: Originals) -> None:
    dossier = table.applied()
    table.scanners.pages = [fakes.page(2)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.pages.undo(dossier)
    table.pages.turn(dossier, 0)
    table.intake.discard(dossier, "no")
    assert originals.release() == 0
    _answered(table)
    assert originals.release() == 2, "also that of a page that no list holds any more"
    assert table.sheets.originals() == ()


def test_pages_in_the_tray_need_no_copy(table: Desk, originals: Originals) -> None:
    dossier = table.applied()
    table.maker.says[b"page 2"] = (fakes.made(b"white", blank=True),)
    table.scanners.pages = [fakes.page(2)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.cashier.take(dossier, "cash", 200_000)
    table.intake.submit(dossier)
    pages = [page for page in table.journal.dossier(dossier).pages if not page.aside]
    for page in pages:
        copy = ArchiveMade(page.paper, "0" * 64, (page.sheet,), 9)
        table.journal.append(dossier, [copy], "clerk", table.clock())
    _answered(table)
    assert originals.release() == 2
