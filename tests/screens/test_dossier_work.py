"""Saving by itself: what the desk will never take is said where it was typed and sent no more; the rest is kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from clerk_app.domain.refusals import Refusal, Words
from tests.screens.test_intake import Open, counter
from ui.dossier_work import RETRY_SAVE_MS

__all__ = ["counter"]
pytestmark = pytest.mark.window


def test_a_text_that_is_never_taken_is_said_beside_its_field_and_the_others_are_kept(counter: Open) -> None:
    at = counter(step="application")
    at.desk.limits["reason"] = 10
    work = at.screen.work
    work.changes.note("reason", "x" * 40)
    work.changes.note("applicant.phone", "0987654321")
    work.save_now()
    at.until(lambda: at.field("reason").below.text() == "Quá dài. Rút gọn.")
    at.rest()
    assert at.desk.values == {"applicant.phone": "0987654321"}
    assert at.field("reason").input.value() == "Giấy phép sắp hết hạn", "what the desk keeps"
    assert at.field("applicant.phone").input.value() == "0987654321"
    assert not work.changes
    assert not at.screen.notice.isVisible(), "it is said once, in its place"
    asked = len(at.desk.did("enter"))
    at.qtbot.wait(RETRY_SAVE_MS + 300)
    assert len(at.desk.did("enter")) == asked, "it is not sent again and again"


def test_going_on_waits_for_the_field_that_was_not_taken(counter: Open) -> None:
    at = counter(step="application")
    at.desk.limits["reason"] = 10
    at.screen.work.changes.note("reason", "x" * 40)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.field("reason").below.text() == "Quá dài. Rút gọn.")
    at.rest()
    assert at.screen.step() == "application"
    assert at.desk.did("check") == []
    at.field("reason").input.setFocus()
    at.key(Qt.Key.Key_End)
    at.key(Qt.Key.Key_Backspace)
    assert at.field("reason").below.text() != "Quá dài. Rút gọn.", "whoever mends it is not blamed any longer"


def test_a_dossier_that_takes_nothing_more_is_said_once(counter: Open) -> None:
    at = counter(step="application")
    at.desk.refuse["enter"] = Refusal("DOSSIER_CLOSED", Words("Đã đóng.", "Closed."), Words("Mở mới.", "Open anew."))
    at.screen.work.changes.note("reason", "y")
    at.screen.work.save_now()
    at.until(lambda: at.screen.notice.isVisible())
    at.rest()
    assert at.screen.notice.headline.text() == "Đã đóng."
    asked = len(at.desk.did("enter"))
    at.qtbot.wait(RETRY_SAVE_MS + 300)
    assert len(at.desk.did("enter")) == asked


def test_a_disk_that_is_full_for_a_moment_is_tried_again(counter: Open) -> None:
    at = counter(step="application")
    at.desk.refuse["enter"] = Refusal("DISK_FULL", Words("Đầy.", "Full."), Words("Xóa bớt.", "Free some."))
    at.screen.work.changes.note("reason", "z")
    at.screen.work.save_now()
    at.until(lambda: at.desk.did("enter"))
    del at.desk.refuse["enter"]
    at.until(lambda: at.desk.values.get("reason") == "z" and not at.screen.work.changes)


@pytest.mark.parametrize(("step", "verb"), [("receipt", "submit"), ("fee", "take"), ("application", "check")])
def test_enter_does_it_after_all_where_the_save_before_it_failed(counter: Open, step: str, verb: str) -> None:
    """The disk was full for a moment: the same key goes on, nothing else has to be touched."""
    at = counter(step=step, end="ready", paid=step == "receipt")
    if step == "fee":
        at.screen.cashier.take_offer(0)
    full = Refusal("DISK_FULL", Words("Ổ đĩa đầy.", "The disk is full."), Words("Dọn ổ đĩa.", "Make room."))
    at.desk.refuse["enter"] = full
    at.screen.work.changes.note("reason", "y")
    gate = at.desk.wait_at("enter")
    at.key(Qt.Key.Key_Return)
    gate.set()
    at.until(lambda: at.screen.notice.isVisible())
    at.until(lambda: not at.screen.work.busy)
    assert at.desk.did(verb) == []
    assert at.screen.primary.isEnabled()
    del at.desk.refuse["enter"]
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did(verb))
    at.rest()
    assert len(at.desk.did(verb)) == 1


@pytest.mark.parametrize(("step", "verb"), [("receipt", "submit"), ("fee", "take")])
def test_enter_goes_on_in_a_dossier_that_was_left_while_it_was_done(counter: Open, step: str, verb: str) -> None:
    at = counter(step=step, end="ready", paid=step == "receipt")
    if step == "fee":
        at.screen.cashier.take_offer(0)
    gate = at.desk.wait_at(verb)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did(verb))
    at.screen.work.put_away()
    gate.set()
    at.rest()
    at.screen.show_view(at.desk.current)
    assert at.screen.primary.isEnabled()
    assert at.screen.pages[at.screen.step()].primary()[2]
