"""Who looks at which request for an exception just now: a courtesy among supervisors of an office, kept in no journal.

Nothing depends on it: whoever decides first decides, whatever stands here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, Uuid, delete, insert, select

from clerk_app.central.acting import acting
from clerk_app.central.database import Database, metadata, milliseconds, moment
from clerk_app.central.people import called
from clerk_app.central.stations import KnownStation
from clerk_app.domain.roles import RoleTable
from clerk_app.wire import Handling, HandlingAsked, Handlings

LASTS = timedelta(seconds=30)
"""How long it holds without being said again; desks say it three times in that time."""

handlings = Table(
    "handlings",
    metadata,
    Column("station", String, primary_key=True),
    Column("office", String, nullable=False, index=True),
    Column("counter", String, nullable=False),
    Column("who", String, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""One row for each station at which a request is looked at; rows that ran out mean nothing."""


def handle(
    database: Database, asked: HandlingAsked, station: KnownStation, roles: RoleTable, now: datetime
) -> Handlings:
    """Note what is looked at here instead of what was before; everybody of the office who looks at something.

    Raises `Refusal` as `acting` for who may decide nothing. That nothing is looked at any more anybody says.
    """
    with database.write() as connection:
        if asked.request is not None:
            acting(connection, asked.who, "exception.decide", station, roles)
        _note(connection, asked, station, now)
        chosen = select(handlings).where(handlings.c.office == station.office, handlings.c.until_ms > milliseconds(now))
        rows = connection.execute(chosen.order_by(handlings.c.since_ms, handlings.c.station)).all()
        return Handlings([_handling(connection, row) for row in rows], now)


def _note(connection: Connection, asked: HandlingAsked, station: KnownStation, now: datetime) -> None:
    mine = handlings.c.station == station.code
    before = connection.execute(select(handlings).where(mine)).first()
    connection.execute(delete(handlings).where(mine))
    if asked.request is None:
        return
    now_ms = milliseconds(now)
    goes_on = before is not None and (before.request, before.who) == (asked.request, asked.who)
    since_ms = before.since_ms if before is not None and goes_on and before.until_ms > now_ms else now_ms
    who = {"station": station.code, "office": station.office, "counter": station.counter, "who": asked.who}
    until_ms = milliseconds(now + LASTS)
    connection.execute(insert(handlings).values(**who, request=asked.request, since_ms=since_ms, until_ms=until_ms))


def _handling(connection: Connection, row: Row[tuple[object, ...]]) -> Handling:
    since, until = moment(row.since_ms), moment(row.until_ms)
    return Handling(row.station, row.counter, row.who, called(connection, row.who), row.request, since, until)
