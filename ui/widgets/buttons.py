"""Buttons: one look for the next thing to do, quieter ones for the rest; each draws its words, its key and its icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui import theme
from ui.texts import t
from ui.widgets.kit import KeyCap

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint, QSize
    from PySide6.QtGui import QKeyEvent


class Button(QPushButton):
    """A button with its words, its key beside them and an icon before them; disabled and busy states have words too."""

    look = "secondary"
    ink = "ink"

    def __init__(self, text_key: str, key: str = "", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text_key = text_key
        self._values: dict[str, object] = {}
        self._icon_name = icon
        self._busy_key = ""
        self.key = key
        self.setProperty("class", self.look)
        self.setAutoDefault(False)
        space = theme.SPACE
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(space["l"], 5, space["l"], 5)
        row.setSpacing(space["s"])
        row.addStretch(1)
        self._picture = QLabel()
        self._words = QLabel()
        self._words.setProperty("class", "button-words")
        self._cap = KeyCap(key)
        for part in (self._picture, self._words, self._cap):
            row.addWidget(part)
        row.addStretch(1)
        self._picture.setVisible(bool(icon))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def say(self, text_key: str, **values: object) -> None:
        """Change the words."""
        self._text_key = text_key
        self._values = values
        self.retranslate()

    def set_key(self, key: str) -> None:
        """Change the key that is drawn beside the words."""
        self.key = key
        self._cap.show_key(key)
        self.retranslate()

    def set_busy(self, text_key: str = "") -> None:
        """While a job runs: words of what is going on, not clickable. Empty: back to normal."""
        if text_key == self._busy_key:
            return
        self._busy_key = text_key
        self._cap.setVisible(bool(self.key) and not text_key)
        for part in (self, self._words):
            theme.mark(part, busy="yes" if text_key else "no")
        self.retranslate()

    @property
    def busy(self) -> bool:
        """Whether its job is under way. It keeps the focus meanwhile: a disabled button would send the cursor away."""
        return bool(self._busy_key)

    def hitButton(self, pos: QPoint) -> bool:
        """The mouse does nothing while it is busy."""
        return not self.busy and super().hitButton(pos)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the space bar click, but not while it is busy."""
        from PySide6.QtCore import Qt

        if self.busy:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def click(self) -> None:
        """As if it was clicked."""
        if not self.busy:
            super().click()

    def words(self) -> str:
        """What the button says now."""
        return self._words.text()

    def retranslate(self) -> None:
        """Say it again in the language of the moment, icon in the colours of the moment."""
        text = t(self._busy_key) if self._busy_key else t(self._text_key, **self._values)
        self._words.setText(text)
        self.setAccessibleName(text)
        if self.key:
            self.setAccessibleDescription(self.key)
        if self._icon_name:
            live = self.isEnabled() and not self.busy
            self._picture.setPixmap(theme.pixmap(self._icon_name, self.ink if live else "faint", 18))
        self.updateGeometry()

    def setEnabled(self, enabled: bool) -> None:
        """A disabled button's icon is grey too."""
        super().setEnabled(enabled)
        self.retranslate()

    def sizeHint(self) -> QSize:
        """As large as what is inside."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self._row.minimumSize()


class PrimaryButton(Button):
    """The one thing to do next on a screen."""

    look = "primary"
    ink = "on_accent"


class SecondaryButton(Button):
    """Something else that can be done."""


class DangerButton(Button):
    """Something that cannot be undone."""

    look = "danger"
    ink = "bad"


class QuietButton(Button):
    """A button without a frame, for rows and corners."""

    look = "quiet"
    ink = "muted"
