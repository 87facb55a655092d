"""The camera in the identity step: absent without one, live with one, two keys, and never in the clerk's way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from clerk_app.desk.face_words import check_line
from clerk_app.desk.ports import Frame
from clerk_app.desk.views import Badge, IntakeView, PhotoHint, PhotoView
from clerk_app.devices.faults import fault
from clerk_app.domain.dossier import FaceCompared, FaceResult
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.practice import camera as practice
from tests.screens import sample_intake as sample
from tests.screens.sample_desk import SampleDesk
from tests.screens.test_intake import Counter
from ui import texts
from ui.widgets.camera import CameraPanel

pytestmark = pytest.mark.window
GONE = DeviceFault("CAMERA_STOPPED", Words("Máy ảnh ngừng.", "It stopped."), Words("Xem cáp.", "Check the cable."))
HINTS = (
    Words("Chưa thấy khuôn mặt nhìn thẳng", "No face that looks at the camera"),
    Words("Nhiều người trước máy ảnh", "Several people before the camera"),
    Words("Đủ sáng", "Sharp"),
)
"""The longest that the camera says, and a short one."""
FIT = PhotoView((PhotoHint("face", True, Words("Một khuôn mặt", "One face")),), (0.3, 0.2, 0.4, 0.6))
DARK = PhotoView((PhotoHint("light", False, Words("Mặt quá tối", "Too dark")),), (0.3, 0.2, 0.4, 0.6))


class Camera:
    """A camera that sends a picture whenever the test lets it; what the desk was asked."""

    def __init__(self, desk: SampleDesk) -> None:
        self.desk = desk
        self.frame = Frame(practice.picture(1), *practice.SIZE, "USB 0")
        self.there = True
        self.sends = threading.Event()
        self.fails = threading.Event()
        self.watched = 0
        self.ended = 0
        self.sees: PhotoView | Refusal = FIT
        self.says: FaceResult = "match"
        self.refuses: Refusal | None = None

    def offered(self) -> bool:
        return self.there

    def watch(self, on_frame: Callable[[Frame], None], cancel: Callable[[], bool]) -> None:
        self.watched += 1
        try:
            while not cancel():
                if self.fails.is_set():
                    self.fails.clear()
                    raise GONE
                if self.sends.wait(0.02):
                    on_frame(self.frame)
                    self.sends.clear()
        finally:
            self.ended += 1

    def look(self, frame: Frame) -> PhotoView:
        if isinstance(self.sees, Refusal):
            raise self.sees
        return self.sees

    def compare(self, dossier: UUID, frame: Frame) -> IntakeView:
        if self.refuses:
            raise self.refuses
        line = check_line(FaceCompared(self.says, 0.82, 0.5, 0.2, frame.camera, "p"))
        who = self.desk.current.identity
        return self.desk._did("compare", frame, identity=replace(who, checks=(*who.checks, line), face=line))

    def take_photo(self, dossier: UUID, frame: Frame) -> IntakeView:
        return self.desk._did("take_photo", frame)


class Table:
    """The intake with a camera."""

    def __init__(self, qtbot: QtBot, there: bool = True, **state: Any) -> None:
        view = sample.intake(**{"step": "identity", **state})
        self.counter = Counter(qtbot, replace(view, step="receipt"))
        self.camera = Camera(self.counter.desk)
        self.camera.there = there
        self.counter.desk.face = self.camera  # type: ignore[assignment]
        self.counter.desk.current = view
        self.counter.screen.identity.camera._dossier = None
        self.counter.screen.show_view(view)
        self.counter.screen.go_to("identity")

    @property
    def panel(self) -> CameraPanel:
        return self.counter.screen.identity.camera

    def until(self, true: Callable[[], object]) -> None:
        self.counter.until(true)

    def live(self) -> None:
        """Until a picture of the camera is shown and judged."""
        self.until(lambda: self.camera.watched > self.camera.ended)
        self.camera.sends.set()
        self.until(self.panel.preview.is_live)


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[Table]:
    one = Table(qtbot)
    yield one
    one.counter.app.jobs.close()


def shown(panel: CameraPanel) -> str:
    return panel.hint.text() if panel.hint.isVisibleTo(panel) else ""


@pytest.mark.parametrize(("code", "told"), [("FACE_GIVEN_UP", True), ("FACE_CRASHED", False)])
def test_faces_that_nobody_asked_for_by_hand_are_spoken_of_only_when_they_are_given_up(
    table: Table, code: str, told: bool
) -> None:
    table.camera.sees = fault(code)
    table.until(lambda: table.camera.watched > table.camera.ended)
    table.camera.sends.set()
    table.until(lambda: table.panel._shown is not None)
    table.until(lambda: table.panel._looking is None)
    if told:
        table.until(lambda: fault(code).words.vi in shown(table.panel) or fault(code).words.en in shown(table.panel))
    else:
        assert shown(table.panel) == ""


def test_without_a_camera_there_is_no_trace_of_the_step(qtbot: QtBot) -> None:
    table = Table(qtbot, there=False)
    table.until(table.counter.app.jobs.idle)
    assert not table.panel.isVisible()
    assert not table.panel.preview.isVisible()
    table.counter.key(Qt.Key.Key_F10)
    table.counter.key(Qt.Key.Key_F11)
    assert table.camera.watched == 0
    assert not table.counter.desk.did("compare")
    table.counter.app.jobs.close()


def test_the_head_is_live_below_the_portrait_and_what_speaks_against_it_is_said(table: Table) -> None:
    table.camera.sees = DARK
    table.live()
    table.until(lambda: shown(table.panel) == "! Mặt quá tối")
    table.camera.sees = FIT
    table.until(lambda: not table.panel._look_pause.isActive())
    table.camera.sends.set()
    table.until(lambda: shown(table.panel) == "✓ Đạt yêu cầu ảnh thẻ")
    portrait = table.counter.screen.identity.portrait
    assert table.panel.preview.geometry().top() > portrait.geometry().bottom()
    assert table.panel.preview.accessibleName()


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("width", [972, 1064, 1360])
def test_the_hint_is_never_cut_and_never_moves_the_keys(table: Table, language: str, width: int) -> None:
    texts.set_language(language)
    try:
        table.counter.screen.retranslate()
        table.counter.screen.resize(width, 684)
        table.live()
        panel = table.panel
        table.until(lambda: shown(panel))
        stood = None
        for said in HINTS:
            panel.hint.show_badge(Badge(said, "warn"))
            table.counter.qtbot.wait(1)
            assert panel.hint.width() >= panel.hint.sizeHint().width(), said
            place = panel.compare_button.pos()
            assert stood in (None, place)
            stood = place
        panel.hint.show_badge(None)
        table.counter.qtbot.wait(1)
        assert panel.compare_button.pos() == stood
    finally:
        texts.set_language("vi")


def test_a_match_is_told_once_among_the_checks_and_beside_the_key_where_they_are_out_of_sight(table: Table) -> None:
    table.live()
    table.counter.key(Qt.Key.Key_F10)
    table.until(lambda: table.counter.desk.did("compare") and not table.panel.compare_button.busy)
    assert table.counter.screen.evidence.isVisible()
    assert not table.panel.notice.isVisible()
    table.counter.screen.resize(800, 816)
    table.until(lambda: not table.panel.checks_in_sight)
    table.counter.key(Qt.Key.Key_F10)
    table.until(table.panel.notice.isVisible)
    assert "Chỉ để tham khảo" in table.panel.notice.remedy.text()


@pytest.mark.parametrize("result", ["no_match", "no_face", "several_faces", "unavailable"])
def test_f10_compares_what_was_shown_and_says_what_it_is_worth(table: Table, result: FaceResult) -> None:
    table.camera.says = result
    table.live()
    table.counter.key(Qt.Key.Key_F10)
    table.until(lambda: table.panel.notice.isVisible())
    assert table.counter.desk.did("compare") == [("compare", table.camera.frame)]
    assert "Chỉ để tham khảo" in table.panel.notice.remedy.text()
    assert not table.panel.compare_button.busy


def test_f11_takes_the_photo_that_was_shown(table: Table) -> None:
    table.live()
    table.counter.key(Qt.Key.Key_F11)
    table.until(lambda: table.panel.notice.isVisible())
    assert table.counter.desk.did("take_photo") == [("take_photo", table.camera.frame)]
    assert table.panel.notice.headline.text() == "Đã chụp ảnh thẻ."


def test_without_a_chips_portrait_there_is_nothing_to_compare(qtbot: QtBot) -> None:
    table = Table(qtbot, level="qr")
    table.live()
    assert not table.panel.compare_button.isEnabled()
    table.counter.key(Qt.Key.Key_F10)
    assert not table.counter.desk.did("compare")
    table.counter.app.jobs.close()


def test_a_refusal_is_told_and_the_key_works_again(table: Table) -> None:
    table.camera.refuses = DeviceFault("FACE_CRASHED", Words("Dừng.", "Stopped."), Words("Thử lại.", "Again."))
    table.live()
    table.counter.key(Qt.Key.Key_F10)
    table.until(lambda: table.panel.notice.headline.text() == "Dừng.")
    assert table.panel.notice.remedy.text() == "Thử lại."
    assert not table.panel.compare_button.busy


def test_a_camera_that_fails_says_why_and_is_tried_again_by_itself(table: Table, monkeypatch: Any) -> None:
    table.live()
    table.panel._again.setInterval(1)
    table.camera.fails.set()
    table.until(lambda: table.panel.notice.headline.text() == "Máy ảnh ngừng.")
    assert not table.panel.preview.is_live()
    table.until(lambda: table.camera.watched == 2)
    table.camera.sends.set()
    table.until(lambda: table.panel.preview.is_live() and not table.panel.notice.isVisible())


def test_the_camera_is_let_go_when_nobody_looks_and_taken_again(table: Table) -> None:
    table.live()
    table.counter.screen.go_to("application")
    table.until(lambda: table.camera.ended == 1)
    assert not table.panel.preview.is_live()
    table.counter.screen.go_to("identity")
    table.until(lambda: table.camera.watched == 2)


def test_a_closed_dossier_has_no_camera(qtbot: QtBot) -> None:
    table = Table(qtbot, end="submitted")
    table.until(table.counter.app.jobs.idle)
    assert not table.panel.isVisible()
    assert table.camera.watched == 0
    table.counter.app.jobs.close()


def test_another_dossier_meanwhile_leaves_the_keys_working(table: Table) -> None:
    table.live()
    gate = table.counter.desk.wait_at("compare")
    table.counter.key(Qt.Key.Key_F10)
    table.until(lambda: table.counter.desk.did("compare"))
    assert table.panel.compare_button.busy
    fresh = replace(sample.intake(step="identity"), dossier=UUID(int=9))
    table.counter.desk.current = fresh
    table.counter.screen.show_view(fresh)
    gate.set()
    assert not table.panel.compare_button.busy
    table.counter.key(Qt.Key.Key_F10)
    table.until(lambda: len(table.counter.desk.did("compare")) == 2)


def test_the_back_of_a_card_is_read_from_what_is_shown(qtbot: QtBot) -> None:
    table = Table(qtbot, level="empty", pages=0)
    table.live()
    table.counter.key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    table.until(lambda: table.counter.desk.did("zone_picture") == [("zone_picture", table.camera.frame.jpeg)])
    table.counter.app.jobs.close()
