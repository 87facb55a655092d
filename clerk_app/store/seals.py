"""Seals over the rows that no chain of signatures covers, so that what was written past this program is seen and named.

Each row has a keyed BLAKE2b digest (RFC 7693) in `row_seals`; the sum of a table's digests, modulo 2^256, stands in
`seals` with the number of its rows, for a row that goes together with its seal, or comes back with it, must show as
well (a multiset hash: Clarke et al., ASIACRYPT 2003). All sums are sealed together under a revision that grows with
every transaction. Temporary triggers on each connection of this program keep all this, whoever writes and however, in
the transaction that writes; another program has no such triggers. The key follows from that of the store (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import sqlalchemy as sa

from clerk_app.store import schema
from clerk_app.store.protection import SEALED

_MODULUS = 1 << 256
_ENCODE = msgspec.msgpack.Encoder().encode
_EVERY = (*SEALED, "entries")
_MOST_SPOILT = 200
_SUMS, _LAYOUT = "sums", "layout"
_INSIDE_INDEX = tuple(
    f"{index}_{part}" for index in ("search", "page_search") for part in ("data", "idx", "content", "docsize", "config")
)
_OBJECTS = "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


class Sum(msgspec.Struct):
    """How many rows of a table are sealed, and the sum of their digests."""

    rows: int = 0
    total: bytes = bytes(32)


class Sums(msgspec.Struct):
    """The seal over everything. `revision` grows by one with each transaction that changes something sealed.

    `spoilt` are rows, by table and key, that were not what was written when this program wrote them anew or took them
    out.
    """

    revision: int
    tables: dict[str, Sum]
    spoilt: list[tuple[str, str]] = []


class Layout(msgspec.Struct):
    """What only an update of the program changes.

    `columns` of each table are what its seals cover; `objects` are the digests of the statements that made tables,
    indexes and triggers; `unused` numbers of rows in `entries` were free when it was sealed; `broken` names the tables
    that did not add up when an update sealed them anew.
    """

    columns: dict[str, list[str]]
    objects: dict[str, str]
    unused: int
    broken: list[str]


class Tally:
    """What the transaction of one connection changed so far: for each table rows and digests, come less gone."""

    def __init__(self) -> None:
        self.changed: dict[str, list[int]] = {}
        self.spoilt: list[tuple[str, str]] = []
        self.unsure = False
        """A statement failed, and what it did before it did so was counted and undone."""
        self.revision = 0

    def clear(self) -> None:
        """The transaction is over."""
        self.changed.clear()
        self.spoilt.clear()
        self.unsure = False


class Seals:
    """Makes and reads the seals of one store."""

    def __init__(self, key: bytes) -> None:
        """`key` opens the database."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        self._key = HKDF(SHA256(), 32, None, b"quay desk seals").derive(key)

    # ---- writing

    def attach(self, connection: Any) -> Tally:
        """Let this connection of the driver seal what it writes from now on."""
        tally = Tally()
        changed, key = tally.changed, self._key

        def come(table: str, *values: Any) -> bytes:
            digest = hashlib.blake2b(_ENCODE((table, values)), digest_size=32, key=key).digest()
            count = changed.get(table)
            if count is None:
                count = changed[table] = [0, 0]
            count[0] += 1
            count[1] += int.from_bytes(digest, "big")
            return digest

        def drop(table: str, seal: Any) -> None:
            count = changed.setdefault(table, [0, 0])
            if isinstance(seal, bytes) and len(seal) == 32:
                count[0] -= 1
                count[1] -= int.from_bytes(seal, "big")

        def gone(table: str, row: str, seal: Any, *values: Any) -> None:
            digest = hashlib.blake2b(_ENCODE((table, values)), digest_size=32, key=key).digest()
            if digest != seal:
                tally.spoilt.append((table, str(row)))
            drop(table, seal)

        def new(table: str, row: str, seal: Any, *values: Any) -> bytes:
            if seal is not None:
                # One of this name was taken out behind our back.
                tally.spoilt.append((table, str(row)))
                drop(table, seal)
            return come(table, *values)

        connection.create_function("seal_new", -1, new)
        connection.create_function("seal_come", -1, come)
        connection.create_function("seal_gone", -1, gone)
        for statement in _TRIGGERS:
            connection.execute(statement)
        return tally

    def keep(self, connection: Any, tally: Tally) -> None:
        """Write the sums before the transaction ends. What does not hold is left as it is: it must be seen for ever."""
        sums = self._opened(connection, _SUMS, Sums)
        if sums is None:
            return
        for table, (rows, total) in tally.changed.items():
            one = sums.tables.setdefault(table, Sum())
            if tally.unsure:
                sums.tables[table] = summed(connection, table)
            else:
                one.rows += rows
                one.total = ((int.from_bytes(one.total, "big") + total) % _MODULUS).to_bytes(32, "big")
        sums.spoilt = list(dict.fromkeys([*sums.spoilt, *tally.spoilt]))[:_MOST_SPOILT]
        sums.revision += 1
        tally.revision = sums.revision
        self._close(connection, _SUMS, sums)

    def begin(self, connection: Any, revision: int = 0, broken: Sequence[str] = ()) -> int:
        """Seal everything that is here, in the transaction of the caller; the revision it has then."""
        connection.execute("DELETE FROM row_seals")
        sums = Sums(revision + 1, {})
        for table in _EVERY:
            self._seal_all(connection, table)
            sums.tables[table] = summed(connection, table)
        newest, count = connection.execute('SELECT coalesce(max("row"), 0), count(*) FROM entries').fetchone()
        columns = {table: names_of(table) for table in _EVERY}
        layout = Layout(columns, self._objects(connection), newest - count, list(broken))
        self._close(connection, _LAYOUT, layout)
        self._close(connection, _SUMS, sums)
        return sums.revision

    def reorder(self, connection: Any) -> None:
        """After entries changed their places: seal all of them, where they lie now. In the transaction of the caller,
        whose tally counts them.
        """
        layout = self._opened(connection, _LAYOUT, Layout)
        if layout is None:
            return
        connection.execute(_SEAL_ENTRIES)
        newest, count = connection.execute('SELECT coalesce(max("row"), 0), count(*) FROM entries').fetchone()
        layout.unused = newest - count
        self._close(connection, _LAYOUT, layout)

    def _seal_all(self, connection: Any, table: str) -> None:
        names = names_of(table)
        rows = connection.execute(f"SELECT {key_of(table)}, {_columns(names)} FROM {table}").fetchall()
        sealed = [(table, row[0], self.digest(table, row[1:])) for row in rows]
        connection.executemany("INSERT INTO row_seals VALUES (?, ?, ?)", sealed)

    # ---- reading

    def digest(self, table: str, values: Sequence[Any]) -> bytes:
        """The seal of one row. Raises `UnicodeEncodeError` for what this program cannot have written."""
        return hashlib.blake2b(_ENCODE((table, tuple(values))), digest_size=32, key=self._key).digest()

    def sums(self, connection: Any) -> Sums | None:
        """The sums, if they hold."""
        found: Sums | None = self._opened(connection, _SUMS, Sums)
        return found

    def layout(self, connection: Any) -> Layout | None:
        """The layout, if its seal holds."""
        found: Layout | None = self._opened(connection, _LAYOUT, Layout)
        return found

    def objects_changed(self, connection: Any, layout: Layout) -> Iterator[str]:
        """The tables, indexes and triggers that were added, taken away or made otherwise."""
        now = self._objects(connection)
        for name in sorted(now.keys() | layout.objects.keys()):
            if now.get(name) != layout.objects.get(name):
                yield name

    def broken(self, connection: Any) -> list[str]:
        """The tables that do not add up, by the columns that their seals cover: asked before an update seals anew."""
        layout, sums = self.layout(connection), self.sums(connection)
        if layout is None or sums is None:
            return ["seals"]
        wrong = list(layout.broken)
        for table, names in layout.columns.items():
            rows = f"SELECT {key_of(table)}, {_columns(names)} FROM {table}"
            if table == "entries":
                rows += ' JOIN row_seals s ON s."table" = \'entries\' AND s."key" = hex(id)'
            count = total = 0
            for row in connection.execute(rows):
                count += 1
                total += int.from_bytes(self.digest(table, row[1:]), "big")
            said = sums.tables.get(table, Sum())
            if (count, total % _MODULUS) != (said.rows, int.from_bytes(said.total, "big")):
                wrong.append(table)
        return sorted(set(wrong))

    def mark(self, revision: int) -> bytes:
        """What proves, outside the database, that it had this revision."""
        return hashlib.blake2b(revision.to_bytes(8, "big"), digest_size=32, key=self._key, person=b"mark").digest()

    # ---- the two parts

    def _opened(self, connection: Any, part: str, kind: type[Any]) -> Any:
        row = connection.execute("SELECT body, seal FROM seals WHERE part = ?", (part,)).fetchone()
        if row is None or not isinstance(row[0], bytes) or not isinstance(row[1], bytes):
            return None
        if not hmac.compare_digest(row[1], self._part(part, row[0])):
            return None
        with suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(row[0], type=kind)
        return None

    def _close(self, connection: Any, part: str, value: Sums | Layout) -> None:
        body = _ENCODE(value)
        connection.execute("INSERT OR REPLACE INTO seals VALUES (?, ?, ?)", (part, body, self._part(part, body)))

    def _part(self, part: str, body: bytes) -> bytes:
        return hashlib.blake2b(body, digest_size=32, key=self._key, person=part.encode()).digest()

    def _objects(self, connection: Any) -> dict[str, str]:
        found = connection.execute(_OBJECTS)
        return {
            name: hashlib.sha256(str(sql).encode()).hexdigest()[:16] for name, sql in found if name not in _INSIDE_INDEX
        }


def names_of(table: str) -> list[str]:
    """The columns of a table, in the order in which they are sealed."""
    return [str(column.name) for column in schema.metadata.tables[table].columns]


def key_of(table: str, of: str = "") -> str:
    """The text that names a row of a table in `row_seals`, as SQL; `of` is `OLD.` or `NEW.` in a trigger."""
    made = schema.metadata.tables[table]
    columns = [made.c.id] if table == "entries" else list(made.primary_key.columns)
    parts = [
        f'hex({of}"{one.name}")' if isinstance(one.type, sa.LargeBinary) else f'CAST({of}"{one.name}" AS TEXT)'
        for one in columns
    ]
    return " || '/' || ".join(parts)


def _columns(names: Sequence[str], of: str = "") -> str:
    return ", ".join(f'{of}"{name}"' for name in names)


def summed(connection: Any, table: str) -> Sum:
    """What the seals of a table's rows add up to."""
    rows = connection.execute('SELECT seal FROM row_seals WHERE "table" = ?', (table,)).fetchall()
    total = sum(int.from_bytes(row[0], "big") for row in rows) % _MODULUS
    return Sum(len(rows), total.to_bytes(32, "big"))


def _made(table: str) -> Iterator[str]:
    names = names_of(table)
    old, new = key_of(table, "OLD."), key_of(table, "NEW.")
    values, keep = _columns(names, "NEW."), f"INSERT OR REPLACE INTO row_seals VALUES ('{table}', {new}, "
    there = f'(SELECT seal FROM row_seals WHERE "table" = \'{table}\' AND "key" = {new})'
    first = f"{keep}seal_new('{table}', {new}, {there}, {values}));"
    come = f"{keep}seal_come('{table}', {values}));"
    its = f'"table" = \'{table}\' AND "key" = {old}'
    gone = (
        f"SELECT seal_gone('{table}', {old}, (SELECT seal FROM row_seals WHERE {its}), {_columns(names, 'OLD.')}); "
        f"DELETE FROM row_seals WHERE {its};"
    )
    sealed = f'WHEN EXISTS (SELECT 1 FROM row_seals WHERE "table" = \'entries\' AND "key" = {old}) '
    when = sealed if table == "entries" else ""
    if table != "entries":
        yield f"CREATE TEMP TRIGGER seal_{table}_come AFTER INSERT ON {table} BEGIN {first} END"
    yield f"CREATE TEMP TRIGGER seal_{table}_change AFTER UPDATE ON {table} {when}BEGIN {gone} {come} END"
    yield f"CREATE TEMP TRIGGER seal_{table}_gone AFTER DELETE ON {table} {when}BEGIN {gone} END"


_TRIGGERS = tuple(statement for table in _EVERY for statement in _made(table))

_COME = f"seal_come('entries', {_columns(names_of('entries'))})"

SEAL_ENTRY = f"INSERT INTO row_seals SELECT 'entries', {key_of('entries')}, {_COME} FROM entries WHERE id = ?"
"""Seals the entry of another desk, whose signature nobody here can check."""

_SEAL_ENTRIES = (
    f"INSERT INTO row_seals SELECT 'entries', {key_of('entries')}, {_COME} FROM entries "
    f'WHERE {key_of("entries")} NOT IN (SELECT "key" FROM row_seals WHERE "table" = \'entries\')'
)
