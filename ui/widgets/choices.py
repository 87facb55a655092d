"""What a clerk chooses from: a list, a row of two or three, a tick. They promise the same as `inputs.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clerk_app.domain.refusals import Words

RADIOS_UP_TO = 3


class ChoiceList(QComboBox):
    """One of several, from a list; the wheel does not change it by accident."""

    edited = Signal(str)
    refused = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[tuple[str, Words], ...] = ()
        self.setMaxVisibleItems(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(lambda _row: self.edited.emit(self.value()))

    def set_choices(self, choices: Sequence[tuple[str, Words]]) -> None:
        """What can be chosen, as (value, words); what was chosen stays."""
        if tuple(choices) == self._choices:
            return
        chosen = self.value()
        self._choices = tuple(choices)
        self.blockSignals(True)
        self.clear()
        self.addItem("", "")
        for value, both in self._choices:
            self.addItem(words(both), value)
        self.blockSignals(False)
        self.set_value(chosen)
        self.retranslate()

    def value(self) -> str:
        return str(self.currentData() or "")

    def composing(self) -> bool:
        return self.view().isVisible()

    def set_value(self, value: str) -> None:
        row = self.findData(value)
        if row != self.currentIndex():
            self.setCurrentIndex(max(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter belongs to the screen; digits choose by place."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.edited.emit(self.value())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def retranslate(self) -> None:
        self.setItemText(0, t("intake.choose"))
        for row, (_, both) in enumerate(self._choices, start=1):
            self.setItemText(row, words(both))


class _Radio(QRadioButton):
    """A radio button whose words wrap. It leaves Enter to the screen and says when the focus comes; arrows choose."""

    entered = Signal()
    left = Signal()
    arrow = Signal(int)
    MARGINS = (36, 5, 10, 5)
    """Around the words; the indicator stands left of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel()
        self._words.setProperty("class", "choice-words")
        self._words.setWordWrap(True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.toggled.connect(lambda on: theme.mark(self._words, chosen="yes" if on else "no"))
        inside = QHBoxLayout(self)
        inside.setContentsMargins(*self.MARGINS)
        inside.addWidget(self._words)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, text: str) -> None:
        """Its words."""
        self._words.setText(text)
        self.updateGeometry()

    def show_chosen(self, chosen: bool) -> None:
        """Chosen by the desk, not by a person: nobody is told."""
        self.blockSignals(True)
        self.setChecked(chosen)
        self.blockSignals(False)
        theme.mark(self._words, chosen="yes" if chosen else "no")

    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        left, top, right, bottom = self.MARGINS
        return max(self._words.heightForWidth(width - left - right) + top + bottom, 34)

    def natural_width(self) -> int:
        """How wide it is with its words in one line."""
        left, _, right, _ = self.MARGINS
        return self._words.fontMetrics().horizontalAdvance(self._words.text()) + left + right + 4

    def sizeHint(self) -> QSize:
        return QSize(self.natural_width(), self.heightForWidth(self.natural_width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 34)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it, not the circle alone."""
        return self.rect().contains(pos)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key())) if not event.modifiers() & Qt.KeyboardModifier.AltModifier else None
        if step is not None:
            self.arrow.emit(step)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class ChoiceRow(QWidget):
    """One of two or three, side by side, or one below the other where they are too long for that; arrows choose."""

    edited = Signal(str)
    refused = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[tuple[str, Words], ...] = ()
        self._group = QButtonGroup(self)
        self._radios: list[_Radio] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.SPACE["s"])
        self._told = ""

    def set_choices(self, choices: Sequence[tuple[str, Words]]) -> None:
        if tuple(choices) == self._choices:
            return
        chosen, focused = self.value(), self.hasFocus()
        for radio in self._radios:
            self._group.removeButton(radio)
            self._row.removeWidget(radio)
            radio.deleteLater()
        self._choices = tuple(choices)
        self._radios = []
        for value, _ in self._choices:
            radio = _Radio(self)
            radio.setProperty("value", value)
            radio.clicked.connect(lambda _on=False: self._tell())
            radio.toggled.connect(self._toggled)
            radio.arrow.connect(self._step)
            radio.entered.connect(self.entered)
            radio.left.connect(self.left)
            self._group.addButton(radio)
            self._row.addWidget(radio, 1)
            self._radios.append(radio)
        if self._radios:
            self.setFocusProxy(self._radios[0])
        self.retranslate()
        self.set_value(chosen)
        if focused:
            self.setFocus()

    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops in it, for whoever sets the order of a form."""
        return tuple(self._radios)

    def hasFocus(self) -> bool:
        """Whether one of the buttons has it."""
        return any(radio.hasFocus() for radio in self._radios)

    def value(self) -> str:
        return next((str(radio.property("value")) for radio in self._radios if radio.isChecked()), "")

    def composing(self) -> bool:
        return False

    def set_value(self, value: str) -> None:
        if value == self.value():
            return
        self._group.setExclusive(False)
        for radio in self._radios:
            radio.show_chosen(radio.property("value") == value)
        self._group.setExclusive(True)
        self._told = value
        self._aim()

    def setEnabled(self, enabled: bool) -> None:
        """Locked choices keep their look and cannot be changed."""
        for radio in self._radios:
            radio.setEnabled(enabled)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for radio, (_, both) in zip(self._radios, self._choices, strict=True):
            radio.setAccessibleName(f"{name}: {words(both)}")

    def retranslate(self) -> None:
        for radio, (_, both) in zip(self._radios, self._choices, strict=True):
            radio.say(words(both))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Side by side if every one has room for its words in one line."""
        widest = max((radio.natural_width() for radio in self._radios), default=0)
        gaps = self._row.spacing() * max(0, len(self._radios) - 1)
        fits = widest * len(self._radios) + gaps <= self.width()
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)

    def _step(self, step: int) -> None:
        """The first arrow takes the choice that has the focus, the next ones its neighbours."""
        focused = next((place for place, radio in enumerate(self._radios) if radio.hasFocus()), 0)
        if self.value():
            focused = max(0, min(focused + step, len(self._radios) - 1))
        if self._radios[focused].isEnabled():
            self._radios[focused].setFocus()
            self._radios[focused].click()

    def _toggled(self, on: bool) -> None:
        sender = self.sender()
        self._aim()
        if on and isinstance(sender, _Radio) and sender.hasFocus():
            self._tell()

    def _tell(self) -> None:
        """Click and key both speak; it is said once."""
        if self.value() != self._told:
            self._told = self.value()
            self.edited.emit(self._told)

    def _aim(self) -> None:
        chosen = next((radio for radio in self._radios if radio.isChecked()), None)
        if self._radios:
            self.setFocusProxy(chosen or self._radios[0])


class CheckInput(QCheckBox):
    """Yes or not yet: `value` is `yes` or empty."""

    edited = Signal(str)
    refused = Signal(object)
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clicked.connect(lambda _on: self.edited.emit(self.value()))

    def value(self) -> str:
        return "yes" if self.isChecked() else ""

    def composing(self) -> bool:
        return False

    def set_value(self, value: str) -> None:
        self.setChecked(value == "yes")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
