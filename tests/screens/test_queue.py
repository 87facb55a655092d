"""Today's dossiers as a clerk sees them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.queue import QueueScreen

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]


def page(someone: Clerk) -> QueueScreen:
    """The page, with its list."""
    current = someone.shell.current()
    assert isinstance(current, QueueScreen)
    someone.until(lambda: current._view is not None)
    return current


def test_the_list_and_its_counts(clerk: Open) -> None:
    queue = page(clerk().at_work())
    assert [queue.tiles[name].figure.text() for name in ("submitted", "drafts", "waiting", "refused")] == [
        "7",
        "2",
        "2",
        "1",
    ]
    assert [queue.table.text_at(row, 0) for row in (0, 8)] == ["Q04-261123-0039", "Q04-261123-0031"]
    assert queue.table.text_at(1, 1) == "Chưa có tên"
    assert [queue.table.text_at(row, 6) for row in (2, 4, 5)] == ["! 3 chờ gửi", "✗ Bị từ chối", "✓ Đã gửi"]


def test_names_stand_in_the_order_that_was_asked_for(clerk: Open) -> None:
    someone = clerk()
    queue = page(someone.at_work())

    def asked(order: str) -> bool:
        return someone.desk.queue.orders[-1] == order

    assert set(someone.desk.queue.orders) == {"newest"}
    for order, words in (("given", "Theo tên"), ("full", "Theo họ tên"), ("newest", "Mới nhất trước")):
        someone.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        someone.until(partial(asked, order))
        assert queue.order.words() == words
        someone.until(lambda: not queue._loading)


def test_a_counter_that_takes_nothing_now_says_so_quietly(clerk: Open) -> None:
    someone = clerk()
    queue = page(someone.at_work())
    assert not queue.closed.isVisible()
    shut = Words("Đã hết giờ tiếp nhận.", "Reception is over for today.")
    someone.desk.queue.shown = replace(sample.queue_view(), closed=shut)
    queue.load()
    someone.until(queue.closed.isVisible)
    assert queue.closed.text() == "Đã hết giờ tiếp nhận."
    assert queue.new.isEnabled(), "nobody is kept from taking a dossier"


def test_nothing_yet_says_what_to_do(clerk: Open) -> None:
    someone = clerk()
    someone.desk.queue.shown = sample.queue_view(())
    queue = page(someone.at_work())
    assert queue.empty.isVisible()
    assert "Ctrl N" in queue.empty.words.text()


def test_a_change_is_shown_and_the_cursor_stays_on_its_dossier(clerk: Open) -> None:
    someone = clerk().at_work()
    queue = page(someone)
    someone.until(queue.table.hasFocus)
    for _ in range(3):
        someone.key(Qt.Key.Key_Down)
    assert queue.table.current() == sample.rows()[3]
    fresh = replace(sample.rows()[0], dossier=sample.dossier(99), code="Q04-261123-0040", name="BÙI ANH TUẤN")
    someone.desk.queue.shown = sample.queue_view((fresh, *sample.rows()))
    someone.desk.announce(fresh.dossier)
    someone.until(lambda: len(queue.table.rows()) == 10)
    assert queue.table.current() == sample.rows()[3]
    assert queue.table.hasFocus()


def test_a_hidden_page_waits_with_asking_until_it_is_wanted(clerk: Open) -> None:
    someone = clerk().at_work()
    queue = page(someone)
    someone.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    someone.desk.queue.shown = sample.queue_view(sample.rows()[:1])
    with someone.qtbot.waitSignal(someone.shell.app.bridge.changed):
        someone.desk.announce(sample.dossier(0))
    assert len(queue.table.rows()) == 9
    someone.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    someone.until(lambda: len(queue.table.rows()) == 1)


def test_a_refusal_of_the_store_is_said_and_the_next_change_asks_again(
    clerk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = clerk().at_work()
    queue = page(someone)

    def damaged(order: str = "") -> None:
        raise Refusal(
            "STORE_DAMAGED", sample.Words("Sổ hồ sơ bị hỏng.", "Damaged."), sample.Words("Gọi kỹ thuật.", "Call.")
        )

    with monkeypatch.context() as patched:
        patched.setattr(someone.desk.queue, "today", damaged)
        someone.desk.announce(sample.dossier(0))
        someone.until(lambda: "Sổ hồ sơ bị hỏng." in someone.texts())
    someone.desk.queue.shown = sample.queue_view(sample.rows()[:2])
    someone.desk.announce(sample.dossier(0))
    someone.until(lambda: len(queue.table.rows()) == 2)


def test_a_hundred_thousand_rows_do_not_hold_up_the_window(clerk: Open) -> None:
    """Only cells in sight are made."""
    someone = clerk().at_work()
    queue = page(someone)
    made: list[int] = []
    first = queue.table._rows.columns[0]
    counting = replace(first, cell=lambda row: made.append(1) or first.cell(row))  # type: ignore[func-returns-value]
    queue.table._rows.columns = (counting, *queue.table._rows.columns[1:])
    queue.show_view(sample.queue_view(sample.rows() * 11_112))
    QApplication.processEvents()
    assert len(queue.table.rows()) == 100_008
    assert 0 < len(made) < 2_000


def test_a_narrow_window_drops_what_matters_least_and_cuts_no_name(clerk: Open) -> None:
    someone = clerk().at_work()
    queue = page(someone)
    assert not any(queue.table.isColumnHidden(column) for column in range(7))
    someone.window.resize(960, 600)
    someone.until(lambda: queue.table.isColumnHidden(3))
    assert not any(queue.table.isColumnHidden(column) for column in (0, 1, 2, 6))
    wanted = max(queue.table.sizeHintForIndex(queue.table.model().index(row, 1)).width() for row in range(9))
    assert queue.table.columnWidth(1) >= wanted


def test_a_list_that_comes_late_does_not_take_the_cursor_away(clerk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    someone = clerk()
    gate = threading.Event()
    late = someone.desk.queue.shown

    def today(order: str) -> object:
        gate.wait(5)
        return late

    monkeypatch.setattr(someone.desk.queue, "today", today)
    someone.at_work()
    someone.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert someone.shell.search.edit.hasFocus()
    gate.set()
    page(someone)
    assert someone.shell.search.edit.hasFocus()


def test_the_arrow_keys_walk_the_list_at_once(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.until(lambda: page(someone).table.hasFocus())
