"""The shared pieces: cards, texts that follow the language, badges, key caps, empty states.

A widget that was given a key retranslates itself; `retranslate_tree` walks a window and tells every widget that can.
The first frame is made of these: they import nothing of Qt that it does not need, alignment and text format stand in
the style sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.texts import t, words

if TYPE_CHECKING:
    from clerk_app.desk.views import Badge as BadgeView
    from clerk_app.domain.refusals import Words

SIGNS = {"good": "✓", "warn": "!", "bad": "✗", "calm": "", "info": ""}
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


class PracticeBadge(Text):
    """That nothing here is real; as small as its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("shell.practice", parent, look="badge practice")
        self.setProperty("tone", "warn")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)


class Titled(QVBoxLayout):
    """A title and a small line `below` it, close together."""

    def __init__(self, title: Text) -> None:
        super().__init__()
        self.setSpacing(0)
        self.below = Text(look="caption")
        self.below.setWordWrap(True)
        self.addWidget(title)
        self.addWidget(self.below)


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
    """A short state in a pill: a sign, words with a capital letter, and only then a tone."""

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
            sign, said = SIGNS[self._badge.tone], words(self._badge.words)
            said = said[:1].upper() + said[1:]
            self.setText(f"{sign} {said}" if sign else said)


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
        self.setAccessibleName(t("shell.loading"))
