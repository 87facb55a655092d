"""What a desk may have ordered, held against what central has of the dossier: for which, for how much, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import submissions
from clerk_app.central.order_claims import check_new
from clerk_app.central.orders import Orders, Pace, Placed
from clerk_app.central.register import story_of
from clerk_app.domain.dossier import Discarded, Happening, replay
from clerk_app.domain.handing import Handing
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.wire_orders import (
    FeeLine,
    Order,
    OrderAsked,
    PaymentOrder,
    PortalStep,
    PortalSync,
    PostAddress,
    PostOrder,
)
from tests.central.test_exceptions import Forger
from tests.peers.counter import opened
from tests.peers.two_desks import Office

CODE = "T-1"
"""The code of the dossiers that `opened` opens."""
PLACE = PostAddress("TRẦN MINH QUÂN", "0900000001", "Số 12, phố Hàng Bông", "Phường Hoàn Kiếm", "Thành phố Hà Nội")


def payment(amount: int = 115_000, code: str = CODE) -> PaymentOrder:
    fee = FeeLine("2", "GPLX", "Lệ phí", amount)
    return PaymentOrder(code, "3.000347", "Đổi giấy phép lái xe", amount, [fee], "TRẦN MINH QUÂN")


def parcel(code: str = CODE) -> PostOrder:
    return PostOrder(code, PLACE, PLACE, "Giấy phép lái xe")


def step(code: str = CODE) -> PortalStep:
    return PortalStep(code, "Nguyễn Lan", "Cán bộ", "PC08", "Tiếp nhận", 4, hanoi_now())


def whole(code: str = CODE) -> PortalSync:
    return PortalSync(code, "3.000347", "Đổi giấy phép lái xe", "TRẦN MINH QUÂN", "PC08", 2, hanoi_now())


@dataclass
class Counter:
    """A desk that writes what it likes into one dossier, and asks for what it likes."""

    office: Office
    forger: Forger
    dossier: UUID

    def says(self, what: Happening, dossier: UUID | None = None) -> str:
        return self.forger.says(dossier or self.dossier, what).code

    def asks(
        self, order: Order, it: UUID | None = None, dossier: UUID | None = None, handing: Handing | None = None
    ) -> str:
        """Why a new order is not made; with `handing` of a dossier whose result is ready and stands so."""
        asked, now = OrderAsked(it or uuid4(), order, "clerk", dossier or self.dossier), hanoi_now()
        try:
            with self.office.database.read() as connection:
                story = story_of(connection, asked.dossier)
                known = replay(story) if story else None
                if known is not None and handing is not None:
                    known = replace(known, handing=handing, course=replace(known.course, state="ready"))
                check_new(connection, asked, known, story, self.office.register.law, now)
        except Refusal as refusal:
            return refusal.code
        return ""

    def placed(self, system: str, dossier: UUID) -> UUID:
        """An order that central has."""
        it = uuid4()
        orders = Orders(self.office.database, {}, hanoi_now, Pace())
        orders.place(Placed(it, system, it.hex, b"asked", b"{}", dossier, "115000"), "clerk", self.forger.station)
        return it


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    office = Office(tmp_path)
    made = Counter(office, Forger(office), uuid4())
    assert made.says(opened()) == ""
    yield made
    office.close()


def test_a_payment_is_for_its_own_dossier_and_a_fee_of_the_law(counter: Counter) -> None:
    assert counter.asks(payment()) == ""
    assert counter.asks(payment(code="T-2")) == "ORDER_DOSSIER"
    assert counter.asks(payment(115_001)) == "ORDER_AMOUNT"
    it = uuid4()
    assert counter.says(OrderPlaced(it, "payment", 50_000)) == ""
    assert counter.asks(payment(), it) == "ORDER_AMOUNT", "the desk itself wrote down another one"


def test_nothing_is_paid_for_a_dossier_that_was_given_up(counter: Counter) -> None:
    assert counter.says(Discarded("rút hồ sơ")) == ""
    assert counter.asks(payment()) == "DOSSIER_CLOSED"


@pytest.mark.parametrize("heard_of", [True, False])
def test_no_dossier_has_two_payments_or_two_parcels(counter: Counter, heard_of: bool) -> None:
    """Also one that central has not heard of yet: what is ordered for it stands at central."""
    dossier = counter.dossier if heard_of else uuid4()
    counter.placed("payment", dossier)
    assert counter.asks(payment(), dossier=dossier) == "PAYMENT_OPEN"
    counter.placed("post", dossier)
    assert counter.asks(parcel(), dossier=dossier) == "POST_TWICE"


def test_of_a_dossier_that_central_has_not_heard_of_the_law_of_today_says_what_a_fee_is(counter: Counter) -> None:
    assert counter.asks(payment(), dossier=uuid4()) == ""
    assert counter.asks(payment(1), dossier=uuid4()) == "ORDER_AMOUNT"


def test_what_was_written_down_as_rejected_is_not_made_later(counter: Counter) -> None:
    """The answer was lost on the way there: the desk heard of no order, took cash, and then the order comes."""
    it = uuid4()
    assert counter.says(OrderPlaced(it, "payment", 115_000)) == ""
    assert counter.asks(payment(), it) == ""
    assert counter.says(OrderHeard(it, "rejected", hanoi_now(), cause="ROLE_MISSING")) == ""
    assert counter.asks(payment(), it) == "ORDER_OVER"
    assert counter.asks(payment()) == "", "another one may be made"


def test_no_result_is_posted_that_is_not_here(counter: Counter) -> None:
    assert counter.asks(parcel()) == "CARD_NOT_HERE"


@pytest.mark.parametrize("state", ["here", "posting"])
def test_a_parcel_is_the_one_that_the_desk_wrote_down(counter: Counter, state: str) -> None:
    """While the desk's own word is on its way the card must be here; once it came, it names the parcel."""
    it, other = uuid4(), uuid4()
    handing = Handing(state=state, order=it if state == "posting" else None)  # type: ignore[arg-type]
    found = {order: counter.asks(parcel(), order, handing=handing) for order in (it, other)}
    assert found == {it: "", other: "" if state == "here" else "CARD_NOT_HERE"}


def test_no_desk_tells_the_portal_anything(counter: Counter) -> None:
    """Neither of its own dossiers nor of another's: central does, of what it accepted."""
    for code in (CODE, "G01.801.308-261129-000001"):
        assert counter.asks(step(code)) == "ORDER_BY_CENTRAL"
        assert counter.asks(whole(code)) == "ORDER_BY_CENTRAL"
    assert counter.asks(step(), dossier=uuid4()) == "ORDER_BY_CENTRAL"


def test_no_desk_opens_a_dossier_under_a_code_of_the_portal(counter: Counter) -> None:
    """By it the portal would be told, as of the citizen's own dossier, what becomes of this one."""
    sent, strange = "G01.801.308-261129-000002", "H26.55.301-261129-000001"
    arrived(counter.office, sent)
    for code, channel in ((sent, "online"), (sent, "counter"), (strange, "online")):
        assert counter.says(opened(local_code=code, channel=channel), uuid4()) == "CODE_PORTAL", (code, channel)
    assert counter.says(opened(local_code="Q01-261129-0001", channel="online"), uuid4()) == "", "assisted entry"
    assert counter.says(opened(local_code="Q01-261129-0002"), uuid4()) == ""


def arrived(office: Office, code: str) -> None:
    """A citizen sent this."""
    row = {"code": code, "office": "PC08-HN", "dossier": uuid4(), "sent_ms": 1, "changed_ms": 1, "arrived_ms": 1}
    with office.database.write("submissions") as connection:
        connection.execute(insert(submissions), row | {"digest": bytes(32), "state": "taken", "cause": ""})
