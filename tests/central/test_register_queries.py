"""Questions to registers through central: for who may ask, written down before and after, kept as the law lets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import requests
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database, register_answers, register_queries
from clerk_app.central.registers import log
from clerk_app.central.registers.asking import Asker, Asking, age_limit, check_purpose
from clerk_app.central.registers.joined import Registers
from clerk_app.central.registers.violations import ViolationRegister
from clerk_app.central.stations import KnownStation
from clerk_app.central.verify import verify
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.registers import Claimed, ViolationRecords
from clerk_app.settings import FILE
from clerk_app.wire_registers import (
    HealthOf,
    IdentityOf,
    LicencesOf,
    PortalOf,
    Question,
    RegisterAsked,
    RegisterSaid,
    ResultsOf,
    ViolationsOf,
)
from tests.peers.central import BOTH, CentralProcess
from tests.peers.commands import here
from tests.peers.foreign import StandIn, stand_in
from tests.peers.station import Station, code_of, read

pytestmark = pytest.mark.wire
BACKINGS = BOTH
QUAN, DAT = "001090012345", "036088000123"
MODULES = {
    "licence_register": "registers",
    "violation_records": "violation_records",
    "population_database": "population",
    "health_register": "health_register",
    "result_repository": "result_repository",
    "national_portal": "national_portal",
}
SECRET = Path(__file__).parents[2] / "resources" / "practice" / "payment_secret.txt"
SENT = "G01.801.308-261127-000001"
STATION = KnownStation("Q01", "HN", "1", "G01.801.308", bytes(32))
EVERY: dict[str, Question] = {
    "licences": LicencesOf(QUAN),
    "violations": ViolationsOf(QUAN, ["010167012345"]),
    "identity": IdentityOf(Claimed(QUAN, "TRẦN MINH QUÂN", "1990-08-14")),
    "health": HealthOf(QUAN),
    "results": ResultsOf(QUAN, QUAN, "TRẦN MINH QUÂN", "3.000347"),
    "portal": PortalOf(SENT),
}


@pytest.fixture(scope="module")
def systems() -> Iterator[dict[str, StandIn]]:
    with ExitStack() as beside:
        yield {setting: beside.enter_context(stand_in(module)) for setting, module in MODULES.items()}


@dataclass
class Held:
    """A central that is joined to every stand-in, and a station of it with a clerk."""

    central: CentralProcess
    station: Station
    database: Database
    systems: dict[str, StandIn]

    def ask(
        self, question: Question, purpose: str = "RECEPTION", live: bool = False, who: str = "clerk"
    ) -> RegisterSaid:
        return read(self.reply(question, purpose, live, who), RegisterSaid)

    def reply(self, question: Question, purpose: str, live: bool = False, who: str = "clerk") -> requests.Response:
        return self.station.ask("POST", "/v1/registers/ask", RegisterAsked(question, who, purpose, None, live))

    def rows(self) -> list[Any]:
        with self.database.read() as connection:
            return list(
                connection.execute(select(register_queries).order_by(register_queries.c.id, register_queries.c.step))
            )


@pytest.fixture
def held(resting_central: CentralProcess, systems: dict[str, StandIn]) -> Iterator[Held]:
    for one in systems.values():
        one.fault("none")
    central = resting_central
    said = {setting: one.url for setting, one in systems.items()} | {
        "registers_patience_s": "1",
        "portal_user": "THUC-HANH",
        "portal_password_file": str(SECRET),
        "portal_unit": "G01.801.308",
    }
    (central.folder / FILE).write_text(json.dumps(said), "utf-8")
    central.start()
    station = Station.enrolled(central, "Q01", "clerk")
    database = open_database(central.database_url)
    yield Held(central, station, database, systems)
    database.close()


def test_every_register_is_asked_and_every_question_written_down(held: Held) -> None:
    said = {name: held.ask(question) for name, question in EVERY.items()}
    assert {name: (one.outcome, one.system, one.cause) for name, one in said.items()} == {
        name: ("answered", name, "") for name in EVERY
    }
    assert [one["number"] for one in said["licences"].licences.licences] == ["010167012345", "010097055512"]  # type: ignore[union-attr]
    assert said["violations"].violations == ViolationRecords("clear")
    assert dict(said["identity"].identity.fields) == {"name": "same", "born": "same"}  # type: ignore[union-attr]
    assert said["health"].health.certificates[0].conclusion == "fit"  # type: ignore[union-attr]
    assert said["results"].results.results[0].number == "010167012345"  # type: ignore[union-attr]
    rows = held.rows()
    assert [(row.step, row.system, row.outcome) for row in rows] == [
        step for name in EVERY for step in ((0, name, "asked"), (1, name, "answered"))
    ]
    assert {(row.officer, row.office, row.station, row.purpose, row.cause) for row in rows} == {
        ("clerk", "PC08-HN", "Q01", "RECEPTION", "")
    }
    assert {bytes(row.subject) for row in rows} == {
        log.mark_of(held.database, text) for text in (QUAN, f"dossier {SENT}")
    }
    assert (said["portal"].portal.status, said["portal"].portal.owner) == ("1", "TRẦN MINH QUÂN")  # type: ignore[union-attr]
    assert all(text not in repr(tuple(row)) for row in rows for text in (QUAN, "QUÂN", "010167012345"))
    assert verify(held.central.database_url).ok


def test_a_purpose_that_the_law_does_not_know_reaches_no_register(held: Held) -> None:
    before = len(held.systems["population_database"].ledger())
    for purpose in ("", "CURIOSITY", "reception", "RECEPTION|RESULT"):
        assert code_of(held.reply(EVERY["identity"], purpose)) == "PURPOSE_UNKNOWN"
    assert code_of(held.reply(EVERY["identity"], "RECEPTION", who="binh")) == "USER_UNKNOWN"
    assert held.rows() == []
    assert len(held.systems["population_database"].ledger()) == before


@pytest.mark.parametrize(
    "asked",
    [
        {"of": "licences"},
        {"of": "licences", "number": "1", "licence": "2"},
        {"of": "violations", "number": ""},
        {"of": "violations", "number": "1", "licences": [""] * 21},
        {"of": "identity", "claimed": {"number": ""}},
        {"of": "identity", "claimed": {"number": "1", "name": "x" * 501}},
        {"of": "health"},
        {"of": "results", "owner": "1", "asker": "1", "asker_name": "", "procedure": "1"},
        {"of": "portal", "code": ""},
        {"of": "palms", "number": "1"},
    ],
)
def test_no_question_is_refused(held: Held, asked: dict[str, object]) -> None:
    message = {"question": asked, "who": "clerk", "purpose": "RECEPTION"}
    assert code_of(held.station.ask("POST", "/v1/registers/ask", message)) == "MESSAGE_UNREADABLE"


def test_a_silent_register_is_answered_for_by_what_it_said_where_the_law_lets_it(held: Held) -> None:
    first = {name: held.ask(question) for name, question in EVERY.items()}
    for fault in ("down", "error", "slow"):
        for one in held.systems.values():
            one.fault(fault, seconds=2)
        for name, question in EVERY.items():
            said = held.ask(question)
            if name == "violations":
                assert (said.outcome, said.violations) == ("unknown", ViolationRecords("unknown", (), said.cause))
            else:
                assert (said.outcome, said.at) == ("kept", first[name].at), (fault, name)
                assert msgspec.structs.replace(said, outcome="answered", cause="") == first[name]
            assert said.cause == {"down": "UNREACHABLE", "error": "HTTP_503", "slow": "TIMEOUT"}[fault]
        assert held.ask(EVERY["health"], live=True).outcome == "unknown"
        assert held.ask(HealthOf(DAT)).outcome == "unknown", "another question has no answer of before"
    # What was said and nobody understands is not silence.
    for one in held.systems.values():
        one.fault("garbage")
    assert {held.ask(question).outcome for question in EVERY.values()} == {"unknown"}
    assert {row.outcome for row in held.rows() if row.step} == {"answered", "kept", "unknown"}
    assert verify(held.central.database_url).ok


def test_a_central_that_is_killed_while_it_asks_leaves_a_question_without_an_end(held: Held) -> None:
    held.systems["health_register"].fault("slow", seconds=5)

    def ask() -> None:
        with pytest.raises(requests.RequestException):
            held.ask(EVERY["health"])

    asking = Thread(target=ask)
    asking.start()
    while not held.rows():
        continue
    held.central.kill()
    asking.join()
    today = hanoi_now().replace(hour=0, minute=0, second=0, microsecond=0)
    (one,) = log.counted(held.database, today, today + timedelta(days=1))
    assert (one.officer, one.system, one.outcome, one.count) == ("clerk", "health", "asked", 1)
    assert log.counted(held.database, today - timedelta(days=1), today) == []


def test_what_was_written_down_stays(held: Held) -> None:
    held.ask(EVERY["health"])
    for change in (update(register_queries).values(officer="binh"), delete(register_queries)):
        with pytest.raises(DBAPIError, match="append-only"), held.database.engine.begin() as connection:
            connection.execute(change)
    with held.database.engine.begin() as connection:
        connection.execute(update(register_answers).values(body=b"clear"))
    found = verify(held.central.database_url)
    assert not found.ok
    assert "register_answers" in "".join(found.problems)


def test_the_command_counts_who_asked_what(held: Held) -> None:
    held.ask(EVERY["health"])
    held.ask(EVERY["health"], "RESULT")
    held.ask(EVERY["health"])
    around = {"CLERK_DATABASE": held.central.database_url}
    said = here("central", "queries", "--data", str(held.central.folder), "--json", **around)
    assert [(one["system"], one["purpose"], one["outcome"], one["count"]) for one in said.json["queries"]] == [
        ("health", "RECEPTION", "answered", 2),
        ("health", "RESULT", "answered", 1),
    ]
    told = here("central", "queries", "--data", str(held.central.folder), **around).out
    assert "PC08-HN  clerk  health  RECEPTION  answered  2" in told
    assert QUAN not in told
    earlier = ("--since", "2024-02-28", "--until", "2024-02-29", "--json")
    assert here("central", "queries", "--data", str(held.central.folder), *earlier, **around).json["queries"] == []
    wrong = here("central", "queries", "--since", "29/02/2024", "--data", str(held.central.folder), **around)
    assert wrong.code == 2


# ---- with a clock of our own


@dataclass
class Changing:
    """Violation records that say what they are told to."""

    said: ViolationRecords = field(default_factory=lambda: ViolationRecords("clear"))

    def standing(self, number: str, licences: Any) -> ViolationRecords:
        return self.said


@pytest.mark.parametrize(
    ("minutes", "after_s", "outcome"), [(60, 3599, "kept"), (60, 3661, "unknown"), (0, 0, "unknown")]
)
def test_an_answer_is_as_old_as_the_law_lets_it_be(tmp_path: Path, minutes: int, after_s: int, outcome: str) -> None:
    asking, at, records = _asking(tmp_path)
    setting = _law(register_age_violations_minutes=str(minutes))
    asker = Asker("lan", STATION, "RECEPTION")
    assert asking.ask(ViolationsOf(QUAN), asker, setting).outcome == "answered"
    at[0] += timedelta(seconds=after_s)
    records.said = ViolationRecords("unknown", (), "TIMEOUT")
    said = asking.ask(ViolationsOf(QUAN), asker, setting)
    assert said.outcome == outcome
    assert said.violations == ViolationRecords("clear" if outcome == "kept" else "unknown", (), said.violations.cause)  # type: ignore[union-attr]
    asking.database.close()


def test_the_newest_answer_is_kept_and_old_ones_go(tmp_path: Path) -> None:
    asking, at, records = _asking(tmp_path)
    asker = Asker("lan", STATION, "RECEPTION")
    setting = _law(register_age_violations_minutes="60")
    asking.ask(ViolationsOf(DAT), asker, setting)
    at[0] += timedelta(minutes=30)
    asking.ask(ViolationsOf(QUAN), asker, setting)
    records.said = ViolationRecords("blocked")
    asking.ask(ViolationsOf(QUAN), asker, setting)
    records.said = ViolationRecords("unknown", (), "UNREACHABLE")
    assert asking.ask(ViolationsOf(QUAN), asker, setting).violations == ViolationRecords("blocked")
    at[0] += timedelta(minutes=45)
    records.said = ViolationRecords("clear")
    asking.ask(ViolationsOf(QUAN), asker, setting)
    with asking.database.read() as connection:
        assert len(connection.execute(select(register_answers)).all()) == 1
    # The law lets none be kept any more.
    asking.ask(ViolationsOf(QUAN), asker, _law())
    with asking.database.read() as connection:
        assert connection.execute(select(register_answers)).all() == []
    asking.database.close()


def test_old_answers_are_let_go_of_without_another_question(tmp_path: Path) -> None:
    asking, at, _ = _asking(tmp_path)
    asker = Asker("lan", STATION, "RECEPTION")
    setting = _law(register_age_violations_minutes="60", register_age_health_minutes="600")
    asking.ask(ViolationsOf(QUAN), asker, setting)
    assert asking.forget(setting) == 0
    at[0] += timedelta(minutes=61)
    asking.ask(ViolationsOf(DAT), asker, _law(register_age_violations_minutes="600"))
    assert asking.forget(setting) == 1
    assert asking.forget(setting) == 0
    assert asking.forget(_law()) == 0, "the one of this minute"
    at[0] += timedelta(seconds=1)
    assert asking.forget(_law()) == 1, "a law that lets none stand in"
    assert verify(f"sqlite:///{tmp_path / 'central.sqlite'}").ok
    asking.database.close()


def test_ages_and_purposes_are_read_from_the_law() -> None:
    assert age_limit("health", _law(register_age_health_minutes="90")) == timedelta(minutes=90)
    for text in ("", "x", "-5", "1.5", "²"):
        assert age_limit("health", _law(register_age_health_minutes=text)) == timedelta(0)
    check_purpose("B", lambda _: "A|B")
    check_purpose("RECEPTION", lambda _: "")
    for purpose, law in (("", ""), ("RECEPTION", "A|B"), ("RESULT", "")):
        with pytest.raises(Refusal, match="PURPOSE_UNKNOWN"):
            check_purpose(purpose, _law(register_purposes=law))


def _law(**rows: str) -> Callable[[str], str]:
    return lambda name: {"register_purposes": "RECEPTION", **rows}.get(name, "")


def _asking(folder: Path) -> tuple[Asking, list[datetime], Changing]:
    database = open_database(f"sqlite:///{folder / 'central.sqlite'}", practice=True)
    at, records = [hanoi_now()], Changing()
    register: ViolationRegister = records
    return Asking(database, Registers(violations=register), lambda: at[0]), at, records


@pytest.mark.parametrize(("written", "minutes"), [("60", 60), ("", 0), ("-1", 0), ("٣", 0), ("9" * 30, 0)])
def test_what_is_no_figure_lets_no_answer_stand_in(written: str, minutes: int) -> None:
    assert age_limit("health", lambda _: written) == timedelta(minutes=minutes)
