"""The page of results in the real window, on a real desk: a scanner types cards in, a hand-over by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.handing import PostOrdered, PostTold
from clerk_app.practice import specimens
from tests.desk import fakes
from tests.desk.conftest import Desk, _empty_store, table
from tests.desk.test_results import approved, code_of, shelved
from tests.screens.scanner_keys import scan_keys
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.results import ResultsScreen
from ui.screens.results_lists import _beside

__all__ = ["_empty_store", "clerk", "table"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def opened(someone: Clerk, desk: Desk) -> ResultsScreen:
    """The page, with the verbs of a real desk."""
    someone.desk.results, someone.desk.handing_over = desk.results, desk.handing_over
    someone.desk.posting, someone.desk.signed_pages = desk.posting, desk.signed_pages
    someone.at_work()
    someone.key(Qt.Key.Key_0, CTRL)
    page = someone.shell.current()
    assert isinstance(page, ResultsScreen)
    return page


def scan(someone: Clerk, text: str, at_ms: int = 10_000) -> int:
    return scan_keys(QApplication.focusWidget() or someone.window, text, at_ms)


def test_a_box_is_scanned_in_and_each_difference_is_said(clerk: Open, table: Desk) -> None:
    first, second = approved(table), approved(table)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F3)
    someone.until(lambda: page.box.label.hasFocus())
    someone.type("Hop 7")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.box.typed.hasFocus())
    assert page.box.state.text() == "Đang mở hộp: Hop 7"
    at_ms = scan(someone, code_of(table, first))
    at_ms = scan(someone, code_of(table, first), at_ms + 1000)
    scan(someone, "G01.899-261120-000077", at_ms + 1000)
    someone.until(lambda: len(page.box.table.rows()) == 3)
    assert [page.box.table.text_at(row, 2) for row in range(3)] == [
        "G01.899-261120-000077",
        code_of(table, first),
        code_of(table, first),
    ]
    assert "Hồ Chí Minh" in page.box.told.headline.text()
    assert page.box.typed.value() == "", "what a scanner types stands in no field"
    someone.until(
        lambda: [page.box.figures[name].text() for name in ("arrived", "aside", "awaited")] == ["1", "1", "1"]
    )
    someone.type(code_of(table, second))
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.box.figures["arrived"].text() == "2")
    someone.key(Qt.Key.Key_D, CTRL)
    someone.until(lambda: [page.box.figures[name].text() for name in ("arrived", "aside")] == ["1", "2"])
    assert table.journal.dossier(second).course.state == "processing"
    someone.key(Qt.Key.Key_Return, CTRL | SHIFT)
    someone.until(lambda: page.box.label.isVisible())
    assert table.results.box().id is None


def test_what_was_expected_and_is_not_there_is_named(clerk: Open, table: Desk) -> None:
    came, missing = approved(table), approved(table)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F3)
    someone.until(lambda: page.box.label.hasFocus())
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.box.typed.hasFocus())
    scan(someone, code_of(table, came))
    someone.until(lambda: page.box.figures["awaited"].text() == "1")
    someone.key(Qt.Key.Key_Return, CTRL | SHIFT)
    someone.until(lambda: code_of(table, missing) in page.box.told.headline.text())
    assert code_of(table, came) not in page.box.told.headline.text()


def test_a_reminder_goes_out_where_a_message_reaches_and_else_names_whom_to_call(clerk: Open, table: Desk) -> None:
    reached, called = shelved(table), shelved(table)
    table.messages.write_contact(called, wish="email")
    table.time += timedelta(days=8)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F4)
    someone.until(lambda: len(page.lists.table.rows()) == 2)
    ways = {}
    for _ in range(2):
        row: Any = page.lists.table.current()
        someone.key(Qt.Key.Key_M, CTRL)
        someone.until(lambda row=row: row.code in page.lists.done.headline.text())  # type: ignore[misc]
        ways[row.dossier] = page.lists.done.headline.text()
        someone.key(Qt.Key.Key_Down)
    assert "trung tâm gửi tin" in ways[reached]
    assert table.journal.dossier(called).text("applicant.phone") in ways[called]


def test_a_key_that_is_held_reminds_once(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    table.time += timedelta(days=65)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F4)
    someone.until(lambda: len(page.lists.table.rows()) == 1)
    for _ in range(4):
        someone.key(Qt.Key.Key_M, CTRL)
    someone.until(lambda: code_of(table, dossier) in page.lists.done.headline.text())
    someone.until(lambda: not page.lists.reminded.busy)
    assert len(table.journal.dossier(dossier).handing.reminded) == 1
    someone.key(Qt.Key.Key_M, CTRL)
    someone.until(lambda: "Chưa đến ngày nhắc" in page.lists.fault.headline.text())


def test_a_card_that_the_postman_brings_is_asked_about_at_once(clerk: Open, table: Desk) -> None:
    dossier, order = shelved(table), uuid4()
    table.journal.append(dossier, [PostOrdered(order), PostTold(order, "sent", "EP1VN")], "clerk", table.clock())
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F3)
    someone.until(lambda: page.box.typed.isVisible())
    scan(someone, code_of(table, dossier))
    someone.until(lambda: len(page.box.table.rows()) == 1)
    assert "đang ở bưu chính" in page.box.told.headline.text()
    someone.until(page.box.fault.isVisible)


def test_who_wants_it_by_post_is_seen_in_the_list_and_at_the_hand_over(clerk: Open, table: Desk) -> None:
    here, posted = shelved(table), approved(table)
    table.journal.append(posted, [FieldsEntered({"result_place": "post"}, "application")], "clerk", table.clock())
    assert table.results.check_in(code_of(table, posted)).why == ""
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F4)
    someone.until(lambda: len(page.lists.table.rows()) == 2)
    rows: Any = page.lists.table.rows()
    assert {row.dossier: _beside(row) for row in rows} == {
        here: "",
        posted: "Công dân muốn nhận: Qua bưu chính công ích",
    }
    someone.key(Qt.Key.Key_F2)
    for dossier, said in ((posted, True), (here, False)):
        page.hand.show_dossier(dossier)
        someone.until(lambda dossier=dossier: code_of(table, dossier) in page.hand.who.text())  # type: ignore[misc]
        assert page.hand.wish.isVisible() is said
    assert page.hand.card.isVisible()


def test_a_hand_over_by_receipt_chip_and_pen(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    table.readers.says = fakes.reading(specimens.specimen(1).person, table.clock())
    someone = clerk()
    page = opened(someone, table)
    someone.until(lambda: page.hand.sought.hasFocus())
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    assert page.hand.place.text() == "A-001"
    assert page.hand.old.value() == "cut"
    assert page.hand.old_doubt.isVisible()
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: page.hand.proof.value() == "chip")
    assert "Chip đã chứng minh" in page.hand.read.text()
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.fault.isVisible)
    assert "chữ ký" in page.hand.fault.headline.text(), "nothing goes out unsigned"
    assert page.hand.pad.hasFocus()
    sign(page.hand.pad)
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.done.isVisible)
    handing = table.journal.dossier(dossier).handing
    assert handing.handed is not None
    assert (handing.state, handing.handed.proof, handing.handed.signed) == ("given", "chip", "pad")
    assert table.sheets.get(handing.handed.sheets[0]).startswith(b"\x89PNG")


def sign(pad: QWidget) -> None:
    """A stroke with the mouse."""
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 60))
    for place in range(20):
        QTest.mouseMove(pad, QPoint(20 + place * 8, 60 + (place % 3) * 6))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(190, 60))


def test_somebody_authorised_collects_and_a_refusal_keeps_what_was_typed(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    page.hand.to.setFocus()
    someone.key(Qt.Key.Key_Right)
    assert page.hand.to.value() == "authorised"
    assert page.hand.authority.isVisible()
    other = specimens.specimen(2).person
    scan(someone, specimens.qr_text(other).encode("ascii", "ignore").decode(), 30_000)
    someone.until(lambda: page.hand.name.value())
    page.hand.signed.set_value("unable")
    page.hand.signing.show_rows()
    page.hand.reason.set_value("Tay đau")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.fault.isVisible)
    assert page.hand.reason.value() == "Tay đau"
    assert page.hand.authority.hasFocus(), "the caret stands where something is missing"
    page.hand.authority.set_value("UY_QUYEN")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.done.isVisible)
    handed = table.journal.dossier(dossier).handing.handed
    assert handed is not None
    assert (handed.to, handed.number, handed.authority) == ("authorised", other.number, "UY_QUYEN")


@pytest.mark.parametrize("size", [(1280, 720), (1024, 700)])
def test_the_pad_is_in_sight_whatever_is_said_above_it(clerk: Open, table: Desk, size: tuple[int, int]) -> None:
    dossier = shelved(table)
    someone = clerk()
    someone.window.resize(*size)
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.fault.isVisible)
    someone.until(lambda: page.hand.pad.visibleRegion().boundingRect() == page.hand.pad.rect())
    below = page.hand.pad.mapTo(page, QPoint(0, page.hand.pad.height())).y()
    assert below <= page.hand.give.mapTo(page, QPoint(0, 0)).y() <= page.height()


def test_a_signed_page_comes_from_the_scanner(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    page.hand.signed.set_value("paper")
    page.hand.signing.show_rows()
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.fault.isVisible)
    assert page.hand.signing.scan.hasFocus(), "nothing was scanned: that is what is missing"
    table.scanners.broken = fakes.fault("SCANNER_MISSING")
    someone.key(Qt.Key.Key_F6)
    someone.until(lambda: not page.hand.signing.scan.busy)
    assert not page.hand.signing._pages
    table.scanners.broken, table.scanners.pages = None, [fakes.page(1), fakes.page(2)]
    table.maker.says = {b"page 1": (fakes.made(b"made of page 1", blank=True),)}
    someone.key(Qt.Key.Key_F6)
    someone.until(lambda: len(page.hand.signing._pages) == 1)
    assert "1 trang" in page.hand.signing.told.text()
    assert table.journal.dossier(dossier).handing.state == "here"
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.done.isVisible)
    handed = table.journal.dossier(dossier).handing.handed
    assert handed is not None
    assert handed.signed == "paper"
    assert [table.sheets.get(one) for one in handed.sheets] == [b"made of page 2"]


def test_what_was_scanned_for_one_signs_for_nobody_else(clerk: Open, table: Desk) -> None:
    first, second = shelved(table), shelved(table)
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, first))
    someone.until(lambda: page.hand.dossier == first)
    table.scanners.pages = [fakes.page(1)]
    someone.key(Qt.Key.Key_F6)
    someone.until(lambda: page.hand.signing._pages)
    scan(someone, code_of(table, second), 60_000)
    someone.until(lambda: page.hand.dossier == second)
    page.hand.signed.set_value("paper")
    page.hand.signing.show_rows()
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.hand.fault.isVisible)
    assert table.journal.dossier(second).handing.state == "here"


def test_tab_goes_through_the_form_as_it_is_read(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    page.hand.to.set_value("authorised")
    page.hand.signed.set_value("unable")
    page.hand._show_rows()
    page.hand.signing.show_rows()
    page.hand.to.setFocus()
    hand = page.hand
    for field in (hand.proof, hand.name, hand.number, hand.authority, hand.authority_note, hand.old, hand.signed):
        someone.key(Qt.Key.Key_Tab)
        assert field.hasFocus(), field.accessibleName()
    someone.key(Qt.Key.Key_Tab)
    assert hand.reason.hasFocus()


def test_a_misprint_found_at_the_counter_goes_back(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.card.isVisible())
    someone.key(Qt.Key.Key_E, CTRL)
    someone.until(page.hand.flaw.hasFocus)
    someone.type("Sai ngay sinh")
    someone.key(Qt.Key.Key_E, CTRL)
    someone.until(page.hand.done.isVisible)
    assert table.journal.dossier(dossier).course.state == "processing"


def test_the_lists_say_what_waits_and_open_the_hand_over(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F4)
    someone.until(lambda: page.lists.table.rows())
    assert page.lists.table.text_at(0, 0) == "A-001"
    page.lists.table.setFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.hand.card.isVisible())
    view: Any = page.hand._view
    assert view.dossier == dossier
    page.go_to("lists")
    page.lists.which.set_value("post")
    page.lists.load()
    someone.until(page.lists.empty.isVisible)


def test_a_result_without_a_line_is_begun_at_the_post_and_said_to_wait(clerk: Open, table: Desk) -> None:
    dossier = shelved(table)
    table.central.line = False
    someone = clerk()
    page = opened(someone, table)
    scan(someone, code_of(table, dossier))
    someone.until(lambda: page.hand.by_post.isVisible())
    someone.key(Qt.Key.Key_B, CTRL)
    someone.until(lambda: page.post.card.isVisible() and page.post.form.isVisible())
    for name in ("street", "commune", "province"):
        page.post.fields[name].set_value("")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.post.fault.isVisible)
    assert "Địa chỉ" in page.post.fault.headline.text()
    assert table.journal.dossier(dossier).handing.state == "here"
    for name, text in (("street", "Số 5"), ("commune", "Phường Cửa Nam"), ("province", "Thành phố Hà Nội")):
        page.post.fields[name].set_value(text)
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: "Chưa nhận được trả lời" in page.post.fault.headline.text())
    assert table.journal.dossier(dossier).handing.state == "posting"
    someone.until(lambda: "Gửi lại" in page.post.send.accessibleName())
    someone.until(lambda: len(page.post.table.rows()) == 1)
    someone.key(Qt.Key.Key_G, CTRL)
    someone.until(lambda: "trung tâm" in page.post.fault.headline.text().lower())


def test_nothing_is_found_for_a_strange_code(clerk: Open, table: Desk) -> None:
    someone = clerk()
    page = opened(someone, table)
    scan(someone, "NOTHING-OF-OURS")
    someone.until(page.hand.fault.isVisible)
    assert not page.hand.card.isVisible()


@pytest.mark.parametrize("count", [1000])
def test_a_thousand_cards_by_wedge_none_missed_none_twice(clerk: Open, table: Desk, count: int) -> None:
    """Dossiers of a box, far sooner than one a second; every twentieth is scanned twice, every fiftieth is foreign."""
    made = many(table, count)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_F3)
    someone.until(lambda: page.box.label.hasFocus())
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.box.typed.hasFocus())
    at_ms, scans = 10_000, 0
    for number, code in enumerate(made):
        at_ms = scan(someone, code, at_ms + 1000)
        scans += 1
        if number % 20 == 0:
            at_ms = scan(someone, code, at_ms + 1000)
            scans += 1
        if number % 50 == 0:
            at_ms = scan(someone, f"G01.899-261120-{number:06d}", at_ms + 1000)
            scans += 1
        if number % 25 == 0:
            QCoreApplication.processEvents()
    someone.qtbot.waitUntil(lambda: len(page.box.table.rows()) == scans, timeout=120_000)
    rows: list[Any] = list(page.box.table.rows())
    found = [row.check.why for row in rows]
    assert (found.count(""), found.count("twice"), found.count("other_office")) == (count, count // 20, count // 50)
    places = [row.check.place for row in rows if not row.check.why]
    assert len(set(places)) == count
    assert {line.code for line in table.journal.results(("here",))} == set(made)


def many(desk: Desk, count: int) -> list[str]:
    """Codes of approved dossiers, written down without the counter's hands."""
    from dataclasses import replace

    from clerk_app.domain.dossier import Submitted
    from clerk_app.store.journal import new_id
    from tests.peers import course_rows

    first = desk.accepted()
    entries = desk.journal.entries(first)
    opened = entries[0].what
    done = next(one.what for one in entries if isinstance(one.what, Submitted))
    moved = course_rows.brought_to("approved", "accepted")
    assert moved is not None
    codes = []
    with desk.journal.together():
        for number in range(count):
            code = f"G01.801.308-261123-{500_000 + number:06d}"
            desk.journal.append(new_id(), [opened, replace(done, code=code), moved], "clerk", desk.clock())
            codes.append(code)
    return codes
