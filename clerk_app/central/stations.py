"""Which workstations belong to this central: one-time enrolment codes, keys, and taking a station's leave."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, literal, select, update

from clerk_app import wire
from clerk_app.central.database import (
    Database,
    counters,
    enrolment_codes,
    entries,
    facts,
    milliseconds,
    moment,
    offices,
    stations,
)
from clerk_app.central.replacing import record_for
from clerk_app.domain.refusals import Refusal, Words

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit when somebody reads the code aloud."""

PEOPLE = "people:"
"""Before the code of an office: the fact that counts the changes of its people."""

CODE_LIVES = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code that makes one workstation the station it was made for, once, before `expires_at`."""

    code: str
    station: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownStation:
    """A station as central enrolled it. `unit_code` is the prefix of the dossier codes of its office, `people` the
    version of who works there."""

    code: str
    office: str
    counter: str
    unit_code: str
    public_key: bytes
    people: int = 0


@dataclass(frozen=True, slots=True)
class StationStanding:
    """How a station stands. `heard` is when an entry of it came last."""

    code: str
    office: str
    counter: str
    enrolled: datetime | None
    revoked: datetime | None
    heard: datetime | None


def new_code(
    database: Database,
    station: str,
    now: datetime,
    counter: str = "",
    office: str = "",
    lives: timedelta = CODE_LIVES,
) -> EnrolmentCode:
    """A one-time code for a new station; older unused codes for it stop working.

    Without `office` the only office is meant, without `counter` the one the station's name begins with (Q03, Q03-B).
    Raises `Refusal`: STATION_EXISTS, OFFICE_UNKNOWN, COUNTER_UNKNOWN.
    """
    code = "".join(secrets.choice(_ALPHABET) for _ in range(20))
    with database.write() as connection:
        if connection.execute(select(stations.c.code).where(stations.c.code == station)).first():
            raise Refusal(
                "STATION_EXISTS",
                Words("Máy trạm này đã được kết nạp.", "This station is already enrolled."),
                Words("Đặt tên khác cho máy thay thế.", "Give the new machine another name."),
            )
        known = [str(row.code) for row in connection.execute(select(offices.c.code))]
        if not office and len(known) == 1:
            office = known[0]
        if office not in known:
            raise Refusal(
                "OFFICE_UNKNOWN",
                Words("Không rõ máy trạm thuộc đơn vị nào.", "It is not clear which office the station belongs to."),
                Words("Ghi rõ đơn vị.", "Name the office."),
            )
        there = connection.execute(select(counters.c.code).where(counters.c.office == office)).scalars().all()
        counter = counter or next((one for one in there if station == one or station.startswith(f"{one}-")), "")
        if counter not in there:
            raise Refusal(
                "COUNTER_UNKNOWN",
                Words("Không rõ máy trạm đặt ở quầy nào.", "It is not clear at which counter the station stands."),
                Words("Đặt tên theo quầy (ví dụ Q03 hoặc Q03-B).", "Name it after its counter, such as Q03 or Q03-B."),
            )
        stale = (enrolment_codes.c.station == station) & enrolment_codes.c.used_by.is_(None)
        connection.execute(update(enrolment_codes).where(stale).values(expires_ms=0))
        expires_at = now + lives
        row = {
            "code_digest": _digest(code),
            "station": station,
            "office": office,
            "counter": counter,
            "expires_ms": milliseconds(expires_at),
        }
        connection.execute(insert(enrolment_codes), row)
    return EnrolmentCode("-".join(code[at : at + 4] for at in range(0, 20, 4)), station, expires_at)


def enrol(database: Database, asked: wire.Enrolment, now: datetime) -> wire.Enrolled:
    """Make the holder of a one-time code the station it was made for.

    Asking again with the same key gets the same answer, so a lost answer costs nothing. Raises `Refusal`
    ENROL_CODE_WRONG for a code that is unknown, expired or used by another key.
    """
    wrong = Refusal(
        "ENROL_CODE_WRONG",
        Words("Mã kết nạp không đúng, đã dùng hoặc đã hết hạn.", "The enrolment code is wrong, used or expired."),
        Words("Xin mã mới từ cán bộ quản trị.", "Ask the IT officer for a new code."),
    )
    if len(asked.public_key) != 32:
        raise wrong
    with database.write() as connection:
        this = enrolment_codes.c.code_digest == _digest(asked.code)
        # Of many who ask at once one takes the code; everybody then sees whose it is.
        fresh = enrolment_codes.c.used_by.is_(None) & (enrolment_codes.c.expires_ms > milliseconds(now))
        taken = connection.execute(update(enrolment_codes).where(this, fresh).values(used_by=asked.public_key)).rowcount
        row = connection.execute(select(enrolment_codes).where(this)).first()
        if row is None or row.used_by != asked.public_key:
            raise wrong
        if taken:
            station = {
                "code": row.station,
                "office": row.office,
                "counter": row.counter,
                "public_key": asked.public_key,
                "enrolled_ms": milliseconds(now),
            }
            connection.execute(insert(stations), station)
        office = connection.execute(select(offices).where(offices.c.code == row.office)).one()
        instead = record_for(connection, row.station)
    return wire.Enrolled(
        station=row.station,
        counter=row.counter,
        office=office.code,
        office_name_vi=office.name_vi,
        office_name_en=office.name_en,
        unit_code=office.unit_code,
        practice=database.practice,
        central_id=database.central_id,
        replaces=instead.lost if instead else "",
        replaces_last_n=instead.last_n if instead else 0,
        replaces_heard=instead.heard if instead else None,
    )


def find_station(connection: Connection, code: str) -> KnownStation:
    """The station by its code. Raises `Refusal`: STATION_UNKNOWN, STATION_REVOKED."""
    chosen = select(stations, offices.c.unit_code, facts.c.value.label("people")).where(stations.c.code == code)
    joined = chosen.join_from(stations, offices, offices.c.code == stations.c.office)
    people = literal(PEOPLE) + stations.c.office
    # PostgreSQL has no text with NUL: asking for it would fail instead of finding nothing.
    found = None if "\0" in code else connection.execute(joined.join(facts, facts.c.name == people, isouter=True))
    row = found.first() if found is not None else None
    if row is None:
        raise Refusal(
            "STATION_UNKNOWN",
            Words("Trung tâm không biết máy trạm này.", "Central does not know this station."),
            Words("Kết nạp lại máy trạm bằng mã mới.", "Enrol the station with a new code."),
        )
    if row.revoked_ms is not None:
        raise Refusal(
            "STATION_REVOKED",
            Words("Máy trạm này đã bị thu hồi.", "This station was revoked."),
            Words("Liên hệ cán bộ quản trị.", "Ask the IT officer."),
        )
    return KnownStation(row.code, row.office, row.counter, row.unit_code, row.public_key, int(row.people or 0))


def named_station(connection: Connection, code: str) -> KnownStation:
    """As `find_station`, where somebody at central names it: what helps is the list, not the station.

    Raises `Refusal`: STATION_UNKNOWN, STATION_REVOKED.
    """
    try:
        return find_station(connection, code)
    except Refusal as refusal:
        remedy = Words("Xem danh sách: clerk central stations.", "See the list: clerk central stations.")
        raise Refusal(refusal.code, refusal.words, remedy) from None


def every_station(database: Database) -> list[StationStanding]:
    """Every station that was ever enrolled, by office and code."""
    chosen = select(stations, func.max(entries.c.received_ms).label("heard_ms")).join_from(
        stations, entries, entries.c.station == stations.c.code, isouter=True
    )
    grouped = chosen.group_by(*stations.c).order_by(stations.c.office, stations.c.code)
    with database.read() as connection:
        rows = connection.execute(grouped).all()
    return [
        StationStanding(
            row.code, row.office, row.counter, _moment(row.enrolled_ms), _moment(row.revoked_ms), _moment(row.heard_ms)
        )
        for row in rows
    ]


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else moment(ms)


def revoke(database: Database, code: str, now: datetime) -> None:
    """From now on nothing from this station counts, whatever token it holds and whatever it is sending.

    Raises `Refusal`: STATION_UNKNOWN, STATION_REVOKED.
    """
    with database.read() as connection:
        office = named_station(connection, code).office
    # Under the lock of those who record: a batch that is on its way in is whole before, or is refused.
    with database.write(f"office {office}") as connection:
        named_station(connection, code)
        connection.execute(update(stations).where(stations.c.code == code).values(revoked_ms=milliseconds(now)))


def _digest(code: str) -> bytes:
    plain = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256("".join(c for c in plain if c in _ALPHABET).encode()).digest()
