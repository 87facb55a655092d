"""Whether central's register is whole: nothing altered, nothing missing, nothing twice, every seal a station's own; and
every other table as the record of central's own changes says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app import wire
from clerk_app.central import audit_check, entry_numbers, erasing, report_rows
from clerk_app.central.database import (
    claims,
    dossiers,
    entries,
    erased_dossiers,
    erased_entries,
    heads,
    metadata,
    open_database,
    stations,
)
from clerk_app.central.engines import patient
from clerk_app.central.rules import claimed_by
from clerk_app.domain.altered import Finding

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `ok` only if there is nothing."""

    entries: int
    stations: int
    ok: bool
    problems: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def verify(database_url: str) -> Verified:
    """Check every chain at central from its first entry on, and every row beside them against the record.

    Raises `Refusal` as `open_database` does.
    """
    database = open_database(database_url, upgrade=False)
    seen = _Seen(erasing.order_key(database.secret))
    try:
        with database.read() as connection:
            patient(connection)
            record = audit_check.all_of(connection, metadata, database.secret)
            found = list(record.findings)
            try:
                found += seen.entries(connection, record)
            except (SQLAlchemyError, ValueError, AttributeError):
                found.append(Finding("entries", "", "changed", "they cannot be read"))
            else:
                found += record.beyond({station: n for station, (n, _) in seen.tails.items()})
                found += seen.rest(connection, database.several_writers)
    finally:
        database.close()
    once = tuple(dict.fromkeys(found))
    return Verified(seen.total, len(seen.tails), not once, tuple(map(str, once)), once)


@dataclass(slots=True)
class _Seen:
    """What the entries say, on the way through them. `order_key` proves that one was emptied by an order."""

    order_key: bytes
    total: int = 0
    erased: dict[bytes, UUID] = field(default_factory=dict)
    """The seals of the entries that were emptied, and by which order."""
    tails: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    accepted: set[UUID] = field(default_factory=set)
    claimed: dict[tuple[str, str], UUID] = field(default_factory=dict)
    opened: dict[UUID, str] = field(default_factory=dict)

    def entries(self, connection: Connection, record: audit_check.Record) -> Iterator[Finding]:
        self.erased = {row.digest: row.erasure for row in connection.execute(select(erased_entries))}
        keys = {row.code: row.public_key for row in connection.execute(select(stations))}
        in_chains = select(entries).order_by(entries.c.station, entries.c.n)
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(in_chains):
            self.total += 1
            yield from self._entry(row, keys.get(row.station))
            ruling = record.ruling(row.station, row)
            if ruling is not None:
                yield ruling

    def _entry(self, row: Any, key: bytes | None) -> Iterator[Finding]:
        where, said = f"{row.station}/{row.n}", f"entry {row.n} of station {row.station}"
        sealed = wire.Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)
        n, head = self.tails.get(row.station, (0, wire.FIRST))
        if row.n != n + 1:
            missing = f"{n + 1}" if row.n == n + 2 else f"{n + 1}-{row.n - 1}"
            more = f"{said}: {row.n - n - 1} entries before it are missing"
            yield Finding("entries", f"{row.station}/{missing}", "missing", more)
        elif row.previous != head:
            yield Finding("entries", where, "changed", f"{said}: does not follow the entry before it")
        # Somebody who writes into the file by hand may leave text where bytes were.
        as_written = all(isinstance(part, bytes) for part in (row.body, row.previous, row.digest, row.signature))
        if not (as_written and key is not None and self._genuine(sealed, key)):
            yield Finding("entries", where, "changed", f"{said}: altered, {self._why(row.digest)}")
        self.tails[row.station] = row.n, row.digest
        if row.accepted:
            self.opened.setdefault(row.dossier, row.office)
        if row.accepted and as_written:
            problem = self._accepted(row.id, row.dossier, sealed)
            if problem:
                yield Finding("entries", where, "changed", f"{said}: {problem}")

    def _genuine(self, sealed: wire.Sealed, key: bytes) -> bool:
        """Whether it is as its station sealed it, or was emptied by the very order that is recorded of it."""
        order = self.erased.get(sealed.digest)
        if order is None:
            return wire.check_seal(sealed, key)
        said = wire.erased_by(sealed.body, self.order_key)
        return said is not None and said.order == order and wire.check_emptied(sealed, key, self.order_key)

    def _why(self, digest: bytes) -> str:
        order = self.erased.get(digest) if isinstance(digest, bytes) else None
        return "its seal does not hold" if order is None else f"it was erased by lawful order no. {order}"

    def _accepted(self, entry_id: UUID, dossier: UUID, sealed: wire.Sealed) -> str:
        if entry_id in self.accepted:
            return "accepted twice"
        self.accepted.add(entry_id)
        try:
            entry = wire.decode_entry(sealed.body)
        except wire.Unreadable:
            return "unreadable"
        if entry.id != entry_id or entry.dossier != dossier:
            return "its row does not belong to its body"
        claim = claimed_by(entry)
        if claim is not None:
            self.claimed[claim] = entry.dossier
        return ""

    def rest(self, connection: Connection, several_writers: bool) -> Iterator[Finding]:
        """What follows from the entries."""
        # Codes and receipt numbers of what was erased stay taken, and nothing says any more whose they were.
        gone = set(connection.execute(select(erased_dossiers.c.dossier)).scalars())
        listed = connection.execute(select(claims))
        kept = {(row.kind, row.value): row.dossier for row in listed if row.dossier not in gone}
        if kept != self.claimed:
            more = "the list of codes and receipts differs from what the entries say"
            yield Finding("claims", "", "changed", more)
        if {row.id: row.office for row in connection.execute(select(dossiers))} != self.opened:
            yield Finding("dossiers", "", "changed", "the list of dossiers differs from what the entries say")
        for dossier in report_rows.differing(connection) if report_rows.made(connection) else ():
            yield Finding("report_rows", str(dossier), "changed", "what reports count differs from its entries")
        ends = {row.station: (row.n, row.digest) for row in connection.execute(select(heads))}
        for station in sorted(ends.keys() | self.tails.keys()):
            if ends.get(station) != self.tails.get(station):
                more = f"station {station}: its chain does not end where central recorded its end"
                yield Finding("heads", station, "changed", more)
        highest = connection.execute(select(func.max(entries.c.number))).scalar() or 0
        # Where several write at once, a transaction that was given up leaves its numbers unused.
        gaps = entry_numbers.left_out(connection)
        missing = highest - self.total - sum(last - first + 1 for first, last in gaps if first <= highest)
        if missing and not several_writers:
            yield Finding("entries", "", "missing", f"{missing} of central's own numbers are missing")
