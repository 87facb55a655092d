"""Results at the counter, in four parts: hand one over, check a box of cards in, the lists, the post.

F2 F3 F4 F5  the parts     a scan goes where it belongs: a card into the open box, a receipt to the hand-over
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.actions import Action
from ui.screens.results_box import BoxPanel
from ui.screens.results_hand import HandPanel
from ui.screens.results_lists import ListsPanel
from ui.screens.results_post import PostPanel
from ui.texts import t
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Heading, Text

if TYPE_CHECKING:
    from ui.application import App

PARTS = (("hand", "F2"), ("box", "F3"), ("lists", "F4"), ("post", "F5"))
DELIVER = "result.deliver"


class ResultsScreen(QWidget):
    """The page of results. What is typed in a part stays while another one is in front."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self.setProperty("class", "page")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], theme.SPACE["l"])
        column.setSpacing(theme.SPACE["m"])
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE["m"])
        head.addWidget(Heading("nav.results"))
        self.context = Text(look="context")
        head.addWidget(self.context, 1)
        self.tabs: dict[str, SecondaryButton] = {}
        for name, key in PARTS:
            self.tabs[name] = SecondaryButton(f"results.part.{name}", key)
            self.tabs[name].setCheckable(True)
            self.tabs[name].setProperty("class", f"{self.tabs[name].property('class')} tab")
            self.tabs[name].clicked.connect(partial(self.go_to, name))
            head.addWidget(self.tabs[name])
        column.addLayout(head)
        self.hand, self.lists, self.post = HandPanel(app), ListsPanel(app), PostPanel(app)
        self.box = BoxPanel(app, self._say_box)
        self.lists.wanted.connect(self._wanted)
        self.hand.by_post.clicked.connect(self.to_post)
        self.parts = QStackedWidget()
        for part in (self.hand, self.box, self.lists, self.post):
            self.parts.addWidget(part)
        column.addWidget(self.parts, 1)
        app.bridge.changed.connect(self._changed)

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What the keyboard does here."""

        def row(name: str, key: str, call: Callable[[], None], words: str = "") -> Action:
            return Action(
                f"results.{name}",
                words or f"results.{name}",
                key,
                lambda app: call(),
                group="actions.group.results",
                scope=DELIVER,
            )

        return [
            *(row(f"part.{name}", key, partial(self.go_to, name)) for name, key in PARTS),
            row("confirm", "Ctrl+Return", self._confirm),
            row("close_box", "Ctrl+Shift+Return", self.box.close_box),
            row("damaged", "Ctrl+D", self.box.damaged),
            row("read_card", "F7", self.hand.read_card),
            row("scan_signed", "F6", self.hand.signing.scan_page),
            row("misprint", "Ctrl+E", self.hand.misprint),
            row("remind", "Ctrl+M", self.lists.remind),
            row("to_post", "Ctrl+B", self.to_post),
            row("post_label", "Ctrl+P", self.post.print_label),
            row("post_ask", "Ctrl+G", self.post.refresh),
        ]

    def go_to(self, name: str, _checked: bool = False) -> None:
        """Show a part."""
        self.parts.setCurrentWidget(dict(self._named())[name])
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        if name == "box":
            self.box.load()
            self.box.hear()
            (self.box.typed if self.box.typed.isVisible() else self.box.label).setFocus()
        elif name == "lists":
            self.lists.load()
            self.lists.table.setFocus()
        elif name == "post":
            self.post.load()
            self.post.table.setFocus()
        else:
            self.hand.sought.setFocus()

    def take_scan(self, text: str) -> bool:
        """A card into the open box while the box is in front; anything else is a receipt or who collects."""
        if self.parts.currentWidget() is self.box and self.box.take_scan(text):
            return True
        if self.parts.currentWidget() is not self.hand:
            self.go_to("hand")
        return self.hand.take_scan(text)

    def arrive(self) -> None:
        """The page came to the front."""
        self.box.load()
        self.go_to(next(name for name, part in self._named() if part is self.parts.currentWidget()))

    def retranslate(self) -> None:
        """How the box stands, in the language of the moment."""
        self._say_box()

    def _named(self) -> tuple[tuple[str, QWidget], ...]:
        return ("hand", self.hand), ("box", self.box), ("lists", self.lists), ("post", self.post)

    def _confirm(self) -> None:
        current = self.parts.currentWidget()
        if current is self.hand:
            self.hand.hand_over()
        elif current is self.box:
            self.box.open_box()
        elif current is self.post:
            self.post.give()

    def to_post(self, _checked: bool = False) -> None:
        """Ctrl+B: the result in front goes by post."""
        dossier = self.hand.dossier
        if self.parts.currentWidget() is self.hand and dossier is not None:
            self.go_to("post")
            self.post.show_dossier(dossier)

    def _wanted(self, dossier: UUID) -> None:
        self.go_to("hand")
        self.hand.show_dossier(dossier)

    def _say_box(self) -> None:
        box = self.box.view
        self.context.setText(t("results.box_open", label=box.label) if box is not None and box.id is not None else "")

    def _changed(self, _dossiers: frozenset[UUID]) -> None:
        current = self.parts.currentWidget()
        if self.isVisible() and (current is self.lists or current is self.post):
            (self.lists if current is self.lists else self.post).load()
