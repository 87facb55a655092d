"""A new station in the place of a lost one: the lost one's access, its numbers, and what central knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from clerk_app.central.database import Database, blocks, claims, entries, facts, heads, milliseconds, moment, stations
from clerk_app.domain.refusals import Refusal, Words

_REPLACES = "replaces"


class ClosedBlock(msgspec.Struct, frozen=True):
    """Numbers that were lent to the lost station and that nobody will use any more; `used` of them central knows."""

    kind: str
    first: int
    last: int
    used: int


class Record(msgspec.Struct, frozen=True):
    """What was known when a station was replaced: entries after `last_n` never came, last one heard at `heard`."""

    lost: str
    at: datetime
    last_n: int
    heard: datetime | None
    closed: list[ClosedBlock]


@dataclass(frozen=True, slots=True)
class LostStation:
    """Where the lost station stood, for the code of the new one."""

    office: str
    counter: str


def find_lost(database: Database, code: str) -> LostStation:
    """The station that is to be replaced, revoked or not. Raises `Refusal` STATION_UNKNOWN."""
    with database.read() as connection:
        row = connection.execute(select(stations).where(stations.c.code == code)).first()
    if row is None:
        raise Refusal(
            "STATION_UNKNOWN",
            Words("Trung tâm không biết máy trạm này.", "Central does not know this station."),
            Words("Kiểm tra mã máy trạm bị mất.", "Check the code of the lost station."),
        )
    return LostStation(row.office, row.counter)


def replace(database: Database, lost: str, new: str, now: datetime) -> Record:
    """Revoke the lost station, close its numbers and note for the new one whose place it takes.

    Raises `Refusal` STATION_UNKNOWN.
    """
    # Under the lock of those who record: a batch of the lost one that is on its way in is counted, or is refused.
    with database.write(f"office {find_lost(database, lost).office}") as connection:
        chosen = (stations.c.code == lost) & stations.c.revoked_ms.is_(None)
        connection.execute(update(stations).where(chosen).values(revoked_ms=milliseconds(now)))
        last = connection.execute(select(heads.c.n).where(heads.c.station == lost)).scalar() or 0
        mine = select(func.max(entries.c.received_ms)).where(entries.c.station == lost)
        heard_ms = connection.execute(mine).scalar()
        heard = moment(heard_ms) if heard_ms else None
        record = Record(lost, now, last, heard, _closed(connection, lost))
        name = f"{_REPLACES} {new}"
        value = msgspec.json.encode(record).decode()
        if connection.execute(update(facts).where(facts.c.name == name).values(value=value)).rowcount == 0:
            connection.execute(insert(facts), {"name": name, "value": value})
    return record


def _closed(connection: Connection, lost: str) -> list[ClosedBlock]:
    found = []
    for row in connection.execute(select(blocks).where(blocks.c.station == lost).order_by(blocks.c.kind)):
        of_kind = connection.execute(select(claims.c.value).where(claims.c.kind == row.kind)).scalars()
        used = sum(row.first <= _number(value) <= row.last for value in of_kind)
        found.append(ClosedBlock(row.kind, row.first, row.last, used))
    return found


def _number(claimed: str) -> int:
    tail = claimed.rpartition("-")[2]
    return int(tail) if tail.isascii() and tail.isdigit() else -1


def record_for(connection: Connection, station: str) -> Record | None:
    """Whose place this station was enrolled to take; None for an ordinary one."""
    kept = connection.execute(select(facts.c.value).where(facts.c.name == f"{_REPLACES} {station}")).scalar()
    return msgspec.json.decode(kept, type=Record) if kept else None


def told(record: Record) -> dict[str, object]:
    """The record as a JSON document has it."""
    return {
        "station": record.lost,
        "last_n": record.last_n,
        "heard_at": record.heard.isoformat() if record.heard else None,
        "numbers_closed": [msgspec.structs.asdict(block) for block in record.closed],
    }
