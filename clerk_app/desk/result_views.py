"""What is seen of results: a scan of a box, the box, a line of a list, a reminder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from clerk_app.desk.views import Tone
from clerk_app.domain.handing import HandingState
from clerk_app.domain.refusals import Words

Difference = Literal[
    "", "unknown", "other_office", "not_approved", "damaged", "here", "twice", "posted", "given", "behind", "several"
]


@dataclass(frozen=True, slots=True)
class CardCheck:
    """What became of one scan of a box: the card is here (`why` empty), or why not.

    `twice`: it came in this very box before; `here`: in an earlier one; `posted`: the post has it, by what is known
    here; `given`: its holder has it; `behind`: central awaits it, and its dossier did not come to this desk yet.
    """

    why: Difference
    words: Words
    tone: Tone
    code: str = ""
    name: str = field(default="", repr=False)
    place: str = ""
    dossier: UUID | None = None

    @property
    def ask_post(self) -> bool:
        """Whether the post is to be asked before this stands: it may bring the card back (`Posting.once_asked`)."""
        return self.why == "posted" and self.dossier is not None


@dataclass(frozen=True, slots=True)
class BoxView:
    """The box that is open at this desk; `awaited` cards are expected of this office and did not come yet: `missing`
    are the codes of those that are awaited longest."""

    id: UUID | None
    label: str
    opened_at: datetime | None
    arrived: int
    aside: int
    awaited: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result in a list, ready to be shown. `due` is the next reminder, `overdue` whether its day has come; `wish` is
    how the citizen wants it, where that is not at the counter.
    """

    dossier: UUID
    code: str
    name: str = field(repr=False)
    procedure: Words
    state: Words
    tone: Tone
    place: str
    since: datetime | None
    days: int
    due: datetime | None = None
    overdue: bool = False
    reminded: int = 0
    item: str = ""
    wish: Words | None = None
    standing: HandingState = ""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that was written down; `phone` is whom to call, where the clerk does it."""

    row: ResultRow
    way: Literal["message", "phone"]
    phone: str = field(default="", repr=False)
