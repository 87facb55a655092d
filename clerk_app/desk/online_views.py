"""What a screen or a command shows of the queue of online dossiers: plain values, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.online import Filter, Stage
from clerk_app.domain.refusals import Words

_NOTHING = Words("", "")
Held = Literal["nobody", "mine", "theirs"]
Other = Literal["register", "identity"]


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """One line of the queue. `left` is how much office time is left until `until`, `held_words` who has it open; `paid`
    is the code of `payment`.
    """

    dossier: UUID
    code: str
    name: str = field(repr=False)
    stage: Stage
    state: Badge
    payment: Words
    sent: str
    until: datetime | None
    left: Words
    urgency: Tone
    held: Held = "nobody"
    held_words: Words = _NOTHING
    paid: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnlineView:
    """A part of the queue. `more` lines fit, too, and are not shown; `counts` goes by part; `waiting` is the badge.

    `heard` is when central last said who has which open, empty where it never did.
    """

    wanted: Filter
    rows: tuple[OnlineRow, ...]
    more: int
    counts: Mapping[Filter, int]
    waiting: int
    overdue: int
    heard: str = ""


@dataclass(frozen=True, slots=True)
class StatedRow:
    """One value of the citizen's form beside what a register and a document say of it.

    `differs` are those of `register` and `identity` that say otherwise; an empty text says nothing.
    """

    name: str
    label: Words
    stated: Words = field(repr=False)
    register: Words = field(repr=False)
    identity: Words = field(repr=False)
    differs: frozenset[Other] = frozenset()


@dataclass(frozen=True, slots=True)
class StatedPaper:
    """A paper that the citizen sent, or one of which the file cannot be shown as a page; `withdrawn`: they took a file
    of it back.
    """

    name: Words
    pages: int
    readable: bool = True
    withdrawn: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class OnlineDossierView:
    """An online dossier before the clerk: what the citizen stated, sent and paid, and what has to be done until when.

    `lacking` is what must still be done at the desk before it can be accepted.
    """

    row: OnlineRow
    rows: tuple[StatedRow, ...]
    papers: tuple[StatedPaper, ...]
    payment: Badge
    register: Badge
    identity: Badge
    helped: Words | None
    lacking: tuple[Words, ...]
