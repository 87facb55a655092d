"""The frame of a working day: pages, keys, search, lamps, languages, the lock, and a quiet end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from clerk_app.desk.delivery import DeliveryReport
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample
from tests.screens.shell_desk import Clerk, Flashes, clerk
from tests.screens.test_papers import JAM
from ui import texts, theme
from ui.feed import Trouble
from ui.widgets.kit import KeyCap
from ui.widgets.overlay import KeySheet

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_pages_by_their_keys(clerk: Open) -> None:
    someone = clerk().at_work()
    assert someone.window.page_name == "queue"
    for key, page in (
        (Qt.Key.Key_3, "outbox"),
        (Qt.Key.Key_4, "devices"),
        (Qt.Key.Key_1, "nobody"),
        (Qt.Key.Key_2, "queue"),
    ):
        someone.key(key, CTRL)
        assert someone.window.page_name == page
    assert someone.shell.items["queue"].isChecked()
    assert not someone.shell.items["outbox"].isChecked()


def test_a_new_dossier_from_anywhere(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_3, CTRL)
    someone.key(Qt.Key.Key_N, CTRL)
    someone.until(lambda: someone.window.page_name == "intake")
    assert someone.shell.dossier is not None
    someone.key(Qt.Key.Key_2, CTRL)
    someone.key(Qt.Key.Key_1, CTRL)
    assert someone.window.page_name == "intake"


def test_what_the_post_brought_is_opened_as_that(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_N, CTRL)
    someone.until(lambda: someone.window.page_name == "intake" and not someone.shell.awaited)
    someone.key(Qt.Key.Key_N, CTRL | Qt.KeyboardModifier.ShiftModifier)
    someone.until(lambda: someone.desk.intake.channels == ["counter", "post"])


def test_enter_opens_the_dossier_under_the_cursor(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.until(lambda: len(someone.shell.current().table.rows()) == 9)  # type: ignore[union-attr]
    someone.key(Qt.Key.Key_Down)
    someone.key(Qt.Key.Key_Down)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.shell.dossier == sample.dossier(2))


def test_search_finds_a_name_without_marks_and_opens_it(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_K, CTRL)
    someone.type("ngoc anh")
    box = someone.shell.search
    someone.until(lambda: [hit.text for hit in box.hits()] == ["ĐỖ NGỌC ÁNH"])
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.shell.dossier == sample.dossier(3))
    assert not box.panel.isVisible()
    assert box.edit.text() == ""


def test_search_finds_what_can_be_done_and_does_it(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_K, CTRL)
    box = someone.shell.search
    someone.until(lambda: len(box.hits()) > 3)
    someone.type("thiet bi")
    someone.until(lambda: [hit.text for hit in box.hits()] == ["Thiết bị & hệ thống"])
    someone.key(Qt.Key.Key_Return)
    assert someone.window.page_name == "devices"


def test_arrows_walk_and_esc_goes_back_to_where_the_cursor_was(clerk: Open) -> None:
    someone = clerk().at_work()
    before = QApplication.focusWidget()
    someone.key(Qt.Key.Key_K, CTRL)
    someone.type("nguyen")
    box = someone.shell.search
    someone.until(lambda: [hit.text for hit in box.hits()] == ["NGUYỄN HỮU ĐẠT", "NGUYỄN THỊ NGỌC HẰNG"])
    someone.key(Qt.Key.Key_Down)
    assert [row.property("here") for row in box._rows] == ["no", "yes"]
    someone.key(Qt.Key.Key_Escape)
    assert not box.panel.isVisible()
    assert QApplication.focusWidget() is before


def test_an_answer_to_an_older_question_is_not_shown(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_K, CTRL)
    box = someone.shell.search
    box.edit.setText("hoang yen")
    box.show_hits("tuong", [])
    assert "tuong" not in someone.texts()
    someone.until(lambda: [hit.text for hit in box.hits()] == ["VŨ HOÀNG YẾN"])


def test_f1_shows_every_key_and_goes_away_by_esc_and_f1(clerk: Open) -> None:
    someone = clerk().at_work()
    before = QApplication.focusWidget()
    for closing in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
        someone.key(Qt.Key.Key_F1)
        sheet = someone.window.findChild(KeySheet)
        assert sheet is not None
        assert sheet.isVisible()
        assert "Ctrl N" in someone.texts()
        someone.key(closing)
        assert not sheet.isVisible()
        assert QApplication.focusWidget() is before


def test_f1_in_a_dossier_names_the_keys_of_every_step(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_F1)
    assert "Đọc chip của thẻ" not in someone.texts(), "no dossier is open"
    someone.key(Qt.Key.Key_F1)
    someone.key(Qt.Key.Key_N, CTRL)
    someone.until(lambda: someone.window.page_name == "intake")
    someone.key(Qt.Key.Key_F1)
    sheet = someone.window.findChild(KeySheet)
    assert sheet is not None
    shown = {cap.text() for cap in sheet.findChildren(KeyCap)}
    assert {
        "F2",
        "F6",
        "F7",
        "F8",
        "F9",
        "Space",
        "M",
        "R",
        "Del",
        "Z",
        "Ctrl Z",
        "Ctrl Y",
        "Ctrl P",
        "1",
        "4",
    } <= shown
    assert sheet.isVisible()


def test_a_step_does_by_search_what_its_key_does_and_only_there(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_N, CTRL)
    someone.until(lambda: someone.window.intake is not None and someone.window.intake.work.view is not None)
    intake = someone.window.intake
    assert intake is not None
    assert {hit.text for hit in someone.shell._deeds("xoay")} == set(), "a page is turned in the step of papers"
    intake.go_to("papers")
    turn = someone.shell._deeds("xoay")
    assert [hit.text for hit in turn] == ["Xoay trang"]
    someone.shell._deeds("phóng to")[0].open()
    assert intake.papers.preview.zoomed() > 1


def test_the_day_is_hanois_and_the_days_dossiers_are_counted(clerk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    monkeypatch.setattr("ui.shell.datetime", Clock)
    someone = clerk().at_work()
    someone.until(lambda: "hồ sơ" in someone.shell.today.text())
    assert someone.shell.today.text() == "Thứ Hai 23/11/2026 · vào ca 07:30 · 7 hồ sơ"
    someone.desk.queue.shown = sample.queue_view(sample.rows()[:3])
    someone.desk.announce(sample.dossier(2))
    someone.until(lambda: someone.shell.today.text().endswith("1 hồ sơ"))


def test_language_and_colours_are_remembered(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_L, CTRL)
    someone.key(Qt.Key.Key_H, CTRL | SHIFT)
    someone.until(lambda: someone.remembered == [("en", ""), ("en", "high")])


def test_the_scanner_is_known_by_its_prefix(clerk: Open) -> None:
    someone = clerk(wedge_prefix="~").at_work()
    someone.until(lambda: someone.program._wedge is not None)
    wedge = someone.program._wedge
    assert wedge is not None
    assert wedge.framing.prefix == "~"


def test_the_other_language_at_once_and_everywhere(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_3, CTRL)
    someone.until(lambda: "Hồ sơ chờ gửi" in someone.texts())
    someone.key(Qt.Key.Key_L, CTRL)
    shown = someone.texts()
    assert "Dossiers waiting" in shown
    assert "Reception clerk" in shown
    assert "Outbox" in shown
    for key in ("nav.queue", "outbox.tile.entries", "actions.deliver", "shell.brand", "shell.role.clerk"):
        texts.set_language("vi")
        vietnamese = texts.t(key)
        texts.set_language("en")
        assert vietnamese not in shown
    someone.key(Qt.Key.Key_L, CTRL)
    assert "Hồ sơ chờ gửi" in someone.texts()


def test_strong_colours_by_key(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_H, CTRL | SHIFT)
    assert theme.is_high_contrast()
    assert theme.HIGH_CONTRAST["accent"] in QApplication.instance().styleSheet()  # type: ignore[union-attr]
    someone.key(Qt.Key.Key_H, CTRL | SHIFT)
    assert not theme.is_high_contrast()


def test_the_line_and_what_waits_are_always_in_sight(clerk: Open) -> None:
    someone = clerk()
    someone.desk.lamps.shown = sample.lamps(online=False, waiting=17)
    someone.at_work()
    someone.until(lambda: someone.shell.line.text_shown() == "Ngoại tuyến · 17 chờ gửi")
    assert "Đầu đọc thẻ: sẵn sàng" in someone.texts()
    assert "Không có máy quét" in someone.texts()
    assert someone.shell.items["outbox"].accessibleName() == "Chờ gửi (17)"
    someone.desk.lamps.shown = sample.lamps(online=True)
    someone.shell.app.bridge.ask_lamps_now()
    someone.until(lambda: someone.shell.line.text_shown() == "Trực tuyến")
    someone.shell.line.click()
    assert someone.window.page_name == "outbox"


def test_the_lock_leaves_nothing_to_be_read(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.until(lambda: len(someone.shell.current().table.rows()) == 9)  # type: ignore[union-attr]
    someone.key(Qt.Key.Key_L, CTRL | SHIFT)
    assert someone.window.shell is None
    assert "Nguyễn Thị Lan" not in someone.texts()
    someone.until(lambda: someone.desk.sign_in.signed_out == 1)
    assert someone.window.sign_in.user.edit.hasFocus()
    someone.sign_in("supervisor")
    someone.until(lambda: someone.window.shell is not None)
    assert "Lãnh đạo phụ trách · Q04" in someone.texts()


def test_what_came_to_grief_behind_the_lock_is_told_after_it_and_not_at_it(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.key(Qt.Key.Key_L, CTRL | SHIFT)
    someone.until(lambda: someone.window.shell is None)
    feed = someone.program._feed
    assert feed is not None
    feed.trouble = Trouble(sample.dossier(4), "scan", "GKSK", 3, JAM)
    feed.changed.emit()
    assert JAM.words.vi not in someone.texts()
    someone.until(lambda: someone.window.sign_in.isVisible())
    someone.sign_in("clerk2")
    someone.until(lambda: someone.window.shell is not None and someone.shell.pages.isVisible())
    assert someone.shell.pages.words.text() == "Kẹt giấy. Đã giữ 3 trang."
    someone.shell.pages.look.click()
    someone.until(lambda: someone.shell.dossier == sample.dossier(4))


def test_a_fault_in_a_slot_is_a_calm_notice_and_the_work_goes_on(
    clerk: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    someone = clerk().at_work()
    try:
        raise ValueError("NGUYỄN HỮU ĐẠT")
    except ValueError:
        someone.program._our_fault(*sys.exc_info())  # type: ignore[arg-type]
    someone.until(lambda: "mã tham chiếu" in someone.texts())
    assert "NGUYỄN" not in caplog.text
    assert "ValueError" in caplog.text
    someone.key(Qt.Key.Key_3, CTRL)
    assert someone.window.page_name == "outbox"


def test_only_one_window_ever_comes_up(clerk: Open, qapp: QApplication) -> None:
    flashes = Flashes()
    qapp.installEventFilter(flashes)
    someone = clerk().at_work()
    for key in (Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_1, Qt.Key.Key_2):
        someone.key(key, CTRL)
    someone.key(Qt.Key.Key_N, CTRL)
    someone.until(lambda: someone.window.page_name == "intake")
    someone.key(Qt.Key.Key_F1)
    someone.key(Qt.Key.Key_F1)
    someone.key(Qt.Key.Key_K, CTRL)
    someone.until(lambda: someone.shell.search.hits())
    qapp.removeEventFilter(flashes)
    assert flashes.seen == ["Window"]


def test_every_button_has_a_name_and_is_large_enough_for_its_words(clerk: Open) -> None:
    someone = clerk().at_work()
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4):
        someone.key(key, CTRL)
        someone.until(lambda: not [b for b in buttons(someone.window) if not b.accessibleName()])
        for button in buttons(someone.window):
            assert button.width() >= button.sizeHint().width(), button.accessibleName()
            assert button.height() >= button.sizeHint().height() - 1, button.accessibleName()


def buttons(window: QWidget) -> list[QPushButton]:
    """The buttons that can be seen."""
    return [button for button in window.findChildren(QPushButton) if button.isVisible()]


def test_the_keyboard_alone_reaches_everything(clerk: Open) -> None:
    someone = clerk().at_work()
    reached = set()
    for _ in range(30):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.add(focus.accessibleName())
        someone.key(Qt.Key.Key_Tab)
    assert {"Hồ sơ hôm nay", "Tiếp nhận", "Thiết bị & hệ thống", "Hồ sơ mới"} <= reached


def test_the_loop_never_stands_still_while_lanes_work(clerk: Open) -> None:
    """The window draws and answers while every lane is held up."""
    someone = clerk().at_work()
    beats: list[int] = []
    clock = QTimer()
    clock.setInterval(5)
    clock.timeout.connect(lambda: beats.append(1))
    clock.start()
    someone.key(Qt.Key.Key_4, CTRL)
    someone.until(lambda: len(beats) > 40)
    clock.stop()


def test_what_happened_is_sent_soon_and_an_outage_is_not_hammered(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.until(lambda: someone.desk.delivery.asked >= 1 and someone.program._bridge._delivering is None)  # type: ignore[union-attr]
    asked = someone.desk.delivery.asked
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: someone.desk.delivery.asked > asked)
    someone.desk.delivery.report = DeliveryReport(state="offline")
    bridge = someone.shell.app.bridge
    with someone.qtbot.waitSignal(bridge.delivered):
        bridge.deliver_now()
    with someone.qtbot.waitSignal(bridge.changed):
        someone.desk.announce(sample.dossier(1))
    assert bridge._failures == 1
    assert bridge._delivery.isActive()
    assert bridge._delivery.interval() >= 1_000


def test_many_changes_in_a_moment_are_one_piece_of_news(clerk: Open) -> None:
    someone = clerk().at_work()
    news: list[frozenset[object]] = []
    someone.shell.app.bridge.changed.connect(news.append)
    for number in range(20):
        someone.desk.announce(sample.dossier(number))
    someone.until(lambda: news)
    assert news == [frozenset(sample.dossier(number) for number in range(20))]


def test_a_card_on_the_reader_is_news(clerk: Open) -> None:
    someone = clerk().at_work()
    with someone.qtbot.waitSignal(someone.shell.app.bridge.card_changed, timeout=5_000) as news:
        someone.desk.lamps.card.set()
    assert news.args == [True]


def test_closing_the_window_lets_the_desk_go(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.window.close()
    assert someone.desk.closed == 1
    assert someone.program.desk is None


def test_a_newer_law_is_one_quiet_line_and_redraws_nothing(clerk: Open) -> None:
    someone = clerk().at_work()
    shell = someone.shell
    # The list takes the focus when it comes home.
    someone.until(lambda: len(shell.current().table.rows()) == 9)  # type: ignore[union-attr]
    page, focus = shell.current(), QApplication.focusWidget()
    news: list[object] = []
    shell.app.bridge.changed.connect(news.append)
    someone.desk.delivery.report = DeliveryReport(catalogue="2026.12.1")
    with someone.qtbot.waitSignal(shell.app.bridge.law_renewed):
        shell.app.bridge.deliver_now()
    assert shell.notice.headline.text() == "Danh mục 2026.12.1 áp dụng từ hồ sơ kế tiếp."
    assert (shell.current(), QApplication.focusWidget(), news) == (page, focus, [])


def test_a_law_that_is_not_taken_is_said_with_its_remedy(clerk: Open) -> None:
    someone = clerk().at_work()
    refusal = Refusal("PACK_SIGNATURE", Words("Danh mục bị từ chối.", "Refused."), Words("So khóa.", "Compare keys."))
    someone.desk.delivery.report = DeliveryReport(catalogue_refused=refusal)
    with someone.qtbot.waitSignal(someone.shell.app.bridge.law_refused):
        someone.shell.app.bridge.deliver_now()
    assert someone.shell.notice.headline.text() == "Danh mục bị từ chối."
    assert someone.shell.notice.remedy.text() == "So khóa."
