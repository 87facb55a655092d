"""Making a desk's database anew from what can be read of a damaged one.

The journal first, each entry proven by its own seal; then the other tables as far as they can be read; then the sheets
that lie in their folder. The damaged file is moved aside and never written to. What central has of the rest comes back
with the first delivery (`desk.rejoining`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from clerk_app import wire
from clerk_app.desk.people import NOTE as PEOPLE
from clerk_app.desk.salvaged import NOTE, Salvaged
from clerk_app.domain.dossier import Entry, PageArrived, PageMade, PageRead, sheets_of
from clerk_app.domain.oversight import CopiesRemoved
from clerk_app.domain.refusals import Refusal
from clerk_app.store import schema
from clerk_app.store.carving import Carver
from clerk_app.store.database import Database, raw_connection, translate
from clerk_app.store.keys import Keys
from clerk_app.store.rows import KEEP, row_of
from clerk_app.store.seals import Seals
from clerk_app.store.sheets import SheetStore
from clerk_app.store.witness import FILE as WITNESS
from clerk_app.store.witness import NOTHING, Mark, Witness
from clerk_app.wire import Sealed

_CARRIED = ("answers", "blocks", "drawn", "facts", "originals", "page_words", "sheets", "sheets_delivered", "users")
"""Tables that are read row by row. The rest is the journal, or follows from it."""
_NOT_FACTS = frozenset({"projections", NOTE})
_MOST_FAILURES = 400
"""Reads that fail before a table is given up: each opens the file anew."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Damaged:
    """A profile whose database is to be made anew, and who its station is."""

    profile: Path
    database: str
    keys: Keys
    station: str
    clock: Callable[[], datetime]


def salvage(damaged: Damaged) -> tuple[Salvaged, Path | None]:
    """Put a sound database in the place of the damaged one; what was saved, and where the damaged one lies now.

    It can be repeated at any point where it was stopped. Raises `Refusal` `DISK_FULL` and other `STORE_…`; then the
    damaged file is where it was.
    """
    path = damaged.profile / damaged.database
    work = damaged.profile / "salvage"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        record = _made(damaged, _sources(damaged, path), work)
        kept = _set_aside(damaged, path)
    except OSError as problem:
        raise translate(problem) from None
    for suffix in ("-wal", "-shm"):
        # A copy lies aside; here it would be taken for the log of the new file.
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    (work / damaged.database).replace(path)
    _witnessed(damaged, path)
    shutil.rmtree(work, ignore_errors=True)
    return record, kept


def _witnessed(damaged: Damaged, path: Path) -> None:
    """What is lost stays noted, before what is here: the newest note is that of the newest entry here."""
    witness = Witness(damaged.profile / WITNESS)
    with closing(Database(path, damaged.keys.database)) as database, database.read() as connection:
        E = schema.entries.c  # noqa: N806 - a table's columns, as everywhere here
        own = sa.select(E.n, E.dossier).where(E.station == damaged.station).order_by(E.n)
        here = {n: UUID(bytes=dossier) for n, dossier in connection.execute(own).all()}
    gone = {n: dossier for n, dossier in witness.seen().items() if n not in here}
    witness.begin_again([*gone.items(), *(here.items() or [NOTHING])])


def _sources(damaged: Damaged, path: Path) -> list[Path]:
    """The file; where it is gone, the one that a salvage that was stopped put aside, and what log there is still."""
    if path.exists():
        return [path]
    return [*sorted(damaged.profile.glob(f"damaged-*/{damaged.database}"))[-1:], path]


def _set_aside(damaged: Damaged, path: Path) -> Path | None:
    """Move the file into a folder of its own, where a copy of its log lies first: never is one without the other."""
    log = _log_of(path)
    if not path.exists() and not log.exists():
        return None
    folder = damaged.profile / f"damaged-{damaged.clock():%Y%m%d-%H%M%S-%f}"
    folder.mkdir()
    try:
        if log.exists():
            shutil.copyfile(log, folder / log.name)
            _on_disk(folder / log.name)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if path.exists():
        path.replace(folder / path.name)
    if os.name == "posix":
        _on_disk(folder)
        _on_disk(damaged.profile)
    return folder


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _on_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---- what is left


def _made(damaged: Damaged, sources: list[Path], work: Path) -> Salvaged:
    key, public_key = damaged.keys.database, damaged.keys.public_key()
    found = chain.from_iterable(Carver(source, key).entries() for source in sources)
    own, others = _journal(found, damaged.station, public_key)
    copy = next((_copied(source, work) for source in sources if source.exists()), None)
    tables, whole = _tables(copy, key)
    entries = _ordered(own, others, tables["answers"])
    witness = Witness(damaged.profile / WITNESS)
    seen = witness.seen()
    last = max([*own, *seen, witness.last()])
    lost = tuple((n, seen.get(n)) for n in range(1, last + 1) if n not in own)
    answered = {bytes(row["entry"]) for row in tables["answers"]}
    after = _sure(own, entries, answered)
    # Entries that no query finds are newer than the rows that queries find: as when the log has a bad frame in its
    # middle. Then numbers stand on paper that `drawn` does not know yet.
    current = copy is not None and _numbered(copy, key, damaged.station) == own.keys()
    closed = bool(lost) or not seen or not current or not {"blocks", "drawn"} <= whole
    noted = Mark((damaged.profile / damaged.database).with_suffix(".seal"), Seals(key).mark)
    with closing(Database(work / damaged.database, key)) as database:
        sheets = SheetStore(damaged.profile / "sheets", damaged.keys.sheets, database, damaged.clock)
        with database.write() as connection:
            _keep(connection, entries, tables, whole, closed)
            gone = _refile(connection, sheets, damaged, [entry for entry, sealed in entries if sealed.n in own])
            record = Salvaged(damaged.clock(), len(own), lost, gone, closed, not seen, after)
            connection.execute(schema.facts.insert(), {"name": NOTE, "value": record.noted()})
            database.seal_anew(connection, noted.revision())
    return record


def _journal(found: Iterable[Sealed], station: str, public_key: bytes) -> tuple[dict[int, Sealed], dict[UUID, Sealed]]:
    """Our own entries by number and those of others by identity: readable, and ours proven by our key."""
    own: dict[bytes, tuple[UUID, Sealed]] = {}
    others: dict[UUID, Sealed] = {}
    for sealed in found:
        if sealed.digest in own and sealed.station == station:
            # Seen again: in the order of the last sight what an old page has comes before what took its place.
            own[sealed.digest] = own.pop(sealed.digest)
            continue
        try:
            entry = wire.decode_entry(sealed.body)
        except wire.Unreadable:
            continue
        if sealed.station != station:
            others[entry.id] = sealed
        elif wire.check_seal(sealed, public_key):
            own[sealed.digest] = entry.id, sealed
    return _one_chain(own), others


def _one_chain(found: dict[bytes, tuple[UUID, Sealed]]) -> dict[int, Sealed]:
    """One entry for each number, and each entry once: followed back from the one that was seen last.

    Pages from before a rejoining have the same entries under the numbers and seals of then. `found` is by digest.
    """
    one_by_n: dict[int, Sealed] = {}
    kept: set[UUID] = set()
    for last in reversed(found):
        digest = last
        while digest in found:
            entry, sealed = found[digest]
            if sealed.n in one_by_n or entry in kept:
                break
            one_by_n[sealed.n] = sealed
            kept.add(entry)
            digest = sealed.previous
    return one_by_n


def _ordered(
    own: Mapping[int, Sealed], others: Mapping[UUID, Sealed], answers: list[dict[str, Any]]
) -> list[tuple[Entry, Sealed]]:
    """Everything that is kept, in central's order, what it does not know last.

    What others did is kept only with central's number; the rest is pulled again.
    """
    numbers = {bytes(row["entry"]): int(row["number"]) for row in answers}
    mine = [(wire.decode_entry(sealed.body), sealed) for _, sealed in sorted(own.items())]
    theirs = [(wire.decode_entry(sealed.body), sealed) for key, sealed in others.items() if numbers.get(key.bytes)]
    return sorted([*mine, *theirs], key=lambda one: (numbers.get(one[0].id.bytes) or 2**62, one[1].n))


def _sure(own: Mapping[int, Sealed], entries: list[tuple[Entry, Sealed]], answered: set[bytes]) -> int:
    """The number up to which every entry of ours is here, in one chain, with central's answer."""
    ids = {sealed.digest: entry.id.bytes for entry, sealed in entries}
    n, head = 0, wire.FIRST
    while (follows := own.get(n + 1)) is not None and follows.previous == head and ids[follows.digest] in answered:
        n, head = n + 1, follows.digest
    return n


def _copied(source: Path, work: Path) -> Path:
    """A copy with its log: opening would write the log into the file, so only a copy is opened."""
    copy = work / "copy.db"
    shutil.copyfile(source, copy)
    if _log_of(source).exists():
        shutil.copyfile(_log_of(source), _log_of(copy))
    return copy


def _tables(copy: Path | None, key: bytes) -> tuple[dict[str, list[dict[str, Any]]], set[str]]:
    """The rows of every carried table that can be read, and which tables are whole."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in _CARRIED}
    whole: set[str] = set()
    if copy is None:
        return found, whole
    for name in _CARRIED:
        reader = _Rows(copy, key, name)
        found[name] = list(reader.read())
        if reader.whole:
            whole.add(name)
    return found, whole


def _numbered(copy: Path, key: bytes, station: str) -> set[int] | None:
    """The running numbers of our entries that a query finds; None where it meets damage."""
    rows = _Rows(copy, key, "entries").asked("SELECT n FROM {} WHERE station = ?", (station,))
    return None if rows is None else {int(row["n"]) for row in rows}


class _Rows:
    """The rows of one table, past whatever cannot be read."""

    def __init__(self, path: Path, key: bytes, table: str) -> None:
        self._path = path
        self._key = key
        self._table = table
        self._failures = 0
        self.whole = False

    def read(self) -> Iterator[dict[str, Any]]:
        if self.asked("SELECT count(*) FROM sqlite_master", ()) is None:
            # Without the first page nobody knows where the tables are.
            return
        first = self.asked("SELECT min(rowid), max(rowid) FROM {}", ())
        if first is None:
            low, high = 1, 2**24
        elif first[0]["min(rowid)"] is None:
            self.whole = True
            return
        else:
            low, high = int(first[0]["min(rowid)"]), int(first[0]["max(rowid)"])
        ranges = [(low, high)]
        while ranges and self._failures < _MOST_FAILURES:
            low, high = ranges.pop()
            rows = self.asked("SELECT * FROM {} WHERE rowid BETWEEN ? AND ? ORDER BY rowid", (low, high))
            if rows is not None:
                yield from rows
            elif low < high:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]
        self.whole = not self._failures and not ranges

    def asked(self, statement: str, values: tuple[int | str, ...]) -> list[dict[str, Any]] | None:
        """The rows, or None where damage was met. After damage SQLCipher trusts a connection no more: each is new."""
        from sqlcipher3 import dbapi2

        try:
            with closing(raw_connection(self._path, self._key)) as connection:
                cursor = connection.execute(statement.format(self._table), values)
                names = [one[0] for one in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except (dbapi2.DatabaseError, UnicodeDecodeError):
            self._failures += 1
            return None


# ---- the new database


def _keep(
    connection: Connection,
    entries: list[tuple[Entry, Sealed]],
    tables: Mapping[str, list[dict[str, Any]]],
    whole: set[str],
    numbers_closed: bool,
) -> None:
    # Where one of the people here is lost, they are learned anew at the next contact.
    not_facts = _NOT_FACTS if "users" in whole else _NOT_FACTS | {PEOPLE}
    for at in range(0, len(entries), _AT_ONCE):
        connection.exec_driver_sql(KEEP, [row_of(entry, sealed) for entry, sealed in entries[at : at + _AT_ONCE]])
    kept = {entry.id.bytes for entry, _ in entries}
    for name in _CARRIED:
        rows = tables[name]
        if name == "answers":
            rows = [row for row in rows if bytes(row["entry"]) in kept]
        elif name == "facts":
            # What others did since the beginning is pulled again: which of it is missing here nobody can say.
            rows = [row | ({"value": "0"} if row["name"] == "cursor" else {}) for row in rows]
            rows = [row for row in rows if row["name"] not in not_facts]
        elif name in ("blocks", "drawn") and numbers_closed:
            rows = []
        _insert(connection, schema.metadata.tables[name], rows)
    connection.exec_driver_sql("INSERT INTO page_search (page_search) VALUES ('rebuild')")


def _insert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Rows of any schema this store ever had: columns that are no more stay behind, and so does what does not fit."""
    for row in rows:
        known = {name: value for name, value in row.items() if name in table.c}
        with suppress(DatabaseError):
            # A statement that fails leaves the transaction as it was.
            connection.execute(table.insert().prefix_with("OR IGNORE"), known)


def _refile(
    connection: Connection, sheets: SheetStore, damaged: Damaged, mine: list[Entry]
) -> tuple[tuple[str, UUID], ...]:
    """Write down which pages lie in the folder; those that our entries mention and that are gone or spoilt."""
    now = damaged.clock().isoformat()
    wanted: dict[str, UUID] = {}
    raw: dict[str, UUID] = {}
    for entry in mine:
        wanted |= dict.fromkeys(sheets_of(entry), entry.dossier)
        raw |= dict.fromkeys(originals_of(entry), entry.dossier)
    for entry in mine:
        if isinstance(entry.what, CopiesRemoved):
            # Central proved that it has them before they were removed here.
            for digest in entry.what.sheets:
                wanted.pop(digest, None)
    delivered = set(connection.execute(sa.select(schema.sheets_delivered.c.digest)).scalars())
    gone: list[tuple[str, UUID]] = []
    for digest, dossier in sorted(wanted.items()):
        size = _size(sheets, digest)
        if size is not None:
            row = {"digest": digest, "size_bytes": size, "at": now}
            connection.execute(schema.sheets.insert().prefix_with("OR IGNORE"), row)
        elif digest not in delivered:
            gone.append((digest, dossier))
    for digest, dossier in sorted(raw.items()):
        size = _size(sheets, digest)
        if size is not None:
            row = {"digest": digest, "dossier": dossier.bytes, "size_bytes": size, "at": now}
            connection.execute(schema.originals.insert().prefix_with("OR IGNORE"), row)
    return tuple(gone)


def originals_of(entry: Entry) -> frozenset[str]:
    """The digests of what arrived and stays at this desk, as far as this entry mentions them."""
    match entry.what:
        case PageArrived(page=page):
            return frozenset({page.sheet})
        case PageMade(original=original):
            return frozenset({original})
        case PageRead(reading=reading):
            return frozenset({reading})
        case _:
            return frozenset()


def _size(sheets: SheetStore, digest: str) -> int | None:
    try:
        data = sheets.get(digest)
    except Refusal:
        return None
    return len(data) if hashlib.sha256(data).hexdigest() == digest else None
