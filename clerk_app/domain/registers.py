"""What the State's registers say, as values: each knows "unknown", which is never "clear", "same" or "none".

Personal data stays out of what is printed of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from clerk_app.domain.licence import Sanctions
from clerk_app.domain.partial_dates import read
from clerk_app.domain.people import nfc, same_name

Agreement = Literal["same", "differs", "not_given", "unknown"]
"""Of one field: `not_given` when the register has nothing there, `unknown` when nobody can say."""
Held = Literal["yes", "no", "unknown"]
"""Whether a register has somebody."""
Health = Literal["fit", "again", "unfit", "unknown"]
"""What a driver health certificate concludes; `again` is fit, to be examined again before its time."""
SanctionKind = Literal["fine", "held", "suspended", "other"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One sanction that is not settled: who decided it, under which number, when."""

    kind: SanctionKind
    authority: str
    decision: str = field(default="", repr=False)
    decided: date | None = None


@dataclass(frozen=True, slots=True)
class ViolationRecords:
    """Whether a sanction stands in the way, with each that does. `cause` says why it is unknown."""

    state: Sanctions
    violations: tuple[Violation, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who somebody says they are. `born` is yyyy-mm-dd, yyyy-mm or yyyy; empty texts are not compared."""

    number: str = field(repr=False)
    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    sex: Literal["", "M", "F"] = field(default="", repr=False)
    old_number: str = field(default="", repr=False)
    residence: str = field(default="", repr=False)

    def given(self) -> tuple[str, ...]:
        """The fields that can be compared."""
        return tuple(name for name in COMPARED if getattr(self, name))


COMPARED = ("name", "born", "sex", "old_number", "residence")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the population database has of somebody. `dwelling` is a residence without its commune and province."""

    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    sex: Literal["", "M", "F"] = field(default="", repr=False)
    old_number: str = field(default="", repr=False)
    dwelling: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IdentityCompared:
    """Whether the population database has the person, and of each field that was given whether it has the same.

    What it has is not in it: the counter keeps that it was confirmed and when, not a second copy.
    """

    held: Held
    fields: tuple[tuple[str, Agreement], ...] = ()
    cause: str = ""


def compared(claimed: Claimed, record: OnRecord) -> IdentityCompared:
    """Field by field. A residence of which only the house and street are told cannot be more than not different."""
    found: list[tuple[str, Agreement]] = []
    for name in claimed.given():
        said = str(getattr(claimed, name))
        kept = record.dwelling if name == "residence" else str(getattr(record, name))
        found.append((name, _agreement(name, said, kept)))
    return IdentityCompared("yes", tuple(found))


def not_compared(claimed: Claimed, held: Held, cause: str) -> IdentityCompared:
    """Nobody could compare anything."""
    return IdentityCompared(held, tuple((name, "unknown") for name in claimed.given()), cause)


def _agreement(name: str, said: str, kept: str) -> Agreement:
    if not kept:
        return "not_given"
    if name == "born":
        one, other = read(said), read(kept)
        if one is None or other is None:
            return "unknown"
        if one == other:
            return "same"
        # A record of the year alone neither confirms nor denies a day of that year.
        return "unknown" if one.may_be(other) and None in (one.exact, other.exact) else "differs"
    if name == "residence":
        if same_name(said, kept):
            return "same"
        house, street_on = nfc(kept).casefold(), nfc(said).casefold()
        return "unknown" if street_on.startswith(f"{house},") else "differs"
    return "same" if same_name(said, kept) else "differs"


@dataclass(frozen=True, slots=True)
class HealthCertificate:
    """One driver-health certificate. `classes` as the doctor wrote them; `expires` is its last day, where it says."""

    number: str = field(repr=False)
    conclusion: Health = field(repr=False)
    concluded: date | None = None
    expires: date | None = None
    classes: tuple[str, ...] = ()
    facility: str = ""


@dataclass(frozen=True, slots=True)
class HealthCertificates:
    """Every certificate that fits; none is an answer too (`held` no)."""

    held: Held
    certificates: tuple[HealthCertificate, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """A result of an earlier procedure that can be used again. `files` are names; each is fetched by its place."""

    code: str
    title: str
    authority: str
    number: str = field(default="", repr=False)
    files: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """What the result repository has of somebody, of the kinds that were asked for."""

    held: Held
    results: tuple[EarlierResult, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PortalDossier:
    """A dossier as the national portal has it. `status` is one of the portal's ten codes."""

    held: Held
    code: str = ""
    procedure: str = ""
    owner: str = field(default="", repr=False)
    status: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class SubmittedPaper:
    """A file that a citizen sent: its name at the portal, the paper it is said to be, the path where it lies there."""

    id: str
    paper: str
    place: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a citizen sent through the national portal. `fields` are by our names.

    `payment`: nothing is `due` or it is, or somebody claims that it was paid: the payment platform alone knows.
    `withdrawn` are the papers, by their codes, of which the citizen took a file back.
    """

    code: str
    procedure: str
    unit: str
    sent_at: datetime
    changed_at: datetime
    fields: Mapping[str, str] = field(repr=False)
    papers: tuple[SubmittedPaper, ...] = ()
    fee_vnd: int = 0
    payment: Literal["none", "due", "claimed"] = "none"
    payment_reference: str = ""
    withdrawn: tuple[str, ...] = ()
