"""What the later life of a dossier puts on paper, as plain values: one for each of the forms M02 to M07 and the count.

A notice holds facts and codes; how it is worded and laid out is the catalogue's and the printer's business. Whoever
makes one knows the facts: nothing in here is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, assert_never

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.contact import contact_of
from clerk_app.domain.dossier import Dossier, PayMethod
from clerk_app.domain.refusals import Words

Punctuality = Literal["early", "on_time", "late"]


def punctuality(done_at: datetime, due_at: datetime) -> Punctuality:
    """Before the day that was promised is early, after its moment late (reports 06a, 07a: `<`, `=`, `>`)."""
    if in_hanoi(done_at) > in_hanoi(due_at):
        return "late"
    return "on_time" if in_hanoi(done_at).date() == in_hanoi(due_at).date() else "early"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as the papers address them. Personal data."""

    name: str = field(repr=False)
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    nationality: str = field(default="VNM", repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """Which dossier a notice is about: its code (a provisional one while it is a draft), the day of its rules and the
    version of their pack (empty: the one in force).

    `party` handed it in, `owner` is whom the result is for.
    """

    code: str
    procedure: str
    case: str
    new_class: str
    party: Party
    owner: Party
    on: date
    practice: bool
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who answers questions about a notice."""

    name: str = field(default="", repr=False)
    phone: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """A paper that is still to be brought, why, and by which rule. `kind` is the form it must have, if known."""

    code: str
    name: Words
    because: Words
    basis: str
    kind: Literal["", "original", "certified", "copy"] = ""


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """M02: everything that is missing, said at once. `until` is None where no clock runs yet."""

    about: About
    papers: tuple[MissingPaper, ...]
    further: tuple[Words, ...]
    officer: Officer
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason and where the law says it."""

    words: Words
    basis: str


@dataclass(frozen=True, slots=True)
class RefusalNotice:
    """M03: the dossier is not taken, for these reasons."""

    about: About
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Apology:
    """M04: the result is late by `working_days`, why, and when it will be there."""

    about: About
    received_at: datetime
    old_due: datetime
    new_due: datetime
    working_days: int
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StopNotice:
    """M05: work on the dossier ends. `requested_by` is empty where nobody asked; `fee_vnd` is what had been paid."""

    about: About
    requested_by: str = field(repr=False)
    requested_on: date | None
    reason: str = field(repr=False)
    fee_vnd: int
    fee_returned: bool
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """A unit that had the dossier: from when to when, and whether it was done in time. None: not yet."""

    unit: str
    taken_at: datetime | None
    given_at: datetime | None = None
    result: Punctuality | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ControlSlip:
    """M06: the slip that goes with the dossier. The book's own numbers are empty where the office keeps none."""

    about: About
    received_at: datetime
    due_at: datetime
    lead_unit: str
    partner_units: tuple[str, ...]
    steps: tuple[HandOver, ...]
    book: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One dossier of the register. `area` is where it arose, as the office names it."""

    about: About
    received_at: datetime
    due_at: datetime
    received_by: str = field(repr=False)
    sets: int = 1
    delivered_at: datetime | None = None
    area: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegisterBook:
    """M07: every dossier received from `first` to `last`, in the order of their reception."""

    first: date
    last: date
    lines: tuple[RegisterLine, ...]
    practice: bool


@dataclass(frozen=True, slots=True)
class CashHandover:
    """The money of a day at one counter by its receipts; it is counted on paper.

    `sums_vnd` are (way of payment, how many receipts, whole đồng).
    """

    on: date
    counter: str
    collector: str = field(repr=False)
    receipts: tuple[str, ...]
    sums_vnd: tuple[tuple[PayMethod, int, int], ...]
    practice: bool


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One entry of the trail as it stands on paper; what is private is masked already."""

    number: int
    at: str
    who: str
    station: str
    code: str
    done: str = field(repr=False)
    changed: str = field(repr=False)
    central: str = ""
    seal: str = ""


@dataclass(frozen=True, slots=True)
class TrailReport:
    """What was done, by whom and when, for an inspection. `maker` are who exported it, their roles, the station and the
    moment; `masked` and `sealed` say what is hidden in it and what it is assured by.
    """

    scope: str
    purpose: str
    maker: tuple[str, ...]
    masked: str
    sealed: str
    on: date
    rows: tuple[TrailRow, ...]
    practice: bool


Notice = (
    SupplementRequest | RefusalNotice | Apology | StopNotice | ControlSlip | RegisterBook | CashHandover | TrailReport
)


def form_of(notice: Notice) -> str:
    """The code of the form that a notice fills."""
    match notice:
        case SupplementRequest():
            return "M02"
        case RefusalNotice():
            return "M03"
        case Apology():
            return "M04"
        case StopNotice():
            return "M05"
        case ControlSlip():
            return "M06"
        case RegisterBook():
            return "M07"
        case CashHandover():
            return "SHIFT"
        case TrailReport():
            return "TRAIL"
        case _:
            assert_never(notice)


def about_of(dossier: Dossier, case: str, new_class: str, on: date) -> About:
    """Which dossier it is, by its own code where it has one. Handed in by the submitter, else by the applicant."""
    owner = _party(dossier, "applicant")
    party = _party(dossier, "submitter") if dossier.text("submitter.name") else owner
    code = dossier.code or dossier.local_code
    return About(code, dossier.procedure, case, new_class, party, owner, on, dossier.practice, dossier.pack)


def _party(dossier: Dossier, who: str) -> Party:
    said = [dossier.text(f"{who}.{key}") for key in ("name", "residence", "phone", "email", "number")]
    name, address, phone, email, number = said
    email = email or (contact_of(dossier).email if who == "applicant" else "")
    return Party(name, address, phone, email, number, dossier.text("applicant.nationality") or "VNM")
