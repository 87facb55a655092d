"""Paper for the citizen: the first, the marked reprint, the one that failed."""

from __future__ import annotations

import pytest

from clerk_app.desk.ports import PrintOutcome, PrintQueue
from clerk_app.domain.dossier import Printed
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never


def _last(desk: Desk) -> Printed:
    what = desk.journal.entries(desk.journal.find()[0].dossier)[-1].what
    assert isinstance(what, Printed)
    return what


def test_the_first_and_a_reprint(table: Desk) -> None:
    dossier = table.accepted()
    view = table.receipts.print(dossier, "M01", never)
    assert ("M01", 1) in [(form, serial) for form, _, serial in view.receipt.prints]
    assert _last(table) == Printed("M01", 1, 2, "completed")
    table.receipts.print(dossier, "M01", never)
    table.receipts.print(dossier, "fee_receipt", never)
    papers = [pdf.decode() for _, pdf, _, _ in table.printers.printed]
    code = table.journal.dossier(dossier).code
    assert papers == [f"%PDF M01 {code} 1", f"%PDF M01 {code} 2", f"%PDF fee_receipt {code} 1"]
    assert table.journal.dossier(dossier).prints == {"M01": 2, "fee_receipt": 1}


def test_a_title_in_the_queue_names_nobody(table: Desk) -> None:
    dossier = table.accepted()
    table.receipts.print(dossier, "M01", never)
    ((_, _, title, _),) = table.printers.printed
    state = table.journal.dossier(dossier)
    assert state.text("applicant.name") not in title
    assert state.code not in title


def test_a_pdf_is_what_the_next_printing_would_be(table: Desk) -> None:
    dossier = table.accepted()
    before = table.kinds(dossier)
    assert table.receipts.pdf(dossier, "M01").endswith(b" 1")
    table.receipts.print(dossier, "M01", never)
    assert table.receipts.pdf(dossier, "M01").endswith(b" 2")
    assert table.kinds(dossier) == [*before, "Printed"]


def test_a_failed_printing_is_written_down_and_said(table: Desk) -> None:
    dossier = table.accepted()
    table.printers.outcome = PrintOutcome("failed", 7, "media-jam-error")
    with pytest.raises(Refusal, match="PRINT_FAILED"):
        table.receipts.print(dossier, "M01", never)
    assert _last(table) == Printed("M01", 1, 2, "failed", "media-jam-error")
    table.printers.outcome = PrintOutcome("completed", 8)
    table.receipts.print(dossier, "M01", never)
    assert _last(table).serial == 2


def test_a_queue_that_stopped_answering(table: Desk) -> None:
    dossier = table.accepted()
    table.printers.outcome = PrintOutcome("unknown", 7)
    table.receipts.print(dossier, "M01", never)
    assert _last(table).outcome == "unknown"


def test_a_job_that_was_never_taken_is_no_printing(table: Desk) -> None:
    dossier = table.accepted()
    table.printers.outcome = fakes.fault("PRINTER_NOT_ACCEPTING")
    with pytest.raises(Refusal, match="PRINTER_NOT_ACCEPTING"):
        table.receipts.print(dossier, "M01", never)
    assert "Printed" not in table.kinds(dossier)


@pytest.mark.parametrize(("wanted", "used"), [("", "ipp://one/"), ("two", "ipp://two/"), ("ipp://two/", "ipp://two/")])
def test_the_queue_that_the_settings_name(table: Desk, wanted: str, used: str) -> None:
    table.wanted_queue = wanted
    table.receipts.print(table.accepted(), "M01", never)
    assert table.printers.printed[0][0] == used


@pytest.mark.parametrize("found", [(), (PrintQueue("ipp://one/", "one", "idle"),)])
def test_an_unknown_queue(table: Desk, found: tuple[PrintQueue, ...]) -> None:
    table.wanted_queue = "three"
    table.printers.found = found
    with pytest.raises(Refusal, match="PRINTER_MISSING"):
        table.receipts.print(table.accepted(), "M01", never)


def test_nothing_is_printed_before_its_time(table: Desk) -> None:
    dossier = table.applied()
    for form, code in (("M01", "NOT_SUBMITTED"), ("fee_receipt", "FEE_OPEN")):
        for act in (
            lambda form=form: table.receipts.print(dossier, form, never),
            lambda form=form: table.receipts.pdf(dossier, form),
        ):
            with pytest.raises(Refusal, match=code):
                act()
    table.cashier.take(dossier, "cash", 115_000)
    table.receipts.print(dossier, "fee_receipt", never)
    assert table.journal.dossier(dossier).prints == {"fee_receipt": 1}
