"""A form drawn from ready `FieldView`s, so that the law may add a field without a line of code here.

A form is redrawn in place: an input lives as long as its field is named by the view. What a person typed and the desk
has not answered yet is never overwritten; `Changes` keeps those texts until the answer to exactly them came home.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Words
from ui import theme
from ui.texts import t, words
from ui.widgets.choices import RADIOS_UP_TO, CheckInput, ChoiceList, ChoiceRow
from ui.widgets.inputs import DATE_LENGTH, ChosenText, DateInput, NumberInput, PhoneInput, TextInput
from ui.widgets.kit import SIGNS, Label, Text
from ui.widgets.options import OptionList

if TYPE_CHECKING:
    from clerk_app.desk.views import FieldView, Why


GROUPED_ROOM = 54
"""Pixels beside the letters of a field: its padding, the gaps of a grouped number, a little air."""
Input = TextInput | ChoiceList | ChoiceRow | OptionList | CheckInput

COLUMN_LETTERS = 34
"""How many letters of choices stand side by side in one column."""
REMARK = re.compile(r"(.+?)\s*\(([^()]+)\)")
"""A label that ends with a remark in brackets; the remark stands below the field."""


class Changes:
    """What was typed and not yet answered: first `waiting`, then on its way as `sent`, then forgotten."""

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}
        self._sent: list[dict[str, str]] = []

    def note(self, name: str, value: str) -> None:
        """A person changed a field."""
        self.waiting[name] = value

    def send(self) -> dict[str, str]:
        """Everything that waits; it is on its way from now on."""
        values, self.waiting = self.waiting, {}
        self._sent.append(values)
        return values

    def apart(self, values: Mapping[str, str]) -> list[dict[str, str]]:
        """The desk refused something among them: the same again, each alone, to learn which it was."""
        self.answered(values)
        alone = [{name: value} for name, value in values.items()]
        self._sent.extend(alone)
        return alone

    def answered(self, values: Mapping[str, str]) -> None:
        """The desk has them."""
        self._sent = [sent for sent in self._sent if sent is not values]

    def failed(self, values: Mapping[str, str]) -> None:
        """The desk could not take them: they wait again, unless something newer was typed meanwhile."""
        self.answered(values)
        self.waiting = dict(values) | self.waiting

    def holds(self, name: str) -> bool:
        """Whether the window knows something newer about a field than any view."""
        return name in self.waiting or any(name in sent for sent in self._sent)

    def __bool__(self) -> bool:
        return bool(self.waiting) or bool(self._sent)


class FieldBox(QWidget):
    """One field: its label, its input with the tag of where the value came from, and one line of words below."""

    edited = Signal(str, str)
    entered = Signal(str)
    left = Signal(str)
    zone = Signal(str)

    def __init__(self, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = view.name
        self._view = view
        self._refused: Words | None = None
        self._why = False
        self.input: Input = _input_for(view, self)
        self.label = Label()
        self.label.setWordWrap(True)
        self.source = self._tag()
        """Where the value came from, above the field; what is proven says so inside it where there is room."""
        self.proof = self._tag()
        self.below = Text(look="hint")
        self.below.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["xs"])
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE["s"])
        top.addWidget(self.label, 1)
        column.addLayout(top)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.input, 1)
        top.addWidget(self.source, 0, Qt.AlignmentFlag.AlignBottom)
        self.proof.hide()
        if isinstance(self.input, TextInput):
            inside = QHBoxLayout(self.input)
            inside.setContentsMargins(0, 0, 10, 0)
            inside.addStretch(1)
            inside.addWidget(self.proof)
            self.input.textChanged.connect(self._place_source)
        column.addLayout(line)
        column.addWidget(self.below)
        if isinstance(self.input, CheckInput):
            self.label.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        if isinstance(self.input, NumberInput):
            self.input.zone.connect(self.zone)
        self.input.edited.connect(lambda value: self.edited.emit(self.name, value))
        self.input.entered.connect(lambda: self.entered.emit(self.name))
        self.input.left.connect(lambda: self.left.emit(self.name))
        self.input.refused.connect(self._say_refused)
        self.label.setBuddy(self.input)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_source()

    def _tag(self) -> QLabel:
        tag = QLabel(self)
        tag.setProperty("class", "source")
        tag.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return tag

    def _tell_source(self) -> str:
        """The tag: a sign and a word. What it means in full stands in the tooltip and, on demand, below the field."""
        view = self._view
        source = words(view.source) if view.source is not None else ""
        sign = SIGNS[view.proof]
        for tag in (self.source, self.proof):
            tag.setText(f"{sign} {source}" if source and sign else source)
            if tag.property("tone") != view.proof:
                theme.mark(tag, tone=view.proof)
        self.setToolTip(f"<qt>{escape(words(view.told))}</qt>" if view.told is not None else "")
        if source and view.proof != "calm":
            return f"{source}, {t('intake.source.proven' if view.proof == 'good' else 'intake.source.unproven')}"
        return source

    def _place_source(self) -> None:
        """A tag never covers a letter: inside the field if what is proven leaves room for it, else above."""
        text = self.source.text()
        inside = False
        if isinstance(self.input, TextInput):
            need = self.input.fontMetrics().horizontalAdvance(self.input.text()) + GROUPED_ROOM
            room = self.input.width() - self.proof.sizeHint().width()
            inside = bool(text) and self._view.locked and need <= room
            self.input.setTextMargins(0, 0, self.proof.sizeHint().width() + 8 if inside else 0, 0)
        self.proof.setVisible(inside)
        self.source.setVisible(bool(text) and not inside and not isinstance(self.input, CheckInput))

    def show_field(self, view: FieldView, keep: bool) -> None:
        """Show the field anew; `keep` leaves the text alone because the window knows better."""
        old, self._view = self._view, view
        if isinstance(self.input, (ChoiceList, ChoiceRow, ChosenText)):
            self.input.set_choices(view.choices)
        if isinstance(self.input, OptionList):
            self.input.set_options(view.options)
        if isinstance(self.input, TextInput):
            self.input.max_length = view.max_length if view.kind != "date" else DATE_LENGTH
        if not keep and not self.input.composing() and self.input.value() != view.value:
            self.input.set_value(view.value)
        if old.problem and not view.problem:
            self._refused = None
        self._lock(view.locked)
        self.retranslate()

    def refuse(self, said: Words) -> None:
        """The desk does not take what was typed here and says why; it stays beside the field until it is edited."""
        self._say_refused(said)

    def forget(self) -> None:
        """What was refused here was another dossier's."""
        self._refused = None
        if isinstance(self.input, NumberInput):
            self.input.forget_zone()

    def put_away(self) -> None:
        """The view names this field no more; it may come back, for somebody else."""
        self.forget()
        self.hide()
        self.input.set_value("")

    def show_why(self, on: bool) -> None:
        """Show why the field is as it is, below it."""
        self._why = on
        self._below()

    def whys(self) -> tuple[Why, ...]:
        """The reasons of what is chosen here."""
        return self._view.whys

    def is_choice(self) -> bool:
        """Whether a change of it is a decision, not a letter."""
        return not isinstance(self.input, TextInput)

    def problem(self) -> Words | None:
        """What is wrong with it, if anything is."""
        return self._refused or self._view.problem

    def retranslate(self) -> None:
        view = self._view
        label = words(view.label)
        if isinstance(self.input, CheckInput):
            self.input.setText(label)
        else:
            found = REMARK.fullmatch(label)
            short = found[1] if found is not None and view.hint is None else label
            needless = view.required or view.locked or bool(view.value)
            self.label.setText(short if needless else f"{short} · {t('intake.optional')}")
        source = self._tell_source()
        self._place_source()
        if isinstance(self.input, (ChoiceList, ChoiceRow, OptionList, ChosenText, DateInput)):
            self.input.retranslate()
        self.input.setAccessibleName(f"{label}, {source}" if source else label)
        self._below()

    def _below(self) -> None:
        problem = self.problem()
        hint = None if self._view.locked else self._view.hint or self._remark()
        said = problem or (self._view.told if self._why else None) or hint
        self.below.show_words(said)
        self.below.setVisible(said is not None)
        look = "problem" if problem is not None else "hint"
        if self.below.property("class") != look:
            theme.mark(self.below, kind=look)
        wrong = "yes" if problem is not None else "no"
        if self.input.property("wrong") != wrong:
            theme.mark(self.input, wrong=wrong)
        self.input.setAccessibleDescription(words(said) if said is not None else "")

    def _remark(self) -> Words | None:
        """What stands in brackets at the end of the label, as a sentence of its own."""
        both = self._view.label
        vi, en = REMARK.fullmatch(both.vi), REMARK.fullmatch(both.en)
        if isinstance(self.input, CheckInput) or vi is None:
            return None
        remark = en[2] if en is not None else vi[2]
        return Words(vi[2][:1].upper() + vi[2][1:], remark[:1].upper() + remark[1:])

    def _lock(self, locked: bool) -> None:
        proven = "yes" if locked else "no"
        if self.input.property("proven") == proven:
            return
        if isinstance(self.input, TextInput):
            self.input.setReadOnly(locked)
        else:
            self.input.setEnabled(not locked)
        self.input.setFocusPolicy(Qt.FocusPolicy.ClickFocus if locked else Qt.FocusPolicy.StrongFocus)
        theme.mark(self.input, proven=proven)

    def _say_refused(self, said: Words | None) -> None:
        if said != self._refused:
            self._refused = said
            self._below()


class Form(QWidget):
    """Fields side by side in `columns`, wide ones across; the order on the screen is the order of Tab.

    That is the order of the view, except that a gap before a wide field is filled with the next narrow one.
    """

    edited = Signal(str, str)
    entered = Signal(str)
    left = Signal(str)
    zone = Signal(str)
    """A card's machine readable zone, typed or pasted into a number's field."""

    def __init__(self, changes: Changes, columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.changes = changes
        self._problems: dict[str, Words] = {}
        self._why = False
        self._columns = columns
        self._boxes: dict[str, FieldBox] = {}
        self._spare: dict[tuple[str, type[Input]], FieldBox] = {}
        """Empty, hidden fields that a view may name (again): making one takes a millisecond or two."""
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE["m"])
        self._grid.setVerticalSpacing(theme.SPACE["m"])
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        self._order: tuple[tuple[str, int, str], ...] = ()
        self._shown: list[str] = []

    def show_fields(self, views: Iterable[FieldView], checked: bool = False) -> None:
        """Show these fields, in this order. Inputs that stay are not touched beyond their words and value.

        What a check found wrong (`checked`) stays beside a field until it is edited or checked again.
        """
        fields = tuple(views)
        if checked:
            self._problems = {view.name: view.problem for view in fields if view.problem is not None}
        fields = tuple(replace(view, problem=view.problem or self._problems.get(view.name)) for view in fields)
        named = {view.name: view for view in fields}
        for name in [name for name in self._boxes if name not in named or not self._fits(named[name])]:
            box = self._boxes.pop(name)
            self._grid.removeWidget(box)
            box.put_away()
            self._spare[name, type(box.input)] = box
        placed = {name for name, _, _ in self._order} & self._boxes.keys()
        fresh = any(view.name not in placed for view in fields)
        for view in fields:
            if view.name not in self._boxes:
                self._boxes[view.name] = self._spared(view) or self._made(view)
                self._boxes[view.name].show_why(self._why)
            self._boxes[view.name].show_field(view, self.changes.holds(view.name))
        order = tuple((view.name, _span(view, self._columns), view.kind) for view in fields)
        if fresh or order != self._order:
            self._order = order
            self._arrange(fields)

    def make_some(self, views: Iterable[FieldView], most: int) -> bool:
        """Make up to `most` inputs that `show_fields` would have to make; whether none is missing any more."""
        missing = [
            view
            for view in views
            if (view.name, _kind_of(view)) not in self._spare and (view.name not in self._boxes or not self._fits(view))
        ]
        for view in missing[:most]:
            box = self._spare[view.name, _kind_of(view)] = self._made(view)
            box.hide()
            box.show_field(view, False)
            for part in (box, *box.findChildren(QWidget)):
                part.ensurePolished()
            box.put_away()
        return len(missing) <= most

    def begin(self, changes: Changes) -> None:
        """Another dossier is shown from now on; nothing of the last one stays."""
        if changes is self.changes:
            return
        self.changes = changes
        self._problems = {}
        for box in self._boxes.values():
            box.forget()

    def box(self, name: str) -> FieldBox | None:
        """The field of that name, if it is shown."""
        return self._boxes.get(name)

    def boxes(self) -> tuple[FieldBox, ...]:
        """All fields in the order of Tab."""
        return tuple(self._boxes[name] for name in self._shown)

    def focus_field(self, name: str = "") -> bool:
        """Put the caret into a field; without a name into the first that is wrong, else empty, else free."""
        free = [box for box in self.boxes() if box.input.property("proven") != "yes"]
        box = self._boxes.get(name)
        if box is None and not name:
            wrong = next((box for box in free if box.problem() is not None), None)
            empty = next((box for box in free if box._view.required and not box.input.value()), None)
            box = wrong or empty or next(iter(free), None)
        if box is None:
            return False
        box.input.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(box.input, TextInput):
            box.input.end(False)
        return True

    def first_problem(self) -> str:
        """The name of the first field with words beside it, or the empty text."""
        return next((box.name for box in self.boxes() if box.problem() is not None), "")

    def show_why(self, on: bool) -> None:
        """Show every field's reason."""
        self._why = on
        for box in self.boxes():
            box.show_why(on)

    def retranslate(self) -> None:
        for box in self.boxes():
            box.retranslate()

    def _spared(self, view: FieldView) -> FieldBox | None:
        key = view.name, _kind_of(view)
        return self._spare.pop(key) if key in self._spare else None

    def _made(self, view: FieldView) -> FieldBox:
        box = FieldBox(view, self)
        box.edited.connect(self._note)
        box.entered.connect(self.entered)
        box.left.connect(self.left)
        box.zone.connect(self.zone)
        return box

    def _note(self, name: str, value: str) -> None:
        self._problems.pop(name, None)
        self.changes.note(name, value)
        self.edited.emit(name, value)

    def _fits(self, view: FieldView) -> bool:
        return type(self._boxes[view.name].input) is _kind_of(view)

    def _arrange(self, fields: tuple[FieldView, ...]) -> None:
        row = column = 0
        waiting = list(fields)
        self._shown = []
        while waiting:
            view = next((v for v in waiting if column + _span(v, self._columns) <= self._columns), waiting[0])
            waiting.remove(view)
            self._shown.append(view.name)
            box = self._boxes[view.name]
            self._grid.removeWidget(box)
            span = _span(view, self._columns)
            if column + span > self._columns:
                row, column = row + 1, 0
            self._grid.addWidget(box, row, column, 1, span, Qt.AlignmentFlag.AlignTop)
            box.show()
            column += span
            if column >= self._columns:
                row, column = row + 1, 0
        before: QWidget | None = None
        for box in self.boxes():
            if before is not None:
                QWidget.setTabOrder(before, box.input)
            before = box.input


def _span(view: FieldView, columns: int) -> int:
    """How many columns a field needs: said so by the catalogue, or seen from the length of its words."""
    if view.kind == "check" or view.wide:
        return columns
    if view.kind != "choice" or view.locked:
        return 1
    if len(view.choices) <= RADIOS_UP_TO:
        letters = max(sum(len(both.vi) for _, both in view.choices), sum(len(both.en) for _, both in view.choices))
        return max(1, min(columns, -(-letters // COLUMN_LETTERS)))
    longest = max(max(len(both.vi), len(both.en)) for _, both in view.choices)
    return columns if longest > COLUMN_LETTERS else 1


def _kind_of(view: FieldView) -> type[Input]:
    match view.kind:
        case "text":
            return TextInput
        case "number":
            return NumberInput
        case "phone":
            return PhoneInput
        case "date":
            return DateInput
        case "choice":
            if view.locked:
                return ChosenText
            if view.options:
                return OptionList
            return ChoiceRow if 0 < len(view.choices) <= RADIOS_UP_TO else ChoiceList
        case "check":
            return CheckInput
        case _:
            assert_never(view.kind)


def _input_for(view: FieldView, parent: QWidget) -> Input:
    made = _kind_of(view)(parent=parent)
    made.setObjectName(view.name)
    return made
