"""The sheet of keys over the window. F1 opens it, Esc or F1 closes it; nothing waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import SecondaryButton
from ui.widgets.kit import Heading, KeyCap, Text


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
        self._groups = QHBoxLayout()
        self._groups.setSpacing(space["xxl"])
        inside.addLayout(self._groups)
        over.installEventFilter(self)
        self.hide()

    def open(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Cover the window with these keys."""
        while (item := self._groups.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for heading, rows in groups:
            if rows:
                self._groups.addWidget(_group(heading, rows), 0, Qt.AlignmentFlag.AlignTop)
        self._back = self.window().focusWidget()
        self.setGeometry(self._over.rect())
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
        """Esc closes."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_sheet()

    def focusNextPrevChild(self, _forward: bool) -> bool:
        """The keyboard stays inside."""
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._over.rect())
        return False


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
