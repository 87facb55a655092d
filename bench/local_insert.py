"""local-insert: rows into our encrypted store, against the same rows written by bare sqlcipher3 and by stdlib sqlite3.

Two rows. `local-insert` is the store alone: 100,000 sealed entries in one transaction, as they arrive in bulk.
`local-insert (journal)` is what a counter does: a dossier a transaction, ten happenings each, encoded, signed, chained
and projected by us, while the others only write the finished rows in the same transactions, each durable.
That row has no goal of its own: sealing is work the others do not do. It shows what a counter waits for.
Same schema, same indexes and triggers, same pragmas, same disk, a fresh file each time.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bench.run import row
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import FieldsEntered, Happening, Opened, PaperMarked

ROWS = 100_000
DOSSIERS = 1_000
RUNS = 3
KEY = bytes(range(32))
ENTRY = ("id", "dossier", "kind", "station", "n", "at", "body", "previous", "digest", "signature")
_INSERT = f"INSERT INTO entries ({', '.join(ENTRY)}) VALUES ({', '.join('?' * len(ENTRY))})"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)

Connect = Callable[[Path], Any]


def run() -> list[dict[str, Any]]:
    """Two rows: the store, and the journal above it."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        schema = _schema(room)
        return [_bulk(room, schema), _journal(room, schema)]


def _bulk(room: Path, schema: Sequence[str]) -> dict[str, Any]:
    rows = _entries(ROWS)

    def ours(file: Path) -> float:
        from clerk_app.store.database import Database
        from clerk_app.store.journal import KEEP

        database = Database(file, KEY)
        start = time.perf_counter()
        with database.write() as connection:
            connection.exec_driver_sql(KEEP, rows)
        taken = time.perf_counter() - start
        database.close()
        return taken

    def bare(connect: Connect) -> Callable[[Path], float]:
        return lambda file: _written(connect, file, schema, [[(_INSERT, rows)]])

    times = _alternated(room, {"ours": ours, "peer": bare(_sqlcipher), "floor": bare(_stdlib)})
    return row(
        "local-insert",
        times["ours"],
        peer=times["peer"],
        floor=times["floor"],
        at_most=1.3,
        what=f"{ROWS:,} sealed entries through the store; peer: bare sqlcipher3; floor: stdlib sqlite3, in clear",
    )


def _journal(room: Path, schema: Sequence[str]) -> dict[str, Any]:
    groups: list[list[tuple[str, list[Sequence[Any]]]]] = []

    def ours(file: Path) -> float:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from clerk_app.store.database import Database
        from clerk_app.store.journal import SealedJournal

        key = Ed25519PrivateKey.from_private_bytes(KEY)
        database = Database(file, KEY)
        journal = SealedJournal(database, "Q05", key.sign, key.public_key().public_bytes_raw())
        work = [(UUID(int=number + 1), _happenings(number)) for number in range(DOSSIERS)]
        start = time.perf_counter()
        for dossier, what in work:
            journal.append(dossier, what, "clerk", AT)
        taken = time.perf_counter() - start
        if not groups:
            groups.extend(_groups(database))
        database.close()
        return taken

    def bare(connect: Connect) -> Callable[[Path], float]:
        return lambda file: _written(connect, file, schema, groups)

    times = _alternated(room, {"ours": ours, "peer": bare(_sqlcipher), "floor": bare(_stdlib)})
    return row(
        "local-insert (journal)",
        times["ours"],
        peer=times["peer"],
        floor=times["floor"],
        what=f"{DOSSIERS:,} dossiers of ten happenings, one durable transaction each, sealed and projected",
    )


def _alternated(room: Path, works: dict[str, Callable[[Path], float]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(RUNS):
        for name, work in works.items():
            file = room / f"{name}-{turn}.db"
            times[name].append(work(file) * 1000)
            for part in room.glob(f"{file.name}*"):
                part.unlink()
    return {name: statistics.median(taken) for name, taken in times.items()}


def _written(
    connect: Connect, file: Path, schema: Iterable[str], groups: Iterable[Iterable[tuple[str, Sequence[Any]]]]
) -> float:
    connection = connect(file)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA temp_store = MEMORY")
    for statement in schema:
        connection.execute(statement)
    start = time.perf_counter()
    for group in groups:
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in group:
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
    taken = time.perf_counter() - start
    connection.close()
    return taken


def _sqlcipher(file: Path) -> Any:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(file), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    return connection


def _stdlib(file: Path) -> Any:
    return sqlite3.connect(file, isolation_level=None)


def _schema(room: Path) -> list[str]:
    """The statements that make our tables, as our own store wrote them down."""
    from clerk_app.store.database import Database

    database = Database(room / "schema.db", KEY)
    with database.read() as connection:
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' "
            "AND name NOT LIKE 'search_%' AND name NOT LIKE 'page_search_%' AND name <> 'alembic_version' "
            "ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END"
        ).all()
    database.close()
    return [sql for (sql,) in made]


def _groups(database: Any) -> list[list[tuple[str, list[Sequence[Any]]]]]:
    """What the journal wrote, as finished rows, a group for each transaction."""
    groups: dict[bytes, list[tuple[str, list[Sequence[Any]]]]] = {}
    with database.read() as connection:
        for table in ("entries", "dossiers", "search"):
            found = connection.exec_driver_sql(f"SELECT * FROM {table}")
            names = list(found.keys())
            holds = "id" if table == "dossiers" else "dossier"
            columns = ", ".join(f'"{name}"' for name in names)
            insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})"
            rows: dict[bytes, list[Sequence[Any]]] = {}
            for one in found:
                rows.setdefault(bytes(one._mapping[holds]), []).append(tuple(one))
            for dossier, held in rows.items():
                groups.setdefault(dossier, []).append((insert, held))
    return list(groups.values())


def _entries(count: int) -> list[Sequence[Any]]:
    from clerk_app import wire
    from clerk_app.domain.dossier import Entry
    from clerk_app.store.journal import new_id

    made: list[Sequence[Any]] = []
    previous = wire.FIRST
    for number in range(1, count + 1):
        dossier = UUID(int=number // 10 + 1)
        typed = MappingProxyType({"applicant.phone": f"09{number:08d}", "reason": "Sắp hết hạn"})
        what = FieldsEntered(typed, "identity")
        entry = Entry(new_id(), dossier, what, "clerk", AT)
        body = wire.encode_entry(entry)
        digest = os.urandom(32)
        made.append(
            (
                entry.id.bytes,
                dossier.bytes,
                "FieldsEntered",
                "Q05",
                number,
                AT.isoformat(),
                body,
                previous,
                digest,
                os.urandom(64),
            )
        )
        previous = digest
    return made


def _happenings(number: int) -> list[Happening]:
    def typed(**values: str) -> FieldsEntered:
        named = {f"applicant.{name}": text for name, text in values.items()}
        return FieldsEntered(MappingProxyType(named), "identity", "applicant.name")

    return [
        Opened("licence-exchange", "counter", f"T-Q05-{number:05d}", "PC08-HN", "Q05", "2026.11.1"),
        typed(name="TRẦN MINH QUÂN", number=f"001090{number:06d}"),
        typed(residence=f"Số {number}, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội"),
        typed(phone=f"09{number:08d}"),
        typed(born="1990-08-14", sex="M"),
        typed(expires="2030-08-14"),
        *[PaperMarked(paper, "seen") for paper in ("DON", "GKSK", "GPLX_CU", "CC")],
    ]
