"""What becomes of a result once it is made: the card arrives, lies on the shelf, is handed over or posted.

A fold of its own beside the business course of a dossier. A card is owed anew as soon as the clock of the dossier runs
again: what was known of the one before is over then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from clerk_app.domain.evidence import Evidence
from clerk_app.domain.refusals import Words
from clerk_app.domain.rule import Rule

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Entry

Collector = Literal["holder", "authorised"]
CollectorProof = Literal["chip", "qr", "receipt", "seen"]
"""How somebody showed who they are: the chip or the printed code of their card, the receipt M01, a paper looked at."""
OldLicence = Literal["returned", "cut", "kept", "none"]
"""What was done with the old licence; `none`: there was none to give back."""
Signing = Literal["pad", "paper", "unable"]
PostOutcome = Literal["sent", "rejected", "delivered", "returned"]
HandingState = Literal["", "here", "posting", "posted", "returning", "given"]
"""Nothing yet; at this office; the post was asked and did not answer; on its way; the post brings it back, and nobody
has it in hand yet; with the citizen."""
HandingKind = Literal["collector", "proof", "authority", "old", "signature", "reminder", "post"]

VALUES: Mapping[HandingKind, tuple[str, ...]] = {
    "collector": ("holder", "authorised"),
    "proof": ("chip", "qr", "receipt", "seen"),
    "authority": (),
    "old": ("returned", "cut", "kept", "none"),
    "signature": ("pad", "paper", "unable"),
    "reminder": (),
    "post": ("public",),
}
"""What a row of each kind may say; nothing here: a code of a paper, or a number of days."""


@dataclass(frozen=True, slots=True)
class HandingRow:
    """One thing that is allowed, or due, when results of these procedures are handed over; `words` tell it.

    Of several `old` rows the first is what the rule says, the others are what may be done instead.
    """

    code: str
    kind: HandingKind
    procedures: tuple[str, ...]
    value: str
    words: Words
    rule: Rule

    def of(self, procedure: str) -> bool:
        """Whether results of this procedure are handed over by it."""
        return "*" in self.procedures or procedure in self.procedures


# ---- what can happen ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardArrived:
    """The printed card came to the counter in this box (its id) and was recognised by what was scanned: the dossier's
    code, or the number on the card (12 digits)."""

    box: UUID
    by: Literal["code", "number"]
    card: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CardShelved:
    """The card lies at this place of the shelf, as `A-017`."""

    place: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The result was given to somebody, with everything the rule asks for.

    `name` and `number` are of an authorised person, or of the holder as their card said it; `authority` is the code of
    the paper by which they act, `authority_note` names it. `evidence` is what their chip or code proved. `sheets` are
    the signature as a picture, or the signed pages; `reason` why nobody signed. `note` says why there was no old
    licence.
    """

    to: Collector
    proof: CollectorProof
    old: OldLicence
    signed: Signing
    name: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    authority: str = ""
    authority_note: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    sheets: tuple[str, ...] = ()
    evidence: Evidence | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a result goes: as the application says it, until somebody mends it. Any of it may be empty."""

    name: str = field(default="", repr=False)
    tel: str = field(default="", repr=False)
    street: str = field(default="", repr=False)
    commune: str = field(default="", repr=False)
    province: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PostOrdered:
    """The public post is to bring the result: the order's id, and where it goes, are written down before it is first
    sent. Entries from before that have no `to`."""

    order: UUID
    to: Receiver | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PostTold:
    """What the post said of an order: `item` is its number for tracking, `status` its own words."""

    order: UUID
    outcome: PostOutcome
    item: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class CollectionReminded:
    """The holder of a card that lies here was reminded to collect it: the `stage`-th time, counted from 1."""

    stage: int
    way: Literal["message", "phone"]


@dataclass(frozen=True, slots=True)
class BoxHappened:
    """A box of cards was opened at this desk, with so many expected `cards`, or closed, with so many checked in: a
    matter of the station, and no dossier."""

    event: Literal["opened", "closed"]
    label: str
    cards: int


@dataclass(frozen=True, slots=True)
class CardAside:
    """A card of a box is not for the shelf, and why. `unit` is whose it is, where its code names another office;
    `dossier` whose it is here. What was scanned is not kept where it is not a dossier's code."""

    why: Literal["unknown", "other_office", "not_approved", "damaged"]
    code: str = ""
    unit: str = ""
    dossier: UUID | None = None


HANDINGS = CardArrived | CardShelved | HandedOver | PostOrdered | PostTold | CollectionReminded
"""What happens to the result of a dossier."""


# ---- what follows ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handing:
    """Where a result is. `since` is when it came to its state; `place` is empty while it lies on no shelf.

    `order` and `item` are of the newest order to the post; `reminded` are the moments of the reminders for the card
    that is here now; `given_at` is when the citizen had it, `handed` how, where it was at a counter.
    """

    state: HandingState = ""
    since: datetime | None = None
    box: UUID | None = None
    card: str = field(default="", repr=False)
    place: str = ""
    arrived_at: datetime | None = None
    reminded: tuple[datetime, ...] = ()
    order: UUID | None = None
    told: frozenset[PostOutcome] = frozenset()
    """What the post said of that order."""
    item: str = ""
    status: str = ""
    returns: int = 0
    handed: HandedOver | None = None
    given_by: str = ""
    given_at: datetime | None = None
    back_at: datetime | None = None
    """When a card that the post brought back was laid on the shelf."""
    to: Receiver | None = field(default=None, repr=False)
    """Where the newest order to the post goes."""

    @property
    def at_hand(self) -> bool:
        """Whether the card lies at this office."""
        return self.state == "here"


NOTHING_YET = Handing()
"""Before a card came."""


def with_handing(handing: Handing, entry: Entry, what: HANDINGS) -> Handing:
    """Where the result is after one more happening. Pure and total."""
    at = entry.at
    match what:
        case CardArrived():
            return Handing("here", at, what.box, what.card, arrived_at=at, returns=handing.returns)
        case CardShelved():
            laid = replace(handing, place=what.place)
            back = replace(laid, state="here", since=at, arrived_at=at, back_at=at)
            return back if handing.state == "returning" else laid
        case HandedOver():
            return replace(handing, state="given", since=at, place="", handed=what, given_by=entry.who, given_at=at)
        case PostOrdered():
            begun = replace(handing, state="posting", since=at, order=what.order, to=what.to)
            return replace(begun, told=frozenset(), item="", status="")
        case PostTold() if what.order != handing.order or what.outcome in handing.told or "delivered" in handing.told:
            return handing
        case PostTold():
            return _told(handing, entry, what)
        case CollectionReminded() if what.stage > len(handing.reminded) and handing.at_hand:
            return replace(handing, reminded=(*handing.reminded, at))
        case CollectionReminded():
            # Two desks did the same, or the card had gone meanwhile: nothing is new.
            return handing


def _told(handing: Handing, entry: Entry, what: PostTold) -> Handing:
    told = handing.told | {what.outcome}
    said = replace(handing, told=told, item=what.item or handing.item, status=what.status, since=entry.at)
    match what.outcome:
        case "sent":
            return replace(said, state="posted", place="")
        case "rejected":
            return replace(said, state="here" if handing.state == "posting" else handing.state)
        case "delivered":
            return replace(said, state="given", place="", given_at=entry.at, given_by=entry.who)
        case "returned":
            back = replace(said, state="returning", place="", arrived_at=None, reminded=())
            return replace(back, returns=handing.returns + 1)
