"""The intake as a clerk works it: keys only, and a desk that answers late, in another order, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from clerk_app.archiving.token_reading import token_fault
from clerk_app.desk.counter import changed_meanwhile
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.views import IntakeView
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.sign_in import MustWait, token_needed
from clerk_app.practice import card_contents, specimens
from tests.screens import sample_intake as sample
from tests.screens.sample_desk import SampleDesk, sample_app
from ui import texts
from ui.screens.intake import IntakeScreen
from ui.widgets.dossier_head import elapsed

pytestmark = pytest.mark.window
ZONE = card_contents.mrz(specimens.specimen(1).person)
QR = "001090012345||TRẦN MINH QUÂN|14081990|Nam|Số 12, phố Hàng Bông|01012022"


class Counter:
    """The intake in a window, with the keyboard in front of it."""

    def __init__(self, qtbot: QtBot, view: IntakeView) -> None:
        self.qtbot = qtbot
        self.app, self.desk = sample_app(view)
        self.window = QWidget()
        self.window.resize(1216, 816)
        self.screen = IntakeScreen(self.app, self.window)
        self.screen.resize(1216, 816)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.screen.show_view(view)
        self.until(lambda: not self.screen._late)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.screen, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget() or self.screen, text)

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=30_000)

    def rest(self) -> None:
        """Until nothing is on its way."""
        self.until(lambda: self.app.jobs.idle() and not self.screen.work.changes.waiting)

    def enter_while_another_desk_works(self, verb: str) -> None:
        """Press Enter for what `verb` does while the last typing is being saved, and another desk's work comes with it.

        The clerk saw as far as 3; the desk has as far as 7, and says so.
        """
        self.desk.refuse[verb] = changed_meanwhile()
        self.screen.work.take(replace(self.desk.current, seen=3))
        self.screen.work.changes.note("reason", "Hỏng")
        self.desk.current = replace(self.desk.current, seen=7)
        gate = self.desk.wait_at("enter")
        self.key(Qt.Key.Key_Return)
        gate.set()

    def field(self, name: str) -> Any:
        page: Any = self.screen.page()
        box = page.form.box(name)
        assert box is not None
        return box


Open = Callable[..., Counter]


@pytest.fixture
def counter(qtbot: QtBot) -> Iterator[Open]:
    made: list[Counter] = []

    def opened(view: IntakeView | None = None, **state: Any) -> Counter:
        made.append(Counter(qtbot, view or sample.intake(**state)))
        return made[-1]

    yield opened
    for one in made:
        for gate in one.desk.gates.values():
            gate.set()
        one.app.jobs.close()


def test_what_is_typed_is_at_the_desk_within_a_second(counter: Open) -> None:
    at = counter(level="empty", step="identity")
    at.screen.identity.form.focus_field("applicant.name")
    at.type("TRAN MINH")
    at.until(lambda: at.desk.values.get("applicant.name") == "TRAN MINH")
    saves = at.desk.did("enter")
    assert saves[-1][2:] == ("identity", "applicant.name"), "step and field go with it"
    assert len(saves) <= 2, "one save for a burst of typing, not one for each letter"


def test_another_language_while_the_page_is_being_built(qtbot: QtBot, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: texts.set_language("vi"))
    app, _desk = sample_app(sample.intake())
    screen = IntakeScreen(app, whole=False)
    qtbot.addWidget(screen)
    screen.retranslate()
    texts.set_language("en")
    for _ in screen.parts():
        screen.retranslate()
    screen.show_view(sample.intake())
    assert screen._back.words() == "To the queue"
    app.jobs.close()


def test_a_slow_answer_does_not_take_newer_letters_away(counter: Open) -> None:
    at = counter(level="empty")
    at.screen.identity.form.focus_field("applicant.name")
    at.rest()
    gate = at.desk.wait_at("enter")
    at.type("AB")
    at.until(lambda: at.desk.did("enter") and at.desk.values.get("applicant.name") == "AB")
    at.type("CD")
    gate.set()
    at.until(lambda: at.desk.values.get("applicant.name") == "ABCD")
    at.rest()
    assert at.field("applicant.name").input.value() == "ABCD"
    assert at.field("applicant.name").input.hasFocus()


def test_a_save_that_fails_is_said_and_tried_again(counter: Open) -> None:
    at = counter(level="empty")
    at.screen.identity.form.focus_field("applicant.name")
    at.rest()
    at.desk.refuse["enter"] = Refusal(
        "DISK_FULL", Words("Ổ đĩa đầy", "The disk is full"), Words("Xóa bớt", "Free space")
    )
    at.type("AB")
    at.until(lambda: at.screen.notice.isVisible())
    assert "Ổ đĩa đầy" in at.screen.notice.headline.text()
    assert at.field("applicant.name").input.value() == "AB"
    del at.desk.refuse["enter"]
    at.until(lambda: at.desk.did("enter")[-1][1].get("applicant.name") == "AB" and at.app.jobs.idle())
    assert at.field("applicant.name").input.value() == "AB"


def test_an_older_view_is_dropped_but_a_clock_set_back_is_not_an_older_view(counter: Open) -> None:
    at = counter()
    stale = replace(sample.intake(level="empty"), saved_at=sample.NOON - timedelta(seconds=1))
    at.screen.work.take(stale)
    assert at.screen.identity._name.text() == "TRẦN MINH QUÂN"
    set_back = replace(sample.intake(level="qr"), saved_at=sample.NOON - timedelta(hours=2))
    at.screen.work.take(set_back)
    assert at.screen.identity._badge.property("tone") == "warn"


def test_enter_stays_with_words_beside_the_field_and_the_caret_in_it(counter: Open) -> None:
    at = counter(level="empty")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("check"))
    at.rest()
    assert at.screen.step() == "identity"
    number = at.field("applicant.number")
    assert number.below.isVisible()
    assert number.input.hasFocus()


def test_esc_goes_back_and_asks_nothing(counter: Open) -> None:
    at = counter(step="application", form="problems")
    at.key(Qt.Key.Key_Escape)
    at.rest()
    assert at.screen.step() == "identity"
    assert at.desk.did("check") == []
    assert at.desk.current.step == "identity", "where the clerk is, is saved too"


def test_the_function_keys_are_the_five_steps(counter: Open) -> None:
    at = counter()
    for key, step in zip(
        (Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F2),
        ("application", "papers", "fee", "receipt", "identity"),
        strict=True,
    ):
        at.key(key)
        at.until(lambda step=step: at.screen.step() == step)
    at.rest()
    assert at.desk.did("check") == []


def test_a_whole_dossier_without_the_mouse(counter: Open) -> None:
    """Card, Enter, form, Enter, scan, seen, Enter, cash, Enter, submit, print, next citizen."""
    at = counter(level="empty", pages=0)
    at.screen.identity.form.focus_field("applicant.number")
    at.type("001090012345")
    at.app.bridge.card_changed.emit(True)
    at.until(lambda: at.desk.did("read_card"))
    at.until(lambda: at.screen.identity._name.text() == "TRẦN MINH QUÂN")
    at.rest()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "application")
    at.rest()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "papers")
    at.rest()
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.did("scan"))
    at.rest()
    assert at.desk.did("scan") == [("scan", "GKSK")]
    at.key(Qt.Key.Key_Return)
    assert at.screen.step() == "papers", "the licence is still missing: said once"
    assert at.screen.papers.fault.isVisible()
    at.key(Qt.Key.Key_M)
    at.until(lambda: at.desk.did("mark") == [("mark", "GPLX_CU", "seen", 0)])
    at.rest()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "fee")
    at.rest()
    at.key(Qt.Key.Key_4)
    assert at.screen.cashier.change.text() == "85.000 đ"
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("take") == [("take", "cash", 200_000, 0)])
    at.rest()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "receipt")
    at.desk.current = replace(at.desk.current, receipt=sample.receipt("ready"))
    at.screen.work.refresh()
    at.rest()
    at.screen.receipt.focus_on()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("submit"))
    at.rest()
    assert at.screen.receipt._code.text() == "G01.801.308-261123-0039"
    at.key(Qt.Key.Key_Return)
    at.until(lambda: len(at.desk.did("print")) == 2)
    at.rest()
    with at.qtbot.waitSignal(at.screen.another):
        at.key(Qt.Key.Key_Return)


def test_a_card_is_read_by_itself_when_number_and_card_are_there(counter: Open) -> None:
    at = counter(level="empty")
    at.app.bridge.card_changed.emit(True)
    at.rest()
    assert at.desk.did("read_card") == [], "without a number the chip cannot be opened"
    assert at.screen.take_scan(QR)
    at.until(lambda: at.desk.did("read_card"))
    at.rest()
    assert at.desk.did("take_qr") == [("take_qr", QR)]
    assert len(at.desk.did("read_card")) == 1
    assert at.screen.identity.portrait.has_picture()


def test_the_lines_on_the_back_of_the_card_are_taken_scanned_or_pasted(counter: Open) -> None:
    at = counter(level="empty")
    assert at.screen.take_scan("\n".join((ZONE[:30], ZONE[30:60], ZONE[60:])))
    at.until(lambda: len(at.desk.did("zone")) == 1)
    at.rest()
    assert not at.screen.take_scan(ZONE[:89])
    last = counter(level="empty")
    number = last.field("applicant.number").input
    number.setFocus()
    QApplication.clipboard().setText(f"{ZONE[:30]}\n{ZONE[30:60]}\r\n{ZONE[60:]}\n")
    number.paste()
    last.until(lambda: last.desk.did("zone"))
    assert "".join(last.desk.did("zone")[0][1].split()) == ZONE
    last.rest()
    assert last.desk.did("enter") == [] or all("IDVNM" not in str(saved) for saved in last.desk.did("enter"))
    assert last.field("applicant.number").input.value() == "001090012345"


def test_typing_the_lines_takes_them_with_the_last_letter_and_a_refusal_leaves_them(counter: Open) -> None:
    at = counter(level="empty")
    wrong = Words("Chữ số kiểm tra không khớp", "Check digits do not fit")
    at.desk.refuse["zone"] = Refusal("MRZ_CHECK_DIGITS", wrong, Words("Sửa", "Correct it"))
    at.screen.identity.form.focus_field("applicant.number")
    at.type(ZONE[:89])
    assert at.desk.did("zone") == []
    at.type("<")
    at.until(lambda: at.screen.identity.fault.isVisible())
    assert "kiểm tra" in at.screen.identity.fault.headline.text()
    assert at.field("applicant.number").input.text() == ZONE, "ninety letters are not typed again for one"
    fresh = replace(sample.intake(level="empty"), dossier=sample.UUID("019ab0c0-0000-7000-8000-000000000002"))
    del at.desk.refuse["zone"]
    at.key(Qt.Key.Key_Backspace)
    at.type("<")
    at.until(lambda: at.field("applicant.number").input.value() == "001090012345")
    at.rest()
    at.desk.current = fresh
    at.screen.show_view(fresh)
    at.screen.identity.form.focus_field("applicant.number")
    at.type(ZONE[:20])
    again = replace(fresh, dossier=sample.UUID("019ab0c0-0000-7000-8000-000000000003"))
    at.screen.show_view(again)
    assert at.field("applicant.number").input.text() == "", "the next citizen finds nothing of the last one"


def test_a_draft_that_was_left_before_the_register_answered_asks_it_when_opened(counter: Open) -> None:
    view = sample.intake(level="qr")
    silent = sample.identity("empty").register
    at = counter(replace(view, identity=replace(view.identity, register=silent)))
    at.until(lambda: at.desk.did("ask_register"))
    at.rest()
    assert len(at.desk.did("ask_register")) == 1


def test_a_torn_card_says_why_and_keeps_what_was_typed(counter: Open) -> None:
    at = counter(level="qr")
    at.desk.refuse["read_card"] = DeviceFault(
        "CARD_TORN",
        Words("Thẻ bị nhấc ra khi đang đọc.", "The card was lifted."),
        Words("Đặt lại thẻ.", "Lay it again."),
    )
    at.key(Qt.Key.Key_F7)
    at.until(lambda: at.screen.identity.fault.isVisible())
    assert "nhấc ra" in at.screen.identity.fault.headline.text()
    assert at.field("applicant.name").input.value() == "TRẦN MINH QUÂN"
    del at.desk.refuse["read_card"]
    at.key(Qt.Key.Key_F7)
    at.until(lambda: at.screen.identity.portrait.has_picture())
    assert not at.screen.identity.fault.isVisible()


TORN = DeviceFault("CARD_TORN", Words("Thẻ bị nhấc ra.", "Lifted."), Words("Đặt lại thẻ.", "Lay it again."))


def test_a_torn_card_that_was_never_missed_is_read_once_more(counter: Open) -> None:
    """Laid again sooner than the smart-card service looks: nobody hears that it was gone."""
    at = counter(level="empty")
    at.desk.refuse["read_card"] = TORN
    at.app.bridge.card_changed.emit(True)
    assert at.screen.take_scan(QR)
    at.until(lambda: at.screen.identity.fault.isVisible())
    del at.desk.refuse["read_card"]
    at.until(lambda: at.screen.identity.portrait.has_picture())


def test_an_exchanged_card_is_read_though_the_reader_was_never_empty(counter: Open) -> None:
    at = counter(level="empty")
    at.desk.refuse["read_card"] = DeviceFault("CARD_WRONG_NUMBER", TORN.words, TORN.remedy)
    at.app.bridge.card_changed.emit(True)
    assert at.screen.take_scan(QR)
    at.until(lambda: at.screen.identity.fault.isVisible())
    del at.desk.refuse["read_card"]
    at.app.bridge.card_changed.emit(True)
    at.until(lambda: at.screen.identity.portrait.has_picture())


def test_a_number_that_the_chip_refuses_is_not_tried_for_ever(counter: Open) -> None:
    """A reader that loses and finds the card again and again would lock its chip."""
    at = counter(level="empty")
    at.desk.refuse["read_card"] = DeviceFault("CARD_WRONG_NUMBER", TORN.words, TORN.remedy)
    assert at.screen.take_scan(QR)
    for _ in range(5):
        at.app.bridge.card_changed.emit(False)
        at.app.bridge.card_changed.emit(True)
        at.rest()
    assert len(at.desk.did("read_card")) == 3
    at.key(Qt.Key.Key_F7)
    at.rest()
    assert len(at.desk.did("read_card")) == 4


def test_a_card_that_came_while_another_step_was_open_is_read_on_the_way_back(counter: Open) -> None:
    at = counter(level="qr")
    at.screen.go_to("application")
    at.rest()
    at.app.bridge.card_changed.emit(True)
    at.screen.go_to("identity")
    at.until(lambda: at.screen.identity.portrait.has_picture())


def test_a_reading_for_the_last_citizen_says_nothing_to_the_next(counter: Open) -> None:
    at = counter(level="qr")
    gate = at.desk.wait_at("read_card")
    at.key(Qt.Key.Key_F7)
    at.until(lambda: at.screen.identity.progress.isVisible())
    at.desk.refuse["read_card"] = TORN
    at.screen.show_view(
        replace(sample.intake(level="empty"), dossier=sample.UUID("019ab0c0-0000-7000-8000-000000000009"))
    )
    gate.set()
    at.rest()
    assert not at.screen.identity.fault.isVisible()
    assert not at.screen.identity.progress.isVisible()


def test_the_screen_can_be_used_while_the_chip_is_read(counter: Open) -> None:
    at = counter(level="qr")
    gate = at.desk.wait_at("read_card")
    at.key(Qt.Key.Key_F7)
    at.until(lambda: at.screen.identity.progress.isVisible())
    assert not at.screen.primary.isEnabled()
    at.key(Qt.Key.Key_Escape)
    assert not at.screen.identity.progress.isVisible()
    assert at.screen.step() == "identity", "Esc stopped the reading; it did not also leave"
    gate.set()
    at.rest()


def test_ticking_a_licence_with_space(counter: Open) -> None:
    at = counter()
    at.screen.identity.focus_on("licences")
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.values.get("licences") == "010167012345,010097055512")


def test_unknown_never_looks_clear(counter: Open) -> None:
    at = counter(level="silent")
    badge = at.screen.identity._register
    assert badge.property("tone") == "warn"
    assert "CHƯA BIẾT" in badge.text()
    assert at.screen.identity.by_hand.isVisible()


def test_the_caret_goes_to_the_licences_when_the_register_takes_the_fields_by_hand_away(counter: Open) -> None:
    at = counter(level="silent")
    at.screen.identity.by_hand.focus_field("licence.expires")
    at.screen.work.take(sample.intake(level="chip"))
    assert not at.screen.identity.by_hand.isVisible()
    assert at.screen.identity.licences.hasFocus()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "application")


def test_lưu_tạm_saves_parks_and_leaves(counter: Open) -> None:
    at = counter(level="empty")
    at.screen.identity.form.focus_field("applicant.name")
    at.type("AB")
    with at.qtbot.waitSignal(at.screen.left):
        at.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    at.rest()
    assert at.desk.values["applicant.name"] == "AB"
    assert at.desk.did("park")
    assert at.screen.dossier() is None
    assert not at.screen._whole.isVisible(), "the next person in front of the screen sees nothing of the last one"


def test_a_dossier_opens_where_it_was_left(counter: Open) -> None:
    at = counter(replace(sample.intake(step="application"), focus="reason"))
    assert at.screen.step() == "application"
    assert at.field("reason").input.hasFocus()


def test_the_next_citizen_finds_nothing_of_the_last_one(counter: Open) -> None:
    at = counter(step="identity", level="qr")
    at.field("applicant.name").input.setText("X")
    fresh = replace(sample.intake(level="empty", pages=0), dossier=sample.UUID("019ab0c0-0000-7000-8000-000000000002"))
    at.desk.current = fresh
    at.screen.show_view(fresh)
    at.rest()
    assert at.field("applicant.name").input.value() == ""
    assert at.screen.papers.strip.picture("s0") is None
    assert not at.screen.identity.portrait.has_picture()


def test_why_on_one_key(counter: Open) -> None:
    at = counter()
    assert not at.screen.why.isVisible()
    at.key(Qt.Key.Key_F9)
    assert at.screen.why.isVisible()
    assert "điều 89 khoản 3" in at.screen.why.text.toPlainText()
    at.key(Qt.Key.Key_F9)
    assert not at.screen.why.isVisible()


def test_another_language_at_once_and_nothing_typed_is_lost(counter: Open) -> None:
    at = counter(level="empty")
    at.screen.identity.form.focus_field("applicant.name")
    at.type("AB")
    try:
        texts.set_language("en")
        at.screen.retranslate()
        for button in at.screen.stepper.buttons.values():
            button.retranslate()
        assert at.field("applicant.name").label.text() == "Full name"
        assert at.field("applicant.name").input.value() == "AB"
        assert at.field("applicant.name").input.hasFocus()
    finally:
        texts.set_language("vi")


def test_every_word_of_the_intake_is_there_in_both_languages() -> None:
    import json
    import re
    from pathlib import Path

    told = json.loads((texts.FOLDER / "intake.json").read_text(encoding="utf-8"))
    root = Path(texts.__file__).parent
    used = {
        key
        for path in root.rglob("*.py")
        for key in re.findall(r'"(intake\.[a-z_.]+[a-z_])"', path.read_text(encoding="utf-8"))
    }
    assert used - set(told) == set()
    assert all(set(both) == {"vi", "en"} for both in told.values())


def test_every_control_has_a_name_for_a_screen_reader(counter: Open) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListWidget, QTableView

    at = counter(step="application", form="exceptions")
    kinds = (QAbstractButton, QComboBox, QLineEdit, QListWidget, QTableView)
    nameless = [
        widget.objectName() or type(widget).__name__
        for kind in kinds
        for widget in at.screen.findChildren(kind)
        if not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and widget.objectName() != "qt_scrollarea_viewport"
        and not widget.metaObject().className().startswith("QTable")
    ]
    assert nameless == []


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (134, "02:14"), (3_700, "1:01:40"), (-5, "00:00")])
def test_elapsed(seconds: int, text: str) -> None:
    assert elapsed(sample.NOON, sample.NOON + timedelta(seconds=seconds)) == text


def test_a_supervisor_decides_on_the_spot(counter: Open) -> None:
    at = counter(step="application", form="exceptions")
    needed = at.screen.application.exceptions.panels["IDENTITY_WEAK"]
    needed.focus_first()
    at.key(Qt.Key.Key_Return)
    assert needed.fault.isVisible(), "without a reason nothing is asked"
    at.type("The bi xuoc chip")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("ask") == [("ask", "IDENTITY_WEAK", "The bi xuoc chip")])
    at.rest()
    assert at.screen.step() == "application", "Enter in the reason is not Enter of the step"
    assert QApplication.focusWidget() is not at.screen.primary, "the caret stays with the decisions"
    asked = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    asked.focus_first()
    at.type("supervisor")
    at.key(Qt.Key.Key_Return)
    at.type("practice")
    at.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.did("decide") == [("decide", "SANCTIONS_UNKNOWN", "supervisor", True)])
    at.rest()
    assert [field.text() for field in (asked.user, asked.password, asked.comment)] == ["", "", ""]


def test_a_wrong_password_keeps_the_name_and_asks_for_the_password_again(counter: Open) -> None:
    at = counter(step="application", form="exceptions")
    at.desk.refuse["decide"] = Refusal("PASSWORD_WRONG", Words("Sai mật khẩu", "Wrong password"), Words("", ""))
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    panel.focus_first()
    at.type("supervisor")
    at.key(Qt.Key.Key_Tab)
    at.type("wrong")
    at.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: panel.fault.isVisible())
    assert (panel.user.text(), panel.password.text()) == ("supervisor", "")
    assert panel.password.hasFocus()
    at.screen.show_view(replace(sample.intake(step="application", form="exceptions"), dossier=sample.UUID(int=7)))
    assert panel.user.text() == "", "the next citizen's dossier knows nothing of it"


@pytest.mark.parametrize(("granted", "purpose"), [(True, "grant"), (False, "refuse")])
def test_a_supervisors_token_signs_for_just_what_they_decide(counter: Open, granted: bool, purpose: str) -> None:
    at = counter(step="application", form="exceptions")
    at.desk.tokens.offered = True
    at.desk.refuse["decide"] = token_needed()
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    panel.comment.set_value("Xem lai")
    panel.focus_first()
    at.type("supervisor")
    at.key(Qt.Key.Key_Return)
    at.type("practice")
    assert panel.token_pin.isHidden(), "nobody is asked before it is needed"
    decide = Qt.Key.Key_Return if granted else Qt.Key.Key_D
    at.key(decide, Qt.KeyboardModifier.ControlModifier)
    at.until(panel.token_pin.isVisible)
    assert panel.fault.headline.text() == "Cần token của bạn để xác thực."
    del at.desk.refuse["decide"]
    at.desk.tokens.says = token_fault("SIGN_TOKEN_MISSING")
    at.type("practice")
    at.key(Qt.Key.Key_Return)
    assert panel.token_pin.hasFocus()
    at.type("246810")
    at.key(decide, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: panel.fault.headline.text() == "Không thấy token.")
    assert (panel.password.text(), panel.token_pin.text()) == ("", "")
    at.desk.tokens.says = None
    at.type("practice")
    at.key(Qt.Key.Key_Return)
    at.type("246810")
    at.key(decide, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.did("decide")[-1:] == [("decide", "SANCTIONS_UNKNOWN", "supervisor", granted)])
    assert panel.evidence is not None
    at.rest()
    shown = at.desk.approvals.evidence(sample.UUID(int=1), "SANCTIONS_UNKNOWN").shown
    assert at.desk.tokens.asked == [(purpose, "supervisor", shown)] * 2
    assert panel.token_pin.isHidden()


def test_what_is_said_to_a_supervisor_can_be_seen_and_a_wait_is_counted(counter: Open) -> None:
    at = counter(step="application", form="exceptions")
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    panel.focus_first()
    at.until(lambda: panel.evidence is not None)
    at.desk.refuse["decide"] = MustWait(2)
    at.type("supervisor")
    at.key(Qt.Key.Key_Return)
    at.type("2580")
    at.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at.until(panel.fault.isVisible)
    at.until(lambda: "sau 1 giây" in panel.fault.remedy.text())
    at.until(lambda: not panel.fault.visibleRegion().isEmpty())
    assert panel.fault.visibleRegion().boundingRect() == panel.fault.rect(), "all of it is in sight"
    at.until(lambda: panel.fault.headline.text() == "Đã hết thời gian chờ.")


def test_a_refusal_on_the_spot_needs_a_comment(counter: Open) -> None:
    at = counter(step="application", form="exceptions")
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    panel.focus_first()
    at.until(lambda: panel.evidence is not None)
    at.type("supervisor")
    at.key(Qt.Key.Key_Return)
    at.type("practice")
    at.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert "ghi ý kiến" in panel.fault.headline.text()
    assert panel.comment.hasFocus()
    assert panel.password.text() == "practice", "nothing was used up"
    at.type("Chua ro")
    at.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: at.desk.did("decide") == [("decide", "SANCTIONS_UNKNOWN", "supervisor", False)])


def test_without_a_line_nobody_is_told_that_supervisors_elsewhere_see_it(counter: Open) -> None:
    at = counter(step="application", form="exceptions")
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    assert panel._parked.text().startswith("Đã gửi")
    at.screen.app.bridge.delivered.emit(DeliveryReport(state="offline"))
    assert panel._parked.text().startswith("Mất kết nối")
    at.screen.app.bridge.delivered.emit(DeliveryReport(state="idle"))
    assert panel._parked.text().startswith("Đã gửi")


def test_a_sample_desk_forgets_no_verb() -> None:
    """The stand-in answers to exactly the verbs that the real desk has under these names."""
    from clerk_app.desk.arranging import Arranging
    from clerk_app.desk.cashier import Cashier
    from clerk_app.desk.exceptions import Exceptions
    from clerk_app.desk.intake import Intake
    from clerk_app.desk.making import Making
    from clerk_app.desk.papers import Papers
    from clerk_app.desk.reading import Reading
    from clerk_app.desk.receipts import Receipts
    from clerk_app.desk.reuse import Reuse

    desk = SampleDesk(sample.intake())
    for room, real in (
        (desk.intake, Intake),
        (desk.papers, Papers),
        (desk.pages, Arranging),
        (desk.making, Making),
        (desk.reading, Reading),
        (desk.reuse, Reuse),
        (desk.cashier, Cashier),
        (desk.receipts, Receipts),
        (desk.exceptions, Exceptions),
    ):
        assert {verb for verb in vars(room) if not hasattr(real, verb)} == set()


def test_no_step_is_wider_than_its_window(counter: Open) -> None:
    """Nothing scrolls sideways: what the catalogue says takes a row of its own when it is long."""
    at = counter(step="application")
    long = tuple((str(n), Words(f"Bản điện tử trên VNeID {n}", f"Electronic, in VNeID {n}")) for n in range(3))
    fields = tuple(
        replace(field, choices=long, value="1") if field.name == "result_place" else field
        for field in sample.application().fields
    )
    view = replace(at.desk.current, application=replace(at.desk.current.application, fields=fields))
    at.screen.work.take(replace(view, saved_at=view.saved_at + timedelta(milliseconds=1)))
    at.rest()
    for step, area in at.screen._areas.items():
        at.screen.go_to(step)
        at.qtbot.wait(10)
        inside = area.widget() if hasattr(area, "widget") else area
        assert inside.minimumSizeHint().width() <= area.width(), step


def test_a_few_choices_are_worked_with_arrows_and_space(counter: Open) -> None:
    at = counter(level="silent")
    at.screen.identity.by_hand.focus_field("licence.regime")
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Up)
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.values.get("licence.regime") == "old")
