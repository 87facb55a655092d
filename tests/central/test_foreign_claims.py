"""What a forged desk says of payments and registers: central believes what it heard itself of the other system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app.central.app import hanoi_now
from clerk_app.central.foreign_claims import check_one_payment
from clerk_app.central.orders import Orders, Pace, Placed
from clerk_app.central.register import accepted
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.domain.dossier import FeeTaken, Happening
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.systems import OrderHeard, OrderPlaced, SystemAnswered
from tests.central.test_exceptions import Forger
from tests.peers.counter import opened
from tests.peers.two_desks import Office

FEE = 115_000


@dataclass
class Platform:
    """Makes whatever it is asked, and says of it what a test tells it."""

    outcome: str = "pending"
    rejects: bool = False
    compares: bool = True
    made: list[str] = field(default_factory=list)

    def send(self, reference: str, body: bytes) -> Done | Rejected | Unknown:
        self.made.append(reference)
        return Rejected("MA_LOI_05") if self.rejects else Done({"url": "https://x.example"}, self.outcome)

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        return Done({}, self.outcome) if reference in self.made else Absent()

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        return Heard(self.outcome)


class Counter:
    """A forger at a central that has one real order of one dossier."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.forger, self.platform = Forger(office), Platform()
        self.orders = Orders(office.database, {"payment": self.platform}, hanoi_now, Pace())
        self.dossier = uuid4()
        assert self.says(opened()) == ""

    def says(self, what: Happening, who: str = "clerk", dossier: UUID | None = None) -> str:
        answer = self.forger.says(dossier or self.dossier, what, who)
        return answer.code

    def order(self, dossier: UUID | None = None, amount: int = FEE) -> UUID:
        """Placed at central and by the platform, as an honest desk does it."""
        it = uuid4()
        placed = Placed(it, "payment", it.hex, b"asked", b"{}", dossier or self.dossier, str(amount))
        self.orders.place(placed, "clerk", self.forger.station)
        self.orders.try_one(it)
        return it

    def paid(self, order: UUID) -> None:
        self.platform.outcome = "paid"
        self.orders.hear(order)

    def fee(self, order: UUID | None, amount: int = FEE) -> FeeTaken:
        return FeeTaken("0000001", amount, "online", amount, 0, order)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    office = Office(tmp_path)
    yield Counter(office)
    office.close()


def _heard(order: UUID, outcome: str = "", state: str = "done") -> OrderHeard:
    return OrderHeard(order, state, hanoi_now(), outcome)  # type: ignore[arg-type]


def test_what_is_called_paid_is_what_the_platform_called_paid(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(_heard(order, "paid")) == "ORDER_NOT_PAID"


def test_a_payment_that_is_paid_is_taken_once_and_for_its_own_dossier(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.paid(order)
    assert counter.says(_heard(order, "paid")) == ""
    other = uuid4()
    assert counter.says(opened(), dossier=other) == ""
    assert counter.says(counter.fee(order), dossier=other) == "ORDER_NOT_PAID", "another dossier's"


@pytest.mark.parametrize("claim", ["none", "pending", "amount", "cash", "strange"])
def test_no_fee_is_taken_online_but_by_the_platforms_word(counter: Counter, claim: str) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    if claim in ("amount", "cash"):
        counter.paid(order)
    taken = {
        "none": counter.fee(None),
        "pending": counter.fee(order),
        "amount": counter.fee(order, 50_000),
        "cash": FeeTaken("0000001", FEE, "cash", FEE, 0, order),
        "strange": counter.fee(uuid4()),
    }[claim]
    assert counter.says(taken) == "ORDER_NOT_PAID"


def test_an_honest_fee_is_judged_by_its_receipt_next(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.paid(order)
    assert counter.says(counter.fee(order)) == "RECEIPT_NOT_LENT", "it was paid; the number is another matter"


def test_what_is_still_open_is_not_called_over_so_that_cash_can_be_taken(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(_heard(order, "failed")) == "ORDER_OPEN"


def test_an_order_that_is_called_rejected_was_rejected(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(_heard(order, state="rejected")) == "ORDER_OPEN"


def test_an_order_that_central_would_not_write_down_may_be_called_rejected(counter: Counter) -> None:
    order = uuid4()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(_heard(order, state="rejected")) == ""


def test_nothing_is_heard_of_an_order_that_is_not_the_dossiers(counter: Counter) -> None:
    theirs = counter.order(uuid4())
    assert counter.says(OrderPlaced(theirs, "payment", FEE)) == ""
    assert counter.says(_heard(theirs, "pending")) == "ORDER_UNKNOWN"


def test_nothing_is_heard_of_an_order_that_nobody_placed(counter: Counter) -> None:
    assert counter.says(_heard(counter.order(), "pending")) == "ORDER_UNKNOWN"


def test_who_may_not_take_a_fee_orders_no_payment(counter: Counter) -> None:
    assert counter.says(OrderPlaced(uuid4(), "payment", FEE), "nobody") == "USER_UNKNOWN"
    answered = SystemAnswered("identity", "unknown", hanoi_now(), {"applicant.number": "001090012345"}, "TIMEOUT")
    assert counter.says(answered, "nobody") in ("USER_UNKNOWN", "DOSSIER_HELD")


def test_cash_is_not_taken_while_the_platform_may_still_take_it(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(FeeTaken("0000001", FEE, "cash", FEE, 0)) == "PAYMENT_OPEN"


def test_cash_is_taken_for_what_the_platform_says_has_failed(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = "failed"
    counter.orders.hear(order)
    assert counter.says(_heard(order, "failed")) == ""
    cash = FeeTaken("0000001", FEE, "cash", FEE, 0)
    assert counter.says(cash) == "RECEIPT_NOT_LENT", "it failed; the number is another matter"


def test_a_second_payment_of_a_dossier_is_not_written_down(counter: Counter) -> None:
    first, second = counter.order(), uuid4()

    def check(order: UUID) -> None:
        with counter.office.database.read() as connection:
            check_one_payment(connection, accepted(connection, counter.dossier), counter.dossier, order)

    check(first)
    with pytest.raises(Refusal, match="PAYMENT_OPEN"):
        check(second)
    counter.platform.outcome = "failed"
    counter.orders.hear(first)
    check(second)
