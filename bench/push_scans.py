"""push-scans: 200 dossiers of five sheets of 200 KB from the encrypted store of a desk to central, whole and checked.

Ours: decrypted and checked at the desk, named by SHA-256, resumable to the byte, checked and settled on the disk at
central before the entry that mentions them is recorded. The floor posts the same bytes out of memory, five sheets a
request, into files that are on the disk before the answer. Sheets are noise: like a JPEG nothing compresses them.
"""

from __future__ import annotations

import secrets
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.desks import central_process, now, open_desk, raw_process
from bench.peers.anki_sync import anki_scans
from bench.peers.pouchdb_sync import pouchdb_scans
from bench.run import row
from clerk_app.domain.dossier import Opened, Page, PagesArranged

DOSSIERS = 200
SHEETS = 5
SHEET_BYTES = 200_000
RUNS = 3


def run() -> list[dict[str, Any]]:
    """Two rows: dossiers a second, and bytes on the line over bytes of sheets."""
    ours: list[float] = []
    floor: list[float] = []
    wire: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with central_process(room) as central, raw_process(room) as raw:
            for _ in range(RUNS):
                taken, sent = _delivered(room, central)
                ours.append(DOSSIERS / taken)
                wire.append(sent / (DOSSIERS * SHEETS * SHEET_BYTES))
                floor.append(DOSSIERS / _raw(raw))
                for one in (room / "central" / "sheets", room / "raw.db-sheets"):
                    for path in one.rglob("*"):
                        if path.is_file():
                            path.unlink()
        anki, no_anki = anki_scans(room / "anki", DOSSIERS * SHEETS, SHEET_BYTES)
        pouchdb, no_pouchdb = pouchdb_scans(DOSSIERS, SHEETS, SHEET_BYTES)
    megabytes = DOSSIERS * SHEETS * SHEET_BYTES // 1_000_000
    return [
        row(
            "push-scans",
            statistics.median(ours),
            peer=anki and anki / SHEETS,
            floor=statistics.median(floor),
            at_least=0.9,
            against="floor",
            unit="dossiers/s",
            what=f"{DOSSIERS} dossiers of {SHEETS} sheets, {megabytes} MB; peer: Anki; floor: the same by raw HTTP",
            not_measured=no_anki,
        ),
        row(
            "push-scans (PouchDB)",
            statistics.median(ours),
            peer=pouchdb,
            unit="dossiers/s",
            what="the same dossiers as documents with attachments",
            not_measured=no_pouchdb,
        ),
        row(
            "push-scans (wire)",
            statistics.median(wire),
            floor=1.0,
            at_most=1.005,
            against="floor",
            unit="bytes per byte of sheets",
            what="everything sent, entries too, over the bytes of the sheets",
        ),
    ]


def _delivered(room: Path, central: str) -> tuple[float, int]:
    """(seconds, bytes sent) of one desk that comes back with all its scans waiting."""
    desk = open_desk(room, central)
    for number in range(DOSSIERS):
        pages = tuple(
            Page(desk.sheets.put(secrets.token_bytes(SHEET_BYTES)), "", 10, 10, 300, SHEET_BYTES) for _ in range(SHEETS)
        )
        first = Opened("licence-exchange", "counter", f"T-{number}", "PC08-HN", "Q01", "2026.11", True)
        desk.journal.append(uuid4(), [first, PagesArranged(pages, "scan")], "clerk", now())
    start = time.perf_counter()
    sent = desk.delivered()
    taken = time.perf_counter() - start
    desk.close()
    shutil.rmtree(room / f"{desk.station}-sheets")
    return taken, sent


def _raw(url: str) -> float:
    """Seconds the same bytes take by raw HTTP, one dossier a request."""
    import requests

    bodies = [secrets.token_bytes(SHEETS * SHEET_BYTES) for _ in range(DOSSIERS)]
    with requests.Session() as session:
        session.trust_env = False
        start = time.perf_counter()
        for body in bodies:
            session.post(f"{url}/sheets?{SHEET_BYTES}", body, timeout=60).raise_for_status()
        return time.perf_counter() - start
