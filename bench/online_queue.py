"""online-queue: 2,000 online dossiers in the real window on a real store: the page opens, a part is chosen, a search
answers as it is typed.

`opens` is from the key Ctrl+9 to the rows standing on the screen, painted; `answers` from a letter to the rows that
fit, painted, every letter of every search counted, the 99th percentile of them. All in processor time of every thread
of this process, for other programs run beside this one: the 40 ms for which a key may still be a scanner's cost none.
There is no peer; the goals are the house's.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.run import row

if TYPE_CHECKING:
    from tests.desk.conftest import Desk
    from ui.screens.online import OnlineScreen

DOSSIERS = 2_000
OPENS_MS, ANSWERS_MS = 100.0, 15.0
TYPED = ("000123", "quan", "huong 0", "1999", "le thi", "001185")
TIMES = 10
"""Each search is typed so often: 330 letters."""
FAMILY = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "VŨ", "ĐẶNG", "BÙI")
GIVEN = ("QUÂN", "HƯƠNG", "LAN", "MINH", "TUẤN", "THẢO", "HÙNG", "NGA", "PHÚC", "YẾN", "SƠN")


def run() -> list[dict[str, Any]]:
    """Two rows of the page, two of the desk below it."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["CLERK_KEY_STORE"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        opens, answers, view, search = measured(Path(folder))
    return [
        _row("online-queue opens", opens, OPENS_MS, f"Ctrl+9 to {DOSSIERS:,} dossiers' first rows painted"),
        _row("online-queue answers", answers, ANSWERS_MS, "a letter of a search to its rows painted, p99"),
        _row("online-queue part", view, ANSWERS_MS, "a part of the queue from the desk, p99"),
        _row("online-queue search", search, ANSWERS_MS, "a search from the desk, p99"),
    ]


def _row(name: str, ours: float, goal: float, what: str) -> dict[str, Any]:
    return row(name, ours, floor=goal, at_most=1.0, against="floor", what=f"{what}; the floor is the goal")


def measured(folder: Path) -> tuple[float, float, float, float]:
    """The page opened, its answers, and the desk's own two, in milliseconds."""
    from tests.desk.conftest import Desk

    table = Desk(folder)
    with closing(table.database):
        filled(table)
        window = _page(table)
        parts = _each(lambda name: table.online.view(name), ("open", "new", "overdue", "today") * 25)
        typed = [text[:end] for text in TYPED for end in range(1, len(text) + 1)]
        found = _each(lambda text: table.online.view("open", text), typed * 5)
    return (*window, _p99(parts), _p99(found))


def filled(table: Desk) -> None:
    """As central's portal station writes them."""
    from clerk_app.domain.course import StepTaken
    from clerk_app.domain.dossier import FieldsEntered, Opened
    from clerk_app.store.journal import new_id

    with table.journal.together():
        for at in range(DOSSIERS):
            sent = table.time - timedelta(minutes=at)
            name = f"{FAMILY[at % 8]} {('VĂN', 'THỊ')[at % 2]} {GIVEN[at % 11]}"
            code = f"G01.801.308-261123-{at + 1:06d}"
            said = {"applicant.name": name, "applicant.number": f"001{at % 100 + 100}{at:06d}"}
            said |= {f"portal.{one}": sent.isoformat() for one in ("sent_at", "changed_at")} | {"portal.payment": "due"}
            table.counter.write(
                new_id(),
                Opened("licence-exchange", "online", code, "PC08-HN", "CONG", table.counter.pack.version, True),
                FieldsEntered(said, "identity", source="portal"),
                StepTaken("register", "begin", "registered", "stopped"),
                who="portal.pc08-hn",
            )


def _page(table: Desk) -> tuple[float, float]:
    """The page of the window, for the rest on sample views."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from bench.office_window import OfficeWindow, Paints
    from ui.screens.online import OnlineScreen

    office = OfficeWindow(online=table.online)
    office.pause(1.0)
    begun = time.process_time()
    office.key(Qt.Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    office.until(lambda: isinstance(office.current(), OnlineScreen))
    page = office.current()
    paints = Paints(page.table.viewport())
    office.until(lambda: page.table.rows() and paints.count)
    opens = (time.process_time() - begun) * 1000
    office.pause(0.5)
    answers = []
    for text in TYPED * TIMES:
        page.search.clear()
        page.load()
        office.until(lambda: not page._loading and not page._stale)
        page.search.setFocus()
        office.pause(0.1)
        for letter in text:
            seen, painted = page._view, paints.count
            begun = time.process_time()
            QTest.keyClicks(page.search, letter)
            office.until(partial(_answered, page, seen))
            if page.table.rows():
                office.until(partial(paints.more_than, painted))
            answers.append((time.process_time() - begun) * 1000)
            office.pause(0.05)
    office.close()
    return opens, _p99(answers)


def _answered(page: OnlineScreen, seen: object) -> bool:
    return page._view is not seen and not page._loading


def _each(work: Callable[[Any], object], given: Any) -> list[float]:
    times = []
    for one in given:
        begun = time.process_time()
        work(one)
        times.append((time.process_time() - begun) * 1000)
    return times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]
