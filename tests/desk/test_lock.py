"""The lock of a desk: who opens it, who may come instead, and what the journal tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from clerk_app.desk.lock import DEFAULT_MINUTES, SETTING
from clerk_app.domain.dossier import Opened
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import decode_entry
from tests.desk import fakes
from tests.desk.conftest import Desk, never

SEATED = [("out", "clerk2", "", "")]
"""What the journal tells, besides who came, before anything is locked."""


@pytest.fixture
def seated(table: Desk) -> Desk:
    """Two people were here this morning; the clerk sits here."""
    for user in ("clerk2", "clerk"):
        table.sign_in.sign_in(user, fakes.PASSWORD)
    return table


def told(desk: Desk) -> list[tuple[str, str, str, str]]:
    """What the journal tells of the station: event, whom of, by what, why not."""
    found = []
    for sealed in desk.journal.own_after(0, 10_000, 10_000_000):
        what = decode_entry(sealed.body).what
        if isinstance(what, SessionHappened) and what.event != "in":
            found.append((what.event, what.user, what.factor, what.cause))
    assert found[: len(SEATED)] == SEATED
    return found[len(SEATED) :]


def test_locked_and_opened_by_the_same_person(seated: Desk) -> None:
    dossier = seated.draft()
    seated.lock.lock()
    assert seated.lock.locked
    assert seated.counter.who().id == "clerk", "work that runs on runs under their name"
    assert seated.lock.unlock(fakes.PASSWORD) == "password"
    assert not seated.lock.locked
    assert told(seated) == [("locked", "clerk", "", ""), ("unlocked", "clerk", "password", "")]
    assert seated.journal.dossier(dossier).status == "draft"
    assert seated.journal.verify().ok


def test_one_lock_is_one_matter_and_no_dossier(seated: Desk) -> None:
    before = {row.dossier for row in seated.queue.today().rows}
    seated.lock.lock()
    seated.lock.lock()
    seated.lock.unlock(fakes.PASSWORD)
    seated.lock.lock()
    assert [event for event, *_ in told(seated)] == ["locked", "unlocked", "locked"]
    assert {row.dossier for row in seated.queue.today().rows} == before


def test_nobody_locks_an_empty_seat(table: Desk) -> None:
    table.sign_in.sign_out()
    table.lock.lock()
    assert not table.lock.locked
    with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
        table.lock.unlock(fakes.PASSWORD)


def test_a_wrong_password_is_told_and_slows_down(seated: Desk) -> None:
    seated.central.line = False
    seated.lock.lock()
    for _ in range(3):
        with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
            seated.lock.unlock("wrong")
    with pytest.raises(Refusal, match="SIGN_IN_WAIT"):
        seated.lock.unlock(fakes.PASSWORD)
    assert seated.lock.locked
    with pytest.raises(Refusal, match="LOCK_EMPTY"):
        seated.lock.unlock("")
    seated.time += timedelta(minutes=10)
    seated.lock.unlock(fakes.PASSWORD)
    wrong = ("refused", "clerk", "", "SIGN_IN_WRONG_PASSWORD")
    assert told(seated) == [
        ("locked", "clerk", "", ""),
        wrong,
        wrong,
        wrong,
        ("unlocked", "clerk", "password", ""),
    ], "who only has to wait tried nothing"


def test_a_password_that_only_central_knows_yet(seated: Desk) -> None:
    """Changed this morning at another desk: this one knows the old one. Without the line the old one still opens."""
    seated.lock.lock()
    seated.central.password = "new and long"
    assert seated.lock.unlock("new and long") == "password"
    seated.central.line = False
    seated.lock.lock()
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        seated.lock.unlock(fakes.PASSWORD)
    assert seated.lock.unlock("new and long") == "password"


def test_central_says_the_true_cause_of_what_this_desk_does_not_know(seated: Desk) -> None:
    seated.lock.lock()
    seated.central.refuses = Refusal("CLOCK_WRONG", Words("…", "…"), Words("…", "…"))
    with pytest.raises(Refusal, match="CLOCK_WRONG"):
        seated.lock.unlock("something else")
    assert told(seated)[-1] == ("refused", "clerk", "", "CLOCK_WRONG")


def test_too_long_without_the_line(seated: Desk) -> None:
    seated.central.line = False
    seated.lock.lock()
    seated.time += timedelta(days=30)
    with pytest.raises(Refusal, match="SIGN_IN_TOO_LONG_OFFLINE"):
        seated.lock.unlock(fakes.PASSWORD)
    seated.central.line = True
    seated.lock.unlock(fakes.PASSWORD)
    assert not seated.lock.locked


def test_access_that_ended_while_it_was_locked(seated: Desk) -> None:
    seated.lock.lock()
    people = [structs.replace(user, active=user.id != "clerk") for user in seated.central.users.values()]
    seated.users.renew(people)
    with pytest.raises(Refusal, match="USER_INACTIVE"):
        seated.lock.unlock(fakes.PASSWORD)


def test_the_next_one_locks_anew_where_the_last_ones_access_ended_behind_the_lock(seated: Desk) -> None:
    seated.lock.lock()
    seated.sign_in.sign_out()
    assert not seated.lock.locked
    seated.sign_in.sign_in("clerk2", fakes.PASSWORD)
    assert not seated.lock.locked
    seated.lock.lock()
    assert seated.lock.locked
    assert [one[:2] for one in told(seated) if one[0] == "locked"] == [("locked", "clerk"), ("locked", "clerk2")]


def test_a_pin_opens_it_without_central_and_is_told(seated: Desk) -> None:
    seated.pins.choose(fakes.PASSWORD, "2718")
    seated.central.line = False
    seated.lock.lock()
    with pytest.raises(Refusal, match="PIN_WRONG"):
        seated.lock.unlock("3141")
    assert seated.lock.unlock("2718") == "pin"
    seated.lock.lock()
    assert seated.lock.unlock(fakes.PASSWORD) == "password"
    assert told(seated)[1:3] == [("refused", "clerk", "", "PIN_WRONG"), ("unlocked", "clerk", "pin", "")]


def test_after_three_wrong_pins_the_password_opens_it_and_the_pin_works_again(seated: Desk) -> None:
    seated.pins.choose(fakes.PASSWORD, "2718")
    seated.lock.lock()
    for code in ("PIN_WRONG", "PIN_WRONG", "PIN_SPENT", "PIN_SPENT"):
        with pytest.raises(Refusal, match=code):
            seated.lock.unlock("3141")
    with pytest.raises(Refusal, match="PIN_SPENT"):
        seated.lock.unlock("2718")
    assert seated.lock.unlock(fakes.PASSWORD) == "password"
    seated.lock.lock()
    assert seated.lock.unlock("2718") == "pin"


def test_somebody_else_takes_the_seat_and_each_finds_their_own(seated: Desk) -> None:
    """A's dossier, at A's field, is there when A comes back, whatever B did meanwhile; B's is B's."""
    theirs = seated.draft()
    seated.intake.enter(theirs, {"applicant.phone": "0912"}, "application", "applicant.phone")
    seated.leases.hold(theirs)
    seated.lock.lock()
    session = seated.lock.take_over("clerk2", fakes.PASSWORD)
    assert (session.user, seated.counter.who().id, seated.lock.locked) == ("clerk2", "clerk2", False)
    assert seated.intake.resume() is None
    others = seated.intake.open().dossier
    seated.intake.enter(others, {}, "papers", "GKSK")
    opened = [entry for entry in seated.journal.entries(others) if isinstance(entry.what, Opened)]
    assert [entry.who for entry in opened] == ["clerk2"]
    seated.lock.lock()
    seated.lock.take_over("clerk", fakes.PASSWORD)
    back = seated.intake.resume()
    assert back is not None
    assert (back.dossier, back.step, back.focus) == (theirs, "application", "applicant.phone")
    seated.intake.park()
    assert seated.intake.resume() is None
    seated.lock.lock()
    seated.lock.take_over("clerk2", fakes.PASSWORD)
    again = seated.intake.resume()
    assert again is not None
    assert (again.dossier, again.step, again.focus) == (others, "papers", "GKSK")
    events = [(event, user) for event, user, *_ in told(seated) if event in ("locked", "out")]
    assert events == [(event, user) for user in ("clerk", "clerk2", "clerk") for event in ("locked", "out")]


def test_a_taker_who_is_turned_away_leaves_it_locked(seated: Desk) -> None:
    seated.lock.lock()
    with pytest.raises(Refusal, match="SIGN_IN_WRONG"):
        seated.lock.take_over("clerk2", "wrong")
    assert seated.lock.locked
    assert seated.counter.who().id == "clerk"


def test_the_same_person_may_sign_in_anew(seated: Desk) -> None:
    seated.lock.lock()
    assert seated.lock.take_over("clerk", fakes.PASSWORD).user == "clerk"
    assert told(seated) == [("locked", "clerk", "", ""), ("unlocked", "clerk", "password", "")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 300), ("0", 0), ("", DEFAULT_MINUTES * 60), ("soon", DEFAULT_MINUTES * 60), ("99999", 86_400)],
)
def test_after_how_long_is_a_row_of_the_catalogue(
    table: Desk, monkeypatch: pytest.MonkeyPatch, text: str, seconds: int
) -> None:
    rules = table.counter.rules_today()
    assert table.lock.after_s() == int(rules.settings[SETTING]) * 60
    monkeypatch.setattr(
        type(table.counter), "rules_today", lambda self: replace(rules, settings=dict(rules.settings) | {SETTING: text})
    )
    assert table.lock.after_s() == seconds


def test_pages_that_come_behind_the_lock_are_theirs_who_began(seated: Desk) -> None:
    dossier = seated.identified()
    seated.lock.lock()
    before = seated.journal.dossier(dossier)
    seated.scanners.pages = [fakes.page(1), fakes.page(2)]
    seated.papers.scan(dossier, "GKSK", lambda count: None, never)
    after = seated.journal.dossier(dossier)
    assert len(after.pages) == len(before.pages) + 2
    came = [entry.who for entry in seated.journal.entries(dossier)][-1]
    assert came == "clerk"
