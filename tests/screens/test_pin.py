"""Choosing a PIN: a sheet over the window, typed twice, with the password; nothing of it stays behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.screens.shell_desk import Clerk, clerk
from ui.screens.pin import PinSheet

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
PACE_MS = 60
CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def _asked(someone: Clerk) -> PinSheet:
    someone.key(Qt.Key.Key_P, CTRL_ALT)
    (sheet,) = someone.window.findChildren(PinSheet)
    assert sheet.isVisible()
    return sheet


def _typed(someone: Clerk, *texts: str) -> None:
    """Each with Enter, at the pace of a person: what comes faster is a scanner's."""
    for text in texts:
        _typed_once(someone, text)


def _typed_once(someone: Clerk, text: str) -> None:
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, text, Qt.KeyboardModifier.NoModifier, PACE_MS)
    someone.until(lambda: field.text() == text)
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, PACE_MS)
    someone.until(lambda: not field.hasFocus() or not field.text() or field.property("wrong") == "yes")


def test_by_keyboard_from_asking_to_told(clerk: Open) -> None:
    someone = clerk().at_work()
    before = QApplication.focusWidget()
    sheet = _asked(someone)
    assert sheet.password.edit.hasFocus()
    _typed(someone, "practice", "2580", "2580")
    someone.until(lambda: someone.desk.pins.chosen == ["2580"])
    someone.until(lambda: not sheet.isVisible())
    assert "Đã đặt PIN ở máy này." in someone.texts()
    assert QApplication.focusWidget() is before
    assert [edit.text() for edit in sheet.findChildren(QLineEdit)] == ["", "", ""]


def test_what_is_wrong_stands_beside_its_field(clerk: Open) -> None:
    someone = clerk().at_work()
    sheet = _asked(someone)
    _typed(someone, "practice", "2580", "2581")
    assert sheet.again.notice.headline.text() == "Hai lần nhập PIN không giống nhau."
    _typed(someone, "2580")
    someone.until(lambda: not sheet.isVisible())
    assert someone.desk.pins.chosen == ["2580"]
    sheet = _asked(someone)
    _typed(someone, "practice", "1234", "1234")
    someone.until(lambda: not sheet.pin.notice.isHidden())
    assert sheet.pin.notice.headline.text() == "PIN này quá dễ đoán."
    assert sheet.pin.edit.hasFocus()
    someone.key(Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    sheet = _asked(someone)
    assert sheet.pin.notice.isHidden()
    _typed(someone, "sai", "2580", "2580")
    someone.until(lambda: not sheet.password.notice.isHidden())
    assert sheet.password.notice.headline.text() == "Mật khẩu không đúng."
    assert someone.desk.pins.chosen == ["2580"]


def test_the_keyboard_stays_on_the_sheet_and_every_field_has_a_name(clerk: Open) -> None:
    someone = clerk().at_work()
    sheet = _asked(someone)
    seen = set()
    for _ in range(5):
        seen.add(QApplication.focusWidget())
        someone.key(Qt.Key.Key_Tab)
    assert seen == {sheet.password.edit, sheet.pin.edit, sheet.again.edit, sheet.leave, sheet.keep}
    assert sheet.password.edit.hasFocus()
    named = [edit.accessibleName() for edit in sheet.findChildren(QLineEdit)]
    assert named == ["Mật khẩu", "PIN mới", "Nhập lại PIN"]
    assert {edit.echoMode() for edit in sheet.findChildren(QLineEdit)} == {QLineEdit.EchoMode.Password}


def test_the_lock_and_a_sign_out_leave_nothing_of_what_was_typed(clerk: Open) -> None:
    someone = clerk().at_work()
    sheet = _asked(someone)
    someone.type("practice")
    someone.key(Qt.Key.Key_L, CTRL_ALT)
    someone.until(lambda: not sheet.isVisible())
    assert [edit.text() for edit in sheet.findChildren(QLineEdit)] == ["", "", ""]
