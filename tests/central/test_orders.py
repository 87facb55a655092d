"""Orders through central: made once, whatever breaks in between; paid by the platform's word alone."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from time import sleep
from uuid import UUID, uuid4

import msgspec
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database, orders, users
from clerk_app.central.orders import Orders, Pace, Placed
from clerk_app.central.payment_news import PATIENCE_S
from clerk_app.central.register import story_of
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.central.registers.portal import told_as
from clerk_app.central.stations import KnownStation
from clerk_app.central.verify import verify
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.settings import FILE
from clerk_app.wire import Answers, SignInAsked
from clerk_app.wire_orders import (
    FeeLine,
    Order,
    OrderAsked,
    OrderLook,
    OrderState,
    PaymentOrder,
    PortalStep,
    PortalSync,
    PostAddress,
    PostOrder,
)
from tests.peers.central import BOTH, CentralProcess, settled
from tests.peers.commands import here
from tests.peers.counter import Chain, opened
from tests.peers.foreign import StandIn, stand_in
from tests.peers.station import Station, code_of, read

pytestmark = pytest.mark.wire
BACKINGS = BOTH
SECRET = Path(__file__).parents[2] / "resources" / "practice" / "payment_secret.txt"
CODE = "G01.801.308-261129-000001"
FEE = FeeLine("2", "GPLX", "Lệ phí cấp, đổi giấy phép lái xe", 115_000)
PAYMENT = PaymentOrder(CODE, "3.000347", "Đổi giấy phép lái xe", 115_000, [FEE], "TRẦN MINH QUÂN", "001090012345")
OFFICE = PostAddress("PC08", "02400000000", "Số 258, đường Võ Chí Công", "Phường Xuân La", "Thành phố Hà Nội")
CITIZEN = PostAddress("TRẦN MINH QUÂN", "0900000001", "Số 12, phố Hàng Bông", "Phường Hoàn Kiếm", "Thành phố Hà Nội")
PARCEL = PostOrder(CODE, OFFICE, CITIZEN, "Giấy phép lái xe")
AT = datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC)
STATION = KnownStation("Q01", "HN", "1", "G01.801.308", bytes(32))
OURS = KnownStation("Q01", "PC08-HN", "Q01", "G01.801.308", bytes(32))
"""The station of `Held`."""


@pytest.fixture(scope="module")
def platform() -> Iterator[StandIn]:
    with stand_in("payment_platform") as made:
        yield made


@pytest.fixture(scope="module")
def post() -> Iterator[StandIn]:
    with stand_in("public_post") as made:
        yield made


@pytest.fixture(scope="module")
def portal() -> Iterator[StandIn]:
    with stand_in("national_portal") as made:
        yield made


@dataclass
class Held:
    """A central that is joined to platform and post and tries again soon, and a station of it with a clerk."""

    central: CentralProcess
    station: Station
    database: Database
    platform: StandIn
    post: StandIn
    portal: StandIn
    chain: Chain
    dossiers: dict[UUID, UUID] = field(default_factory=dict)
    """Which dossier an order is for; where a test does not say, one of its own that central has not heard of."""
    sent: int = 0

    def known(self, *orders: UUID, code: str = CODE) -> None:
        """A dossier of the clerk's with this code, for these orders."""
        dossier = uuid4()
        self.chain.happen(dossier, opened(local_code=code))
        (answer,) = read(self.station.push(*self.chain.sealed[self.sent :]), Answers).answers
        assert answer.accepted, answer.code
        self.sent = len(self.chain.sealed)
        self.dossiers |= dict.fromkeys(orders, dossier)

    def make(self, order: Order, order_id: UUID, who: str = "clerk") -> OrderState:
        return read(self.reply(order, order_id, who), OrderState)

    def tell(self, what: PortalStep | PortalSync, order_id: UUID) -> None:
        """As central itself writes down what the portal is told; it is tried by the process that serves."""
        reference, body = told_as(order_id, what)
        lane, said = what.dossier_code, msgspec.json.encode(what)
        placed = Placed(order_id, "portal", reference, said, body, self._for(order_id), lane, lane)
        Orders(self.database, {}, hanoi_now).place(placed, "clerk", OURS)
        sleep(0.002)

    def reply(self, order: Order, order_id: UUID, who: str = "clerk") -> requests.Response:
        return self.station.ask("POST", "/v1/orders", OrderAsked(order_id, order, who, self._for(order_id)))

    def _for(self, order_id: UUID) -> UUID:
        return self.dossiers.setdefault(order_id, uuid4())

    def state(self, order_id: UUID, fresh: bool = False) -> OrderState:
        return read(self.look(order_id, "state", fresh=fresh), OrderState)

    def look(self, order_id: UUID, at: str, who: str = "clerk", fresh: bool = False) -> requests.Response:
        return self.station.ask("POST", f"/v1/orders/{order_id}/{at}", OrderLook(who, fresh))

    def until(self, order_id: UUID, state: str, outcome: str, within_s: float = 30) -> OrderState:
        def there(said: OrderState) -> bool:
            return (said.state, said.outcome) == (state, outcome)

        said = settled(lambda: self.state(order_id), there, within_s)
        assert there(said), said
        return said

    def pay(self, order_id: UUID, state: int) -> None:
        said = {"MaThamChieu": order_id.hex, "TrangThaiGD": state}
        with requests.post(f"{self.platform.url}/pay", json=said, timeout=5) as reply:
            assert reply.ok

    def payments(self, order_id: UUID) -> int:
        return sum(one["MaThamChieu"] == order_id.hex for one in self.platform.ledger())

    def told(self, code: str) -> tuple[str, list[str]]:
        """How the portal has a dossier: its state, and the state of each step."""
        (one,) = (one for one in self.portal.ledger()["dossiers"] if one["MaHoSo"] == code)
        return one["TrangThaiHoSo"], [step["TrangThai"] for step in one["TienDo"]]

    def parcels(self, order_id: UUID) -> int:
        return sum(one["OrderNumber"] == order_id.hex for one in self.post.ledger())


@pytest.fixture
def held(resting_central: CentralProcess, platform: StandIn, post: StandIn, portal: StandIn) -> Iterator[Held]:
    portal.fault("none")
    platform.fault("none")
    post.fault("none")
    central = resting_central
    said = {
        "payment_platform": platform.url,
        "payment_partner": "THUC-HANH",
        "payment_secret_file": str(SECRET),
        "public_post": post.url,
        "post_customer": "THUC-HANH",
        "national_portal": portal.url,
        "portal_user": "THUC-HANH",
        "portal_password_file": str(SECRET),
        "portal_unit": "G01.801.308",
        "registers_patience_s": "1",
        "orders_first_wait_s": "0.1",
        "orders_repeat_s": "3",
    }
    (central.folder / FILE).write_text(json.dumps(said), "utf-8")
    central.start()
    station = Station.enrolled(central, "Q01", "clerk", "supervisor")
    database = open_database(central.database_url)
    yield Held(central, station, database, platform, post, portal, Chain("Q01", station.seed))
    database.close()


def test_a_payment_is_made_and_paid_once(held: Held) -> None:
    it = uuid4()
    made = held.make(PAYMENT, it)
    assert (made.state, made.outcome, made.result["url"]) == (
        "done",
        "pending",
        f"https://thanhtoan.example/{it.hex}",
    )
    again = held.make(PAYMENT, it)
    assert (again.result, again.reference) == (made.result, it.hex)
    assert code_of(held.look(it, "paper")) == "ORDER_PAPER"
    held.pay(it, 1)
    paid = held.until(it, "done", "paid")
    assert paid.heard_at is not None
    # It is over: whatever the platform says later, it was paid.
    held.pay(it, 4)
    assert held.state(it, fresh=True).outcome == "paid"
    held.pay(it, 1)
    assert held.look(it, "paper").content.startswith(b"%PDF-")
    assert held.payments(it) == 1
    with held.database.read() as connection:
        row = connection.execute(select(orders).where(orders.c.id == it)).one()
    assert (bytes(row.body), row.officer, row.office, row.station, row.due_ms) == (b"", "clerk", "PC08-HN", "Q01", None)
    assert verify(held.central.database_url).ok


@pytest.mark.parametrize("fault", ["lost", "down", "error", "garbage", "cut", "slow"])
def test_an_order_whose_answer_is_lost_is_made_once(held: Held, fault: str) -> None:
    pay, send = uuid4(), uuid4()
    held.platform.fault(fault, seconds=2, times=2)
    held.post.fault(fault, seconds=2, times=2)
    assert held.make(PAYMENT, pay).state == "waiting"
    assert held.make(PARCEL, send).state == "waiting"
    assert "url" in held.until(pay, "done", "pending").result
    assert held.until(send, "done", "NHAN_DON").result["item"].startswith("EP")
    assert (held.payments(pay), held.parcels(send)) == (1, 1)


def test_a_slow_post_that_carries_out_what_was_given_up_makes_one_parcel(held: Held) -> None:
    held.central.stop()
    settings_file = held.central.folder / FILE
    patient = json.loads(settings_file.read_text("utf-8")) | {"orders_repeat_s": "60"}
    settings_file.write_text(json.dumps(patient), "utf-8")
    held.central.start()
    send = uuid4()
    held.post.fault("slow", seconds=5, times=1)
    assert held.make(PARCEL, send).state == "waiting"
    assert held.until(send, "done", "NHAN_DON", within_s=60).result["item"].startswith("EP")
    assert held.parcels(send) == 1


def test_an_order_of_a_central_that_is_killed_while_it_sends_is_made_once(held: Held) -> None:
    held.central.stop()
    settings_file = held.central.folder / FILE
    # Long enough to be killed in, with time to spare on a busy computer.
    patient = json.loads(settings_file.read_text("utf-8")) | {"registers_patience_s": "8"}
    settings_file.write_text(json.dumps(patient), "utf-8")
    held.central.start()
    send = uuid4()
    held.post.fault("hold", seconds=8, times=1)

    def make() -> None:
        with pytest.raises(requests.RequestException):
            held.make(PARCEL, send)

    making = Thread(target=make)
    making.start()
    assert settled(lambda: held.parcels(send), bool) == 1, "the post made it, and nobody heard"
    held.central.kill()
    making.join()
    held.central.start()
    # The one who was killed had it for as long as a try may take.
    assert held.state(send).state == "waiting"
    assert held.until(send, "done", "NHAN_DON", within_s=60).tries == 2
    assert held.parcels(send) == 1


def test_several_who_make_the_same_order_at_once_make_one(held: Held) -> None:
    send, together, said = uuid4(), Barrier(6), list[OrderState]()

    def make() -> None:
        together.wait()
        said.append(held.make(PARCEL, send))

    makers = [Thread(target=make) for _ in range(6)]
    for one in makers:
        one.start()
    for one in makers:
        one.join()
    assert len(said) == 6
    assert held.until(send, "done", "NHAN_DON").tries == 1
    assert held.parcels(send) == 1


@pytest.mark.parametrize("after", range(4))
def test_what_the_portal_is_told_it_is_told_once_and_in_order(held: Held, after: int) -> None:
    """Login, look and tell: the line drops after each of them in turn, once it was done."""
    code = f"{CODE[:-6]}{uuid4().int % 10**6:06d}"
    first, step, last = uuid4(), uuid4(), uuid4()
    sync = PortalSync(code, "3.000347", "Đổi giấy phép lái xe", "TRẦN MINH QUÂN", "PC08", 2, AT)
    again = uuid4()
    held.known(first, step, last, again, code=code)
    held.portal.fault("lost", after=after, times=1)
    held.tell(sync, first)
    held.tell(PortalStep(code, "Nguyễn Lan", "Cán bộ", "PC08", "Tiếp nhận", 4, AT), step)
    held.tell(msgspec.structs.replace(sync, status=4), last)
    held.until(last, "done", "4")
    assert (held.state(first).state, held.state(step).state) == ("done", "done")
    assert held.told(code) == ("4", ["4"])
    held.portal.fault("none")
    held.tell(msgspec.structs.replace(sync, status=9), again)
    held.until(again, "done", "9")
    assert held.state(last, fresh=True).outcome == "9", "by the portal's own word of the dossier"


def test_what_the_other_system_will_not_do_is_rejected_for_good(held: Held) -> None:
    held.post.fault("district", times=1)
    send = uuid4()
    said = held.make(PARCEL, send)
    assert (said.state, said.cause) == ("rejected", "MA_LOI_DISTRICT_REQUIRED")
    assert held.make(PARCEL, send).state == "rejected"
    assert held.parcels(send) == 0
    with held.database.read() as connection:
        assert bytes(connection.execute(select(orders.c.body).where(orders.c.id == send)).scalar_one()) == b""
    around = {"CLERK_DATABASE": held.central.database_url}
    listed = here("central", "orders", "--data", str(held.central.folder), "--json", **around).json["orders"]
    assert [(one["office"], one["system"], one["id"], one["cause"]) for one in listed] == [
        ("PC08-HN", "post", str(send), "MA_LOI_DISTRICT_REQUIRED")
    ]
    told = here("central", "orders", "--data", str(held.central.folder), **around).out
    assert (
        f"PC08-HN  post  rejected  1  MA_LOI_DISTRICT_REQUIRED  {in_hanoi(said.placed_at):%H:%M %d/%m/%Y}  {send}"
        in told
    )


def test_the_end_of_a_payment_becomes_an_entry_while_nobody_asks(held: Held) -> None:
    it = uuid4()
    held.known(it)
    held.chain.happen(held.dossiers[it], OrderPlaced(it, "payment", PAYMENT.amount_vnd))
    (answer,) = read(held.station.push(*held.chain.sealed[held.sent :]), Answers).answers
    assert answer.accepted, answer.code
    held.make(PAYMENT, it)
    held.pay(it, 1)
    held.until(it, "done", "paid")
    with held.database.write() as connection:
        # A minute later: no desk brought its own word.
        row = orders.c.id == it
        connection.execute(update(orders).where(row).values(heard_ms=orders.c.heard_ms - (PATIENCE_S + 1) * 1000))

    def words() -> list[OrderHeard]:
        with held.database.read() as connection:
            story = story_of(connection, held.dossiers[it])
        return [one.what for one in story if isinstance(one.what, OrderHeard)]

    found = settled(words, bool, 20)
    assert [(one.order, one.outcome) for one in found] == [(it, "paid")]
    assert verify(held.central.database_url).ok


def test_an_order_is_of_who_may_make_it_and_of_its_office(held: Held) -> None:
    it = uuid4()
    held.make(PAYMENT, it)
    more = msgspec.structs.replace(PAYMENT, amount_vnd=230_000, fees=[FEE, FEE])
    assert code_of(held.reply(more, it)) == "ORDER_DIFFERS"
    assert code_of(held.reply(PARCEL, it)) == "ORDER_DIFFERS"
    assert code_of(held.reply(PAYMENT, uuid4(), "nobody")) == "USER_UNKNOWN"
    assert code_of(held.look(uuid4(), "state")) == "ORDER_UNKNOWN"
    assert code_of(held.look(uuid4(), "paper")) == "ORDER_UNKNOWN"
    for wrong in ("amount", "dossier"):
        said = msgspec.to_builtins(OrderAsked(uuid4(), PAYMENT, "clerk", uuid4()))
        if wrong == "amount":
            said["order"]["amount_vnd"] = 1
        else:
            del said["dossier"]
        assert code_of(held.station.ask("POST", "/v1/orders", said)) == "MESSAGE_UNREADABLE"
    held.dossiers[it] = uuid4()
    assert code_of(held.reply(PAYMENT, it)) == "ORDER_DIFFERS", "it is another dossier's"


def test_nobody_looks_at_an_order_but_who_may_make_one(held: Held) -> None:
    pay, send = uuid4(), uuid4()
    held.known(pay)
    held.make(PAYMENT, pay)
    held.make(PARCEL, send)
    known = {"quy": ["cashier"], "tap": ["trainee"], "soat": ["inspector"]}
    with held.database.read() as connection:
        there = set(connection.execute(select(users.c.id)).scalars())
    for user, roles in known.items():
        if user not in there:
            people.add_user(held.database, user, "Người Thử", roles, people.PRACTICE_OFFICE, "practice")
        held.station.ask("POST", "/v1/sign-in", SignInAsked(user, "practice"))
    before = held.payments(pay)
    for order, who, code in (
        (pay, "", "USER_UNKNOWN"),
        (pay, "nobody", "USER_UNKNOWN"),
        (pay, "clerk2", "USER_UNKNOWN"),
        (pay, "quy", ""),
        (send, "quy", "ROLE_MISSING"),
        (pay, "soat", "ROLE_MISSING"),
        (pay, "tap", "ROLE_REACH"),
        (send, "clerk", ""),
    ):
        assert code_of(held.look(order, "state", who, fresh=True)) == code, (who, code)
        paper = code_of(held.look(order, "paper", who))
        assert paper == (code or ("ORDER_PAPER" if order == pay else "")), (who, paper)
    assert held.payments(pay) == before
    bare = held.station.ask("GET", f"/v1/orders/{pay}")
    assert bare.status_code in (404, 405)


def test_what_was_made_is_told_although_its_system_was_taken_away(held: Held) -> None:
    pay = uuid4()
    made = held.make(PAYMENT, pay)
    held.central.stop()
    settings_file = held.central.folder / FILE
    said = json.loads(settings_file.read_text("utf-8"))
    del said["payment_platform"]
    settings_file.write_text(json.dumps(said), "utf-8")
    held.central.start()
    assert held.make(PAYMENT, pay).result == made.result
    assert code_of(held.reply(PAYMENT, uuid4())) == "SYSTEM_NOT_JOINED"


def test_what_is_not_joined_says_so(central: CentralProcess) -> None:
    station = Station.enrolled(central, "Q01", "clerk")
    sync = PortalSync(CODE, "3.000347", "Đổi giấy phép lái xe", "TRẦN MINH QUÂN", "PC08", 2, AT)
    for order in (PAYMENT, PARCEL, sync):
        said = station.ask("POST", "/v1/orders", OrderAsked(uuid4(), order, "clerk", uuid4()))
        assert code_of(said) == "SYSTEM_NOT_JOINED"


# ---- with a clock and a system of our own


@dataclass
class Flaky:
    """A system that makes what it is sent (each time anew), and loses its answers as it is told.

    Without `compares` it may carry out `late` what it was sent, after whoever sent it gave up.
    """

    compares: bool = field(default=True, kw_only=True)
    late: list[str] = field(default_factory=list, kw_only=True)
    losses: list[str]
    made: list[str] = field(default_factory=list)
    outcome: str = ""

    def _lost(self) -> str:
        return self.losses.pop(0) if self.losses else ""

    def send(self, reference: str, body: bytes) -> Done | Rejected | Unknown:
        lost = self._lost()
        if lost == "before":
            return Unknown("UNREACHABLE")
        if lost == "late":
            self.late.append(reference)
            return Unknown("TIMEOUT")
        if lost == "refused":
            return Unknown("UNREACHABLE", unheard=True)
        self.made.append(reference)
        return Unknown("TIMEOUT") if lost == "after" else Done({"item": "1"}, self.outcome)

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        if self._lost():
            return Unknown("UNREACHABLE")
        return Done({"item": "1"}, self.outcome) if reference in self.made else Absent()

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        return Unknown("UNREACHABLE") if self._lost() else Heard(self.outcome)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["", "before", "after"]), max_size=8), st.booleans())
def test_however_answers_are_lost_it_is_made_once_and_not_given_up(
    tmp_path: Path, losses: list[str], compares: bool
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'central.sqlite'}", practice=True)
    try:
        at, other, it = [hanoi_now()], Flaky(list(losses), compares=compares), uuid4()
        made = Orders(database, {"post": other}, lambda: at[0], Pace())
        made.place(Placed(it, "post", it.hex, b"asked", b"body"), "lan", STATION)
        # One that does not compare says three times that it does not have it, for each time that it was sent.
        for _ in range(3 * len(losses) + 1):
            made.try_one(it)
            at[0] += timedelta(hours=1)
        found = made.find(it, "HN")
        assert found is not None
        assert (found.state, found.result, other.made) == ("done", {"item": "1"}, [it.hex])
        assert not made.try_one(it)
    finally:
        database.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Orders, Flaky, list[datetime]]]:
    database = open_database(f"sqlite:///{tmp_path / 'central.sqlite'}", practice=True)
    at, other = [hanoi_now()], Flaky([], outcome="pending")
    yield Orders(database, {"payment": other}, lambda: at[0], Pace()), other, at
    database.close()


def _placed(made: Orders) -> UUID:
    it = uuid4()
    made.place(Placed(it, "payment", it.hex, b"asked", b"body", about="115000"), "lan", STATION)
    return it


def _found(made: Orders, it: UUID) -> OrderState:
    found = made.find(it, "HN")
    assert found is not None
    return found


def test_each_wait_is_longer_and_none_is_endless(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = alone
    other.losses += ["before"] * 40
    it, waits = _placed(made), list[float]()
    for _ in range(14):
        assert made.try_due() == 1
        assert made.try_due() == 0, "not before its time"
        with made.database.read() as connection:
            due_ms = connection.execute(select(orders.c.due_ms).where(orders.c.id == it)).scalar_one()
        waits.append(due_ms / 1000 - at[0].timestamp())
        at[0] += timedelta(seconds=waits[-1] + 0.1)
    assert 5 <= waits[0] <= 10
    assert all(one <= 1800 for one in waits)
    assert min(waits[-3:]) >= 900
    assert _found(made, it).cause == "UNREACHABLE"


def test_a_try_that_never_ended_is_taken_up_when_its_time_is_over(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = alone
    it = _placed(made)
    assert made._claim(it) is not None
    other.made.append(it.hex)
    assert made.try_due() == 0, "somebody is at it"
    at[0] += timedelta(seconds=31)
    assert made.try_due() == 1
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_a_payment_is_asked_for_until_it_is_over(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = alone
    it = _placed(made)
    made.try_due()
    assert _found(made, it).outcome == "pending"
    other.losses += ["x"]
    for _ in range(3):
        at[0] += timedelta(hours=1)
        assert made.try_due() == 1
        assert _found(made, it).outcome == "pending"
    other.outcome = "paid"
    at[0] += timedelta(hours=1)
    made.try_due()
    paid = _found(made, it)
    assert paid.outcome == "paid"
    assert paid.heard_at is not None
    assert abs(paid.heard_at - at[0]) < timedelta(milliseconds=1)
    at[0] += timedelta(days=1)
    assert made.try_due() == 0
    other.outcome = "failed"
    made.hear(it)
    assert _found(made, it).outcome == "paid"


@pytest.fixture
def slow_post(tmp_path: Path) -> Iterator[tuple[Orders, Flaky, list[datetime]]]:
    """A post that makes a second parcel of what it is sent twice."""
    database = open_database(f"sqlite:///{tmp_path / 'central.sqlite'}", practice=True)
    at, other = [hanoi_now()], Flaky([], compares=False)
    yield Orders(database, {"post": other}, lambda: at[0], Pace(repeat_s=600)), other, at
    database.close()


def _parcel(made: Orders) -> UUID:
    it = uuid4()
    made.place(Placed(it, "post", it.hex, b"asked", b"body"), "lan", STATION)
    return it


def _tried_until(made: Orders, at: list[datetime], until: datetime) -> None:
    """Every second, but for those before anything is due."""
    while at[0] < until:
        made.try_due()
        with made.database.read() as connection:
            due_ms = connection.execute(select(func.min(orders.c.due_ms))).scalar()
        rest_s = math.inf if due_ms is None else math.ceil(due_ms / 1000 - at[0].timestamp())
        at[0] = min(until, at[0] + timedelta(seconds=max(1, min(rest_s, 10_000))))


@pytest.mark.parametrize("late_s", [12, 200, 590])
def test_what_is_carried_out_late_is_not_ordered_twice(
    slow_post: tuple[Orders, Flaky, list[datetime]], late_s: int
) -> None:
    made, other, at = slow_post
    other.losses += ["late"]
    it, began = _parcel(made), at[0]
    _tried_until(made, at, began + timedelta(seconds=late_s))
    assert (other.made, other.late) == ([], [it.hex]), "it was sent once, and nobody heard"
    other.made += other.late
    _tried_until(made, at, began + timedelta(seconds=4000))
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_what_the_post_does_not_have_for_long_is_sent_again(slow_post: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = slow_post
    other.losses += ["late"]
    it, began = _parcel(made), at[0]
    _tried_until(made, at, began + timedelta(seconds=599))
    assert (_found(made, it).cause, other.made) == ("ABSENT", [])
    _tried_until(made, at, began + timedelta(seconds=4000))
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_one_look_long_after_does_not_do(slow_post: tuple[Orders, Flaky, list[datetime]]) -> None:
    """Central stood still for an hour: what it sent before may be carried out just now."""
    made, other, at = slow_post
    other.losses += ["late"]
    it = _parcel(made)
    made.try_due()
    at[0] += timedelta(hours=1)
    assert made.try_due() == 1
    assert other.made == []
    other.made += other.late
    at[0] += timedelta(hours=1)
    made.try_due()
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_what_surely_never_left_is_sent_again_at_once(slow_post: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = slow_post
    other.losses += ["refused"]
    it, began = _parcel(made), at[0]
    _tried_until(made, at, began + timedelta(seconds=30))
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_who_is_killed_just_before_it_sends_counts_as_having_sent(
    slow_post: tuple[Orders, Flaky, list[datetime]],
) -> None:
    made, other, at = slow_post

    class Killed(BaseException):
        pass

    def killed(reference: str, body: bytes) -> Done | Rejected | Unknown:
        raise Killed

    it, sends = _parcel(made), other.send
    other.send = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        made.try_due()
    other.send = sends  # type: ignore[method-assign]
    at[0] += timedelta(seconds=60)
    made.try_due()
    assert other.made == [], "it may be on its way"
    _tried_until(made, at, at[0] + timedelta(seconds=2000))
    assert (_found(made, it).state, other.made) == ("done", [it.hex])


def test_an_order_to_a_system_that_was_taken_away_waits(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = alone
    it = _placed(made)
    without = Orders(made.database, {}, made.clock, made.pace)
    assert without.try_one(it)
    assert (_found(made, it).state, _found(made, it).cause) == ("waiting", "NOT_JOINED")
    at[0] += timedelta(hours=1)
    assert made.try_one(it)
    assert _found(made, it).state == "done"
    assert other.made == [it.hex]


def test_those_of_one_lane_go_one_after_another(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, other, at = alone
    first, second, aside = (uuid4() for _ in range(3))
    other.losses += ["before"]
    for it, lane in ((first, "A"), (second, "A"), (aside, "B")):
        made.place(Placed(it, "payment", it.hex, b"asked", b"body", lane=lane), "lan", STATION)
        at[0] += timedelta(seconds=1)
    assert made.try_one(first)
    assert not made.try_one(second), "the first one is not told yet"
    assert made.try_due() == 1
    assert other.made == [aside.hex]
    at[0] += timedelta(hours=1)
    assert made.try_one(first)
    assert made.try_one(second)
    assert other.made == [aside.hex, first.hex, second.hex]


def test_an_order_of_another_office_is_nobodys(alone: tuple[Orders, Flaky, list[datetime]]) -> None:
    made, _, _ = alone
    it = _placed(made)
    assert made.find(it, "HCM") is None
    elsewhere = KnownStation("Q09", "HCM", "1", "G01.801.308", bytes(32))
    with pytest.raises(Refusal, match="ORDER_DIFFERS"):
        made.place(Placed(it, "payment", it.hex, b"asked", b"body"), "lan", elsewhere)
