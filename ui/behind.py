"""What stands behind the lock: hidden whole, out of reach of eyes, keys and screen readers, and exactly as it was.

    in front --put--> behind --bring_back--> in front    caret, selection, scroll, undo and half a value where they were
                        `--let_go--> gone with its shell

The widget with the focus does not hear that the focus went and came: hearing it, a field tidies its text, drops its
selection and forgets where it was. Whatever goes on behind may move the focus; then it is there when it comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Slot
from PySide6.QtGui import QClipboard, QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QToolTip, QWidget
from shiboken6 import isValid

UNLISTED = "qt_rubberband"
"""Qt leaves a child of this name out of what it tells screen readers, with everything inside it."""
AWAY = "away"
"""Property of a widget that has the focus as far as it knows."""
MOST_POPUPS = 10


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where in the text of a field the caret stood. Nothing of it is written down: it is gone with the program."""

    name: str
    text: str
    caret: int
    begin: int
    """Where the selection begins; -1 without one."""
    length: int

    def take(self, page: QWidget) -> None:
        """Stand there again, if the cursor stands in that field and its text is still the same."""
        found = page.findChild(QLineEdit, self.name)
        if found is None or not found.hasFocus() or found.text() != self.text:
            return
        if self.begin < 0:
            found.setCursorPosition(self.caret)
        elif self.caret == self.begin:
            found.setSelection(self.begin + self.length, -self.length)
        else:
            found.setSelection(self.begin, self.length)


class Behind(QObject):
    """One shell of one window, while it is locked."""

    def __init__(self, window: QWidget, shell: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._shell = shell
        self._dialogs: list[QWidget] = []
        self._kept: QWidget | None = None
        self._cover: Callable[[], None] = lambda: None
        self._left = False
        """Whether `_kept` was kept from hearing that the focus went."""

    def put(self, cover: Callable[[], None]) -> None:
        """Hide it: `cover` brings to the front what hides it and takes the focus; it is called again whenever something
        behind takes it."""
        self._close_popups()
        self._cover = cover
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        focus = self._window.focusWidget()
        if focus is not None and self._shell.isAncestorOf(focus):
            self._keep(focus)
        for field in self._shell.findChildren(QLineEdit):
            if field.echoMode() != QLineEdit.EchoMode.Normal:
                # Whoever unlocks the desk must not find what somebody else has half proven.
                field.clear()
        self._shell.setObjectName(UNLISTED)
        clear_clipboard()
        cover()
        application.focusChanged.connect(self._focus_moved)

    def bring_back(self, uncover: Callable[[], None]) -> None:
        """Show it again; `uncover` brings it to the front."""
        self._unhook()
        self._shell.setObjectName("")
        kept = self._kept
        if kept is not None and isValid(kept) and kept.isVisibleTo(self._shell):
            # Before it is in sight: nothing scrolls to a caret that was scrolled away from.
            kept.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
            self._release()
            uncover()
        else:
            self._release()
            uncover()
            self._shell.setFocus()
        for dialog in self._dialogs:
            if isValid(dialog):
                dialog.open() if isinstance(dialog, QDialog) else dialog.show()
        self._dialogs = []

    def place(self) -> Place | None:
        """Where the caret stands, if it stands in a text."""
        kept = self._kept
        if not isinstance(kept, QLineEdit) or not isValid(kept):
            return None
        return Place(
            kept.objectName(), kept.text(), kept.cursorPosition(), kept.selectionStart(), len(kept.selectedText())
        )

    def let_go(self) -> None:
        """The shell goes away, and what belongs to it. Nothing in it hears of anything any more."""
        self._unhook()
        self._left = False
        self._release()
        for dialog in self._dialogs:
            if isValid(dialog):
                dialog.close()
        self._dialogs = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The one that has the focus does not hear of it."""
        if watched is self._kept:
            if event.type() == QEvent.Type.FocusOut:
                self._left = True
                return True
            if event.type() == QEvent.Type.FocusIn and self._left:
                self._left = False
                return True
        return False

    @Slot(QWidget, QWidget)
    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._shell.isAncestorOf(now):
            self._keep(now)
            self._cover()

    def _keep(self, widget: QWidget) -> None:
        self._release()
        self._kept, self._left = widget, False
        widget.setProperty(AWAY, True)
        widget.installEventFilter(self)

    def _release(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None and isValid(kept):
            kept.removeEventFilter(self)
            kept.setProperty(AWAY, None)
            if self._left:
                # The focus is elsewhere now: it may hear what it was kept from.
                self._left = False
                QCoreApplication.sendEvent(kept, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason))

    def _unhook(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.disconnect(self._focus_moved)

    def _close_popups(self) -> None:
        """Menus and lists close, hints go, other windows hide until it comes back."""
        for _ in range(MOST_POPUPS):
            popup = QApplication.activePopupWidget()
            if popup is None:
                break
            popup.close()
        QToolTip.hideText()
        if (grabber := QWidget.mouseGrabber()) is not None:
            grabber.releaseMouse()
        for other in QApplication.topLevelWidgets():
            if other is not self._window and other.isVisible():
                self._dialogs.append(other)
                other.hide()


def clear_clipboard() -> None:
    """Take back what was copied from this program; what another one has copied is theirs."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard():
        clipboard.clear(QClipboard.Mode.Clipboard)
    if clipboard.supportsSelection() and clipboard.ownsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
