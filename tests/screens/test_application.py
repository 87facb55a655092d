"""Step 2 with the keyboard: the law as a choice with reasons, why on one key, and nothing that jumps, cuts or nags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from clerk_app.desk.views import IntakeView
from tests.peers import situations
from tests.screens.sample_desk import sample_app
from tests.screens.test_wedge import scan
from ui import texts
from ui.screens.intake import IntakeScreen
from ui.wedge import Wedge
from ui.widgets.options import Option, OptionList

pytestmark = pytest.mark.window
CTRL = Qt.KeyboardModifier.ControlModifier
DOUBT = {"vi": "xác minh", "en": "partly verified"}


class Step2:
    """The application step of a real draft, in a window of its own; the desk answers as the real one would."""

    def __init__(self, qtbot: QtBot, name: str, size: tuple[int, int], doubts: bool) -> None:
        self.qtbot, self.name, self.doubts = qtbot, name, doubts
        self.fields: dict[str, str] = {}
        self.app, self.desk = sample_app(replace(situations.view(name, doubts), step="application"))
        self.desk.intake.enter = self._enter
        self.desk.intake.check = lambda dossier, step: self.desk._did("check", step)
        self.window = QWidget()
        self.screen = IntakeScreen(self.app, self.window)
        self.window.resize(*size)
        self.screen.resize(*size)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.screen.show_view(self.desk.current)
        self.rest()

    def _enter(
        self, dossier: object, values: dict[str, str], step: Any, focus: str, seen: int | None = None
    ) -> IntakeView:
        self.fields |= values
        self.desk.values |= values

        def told(one: situations.Situation) -> situations.Situation:
            return replace(one, fields=tuple((dict(one.fields) | self.fields).items()))

        view = situations.view(self.name, self.doubts, told)
        changed = {"application": view.application, "summary": view.summary, "papers": view.papers}
        return self.desk._did("enter", dict(values), step, focus, step=step, focus=focus, **changed)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.screen, key, modifier)

    def type(self, text: str) -> None:
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget() or self.screen, letter)

    def rest(self) -> None:
        """Until nothing is on its way and the layout has come to rest."""
        self.qtbot.waitUntil(lambda: self.app.jobs.idle() and not self.screen.work.changes.waiting, timeout=5_000)
        stood: list[dict[str, QPoint]] = [{}]

        def stands() -> bool:
            stood.append(places(self))
            return len(stood) > 5 and all(one == stood[-1] for one in stood[-5:])

        self.qtbot.waitUntil(stands, timeout=5_000)

    def options(self, field: str) -> OptionList:
        box = self.screen.application.form.box(field)
        assert box is not None
        assert isinstance(box.input, OptionList)
        return box.input

    def row(self, field: str, value: str) -> Option:
        return next(row for row in self.options(field).rows() if row.view is not None and row.view.value == value)

    def chosen(self) -> tuple[str, str]:
        return self.fields.get("case", ""), self.fields.get("wanted_class", "")


Open = Callable[..., Step2]


@pytest.fixture
def step2(qtbot: QtBot) -> Iterator[Open]:
    made: list[Step2] = []

    def opened(name: str = "b2", size: tuple[int, int] = (1216, 816), doubts: bool = False) -> Step2:
        made.append(Step2(qtbot, name, size, doubts))
        return made[-1]

    yield opened
    for one in made:
        one.app.jobs.close()


@pytest.fixture
def english() -> Iterator[None]:
    texts.set_language("en")
    yield
    texts.set_language("vi")


# ---- choosing -------------------------------------------------------------------------------------------------------


def test_the_caret_stands_in_the_cases_and_nothing_is_chosen(step2: Open) -> None:
    at = step2()
    assert at.options("case").hasFocus()
    assert at.options("case").value() == ""
    assert at.options("wanted_class").value() == ""
    at.key(Qt.Key.Key_Return)
    at.rest()
    assert at.chosen() == ("", ""), "Enter alone chooses nothing"


def test_digits_choose_the_case_and_the_class(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_1)
    at.rest()
    assert at.chosen() == ("DOI_SAP_HET_HAN", "")
    at.key(Qt.Key.Key_Tab)
    assert at.options("wanted_class").hasFocus()
    at.key(Qt.Key.Key_2)
    at.rest()
    assert at.chosen() == ("DOI_SAP_HET_HAN", "C1")
    assert at.row("wanted_class", "C1").isChecked()


def test_a_letter_chooses_among_a_few_by_their_code(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_Tab)
    at.type("c")
    at.rest()
    assert at.chosen() == ("", "C1")


def test_letters_search_without_accents_and_enter_takes_what_was_found(step2: Open) -> None:
    at = step2()
    at.type("hong")
    shown = [row.view.value for row in at.options("case").rows() if not row.isHidden() and row.view is not None]
    assert "DOI_HONG" in shown
    assert "DOI_SAP_HET_HAN" not in shown
    assert "“hong”" in at.options("case").told.text()
    at.type("zz")
    assert at.options("case").sought() == "hong", "letters that no case has are not taken"
    at.key(Qt.Key.Key_Escape)
    assert at.screen.step() == "application", "Esc ended the search, it did not leave"
    assert not any(row.isHidden() for row in at.options("case").rows())
    at.type("mat")
    at.key(Qt.Key.Key_Return)
    at.rest()
    assert at.chosen()[0] == "CAP_LAI_MAT"
    assert at.options("case").sought() == ""


def test_walking_chooses_nothing_and_space_does(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_Down)
    at.key(Qt.Key.Key_Down)
    at.rest()
    assert at.chosen() == ("", "")
    at.key(Qt.Key.Key_Space)
    at.rest()
    assert at.chosen() == ("DOI_THAY_DOI_TT", "")


def test_what_cannot_apply_is_read_but_never_chosen(step2: Open) -> None:
    at = step2()
    at.type("quatho")
    row = at.row("case", "CAP_LAI_QUA_HAN")
    assert row.hasFocus()
    assert row.accessibleName() == "Trường hợp: Giấy phép quá thời hạn sử dụng, không chọn được"
    assert row.accessibleDescription() == "Giấy phép chưa quá hạn: dùng một trường hợp đổi."
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        at.key(key)
    row.click()
    at.rest()
    assert at.chosen() == ("", "")


def test_the_only_one_there_is_stands_chosen(step2: Open) -> None:
    at = step2("a1")
    assert at.options("wanted_class").value() == "A"
    assert at.options("case").value() == "", "several cases can apply: nobody chose one"


def test_the_caret_stays_where_it_is_while_the_desk_answers(step2: Open) -> None:
    at = step2()
    at.type("hong")
    at.key(Qt.Key.Key_Return)
    at.rest()
    assert at.row("case", "DOI_HONG").hasFocus()
    at.screen.application.form.focus_field("reason")
    at.type("Gay")
    at.rest()
    box = at.screen.application.form.box("reason")
    assert box is not None
    assert box.input.hasFocus()
    assert box.input.value() == "Gay"


def test_a_caret_that_nobody_moved_does_not_stay_on_what_cannot_apply(step2: Open) -> None:
    at = step2()
    cases = at.options("case")
    first, second = (row.view for row in cases.rows()[:2])
    assert first is not None
    assert second is not None
    assert at.row("case", first.value).hasFocus()
    cases.set_options((second, replace(first, open=False)))
    assert at.row("case", second.value).hasFocus()
    at.key(Qt.Key.Key_Down)
    cases.set_options((replace(second, key="2"), replace(first, open=False)))
    assert at.row("case", first.value).hasFocus(), "who walked there reads why"


def test_a_permit_asks_for_no_class(step2: Open) -> None:
    at = step2("permit")
    assert at.screen.application.form.box("wanted_class") is None


# ---- why ------------------------------------------------------------------------------------------------------------


def told(at: Step2) -> str:
    return str(at.screen.why.text.toPlainText())


def test_why_is_about_the_line_in_focus_and_follows_it(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_F9)
    assert at.screen.why.isVisible()
    assert "Luật 36/2024/QH15 art.62(2)" in told(at)
    assert "hiệu lực từ 01/01/2025" in told(at)
    assert "gói quy định 2026.11.22, bộ R7" in told(at)
    at.type("quatho")
    assert "Ở hồ sơ này: số ngày quá hạn: 0, dưới 1." in told(at)
    at.screen.summary.rows()[3].setFocus()
    assert "Không tính ngày nhận 23/11/2026" in told(at)
    assert "NQ 28/2026/QH16" in told(at)
    at.key(Qt.Key.Key_Down)
    assert "115.000 đ" in told(at)
    at.screen.needed.rows()[1].setFocus()
    assert "Cần giấy khám sức khỏe vì hạng mới là B / C1" in told(at)
    at.key(Qt.Key.Key_F9)
    assert not at.screen.why.isVisible()


def test_where_no_line_has_a_reason_all_of_them_are_told(step2: Open) -> None:
    at = step2()
    at.screen.application.form.focus_field("applicant.phone")
    at.key(Qt.Key.Key_F9)
    for basis in ("art.89(3)", "QĐ 1891/QĐ-TTg", "TT 154/2025/TT-BTC"):
        assert basis in told(at)


def test_reasons_are_marked_and_copied_with_the_keyboard(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_F9)
    text = at.screen.why.text
    text.setFocus()
    before = told(at)
    at.key(Qt.Key.Key_A, CTRL)
    assert text.textCursor().selectedText() != ""
    at.type("x")
    assert told(at) == before, "words to read, not to write"
    assert text.accessibleName() == "Vì sao"
    assert "Luật 36/2024/QH15" in text.accessibleDescription()
    at.key(Qt.Key.Key_F9)
    assert not at.screen.why.isVisible()
    assert QApplication.focusWidget() is not None
    assert at.screen.application.isAncestorOf(QApplication.focusWidget()), "the caret is back in the form"


def places(at: Step2) -> dict[str, QPoint]:
    """Where every field stands on its page, and every line on its card."""
    page, card = at.screen.application, at.screen.summary
    found = {box.name: box.mapTo(page, QPoint(0, 0)) for box in page.form.boxes()}
    return found | {row.accessibleName(): row.mapTo(card, QPoint(0, 0)) for row in card.rows()}


@pytest.mark.parametrize("size", [(1216, 816), (808, 700)])
def test_nothing_moves_for_a_reason(step2: Open, size: tuple[int, int]) -> None:
    at = step2("b2-chosen", size)
    before = places(at)
    at.key(Qt.Key.Key_F9)
    at.rest()
    assert places(at) == before
    at.key(Qt.Key.Key_F9)
    at.rest()
    assert places(at) == before


def test_nothing_moves_while_searching_or_when_something_is_refused(step2: Open) -> None:
    at = step2("lost")
    before = places(at)
    assert at.screen.verdict.property("tone") == "bad"
    at.type("mat")
    at.rest()
    assert places(at) == before
    at.key(Qt.Key.Key_Return)
    at.rest()
    assert at.chosen()[0] == "CAP_LAI_MAT"
    assert at.screen.verdict.property("tone") != "bad"
    after = places(at)
    fields = {"case", "wanted_class", "applicant.phone", "reason", "pledge"}
    assert {name: after[name] for name in fields} == {name: before[name] for name in fields}


def test_a_refusal_says_what_else_may_fit(step2: Open) -> None:
    at = step2("lost")
    assert "báo mất" in at.screen.verdict.words.text()
    assert "Cấp lại giấy phép bị mất, còn hạn" in at.screen.verdict.detail.text()
    at.screen.verdict.setFocus()
    at.key(Qt.Key.Key_F9)
    assert "TT 108/2026/TT-BCA" in told(at)


# ---- doubts ---------------------------------------------------------------------------------------------------------


def said(at: Step2) -> str:
    """Every word of the screen, also those for a screen reader."""
    labels = [label.text() for label in at.screen.findChildren(QLabel)]
    spoken = [f"{one.accessibleName()} {one.accessibleDescription()}" for one in at.screen.findChildren(QWidget)]
    return "\n".join((*labels, *spoken, told(at)))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_doubts_are_the_supervisors_and_not_the_clerks(step2: Open, language: str) -> None:
    texts.set_language(language)
    try:
        clerk, supervisor = step2("overdue-29"), step2("overdue-29", doubts=True)
        for at in (clerk, supervisor):
            at.screen.toggle_why()
            at.screen.why.show_whys(at.screen.summary.all_whys())
        assert DOUBT[language] not in said(clerk)
        assert " *" not in said(clerk)
        assert DOUBT[language] in said(supervisor)
        assert " *" in said(supervisor)
    finally:
        texts.set_language("vi")


def test_who_decides_reads_the_doubt_where_they_decide(step2: Open) -> None:
    at = step2("silent")
    panel = at.screen.application.exceptions.panels["SANCTIONS_UNKNOWN"]
    assert not panel._doubt.isVisible(), "the clerk who asks is not told"
    assert "Lãnh đạo phụ trách" in panel._who.text()
    asked = replace(situations.view("silent").application.exceptions[1], state="asked", reason="Mất mạng")
    panel.show_exception(asked, True)
    assert panel._doubt.isVisible()
    assert "xác minh" in panel._doubt.text()


# ---- small windows and both languages -------------------------------------------------------------------------------


def cut(root: QWidget) -> list[str]:
    """Words that do not have the room they need."""
    found = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text() or label.text().startswith("<"):
            continue
        if label.wordWrap():
            short = label.heightForWidth(label.width()) > label.height() + 1
        else:
            short = label.sizeHint().width() > label.width() + 1
        if short:
            found.append(label.text())
    return found


SIZES = {"1280x800": (1064, 660), "1024x768": (972, 684), "small": (808, 628), "150 %": (800, 470)}


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", ["b2", "merge", "overdue-365", "silent", "foreign", "tet"])
def test_nothing_is_cut(step2: Open, name: str, language: str) -> None:
    """Opened in the smallest window, then drawn to every other size, as a person does who looks for more room."""
    texts.set_language(language)
    try:
        at = step2(name, SIZES["150 %"])
        at.key(Qt.Key.Key_F9)
        for size in reversed(SIZES.values()):
            at.window.resize(*size)
            at.screen.resize(*size)
            at.rest()
            at.qtbot.wait(10)
            page: Any = at.screen._areas["application"]
            assert (size, cut(page.widget())) == (size, [])
            assert (size, cut(at.screen._side)) == (size, [])
            assert page.widget().minimumSizeHint().width() <= page.width()
            side = at.screen._side
            assert not side.isVisible() or side.widget().minimumSizeHint().width() <= side.viewport().width()
            assert at.screen.why.text.height() >= 60
    finally:
        texts.set_language("vi")


def test_the_row_in_focus_is_in_sight(step2: Open) -> None:
    at = step2("b2", (808, 628))
    rows = at.options("case").rows()
    for _ in rows:
        at.key(Qt.Key.Key_Down)
    at.qtbot.wait(10)
    focus = QApplication.focusWidget()
    assert focus is rows[-1]
    page: Any = at.screen._areas["application"]
    top = focus.mapTo(page.viewport(), QPoint(0, 0)).y()
    assert top >= 0
    assert top + focus.height() <= page.viewport().height()
    inner = at.options("case")._area
    assert 0 <= focus.mapTo(inner.viewport(), QPoint(0, 0)).y() <= inner.viewport().height() - focus.height()


def test_every_line_has_a_name_and_a_description(step2: Open, english: None) -> None:
    at = step2("b2-chosen")
    names = [row.accessibleName() for row in at.screen.summary.rows()]
    assert names[:3] == ["Class now → new: B2 → B", "Test: No test", "Due: 12:00 · 30/11/2026"]
    assert at.screen.summary.rows()[1].accessibleDescription() == "27 days left"
    paper = at.screen.needed.rows()[1]
    assert paper.accessibleName() == "Valid driver health certificate: Missing"
    assert paper.accessibleDescription().startswith("Required · scanned")
    assert at.screen.verdict.accessibleName() == "Can be accepted by the rules of today."
    first = at.options("wanted_class").rows()[0]
    assert first.accessibleName().startswith("Class asked for, typed: B – ")
    assert "10 years, until 23/11/2036" in first.accessibleDescription()


def test_tab_goes_from_the_form_to_what_follows(step2: Open) -> None:
    at = step2("b2-chosen")
    seen: list[QWidget] = []
    for _ in range(30):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus)
        at.key(Qt.Key.Key_Tab)
    assert any(row in seen for row in at.options("case").rows())
    assert sum(row in seen for row in at.screen.summary.rows()) == 1, "one stop, the arrows do the rest"
    assert sum(row in seen for row in at.screen.needed.rows()) == 1


def test_another_language_at_once(step2: Open) -> None:
    at = step2()
    at.key(Qt.Key.Key_F9)
    try:
        texts.set_language("en")
        at.screen.retranslate()
        for widget in at.screen.findChildren(QWidget):
            retranslate = getattr(widget, "retranslate", None)
            if callable(retranslate):
                retranslate()
        assert "in force since 01/01/2025" in told(at)
        assert at.row("case", "DOI_HONG").accessibleName() == "Case: Damaged licence"
        assert at.options("case").hasFocus()
    finally:
        texts.set_language("vi")


def test_a_code_that_is_scanned_is_neither_searched_nor_chosen(step2: Open, qapp: QApplication) -> None:
    """A receipt's bar code, typed by a scanner while the caret stands in the cases."""
    at = step2()
    wedge, heard = Wedge(), list[str]()
    wedge.scanned.connect(heard.append)
    wedge.install(qapp)
    try:
        focus = QApplication.focusWidget()
        assert isinstance(focus, Option)
        scan(focus, "123456789|TRAN\r")
        at.qtbot.waitUntil(lambda: heard == ["123456789|TRAN"], timeout=5_000)
    finally:
        wedge.uninstall(qapp)
    at.rest()
    assert at.chosen() == ("", "")
    assert at.options("case").sought() == ""
