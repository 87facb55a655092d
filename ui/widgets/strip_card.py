"""The card of all pages: how many and how heavy, their small pictures, what was set aside, undo and redo below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from ui import theme
from ui.texts import t, words
from ui.widgets.buttons import QuietButton
from ui.widgets.flow import Flow
from ui.widgets.kit import Badge, Card, Muted, Text
from ui.widgets.page_strip import PageStrip
from ui.widgets.strip_order import StripOrder, in_order
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from clerk_app.desk.views import PapersView

WIDTH = 312
NARROW = 196


class StripCard(Card):
    """Two pictures side by side, or one where there is little room."""

    undo_asked = Signal()
    redo_asked = Signal()
    tray_asked = Signal()
    """Show what was set aside, or put it out of sight again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.strip.title", parent)
        self._papers: PapersView | None = None
        self._narrow = self._low = self._editable = False
        self.tray_open = False
        self._count = Text(look="count")
        self._weight = Badge()
        self.head.addWidget(self._count)
        self.strip = PageStrip()
        self.body.addWidget(self.strip, 1)
        self._none = Muted("intake.strip.none")
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self._none, 1)
        self._tray = QWidget()
        row = QHBoxLayout(self._tray)
        row.setContentsMargins(0, 0, 0, 0)
        self._aside = Text(look="caption")
        self._aside.setWordWrap(True)
        self._look = narrow(QuietButton("intake.strip.tray.look", "T"))
        self._look.clicked.connect(self.tray_asked)
        row.addWidget(self._aside, 1)
        row.addWidget(self._look)
        self.body.addWidget(self._tray)
        self.tools = Flow()
        self.body.addWidget(self.tools)
        self._history = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._history.setSpacing(theme.SPACE["xs"])
        self.undo = narrow(QuietButton("intake.papers.undo", "Ctrl+Z"))
        self.redo = narrow(QuietButton("intake.papers.redo", "Ctrl+Y"))
        self.undo.clicked.connect(self.undo_asked)
        self.redo.clicked.connect(self.redo_asked)
        for button in (self.undo, self.redo):
            self._history.addWidget(button, 1)
        self.body.addLayout(self._history)
        self.body.addWidget(self._weight)
        self.setFixedWidth(WIDTH)

    def show_papers(self, papers: PapersView, editable: bool) -> StripOrder:
        """Show the pages; the order in which they stand now."""
        self._papers = papers
        lines = sorted(papers.lines, key=lambda line: not line.required)
        order = in_order(
            (*papers.pages, *papers.taken), papers.tray if self.tray_open else (), [line.code for line in lines]
        )
        self.strip.show_order(order, {line.code: line.name for line in lines})
        self._none.setVisible(not order.pages)
        self.strip.setVisible(bool(order.pages))
        self.undo.setEnabled(papers.can_undo and editable)
        self.redo.setEnabled(papers.can_redo and editable)
        for button in (self.undo, self.redo):
            button.setVisible(editable)
        self._tray.setVisible(bool(papers.tray))
        self._editable = editable
        self._show_tools()
        self._say()
        return order

    def set_room(self, narrow: bool, low: bool) -> None:
        """How much there is; in a low window the pages have it, and the keys are said below."""
        self._narrow, self._low = narrow, low
        self.setFixedWidth(NARROW if narrow else WIDTH)
        self.undo.set_key("" if narrow else "Ctrl+Z")
        self.redo.set_key("" if narrow else "Ctrl+Y")
        self._show_tools()
        self._say()

    def _show_tools(self) -> None:
        self.tools.setVisible(bool(self.strip.pages) and self._editable and not self._low)

    def retranslate(self) -> None:
        """Say the counts again in the language of the moment."""
        self._say()

    def _say(self) -> None:
        papers = self._papers
        if papers is None:
            return
        count = str(len(papers.pages))
        weight = words(papers.size.words) if papers.size is not None else papers.total_size
        # Which pages are heavy by themselves is told where one points at it.
        shown = weight.partition(" · ")[0]
        self._count.setText(count if self._narrow or not papers.pages else f"{count} · {shown}")
        self._count.setToolTip(weight)
        # A weight within its budget is no news: it stands beside the count.
        self._weight.show_badge(papers.size if papers.size is not None and papers.size.tone != "good" else None)
        blank = sum(page.aside == "blank" for page in papers.tray)
        key = "intake.strip.tray.blank" if blank == len(papers.tray) else "intake.strip.tray.some"
        self._aside.setText(t(key, count=len(papers.tray)))
        self._look.say("intake.strip.tray.shut" if self.tray_open else "intake.strip.tray.look")
