"""What the national portal is told of a dossier that came from there: with every step, the step and the whole dossier.

Both are orders, written down in the transaction that accepts the entry, under ids that follow from it. A step of which
the citizen is told there is told by that message (`messages`) and not once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, func, insert, select

from clerk_app.central.database import messages, milliseconds, orders
from clerk_app.central.messages import Caused, office_words
from clerk_app.central.officers import Officer, officer_of
from clerk_app.central.orders import Placed, row_of
from clerk_app.central.portal_whole import MOST, whole
from clerk_app.central.registers.portal import told_as
from clerk_app.central.rules import Law
from clerk_app.central.stations import KnownStation
from clerk_app.domain.collecting import arrival_step
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.messages import CARD_HERE, PORTAL, trigger_of
from clerk_app.domain.online import COUNTER
from clerk_app.domain.steps import State
from clerk_app.wire_orders import PortalStep, PortalSync

SYNC, STEP = "portal sync", "portal step"


def write_down(
    connection: Connection, law: Law, station: KnownStation, caused: Iterable[Caused], now: datetime
) -> None:
    """Everything the portal has to be told of these entries; after the messages that follow from them."""
    for one in caused:
        dossier, entry = one.dossier, one.entry
        caused_by = trigger_of(entry, dossier)
        if dossier.channel != "online" or station.counter == COUNTER or not caused_by:
            continue
        rules = law.rules(entry.at)
        if caused_by == CARD_HERE and arrival_step(dossier, rules):
            # The step that the arrival is comes right behind it, and is told.
            continue
        state = rules.states.get(dossier.course.state)
        if state is None or not (state.status.isascii() and state.status.isdigit()):
            continue
        unit = office_words(connection, station.office).vi
        who = partial(officer_of, connection, rules=rules)
        told = whole(dossier, rules, int(state.status), unit, entry, who)
        _place(connection, uuid5(entry.id, SYNC), told, entry, dossier, station, now)
        if not _told_by_message(connection, entry):
            step = _step(entry, dossier, state, unit, who(entry.who))
            _place(connection, uuid5(entry.id, STEP), step, entry, dossier, station, now)


def _told_by_message(connection: Connection, entry: Entry) -> bool:
    mine = (messages.c.id == uuid5(entry.id, PORTAL)) & (messages.c.state == "queued")
    return connection.execute(select(messages.c.id).where(mine)).first() is not None


def _place(
    connection: Connection,
    order: UUID,
    what: PortalSync | PortalStep,
    entry: Entry,
    dossier: Dossier,
    station: KnownStation,
    now: datetime,
) -> None:
    if connection.execute(select(orders.c.id).where(orders.c.id == order)).first() is not None:
        return
    lane = dossier.portal_code
    reference, body = told_as(order, what)
    placed = Placed(order, "portal", reference, msgspec.json.encode(what), body, dossier.id, lane, lane)
    # In the lane they go by when they were placed, and several steps may arrive at once.
    last = select(func.max(orders.c.placed_ms)).where(orders.c.system == "portal", orders.c.lane == lane)
    at_ms = max(milliseconds(now), (connection.execute(last).scalar() or 0) + 1)
    row = row_of(placed, entry.who, station, at_ms)
    connection.execute(insert(orders), row | {"due_ms": milliseconds(now)})


def _step(entry: Entry, dossier: Dossier, state: State, unit: str, officer: Officer) -> PortalStep:
    reason = dossier.course.passed[-1].what.reason if dossier.course.passed else ""
    words = f"{state.name.vi}: {reason}" if reason else state.name.vi
    return PortalStep(
        dossier_code=dossier.portal_code,
        officer=officer.name,
        title=officer.title,
        unit=unit,
        words=words[:MOST],
        status=int(state.status),
        at=entry.at,
        began_at=_since(dossier),
        due_at=dossier.course.due_at,
    )


def _since(dossier: Dossier) -> datetime | None:
    """Since when the office has had it: when it was accepted, or came."""
    submitted, passed = dossier.submitted, dossier.course.passed
    return submitted.received_at if submitted is not None else passed[0].at if passed else None
