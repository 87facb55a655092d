"""What happens around a dossier so that others can answer for it: decisions asked back, second looks, who saw what,
who sat at the desk, what left it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from clerk_app.domain.token_proofs import TokenProof

Factor = Literal["", "password", "pin", "totp", "token"]
"""How somebody proved who they are; empty in entries from before it was written down."""
Where = Literal["", "spot", "remote"]
"""A decision is made at the clerk's desk (`spot`) or at the supervisor's own."""
SessionEvent = Literal["in", "out", "refused", "locked", "unlocked", "forced"]


FULL_EXPORTS = frozenset({"trail.full.csv", "trail.full.pdf"})
"""What an export of the trail without the mask is called."""
REPORT_EXPORTS = frozenset({"report.csv", "report.xlsx", "report.pdf", "report.dossiers.csv"})
"""What a report is called that leaves the desk, and the list of dossiers behind one of its figures."""


@dataclass(frozen=True, slots=True)
class MoreAsked:
    """A supervisor wants to know more before deciding; the request stays open until the clerk asks again.

    `field` names what the comment points at, `request` the asking entry, `shown` the digest of what was looked at,
    `proof` what their token signed, where one did.
    """

    code: str
    comment: str
    field: str = ""
    request: UUID | None = None
    shown: str = ""
    proof: TokenProof | None = None


@dataclass(frozen=True, slots=True)
class DecisionRefused:
    """Somebody wanted to decide an exception and might not: `refusal` is the code that they were told."""

    code: str
    refusal: str
    user: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A second look at an accepted dossier that was drawn for it. `cause` is a code of the catalogue for a finding."""

    result: Literal["sound", "finding"]
    cause: str = ""
    comment: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class FindingAnswered:
    """The clerk answered what a second look (`review`: the entry) had found."""

    review: UUID
    answer: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody saw data that is masked for others. `what` names it, never holds it; `purpose` is a catalogue's code.

    Whoever looked for a `person` saw no dossier yet: that is a matter of the station.
    """

    what: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SessionHappened:
    """Somebody came, went, was turned away, or locked the desk: a matter of the station, and no dossier.

    `cause` is the code of the refusal, where there was one; `proof` what a token signed, where one did. `roles` are
    those with which somebody came, as central or this desk knew them; nothing in entries from before they were written
    down.
    """

    event: SessionEvent
    user: str
    offline: bool = False
    factor: Factor = ""
    cause: str = ""
    proof: TokenProof | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """Something left the desk as a file: its kind, SHA-256 (hex), purpose and how many rows. No dossier."""

    what: str
    digest: str
    purpose: str
    rows: int


@dataclass(frozen=True, slots=True)
class CopiesRemoved:
    """This desk's own copies of these sheets are gone by the retention rule `basis`: central held them."""

    sheets: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What stands in place of an entry whose content was erased by an order (`order`): nothing of what it said.

    `was` is the kind of what stood there. `proof` is central's signature of the order (hex): nobody else can empty an
    entry. Its own seal is that of the entry before: who wrote it, and where, is still proven.
    """

    order: UUID
    was: str
    proof: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ErasureDone:
    """This desk erased by an order what it held of the dossier: the entries with these seals and these sheets (hex)."""

    order: UUID
    proof: str = field(repr=False)
    entries: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


OUTLIVES = frozenset({"Looked", "CopiesRemoved", "ErasureDone", "Erased"})
"""Kinds that no order erases: they hold nothing of a person, and say who saw what and what became of it."""
