"""The last step: what is missing leads to its field, a dossier is accepted once, every print is watched and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from clerk_app.domain.refusals import DeviceFault, Words
from tests.screens.test_intake import Open, counter

pytestmark = pytest.mark.window
__all__ = ["counter"]


def test_enter_on_a_finding_goes_to_the_field_that_mends_it(counter: Open) -> None:
    at = counter(step="receipt")
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Return)
    assert at.screen.step() == "application"
    assert at.field("applicant.phone").input.hasFocus()
    at.key(Qt.Key.Key_F6)
    at.key(Qt.Key.Key_Return)
    assert at.screen.step() == "papers"
    assert at.screen.papers.list.current == "GPLX_CU"
    at.rest()
    assert at.desk.did("submit") == []


def test_the_final_code_is_whole_beside_the_receipt_in_a_narrow_window(counter: Open) -> None:
    at = counter(step="receipt", end="submitted")
    at.screen.resize(972, 684)
    code = Words("G01.801.308-261128-000001", "G01.801.308-261128-000001")
    lines = tuple(replace(line, value=code) if line.key == "code" else line for line in at.desk.current.summary)
    at.screen._show(replace(at.desk.current, summary=lines), False)
    side = at.screen._side
    at.until(lambda: at.screen.summary.rows()[-1].value() == code.vi)
    at.until(lambda: at.screen._beside_page.minimumSizeHint().width() <= side.viewport().width() == side.width())


def test_enter_twice_accepts_once_and_shows_code_and_day(counter: Open) -> None:
    at = counter(step="receipt", end="ready", paid=True)
    gate = at.desk.wait_at("submit")
    at.key(Qt.Key.Key_Return)
    at.key(Qt.Key.Key_Return)
    gate.set()
    at.rest()
    assert len(at.desk.did("submit")) == 1
    page = at.screen.receipt
    assert page._code.text() == "G01.801.308-261123-0039"
    assert "30/11/2026" in page._due.text()
    assert page._code.isVisible()
    assert at.desk.did("print") == [], "the second Enter was swallowed, it did not print"


def test_what_another_desk_did_meanwhile_is_shown_and_nothing_is_accepted_or_printed(counter: Open) -> None:
    """Also where it came with the answer to the last save, and whatever the other desk's clock says."""
    at = counter(step="receipt", end="ready", paid=True)
    at.enter_while_another_desk_works("submit")
    at.until(lambda: at.screen.receipt.fault.isVisible())
    at.rest()
    assert at.desk.did("submit") == [("submit", 3)]
    assert "quầy khác" in at.screen.receipt.fault.headline.text()
    assert at.desk.did("view"), "the fresh state is asked for"
    late = replace(at.desk.current, seen=9, saved_at=at.desk.current.saved_at - timedelta(seconds=1))
    at.desk.current = late
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.work.view == late)
    at.rest()
    assert at.desk.did("print") == []
    del at.desk.refuse["submit"]
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.work.view is not None and at.screen.work.view.status == "submitted")
    at.rest()
    assert at.desk.did("submit") == [("submit", 3), ("submit", 7), ("submit", 9)]
    assert at.desk.did("print") == []


def test_prints_are_counted_and_a_reprint_says_so(counter: Open) -> None:
    at = counter(step="receipt", end="submitted")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("print") == [("print", "M01"), ("print", "FEE")])
    at.rest()
    row = at.screen.receipt._prints["M01"]
    assert row._state.text() == "Đã in bản chính"
    at.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: len(at.desk.did("print")) == 3)
    at.rest()
    assert "1 bản in lại" in row._state.text()


def test_a_printer_that_fails_says_why_and_the_dossier_is_safe(counter: Open) -> None:
    at = counter(step="receipt", end="submitted")
    at.desk.current = replace(at.desk.current)

    def out_of_paper(*_arguments: object) -> None:
        raise DeviceFault("PRINTER_NO_PAPER", Words("Máy in hết giấy.", "No paper."), Words("Nạp giấy A5.", "Load A5."))

    at.desk.receipts.print = out_of_paper
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.receipt.fault.isVisible())
    at.rest()
    assert at.screen.receipt.fault.headline.text() == "Máy in hết giấy."
    assert at.screen.receipt._prints["M01"].button.isEnabled(), "it can be tried again"
    assert at.screen.receipt._code.text() == "G01.801.308-261123-0039"


def test_findings_that_do_not_block_do_not_block(counter: Open) -> None:
    at = counter(step="receipt")
    view = at.screen.work.view
    assert view is not None
    open_only = tuple(finding for finding in view.receipt.findings if not finding.blocking)
    at.desk.current = replace(at.desk.current, receipt=replace(view.receipt, findings=open_only))
    at.screen.work.refresh()
    at.rest()
    at.screen.receipt.focus_on()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("submit"))
