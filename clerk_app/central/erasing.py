"""Erasing what is held of dossiers by an order: the bodies of their entries are emptied, their sheets destroyed.

Who wrote what kind of thing and when, its place in its station's chain, its seal and what central said of it stay; the
body says by which order the rest went, under central's own signature. The order is written down before anything goes,
in the same transaction; sheets follow it, and what ends the program in between is finished by the next `finish`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert, select, update

from clerk_app import wire
from clerk_app.central import audit, foreign_held, report_rows
from clerk_app.central.database import (
    Database,
    entries,
    erased_dossiers,
    erased_entries,
    erased_sheets,
    erasures,
    erasures_done,
    milliseconds,
    moment,
    stations,
)
from clerk_app.central.engines import patient
from clerk_app.central.sheets import SheetStore, is_digest
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Entry, sheets_of
from clerk_app.domain.oversight import OUTLIVES, Erased
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.subject import erased

TOLD_AT_ONCE = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order about one dossier: its number, who gave it, whose dossier it was, and central's signature of it."""

    order: UUID
    who: str
    office: str
    proof: bytes


def order_key(secret: bytes) -> bytes:
    """The raw public key by which orders of this central are known."""
    return audit.signing_key(secret).public_key().public_bytes_raw()


def proof_of(secret: bytes, order: UUID, dossier: UUID) -> bytes:
    """Central's signature of the order to erase this dossier."""
    return audit.signing_key(secret).sign(wire.erasure_text(order, dossier))


def ordered(connection: Connection, secret: bytes, dossiers: Iterable[UUID]) -> dict[UUID, Ordered]:
    """Which of these dossiers were erased, by which order."""
    chosen = select(erased_dossiers, erasures.c.who).join_from(
        erased_dossiers, erasures, erasures.c.id == erased_dossiers.c.erasure
    )
    rows = connection.execute(chosen.where(erased_dossiers.c.dossier.in_(list(dossiers))))
    return {
        row.dossier: Ordered(row.erasure, row.who, row.office, proof_of(secret, row.erasure, row.dossier))
        for row in rows
    }


def empty(connection: Connection, secret: bytes, order: UUID, dossier: UUID, office: str) -> int:
    """Empty every entry of a dossier that still says something, name its sheets, and let go of what was ordered for it
    elsewhere; how many entries were emptied.

    Doing it again finds what came back since, as from an older copy. The order must stand in `erasures` already.
    """
    if connection.execute(select(erased_dossiers).where(erased_dossiers.c.dossier == dossier)).first() is None:
        connection.execute(insert(erased_dossiers), {"dossier": dossier, "erasure": order, "office": office})
    foreign_held.forget_dossier(connection, dossier)
    report_rows.remove(connection, [dossier])
    proof = proof_of(secret, order, dossier)
    sheets: set[str] = set()
    emptied = 0
    # Held, so that what is emptied is what was looked at.
    rows = connection.execute(select(entries).where(entries.c.dossier == dossier).order_by(entries.c.number)).all()
    for row in rows:
        said = read(row)
        if said.kind in OUTLIVES:
            continue
        if said.entry is not None:
            sheets |= {sheet for sheet in sheets_of(said.entry) if is_digest(sheet)}
        note(connection, order, row.digest)
        body = body_of(said, row, order, proof)
        connection.execute(update(entries).where(entries.c.number == row.number).values(body=body))
        emptied += 1
    known = set(connection.execute(select(erased_sheets.c.digest).where(erased_sheets.c.digest.in_(sheets))).scalars())
    if new := [{"digest": digest, "erasure": order} for digest in sorted(sheets - known)]:
        connection.execute(insert(erased_sheets), new)
    return emptied


def note(connection: Connection, order: UUID, digest: bytes) -> None:
    """Write down that the entry with this seal is emptied by an order."""
    if connection.execute(select(erased_entries).where(erased_entries.c.digest == digest)).first() is None:
        connection.execute(insert(erased_entries), {"digest": digest, "erasure": order})


def order_again(connection: Connection, order: UUID, who: str, at: datetime) -> None:
    """Write down an order that a station knows and this central forgot, being brought back from an older copy."""
    if connection.execute(select(erasures.c.id).where(erasures.c.id == order)).first() is None:
        row = {"id": order, "at_ms": milliseconds(at), "who": who, "second": "", "purpose": "", "basis": ""}
        connection.execute(insert(erasures), row | {"subject": b"", "entries": 0, "digest": b""})


def check_held(connection: Connection, dossier: UUID) -> None:
    """Raises `Refusal` DOSSIER_ERASED for a dossier that was erased by an order."""
    if connection.execute(select(erased_dossiers.c.dossier).where(erased_dossiers.c.dossier == dossier)).first():
        raise erased()


# ---- bodies


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry is: its kind, and all of it where this program can read it."""

    kind: str
    entry: Entry | None


class _Kind(msgspec.Struct):
    kind: str = ""


def read(row: Any) -> Said:
    """The entry in a row."""
    try:
        entry = wire.decode_entry(row.body)
    except wire.Unreadable:
        try:
            return Said(msgspec.json.decode(row.body, type=_Kind).kind, None)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return Said("", None)
    return Said(type(entry.what).__name__, entry)


def body_of(said: Said, row: Any, order: UUID, proof: bytes) -> bytes:
    """The body that stands for the entry in this row from now on."""
    if said.entry is not None:
        return wire.emptied(said.entry, order, proof)
    at = moment(row.received_ms)
    return wire.encode_entry(Entry(row.id, row.dossier, Erased(order, "", proof.hex()), "", at))


# ---- stations


def told(connection: Connection, secret: bytes, station: KnownStation) -> list[wire.Erasure]:
    """The orders that this station has not said it carried out; one that was enrolled later never got anything."""
    since = select(stations.c.enrolled_ms).where(stations.c.code == station.code).scalar_subquery()
    done = select(erasures_done.c.dossier).where(erasures_done.c.station == station.code)
    chosen = (
        select(erased_dossiers.c.dossier, erased_dossiers.c.erasure, erasures.c.who, erasures.c.at_ms)
        .join_from(erased_dossiers, erasures, erasures.c.id == erased_dossiers.c.erasure)
        .where(erased_dossiers.c.office == station.office, erasures.c.at_ms >= since)
        .where(erased_dossiers.c.dossier.not_in(done))
        .order_by(erasures.c.at_ms, erased_dossiers.c.dossier)
        .limit(TOLD_AT_ONCE)
    )
    return [
        wire.Erasure(row.erasure, row.dossier, row.who, moment(row.at_ms), proof_of(secret, row.erasure, row.dossier))
        for row in connection.execute(chosen)
    ]


def confirm(connection: Connection, station: str, dossier: UUID, at_ms: int) -> None:
    """A station said that it carried out the order about a dossier."""
    mine = (erasures_done.c.dossier == dossier) & (erasures_done.c.station == station)
    if connection.execute(select(erasures_done.c.station).where(mine)).first() is None:
        connection.execute(insert(erasures_done), {"dossier": dossier, "station": station, "done_ms": at_ms})


def given(database: Database) -> list[dict[str, Any]]:
    """Every order, oldest first: how much it erased, which stations carried it out, and on which one waits.

    `waiting` are those of the offices that were enrolled before the order and may still hear it; `never` those whose
    access was taken, and that hear nothing any more.
    """
    with database.read() as connection:
        of_order: dict[UUID, list[Any]] = {}
        for row in connection.execute(select(erased_dossiers)):
            of_order.setdefault(row.erasure, []).append(row)
        done = {(row.dossier, row.station) for row in connection.execute(select(erasures_done))}
        known = connection.execute(select(stations).order_by(stations.c.code)).all()
        sheets = connection.execute(select(erased_sheets.c.erasure)).scalars().all()
        orders = connection.execute(select(erasures).order_by(erasures.c.at_ms, erasures.c.id)).all()
    return [_given(one, of_order.get(one.id, []), done, known, sheets.count(one.id)) for one in orders]


def _given(order: Any, of_it: list[Any], done: set[tuple[UUID, str]], known: Iterable[Any], sheets: int) -> Any:
    stand: Mapping[str, list[str]] = {"confirmed": [], "waiting": [], "never": []}
    for one in known:
        mine = [row.dossier for row in of_it if row.office == one.office]
        if not mine or one.enrolled_ms > order.at_ms:
            continue
        if all((dossier, one.code) in done for dossier in mine):
            stand["confirmed"].append(one.code)
        else:
            stand["never" if one.revoked_ms is not None else "waiting"].append(one.code)
    return {
        "order": str(order.id),
        "at": moment(order.at_ms).isoformat(),
        "who": order.who,
        "second": order.second,
        "purpose": order.purpose,
        "basis": order.basis,
        "sha256": order.digest.hex(),
        "dossiers": len(of_it),
        "entries": order.entries,
        "sheets": sheets,
        **stand,
    }


# ---- sheets


def finish(database: Database, sheets: SheetStore) -> int:
    """Destroy the sheets of erased dossiers that are still here, or again, and that nothing else mentions; how many.

    Raises `Refusal` SHEETS_AWAY: whatever is left goes the next time.
    """
    with database.read() as connection:
        named = list(connection.execute(select(erased_sheets.c.digest)).scalars())
    missing = sheets.missing(named)
    here = {digest.encode() for digest in named if digest not in missing}
    with database.read() as connection:
        gone = unnamed(connection, here)
    for digest in sorted(gone):
        sheets.destroy(digest.decode())
    return len(gone)


def unnamed(connection: Connection, sheets: Iterable[bytes], without: Collection[UUID] = ()) -> set[bytes]:
    """Which of these sheets (digests in hex) nothing mentions that holds them, these dossiers set aside: reads every
    body there is.
    """
    left = set(sheets)
    if not left:
        return left
    patient(connection)
    chosen = select(entries.c.dossier, entries.c.body)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(chosen):
        if row.dossier not in without and (found := {digest for digest in left if digest in row.body}):
            kind = msgspec.json.decode(row.body, type=_Kind).kind
            left -= found if kind not in OUTLIVES else set()
    return left


# ---- refusals


def unknown() -> Refusal:
    """A station says that it carried out what nobody ordered."""
    return Refusal(
        "ERASURE_UNKNOWN",
        Words("Trung tâm không ra lệnh xóa này.", "Central did not give this order to erase."),
        Words("Báo cán bộ kỹ thuật kiểm tra máy trạm.", "Have the technician check the station."),
    )
