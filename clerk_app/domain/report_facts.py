"""What reports count of a dossier: one plain row, made from its history by one function at the desk and at central.

Nothing of a citizen is in it: codes, places, moments and counts alone. Moments are whole milliseconds since 1970.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from clerk_app.domain.course import ACCEPT
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import digitised
from clerk_app.domain.online import COUNTER
from clerk_app.domain.systems import payment_of

VERSION = "4"
"""Of what is made of the same history: one more whenever `facts_of` reads something else in it."""

ASKED, GRANTED, REFUSED = "open", "granted", "refused"
"""What became of a request for an exception."""
UNCONFIRMED = "unconfirmed"
"""A fee that was written down as paid online, of which the payment platform did not say that it is paid."""


class Move(NamedTuple):
    """The dossier came to a state by a step. `due_ms` is the appointment that holds from then on, 0: none."""

    at_ms: int
    state: str
    due_ms: int
    step: str


class Facts(NamedTuple):
    """One dossier as reports see it.

    `counter` is the one that accepted it, before that the one that opened it: until then what a citizen sent is at
    none. `clerk` is who opened it; of what a citizen sent, who accepted it. `moves` are in the order of their moments,
    never empty. `components` are the papers it was accepted with, of which `digitised` have pages of their own,
    `reused` were taken from an earlier dossier and `reused_results` from its result (Decree 107/2021/NĐ-CP). `paid` is
    how the fee came in (online by the word of the payment platform alone), or empty. `exceptions` are cause and
    outcome.
    """

    dossier: UUID
    code: str
    office: str
    counter: str
    clerk: str
    procedure: str
    channel: str
    practice: bool
    moves: tuple[Move, ...]
    fee_vnd: int = 0
    paid: str = ""
    components: int = 0
    digitised: int = 0
    reused: int = 0
    reused_results: int = 0
    exceptions: tuple[tuple[str, str], ...] = ()


def facts_of(dossier: Dossier) -> Facts | None:
    """The row of a dossier; None of a draft that took no step yet, and of what no report may tell of.

    An acceptance counts from the reception it speaks of: what was taken on paper during an outage is entered later.
    """
    if dossier.of_station or dossier.erased is not None or not dossier.course.passed:
        return None
    submitted = dossier.submitted
    papers = submitted.papers if submitted is not None else ()
    states = [digitised(dossier, paper) for paper in papers]
    return Facts(
        dossier.id,
        dossier.code or dossier.local_code,
        dossier.office,
        _counter(dossier),
        _clerk(dossier),
        dossier.procedure,
        dossier.channel,
        dossier.practice,
        _moves(dossier),
        submitted.fee_vnd if submitted is not None else 0,
        _paid(dossier),
        len(papers),
        states.count(1),
        states.count(2),
        states.count(3),
        tuple(sorted((code.partition(":")[0], _outcome(one.granted)) for code, one in dossier.exceptions.items())),
    )


def milliseconds(at: datetime) -> int:
    """An aware time as whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def _counter(dossier: Dossier) -> str:
    """Where it counts: at the counter that answers for it. Entries from before an acceptance named it do not say."""
    return (dossier.submitted.counter if dossier.submitted is not None else "") or dossier.counter


def _clerk(dossier: Dossier) -> str:
    """Whose it is; a citizen opened it by nobody at a desk."""
    if dossier.counter != COUNTER:
        return dossier.clerk
    accepted = [passed.who for passed in dossier.course.passed if passed.what.step == ACCEPT]
    return accepted[-1] if accepted else dossier.clerk


def _paid(dossier: Dossier) -> str:
    """How the fee came in. What was taken at the desk counts as that, also where the platform took it once more: that
    has to be given back. Online it was paid if the platform says so, whether or not a receipt was made of it yet.
    """
    taken, known = dossier.fee, payment_of(dossier.orders)
    if taken is not None and taken.fee_vnd and taken.method != "online":
        return taken.method
    if known is not None and known.paid:
        return "online"
    return UNCONFIRMED if taken is not None and taken.fee_vnd else ""


def _moves(dossier: Dossier) -> tuple[Move, ...]:
    found: list[Move] = []
    due, reached = 0, 0
    for passed in dossier.course.passed:
        at = passed.at
        if passed.what.step == ACCEPT and dossier.submitted is not None:
            at = min(at, dossier.submitted.received_at)
        if passed.what.due_at is not None:
            due = milliseconds(passed.what.due_at)
        # The clocks of two desks may be some minutes apart.
        reached = max(reached, milliseconds(at))
        found.append(Move(reached, passed.what.to, due, passed.what.step))
    return tuple(found)


def _outcome(granted: bool | None) -> str:
    if granted is None:
        return ASKED
    return GRANTED if granted else REFUSED
