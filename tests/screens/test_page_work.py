"""Pages come beside the clerk's work: from every step, also for a dossier that was put away; nothing waits for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from clerk_app.desk.archive import Troubles
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.views import FieldView, IntakeView, PapersView
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_intake as sample
from tests.screens import sample_papers
from tests.screens.test_intake import Counter, Open, counter
from tests.screens.test_papers import JAM
from ui.screens.intake import IntakeScreen

pytestmark = pytest.mark.window
__all__ = ["counter"]
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def with_papers(papers: PapersView) -> IntakeView:
    """The papers step in that state."""
    return replace(sample.intake(step="papers"), papers=papers)


def in_state(counter: Open, state: str) -> Counter:
    """The clerk in the papers step in that state."""
    at = counter(with_papers(sample_papers.papers(state)))
    at.rest()
    return at


def test_the_clerk_types_in_step_2_while_pages_come(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    gate = at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.page_work.arriving is not None and at.screen.page_work.arriving.count == 1)
    at.key(Qt.Key.Key_F3)
    at.screen.application.form.focus_field("reason")
    at.type(" som")
    at.until(lambda: at.desk.values.get("reason", "").endswith("som"))
    line = at.screen.head.pages
    assert line.isVisible()
    assert line.words.text() == "Đang nhận · 1 trang"
    gate.set()
    at.until(lambda: at.screen.page_work.arriving is None)
    at.rest()
    assert at.screen.step() == "application", "nobody was taken anywhere"
    assert not line.isVisible()


def test_pages_are_worked_while_others_come(counter: Open) -> None:
    at = counter(step="papers", pages=3)
    at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.page_work.arriving is not None)
    at.key(Qt.Key.Key_R)
    at.until(lambda: at.desk.did("turn") == [("turn", [0])])
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.did("undo"))
    assert at.screen.page_work.arriving is not None


def test_a_parked_dossier_goes_on_and_the_next_one_is_free(counter: Open) -> None:
    at = counter(step="papers", pages=1)
    gate = at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.page_work.arriving is not None)
    at.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.did("park"))
    assert at.screen.page_work.arriving is not None
    other = replace(sample.intake(step="papers", pages=0), dossier=sample.UUID(int=9))
    at.desk.current = replace(other, saved_at=at.desk.clock)
    at.screen.show_view(at.desk.current)
    assert not at.screen.head.pages.isVisible(), "they are not this citizen's"
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.papers.fault.isVisible())
    assert at.screen.papers.fault.headline.text() == "Máy quét đang nhận trang."
    gate.set()
    at.until(lambda: at.screen.page_work.arriving is None)


def test_stop_from_another_step(counter: Open) -> None:
    at = counter(step="papers", pages=1)
    at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.page_work.arriving is not None)
    at.key(Qt.Key.Key_F3)
    at.key(Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier | SHIFT)
    at.until(lambda: at.screen.page_work.arriving is None)
    assert at.screen.page_work.trouble is not None
    at.key(Qt.Key.Key_F4)
    at.until(lambda: at.screen.papers.fault.isVisible())
    assert at.screen.papers.fault.headline.text() == "Đã dừng quét."


def test_a_jam_is_said_in_every_step_and_space_goes_on_for_the_same_item(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.refuse["scan"] = JAM
    at.key(Qt.Key.Key_Space)
    at.key(Qt.Key.Key_F3)
    at.until(lambda: at.screen.head.pages.isVisible() and at.screen.head.pages.look.isVisible())
    assert at.screen.head.pages.words.text() == "Kẹt giấy. Đã giữ 1 trang."
    at.rest()
    del at.desk.refuse["scan"]
    at.screen.head.pages.look.click()
    at.until(lambda: at.screen.papers.fault.isVisible())
    at.screen.papers.list.choose("GPLX_CU")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.did("scan") == [("scan", "GKSK"), ("scan", "GKSK")])
    at.until(lambda: not at.screen.papers.fault.isVisible())


def test_pages_that_came_are_made_one_after_the_other(counter: Open) -> None:
    at = counter(with_papers(sample_papers.papers("scanning")))
    at.until(lambda: len(at.desk.did("make_next")) == 2)
    at.rest()
    assert [page.sheet for page in at.screen.papers.strip.pages] == ["m3", "m4", "s0", "s1", "s2"]
    assert at.desk.current.papers.raw == 0


def test_a_page_stays_in_sight_as_soon_as_it_came(counter: Open) -> None:
    at = counter(with_papers(sample_papers.view(sample_papers.THREE)))
    at.rest()
    at.desk.wait_at("make_next")
    papers = sample_papers.papers("scanning")
    at.screen.work.take(replace(at.desk.current, papers=papers, saved_at=at.desk.clock + timedelta(seconds=1)))
    assert [page.raw for page in at.screen.papers.strip.pages] == [True, True, False, False, False]
    at.screen.papers.strip.setCurrentRow(0)
    assert at.screen.papers.preview.said == "intake.preview.making"


def test_what_cannot_be_made_is_said_and_not_tried_for_ever(counter: Open) -> None:
    at = counter(with_papers(sample_papers.view(sample_papers.THREE)))
    at.desk.refuse["make_next"] = Refusal("DISK_FULL", Words("Ổ đĩa đầy.", "Disk full."), Words("Dọn.", "Clear it."))
    at.desk.current = with_papers(sample_papers.papers("scanning"))
    at.screen.work.take(replace(at.desk.current, saved_at=at.desk.clock + timedelta(seconds=1)))
    at.until(lambda: at.screen.papers.fault.isVisible())
    at.rest()
    assert at.screen.papers.fault.headline.text() == "Ổ đĩa đầy."
    assert len(at.desk.did("make_next")) == 1


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (Qt.Key.Key_R, ("turn", [1])),
        (Qt.Key.Key_B, ("set_aside", [1])),
        (Qt.Key.Key_L, ("look_at", [1])),
        (Qt.Key.Key_2, ("assign", [1], "GPLX_CU")),
        (Qt.Key.Key_P, ("pair", 1, -1)),
        (Qt.Key.Key_Q, ("rescan", 1)),
        (Qt.Key.Key_G, ("remake", 1, Wish(colour="grey"))),
    ],
)
def test_a_page_in_hand_is_worked_by_one_key(counter: Open, key: Qt.Key, asked: tuple[object, ...]) -> None:
    at = in_state(counter, "flaws")
    at.screen.papers.strip.setFocus()
    at.screen.papers.strip.setCurrentRow(1)
    at.key(key)
    at.until(lambda: at.desk.did(str(asked[0])) == [asked])


def test_alt_and_an_arrow_move_within_the_item_only(counter: Open) -> None:
    at = in_state(counter, "flaws")
    at.screen.papers.strip.setFocus()
    at.screen.papers.strip.setCurrentRow(2)
    at.key(Qt.Key.Key_Down, ALT)
    at.key(Qt.Key.Key_Up, ALT)
    at.until(lambda: at.desk.did("move") == [("move", 2, 1)])


@pytest.mark.parametrize(
    ("key", "asked"), [(Qt.Key.Key_S, ("split", 1, "GPLX_CU")), (Qt.Key.Key_J, ("join", "GKSK", "GPLX_CU"))]
)
def test_split_and_join_ask_for_the_item(counter: Open, key: Qt.Key, asked: tuple[object, ...]) -> None:
    at = in_state(counter, "flaws")
    at.screen.papers.strip.setFocus()
    at.screen.papers.strip.setCurrentRow(1)
    at.key(key)
    assert "1–9" in at.screen._hint.text()
    at.key(Qt.Key.Key_Escape)
    assert at.screen.step() == "papers", "Esc takes the question back, nothing else"
    at.key(key)
    at.key(Qt.Key.Key_2)
    at.until(lambda: at.desk.did(str(asked[0])) == [asked])
    assert at.desk.did("assign") == []


def test_a_digit_scans_for_its_item_while_the_checklist_has_the_keyboard(counter: Open) -> None:
    at = in_state(counter, "flaws")
    at.screen.papers.list.setFocus()
    at.key(Qt.Key.Key_2)
    at.until(lambda: at.desk.did("scan") == [("scan", "GPLX_CU")])


def scanned_piles(at: Counter) -> None:
    """A pile of fronts, then the pile of their backs."""
    at.key(Qt.Key.Key_Space)
    at.until(lambda: len(at.desk.did("scan")) == 1)
    at.rest()
    at.key(Qt.Key.Key_D)
    at.until(lambda: at.desk.did("interleave"))
    at.rest()


def test_backs_follow_their_fronts_between_them(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.key(Qt.Key.Key_D)
    assert at.screen.papers.fault.headline.text() == "Chưa có mặt trước nào để ghép mặt sau."
    scanned_piles(at)
    assert at.desk.did("interleave") == [("interleave", 0, 1)]
    assert not at.screen.papers.fault.isVisible()
    at.key(Qt.Key.Key_V)
    assert at.screen.papers.fault.headline.text() == "Chưa có mặt trước nào để ghép mặt sau."


DOUBT = Refusal(
    "DUPLEX_DOUBTFUL", Words("Mặt trước và mặt sau không khớp.", "They do not fit."), Words("Xem.", "Look.")
)
COUNT = Refusal("DUPLEX_COUNT", Words("Thiếu một mặt sau.", "A back is missing."), Words("Quét thêm.", "Scan it."))


def test_a_doubtful_pile_is_said_and_put_together_by_one_key(counter: Open) -> None:
    at = counter(step="papers", pages=2)
    at.desk.refuse["interleave"] = DOUBT
    scanned_piles(at)
    papers = at.screen.papers
    assert papers.fault.headline.text() == "Mặt trước và mặt sau không khớp."
    assert papers._anyway.isVisible()
    assert papers._anyway.words() == "Vẫn ghép"
    at.key(Qt.Key.Key_V)
    at.until(lambda: len(at.desk.did("interleave")) == 2)
    at.rest()
    assert at.desk.did("interleave") == [("interleave", 2, 3), ("interleave", 2, 3, True, True)]
    assert not papers.fault.isVisible()
    assert len(at.desk.did("scan")) == 2, "the piles were not scanned anew"


def test_the_other_order_is_tried_before_the_doubt_is_passed_over(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.refuse["interleave"] = DOUBT
    scanned_piles(at)
    at.key(Qt.Key.Key_V, SHIFT)
    at.until(lambda: len(at.desk.did("interleave")) == 2)
    at.rest()
    assert at.desk.did("interleave")[-1] == ("interleave", 0, 1, False, False), "never against a doubt nobody read"
    at.key(Qt.Key.Key_V)
    at.until(lambda: len(at.desk.did("interleave")) == 3)
    assert at.desk.did("interleave")[-1] == ("interleave", 0, 1, False, True)


def test_piles_of_different_number_are_tried_again_when_they_were_mended(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.refuse["interleave"] = COUNT
    scanned_piles(at)
    papers = at.screen.papers
    assert papers._anyway.words() == "Ghép lại"
    assert not papers._other.isVisible()
    del at.desk.refuse["interleave"]
    at.key(Qt.Key.Key_V)
    at.until(lambda: not papers.fault.isVisible())
    assert at.desk.did("interleave") == [("interleave", 0, 1)] * 2, "nothing is passed over: they agree now"


def test_piles_keep_their_place_when_pages_before_them_go(counter: Open) -> None:
    at = counter(step="papers", pages=2)
    at.desk.refuse["interleave"] = DOUBT
    scanned_piles(at)
    papers = at.desk.current.papers
    left = tuple(replace(page, index=place) for place, page in enumerate(papers.pages[1:]))
    at.desk.current = replace(at.desk.current, papers=replace(papers, pages=left))
    at.key(Qt.Key.Key_V)
    at.until(lambda: len(at.desk.did("interleave")) == 2)
    assert at.desk.did("interleave")[-1][1:3] == (1, 2)


WARMING = Words("Máy quét đang chuẩn bị, xin chờ.", "The scanner is getting ready; please wait.")
WAITING = Words("Máy quét đang bận, chờ đến lượt.", "The scanner is busy; waiting for our turn.")


def test_what_the_scanner_waits_for_is_said_until_a_page_comes(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.notices = (WARMING, WAITING)
    first, end = at.desk.wait_at("first page"), at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    said = at.screen.papers._list_card.scanning
    at.until(lambda: said.isVisible() and said.text() == WAITING.vi)
    assert at.screen.head.pages.words.text() == WAITING.vi
    at.key(Qt.Key.Key_F3)
    assert at.screen.head.pages.words.text() == WAITING.vi, "wherever the clerk is"
    first.set()
    at.until(lambda: at.screen.head.pages.words.text() == "Đang nhận · 1 trang")
    at.key(Qt.Key.Key_F4)
    assert said.text() == "Đã nhận 1 trang…"
    end.set()
    at.until(lambda: not said.isVisible())


def test_one_key_goes_from_what_the_paper_wants_to_both_sides_and_to_one(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.rest()
    button = at.screen.papers._list_card._sides
    assert (button.isVisible(), button.words()) == (True, "Số mặt: theo loại giấy")
    said = []
    for _ in range(3):
        at.key(Qt.Key.Key_H)
        at.rest()
        said.append(button.words())
    assert said == ["Số mặt: luôn hai mặt", "Số mặt: luôn một mặt", "Số mặt: theo loại giấy"]
    assert at.desk.did("take_sides") == [("take_sides", "both"), ("take_sides", "one"), ("take_sides", "")]


def test_sides_that_were_chosen_before_are_shown(counter: Open) -> None:
    at = counter(step="fee", pages=0)
    at.desk.sides = "both"
    at.key(Qt.Key.Key_F4)
    at.until(lambda: at.screen.papers._list_card._sides.words() == "Số mặt: luôn hai mặt")


def test_sides_that_could_not_be_kept_are_said_and_stay_as_they_were(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.refuse["take_sides"] = Refusal("DISK_FULL", Words("Ổ đĩa đầy.", "Disk full."), Words("Dọn.", "Clear it."))
    at.key(Qt.Key.Key_H)
    at.until(lambda: at.screen.papers.fault.isVisible())
    at.rest()
    assert at.screen.papers.fault.headline.text() == "Ổ đĩa đầy."
    assert at.screen.papers._list_card._sides.words() == "Số mặt: theo loại giấy"
    del at.desk.refuse["take_sides"]
    at.key(Qt.Key.Key_H)
    at.until(lambda: at.screen.papers._list_card._sides.words() == "Số mặt: luôn hai mặt")


def test_a_fault_of_ours_is_told_with_its_reference_and_no_name(
    counter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    at = counter(step="papers", pages=1)
    told: list[str] = []
    at.app.jobs.unexpected.connect(told.append)

    def broken(*_how: object) -> None:
        raise RuntimeError("TRẦN MINH QUÂN 001090012345")

    at.desk.papers.scan = broken
    with at.qtbot.captureExceptions() as slots:
        at.key(Qt.Key.Key_Space)
        at.until(lambda: at.screen.papers.fault.isVisible())
    assert slots == []
    assert at.screen.papers.fault.headline.text() == (
        f"Trang ngừng vào do lỗi của phần mềm, mã tham chiếu {told[0]}. Các trang đã nhận vẫn còn."
    )
    assert at.screen.papers._again.isVisible()
    lines = [record.getMessage() for record in caplog.records if record.name == "ui.jobs"]
    assert len(lines) == 1
    assert told[0] in lines[0]
    assert "RuntimeError" in lines[0]
    assert "QUÂN" not in caplog.text
    assert "001090012345" not in caplog.text
    at.rest()
    at.desk.papers.scan = at.desk._scan
    at.key(Qt.Key.Key_Space)
    at.until(lambda: len(at.desk.did("scan")) == 1)
    assert not at.screen.papers.fault.isVisible()
    caplog.clear()


def test_pages_come_for_their_dossier_when_its_page_is_gone(counter: Open) -> None:
    """What sign-out does to the window: the page is taken away; another one is built for who signs in next."""
    at = counter(step="papers", pages=0)
    gate = at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.app.feed.arriving is not None and at.app.feed.arriving.count == 1)
    at.screen.hide()
    at.screen.deleteLater()
    next_one = IntakeScreen(at.app, at.window)
    at.screen = next_one
    next_one.resize(1216, 816)
    next_one.show()
    next_one.show_view(at.desk.current)
    next_one.go_to("papers")
    assert next_one.page_work.arriving is not None, "whoever comes sees that pages are coming, and may stop them"
    assert next_one.papers._list_card.scanning.text() == "Đã nhận 1 trang…"
    gate.set()
    at.until(lambda: len(next_one.papers.strip.pages) == 1)
    assert at.app.feed.arriving is None


def test_trouble_behind_the_lock_is_told_to_who_comes_next(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.refuse["scan"] = JAM
    gate = at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.app.feed.arriving is not None and at.app.feed.arriving.count == 1)
    at.screen.deleteLater()
    QApplication.sendPostedEvents(at.screen, QEvent.Type.DeferredDelete)
    gate.set()
    at.until(lambda: at.app.feed.trouble is not None)
    at.screen = IntakeScreen(at.app, at.window)
    at.screen.resize(1216, 816)
    at.screen.show()
    at.screen.show_view(at.desk.current)
    at.screen.go_to("papers")
    assert at.screen.papers.fault.headline.text() == "Kẹt giấy."


def test_the_tray_opens_and_gives_back(counter: Open) -> None:
    at = in_state(counter, "tray")
    papers = at.screen.papers
    assert len(papers.strip.pages) == 6
    at.key(Qt.Key.Key_T)
    assert [page.aside for page in papers.strip.pages][-2:] == ["blank", "clerk"]
    assert papers.strip.currentRow() == 6
    at.key(Qt.Key.Key_B)
    at.until(lambda: at.desk.did("bring_back") == [("bring_back", [5])])
    at.rest()
    at.key(Qt.Key.Key_T)
    assert len(papers.strip.pages) == 6


def test_what_was_read_goes_into_the_form_by_a_key_and_never_by_itself(counter: Open) -> None:
    at = in_state(counter, "proposals")
    card = at.screen.papers.card.proposals
    at.until(lambda: card.isVisible())
    assert at.desk.did("settle") == []
    at.key(Qt.Key.Key_Y)
    at.until(lambda: at.desk.did("settle") == [("settle", "s0", "health.concluded", True)])
    card.setFocus()
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_N)
    at.until(lambda: at.desk.did("settle")[1:] == [("settle", "s0", "health.class", False)])
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("settle")[2:] == [("settle", "s0", "health.class", True)])
    assert at.screen.step() == "papers", "Enter took the value, it did not go on"


def test_what_the_papers_say_is_typed_where_the_page_is_seen(counter: Open) -> None:
    field = FieldView("health.number", Words("Số giấy khám", "Certificate number"), "text", "", max_length=40)
    papers = replace(sample_papers.papers("flaws"), fields=(field,))
    at = counter(with_papers(papers))
    at.rest()
    at.key(Qt.Key.Key_E)
    at.type("00001/GKSKLX")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.values.get("health.number") == "00001/GKSKLX")
    assert not at.screen.papers.card.fields.is_open
    assert at.screen.step() == "papers"


def test_what_is_on_record_is_taken_by_a_key(counter: Open) -> None:
    at = in_state(counter, "offers")
    at.screen.papers.list.choose("GPLX_CU")
    at.key(Qt.Key.Key_U)
    at.until(lambda: at.desk.did("take_offer") == [("take_offer", "dossier:1", 0)])
    at.key(Qt.Key.Key_U, SHIFT)
    at.until(lambda: at.desk.did("take_offer")[1:] == [("take_offer", "register:1", 0)])


def test_an_exception_is_asked_for_with_a_reason(counter: Open) -> None:
    at = in_state(counter, "offers")
    at.screen.papers.list.choose("GPLX_CU")
    at.key(Qt.Key.Key_X)
    at.key(Qt.Key.Key_Return)
    assert at.screen.papers.reason.isVisible(), "not without a word"
    at.type("mat ban goc")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("waive") == [("waive", "GPLX_CU", "mat ban goc")])
    assert not at.screen.papers.reason.isVisible()
    assert at.screen.papers.list.hasFocus()


def test_the_original_stands_beside_the_page_and_is_cut_by_keys(counter: Open) -> None:
    at = in_state(counter, "flaws")
    card = at.screen.papers.card
    at.screen.papers.strip.setFocus()
    sides = []
    for _ in range(3):
        at.key(Qt.Key.Key_O)
        sides.append(card.preview.side)
    assert sides == ["original", "both", "made"]
    at.key(Qt.Key.Key_C)
    at.until(lambda: card.stack.currentWidget() is card.crop)
    before = card.crop.corners()
    at.key(Qt.Key.Key_Right, SHIFT)
    at.key(Qt.Key.Key_Tab)
    at.key(Qt.Key.Key_Down, SHIFT)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("remake"))
    wish = at.desk.did("remake")[0][2]
    assert wish.cut == "corners"
    assert wish.corners[0] > before[0]
    assert wish.corners[3] > before[3]
    assert wish.corners[4:] == before[4:]
    assert card.stack.currentWidget() is card.preview


def test_files_let_go_over_any_step_come_for_the_chosen_item(counter: Open, tmp_path: Path) -> None:
    at = counter(step="application", pages=0)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "giay kham.pdf"))])
    actions, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(60, 60), actions, data, Qt.MouseButton.LeftButton, no_key)
    at.screen.dropEvent(drop)
    at.until(lambda: at.desk.did("bring_files") == [("bring_files", "GKSK", (tmp_path / "giay kham.pdf",))])
    assert at.screen.step() == "papers"


def test_files_of_the_watched_folder_are_offered_and_taken_by_a_key(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.desk.files = 2
    at.screen.papers.folder.look()
    button = at.screen.papers._list_card._folder
    at.until(button.isVisible)
    assert button.words() == "Nhận 2 tệp trong thư mục quét"
    at.key(Qt.Key.Key_I)
    at.until(lambda: at.desk.did("take_in") == [("take_in", "GKSK")])


def test_files_are_chosen_without_a_loop_of_their_own(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = at.screen.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit(["/tmp/a.pdf", "/tmp/b.jpg"])
    dialog.close()
    at.until(lambda: at.desk.did("bring_files") == [("bring_files", "GKSK", (Path("/tmp/a.pdf"), Path("/tmp/b.jpg")))])


def test_an_accepted_dossier_gets_its_archive_copies_beside_the_work(counter: Open) -> None:
    at = counter(step="receipt", pages=3, end="submitted")
    at.until(lambda: at.desk.did("archive") == [("archive", sample.DOSSIER)])
    at.screen.work.refresh()
    at.rest()
    assert len(at.desk.did("archive")) == 1


def test_copies_that_lack_for_want_of_a_line_are_made_once_there_is_one(counter: Open) -> None:
    at = counter(step="receipt", pages=3, end="submitted")
    at.until(lambda: len(at.desk.did("archive")) == 1)
    at.rest()
    away = Refusal("SHEET_AT_CENTRAL", Words("ở trung tâm", "at central"), Words("đợi", "wait"))
    ends = [Troubles(0, (((sample.DOSSIER, "GKSK"), away),)), Troubles(1)]
    tried: list[Troubles] = []

    def make(dossier: object, cancel: object) -> Troubles:
        tried.append(ends[len(tried)])
        return tried[-1]

    at.desk.archive.make = make
    at.screen.page_work._archived.clear()
    at.screen.work.refresh()
    at.until(lambda: len(tried) == 1)
    at.rest()
    for state in ("offline", "idle", "idle"):
        at.app.bridge.delivered.emit(DeliveryReport(state=state))  # type: ignore[arg-type]
        at.rest()
        assert len(tried) == (1 if state == "offline" else 2)


def test_a_paper_on_record_is_looked_at_and_never_worked(counter: Open) -> None:
    taken = sample_papers.page(-1, "GPLX_CU", original="")
    at = counter(with_papers(replace(sample_papers.view(sample_papers.THREE), taken=(taken,))))
    at.rest()
    strip = at.screen.papers.strip
    strip.setFocus()
    strip.setCurrentRow(3)
    assert strip.pages[3].index == -1
    for key in (Qt.Key.Key_R, Qt.Key.Key_Delete, Qt.Key.Key_B, Qt.Key.Key_1):
        at.key(key)
    at.rest()
    worked = ("turn", "remove", "set_aside", "assign")
    assert [asked for asked in at.desk.asked if asked[0] in worked] == []
