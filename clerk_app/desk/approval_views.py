"""Ready values for whoever decides exceptions, and for the clerk who waits for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from clerk_app.desk.views import Badge, CheckLine, Why
from clerk_app.domain.dossier import Step
from clerk_app.domain.refusals import Words

NONE = Words("", "")


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """What one source says of a field. `used`: it stands in the form; `differs`: it is not what stands there."""

    value: Words = field(repr=False)
    level: Badge
    used: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One field with what each source says of it, in the order of the heads; None where a source is silent.

    mark: `same` all agree · `differs` somebody should look · `persons` they are of two people · `single` only one says
    anything.
    """

    field: str
    label: Words
    cells: tuple[ComparedCell | None, ...]
    mark: Literal["same", "differs", "persons", "single"]
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """What the sources say, side by side: one column each, named by `heads`."""

    heads: tuple[Words, ...]
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A page that can be looked at; `asked`: the clerk named it as evidence for this request."""

    sheet: str
    turned: int
    caption: Words
    asked: bool = False


@dataclass(frozen=True, slots=True)
class PinTarget:
    """Something that a comment can point at: a field of the form or an item of the checklist (`paper:GKSK`)."""

    field: str
    label: Words


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One request in the list. `request` is the asking entry, `since` when it was asked.

    `risk` says how risky it is, `because` by which parts of the rule; not `may`: `why_not` says why this person cannot
    decide it. `handled` names somebody else who looks at it now. `unsent`: central does not have it yet.
    """

    request: UUID
    dossier: UUID
    code: str
    dossier_code: str
    name: str = field(repr=False)
    kind: Words
    procedure: Words
    counter: str
    clerk: str
    since: datetime
    amount: str
    risk: Badge
    because: tuple[Words, ...]
    may: bool
    why_not: Words | None = None
    handled: Words | None = None
    unsent: bool = False
    state: Badge | None = None
    """Where it stands besides waiting: more was asked, or one of two granted it."""


@dataclass(frozen=True, slots=True)
class ApprovalsView:
    """Every request of the office that waits, in the order in which they are looked at; `rule` says what order."""

    rows: tuple[ApprovalRow, ...]
    rule: Words
    mine: int
    """How many of them this person may decide."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """Everything that somebody decides on. `shown` is its digest, which the decision names.

    `portrait` is the chip's picture and `photo` the camera's, as sheets or empty; `details` are what exactly is not
    proven; `before` what was decided or asked of this request so far.
    """

    row: ApprovalRow
    shown: str
    title: str = field(repr=False)
    number: str = field(repr=False)
    born: str = field(repr=False)
    badge: Badge | None
    portrait: str
    photo: str
    face: CheckLine | None
    words: Words
    details: tuple[Words, ...]
    comparison: ComparisonView
    reason: str
    facts: tuple[tuple[Words, Words], ...] = field(repr=False)
    amount: Words | None
    pages: tuple[EvidencePage, ...]
    pins: tuple[PinTarget, ...]
    granted_by: Words | None = None
    doubt: Words | None = None
    before: tuple[Words, ...] = ()
    whys: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class HandlingView:
    """Who else looks at which request now."""

    request: UUID
    words: Words


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What came of a request: for the clerk who asked, or for a supervisor who decided at the same time as another.

    `key` tells it from every other one. `step` and `field` are where the comment points (`focus` of the form), empty
    where it points nowhere.
    """

    key: str
    dossier: UUID
    code: str
    outcome: Literal["granted", "refused", "more", "late", "confirmed"]
    words: Words
    detail: Words
    step: Step | Literal[""] = ""
    field: str = ""
