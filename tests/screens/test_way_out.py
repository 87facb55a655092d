"""The outbox on days without a line: what comes near its end, a code that lifts it, and files that are carried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from clerk_app.desk import carrying
from clerk_app.desk.carrying import CarriedHome
from clerk_app.desk.grace import GraceView
from clerk_app.desk.limits import LimitView
from clerk_app.domain.limits import LimitName, Stage
from clerk_app.domain.refusals import Refusal, Words
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.outbox import OutboxScreen
from ui.widgets.notice import Notice
from ui.widgets.way_out_card import SUFFIX

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]


def near(name: LimitName, stage: Stage, used: float = 27) -> LimitView:
    words = Words(f"Còn ít: {name}.", f"Little left: {name}.")
    return LimitView(name, used, 30, stage, words, Words("Nối mạng.", "Connect."))


def outbox(someone: Clerk) -> OutboxScreen:
    someone.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    current = someone.shell.current()
    assert isinstance(current, OutboxScreen)
    someone.until(lambda: current._view is not None)
    return current


def said(box: OutboxScreen) -> list[str]:
    """The limits that are shown."""
    return [row.headline.text() for row in box.limits.findChildren(Notice) if row.isVisible()]


def chosen(box: OutboxScreen, file: Path) -> None:
    """Somebody chooses a file in the dialog that stands open."""
    (dialog,) = box.way_out.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.close()


def test_what_waits_goes_into_a_file_that_somebody_chooses(clerk: Open, tmp_path: Path) -> None:
    someone = clerk().at_work()
    way = outbox(someone).way_out
    way.out.click()
    (dialog,) = way.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == SUFFIX[1:] == carrying.SUFFIX[1:]
    chosen(outbox(someone), tmp_path / "Q04.quay")
    someone.until(lambda: someone.desk.carried == [("out", tmp_path / "Q04.quay")])
    someone.until(way.notice.isVisible)
    assert way.notice.headline.text() == "Đã ghi 5 mục và 6 trang."
    assert "trung tâm" in way.notice.remedy.text()


def test_an_answer_is_taken_in_or_says_why_not(clerk: Open, tmp_path: Path) -> None:
    someone = clerk().at_work()
    box = outbox(someone)
    box.way_out.home.click()
    chosen(box, tmp_path / "answer.quay")
    someone.until(box.way_out.notice.isVisible)
    assert box.way_out.notice.headline.text() == "Trung tâm đã nhận 5 mục, từ chối 0."
    problem = Refusal("CARRIED_GAP", Words("Thiếu tệp trước.", "Earlier missing."), Words("Đưa tệp cũ.", "Older."))
    someone.desk.brought = CarriedHome(problem=problem)
    box.way_out.take(tmp_path / "answer.quay")
    someone.until(lambda: box.way_out.notice.headline.text() == "Thiếu tệp trước.")
    someone.desk.brought = Refusal("CARRIED_DAMAGED", Words("Tệp hỏng.", "Damaged."), Words("Chép lại.", "Again."))
    box.way_out.take(tmp_path / "answer.quay")
    someone.until(lambda: box.way_out.notice.headline.text() == "Tệp hỏng.")
    assert box.way_out.home.words() == "Nhận tệp trả lời"


def test_limits_that_are_far_are_not_spoken_of(clerk: Open) -> None:
    someone = clerk()
    someone.desk.near = (near("disk", "ok", 1),)
    box = outbox(someone.at_work())
    someone.until(lambda: not box.limits._looking)
    assert not box.limits.isVisible()


def test_a_code_lifts_a_limit_and_a_wrong_one_is_told(clerk: Open) -> None:
    someone = clerk()
    someone.desk.near = (near("central", "reached", 30), near("disk", "notice", 22))
    box = outbox(someone.at_work())
    someone.until(box.limits.isVisible)
    someone.until(lambda: said(box) == ["Còn ít: central.", "Còn ít: disk."])
    someone.desk.near = (near("disk", "notice", 22), near("users", "reached", 30), near("central", "reached", 30))
    box.limits.look()
    # The worst first, and one remedy said once.
    someone.until(lambda: said(box) == ["Còn ít: users.\nCòn ít: central.", "Còn ít: disk."])
    someone.desk.lifts = Refusal("GRACE_MISTYPED", Words("Mã nhập sai.", "Mistyped."), Words("So lại.", "Compare."))
    box.limits.lift.click()
    assert box.limits.code.text.hasFocus()
    box.limits.code.text.set_value("4GJ2 0000")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: box.limits.notice.headline.text() == "Mã nhập sai.")
    someone.desk.lifts = GraceView("central", Words("Đã gia hạn đến hết ngày 30/11.", "Lifted."))
    box.limits.lift.click()
    box.limits.code.text.set_value("4GJ2 1111")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: box.limits.notice.headline.text() == "Đã gia hạn đến hết ngày 30/11.")
    assert someone.desk.codes == ["4GJ2 0000", "4GJ2 1111"]


def test_the_nearest_limit_is_told_above_the_page(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.desk.near = (near("disk", "notice", 22), near("users", "urgent", 28))
    someone.shell.limits_watch.look()
    someone.until(someone.shell.notice.isVisible)
    assert someone.shell.notice.headline.text() == "Còn ít: users."
