"""Messages to the citizen in the window: under their steps, sent again by a button; the contact by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt

from clerk_app.domain.contact import MessageAsked
from clerk_app.domain.messages import CARD_HERE
from tests.desk.conftest import USERS, Desk, _empty_store, table
from tests.screens.gallery_messages import every_state, moved, told
from tests.screens.shell_desk import Clerk, clerk
from tests.screens.test_course import CTRL, opened
from ui.screens.course import CourseScreen
from ui.widgets.message_lines import MessageLine

__all__ = ["_empty_store", "clerk", "table"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]


def lines(page: CourseScreen) -> list[MessageLine]:
    """Those in sight, from above."""
    found = [one for one in page.past.findChildren(MessageLine) if one.isVisibleTo(page)]
    return sorted(found, key=lambda one: one.mapTo(page, one.rect().topLeft()).y())


def heard(someone: Clerk, table: Desk, dossier: UUID) -> CourseScreen:
    """The page, once central was asked."""
    page = opened(someone, table, dossier)
    someone.until(lambda: len(lines(page)) == len(table.central.told))
    return page


def test_each_message_stands_under_its_step_with_state_and_cause(clerk: Open, table: Desk) -> None:
    dossier = moved(table)
    table.central.told = every_state(table, dossier)
    someone = clerk()
    page = heard(someone, table, dossier)
    said = [(one.badge.text().split(" ", 1)[-1], one.why.text()) for one in lines(page)]
    assert [why for _, why in said] == [
        "không liên lạc được với nơi chuyển tin",
        "chưa có số điện thoại hoặc địa chỉ thư",
        "công dân chưa được hỏi có đồng ý không",
        "nơi chuyển tin báo SO_KHONG_TON_TAI",
        "trung tâm dừng giữa lúc gửi",
        "hồ sơ đã sang bước khác trước khi gửi",
        "",
        "",
    ]
    assert [one.again.isVisibleTo(page) for one in lines(page)] == [False] * 3 + [True] * 3 + [False] * 2
    assert "chưa đối chiếu" in lines(page)[0].toolTip(), "the right by which it goes, and the doubt about it"
    for one in lines(page):
        assert one.rect().contains(one.badge.geometry()), "nothing is cut off"
    someone.window.set_language("en")
    someone.until(lambda: "whoever carries it cannot be reached" in someone.texts())
    assert "Messages to the citizen: as central said at 08:30" in page.past.heard.text()


def test_one_that_failed_is_sent_again_by_its_button_once(clerk: Open, table: Desk) -> None:
    dossier = moved(table)
    failed = told(table, dossier, 0, "accept", "sms", "failed", cause="SO_KHONG_TON_TAI")
    table.central.told = [failed]
    someone = clerk()
    page = heard(someone, table, dossier)
    lines(page)[0].again.click()
    someone.until(lambda: table.kinds(dossier).count("MessageAsked") == 1)
    assert table.journal.entries(dossier)[-1].what == MessageAsked(failed.id)
    assert not page.fault.isVisible()
    page.past._send_again(uuid4())
    someone.until(page.fault.isVisible)
    assert "chưa biết tin đó" in page.fault.headline.text()


def test_what_is_told_of_that_is_no_step_stands_among_the_steps(clerk: Open, table: Desk) -> None:
    dossier = moved(table)
    table.central.told = [told(table, dossier, 0, CARD_HERE, "sms", "delivered", entry=uuid4())]
    someone = clerk()
    heard(someone, table, dossier)
    assert "Kết quả đã về quầy" in someone.texts()


def test_without_messages_and_without_a_line_it_is_said(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    table.central.line = False
    someone = clerk()
    page = opened(someone, table, dossier)
    someone.until(lambda: page.past.heard.text() == "Tin gửi công dân: chưa hỏi được trung tâm · không có mạng")
    table.central.line = True
    page.past.look()
    someone.until(lambda: page.past.heard.text().startswith("Chưa có tin nào gửi công dân: theo trung tâm lúc"))


def test_the_contact_is_written_down_by_keys_and_what_is_wrong_is_said_at_its_field(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    someone = clerk()
    page = opened(someone, table, dossier)
    someone.until(lambda: page.contact.shown.text().startswith("***678"))
    assert not page.contact.is_open
    someone.key(Qt.Key.Key_M, CTRL)
    someone.until(page.contact.phone.hasFocus)
    assert not page.past._past_steps.isVisible(), "the fields stand where the story stood"
    page.contact.phone.selectAll()
    someone.type("12")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.fault.isVisible)
    assert "không phải số di động" in page.fault.headline.text()
    assert page.contact.is_open
    someone.until(page.contact.phone.hasFocus)
    page.contact.phone.clear()
    someone.type("0987 654 321")
    page.contact.email.setFocus()
    someone.type("an@example.vn")
    page.contact.extras.set_value("yes")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: not page.contact.is_open)
    assert page.contact.shown.text() == "***321 · a***@example.vn · đồng ý tin khác"
    assert table.journal.dossier(dossier).contact.extras == "yes"
    assert not page.fault.isVisible()
    someone.until(page.steps.hasFocus)


def test_esc_leaves_the_contact_as_it_was(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    someone = clerk()
    page = opened(someone, table, dossier)
    someone.until(lambda: bool(page.contact.shown.text()))
    someone.key(Qt.Key.Key_M, CTRL)
    someone.until(page.contact.phone.hasFocus)
    page.contact.phone.selectAll()
    someone.type("0987654321")
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: not page.contact.is_open)
    assert someone.shell.page == "course"
    assert "ContactGiven" not in table.kinds(dossier)
    someone.key(Qt.Key.Key_M, CTRL)
    someone.until(page.contact.phone.hasFocus)
    assert page.contact.phone.value().endswith("678"), "what was left is not kept"


def test_who_only_looks_has_neither_button(clerk: Open, table: Desk) -> None:
    dossier = moved(table)
    table.central.told = [told(table, dossier, 0, "accept", "sms", "failed", cause="X")]
    table.counter.user = USERS["cashier"]
    someone = clerk()
    page = heard(someone, table, dossier)
    assert not lines(page)[0].again.isVisibleTo(page)
    assert not page.contact.open_button.isVisibleTo(page)
    someone.key(Qt.Key.Key_M, CTRL)
    assert not page.contact.is_open
