"""What the national portal hears of an online dossier by itself: every step once, in order, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
import pytest
from sqlalchemy import delete, insert, select, update

from clerk_app import wire
from clerk_app.central import portal_telling
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import messages, milliseconds, orders
from clerk_app.central.messages import Caused, Messages
from clerk_app.central.orders import Orders, Pace
from clerk_app.central.portal_lane import IN_LANE, PortalLane, wake
from clerk_app.central.registers.line import Line, Unknown
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Entry, FieldsEntered, Happening
from clerk_app.domain.dossier import after as after_one
from clerk_app.domain.handing import CardArrived
from clerk_app.domain.online import COUNTER
from clerk_app.practice.national_portal import PASSWORD, USER
from tests.central.test_exceptions import Forger
from tests.central.test_steps import stands
from tests.peers.citizens import UNIT
from tests.peers.counter import opened, pack
from tests.peers.foreign import StandIn, stand_in
from tests.peers.two_desks import Office

CODE = "Q01-261127-0777"
"""As a desk numbers what it hands in for somebody; what citizens send themselves no desk opens."""
PAPERS = StepTaken("ask-papers", "begin", "incomplete", "paused", reason="Thiếu giấy khám", items=("GKSK",))


class Counter:
    """A desk that takes steps, and a portal that central tells of them."""

    def __init__(self, office: Office, portal: StandIn) -> None:
        self.office, self.portal = office, portal
        self.forger = Forger(office)
        self.line = Line(portal.url, 2)
        self.now = hanoi_now() + timedelta(minutes=1)
        account = Account(USER, PASSWORD, UNIT)
        there = HttpPortal(self.line, account)
        self.orders = Orders(
            office.database,
            {"portal": there},
            lambda: self.now,
            Pace(),
            over=lambda connection, order: wake(connection, order, self.now),
        )
        carriers = {"portal": PortalLane(office.database, there, lambda: self.now)}
        self.letters = Messages(office.database, carriers, lambda: self.now, Pace())

    def online(self, channel: str = "online", code: str = CODE) -> UUID:
        dossier = uuid4()
        assert self.says(dossier, opened(channel=channel, local_code=code)) == ""
        typed = FieldsEntered(MappingProxyType({"applicant.name": "Nguyễn Văn An"}), "identity")
        assert self.says(dossier, typed) == ""
        return dossier

    def says(self, dossier: UUID, what: Happening) -> str:
        return self.forger.says(dossier, what).code

    def placed(self, dossier: UUID) -> list[Any]:
        with self.office.database.read() as connection:
            chosen = select(orders).where(orders.c.dossier == dossier).order_by(orders.c.placed_ms)
            return list(connection.execute(chosen))

    def messages(self) -> list[Any]:
        """Those that tell a step at the portal."""
        with self.office.database.read() as connection:
            mine = messages.c.way == "portal"
            return list(connection.execute(select(messages).where(mine).order_by(messages.c.made_ms, messages.c.id)))

    def deliver(self) -> None:
        """As the serving central does: messages and orders, until nothing is due."""
        while self.letters.try_due() + self.orders.try_due():
            continue

    def there(self, code: str = CODE) -> dict[str, Any]:
        """What the portal has of it."""
        told: dict[str, Any] = self.portal.ledger()
        found: dict[str, Any] = next(one for one in told["dossiers"] if one["MaHoSo"] == code)
        return found


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    office = Office(tmp_path)
    with stand_in("national_portal") as portal:
        made = Counter(office, portal)
        yield made
        made.line.close()
    office.close()


def _mute(counter: Counter) -> None:
    """The citizen is told nothing at the portal: there is no message that tells the step. Nothing is ordered yet."""
    with counter.office.database.write("messages") as connection:
        connection.execute(delete(messages))
        connection.execute(delete(orders))


def test_a_step_of_an_online_dossier_is_told_with_the_dossier(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.placed(dossier) == [], "that it is there the portal knows"
    assert counter.says(dossier, PAPERS) == ""
    placed = counter.placed(dossier)
    assert {one.lane for one in placed} == {CODE}
    while counter.orders.try_due():
        continue
    assert [one.state for one in counter.placed(dossier)] == ["done"] * len(placed)
    there = counter.there()
    assert (there["TrangThaiHoSo"], there["ChuHoSo"]) == ("5", "Nguyễn Văn An")
    (asked,) = there["DanhSachHoSoBoSung"]
    paper = next(row.name.vi for row in pack().as_of(counter.now.date()).papers if row.code == "GKSK")
    assert (asked["NoiDungBoSung"], asked["TrangThaiBoSung"]) == (f"Thiếu giấy khám; {paper}", "0")
    assert asked["NguoiYeuCauBoSung"] == "Nguyễn Thu Hà", "the citizen reads who it was, not how they sign in"


def test_what_the_citizen_is_told_there_by_a_message_is_not_told_twice(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    (message,) = counter.messages()
    placed = counter.placed(dossier)
    assert [one.id for one in placed] == [uuid5(message.entry, portal_telling.SYNC), message.id]
    counter.deliver()
    (step,) = counter.there()["TienDo"]
    letter = msgspec.json.decode(message.letter, type=Letter)
    assert (step["TrangThai"], step["NoiDungXuLy"]) == ("5", letter.text)
    assert letter.at is not None
    assert (step["NguoiXuLy"], step["NgayBatDau"]) == ("Nguyễn Thu Hà", f"{in_hanoi(letter.at):%Y%m%d%H%M%S}")
    (told,) = counter.messages()
    assert (told.state, told.due_ms) == ("delivered", None)


def test_a_message_whose_time_is_over_takes_no_step_along(counter: Counter) -> None:
    """The portal was away until the dossier stood elsewhere: each step is told, in its order, in its own words."""
    dossier = counter.online()
    counter.portal.fault("down")
    assert counter.says(dossier, PAPERS) == ""
    counter.deliver()
    gone = StepTaken("withdraw", "incomplete", "withdrawn", "stopped", ends=True, reason="Xin rút")
    assert counter.says(dossier, gone) == ""
    counter.now += timedelta(days=400)
    counter.deliver()
    assert {one.state for one in counter.messages()} == {"queued"}
    counter.portal.fault("none")
    counter.now += timedelta(hours=1)
    counter.deliver()
    assert [step["TrangThai"] for step in counter.there()["TienDo"]] == [
        "5",
        _status(counter, "withdrawn", counter.now),
    ]
    assert {one.state for one in counter.messages()} == {"delivered"}


def test_what_the_portal_will_not_hear_is_failed_and_holds_back_nothing(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    counter.portal.fault("code", after=4, times=1)
    counter.deliver()
    (message,) = counter.messages()
    rejected = [one.id for one in counter.placed(dossier) if one.state == "rejected"]
    assert (rejected, message.state) == ([message.id], "failed")


def test_a_message_that_a_clerk_sends_again_stands_behind_what_is_still_to_be_told(counter: Counter) -> None:
    dossier = counter.online()
    counter.portal.fault("down")
    assert counter.says(dossier, PAPERS) == ""
    (message,) = counter.messages()
    said = msgspec.json.decode(message.letter, type=Letter)
    letter = msgspec.json.encode(msgspec.structs.replace(said, text="Gửi lại"))
    again = dict(message._mapping) | {"id": uuid4(), "again_of": message.id, "letter": letter}
    with counter.office.database.write("messages") as connection:
        connection.execute(insert(messages), again)
    counter.deliver()
    counter.portal.fault("none")
    for _ in range(3):
        counter.now += timedelta(hours=1)
        counter.deliver()
    assert [one.id for one in counter.placed(dossier)][1:] == [message.id, again["id"]]
    assert [step["NoiDungXuLy"] for step in counter.there()["TienDo"]] == [said.text, "Gửi lại"]
    assert {one.state for one in counter.messages()} == {"delivered"}


def test_a_central_that_was_brought_back_tells_no_step_twice(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    counter.deliver()
    before = counter.there()["TienDo"]
    entry = wire.decode_entry(counter.forger.chain.sealed[-1].body)
    with counter.office.database.write("orders") as connection:
        connection.execute(delete(orders))
        connection.execute(update(messages).values(state="queued", tries=0, due_ms=1))
        caused = [Caused(entry, counter.office.dossier(dossier))]
        portal_telling.write_down(connection, counter.office.register.law, counter.forger.station, caused, counter.now)
    assert {one.state for one in counter.placed(dossier)} == {"waiting"}
    counter.deliver()
    assert counter.there()["TienDo"] == before
    assert [one.state for one in counter.messages()] == ["delivered"]


class _Slow(PortalLane):
    """The orders get on between the look at one and what is made of it."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter.office.database, HttpPortal(counter.line, Account(USER, PASSWORD, UNIT)), hanoi_now)
        self._orders = counter.orders

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        found = super().look(reference, letter)
        while self._orders.try_due():
            continue
        return found


def test_a_message_hears_of_an_order_that_ends_while_it_is_looked_at(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    slow = Messages(counter.office.database, {"portal": _Slow(counter)}, lambda: counter.now, Pace())
    assert slow.try_due() == 1
    assert {one.state for one in counter.placed(dossier)} == {"done"}
    assert [(one.state, one.cause) for one in counter.messages()] == [("queued", IN_LANE)]
    assert counter.letters.try_due() == 1, "at once, not after a wait"
    assert [one.state for one in counter.messages()] == ["delivered"]


def test_a_step_without_a_message_is_told_by_itself_and_once(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    _mute(counter)
    entry = wire.decode_entry(counter.forger.chain.sealed[-1].body)
    caused = [Caused(entry, counter.office.dossier(dossier))]
    for _ in range(2):
        with counter.office.database.write("orders") as connection:
            law = counter.office.register.law
            portal_telling.write_down(connection, law, counter.forger.station, caused, counter.now)
    placed = counter.placed(dossier)
    assert [one.id for one in placed] == [uuid5(entry.id, name) for name in (portal_telling.SYNC, portal_telling.STEP)]
    while counter.orders.try_due():
        continue
    (step,) = counter.there()["TienDo"]
    assert (step["TrangThai"], step["NoiDungXuLy"]) == ("5", "Chờ bổ sung trước khi tiếp nhận: Thiếu giấy khám")
    assert (step["NguoiXuLy"], step["ChucDanh"]) == ("Nguyễn Thu Hà", "Cán bộ tiếp nhận")


def test_a_portal_that_is_down_hears_of_it_later_in_order(counter: Counter) -> None:
    dossier = counter.online()
    counter.portal.fault("down")
    gone = StepTaken("withdraw", "incomplete", "withdrawn", "stopped", ends=True, reason="Xin rút")
    assert counter.says(dossier, PAPERS) == ""
    assert counter.says(dossier, gone) == ""
    counter.orders.try_due()
    assert {one.state for one in counter.placed(dossier)} == {"waiting"}
    counter.portal.fault("none")
    for _ in range(6):
        counter.now += timedelta(hours=1)
        counter.orders.try_due()
    assert {one.state for one in counter.placed(dossier)} == {"done"}
    assert counter.there()["TrangThaiHoSo"] == _status(counter, "withdrawn", counter.now)


def test_steps_that_come_in_one_moment_stay_in_order(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    gone = StepTaken("withdraw", "incomplete", "withdrawn", "stopped", ends=True, reason="Xin rút")
    assert counter.says(dossier, gone) == ""
    with counter.office.database.write("orders") as connection:
        connection.execute(update(orders).values(due_ms=milliseconds(counter.now)))
    told = [one.placed_ms for one in counter.placed(dossier)]
    assert len(set(told)) == len(told)


def test_a_card_that_arrives_is_told_by_the_step_that_it_is(counter: Counter) -> None:
    """Both come in one moment and lead to one state: the portal would have the same step twice."""
    approved = replace(stands("approved"), channel="online", local_code=CODE)
    arrived = Entry(uuid4(), approved.id, CardArrived(uuid4(), "code"), "clerk", counter.now)
    step = StepTaken("receive-card", "approved", "ready", "stopped")
    for entry, placed in ((arrived, 0), (Entry(uuid4(), approved.id, step, "clerk", counter.now), 2)):
        after = after_one(approved, entry)
        with counter.office.database.write("orders") as connection:
            caused = [Caused(entry, after)]
            law = counter.office.register.law
            portal_telling.write_down(connection, law, counter.forger.station, caused, counter.now)
        assert len(counter.placed(approved.id)) == placed, entry.what
    ready = replace(stands("ready"), channel="online", local_code=CODE)
    again = Entry(uuid4(), ready.id, CardArrived(uuid4(), "code"), "clerk", counter.now)
    with counter.office.database.write("orders") as connection:
        caused = [Caused(again, ready)]
        portal_telling.write_down(connection, counter.office.register.law, counter.forger.station, caused, counter.now)
    assert len(counter.placed(ready.id)) == 2, "a card that was waited for in that state is news by itself"


def test_a_dossier_of_the_counter_is_nobodys_business_there(counter: Counter) -> None:
    dossier = counter.online("counter")
    assert counter.says(dossier, PAPERS) == ""
    assert counter.placed(dossier) == []


def test_what_the_portal_itself_sent_is_not_told_back(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    entry = wire.decode_entry(counter.forger.chain.sealed[-1].body)
    station = replace(counter.forger.station, counter=COUNTER)
    with counter.office.database.write("orders") as connection:
        connection.execute(delete(orders))
        caused = [Caused(entry, counter.office.dossier(dossier))]
        portal_telling.write_down(connection, counter.office.register.law, station, caused, counter.now)
    assert counter.placed(dossier) == []


def _status(counter: Counter, state: str, at: datetime) -> str:
    return counter.office.register.law.rules(at).states[state].status
