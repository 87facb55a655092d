"""Who has a dossier open just now: a courtesy between desks that have a line, kept in no journal.

A lease is short and renewed while the dossier is open; one that ran out is nobody's. Nothing depends on it: a desk
without a line works on, and what two desks did is merged entry by entry.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, Uuid, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from clerk_app.central.acting import acting
from clerk_app.central.database import Database, entries, metadata, milliseconds, moment
from clerk_app.central.people import called
from clerk_app.central.register import accepted
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable
from clerk_app.wire import Lease, LeaseAsked, LeaseState

LASTS = timedelta(seconds=60)
"""How long a lease holds without being renewed; desks renew three times in that time."""

leases = Table(
    "leases",
    metadata,
    Column("dossier", Uuid, primary_key=True),
    Column("office", String, nullable=False),
    Column("station", String, nullable=False, index=True),
    Column("counter", String, nullable=False),
    Column("who", String, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""One row for each dossier that is open somewhere; rows of leases that ran out mean nothing."""


def hold(
    database: Database, dossier: UUID, asked: LeaseAsked, station: KnownStation, roles: RoleTable, now: datetime
) -> LeaseState:
    """Lend the dossier to this station, or say who has it. One that the station holds already is renewed.

    Raises `Refusal` DOSSIER_FOREIGN, and those of `acting` for who asks.
    """
    scope = "dossier.take_over" if asked.take_over else "dossier.take"
    with database.write() as connection:
        check_office(connection, dossier, station)
        acting(connection, asked.who, scope, station, roles, lambda: accepted(connection, dossier))
        _take(connection, dossier, asked, station, now)
        return _state(connection, dossier, now)


def look(database: Database, dossier: UUID, station: KnownStation, now: datetime) -> LeaseState:
    """Who has the dossier open. Raises `Refusal` DOSSIER_FOREIGN."""
    with database.read() as connection:
        check_office(connection, dossier, station)
        return _state(connection, dossier, now)


def held_in(connection: Connection, office: str, now_ms: int) -> dict[UUID, Lease]:
    """Every dossier of an office that is open somewhere, and who has it."""
    chosen = select(leases).where(leases.c.office == office, leases.c.until_ms > now_ms)
    return {row.dossier: _lease(connection, row) for row in connection.execute(chosen).all()}


def release(database: Database, dossier: UUID, station: KnownStation, now: datetime) -> LeaseState:
    """Give the dossier back, if this station has it."""
    with database.write() as connection:
        mine = (leases.c.dossier == dossier) & (leases.c.station == station.code)
        connection.execute(delete(leases).where(mine))
        return _state(connection, dossier, now)


def check_office(connection: Connection, dossier: UUID, station: KnownStation) -> None:
    """Raises `Refusal` DOSSIER_FOREIGN. A dossier that central has not seen yet is of the office that opens it."""
    chosen = select(entries.c.office).where(entries.c.dossier == dossier, entries.c.accepted).limit(1)
    lent = select(leases.c.office).where(leases.c.dossier == dossier)
    office = connection.execute(chosen).scalar() or connection.execute(lent).scalar()
    if office not in (None, station.office):
        raise Refusal(
            "DOSSIER_FOREIGN",
            Words("Hồ sơ của đơn vị khác.", "The dossier belongs to another office."),
            Words("Chuyển cho lãnh đạo phụ trách xem xét.", "Hand it to the supervisor."),
        )


def _take(connection: Connection, dossier: UUID, asked: LeaseAsked, station: KnownStation, now: datetime) -> None:
    until = milliseconds(now + LASTS)
    this = leases.c.dossier == dossier
    same = (leases.c.station == station.code) & (leases.c.who == asked.who) & (leases.c.until_ms > milliseconds(now))
    if connection.execute(update(leases).where(this, same).values(until_ms=until)).rowcount:
        return
    holder = {"station": station.code, "counter": station.counter, "who": asked.who}
    row = holder | {"office": station.office, "since_ms": milliseconds(now), "until_ms": until}
    free = (leases.c.station == station.code) | (leases.c.until_ms <= milliseconds(now))
    mine = update(leases).where(this) if asked.take_over else update(leases).where(this, free)
    if connection.execute(mine.values(**row)).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(leases).values(dossier=dossier, **row))
    except IntegrityError:
        # Somebody else has it, or was a moment sooner.
        return


def _state(connection: Connection, dossier: UUID, now: datetime) -> LeaseState:
    chosen = select(leases).where(leases.c.dossier == dossier, leases.c.until_ms > milliseconds(now))
    row = connection.execute(chosen).first()
    return LeaseState(None if row is None else _lease(connection, row), now)


def _lease(connection: Connection, row: Row[tuple[object, ...]]) -> Lease:
    since, until = moment(row.since_ms), moment(row.until_ms)
    return Lease(row.station, row.counter, row.who, called(connection, row.who), since, until)
