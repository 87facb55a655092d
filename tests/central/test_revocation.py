"""Access is taken away: at once with a line, at the next contact without; what was done before stands, after not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid4

import msgspec
import pytest

from clerk_app import wire
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.register import Register
from clerk_app.central.sheets import SheetFolder
from clerk_app.central.stations import KnownStation, enrol, find_station, new_code
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain, opened, pack
from tests.peers.station import Station, code_of, read

MORNING = hanoi_now() - timedelta(hours=6)
SPECIMENS = Path(__file__).resolve().parent.parent / "specimens"


@dataclass
class Office:
    """A central in this process, one station of it, and its chain."""

    database: Database
    register: Register
    station: KnownStation
    chain: Chain

    def typed(self, dossier: UUID, who: str, at: datetime) -> None:
        self.chain.happen(dossier, FieldsEntered(MappingProxyType({"reason": "…"}), "application"), who=who, at=at)

    def codes(self) -> list[str]:
        """What central says to each entry of the chain, from the first on; the empty text where it accepted."""
        taken = self.register.take(wire.Batch(self.chain.sealed), self.station, hanoi_now())
        assert len(taken.answers) == len(self.chain.sealed)
        return [answer.code for answer in taken.answers]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = open_database(database_url(tmp_path), practice=True)
    people.seed_practice(database)
    chain = Chain("Q01")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(chain.seed).public_key().public_bytes_raw()
    enrol(database, wire.Enrolment(new_code(database, "Q01", MORNING).code, public), MORNING)
    for user in ("clerk", "clerk2"):
        people.sign_in(database, wire.SignInAsked(user, "practice"), "Q01", people.PRACTICE_OFFICE, MORNING)
    with database.read() as connection:
        station = find_station(connection, "Q01")
    yield Office(database, Register(database, SheetFolder(tmp_path / "sheets"), PackedLaw(pack())), station, chain)
    database.close()


def _hours(hours: float) -> datetime:
    return MORNING + timedelta(hours=hours)


def test_what_was_done_before_stands_and_what_was_done_after_does_not(office: Office) -> None:
    first, second = uuid4(), uuid4()
    office.chain.happen(first, opened(), at=_hours(1))
    office.typed(first, "clerk", _hours(1.5))
    people.revoke(office.database, "clerk", _hours(2))
    office.chain.happen(second, opened(), at=_hours(2.01))
    office.typed(first, "clerk2", _hours(3))
    assert office.codes() == ["", "", "USER_INACTIVE", ""], "a colleague goes on with what was begun rightly"


def test_a_time_before_the_revocation_does_not_stand_behind_one_after_it(office: Office) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    office.chain.happen(first, opened(), who="clerk2", at=_hours(1))
    people.revoke(office.database, "clerk", _hours(2))
    office.typed(first, "clerk2", _hours(3))
    office.chain.happen(second, opened(), at=_hours(1.9))
    assert office.codes() == ["", "", "USER_INACTIVE"], "within one batch"
    office.chain.happen(third, opened(), at=_hours(1.95))
    assert office.codes()[-1] == "USER_INACTIVE", "the chain said so before"


def test_a_clock_set_right_by_minutes_is_no_lie(office: Office) -> None:
    first, second = uuid4(), uuid4()
    people.revoke(office.database, "clerk", _hours(2))
    office.chain.happen(first, opened(), who="clerk2", at=_hours(2) + timedelta(minutes=4))
    office.chain.happen(second, opened(), at=_hours(2) - timedelta(minutes=1))
    assert office.codes() == ["", ""]


def test_access_that_came_back_does_not_heal_what_was_done_without_it(office: Office) -> None:
    people.revoke(office.database, "clerk", _hours(2))
    people.restore(office.database, "clerk", _hours(4))
    people.revoke(office.database, "clerk", _hours(5))
    people.restore(office.database, "clerk", _hours(5.5))
    for hour in (1, 2, 3.9, 4, 4.5, 5.2, 5.6):
        office.chain.happen(uuid4(), opened(), at=_hours(hour))
    without = "USER_INACTIVE"
    assert office.codes() == ["", without, without, "", "", without, ""]


def test_both_may_be_said_twice_and_nobody_unknown_is_meant(office: Office) -> None:
    before = people.version(office.database, people.PRACTICE_OFFICE)
    for hour in (1, 2):
        assert not people.revoke(office.database, "clerk", _hours(hour)).active
    with office.database.read() as connection:
        assert len(people.without_access(connection, "clerk")) == 1
    for hour in (3, 4):
        assert people.restore(office.database, "clerk", _hours(hour)).active
    assert people.version(office.database, people.PRACTICE_OFFICE) == before + 2
    for change in (people.revoke, people.restore):
        with pytest.raises(Refusal, match="USER_UNKNOWN"):
            change(office.database, "nobody", _hours(1))


def test_stations_hear_who_works_here_and_no_verifier(office: Office) -> None:
    people.revoke(office.database, "clerk2", _hours(1))
    said = people.of_office(office.database, people.PRACTICE_OFFICE)
    assert {user.id: user.active for user in said.people} == {
        "clerk": True,
        "clerk2": False,
        "supervisor": True,
        "supervisor2": True,
        "privacy": True,
        "privacy2": True,
    }
    assert b"argon2" not in msgspec.msgpack.encode(said)
    assert people.of_office(office.database, "PC08-HP").people == []


# ---- over the line


def _clerk(central: CentralProcess, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "clerk_app", "central", *arguments, "--data", str(central.folder), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


@pytest.mark.wire
def test_by_command_at_once_and_back(central: CentralProcess) -> None:
    station = Station.enrolled(central, "Q01", "clerk")
    chain = Chain("Q01", station.seed)
    chain.draft(uuid4(), 2)
    before = read(station.ask("GET", "/v1/entries"), wire.Pulled).people
    assert _clerk(central, "revoke", "--user", "clerk")["revoked"] is True
    reply = station.ask("POST", "/v1/sign-in", wire.SignInAsked("clerk", "practice"))
    assert (reply.status_code, code_of(reply)) == (403, "USER_INACTIVE")
    pulled = read(station.ask("GET", "/v1/entries"), wire.Pulled)
    said = read(station.ask("GET", "/v1/people"), wire.People)
    assert (pulled.people, said.version) == (before + 1, before + 1)
    assert [user.id for user in said.people if not user.active] == ["clerk"]
    chain.happen(uuid4(), opened())
    answers = read(station.push(*chain.sealed), wire.Answers).answers
    assert [answer.code for answer in answers] == ["", "", "USER_INACTIVE"]
    listed = {one["user"]: one["active"] for one in _clerk(central, "people")["people"]}  # type: ignore[attr-defined]
    assert (listed.pop("clerk"), set(listed.values())) == (False, {True})
    assert _clerk(central, "restore-user", "--user", "clerk")["revoked"] is False
    assert station.ask("POST", "/v1/sign-in", wire.SignInAsked("clerk", "practice")).status_code == 200
    (known,) = _clerk(central, "stations")["stations"]  # type: ignore[misc]
    assert (known["station"], known["counter"], known["revoked_at"]) == ("Q01", "Q01", None)
    assert known["heard_at"]
    _clerk(central, "revoke", "--station", "Q01")
    assert code_of(station.push(*chain.sealed)) == "STATION_REVOKED"
    (known,) = _clerk(central, "stations")["stations"]  # type: ignore[misc]
    assert known["revoked_at"]
