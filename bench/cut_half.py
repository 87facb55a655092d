"""cut-half: a morning's entries and scans, the line cut in the middle of them and mended: bytes sent, and how soon.

Cut once among the scans and once with entries alone. The desk is what the window runs without a window: `Delivery`,
and `Returning`, which looks for the line. Bytes are those that reached the line from the desk, counted by the line.
"""

from __future__ import annotations

import random
import secrets
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.counting_line import CountingLine
from bench.desks import Desk, central_process, now, open_desk
from bench.push_dossiers import record
from bench.run import row
from clerk_app.desk.delivery import next_delay_s
from clerk_app.desk.returning import Returning
from clerk_app.domain.dossier import Opened, Page, PagesArranged

RUNS = 3
DOSSIERS = 20
SHEETS = 5
SHEET_BYTES = 200_000
RECORDS = 1_000
OUTAGE_S = 2.5
NOT_MEASURED = ("PouchDB (1.41 × the bytes) and Anki (1.5 ×) in this run: this line is not put before them",)


def run() -> list[dict[str, Any]]:
    """Three rows: bytes with scans, bytes of entries alone, and seconds until the desk goes on."""
    scans: list[tuple[int, int, float]] = []
    entries: list[tuple[int, int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with central_process(room) as central:
            for _ in range(RUNS):
                scans.append(_both(room, central, _with_scans))
                entries.append(_both(room, central, _with_records))
    return [
        row(
            "cut-half",
            statistics.median(cut for cut, _, _ in scans),
            floor=statistics.median(uncut for _, uncut, _ in scans),
            at_most=1.02,
            against="floor",
            unit="bytes",
            what=f"{DOSSIERS} dossiers with {SHEETS} scans each, cut at half; floor: uncut",
            not_measured=NOT_MEASURED,
        ),
        row(
            "cut-half (entries)",
            statistics.median(cut for cut, _, _ in entries),
            floor=statistics.median(uncut for _, uncut, _ in entries),
            at_most=1.02,
            against="floor",
            unit="bytes",
            what=f"{RECORDS:,} dossiers of 4 KB without scans, cut at half; floor: uncut",
        ),
        row(
            "cut-half (resumes)",
            max(taken for _, _, taken in scans + entries),
            floor=2.0,
            at_most=1.0,
            against="floor",
            unit="s",
            what="the slowest of all runs from the mended line to its first byte; floor: the two seconds allowed",
        ),
    ]


def _with_scans(desk: Desk) -> None:
    for number in range(DOSSIERS):
        pages = tuple(
            Page(desk.sheets.put(secrets.token_bytes(SHEET_BYTES)), "", 10, 10, 300, SHEET_BYTES) for _ in range(SHEETS)
        )
        first = Opened("licence-exchange", "counter", f"T-{number}", "PC08-HN", "Q01", "2026.11", True)
        desk.journal.append(uuid4(), [first, PagesArranged(pages, "scan")], "clerk", now())


def _with_records(desk: Desk) -> None:
    for number in range(RECORDS):
        desk.journal.append(uuid4(), record(number), "clerk", now())


def _both(room: Path, central: str, work: Any) -> tuple[int, int, float]:
    """(bytes with a cut, bytes without, seconds from the mended line to its first byte)."""
    uncut, _ = _sent(room, central, work, None)
    cut, resumed = _sent(room, central, work, uncut // 2)
    return cut, uncut, resumed


def _sent(room: Path, central: str, work: Any, cut_after: int | None) -> tuple[int, float]:
    line = CountingLine(central)
    desk = open_desk(room, central, line.url)
    work(desk)
    start = line.up
    line.cut_after = None if cut_after is None else start + cut_after
    mended: list[float] = []
    if cut_after is not None:
        threading.Thread(target=_mend, args=(line, mended), daemon=True).start()
    resumed = _until_delivered(desk, line, mended)
    size = line.up - start
    desk.close()
    line.close()
    return size, resumed


def _mend(line: CountingLine, mended: list[float]) -> None:
    line.cut.wait()
    time.sleep(OUTAGE_S)
    mended.append(time.monotonic())
    line.mend()


def _until_delivered(desk: Desk, line: CountingLine, mended: list[float]) -> float:
    """What the window's lanes do, in one thread. Seconds from the mended line to the delivery that went on."""
    failures, resumed = 0, 0.0
    returning = Returning(random.random)
    while True:
        if mended and not resumed:
            resumed = time.monotonic() - mended[0]
        report = desk.delivery.once(lambda: False)
        if report.state == "idle":
            desk.delivered()
            return resumed
        failures += 1
        returning.rest(next_delay_s(failures, random.random), desk.delivery.reachable)
