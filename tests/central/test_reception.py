"""When a dossier may have been received: a real one lies shortly before its acceptance, a practice one anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app import wire
from clerk_app.central import blocks
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.rules import Elsewhere, Judge
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import (
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FieldsEntered,
    Happening,
    IdentityRead,
    PaperMarked,
    RegisterAnswered,
    replay,
)
from clerk_app.domain.evidence import Verdict
from clerk_app.domain.refusals import Refusal
from tests.peers.counter import codes, exchange, opened, pack
from tests.peers.deciding import decided
from tests.peers.pack import chief_grants

NOW = hanoi_now().replace(hour=10)
STATION = KnownStation("Q01", "PC08-HN", "Q01", "G01.801.308", b"")
MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)
CLERK = wire.User("clerk", "Nguyễn Thu Hà", ["clerk"], "PC08-HN")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(database_url(tmp_path), practice=False)
    yield made
    made.close()


def _judged(
    database: Database,
    received_at: datetime,
    entered_at: datetime,
    practice: bool,
    more: Callable[[IdentityRead], list[Happening]] = lambda read: [read],
    register: bool = True,
    told: bool = True,
) -> str:
    """The refusal of a submission entered then that names this reception; `more` happens instead of the reading, and
    without a `register` nobody answers for the licences. `told`: a late one stands in the dossier, too."""
    lent = blocks.lend(database, wire.BlockAsked("dossier", 1, uuid4()), STATION, NOW)
    done = exchange(codes(lent, entered_at)[0], "0000001", received_at)
    done = [one for what in done for one in (more(what) if isinstance(what, IdentityRead) else [what])]
    if not register:
        done = [RegisterAnswered(False, (), "unknown") if isinstance(what, RegisterAnswered) else what for what in done]
    if told and received_at != entered_at:
        done.insert(1, FieldsEntered({"received_at": received_at.isoformat()}, "identity"))
    dossier = uuid4()
    by = {ExceptionDecided: "supervisor"}
    entries = [Entry(uuid4(), dossier, what, by.get(type(what), "clerk"), entered_at) for what in done]
    state = replay(entries[:-2])
    law = PackedLaw(pack())
    with database.read() as connection:
        judge = Judge(connection, STATION, practice, law, law.roles(NOW), NOW, {"clerk": (CLERK, True)})
        try:
            judge.judge(entries[-2], state, lambda: state)
        except Refusal as refusal:
            return refusal.code
    return ""


@pytest.mark.parametrize(
    ("received", "entered", "live", "training"),
    [
        (0 * DAYS, 0 * DAYS, "", ""),
        (9 * MINUTES, 0 * DAYS, "", ""),
        (11 * MINUTES, 0 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (2 * DAYS, 0 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (-3 * DAYS, -4 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (2 * DAYS, 2 * DAYS, "RECEIVED_IN_FUTURE", ""),
        (-59 * DAYS, 0 * DAYS, "", ""),
        (-61 * DAYS, 0 * DAYS, "RECEIVED_LONG_AGO", ""),
        (-61 * DAYS, -3 * DAYS, "", ""),
    ],
)
def test_a_real_reception_lies_shortly_before_its_acceptance(
    database: Database, received: timedelta, entered: timedelta, live: str, training: str
) -> None:
    assert _judged(database, NOW + received, NOW + entered, practice=False) == live
    assert _judged(database, NOW + received, NOW + entered, practice=True) == training


def test_a_reception_that_no_supervisor_saw_is_none(database: Database) -> None:
    """What was shown to whoever granted the late entry is what the dossier is accepted for."""
    assert _judged(database, NOW - 14 * DAYS, NOW, practice=False, told=False) == "RECEIVED_AT_WRONG"
    assert _judged(database, NOW - 14 * DAYS, NOW, practice=True, told=False) == ""


def _also(read: IdentityRead, number: str, source: str = "qr") -> list[Happening]:
    evidence = replace(read.evidence, source=source, level="qr" if source == "qr" else "manual")  # type: ignore[arg-type]
    return [read, IdentityRead(replace(read.person, number=number), evidence, taken=False)]


def _untrue(read: IdentityRead) -> list[Happening]:
    verdicts = (Verdict("hashes", "no"), *read.evidence.verdicts[1:])
    return [replace(read, evidence=replace(read.evidence, verdicts=verdicts))]


def test_central_sees_who_was_identified_by_the_same_functions(database: Database) -> None:
    def judged(more: Callable[[IdentityRead], list[Happening]]) -> str:
        return _judged(database, NOW, NOW, practice=False, more=more)

    assert judged(lambda read: _also(read, read.person.number)) == ""
    assert judged(lambda read: _also(read, "001185067890")) == "OTHER_PERSON"
    assert judged(lambda read: [*_also(read, "001185067890"), _also(read, read.person.number)[1]]) == ""
    assert judged(lambda read: _also(read, read.person.number, "chip")) == "EXCEPTION_MISSING", "altered since"
    assert judged(_untrue) == "EXCEPTION_MISSING", "it says chip and its verdicts do not"


def test_what_was_granted_for_one_number_is_not_granted_for_another(database: Database) -> None:
    granted = [ExceptionAsked("IDENTITY_WEAK", "chip hỏng"), ExceptionDecided("IDENTITY_WEAK", True)]

    def judged(number: str) -> str:
        def zones(read: IdentityRead) -> list[Happening]:
            weak = replace(read, evidence=replace(read.evidence, source="manual", level="manual"))
            first = replace(weak, person=replace(read.person, number=number or read.person.number))
            return [first, *granted, weak, PaperMarked("CC", "seen")]

        return _judged(database, NOW, NOW, practice=False, more=zones)

    assert judged("") == ""
    assert judged("001185067890") == "EXCEPTION_MISSING"


def test_what_was_granted_while_the_register_was_silent_is_not_granted_for_another(database: Database) -> None:
    granted = [ExceptionAsked("SANCTIONS_UNKNOWN", "mất mạng"), ExceptionDecided("SANCTIONS_UNKNOWN", True)]
    said = {"number": "010167012345", "class": "B2", "regime": "old", "issued": "2016-12-20", "expires": "2026-12-20"}

    def judged(licence: str, number: str = "") -> str:
        def silent(read: IdentityRead) -> list[Happening]:
            asked_for = FieldsEntered({"applicant.number": number or read.person.number}, "identity")
            shown = said | {"number": licence}
            cards = FieldsEntered({f"licence.{name}": text for name, text in shown.items()}, "identity")
            later = FieldsEntered({"licence.number": said["number"]}, "identity")
            return [asked_for, cards, *granted, later, read]

        return _judged(database, NOW, NOW, practice=False, more=silent, register=False)

    assert judged(said["number"]) == ""
    assert judged("010167099999") == "EXCEPTION_MISSING"
    assert judged(said["number"], "001185067890") == "EXCEPTION_MISSING"


def test_marks_may_be_added_to_a_name_that_the_chip_has_without(database: Database) -> None:
    def judged(*problems: str) -> str:
        def named(read: IdentityRead) -> IdentityRead:
            return replace(read, evidence=replace(read.evidence, problems=problems))

        opened, read = exchange("", "", NOW)[:2]
        assert isinstance(read, IdentityRead)
        dossier, typed = uuid4(), FieldsEntered({"applicant.name": "Trần Minh Quân"}, "identity")
        entries = [Entry(uuid4(), dossier, what, "clerk", NOW) for what in (opened, named(read), typed)]
        state, law = replay(entries[:-1]), PackedLaw(pack())
        with database.read() as connection:
            judge = Judge(connection, STATION, True, law, law.roles(NOW), NOW, {"clerk": (CLERK, True)})
            try:
                judge.judge(entries[-1], state, lambda: state)
            except Refusal as refusal:
                return refusal.code
        return ""

    assert judged() == "FIELD_PROVEN"
    assert judged("DG13_UNREADABLE") == ""


def test_the_role_that_the_catalogue_names_decides_an_exception(database: Database, tmp_path: Path) -> None:
    """Also where a desk let somebody else."""
    law, dossier = PackedLaw(chief_grants(tmp_path)), uuid4()
    asked = [
        Entry(uuid4(), dossier, what, "clerk", NOW) for what in (opened(), ExceptionAsked("IDENTITY_WEAK", "hỏng"))
    ]
    state = replay(asked)
    people = {role: wire.User(role, "Đỗ Minh", [role], "PC08-HN") for role in ("supervisor", "chief")}

    def by(who: str) -> str:
        entry = Entry(uuid4(), dossier, decided(state, "IDENTITY_WEAK"), who, NOW)
        with database.read() as connection:
            known = {role: (user, True) for role, user in people.items()}
            judge = Judge(connection, STATION, False, law, law.roles(NOW), NOW, known)
            try:
                judge.judge(entry, state, lambda: state, Elsewhere(as_seen=lambda: iter([state])))
            except Refusal as refusal:
                return refusal.code
        return ""

    assert by("supervisor") == "GRANTED_BY_OTHERS"
    assert by("chief") == ""
