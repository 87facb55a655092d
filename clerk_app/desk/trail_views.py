"""What the trail shows, as plain values: everything private in them is masked already, or meant to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from clerk_app.desk.views import Tone
from clerk_app.domain.refusals import Words


@dataclass(frozen=True, slots=True)
class TrailSearch:
    """What is looked for; an empty field asks for nothing. `person` is a citizen's number or name, `user` somebody who
    works here, `dossier` a code. Days are whole, in Hanoi.
    """

    dossier: str = ""
    person: str = field(default="", repr=False)
    user: str = ""
    first: date | None = None
    last: date | None = None
    station: str = ""


@dataclass(frozen=True, slots=True)
class TrailChange:
    """What a thing was, and what it is since."""

    label: Words
    before: Words = field(repr=False)
    after: Words = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One entry in words. `roles` are those with which the person came; where that was not written down today's, and it
    says so. `session` is how they had signed in, `digest` that of the entry's seal (hex), `n` its running number at its
    station.
    """

    entry: UUID
    dossier: UUID
    code: str
    at: datetime
    who: str
    roles: Words
    station: str
    kind: str
    sentence: Words = field(repr=False)
    changes: tuple[TrailChange, ...] = field(repr=False)
    central: Words
    tone: Tone
    session: Words
    offline: bool
    n: int
    digest: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some of what was found, newest first. `following` is where the next page begins; `total` is counted with the
    first page alone, and one more than `counted` where there are more.
    """

    lines: tuple[TrailLine, ...]
    following: tuple[int, int] | None = None
    total: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A dossier from its beginning. `masked`: something private is hidden; `longer`: its newest entries alone."""

    dossier: UUID
    code: str
    lines: tuple[TrailLine, ...]
    masked: bool
    longer: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody may look for."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Verification:
    """That the journal was checked, when, and how many problems that found."""

    at: datetime
    ok: bool
    entries: int
    stations: int
    problems: int
