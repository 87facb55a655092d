"""One of the things that can be chosen: its digit, its words, what to know about it, or why it cannot be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from clerk_app.domain.people import search_key
from ui import theme
from ui.texts import t, words
from ui.widgets.kit import KeyCap, Text

if TYPE_CHECKING:
    from clerk_app.desk.views import ChoiceView, Why
    from clerk_app.domain.refusals import Words


class Option(QRadioButton):
    """One of them: its digit, its words, below them what to know about it."""

    key = Signal(object)
    """A key was pressed here; the list decides what it does."""
    entered = Signal()
    left = Signal()
    MARGINS = (36, 4, 10, 4)
    """Around the words; the indicator stands left of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: ChoiceView | None = None
        self._tall: dict[int, int] = {}
        """Its height by its width, as long as it says the same."""
        self._named = ""
        self._cap: KeyCap | None = None
        self._detail: Text | None = None
        self._mark: Text | None = None
        self._words = QLabel()
        self._words.setProperty("class", "choice-words")
        self._words.setWordWrap(True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(*self.MARGINS)
        self._row.setSpacing(theme.SPACE["s"])
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._column.addWidget(self._words)
        self._row.addLayout(self._column, 1)
        self.toggled.connect(self._look)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_choice(self, view: ChoiceView) -> None:
        """Show it; one that is closed keeps its place for whoever reads why."""
        if view == self.view:
            return
        self.view = view
        self.setCheckable(view.open)
        state = "yes" if view.open else "no"
        if self.property("open") != state:
            theme.mark(self, open=state)
            theme.mark(self._words, open=state)
        if view.key and self._cap is None:
            self._cap = KeyCap(view.key)
            self._cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._row.addWidget(self._cap)
        elif self._cap is not None:
            self._cap.show_key(view.key)
        self.retranslate()

    def whys(self) -> tuple[Why, ...]:
        """The reasons of this choice."""
        return self.view.whys if self.view is not None else ()

    def retranslate(self) -> None:
        view = self.view
        if view is None:
            return
        doubt = any(why.doubt is not None for why in view.whys)
        self._words.setText(f"{words(view.words)} *" if doubt else words(view.words))
        self._detail = self._told(self._detail, view.detail, "hint")
        self._mark = self._told(self._mark, view.mark, "choice-mark")
        self._tall = {}
        self._named = ""
        self.updateGeometry()

    def _told(self, label: Text | None, said: Words | None, look: str) -> Text | None:
        """Further words, in a label that is made with the first of them."""
        if label is None and said is not None:
            label = Text(look=look)
            label.setWordWrap(look == "hint")
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            if look == "hint":
                self._column.addWidget(label)
            else:
                self._row.insertWidget(1, label)
        if label is not None:
            label.show_words(said)
            label.setVisible(said is not None)
        return label

    def name(self, field: str) -> None:
        """What a screen reader says of it, after the name of the field."""
        view = self.view
        if view is None or self._named == field:
            return
        self._named = field
        closed = "" if view.open else f", {t('intake.options.closed')}"
        mark = f", {words(view.mark)}" if view.mark is not None else ""
        self.setAccessibleName(f"{field}: {words(view.words)}{mark}{closed}")
        self.setAccessibleDescription(words(view.detail) if view.detail is not None else "")

    def says(self, sought: str) -> bool:
        """Whether its words have these letters."""
        if self.view is None:
            return False
        both = self.view.words
        return any(sought in search_key(text).replace(" ", "") for text in (both.vi, both.en, self.view.value))

    def show_chosen(self, chosen: bool) -> None:
        """Chosen by the desk, not by a person: nobody is told."""
        self.blockSignals(True)
        self.setChecked(chosen and self.isCheckable())
        self.blockSignals(False)
        self._look(self.isChecked())

    def _look(self, chosen: bool) -> None:
        said = "yes" if chosen else "no"
        if self._words.property("chosen") != said:
            theme.mark(self._words, chosen=said)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._tall:
            self._tall[width] = self._height(width)
        return self._tall[width]

    def _height(self, width: int) -> int:
        left, top, right, bottom = self.MARGINS
        room = width - left - right
        for beside in (self._cap, self._mark):
            if beside is not None and not beside.isHidden():
                room -= beside.sizeHint().width() + theme.SPACE["s"]
        tall = self._words.heightForWidth(max(room, 40))
        if self._detail is not None and not self._detail.isHidden():
            tall += self._detail.heightForWidth(max(room, 40))
        return max(tall + top + bottom, 30)

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(300))

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 30)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it, not the circle alone."""
        return self.rect().contains(pos)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.key.emit(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
