"""The real window as a process of its own, with a clerk's hands in it that do what a test orders over a pipe.

Orders come as JSON lines on stdin, one after the other: `{"do": "sign_in", "user": "clerk"}`. What the screen shows
goes out as JSON lines on the file descriptor `--tell`, with the time of this machine's monotonic clock, so that a test
that ends the process by force knows what had stood there for how long. stdout and stderr stay the window's own.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QLineEdit, QScrollBar, QWidget

from clerk_app import bootstrap
from clerk_app.practice import scanner, specimens
from tests.peers import clocks, costs
from tests.screens.scanner_keys import scan_keys
from tests.stories.door_hands import AtTheDoor, AtTheLock
from tests.stories.heart import Heart
from tests.stories.online_hands import FromAfar
from tests.stories.report_hands import AtTheReports
from ui import application, story
from ui.story import Citizen, Clerk, Player, Script, Until, pause
from ui.texts import words
from ui.wedge import HOLD_MS
from ui.widgets.pin_list import PinList
from ui.widgets.table import Table

PAPERS: dict[str, tuple[scanner.Paper, ...]] = {"GKSK": ("health",), "GPLX_CU": ("licence-front", "licence-back")}
REASON = "Mat ket noi, da doi chieu giay to goc"
LONG_REASON = "Giay phep sap het han, can doi som de di cong tac xa"
STANDING_MS = 15
WORDS_MS = 150
RESTING = 8
"""How many looks are left out while nothing is drawn."""
ROWS = 8
FOREVER_S = 1e9


class Drawn(QObject):
    """Counts what came to a window itself, above all that something in it is to be drawn anew."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.times = 0
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Counted, and left to whom it is for."""
        self.times += 1
        return False


class Teller(QObject):
    """Tells over the pipe what stands on the screen, whenever it has changed."""

    def __init__(self, pipe: int, window: application.Application, clerk: Clerk, *, words: bool) -> None:
        super().__init__(window)
        self._pipe = pipe
        self._window = window
        self._clerk = clerk
        self._last: dict[str, Any] = {}
        self._drawn = Drawn(window.window)
        looks = ((STANDING_MS, self._standing), *(((WORDS_MS, self._words),) if words else ()))
        for every_ms, look in looks:
            self._look_in(every_ms, every_ms, look, -1, 0.0)

    def _look_in(self, ms: int, every_ms: int, look: Callable[[], None], drawn: int, at: float) -> None:
        QTimer.singleShot(ms, self, lambda: self._look(every_ms, look, drawn, at))

    def _look(self, every_ms: int, look: Callable[[], None], drawn: int, at: float) -> None:
        """Every so often, and for no more than a tenth of the time: the window is watched, not held up. While nothing
        is drawn it is looked at now and then only, for what a lamp says when it is pointed at is never drawn.
        """
        begun = time.monotonic()
        if drawn == self._drawn.times and begun - at < every_ms * RESTING / 1000:
            self._look_in(every_ms, every_ms, look, drawn, at)
            return
        drawn = self._drawn.times
        look()
        took_ms = (time.monotonic() - begun) * 1000
        self._look_in(max(every_ms, round(took_ms * 9)), every_ms, look, drawn, begun)

    def tell(self, what: str, **more: Any) -> None:
        """One line. It is in the pipe before this returns."""
        line = json.dumps({"what": what, "t": time.monotonic(), **more}, ensure_ascii=False) + "\n"
        os.write(self._pipe, line.encode())

    def _standing(self) -> None:
        self._changed("standing", standing(self._clerk))

    def _words(self) -> None:
        self._changed("rows", {"rows": shown_rows(self._window.window)})
        self._changed("pins", {"pins": shown_pins(self._window.window)})
        self._changed("words", {"shown": shown_words(self._window.window)})
        self._changed("titles", {"titles": [widget.windowTitle() for widget in QApplication.topLevelWidgets()]})

    def _changed(self, what: str, now: dict[str, Any]) -> None:
        if now and now != self._last.get(what):
            self._last[what] = now
            self.tell(what, **now)


def standing(clerk: Clerk) -> dict[str, Any]:
    """The dossier on the screen: where the clerk is, every field as it stands there, and what was done."""
    view = clerk.view()
    if view is None:
        return {}
    work = clerk._screen().work
    values = {field.name: field.value for field in (*view.identity.fields, *view.application.fields)}
    fields = sorted(values)
    for typed in (*work.changes._sent, work.changes.waiting):
        values |= typed
    focus = QApplication.focusWidget()
    page = clerk._screen().identity
    return {
        "dossier": str(view.dossier),
        "status": view.status,
        "step": work.step,
        "focus": work.focus,
        "caret": focus.objectName() if focus is not None else "",
        "fields": fields,
        "values": {name: value for name, value in values.items() if value},
        "verified": view.identity.badge is not None and view.identity.badge.tone == "good",
        "locked": sorted(field.name for field in view.identity.fields if field.locked),
        "portrait": bool(view.identity.portrait),
        "exceptions": {one.code: one.state for one in view.application.exceptions},
        "card": page.card_present,
        "reading": page.progress.isVisible(),
        "progress": page.progress.value() if page.progress.isVisible() and page.progress.maximum() else 0,
        "pages": len(view.papers.pages),
        **papers(clerk),
        "paid": view.fee.paid,
        "code": view.receipt.code if view.receipt.submitted else "",
        "prints": {form: count for form, _, count in view.receipt.prints},
    }


def papers(clerk: Clerk) -> dict[str, Any]:
    """The pages on the screen: of which item each is, what is wrong with it, what was set aside, how others come."""
    view, work = clerk.view(), clerk._screen().page_work
    assert view is not None
    trouble = work.trouble.refusal.code if work.trouble is not None and work.trouble.refusal is not None else ""
    return {
        "of": [page.paper for page in view.papers.pages],
        "sheets": [page.sheet for page in view.papers.pages],
        "flaws": [len(page.flaws) for page in view.papers.pages],
        "aside": [page.aside for page in view.papers.tray],
        "raw": view.papers.raw,
        "coming": work.arriving.count if work.arriving is not None else -1,
        "trouble": trouble,
        "done": sorted(line.code for line in view.papers.lines if line.done and line.pages),
    }


def shown_words(window: QWidget) -> list[str]:
    """Every text that can be read in the window, and what a lamp says when it is pointed at."""
    there = list(_in_sight(window))
    found = [text for one in there if isinstance(one, QLabel) and (text := one.text())]
    return found + sorted({tip for one in there if (tip := one.toolTip())})


def _in_sight(root: QWidget) -> Iterator[QWidget]:
    """What can be seen in it, in its order; what is hidden is not looked into."""
    for child in root.children():
        if isinstance(child, QWidget) and child.isVisible():
            yield child
            yield from _in_sight(child)


def shown_rows(window: QWidget) -> list[list[str]]:
    """What the first rows of a table on the screen say."""
    tables = [one for one in window.findChildren(Table) if one.isVisible()]
    return [
        [table.text_at(row, column) for column in range(table.model().columnCount())]
        for table in tables
        for row in range(min(ROWS, len(table.rows())))
    ]


def shown_pins(window: QWidget) -> list[str]:
    """The fields to which a comment can be pinned now, in the order of their digits."""
    lists = [one for one in window.findChildren(PinList) if one.isVisible()]
    return [words(pin.label) for one in lists for pin in one._pins]


class ThoroughClerk(Clerk):
    """Writes a reason that takes some seconds, so that there is always something typed and not yet left."""

    def _application_step(self, citizen: Citizen, shown: Callable[[str], None]) -> Script:
        view = self.view()
        if view is not None and view.status == "draft":
            there = {field.name: field.value for field in view.application.fields}
            yield from self.fill("reason", LONG_REASON, there.get("reason", ""))
        yield from super()._application_step(citizen, shown)


def caret(window: QWidget) -> dict[str, Any]:
    """Where exactly the keyboard is, and what is in sight: it is the same before a lock and after it."""
    focus = QApplication.focusWidget()
    place: list[object] = [type(focus).__name__, focus.objectName() if focus is not None else ""]
    if isinstance(focus, QLineEdit):
        place += [focus.text(), focus.cursorPosition(), focus.selectedText(), focus.isUndoAvailable()]
    bars = [bar.value() for bar in window.findChildren(QScrollBar) if bar.isVisible()]
    lists = [view.currentIndex().row() for view in window.findChildren(QAbstractItemView) if view.isVisible()]
    clipboard = QGuiApplication.clipboard()
    return {
        "place": place,
        "scrolled": bars,
        "rows": lists,
        "copied": clipboard.text() if clipboard.ownsClipboard() else "",
    }


class Hands:
    """Carries out one order after the other."""

    def __init__(self, window: application.Application, clerk: Clerk, citizen: Citizen, teller: Teller) -> None:
        self._window = window
        self._clerk = clerk
        self._citizen = citizen
        self._teller = teller
        self._orders: deque[dict[str, Any]] = deque()
        self._heard = b""
        self._hold = ""
        self._held = False
        self._during = ""
        self._heart = Heart(self._where, window)
        self._lock = AtTheLock(window, clerk)
        self._door = AtTheDoor(window, clerk)
        self._afar = FromAfar(window, clerk)
        self._reports = AtTheReports(window, clerk, teller.tell)

    def hear(self) -> None:
        """Bytes came on stdin."""
        self._heard += os.read(0, 65536)
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            order = json.loads(line)
            if order["do"] == "go":
                self._held = False
            else:
                self._orders.append(order)

    def script(self) -> Iterator[Until]:
        """Orders until the end of the process."""
        window = self._window.window
        yield Until("the first frame", window.isVisible)
        window.activateWindow()
        yield Until("the keyboard", window.isActiveWindow)
        while True:
            yield Until("an order", lambda: bool(self._orders), FOREVER_S)
            order = self._orders.popleft()
            yield from self._do(order)

    def _do(self, order: dict[str, Any]) -> Script:
        """Carry it out. While it is held, what else is ordered is done."""
        self._hold = order.get("hold", "")
        try:
            for wait in self._obey(order):
                yield wait
                while self._held:
                    yield Until("the word to go on", lambda: not self._held or bool(self._orders), FOREVER_S)
                    if self._held:
                        held, self._held = (self._hold, True), False
                        yield from self._do(self._orders.popleft())
                        self._hold, self._held = held
        except Exception as error:
            self._teller.tell("stuck", on=f"{type(error).__name__}: {error}", order=order["do"])
            raise
        self._teller.tell("did", order=order["do"], **standing(self._clerk))

    def _shown(self, name: str) -> None:
        self._teller.tell("shown", name=name)
        self._held = self._hold in (name, "every")

    def _obey(self, order: dict[str, Any]) -> Script:
        clerk = self._clerk
        match order["do"]:
            case "sign_in":
                yield from clerk.sign_in(order.get("user", "clerk"), "practice")
            case "lock":
                yield from self._lock.lock()
            case "unlock":
                yield from self._lock.unlock(order.get("secret", "practice"))
            case "instead":
                yield from self._lock.instead(order["user"])
            case "knock":
                yield from self._door.knock(order["user"], order["secret"])
            case "prove":
                yield from self._door.prove(order["user"], order.get("secret", "practice"))
            case "clock":
                yield from self._door.turn_clock(float(order["hours"]))
            case "caret":
                self._teller.tell("caret", **caret(self._window.window))
            case "grab":
                glass = self._window.window.screen().grabWindow(0)
                self._teller.tell("grabbed", saved=glass.save(order["to"]))
            case "sign_out":
                yield from clerk.sign_out()
            case "open":
                yield from clerk.open_dossier()
            case "serve":
                yield from clerk.serve(self._citizen, self._shown)
            case "accept_online":
                yield from self._afar.accept(self._citizen, self._shown)
            case "serve_on":
                yield from self._serve_on()
            case "to":
                yield from clerk.tab_to(order["field"])
            case "to_named":
                yield from self._to_named(order["name"])
            case "type":
                yield from clerk.type(order["text"])
            case "paste":
                QGuiApplication.clipboard().setText(order["text"])
                yield clerk.press(Qt.Key.Key_V, story.CTRL)
            case "scan":
                yield from self._scan(order["text"])
            case "row":
                clerk._screen().papers.strip.setCurrentRow(int(order["row"]))
            case "press":
                keys = QKeySequence(order["key"])[0]
                yield clerk.press(keys.key(), keys.keyboardModifiers())
            case "activate":
                self._window.window.activateWindow()
                yield Until("the keyboard", self._window.window.isActiveWindow)
            case "look":
                yield pause(0)
            case "delivered":
                yield Until("everything delivered", self._all_delivered, 90.0)
            case "ask_exception":
                yield from self._ask_exception(order["text"])
            case "except":
                yield from clerk._exceptions(self._shown)
            case "feel":
                self._heart.start()
            case "during":
                self._during = order["what"]
            case "felt":
                self._teller.tell("pulse", **asdict(self._heart.stop()))
            case "report":
                yield from self._reports.do(order)
            case "close":
                QTimer.singleShot(0, self._window.window, self._window.window.close)
            case other:
                raise ValueError(other)

    def _to_named(self, name: str) -> Script:
        """By the Tab key to the field that is called so."""

        def there() -> bool:
            focus = QApplication.focusWidget()
            while focus is not None and focus.accessibleName() != name:
                focus = focus.parentWidget()
            return focus is not None

        yield from self._clerk._tab_until(f"the keyboard at {name}", there)

    def _ask_exception(self, reason: str) -> Script:
        """Ask for the first exception that is needed."""
        panels = self._clerk._screen().application.exceptions.panels
        yield Until("an exception", lambda: any(panel.reason.isVisible() for panel in panels.values()))
        panel = next(one for one in panels.values() if one.reason.isVisible())
        yield from self._clerk._tab_until("the reason", panel.reason.hasFocus)
        yield from self._clerk.type(reason)
        yield self._clerk.press(Qt.Key.Key_Return)

    def _where(self) -> str:
        """What goes on, for the heart: what was ordered, and which step stands there."""
        view = self._clerk.view()
        return f"{self._during}, {self._clerk._screen().step()}" if view is not None else self._during

    def _serve_on(self) -> Script:
        """Go on with the dossier that stands there, then one citizen after the other."""
        view = self._clerk.view()
        while True:
            if view is None:
                yield from self._clerk.open_dossier()
            yield from self._clerk.serve(self._citizen, self._shown)
            served = self._clerk.view()
            self._teller.tell("served", code=served.code if served is not None else "")
            view = None

    def _scan(self, text: str) -> Script:
        """What a bar code scanner types: everything at once, Enter at the end."""
        scan_keys(self._window.window.windowHandle(), text, int(time.monotonic() * 1000))
        yield pause(HOLD_MS / 1000 * 2)

    def _all_delivered(self) -> bool:
        desk = self._window.desk
        assert desk is not None
        outbox = desk.journal.outbox()
        return outbox.waiting == 0 and outbox.waiting_sheets == 0


def main(arguments: list[str] | None = None) -> int:
    """Open the window on a profile and wait for orders."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--tell", type=int, required=True, metavar="FD")
    parser.add_argument("--person", type=int, default=1)
    parser.add_argument("--glass", type=Path, help="folder of the practice scanner whose glass this clerk fills")
    parser.add_argument("--thorough", action="store_true", help="write more than the rules ask for")
    parser.add_argument("--few-words", action="store_true", help="do not tell every text on the screen")
    parser.add_argument("--phone", default="0912345678", help="what the citizen is called under")
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds that its clock is ahead")
    options = parser.parse_args(arguments)
    if options.ahead:
        clocks.turn_at_a_desk(options.ahead)
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    logging.getLogger("clerk_window").debug("the story begins")
    costs.at_a_desk()
    # As fast as a person may type and still be taken for one.
    story.KEY_S = (HOLD_MS + 2) / 1000
    story.LOOK_MS = 4
    peek = bootstrap.peek(options.profile)
    qt = application.application(sys.argv[:1], peek.language)
    # Two pictures of one page are the same only if the caret does not blink.
    qt.setCursorFlashTime(0)
    who = specimens.specimen(options.person)
    licence = who.licences[0]
    glass = scanner.practice_scanner(options.glass, who.person, licence) if options.glass else None
    for paper in chain.from_iterable(PAPERS.values()) if glass is not None else ():
        # Drawn before anybody works here: it takes a second each.
        glass.lay(paper)

    def look(_device: str, paper: str) -> None:
        if glass is not None and paper in PAPERS:
            view, sides = clerk.view(), PAPERS[paper]
            # The side that is not there yet, also for who was killed after the first one.
            there = sum(page.paper == paper for page in view.papers.pages) if view is not None else 0
            glass.lay(sides[there % len(sides)])

    window = application.Application(qt, peek, lambda phrase: bootstrap.open_desk(options.profile, phrase, look))
    clerk = (ThoroughClerk if options.thorough else Clerk)(window, ("supervisor", "practice"), REASON)
    teller = Teller(options.tell, window, clerk, words=not options.few_words)
    citizen = Citizen(
        number=who.person.number,
        phone=options.phone,
        licence_number=licence.number,
        licence_class=licence.code,
        licence_regime=licence.regime,
        licence_issued=f"{licence.issued:%d/%m/%Y}" if licence.issued else "",
        licence_expires=f"{licence.expires:%d/%m/%Y}" if licence.expires else "",
        lay=lambda: teller.tell("lay"),
        take_away=lambda: teller.tell("take"),
    )
    hands = Hands(window, clerk, citizen, teller)
    hearing = QSocketNotifier(0, QSocketNotifier.Type.Read)
    hearing.activated.connect(hands.hear)
    window.begin()
    player = Player(hands.script(), window)
    player.ended.connect(lambda problem: teller.tell("stuck", on=problem))
    player.start()
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
