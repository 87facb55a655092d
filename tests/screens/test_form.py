"""What a clerk types stays: never overwritten, never cut, never judged in the middle of a syllable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from clerk_app.desk.views import FieldView, Tone
from clerk_app.domain.refusals import Words
from tests.screens import sample_intake as sample
from ui import texts
from ui.form import Changes, FieldBox, Form
from ui.widgets.choices import ChoiceList, ChoiceRow
from ui.widgets.inputs import (
    ChosenText,
    DateInput,
    MoneyInput,
    NumberInput,
    PhoneInput,
    TextInput,
    carried,
    read_date,
    show_date,
)

pytestmark = pytest.mark.window
Kind = Literal["text", "number", "phone", "date"]


def shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()


def compose(widget: QWidget, preedit: str, commit: str = "") -> None:
    """What an input method sends while a syllable is open, and at its end."""
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QCoreApplication.sendEvent(widget, event)


def name(value: str = "", **more: object) -> FieldView:
    return FieldView("applicant.name", Words("Họ và tên", "Full name"), "text", value, max_length=100, **more)  # type: ignore[arg-type]


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[Form]:
    window = QWidget()
    window.resize(700, 500)
    made = Form(Changes(), parent=window)
    made.resize(700, 500)
    shown(qtbot, window)
    yield made
    window.close()


def test_a_view_never_overwrites_what_is_not_answered_yet(form: Form) -> None:
    form.show_fields([name("A")])
    field = form.box("applicant.name")
    assert field is not None
    form.focus_field("applicant.name")
    QTest.keyClicks(field.input, "B")
    sent = form.changes.send()
    QTest.keyClicks(field.input, "C")
    form.show_fields([name("A")])
    assert field.input.value() == "ABC"
    form.changes.answered(sent)
    form.show_fields([name("AB")])
    assert field.input.value() == "ABC", "the answer to an older save must not take the newer letter away"
    form.changes.answered(form.changes.send())
    form.show_fields([name("ABC")])
    assert field.input.value() == "ABC"
    form.show_fields([name("XYZ")])
    assert field.input.value() == "XYZ", "with nothing open, the desk is right"


def test_a_failed_save_waits_again_without_undoing_newer_typing() -> None:
    changes = Changes()
    changes.note("a", "1")
    changes.note("b", "1")
    sent = changes.send()
    changes.note("a", "2")
    changes.failed(sent)
    assert changes.waiting == {"a": "2", "b": "1"}


def test_the_input_and_the_caret_survive_a_redraw(form: Form) -> None:
    form.show_fields([name("TRAN MINH")])
    field = form.box("applicant.name")
    assert field is not None
    assert isinstance(field.input, TextInput)
    before = field.input
    before.setFocus()
    before.setCursorPosition(4)
    form.show_fields([name("TRAN MINH", hint=Words("x", "x"))])
    assert form.box("applicant.name") is field
    assert field.input is before
    assert before.cursorPosition() == 4
    assert before.hasFocus()


KINDS: list[tuple[Kind, str, str, str, str]] = [
    ("text", "Hằng", "Trần Minh Quân", "Lan", "Lan"),
    ("number", "001090012345", "001190054321", "079088", "079088"),
    ("phone", "0912345678", "0987654321", "0905", "0905"),
    ("date", "1990-08-14", "1985-03-02", "07/11/1979", "1979-11-07"),
]
"""A kind of field, what is in it, what comes from elsewhere, what a clerk types meanwhile and how that is kept."""


@pytest.mark.parametrize(("kind", "had", "comes", "typed", "kept"), KINDS, ids=[row[0] for row in KINDS])
@pytest.mark.parametrize("composed", [False, True], ids=["typed", "composed"])
def test_who_selects_all_and_types_while_an_answer_comes_has_only_what_was_typed(
    form: Form, kind: Kind, had: str, comes: str, typed: str, kept: str, composed: bool
) -> None:
    def field_of(value: str) -> FieldView:
        return FieldView("field", Words("Ô", "Field"), kind, value, max_length=100)

    for had_before in (had, ""):
        form.show_fields([field_of(had_before)])
        field = form.box("field")
        assert field is not None
        form.focus_field("field")
        QTest.keyClick(field.input, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        form.show_fields([field_of(comes)])
        assert field.input.value() == comes, "nobody typed yet"
        if composed:
            compose(field.input, typed[:1])
            compose(field.input, "", typed)
        else:
            QTest.keyClicks(field.input, typed)
        assert field.input.value() == kept
        assert form.changes.waiting == {"field": kept}
        form.changes.answered(form.changes.send())
        form.focus_field("field")


@pytest.mark.parametrize(("kind", "had", "comes", "typed", "kept"), KINDS, ids=[row[0] for row in KINDS])
def test_a_view_with_the_same_value_leaves_the_selection(
    form: Form, kind: Kind, had: str, comes: str, typed: str, kept: str
) -> None:
    form.show_fields([FieldView("field", Words("Ô", "Field"), kind, had, max_length=100)])
    field = form.box("field")
    assert field is not None
    assert isinstance(field.input, TextInput)
    form.focus_field("field")
    field.input.selectAll()
    said = Words("Ghi chú", "Remark")
    form.show_fields([FieldView("field", said, kind, had, max_length=100, source=said, proof="warn", hint=said)])
    assert field.input.selectedText() == field.input.text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[]", "[Trần Minh Quân]"),
        ("[Hằng ]", "[Trần Minh Quân]"),
        ("[Nguyễn Văn An]", "[Nguyễn Văn Bình]"),
        ("Trần [Minh] Quân", "Trần [Văn] Quân"),
        ("Trần M[in]h Quân", "Trần [Văn] Quân"),
        ("Trần [Minh] Quân", "Trần [Minh] Quang"),
        ("Hằng|", "Trần Minh Quân|"),
        ("Trần| Minh Quân", "Trần| Văn Quân"),
        ("Trần Minh| Quân", "Trần Văn| Quân"),
        ("|Hằng", "|Trần Minh Quân"),
    ],
)
def test_caret_and_selection_stay_with_what_they_stood_at(old: str, new: str) -> None:
    def places(drawn: str) -> tuple[int, int]:
        return (drawn.index("|"),) * 2 if "|" in drawn else (drawn.index("["), drawn.index("]") - 1)

    def bare(drawn: str) -> str:
        return drawn.translate(str.maketrans("", "", "[|]"))

    assert carried(bare(old), bare(new), *places(old)) == places(new)


def test_an_open_syllable_is_neither_saved_nor_overwritten(form: Form) -> None:
    form.show_fields([name("A")])
    field = form.box("applicant.name")
    assert field is not None
    field.input.setFocus()
    compose(field.input, "nguye")
    assert form.changes.waiting == {}
    form.show_fields([name("SOMEBODY ELSE")])
    compose(field.input, "", "nguyễn")
    assert "nguyễn" in field.input.value()


def test_letters_are_kept_composed(form: Form) -> None:
    form.show_fields([name()])
    field = form.box("applicant.name")
    assert field is not None
    compose(field.input, "", "TRA\u0302\u0300N")
    assert form.changes.waiting == {"applicant.name": "TRẦN"}


def test_ten_thousand_characters_are_refused_in_words_and_the_old_text_stays(form: Form) -> None:
    form.show_fields([name("TRẦN MINH QUÂN")])
    field = form.box("applicant.name")
    assert field is not None
    assert isinstance(field.input, TextInput)
    field.input.setFocus()
    field.input.setCursorPosition(5)
    compose(field.input, "", "A" * 10_000)
    assert field.input.value() == "TRẦN MINH QUÂN"
    assert form.changes.waiting == {}
    assert "10.014" in field.below.text()
    assert field.below.isVisible()
    QTest.keyClicks(field.input, "X")
    assert form.changes.waiting["applicant.name"].count("X") == 1
    assert "10.014" not in field.below.text(), "the words go with the next good letter"


def test_a_problem_stays_beside_its_field_until_that_field_changes(form: Form) -> None:
    wrong = Words("Cần họ tên", "A name is needed")
    form.show_fields([name(problem=wrong)], checked=True)
    field = form.box("applicant.name")
    assert field is not None
    form.show_fields([name()])
    assert field.below.text() == texts.words(wrong)
    assert form.first_problem() == "applicant.name"
    QTest.keyClicks(field.input, "A")
    form.show_fields([name("A")])
    assert form.first_problem() == ""


def test_fields_come_and_go_with_the_catalogue(form: Form) -> None:
    form.show_fields(sample.application().fields)
    assert {box.name for box in form.boxes()} == {view.name for view in sample.application().fields}
    case = form.box("case")
    form.show_fields([view for view in sample.application().fields if view.name != "reason"])
    assert form.box("reason") is None
    assert form.box("case") is case


def test_every_control_says_its_name_in_the_language_of_the_moment(form: Form) -> None:
    form.show_fields(sample.application().fields)
    try:
        for code in texts.LANGUAGES:
            texts.set_language(code)
            form.retranslate()
            for view in sample.application().fields:
                box = form.box(view.name)
                assert box is not None
                assert box.input.accessibleName().startswith(view.label.of(code))
    finally:
        texts.set_language("vi")


def test_a_proven_field_cannot_be_typed_into(form: Form) -> None:
    form.show_fields(sample.identity_fields())
    for box in form.boxes():
        before = box.input.value()
        QTest.keyClicks(box.input, "9")
        assert box.input.value() == before
        assert box.input.focusPolicy() == Qt.FocusPolicy.ClickFocus
    sex = form.box("applicant.sex")
    assert sex is not None
    assert isinstance(sex.input, ChosenText)
    assert sex.input.text() == "Nam"


def test_tab_goes_through_the_free_fields_in_their_order(form: Form) -> None:
    form.show_fields(sample.identity_fields(None, False, False))
    form.focus_field("applicant.number")
    seen = []
    for _ in range(4):
        focus = form.focusWidget()
        assert focus is not None
        seen.append(focus.objectName() or focus.parent().objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert seen == ["applicant.number", "applicant.name", "applicant.born", "applicant.sex"]


def test_a_list_that_becomes_a_row_of_two_has_its_place(form: Form) -> None:
    """The register names what may be chosen after the form was drawn."""
    both = tuple((code, Words(f"{code} – {'ô tô ' * 12}", f"{code} – {'cars ' * 12}")) for code in "ABCDE")
    wanted = FieldView("wanted_class", Words("Hạng", "Class"), "choice", choices=both, required=True)
    form.show_fields((name(), wanted))
    form.show_fields((name(), replace(wanted, choices=both[:2], value="A")))
    QCoreApplication.processEvents()
    first, second = form.boxes()
    assert isinstance(second.input, ChoiceRow)
    assert second.geometry().top() > first.geometry().bottom()
    assert second.input.width() > 600
    above, below = second.input._radios
    assert below.geometry().top() > above.geometry().bottom(), "long ones stand one below the other"
    assert second.minimumSizeHint().width() < 400, "and wrap instead of making the window wider"


def test_a_tag_never_covers_a_letter(form: Form) -> None:
    chip = Words("đọc từ chip", "read from the chip")
    form.show_fields((name("ĐỖ NGỌC ÁNH", source=chip, locked=True),))
    box = form.boxes()[0]
    assert box.proof.isVisible()
    assert not box.source.isVisible()
    form.show_fields((name("NGUYỄN PHÚC BẢO TRÂN CHÂU ANH THƯ NGỌC", source=chip, locked=True),))
    assert not box.proof.isVisible(), "no room inside"
    assert box.source.isVisible()
    form.show_fields((name("ĐỖ", source=chip),))
    assert not box.proof.isVisible(), "what is typed has its whole field"


@pytest.mark.parametrize(
    ("proof", "sign", "spoken"),
    [("good", "✓ chip", "Họ và tên, chip, đã chứng minh"), ("warn", "! chip", "Họ và tên, chip, chưa chứng minh")],
)
def test_where_a_value_came_from_has_a_sign_and_is_told(form: Form, proof: Tone, sign: str, spoken: str) -> None:
    told = Words("Chip · đầu đọc <1> · 09:12", "Chip · reader <1> · 09:12")
    form.show_fields((name("ĐỖ", source=Words("chip", "chip"), proof=proof, told=told),))
    box = form.boxes()[0]
    assert (box.source.text(), box.source.property("tone")) == (sign, proof)
    assert box.input.accessibleName() == spoken
    assert "&lt;1&gt;" in box.toolTip(), "what a reader is called is never markup"
    form.show_why(True)
    assert box.below.text() == told.vi
    form.show_why(False)
    assert box.below.text() != told.vi


def test_a_gap_before_a_wide_field_is_filled_and_tab_follows_the_eye(form: Form) -> None:
    def text(field: str, wide: bool = False) -> FieldView:
        return FieldView(field, Words(field, field), "text", wide=wide)

    form.show_fields((text("a"), text("b", wide=True), text("c"), text("d")))
    assert [box.name for box in form.boxes()] == ["a", "c", "b", "d"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("14081990", "1990-08-14"),
        ("14/8/1990", "1990-08-14"),
        ("14.08.1990", "1990-08-14"),
        ("1-2-2004", "2004-02-01"),
        ("14/08", "14/08"),
        ("31/02/2024", "31/02/2024"),
        ("29/02/2024", "2024-02-29"),
        ("29/02/2023", "29/02/2023"),
        ("", ""),
    ],
)
def test_dates_as_people_write_them(typed: str, kept: str) -> None:
    assert read_date(typed) == kept
    assert read_date(show_date(kept)) == kept


def test_a_date_gets_its_slashes_and_half_of_one_is_kept(qtbot: QtBot) -> None:
    field = DateInput()
    shown(qtbot, field)
    QTest.keyClicks(field, "1408")
    assert field.text() == "14/08/"
    QTest.keyClicks(field, "1990")
    assert (field.text(), field.value()) == ("14/08/1990", "1990-08-14")
    field.clear()
    QTest.keyClicks(field, "15/01/2027")
    assert field.value() == "2027-01-15", "slashes may be typed as well"
    field.clear()
    QTest.keyClicks(field, "14081990")
    for _ in range(5):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == "14/08", "deleting does not bring the slash back"


def test_a_number_copies_without_the_gaps_it_is_drawn_with(qtbot: QtBot) -> None:
    field = NumberInput(12)
    shown(qtbot, field)
    QTest.keyClicks(field, "001 0 90 012345")
    assert (field.text(), field.value()) == ("001090012345", "001090012345")
    plain = field.fontMetrics().horizontalAdvance(field.text())
    field.setCursorPosition(12)
    assert field.cursorRect().center().x() > plain + 10, "the groups stand apart"
    said: list[object] = []
    field.refused.connect(said.append)
    QTest.keyClicks(field, "6")
    assert field.value() == "001090012345"
    assert isinstance(said[-1], Words)


def test_a_phone_number_is_kept_bare(qtbot: QtBot) -> None:
    field = PhoneInput()
    shown(qtbot, field)
    QTest.keyClicks(field, "0912 345.678")
    assert field.value() == "0912345678"
    field.tidy()
    assert field.text() == "0912 345 678"


def test_money_is_grouped_and_the_caret_keeps_its_place(qtbot: QtBot) -> None:
    field = MoneyInput()
    shown(qtbot, field)
    QTest.keyClicks(field, "200000")
    assert (field.text(), field.amount()) == ("200.000", 200_000)
    field.setCursorPosition(1)
    QTest.keyClicks(field, "5")
    assert (field.text(), field.cursorPosition()) == ("2.500.000", 3)
    QTest.keyClicks(field, "x")
    assert field.amount() == 2_500_000


def test_enter_in_a_choice_belongs_to_the_screen(qtbot: QtBot) -> None:
    holder = QWidget()
    heard: list[int] = []
    holder.keyPressEvent = lambda event: heard.append(event.key())  # type: ignore[method-assign]
    choice = ChoiceList(holder)
    choice.set_choices(sample.CASES)
    shown(qtbot, holder)
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.value() == sample.CASES[0][0]
    QTest.keyClick(choice, Qt.Key.Key_Return)
    assert heard == [Qt.Key.Key_Return]


def test_arrows_choose_among_a_few_and_say_so(qtbot: QtBot) -> None:
    row = ChoiceRow()
    row.set_choices(sample.SEX)
    shown(qtbot, row)
    said: list[str] = []
    row.edited.connect(said.append)
    row.setFocus()
    focus = row.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Space)
    QTest.keyClick(row.focusWidget() or focus, Qt.Key.Key_Right)
    assert (row.value(), said) == ("F", ["M", "F"])


def test_another_dossier_starts_clean(form: Form) -> None:
    form.show_fields([name(problem=Words("x", "x"))], checked=True)
    field = form.box("applicant.name")
    assert field is not None
    QTest.keyClicks(field.input, "A")
    form.begin(Changes())
    form.show_fields([replace(name("LÊ THỊ HƯƠNG"))])
    assert field.input.value() == "LÊ THỊ HƯƠNG"
    assert form.first_problem() == ""


def test_a_field_that_goes_and_comes_back_has_kept_nothing(form: Form) -> None:
    form.show_fields([name()])
    form.focus_field("applicant.name")
    first = form.box("applicant.name")
    assert first is not None
    assert isinstance(first.input, TextInput)
    QTest.keyClicks(first.input, "QUAN")
    first.refuse(Words("Không nhận", "Not taken"))
    form.show_fields([])
    assert (form.box("applicant.name"), first.isVisible(), first.input.text()) == (None, False, "")
    form.changes.answered(form.changes.send())
    form.show_fields([name()])
    again = form.box("applicant.name")
    assert again is first
    assert (first.input.text(), first.input.isUndoAvailable(), first.problem()) == ("", False, None)
    assert first.isVisible()


def test_what_was_made_before_it_was_needed_is_used(form: Form) -> None:
    sexes = (("M", Words("Nam", "Male")), ("F", Words("Nữ", "Female")))
    views = [name(), FieldView("applicant.sex", Words("Giới tính", "Sex"), "choice", choices=sexes)]
    proven = [replace(view, locked=True) for view in views]
    while not form.make_some((*views, *proven), 1):
        assert form.boxes() == ()
    made = set(form.findChildren(FieldBox))
    form.show_fields(views)
    form.show_fields(proven)
    form.show_fields(views)
    assert set(form.findChildren(FieldBox)) == made
    assert [box.isVisible() for box in form.boxes()] == [True, True]
