"""A dossier that another desk has open: it says whose it is, can only be looked at, and can be taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.intake_view import read_only
from clerk_app.desk.views import LeaseView
from clerk_app.domain.refusals import Words
from tests.screens import sample_intake as sample
from tests.screens.test_intake import Counter, Open, counter

__all__ = ["counter"]
pytestmark = pytest.mark.window
HOLDER = Words("Quầy Q02 · Nguyễn Thu Hà đang mở từ 09:12", "Desk Q02 · Nguyễn Thu Hà has it open since 09:12")
KEPT = Words("Những gì đã nhập ở đây vẫn được giữ.", "What was entered here is kept.")
THEIRS = LeaseView("theirs", HOLDER, KEPT, "Q02", "Nguyễn Thu Hà", "09:12")
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def taken_over(at: Counter) -> None:
    """Another desk takes the dossier; the desk's views are read-only from now on."""
    at.desk.leases.lease = THEIRS
    at.desk.current = read_only(at.desk.current, HOLDER)
    at.app.bridge.delivered.emit(DeliveryReport(pulled=1))


def given_back(at: Counter) -> None:
    view = sample.intake(step="application")
    at.desk.current = replace(view, saved_at=at.desk.current.saved_at)


def test_a_dossier_of_ones_own_says_nothing(counter: Open) -> None:
    at = counter(step="application")
    at.until(lambda: at.desk.leases.asked == [("hold",)])
    at.rest()
    assert not at.screen.lease_line.isVisible()
    assert at.screen.work.editable


def test_who_else_has_it_open_is_said_and_nothing_can_be_entered(counter: Open) -> None:
    at = counter(step="application")
    at.rest()
    taken_over(at)
    at.until(lambda: at.screen.lease_line.isVisible() and not at.screen.work.editable)
    assert at.screen.lease_line.notice.headline.text() == HOLDER.vi
    assert at.screen.lease_line.notice.remedy.text() == KEPT.vi
    at.rest()
    assert at.field("reason").input.isReadOnly() or not at.field("reason").input.isEnabled()


def test_who_took_it_over_is_heard_as_soon_as_news_comes_by_itself(counter: Open) -> None:
    at = counter(step="application")
    at.rest()
    at.desk.leases.lease = THEIRS
    at.desk.current = read_only(at.desk.current, HOLDER)
    at.app.bridge._ear.came.emit(1)
    at.until(lambda: at.screen.lease_line.isVisible() and not at.screen.work.editable)


def test_what_was_being_typed_when_it_was_taken_over_is_kept(counter: Open) -> None:
    at = counter(step="application")
    at.rest()
    at.screen.work.changes.note("applicant.phone", "0911222333")
    taken_over(at)
    at.until(lambda: at.desk.values.get("applicant.phone") == "0911222333")
    at.until(lambda: not at.screen.work.editable)
    assert not at.screen.work.changes


def test_it_is_taken_over_by_a_key_and_with_a_reason(counter: Open) -> None:
    at = counter(step="application")
    at.rest()
    taken_over(at)
    at.until(lambda: not at.screen.work.editable)
    at.key(Qt.Key.Key_T, CTRL_SHIFT)
    assert at.screen.lease_line.reason.text.hasFocus()
    assert not at.screen.lease_line.take.isVisible(), "one button to press, beside the answer"
    at.key(Qt.Key.Key_Escape)
    assert at.screen.lease_line.take.isVisible()
    at.key(Qt.Key.Key_T, CTRL_SHIFT)
    at.key(Qt.Key.Key_Return)
    assert at.screen.lease_line.reason.isVisible(), "not without a reason"
    at.type("nguoi dan sang day")
    given_back(at)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: ("take_over", "nguoi dan sang day") in at.desk.leases.asked)
    at.until(lambda: at.screen.work.editable and not at.screen.lease_line.isVisible())


def test_a_parked_dossier_is_given_back(counter: Open) -> None:
    at = counter(step="application")
    at.rest()
    at.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.leases.asked[-1] == ("release",))
