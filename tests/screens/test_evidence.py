"""The evidence in the window: every state has a sign and words, nothing is cut, and keys reach what they reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from clerk_app.desk.views import Badge, DifferenceView, SourceValue
from clerk_app.domain.refusals import Words
from tests.screens import sample_intake as sample
from tests.screens.sample_desk import sample_app
from tests.screens.sample_evidence import STATES
from ui import texts
from ui.screens.intake import IntakeScreen
from ui.widgets.differences import DifferenceCard
from ui.widgets.evidence import CheckRow
from ui.widgets.kit import retranslate_tree

pytestmark = pytest.mark.window


class Shown:
    """The intake in a window of some width, in one state of the evidence."""

    def __init__(self, qtbot: QtBot, state: str, width: int = 1216) -> None:
        self.view = sample.intake(level=state)
        self.app, self.desk = sample_app(self.view)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.screen = IntakeScreen(self.app, self.window)
        self.window.resize(width, 816)
        self.screen.resize(width, 816)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.screen.show_view(self.view)
        qtbot.waitUntil(lambda: not self.screen._late)
        QCoreApplication.processEvents()


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[list[Shown]]:
    made: list[Shown] = []
    texts.set_language("vi")
    yield made
    texts.set_language("vi")
    for one in made:
        one.app.jobs.close()


def _texts(widget: QWidget) -> list[QLabel]:
    return [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()]


def visible(at: Shown) -> list[CheckRow]:
    """The checks that stand there one by one."""
    return [row for row in at.screen.evidence._rows if row.isVisibleTo(at.screen.evidence)]


def _cut(widget: QWidget) -> list[str]:
    """Texts that have less room than they need."""
    return [
        label.text()
        for label in _texts(widget)
        if label.wordWrap() and label.height() < label.heightForWidth(label.width())
    ]


@pytest.mark.parametrize("width", [1216, 860])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut(qtbot: QtBot, shown: list[Shown], state: str, width: int) -> None:
    at = Shown(qtbot, state, width)
    shown.append(at)
    for language in ("vi", "en"):
        texts.set_language(language)
        retranslate_tree(at.window)
        for part in (at.screen.evidence, at.screen.identity.differences):
            qtbot.waitUntil(lambda part=part: _cut(part) == [], timeout=5_000)  # type: ignore[misc]


@pytest.mark.parametrize("state", STATES)
def test_colour_is_never_the_only_sign(qtbot: QtBot, shown: list[Shown], state: str) -> None:
    at = Shown(qtbot, state)
    shown.append(at)
    if at.screen.evidence.fold.isVisibleTo(at.screen):
        at.screen.evidence.fold.click()
    rows = visible(at)
    assert len(rows) == len(at.view.identity.checks)
    for row in rows:
        line = row._line
        assert line in at.view.identity.checks
        assert row._sign.text() == line.sign
        assert line.title.vi in row.accessibleName()
        assert line.detail.vi in row.accessibleName()


@pytest.mark.parametrize("state", ["altered", "unknown-signer", "expired-card", "copied-card", "differences"])
def test_what_speaks_against_a_card_comes_first_and_the_rest_is_one_line(
    qtbot: QtBot, shown: list[Shown], state: str
) -> None:
    at = Shown(qtbot, state)
    shown.append(at)
    panel, lines = at.screen.evidence, at.view.identity.checks
    loud = [line for line in lines if line.tone != "good" and line.sign != "i"]
    passed = sum(line.tone == "good" for line in lines)
    assert [row._line for row in visible(at)] == sorted(loud, key=lambda line: line.tone != "bad")
    assert panel.fold.accessibleName() == f"{passed} mục khác đạt. Xem từng mục đạt"
    panel.fold.setFocus()
    QTest.keyClick(panel.fold, Qt.Key.Key_Return)
    assert len(visible(at)) == len(lines)
    assert panel.fold.accessibleName().endswith("Thu gọn các mục đạt")
    QTest.keyClick(panel.fold, Qt.Key.Key_Space)
    assert [row._line for row in visible(at)] == sorted(loud, key=lambda line: line.tone != "bad")


@pytest.mark.parametrize("state", ["good", "qr-only", "typed-only"])
def test_nothing_is_folded_where_nothing_failed(qtbot: QtBot, shown: list[Shown], state: str) -> None:
    at = Shown(qtbot, state)
    shown.append(at)
    assert [row._line for row in visible(at)] == list(at.view.identity.checks)
    assert not at.screen.evidence.fold.isVisibleTo(at.screen)


def test_tab_reaches_the_fold(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "altered")
    shown.append(at)
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget() or at.window, Qt.Key.Key_Tab)
        if at.screen.evidence.fold.hasFocus():
            break
    assert at.screen.evidence.fold.hasFocus()


def test_how_a_check_was_passed_is_told_to_who_asks(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "unknown-signer")
    shown.append(at)
    panel = at.screen.evidence
    panel.fold.click()
    lines = tuple(row._line for row in visible(at) if row._line is not None)
    assert {line.brief for line in lines} == {True, False}

    def told() -> list[bool]:
        return [row._detail.isVisibleTo(panel) for row in panel._rows[: len(lines)]]

    assert told() == [not line.brief for line in lines]
    assert [row.toolTip() for row in visible(at)] == [line.detail.vi if line.brief else "" for line in lines]
    QTest.keyClick(at.screen, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: all(told()))
    assert not panel.fold.isVisibleTo(panel)


def test_keys_scroll_what_stands_beside_a_low_page(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "good")
    shown.append(at)
    at.screen.resize(1216, 420)
    bar = at.screen._side.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    QTest.keyClick(QApplication.focusWidget() or at.screen, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() > 0
    QTest.keyClick(QApplication.focusWidget() or at.screen, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == 0


def test_differences_stand_side_by_side_with_the_one_in_use(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "differences")
    shown.append(at)
    card = at.screen.identity.differences
    assert card.isVisibleTo(at.screen)
    assert card.table is not None
    first = card.table.cells[0]
    assert [cell.said.text() for cell in first] == ["TRẦN MINH QUÂN", "Trần Minh Quan", "Trần Minh Quang", "–"]
    assert ["đang dùng" in cell.level.text() for cell in first] == [True, False, False, False]
    said = card.table.accessibleName()
    assert "mã QR Trần Minh Quan (! chưa chứng minh)" in said
    assert card.table.labels[0].text().startswith("≠")


def test_two_things_that_one_source_said_stand_both_there(qtbot: QtBot) -> None:
    level = Badge(Words("chưa chứng minh", "not proven"), "warn")
    chip, code = Words("chip", "chip"), Words("mã QR", "QR")
    values = tuple(
        SourceValue(source, Words(text, text), level, used)
        for source, text, used in ((chip, "001185067890", False), (chip, "001090012345", True), (code, "1", False))
    )
    label = Words("Số định danh", "ID number")
    card = DifferenceCard()
    qtbot.addWidget(card)
    number = DifferenceView("applicant.number", label, values, "bad", label)
    card.show_differences((DifferenceView("applicant.name", label, values[1:], "warn", label), number))
    assert card.table is not None
    assert [[cell.said.text() for cell in row] for row in card.table.cells] == [
        ["001090012345", "–", "1"],
        ["001185067890", "001090012345", "1"],
    ]


def test_the_card_goes_when_the_sources_agree(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "two-persons")
    shown.append(at)
    table = at.screen.identity.differences.table
    assert table is not None
    assert table.labels[0].text().startswith("✗")
    at.screen.work.take(sample.intake(level="good", saved_s=5))
    assert not at.screen.identity.differences.isVisibleTo(at.screen)
    assert at.screen.identity.differences.table is None


def test_tab_passes_the_differences_by(qtbot: QtBot, shown: list[Shown]) -> None:
    """They are to be read; the keyboard goes from the last field on to the licences."""
    at = Shown(qtbot, "altered")
    shown.append(at)
    card = at.screen.identity.differences
    assert card.isVisibleTo(at.screen)
    for _ in range(12):
        focus = QApplication.focusWidget()
        assert focus is not None
        assert not card.isAncestorOf(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)


@pytest.mark.parametrize(("state", "shown_there"), [("altered", True), ("differences", True), ("good", False)])
def test_a_supervisor_sees_them_where_they_decide(
    qtbot: QtBot, shown: list[Shown], state: str, shown_there: bool
) -> None:
    at = Shown(qtbot, state)
    shown.append(at)
    at.screen.go_to("application")
    assert at.screen.application.differences.isVisibleTo(at.screen.application) is shown_there
    assert bool(at.view.application.exceptions) is shown_there


def test_the_exception_names_what_was_not_proven(qtbot: QtBot, shown: list[Shown]) -> None:
    at = Shown(qtbot, "unknown-signer")
    shown.append(at)
    at.screen.go_to("application")
    panel = at.screen.application.exceptions.panels["IDENTITY_WEAK"]
    told = panel._details.text()
    assert told.startswith("Chưa chứng minh được:\n✗ ")
    titles = {line.sign: line.title.vi for line in at.view.identity.checks}
    assert titles["✗"] in told
    assert titles["?"] in told
    assert titles["✓"] not in told
