"""What hands do at the reports, by keys alone, and what then stands on the screen; every step is timed to its paint."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from ui import application, story
from ui.screens.reports import ReportsScreen
from ui.story import Clerk, Script, Until

_LONG_S = 120.0


class AtTheReports:
    """A clerk at the page of reports. `tell` hears what is read off the screen."""

    def __init__(self, window: application.Application, clerk: Clerk, tell: Callable[..., None]) -> None:
        self._window = window
        self._clerk = clerk
        self._tell = tell

    def do(self, order: dict[str, Any]) -> Script:
        """What an order says by its `step`."""
        match order["step"]:
            case "open":
                yield from self.open()
            case "choose":
                yield from self.choose(order["first"], order["last"])
            case "ask":
                keys = QKeySequence(order["key"])[0]  # type: ignore[index]
                yield from self.ask(keys.key(), keys.keyboardModifiers())
            case "figure":
                yield from self.figure(order["line"], int(order.get("column", "1")))
            case "turn":
                yield from self.turn()
            case "follow":
                yield from self.follow()
            case "back":
                yield from self.back()
            case "save":
                yield from self.save(order["to"])
            case other:
                raise ValueError(other)

    @property
    def page(self) -> ReportsScreen:
        shell = self._window.window.shell
        page = shell.current() if shell is not None else None
        assert isinstance(page, ReportsScreen), type(page).__name__
        return page

    def _is_there(self) -> bool:
        shell = self._window.window.shell
        return shell is not None and isinstance(shell.current(), ReportsScreen)

    def open(self) -> Script:
        """Ctrl R, and the report of this month that comes by itself."""
        yield self._clerk.press(Qt.Key.Key_R, story.CTRL)
        yield Until("the page of reports", self._is_there)
        yield Until("a first report", lambda: self.page._view is not None, _LONG_S)

    def choose(self, first: str, last: str) -> Script:
        """Type a period, make its report, tell every figure as it stands there."""
        yield self._clerk.press(Qt.Key.Key_F, story.CTRL)
        page = self.page
        yield Until("the caret in the period", page.first.hasFocus)
        for box, day, then in ((page.first, first, Qt.Key.Key_Tab), (page.last, last, Qt.Key.Key_Return)):
            yield Until("the field of a day", box.hasFocus)
            yield self._clerk.press(Qt.Key.Key_A, story.CTRL)
            yield from self._clerk.type(day)
            if then == Qt.Key.Key_Return:
                yield from self._timed(then, story.NO_KEYS, page._view)
            else:
                yield self._clerk.press(then)

    def ask(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> Script:
        """Press a key that asks for another report, and tell what then stands there."""
        yield from self._timed(key, modifiers, self.page._view)

    def _timed(self, key: Qt.Key, modifiers: Qt.KeyboardModifier, before: object) -> Script:
        page, begun = self.page, time.monotonic()
        self._clerk.press(key, modifiers)
        yield Until("the report", lambda: page._view is not before, _LONG_S)
        page.repaint()
        self._say(time.monotonic() - begun)

    def _say(self, took_s: float) -> None:
        """Every figure, read off the grid as it is painted."""
        grid, figures, lines = self.page.grid, self.page.grid._figures, {}
        for row in range(figures.rowCount()):
            first = figures.figure(figures.index(row, 1))
            if first is not None:
                columns = range(1, figures.columnCount())
                lines[first.line] = [grid.text_at(row, column) for column in columns if grid.text_at(row, column)]
        heads = [grid.text_at(0, column) for column in range(1, figures.columnCount())]
        self._tell(
            "report", took_s=took_s, sign=self.page.sign.text(), heads=heads, lines=lines, empty=not figures.rowCount()
        )

    def figure(self, line: str, column: int = 1) -> Script:
        """With the arrow keys to a figure, Enter; tell the list behind it."""
        page = self.page
        figures = page.grid._figures
        row = next(
            at
            for at in range(figures.rowCount())
            if (one := figures.figure(figures.index(at, 1))) is not None and one.line == line
        )
        yield Until("the keyboard in the figures", page.grid.hasFocus)
        for _ in range(figures.rowCount()):
            if page.grid.currentIndex().row() == row:
                break
            down = page.grid.currentIndex().row() < row
            yield self._clerk.press(Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        while page.grid.currentIndex().column() != column:
            right = page.grid.currentIndex().column() < column
            yield self._clerk.press(Qt.Key.Key_Right if right else Qt.Key.Key_Left)
        begun = time.monotonic()
        self._clerk.press(Qt.Key.Key_Return)
        yield Until("the dossiers", lambda: page.inside.currentWidget() is page.behind, _LONG_S)
        page.repaint()
        self._list(time.monotonic() - begun)

    def turn(self) -> Script:
        """The next page of the list."""
        page, begun = self.page, time.monotonic()
        before = page.behind._view
        self._clerk.press(Qt.Key.Key_PageDown, story.CTRL)
        yield Until("the next page", lambda: page.behind._view is not before, _LONG_S)
        page.repaint()
        self._list(time.monotonic() - begun)

    def _list(self, took_s: float) -> None:
        behind = self.page.behind
        rows = behind.table.rows()
        columns = behind.table.model().columnCount()
        told: dict[str, Any] = {"title": behind.title.text(), "rows": len(rows)}
        if rows:
            told["top"] = [behind.table.text_at(0, column) for column in range(columns)]
        self._tell("behind", took_s=took_s, **told)

    def follow(self) -> Script:
        """Enter on the dossier under the cursor: it opens."""
        begun = time.monotonic()
        self._clerk.press(Qt.Key.Key_Return)
        yield Until("the page", lambda: self._window.window.page_name == "intake", _LONG_S)
        yield Until("the dossier", lambda: self._clerk.view() is not None, _LONG_S)
        view = self._clerk.view()
        assert view is not None
        self._window.window.repaint()
        self._tell("followed", took_s=time.monotonic() - begun, code=view.receipt.code, dossier=str(view.dossier))

    def back(self) -> Script:
        """Esc: from the dossiers to the figures."""
        self._clerk.press(Qt.Key.Key_Escape)
        yield Until("the figures", lambda: self.page.inside.currentWidget() is self.page.figures)

    def save(self, to: str) -> Script:
        """A picture of the window as it stands there."""
        self._tell("grabbed", saved=self._window.window.grab().save(to))
        yield Until("the picture", lambda: True)
