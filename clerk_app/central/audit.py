"""The record of what this program changed at central: append-only, in chains, each link signed with central's own key.

One chain, `CHANGES`, is of all tables that people and stations change now and then: for each row its digest before and
after. Each station has a chain of its own for what central said of its entries, so that offices do not wait for each
other. `audit_heads` says where each chain ends, and how many rows each table has. All is written in the transaction
that it is about. The key follows from the secret of the database: who can read that can forge, who cannot is seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from time import time
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Column, Connection, Delete, Engine, Insert, MetaData, Table, Update, event, insert, select
from sqlalchemy import update as updated

from clerk_app.carried import derived
from clerk_app.central.engines import take_lock
from clerk_app.central.protection import RECORDED, left_out

CHANGES = "changes"
FIRST = bytes(32)
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE_COUNTS = msgspec.msgpack.Decoder(dict[str, int]).decode
_OPEN = "audit"
RULING_BYTES = 16
"""How much of the digest of what central said of one entry is kept."""
_RULED = ("number", "id", "n", "office", "dossier", "received_ms", "accepted", "refusal", "digest")


class Change(msgspec.Struct, array_like=True, frozen=True):
    """One row: its table, the text that names it, its digest before and after. None where it was or is not there."""

    table: str
    row: str
    before: bytes | None
    after: bytes | None


class Changed(msgspec.Struct, frozen=True):
    """One link of `CHANGES`. With `columns` everything is stated anew, as it lay there when the schema was made or
    changed: which columns the digests cover, and which tables did not add up before.
    """

    rows: list[Change]
    columns: dict[str, list[str]] = {}
    broken: list[str] = []


class Ruled(msgspec.Struct, frozen=True):
    """One link of a station's chain: what central said of its entries from `first` on, one digest after another."""

    first: int
    rulings: bytes


@dataclass(slots=True)
class Pending:
    """What a transaction touched so far: for each table and row its digest before."""

    rows: dict[str, dict[tuple[Any, ...], bytes | None]] = field(default_factory=dict)


@lru_cache(maxsize=8)
def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """What this central signs with."""
    return Ed25519PrivateKey.from_private_bytes(derived(secret, b"sign"))


def signed(secret: bytes, text: bytes, signature: bytes) -> bool:
    """Whether this central signed that text."""
    try:
        signing_key(secret).public_key().verify(signature, text)
    except InvalidSignature:
        return False
    return True


def chain_of(station: str) -> str:
    """The chain of what central said of a station's entries."""
    return f"station {station}"


# ---- digests


def sealed_columns(table: Table) -> list[Column[Any]]:
    """The columns of a recorded table that its digests cover, in their order."""
    return [column for column in table.columns if column.name not in left_out(table.name)]


def digest_of(table: str, values: Sequence[Any]) -> bytes:
    """Of one row. Raises what no value of this program does: `TypeError`, `ValueError`."""
    return hashlib.sha256(_ENCODE((table, tuple(values)))).digest()


def ruling_of(station: str, row: Mapping[str, Any]) -> bytes:
    """Of what central said of one entry."""
    return hashlib.sha256(_ENCODE((station, *(row[name] for name in _RULED)))).digest()[:RULING_BYTES]


def named(key: Iterable[Any]) -> str:
    """The text that names a row by its primary key."""
    return "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)


def link_digest(chain: str, seq: int, at_ms: int, previous: bytes, body: bytes) -> bytes:
    """Of one link."""
    return hashlib.sha256(_ENCODE((chain, seq, at_ms, previous, hashlib.sha256(body).digest()))).digest()


def head_mark(chain: str, seq: int, digest: bytes, counts: bytes) -> bytes:
    """What is signed where a chain ends."""
    return _ENCODE(("head", chain, seq, digest, counts))


# ---- noticing


def listen(engine: Engine) -> None:
    """Notice what the transactions that were begun with `open_in` change in recorded tables."""
    event.listen(engine, "before_execute", _before)
    event.listen(engine, "after_execute", _after)


def _recorded(connection: Connection, table: Any) -> Pending | None:
    pending: Pending | None = connection.info.get(_OPEN)
    return pending if table.name in RECORDED else None


def _before(connection: Connection, statement: Any, many: Any, values: Any, _options: Any) -> None:
    if not isinstance(statement, Update | Delete) or (pending := _recorded(connection, statement.table)) is None:
        return
    table: Any = statement.table
    if isinstance(statement, Update):
        given = set(values) | {name for one in many for name in one}
        given |= {getattr(name, "name", name) for name in statement._values or ()}
        if given <= left_out(table.name):
            return
    key = list(table.primary_key.columns)
    # Held, so that it is still this when it is written over.
    there = select(*key, *sealed_columns(table)).with_for_update()
    if statement.whereclause is not None:
        there = there.where(statement.whereclause)
    touched = pending.rows.setdefault(str(table.name), {})
    for row in connection.execute(there).all():
        touched.setdefault(tuple(row[: len(key)]), digest_of(str(table.name), row[len(key) :]))


def _after(connection: Connection, statement: Any, many: Any, values: Any, _options: Any, result: Any) -> None:
    if not isinstance(statement, Insert) or (pending := _recorded(connection, statement.table)) is None:
        return
    table: Any = statement.table
    key = [column.name for column in table.primary_key.columns]
    touched = pending.rows.setdefault(str(table.name), {})
    several = [one for one in many if one]
    if len(several) > 1:
        keys = [tuple(one[name] for name in key) for one in several]
    else:
        keys = [tuple(result.inserted_primary_key)]
    for one in keys:
        touched.setdefault(one, None)


# ---- writing


def open_in(connection: Connection) -> None:
    """Begin to notice what this transaction changes."""
    connection.info[_OPEN] = Pending()


def forget(connection: Connection) -> None:
    """The transaction is over, whichever way."""
    connection.info.pop(_OPEN, None)


def close_in(connection: Connection, metadata: MetaData, secret: bytes) -> None:
    """Record what this transaction changed, right before it ends: nobody waits long for the lock of this."""
    pending: Pending | None = connection.info.pop(_OPEN, None)
    if pending is None or not pending.rows:
        return
    changes: list[Change] = []
    for name, touched in pending.rows.items():
        table = metadata.tables[name]
        for key, before in touched.items():
            this = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
            row = connection.execute(select(*sealed_columns(table)).where(*this)).first()
            after = None if row is None else digest_of(name, row)
            if after != before:
                changes.append(Change(name, named(key), before, after))
    if changes:
        take_lock(connection, "audit")
        _add(connection, metadata, secret, CHANGES, _ENCODE(Changed(changes)), _grown(changes))


def rule(connection: Connection, metadata: MetaData, secret: bytes, station: str, rows: Sequence[Any]) -> None:
    """Record what central says of these new entries of one station, in their order."""
    rulings = b"".join(ruling_of(station, row) for row in rows)
    body = _ENCODE(Ruled(rows[0]["n"], rulings))
    _add(connection, metadata, secret, chain_of(station), body, {"entries": len(rows)})


def begin(connection: Connection, metadata: MetaData, secret: bytes, broken: Sequence[str] = ()) -> None:
    """State everything as it lies here now, once its tables were made or changed."""
    entries, heads, audit_heads = (metadata.tables[name] for name in ("entries", "heads", "audit_heads"))
    changes = [
        Change(name, row, None, digest) for name in RECORDED for row, digest in lying(connection, metadata, name)
    ]
    counts = dict.fromkeys(RECORDED, 0) | _grown(changes)
    columns = {name: [str(one.name) for one in sealed_columns(metadata.tables[name])] for name in RECORDED}
    take_lock(connection, "audit")
    begun = set(connection.execute(select(audit_heads.c.chain)).scalars())
    stated = _ENCODE(Changed(changes, columns, sorted(broken)))
    _add(connection, metadata, secret, CHANGES, stated, lambda _before: counts)
    for station in sorted(set(connection.execute(select(heads.c.station)).scalars())):
        if chain_of(station) in begun:
            continue
        mine = select(*(entries.c[name] for name in _RULED)).where(entries.c.station == station).order_by(entries.c.n)
        rows = [row._mapping for row in connection.execute(mine)]
        if rows:
            rule(connection, metadata, secret, station, rows)


def lying(
    connection: Connection, metadata: MetaData, name: str, columns: Sequence[str] = ()
) -> list[tuple[str, bytes]]:
    """Name and digest of each row of a recorded table; of these columns of it, or of all that are sealed."""
    table = metadata.tables[name]
    key = list(table.primary_key.columns)
    chosen = [table.c[column] for column in columns] or sealed_columns(table)
    found = connection.execute(select(*key, *chosen))
    return [(named(row[: len(key)]), digest_of(name, row[len(key) :])) for row in found]


def _grown(changes: Iterable[Change]) -> dict[str, int]:
    more: dict[str, int] = {}
    for one in changes:
        more[one.table] = more.get(one.table, 0) + (one.before is None) - (one.after is None)
    return more


def _add(
    connection: Connection,
    metadata: MetaData,
    secret: bytes,
    chain: str,
    body: bytes,
    more: Mapping[str, int] | Callable[[Mapping[str, int]], Mapping[str, int]],
) -> None:
    links, ends = metadata.tables["audit"], metadata.tables["audit_heads"]
    head = connection.execute(select(ends).where(ends.c.chain == chain)).first()
    seq, previous, before = (head.seq + 1, head.digest, _DECODE_COUNTS(head.counts)) if head else (1, FIRST, {})
    if callable(more):
        counts = dict(more(before))
    else:
        counts = before | {name: before.get(name, 0) + count for name, count in more.items()}
    at_ms = int(time() * 1000)
    digest = link_digest(chain, seq, at_ms, previous, body)
    key = signing_key(secret)
    link = {"chain": chain, "seq": seq, "at_ms": at_ms, "previous": previous, "body": body, "digest": digest}
    connection.execute(insert(links), link | {"signature": key.sign(digest)})
    said = _ENCODE(counts)
    end = {"seq": seq, "digest": digest, "counts": said, "signature": key.sign(head_mark(chain, seq, digest, said))}
    if head:
        connection.execute(updated(ends).where(ends.c.chain == chain).values(end))
    else:
        connection.execute(insert(ends), {"chain": chain, **end})
