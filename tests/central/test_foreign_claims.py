"""What a forged desk says of payments and registers: central believes what it heard itself of the other system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import entries
from clerk_app.central.foreign_claims import check_one_payment
from clerk_app.central.orders import Orders, Pace, Placed
from clerk_app.central.payment_news import PATIENCE_S, PaymentNews
from clerk_app.central.register import accepted
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Discarded, FeeTaken, FieldsEntered, Happening
from clerk_app.domain.online import COUNTER
from clerk_app.domain.paying import owed_back
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
        self.portal = Forger(office, "CONG-PC08-HN", COUNTER)
        self.orders = Orders(office.database, {"payment": self.platform}, hanoi_now, Pace())
        self.dossier = uuid4()
        assert self.says(opened()) == ""

    def says(self, what: Happening, who: str = "clerk", dossier: UUID | None = None, seen: int = 0) -> str:
        answer = self.forger.says(dossier or self.dossier, what, who, seen=seen)
        return answer.code

    def portal_says(self, **fields: str) -> int:
        """The portal's own station writes this into the dossier; the number that it has at central."""
        said = {f"portal.{name}": text for name, text in fields.items()}
        assert self.portal.says(self.dossier, FieldsEntered(said, "identity", source="portal")).code == ""
        return self.newest()

    def newest(self) -> int:
        """The number of the newest entry at central."""
        with self.office.database.read() as connection:
            number = connection.execute(select(func.max(entries.c.number))).scalar()
        assert number is not None
        return int(number)

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


def _later() -> datetime:
    return hanoi_now() + timedelta(seconds=PATIENCE_S + 1)


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


CASH = FeeTaken("0000001", FEE, "cash", FEE, 0)
DECLINE = StepTaken("decline", "begin", "not-accepted", "stopped", True, "Thiếu tuổi", "NĐ 61/2018/NĐ-CP art.17")


def test_cash_is_not_taken_beside_an_order_of_which_central_alone_knows(counter: Counter) -> None:
    """Its own entry is still on the way, or never comes."""
    order = counter.order()
    assert counter.says(CASH) == "PAYMENT_OPEN"
    other = uuid4()
    assert counter.says(opened(), dossier=other) == ""
    assert counter.says(CASH, dossier=other) == "RECEIPT_NOT_LENT", "another dossier's fee is not held"
    assert counter.order(other) != order


@pytest.mark.parametrize(("heard", "code"), [("rejected", "ORDER_OPEN"), ("failed", "ORDER_OPEN")])
def test_what_is_paid_is_not_called_over_so_that_cash_can_be_taken(counter: Counter, heard: str, code: str) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.paid(order)
    over = _heard(order, state="rejected") if heard == "rejected" else _heard(order, "failed")
    assert counter.says(over) == code
    assert counter.office.dossier(counter.dossier).orders[0].over is False


def test_what_failed_once_and_was_paid_since_may_be_told_of_by_who_heard_it_then(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = "failed"
    counter.orders.hear(order)
    counter.paid(order)
    assert counter.says(_heard(order, "failed")) == ""
    assert counter.says(_heard(order, state="rejected")) in ("ORDER_OPEN", "DOSSIER_HELD")


def test_cash_is_not_taken_for_what_the_portal_says_is_paid_until_the_platform_was_asked(counter: Counter) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference="ab" * 16)
    assert counter.says(CASH, seen=seen) == "PAYMENT_CLAIMED"


def test_who_could_not_see_what_the_portal_says_is_not_held_to_it(counter: Counter) -> None:
    counter.portal_says(payment="claimed", payment_reference="ab" * 16)
    assert counter.says(CASH) == "RECEIPT_NOT_LENT", "the desk was away; the number is another matter"


def test_what_the_platform_does_not_have_holds_nothing(counter: Counter) -> None:
    seen, order = counter.portal_says(payment="claimed", payment_reference="ab" * 16), uuid4()
    assert counter.says(OrderPlaced(order, "payment", FEE), seen=seen) == ""
    assert counter.says(CASH, seen=seen, dossier=counter.dossier) == "PAYMENT_OPEN"


@pytest.mark.parametrize("ends", [DECLINE, Discarded("rút")], ids=["declined", "given up"])
def test_no_draft_ends_while_its_fee_may_be_paid_and_nobody_let_go(counter: Counter, ends: Happening) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert counter.says(ends) == "PAYMENT_OPEN"


@pytest.mark.parametrize("ends", [DECLINE, Discarded("rút")], ids=["declined", "given up"])
@pytest.mark.parametrize("outcome", ["failed", "paid"])
def test_a_draft_ends_once_the_platform_said_what_came_of_it(counter: Counter, ends: Happening, outcome: str) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = outcome
    counter.orders.hear(order)
    assert counter.says(_heard(order, outcome)) == ""
    assert counter.says(ends) == ""
    back = owed_back(counter.office.dossier(counter.dossier))
    assert (back is not None) == (outcome == "paid"), "what was paid is to be given back"


def test_no_draft_is_declined_while_the_portal_says_that_it_is_paid_and_nobody_asked(counter: Counter) -> None:
    seen = counter.portal_says(payment="claimed", payment_reference="ab" * 16)
    assert counter.says(DECLINE, seen=seen) == "PAYMENT_CLAIMED"


def test_who_could_not_see_another_desks_order_declines_all_the_same(counter: Counter) -> None:
    other, order = Forger(counter.office, "Q02-A", "Q02"), counter.order()
    assert other.says(counter.dossier, OrderPlaced(order, "payment", FEE)).code == ""
    assert counter.says(DECLINE) == ""


def test_no_payment_is_ordered_for_a_draft_that_was_declined_without_a_fee(counter: Counter) -> None:
    other, seen, placed = Forger(counter.office, "Q02-A", "Q02"), counter.newest(), OrderPlaced(uuid4(), "payment", FEE)
    assert counter.says(DECLINE) == ""
    assert other.says(counter.dossier, placed, seen=seen).code == "", "it could not know"
    assert counter.says(OrderPlaced(uuid4(), "payment", FEE)) == "DOSSIER_CLOSED"


# ---- a desk that took cash without a line, by what it had heard


def test_cash_taken_for_what_had_failed_counts_although_the_old_link_was_paid_since(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = "failed"
    counter.orders.hear(order)
    seen = counter.newest()
    counter.paid(order)
    assert PaymentNews(counter.office.database, counter.office.register, _later).write_due() == 1
    assert counter.says(_heard(order, "failed"), seen=seen) == ""
    assert counter.says(CASH, seen=seen) == "RECEIPT_NOT_LENT", "the desk was away; the number is another matter"


def test_cash_is_not_taken_for_what_had_failed_by_who_knows_that_it_is_paid(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.platform.outcome = "failed"
    counter.orders.hear(order)
    assert counter.says(_heard(order, "failed")) == ""
    counter.paid(order)
    assert PaymentNews(counter.office.database, counter.office.register, _later).write_due() == 1
    assert counter.says(CASH, seen=counter.newest()) == "PAYMENT_OPEN"
