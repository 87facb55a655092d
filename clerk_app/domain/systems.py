"""What a dossier knows from other systems: what the registers said of it, and what was ordered for it there.

What a register said holds until it said something else, and only about what it was asked: an answer about another
number, another name or another date says nothing of the dossier as it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.registers import (
    EarlierResults,
    HealthCertificates,
    IdentityCompared,
    PortalDossier,
    ViolationRecords,
)

System = Literal["violations", "identity", "health", "results", "portal"]
"""The systems whose answers are kept as `SystemAnswered`; that of the licence register is older, `RegisterAnswered`."""
SYSTEMS: tuple[System, ...] = ("identity", "violations", "health", "results", "portal")
Outcome = Literal["answered", "kept", "unknown"]
OrderSystem = Literal["payment", "post", "portal"]
OrderEnd = Literal["waiting", "done", "rejected"]
PAID = "paid"
FAILED = "failed"
NOT_FOUND = "NOT_FOUND"
"""The cause for which a question about a payment ends as rejected where the platform has none of that reference."""


@dataclass(frozen=True, slots=True)
class SystemAnswered:
    """What one of the State's systems said about this dossier, in the field of that system; or that nobody knows.

    `heard_at` is when the system said it (nobody knows: when it was asked); a `kept` answer is one of before that
    central had, because the system is silent for `cause`. `about` is what it was asked, by the names of the fields.
    """

    system: System
    outcome: Outcome
    heard_at: datetime
    about: Mapping[str, str] = field(repr=False)
    cause: str = ""
    violations: ViolationRecords | None = None
    identity: IdentityCompared | None = None
    health: HealthCertificates | None = None
    results: EarlierResults | None = None
    portal: PortalDossier | None = None


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """Something is ordered from another system: written down before it is first sent, under the id by which it is sent.

    `amount_vnd` is what a payment is about. `reference` stands in a question about a payment that somebody else had
    made: by it the platform knows that one.
    """

    order: UUID
    system: OrderSystem
    amount_vnd: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OrderHeard:
    """How an order stands by the word of central, which has it from the other system.

    `state`, `outcome`, `reference` and `result` as in `wire_orders.OrderState`. A payment is paid where `outcome` is
    "paid" and in no other case.
    """

    order: UUID
    state: OrderEnd
    heard_at: datetime
    outcome: str = ""
    reference: str = ""
    result: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system said: its last answer, and that it was silent when it was asked after that."""

    last: SystemAnswered | None = None
    silent: SystemAnswered | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of a dossier: who placed it when, and how it stands as far as it was heard."""

    placed: OrderPlaced
    who: str
    at: datetime
    heard: OrderHeard | None = None

    @property
    def outcome(self) -> str:
        """The other system's own word; nothing while it said none."""
        return self.heard.outcome if self.heard is not None else ""

    @property
    def over(self) -> bool:
        """Whether nothing can come of it any more: it was rejected, or failed. An order nobody heard of is open."""
        return self.heard is not None and (self.heard.state == "rejected" or self.heard.outcome == FAILED)

    @property
    def paid(self) -> bool:
        """By the platform's word."""
        return self.placed.system == "payment" and self.outcome == PAID


def with_answer(known: Mapping[str, Answers], what: SystemAnswered, who: str) -> dict[str, Answers]:
    """The answers after one more."""
    before = known.get(what.system, Answers())
    now = replace(before, silent=what) if what.outcome == "unknown" else Answers(what, None, who)
    return dict(known) | {what.system: now}


def with_order(known: tuple[Ordered, ...], what: OrderPlaced, who: str, at: datetime) -> tuple[Ordered, ...]:
    """The orders after one more; the same once more changes nothing."""
    there = any(one.placed.order == what.order for one in known)
    return known if there else (*known, Ordered(what, who, at))


def with_news(known: tuple[Ordered, ...], what: OrderHeard) -> tuple[Ordered, ...]:
    """The orders once something was heard of one. What is paid stays paid."""
    return tuple(replace(one, heard=what) if one.placed.order == what.order and not one.paid else one for one in known)


def payment_of(orders: tuple[Ordered, ...]) -> Ordered | None:
    """The payment that counts: a paid one, else the last that is open, else the last."""
    found = [one for one in orders if one.placed.system == "payment"]
    paid = [one for one in found if one.paid]
    still = [one for one in found if not one.over]
    counts = paid or still[-1:] or found[-1:]
    return counts[0] if counts else None


Standing = Literal["known", "kept", "unknown", "too_old", "other", "never"]
"""How far an answer can be relied on now: said today, said before, nobody knows, said too long ago, said of something
else than what stands in the dossier now, never asked."""


def standing(answers: Answers | None, about: Mapping[str, str], now: datetime, age: timedelta) -> Standing:
    """Whether an answer counts. One of today counts while the system was not silent since; else not beyond `age`."""
    if answers is None or (answers.last is None and answers.silent is None):
        return "never"
    last, silent = answers.last, answers.silent
    if last is None:
        return "unknown"
    if dict(last.about) != dict(about):
        return "unknown" if silent is not None and dict(silent.about) == dict(about) else "other"
    young = now - last.heard_at <= age
    if silent is not None:
        return "kept" if young else "unknown"
    if last.outcome == "kept":
        return "kept" if young else "too_old"
    return "known" if young or in_hanoi(last.heard_at).date() == in_hanoi(now).date() else "too_old"


def counting(answers: Answers | None, about: Mapping[str, str], now: datetime, age: timedelta) -> SystemAnswered | None:
    """The answer, where it counts."""
    found = standing(answers, about, now, age)
    return answers.last if answers is not None and found in ("known", "kept") else None


def age_limit(system: str, setting: Callable[[str], str]) -> timedelta:
    """How old an answer of before may be, by the law of the day; none where it says nothing, or no figure."""
    written = setting(f"register_age_{system}_minutes")
    figure = written.isascii() and written.isdigit() and len(written) < 8
    return timedelta(minutes=int(written)) if figure else timedelta(0)
