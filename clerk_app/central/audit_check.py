"""Whether central's tables are as the record of their changes says: what was changed, taken out or put in past it."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from sqlalchemy import Connection, MetaData, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central.audit import (
    CHANGES,
    FIRST,
    RULING_BYTES,
    Changed,
    Ruled,
    chain_of,
    head_mark,
    link_digest,
    lying,
    ruling_of,
    signing_key,
)
from clerk_app.central.protection import RECORDED
from clerk_app.domain.altered import Finding, Kind

_AT_ONCE = 500
_MOST_LINKS = 2000
_MOST_ROWS = 20_000
_MOST_STATIONS = 200
_NEWEST = 64
_PAST = "written past this program"
_UNREADABLE = (SQLAlchemyError, ValueError, TypeError, AttributeError)
"""What reading a row raises into which somebody wrote what no column of its kind holds."""


@dataclass(slots=True)
class Record:
    """All that is recorded, folded: the digest of each row, and what was said of each entry."""

    rows: dict[tuple[str, str], bytes] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    rulings: dict[str, bytearray] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def ruling(self, station: str, row: Any) -> Finding | None:
        """What is wrong with what central is said to have said of an entry. One chain that is missing is told once."""
        said = self.rulings.get(station)
        if said is None:
            return None
        kept = bytes(said[(row.n - 1) * RULING_BYTES : row.n * RULING_BYTES])
        where = f"{station}/{row.n}"
        if not kept.strip(b"\0"):
            return Finding("entries", where, "extra", "not in the record")
        try:
            holds = hmac.compare_digest(kept, ruling_of(station, row._mapping))
        except (TypeError, ValueError):
            holds = False
        return None if holds else Finding("entries", where, "changed", "not what central recorded of it")

    def beyond(self, tails: dict[str, int]) -> Iterator[Finding]:
        """The entries at the ends of chains that are recorded and gone."""
        for station, said in self.rulings.items():
            last, there = len(said) // RULING_BYTES, tails.get(station, 0)
            if last > there:
                row = f"{there + 1}-{last}" if last > there + 1 else f"{last}"
                yield Finding("entries", f"{station}/{row}", "missing", "recorded, and gone")


def read(connection: Connection, metadata: MetaData, secret: bytes, only: str = "") -> Record:
    """The record, link by link, with what is wrong with it; of one chain with `only`."""
    links = metadata.tables["audit"]
    record = Record()
    ends = {row.chain: row for row in connection.execute(select(metadata.tables["audit_heads"]))}
    tails: dict[str, tuple[int, bytes]] = {}
    chosen = select(links).order_by(links.c.chain, links.c.seq)
    if only:
        chosen = chosen.where(links.c.chain == only)
        ends = {chain: row for chain, row in ends.items() if chain == only}
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(chosen):
        seq, head = tails.get(row.chain, (0, FIRST))
        where = f"{row.chain}/{row.seq}"
        if row.seq != seq + 1:
            record.findings.append(Finding("audit", where, "missing", f"{row.seq - seq - 1} links before it"))
        if not _holds(row, head if row.seq == seq + 1 else row.previous, secret):
            record.findings.append(Finding("audit", where, "changed", "its signature or place does not hold"))
        tails[row.chain] = row.seq, row.digest
        _fold(record, row.chain, row.body, where)
    for chain in sorted(ends.keys() | tails.keys() | ({CHANGES} if not only else set())):
        record.findings += _ended(chain, ends.get(chain), tails.get(chain), secret)
    return record


def _holds(row: Any, previous: bytes, secret: bytes) -> bool:
    try:
        if row.previous != previous:
            return False
        if row.digest != link_digest(row.chain, row.seq, row.at_ms, row.previous, row.body):
            return False
        signing_key(secret).public_key().verify(row.signature, row.digest)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _ended(chain: str, end: Any, tail: tuple[int, bytes] | None, secret: bytes) -> Iterator[Finding]:
    if end is None:
        yield Finding("audit_heads", chain, "missing")
        return
    try:
        signing_key(secret).public_key().verify(end.signature, head_mark(chain, end.seq, end.digest, end.counts))
    except (InvalidSignature, TypeError, ValueError):
        yield Finding("audit_heads", chain, "changed", "its signature does not hold")
        return
    if tail is None or tail[0] < end.seq:
        yield Finding("audit", f"{chain}/{end.seq}", "missing", "the newest of the record")
    elif tail != (end.seq, end.digest):
        yield Finding("audit_heads", chain, "older", "the record goes on after it")


def _fold(record: Record, chain: str, body: Any, where: str) -> None:
    try:
        if chain != CHANGES:
            ruled = msgspec.msgpack.decode(body, type=Ruled)
            said = record.rulings.setdefault(chain.partition(" ")[2], bytearray())
            at = (ruled.first - 1) * RULING_BYTES
            said.extend(bytes(max(0, at - len(said))))
            said[at:] = ruled.rulings
            return
        changed = msgspec.msgpack.decode(body, type=Changed)
    except (msgspec.MsgspecError, TypeError, ValueError):
        record.findings.append(Finding("audit", where, "changed", "unreadable"))
        return
    if changed.columns:
        record.rows.clear()
        record.columns = changed.columns
        record.findings += [Finding(table, "", "changed", "before the schema was updated") for table in changed.broken]
    for one in changed.rows:
        key = one.table, one.row
        if record.rows.get(key) != one.before and not changed.columns:
            record.findings.append(Finding(*key, "changed", "not what was recorded, when it was written over"))
        if one.after is None:
            record.rows.pop(key, None)
        else:
            record.rows[key] = one.after


def compared(connection: Connection, metadata: MetaData, record: Record) -> Iterator[Finding]:
    """Every recorded table against the record, row by row."""
    for table in RECORDED:
        said = {row: digest for (name, row), digest in record.rows.items() if name == table}
        try:
            there = lying(connection, metadata, table, record.columns.get(table, ()))
        except _UNREADABLE:
            yield Finding(table, "", "changed", "it cannot be read")
            continue
        for row, digest in there:
            kept = said.pop(row, None)
            if kept != digest:
                kind: Kind = "extra" if kept is None else "changed"
                yield Finding(table, row, kind, _PAST)
        yield from (Finding(table, row, "missing", "recorded, and gone") for row in sorted(said))


def broken(connection: Connection, metadata: MetaData) -> list[str]:
    """The tables that do not match the record by the columns that it covers: asked before the schema is changed."""
    if "audit" not in inspect(connection).get_table_names():
        return []
    facts = metadata.tables["facts"]
    secret = connection.execute(select(facts.c.value).where(facts.c.name == "secret")).scalar() or ""
    try:
        record = read(connection, metadata, bytes.fromhex(secret), CHANGES)
    except ValueError:
        return ["facts"]
    found = [*record.findings, *compared(connection, metadata, record)]
    return sorted({one.table for one in found})


def quick(connection: Connection, metadata: MetaData, secret: bytes) -> list[Finding]:
    """What shows in moments, whatever central holds: ends and counts of everything, the rows too where they are few."""
    links, heads, entries = (metadata.tables[name] for name in ("audit", "heads", "entries"))
    ends_of = metadata.tables["audit_heads"]
    found: list[Finding] = []
    end = connection.execute(select(ends_of).where(ends_of.c.chain == CHANGES)).first()
    found += _ended(CHANGES, end, (end.seq, end.digest) if end else None, secret)
    if end is None or found:
        return found
    counts = msgspec.msgpack.decode(end.counts, type=dict[str, int])
    if end.seq <= _MOST_LINKS and sum(counts.values()) <= _MOST_ROWS:
        record = read(connection, metadata, secret, CHANGES)
        found += record.findings
        found += compared(connection, metadata, record)
    else:
        newest = select(links).where(links.c.chain == CHANGES).order_by(links.c.seq.desc()).limit(_NEWEST)
        for row in connection.execute(newest):
            if not _holds(row, row.previous, secret):
                found.append(Finding("audit", f"{CHANGES}/{row.seq}", "changed", "its signature does not hold"))
        for table in RECORDED:
            rows = connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
            if rows != counts.get(table, 0):
                kind: Kind = "missing" if rows < counts.get(table, 0) else "extra"
                found.append(Finding(table, "", kind, f"{rows} rows where {counts.get(table, 0)} were written"))
    for head in connection.execute(select(heads).limit(_MOST_STATIONS)).all():
        end = connection.execute(select(ends_of).where(ends_of.c.chain == chain_of(head.station))).first()
        this = (entries.c.station == head.station) & (entries.c.n == head.n)
        last = connection.execute(select(entries.c.digest).where(this)).scalar()
        found += _ended(chain_of(head.station), end, (end.seq, end.digest) if end else None, secret)
        if end is not None and msgspec.msgpack.decode(end.counts, type=dict[str, int]).get("entries") != head.n:
            found.append(Finding("heads", head.station, "changed", "not as many entries as were recorded"))
        if last != head.digest:
            found.append(Finding("entries", f"{head.station}/{head.n}", "missing", "the newest of its station"))
    return found


def all_of(connection: Connection, metadata: MetaData, secret: bytes) -> Record:
    """The whole record, with everything that is wrong beside the entries."""
    record = read(connection, metadata, secret)
    record.findings += compared(connection, metadata, record)
    return record
