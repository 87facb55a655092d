"""Somebody loses their access: out at the next contact, their draft kept, and no way in without a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.people import revoke
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.limits import Limits
from clerk_app.desk.people import CALLED, CONFIRMED, People, called_noted, names_known
from clerk_app.desk.sign_in import SignIn
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import SIGNER, Desk, never
from tests.peers.central import CentralProcess


@dataclass
class Office(fakes.Central):
    """Central that says who works here."""

    version: int = 1
    asked: int = 0

    def people(self) -> wire.People:
        self.asked += 1
        return wire.People(list(self.users.values()), self.version)

    def close(self, user: str) -> None:
        self.users[user] = msgspec.structs.replace(self.users[user], active=False)
        self.version += 1


@pytest.fixture
def office(table: Desk) -> Office:
    return Office(users=dict(table.central.users), at=table.clock)


@pytest.fixture
def people(table: Desk, office: Office) -> People:
    return People(table.counter, office, table.users)


def test_who_works_here_is_asked_once_for_each_change(people: People, office: Office) -> None:
    assert not people.learned(1)
    assert people.learn() is None
    assert people.learned(1)
    office.version = 2
    assert not people.learned(2)


def test_who_never_sat_here_has_a_name_all_the_same(table: Desk, people: People, office: Office) -> None:
    """A supervisor's desk hears of requests by people who only work at other counters."""
    assert table.users.called() == {}
    assert names_known(table.journal, table.users.called()) == {}
    people.learn()
    assert names_known(table.journal, {})["clerk2"] == "Phạm Đức Long"
    assert called_noted(table.journal)["clerk2"] == ("Phạm Đức Long", ("clerk",))
    office.users.pop("clerk2")
    office.version = 2
    people.learn()
    assert "clerk2" not in names_known(table.journal, {})
    assert names_known(table.journal, {"clerk2": "Long"})["clerk2"] == "Long", "as this desk knew them"


def test_a_desk_from_before_asks_once_more_what_people_are_called(table: Desk, people: People) -> None:
    people.learn()
    assert people.learned(1)
    table.journal.note(CALLED, "")
    assert not people.learned(1)


def test_the_age_of_the_list_counts_from_the_last_one_that_was_taken(table: Desk, people: People) -> None:
    class Nothing:
        def lifted_until(self, name: object) -> None: ...

    limits = Limits(table.counter, table.users, lambda: 1e6, lambda: None, Nothing())

    def age() -> float:
        return {one.name: one.used for one in limits.now()}["users"]

    people.learn()
    people.confirmed()
    table.time += timedelta(days=10)
    limits.heard()
    assert age() == pytest.approx(10, abs=1e-3), "central answered, and said nothing of people"
    people.confirmed()
    assert age() == pytest.approx(0, abs=1e-3)
    first = table.journal.noted(CONFIRMED)
    table.time += timedelta(minutes=5)
    people.confirmed()
    assert table.journal.noted(CONFIRMED) == first, "once an hour"
    table.time -= timedelta(days=1)
    people.confirmed()
    assert table.journal.noted(CONFIRMED) < first, "a clock that was set back"


def test_who_is_signed_in_is_out_at_once_and_the_draft_stays(table: Desk, people: People, office: Office) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    dossier = table.draft()
    before = table.journal.entries(dossier)
    office.close("clerk")
    because = people.learn()
    assert because is not None
    assert because.code == "USER_INACTIVE"
    with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
        table.intake.open()
    assert table.journal.entries(dossier) == before, "nothing was written in their name"
    table.sign_in.sign_in("clerk2", fakes.PASSWORD)
    assert dossier in {row.dossier for row in table.queue.today().rows}


def test_somebody_elses_access_is_no_reason_to_go(table: Desk, people: People, office: Office) -> None:
    table.sign_in.sign_in("clerk", fakes.PASSWORD)
    office.close("clerk2")
    assert people.learn() is None
    assert table.counter.who().id == "clerk"


def test_without_a_line_only_who_has_access_gets_in(table: Desk, people: People, office: Office) -> None:
    for user in ("clerk", "clerk2"):
        table.sign_in.sign_in(user, fakes.PASSWORD)
    office.close("clerk")
    people.learn()
    table.central.line = False
    with pytest.raises(Refusal, match="USER_INACTIVE"):
        table.sign_in.sign_in("clerk", fakes.PASSWORD)
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        table.sign_in.sign_in("clerk", "wrong")
    assert table.sign_in.sign_in("clerk2", fakes.PASSWORD).offline
    office.users["clerk"] = msgspec.structs.replace(office.users["clerk"], active=True)
    people.learn()
    assert table.sign_in.sign_in("clerk", fakes.PASSWORD).offline, "restored, and the desk was told"


def test_roles_and_names_follow_central_and_who_left_the_office_is_out(
    table: Desk, people: People, office: Office
) -> None:
    for user in ("clerk", "clerk2"):
        table.sign_in.sign_in(user, fakes.PASSWORD)
    office.users["clerk2"] = wire.User("clerk2", "Phạm Đức Long", ["supervisor"], "PC08-HN")
    del office.users["clerk"]
    assert people.learn() is None
    table.central.line = False
    assert table.sign_in.sign_in("clerk2", fakes.PASSWORD).roles == ("supervisor",)
    with pytest.raises(Refusal, match="USER_INACTIVE"):
        table.sign_in.sign_in("clerk", fakes.PASSWORD)


# ---- over a real line


@pytest.mark.wire
def test_a_desk_that_was_away_learns_it_with_the_first_delivery(table: Desk, central: CentralProcess) -> None:
    uplink = central.enrol("Q04", seed=SIGNER.private_bytes_raw())
    desk_people = People(table.counter, uplink, table.users)
    delivery = Delivery(table.journal, table.sheets, uplink, table.clock, people=desk_people)
    sign_in = SignIn(table.counter, uplink, table.users)
    sign_in.sign_in("clerk", fakes.PASSWORD)
    assert delivery.once(never).signed_out is None
    delivery.once(never)
    table.journal.note(CONFIRMED, "")
    assert delivery.once(never).bytes_sent < 400, "who works here is not asked again"
    assert table.journal.noted(CONFIRMED), "and is known to be so"
    table.draft()
    database = open_database(central.database_url)
    revoke(database, "clerk", table.clock() + timedelta(days=1))
    database.close()
    report = delivery.once(never)
    assert report.signed_out is not None
    assert (report.refused, report.accepted > 0) == (0, True), "what was done before stands"
    assert table.counter.user is None
    with pytest.raises(Refusal, match="USER_INACTIVE"):
        sign_in.sign_in("clerk", fakes.PASSWORD)
    central.kill()
    table.time = hanoi_now()
    with pytest.raises(Refusal, match="USER_INACTIVE"):
        sign_in.sign_in("clerk", fakes.PASSWORD)
