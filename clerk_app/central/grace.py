"""Grace codes: made here for a station without a line, and judged here when it tells that it used one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Connection, func, insert, select

from clerk_app import wire
from clerk_app.central import blocks
from clerk_app.central.database import Database, graces, milliseconds
from clerk_app.central.engines import take_lock
from clerk_app.central.keys import grace_key
from clerk_app.central.stations import KnownStation, named_station
from clerk_app.domain import grace
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import GraceUsed
from clerk_app.domain.grace import Grace
from clerk_app.domain.limits import NUMBERS, LimitName
from clerk_app.domain.refusals import Refusal, Words

CLAIM = "grace"
_TELL = Words("Báo cán bộ quản trị: có người lập mã giả.", "Tell the IT officer: somebody makes false codes.")


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code to be read out, and what it lifts."""

    code: str
    station: str
    day: str
    grace: Grace


def make(database: Database, station: str, limit: LimitName, extent: int, now: datetime) -> MadeCode:
    """A code that lifts one limit of a station once, today: by `extent` days, or ten times so many numbers.

    Raises `Refusal`: STATION_UNKNOWN, STATION_REVOKED, GRACE_EXTENT, GRACE_TOO_MANY, NUMBERS_RUN_OUT.
    """
    if not 1 <= extent <= grace.MOST_EXTENT:
        raise Refusal(
            "GRACE_EXTENT",
            Words(f"Gia hạn từ 1 đến {grace.MOST_EXTENT}.", f"A grace is 1 to {grace.MOST_EXTENT}."),
            Words("Chọn mức khác.", "Choose another extent."),
        )
    day = in_hanoi(now).date()

    def work(connection: Connection) -> Grace:
        known = named_station(connection, station)
        counter = _next_counter(connection, station, day.isoformat())
        first = _lent(connection, known, day.isoformat(), counter, limit, extent, now) if limit in NUMBERS else 0
        row = {"station": station, "day": day.isoformat(), "counter": counter, "limit": limit, "extent": extent}
        connection.execute(insert(graces), row | {"first": first, "made_ms": milliseconds(now)})
        return Grace(limit, extent, counter, first)

    # One transaction: a code that could not be made leaves no row behind that a false one would fit.
    made = database.written(work, f"graces of {station}")
    return MadeCode(grace.written(made, grace_key(database, station), station, day), station, day.isoformat(), made)


def _next_counter(connection: Connection, station: str, day: str) -> int:
    that_day = (graces.c.station == station) & (graces.c.day == day)
    last = connection.execute(select(func.max(graces.c.counter)).where(that_day)).scalar() or 0
    if last >= grace.MOST_COUNTER:
        raise Refusal(
            "GRACE_TOO_MANY",
            Words("Hôm nay đã lập quá nhiều mã cho máy trạm này.", "Too many codes were made for it today."),
            Words("Tìm hiểu vì sao trước khi lập thêm.", "Find out why before making more."),
        )
    return int(last) + 1


def _lent(
    connection: Connection, station: KnownStation, day: str, counter: int, limit: LimitName, extent: int, now: datetime
) -> int:
    """The first of the numbers that a code lends."""
    kind = NUMBERS[limit]
    take_lock(connection, blocks.lock_of(kind, station.office))
    key = uuid5(NAMESPACE_OID, f"quay grace {station.code} {day} {counter}")
    asked = wire.BlockAsked(kind, extent * grace.NUMBERS_PER_EXTENT, key)
    return blocks.lend_in(connection, asked, station, now).first


def claim_of(used: GraceUsed) -> str:
    """What one code takes for itself, once."""
    return f"{used.station} {used.day} {used.counter}"


def check_made(connection: Connection, used: GraceUsed, station: str) -> None:
    """Raises `Refusal` GRACE_FORGED for a code that was never made here."""
    mine = (graces.c.station == station) & (graces.c.day == used.day) & (graces.c.counter == used.counter)
    row = connection.execute(select(graces).where(mine)).first()
    if (
        row is None
        or used.station != station
        or (row.limit, row.extent, row.first)
        != (
            used.limit,
            used.extent,
            used.first,
        )
    ):
        raise Refusal(
            "GRACE_FORGED",
            Words("Trung tâm chưa từng lập mã gia hạn này.", "Central never made this grace code."),
            _TELL,
        )


def used_before() -> Refusal:
    """A code was used for something else before."""
    return Refusal("GRACE_USED", Words("Mã gia hạn này đã được dùng.", "This grace code was used before."), _TELL)
