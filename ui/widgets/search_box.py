"""The box of Ctrl K: one place to find a dossier or an action, walked with the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t
from ui.widgets.kit import KeyCap, Text

AFTER_TYPING_MS = 120
MOST = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, what stands beside it, and what opening it does."""

    text: str
    second: str
    icon: str
    key: str
    open: Callable[[], None]


class HitRow(QPushButton):
    """One line of the list."""

    def __init__(self, hit: Hit) -> None:
        super().__init__()
        self.hit = hit
        self.setProperty("class", "hit")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{hit.text} {hit.second}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE["m"], 5, theme.SPACE["m"], 5)
        row.setSpacing(theme.SPACE["m"])
        picture = QLabel()
        picture.setPixmap(theme.pixmap(hit.icon, "muted", 18))
        text = Text(look="hit-text")
        text.setText(hit.text)
        second = Text(look="caption")
        second.setText(hit.second)
        row.addWidget(picture)
        row.addWidget(text)
        row.addWidget(second)
        row.addStretch(1)
        if hit.key:
            row.addWidget(KeyCap(hit.key))
        self._row = row
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As large as what is inside."""
        return self._row.sizeHint()


class SearchBox(QFrame):
    """The field in the top bar and the list below it. The list is a child of the window, never a window of its own."""

    wanted = Signal(str)
    """Somebody stopped typing: find this."""

    def __init__(self, over: QWidget) -> None:
        super().__init__()
        self.setProperty("class", "search")
        self._rows: list[HitRow] = []
        self._at = 0
        self._back: QWidget | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE["m"], 0, theme.SPACE["s"], 0)
        row.setSpacing(theme.SPACE["s"])
        self._picture = QLabel()
        self.edit = QLineEdit()
        self.edit.setProperty("class", "bare")
        self.edit.setClearButtonEnabled(False)
        row.addWidget(self._picture)
        row.addWidget(self.edit, 1)
        row.addWidget(KeyCap("Ctrl"))
        row.addWidget(KeyCap("K"))
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(AFTER_TYPING_MS)
        self._clock.timeout.connect(lambda: self.wanted.emit(self.edit.text().strip()))
        self.panel = QFrame(over)
        self.panel.setProperty("class", "panel hits")
        self._list = QVBoxLayout(self.panel)
        self._list.setContentsMargins(6, 6, 6, 6)
        self._list.setSpacing(0)
        self.panel.hide()
        self.edit.textChanged.connect(self._typed)
        self.edit.installEventFilter(self)
        over.installEventFilter(self)
        self.retranslate()

    def open(self) -> None:
        """Ctrl K: take the cursor and show what can be done."""
        if not self.edit.hasFocus():
            self._back = self.window().focusWidget()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()
        self.wanted.emit(self.edit.text().strip())

    def close_list(self) -> None:
        """Esc: forget it, and go back to where the cursor was."""
        self._clock.stop()
        self.panel.hide()
        self.edit.clear()
        self._clock.stop()
        if self.edit.hasFocus():
            if self._back is not None and self._back.isVisible():
                self._back.setFocus()
            else:
                self.edit.clearFocus()
        self._back = None

    def show_hits(self, query: str, groups: Sequence[tuple[str, Sequence[Hit]]]) -> None:
        """Show what was found, group by group (heading key, hits), if the question is still the same."""
        if query != self.edit.text().strip() or not self.edit.hasFocus():
            return
        self._empty()
        for heading, hits in groups:
            if not hits:
                continue
            self._add(Text(heading, look="hit-group"))
            for hit in hits[:MOST]:
                row = HitRow(hit)
                row.clicked.connect(lambda _checked=False, row=row: self._take(row))
                self._rows.append(row)
                self._add(row)
        if not self._rows:
            nothing = Text(look="hit-none")
            nothing.say("shell.search_nothing", query=query)
            self._add(nothing)
        self._add(Text("shell.search_hint", look="hit-hint"))
        self._stand_on(0)
        self.panel.show()
        self.panel.raise_()
        self._place()

    def hits(self) -> list[Hit]:
        """What the list shows."""
        return [row.hit for row in self._rows] if self.panel.isVisible() else []

    def retranslate(self) -> None:
        """Words and icon of the moment."""
        self._picture.setPixmap(theme.pixmap("search", "ink", 17))
        self.edit.setPlaceholderText(t("shell.search"))
        self.edit.setAccessibleName(t("shell.search_name"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys walk the list while the cursor stays in the field."""
        if watched is self.edit:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
                self.panel.hide()
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                theme.mark(self, active="yes" if event.type() == QEvent.Type.FocusIn else "no")
        elif event.type() == QEvent.Type.Resize and self.panel.isVisible():
            self._place()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_list()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._rows:
            self._stand_on((self._at + (1 if key == Qt.Key.Key_Down else -1)) % len(self._rows))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._clock.isActive():
                self._clock.stop()
                self.wanted.emit(self.edit.text().strip())
            elif self._rows and self.panel.isVisible():
                self._take(self._rows[self._at])
        else:
            return False
        return True

    def _typed(self) -> None:
        if self.edit.hasFocus():
            self._clock.start()

    def _take(self, row: HitRow) -> None:
        self.close_list()
        row.hit.open()

    def _stand_on(self, number: int) -> None:
        self._at = number
        for place, row in enumerate(self._rows):
            theme.mark(row, here="yes" if place == number else "no")

    def _empty(self) -> None:
        self._rows.clear()
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _add(self, part: QWidget) -> None:
        self._list.addWidget(part)
        # Qt would show it one turn later, and the list would be measured without it.
        part.show()

    def _place(self) -> None:
        over = self.panel.parentWidget()
        if over is not None:
            corner = self.mapTo(over, QPoint(0, self.height() + 6))
            self.panel.setFixedWidth(max(self.width(), 640))
            self.panel.adjustSize()
            self.panel.move(corner)
