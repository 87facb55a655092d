"""The card of reasons: why, on what basis, in force from when, by which rules. It has a place of its own, so that
nothing moves when it comes; it can be walked, marked and copied with the keyboard.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QTextEdit, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Card
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from clerk_app.desk.views import Why


LEAST_HEIGHT = 66
"""Pixels of the reasons in the lowest window: three lines and a little."""


def plain(why: Why) -> list[tuple[str, str]]:
    """The lines of one reason, each with how it looks: `head`, `text`, `basis`, `doubt`."""
    lines = [("head", words(why.about)), ("text", words(why.text))]
    if why.condition is not None:
        lines.append(("text", t("intake.why.condition", condition=words(why.condition))))
    basis = [t("intake.why.basis", basis=why.basis)] if why.basis else []
    if why.since:
        key = "intake.why.from_to" if why.until else "intake.why.from"
        basis.append(t(key, since=why.since, until=why.until))
    if why.basis and why.pack:
        basis.append(t("intake.why.pack", pack=why.pack, rule_set=why.rule_set))
    if basis:
        lines.append(("basis", " · ".join(basis)))
    if why.doubt is not None:
        lines.append(("doubt", f"! {words(why.doubt)}"))
    return lines


class _Reasons(QTextEdit):
    """Words to read, not to write: Tab and Enter go on as everywhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("class", "reasons")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, LEAST_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(300, 150)


class WhyCard(Card):
    """The reasons of the line that has the focus, or all of them."""

    shut = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.why.title", parent)
        space = theme.SPACE
        self.body.setContentsMargins(space["l"], space["s"], space["l"], space["s"])
        self.body.setSpacing(space["xs"])
        self._button = narrow(QuietButton("intake.why.close", "F9", parent=self))
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self.shut)
        self.head.addWidget(self._button)
        self.text = _Reasons()
        self.body.addWidget(self.text, 1)
        self._whys: tuple[Why, ...] = ()
        self._shown: tuple[str, tuple[Why, ...]] | None = None
        self.hide()

    def show_whys(self, whys: tuple[Why, ...]) -> None:
        """Show these; the same again changes nothing, so that the caret and what was marked stay."""
        self._whys = tuple(dict.fromkeys(whys))
        self.retranslate()

    def whys(self) -> tuple[Why, ...]:
        """What it shows: with the focus in it, it goes on showing that."""
        return self._whys

    def plain_text(self) -> str:
        """All of it as text."""
        return "\n".join(text for why in self._whys for _, text in plain(why))

    def retranslate(self) -> None:
        if self._shown == (t("intake.why.title") + theme.COLOUR["ink"], self._whys):
            return
        self._shown = (t("intake.why.title") + theme.COLOUR["ink"], self._whys)
        looks = {
            "head": f"font-weight:600; color:{theme.COLOUR['ink']}",
            "text": f"color:{theme.COLOUR['ink']}",
            "basis": f"color:{theme.COLOUR['muted']}",
            "doubt": f"font-weight:600; color:{theme.COLOUR['warn']}",
        }
        told = [
            f'<p style="margin-top:{0 if first else 8}px; margin-bottom:0px">'
            + "<br>".join(f'<span style="{looks[look]}">{escape(text)}</span>' for look, text in plain(why))
            + "</p>"
            for first, why in ((number == 0, why) for number, why in enumerate(self._whys))
        ]
        self.text.setHtml("".join(told) or f"<p>{escape(t('intake.why.none'))}</p>")
        self.text.setAccessibleName(t("intake.why.title"))
        self.text.setAccessibleDescription(self.plain_text())
        self.setAccessibleName(t("intake.why.title"))
