"""The queue of online dossiers in the window: parts by keys, found as it is typed, taken, given back, help recorded."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.wire import Lease, LeaseState
from tests.desk import fakes
from tests.desk.conftest import Desk, _empty_store, table
from tests.desk.test_online_queue import CODE, laid
from tests.screens.shell_desk import Clerk, clerk
from ui.application import App
from ui.screens.online import OnlineScreen
from ui.widgets.online_hint import OnlineHint

__all__ = ["_empty_store", "clerk", "table"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def opened(someone: Clerk, table: Desk) -> OnlineScreen:
    """The page on a real desk."""
    someone.desk.online = table.online
    someone.at_work()
    someone.key(Qt.Key.Key_9, CTRL)
    page = someone.shell.current()
    assert isinstance(page, OnlineScreen)
    someone.until(lambda: page._view is not None)
    return page


def shown(page: OnlineScreen) -> list[str]:
    return [row.code for row in page.table.rows()]  # type: ignore[attr-defined]


def test_parts_by_keys_and_search_as_it_is_typed(clerk: Open, table: Desk) -> None:
    laid(table, 101, 1)
    asked = laid(table, 102, 2)
    table.course.take(asked, "ask-papers", items=("GKSK",))
    someone = clerk()
    page = opened(someone, table)
    assert sorted(shown(page)) == [CODE.format(101), CODE.format(102)]
    assert "2" in page.filters["open"].words()
    someone.key(Qt.Key.Key_2, ALT)
    someone.until(lambda: shown(page) == [CODE.format(101)])
    someone.key(Qt.Key.Key_1, ALT)
    someone.until(lambda: len(shown(page)) == 2)
    someone.key(Qt.Key.Key_F, CTRL)
    someone.type("000102")
    someone.until(lambda: shown(page) == [CODE.format(102)])
    someone.type("9")
    someone.until(lambda: page.inside.currentWidget() is page.none_found)
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: len(shown(page)) == 2)


def test_the_badge_counts_what_waits(clerk: Open, table: Desk) -> None:
    laid(table, 101)
    laid(table, 102, 2)
    someone = clerk()
    opened(someone, table)
    someone.until(lambda: "(2)" in someone.shell.items["online"].accessibleName())


def test_enter_takes_it_to_this_desk(clerk: Open, table: Desk) -> None:
    dossier = laid(table)
    someone = clerk()
    page = opened(someone, table)
    someone.until(lambda: page.stated.isVisible())
    assert page.stated.badges["fee"].text().endswith("Chưa nộp lệ phí")
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    page.table.setFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: opened_ones == [dossier])


def test_who_has_it_is_said(clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(table)
    held = Lease("Q05", "Q05", "clerk2", "Phạm Đức Long", table.time, table.time)
    monkeypatch.setattr(table.central, "hold_lease", lambda *a, **k: LeaseState(held, table.time))
    someone = clerk()
    page = opened(someone, table)
    someone.until(lambda: page.take.isVisible())
    page.table.setFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(page.fault.isVisible)
    assert "Phạm Đức Long" in page.fault.headline.text()


def test_an_error_is_said_and_the_list_stays(clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(table)
    someone = clerk()
    page = opened(someone, table)
    trouble = Refusal("STORE_DAMAGED", Words("Hỏng", "Broken"), Words("Báo", "Tell"))

    def fails(*asked: object) -> None:
        raise trouble

    monkeypatch.setattr(table.online, "view", fails)
    page.load()
    someone.until(page.fault.isVisible)
    assert shown(page) == [CODE.format(101)]


def test_help_is_begun_with_a_reason(clerk: Open, table: Desk) -> None:
    someone = clerk()
    page = opened(someone, table)
    assert page.inside.currentWidget() is page.empty
    assert page.detail.isHidden(), "beside nothing nothing stands"
    someone.key(Qt.Key.Key_H, CTRL)
    someone.until(page.reason.hasFocus)
    someone.key(Qt.Key.Key_Return)
    someone.until(page.fault.isVisible)
    someone.type("Không có điện thoại")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: not page.help.isVisible())
    (line,) = table.journal.online()
    assert table.journal.dossier(line.dossier).text("assisted.by") == "Nguyễn Thu Hà"


@pytest.mark.parametrize("text", [CODE.format(101), specimens.qr_text(specimens.specimen(1).person)])
def test_a_code_scanned_on_any_page_opens_the_online_dossier(clerk: Open, table: Desk, text: str) -> None:
    dossier = laid(table, 101, 1)
    laid(table, 102, 2)
    someone = clerk()
    someone.desk.online = table.online
    someone.at_work()
    opened_ones: list[object] = []
    someone.desk.queue.find = lambda query: SimpleNamespace(rows=())
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    someone.shell.take_scan(text)
    someone.until(lambda: opened_ones == [dossier])


def test_a_code_that_nobody_knows_is_said(clerk: Open, table: Desk) -> None:
    someone = clerk()
    someone.desk.online = table.online
    someone.at_work()
    someone.desk.queue.find = lambda query: SimpleNamespace(rows=())
    someone.shell.take_scan(CODE.format(999))
    someone.until(lambda: someone.shell.notice is not None and someone.shell.notice.isVisible())


def test_a_card_on_the_reader_opens_its_dossier(clerk: Open, table: Desk) -> None:
    laid(table, 101, 1)
    dossier = laid(table, 102, 2)
    who = specimens.specimen(2).person
    someone = clerk()
    page = opened(someone, table)
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    someone.until(page.stated.isVisible)
    assert not page.card.isVisible()
    page._app.bridge.card_changed.emit(True)
    someone.until(page.card.isVisible)
    someone.key(Qt.Key.Key_F7)
    someone.until(page.fault.isVisible)
    assert "6 số cuối" in page.fault.headline.text()
    assert page.search.hasFocus()
    table.readers.says = fakes.reading(specimens.specimen(3).person, table.time)
    someone.type("000102")
    someone.until(lambda: page.search.value() == "000102")
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: "chưa nộp hồ sơ trực tuyến" in page.fault.headline.text())
    assert not opened_ones
    table.readers.says = fakes.reading(who, table.time)
    page.search.setText(who.number[-6:])
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: opened_ones == [dossier])
    page._app.bridge.card_changed.emit(False)
    assert page.card.isHidden()


def test_a_reading_is_given_up(clerk: Open, table: Desk) -> None:
    laid(table, 101, 1)
    someone = clerk()
    page = opened(someone, table)
    go_on = Event()
    table.readers.says = fakes.reading(specimens.specimen(1).person, table.time)
    table.readers.meanwhile = lambda: go_on.wait(5)
    someone.until(page.stated.isVisible)
    someone.key(Qt.Key.Key_F, CTRL)
    someone.type(specimens.specimen(1).person.number[-6:])
    someone.until(page.search.value)
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: page.card.reading and table.readers.asked)
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: not page.card.reading)
    assert page.search.value(), "Esc stops the reading first"
    table.readers.says = fakes.reading(specimens.specimen(3).person, table.time)
    go_on.set()
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: "chưa nộp hồ sơ trực tuyến" in page.fault.headline.text())
    assert len(table.readers.asked) == 2
    assert someone.shell.current() is page, "what was given up opens nothing"


def on_its_way(app: App, *owners: object) -> bool:
    """Whether work of one of them has not come home yet; the watches of the devices never end."""
    return any(job.owner() in owners for job in app.jobs._open)


def reading(someone: Clerk, page: OnlineScreen, table: Desk, meanwhile: Callable[[], object]) -> list[object]:
    """The card of the first person is being read, and the reader does `meanwhile`. What is opened from now on."""
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    table.readers.says = fakes.reading(specimens.specimen(1).person, table.time)
    table.readers.meanwhile = meanwhile
    someone.until(page.stated.isVisible)
    page.search.setText(specimens.specimen(1).person.number[-6:])
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: page.card.reading and table.readers.asked)
    return opened_ones


def test_help_that_was_begun_when_nobody_looks_any_more_opens_over_nobody(
    clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked, assist = Event(), Event(), table.online.assist

    def waits(reason: str) -> object:
        asked.set()
        go_on.wait(5)
        return assist(reason)

    monkeypatch.setattr(table.online, "assist", waits)
    someone = clerk()
    page = opened(someone, table)
    someone.key(Qt.Key.Key_H, CTRL)
    someone.until(page.reason.hasFocus)
    someone.type("Không có điện thoại")
    someone.key(Qt.Key.Key_Return)
    someone.until(asked.is_set)
    shown_ones: list[object] = []
    monkeypatch.setattr(page._app.window, "show_dossier", shown_ones.append)
    someone.shell.go("queue")
    go_on.set()
    someone.until(lambda: page.help.isHidden())
    assert (shown_ones, len(table.journal.online())) == ([], 1)


@pytest.mark.parametrize("left", ["for another page", "locked"])
def test_a_card_that_was_read_when_nobody_looks_opens_nothing(
    clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    laid(table, 101, 1)
    lent: list[object] = []
    monkeypatch.setattr(table.central, "hold_lease", lambda *asked, **named: lent.append(asked))
    someone = clerk()
    page = opened(someone, table)
    go_on = Event()
    opened_ones = reading(someone, page, table, lambda: go_on.wait(5))
    if left == "locked":
        someone.window.lock()
    else:
        someone.shell.go("queue")
    someone.until(lambda: not page.isVisible())
    assert not page.card.reading
    go_on.set()
    someone.until(lambda: not on_its_way(page._app, page, page.card))
    assert (opened_ones, lent) == ([], [])


def test_what_was_lent_when_nobody_looks_any_more_goes_back_unopened(
    clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = laid(table, 101, 1)
    go_on, asked = Event(), Event()
    hold, back = table.online.take, []

    def take(one: object) -> object:
        asked.set()
        go_on.wait(5)
        return hold(one)  # type: ignore[arg-type]

    monkeypatch.setattr(table.online, "take", take)
    monkeypatch.setattr(table.online, "give_back", back.append)
    someone = clerk()
    page = opened(someone, table)
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    someone.until(page.stated.isVisible)
    page.table.setFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(asked.is_set)
    someone.shell.go("queue")
    go_on.set()
    someone.until(lambda: back == [dossier])
    someone.until(lambda: not on_its_way(page._app, page, page.card))
    assert (opened_ones, someone.shell.page, page.take.busy) == ([], "queue", False)


def test_what_was_given_up_says_nothing_while_the_next_card_is_read(clerk: Open, table: Desk) -> None:
    dossier = laid(table, 101, 1)
    someone = clerk()
    page = opened(someone, table)
    gates, begun = [Event(), Event()], []

    def meanwhile() -> None:
        begun.append(1)
        gates[len(begun) - 1].wait(5)
        if len(begun) == 1:
            raise fakes.fault("CARD_GIVEN_UP")

    opened_ones = reading(someone, page, table, meanwhile)
    someone.key(Qt.Key.Key_Escape)
    assert not page.card.reading
    someone.key(Qt.Key.Key_F7)
    assert page.card.reading
    gates[0].set()
    someone.until(lambda: len(begun) == 2)
    someone.qtbot.wait(50)
    assert page.card.reading, "the end of the first is not the end of the second"
    assert not page.fault.isVisible(), page.fault.headline.text()
    gates[1].set()
    someone.until(lambda: opened_ones == [dossier])


def test_a_reader_that_hangs_does_not_keep_the_next_card(clerk: Open, table: Desk) -> None:
    dossier = laid(table, 101, 1)
    someone = clerk()
    page = opened(someone, table)
    hang = Event()
    opened_ones = reading(someone, page, table, lambda: hang.wait(30) if len(table.readers.asked) == 1 else None)
    someone.key(Qt.Key.Key_Escape)
    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: opened_ones == [dossier])
    hang.set()


def test_beside_a_new_dossier_the_one_sent_online_is_named_and_opened(clerk: Open, table: Desk) -> None:
    dossier = laid(table, 101, 1)
    someone = clerk()
    someone.desk.online = table.online
    someone.at_work()
    someone.shell.new_dossier()
    someone.until(lambda: someone.shell.page == "intake" and not someone.shell.awaited)
    someone.until(lambda: someone.shell.intake is not None and someone.shell.intake.identity.online.isVisible())
    assert someone.shell.intake is not None
    assert CODE.format(101) in someone.shell.intake.identity.online.headline.text()
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    someone.key(Qt.Key.Key_O, CTRL | Qt.KeyboardModifier.ShiftModifier)
    someone.until(lambda: opened_ones == [dossier])


def beside_a_draft(someone: Clerk, table: Desk) -> OnlineHint:
    """The hint of a draft of the first person, which stands in front."""
    someone.desk.online = table.online
    someone.at_work()
    someone.shell.new_dossier()
    someone.until(lambda: someone.shell.page == "intake" and not someone.shell.awaited)
    someone.until(lambda: someone.shell.intake is not None)
    assert someone.shell.intake is not None
    return someone.shell.intake.identity.online


def test_the_hint_follows_what_comes_and_what_others_end(clerk: Open, table: Desk) -> None:
    someone = clerk()
    hint = beside_a_draft(someone, table)
    bridge = hint._work.app.bridge
    someone.until(lambda: not on_its_way(hint._work.app, hint))
    assert hint.isHidden()
    dossier = laid(table, 101, 1)
    bridge.changed.emit(frozenset({dossier}))
    someone.until(hint.isVisible)
    table.course.take(dossier, "decline", reason="Sai thủ tục", basis="TT 12/2025/TT-BCA art.21")
    bridge.changed.emit(frozenset({dossier}))
    someone.until(hint.isHidden)
    someone.shell.go("queue")
    bridge.changed.emit(frozenset({laid(table, 102, 1)}))
    someone.shell.go("intake")
    someone.until(hint.isVisible)
    assert CODE.format(102) in hint.headline.text()


def test_the_one_sent_online_is_not_opened_after_the_clerk_went_on(
    clerk: Open, table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = laid(table, 101, 1)
    go_on, asked = Event(), Event()
    hold, back = table.online.take, []

    def take(one: object) -> object:
        asked.set()
        go_on.wait(5)
        return hold(one)  # type: ignore[arg-type]

    monkeypatch.setattr(table.online, "take", take)
    monkeypatch.setattr(table.online, "give_back", back.append)
    someone = clerk()
    hint = beside_a_draft(someone, table)
    someone.until(hint.isVisible)
    opened_ones: list[object] = []
    someone.desk.intake.take_up = lambda one: opened_ones.append(one) or someone.desk.intake.open()
    someone.key(Qt.Key.Key_O, CTRL | Qt.KeyboardModifier.ShiftModifier)
    someone.until(asked.is_set)
    someone.shell.go("queue")
    go_on.set()
    someone.until(lambda: back == [dossier])
    someone.until(lambda: not on_its_way(hint._work.app, hint))
    assert (opened_ones, someone.shell.page) == ([], "queue")


def test_what_did_not_change_stays_as_it_was_scrolled(clerk: Open, table: Desk) -> None:
    laid(table, 101, 1)
    someone = clerk()
    page = opened(someone, table)
    someone.until(page.stated.isVisible)
    assert page.detail.isVisible()
    parts = [page.stated._rows.itemAt(at).widget() for at in range(page.stated._rows.count())]
    assert len(parts) > 3
    page._loaded_dossier(table.online.dossier(page._chosen))
    assert [page.stated._rows.itemAt(at).widget() for at in range(page.stated._rows.count())] == parts
