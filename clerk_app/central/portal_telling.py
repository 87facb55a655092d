"""What the national portal is told of a dossier that came from there: with every step, the step and the whole dossier.

Both are orders, written down in the transaction that accepts the entry, under ids that follow from it. A step of which
the citizen is told there is told by that message (`messages`) and not once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, func, insert, select

from clerk_app.central.database import messages, milliseconds, orders
from clerk_app.central.messages import Caused, office_words
from clerk_app.central.orders import Placed, row_of
from clerk_app.central.registers.portal import told_as
from clerk_app.central.rules import Law
from clerk_app.central.stations import KnownStation
from clerk_app.domain.contact import contact_of
from clerk_app.domain.course import Passed
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.messages import PORTAL, trigger_of
from clerk_app.domain.online import COUNTER
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import State
from clerk_app.wire_orders import FeeLine, PortalStep, PortalSupplement, PortalSync

SYNC, STEP = "portal sync", "portal step"
_MOST = 500


def write_down(
    connection: Connection, law: Law, station: KnownStation, caused: Iterable[Caused], now: datetime
) -> None:
    """Everything the portal has to be told of these entries; after the messages that follow from them."""
    for one in caused:
        dossier, entry = one.dossier, one.entry
        if dossier.channel != "online" or station.counter == COUNTER or not trigger_of(entry, dossier):
            continue
        rules = law.rules(entry.at)
        state = rules.states.get(dossier.course.state)
        if state is None or not (state.status.isascii() and state.status.isdigit()):
            continue
        unit = office_words(connection, station.office).vi
        whole = _whole(dossier, rules, int(state.status), unit, entry)
        _place(connection, uuid5(entry.id, SYNC), whole, entry, dossier, station, now)
        if not _told_by_message(connection, entry):
            _place(connection, uuid5(entry.id, STEP), _step(entry, dossier, state, unit), entry, dossier, station, now)


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


def _step(entry: Entry, dossier: Dossier, state: State, unit: str) -> PortalStep:
    reason = dossier.course.passed[-1].what.reason if dossier.course.passed else ""
    words = f"{state.name.vi}: {reason}" if reason else state.name.vi
    return PortalStep(
        dossier_code=dossier.portal_code,
        officer=entry.who,
        title="",
        unit=unit,
        words=words[:_MOST],
        status=int(state.status),
        at=entry.at,
        due_at=dossier.course.due_at,
    )


def _whole(dossier: Dossier, rules: Rules, status: int, unit: str, entry: Entry) -> PortalSync:
    case, procedure = rules.case(dossier.text("case")), rules.procedures.get(dossier.procedure)
    contact, course, submitted = contact_of(dossier), dossier.course, dossier.submitted
    name = procedure.name.vi if procedure is not None else dossier.procedure
    fee = dossier.fee
    line = FeeLine("2", case.fee if case is not None else dossier.procedure, name, fee.fee_vnd) if fee else None
    return PortalSync(
        dossier_code=dossier.portal_code,
        procedure=case.tthc if case is not None else dossier.procedure,
        procedure_name=name,
        owner=dossier.text("applicant.name") or dossier.portal_code,
        unit=unit,
        status=status,
        received_at=submitted.received_at if submitted is not None else _since(dossier, entry),
        channel="2",
        owner_number=dossier.text("applicant.number"),
        email=contact.email,
        phone=contact.phone,
        due_at=course.due_at,
        ended_at=entry.at if course.ended else None,
        note=dossier.code,
        fees=[line] if line is not None else [],
        supplements=_supplements(dossier),
    )


def _since(dossier: Dossier, entry: Entry) -> datetime:
    return dossier.course.passed[0].at if dossier.course.passed else entry.at


def _supplements(dossier: Dossier) -> list[PortalSupplement]:
    """Every time that the citizen was asked for something, and when the clock went on after it."""
    found: list[PortalSupplement] = []
    passed = dossier.course.passed
    for at, one in enumerate(passed):
        if one.what.clock != "paused" or (at and passed[at - 1].what.clock == "paused"):
            continue
        after = next((later for later in passed[at + 1 :] if later.what.clock != "paused"), None)
        found.append(_supplement(one, after, dossier))
    return found[-20:]


def _supplement(asked: Passed, after: Passed | None, dossier: Dossier) -> PortalSupplement:
    words = asked.what.reason or "; ".join(asked.what.items) or asked.what.step
    return PortalSupplement(
        id=str(asked.entry),
        asked_by=asked.who,
        words=words[:_MOST],
        asked_at=asked.at,
        received_by=after.who if after is not None else "",
        received_at=after.at if after is not None else None,
        due_before=asked.what.due_at,
        due_after=after.what.due_at if after is not None else None,
    )
