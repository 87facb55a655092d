"""ingest: batches of sealed entries into central on a durable PostgreSQL, beside the same rows written raw.

The cluster is one of our own with PostgreSQL's own settings (fsync, synchronous commit); 200 entries a batch, one
sender.
`ingest` is whole exchanges of a dozen entries through the register: seals checked, people, roles, numbers and the law
decided, answers made, audit and lists kept. `ingest (records)` is dossiers of 4 KB as push-dossiers has them, and
`ingest (HTTP)` the exchanges from a station to a central process. The peer is pgbench with one client, inserting
batches of the same rows, several rows a statement, into the same table with its indexes and constraints; the floor is psycopg's
binary COPY of the same batches. Neither knows what it writes.
"""

from __future__ import annotations

import re
import secrets
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bench.run import missing, row
from clerk_app import wire
from clerk_app.domain.calendar import HANOI

BATCH = 200
EXCHANGES = 150
RECORDS = 600
RUNS = 3
KINTO = "Kinto: not run here; 68 records/s were seen for it on a 2-core machine"
_COLUMNS = ("number", "id", "station", "n", "office", "dossier", "received_ms", "accepted", "refusal", "body")
_SEALING = ("previous", "digest", "signature")


def run() -> list[dict[str, Any]]:
    """Three rows: exchanges through the register, records of 4 KB, and exchanges by HTTP."""
    from tests.peers.postgres import Unavailable, binaries, cluster

    try:
        binaries()
    except Unavailable as why:
        return [missing("ingest", str(why))]
    with cluster("shared_buffers=128MB") as server, tempfile.TemporaryDirectory() as folder:
        bench = _Bench(server, Path(folder))
        with bench.central() as url:
            rounds = [[bench.once(name, url) for name in ("exchanges", "records", "http")] for _ in range(RUNS)]
    exchanges, records, http = (
        [statistics.median(column) for column in zip(*rates, strict=True)] for rates in zip(*rounds, strict=True)
    )
    against = {"at_least": 0.2, "against": "peer", "unit": "entries/s"}
    return [
        row(
            "ingest",
            exchanges[0],
            peer=exchanges[1],
            floor=exchanges[2],
            what=f"{EXCHANGES} whole exchanges through the register on PostgreSQL, {BATCH} entries a batch; "
            "peer: pgbench, floor: COPY of the same rows",
            not_measured=[KINTO],
            **against,  # type: ignore[arg-type]
        ),
        row(
            "ingest (records)",
            records[0],
            peer=records[1],
            floor=records[2],
            what=f"{RECORDS} dossiers of 4 KB, the same way",
            **against,  # type: ignore[arg-type]
        ),
        row(
            "ingest (HTTP)",
            http[0],
            peer=http[1],
            floor=http[2],
            what="the exchanges from one station to one central process, by HTTP",
            **against,  # type: ignore[arg-type]
        ),
    ]


@dataclass
class _Bench:
    """One PostgreSQL with one central, and as many stations as there were rounds."""

    server: Any
    room: Path

    @contextmanager
    def central(self) -> Iterator[str]:
        """The database of a central that also listens; its URL."""
        from tests.peers.central import CentralProcess

        url = self.server.database()
        self.process = CentralProcess(self.room / "central", database=url, blobs=str(self.room / "sheets"))
        self.process.start()
        try:
            yield url
        finally:
            self.process.close()

    def once(self, name: str, url: str) -> tuple[float, float, float]:
        """(ours, pgbench, COPY) in entries a second."""
        from clerk_app.central.database import open_database

        with closing(open_database(url)) as database:
            chain, station, uplink = self._station(database)
            _filled(chain, database, station, records=name == "records")
            sealed = chain.sealed
            batches = [sealed[at : at + BATCH] for at in range(0, len(sealed), BATCH)]
            if name == "http":
                uplink.push([])
                start = time.perf_counter()
                said = [answer for batch in batches for answer in uplink.push(batch).answers]
                taken = time.perf_counter() - start
            else:
                register = _register(database, self.room)
                start = time.perf_counter()
                said = [
                    answer for batch in batches for answer in register.take(wire.Batch(batch), station, _now()).answers
                ]
                taken = time.perf_counter() - start
            refused = {answer.code for answer in said if not answer.accepted}
            if len(said) != len(sealed) or refused:
                raise RuntimeError(f"{len(said)} of {len(sealed)} entries were answered, refused: {refused}")
            rows = _rows(database, station.code)
        count = len(rows)
        return count / taken, count / self._pgbench(rows), count / self._copied(rows)

    def _station(self, database: Any) -> tuple[Any, Any, Any]:
        from clerk_app.central.stations import find_station
        from tests.peers.counter import Chain

        chain = Chain(f"Q01-{secrets.token_hex(4)}")
        uplink = self.process.enrol(chain.station, "clerk", seed=chain.seed)
        with database.read() as connection:
            return chain, find_station(connection, chain.station), uplink

    def _raw_table(self) -> str:
        """A database with the same table, and nothing else."""
        from clerk_app.central.database import open_database

        url: str = self.server.database()
        open_database(url, practice=True).close()
        return url.replace("+psycopg", "")

    def _pgbench(self, rows: Sequence[tuple[Any, ...]]) -> float:
        """Seconds that pgbench takes for all rows, a batch a transaction."""
        from tests.peers.postgres import binaries

        url = self._raw_table()
        scripts: list[str] = []
        for at in range(0, len(rows), BATCH):
            values = ",".join(f"({','.join(map(_literal, one))})" for one in rows[at : at + BATCH])
            script = self.room / f"batch{at}.sql"
            script.write_text(f"INSERT INTO entries ({','.join(_COLUMNS + _SEALING)}) VALUES {values};\n", "ascii")
            scripts.append(str(script))
        # pgbench chooses among its scripts at random, and ours may each run once: one process a batch, and its own
        # clock, which leaves out that it starts and connects.
        taken = 0.0
        for script in scripts:
            command = [str(binaries() / "pgbench"), "-n", "-t", "1", "-f", script, url]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found = re.search(r"latency average = ([\d.]+) ms", said)
            if found is None:
                raise RuntimeError("pgbench did not say how long it took")
            taken += float(found[1]) / 1000
        return taken

    def _copied(self, rows: Sequence[tuple[Any, ...]]) -> float:
        """Seconds that COPY takes for all rows, a batch a transaction."""
        import psycopg

        types = ["int8", "uuid", "varchar", "int4", "varchar", "uuid", "int8", "bool", "bytea", "bytea"]
        with psycopg.connect(self._raw_table()) as connection:
            start = time.perf_counter()
            for at in range(0, len(rows), BATCH):
                names = ",".join(_COLUMNS + _SEALING)
                with connection.cursor().copy(f"COPY entries ({names}) FROM STDIN (FORMAT BINARY)".encode()) as copied:
                    copied.set_types([*types, "bytea", "bytea", "bytea"])
                    for one in rows[at : at + BATCH]:
                        copied.write_row(one)
                connection.commit()
            return time.perf_counter() - start


def _now() -> datetime:
    return datetime.now(HANOI)


def _register(database: Any, room: Path) -> Any:
    from clerk_app.central.law import PackedLaw
    from clerk_app.central.register import Register
    from clerk_app.central.sheets import open_sheets
    from tests.peers.counter import pack

    return Register(database, open_sheets(str(room / "sheets")), PackedLaw(pack()))


def _filled(chain: Any, database: Any, station: Any, records: bool) -> None:
    """Let it happen at the station, off the clock."""
    from bench.push_dossiers import record
    from clerk_app.central import blocks
    from tests.peers.counter import codes, exchange

    if records:
        for number in range(RECORDS):
            chain.happen(uuid4(), *record(number))
        return
    lent = {
        kind: blocks.lend(database, wire.BlockAsked(kind, EXCHANGES, uuid4()), station, _now())
        for kind in ("dossier", "receipt")
    }
    first = lent["receipt"].first
    for at, code in enumerate(codes(lent["dossier"], _now())):
        chain.happen(uuid4(), *exchange(code, f"{first + at:07d}", _now()))


def _rows(database: Any, station: str) -> list[tuple[Any, ...]]:
    """What central wrote for this station."""
    from sqlalchemy import select

    from clerk_app.central.database import entries

    columns = [entries.c[name] for name in _COLUMNS + _SEALING]
    with database.read() as connection:
        chosen = select(*columns).where(entries.c.station == station).order_by(entries.c.number)
        return [tuple(one) for one in connection.execute(chosen)]


def _literal(value: Any) -> str:
    """A value as SQL."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case bytes():
            return f"'\\x{value.hex()}'"
        case UUID() | str():
            return f"'{value}'"
        case _:
            raise TypeError(type(value).__name__)
