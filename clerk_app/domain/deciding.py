"""An exception from request to decision: who may decide it, and what each happening makes of it.

The same at every desk and at central. A request is open until enough different people granted it or one refused it:
what nobody decided is not granted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from clerk_app.domain.people import person_key

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Dossier, Entry, ExceptionAsked, ExceptionDecided
    from clerk_app.domain.oversight import Factor, MoreAsked, Where

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ExceptionState:
    """An exception from request to decision. `stood` is the dossier as it stood when it was asked, without exceptions:
    what was asked for it need not hold for another number or licence.

    `request` is the asking entry, `approvers` how many different people must grant it, `granted_by` who did so far;
    `granted` is None while that is not enough and nobody refused. `more` is what a supervisor (`more_by`) wants to know
    first. `comment`, `field`, `where` and `factor` are those of the last decision.
    """

    code: str
    reason: str
    asked_by: str
    decided_by: str = ""
    granted: bool | None = None
    comment: str = ""
    stood: Dossier | None = dataclasses.field(default=None, repr=False)
    request: UUID | None = None
    asked_at: datetime | None = None
    amount_vnd: int = 0
    evidence: tuple[str, ...] = ()
    approvers: int = 1
    granted_by: tuple[str, ...] = ()
    more: MoreAsked | None = None
    more_by: str = ""
    field: str = ""
    where: Where = ""
    factor: Factor = ""
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.granted is None

    @property
    def lacking(self) -> int:
        """How many more people must grant it; 0 once it is decided."""
        return max(0, self.approvers - len(self.granted_by)) if self.is_open else 0


def person_of(user: str, persons: Mapping[str, str] = NOBODY) -> str:
    """The natural person behind an account: one may have two, and is still one."""
    return person_key(persons.get(user) or user)


def may_decide(dossier: Dossier, asked: ExceptionState, who: str, persons: Mapping[str, str] = NOBODY) -> bool:
    """Four eyes: nobody decides who opened the dossier, brought something into it, took it over, asked for this or
    granted it before.

    `persons` says which accounts are of one person (account → person); nobody else has a second one.
    """
    return person_of(who, persons) not in {person_of(one, persons) for one in concerned(dossier, asked)}


def concerned(dossier: Dossier, asked: ExceptionState) -> frozenset[str]:
    """The accounts whose work or word a decision is about."""
    return frozenset({asked.asked_by, dossier.clerk, *asked.granted_by}) | dossier.makers


def with_request(dossier: Dossier, entry: Entry, what: ExceptionAsked, stood: Dossier) -> ExceptionState:
    """The exception once it was asked for, first or anew: what was said to an earlier request is said to that one."""
    return ExceptionState(
        what.code,
        what.reason,
        asked_by=entry.who,
        stood=stood,
        request=entry.id,
        asked_at=entry.at,
        amount_vnd=what.amount_vnd,
        evidence=what.evidence,
        approvers=max(1, what.approvers),
    )


def _counts(dossier: Dossier, asked: ExceptionState, entry: Entry, request: UUID | None) -> bool:
    """Whether what somebody said is about this request, still open, and theirs to say.

    What stands in a journal was judged when it came in: by this least that every version asked for it goes on counting.
    """
    about = request is None or request == asked.request
    return asked.is_open and about and entry.who not in (asked.asked_by, dossier.clerk, *asked.granted_by)


def with_decision(dossier: Dossier, asked: ExceptionState, entry: Entry, what: ExceptionDecided) -> ExceptionState:
    """The exception once somebody granted or refused it. One refusal ends it; what does not count changes nothing."""
    if not _counts(dossier, asked, entry, what.request):
        return asked
    granted_by = (*asked.granted_by, entry.who) if what.granted else asked.granted_by
    done = not what.granted or len(granted_by) >= asked.approvers
    return replace(
        asked,
        granted=what.granted if done else None,
        granted_by=granted_by,
        decided_by=entry.who,
        decided_at=entry.at,
        comment=what.comment,
        field=what.field,
        where=what.where,
        factor=what.factor,
        more=None,
        more_by="",
    )


def with_more(dossier: Dossier, asked: ExceptionState, entry: Entry, what: MoreAsked) -> ExceptionState:
    """The exception once a supervisor wants to know more: as open as before."""
    if not _counts(dossier, asked, entry, what.request):
        return asked
    return replace(asked, more=what, more_by=entry.who)
