"""ingest: batches of sealed entries into central on a durable PostgreSQL, beside the same rows written raw.

The cluster is one of our own with PostgreSQL's own settings (fsync, synchronous commit); 200 entries a batch, one
sender. `ingest` is dossiers of 4 KB as push-dossiers has them, through the register: seals checked, people, roles and
every entry judged, answers made, audit and lists kept; `ingest (HTTP)` the same from a station to a central process.
`ingest (exchanges)` is whole exchanges of a dozen entries, each decided by central's own law; it has no goal and shows
what a real morning costs. The peer is pgbench with one client, inserting
the same batches, all rows of one in one statement, into the same table with its indexes and constraints; the floor is
psycopg's binary COPY of them. Neither knows what it writes.

What is compared is processor time of all processes that take part, PostgreSQL's too, for other programs run beside this
one; each of them waits for the others and for the disk, so that on a quiet machine the clock says the same.
"""

from __future__ import annotations

import os
import resource
import secrets
import statistics
import subprocess
import tempfile
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
from tests.peers.central import CentralProcess
from tests.peers.postgres import Postgres, Unavailable, binaries, cluster

BATCH = 200
EXCHANGES = 250
RECORDS = 1_000
RUNS = 3
KINTO = "Kinto: not run here; 68 records/s were seen for it on a 2-core machine"
_COLUMNS = {
    "number": "int8",
    "id": "uuid",
    "station": "varchar",
    "n": "int4",
    "office": "varchar",
    "dossier": "uuid",
    "received_ms": "int8",
    "accepted": "bool",
    "refusal": "bytea",
    "body": "bytea",
    "previous": "bytea",
    "digest": "bytea",
    "signature": "bytea",
}


def run() -> list[dict[str, Any]]:
    """Three rows: records of 4 KB through the register and by HTTP, and whole exchanges."""
    try:
        binaries()
    except Unavailable as why:
        return [missing("ingest", str(why))]
    with cluster("shared_buffers=128MB") as server, tempfile.TemporaryDirectory() as folder:
        bench = _Bench(server, Path(folder))
        with bench.central() as url:
            works = "records", "http", "exchanges"
            rounds = [[bench.once(name, url) for name in works] for _ in range(RUNS)]
    medians = [
        [statistics.median(column) for column in zip(*rates, strict=True)] for rates in zip(*rounds, strict=True)
    ]
    said = {
        "ingest": f"{RECORDS:,} dossiers of 4 KB through the register on PostgreSQL, {BATCH} entries a batch; "
        "peer: pgbench, floor: COPY of the same rows",
        "ingest (HTTP)": "the same from one station to one central process",
        "ingest (exchanges)": f"{EXCHANGES} whole exchanges of a dozen entries, each decided by central's own law",
    }
    return [
        row(
            name,
            ours,
            peer=pgbench,
            floor=copy,
            at_least=None if "exchanges" in name else 0.2,
            unit="entries per second of processor time",
            what=what,
            not_measured=[KINTO] if name == "ingest" else (),
        )
        for (name, what), (ours, pgbench, copy) in zip(said.items(), medians, strict=True)
    ]


@dataclass
class _Bench:
    """One PostgreSQL with one central, and as many stations as there were rounds."""

    server: Postgres
    room: Path

    @contextmanager
    def central(self) -> Iterator[str]:
        """The database of a central that also listens; its URL."""
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
            _filled(chain, database, station, records=name != "exchanges")
            batches = [chain.sealed[at : at + BATCH] for at in range(0, len(chain.sealed), BATCH)]
            register = _register(database, self.room)
            uplink.push([])
            before = self._spent()
            for batch in batches:
                if name == "http":
                    said = uplink.push(batch).answers
                else:
                    said = register.take(wire.Batch(batch), station, _now()).answers
                if not all(answer.accepted for answer in said) or len(said) != len(batch):
                    raise RuntimeError(f"refused: { ({answer.code for answer in said} - {''}) }")
            ours = self._spent() - before
            rows = [_rows(database, batch) for batch in batches]
        count = len(chain.sealed)
        return count / ours, count / self._pgbench(rows), count / self._copied(rows)

    def _spent(self) -> float:
        """Seconds of processor time so far: this process, what it started and collected, central, and PostgreSQL."""
        own = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        others = sum(map(_of_process, (self.process.pid, *_with_children(self.server.pid))))
        return sum(one.ru_utime + one.ru_stime for one in own) + others

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

    def _pgbench(self, batches: Sequence[Sequence[tuple[Any, ...]]]) -> float:
        """What pgbench spends on a transaction for each of these batches, without starting and connecting."""
        url, script = self._raw_table(), self.room / "batches.sql"
        names = ",".join(_COLUMNS)
        statements = [
            f"INSERT INTO entries ({names}) VALUES {','.join(f'({_literals(one)})' for one in rows)};\n"
            for rows in batches
        ]
        spent: list[float] = []
        for text in ("SELECT 1;\n", "".join(statements)):
            script.write_text(text, "ascii")
            command = [str(binaries() / "pgbench"), "-n", "-t", "1", "-f", str(script), url]
            before = self._spent()
            subprocess.run(command, capture_output=True, check=True)
            spent.append(self._spent() - before)
        return spent[1] - spent[0]

    def _copied(self, batches: Sequence[Sequence[tuple[Any, ...]]]) -> float:
        """What COPY spends on a transaction for each of these batches."""
        import psycopg

        copying = f"COPY entries ({','.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)".encode()
        with psycopg.connect(self._raw_table()) as connection:
            connection.execute("SELECT 1")
            before = self._spent()
            for rows in batches:
                with connection.cursor().copy(copying) as copied:
                    copied.set_types(list(_COLUMNS.values()))
                    for one in rows:
                        copied.write_row(one)
                connection.commit()
            return self._spent() - before


def _of_process(pid: int) -> float:
    """Seconds of processor time of a process and the children it has collected."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *map(int, children)]


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


def _rows(database: Any, batch: Sequence[wire.Sealed]) -> list[tuple[Any, ...]]:
    """What central wrote for this batch."""
    from sqlalchemy import select

    from clerk_app.central.database import entries

    of_it = (entries.c.station == batch[0].station) & entries.c.n.between(batch[0].n, batch[-1].n)
    with database.read() as connection:
        chosen = select(*(entries.c[name] for name in _COLUMNS)).where(of_it).order_by(entries.c.number)
        return [tuple(one) for one in connection.execute(chosen)]


def _literals(row: Sequence[Any]) -> str:
    return ",".join(map(_literal, row))


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
