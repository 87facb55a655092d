"""What a desk writes down of a register's answer is what central was told and handed on, of this dossier and person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from clerk_app.central.app import hanoi_now
from clerk_app.central.given_answers import note_forgotten
from clerk_app.central.registers.asking import Asker, Asking, system_of
from clerk_app.central.registers.joined import Registers
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import FieldsEntered, RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.registers import (
    Claimed,
    EarlierResult,
    EarlierResults,
    HealthCertificate,
    HealthCertificates,
    IdentityCompared,
    OnRecord,
    PortalDossier,
    ViolationRecords,
    compared,
)
from clerk_app.domain.systems import Answers, SystemAnswered, standing
from clerk_app.wire import LicencesFound, licences_said
from clerk_app.wire_registers import (
    HealthOf,
    IdentityOf,
    LicencesOf,
    PortalOf,
    Question,
    RegisterSaid,
    ResultsOf,
    ViolationsOf,
)
from tests.central.test_exceptions import Forger
from tests.peers.counter import opened
from tests.peers.two_desks import Office, over_the_wire

QUAN, DAT = "001090012345", "036088000123"
NUMBER = {"applicant.number": QUAN}
AT = datetime(2026, 11, 27, 9, 0, tzinfo=HANOI)
CLAIMED = Claimed(QUAN, "TRẦN MINH QUÂN", "1990-08-14")
ASKED: dict[str, tuple[Question, dict[str, str]]] = {
    "violations": (ViolationsOf(QUAN), NUMBER),
    "identity": (IdentityOf(CLAIMED), NUMBER | {"applicant.name": CLAIMED.name}),
    "health": (HealthOf(QUAN), NUMBER),
    "health by number": (HealthOf("", "GKSK-7"), {"health.number": "GKSK-7"}),
    "results": (ResultsOf(QUAN, QUAN, CLAIMED.name, "3.000347"), NUMBER | {"procedure": "3.000347"}),
    "portal": (PortalOf("G01-1"), {"code": "G01-1"}),
}
"""What is asked, and what the desk writes that it was asked about."""


@dataclass
class Every:
    """All registers in one, which say what they are told to."""

    records: ViolationRecords = field(default_factory=lambda: ViolationRecords("blocked"))

    def licences(self, number: str) -> LicencesFound:
        licence = {"number": "010167012345", "code": "B2", "regime": "old", "issued": "2016-12-20", "status": "valid"}
        return LicencesFound(True, [licence], "blocked", "CSGT", holder={"name": "Trần Minh Quân"})

    def standing(self, number: str, licences: Any) -> ViolationRecords:
        return self.records

    def compare(self, claimed: Claimed, officer: str, query: UUID) -> IdentityCompared:
        return compared(claimed, OnRecord("Trần Minh Quân", "1990-08-14"))

    def certificates(self, number: str, certificate: str) -> HealthCertificates:
        return HealthCertificates("yes", (HealthCertificate("GKSK-7", "fit", AT.date(), classes=("B", "C1")),))

    def results(self, wanted: object) -> EarlierResults:
        return EarlierResults("yes", (EarlierResult("GPLX", "Giấy phép", "PC08", "7", (("a.pdf", "/a"),)),))

    def dossier(self, code: str) -> PortalDossier:
        return PortalDossier("yes", code, "3.000347", "Trần Minh Quân", "4", AT, AT + timedelta(days=10))


@dataclass
class Desk:
    """A desk that asks as it should and writes what it likes."""

    office: Office
    forger: Forger
    every: Every
    asking: Asking
    dossier: UUID
    ages: dict[str, str] = field(default_factory=dict)

    def ask(self, question: Question, dossier: UUID | None = None) -> RegisterSaid:
        asker = Asker("clerk", self.forger.station, "RECEPTION", dossier or self.dossier)
        return over_the_wire(self.asking.ask(question, asker, lambda name: self.ages.get(name, "")))

    def says(self, what: SystemAnswered | RegisterAnswered, at: datetime | None = None) -> str:
        return self.forger.says(self.dossier, what, at=at).code


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    office, every = Office(tmp_path), Every()
    registers = cast(Registers, type("Joined", (), dict.fromkeys(_NAMES, every)))
    forger = Forger(office)
    made = Desk(office, forger, every, Asking(office.database, registers, hanoi_now), uuid4())
    assert forger.says(made.dossier, opened()).code == ""
    yield made
    office.close()


_NAMES = ("licences", "violations", "population", "health", "results", "portal")


def heard(said: RegisterSaid, about: dict[str, str]) -> SystemAnswered:
    """As an honest desk writes it down."""
    assert said.system != "licences"
    content = (said.violations, said.identity, said.health, said.results, said.portal)
    return SystemAnswered(said.system, said.outcome, said.at, about, said.cause, *content)


@pytest.mark.parametrize("name", ASKED)
def test_what_central_handed_on_is_accepted(desk: Desk, name: str) -> None:
    question, about = ASKED[name]
    assert desk.says(heard(desk.ask(question), about)) == ""
    assert desk.office.dossier(desk.dossier).answers[system_of(question)].last is not None


_FORGED: dict[str, Callable[[SystemAnswered], SystemAnswered]] = {
    "another answer": lambda one: replace(one, violations=ViolationRecords("clear")),
    "another moment": lambda one: replace(one, heard_at=one.heard_at - timedelta(minutes=1)),
    "years ahead": lambda one: replace(one, heard_at=datetime(2099, 1, 1, tzinfo=HANOI)),
    "another person": lambda one: replace(one, about={"applicant.number": DAT}),
    "called kept": lambda one: replace(one, outcome="kept", cause="TIMEOUT"),
    "another system": lambda one: SystemAnswered(
        "health", "answered", one.heard_at, one.about, health=HealthCertificates("no")
    ),
}


@pytest.mark.parametrize("name", _FORGED)
def test_what_central_did_not_say_is_refused(desk: Desk, name: str) -> None:
    forged = _FORGED[name](heard(desk.ask(ViolationsOf(QUAN)), NUMBER))
    assert desk.says(forged) == "ANSWER_UNKNOWN"


def test_what_nobody_asked_is_refused(desk: Desk) -> None:
    said = SystemAnswered("violations", "answered", hanoi_now(), NUMBER, violations=ViolationRecords("clear"))
    assert desk.says(said) == "ANSWER_UNKNOWN"


def test_what_was_said_of_another_dossier_is_refused(desk: Desk) -> None:
    assert desk.says(heard(desk.ask(ViolationsOf(QUAN), uuid4()), NUMBER)) == "ANSWER_UNKNOWN"


def test_that_nobody_knows_is_believed_without_a_line(desk: Desk) -> None:
    unknown = SystemAnswered("violations", "unknown", hanoi_now(), NUMBER, "CENTRAL_UNREACHABLE")
    assert desk.says(unknown) == ""


def test_an_answer_of_before_is_known_again_by_what_it_was(desk: Desk) -> None:
    desk.ages["register_age_violations_minutes"] = "60"
    before = desk.ask(ViolationsOf(QUAN), uuid4())
    desk.every.records = ViolationRecords("unknown", (), "TIMEOUT")
    kept = heard(desk.ask(ViolationsOf(QUAN)), NUMBER)
    assert (kept.outcome, kept.heard_at, kept.violations) == ("kept", before.at, before.violations)
    assert desk.says(kept) == ""
    assert desk.says(replace(kept, violations=ViolationRecords("clear"))) == "ANSWER_UNKNOWN"


@pytest.mark.parametrize(("apart_s", "code"), [(0, ""), (50, ""), (120, "ANSWER_UNKNOWN")])
def test_of_before_there_were_digests_the_moment_is_enough(desk: Desk, apart_s: int, code: str) -> None:
    said = desk.ask(ViolationsOf(QUAN))
    with desk.office.database.write("register_queries") as connection:
        connection.execute(text("DROP TRIGGER register_queries_no_update"))
        connection.execute(text("UPDATE register_queries SET answer = NULL"))
    what = heard(said, NUMBER)
    assert desk.says(replace(what, heard_at=what.heard_at - timedelta(seconds=apart_s))) == code


@pytest.mark.parametrize(("since_h", "until_h", "code"), [(-3, 1, ""), (-3, -1, "ANSWER_UNKNOWN")])
def test_what_a_restored_central_forgot_is_believed_for_that_time_alone(
    desk: Desk, since_h: int, until_h: int, code: str
) -> None:
    now = hanoi_now()
    note_forgotten(desk.office.database, now - timedelta(days=9), now - timedelta(days=8))
    note_forgotten(desk.office.database, now + timedelta(hours=since_h), now + timedelta(hours=until_h))
    said = SystemAnswered("violations", "answered", now, NUMBER, violations=ViolationRecords("clear"))
    assert desk.says(said) == code


# ---- the licence register, of which a desk writes down no moment and no number


def held(desk: Desk, number: str = QUAN, dossier: UUID | None = None) -> RegisterAnswered:
    """The register is asked about a person, and an honest desk writes down what it said."""
    said = desk.ask(LicencesOf(number), dossier)
    assert said.licences is not None
    return licences_said(said.licences)


@pytest.fixture
def quan(desk: Desk) -> Desk:
    """The dossier is of him."""
    assert desk.forger.says(desk.dossier, FieldsEntered(NUMBER, "identity")).code == ""
    return desk


def test_what_the_licence_register_said_is_accepted_once_and_again(quan: Desk) -> None:
    said = held(quan)
    assert [quan.says(said), quan.says(said)] == ["", ""]
    register = quan.office.dossier(quan.dossier).register
    assert register is not None
    assert (register.sanctions, len(register.licences)) == ("blocked", 1)


_LICENCES: dict[str, Callable[[RegisterAnswered], RegisterAnswered]] = {
    "no sanction": lambda one: replace(one, sanctions="clear"),
    "another class": lambda one: replace(one, licences=(replace(one.licences[0], code="D"),)),
    "no licence": lambda one: replace(one, licences=()),
    "another holder": lambda one: replace(one, holder=None),
    "another source": lambda one: replace(one, source="quầy"),
}


@pytest.mark.parametrize("name", _LICENCES)
def test_what_the_licence_register_did_not_say_is_refused(quan: Desk, name: str) -> None:
    assert quan.says(_LICENCES[name](held(quan))) == "ANSWER_UNKNOWN"


@pytest.mark.parametrize(("number", "other_dossier"), [(DAT, False), (QUAN, True)])
def test_what_the_licence_register_said_of_another_is_refused(quan: Desk, number: str, other_dossier: bool) -> None:
    assert quan.says(held(quan, number, uuid4() if other_dossier else None)) == "ANSWER_UNKNOWN"


def test_that_the_licence_register_was_silent_is_believed(quan: Desk) -> None:
    assert quan.says(RegisterAnswered(False, (), "unknown", "", "CENTRAL_UNREACHABLE")) == ""


def test_a_file_stands_in_for_the_register_in_training_alone(quan: Desk) -> None:
    said = RegisterAnswered(True, (), "clear", PRACTICE_FILE)
    assert quan.says(said) == ""
    object.__setattr__(quan.office.database, "practice", False)
    assert quan.says(replace(said, sanctions="blocked")) == "ANSWER_UNKNOWN"


@pytest.mark.parametrize(("number", "code"), [(QUAN, ""), (DAT, "ANSWER_UNKNOWN")])
def test_of_before_there_were_marks_of_licences_who_was_asked_about_is_enough(
    quan: Desk, number: str, code: str
) -> None:
    said = held(quan, number)
    with quan.office.database.write("register_queries") as connection:
        connection.execute(text("DROP TRIGGER register_queries_no_update"))
        connection.execute(text("UPDATE register_queries SET answer = zeroblob(32) WHERE answer IS NOT NULL"))
    assert quan.says(said) == code


@pytest.mark.parametrize(("since_h", "code"), [(-3, ""), (2, "ANSWER_UNKNOWN")])
def test_what_a_restored_central_forgot_of_licences_is_believed(quan: Desk, since_h: int, code: str) -> None:
    now = hanoi_now()
    note_forgotten(quan.office.database, now + timedelta(hours=since_h), now + timedelta(hours=3))
    assert quan.says(RegisterAnswered(True, (), "clear", "CSGT")) == code


def test_what_is_dated_ahead_is_unknown_at_the_desk() -> None:
    now, age = hanoi_now(), timedelta(hours=8)

    def stands(ahead: timedelta) -> str:
        what = SystemAnswered("violations", "answered", now + ahead, NUMBER, violations=ViolationRecords("clear"))
        return standing(Answers(what), NUMBER, now, age)

    assert stands(timedelta(days=2)) == "unknown"
    assert stands(timedelta(minutes=11)) == "unknown"
    assert stands(timedelta(minutes=5)) == "known", "a desk's clock may be a little behind"
