"""A list of what can be chosen today and, below it, what cannot, each with the reason. For the keyboard first:

    letters    only what has them (accents optional)      Esc, Backspace   all of it again
    ↑ ↓        walk                                        1 … 9            choose by its digit
    Space      choose where the caret stands               Enter            the same after walking, else it goes on

Nothing is chosen by walking. The list keeps its height while it is searched, so that nothing below it moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from clerk_app.domain.people import search_key
from ui import theme
from ui.texts import t
from ui.widgets.kit import Label, Text
from ui.widgets.lines import STEPS
from ui.widgets.option import Option
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clerk_app.desk.views import ChoiceView

MOST_HEIGHT = 236
"""Pixels of a long list; what is below is scrolled into sight."""
LEAST_HEIGHT = 120
"""Pixels of a list that shares a card with something that needs room, too."""
SEARCHED_FROM = 5
"""So many choices are searched by letters; fewer are chosen by the letters of their code."""


class OptionList(QWidget):
    """One of several; promises what every input promises (`inputs.py`)."""

    edited = Signal(str)
    refused = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, grows: bool = False) -> None:
        """One that `grows` takes all the room that there is, as long as it has something to show there."""
        super().__init__(parent)
        self._grows = grows
        self._views: tuple[ChoiceView, ...] = ()
        self._rows: list[Option] = []
        self._spare: list[Option] = []
        """Rows that were needed once; making one takes two milliseconds."""
        self._cursor: Option | None = None
        self._walked = False
        self._sought = ""
        self._name = ""
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["xs"])
        self.told = Text(look="hint")
        """What can be typed here, or what was."""
        column.addWidget(self.told)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._closed = Label("intake.options.title_closed")
        self._column.addWidget(self._closed)
        self._column.addStretch(1)
        self._area = Scrolling(inside)
        column.addWidget(self._area, int(grows))

    # ---- what it shows

    def set_options(self, views: Sequence[ChoiceView]) -> None:
        """What can be chosen and what cannot; what was chosen and where the caret stands stays."""
        if tuple(views) == self._views:
            return
        chosen, focused = self.value(), self.hasFocus()
        at = self._cursor.view.value if self._cursor is not None and self._cursor.view is not None else ""
        self._views = tuple(views)
        while len(self._rows) < len(views):
            self._rows.append(self._row())
        while len(self._rows) > len(views):
            self._spare.append(self._rows.pop())
            self._group.removeButton(self._spare[-1])
            self._spare[-1].hide()
        opened = sum(view.open for view in views)
        for row, view in zip(self._rows, views, strict=True):
            row.show_choice(view)
        if self._column.indexOf(self._closed) != opened:
            self._column.insertWidget(opened, self._closed)
        self._cursor = self._of(at)
        if not self._walked and self._cursor is not None and not self._cursor.isCheckable():
            # Nobody went there: it could be chosen when the caret came, and now it cannot.
            self._cursor = next((row for row in self._rows if row.isCheckable()), self._cursor)
        self.set_value(chosen)
        self._seek("")
        for row in self._rows:
            row.name(self._name)
        self._fit()
        if focused and self._cursor is not None:
            self._cursor.setFocus(Qt.FocusReason.OtherFocusReason)

    def rows(self) -> tuple[Option, ...]:
        """Every row, also those that a search hides."""
        return tuple(self._rows)

    def value(self) -> str:
        return next((row.view.value for row in self._rows if row.isChecked() and row.view is not None), "")

    def sought(self) -> str:
        """The letters that are searched for."""
        return self._sought

    def composing(self) -> bool:
        return False

    def set_value(self, value: str) -> None:
        self._group.setExclusive(False)
        for row in self._rows:
            row.show_chosen(row.view is not None and row.view.value == value)
        self._group.setExclusive(True)
        if not self.hasFocus() or self._cursor is None:
            self._cursor = self._of(value)
            self._walked = False
        self._aim()

    def hasFocus(self) -> bool:
        """Whether one of the rows has it."""
        return any(row.hasFocus() for row in self._rows)

    def setEnabled(self, enabled: bool) -> None:
        """Locked choices keep their look and cannot be changed."""
        for row in self._rows:
            row.setEnabled(enabled)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._name = name
        for row in self._rows:
            row.name(name)

    def retranslate(self) -> None:
        for row in self._rows:
            row.retranslate()
            row.name(self._name)
        self._say()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # ---- keys

    def key(self, row: Option, event: QKeyEvent) -> None:
        """A key in one of the rows."""
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            event.ignore()
            return
        key, text = event.key(), event.text()
        if key in STEPS:
            self._walk(row, STEPS[Qt.Key(key)])
        elif key == Qt.Key.Key_Space:
            self._choose(row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(row, event)
        elif key == Qt.Key.Key_Escape and self._sought:
            self._seek("")
        elif key == Qt.Key.Key_Backspace and self._sought:
            self._seek(self._sought[:-1])
        elif text.isdigit() and not self._sought:
            self._choose(next((one for one in self._rows if one.view is not None and one.view.key == text), None))
        elif len(text) == 1 and text.isprintable():
            self._letter(text)
        else:
            event.ignore()

    def _letter(self, letter: str) -> None:
        if len(self._rows) >= SEARCHED_FROM:
            self._seek(self._sought + letter)
            return
        begins = [
            row for row in self._rows if row.view is not None and row.view.value.lower().startswith(letter.lower())
        ]
        if len(begins) == 1:
            self._choose(begins[0])

    def _enter(self, row: Option, event: QKeyEvent) -> None:
        """Enter takes what was walked or searched to; otherwise it belongs to the screen."""
        if self._walked and row.isCheckable() and not row.isChecked():
            self._choose(row)
        else:
            event.ignore()

    def _walk(self, row: Option, step: int) -> None:
        shown = [one for one in self._rows if not one.isHidden()]
        place = shown.index(row) + step if row in shown else 0
        if 0 <= place < len(shown):
            shown[place].setFocus(Qt.FocusReason.OtherFocusReason)
            self._walked = True

    def _choose(self, row: Option | None) -> None:
        if row is None or row.view is None or not row.isCheckable() or not row.isEnabled():
            return
        before = self.value()
        if self._sought:
            self._seek("")
        row.setChecked(True)
        self._walked = False
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        if row.view.value != before:
            self.edited.emit(row.view.value)

    def _seek(self, sought: str) -> None:
        """Show only rows with these letters; letters that no row has are not taken."""
        key = search_key(sought).replace(" ", "")
        found = [row for row in self._rows if not key or row.says(key)]
        if not found:
            return
        focused = self.hasFocus()
        self._sought = sought
        for row in self._rows:
            row.setVisible(row in found)
        closed = [row for row in found if not row.isCheckable()]
        self._closed.setVisible(bool(closed))
        at = self._cursor
        if key and focused and (at not in found or at is None or not at.isCheckable()):
            best = next((row for row in found if row.isCheckable()), found[0])
            best.setFocus(Qt.FocusReason.OtherFocusReason)
        self._walked = self._walked or bool(key)
        self._say()

    # ---- inside

    def _row(self) -> Option:
        if self._spare:
            row = self._spare.pop()
            self._group.addButton(row)
            return row
        row = Option(self)
        self._column.insertWidget(self._column.count() - 1, row)
        row.key.connect(lambda event: self.key(row, event))
        row.clicked.connect(lambda _on=False: self._clicked(row))
        row.entered.connect(lambda: self._came(row))
        row.left.connect(self.left)
        self._group.addButton(row)
        return row

    def _clicked(self, row: Option) -> None:
        if row.view is not None and row.isCheckable():
            self._walked = False
            self.edited.emit(row.view.value)

    def _came(self, row: Option) -> None:
        self._cursor = row
        self._aim()
        self._keep_in_sight()
        self.entered.emit()

    def _keep_in_sight(self) -> None:
        if self._cursor is not None:
            self._area.bring_into_sight(self._cursor, 8)

    def _aim(self) -> None:
        """Tab comes to the row of the caret, else to what is chosen, else to the first."""
        at = self._cursor or next(iter(self._rows), None)
        for row in self._rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if row is at else Qt.FocusPolicy.ClickFocus)
        if at is not None:
            self.setFocusProxy(at)

    def _of(self, value: str) -> Option | None:
        return next((row for row in self._rows if row.view is not None and row.view.value == value), None)

    def _say(self) -> None:
        self.told.setVisible(len(self._rows) >= SEARCHED_FROM)
        if self._sought:
            found = [row for row in self._rows if not row.isHidden()]
            key = "sought" if any(row.isCheckable() for row in found) else "sought_closed"
            self.told.setText(t(f"intake.options.{key}", letters=self._sought, count=len(found)))
        else:
            self.told.setText(t("intake.options.keys"))

    def _fit(self) -> None:
        """As tall as everything in it, up to a limit; a search changes nothing about that."""
        rows = [row.heightForWidth(self.width()) for row in self._rows]
        closed = any(not row.isCheckable() for row in self._rows)
        heads = self._closed.sizeHint().height() + self._column.spacing() if closed else 0
        tall = sum(rows) + self._column.spacing() * max(0, len(rows) - 1) + heads + 2
        if self._grows:
            self._grow(tall)
            return
        bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded if tall > MOST_HEIGHT else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self._area.verticalScrollBarPolicy() != bars:
            self._area.setVerticalScrollBarPolicy(bars)
        if self._area.height() != min(tall, MOST_HEIGHT):
            self._area.setFixedHeight(min(tall, MOST_HEIGHT))
            # Where the caret came before the list had its size.
            QTimer.singleShot(0, self, self._keep_in_sight)

    def _grow(self, tall: int) -> None:
        head = self.told.sizeHint().height() + theme.SPACE["xs"] if len(self._rows) >= SEARCHED_FROM else 0
        if self._area.maximumHeight() != tall:
            self._area.setMinimumHeight(min(tall, LEAST_HEIGHT))
            self._area.setMaximumHeight(tall)
            self.setMaximumHeight(head + tall)
            QTimer.singleShot(0, self, self._keep_in_sight)
        fits = self._area.height() >= tall
        bars = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        if self._area.verticalScrollBarPolicy() != bars:
            self._area.setVerticalScrollBarPolicy(bars)
