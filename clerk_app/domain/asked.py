"""What is asked: the facts of one application, and how conditions see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from clerk_app.domain import licensing
from clerk_app.domain.calendar import add_months, add_years, age_on
from clerk_app.domain.conditions import Fact
from clerk_app.domain.dossier import Channel
from clerk_app.domain.evidence import Level
from clerk_app.domain.licence import Licence, Sanctions
from clerk_app.domain.people import Sex
from clerk_app.domain.registers import Health
from clerk_app.domain.rules import Rules

ForeignKind = Literal["national", "temporary", "permit"]


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the rules ask about a person."""

    born: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    nationality: str = field(default="VNM", repr=False)
    residence_abroad: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """What is asked about a foreign licence and its holder; None is what nobody looked at yet.

    `kind` is a full national licence, a temporary one, or an international permit; `altered` says it was erased or
    changed; `earned_abroad` that a Vietnamese citizen passed the test while living there; `residence_months` how long a
    foreigner's residence card or diplomatic ID lets them stay.
    """

    kind: ForeignKind | None = None
    altered: bool | None = None
    earned_abroad: bool | None = None
    residence_months: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision depends on. `wanted_class` is a code of the new regime, empty while not chosen.

    `force_majeure` is proof of illness, disaster, fire or epidemic; `represented` that somebody else hands in or
    collects (None: nobody said). `fraud_decided` is the day on which the register says that a licence of this person
    was revoked for forged or altered papers; `health` what the certificate concludes, as far as the clerk confirmed it,
    and `health_concluded` when. `data_differs`: sources say different things of the same person. `late_days` is how
    many days after its reception the dossier was entered. `clerk_supervised`: whoever accepts it is looked after.
    """

    procedure: str
    case: str
    received_at: datetime
    channel: Channel
    applicant: Applicant
    licences: tuple[Licence, ...]
    wanted_class: str = ""
    identity_level: Level = "manual"
    sanctions: Sanctions = "unknown"
    force_majeure: bool | None = None
    represented: bool | None = None
    fraud_decided: date | None = field(default=None, repr=False)
    foreign: Foreign = Foreign()
    health: Health = field(default="unknown", repr=False)
    data_differs: bool = False
    late_days: int = 0
    health_concluded: date | None = field(default=None, repr=False)
    clerk_supervised: bool = False


VIEW_FIELDS = frozenset(
    (
        *("procedure", "case", "channel", "received_on", "identity_level", "sanctions", "nationality", "citizen"),
        *("residence_abroad", "age", "sex", "wanted_class", "licence_count", "subject_count", "statuses", "regimes"),
        *("classes", "has_expiry", "has_no_expiry", "points", "first_issued", "force_majeure", "represented"),
        *("overdue_days", "test", "tested", "exchange_open", "new_class", "health_needed", "switches"),
        *("lost", "held", "revoked", "issuers", "expiry_known", "restriction_known", "number_complete"),
        *("age_limits", "fraud", "fraud_years"),
        *("foreign_kind", "foreign_altered", "earned_abroad", "residence_months", "health"),
        *("data_differs", "late_days", "health_months", "clerk_supervised"),
    )
)
"""Every name that `view_of` answers, and so every field a condition may ask."""


def first_view(facts: Facts, on: date, subject: tuple[Licence, ...], rules: Rules) -> dict[str, Fact]:
    """The facts by the names of the vocabulary, as far as they need no rule about classes or overdue licences."""
    kinds = {licensing.expires_at_all(licence, rules) for licence in subject}
    points = [licence.points for licence in subject if licence.points is not None]
    issued = [licence.issued for licence in subject if licence.issued is not None]
    fraud = [day for day in (facts.fraud_decided, *(one.fraud_decided for one in facts.licences)) if day is not None]
    person, foreign = facts.applicant, facts.foreign
    return {
        "procedure": facts.procedure,
        "case": facts.case,
        "channel": facts.channel,
        "received_on": on,
        "identity_level": facts.identity_level,
        "sanctions": facts.sanctions,
        "nationality": person.nationality or None,
        "citizen": person.nationality == "VNM" if person.nationality else None,
        "residence_abroad": person.residence_abroad,
        "age": age_on(person.born, on) if person.born else None,
        "sex": person.sex,
        "wanted_class": facts.wanted_class or None,
        "licence_count": len(facts.licences),
        "subject_count": len(subject),
        "statuses": frozenset(licence.status for licence in facts.licences),
        "regimes": frozenset(licence.regime for licence in subject),
        "classes": frozenset(f"{licence.regime}:{licence.code}" for licence in subject),
        "has_expiry": True if True in kinds else None if None in kinds else False,
        "has_no_expiry": False in kinds,
        "points": min(points) if points else None,
        "first_issued": min(issued) if issued else None,
        "force_majeure": facts.force_majeure,
        "represented": facts.represented,
        "switches": rules.switches,
        "lost": any(licence.status == "lost" for licence in facts.licences),
        "held": any(licence.status in licensing.HELD for licence in facts.licences),
        "revoked": any(licence.status == "revoked" for licence in facts.licences),
        "issuers": frozenset(filter(None, (licensing.issuer_kind(one.issuer, rules) for one in facts.licences))),
        "expiry_known": None not in kinds,
        "restriction_known": all(not one.restriction or one.restriction in rules.restrictions for one in subject),
        "number_complete": _number_complete(subject),
        "fraud": bool(fraud),
        "fraud_years": _years_since(max(fraud), on) if fraud else None,
        "foreign_kind": foreign.kind,
        "foreign_altered": foreign.altered,
        "earned_abroad": foreign.earned_abroad,
        "residence_months": foreign.residence_months,
        "health": facts.health,
        "data_differs": facts.data_differs,
        "late_days": facts.late_days,
        "clerk_supervised": facts.clerk_supervised,
        "health_months": _months_over(facts.health_concluded, on) if facts.health_concluded is not None else None,
    }


def _months_over(since: date, on: date) -> int:
    """How many whole months since a day are over; the last day of a month's time still belongs to it."""
    months = max(0, (on.year - since.year) * 12 + on.month - since.month)
    return months - 1 if months and add_months(since, months) >= on else months


def _number_complete(subject: tuple[Licence, ...]) -> bool | None:
    """Whether a licence has the twelve digits that a permit's number is made of; None where a number is not known."""
    if licensing.permit_number(subject):
        return True
    return None if any(not licence.number for licence in subject) else False


def _years_since(day: date, on: date) -> int:
    """Whole years gone since a day; the day on which a period of years ends counts as over."""
    years = max(0, age_on(day, on))
    return years + 1 if add_years(day, years + 1) <= on else years
