"""Pictures of deciding exceptions: `python -m tests.screens.gallery_approvals OUT [vi|en] [WxH] [NAME]`.

`QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clerk_app.desk.approval_views import AnswerView, HandlingView
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.domain.refusals import Words
from tests.screens import sample, sample_approvals
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.sample_approvals import CONTRADICTED, SampleApprovals, numbered
from tests.screens.sample_desk import page_picture
from ui.screens.approvals import ApprovalsScreen

LOOKS = Words("Hoàng Quốc Bảo đang xem", "Hoàng Quốc Bảo is looking at it")


def _page(at: Bad, count: int = 4) -> ApprovalsScreen:
    at.desk.approvals = SampleApprovals(count)
    at.desk.papers.picture = page_picture
    at.begin()
    at.window.sign_in.user.edit.setText(at.user)
    at.window.sign_in.password.edit.setText("practice")
    at.window.sign_in.submit()
    while at.window.shell is None or at.window.shell.current() is None:
        at.settle(200)
    at.window.go("approvals")
    page = at.window.shell.current()
    assert isinstance(page, ApprovalsScreen)
    while page._queue is None or (count and not page.panel.ready):
        at.settle(200)
    return page


def _press(at: Bad, key: Qt.Key, wait_ms: int = 200) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)
    at.settle(wait_ms)


def _queue(at: Bad) -> None:
    _page(at)


def _twenty(at: Bad) -> None:
    _page(at, 20)


def _empty(at: Bad) -> None:
    _page(at, 0)


def _pinning(at: Bad) -> None:
    _page(at)
    _press(at, Qt.Key.Key_P)


def _pinned(at: Bad) -> None:
    page = _page(at)
    _press(at, Qt.Key.Key_P)
    _press(at, Qt.Key.Key_4)
    page.panel.line.text.set_value("Sửa nơi cư trú theo thẻ rồi nhận hồ sơ")
    _press(at, Qt.Key.Key_Return)


def _refusing(at: Bad) -> None:
    _page(at)
    _press(at, Qt.Key.Key_R)


def _rule(at: Bad) -> None:
    page = _page(at)
    page.toggle_rule()


def _may_not(at: Bad) -> None:
    page = _page(at, 1)
    at.desk.approvals.rows = [sample_approvals.row(3, may=False)]
    page.load()


def _handled(at: Bad) -> None:
    page = _page(at)
    at.desk.approvals.others = (HandlingView(numbered(0), LOOKS),)
    page.handling._ask()


def _sooner(at: Bad) -> None:
    page = _page(at)
    at.desk.approvals.refuse = CONTRADICTED
    at.desk.approvals.rows = at.desk.approvals.rows[1:] + at.desk.approvals.rows[:1]
    _press(at, Qt.Key.Key_A, 600)
    page.rule.hide()


def _offline(at: Bad) -> None:
    page = _page(at)
    page._delivered(DeliveryReport(state="offline"))


def _large(at: Bad) -> None:
    _page(at)
    _press(at, Qt.Key.Key_V, 900)


def _answer(at: Bad) -> None:
    at.desk.approvals.decides = False
    at.begin()
    at.window.sign_in.user.edit.setText("clerk")
    at.window.sign_in.password.edit.setText("practice")
    at.window.sign_in.submit()
    at.settle(1_500)
    said = Words(
        "Vũ Minh Châu đã duyệt – hồ sơ Q04-261129-0031.", "Vũ Minh Châu granted the request for Q04-261129-0031."
    )
    told = Words("Nơi cư trú: sửa theo thẻ rồi nhận hồ sơ", "Residence: as on the card, then accept it")
    at.desk.approvals.told = (
        AnswerView("k", sample.dossier(1), "IDENTITY_WEAK", "granted", said, told, "identity", "applicant.residence"),
    )
    at.desk.announce(sample.dossier(1))


STATES: dict[str, Callable[[Bad], None]] = {
    "approvals": _queue,
    "approvals-twenty": _twenty,
    "approvals-empty": _empty,
    "approvals-pinning": _pinning,
    "approvals-pinned": _pinned,
    "approvals-refusing": _refusing,
    "approvals-rule": _rule,
    "approvals-may-not": _may_not,
    "approvals-handled": _handled,
    "approvals-sooner": _sooner,
    "approvals-offline": _offline,
    "approvals-page": _large,
    "answer-at-the-desk": _answer,
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "supervisor", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle()
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
