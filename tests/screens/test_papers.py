"""The papers step: keys, a scanner that is slow, stopped or jammed, and pages that are decoded elsewhere."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from clerk_app.desk.ports import Pixels
from clerk_app.domain.refusals import DeviceFault, Words
from tests.screens import sample_intake as sample
from tests.screens.sample_desk import page_picture
from tests.screens.test_intake import Open, counter
from ui import texts
from ui.page_pictures import image_of
from ui.widgets.buttons import Button
from ui.widgets.page_preview import PagePreview

pytestmark = pytest.mark.window
__all__ = ["counter"]
JAM = DeviceFault("SCANNER_JAMMED", Words("Kẹt giấy.", "Paper jam."), Words("Lấy tờ kẹt ra.", "Take the sheet out."))


def test_space_scans_for_the_chosen_item(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    page = at.screen.papers
    assert page.list.current == "GKSK", "the first one that is missing"
    at.key(Qt.Key.Key_Down)
    assert page.list.current == "GPLX_CU"
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.did("scan") == [("scan", "GPLX_CU")])


def test_while_a_scanner_warms_up_the_window_lives_and_esc_stops_it(counter: Open) -> None:
    at = counter(step="papers", pages=1)
    gate = at.desk.wait_at("scan")
    at.key(Qt.Key.Key_Space)
    at.until(lambda: "1" in at.screen.papers._list_card.scanning.text())
    assert at.screen.papers._list_card.progress.isVisible()
    assert at.screen.primary.isEnabled(), "nothing waits for a scanner"
    at.key(Qt.Key.Key_Space)
    at.key(Qt.Key.Key_Escape)
    at.until(lambda: not at.screen.papers._list_card.progress.isVisible())
    assert at.screen.step() == "papers"
    assert at.screen.papers.fault.isVisible()
    assert not gate.is_set()
    at.rest()
    assert not at.screen.work.busy


def test_a_jam_names_cause_and_remedy_and_can_be_tried_again(counter: Open) -> None:
    at = counter(step="papers", pages=1)
    at.desk.refuse["scan"] = JAM
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.screen.papers.fault.isVisible())
    assert at.screen.papers.fault.headline.text() == "Kẹt giấy."
    assert at.screen.papers.fault.remedy.text() == "Lấy tờ kẹt ra."
    at.rest()
    del at.desk.refuse["scan"]
    at.key(Qt.Key.Key_Space)
    at.until(lambda: len(at.desk.did("scan")) == 2)
    at.rest()
    assert not at.screen.papers.fault.isVisible()
    assert len(at.screen.papers.strip.pages) == 2


@pytest.mark.parametrize(
    ("key", "modifier", "asked"),
    [
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, "turn"),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "remove"),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, "undo"),
    ],
)
def test_a_page_is_worked_by_keys(counter: Open, key: Qt.Key, modifier: Qt.KeyboardModifier, asked: str) -> None:
    at = counter(step="papers", pages=3)
    at.rest()
    at.key(key, modifier)
    at.until(lambda: at.desk.did(asked))


def test_alt_and_an_arrow_move_the_page_that_is_shown(counter: Open) -> None:
    at = counter(step="papers", pages=3)
    at.rest()
    at.key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    at.until(lambda: at.desk.did("move") == [("move", 0, 1)])


def test_redo_waits_for_something_to_redo(counter: Open) -> None:
    at = counter(step="papers", pages=3)
    at.rest()
    at.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    at.rest()
    assert at.desk.did("redo") == []


def test_pages_are_decoded_away_from_the_window_and_arrive(counter: Open) -> None:
    at = counter(step="papers", pages=3)
    at.until(lambda: at.screen.papers.preview.has_picture())
    at.until(lambda: all(at.screen.papers.strip.picture(f"s{n}") is not None for n in range(3)))
    small = at.screen.papers.strip.picture("s0")
    assert small is not None
    assert max(small.width(), small.height()) <= 400, "the strip keeps thumbnails, not pages"


def unreadable(sheet: str, longest_edge: int = 0, dossier: UUID | None = None) -> Pixels:
    """A desk whose sheet is no picture."""
    raise DeviceFault("PICTURE_UNREADABLE", Words("Ảnh hỏng.", "Damaged."), Words("Quét lại.", "Scan again."))


def test_a_page_that_cannot_be_shown_is_said_so(counter: Open) -> None:
    at = counter(step="fee", pages=1)
    at.rest()
    at.desk.papers.picture = unreadable
    fresh = replace(sample.intake(step="papers", pages=1), dossier=sample.UUID(int=9))
    at.desk.current = fresh
    at.screen.show_view(fresh)
    at.rest()
    assert not at.screen.papers.preview.has_picture()
    assert at.screen.papers.preview.said == "intake.preview.broken"


def test_missing_papers_are_said_once_and_never_hold_anybody(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.key(Qt.Key.Key_Return)
    assert at.screen.papers.fault.isVisible()
    assert "Giấy khám sức khỏe" in at.screen.papers.fault.headline.text()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "fee")


def test_an_item_that_cannot_be_scanned_says_why(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.screen.papers.list.choose("DON")
    at.key(Qt.Key.Key_Space)
    at.rest()
    assert at.desk.did("scan") == []
    assert at.screen.papers.fault.isVisible()


def test_a_submitted_dossier_is_only_looked_at(counter: Open) -> None:
    at = counter(step="papers", pages=3, end="submitted")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_R, Qt.Key.Key_M):
        at.key(key)
    at.rest()
    assert [asked for asked in at.desk.asked if asked[0] in ("scan", "remove", "turn", "mark")] == []


def test_of_a_submitted_dossier_nothing_is_offered_that_cannot_be_done(counter: Open) -> None:
    at = counter(step="papers", pages=3, end="submitted")
    at.rest()
    offered = [button.words() for button in at.screen.papers.findChildren(Button) if button.isVisible()]
    assert offered == ["Bản gốc", "Phóng to"]
    assert at.screen._hint.text() == "PgUp PgDn lật trang · O bản gốc · Z phóng to"


def test_sides_that_were_chosen_are_said_where_their_switch_has_no_room(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    card = at.screen.papers._list_card
    at.rest()
    at.screen.resize(1056, 660)
    at.until(lambda: card._short and not card._sides.isVisible())
    at.key(Qt.Key.Key_H)
    at.until(lambda: card._scan.words() == "Quét hai mặt")
    at.screen.resize(1056, 500)
    at.until(lambda: card._scan.words() == "2 mặt")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [900, 990, 1056, 1216, 1376])
def test_nothing_in_the_head_is_cut_while_pages_come(
    counter: Open, language: str, width: int, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: texts.set_language("vi"))
    texts.set_language(language)
    at = counter(step="papers", pages=0)
    at.desk.notices = (Words("Máy quét đang chuẩn bị, xin chờ.", "The scanner is getting ready; please wait."),)
    at.desk.wait_at("first page")
    at.screen.resize(width, 700)
    at.key(Qt.Key.Key_Space)
    head = at.screen.head
    at.until(lambda: head.pages.words.toolTip() in (at.desk.notices[0].vi, at.desk.notices[0].en))
    parts = (head.title, head.badge, head.subtitle, head.pages.words, head.pages.stop, head.saved, head._save)
    at.until(lambda: all(part.width() >= part.sizeHint().width() for part in parts if part.isVisible()))
    at.until(lambda: head.pages.words.text().startswith(("Máy quét", "The scanner")))
    assert head.subtitle.isVisible() or width < 1376, "the case is given up only where there is no room"


def test_an_empty_strip_keeps_its_heading_at_the_top(counter: Open) -> None:
    at = counter(step="papers", pages=0)
    at.rest()
    card = at.screen.papers.strip_card
    assert card._count.height() <= 2 * card._count.fontMetrics().height()


def test_the_preview_turns_zooms_and_pans(qtbot: QtBot) -> None:
    preview = PagePreview()
    qtbot.addWidget(preview)
    preview.resize(400, 500)
    preview.show_image(image_of(page_picture("s0")))
    upright = preview._page()
    assert upright.height() > upright.width()
    preview.turn(90)
    lying = preview._page()
    assert lying.width() > lying.height()
    assert not preview.pan(Qt.Key.Key_Left)
    preview.zoom(1)
    assert preview._page().width() > lying.width()
    before = preview._page()
    assert preview.pan(Qt.Key.Key_Left)
    assert preview._page().left() > before.left()
    preview.zoom(-5)
    assert preview.zoomed() == 1.0
