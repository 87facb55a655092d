"""The card of the checklist: the papers that are needed, below them what can be done about the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.checklist import Checklist
from ui.widgets.kit import Card, Muted
from ui.widgets.scrolling import Scrolling

WIDTH = 332
NARROW = 280


class ChecklistCard(Card):
    """The list scrolls; the buttons stay where they are. While pages come, one of them stops it."""

    scan_asked = Signal()
    stack_asked = Signal()
    mark_asked = Signal()
    cancel_asked = Signal()
    files_asked = Signal()
    camera_asked = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("intake.papers.title", parent)
        self._low = False
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
        self._buttons = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._buttons.setSpacing(theme.SPACE["s"])
        self.body.addLayout(self._buttons)
        self._scan = SecondaryButton("intake.papers.scan", "Space", "scan-line")
        self._stack = SecondaryButton("intake.papers.stack", "A")
        self._cancel = SecondaryButton("intake.cancel", "Esc", "x")
        self._cancel.hide()
        self._mark = SecondaryButton("intake.papers.mark", "M", "eye")
        for button, asked in (
            (self._scan, self.scan_asked),
            (self._stack, self.stack_asked),
            (self._cancel, self.cancel_asked),
            (self._mark, self.mark_asked),
        ):
            button.clicked.connect(asked)
            self._buttons.addWidget(button)
        self._others = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._others.setSpacing(theme.SPACE["s"])
        self.body.addLayout(self._others)
        self._files = SecondaryButton("intake.papers.files", "Ctrl+O")
        self._camera = SecondaryButton("intake.papers.camera", "K")
        for button, asked in ((self._files, self.files_asked), (self._camera, self.camera_asked)):
            button.clicked.connect(asked)
            self._others.addWidget(button)
        self.setFixedWidth(WIDTH)

    def set_room(self, narrow: bool, low: bool) -> None:
        """In a low window the buttons stand side by side, with short words."""
        self._low = low
        self.setFixedWidth(NARROW if narrow else WIDTH)
        self._buttons.setDirection(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)
        for button, key in ((self._files, "files"), (self._camera, "camera")):
            button.say(f"intake.papers.{key}.short" if narrow else f"intake.papers.{key}")
            button.setVisible(not low)

    def show_buttons(self, editable: bool, coming: bool, again: bool = False) -> None:
        """What can be done about the chosen item now; `again`: pages stopped coming and can go on."""
        line = self.list.line()
        self._scan.setVisible(not coming)
        self._stack.setVisible(not coming)
        self._cancel.setVisible(coming)
        self._stack.setEnabled(editable)
        self._scan.setEnabled(editable and line is not None and line.can_scan)
        self._mark.setEnabled(editable and line is not None and line.can_mark)
        for button in (self._files, self._camera):
            button.setEnabled(editable and not coming)
        seen = line is not None and line.done and line.can_mark and not line.pages
        short = ".short" if self._low else ""
        self._scan.say("intake.papers.scan.on" if again else f"intake.papers.scan{short}")
        self._stack.say(f"intake.papers.stack{short}")
        self._mark.say(f"intake.papers.{'unmark' if seen else 'mark'}{short}")

    def show_folder(self, files: int) -> None:
        """So many files lie in the watched folder."""
        self._folder.setVisible(files > 0)
        self._folder.say("intake.folder.waiting", count=files)

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
