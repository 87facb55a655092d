"""The card of the checklist: the papers that are needed, below them what can be done about the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.checklist import Checklist
from ui.widgets.flow import snug
from ui.widgets.kit import Card, Muted
from ui.widgets.scrolling import Scrolling
from ui.widgets.summary import narrow as slim

if TYPE_CHECKING:
    from clerk_app.domain.refusals import Words

WIDTH = 332
NARROW = 280
SIDES = 8
"""Two buttons stand beside each other: little room around their words."""


class ChecklistCard(Card):
    """The list scrolls; the buttons stay where they are. While pages come, one of them stops it."""

    scan_asked = Signal()
    stack_asked = Signal()
    mark_asked = Signal()
    cancel_asked = Signal()
    files_asked = Signal()
    camera_asked = Signal()
    folder_asked = Signal()
    sides_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.papers.title", parent)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.list = Checklist()
        column.addWidget(self.list)
        column.addStretch(1)
        self._area = Scrolling(inside)
        self.body.addWidget(self._area, 1)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.scanning = Muted()
        for part in (self.progress, self.scanning):
            part.hide()
            self.body.addWidget(part)
        self._folder = SecondaryButton("intake.folder.waiting", "I", "folder-open")
        self._folder.clicked.connect(self.folder_asked)
        self._folder.hide()
        self.body.addWidget(self._folder)
        self._scan = SecondaryButton("intake.papers.scan", "Space", "scan-line")
        self._cancel = SecondaryButton("intake.pages.stop", "Esc", "x")
        self._cancel.hide()
        self._stack = SecondaryButton("intake.papers.stack", "A")
        self._mark = SecondaryButton("intake.papers.mark.short", "M")
        self._files = SecondaryButton("intake.papers.files", "Ctrl+O")
        self._camera = SecondaryButton("intake.papers.camera", "K")
        self._sides = slim(QuietButton("intake.papers.sides.paper", "H"))
        self._sides.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self._sides, 0, Qt.AlignmentFlag.AlignLeft)
        self._rows = []
        for row in ((self._scan, self._cancel), (self._stack, self._mark), (self._files, self._camera)):
            box = QHBoxLayout()
            box.setSpacing(theme.SPACE["s"])
            for button in row:
                snug(button, SIDES if button is not self._scan else theme.SPACE["l"])
                box.addWidget(button, 1)
            self._rows.append(box)
            self.body.addLayout(box)
        self.body.setSpacing(theme.SPACE["s"])
        for button, asked in (
            (self._scan, self.scan_asked),
            (self._stack, self.stack_asked),
            (self._cancel, self.cancel_asked),
            (self._mark, self.mark_asked),
            (self._files, self.files_asked),
            (self._camera, self.camera_asked),
        ):
            button.clicked.connect(asked)
        self._sides.clicked.connect(self.sides_asked)
        self._editable, self._low, self._short, self._again = True, False, False, False
        self._wanted_sides = ""
        self.setFixedWidth(WIDTH)

    def set_room(self, narrow: bool, low: bool, short: bool = False) -> None:
        """In a short window what is done seldom has its key only, in a low one what is done most stands in one row."""
        self.setFixedWidth(NARROW if narrow else WIDTH)
        form = ".short" if narrow else ""
        self._files.say(f"intake.papers.files{form}")
        self._camera.say(f"intake.papers.camera{form}")
        self._low, self._short = low, short
        snug(self._scan, SIDES if low else theme.SPACE["l"])
        self._show_rows()
        home, other = (self._rows[0], self._rows[1]) if low else (self._rows[1], self._rows[0])
        if home.indexOf(self._mark) < 0:
            other.removeWidget(self._mark)
            home.addWidget(self._mark, 1)
        self._name_scan()

    def _show_rows(self) -> None:
        """What there is room for; nothing where the dossier is only looked at."""
        roomy = self._editable and not self._low
        self._stack.setVisible(roomy)
        self._mark.setVisible(self._editable)
        for button in (self._files, self._camera):
            button.setVisible(roomy and not self._short)
        self._sides.setVisible(roomy and not self._short)

    def show_buttons(self, editable: bool, coming: bool, again: bool = False) -> None:
        """What can be done about the chosen item now; `again`: pages stopped coming and can go on."""
        line = self.list.line()
        self._editable = editable
        self._show_rows()
        self._scan.setVisible(editable and not coming)
        self._cancel.setVisible(coming)
        self._scan.setEnabled(editable and line is not None and line.can_scan)
        self._mark.setEnabled(editable and line is not None and line.can_mark)
        for button in (self._stack, self._files, self._camera):
            button.setEnabled(editable and not coming)
        self._sides.setEnabled(editable)
        seen = line is not None and line.done and line.can_mark and not line.pages
        self._again = again
        self._name_scan()
        self._mark.say(f"intake.papers.{'unmark' if seen else 'mark'}.short")

    def show_folder(self, files: int) -> None:
        """So many files lie in the watched folder."""
        self._folder.setVisible(files > 0)
        self._folder.say("intake.folder.waiting", count=files)

    def show_sides(self, sides: str) -> None:
        """Which sides of a sheet the feeder takes; the empty text: as the kind of paper wants."""
        self._wanted_sides = sides
        self._sides.say(f"intake.papers.sides.{sides or 'paper'}")
        self._name_scan()

    def _name_scan(self) -> None:
        """What the next scan is, in a word; the sides too where somebody chose them: their switch may have no room."""
        if self._again:
            self._scan.say("intake.papers.scan.on")
        elif self._wanted_sides:
            self._scan.say(f"intake.papers.scan.{self._wanted_sides}{'.short' if self._low else ''}")
        else:
            self._scan.say(f"intake.papers.scan{'.short' if self._low else ''}")

    def say_words(self, words: Words) -> None:
        """What the scanner says that it waits for."""
        self.progress.show()
        self.scanning.show_words(words)
        self.scanning.show()

    def say(self, key: str, **values: object) -> None:
        """What the scanner does."""
        self.progress.show()
        self.scanning.say(key, **values)
        self.scanning.show()

    def stopping(self) -> None:
        """It was told to stop and will."""
        self.say("intake.papers.stopping")
        self._cancel.setEnabled(False)

    def over(self) -> None:
        """It is done."""
        self._cancel.setEnabled(True)
        self.progress.hide()
        self.scanning.hide()

    def bring_into_sight(self, code: str) -> None:
        """Scroll to an item."""
        card = self.list.card(code)
        if card is not None:
            self._area.bring_into_sight(card, 24)
            # Once more when what can be taken for it has its size.
            QTimer.singleShot(0, card, lambda: self._area.bring_into_sight(card, 24))
