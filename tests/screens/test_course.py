"""A dossier's way in the window: real steps of a real desk, taken by keys; what is in the way; the paper of a step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clerk_app.desk.people import CALLED
from tests.desk.conftest import USERS, Desk, _empty_store, table
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.course import CourseScreen

__all__ = ["_empty_store", "clerk", "table"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier


def opened(someone: Clerk, table: Desk, dossier: UUID) -> CourseScreen:
    """The page, for a dossier of a real desk that stands for the one in the window."""

    def stood(call: Callable[[], Any], shown: UUID) -> Any:
        return replace(call(), dossier=shown)

    someone.desk.course = SimpleNamespace(
        view=lambda shown: stood(lambda: table.course.view(dossier), shown),
        take=lambda shown, step, **said: stood(lambda: table.course.take(dossier, step, **said), shown),
    )
    told = table.messages
    someone.desk.messages = SimpleNamespace(
        view=lambda shown: stood(lambda: told.view(dossier), shown),
        look=lambda shown: stood(lambda: told.look(dossier), shown),
        write_contact=lambda shown, **said: stood(lambda: told.write_contact(dossier, **said), shown),
        send_again=lambda shown, message: stood(lambda: told.send_again(dossier, message), shown),
    )
    someone.at_work()
    someone.shell.new_dossier()
    someone.until(lambda: someone.shell.page == "intake" and not someone.shell.awaited)
    someone.key(Qt.Key.Key_8, CTRL)
    page = someone.shell.current()
    assert isinstance(page, CourseScreen)
    someone.until(lambda: page._view is not None)
    return page


def supplemented(table: Desk) -> UUID:
    """A dossier of which a supplement was asked for once, and came."""
    dossier = table.accepted()
    table.course.take(dossier, "hand-on")
    table.counter.user = USERS["supervisor"]
    table.course.take(dossier, "ask-supplement", items=("GKSK",))
    table.course.take(dossier, "supplement")
    return dossier


def test_a_step_that_may_not_be_taken_again_is_asked_for_where_it_stands(clerk: Open, table: Desk) -> None:
    dossier = supplemented(table)
    someone = clerk()
    raised = table.exceptions.raise_by_hand
    someone.desk.exceptions = SimpleNamespace(raise_by_hand=lambda shown, code, reason: raised(dossier, code, reason))
    page = opened(someone, table, dossier)
    assert page.request.ask_it.isVisible()
    assert not page.request.waits.isVisible()
    someone.key(Qt.Key.Key_E, CTRL)
    assert page.request.why.text.hasFocus()
    someone.key(Qt.Key.Key_Escape)
    someone.until(page.steps.hasFocus)
    assert page.request.ask_it.isVisible(), "nothing was asked"
    someone.key(Qt.Key.Key_E, CTRL)
    someone.key(Qt.Key.Key_Return, CTRL)
    assert page.request.is_open, "a reason is wanted"
    someone.type("Ảnh mờ")
    someone.key(Qt.Key.Key_Return)
    someone.until(page.request.waits.isVisible)
    assert "Yêu cầu bổ sung" in page.request.waits.text()
    assert not page.request.ask_it.isVisible()
    (asked,) = table.journal.dossier(dossier).exceptions.values()
    assert (asked.code, asked.reason) == ("SUPPLEMENT_AGAIN:ask-supplement.1", "Ảnh mờ")
    assert page.steps.hasFocus()


def test_why_a_step_is_asked_for_is_said_of_its_own_dossier_alone(clerk: Open, table: Desk) -> None:
    dossier = supplemented(table)
    someone = clerk()
    page = opened(someone, table, dossier)
    someone.key(Qt.Key.Key_E, CTRL)
    someone.type("Ảnh mờ")
    someone.key(Qt.Key.Key_E, CTRL)
    assert page.request.why.text.value() == "Ảnh mờ", "pressed again, nothing is lost"
    page._dossier = uuid4()
    page.arrive()
    assert not page.request.is_open
    assert not page.request.ask_it.isVisible(), "before the other one is there nothing is asked for it"
    someone.until(page.request.ask_it.isVisible)
    someone.key(Qt.Key.Key_E, CTRL)
    assert page.request.why.text.value() == ""


def tabs_to(someone: Clerk, field: QWidget) -> int:
    """How often Tab is pressed from the chosen step until the keyboard is at a field; at most twenty times."""
    for times in range(20):
        if field.hasFocus():
            return times
        someone.key(Qt.Key.Key_Tab)
    return 20


def test_steps_by_keys_from_the_acceptance_to_a_supplement(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    table.counter.user = USERS["supervisor"]
    table.journal.note(CALLED, json.dumps({"supervisor": ["Vũ Minh Châu", []]}))
    someone = clerk()
    page = opened(someone, table, dossier)
    assert page.state.text() == "Đã tiếp nhận"
    assert page.clock.text().endswith("Thời hạn đang tính")
    codes = [choice.code for choice in page._view.choices] if page._view else []
    assert "hand-on" in codes
    someone.until(page.steps.hasFocus)
    someone.until(lambda: page.steps._area.verticalScrollBar().value() == 0)
    someone.key(Qt.Key(Qt.Key.Key_1 + codes.index("hand-on")))
    assert not page.reason.isVisible()
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.state.text() == "Đang giải quyết")
    someone.until(lambda: "· Vũ Minh Châu → " in someone.texts())
    assert table.journal.dossier(dossier).course.state == "processing"
    codes = [choice.code for choice in page._view.choices] if page._view else []
    someone.key(Qt.Key(Qt.Key.Key_1 + codes.index("ask-supplement")))
    someone.until(page.further.isVisible)
    assert not page.basis.isVisible()
    assert tabs_to(someone, page.further) == len(page._papers) + 1
    someone.type("Số điện thoại; Ảnh rõ hơn")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.state.text() == "Chờ bổ sung khi đang giải quyết")
    assert table.journal.dossier(dossier).course.passed[-1].what.items == ("Số điện thoại", "Ảnh rõ hơn")
    assert page.print.text().startswith("In M02") or "M02" in page.print.accessibleName()
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: someone.shell.page == "intake")


def test_what_is_missing_is_said_here_and_nothing_that_was_typed_is_lost(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    table.course.take(dossier, "hand-on")
    table.counter.user = USERS["supervisor"]
    someone = clerk()
    page = opened(someone, table, dossier)
    codes = [choice.code for choice in page._view.choices] if page._view else []
    someone.key(Qt.Key(Qt.Key.Key_1 + codes.index("refuse")))
    someone.until(page.reason.isVisible)
    assert tabs_to(someone, page.reason) == 1
    someone.type("Giấy phép giả")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(page.fault.isVisible)
    assert "Chưa ghi căn cứ pháp lý" in page.fault.headline.text()
    someone.until(page.basis.hasFocus)
    assert page.reason.value() == "Giấy phép giả"
    someone.type("TT 12/2025/TT-BCA")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page.state.text() == "Không tiếp nhận")
    assert page.none.isVisible()
    assert not page.take.isVisible()


def test_the_new_appointment_is_proposed_and_a_step_that_was_taken_cannot_be_chosen(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    table.course.take(dossier, "hand-on")
    table.counter.user = USERS["supervisor"]
    someone = clerk()
    page = opened(someone, table, dossier)
    view = page._view
    assert view is not None
    codes = [choice.code for choice in view.choices]
    someone.key(Qt.Key(Qt.Key.Key_1 + codes.index("extend")))
    someone.until(page.on.isVisible)
    assert (page.on.value() > str(view.due_at)[:10], page.at.value()) == (True, "17:00")
    page.reason.set_value("Máy in thẻ hỏng")
    someone.key(Qt.Key.Key_Return, CTRL)
    someone.until(lambda: page._view is not None and len(page._view.dues) == 2)
    assert "trước đó" in page.due.text()
    shown = page._view
    assert shown is not None
    assert shown.due_at is not None
    page.past.show_view(replace(shown, dues=(shown.due_at, shown.due_at)))
    assert "trước đó" not in page.past.due.text(), "the same appointment is said once"
    page.past.show_view(shown)
    rows = {row.view.value: row for row in page.steps.rows() if row.view is not None}
    assert not rows["extend"].isCheckable()


def test_the_open_steps_take_the_room_that_nothing_else_needs(clerk: Open, table: Desk) -> None:
    dossier = table.accepted()
    table.course.take(dossier, "hand-on")
    table.counter.user = USERS["supervisor"]
    someone = clerk()
    someone.window.resize(1280, 800)
    page = opened(someone, table, dossier)
    rows = page.steps.rows()
    assert len(rows) > 5

    def in_sight() -> bool:
        view = page.steps._area.viewport()
        edges = [row.mapTo(view, row.rect().bottomLeft()).y() for row in rows]
        return max(edges) <= view.height()

    someone.until(in_sight)
    tall = page.steps.height()
    step = next(one for one in page.steps.rows() if one.view is not None and one.view.value == "ask-supplement")
    step.setFocus()
    someone.key(Qt.Key.Key_Space)
    someone.until(lambda: page.further.isVisible() and page._fields.height() > 100)
    assert page.steps.height() < tall, "what must be said with it has room of its own"
