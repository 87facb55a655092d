"""Reading everything that is kept at a desk and naming what is not as it was written: `journal verify`.

The entries by their seals, chain and bodies; the rows beside them by theirs; what follows from the entries by making it
again; the newest of all by what lies outside the database. Nothing here writes, and nothing of a person is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from clerk_app import wire
from clerk_app.desk.ports import VerifyReport
from clerk_app.desk.soundness import OLDER
from clerk_app.domain.altered import Finding, Kind
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Refusal
from clerk_app.store import erasing, projections, seals
from clerk_app.store.database import HEAD, Database
from clerk_app.store.protection import SEALED
from clerk_app.store.witness import Witness
from clerk_app.wire import Sealed

_NEWEST = 64
"""Rows of each table whose seals are looked at when the desk opens."""
_DIFFERS = "its seal does not hold"
_UNSEALED = "it has no seal"


@contextmanager
def reading(connection: Connection) -> Iterator[Any]:
    """The driver's connection below, on which a text that is none is no error."""
    raw: Any = connection.connection.dbapi_connection
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield raw
    finally:
        raw.text_factory = before


def quick(database: Database) -> list[Finding]:
    """What shows in a moment: heads, sums, sizes, and the seals of the newest rows. Nothing but a damaged file raises
    `Refusal`.
    """
    with database.read() as connection, reading(connection) as raw:
        try:
            return frame(database, raw, newest=True)
        except raw.DatabaseError:
            return [_DAMAGED]


def frame(database: Database, raw: Any, newest: bool = False) -> list[Finding]:
    """What the seals over everything say, without reading the rows; with `newest` those of the latest rows too."""
    found: list[Finding] = []
    if [tuple(row) for row in raw.execute("SELECT version_num FROM alembic_version")] != [(HEAD,)]:
        found.append(Finding("alembic_version", "", "changed", "not the schema of this program"))
    layout, sums = database.seals.layout(raw), database.seals.sums(raw)
    for part, there in (("layout", layout), ("sums", sums)):
        if there is None:
            gone = raw.execute("SELECT 1 FROM seals WHERE part = ?", (part,)).fetchone() is None
            found.append(Finding("seals", part, "missing" if gone else "changed"))
    known = raw.execute("SELECT part FROM seals WHERE part NOT IN ('layout', 'sums')").fetchall()
    found += [Finding("seals", str(row[0])[:20], "extra") for row in known]
    if layout is not None:
        found += [Finding("schema", name, "changed") for name in database.seals.objects_changed(raw, layout)]
        found += [Finding(table, "", "changed", "it did not add up before an update") for table in layout.broken]
    if sums is not None:
        found += _outside(database, sums.revision)
        for table in SEALED:
            rows = int(raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            sealed = sums.tables.get(table, seals.Sum()).rows
            if rows != sealed:
                found.append(_count(table, rows, sealed))
    if _fact(raw, OLDER):
        found.append(Finding("desk.db", "", "older", "central has entries of this desk that are gone here"))
    if newest:
        for table in SEALED:
            found += _changed_rows(database, raw, table, f"ORDER BY t.rowid DESC LIMIT {_NEWEST}")
    return found


def _fact(raw: Any, name: str) -> str:
    row = raw.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row is not None else ""


def _count(table: str, rows: int, sealed: int) -> Finding:
    said = f"{rows} rows where {sealed} were written"
    return Finding(table, "", "missing" if rows < sealed else "extra", said)


def _outside(database: Database, revision: int) -> list[Finding]:
    """What the note beside the database knows of its revision."""
    name = database.mark.name
    try:
        noted = database.mark.read()
    except FileNotFoundError:
        return [Finding(name, "", "missing")]
    if noted is None:
        return [Finding(name, "", "changed")]
    if noted > revision:
        return [Finding("desk.db", "", "older", f"{noted - revision} changes came after it")]
    return []


def _changed_rows(database: Database, raw: Any, table: str, which: str = "") -> Iterator[Finding]:
    names = ", ".join(f't."{name}"' for name in seals.names_of(table))
    key = seals.key_of(table, "t.")
    found = raw.execute(
        f'SELECT {key}, s.seal, {names} FROM {table} t LEFT JOIN row_seals s ON s."table" = ? AND s."key" = {key} '
        f"{which}",
        (table,),
    )
    for row in found:
        if row[1] is None:
            yield Finding(table, _shown(row[0]), "extra", _UNSEALED)
        elif not _holds(database, table, row[2:], row[1]):
            yield Finding(table, _shown(row[0]), "changed", _DIFFERS)


def _holds(database: Database, table: str, values: Any, seal: object) -> bool:
    try:
        return bool(database.seals.digest(table, values) == seal)
    except UnicodeEncodeError:
        return False


def _shown(key: object) -> str:
    """An identity that may have been written over by anything."""
    text = str(key)
    return "".join(letter for letter in text[:120] if letter.isprintable() and letter.isascii())


def _sealed_tables(database: Database, raw: Any) -> Iterator[Finding]:
    """Every row beside the entries: changed, extra, missing; and each table as a whole."""
    sums = database.seals.sums(raw)
    for table in SEALED:
        named = list(_changed_rows(database, raw, table))
        keys = f"SELECT {seals.key_of(table)} FROM {table}"
        gone = raw.execute(
            f'SELECT "key" FROM row_seals WHERE "table" = ? AND "key" NOT IN ({keys}) ORDER BY "key"', (table,)
        ).fetchall()
        named += [Finding(table, _shown(row[0]), "missing") for row in gone]
        yield from named
        said = sums.tables.get(table, seals.Sum()) if sums is not None else None
        if not named and said is not None and seals.summed(raw, table) != said:
            rows = int(raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            kind: Kind = "older" if rows == said.rows else "missing" if rows < said.rows else "extra"
            yield Finding(table, "", kind, "each row has its seal, and together they do not add up")
    for table, row in sums.spoilt if sums is not None else ():
        yield Finding(table, _shown(row), "changed", "it was not what had been written when it was written over")
    known = ", ".join(f"'{table}'" for table in (*SEALED, "entries"))
    for row in raw.execute(f'SELECT "table", "key" FROM row_seals WHERE "table" NOT IN ({known})'):
        yield Finding("row_seals", _shown(f"{row[0]}/{row[1]}"), "extra")


@dataclass(slots=True)
class _Entries:
    """The chain of this desk, and what others sealed."""

    database: Database
    station: str
    public_key: bytes
    total: int = 0
    tails: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    own: dict[int, bytes] = field(default_factory=dict)
    _row_before: int = 0
    _order_key: bytes = b""
    _emptied: frozenset[str] = frozenset()

    def findings(self, raw: Any) -> Iterator[Finding]:
        self._order_key = erasing.order_key(_fact(raw, erasing.CENTRAL_KEYS))
        self._emptied = erasing.done_here(raw, self.station)
        names = ", ".join(f't."{name}"' for name in seals.names_of("entries"))
        found = raw.execute(
            f'SELECT {names}, s.seal FROM entries t LEFT JOIN row_seals s ON s."table" = \'entries\' AND s."key" = '
            f"{seals.key_of('entries', 't.')} ORDER BY t.station, t.n"
        )
        columns = seals.names_of("entries")
        for values in found:
            self.total += 1
            row = dict(zip(columns, values[:-1], strict=True))
            yield from self._broken(row, values[:-1], values[-1])
        keys = f"SELECT {seals.key_of('entries')} FROM entries"
        gone = f'SELECT "key" FROM row_seals WHERE "table" = \'entries\' AND "key" NOT IN ({keys})'
        for key in raw.execute(gone):
            yield Finding("entries", _shown(key[0]), "missing")
        yield from self._whole(raw)

    def _broken(self, row: Mapping[str, Any], values: Any, seal: object) -> Iterator[Finding]:
        station, n = row["station"], row["n"]
        where = _shown(f"{station}/{n}")
        kinds = {"id": bytes, "dossier": bytes, "station": str, "n": int, "body": bytes, "previous": bytes}
        kinds |= {"digest": bytes, "signature": bytes, "kind": str, "at": str}
        if not all(isinstance(row[name], kind) for name, kind in kinds.items()):
            yield Finding("entries", where, "changed", f"entry {n} of station {station}: altered, not what it was")
            return
        own = station == self.station
        yield from self._in_chain(row, own, where)
        if seal is not None and not _holds(self.database, "entries", values, seal):
            yield Finding("entries", where, "changed", f"entry {n} of station {station}: altered, {_DIFFERS}")
        elif seal is None and not own:
            yield Finding("entries", where, "extra", f"entry {n} of station {station}: {_UNSEALED}")
        if own:
            self.own[n] = row["dossier"]
            if seal is None:
                if row["row"] <= self._row_before:
                    yield Finding("entries", where, "changed", f"entry {n} of station {station}: not in its place")
                self._row_before = row["row"]
        try:
            entry = wire.decode_entry(row["body"])
        except wire.Unreadable:
            yield Finding("entries", where, "changed", f"entry {n} of station {station}: unreadable")
            return
        said = (entry.id.bytes, entry.dossier.bytes, type(entry.what).__name__, entry.at.isoformat())
        if said != (row["id"], row["dossier"], row["kind"], row["at"]):
            more = f"entry {n} of station {station}: its row does not belong to its body"
            yield Finding("entries", where, "changed", more)

    def _in_chain(self, row: Mapping[str, Any], own: bool, where: str) -> Iterator[Finding]:
        station, n, previous = row["station"], row["n"], row["previous"]
        said = f"entry {n} of station {station}"
        before, digest = self.tails.get(station, (0, wire.FIRST) if own else (n - 1, previous))
        if own and n != before + 1:
            missing = f"{before + 1}" if n == before + 2 else f"{before + 1}-{n - 1}"
            yield Finding(
                "entries", f"{station}/{missing}", "missing", f"{said}: {n - before - 1} before it are missing"
            )
        elif n == before + 1 and previous != digest:
            yield Finding("entries", where, "changed", f"{said}: does not follow the entry before it")
        sealed = Sealed(row["body"], station, n, previous, row["digest"], row["signature"])
        if row["digest"].hex() in self._emptied:
            # Central's order, and this desk's own record that it was carried out, stand for what the body said.
            intact = wire.erased_by(row["body"], self._order_key) is not None
            intact = intact and (not own or wire.check_emptied(sealed, self.public_key, self._order_key))
        else:
            intact = 0 < n < 2**31 and wire.digest_of(station, n, previous, row["body"]) == row["digest"]
            intact = intact and (not own or wire.check_seal(sealed, self.public_key))
        if not intact:
            yield Finding("entries", where, "changed", f"{said}: altered, its seal does not hold")
        self.tails[station] = (n, row["digest"])

    def _whole(self, raw: Any) -> Iterator[Finding]:
        """Entries of this desk lie one after the other, in the order in which they came."""
        layout, sums = self.database.seals.layout(raw), self.database.seals.sums(raw)
        newest, count = raw.execute('SELECT coalesce(max("row"), 0), count(*) FROM entries').fetchone()
        if layout is not None and newest - count != layout.unused:
            yield Finding("entries", "", "changed", "their places are not those in which they were written")
        if sums is not None and seals.summed(raw, "entries") != sums.tables.get("entries", seals.Sum()):
            yield Finding("entries", "", "changed", "the seals of entries of other desks do not add up")


def _witnessed(witness: Witness | None, own: Mapping[int, bytes], station: str) -> Iterator[Finding]:
    """What the note outside the database knows of the entries of this desk."""
    if witness is None:
        return
    last, noted = max(own, default=0), witness.last()
    if noted > last:
        row = f"{last + 1}-{noted}" if noted > last + 1 else f"{noted}"
        yield Finding("entries", f"{station}/{row}", "missing", "written here, and the newest of all")
    seen = witness.seen()
    foreign = [n for n, dossier in seen.items() if n in own and own[n] != dossier.bytes]
    if foreign:
        yield Finding("desk.tail", "", "changed", f"it knows {len(foreign)} entries otherwise")


def verify(
    database: Database,
    station: str,
    public_key: bytes,
    witness: Witness | None,
    replayed: Callable[[Connection], Mapping[UUID, Dossier]],
) -> VerifyReport:
    """Nothing altered, missing, extra or put back, and every projection as its entries say."""
    entries = _Entries(database, station, public_key)
    found: list[Finding] = []
    if not database.sound():
        found.append(_DAMAGED)
    with database.read() as connection, reading(connection) as raw:
        try:
            found += frame(database, raw)
            found += entries.findings(raw)
            found += _witnessed(witness, entries.own, station)
            found += _sealed_tables(database, raw)
            found += _projected(connection, raw, replayed)
        except raw.DatabaseError:
            # The rest cannot be read.
            found.append(_DAMAGED)
    once = tuple(_named_only(found))
    return VerifyReport(entries.total, len(entries.tails), not once, tuple(map(str, once)), once)


def _projected(
    connection: Connection, raw: Any, replayed: Callable[[Connection], Mapping[UUID, Dossier]]
) -> list[Finding]:
    try:
        fresh = replayed(connection)
    except (TypeError, ValueError, Refusal):
        return [Finding("dossiers", "", "changed", "cannot be compared before the entries are mended")]
    return projections.differences(raw, fresh)


_DAMAGED = Finding("desk.db", "", "changed", "the database file is damaged")


def _named_only(found: list[Finding]) -> Iterator[Finding]:
    """Each once, and without the counts of tables of which single rows are named."""
    named = {(one.table, one.kind) for one in found if one.row}
    for one in dict.fromkeys(found):
        if not one.row and (one.table, one.kind) in named:
            continue
        named.add((one.table, one.kind))
        yield one
