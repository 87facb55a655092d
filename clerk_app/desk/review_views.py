"""Second looks as ready values: what waits for one, what was found, and the figures of a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from clerk_app.desk.views import IntakeView
from clerk_app.domain.refusals import Refusal, Words


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A drawn dossier that waits for a second look; `left` says how long it still does."""

    dossier: UUID
    code: str
    name: str = field(repr=False)
    case: Words
    accepted: str
    by: str
    left: Words


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a second look found; `review` is its entry. `mine`: the person signed in may answer it."""

    dossier: UUID
    review: UUID
    code: str
    name: str = field(repr=False)
    cause: Words
    comment: str = field(repr=False)
    field_name: str
    field_label: Words | None
    found: str
    answer: str = field(default="", repr=False)
    answered_by: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class CauseChoice:
    """A cause that a finding may name."""

    code: str
    name: Words


@dataclass(frozen=True, slots=True)
class ReviewList:
    """What waits: dossiers drawn for a second look (for who may), findings that wait for the person signed in.

    `problem` is why dossiers are not drawn as they should be.
    """

    rows: tuple[ReviewRow, ...]
    findings: tuple[FindingRow, ...]
    may_review: bool
    may_read: bool
    problem: Refusal | None = None


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """A drawn dossier with its evidence, and the causes that the law of its day knows."""

    row: ReviewRow
    dossier: IntakeView
    causes: tuple[CauseChoice, ...]


@dataclass(frozen=True, slots=True)
class CauseFigure:
    """How often a cause was found."""

    code: str
    name: Words
    count: int


@dataclass(frozen=True, slots=True)
class ClerkFigure:
    """Second looks at dossiers that one clerk accepted, and how many found something."""

    clerk: str
    looked: int
    findings: int


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """The second looks of some days, by the day on which they were taken; `accepted` and `drawn` by that of acceptance.

    `clerks` is empty where the office's policy keeps the figures without names.
    """

    first: date
    last: date
    accepted: int
    drawn: int
    looked: int
    sound: int
    findings: int
    answered: int
    causes: tuple[CauseFigure, ...]
    clerks: tuple[ClerkFigure, ...] = ()
    named: bool = False
