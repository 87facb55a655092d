"""Applications as they come to a counter, each a dossier and the moment somebody looks at it; law and days are real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from clerk_app.desk.identified import chip_evidence
from clerk_app.desk.intake_view import intake_view
from clerk_app.desk.views import IntakeView
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, IdentityRead, Opened, RegisterAnswered, replay
from clerk_app.domain.licence import Licence, LicenceStatus, Regime
from clerk_app.practice import specimens
from tests.desk import fakes
from tests.peers.pack import training_pack

MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=HANOI)
BEFORE_TET = datetime(2027, 2, 3, 9, 0, tzinfo=HANOI)
DOSSIER = UUID("019ab0c0-0000-7000-8000-0000000000aa")
QUAN = specimens.specimen(1).person


@dataclass(frozen=True, slots=True)
class Situation:
    """Who comes when with which licences, and what was chosen already."""

    licences: tuple[Licence, ...] = ()
    at: datetime = MONDAY
    sanctions: str = "clear"
    answered: bool = True
    chip: bool = True
    born: date = QUAN.born or date(1990, 8, 14)
    fields: tuple[tuple[str, str], ...] = ()


def licence(
    code: str, expires: date | None = None, status: LicenceStatus = "valid", regime: Regime = "old", digit: str = "1"
) -> Licence:
    """A licence with a number that nobody has."""
    return Licence(regime, code, digit * 12, date(2016, 12, 20), expires, status)


def overdue(days: int) -> Situation:
    """An old B2 that ran out so many days ago."""
    return Situation((licence("B2", MONDAY.date() - timedelta(days=days)),))


B2 = licence("B2", date(2026, 12, 20))
A1 = licence("A1", digit="2")
TYPED = (
    ("licence.number", "010167012345"),
    ("licence.class", "B2"),
    ("licence.regime", "old"),
    ("licence.expires", "2026-12-20"),
)
SITUATIONS = {
    "b2": Situation((B2,)),
    "b2-chosen": Situation((B2,), fields=(("case", "DOI_SAP_HET_HAN"), ("wanted_class", "B"))),
    "a1": Situation((A1,)),
    "overdue-0": overdue(0),
    "overdue-29": overdue(29),
    "overdue-30": overdue(30),
    "overdue-364": overdue(364),
    "overdue-365": overdue(365),
    "merge": Situation((B2, A1), fields=(("case", "DOI_TICH_HOP"),)),
    "merged-suspended": Situation(
        (replace(B2, status="suspended"), A1), fields=(("case", "DOI_TICH_HOP_TUOC"), ("wanted_class", "A"))
    ),
    "silent": Situation(answered=False, sanctions="unknown", chip=False, fields=TYPED),
    "blocked": Situation((B2,), sanctions="blocked", fields=(("case", "DOI_HONG"), ("wanted_class", "B"))),
    "foreign": Situation(
        (licence("B", date(2030, 1, 1), regime="new"),),
        chip=False,
        fields=(("case", "DOI_NN"), ("applicant.nationality", "USA")),
    ),
    "permit": Situation((B2,), fields=(("case", "CAP_IDP"),)),
    "lost": Situation((licence("B2", date(2028, 12, 20), "lost"),), fields=(("case", "DOI_HONG"),)),
    "over-age": Situation((licence("E", date(2026, 12, 20)),), chip=False, born=date(1960, 1, 1)),
    "saturday": Situation((B2,), at=SATURDAY),
    "tet": Situation((licence("B2", date(2028, 1, 1)),), at=BEFORE_TET),
}


def dossier(situation: Situation) -> Dossier:
    """The draft as it stands in this situation."""
    values = {
        "applicant.number": QUAN.number,
        "applicant.name": QUAN.name,
        "applicant.born": situation.born.isoformat(),
        "applicant.sex": "M",
        "applicant.residence": QUAN.residence,
        "licences": ",".join(one.number for one in situation.licences),
        **dict(situation.fields),
    }
    happened = [
        Opened("licence-exchange", "counter", "Q04-261123-0039", "PC08", "Q04", training_pack().version, True, ""),
        FieldsEntered(MappingProxyType(values), "application", ""),
    ]
    if situation.chip:
        reading = fakes.reading(QUAN, situation.at)
        happened.append(IdentityRead(QUAN, chip_evidence(reading)))
    answer = RegisterAnswered(situation.answered, situation.licences, situation.sanctions, "CSGT")  # type: ignore[arg-type]
    happened.append(answer)
    entries = [
        Entry(UUID(int=number + 1), DOSSIER, what, "clerk", situation.at) for number, what in enumerate(happened)
    ]
    return replay(entries)


def view(name: str, doubts: bool = False, change: Callable[[Situation], Situation] = lambda one: one) -> IntakeView:
    """What the desk shows of a situation; `doubts` as to a supervisor."""
    situation = change(SITUATIONS[name])
    rules = training_pack().as_of(situation.at.date())
    return intake_view(dossier(situation), rules, situation.at, doubts=doubts)
