"""The real window for a bench, offscreen: rooms of a real desk where they are measured, sample views elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.screens import sample
from ui import application

if TYPE_CHECKING:
    from clerk_app.bootstrap import Peek
    from clerk_app.desk.desk import Desk as RealDesk

PATIENCE_S = 30


class Paints(QObject):
    """How often a widget was painted from here on."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """One more."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False

    def more_than(self, count: int) -> bool:
        """Whether it was painted since then."""
        return self.count > count


class OfficeWindow:
    """Somebody signed in, and what the window makes beforehand is made. It waits in an event loop of Qt, as the program
    itself does: that lets the lanes go on meanwhile (`processEvents` keeps Python to itself), and costs no processor.
    """

    def __init__(self, **rooms: object) -> None:
        self.qt = cast("QApplication", QApplication.instance() or application.application(["clerk"], "vi"))
        desk = sample.SampleDesk()
        for name, room in rooms.items():
            setattr(desk, name, room)
        self.program = application.Application(
            self.qt, cast("Peek", sample.Peek()), lambda phrase: cast("RealDesk", desk)
        )
        self.program.begin()
        self.window: Any = self.program.window
        self.until(lambda: self.window._sign_in_keys)
        for text in ("clerk", "practice"):
            QTest.keyClicks(self.focus(), text)
            self.key(Qt.Key.Key_Return)
        self.until(lambda: self.window.shell is not None)
        prepared: list[None] = []
        shell: Any = self.window.shell
        shell.prepared.connect(lambda: prepared.append(None))
        self.until(lambda: prepared and shell.current() is not None)

    def focus(self) -> QWidget:
        """Where keys go."""
        return cast("QWidget", QApplication.focusWidget() or self.window)

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, where the focus is."""
        QTest.keyClick(self.focus(), key, held)

    def current(self) -> Any:
        """The page in front."""
        return self.window.shell.current()

    def until(self, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Until it is so. Raises `RuntimeError` after `patience_s`."""
        if true():
            return
        loop, stopped = QEventLoop(), [True]

        def look() -> None:
            if true():
                stopped[0] = False
                loop.quit()

        asked = QAbstractEventDispatcher.instance().aboutToBlock.connect(look)
        QTimer.singleShot(round(patience_s * 1000), loop, loop.quit)
        loop.exec()
        QObject.disconnect(asked)
        if stopped[0]:
            raise RuntimeError("waited in vain")

    def pause(self, seconds: float) -> None:
        """Time passes in the window."""
        loop = QEventLoop()
        QTimer.singleShot(max(0, round(seconds * 1000)), loop, loop.quit)
        loop.exec()

    def close(self) -> None:
        """Closed, and everything that ran for it."""
        self.window.close()
        self.pause(0.2)
