"""A second factor at central: asked for where it was issued or the law wants it, each code once, gone when revoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clerk_app import second_factor as codes
from clerk_app import wire
from clerk_app.central import people, unlocking
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.second_factor import secret_of
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.sign_in import SignInPolicy
from tests.peers.central import BOTH, Backing, CentralProcess

BACKINGS = BOTH
NOW = hanoi_now()
OFFICE = "PC08-HN"
ROLES: RoleTable = {"clerk": {"dossier.take": "office"}, "supervisor": {"user.unlock": "office"}}


@pytest.fixture
def database(tmp_path: Path, backing: Backing) -> Iterator[Database]:
    opened = open_database(backing.database(tmp_path), practice=False)
    for code in (OFFICE, "PC08-HP"):
        people.add_office(opened, code, Words("Phòng", "Office"), "G01.801.308", ["Q01"])
    people.add_user(opened, "ha", "Nguyễn Thu Hà", ["clerk"], OFFICE, "một mật khẩu")
    people.add_user(opened, "chau", "Vũ Minh Châu", ["supervisor"], OFFICE, "một mật khẩu", " CA-117 ")
    people.add_user(opened, "chau2", "Vũ Minh Châu", ["clerk"], OFFICE, "một mật khẩu", "CA-117")
    people.add_user(opened, "xa", "Ở Xa", ["clerk"], "PC08-HP", "một mật khẩu")
    yield opened
    opened.close()


def _signed_in(
    database: Database,
    user: str,
    code: str = "",
    now: datetime = NOW,
    password: str = "một mật khẩu",
    station: str = "Q01",
    needed: bool = False,
) -> wire.SignedIn:
    asked = wire.SignInAsked(user, password, code)
    return people.sign_in(database, asked, station, OFFICE, now, lambda roles: SignInPolicy(code_needed=needed))


def _refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def _factor(database: Database, user: str) -> str:
    with database.read() as connection:
        known = people.find_user(connection, user)
    assert known is not None
    return known.factor


def _code(database: Database, user: str, now: datetime = NOW) -> str:
    return codes.code_at(secret_of(database, _factor(database, user)), codes.step_at(now))


def test_who_has_one_is_asked_and_who_has_none_is_not(database: Database) -> None:
    issued = people.issue_factor(database, "chau")
    assert _refused(lambda: _signed_in(database, "chau")) == "CODE_NEEDED"
    done = _signed_in(database, "chau", _code(database, "chau"))
    assert (done.factor, done.step, done.user.person) == ("totp", codes.step_at(NOW), "CA-117")
    assert codes.secret_text(done.secret) == issued.secret, "what the app was given, the station gets for days offline"
    plain = _signed_in(database, "ha", "123456")
    assert (plain.factor, plain.secret, plain.step) == ("password", b"", 0)


def test_the_code_says_nothing_before_the_password_is_right(database: Database) -> None:
    people.issue_factor(database, "chau")
    code = _code(database, "chau")
    assert _refused(lambda: _signed_in(database, "chau", code, password="sai")) == "SIGN_IN_WRONG"
    assert _signed_in(database, "chau", code).step, "and no code was spent"


def test_a_code_works_once_at_whichever_station(database: Database) -> None:
    people.issue_factor(database, "chau")
    code = _code(database, "chau")
    _signed_in(database, "chau", code)
    assert _refused(lambda: _signed_in(database, "chau", code)) == "CODE_USED"
    assert _refused(lambda: _signed_in(database, "chau", code, station="Q02")) == "CODE_USED"
    before = _code(database, "chau", NOW - timedelta(seconds=30))
    assert _refused(lambda: _signed_in(database, "chau", before, station="Q03")) == "CODE_USED"
    later = NOW + timedelta(seconds=30)
    assert _signed_in(database, "chau", _code(database, "chau", later), later).step == codes.step_at(later)


def test_the_same_code_sent_side_by_side_lets_one_in(database: Database) -> None:
    people.issue_factor(database, "chau")
    code = _code(database, "chau")

    def tried(station: str) -> str:
        try:
            _signed_in(database, "chau", code, station=station)
        except Refusal as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(tried, ["Q01", "Q02", "Q03", "Q04"]))
    assert sorted(said) == ["CODE_USED"] * 3 + ["in"]


def test_a_phone_with_another_time_is_told_so(database: Database) -> None:
    people.issue_factor(database, "chau")
    slow = _code(database, "chau", NOW - timedelta(minutes=5))
    assert _refused(lambda: _signed_in(database, "chau", slow)) == "CODE_CLOCK"


def test_wrong_codes_are_guesses_and_a_code_not_typed_yet_is_none(database: Database) -> None:
    people.issue_factor(database, "chau")
    right = _code(database, "chau")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    said = [
        _refused(lambda code=code: _signed_in(database, "chau", code)) for code in ("", wrong, "", wrong, "", wrong)
    ]
    assert said == ["CODE_NEEDED", "CODE_WRONG"] * 3
    assert _refused(lambda: _signed_in(database, "chau", right)) == "SIGN_IN_WAIT"
    after = NOW + timedelta(seconds=1)
    assert _refused(lambda: _signed_in(database, "chau", "", after)) == "CODE_NEEDED"
    assert _refused(lambda: _signed_in(database, "chau", wrong, after)) == "CODE_WRONG", "no wait after being asked"
    assert _refused(lambda: _signed_in(database, "chau", right, after + timedelta(seconds=1))) == "SIGN_IN_WAIT"
    assert _signed_in(database, "chau", right, after + timedelta(seconds=2)).step


def test_the_wait_grows_and_is_said_to_the_second(database: Database) -> None:
    at, waited = NOW, []
    for _ in range(2):
        assert _refused(lambda: _signed_in(database, "ha", password="sai")) == "SIGN_IN_WRONG"
    for wait_s in (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        assert _refused(lambda at=at: _signed_in(database, "ha", now=at, password="sai")) == "SIGN_IN_WRONG"
        with pytest.raises(Refusal, match="SIGN_IN_WAIT") as refusal:
            _signed_in(database, "ha", now=at + timedelta(seconds=wait_s - 0.5))
        waited.append(refusal.value.remedy.vi.split(",")[0])
        at += timedelta(seconds=wait_s)
    assert waited == ["Thử lại sau 1 giây"] * 11
    with pytest.raises(Refusal, match="SIGN_IN_WRONG") as refusal:
        _signed_in(database, "ha", now=at, password="sai")
    assert refusal.value.remedy.vi.startswith("Chờ 5 phút rồi thử lại")
    assert _signed_in(database, "ha", now=at + timedelta(minutes=5)).user.id == "ha", "never locked for good"


def test_a_role_that_needs_one_does_not_get_in_without(database: Database) -> None:
    assert _refused(lambda: _signed_in(database, "ha", needed=True)) == "SECOND_FACTOR_MISSING"
    assert _refused(lambda: _signed_in(database, "ha", password="sai", needed=True)) == "SIGN_IN_WRONG"
    people.issue_factor(database, "ha")
    assert _signed_in(database, "ha", _code(database, "ha"), needed=True).factor == "totp"


def test_a_new_one_ends_the_one_before_and_stations_hear_of_it(database: Database) -> None:
    first = people.issue_factor(database, "chau")
    old, version = _code(database, "chau"), people.version(database, OFFICE)
    second = people.issue_factor(database, "chau")
    assert first.secret != second.secret
    assert people.version(database, OFFICE) == version + 1
    assert _refused(lambda: _signed_in(database, "chau", old)) == "CODE_WRONG"
    assert people.end_factor(database, "chau").factor == ""
    assert people.version(database, OFFICE) == version + 2
    assert _signed_in(database, "chau").factor == "password"
    assert _refused(lambda: people.issue_factor(database, "nobody")) == "USER_UNKNOWN"


def test_no_secret_lies_in_the_database(database: Database) -> None:
    people.issue_factor(database, "chau")
    secret = _signed_in(database, "chau", _code(database, "chau")).secret
    with database.read() as connection:
        row = connection.execute(people.users.select().where(people.users.c.id == "chau")).one()
    kept = repr(tuple(row)).encode()
    assert secret not in kept
    assert secret.hex().encode() not in kept
    assert codes.secret_text(secret).replace(" ", "").encode() not in kept


# ---- ending somebody's wait --------------------------------------------------------------------------------------


def _guess(database: Database, user: str, times: int = 3) -> None:
    for _ in range(times):
        with pytest.raises(Refusal, match="SIGN_IN_WRONG"):
            _signed_in(database, user, password="sai")


def _unlocked(database: Database, user: str, by: str, code: str = "", password: str = "một mật khẩu") -> wire.SignedIn:
    asked = wire.UnlockAsked(user, by, password, code)
    station = KnownStation("Q01", OFFICE, "Q01", "G01.801.308", b"k" * 32)
    return unlocking.unlock(database, asked, station, NOW, lambda roles: SignInPolicy(), ROLES)


def test_a_supervisor_ends_a_wait(database: Database) -> None:
    _guess(database, "ha")
    assert _refused(lambda: _signed_in(database, "ha")) == "SIGN_IN_WAIT"
    assert _unlocked(database, "ha", "chau").user.id == "chau"
    assert _signed_in(database, "ha").user.id == "ha"


@pytest.mark.parametrize(
    ("user", "by", "password", "code"),
    [
        ("ha", "chau", "sai", "SIGN_IN_WRONG"),
        ("ha", "ha2", "một mật khẩu", "SIGN_IN_WRONG"),
        ("chau", "ha", "một mật khẩu", "ROLE_MISSING"),
        ("chau2", "chau", "một mật khẩu", "FOUR_EYES"),
        ("chau", "chau", "một mật khẩu", "FOUR_EYES"),
        ("nobody", "chau", "một mật khẩu", "USER_UNKNOWN"),
        ("xa", "chau", "một mật khẩu", "USER_UNKNOWN"),
    ],
)
def test_only_a_supervisor_and_never_for_themselves(
    database: Database, user: str, by: str, password: str, code: str
) -> None:
    if user not in ("nobody", "xa", by):
        _guess(database, user)
    assert _refused(lambda: _unlocked(database, user, by, password=password)) == code
    if user not in ("nobody", "xa", by):
        assert _refused(lambda: _signed_in(database, user)) == "SIGN_IN_WAIT", "still"


def test_a_supervisor_who_has_a_second_factor_shows_it(database: Database) -> None:
    people.issue_factor(database, "chau")
    _guess(database, "ha")
    assert _refused(lambda: _unlocked(database, "ha", "chau")) == "CODE_NEEDED"
    assert _refused(lambda: _signed_in(database, "ha")) == "SIGN_IN_WAIT"
    assert _unlocked(database, "ha", "chau", _code(database, "chau")).factor == "totp"
    assert _signed_in(database, "ha").user.id == "ha"


# ---- on the wire -------------------------------------------------------------------------------------------------


@pytest.mark.wire
def test_over_the_line_as_a_station_asks(central: CentralProcess) -> None:
    uplink = central.enrol("Q01", "clerk")
    database = open_database(central.database_url)
    try:
        people.issue_factor(database, "supervisor")
        assert _refused(lambda: uplink.sign_in("supervisor", "practice")) == "CODE_NEEDED"
        code = _code(database, "supervisor", hanoi_now())
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert _refused(lambda: uplink.sign_in("supervisor", "practice", wrong)) == "CODE_WRONG"
        done = uplink.sign_in("supervisor", "practice", code)
        assert (done.factor, len(done.secret)) == ("totp", codes.SECRET_BYTES)
        assert _refused(lambda: uplink.sign_in("supervisor", "practice", code)) == "CODE_USED"
        waits = []
        for _ in range(3):
            with pytest.raises(Refusal, match="SIGN_IN_WRONG") as wrong_one:
                uplink.sign_in("clerk", "sai")
            waits.append(wrong_one.value.wait_s)
        assert waits == [0, 0, 1], "what is to be waited for comes along"
        assert _refused(lambda: uplink.unlock("clerk", "clerk2", "practice")) == "ROLE_MISSING"
        assert uplink.unlock("clerk", "supervisor2", "practice").user.id == "supervisor2"
        assert uplink.sign_in("clerk", "practice").user.id == "clerk"
        said = {one.id: one for one in uplink.people().people}
        assert said["supervisor"].factor == _factor(database, "supervisor")
        assert done.secret.hex() not in repr(said)
    finally:
        database.close()
