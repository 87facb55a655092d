"""Whether central's register is whole: nothing altered, nothing missing, nothing twice, every seal a station's own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from clerk_app import wire
from clerk_app.central import entry_numbers
from clerk_app.central.database import claims, dossiers, entries, heads, open_database, stations
from clerk_app.central.engines import patient
from clerk_app.central.rules import claimed_by
from clerk_app.domain.altered import Finding

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `ok` only if `problems` is empty."""

    entries: int
    stations: int
    ok: bool
    problems: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def verify(database_url: str) -> Verified:
    """Check every chain at central from its first entry on. Raises `Refusal` as `open_database` does."""
    database = open_database(database_url, upgrade=False)
    problems: list[str] = []
    tails: dict[str, tuple[int, bytes]] = {}
    accepted: set[UUID] = set()
    claimed: dict[tuple[str, str], UUID] = {}
    opened: dict[UUID, str] = {}
    total = 0
    try:
        with database.read() as connection:
            patient(connection)
            keys = {row.code: row.public_key for row in connection.execute(select(stations))}
            in_chains = select(entries).order_by(entries.c.station, entries.c.n)
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(in_chains):
                total += 1
                where = f"entry {row.n} of station {row.station}"
                sealed = wire.Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)
                n, head = tails.get(row.station, (0, wire.FIRST))
                if row.n != n + 1:
                    problems.append(f"{where}: {row.n - n - 1} entries before it are missing")
                elif row.previous != head:
                    problems.append(f"{where}: does not follow the entry before it")
                # Somebody who writes into the file by hand may leave text where bytes were.
                as_written = all(
                    isinstance(part, bytes) for part in (row.body, row.previous, row.digest, row.signature)
                )
                if not (as_written and row.station in keys and wire.check_seal(sealed, keys[row.station])):
                    problems.append(f"{where}: altered, its seal does not hold")
                tails[row.station] = row.n, row.digest
                if row.accepted:
                    opened.setdefault(row.dossier, row.office)
                if row.accepted and as_written:
                    problems += _accepted(row.id, row.dossier, sealed, where, accepted, claimed)
            kept = {(row.kind, row.value): row.dossier for row in connection.execute(select(claims))}
            if kept != claimed:
                problems.append("the list of codes and receipts differs from what the entries say")
            if {row.id: row.office for row in connection.execute(select(dossiers))} != opened:
                problems.append("the list of dossiers differs from what the entries say")
            ends = {row.station: (row.n, row.digest) for row in connection.execute(select(heads))}
            for station in sorted(ends.keys() | tails.keys()):
                if ends.get(station) != tails.get(station):
                    problems.append(f"station {station}: its chain does not end where central recorded its end")
            highest = connection.execute(select(func.max(entries.c.number))).scalar() or 0
            # Where several write at once, a transaction that was given up leaves its numbers unused.
            gaps = entry_numbers.left_out(connection)
            missing = highest - total - sum(last - first + 1 for first, last in gaps if first <= highest)
            if missing and not database.several_writers:
                problems.append(f"{missing} of central's own numbers are missing")
    finally:
        database.close()
    findings = tuple(Finding("entries", "", "changed", problem) for problem in problems)
    return Verified(total, len(tails), not problems, tuple(problems), findings)


def _accepted(
    entry_id: UUID,
    dossier: UUID,
    sealed: wire.Sealed,
    where: str,
    accepted: set[UUID],
    claimed: dict[tuple[str, str], UUID],
) -> list[str]:
    if entry_id in accepted:
        return [f"{where}: accepted twice"]
    accepted.add(entry_id)
    try:
        entry = wire.decode_entry(sealed.body)
    except wire.Unreadable:
        return [f"{where}: unreadable"]
    if entry.id != entry_id or entry.dossier != dossier:
        return [f"{where}: its row does not belong to its body"]
    claim = claimed_by(entry)
    if claim is not None:
        claimed[claim] = entry.dossier
    return []
