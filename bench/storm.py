"""storm: 200 stations come back at once after an outage with 50 dossiers each, on PostgreSQL.

Each station seals its entries with its own key, proves itself and pushes them in requests of `BATCH` entries, all at
the same moment; they are threads of `PROCESSES` processes (`bench.storm_stations`), so that two cores bear them. The
floor sends the same bodies in the same batches, from as many threads, to a server that writes them into a table of the
same PostgreSQL and knows nothing else. Then central's whole register is verified and every dossier must be accepted.
"""

from __future__ import annotations

import json
import pickle
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bench.push_dossiers import record
from bench.run import missing, row
from clerk_app import wire
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Words

STATIONS, DOSSIERS = 200, 50
OFFICES = 10
BATCH = 25
PROCESSES = 4
RUNS = 3
MOST_MB = 400.0
"""What a central process may need at the worst moment."""
ROOT = Path(__file__).parents[1]

_CENTRAL = """
import sys
from pathlib import Path
from clerk_app.central.server import serve
serve("127.0.0.1", 0, Path(sys.argv[1]), database_url=sys.argv[2], practice=True)
"""


@dataclass(frozen=True)
class Returning:
    """One station that comes back: who it is, and what waits there, sealed, in batches."""

    code: str
    seed: bytes
    central_id: str
    batches: list[list[wire.Sealed]]


@dataclass(frozen=True)
class Storm:
    """What came of it: seconds until the last station was done, each station's own seconds, and what central needed."""

    took_s: float
    stations_s: list[float]
    refused: list[str]
    peak_mb: float
    problems: tuple[str, ...]
    entries: int

    @property
    def median_s(self) -> float:
        return statistics.median(self.stations_s)


def run() -> list[dict[str, Any]]:
    """Throughput, the slowest station, central's memory, and what was refused by mistake."""
    from tests.peers.postgres import Unavailable, cluster

    try:
        with cluster("shared_buffers=128MB") as postgres:
            pairs = []
            for _ in range(RUNS):
                ours = storm(postgres.database(), STATIONS, DOSSIERS)
                pairs.append((ours, floor(postgres.database(), STATIONS, DOSSIERS)))
    except Unavailable as why:
        return [missing("storm", str(why))]
    total = STATIONS * DOSSIERS
    storms = [ours for ours, _ in pairs]
    spread = sorted(storms, key=lambda one: max(one.stations_s) / one.median_s)[len(storms) // 2]
    peak_mb = max(one.peak_mb for one in storms)
    wrong = [line for one in storms for line in (*one.refused, *one.problems)]
    return [
        row(
            "storm",
            statistics.median(total / one.took_s for one in storms),
            floor=statistics.median(total / raw_s for _, raw_s in pairs),
            at_least=0.5,
            against="floor",
            unit="dossiers/s",
            what=f"{STATIONS} stations with {DOSSIERS} dossiers of 4 KB each at once; floor: the same by raw HTTP",
        ),
        row(
            "storm (slowest station)",
            max(spread.stations_s),
            peer=spread.median_s,
            at_most=2.0,
            unit="s",
            what="the last station to be done; peer: the median of all stations",
        ),
        row(
            "storm (memory of central)",
            peak_mb,
            unit="MB",
            what="VmHWM of the central process",
        )
        | {"goal": f"≤ {MOST_MB:g} MB", "met": peak_mb <= MOST_MB},
        row(
            "storm (refused)",
            float(len(wrong)),
            unit="entries",
            what="refused by mistake, or not as they were sent: " + ("; ".join(wrong[:3]) or "none"),
        )
        | {"goal": "none", "met": not wrong},
    ]


def storm(database_url: str, stations: int, dossiers: int) -> Storm:
    """Stations come back to a new central on this new database, all at once."""
    from clerk_app.central.database import open_database
    from clerk_app.central.verify import verify

    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        room = Path(folder)
        central, url = closing.enter_context(served("-c", _CENTRAL, str(room / "central"), database_url))
        beside = open_database(database_url)
        work = _enrolled(beside, stations, dossiers)
        beside.close()
        told = _sent(closing, room, url, work, "entries")
        peak_mb = _peak_mb(central.pid)
        found = verify(database_url)
    entries = sum(len(batch) for one in work for batch in one.batches)
    problems = found.problems if found.entries == entries else (f"{found.entries} of {entries}", *found.problems)
    refused = [code for one in told for code in one["refused"]]
    return Storm(_span(told), [took for one in told for took in one["took_s"]], refused, peak_mb, problems, entries)


def floor(database_url: str, stations: int, dossiers: int) -> float:
    """Seconds that the same bodies take by raw HTTP into a table of their own on this database."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        room = Path(folder)
        plain = database_url.replace("+psycopg", "")
        _, url = closing.enter_context(served("-m", "bench.raw_postgres", plain))
        work = [_returning(f"Q01-{number}", secrets.token_bytes(32), "", dossiers) for number in range(stations)]
        return _span(_sent(closing, room, url, work, "raw"))


def _enrolled(database: Any, stations: int, dossiers: int) -> list[Returning]:
    """Stations of several offices as they stand after their enrolment, with a clerk who signed in there."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import insert

    from clerk_app.central import database as tables
    from clerk_app.central import people

    names = [f"PC08-S{number}" for number in range(min(OFFICES, stations))]
    now_ms = tables.milliseconds(_now())
    for number, office in enumerate(names):
        people.add_office(database, office, Words(office, office), f"G01.9{number:02d}.308", ["Q01"])
        people.add_user(database, f"clerk-{office.lower()}", "Nguyễn Thu Hà", ["clerk"], office, "a long password")
    work = []
    with database.write() as connection:
        for number in range(stations):
            office, code, seed = names[number % len(names)], f"Q01-{number:03d}", secrets.token_bytes(32)
            public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
            known = {"code": code, "office": office, "counter": "Q01", "public_key": public, "enrolled_ms": now_ms}
            connection.execute(insert(tables.stations), known)
            there = {"station": code, "user": f"clerk-{office.lower()}", "failures": 0, "tried_ms": now_ms}
            connection.execute(insert(tables.sign_ins), {**there, "succeeded_ms": now_ms})
            work.append(_returning(code, seed, database.central_id, dossiers, office))
    return work


def _returning(code: str, seed: bytes, central_id: str, dossiers: int, office: str = "PC08-S0") -> Returning:
    import uuid_utils.compat
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from clerk_app.domain.dossier import Entry, Opened

    key, sealed = Ed25519PrivateKey.from_private_bytes(seed), list[wire.Sealed]()
    for number in range(dossiers):
        dossier = uuid_utils.compat.uuid7()
        opened = Opened("licence-exchange", "counter", f"T-{number}", office, "Q01", "2026.11", True)
        for what in (opened, record(number)[1]):
            entry = Entry(uuid_utils.compat.uuid7(), dossier, what, f"clerk-{office.lower()}", _now())
            previous = sealed[-1].digest if sealed else wire.FIRST
            sealed.append(wire.seal(wire.encode_entry(entry), code, len(sealed) + 1, previous, key.sign))
    batches = [sealed[at : at + BATCH] for at in range(0, len(sealed), BATCH)]
    return Returning(code, seed, central_id, batches)


def _sent(closing: ExitStack, room: Path, url: str, work: Sequence[Returning], kind: str) -> list[dict[str, Any]]:
    """What the processes tell, after all of them began together."""
    started = []
    for number in range(min(PROCESSES, len(work))):
        file = room / f"stations-{number}"
        file.write_bytes(pickle.dumps(work[number::PROCESSES]))
        command = [sys.executable, "-m", "bench.storm_stations", str(file), url, kind]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        closing.callback(_ended, process)
        started.append(process)
    for process in started:
        if _out(process).readline() != "ready\n":
            raise RuntimeError("the stations did not start")
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(_out(process).readline()) for process in started]


def _span(told: Sequence[dict[str, Any]]) -> float:
    return float(max(one["ended"] for one in told) - min(one["began"] for one in told))


def _peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _now() -> datetime:
    return datetime.now(HANOI)


def _out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def _ended(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=30)


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address."""
    server = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield server, json.loads(_out(server).readline())["listening"]
    finally:
        _ended(server)
