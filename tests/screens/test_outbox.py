"""What waits, why and since when; what central refused; and the doctor's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from clerk_app.desk.archive_view import NOT_SET, ArchiveLine, ArchiveView, TokenView
from clerk_app.desk.clock_watch import clock_wrong
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.page_ports import SigningToken
from clerk_app.desk.views import LampView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.uplink import unreachable
from tests.screens import sample
from tests.screens.shell_desk import Clerk, clerk
from ui import texts
from ui.screens.devices import ICONS, CheckRow, DevicesScreen
from ui.screens.outbox import OutboxScreen

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier


def outbox(someone: Clerk) -> OutboxScreen:
    """The page, with what waits."""
    someone.key(Qt.Key.Key_3, CTRL)
    current = someone.shell.current()
    assert isinstance(current, OutboxScreen)
    someone.until(lambda: current._view is not None)
    return current


def test_what_waits_why_and_since_when(clerk: Open) -> None:
    box = outbox(clerk().at_work())
    assert box.headline.headline.text().startswith("2 hồ sơ và 6 trang đang lưu an toàn")
    assert "483" in box.headline.remedy.text()
    assert [tile.figure.text() for tile in box.tiles.values()] == ["2", "5", "6", "08:47"]
    assert box.tiles["oldest"].second.text() == "23/11/2026"
    assert box.tiles["sheets"].second.text() == "1,4 MB"
    assert [box.table.text_at(row, 0) for row in (0, 1)] == ["Q04-261123-0037", "Q04-261123-0036"]
    assert not box.empty.isVisible()


def test_the_refused_shelf_names_cause_and_remedy_and_opens(clerk: Open) -> None:
    someone = clerk().at_work()
    box = outbox(someone)
    assert box.shelf.isVisible()
    shown = someone.texts()
    assert "Quầy khác đã ghi giá trị khác vào cùng một mục." in shown
    assert "Lãnh đạo phụ trách so hai bản rồi quyết định." in shown
    (look,) = [b for b in box.shelf.findChildren(type(box.send).__mro__[1]) if b.accessibleName() == "Xem"]
    look.click()
    someone.until(lambda: someone.shell.dossier == sample.dossier(4))


def test_both_versions_stand_side_by_side(clerk: Open) -> None:
    """
    |              | Bản của Q04  | Bản của trung tâm                        |
    | ≠ Điện thoại | 0911 111 111 | 0922 222 222 · Q02 · clerk2 · 09:12      |
    """
    someone = clerk().at_work()
    (item,) = outbox(someone).shelf.items
    spoken = item.accessibleName()
    assert "Điện thoại: Bản của Q04 0911 111 111, Bản của trung tâm 0922 222 222 (Q02 · clerk2" in spoken
    assert [label.text() for label, _line in item._labels] == ["≠ Điện thoại", "Lý do đổi"]
    assert [(thumb.page.sheet[0], thumb.page.differs) for thumb in item.thumbs] == [
        ("a", False),
        ("b", True),
        ("a", False),
    ]
    someone.until(lambda: all(not thumb.pixmap().isNull() for thumb in item.thumbs))
    assert {way: button.isEnabled() for way, button in item.buttons.items()} == {
        "central": True,
        "ours": True,
        "new": False,
    }


def test_a_way_out_is_a_key_and_a_reason_and_goes_to_central_at_once(clerk: Open) -> None:
    someone = clerk().at_work()
    box = outbox(someone)
    (item,) = box.shelf.items
    someone.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert item.reason.text.hasFocus()
    someone.key(Qt.Key.Key_Escape)
    assert someone.desk.shelf.settled == []
    someone.key(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    someone.type("dung so")
    someone.desk.queue.box = sample.outbox_view(full=False)
    asked = someone.desk.delivery.asked
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.desk.shelf.settled == [("ours", "dung so")])
    someone.until(lambda: not box.shelf.isVisible())
    someone.until(lambda: someone.desk.delivery.asked > asked)
    assert box.problem.headline.text().startswith("Đã quyết định.")


def test_a_decision_that_came_too_late_says_so(clerk: Open) -> None:
    someone = clerk().at_work()
    (item,) = outbox(someone).shelf.items
    someone.desk.shelf.refuses = Refusal(
        "SETTLED_BEFORE", Words("Lãnh đạo khác đã giải quyết.", "Somebody was sooner."), Words("Xem lại.", "Look.")
    )
    item.ask("central")
    someone.type("giu")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: item.problem.headline.text() == "Lãnh đạo khác đã giải quyết.")
    assert item.buttons["central"].isEnabled()


def test_nothing_waits(clerk: Open) -> None:
    someone = clerk()
    someone.desk.queue.box = sample.outbox_view(full=False)
    box = outbox(someone.at_work())
    assert box.empty.isVisible()
    assert not box.shelf.isVisible()
    assert not box.waiting.isVisible()


def test_send_now_sends_and_says_why_it_could_not(clerk: Open) -> None:
    someone = clerk().at_work()
    box = outbox(someone)
    someone.until(lambda: someone.program._bridge._delivering is None)  # type: ignore[union-attr]
    behind = Refusal(
        "STATION_REVOKED", Words("Máy này bị khóa.", "This desk is locked."), Words("Gọi trung tâm.", "Call.")
    )
    someone.desk.delivery.report = DeliveryReport(state="refused", problem=behind)
    with someone.qtbot.waitSignal(someone.shell.app.bridge.delivered):
        box.send.click()
        assert box.send.words() == "Đang gửi…"
    assert box.send.words() == "Gửi ngay"
    assert box.why.headline.text() == "Máy này bị khóa."
    assert box.why.property("tone") == "bad"
    someone.desk.delivery.report = DeliveryReport()
    with someone.qtbot.waitSignal(someone.shell.app.bridge.delivered):
        someone.key(Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert box.why.isHidden()


@pytest.mark.parametrize("name", ICONS)
def test_what_was_looked_at_has_a_name_for_people(name: str) -> None:
    assert texts.known(f"devices.name.{name}")


def test_the_doctor_shows_what_is_wrong_first_with_its_remedy(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_4, CTRL)
    page = someone.shell.current()
    assert isinstance(page, DevicesScreen)
    someone.until(lambda: page._view is not None)
    names = [row.accessibleName() for row in page.findChildren(CheckRow)]
    assert names[0].startswith("Đồng hồ: ✗ Phải xử lý. Đồng hồ máy chậm 14 phút so với trung tâm.")
    assert "timedatectl" in names[0]
    assert names[1].startswith("Máy quét: ! Nên xem")
    assert page.context.text() == "2 mục cần xem"
    someone.desk.lamps.checks = type(someone.desk.lamps.checks)(someone.desk.lamps.checks.checks[-2:])
    someone.key(Qt.Key.Key_R, CTRL)
    someone.until(lambda: page.context.text() == "Mọi thứ sẵn sàng")


def copies(state: str) -> ArchiveView:
    """Two copies that wait, and a token in that state."""
    waiting = tuple(
        ArchiveLine(UUID(int=n), f"G01-{n}", "GKSK", Words("Giấy khám", "Certificate"), 2, 90_000, "unsigned")
        for n in (1, 2)
    )
    token = SigningToken("Quay", "01", "Nguyễn Thị Lan", "ab", datetime(2027, 1, 1, tzinfo=UTC), "ready")
    held = (token,) if state == "ready" else ()
    words = NOT_SET if state == "unset" else (Words("Sẵn sàng.", "Ready."), Words("", ""))
    return ArchiveView(waiting, TokenView(state, *words, held))  # type: ignore[arg-type]


def test_copies_wait_for_one_pin_and_the_pin_is_forgotten(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.desk.copies = copies("ready")
    box = outbox(someone)
    someone.until(box.archive.isVisible)
    assert box.archive.sign_button.words() == "Ký số 2 bản"
    box.archive.sign_button.click()
    assert box.archive.pin.text.hasFocus()
    someone.type("1234")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.desk.signed == [("1234", 2)])
    assert box.archive.pin.text.text() == ""
    someone.until(lambda: not box.archive.isVisible())


def test_without_a_token_signing_is_grey_and_says_what_is_missing(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.desk.copies = copies("unset")
    box = outbox(someone)
    someone.until(box.archive.isVisible)
    assert not box.archive.sign_button.isEnabled()
    assert NOT_SET[0].vi in box.archive._token.text()


def test_why_nothing_goes_out_is_said_and_since_when(clerk: Open) -> None:
    """central away → since when, work on;   the clock is wrong → what it should be;   all is well again → nothing"""
    someone = clerk().at_work()
    someone.desk.delivery.report = DeliveryReport(state="offline", problem=unreachable())
    bridge = someone.shell.app.bridge

    def delivered() -> None:
        someone.until(lambda: bridge._delivering is None)
        with someone.qtbot.waitSignal(bridge.delivered):
            bridge.deliver_now()

    delivered()
    since = bridge.down_since
    assert since is not None
    box = outbox(someone)
    assert box.why.headline.text() == f"Không liên lạc được với trung tâm từ {in_hanoi(since):%H:%M · %d/%m/%Y}."
    assert box.why.remedy.text() == unreachable().remedy.vi
    delivered()
    assert bridge.down_since == since, "still the same outage"
    at = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
    wrong = clock_wrong(at, at + timedelta(minutes=14))
    someone.desk.delivery.report = DeliveryReport(problem=wrong)
    delivered()
    assert (box.why.headline.text(), box.why.remedy.text()) == (wrong.words.vi, wrong.remedy.vi)
    assert bridge.down_since is None
    someone.desk.delivery.report = DeliveryReport()
    delivered()
    assert box.why.isHidden()


def test_a_wrong_clock_is_not_called_a_lost_line(clerk: Open) -> None:
    someone = clerk()
    at = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
    wrong = clock_wrong(at, at + timedelta(minutes=14))
    others = sample.lamps()[:-1]
    someone.desk.lamps.shown = (*others, LampView("central", "trouble", wrong.words, wrong.remedy, 2))
    someone.at_work()
    someone.until(lambda: someone.shell.line.text_shown() == "Đồng hồ máy sai · 2 chờ gửi")
    assert someone.shell.line.toolTip() == wrong.remedy.vi


def test_a_line_over_which_nothing_is_taken_is_not_called_sending(clerk: Open) -> None:
    someone = clerk()
    ready = Words("Trực tuyến", "Online")
    someone.desk.lamps.shown = (*sample.lamps()[:-1], LampView("central", "ready", ready, Words("", ""), 2))
    someone.at_work()
    bridge, line = someone.shell.app.bridge, someone.shell.line
    revoked = Refusal("STATION_REVOKED", Words("Đã thu hồi.", "Revoked."), Words("Gọi kỹ thuật.", "Call IT."))
    for report, shown in (
        (DeliveryReport(state="refused", problem=revoked), "Không gửi được · 2 chờ gửi"),
        (DeliveryReport(state="later", problem=revoked, wait_s=30.0), "Gửi sau · 2 chờ gửi"),
        (DeliveryReport(), "Đang gửi · 2 chờ gửi"),
    ):
        someone.desk.delivery.report = report
        someone.until(lambda: bridge._delivering is None)
        bridge.deliver_now()
        someone.until(lambda shown=shown: line.text_shown() == shown)


def test_a_word_that_has_no_end_does_not_widen_the_page(clerk: Open) -> None:
    someone = clerk()
    (view,) = someone.desk.queue.box.shelf
    endless = Words("NGUYỄNTHỊ" * 60, "NGUYENTHI" * 60)
    line = replace(view.lines[0], central=endless)
    someone.desk.queue.box = replace(someone.desk.queue.box, shelf=(replace(view, lines=(line,)),))
    box = outbox(someone.at_work())
    assert box.horizontalScrollBar().maximum() == 0
    ((_ours, central, _line),) = box.shelf.items[0]._values
    assert central.text().replace("\u200b", "") == endless.vi


def test_a_refusal_without_two_opinions_has_no_columns(clerk: Open) -> None:
    someone = clerk()
    (view,) = someone.desk.queue.box.shelf
    bare = replace(view, lines=(), our_pages=(), central_pages=())
    someone.desk.queue.box = replace(someone.desk.queue.box, shelf=(bare,))
    (item,) = outbox(someone.at_work()).shelf.items
    assert "Bản của" not in "\n".join(label.text() for label in item.findChildren(QLabel) if label.isVisible())
    assert item.buttons["central"].isEnabled()


def test_the_keyboard_begins_at_what_waits_for_a_decision(clerk: Open) -> None:
    someone = clerk().at_work()
    box = outbox(someone)
    someone.until(lambda: box.shelf.items[0].hasFocus())
