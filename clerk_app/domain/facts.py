"""From what stands in a dossier to the facts a decision is made of: the same reading at the desk and at central.

Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, cast, get_args

from clerk_app.domain.asked import ForeignKind
from clerk_app.domain.calendar import day, in_hanoi
from clerk_app.domain.deciding import ExceptionState
from clerk_app.domain.differences import BETWEEN_SOURCES, differences, sources_differ
from clerk_app.domain.dossier import Dossier, PaperTaken, Reading
from clerk_app.domain.evidence import PROVEN, Evidence, Level, names_in_latin, weaker, worth
from clerk_app.domain.licence import Licence, Regime, Sanctions
from clerk_app.domain.pages import in_force
from clerk_app.domain.people import Person, Sex
from clerk_app.domain.procedure import Applicant, Facts, Foreign, PaperNeeded
from clerk_app.domain.registers import Health
from clerk_app.domain.withdrawn import brought, is_withdrawn

TYPED_LICENCES = ("licence", "licence.2", "licence.3", "licence.4")
"""Where licences stand that no register named."""

IDENTITY_WEAK = "IDENTITY_WEAK"
"""The catalogue's exception for an identity that was not proven as the case demands."""

SANCTIONS_UNKNOWN = "SANCTIONS_UNKNOWN"
"""The catalogue's exception for a person whose sanctions nobody could look up."""

PAPER_WAIVED = "PAPER_WAIVED"
"""The catalogue's exception for a required paper that is done without; asked for one kind of paper (`waiver`)."""

TRAINEE_SUBMIT = "TRAINEE_SUBMIT"
"""The catalogue's exception for a dossier that somebody accepts whom a second person looks after."""

RESULT_PLACE = "result_place"
"""The fact that says how the citizen wants the result: at the counter, by post, in VNeID."""
FILLED_IN = frozenset({"applicant.nationality", "case", "wanted_class", "licences", RESULT_PLACE})
"""Fields that the acceptance itself fills in with what stood chosen on the screen."""

LATE_ENTRY_DAYS = 60
"""How far back a late entry may reach where the catalogue's `late_entry_days` says nothing: longer than any outage that
was met, and short enough that nobody takes a dossier by the law and the fees of another season."""


def received_at(dossier: Dossier, now: datetime) -> datetime:
    """When the dossier was or will be received: its acceptance, the moment a late entry names, else now."""
    if dossier.submitted:
        return dossier.submitted.received_at
    try:
        said = datetime.fromisoformat(dossier.text("received_at"))
    except ValueError:
        return now
    return said if in_reach(said) else now


def in_reach(moment: datetime) -> bool:
    """Whether a moment that somebody wrote can be counted with: it has a zone, and its years are of this system."""
    return moment.tzinfo is not None and 2000 <= moment.year < 2200


def late_entry_reach(days: str) -> timedelta:
    """How long before its entry a dossier may have been received, by the catalogue's setting (empty: the default)."""
    return timedelta(days=int(days) if days.isascii() and days.isdecimal() else LATE_ENTRY_DAYS)


def known_licences(dossier: Dossier) -> tuple[Licence, ...]:
    """What the register named, else those the clerk took from the cards (`licence.*`, `licence.2.*`, …)."""
    if dossier.register and dossier.register.answered and dossier.register.licences:
        return dossier.register.licences
    typed = (_typed(dossier, prefix) for prefix in TYPED_LICENCES)
    return tuple(licence for licence in typed if licence is not None)


def _typed(dossier: Dossier, prefix: str) -> Licence | None:
    number, code = dossier.text(f"{prefix}.number"), dossier.text(f"{prefix}.class")
    regime = dossier.text(f"{prefix}.regime")
    if not number or not code or regime not in ("old", "new"):
        return None
    return Licence(
        regime=cast(Regime, regime),
        code=code,
        number=number,
        issued=day(dossier.text(f"{prefix}.issued")),
        expires=day(dossier.text(f"{prefix}.expires")),
        status="unknown",
        restriction=dossier.text(f"{prefix}.restriction"),
    )


def chosen_licences(dossier: Dossier) -> tuple[Licence, ...]:
    """The licences this dossier is about: those ticked, else the one that expires first, else the only one."""
    known = known_licences(dossier)
    ticked = {number for number in dossier.text("licences").split(",") if number}
    chosen = tuple(licence for licence in known if licence.number in ticked)
    if chosen or not known:
        return chosen
    expiring = sorted((one for one in known if one.expires), key=lambda one: one.expires or date.max)
    return (expiring[0],) if expiring else known[:1]


def facts_at(dossier: Dossier, at: datetime, case: str, wanted_class: str, supervised: bool = False) -> Facts:
    """The facts of a dossier received at `at` for this case and class. A silent register is `unknown`, never clear.

    `supervised`: whoever accepts it does so under a second person's eyes.
    """
    sex = dossier.text("applicant.sex")
    return Facts(
        procedure=dossier.procedure,
        case=case,
        received_at=at,
        channel=dossier.channel,
        applicant=Applicant(
            born=day(dossier.text("applicant.born")),
            sex=cast(Sex, sex) if sex in ("M", "F") else None,
            nationality=dossier.text("applicant.nationality") or "VNM",
            residence_abroad=answered(dossier, "applicant.residence_abroad") is True,
        ),
        licences=chosen_licences(dossier),
        wanted_class=wanted_class,
        identity_level=level_of(dossier),
        sanctions=sanctions_of(dossier),
        force_majeure=answered(dossier, "force_majeure"),
        represented=answered(dossier, "represented"),
        fraud_decided=max((one.fraud_decided for one in known_licences(dossier) if one.fraud_decided), default=None),
        foreign=_foreign(dossier),
        health=_health(dossier),
        data_differs=sources_differ(dossier),
        late_days=late_days(dossier, at),
        health_concluded=day(dossier.text("health.concluded")),
        clerk_supervised=supervised,
    )


def sanctions_of(dossier: Dossier) -> Sanctions:
    """Whether a sanction stands: by the licence register, and by the violation records where they name one.

    What they said of another number does not count. Nobody is clear by their word alone.
    """
    records = dossier.answers.get("violations")
    said = records.last if records is not None else None
    stands = said is not None and said.violations is not None and said.violations.state == "blocked"
    if said is not None and stands and said.about.get("applicant.number") == dossier.text("applicant.number"):
        return "blocked"
    return dossier.register.sanctions if dossier.register and dossier.register.answered else "unknown"


def late_days(dossier: Dossier, at: datetime) -> int:
    """Whole days by which a dossier was opened after its reception `at`; 0 in training, which takes any season's."""
    if dossier.practice or dossier.opened_at is None:
        return 0
    return max(0, (in_hanoi(dossier.opened_at).date() - in_hanoi(at).date()).days)


def answered(dossier: Dossier, name: str) -> bool | None:
    """What a yes-or-no field holds; None where nobody answered."""
    return {"yes": True, "no": False}.get(dossier.text(name))


def _health(dossier: Dossier) -> Health:
    said = dossier.text("health.conclusion")
    return cast(Health, said) if said in get_args(Health) else "unknown"


def _foreign(dossier: Dossier) -> Foreign:
    kind, months = dossier.text("foreign.kind"), dossier.text("foreign.residence_months")
    return Foreign(
        kind=cast(ForeignKind, kind) if kind in get_args(ForeignKind) else None,
        altered=answered(dossier, "foreign.altered"),
        earned_abroad=answered(dossier, "foreign.earned_abroad"),
        residence_months=int(months) if months.isascii() and months.isdecimal() and len(months) < 4 else None,
    )


def evidence_of(dossier: Dossier) -> Evidence | None:
    """How the person whom the dossier names was identified; nothing once another number was typed over that."""
    if dossier.person is not None and dossier.person.number != dossier.text("applicant.number"):
        return None
    return dossier.evidence


def proven(dossier: Dossier, name: str) -> bool:
    """Whether the field holds what a verified chip said, by the verdicts of the reading that is in force.

    A name without its marks is not the whole name: somebody has to be able to write them.
    """
    value = dossier.fields.get(name)
    if name not in PROVEN or value is None or value.source != "chip" or not value.text or value.evidence is None:
        return False
    if name == "applicant.name" and names_in_latin(value.evidence):
        return False
    return value.evidence == dossier.evidence and worth(value.evidence) == "chip"


def chip_of(dossier: Dossier) -> Reading | None:
    """What the chip last said about the person whom the dossier names, also where nothing was taken from it."""
    reading = dossier.readings.get("chip")
    return reading if reading is not None and reading.person.number == dossier.text("applicant.number") else None


def speaks_against(dossier: Dossier) -> Evidence | None:
    """The chip that speaks against whom the dossier names: one found altered or copied, and none has proven since; else
    the last one, where nothing was taken from it.
    """
    disproven, chip = dossier.disproven.get(dossier.text("applicant.number")), chip_of(dossier)
    if disproven is not None:
        return disproven.evidence
    return chip.evidence if chip is not None and not chip.taken else None


def takes(dossier: Dossier, person: Person, evidence: Evidence) -> bool:
    """Whether a reading may fill the fields, or only stands beside them.

    Altered data fill nothing, a QR code does not replace a chip, and nothing replaces the number that a chip proved.
    """
    if evidence.source == "chip":
        return evidence.level != "manual" and dossier.text("applicant.number") in ("", person.number)
    held = evidence_of(dossier)
    if held is None:
        return True
    return held.level != "chip" and (held.source != "chip" or person.number != dossier.text("applicant.number"))


def level_of(dossier: Dossier) -> Level:
    """What is proven about who the applicant is. A chip that was found altered counts against every other source."""
    evidence = evidence_of(dossier)
    if evidence is None:
        return "manual"
    level, against = worth(evidence, dossier.practice), speaks_against(dossier)
    return worth(against) if against is not None and weaker(worth(against), level) else level


def exception_of(dossier: Dossier, code: str) -> ExceptionState | None:
    """The request for an exception, or nothing where nobody asked for the one that is needed now.

    That somebody may pass with a weak identity, without a word on sanctions or without a paper is asked and decided for
    one ID number, the second also for the licences that the dossier was about; that sources differ, for the values that
    stood side by side; a late reception or an old certificate for its day. For others it is asked anew. What a second
    person looked at holds for exactly that: whatever else is written into the dossier, they look again.
    """
    state = dossier.exceptions.get(code)
    if state is None or state.stood is None:
        return state
    holds = _HOLDS.get(code.partition(":")[0])
    return state if holds is None or holds(state.stood, dossier) else None


def _no_others(stood: Dossier, now: Dossier) -> bool:
    """Whether the sources differ in nothing but what stood side by side: to choose among that is no new matter."""
    before = {one.field: {said.text for said in one.said} for one in differences(stood)}
    return all(
        before.get(one.field, set()).issuperset(said.text for said in one.said)
        for one in differences(now)
        if one.kind in BETWEEN_SOURCES
    )


def _same_matter(stood: Dossier, now: Dossier) -> bool:
    """Whether nothing that a second person looks at is another than it was. Money is counted by itself."""
    before = {name: value.text for name, value in stood.fields.items() if value.text}
    after = {name: value.text for name, value in now.fields.items() if value.text}
    filled = {name for name in FILLED_IN if name not in before}
    said = {name: text for name, text in after.items() if name not in filled}
    return said == before and _seen_of(stood) == _seen_of(now)


def _seen_of(dossier: Dossier) -> tuple[object, ...]:
    pages = tuple((page.sheet, page.paper, page.side, page.turned) for page in in_force(dossier.pages))
    taken = {paper: (one.source, one.reference, one.state) for paper, one in dossier.taken.items()}
    return pages, taken, dict(dossier.marks), dossier.person, dossier.evidence, dossier.register


def _same_person(stood: Dossier, now: Dossier) -> bool:
    return _same("applicant.number")(stood, now)


def _no_more_licences(stood: Dossier, now: Dossier) -> bool:
    asked = {licence.number for licence in chosen_licences(stood)}
    return _same_person(stood, now) and asked.issuperset(licence.number for licence in chosen_licences(now))


def _same(name: str) -> Callable[[Dossier, Dossier], bool]:
    return lambda stood, now: stood.text(name) == now.text(name)


_HOLDS: Mapping[str, Callable[[Dossier, Dossier], bool]] = {
    IDENTITY_WEAK: _same_person,
    PAPER_WAIVED: _same_person,
    SANCTIONS_UNKNOWN: _no_more_licences,
    TRAINEE_SUBMIT: _same_matter,
    "DATA_DIFFERS": _no_others,
    "LATE_ENTRY": _same("received_at"),
    "BACKDATED": _same("received_at"),
    "HEALTH_EXPIRED": _same("health.concluded"),
}
"""Whether what was asked of the dossier as it stood is about what stands in it now; of other kinds it always is."""


def paper_done(dossier: Dossier, paper: PaperNeeded) -> bool:
    """Whether an item of the checklist is met: by a page that was made, by the chip, by having been seen where that is
    enough, by what is on record, made by ourselves, or waived. A page that the citizen took back meets nothing.

    A mark alone proves nothing: whether the chip or a look is enough is the law's word, here and at central.
    """
    if paper.generated or paper.by_chip or (paper.by_seeing and dossier.marks.get(paper.code) == "seen"):
        return True
    if any(page.paper == paper.code and not page.raw for page in brought(dossier)):
        return True
    return taken_of(dossier, paper.code) is not None or waived(dossier, paper.code)


def taken_of(dossier: Dossier, paper: str) -> PaperTaken | None:
    """What on record stands for this item. It was taken for one ID number, a licence's data while they are known."""
    taken = dossier.taken.get(paper)
    if taken is None or dossier.taken_for.get(paper) != dossier.text("applicant.number"):
        return None
    return taken if taken.source != "register" or registered(dossier) else None


def registered(dossier: Dossier) -> bool:
    """Whether the register itself named every licence that this dossier is about."""
    register = dossier.register
    named = {one.number for one in register.licences} if register is not None and register.answered else set()
    chosen = {one.number for one in chosen_licences(dossier)}
    return bool(chosen) and chosen <= named


def waiver(paper: str) -> str:
    """The code of the exception by which a required paper of this kind is done without."""
    return f"{PAPER_WAIVED}:{paper}"


def waived(dossier: Dossier, paper: str) -> bool:
    """Whether somebody who may granted that this paper is done without."""
    state = exception_of(dossier, waiver(paper))
    return state is not None and state.granted is True


def digitised(dossier: Dossier, paper: str) -> Literal[0, 1, 2, 3]:
    """How an item counts in the report on digitisation (Decree 107/2021/NĐ-CP): 0 not, 1 by its pages, 2 re-used from
    another dossier's paper, 3 from another dossier's result. A copy of nothing but what was taken back counts as none.
    """
    copy = dossier.archive.get(paper)
    if copy is not None and not (copy.pages and all(is_withdrawn(dossier, sheet) for sheet in copy.pages)):
        return 1
    if any(page.paper == paper and not page.raw for page in brought(dossier)):
        return 1
    taken = taken_of(dossier, paper)
    return taken.state if taken is not None else 0
