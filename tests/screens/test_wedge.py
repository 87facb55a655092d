"""A scanner that types against a person who types, on the same keyboard.

person: [T]..80 ms..[r]..80 ms..[a]          -> field "Tra", no scan
scan in a name field: [0][0][1][0]...[|]...[Enter]  -> field unchanged, scanned("001...|...")
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QInputMethodQueryEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.wedge import Framing, Wedge

pytestmark = pytest.mark.window
CARD = "001090012345|012345678|TRẦN MINH QUÂN|14081990|Nam|Số 12, phố Hàng Bông, Hà Nội|01012022"


class Counter(QWidget):
    """A name field and a button, as on every screen."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.name = QLineEdit()
        self.button = QPushButton("x")
        column.addWidget(self.name)
        column.addWidget(self.button)
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


@pytest.fixture
def counter(qtbot: QtBot) -> Counter:
    widget = Counter()
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    widget.name.setFocus()
    qtbot.waitUntil(widget.name.hasFocus)
    return widget


@pytest.fixture
def wedge(qapp: QApplication) -> Iterator[Wedge]:
    made = Wedge()
    made.install(qapp)
    yield made
    made.uninstall(qapp)


@pytest.fixture
def scans(wedge: Wedge) -> list[str]:
    heard: list[str] = []
    wedge.scanned.connect(heard.append)
    return heard


def strike(target: QWidget, character: str, at_ms: int) -> None:
    """One key down and up as a keyboard with a clock sends it, whatever letter it is."""
    key = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}.get(character, Qt.Key(0))
    if not key and character.isascii():
        key = Qt.Key(ord(character.upper()))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, int(key), Qt.KeyboardModifier.NoModifier, character)
        event.setTimestamp(at_ms)
        QCoreApplication.sendEvent(target, event)
        at_ms += 1


def scan(target: QWidget, text: str, gap_ms: int = 8, start_ms: int = 10_000) -> None:
    """Type like a scanner."""
    for place, character in enumerate(text):
        strike(target, character, start_ms + place * gap_ms)


def test_a_scan_in_a_name_field_is_heard_and_never_typed(counter: Counter, scans: list[str]) -> None:
    counter.name.setText("NGUYỄN VĂN A")
    scan(counter.name, CARD + "\r")
    assert scans == [CARD]
    assert counter.name.text() == "NGUYỄN VĂN A"
    assert counter.keys == [], "the Enter of the scan must not reach the screen"


def test_a_scan_is_heard_with_the_focus_on_a_button(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    pressed: list[bool] = []
    counter.button.clicked.connect(pressed.append)
    counter.button.setFocus()
    scan(counter.button, "G01.801.308-261123-0039 X\r")
    assert scans == ["G01.801.308-261123-0039 X"]
    assert pressed == [], "the blank inside the code must not press the button"


def test_nfd_text_of_a_scanner_is_composed(counter: Counter, scans: list[str]) -> None:
    scan(counter.name, "TRA\u0302\u0300N MINH\r")
    assert scans == ["TRẦN MINH"]


def test_tab_ends_a_scan_too(counter: Counter, scans: list[str]) -> None:
    scan(counter.name, "001090012345\t")
    assert scans == ["001090012345"]
    assert counter.name.hasFocus(), "the Tab of the scan must not move the focus"


def test_a_person_loses_no_key_the_first_comes_by_itself(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    strike(counter.name, "T", 10_000)
    qtbot.waitUntil(lambda: counter.name.text() == "T", timeout=5_000)
    assert scans == []


@pytest.mark.parametrize("gap_ms", [45, 60, 80, 120])
def test_a_fast_typist_is_no_scanner(counter: Counter, scans: list[str], qtbot: QtBot, gap_ms: int) -> None:
    text = "tran minh quan 001090012345"
    scan(counter.name, text, gap_ms)
    strike(counter.name, "\r", 10_000 + len(text) * gap_ms)
    qtbot.waitUntil(lambda: counter.name.text() == text)
    assert scans == []
    assert Qt.Key.Key_Return in counter.keys, "a person's Enter goes to the screen, after the text"


def test_a_roll_of_a_few_keys_is_no_scan(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    scan(counter.name, "the", 12)
    strike(counter.name, "\r", 10_040)
    assert counter.name.text() == "the"
    assert scans == []


def test_with_real_key_clicks_and_real_time(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    for character in "quan":
        QTest.keyClick(counter.name, character, Qt.KeyboardModifier.NoModifier, 60)
    QTest.keyClick(counter.name, Qt.Key.Key_Backspace)
    assert counter.name.text() == "qua", "what was held comes before the key that is not held"
    for character in "001090012345|x":
        QTest.keyClick(counter.name, character)
    QTest.keyClick(counter.name, Qt.Key.Key_Return)
    assert scans == ["001090012345|x"]
    assert counter.name.text() == "qua"


def test_keys_through_the_window_are_not_held_twice(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    handle = counter.windowHandle()
    for character in "aabb":
        QTest.keyClick(handle, character, Qt.KeyboardModifier.NoModifier, 50)
    qtbot.waitUntil(lambda: counter.name.text() == "aabb")
    for character in "12345678|90":
        QTest.keyClick(handle, character)
    QTest.keyClick(handle, Qt.Key.Key_Return)
    assert scans == ["12345678|90"]
    assert counter.name.text() == "aabb"


def test_a_scan_without_enter_is_given_back(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    scan(counter.name, "001090012345")
    assert counter.name.text() == ""
    qtbot.waitUntil(lambda: counter.name.text() == "001090012345")
    assert scans == []


def test_a_held_key_repeats_at_once(counter: Counter, scans: list[str]) -> None:
    for count in range(12):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
        event.setTimestamp(10_000 + count * 30)
        QCoreApplication.sendEvent(counter.name, event)
    assert counter.name.text() == "a" * 12


def test_what_an_input_method_commits_stays_in_order(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    strike(counter.name, "1", 10_000)
    event = QInputMethodEvent()
    event.setCommitString("ễ")
    QCoreApplication.sendEvent(counter.name, event)
    qtbot.waitUntil(lambda: counter.name.text() == "1ễ")


def wants_input_method(field: QLineEdit) -> bool:
    """What the platform's input method is told when it asks."""
    asked = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled | Qt.InputMethodQuery.ImHints)
    QCoreApplication.sendEvent(field, asked)
    return bool(asked.value(Qt.InputMethodQuery.ImEnabled))


def test_the_input_method_is_off_during_a_scan_and_on_after_it(counter: Counter, scans: list[str]) -> None:
    scan(counter.name, "0010900")
    assert not wants_input_method(counter.name)
    scan(counter.name, "12345\r", start_ms=10_064)
    assert wants_input_method(counter.name)
    assert scans == ["001090012345"]


def test_no_shortcut_fires_in_the_middle_of_a_scan(counter: Counter, scans: list[str], qtbot: QtBot) -> None:
    fired: list[bool] = []
    QShortcut(QKeySequence("D"), counter, lambda: fired.append(True))
    for character in "0123456DD789":
        QTest.keyClick(counter.name, character)
    QTest.keyClick(counter.name, Qt.Key.Key_Return)
    assert fired == []
    assert scans == ["0123456DD789"]


def test_a_framed_scanner_may_be_short(counter: Counter, wedge: Wedge, scans: list[str], qtbot: QtBot) -> None:
    wedge.framing = Framing("~", "~")
    scan(counter.name, "~A7~\r")
    assert scans == ["A7"]
    scan(counter.name, "A7", start_ms=20_000)
    qtbot.waitUntil(lambda: counter.name.text() == "A7")
