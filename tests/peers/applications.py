"""Applications by the hundred: facts of every kind for a day, and the same facts as a dossier would hold them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from types import MappingProxyType
from typing import get_args
from uuid import UUID

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Entry, FieldsEntered, Happening, IdentityRead, Opened, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence, Level
from clerk_app.domain.licence import Licence, LicenceStatus, Regime, Sanctions
from clerk_app.domain.people import Person, Sex
from clerk_app.domain.procedure import Applicant, Facts, Foreign
from clerk_app.domain.registers import Health
from clerk_app.domain.rules import Rules
from tests.peers.verdicts import verdicts

OVERDUE = (None, -400, -1, 0, 1, 29, 30, 31, 89, 93, 364, 365, 366, 800)
"""Days past the last valid day; None: no such day is known."""
STATUSES: tuple[LicenceStatus, ...] = get_args(LicenceStatus)
LEVELS: tuple[Level, ...] = get_args(Level)
SANCTIONS: tuple[Sanctions, ...] = get_args(Sanctions)
HEALTH: tuple[Health, ...] = get_args(Health)
ISSUERS = ("", "Sở GTVT Hà Nội", "Bộ Quốc phòng", "Giấy phép ngành Công an", "Bayern")
NUMBERS = ("010167012345", "", "AB 123456")
MAYBE = (None, True, False)
OFFICE = time(9, 0)


def licence(regime: Regime, code: str, day: date, overdue: int | None, status: LicenceStatus = "valid") -> Licence:
    """A licence that on `day` is so many days past its last valid day."""
    expires = None if overdue is None else day - timedelta(days=overdue)
    return Licence(regime, code, NUMBERS[0], day - timedelta(days=3000), expires, status)


def systematic(rules: Rules, day: date) -> Iterator[Facts]:
    """Every case with every class, and every case with every span overdue and every status, by this day's rules."""
    at = datetime.combine(day, OFFICE, HANOI)
    person = Applicant(date(day.year - 40, 2, 28), "M")
    for case in rules.cases:
        procedure = min(case.procedures)
        plain = Facts(procedure, case.code, at, "counter", person, (), "", "chip", "clear")
        yield plain
        for regime, code in rules.classes:
            yield _with(plain, licence(regime, code, day, -1))
        for overdue, status in product(OVERDUE, STATUSES):
            yield _with(plain, licence("old", "B2", day, overdue, status))
        for level, sanctions in product(LEVELS, SANCTIONS):
            yield Facts(
                procedure, case.code, at, "counter", person, (licence("old", "C", day, 0),), "", level, sanctions
            )


def _with(facts: Facts, *licences: Licence) -> Facts:
    return Facts(
        facts.procedure, facts.case, facts.received_at, "counter", facts.applicant, licences, "", "chip", "clear"
    )


def sampled(rules: Rules, day: date, count: int, seed: int) -> Iterator[Facts]:
    """`count` applications of any kind; the same ones for the same seed."""
    chance = random.Random(seed)
    codes = sorted({code for _, code in rules.classes}) or ["B"]
    for _ in range(count):
        case = chance.choice(rules.cases)
        licences = tuple(_any_licence(chance, codes, day) for _ in range(chance.choice((0, 1, 1, 1, 2, 3))))
        moment = time(chance.randrange(24), chance.randrange(60))
        yield Facts(
            procedure=chance.choice(sorted(case.procedures)),
            case=case.code,
            received_at=datetime.combine(day, moment, HANOI),
            channel=chance.choice(("counter", "online", "post")),
            applicant=Applicant(
                born=chance.choice((None, day - timedelta(days=chance.randrange(5000, 30000)))),
                sex=chance.choice((None, "M", "F")),
                nationality=chance.choice(("VNM", "VNM", "FRA", "")),
                residence_abroad=chance.random() < 0.1,
            ),
            licences=licences,
            wanted_class=chance.choice(("", *codes, "Z9")),
            identity_level=chance.choice(LEVELS),
            sanctions=chance.choice(SANCTIONS),
            force_majeure=chance.choice(MAYBE),
            represented=chance.choice(MAYBE),
            foreign=Foreign(
                kind=chance.choice((None, "national", "national", "temporary", "permit")),
                altered=chance.choice(MAYBE),
                earned_abroad=chance.choice(MAYBE),
                residence_months=chance.choice((None, 0, 2, 3, 12)),
            ),
            health=chance.choice(HEALTH),
        )


def _any_licence(chance: random.Random, codes: list[str], day: date) -> Licence:
    overdue = chance.choice(OVERDUE)
    return Licence(
        regime=chance.choice(("old", "new")),
        code=chance.choice((*codes, "Z9")),
        number=chance.choice(NUMBERS),
        issued=chance.choice((None, day - timedelta(days=chance.randrange(1, 9000)))),
        expires=None if overdue is None else day - timedelta(days=overdue),
        status=chance.choice(STATUSES),
        issuer=chance.choice(ISSUERS),
        points=chance.choice((None, 0, 12)),
        restriction=chance.choice(("", "", "", "automatic", "three_wheels", "left_hand", "unheard of")),
        fraud_decided=chance.choice((None,) * 8 + (day - timedelta(days=chance.randrange(1, 3000)),)),
    )


def story(facts: Facts, register: bool) -> list[Happening]:
    """What happens at a desk that takes these facts: the licences from the register, or typed from the cards."""
    person = facts.applicant
    sex: Sex | None = person.sex
    told = Person("001090012345", "TRẦN MINH QUÂN", person.born, sex, person.nationality or "VNM")
    done: list[Happening] = [Opened(facts.procedure, facts.channel, "T-1", "PC08-HN", "Q01", "1", True)]
    if facts.identity_level != "manual":
        source = "chip" if facts.identity_level == "chip" else "qr"
        evidence = Evidence(source, facts.identity_level, verdicts() if source == "chip" else (), "", facts.received_at)
        done.append(IdentityRead(told, evidence))
    if register:
        done.append(RegisterAnswered(True, facts.licences, facts.sanctions, PRACTICE_FILE))
    else:
        done.append(RegisterAnswered(False, (), "unknown", "", "TIMEOUT"))
    done.append(FieldsEntered(MappingProxyType(_typed(facts, register)), "application"))
    return done


def _typed(facts: Facts, register: bool) -> dict[str, str]:
    person, foreign = facts.applicant, facts.foreign
    values = {
        "applicant.number": "001090012345",
        "applicant.born": person.born.isoformat() if person.born else "",
        "applicant.sex": person.sex or "",
        "applicant.nationality": person.nationality,
        "applicant.residence_abroad": "yes" if person.residence_abroad else "no",
        "received_at": facts.received_at.isoformat(),
        "case": facts.case,
        "wanted_class": facts.wanted_class,
        "licences": ",".join(one.number for one in facts.licences),
        "health.conclusion": "" if facts.health == "unknown" else facts.health,
        "foreign.kind": foreign.kind or "",
        "foreign.residence_months": "" if foreign.residence_months is None else str(foreign.residence_months),
    }
    answers = {
        "force_majeure": facts.force_majeure,
        "represented": facts.represented,
        "foreign.altered": foreign.altered,
        "foreign.earned_abroad": foreign.earned_abroad,
    }
    values |= {name: "yes" if answer else "no" for name, answer in answers.items() if answer is not None}
    if not register:
        for prefix, one in zip(("licence", "licence.2", "licence.3"), facts.licences, strict=False):
            values |= {
                f"{prefix}.number": one.number,
                f"{prefix}.class": one.code,
                f"{prefix}.regime": one.regime,
                f"{prefix}.issued": one.issued.isoformat() if one.issued else "",
                f"{prefix}.expires": one.expires.isoformat() if one.expires else "",
                f"{prefix}.restriction": one.restriction,
            }
    return values


def entries(done: list[Happening], dossier: UUID, at: datetime) -> list[Entry]:
    """These happenings as entries of one dossier; ids follow from the dossier and the place."""
    return [Entry(UUID(int=(dossier.int + n) % 2**128), dossier, what, "clerk", at) for n, what in enumerate(done, 1)]
