"""What the rules ask of who signs in, how long wrong tries are waited for, and which PINs are none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import sign_in
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.sign_in import SignInPolicy, policy_of, remaining_s, same_person, wait_s

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)


def _policy(roles: list[str], **settings: str) -> SignInPolicy:
    return policy_of(roles, lambda name: settings.get(name, ""))


def test_where_the_catalogue_says_nothing_a_password_is_enough_for_a_week() -> None:
    assert _policy(["clerk"]) == SignInPolicy(7, False, False, 3)


def test_of_several_roles_the_strictest_days_count() -> None:
    said = {"offline_days": "10", "offline_days_supervisor": "2", "offline_days_it": "30"}
    assert [_policy(roles, **said).offline_days for roles in (["clerk"], ["clerk", "supervisor"], ["it"])] == [
        10,
        2,
        30,
    ]
    assert _policy(["supervisor", "it"], **said).offline_days == 2


@pytest.mark.parametrize(
    ("said", "roles", "needed"),
    [
        ("none", ["supervisor"], False),
        ("supervisor", ["clerk", "supervisor"], True),
        ("supervisor|it", ["it"], True),
        (" it | supervisor ", ["supervisor"], True),
        ("supervisor", ["clerk"], False),
        ("", ["none"], False),
        ("none", ["none"], False),
    ],
)
def test_which_roles_need_a_second_factor_is_data(said: str, roles: list[str], needed: bool) -> None:
    assert _policy(roles, second_factor_roles=said).code_needed is needed


@pytest.mark.parametrize("said", ["", "soon", "-1", "99999", "1.5", "٣"])
def test_what_is_no_figure_counts_as_not_said(said: str) -> None:
    policy = _policy(["clerk"], offline_days=said, pin_tries=said)
    assert (policy.offline_days, policy.pin_tries) == (7, 3)


def test_the_wait_doubles_and_never_becomes_a_lock() -> None:
    assert [wait_s(failures) for failures in range(12)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert {wait_s(failures) for failures in (12, 50, 10**6)} == {sign_in.LONGEST_WAIT_S}


@given(st.integers(0, 40), st.integers(-(10**6), 10**6))
def test_what_is_left_of_a_wait_is_never_more_than_the_wait(failures: int, milliseconds: int) -> None:
    left = remaining_s(failures, NOW, NOW + timedelta(milliseconds=milliseconds))
    assert 0 <= left <= wait_s(failures)
    if left and milliseconds >= 0:
        assert remaining_s(failures, NOW, NOW + timedelta(milliseconds=milliseconds, seconds=left)) == 0


@pytest.mark.parametrize(("seconds", "vi"), [(1, "1 giây"), (60, "1 phút"), (125, "2 phút 5 giây"), (0, "0 giây")])
def test_a_wait_is_said_as_people_say_it(seconds: int, vi: str) -> None:
    assert sign_in.spoken(seconds).vi == vi


@pytest.mark.parametrize("pin", ["2580", "90210", "31415926"])
def test_a_pin_is_four_to_eight_digits(pin: str) -> None:
    sign_in.check_new_pin(pin)


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        *((pin, "PIN_SHAPE") for pin in ("", "123", "123456789", "12a4", " 1357", "１２３４", "-135")),
        *((pin, "PIN_WEAK") for pin in ("0000", "777777", "1234", "56789", "9876", "8901", "1212", "909090")),
    ],
)
def test_what_everybody_tries_first_is_no_pin(pin: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        sign_in.check_new_pin(pin)


def test_two_accounts_of_one_person_are_one() -> None:
    assert same_person("chau", "CA-117", "chau2", "CA-117")
    assert same_person("chau", "", "chau", "")
    assert same_person("chau", "", "chau2", "chau"), "an account stands for the person of that name"
    assert not same_person("chau", "", "bao", "")
    assert not same_person("chau", "CA-117", "bao", "CA-118")
