"""The sheet of keys over the window. F1 opens it, Esc or F1 closes it; nothing waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Heading, KeyCap, Text
from ui.widgets.scrolling import Scrolling

Group = tuple[str, Sequence[tuple[str, str]]]
COLUMN = 300
MOST = 4


class KeySheet(QWidget):
    """Every key that works now, in groups of (heading key, [(words key, key)])."""

    closed = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._back: QWidget | None = None
        self.setProperty("class", "veil")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        space = theme.SPACE
        column = QVBoxLayout(self)
        column.addStretch(1)
        panel = QFrame()
        panel.setProperty("class", "panel")
        column.addWidget(panel, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(space["xl"], space["xl"], space["xl"], space["xl"])
        inside.setSpacing(space["l"])
        head = QHBoxLayout()
        head.addWidget(Heading("keys.title"))
        head.addStretch(1)
        self.button = SecondaryButton("keys.close", "Esc")
        self.button.clicked.connect(self.close_sheet)
        head.addWidget(self.button)
        inside.addLayout(head)
        self._panel = panel
        self._sheet = QWidget()
        self._groups = QHBoxLayout(self._sheet)
        self._groups.setContentsMargins(0, 0, space["m"], 0)
        self._groups.setSpacing(space["xxl"])
        self._area = Scrolling(self._sheet)
        inside.addWidget(self._area)
        over.installEventFilter(self)
        self.hide()

    def open(self, groups: Sequence[Group]) -> None:
        """Cover the window with these keys."""
        while (item := self._groups.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.setGeometry(self._over.rect())
        for column in _columns([group for group in groups if group[1]], max(1, min(MOST, self.width() // COLUMN))):
            stack = QWidget()
            inside = QVBoxLayout(stack)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(theme.SPACE["m"])
            for heading, rows in column:
                inside.addWidget(_group(heading, rows))
            inside.addStretch(1)
            self._groups.addWidget(stack, 0, Qt.AlignmentFlag.AlignTop)
        self._back = self.window().focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self.button.setFocus()

    def close_sheet(self) -> None:
        """Go away; the cursor goes back to where it was."""
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()
        self._back = None
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; the arrows scroll."""
        bar = self._area.verticalScrollBar()
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            bar.setValue(bar.value() + (60 if event.key() == Qt.Key.Key_Down else -60))
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_sheet()

    def focusNextPrevChild(self, _forward: bool) -> bool:
        """The keyboard stays inside."""
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._over.rect())
            self._fit()
        return False

    def _fit(self) -> None:
        """As large as its keys, as far as the window reaches; beyond that it scrolls."""
        wanted = self._sheet.sizeHint()
        self._area.setFixedSize(
            min(wanted.width() + 12, self.width() - 2 * theme.SPACE["xxl"] - 24),
            min(wanted.height(), self.height() - 180),
        )


def _columns(groups: Sequence[Group], count: int) -> list[list[Group]]:
    """The groups in `count` columns of about the same height, in their order."""
    heights = [len(rows) + 2 for _, rows in groups]
    tallest = max([*heights, -(-sum(heights) // count)], default=0)
    while True:
        columns: list[list[Group]] = [[]]
        filled = 0
        for group, height in zip(groups, heights, strict=True):
            if columns[-1] and filled + height > tallest:
                columns.append([])
                filled = 0
            columns[-1].append(group)
            filled += height
        if len(columns) <= count:
            return columns
        tallest += 1


def _group(heading: str, rows: Sequence[tuple[str, str]]) -> QWidget:
    group = QWidget()
    grid = QGridLayout(group)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(theme.SPACE["s"])
    grid.setHorizontalSpacing(theme.SPACE["xl"])
    title = Text(heading, look="hit-group flush")
    title.setIndent(0)
    grid.addWidget(title, 0, 0, 1, 2)
    for number, (key, keys) in enumerate(rows, start=1):
        grid.addWidget(Text(key), number, 0)
        grid.addWidget(KeyCap(keys), number, 1, Qt.AlignmentFlag.AlignRight)
    grid.setRowStretch(len(rows) + 1, 1)
    return group
