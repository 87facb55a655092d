"""Codes and PINs at a desk without a line: each code once, three wrong PINs, nothing after access is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from clerk_app import second_factor as codes
from clerk_app.domain.refusals import Refusal
from clerk_app.store.known_users import KnownUsers
from clerk_app.wire import SignedIn, User
from tests.store.conftest import MORNING, Store

SECRET = b"s" * codes.SECRET_BYTES
CHAU = User("chau", "Vũ Minh Châu", ["clerk", "supervisor"], "PC08-HN", person="CA-117", factor="f1")
LAN = User("lan", "Nguyễn Thị Lan", ["clerk"], "PC08-HN")
LATER = MORNING + timedelta(hours=1)
PIN = "2580"


@pytest.fixture
def users(store: Store) -> KnownUsers:
    users = KnownUsers(store.database)
    users.remember(SignedIn(CHAU, 7, MORNING, "totp", SECRET, codes.step_at(MORNING)), "practice")
    users.remember(SignedIn(LAN, 7, MORNING), "practice")
    return users


def _code(at: datetime) -> str:
    return codes.code_at(SECRET, codes.step_at(at))


def _refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_the_desk_checks_the_code_itself(users: KnownUsers) -> None:
    assert _refused(lambda: users.check("chau", "practice", LATER)) == "CODE_NEEDED"
    done = users.check("chau", "practice", LATER, code=_code(LATER))
    assert (done.factor, done.user) == ("totp", CHAU)
    assert users.check("lan", "practice", LATER).factor == "password"


def test_no_code_works_twice_also_not_one_that_central_took(users: KnownUsers) -> None:
    assert _refused(lambda: users.check("chau", "practice", MORNING, code=_code(MORNING))) == "CODE_USED"
    users.check("chau", "practice", LATER, code=_code(LATER))
    assert _refused(lambda: users.check("chau", "practice", LATER, code=_code(LATER))) == "CODE_USED"
    soon = LATER + timedelta(seconds=30)
    assert _refused(lambda: users.check("chau", "practice", soon, code=_code(LATER))) == "CODE_USED"
    assert users.check("chau", "practice", soon, code=_code(soon)).factor == "totp"


def test_a_code_spent_here_is_not_taken_when_the_line_is_back(users: KnownUsers) -> None:
    users.check("chau", "practice", LATER, code=_code(LATER))
    again = SignedIn(CHAU, 7, LATER, "totp", SECRET, codes.step_at(LATER))
    assert _refused(lambda: users.remember(again, "practice")) == "CODE_USED"
    users.remember(SignedIn(CHAU, 7, LATER, "totp", SECRET, codes.step_at(LATER) + 1), "practice")


def test_the_same_code_at_the_same_moment_lets_one_in(users: KnownUsers) -> None:
    def tried(_: int) -> str:
        try:
            users.check("chau", "practice", LATER, code=_code(LATER))
        except Refusal as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tried, range(2))) == ["CODE_USED", "in"]


def test_setting_the_clock_back_brings_no_code_back(users: KnownUsers) -> None:
    """requester tries it by clock change: the desk knows a moment that was, by the last code too."""
    users.check("chau", "practice", LATER, code=_code(LATER))
    back = LATER - timedelta(minutes=20)
    assert _refused(lambda: users.check("chau", "practice", back, code=_code(back))) == "CLOCK_SET_BACK"
    little = LATER - timedelta(seconds=60)
    assert _refused(lambda: users.check("chau", "practice", little, code=_code(little))) == "CODE_USED"


def test_a_clock_that_is_off_is_not_called_a_wrong_code(users: KnownUsers) -> None:
    assert _refused(lambda: users.check("chau", "practice", LATER, code=_code(LATER + timedelta(minutes=6)))) == (
        "CODE_CLOCK"
    )


def test_wrong_codes_wait_as_wrong_passwords_do(users: KnownUsers) -> None:
    wrong = f"{(int(_code(LATER)) + 1) % 10**6:06d}"
    for _ in range(3):
        assert _refused(lambda: users.check("chau", "practice", LATER)) == "CODE_NEEDED"
        assert _refused(lambda: users.check("chau", "practice", LATER, code=wrong)) == "CODE_WRONG"
    assert _refused(lambda: users.check("chau", "practice", LATER, code=_code(LATER))) == "SIGN_IN_WAIT"
    after = LATER + timedelta(seconds=1)
    assert users.check("chau", "practice", after, code=_code(after)).factor == "totp"


def test_the_wait_doubles_and_a_supervisor_ends_it(users: KnownUsers) -> None:
    at = LATER
    for wait_s in (0, 0, 1, 2, 4, 8, 16):
        assert _refused(lambda at=at: users.check("lan", "sai", at)) == "SIGN_IN_WRONG_PASSWORD"  # type: ignore[misc]
        if wait_s:
            early = at + timedelta(seconds=wait_s - 0.1)
            assert _refused(lambda at=early: users.check("lan", "practice", at)) == "SIGN_IN_WAIT"  # type: ignore[misc]
        at += timedelta(seconds=wait_s)
    assert _refused(lambda: users.check("lan", "sai", at)) == "SIGN_IN_WRONG_PASSWORD"
    with pytest.raises(Refusal, match="SIGN_IN_WAIT") as refusal:
        users.check("lan", "practice", at)
    assert refusal.value.remedy.vi.startswith("Thử lại sau 32 giây")
    users.end_wait("lan")
    assert users.check("lan", "practice", at).user == LAN


def test_a_try_of_a_clock_that_was_ahead_is_not_waited_for_until_then(users: KnownUsers) -> None:
    for tries in range(5):
        with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
            users.check("lan", "sai", LATER + timedelta(days=2, seconds=10 * tries))
    assert _refused(lambda: users.check("lan", "practice", LATER)) == "SIGN_IN_WAIT"
    assert users.check("lan", "practice", LATER + timedelta(seconds=4)).user == LAN


def test_a_revoked_secret_is_gone_at_the_next_contact(users: KnownUsers) -> None:
    newer = User("chau", CHAU.name, CHAU.roles, CHAU.office, person=CHAU.person, factor="f2")
    users.renew([newer, LAN])
    assert _refused(lambda: users.check("chau", "practice", LATER, code=_code(LATER))) == "CODE_FIRST_ONLINE"
    users.renew([CHAU, LAN])
    assert _refused(lambda: users.check("chau", "practice", LATER, code=_code(LATER))) == "CODE_FIRST_ONLINE", (
        "the secret was let go, and does not come back by a word"
    )
    without = User("chau", CHAU.name, CHAU.roles, CHAU.office, person=CHAU.person)
    users.renew([without, LAN])
    assert users.check("chau", "practice", LATER).factor == "password"


def test_a_second_factor_given_to_somebody_known_here_needs_the_line_first(users: KnownUsers) -> None:
    users.renew([CHAU, User("lan", LAN.name, LAN.roles, LAN.office, factor="f9")])
    assert _refused(lambda: users.check("lan", "practice", LATER)) == "CODE_FIRST_ONLINE"
    assert _refused(lambda: users.check("lan", "practice", LATER, code="123456")) == "CODE_FIRST_ONLINE"


# ---- PINs --------------------------------------------------------------------------------------------------------


def test_a_pin_opens_for_its_owner_alone(users: KnownUsers) -> None:
    assert not users.has_pin("lan")
    assert _refused(lambda: users.check_pin("lan", PIN, LATER)) == "PIN_UNSET"
    users.set_pin("lan", PIN, LATER)
    assert users.has_pin("lan")
    assert users.check_pin("lan", PIN, LATER).user == LAN
    assert _refused(lambda: users.check_pin("chau", PIN, LATER)) == "PIN_UNSET"
    assert _refused(lambda: users.set_pin("nobody", PIN, LATER)) == "SIGN_IN_FIRST_ONLINE"


def test_three_wrong_pins_and_the_password_is_needed(users: KnownUsers) -> None:
    users.set_pin("lan", PIN, LATER)
    said = [_refused(lambda: users.check_pin("lan", "1357", LATER)) for _ in range(3)]
    assert said == ["PIN_WRONG", "PIN_WRONG", "PIN_SPENT"]
    assert _refused(lambda: users.check_pin("lan", PIN, LATER)) == "PIN_SPENT", "also the right one"
    assert _refused(lambda: users.check("lan", "sai", LATER)) == "SIGN_IN_WRONG_PASSWORD"
    assert _refused(lambda: users.check_pin("lan", PIN, LATER)) == "PIN_SPENT"
    users.check("lan", "practice", LATER)
    assert users.check_pin("lan", PIN, LATER).user == LAN


def test_a_right_pin_gives_the_tries_back(users: KnownUsers) -> None:
    users.set_pin("lan", PIN, LATER)
    for _ in range(4):
        assert _refused(lambda: users.check_pin("lan", "1357", LATER, 2)) == "PIN_WRONG"
        users.check_pin("lan", PIN, LATER, 2)


def test_tries_made_side_by_side_are_three_all_the_same(users: KnownUsers) -> None:
    users.set_pin("lan", PIN, LATER)

    def tried(pin: str) -> str:
        return _refused(lambda: users.check_pin("lan", pin, LATER))

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(tried, [f"13{number}" for number in range(57, 65)]))
    assert said.count("PIN_WRONG") == 2
    assert said.count("PIN_SPENT") == 6


def test_a_pin_falls_with_access_and_does_not_come_back(users: KnownUsers) -> None:
    users.set_pin("lan", PIN, LATER)
    users.renew([CHAU, User("lan", LAN.name, LAN.roles, LAN.office, active=False)])
    assert not users.has_pin("lan")
    assert _refused(lambda: users.check_pin("lan", PIN, LATER)) == "USER_INACTIVE"
    users.renew([CHAU, LAN])
    assert _refused(lambda: users.check_pin("lan", PIN, LATER)) == "PIN_UNSET"


def test_a_pin_is_good_as_long_as_the_sign_in_behind_it(users: KnownUsers) -> None:
    users.set_pin("lan", PIN, LATER)
    assert users.check_pin("lan", PIN, MORNING + timedelta(days=6)).user == LAN
    late = MORNING + timedelta(days=8)
    assert _refused(lambda: users.check_pin("lan", PIN, late)) == "SIGN_IN_TOO_LONG_OFFLINE"
    assert users.check_pin("lan", PIN, late, until=late + timedelta(days=1)).user == LAN
    assert _refused(lambda: users.check_pin("lan", PIN, MORNING - timedelta(hours=1))) == "CLOCK_SET_BACK"
    users.remember(SignedIn(LAN, 7, late), "practice")
    assert users.check_pin("lan", PIN, late).user == LAN, "a sign-in with a line leaves the PIN as it was"


def test_a_pin_with_a_code_proves_both(users: KnownUsers) -> None:
    users.set_pin("chau", PIN, LATER)
    assert users.check_pin("chau", PIN, LATER).factor == "password"
    assert users.check_pin("chau", PIN, LATER, code=_code(LATER)).factor == "totp"
    assert _refused(lambda: users.check_pin("chau", PIN, LATER, code=_code(LATER))) == "CODE_USED"
    assert _refused(lambda: users.check_pin("chau", "1357", LATER, code=_code(LATER))) == "PIN_WRONG"


def test_asking_once_more_lets_nobody_in_and_counts(users: KnownUsers) -> None:
    users.confirm("chau", "practice", LATER)
    for _ in range(3):
        assert _refused(lambda: users.confirm("chau", "sai", LATER)) == "SIGN_IN_WRONG_PASSWORD"
    assert _refused(lambda: users.confirm("chau", "practice", LATER)) == "SIGN_IN_WAIT"
