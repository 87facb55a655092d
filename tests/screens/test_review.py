"""Second looks in the window: by keys, with nothing said of what was not seen; findings answered; figures."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clerk_app.desk.ports import Pixels
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_review
from tests.screens.sample_desk import page_picture
from tests.screens.sample_review import SampleReview
from tests.screens.shell_desk import Clerk, clerk
from ui.retention_watch import RetentionWatch
from ui.screens.review import ReviewScreen

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def opened(someone: Clerk, review: SampleReview) -> ReviewScreen:
    """The page, with what waits."""
    someone.desk.review = review
    someone.at_work()
    someone.key(Qt.Key.Key_7, CTRL)
    page = someone.shell.current()
    assert isinstance(page, ReviewScreen)
    someone.until(lambda: page._view is not None)
    return page


def shows(page: ReviewScreen, number: int) -> bool:
    return page._sheet is not None and page._sheet.row.dossier == sample_review.dossier(number)


def test_the_first_dossier_is_shown_with_its_evidence(clerk: Open) -> None:
    someone = clerk()
    page = opened(someone, SampleReview())
    someone.until(lambda: shows(page, 1))
    assert page.context.text() == "4 hồ sơ chờ"
    assert page.evidence.title.text() == "TRẦN MINH QUÂN"
    assert page.evidence.context.text().startswith("G01.801.308-261123-000001 · ")
    said = {line.view.name: line._value.text() for line in page.evidence.fields}
    assert said["applicant.born"] == "14/08/1990"
    assert said["applicant.sex"] == "Nam"
    assert len(page.evidence.thumbs) == 3
    someone.until(lambda: all(not thumb.pixmap().isNull() for thumb in page.evidence.thumbs))


def test_a_page_that_is_at_central_only_is_brought_when_somebody_chooses_it(clerk: Open) -> None:
    someone = clerk()
    brought: list[str] = []

    def picture(sheet: str, edge: int, dossier: UUID | None = None, here: bool = False) -> Pixels:
        if here:
            raise Refusal("SHEET_MISSING", Words("Không có trang.", "No page."), Words("Quét lại.", "Scan again."))
        brought.append(sheet)
        return page_picture(sheet, edge)

    someone.desk.papers.picture = picture
    page = opened(someone, SampleReview())
    someone.until(lambda: shows(page, 1))
    thumbs = page.evidence.thumbs
    someone.until(lambda: all("Ở trung tâm" in thumb.text() for thumb in thumbs))
    sheets = {thumb.page.sheet for thumb in thumbs}
    assert sheets.isdisjoint(brought), "nobody asked for a page"
    chosen = thumbs[1].page.sheet
    thumbs[1].setFocus()
    someone.until(lambda: page.evidence.large.isVisible())
    assert [one for one in brought if one in sheets] == [chosen]
    assert not thumbs[1].pixmap().isNull()


def test_a_key_a_dossier_while_all_is_sound(clerk: Open) -> None:
    """Four dossiers, four keys."""
    someone = clerk()
    page = opened(someone, SampleReview())
    for number in range(1, 5):
        someone.until(lambda number=number: shows(page, number))
        someone.key(Qt.Key.Key_1, ALT)
        someone.until(lambda number=number: len(someone.desk.review.said) == number)
        someone.until(lambda: not page._loading)
    assert [one[:2] for one in someone.desk.review.said] == [
        (sample_review.dossier(number), "sound") for number in range(1, 5)
    ]
    someone.until(page.empty.isVisible)


def test_nothing_is_said_of_a_dossier_that_is_not_shown_yet(clerk: Open) -> None:
    someone = clerk()
    page = opened(someone, SampleReview())
    someone.until(lambda: shows(page, 1))
    someone.key(Qt.Key.Key_Down)
    someone.key(Qt.Key.Key_1, ALT)
    someone.key(Qt.Key.Key_2, ALT)
    someone.until(lambda: shows(page, 2))
    assert someone.desk.review.said == []


def test_a_finding_points_at_the_field_and_has_a_cause_and_words(clerk: Open) -> None:
    someone = clerk()
    page = opened(someone, SampleReview())
    someone.until(lambda: shows(page, 1))
    page.table.setFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(page.evidence.fields[0].hasFocus)
    someone.key(Qt.Key.Key_Down)
    someone.key(Qt.Key.Key_Down)
    someone.until(page.evidence.fields[2].hasFocus)
    someone.key(Qt.Key.Key_2, ALT)
    someone.until(page.form.isVisible)
    someone.key(Qt.Key.Key_4)
    someone.until(page.form.comment.hasFocus)
    someone.key(Qt.Key.Key_Return)
    assert someone.desk.review.said == [], "a finding without words says nothing"
    someone.type("Ngày sinh sai")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.desk.review.said)
    assert someone.desk.review.said == [
        (sample_review.dossier(1), "finding", "LE_PHI", "Ngày sinh sai", "applicant.born")
    ]
    someone.until(lambda: shows(page, 2))
    assert not page.form.isVisible()


def test_escape_leaves_everything_as_it_was(clerk: Open) -> None:
    someone = clerk()
    page = opened(someone, SampleReview())
    someone.until(lambda: shows(page, 1))
    someone.key(Qt.Key.Key_2, ALT)
    someone.key(Qt.Key.Key_1)
    someone.until(page.form.comment.hasFocus)
    someone.key(Qt.Key.Key_Escape)
    someone.until(lambda: not page.form.isVisible())
    assert page.table.hasFocus()
    assert someone.desk.review.said == []


def test_what_was_refused_says_why_and_the_list_is_asked_again(clerk: Open) -> None:
    someone = clerk()
    refuses = Refusal("REVIEW_TWICE", Words("Bạn đã kiểm tra lại.", "You looked."), Words("Chọn khác.", "Another."))
    page = opened(someone, SampleReview(refuses=refuses))
    someone.until(lambda: shows(page, 1))
    someone.key(Qt.Key.Key_1, ALT)
    someone.until(lambda: "Bạn đã kiểm tra lại." in someone.texts())
    assert not page.sound.busy


def test_a_clerk_sees_what_was_found_in_his_work_and_answers(clerk: Open) -> None:
    someone = clerk()
    found = [sample_review.finding(1), sample_review.finding(2)]
    page = opened(someone, SampleReview(may_review=False, may_read=False, found=found))
    assert page.findings.isVisible()
    assert [tab.isVisible() for tab in page.tabs.values()] == [False, True, False]
    assert "Ngày cấp trên đơn là 12/03/2019" in someone.texts()
    someone.until(lambda: page.findings.cards[0].hasFocus())
    someone.key(Qt.Key.Key_Tab)
    page.findings.cards[1].setFocus()
    someone.key(Qt.Key.Key_1, ALT)
    someone.type("Da sua")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.desk.review.answers == [(found[1].review, "Da sua")])
    someone.until(lambda: len(page.findings.cards) == 1)


def test_an_answer_that_is_refused_says_so_at_its_finding(clerk: Open) -> None:
    someone = clerk()
    refuses = Refusal("FINDING_ANSWERED", Words("Đã trả lời.", "Answered."), Words("Tải lại.", "Look again."))
    review = SampleReview(may_review=False, may_read=False, found=[sample_review.finding(1)], refuses=refuses)
    page = opened(someone, review)
    someone.key(Qt.Key.Key_1, ALT)
    someone.type("x")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.findings.cards[0].problem.headline.text() == "Đã trả lời.")


def test_figures_by_cause_without_names(clerk: Open) -> None:
    someone = clerk()
    page = opened(someone, SampleReview())
    someone.key(Qt.Key.Key_F4)
    someone.until(lambda: page.figures.tiles["drawn"].figure.text() == "61")
    assert page.figures.tiles["drawn"].second.text() == "5,1 % số đã tiếp nhận"
    assert page.figures.causes.text_at(0, 0) == "Thông tin nhập khác giấy tờ"
    assert page.figures.anonymous.isVisible()
    assert not page.figures.clerks.isVisible()
    someone.key(Qt.Key.Key_F2)
    assert page.table.isVisible()
    assert page.table.hasFocus()


def test_a_seed_that_does_not_belong_is_said_above_the_list(clerk: Open) -> None:
    someone = clerk()
    problem = Refusal("REVIEW_SEED_BROKEN", Words("Mã không nối.", "It does not belong."), Words("Báo.", "Tell."))
    page = opened(someone, SampleReview(problem=problem))
    assert page.problem.headline.text() == "Mã không nối."


def test_copies_are_looked_through_in_the_quiet_only(clerk: Open) -> None:
    someone = clerk().at_work()
    ran: list[bool] = []
    watch: RetentionWatch = someone.shell.retention_watch

    class Keeping:
        def wanted(self) -> bool:
            return True

        def run(self, cancel: Callable[[], bool]) -> None:
            ran.append(cancel())

    someone.desk.retention = Keeping()  # type: ignore[assignment]
    bridge = someone.shell.app.bridge
    someone.until(lambda: bridge.report is not None)
    watch.look()
    someone.until(lambda: ran == [False])
    someone.until(lambda: not watch._working)
    someone.desk.delivery.report = type(someone.desk.delivery.report)(state="offline")
    with someone.qtbot.waitSignal(bridge.delivered):
        bridge.deliver_now()
    watch.look()
    QApplication.processEvents()
    assert ran == [False], "without a line nothing is looked at"
