"""Messages to citizens at the portal go out in the lane of their dossier: after what happened before them, and before
what happened later.

A message that tells a step is the order that tells it, under the id of the message. It is handed over with the orders,
whatever has overtaken it since, and its end is the message's.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from clerk_app import wire
from clerk_app.central.database import Database, entries, messages, milliseconds, orders
from clerk_app.central.orders import Clock, Placed, row_of
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken, Unsent
from clerk_app.central.registers.portal import HttpPortal, told_as
from clerk_app.central.registers.portal_messages import PortalMessages, step_of
from clerk_app.central.stations import KnownStation
from clerk_app.wire_orders import PortalStep, PortalSync

IN_LANE = "IN_LANE"
"""Why a message waits that nothing is wrong with."""


class PortalLane:
    """The portal as a carrier of messages, by way of the orders of each dossier."""

    answers = True
    compares = True

    def __init__(self, database: Database, portal: HttpPortal, clock: Clock) -> None:
        self._database = database
        self._there = PortalMessages(portal)
        self._clock = clock

    def send(self, reference: str, letter: Letter) -> Taken | Failed | Unsent | Unknown:
        """Put it behind what the portal is still to be told of the dossier."""

        def work(connection: Connection) -> None:
            message = connection.execute(select(messages).where(messages.c.id == UUID(reference))).first()
            if message is None:
                return
            by = connection.execute(select(entries.c.station, entries.c.body).where(entries.c.id == message.entry))
            row = by.first()
            station = KnownStation(row.station if row is not None else "", message.office, "", "", b"")
            who = wire.decode_entry(row.body).who if row is not None else ""
            place(connection, UUID(reference), step_of(letter), who, message.dossier, station, self._clock())

        self._database.written(work, "orders")
        return Unsent(IN_LANE)

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        """What became of its order; of one that has none what the portal says."""
        columns = orders.c.state, orders.c.cause
        with self._database.read() as connection:
            row = connection.execute(select(*columns).where(orders.c.id == UUID(reference))).first()
        if row is None:
            return self._there.look(reference, letter)
        if row.state == "waiting":
            return Unknown(row.cause or IN_LANE)
        return Taken(delivered=True) if row.state == "done" else Failed(row.cause)


def place(
    connection: Connection,
    order: UUID,
    what: PortalSync | PortalStep,
    who: str,
    dossier: UUID,
    station: KnownStation,
    now: datetime,
) -> None:
    """Write an order to the portal down, behind all others of its dossier; once."""
    if connection.execute(select(orders.c.id).where(orders.c.id == order)).first() is not None:
        return
    lane = what.dossier_code
    reference, body = told_as(order, what)
    placed = Placed(order, "portal", reference, msgspec.json.encode(what), body, dossier, lane, lane)
    # In the lane they go by when they were placed, and several steps may arrive at once.
    last = select(func.max(orders.c.placed_ms)).where(orders.c.system == "portal", orders.c.lane == lane)
    at_ms = max(milliseconds(now), (connection.execute(last).scalar() or 0) + 1)
    row = row_of(placed, who, station, at_ms)
    connection.execute(insert(orders), row | {"due_ms": milliseconds(now)})


def wake(connection: Connection, order: UUID, now: datetime) -> None:
    """An order came to its end: the message that it is hears of it at once."""
    mine = (messages.c.id == order) & (messages.c.state == "queued") & messages.c.due_ms.is_not(None)
    connection.execute(update(messages).where(mine).values(due_ms=milliseconds(now)))
