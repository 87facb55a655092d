"""What the portal says is paid, at central: asked about until the platform said so twice, at any time, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database, orders
from clerk_app.central.given_answers import note_forgotten
from clerk_app.central.orders import Orders, Pace, Placed
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Discarded, FeeTaken
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.wire_orders import OrderState, PaymentClaim
from tests.central.test_foreign_claims import DECLINE
from tests.central.test_foreign_claims import Counter as Forging
from tests.central.test_order_claims import CODE, Counter, payment
from tests.peers.two_desks import Office

STATION = KnownStation("Q01", "HN", "1", "G01.801.308", bytes(32))
GIVEN = "ab" * 16
FEE = 115_000
REFUSED_BY_NUMBER = "RECEIPT_NOT_LENT"
"""The money was no reason."""


@dataclass
class Platform:
    """Knows of payments that the portal had made once they are there; silent for as many questions as `silent` says."""

    there: dict[str, str] = field(default_factory=dict)
    silent: int = 0
    compares: bool = True

    def send(self, reference: str, body: bytes) -> Done | Absent | Rejected | Unknown:
        found = self.hear(reference, "")
        return Done({}, found.outcome) if isinstance(found, Heard) else found

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        found = self.hear(reference, "")
        return Done({}, found.outcome) if isinstance(found, Heard) else found

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        if self.silent:
            self.silent -= 1
            return Unknown("UNREACHABLE")
        return Heard(self.there[reference]) if reference in self.there else Absent()


class Asked:
    """A question about the payment `GIVEN`, at a central whose clock a test turns."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder / 'central.sqlite'}", practice=True)
        self.platform, self.now, self.it = Platform(), hanoi_now(), uuid4()
        self.orders = Orders(self.database, {"payment": self.platform}, lambda: self.now, Pace())
        placed = Placed(self.it, "payment", GIVEN, b"asked", b"body", about=str(FEE))
        self.orders.place(placed, "lan", STATION)

    def passes(self, **time: float) -> OrderState:
        self.now += timedelta(**time)
        self.orders.try_due()
        return self.state()

    def state(self) -> OrderState:
        found = self.orders.find(self.it, "HN")
        assert found is not None
        return found

    def due(self) -> datetime | None:
        with self.database.read() as connection:
            due_ms = connection.execute(select(orders.c.due_ms).where(orders.c.id == self.it)).scalar()
        return None if due_ms is None else datetime.fromtimestamp(due_ms / 1000, self.now.tzinfo)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    yield made
    made.database.close()


def test_it_is_not_found_once_the_platform_said_so_twice_and_not_at_once(asked: Asked) -> None:
    assert (asked.passes().state, asked.state().cause) == ("waiting", "ABSENT")
    assert asked.passes(seconds=200).state == "waiting"
    asked.orders.hear(asked.it)
    assert asked.state().state == "waiting", "also where a desk asks again and again"
    assert (asked.passes(seconds=300).state, asked.state().cause) == ("rejected", "NOT_FOUND")


def test_silence_in_between_is_no_answer(asked: Asked) -> None:
    asked.passes()
    asked.platform.silent = 10
    assert (asked.passes(hours=1).state, asked.state().cause) == ("waiting", "UNREACHABLE")


def test_what_the_portal_told_of_before_the_platform_had_it_is_found(asked: Asked) -> None:
    assert asked.passes().state == "waiting"
    asked.platform.there[GIVEN] = "paid"
    assert (asked.passes(seconds=60).state, asked.state().outcome) == ("done", "paid")


def test_what_was_not_found_is_looked_for_a_day_more_and_then_when_somebody_asks(asked: Asked) -> None:
    asked.passes()
    assert asked.passes(seconds=600).state == "rejected"
    tries = 0
    while asked.due() is not None:
        assert asked.passes(minutes=31).cause == "NOT_FOUND"
        tries += 1
        assert tries < 100
    assert tries > 10
    asked.platform.there[GIVEN] = "paid"
    assert asked.passes(days=1).state == "rejected"
    asked.orders.hear(asked.it)
    assert (asked.state().state, asked.state().outcome, asked.state().cause) == ("done", "paid", "")


@pytest.mark.parametrize(("outcome", "due"), [("paid", False), ("failed", False), ("pending", True)])
def test_what_comes_to_be_there_within_the_day_is_heard_of(asked: Asked, outcome: str, due: bool) -> None:
    asked.passes()
    assert asked.passes(seconds=600).state == "rejected"
    asked.platform.there[GIVEN] = outcome
    assert (asked.passes(hours=1).state, asked.state().outcome) == ("done", outcome)
    assert (asked.due() is not None) == due


# ---- which questions are asked


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


@pytest.fixture
def counter(office: Office) -> Forging:
    return Forging(office)


def asks(counter: Forging, order: object, it: UUID | None = None) -> str:
    return Counter(counter.office, counter.forger, counter.dossier).asks(order, it)  # type: ignore[arg-type]


def claim(reference: str = GIVEN, amount: int = FEE) -> PaymentClaim:
    return PaymentClaim(CODE, reference, amount)


@pytest.mark.parametrize("ends", [DECLINE, Discarded("rút"), None], ids=["declined", "given up", "open"])
def test_the_platform_is_asked_whatever_became_of_the_dossier(counter: Forging, ends: object) -> None:
    if ends is not None:
        assert counter.says(ends) == ""  # type: ignore[arg-type]
    assert asks(counter, claim()) == "PAYMENT_CLAIMED", "the portal did not say so"
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    assert asks(counter, claim()) == ""
    assert asks(counter, claim("cd" * 16)) == "PAYMENT_CLAIMED"
    assert counter.says(OrderPlaced(uuid4(), "payment", FEE, GIVEN), seen=seen) == ""
    other = OrderPlaced(uuid4(), "payment", FEE, "cd" * 16)
    assert counter.says(other, seen=seen) == ("" if ends is None else "DOSSIER_CLOSED")


def test_a_question_is_asked_beside_an_open_payment_and_no_payment_beside_a_question(counter: Forging) -> None:
    counter.order()
    counter.portal_says(payment="claimed", payment_reference=GIVEN)
    assert asks(counter, claim()) == ""
    assert asks(counter, payment()) == "PAYMENT_OPEN"


def test_no_payment_is_made_while_the_portal_says_that_one_is(counter: Forging) -> None:
    """Also by a desk that has not heard of that yet."""
    assert asks(counter, payment()) == ""
    counter.portal_says(payment="claimed", payment_reference=GIVEN)
    assert asks(counter, payment()) == "PAYMENT_CLAIMED"
    _not_found(counter)
    assert asks(counter, payment()) == "", "central itself heard that there is none"


def test_it_is_asked_about_by_the_amount_that_the_portal_told_of(counter: Forging) -> None:
    counter.portal_says(payment="claimed", payment_reference=GIVEN, fee_vnd="100000")
    assert asks(counter, claim(amount=FEE)) == "ORDER_AMOUNT"
    assert asks(counter, claim(amount=100_000)) == ""


def _not_found(counter: Forging) -> UUID:
    """The platform said twice that it has none of this reference."""
    it, platform, now = uuid4(), Platform(), [hanoi_now()]
    made = Orders(counter.office.database, {"payment": platform}, lambda: now[0], Pace())
    made.place(
        Placed(it, "payment", GIVEN, b"asked", b"{}", counter.dossier, str(FEE)), "clerk", counter.forger.station
    )
    made.try_one(it)
    now[0] += timedelta(minutes=20)
    made.try_one(it)
    counter.platform = platform  # type: ignore[assignment]
    return it


# ---- what a desk says of it

CASH = FeeTaken("0000001", FEE, "cash", FEE, 0)


def heard(order: UUID, reference: str = GIVEN, cause: str = "NOT_FOUND") -> OrderHeard:
    return OrderHeard(order, "rejected", hanoi_now(), "", reference, {}, cause)


def test_cash_is_taken_once_the_desk_heard_that_there_is_no_such_payment(counter: Forging) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it = _not_found(counter)
    assert counter.says(OrderPlaced(it, "payment", FEE, GIVEN), seen=seen) == ""
    assert counter.says(heard(it), seen=seen) == ""
    assert counter.says(CASH, seen=seen) == REFUSED_BY_NUMBER


def test_cash_is_not_taken_while_the_desk_has_not_heard_of_it(counter: Forging) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    assert counter.says(OrderPlaced(_not_found(counter), "payment", FEE, GIVEN), seen=seen) == ""
    assert counter.says(CASH, seen=seen) == "PAYMENT_OPEN"


@pytest.mark.parametrize("which", ["never asked", "another", "of another name", "given up"])
def test_nobody_but_the_platform_says_that_there_is_none(counter: Forging, which: str) -> None:
    """A desk that wants to take cash says so of itself."""
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it = uuid4() if which in ("never asked", "given up") else counter.order()
    placed = OrderPlaced(it, "payment", FEE, "" if which == "of another name" else GIVEN)
    assert counter.says(placed, seen=seen) == ""
    if which == "given up":
        assert counter.says(heard(it, "", "ORDER_AMOUNT"), seen=seen) == ""
        assert counter.says(CASH, seen=seen) == "PAYMENT_CLAIMED", "it was not asked"
    else:
        assert counter.says(heard(it), seen=seen) == "ORDER_UNKNOWN"


def test_what_failed_before_says_nothing_of_what_is_claimed(counter: Forging) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = "failed"
    counter.orders.hear(order)
    failed = OrderHeard(order, "done", hanoi_now(), "failed", order.hex)
    assert counter.says(failed) == ""
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    assert counter.says(CASH, seen=seen) == "PAYMENT_CLAIMED"


@pytest.mark.parametrize("since", ["paid", "pending", "failed"])
def test_who_heard_that_there_is_none_is_believed_although_it_came_to_be_there(counter: Forging, since: str) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it = _not_found(counter)
    assert counter.says(OrderPlaced(it, "payment", FEE, GIVEN), seen=seen) == ""
    counter.platform.there[GIVEN] = since  # type: ignore[attr-defined]
    Orders(counter.office.database, {"payment": counter.platform}, hanoi_now, Pace()).hear(it)
    assert counter.says(heard(it), seen=seen) == ""
    assert counter.says(CASH, seen=seen) == REFUSED_BY_NUMBER


def test_nobody_heard_that_there_is_none_of_what_was_there_from_the_first(counter: Forging) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it, platform = uuid4(), Platform({GIVEN: "pending"})
    made = Orders(counter.office.database, {"payment": platform}, hanoi_now, Pace())
    placed = Placed(it, "payment", GIVEN, b"asked", b"{}", counter.dossier, str(FEE))
    made.place(placed, "clerk", counter.forger.station)
    made.try_one(it)
    assert counter.says(OrderPlaced(it, "payment", FEE, GIVEN), seen=seen) == ""
    assert counter.says(heard(it), seen=seen) == "ORDER_OPEN"


def test_nobody_heard_that_there_is_none_of_what_came_to_be_there_while_central_looked(counter: Forging) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it, platform, now = uuid4(), Platform(), [hanoi_now()]
    made = Orders(counter.office.database, {"payment": platform}, lambda: now[0], Pace())
    placed = Placed(it, "payment", GIVEN, b"asked", b"{}", counter.dossier, str(FEE))
    made.place(placed, "clerk", counter.forger.station)
    made.try_one(it)
    platform.there[GIVEN] = "pending"
    now[0] += timedelta(minutes=1)
    made.try_one(it)
    assert counter.says(OrderPlaced(it, "payment", FEE, GIVEN), seen=seen) == ""
    assert counter.says(heard(it), seen=seen) == "ORDER_OPEN"


@pytest.mark.parametrize("row", ["forgotten", "as before", "found since"])
@pytest.mark.parametrize("window", ["then", "before"])
def test_a_restored_central_believes_that_there_was_none_for_the_time_it_forgot(
    counter: Forging, row: str, window: str
) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it = uuid4()
    if row != "forgotten":
        made = Orders(counter.office.database, {"payment": Platform({GIVEN: "pending"})}, hanoi_now, Pace())
        placed = Placed(it, "payment", GIVEN, b"asked", b"{}", counter.dossier, str(FEE))
        made.place(placed, "clerk", counter.forger.station)
        if row == "found since":
            made.try_one(it)
    assert counter.says(OrderPlaced(it, "payment", FEE, GIVEN), seen=seen) == ""
    until = hanoi_now() - timedelta(days=window == "before")
    note_forgotten(counter.office.database, until - timedelta(hours=10), until)
    refused = "ORDER_UNKNOWN" if row == "forgotten" else "ORDER_OPEN"
    assert counter.says(heard(it), seen=seen) == ("" if window == "then" else refused)
    if window == "then":
        assert counter.says(CASH, seen=seen) == REFUSED_BY_NUMBER


@pytest.mark.parametrize("said", ["paid", "another", "of no name"])
def test_a_restored_central_believes_nothing_else_of_a_payment(counter: Forging, said: str) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference=GIVEN)
    it = uuid4()
    placed = OrderPlaced(it, "payment", FEE, "" if said == "of no name" else GIVEN)
    assert counter.says(placed, seen=seen) == ""
    note_forgotten(counter.office.database, hanoi_now() - timedelta(hours=10), hanoi_now())
    words = {
        "paid": OrderHeard(it, "done", hanoi_now(), "paid", GIVEN),
        "another": heard(it, "cd" * 16),
        "of no name": heard(it),
    }
    assert counter.says(words[said], seen=seen) == "ORDER_UNKNOWN"
