"""result-cards: a box of printed cards checked in by a scanner that types, at its own pace, in the real window on a
real store.

Each card is scanned once; every twentieth comes a second time by mistake, every fiftieth is another office's. Keys come
one by one as a scanner sends them, `KEY_S` apart, one card every `--pace` seconds; of each card it is timed when the
page has named it. Nothing waits for the page: the next card comes when its time has come.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.run import row

if TYPE_CHECKING:
    from bench.office_window import OfficeWindow
    from ui.screens.results_box import BoxPanel

CARDS, PACE_S = 1_000, 1.0
KEY_S = 0.004
NAMED_MS = 1_000.0
"""The house's goal: a card is named before the next one is in the hand."""
AGAIN, FOREIGN = 20, 50


@dataclass
class Scanned:
    """What was scanned, when, and what the page said of it; newest last."""

    sent: list[float] = field(default_factory=list)
    named: list[float] = field(default_factory=list)
    missed: int = 0
    twice: int = 0
    unnamed_office: int = 0


def run(cards: int = CARDS, pace_s: float = PACE_S) -> list[dict[str, Any]]:
    """How soon a card is named, and what went wrong with any."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["CLERK_KEY_STORE"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        found = scanned(Path(folder), cards, pace_s)
    waited = sorted((named - sent) * 1000 for sent, named in zip(found.sent, found.named, strict=True))
    p99 = waited[min(len(waited) - 1, len(waited) * 99 // 100)]
    said = f"{cards:,} cards, one every {pace_s:g} s, and {len(found.sent) - cards:,} scans too many"
    counts = (("missed", found.missed), ("twice", found.twice), ("office not named", found.unnamed_office))
    return [
        row("result-cards named", p99, floor=NAMED_MS, at_most=1.0, against="floor", what=f"{said}; p99 to its line"),
        *(
            row(f"result-cards {name}", count, unit="cards", what=said) | {"goal": "0", "met": count == 0}
            for name, count in counts
        ),
    ]


def scanned(folder: Path, cards: int, pace_s: float) -> Scanned:
    """The box opened in the window, every card scanned, the box closed."""
    from PySide6.QtCore import Qt

    from bench.office_window import OfficeWindow
    from tests.desk.conftest import Desk
    from tests.screens.test_results import many

    desk = Desk(folder)
    with closing(desk.database):
        codes = many(desk, cards)
        office = OfficeWindow(results=desk.results, handing_over=desk.handing_over, posting=desk.posting)
        held = Qt.KeyboardModifier.ControlModifier
        office.key(Qt.Key.Key_0, held)
        office.until(lambda: hasattr(office.current(), "box"))
        box: BoxPanel = office.current().box
        office.key(Qt.Key.Key_F3)
        office.until(box.label.hasFocus)
        office.key(Qt.Key.Key_Return, held)
        office.until(box.typed.hasFocus)
        found = Scanned()
        _scan_all(office, box, _in_order(codes), pace_s, found)
        office.key(Qt.Key.Key_Return, held | Qt.KeyboardModifier.ShiftModifier)
        office.until(box.label.isVisible)
        office.close()
        checks = [scan.check for scan in reversed(box._scans)]
        came = [check.code for check in checks if not check.why]
        here = {line.code for line in desk.journal.results(("here",))}
        found.missed = len(set(codes) ^ here)
        for check in checks:
            if check.why == "unknown":
                print(f"  not understood: {check.code or 'no code in what was scanned'}", file=sys.stderr)
        found.twice = len(came) - len(set(came))
        foreign = [check for check in checks if check.code.startswith("G01.899")]
        found.unnamed_office = sum(
            check.why != "other_office" or "Hồ Chí Minh" not in check.words.vi for check in foreign
        )
        found.unnamed_office += cards // FOREIGN - len(foreign)
    return found


def _in_order(codes: list[str]) -> list[str]:
    scans = []
    for number, code in enumerate(codes, 1):
        scans.append(code)
        if number % AGAIN == 0:
            scans.append(code)
        if number % FOREIGN == 0:
            scans.append(f"G01.899-261120-{number:06d}")
    return scans


def _scan_all(office: OfficeWindow, box: BoxPanel, scans: list[str], pace_s: float, found: Scanned) -> None:
    """Type every scan at its time; note when the page named it."""

    checked = box._checked

    def checked_and_noted(check: Any) -> None:
        checked(check)
        found.named.append(time.monotonic())

    box._checked = checked_and_noted  # type: ignore[method-assign]
    first = time.monotonic()
    for number, text in enumerate(scans):
        office.pause(max(0.0, first + number * pace_s - time.monotonic()))
        _type(office, text)
        found.sent.append(time.monotonic())
        if number % 100 == 99:
            print(f"  {number + 1} of {len(scans)} scanned, {len(found.named)} named", file=sys.stderr, flush=True)
    office.until(partial(_all_named, found), 120)


def _all_named(found: Scanned) -> bool:
    return len(found.named) >= len(found.sent)


def _type(office: OfficeWindow, text: str) -> None:
    """The keys of one scan and its Enter, by the keyboard's clock.

    A computer that was busy meanwhile finds the keys of that time in its queue, before anything that fell due behind
    them: so a timer strikes them, for timers go in the order of their time.
    """
    from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
    from PySide6.QtGui import QKeyEvent

    begun = time.monotonic()
    waiting = list(enumerate(f"{text}\r"))

    def strike() -> None:
        while waiting and begun + waiting[0][0] * KEY_S <= time.monotonic():
            number, letter = waiting.pop(0)
            key = Qt.Key.Key_Return if letter == "\r" else Qt.Key(ord(letter.upper()))
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, int(key), Qt.KeyboardModifier.NoModifier, letter)
                event.setTimestamp(int((begun + number * KEY_S) * 1000))
                QCoreApplication.sendEvent(office.focus(), event)

    keyboard = QTimer()
    keyboard.setTimerType(Qt.TimerType.PreciseTimer)
    keyboard.timeout.connect(strike)
    keyboard.start(round(KEY_S * 1000))
    office.until(lambda: not waiting)
    keyboard.stop()
