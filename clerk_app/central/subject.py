"""What central holds on one ID number, for who may have it: found in every entry, and that it was asked for is kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select

from clerk_app import wire
from clerk_app.carried import derived
from clerk_app.central import people
from clerk_app.central.acting import role_missing
from clerk_app.central.database import Database, entries, extracts, milliseconds, moment
from clerk_app.central.engines import patient
from clerk_app.central.register import answer_of
from clerk_app.central.rules import Law
from clerk_app.domain.dossier import Dossier, replay
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import may, may_on, who_could, whose
from clerk_app.domain.settling import Record
from clerk_app.domain.sign_in import SignInPolicy, policy_of
from clerk_app.domain.subject import SCOPE, Held, HeldDossier, standing_in
from clerk_app.domain.token_proofs import Purpose, Second, TokenProof

CONSOLE = "central"
"""In place of a station, where somebody proves at central itself who they are."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """All that was found; `beyond` dossiers are out of the reach of who asks, and nothing of them is said."""

    dossiers: tuple[HeldDossier, ...]
    beyond: int


def prove(
    database: Database,
    law: Law,
    user: str,
    password: str,
    second: Second,
    purpose: str,
    now: datetime,
    scope: str = SCOPE,
) -> wire.User:
    """Who asks, once they proved who they are, may do it, and said what for.

    Raises `Refusal`: as `people.sign_in`; ROLE_MISSING; PURPOSE_MISSING, PURPOSE_UNKNOWN.
    """
    proven = proven_person(database, law, user, password, second, now, scope)
    rows = law.rules(now).purposes
    if not purpose or purpose not in rows or not rows[purpose].roles & set(proven.roles):
        usable = ", ".join(row.code for row in rows.values() if row.roles & set(proven.roles)) or "–"
        raise Refusal(
            "PURPOSE_UNKNOWN" if purpose else "PURPOSE_MISSING",
            Words("Vai trò này không có mục đích đó.", "This role has no such purpose.")
            if purpose
            else Words("Chưa nêu mục đích.", "What it is for was not said."),
            Words(f"Mục đích dùng được: {usable}.", f"Purposes that may be named: {usable}."),
        )
    return proven


def proven_person(
    database: Database,
    law: Law,
    user: str,
    password: str,
    second: Second,
    now: datetime,
    scope: str,
    proves: Purpose = "sign-in",
    about: str = "",
) -> wire.User:
    """Somebody who proved here who they are, and may do what `scope` names; what their token signed must be for what
    it `proves` and `about` this. Raises `Refusal`: as `people.sign_in`; ROLE_MISSING.
    """
    with database.read() as connection:
        known = people.find_user(connection, sign_in_name(user))
    office = known.office if known is not None else ""
    code, proof = ("", second) if isinstance(second, TokenProof) else (second, None)
    asked = wire.SignInAsked(user, password, code, proof)

    def policy(roles: Sequence[str]) -> SignInPolicy:
        return policy_of(roles, lambda name: law.setting(name, now))

    proven = people.sign_in(database, asked, CONSOLE, office, now, policy, frozenset({proves}), about).user
    if not may(proven.roles, scope, law.roles(now)):
        named = law.rules(now)
        raise role_missing(who_could(scope, named.roles, named.role_names, "own"))
    return proven


def find(database: Database, law: Law, number: str, who: wire.User, now: datetime, scope: str = SCOPE) -> Subject:
    """Every dossier in an entry of which the number stands, or once stood, as a value or in what somebody wrote: reads
    every body there is.
    """
    table = law.roles(now)
    found: list[HeldDossier] = []
    beyond = 0
    with database.read() as connection:
        patient(connection)
        for dossier in _named_in(connection, number):
            one = _whole(connection, dossier)
            state = one.state if one.state.office else Dossier(dossier, office=one.office)
            if may_on(who.roles, scope, table, whose(state, who.id, who.office)):
                found.append(one)
            else:
                beyond += 1
    return Subject(tuple(found), beyond)


def keep(
    database: Database, who: str, purpose: str, number: str, subject: Subject, digest: bytes, at: datetime
) -> UUID:
    """Write down that an extract was made, before it is handed over; the id of that. The number itself is not kept."""
    made = uuid4()
    row = {
        "id": made,
        "at_ms": milliseconds(at),
        "who": who,
        "purpose": purpose,
        "subject": mark_of(database, number),
        "dossiers": len(subject.dossiers),
        "entries": sum(len(one.held) for one in subject.dossiers),
        "digest": digest,
    }
    with database.write("extracts") as connection:
        connection.execute(insert(extracts), row)
    return made


def mark_of(database: Database, number: str) -> bytes:
    """What stands for a number in the list of extracts: the same each time, and only central can make it."""
    return hmac.digest(derived(database.secret, b"subject of an extract"), number.encode(), hashlib.sha256)


def earlier(database: Database, number: str) -> list[dict[str, Any]]:
    """Who had an extract on this number before, when and what for; oldest first."""
    chosen = select(extracts).where(extracts.c.subject == mark_of(database, number)).order_by(extracts.c.at_ms)
    with database.read() as connection:
        return [
            {
                "extract": str(row.id),
                "at": moment(row.at_ms).isoformat(),
                "who": row.who,
                "purpose": row.purpose,
                "sha256": row.digest.hex(),
            }
            for row in connection.execute(chosen)
        ]


def _named_in(connection: Connection, number: str) -> Sequence[UUID]:
    named = standing_in(number)
    bodies = select(entries.c.dossier, entries.c.body).order_by(entries.c.number)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(bodies)
    return list(dict.fromkeys(row.dossier for row in rows if named(row.body)))


def _whole(connection: Connection, dossier: UUID) -> HeldDossier:
    rows = connection.execute(select(entries).where(entries.c.dossier == dossier).order_by(entries.c.number)).all()
    held = tuple(_held(row) for row in rows)
    counting = [one.record.entry for one in held if one.record is not None and not one.code]
    state = replay(counting) if counting else Dossier(dossier)
    return HeldDossier(dossier, rows[0].office, state, held)


def _held(row: Any) -> Held:
    told = answer_of(row.id, row.number, row.refusal)
    words = None if told.accepted else Words(told.words_vi, told.words_en)
    try:
        record = Record(wire.decode_entry(row.body), row.station, told.number, told.code)
    except wire.Unreadable:
        record = None
    values = row.id, row.number, row.station, row.n, row.received_ms, row.body, row.digest
    return Held(*values, told.code, words, record)
