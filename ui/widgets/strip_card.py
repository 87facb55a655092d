"""The card of all pages: how many, their small pictures, undo and redo below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import QuietButton
from ui.widgets.kit import Card, Muted, Text
from ui.widgets.page_strip import PageStrip
from ui.widgets.summary import narrow

if TYPE_CHECKING:
    from clerk_app.desk.views import PapersView

WIDTH = 312
NARROW = 196


class StripCard(Card):
    """Two pictures side by side, or one where there is little room."""

    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.strip.title", parent)
        self._papers: PapersView | None = None
        self._narrow = False
        self._count = Text(look="count")
        self.head.addWidget(self._count)
        self.strip = PageStrip()
        self.body.addWidget(self.strip, 1)
        self._none = Muted("intake.strip.none")
        self.body.addWidget(self._none)
        self._history = QHBoxLayout()
        self._history.setSpacing(theme.SPACE["xs"])
        self.undo = narrow(QuietButton("intake.papers.undo", "Ctrl+Z"))
        self.redo = narrow(QuietButton("intake.papers.redo", "Ctrl+Y"))
        self.undo.clicked.connect(self.undo_asked)
        self.redo.clicked.connect(self.redo_asked)
        for button in (self.undo, self.redo):
            self._history.addWidget(button, 1)
        self.body.addLayout(self._history)
        self.setFixedWidth(WIDTH)

    def show_papers(self, papers: PapersView, row: int, editable: bool) -> None:
        """Show the pages with `row` raised."""
        self._papers = papers
        self.strip.show_pages(papers.pages, row, {line.code: line.name for line in papers.lines})
        self._none.setVisible(not papers.pages)
        self.undo.setEnabled(papers.can_undo and editable)
        self.redo.setEnabled(papers.can_redo and editable)
        self._say_count()

    def set_narrow(self, narrow: bool) -> None:
        """How much room there is."""
        self._narrow = narrow
        self.setFixedWidth(NARROW if narrow else WIDTH)
        self._history.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._say_count()

    def _say_count(self) -> None:
        papers = self._papers
        if papers is not None:
            count = str(len(papers.pages))
            self._count.setText(count if self._narrow or not papers.pages else f"{count} · {papers.total_size}")
            self._count.setToolTip(papers.total_size)
