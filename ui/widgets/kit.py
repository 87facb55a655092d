"""The shared pieces: cards, texts that follow the language, badges, key caps, buttons, notices, empty states.

A widget that was given a key retranslates itself; `retranslate_tree` walks a window and tells every widget that can.
The first frame is made of these: they import nothing of Qt that it does not need, alignment and text format stand in
the style sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint, QSize
    from PySide6.QtGui import QKeyEvent

    from clerk_app.desk.views import Badge as BadgeView
    from clerk_app.domain.refusals import Refusal, Words

SIGNS = {"good": "✓", "warn": "!", "bad": "✗", "calm": "", "info": ""}
NOTICE_ICONS = {"good": "check", "warn": "triangle-alert", "bad": "circle-alert", "calm": "info", "info": "info"}
KEY_NAMES = {"Return": "Enter", "Escape": "Esc", "PgDown": "Page Down", "PgUp": "Page Up"}


def retranslate_tree(root: QWidget) -> None:
    """Tell `root` and everything inside it that the language or the colours changed."""
    for widget in [root, *root.findChildren(QWidget)]:
        retranslate = getattr(widget, "retranslate", None)
        if callable(retranslate):
            retranslate()


def reveal(widget: QWidget, shown: bool) -> None:
    """Show or hide a part, also before it has its place: a part without parent must not flash up as a window."""
    if shown and widget.parentWidget() is None:
        from PySide6.QtCore import Qt

        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
    else:
        widget.setVisible(shown)


def spoken(widget: QWidget, key: str, description: str = "") -> None:
    """Give a control the name that a screen reader says."""
    widget.setAccessibleName(t(key))
    if description:
        widget.setAccessibleDescription(t(description))


class Text(QLabel):
    """Words on the screen. Given a key or `Words` it follows the language; a text without key stays as it is."""

    look = "body"

    def __init__(self, key: str = "", parent: QWidget | None = None, look: str = "") -> None:
        super().__init__(parent)
        self._tell: Callable[[], str] | None = None
        self.setProperty("class", look or self.look)
        if key:
            self.say(key)

    def say(self, key: str, **values: object) -> None:
        """Show the words of `key` with its places filled in, now and after a change of language."""
        self._tell = lambda: t(key, **values)
        self.retranslate()

    def show_words(self, both: Words | None) -> None:
        """Show ready words; nothing for None."""
        self._tell = (lambda: words(both)) if both is not None else None
        super().setText(words(both) if both is not None else "")

    def setText(self, text: str) -> None:
        """Show a text that has no translation: a name, a number, a date."""
        self._tell = None
        super().setText(text)

    def retranslate(self) -> None:
        """Say it again in the language of the moment."""
        if self._tell is not None:
            super().setText(self._tell())


class Heading(Text):
    """The title of a page."""

    look = "heading"


class SubHeading(Text):
    """The title of a card."""

    look = "subheading"


class Muted(Text):
    """Words that stand back; they wrap."""

    look = "muted"

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(key, parent)
        self.setWordWrap(True)


class Label(Text):
    """The small words above a field."""

    look = "label"


class Figure(Text):
    """A large number."""

    look = "figure"


class KeyCap(QLabel):
    """A key of the keyboard, drawn small beside what it does."""

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "keycap")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._show(key)
        if not key:
            self.hide()

    def show_key(self, key: str) -> None:
        """Show `Ctrl+Enter` as `Ctrl Enter`; hidden without a key."""
        self._show(key)
        reveal(self, bool(key))

    def _show(self, key: str) -> None:
        self.setText(" ".join(KEY_NAMES.get(part, part) for part in key.split("+")) if key else "")


class Badge(QLabel):
    """A short state in a pill: a sign, words, and only then a tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge: BadgeView | None = None
        self.setProperty("class", "badge")
        self.setProperty("tone", "calm")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_badge(self, badge: BadgeView | None) -> None:
        """Show a state, or nothing."""
        self._badge = badge
        reveal(self, badge is not None)
        if badge is not None:
            if self.property("tone") != badge.tone:
                theme.mark(self, tone=badge.tone)
            self.retranslate()

    def retranslate(self) -> None:
        """Say the state again in the language of the moment."""
        if self._badge is not None:
            sign = SIGNS[self._badge.tone]
            self.setText(f"{sign} {words(self._badge.words)}" if sign else words(self._badge.words))


class Card(QFrame):
    """A white sheet with a title row; what it holds goes into `.body`, what stands right of the title into `.head`."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "card")
        space = theme.SPACE
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(space["l"], space["l"], space["l"], space["l"])
        self.body.setSpacing(space["m"])
        self.head = QHBoxLayout()
        self.head.setSpacing(space["s"])
        self.title = SubHeading(title)
        reveal(self.title, bool(title))
        if title:
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)


class Logo(QLabel):
    """The mark of the one-stop counter, made by the style sheet, so that the first frame loads no picture."""

    def __init__(self, size: int = 30) -> None:
        super().__init__("1C")
        self.setProperty("class", "mark" if size <= 30 else "mark large")
        self.setFixedSize(size, size)


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


class Notice(QFrame):
    """A banner: what happened in bold, what to do after it, sometimes with one button. Hidden until it has words."""

    closed = Signal()

    def __init__(self, tone: str = "info", parent: QWidget | None = None, closable: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("class", "notice")
        self.setProperty("tone", tone)
        self._tone = tone
        space = theme.SPACE
        row = QHBoxLayout(self)
        row.setContentsMargins(space["l"], space["m"], space["m"], space["m"])
        row.setSpacing(space["m"])
        self._picture = QLabel()
        pictures = QVBoxLayout()
        pictures.addWidget(self._picture)
        pictures.addStretch(1)
        row.addLayout(pictures)
        column = QVBoxLayout()
        column.setSpacing(0)
        self.headline = Text(look="notice-words notice-headline")
        self.remedy = Text(look="notice-words notice-remedy")
        for text in (self.headline, self.remedy):
            text.setProperty("tone", tone)
            text.setWordWrap(True)
            column.addWidget(text)
        row.addLayout(column, 1)
        self.buttons = QHBoxLayout()
        row.addLayout(self.buttons)
        self._close = QuietButton("shell.close", icon="x") if closable else None
        if self._close is not None:
            self._close.clicked.connect(self.clear)
            row.addWidget(self._close)
        self.hide()

    def set_tone(self, tone: str) -> None:
        """Change how it feels."""
        if tone != self._tone:
            self._tone = tone
            theme.mark(self, tone=tone)
            theme.mark(self.headline, tone=tone)
            theme.mark(self.remedy, tone=tone)

    def show_words(self, headline: Words, remedy: Words | None = None) -> None:
        """Show ready words."""
        self.headline.show_words(headline)
        self.remedy.show_words(remedy)
        self._appear(bool(remedy is not None and remedy.vi))

    def say(self, headline: str, remedy: str = "", **values: object) -> None:
        """Show the words of keys."""
        self.headline.say(headline, **values)
        if remedy:
            self.remedy.say(remedy, **values)
        self._appear(bool(remedy))

    def show_refusal(self, refusal: Refusal) -> None:
        """Show the true cause and the remedy of a refusal."""
        self.show_words(refusal.words, refusal.remedy)

    def clear(self) -> None:
        """Take the banner away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def retranslate(self) -> None:
        """New words for the screen reader, icon in the colours of the moment."""
        self._picture.setPixmap(theme.pixmap(NOTICE_ICONS[self._tone], self._tone, 18))
        self.setAccessibleName(f"{self.headline.text()} {self.remedy.text()}".strip())

    def _appear(self, has_remedy: bool) -> None:
        self.remedy.setVisible(has_remedy)
        self.retranslate()
        reveal(self, True)


class EmptyState(QWidget):
    """Where nothing is yet: a picture, a short title, what to do."""

    def __init__(self, icon: str, title: str, text: str = "", parent: QWidget | None = None) -> None:
        from PySide6.QtCore import Qt

        super().__init__(parent)
        self._icon_name = icon
        space = theme.SPACE
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(space["xl"], space["xxl"], space["xl"], space["xxl"])
        self.body.setSpacing(space["s"])
        self.body.addStretch(1)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = SubHeading(title)
        self.words = Muted(text)
        self.body.addWidget(self._picture)
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.body.addWidget(label)
        self.words.setVisible(bool(text))
        self.body.addStretch(2)
        self.retranslate()

    def retranslate(self) -> None:
        """Icon in the colours of the moment."""
        self._picture.setPixmap(theme.pixmap(self._icon_name, "faint", 36))


class Skeleton(QWidget):
    """Grey bars where words will stand in a moment, so that nothing jumps when they come."""

    def __init__(self, lines: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE["m"])
        for number in range(lines):
            bar = QFrame()
            bar.setProperty("class", "skeleton")
            row = QHBoxLayout()
            row.addWidget(bar, 5 - number % 3)
            row.addStretch(1 + number % 3)
            column.addLayout(row)
        column.addStretch(1)
        spoken(self, "shell.loading")


def space(
    widget: QWidget | None = None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 12
) -> QVBoxLayout:
    """A column without frame."""
    column = QVBoxLayout(widget) if widget is not None else QVBoxLayout()
    column.setContentsMargins(*margins)
    column.setSpacing(gap)
    return column


def line(gap: int = 8) -> QHBoxLayout:
    """A row without frame."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    return row
