"""What a clerk types into: text, dates, numbers, money. (What is chosen: `choices.py`.)

Every input promises the same: `value()` is the composed (NFC) text that is kept, `set_value` never disturbs what is
being typed, `edited` speaks of a person's changes only, `refused` says in words why something was not taken.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QGuiApplication,
    QInputMethodEvent,
    QTextCharFormat,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Words
from ui.behind import AWAY
from ui.texts import t, words

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP_GAP = 7.0
DATE_LENGTH = 10
ZONE_BEGINS, ZONE_LENGTH = "IDVNM", 90
"""The machine readable zone of a citizen card (TD1, ICAO 9303-5)."""


def grouped(amount: int) -> str:
    """Whole đồng as it is written here: 115.000."""
    return f"{amount:,}".replace(",", ".")


def _alike(one: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def carried(old: str, new: str, begin: int, end: int) -> tuple[int, int]:
    """Where a selection (a caret: `begin` is `end`) of the old text stands in the new one.

    What is the same at both ends of the texts keeps its places; what was selected of the rest is all of it.
    """
    alike = _alike(old, new)
    tail = _alike(old[alike:][::-1], new[alike:][::-1])
    changed, grown = len(old) - tail, len(new) - len(old)
    if end >= changed:
        last = end + grown
    else:
        last = end if end <= alike else changed + grown
    if begin == end and old:
        return last, last
    if begin <= alike:
        return begin, last
    return begin + grown if begin >= changed else alike, last


class TextInput(QLineEdit):
    """One line of text. More than `max_length` characters are refused in words and the earlier text stays."""

    edited = Signal(str)
    refused = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, max_length: int = 200, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.max_length = max_length
        self._preedit = False
        self._kept = ""
        self._caret = 0
        self.setMaxLength(1_000_000)
        self.textEdited.connect(self._was_edited)
        self.cursorPositionChanged.connect(self._moved)

    def value(self) -> str:
        """What is kept: composed, trimmed."""
        return nfc(self.text())

    def composing(self) -> bool:
        """Whether an input method is in the middle of a syllable."""
        return self._preedit

    def set_value(self, value: str) -> None:
        """Show a value that came from elsewhere; caret and selection stay with what they stood at.

        Who selected what has changed, or stands in a field that was empty, has the new text selected: what is typed
        next is never mixed with what came.
        """
        if self.composing() or value == self.value():
            return
        if self.hasFocus() or self.property(AWAY):
            self._rewrite(self.shown(value))
        else:
            self.setText(self.shown(value))
            self.setCursorPosition(0)
            self._kept = self.text()

    def _rewrite(self, text: str) -> None:
        """Another text where a person is."""
        begin, end, caret = self.selectionStart(), self.selectionEnd(), self.cursorPosition()
        if begin < 0:
            begin = end = caret
        first, last = carried(self.text(), text, begin, end)
        self.setText(text)
        if first == last:
            self.setCursorPosition(first)
        elif caret == begin != end:
            self.setSelection(last, first - last)
        else:
            self.setSelection(first, last - first)
        self._kept = text

    def shown(self, value: str) -> str:
        """How a value is written in the field."""
        return value

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether a syllable is open; nothing is checked until it is committed."""
        self._preedit = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving, the text takes the form in which it is kept."""
        self._preedit = False
        super().focusOutEvent(event)
        self.tidy()
        self.left.emit()

    def tidy(self) -> None:
        """Write the text the way it is kept, without telling anybody: the value is the same."""
        if self.text() != self.shown(self.value()):
            self._rewrite(self.shown(self.value()))

    def _moved(self, old: int, _new: int) -> None:
        self._caret = old

    def _was_edited(self, text: str) -> None:
        if len(nfc(text)) > self.max_length:
            caret = self._caret
            self.setText(self._kept)
            self.setCursorPosition(min(caret, len(self._kept)))
            most, got = grouped(self.max_length), grouped(len(nfc(text)))
            self.refused.emit(
                Words(
                    f"Không nhận: {got} ký tự, ô này chứa nhiều nhất {most}. Nội dung cũ được giữ nguyên.",
                    f"Not taken: {got} characters, this field holds at most {most}. What was there stays.",
                )
            )
            return
        self._kept = text
        self.refused.emit(None)
        self.edited.emit(self.value())


class ChosenText(TextInput):
    """A choice that is proven and cannot be changed: its words, like any other text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(200, parent)
        self._choices: dict[str, Words] = {}
        self._value = ""

    def set_choices(self, choices: Sequence[tuple[str, Words]]) -> None:
        self._choices = dict(choices)
        self.retranslate()

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        self.retranslate()

    def tidy(self) -> None:
        self.retranslate()

    def retranslate(self) -> None:
        both = self._choices.get(self._value)
        self.setText(words(both) if both is not None else self._value)


class NumberInput(TextInput):
    """A twelve-digit number, drawn in groups (001 0 90 012345); the text has no blanks, so it copies as it is."""

    BREAKS = (2, 3, 5)
    zone = Signal(str)
    """Instead of a number, the whole machine readable zone of a card was typed or pasted."""

    def __init__(self, max_length: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(max_length, parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.textChanged.connect(self._group)

    def value(self) -> str:
        """The number without blanks: people read it out, and paste it, in groups."""
        return re.sub(r"[\s.\-]", "", super().value())

    def tidy(self) -> None:
        super().tidy()
        self._group()

    def _was_edited(self, text: str) -> None:
        if self._in_zone():
            self._kept = text
            self.refused.emit(None)
            if len("".join(text.split())) >= ZONE_LENGTH:
                self.zone.emit(text)
            return
        if re.search(r"[\s.\-]", text) and not self.composing():
            left = len(re.sub(r"[\s.\-]", "", text[: self.cursorPosition()]))
            text = re.sub(r"[\s.\-]", "", text)
            if len(text) <= self.max_length:
                self.setText(text)
                self.setCursorPosition(left)
        super()._was_edited(text)

    def set_value(self, value: str) -> None:
        """A zone that is being typed is not wiped because the number is still missing."""
        if value or not self._in_zone():
            super().set_value(value)

    def forget_zone(self) -> None:
        """What was typed of a zone was another person's."""
        if self._in_zone():
            self.clear()
            self._kept = ""

    def _in_zone(self) -> bool:
        zone = "".join(self.text().split()).upper()
        return bool(zone) and zone[: len(ZONE_BEGINS)] == ZONE_BEGINS[: len(zone)]

    def _group(self) -> None:
        """Wider letter-spacing after the province, the century digit and the year; a format, not a character."""
        if self.composing():
            return
        attributes = []
        text = self.text()
        if len(text) > self.BREAKS[0] and text.isdigit():
            wide = QTextCharFormat()
            wide.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            wide.setFontLetterSpacing(GROUP_GAP)
            caret = self.cursorPosition()
            for place in self.BREAKS:
                if place < len(text) - 1:
                    attributes.append(
                        QInputMethodEvent.Attribute(QInputMethodEvent.AttributeType.TextFormat, place - caret, 1, wide)
                    )
        QLineEdit.inputMethodEvent(self, QInputMethodEvent("", attributes))


class PhoneInput(TextInput):
    """A telephone number; blanks and dots are let through and do not count."""

    def __init__(self, max_length: int = 15, parent: QWidget | None = None) -> None:
        super().__init__(max_length, parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDialableCharactersOnly)

    def value(self) -> str:
        return re.sub(r"[\s.\-()]", "", super().value())

    def shown(self, value: str) -> str:
        """0912 345 678; anything else as it is."""
        return f"{value[:4]} {value[4:7]} {value[7:]}" if re.fullmatch(r"0\d{9}", value) else value


def read_date(text: str) -> str:
    """ISO for what a clerk writes (`14081990`, `14/8/1990`, `14.08.1990`); the text itself while it is no date yet."""
    text = nfc(text)
    found = re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", text) or re.fullmatch(
        r"(\d{2})(\d{2})(\d{4})", text
    )
    if found is None:
        return text
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def show_date(value: str) -> str:
    """dd/MM/yyyy for an ISO date; any other text as it is."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else value


class DateInput(TextInput):
    """A date as dd/MM/yyyy, slashes by themselves; half a date is kept as typed and judged when the step is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(DATE_LENGTH, parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDate | Qt.InputMethodHint.ImhPreferNumbers)

    def value(self) -> str:
        return read_date(self.text())

    def shown(self, value: str) -> str:
        return show_date(value)

    def tidy(self) -> None:
        super().tidy()
        self.retranslate()

    def retranslate(self) -> None:
        self.setPlaceholderText(t("intake.date.pattern"))

    def _was_edited(self, text: str) -> None:
        grew = len(text) > len(self._kept)
        if "//" in text:
            caret = self.cursorPosition() - 1
            text = text.replace("//", "/")
            self.setText(text)
            self.setCursorPosition(caret)
        if grew and self.cursorPosition() == len(text) and re.fullmatch(r"\d{2}|\d{2}/\d{2}", text):
            text += "/"
            self.setText(text)
        super()._was_edited(text)


class MoneyInput(TextInput):
    """Whole đồng; thousands are grouped while typing, the caret keeps its place among the digits."""

    amount_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(16, parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def value(self) -> str:
        return re.sub(r"\D", "", self.text()).lstrip("0")

    def amount(self) -> int:
        """What stands there, 0 when nothing does."""
        return int(self.value() or "0")

    def shown(self, value: str) -> str:
        return grouped(int(value)) if value.isdigit() else ""

    def set_amount(self, amount: int) -> None:
        """Write an amount, as if it had been typed."""
        self.setText(grouped(amount) if amount else "")
        self._kept = self.text()
        self.amount_changed.emit(amount)

    def _was_edited(self, text: str) -> None:
        digits_left = len(re.sub(r"\D", "", text[: self.cursorPosition()]))
        if len(re.sub(r"\D", "", text)) > 12:
            super()._was_edited("0" * (self.max_length + 1))
            return
        self.setText(self.shown(self.value()))
        position, seen = 0, 0
        while position < len(self.text()) and seen < digits_left:
            seen += self.text()[position].isdigit()
            position += 1
        self.setCursorPosition(position)
        super()._was_edited(self.text())
        self.amount_changed.emit(self.amount())


def commit_open_syllable() -> None:
    """Let the input method finish the syllable that is open, so that leaving a field or a step loses no letter."""
    method = QGuiApplication.inputMethod()
    if method is not None:
        method.commit()
