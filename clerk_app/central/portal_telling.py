"""What the national portal is told of a dossier that came from there: with every step, the step and the whole dossier.

Both are orders, written down in the transaction that accepts the entry, under ids that follow from it, in the lane of
the dossier: the portal hears of things in the order in which they were accepted. A step of which the citizen is told
there is told once, in the words of that message and under its id (`portal_lane`), whatever overtakes the message.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import uuid5

import msgspec
from sqlalchemy import Connection, select

from clerk_app.central.database import messages
from clerk_app.central.messages import Caused, office_words
from clerk_app.central.officers import Officer, officer_of
from clerk_app.central.portal_lane import place
from clerk_app.central.portal_whole import MOST, whole
from clerk_app.central.registers.messaging import Letter
from clerk_app.central.registers.portal_messages import step_of
from clerk_app.central.rules import Law
from clerk_app.central.stations import KnownStation
from clerk_app.domain.collecting import arrival_step
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.messages import CARD_HERE, PORTAL, trigger_of
from clerk_app.domain.online import COUNTER
from clerk_app.domain.steps import State
from clerk_app.wire_orders import PortalStep

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
        place(connection, uuid5(entry.id, SYNC), told, entry.who, dossier.id, station, now)
        message = _message(connection, entry)
        if message is not None:
            step = msgspec.structs.replace(step_of(message), began_at=_since(dossier))
        else:
            step = _step(entry, dossier, state, unit, who(entry.who))
        name = STEP if message is None else PORTAL
        place(connection, uuid5(entry.id, name), step, entry.who, dossier.id, station, now)


def _message(connection: Connection, entry: Entry) -> Letter | None:
    """The message that tells the citizen of it at the portal, where one is to go out."""
    mine = (messages.c.id == uuid5(entry.id, PORTAL)) & (messages.c.state == "queued")
    letter = connection.execute(select(messages.c.letter).where(mine)).scalar()
    return None if letter is None else msgspec.json.decode(letter, type=Letter)


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
