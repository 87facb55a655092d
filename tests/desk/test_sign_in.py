"""Signing in, with a line and without, and the true cause when it does not work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.store.known_users import KnownUsers
from tests.desk import fakes
from tests.desk.conftest import Desk


def test_online(table: Desk) -> None:
    session = table.sign_in.sign_in("  CLERK2 ", fakes.PASSWORD)
    assert (session.user, session.name, session.offline) == ("clerk2", "Phạm Đức Long", False)
    assert (session.counter, session.practice, session.roles) == ("Q04", True, ("clerk",))
    assert table.counter.who().id == "clerk2"
    table.sign_in.sign_out()
    with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
        table.intake.open()


@pytest.mark.parametrize(("user", "password"), [("", "practice"), ("clerk", ""), ("  ", "x")])
def test_nothing_entered(table: Desk, user: str, password: str) -> None:
    with pytest.raises(Refusal, match="SIGN_IN_EMPTY"):
        table.sign_in.sign_in(user, password)


def test_a_wrong_password_lets_nobody_in_and_nobody_out(table: Desk) -> None:
    with pytest.raises(Refusal, match="SIGN_IN_WRONG"):
        table.sign_in.sign_in("clerk2", "wrong")
    assert table.counter.who().id == "clerk"


@pytest.mark.parametrize("code", ["CLOCK_WRONG", "CENTRAL_NOT_TRUSTED", "USER_INACTIVE", "STATION_NOT_ENROLLED"])
def test_what_central_says_is_said_and_not_worked_around(table: Desk, code: str) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    table.central.refuses = Refusal(code, Words("…", "…"), Words("…", "…"))
    with pytest.raises(Refusal, match=code):
        table.sign_in.sign_in("clerk", fakes.PASSWORD)


def test_offline_only_who_was_here_before(table: Desk) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    table.central.line = False
    session = table.sign_in.sign_in("clerk", fakes.PASSWORD)
    assert (session.offline, session.name, session.roles) == (True, "Nguyễn Thu Hà", ("clerk",))
    with pytest.raises(Refusal, match="SIGN_IN_FIRST_ONLINE"):
        table.sign_in.sign_in("clerk2", fakes.PASSWORD)
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        table.sign_in.sign_in("clerk", "wrong")


def test_offline_a_wrong_clock_is_not_called_a_wrong_password(table: Desk) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    table.central.line = False
    table.time -= timedelta(days=2)
    with pytest.raises(Refusal, match="CLOCK_SET_BACK"):
        table.sign_in.sign_in("clerk", fakes.PASSWORD)
    table.time += timedelta(days=10)
    with pytest.raises(Refusal, match="SIGN_IN_TOO_LONG_OFFLINE"):
        table.sign_in.sign_in("clerk", fakes.PASSWORD)


def test_the_next_shift_finds_the_first_ones_drafts(table: Desk) -> None:
    dossier = table.draft()
    table.sign_in.sign_out()
    table.sign_in.sign_in("clerk2", fakes.PASSWORD)
    assert [row.dossier for row in table.queue.today().rows] == [dossier]
    assert KnownUsers(table.database).names() == ("clerk2",)
