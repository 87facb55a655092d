"""reports: 2023 and the first quarter of 2024 as reports, of 125,561 generated dossiers of real entries at a central.

`reports (year)` and `reports (quarter)` are asked of a central process by a station over HTTP, as the window does: rows
read, decoded, counted by the pure fold, answered. `reports (behind)` is the list behind a figure of the year. Each has
a goal of 3 s; there is no peer. The floor is the same rows read out of the database and nothing more.
`reports (rebuild)` counts all dossiers anew from their half a million entries, for the record. The years are generated
(`bench.generated_years`), which takes some minutes; the figures that come out are held against those of the seed.
"""

from __future__ import annotations

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from bench import generated_years, loaded_years
from bench.run import row

GOAL_S = 3.0
RUNS = 5


def run() -> list[dict[str, Any]]:
    """Four rows. Raises `RuntimeError` where a figure is not that of the seed."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder), generated_years.WHOLE)


def _measured(folder: Path, stretches: tuple[generated_years.Stretch, ...]) -> list[dict[str, Any]]:
    from clerk_app.central import report_rows
    from clerk_app.central.database import open_database
    from clerk_app.wire_reports import BehindAsked, ReportAsked

    central = loaded_years.loaded(folder, stretches)
    database = open_database(central.database_url)
    begun = time.perf_counter()
    dossiers = report_rows.rebuild(database)
    anew = time.perf_counter() - begun
    floors = [_seconds(lambda one=one: _read(database, one), 3) for one in stretches]  # type: ignore[misc]
    database.close()
    central.start()
    try:
        uplink = central.enrol(f"Q02-{secrets.token_hex(3)}", "supervisor")
        rows = []
        for name, stretch, floor in zip(("year", "quarter"), stretches, floors, strict=True):
            asked = ReportAsked("supervisor", _of(stretch))
            _check(uplink.report(asked).report, stretch)
            ours = _seconds(lambda asked=asked: uplink.report(asked), RUNS)  # type: ignore[misc]
            rows.append(_row(f"reports ({name})", ours, floor, f"{stretch.received:,} received, {dossiers:,} known"))
        behind = BehindAsked("supervisor", _of(stretches[0]), "late")
        ours = _seconds(lambda: uplink.report_dossiers(behind), RUNS)
        rows.append(_row("reports (behind)", ours, floors[0], "the dossiers behind one figure of the year"))
    finally:
        central.close()
    return [*rows, row("reports (rebuild)", anew, unit="s", what=f"{dossiers:,} dossiers counted anew")]


def _of(stretch: generated_years.Stretch) -> Any:
    from clerk_app.domain.calendar import HANOI
    from clerk_app.wire_reports import ReportOf

    after = stretch.last + timedelta(days=1)
    return ReportOf(datetime.combine(stretch.first, clock(), HANOI), datetime.combine(after, clock(), HANOI))


def _check(report: Any, stretch: generated_years.Stretch) -> None:
    lines = {line.code: line.values[0] for table in report.tables for line in table.lines}
    said = lines["received"].of, lines["received-online"].of, lines["online"].of, lines["online"].over
    if said != (stretch.received, stretch.online, stretch.online, stretch.received):
        raise RuntimeError(f"the report says {said}")


def _read(database: Any, stretch: generated_years.Stretch) -> None:
    from sqlalchemy import select

    from clerk_app.central.report_rows import report_rows
    from clerk_app.domain.report_facts import milliseconds

    of = _of(stretch)
    with database.read() as connection:
        until = report_rows.c.begun_ms < milliseconds(of.until)
        connection.execute(select(report_rows.c.body).where(until)).scalars().all()


def _seconds(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _row(name: str, ours: float, floor: float, what: str) -> dict[str, Any]:
    made = row(name, ours, floor=floor, against="floor", unit="s", what=what)
    return made | {"goal": f"≤ {GOAL_S:g} s", "met": ours <= GOAL_S}
