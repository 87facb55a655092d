"""Deciding what waits, by keys alone: one key a request, and none that nobody looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from clerk_app.desk.approval_views import AnswerView, HandlingView
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.domain.refusals import Words
from tests.screens import sample, sample_approvals
from tests.screens.sample_approvals import CONTRADICTED, SampleApprovals, numbered
from tests.screens.shell_desk import Clerk, clerk
from ui.screens import approvals as approvals_page
from ui.screens.approvals import ApprovalsScreen
from ui.widgets import request_table

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier
A, R, M, P = Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_M, Qt.Key.Key_P


def page(someone: Clerk, count: int = 3, ready: bool = True) -> ApprovalsScreen:
    """The page with so many requests, the first of them there for long enough."""
    someone.desk.approvals = SampleApprovals(count)
    someone.at_work()
    someone.until(lambda: someone.shell.answers.decides)
    someone.key(Qt.Key.Key_5, CTRL)
    current = someone.shell.current()
    assert isinstance(current, ApprovalsScreen)
    someone.until(lambda: current._queue is not None)
    if ready and count:
        someone.until(lambda: current.panel.ready)
    return current


def shown(at: ApprovalsScreen) -> int:
    """Which request stands there."""
    view = at.panel.view
    return view.row.request.int - numbered(0).int if view is not None else -1


def asks(someone: Clerk, at: ApprovalsScreen, key: Qt.Key) -> None:
    """Press a key after which something is asked, and wait for that: a key may be held back a moment for a scanner."""
    someone.key(key)
    part = at.panel.pins if key == P else at.panel.line
    someone.until(part.isVisible)


def say(someone: Clerk, at: ApprovalsScreen, text: str) -> None:
    """Fill the line, slower than a scanner would, and answer."""
    at.panel.line.text.set_value(text)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: not at.panel.line.isVisible())


def hold_down(at: ApprovalsScreen) -> None:
    """The key A as a keyboard repeats it."""
    for _ in range(30):
        pressed = QKeyEvent(QEvent.Type.KeyPress, A, Qt.KeyboardModifier.NoModifier, "a", True)
        QApplication.sendEvent(at.table, pressed)


def test_twenty_requests_take_twenty_keys(clerk: Open) -> None:
    someone = clerk()
    at = page(someone, 20)
    pressed = 0
    while someone.desk.approvals.rows:
        someone.until(lambda: at.panel.ready)
        someone.key(A)
        pressed += 1
        someone.until(partial(lambda keys: at.decided == keys, pressed))
    did = someone.desk.approvals.did
    assert pressed == len(did) == 20
    assert [what[0] for what in did] == ["grant"] * 20
    assert len({what[1] for what in did}) == 20, "each of them once"
    assert all(what[4] == f"{what[1].int:064x}" for what in did), "each by what was shown of it"
    assert at.inside.currentWidget() is at.empty


def test_a_key_that_is_held_down_decides_one(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    someone.key(A)
    hold_down(at)
    someone.until(lambda: at.decided == 1)
    someone.until(lambda: at.panel.ready)
    hold_down(at)
    someone.qtbot.wait(50)
    assert len(someone.desk.approvals.did) == 1


def test_a_key_that_bounces_decides_one(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    for _ in range(6):
        someone.key(A)
    someone.until(lambda: at.decided == 1)
    someone.key(A)
    someone.key(A)
    someone.qtbot.wait(50)
    assert len(someone.desk.approvals.did) == 1


def test_nothing_is_decided_while_a_decision_is_on_its_way(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    someone.desk.approvals.gate = threading.Event()
    someone.key(A)
    someone.qtbot.wait(450)
    someone.key(A)
    someone.key(R)
    assert not at.panel.line.isVisible()
    someone.desk.approvals.gate.set()
    someone.until(lambda: at.decided == 1)
    assert len(someone.desk.approvals.did) == 1


def test_a_refusal_asks_why_and_goes_on(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    first = shown(at)
    asks(someone, at, R)
    assert someone.desk.approvals.did == []
    someone.key(Qt.Key.Key_Return)
    assert at.panel.line.isVisible(), "without words nothing is refused"
    say(someone, at, "anh khong khop")
    someone.until(lambda: at.decided == 1)
    assert someone.desk.approvals.did[0][:4] == ("refuse", numbered(first), "anh khong khop", "")
    someone.until(lambda: at.panel.ready)
    someone.key(A)
    someone.until(lambda: at.decided == 2)


def test_more_is_asked_and_the_next_one_stands_there(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    first = shown(at)
    asks(someone, at, M)
    say(someone, at, "chup mat sau")
    someone.until(lambda: at.decided == 1)
    assert shown(at) != first
    assert len(at.table.rows()) == 3, "it waits for the clerk"
    assert "Đang chờ bổ sung" in at.table.text_at(0, 2) + someone.texts() + str(at.table.rows()[0])


def test_a_comment_is_pinned_by_a_digit_and_goes_along(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    asks(someone, at, P)
    asks(someone, at, Qt.Key.Key_4)
    say(someone, at, "sua noi cu tru")
    assert "Ghim vào “Nơi cư trú”: sua noi cu tru" in someone.texts()
    assert someone.desk.approvals.did == []
    someone.until(lambda: at.panel.ready)
    someone.key(A)
    someone.until(lambda: at.decided == 1)
    assert someone.desk.approvals.did[0][2:4] == ("sua noi cu tru", "applicant.residence")
    assert "Ghim vào" not in someone.texts(), "the next one has no comment yet"


def test_escape_takes_a_comment_back(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    asks(someone, at, P)
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: not at.panel.pins.isVisible())
    asks(someone, at, P)
    asks(someone, at, Qt.Key.Key_1)
    say(someone, at, "x")
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: at.panel.ready)
    someone.key(A)
    someone.until(lambda: at.decided == 1)
    assert someone.desk.approvals.did[0][2:4] == ("", "")


def test_what_somebody_may_not_decide_says_why_and_no_key_decides_it(clerk: Open) -> None:
    someone = clerk()
    someone.desk.approvals = SampleApprovals(0)
    at = page(someone, 0)
    someone.desk.approvals.rows = [sample_approvals.row(0, may=False)]
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: at.panel.view is not None)
    someone.qtbot.wait(450)
    for key in (A, R, M):
        someone.key(key)
    assert "Người đề nghị không được tự phê duyệt." in someone.texts()
    assert not at.panel.line.isVisible()
    assert someone.desk.approvals.did == []


def test_who_was_sooner_is_told_and_the_next_one_stands_there(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    first = shown(at)
    someone.desk.approvals.refuse = CONTRADICTED
    gone = next(one for one in someone.desk.approvals.rows if one.request == numbered(first))
    someone.key(A)
    someone.desk.approvals.rows = [one for one in someone.desk.approvals.rows if one.request != gone.request]
    someone.until(lambda: at.panel.view is not None and shown(at) != first)
    assert "Hoàng Quốc Bảo đã duyệt yêu cầu này trước." in someone.texts()
    assert someone.desk.approvals.did == []


def test_who_else_looks_stands_beside_it(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    looks = Words("Vũ Minh Châu đang xem", "Vũ Minh Châu is looking at it")
    here = numbered(shown(at))
    someone.desk.approvals.others = (HandlingView(here, looks),)
    at.handling._ask()
    someone.until(lambda: "Vũ Minh Châu đang xem" in someone.texts())
    assert someone.desk.approvals.looked[-1] == here
    someone.key(Qt.Key.Key_2, CTRL)
    someone.until(lambda: someone.desk.approvals.looked[-1] is None)


def test_something_new_in_what_is_shown_begins_the_time_anew(clerk: Open) -> None:
    someone = clerk()
    at = page(someone)
    view = at.panel.view
    assert view is not None
    at.panel.show_request(replace(view, shown="b" * 64))
    assert not at.panel.ready
    someone.key(A)
    someone.qtbot.wait(30)
    assert someone.desk.approvals.did == []


def test_nothing_waits_and_no_line_are_said_in_words(clerk: Open) -> None:
    someone = clerk()
    at = page(someone, 0)
    assert "Không có yêu cầu nào chờ duyệt" in someone.texts()
    at._delivered(DeliveryReport(state="offline"))
    assert "Không có mạng" in someone.texts()
    at._delivered(DeliveryReport())
    assert "Không có mạng" not in someone.texts()


def test_how_long_each_waits_goes_on_by_the_second(clerk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    someone = clerk()
    at = page(someone)
    later = datetime.now(UTC) + timedelta(minutes=20)
    clock = SimpleNamespace(now=lambda zone: later)
    monkeypatch.setattr(approvals_page, "datetime", clock)
    monkeypatch.setattr(request_table, "datetime", clock)
    longest = request_table.waited(min(row.since for row in at.table.rows()), later)
    someone.until(lambda: longest in at.context.text())
    assert longest in [at.table.text_at(row, 2) for row in range(3)]


def test_whose_role_decides_nothing_has_no_such_page(clerk: Open) -> None:
    someone = clerk()
    someone.desk.approvals.decides = False
    someone.desk.may = lambda scope: scope != "exception.decide"
    someone.at_work()
    someone.until(lambda: not someone.shell.answers.decides)
    assert not someone.shell.items["approvals"].isVisible()
    someone.key(Qt.Key.Key_5, CTRL)
    assert someone.shell.page == "queue"


# ---- the answer at the clerk's desk


def answer(number: int, outcome: str = "granted") -> AnswerView:
    said = Words("Vũ Minh Châu đã duyệt – hồ sơ Q04-0001.", "Vũ Minh Châu granted the request.")
    told = Words("Nơi cư trú: sửa theo thẻ", "Residence: as on the card")
    field = "applicant.phone"
    return AnswerView(f"k{number}", sample.dossier(number), "IDENTITY_WEAK", outcome, said, told, "application", field)  # type: ignore[arg-type]


def test_an_answer_is_told_on_whatever_page_and_a_key_goes_to_its_field(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_3, CTRL)
    someone.desk.approvals.told = (answer(1),)
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: "Vũ Minh Châu đã duyệt" in someone.texts())
    assert someone.shell.answers.waiting == 1
    assert someone.shell.items["queue"]._count.text() == "1"
    someone.key(Qt.Key.Key_J, CTRL)
    someone.until(lambda: someone.shell.page == "intake" and someone.shell.intake is not None)
    someone.until(lambda: someone.window.intake is not None and someone.window.intake.notice.isVisible())
    intake = someone.window.intake
    assert intake is not None
    assert intake.step() == "application"
    assert intake.work.focus == "applicant.phone"
    assert "Nơi cư trú: sửa theo thẻ" in someone.texts()
    assert someone.shell.answers.waiting == 0


def test_no_answer_waits_is_said(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_J, CTRL)
    someone.until(lambda: "Không có trả lời nào đang chờ bạn" in someone.texts())


def test_the_same_answer_is_told_once(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.desk.approvals.told = (answer(1),)
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: someone.shell.answers.waiting == 1)
    someone.shell.notice.clear()
    someone.desk.announce(sample.dossier(1))
    someone.qtbot.wait(120)
    assert not someone.shell.notice.isVisible()
    assert someone.shell.answers.waiting == 1


@pytest.mark.parametrize("outcome", ["late", "confirmed"])
def test_two_who_decided_at_once_are_told_and_nothing_waits(clerk: Open, outcome: str) -> None:
    someone = clerk().at_work()
    someone.desk.approvals.told = (answer(1, outcome),)
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: "Vũ Minh Châu đã duyệt" in someone.texts())
    assert someone.shell.answers.waiting == 0
