"""Pictures of second looks: `python -m tests.screens.gallery_review OUT [vi|en] [WxH] [NAME]`.

`QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_review
from tests.screens.gallery_outages import Bad, arranged, opened, picture
from tests.screens.sample_review import SampleReview
from ui.screens.review import ReviewScreen

ALT = Qt.KeyboardModifier.AltModifier


def page_of(at: Bad, review: SampleReview) -> ReviewScreen:
    """Sign in and go to the page."""
    at.desk.review = review
    at.desk.papers.picture = lambda sheet, edge, dossier=None, here=False: picture(sheet, edge)
    at.outbox()
    at.window.go("review")
    at.settle(1_500)
    assert at.window.shell is not None
    page = at.window.shell.current()
    assert isinstance(page, ReviewScreen)
    return page


def _waiting(at: Bad) -> None:
    page_of(at, SampleReview())


def _pages(at: Bad) -> None:
    page = page_of(at, SampleReview())
    page.evidence.thumbs[0].setFocus()
    at.settle()
    page.evidence.ensureWidgetVisible(page.evidence.large)


def _finding(at: Bad) -> None:
    page = page_of(at, SampleReview())
    page.evidence.fields[-1].setFocus()
    at.settle(200)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_2, ALT)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    page.form.comment.set_value("Ngày cấp trên bản gốc là 21/03/2019")


def _nothing(at: Bad) -> None:
    page_of(at, SampleReview(waiting=[]))


def _broken(at: Bad) -> None:
    problem = Refusal(
        "REVIEW_SEED_BROKEN",
        Words(
            "Mã rút mẫu ngày 21/11/2026 của trung tâm không nối với các mã trước.", "Central's seed does not belong."
        ),
        Words("Báo cán bộ kỹ thuật: trung tâm có thể đã bị thay.", "Tell the IT officer."),
    )
    page_of(at, SampleReview(problem=problem))


def _clerk(at: Bad) -> None:
    found = [sample_review.finding(1), sample_review.finding(2)]
    page = page_of(at, SampleReview(may_review=False, may_read=False, found=found))
    page.findings.cards[0].setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_1, ALT)


def _clerk_none(at: Bad) -> None:
    page_of(at, SampleReview(may_review=False, may_read=False))


def _figures(at: Bad) -> None:
    page_of(at, SampleReview()).show_part("figures")


def _figures_named(at: Bad) -> None:
    page_of(at, SampleReview(named=True)).show_part("figures")


STATES: dict[str, Callable[[Bad], None]] = {
    "review-waiting": _waiting,
    "review-pages": _pages,
    "review-finding": _finding,
    "review-nothing": _nothing,
    "review-seed-broken": _broken,
    "review-clerk": _clerk,
    "review-clerk-none": _clerk_none,
    "review-figures": _figures,
    "review-figures-named": _figures_named,
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "clerk" if "clerk" in name else "supervisor", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(600)
        at.window.grab().save(str(out / f"{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
