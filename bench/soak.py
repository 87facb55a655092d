"""soak: seven days without a line, 420 dossiers a day at one station, then everything is drained to central.

The desk (`bench.soak_desk`) is the real one: encrypted journal, sheets, search, queue, delivery; only its clock stands
in the past. Its quickness and its memory on the last evening are compared with those of the first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.run import row
from bench.storm import ROOT, served

DAYS, DOSSIERS = 7, 420
QUICK_MS = 50.0
"""No look at the queue or a search may hold the window up for longer."""
MOST_MB = 400.0


@dataclass(frozen=True)
class Soak:
    """The evenings of the outage, how it was drained, and what is not as it should be at central."""

    evenings: Sequence[Mapping[str, Any]]
    drained: Mapping[str, Any]
    wrong: tuple[str, ...]


def run() -> list[dict[str, Any]]:
    """Search and queue, memory, database, and what was lost."""
    done = soak(DAYS, DOSSIERS)
    first, last = done.evenings[0], done.evenings[-1]
    total = DAYS * DOSSIERS
    for evening in done.evenings:
        print(f"  {json.dumps(evening)}", file=sys.stderr)
    quick = [
        row(
            f"soak ({what})",
            last[field],
            peer=first[field],
            what=f"{words} on the last evening, {total} dossiers; peer: on the first",
        )
        | {"goal": f"≤ {QUICK_MS:g} ms", "met": last[field] <= QUICK_MS}
        for what, field, words in (
            ("queue", "queue_ms", "today's list"),
            ("search", "search_ms", "dossiers by parts of a name"),
            ("outbox", "outbox_ms", "what waits"),
        )
    ]
    return [
        *quick,
        row(
            "soak (memory growth)",
            max(last["rss_mb"], done.drained["rss_mb"]),
            floor=first["rss_mb"],
            at_most=1.05,
            against="floor",
            unit="MB",
            what="the desk's process on the last evening or after draining; floor: on the first evening",
        ),
        row(
            "soak (memory)",
            done.drained["peak_mb"],
            unit="MB",
            what="its VmHWM, draining included",
        )
        | {"goal": f"≤ {MOST_MB:g} MB", "met": done.drained["peak_mb"] <= MOST_MB},
        row("soak (database)", last["database_mb"], peer=first["database_mb"], unit="MB", what="peer: after one day"),
        row("soak (drained)", total / done.drained["took_s"], unit="dossiers/s", what="pages included"),
        row(
            "soak (lost, twice or refused)",
            float(len(done.wrong)),
            unit="cases",
            what="; ".join(done.wrong[:3]) or f"none; announced: {', '.join(last['announced']) or 'nothing'}",
        )
        | {"goal": "none", "met": not done.wrong},
    ]


def soak(days: int, dossiers: int) -> Soak:
    """So many days of so many dossiers without a line, and the drain."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with served("-c", _CENTRAL, str(room / "central")) as (_, url):
            command = [sys.executable, "-m", "bench.soak_desk", str(room / "desk"), url, str(days), str(dossiers)]
            desk = subprocess.run(
                command, input=_code(room / "central") + "\n", stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True
            )
        *evenings, drained = [json.loads(line) for line in desk.stdout.splitlines()]
        return Soak(evenings, drained, tuple(_wrong(room / "central", drained, days * dossiers)))


def _code(central: Path) -> str:
    from clerk_app.central.app import hanoi_now
    from clerk_app.central.database import database_url, open_database
    from clerk_app.central.stations import new_code

    beside = open_database(database_url(central))
    try:
        return new_code(beside, "Q01", hanoi_now()).code
    finally:
        beside.close()


def _wrong(central: Path, drained: Mapping[str, Any], dossiers: int) -> list[str]:
    """Everything that is not at central exactly once and whole."""
    import hashlib

    from sqlalchemy import func, select

    from clerk_app.central.database import claims, database_url, open_database
    from clerk_app.central.verify import verify

    found = [*drained["problems"]]
    found += [f"{drained[what]} {what}" for what in ("left", "refused") if drained[what]]
    verified = verify(database_url(central))
    found += verified.problems
    if verified.entries != drained["entries"]:
        found.append(f"{verified.entries} of {drained['entries']} entries")
    beside = open_database(database_url(central))
    with beside.read() as connection:
        chosen = select(func.count()).where(claims.c.kind == "dossier")
        submitted = connection.execute(chosen).scalar_one()
    beside.close()
    if submitted != dossiers:
        found.append(f"{submitted} of {dossiers} dossiers")
    sheets = list((central / "sheets").glob("[0-9a-f][0-9a-f]/*"))
    right = sum(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in sheets)
    if right != drained["sheets"]:
        found.append(f"{right} of {drained['sheets']} sheets")
    return found


_CENTRAL = """
import sys
from pathlib import Path
from clerk_app.central.server import serve
serve("127.0.0.1", 0, Path(sys.argv[1]), practice=True)
"""
