"""What a scanner types: key by key with the keyboard's own clock, as a window is told it.

A real keyboard stamps its keys when they are struck. Keys made within this process get their stamp when their turn
comes, and a computer that other programs hold up would make a scanner look like a person.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

GAP_MS = 4
"""Between two keys, of a scanner of usual speed."""


def scan_keys(target: QObject, text: str, at_ms: int) -> int:
    """Type text and Enter into a widget or window; the keyboard's clock after it, in milliseconds."""
    for letter in f"{text}\r":
        key = Qt.Key.Key_Return if letter == "\r" else Qt.Key(ord(letter.upper())) if letter.isascii() else Qt.Key(0)
        for kind, stamp_ms in ((QEvent.Type.KeyPress, at_ms), (QEvent.Type.KeyRelease, at_ms + GAP_MS // 2)):
            event = QKeyEvent(kind, int(key), Qt.KeyboardModifier.NoModifier, letter)
            event.setTimestamp(stamp_ms)
            QCoreApplication.sendEvent(target, event)
        at_ms += GAP_MS
    return at_ms
