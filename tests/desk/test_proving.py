"""Proving who somebody is, over the real line and without it: codes, PINs, waits, and what the journal tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clerk_app import second_factor as codes
from clerk_app.catalogue.pack import load
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.second_factor import secret_of
from clerk_app.desk.people import People
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import decode_entry
from tests.desk.conftest import Desk
from tests.peers.central import CentralProcess
from tests.peers.pack import public_key, with_settings

pytestmark = pytest.mark.wire
PIN = "2580"


@pytest.fixture
def database(central: CentralProcess) -> Iterator[Database]:
    opened = open_database(central.database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path: Path, central: CentralProcess, database: Database) -> Iterator[Desk]:
    """A desk on a line to a real central, on the time of day; supervisor has a second factor."""
    people.issue_factor(database, "supervisor")
    (tmp_path / "desk").mkdir()
    made = Desk(tmp_path / "desk", central=central.enrol("Q04", seed=b"q" * 32))
    made.time = hanoi_now()
    made.counter.user = None
    yield made
    made.database.close()


def _code(database: Database, user: str, at: datetime) -> str:
    with database.read() as connection:
        known = people.find_user(connection, user)
    assert known is not None
    return codes.code_at(secret_of(database, known.factor), codes.step_at(at))


def _refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def _sessions(desk: Desk) -> list[tuple[str, SessionHappened]]:
    """What the journal tells of who came and went, oldest first, and in whose name it does."""
    entries = [decode_entry(sealed.body) for sealed in desk.journal.waiting(500, 10**7)]
    return [(entry.who, entry.what) for entry in entries if isinstance(entry.what, SessionHappened)]


def test_with_a_line_central_asks_for_the_code(desk: Desk, database: Database) -> None:
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice")) == "CODE_NEEDED"
    assert desk.counter.user is None
    desk.sign_in.sign_in(" Supervisor ", "practice", _code(database, "supervisor", desk.time))
    assert (desk.counter.who().id, desk.counter.factor) == ("supervisor", "totp")
    assert desk.sign_in.sign_in("clerk", "practice").user == "clerk", "who has none is not asked"
    assert desk.counter.factor == "password"
    desk.sign_in.sign_out()
    assert (desk.counter.user, desk.counter.factor) == (None, "")
    assert _sessions(desk) == [
        ("supervisor", SessionHappened("in", "supervisor", False, "totp")),
        ("clerk", SessionHappened("in", "clerk", False, "password")),
        ("clerk", SessionHappened("out", "clerk")),
    ]


def test_without_a_line_the_desk_does_and_no_code_counts_twice(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    code = _code(database, "supervisor", desk.time)
    desk.sign_in.sign_in("supervisor", "practice", code)
    central.stop()
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", code)) == "CODE_USED"
    desk.time += timedelta(minutes=1)
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice")) == "CODE_NEEDED"
    proven = desk.sign_in.proving.prove("supervisor", "practice", _code(database, "supervisor", desk.time))
    assert (proven.factor, proven.offline, proven.user.id) == ("totp", True, "supervisor")
    assert _refused(lambda: desk.sign_in.sign_in("clerk2", "practice")) == "SIGN_IN_FIRST_ONLINE"
    told = [happened.cause for _, happened in _sessions(desk) if happened.event == "refused"]
    assert told == ["CODE_USED"], "what was not typed yet is no try, and whom this desk never saw is nobody's matter"


def test_a_code_used_offline_is_not_taken_again_with_a_line(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _code(database, "supervisor", desk.time - timedelta(seconds=30)))
    central.stop()
    code = _code(database, "supervisor", desk.time)
    desk.sign_in.sign_in("supervisor", "practice", code)
    central.start()
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", code)) == "CODE_USED"


def test_a_revoked_second_factor_is_gone_at_the_next_contact(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _code(database, "supervisor", desk.time))
    old = secret_of(database, desk.counter.who().factor)
    people.issue_factor(database, "supervisor")
    assert People(desk.counter, desk.central, desk.users).learn() is None
    central.stop()
    desk.time += timedelta(minutes=1)
    code = codes.code_at(old, codes.step_at(desk.time))
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", code)) == "CODE_FIRST_ONLINE"


def test_who_lost_their_access_does_not_get_in_with_a_pin_either(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    desk.sign_in.sign_in("clerk", "practice")
    desk.pins.choose("practice", PIN)
    assert desk.sign_in.proving.prove_by_pin("clerk", PIN).user.id == "clerk"
    people.revoke(database, "clerk", hanoi_now())
    assert (said := People(desk.counter, desk.central, desk.users).learn()) is not None
    assert said.code == "USER_INACTIVE"
    assert _refused(lambda: desk.sign_in.proving.prove_by_pin("clerk", PIN)) == "USER_INACTIVE"
    assert _refused(lambda: desk.sign_in.sign_in("clerk", "practice")) == "USER_INACTIVE"
    central.stop()
    assert _refused(lambda: desk.sign_in.sign_in("clerk", "practice")) == "USER_INACTIVE"


def test_a_pin_asks_for_the_code_of_who_has_one(desk: Desk, central: CentralProcess, database: Database) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _code(database, "supervisor", desk.time))
    desk.pins.choose("practice", PIN)
    central.stop()
    desk.time += timedelta(minutes=1)
    prove = desk.sign_in.proving.prove_by_pin
    assert _refused(lambda: prove("supervisor", PIN)) == "CODE_NEEDED"
    assert _refused(lambda: prove("supervisor", "1357")) == "PIN_WRONG"
    assert prove("supervisor", PIN, _code(database, "supervisor", desk.time)).factor == "totp"
    assert desk.pins.is_pin("supervisor", "1357")
    assert not desk.pins.is_pin("supervisor", "practice")
    desk.pins.check_pin("supervisor", PIN)


def test_a_pin_is_chosen_by_who_is_signed_in_with_their_password(desk: Desk) -> None:
    assert _refused(lambda: desk.pins.choose("practice", PIN)) == "SIGN_IN_NEEDED"
    desk.sign_in.sign_in("clerk", "practice")
    assert _refused(lambda: desk.pins.choose("sai", PIN)) == "SIGN_IN_WRONG_PASSWORD"
    assert _refused(lambda: desk.pins.choose("practice", "1234")) == "PIN_WEAK"
    assert not desk.pins.is_pin("clerk", PIN)
    desk.pins.choose("practice", PIN)
    assert desk.pins.is_pin("clerk", PIN)


@pytest.mark.parametrize("line", [True, False])
def test_a_supervisor_ends_a_wait_here_and_at_central(
    desk: Desk, central: CentralProcess, database: Database, line: bool
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _code(database, "supervisor", desk.time - timedelta(seconds=30)))
    desk.sign_in.sign_in("clerk", "practice")
    if not line:
        central.stop()
    for _ in range(3):
        _refused(lambda: desk.sign_in.sign_in("clerk", "sai"))
    assert _refused(lambda: desk.sign_in.sign_in("clerk", "practice")) == "SIGN_IN_WAIT"
    unlock = desk.sign_in.unlock_user
    assert _refused(lambda: unlock("clerk", "supervisor", "practice")) == "CODE_NEEDED"
    by = unlock(" CLERK ", "supervisor", "practice", _code(database, "supervisor", desk.time))
    assert (by.user.id, by.factor, by.offline) == ("supervisor", "totp", not line)
    assert desk.counter.who().id == "clerk", "nobody was signed in or out by it"
    assert desk.sign_in.sign_in("clerk", "practice").offline is not line
    forced = SessionHappened("forced", "clerk", not line, "totp", "SIGN_IN_WAIT")
    assert ("supervisor", forced) in _sessions(desk)


def test_nobody_ends_their_own_wait_by_a_second_account(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    people.name_person(database, "supervisor2", "CA-117")
    people.name_person(database, "clerk", "CA-117")
    desk.sign_in.sign_in("clerk", "practice")
    desk.sign_in.sign_in("supervisor2", "practice")
    assert desk.counter.who().person == "CA-117"
    assert desk.users.persons() == {"clerk": "CA-117", "supervisor2": "CA-117"}
    unlock = desk.sign_in.unlock_user
    assert _refused(lambda: unlock("clerk", "supervisor2", "practice")) == "FOUR_EYES"
    central.stop()
    assert _refused(lambda: unlock("clerk", "supervisor2", "practice")) == "FOUR_EYES"
    assert _refused(lambda: unlock("supervisor2", "clerk", "practice")) == "NOT_ALLOWED"
    assert _refused(lambda: unlock("nobody", "supervisor2", "practice")) == "USER_UNKNOWN"


def test_what_the_journal_tells_of_people_is_accepted_at_central(desk: Desk, database: Database) -> None:
    """Also of who was turned away: nobody asks which role that needs."""
    desk.sign_in.sign_in("clerk", "practice")
    _refused(lambda: desk.sign_in.sign_in("clerk", "sai"))
    people.revoke(database, "clerk", hanoi_now())
    _refused(lambda: desk.sign_in.sign_in("clerk", "practice"))
    sealed = desk.journal.waiting(500, 10**7)
    events = [what.event for _, what in _sessions(desk)]
    assert events == ["in", "refused", "refused"]
    answers = desk.central.push(sealed).answers
    assert [(answer.accepted, answer.code) for answer in answers] == [(True, "")] * 3


def test_the_policy_by_role_is_data(desk: Desk, central: CentralProcess, database: Database, tmp_path: Path) -> None:
    """Central asks by the pack that it publishes, at once; the desk by the one that it took over."""
    desk.sign_in.sign_in("supervisor2", "practice")
    wanted = {"second_factor_roles": "supervisor", "second_factor_for_decisions": "on", "offline_days": "3"}
    stricter = with_settings(tmp_path, **wanted, offline_days_supervisor="1")
    PublishedPacks(database, [public_key()]).publish(stricter, hanoi_now())
    assert desk.central.sign_in("clerk", "practice").offline_days == 3
    done = desk.central.sign_in("supervisor", "practice", _code(database, "supervisor", desk.time))
    assert (done.factor, done.offline_days) == ("totp", 1)
    assert _refused(lambda: desk.sign_in.sign_in("supervisor2", "practice")) == "SECOND_FACTOR_MISSING"
    central.stop()
    prove = desk.sign_in.proving.prove
    assert prove("supervisor2", "practice", purpose="grant").factor == "password", "by the pack it knows"
    desk.counter.pack = load(stricter, [public_key()])
    assert _refused(lambda: prove("supervisor2", "practice")) == "SECOND_FACTOR_MISSING"
    desk.counter.pack = load(with_settings(tmp_path, "2026.12.2", second_factor_for_decisions="on"), [public_key()])
    assert prove("supervisor2", "practice").factor == "password"
    assert _refused(lambda: prove("supervisor2", "practice", purpose="grant")) == "SECOND_FACTOR_MISSING"
