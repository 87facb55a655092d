"""What the national portal hears of an online dossier by itself: every step once, in order, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import delete, select, update

from clerk_app import wire
from clerk_app.central import portal_telling
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import messages, milliseconds, orders
from clerk_app.central.messages import Caused
from clerk_app.central.orders import Orders, Pace
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.domain.course import Course, StepTaken
from clerk_app.domain.dossier import Entry, FieldsEntered, Happening, after
from clerk_app.domain.handing import CardArrived
from clerk_app.domain.messages import PORTAL
from clerk_app.domain.online import COUNTER
from clerk_app.practice.national_portal import PASSWORD, USER
from tests.central.test_exceptions import Forger
from tests.peers.citizens import UNIT
from tests.peers.counter import opened
from tests.peers.foreign import StandIn, stand_in
from tests.peers.two_desks import Office

CODE = f"{UNIT}-261127-000777"
PAPERS = StepTaken("ask-papers", "begin", "incomplete", "paused", reason="Thiếu giấy khám", items=("GKSK",))


class Counter:
    """A desk that takes steps, and a portal that central tells of them."""

    def __init__(self, office: Office, portal: StandIn) -> None:
        self.office, self.portal = office, portal
        self.forger = Forger(office)
        self.line = Line(portal.url, 2)
        self.now = hanoi_now() + timedelta(minutes=1)
        account = Account(USER, PASSWORD, UNIT)
        systems = {"portal": HttpPortal(self.line, account)}
        self.orders = Orders(office.database, systems, lambda: self.now, Pace())

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
    """The citizen is told nothing at the portal: there is no message that tells the step."""
    with counter.office.database.write("messages") as connection:
        connection.execute(delete(messages))


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
    assert (asked["NoiDungBoSung"], asked["TrangThaiBoSung"]) == ("Thiếu giấy khám", "0")


def test_what_the_citizen_is_told_there_by_a_message_is_not_told_twice(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    with counter.office.database.read() as connection:
        told = list(connection.execute(select(messages).where(messages.c.slot == PORTAL)))
    (placed,) = counter.placed(dossier)
    assert [one.state for one in told] == ["queued"]
    assert placed.id == uuid5(told[0].entry, portal_telling.SYNC)


def test_a_step_without_a_message_is_told_by_itself_and_once(counter: Counter) -> None:
    dossier = counter.online()
    assert counter.says(dossier, PAPERS) == ""
    _mute(counter)
    (before,) = counter.placed(dossier)
    entry = wire.decode_entry(counter.forger.chain.sealed[-1].body)
    caused = [Caused(entry, counter.office.dossier(dossier))]
    for _ in range(2):
        with counter.office.database.write("orders") as connection:
            law = counter.office.register.law
            portal_telling.write_down(connection, law, counter.forger.station, caused, counter.now)
    placed = counter.placed(dossier)
    assert {one.id for one in placed} == {before.id, uuid5(entry.id, portal_telling.STEP)}
    while counter.orders.try_due():
        continue
    (step,) = counter.there()["TienDo"]
    assert (step["TrangThai"], step["NoiDungXuLy"]) == ("5", "Chờ bổ sung trước khi tiếp nhận: Thiếu giấy khám")


def test_what_is_no_step_of_the_course_is_no_line_of_its_steps(counter: Counter) -> None:
    """A card whose arrival is the step `receive-card` would else be told twice: once as the state before it."""
    dossier = counter.online()
    state = replace(counter.office.dossier(dossier), course=Course("approved", passed=()))
    law, station = counter.office.register.law, counter.forger.station
    card = Entry(uuid4(), dossier, CardArrived(uuid4(), "code"), "clerk", counter.now)
    with counter.office.database.write("orders") as connection:
        portal_telling.write_down(connection, law, station, [Caused(card, state)], counter.now)
    assert [one.id for one in counter.placed(dossier)] == [uuid5(card.id, portal_telling.SYNC)]
    taken = StepTaken("receive-card", "approved", "ready", "stopped")
    step = replace(card, id=uuid4(), what=taken)
    with counter.office.database.write("orders") as connection:
        portal_telling.write_down(connection, law, station, [Caused(step, after(state, step))], counter.now)
    lines = {one.id for one in counter.placed(dossier)}
    assert {uuid5(step.id, portal_telling.STEP), uuid5(step.id, portal_telling.SYNC)} < lines


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
