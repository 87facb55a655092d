"""Tokens at central: registered and removed, asked for by the rules of the role, each answer good for one sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clerk_app import second_factor as codes
from clerk_app import wire
from clerk_app.central import people, person_tokens, unlocking
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.second_factor import secret_of
from clerk_app.central.stations import KnownStation
from clerk_app.domain.oversight import Factor
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.sign_in import SignInPolicy, policy_of
from clerk_app.domain.token_proofs import Second
from tests.peers.central import BOTH, Backing
from tests.peers.person_key import PersonKey

BACKINGS = BOTH
NOW = hanoi_now()
OFFICE = "PC08-HN"
ROLES: RoleTable = {"clerk": {"dossier.take": "office"}, "supervisor": {"user.unlock": "office"}}
KEY, OTHER = PersonKey("rsa"), PersonKey("ec")


@pytest.fixture
def database(tmp_path: Path, backing: Backing) -> Iterator[Database]:
    opened = open_database(backing.database(tmp_path), practice=False)
    people.add_office(opened, OFFICE, Words("Phòng", "Office"), "G01.801.308", ["Q01"])
    people.add_user(opened, "ha", "Nguyễn Thu Hà", ["clerk"], OFFICE, "một mật khẩu")
    people.add_user(opened, "chau", "Vũ Minh Châu", ["supervisor"], OFFICE, "một mật khẩu", "CA-117")
    people.add_user(opened, "chau2", "Vũ Minh Châu", ["clerk"], OFFICE, "một mật khẩu", "CA-117")
    yield opened
    opened.close()


def _register(database: Database, user: str = "chau", key: PersonKey = KEY) -> str:
    return people.add_token(database, user, key.certificate, (), NOW).certificate


def _signed_in(
    database: Database,
    second: Second = "",
    user: str = "chau",
    station: str = "Q01",
    now: datetime = NOW,
    policy: SignInPolicy | None = None,
) -> wire.SignedIn:
    asked = wire.SignInAsked(user, "một mật khẩu", *(("", second) if not isinstance(second, str) else (second,)))
    return people.sign_in(database, asked, station, OFFICE, now, lambda roles: policy or SignInPolicy())


def _refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_who_has_a_token_is_asked_for_it_and_gets_in_by_it(database: Database) -> None:
    certificate = _register(database)
    assert _refused(lambda: _signed_in(database)) == "TOKEN_NEEDED"
    done = _signed_in(database, KEY.answer("sign-in", "Q01", "chau", NOW))
    assert (done.factor, done.secret, done.step) == ("token", b"", 0)
    assert [key.certificate for key in done.user.tokens] == [certificate]
    assert _signed_in(database, user="ha").factor == "password", "nobody else is asked"


def test_what_was_signed_before_the_password_was_right_says_nothing(database: Database) -> None:
    _register(database)
    shown = KEY.answer("sign-in", "Q01", "chau", NOW)
    asked = wire.SignInAsked("chau", "sai", "", shown)
    assert _refused(lambda: people.sign_in(database, asked, "Q01", OFFICE, NOW)) == "SIGN_IN_WRONG"
    assert _signed_in(database, shown).factor == "token", "and it was not used up"


def test_an_answer_lets_somebody_in_once(database: Database) -> None:
    _register(database)
    shown = KEY.answer("sign-in", "Q01", "chau", NOW)
    _signed_in(database, shown)
    assert _refused(lambda: _signed_in(database, shown)) == "PROOF_USED"


def test_the_same_answer_sent_side_by_side_lets_one_in(database: Database) -> None:
    _register(database)
    shown = KEY.answer("sign-in", "Q01", "chau", NOW)

    def tried(_number: int) -> str:
        try:
            _signed_in(database, shown)
        except Refusal as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(tried, range(4)))
    assert said.count("in") == 1
    assert set(said) <= {"in", "PROOF_USED", "SIGN_IN_WAIT"}


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (KEY.answer("sign-in", "Q02", "chau", NOW), "PROOF_WRONG"),
        (KEY.answer("sign-in", "Q01", "ha", NOW), "PROOF_WRONG"),
        (KEY.answer("unlock", "Q01", "chau", NOW, "ha"), "PROOF_WRONG"),
        (OTHER.answer("sign-in", "Q01", "chau", NOW), "PROOF_OTHER_TOKEN"),
        (KEY.answer("sign-in", "Q01", "chau", NOW - timedelta(minutes=6)), "PROOF_CLOCK"),
        ("123456", "TOKEN_NEEDED"),
    ],
)
def test_what_does_not_let_somebody_in(database: Database, shown: Second, code: str) -> None:
    _register(database)
    assert _refused(lambda: _signed_in(database, shown)) == code


def test_an_expired_certificate_is_named_as_the_cause(database: Database) -> None:
    early = PersonKey(days=(-10, 1))
    _register(database, key=early)
    later = NOW + timedelta(days=2)
    shown = early.answer("sign-in", "Q01", "chau", later)
    assert _refused(lambda: _signed_in(database, shown, now=later)) == "PROOF_EXPIRED"


def test_a_removed_token_counts_no_more_and_stations_hear_of_it(database: Database) -> None:
    certificate, version = _register(database), people.version(database, OFFICE)
    assert next(one.tokens for one in people.everybody(database) if one.id == "chau")[0].certificate == certificate
    assert _refused(lambda: people.end_token(database, "chau", "00", NOW)) == "TOKEN_UNKNOWN"
    assert _refused(lambda: people.end_token(database, "ha", certificate, NOW)) == "TOKEN_UNKNOWN"
    begin = certificate[:8].upper()
    assert people.end_token(database, "chau", f"{begin[:4]} {begin[4:]}", NOW) == certificate
    assert people.version(database, OFFICE) == version + 1
    assert not any(one.tokens for one in people.everybody(database))
    assert _signed_in(database, KEY.answer("sign-in", "Q01", "chau", NOW)).factor == "password"
    (known,) = person_tokens.listed(database, "chau")
    assert (known.holder, known.removed_ms is not None) == ("Vũ Minh Châu", True)


def test_a_token_is_one_persons(database: Database) -> None:
    certificate = _register(database)
    assert _register(database) == certificate, "twice is once"
    assert _register(database, "chau2") == certificate, "another account of the same person"
    assert _refused(lambda: _register(database, "ha")) == "TOKEN_TAKEN"
    assert _refused(lambda: _register(database, "nobody")) == "USER_UNKNOWN"
    assert len(person_tokens.listed(database)) == 2


BOTH_KINDS: frozenset[Factor] = frozenset({"totp", "token"})


@pytest.mark.parametrize(
    ("has", "kinds", "needed", "second", "said"),
    [
        ("", BOTH_KINDS, True, "", "SECOND_FACTOR_MISSING"),
        ("", BOTH_KINDS, False, "", "password"),
        ("token", {"totp"}, True, "", "SECOND_FACTOR_MISSING"),
        ("token", {"totp"}, False, "", "password"),
        ("token", {"token"}, True, "", "TOKEN_NEEDED"),
        ("token", {"token"}, True, "token", "token"),
        ("totp", {"token"}, True, "code", "SECOND_FACTOR_MISSING"),
        ("totp token", {"token"}, True, "code", "TOKEN_NEEDED"),
        ("totp token", {"totp"}, True, "token", "TOKEN_NOT_WANTED"),
        ("totp token", {"totp"}, True, "code", "totp"),
        ("totp token", BOTH_KINDS, False, "", "CODE_OR_TOKEN_NEEDED"),
        ("totp token", BOTH_KINDS, False, "code", "totp"),
        ("totp token", BOTH_KINDS, False, "token", "token"),
    ],
)
def test_which_factors_count_is_a_rule(
    database: Database, has: str, kinds: set[Factor], needed: bool, second: str, said: str
) -> None:
    if "token" in has:
        _register(database)
    code = ""
    if "totp" in has:
        people.issue_factor(database, "chau")
        with database.read() as connection:
            known = people.find_user(connection, "chau")
        assert known is not None
        code = codes.code_at(secret_of(database, known.factor), codes.step_at(NOW))
    shown: Second = {"": "", "code": code, "token": KEY.answer("sign-in", "Q01", "chau", NOW)}[second]
    policy = SignInPolicy(code_needed=needed, kinds=frozenset(kinds))
    try:
        answer = _signed_in(database, shown, policy=policy).factor
    except Refusal as refusal:
        answer = refusal.code  # type: ignore[assignment]
    assert answer == said


def test_a_sign_in_by_token_hands_over_what_the_app_needs_offline(database: Database) -> None:
    _register(database)
    people.issue_factor(database, "chau")
    done = _signed_in(database, KEY.answer("sign-in", "Q01", "chau", NOW))
    assert (done.factor, len(done.secret)) == ("token", codes.SECRET_BYTES)


def test_the_rows_of_the_kinds() -> None:
    def kinds(*roles: str, **rows: str) -> set[str]:
        return set(policy_of(roles, lambda name: rows.get(name, "")).kinds)

    assert kinds("clerk") == {"totp", "token"}
    assert kinds("clerk", second_factor_kinds="token") == {"token"}
    assert kinds("clerk", second_factor_kinds="token", second_factor_kinds_clerk="totp|token") == {"token"}
    assert kinds("clerk", "supervisor", second_factor_kinds_supervisor="totp") == {"totp"}
    both = {"second_factor_kinds_clerk": "totp", "second_factor_kinds_supervisor": "token"}
    assert kinds("clerk", "supervisor", **both) == {"token"}, "of two that exclude each other the stronger"
    assert kinds("clerk", second_factor_kinds="thumb") == {"totp", "token"}


def test_who_has_neither_is_told_which_would_do(database: Database) -> None:
    needed = SignInPolicy(code_needed=True, kinds=frozenset({"token"}))
    with pytest.raises(Refusal, match="SECOND_FACTOR_MISSING") as refusal:
        _signed_in(database, policy=needed)
    assert "people token add" in refusal.value.remedy.en
    assert "totp" not in refusal.value.remedy.en
    people.issue_factor(database, "chau")
    with pytest.raises(Refusal, match="accepts a token only"):
        _signed_in(database, policy=needed)


def test_a_wait_is_ended_by_a_token_for_that_very_person(database: Database) -> None:
    _register(database)
    station = KnownStation("Q01", OFFICE, "Q01", "G01.801.308", b"k" * 32)

    def unlocked(shown: Second) -> wire.SignedIn:
        asked = wire.UnlockAsked("ha", "chau", "một mật khẩu", "", shown)  # type: ignore[arg-type]
        return unlocking.unlock(database, asked, station, NOW, lambda roles: SignInPolicy(), ROLES)

    assert _refused(lambda: unlocked(KEY.answer("sign-in", "Q01", "chau", NOW))) == "PROOF_WRONG"
    assert _refused(lambda: unlocked(KEY.answer("unlock", "Q01", "chau", NOW, "chau2"))) == "PROOF_WRONG"
    assert unlocked(KEY.answer("unlock", "Q01", "chau", NOW, "ha")).factor == "token"
