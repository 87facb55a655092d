"""What the portal says is paid after the office was done: central asks the platform by itself, and it is given back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import select

from clerk_app.central import late_claims, people, stations
from clerk_app.central.database import orders
from clerk_app.central.late_claims import LateClaims
from clerk_app.central.online import arrivals, station_of
from clerk_app.central.orders import Orders, Pace
from clerk_app.central.payment_news import OWN, PaymentNews
from clerk_app.central.people import PRACTICE_OFFICE
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.payment import HttpPaymentPlatform, Partner
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Dossier, FeeTaken, FieldsEntered
from clerk_app.domain.online import said_paid
from clerk_app.domain.paying import Claim, claimed, owed_back
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import Ordered, OrderHeard, OrderPlaced
from clerk_app.wire_orders import FeeLine, PaymentOrder
from tests.central.test_online import CODE, OTHER, World
from tests.central.test_online_again import PAPERS, Desk, accepted
from tests.peers.foreign import StandIn, stand_in

SECRET = (Path(__file__).parents[2] / "resources" / "practice" / "payment_secret.txt").read_text("utf-8").strip()
GIVEN = UUID(int=7)
OF_OTHER = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": UUID(int=8).hex}]
UNPRICED = [{"Gia": "0", "TrangThaiThanhToan": "1", "MaGiaoDich": GIVEN.hex}]
PAID = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": GIVEN.hex}]


class Late(World):
    """A central that is joined to a portal and a payment platform."""

    def __init__(self, folder: Path, portal: StandIn, platform: StandIn) -> None:
        super().__init__(folder, portal)
        self.pays = Line(platform.url, 2)
        self.url = platform.url
        self.platform = HttpPaymentPlatform(self.pays, Partner("THUC-HANH", SECRET), lambda: self.now)
        self.orders = Orders(self.database, {"payment": self.platform}, lambda: self.now, Pace())

    def asked(self) -> int:
        """By one more process."""
        return self.process().ask_due()

    def process(self) -> LateClaims:
        return LateClaims(self.database, self.register, self.orders, self.platform, lambda: self.now)

    def paid(self) -> None:
        fee = FeeLine("2", "GPLX", "Lệ phí", 115_000)
        asked = PaymentOrder("portal", "3.000347", "Đổi giấy phép lái xe", 115_000, [fee], "TRẦN MINH QUÂN")
        self.platform.send(*self.platform.message(GIVEN, asked, self.now))
        said = {"MaThamChieu": GIVEN.hex, "TrangThaiGD": 1}
        with requests.post(f"{self.url}/pay", json=said, timeout=5) as reply:
            assert reply.ok

    def claims(self, fees: Sequence[dict[str, str]] = PAID) -> None:
        self.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat="20261130103000", DanhSachLePhi=fees)
        self.online.fetch()

    def rows(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            return [(row.reference, row.outcome) for row in connection.execute(select(orders))]


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Late]:
    with stand_in("national_portal") as portal, stand_in("payment_platform") as platform:
        made = Late(tmp_path, portal, platform)
        try:
            yield made
        finally:
            made.line.close()
            made.pays.close()
            made.database.close()


CASH = FeeTaken("0000001", 115_000, "cash", 115_000, 0)
DECLINE = StepTaken("decline", "registered", "not-accepted", "stopped", True, "Thiếu tuổi", "NĐ 61/2018/NĐ-CP art.17")


def asked_and_told(late: Late) -> tuple[Dossier, Ordered]:
    """It was paid: asked about once, and the answer stands in the dossier as to be given back."""
    late.paid()
    assert [late.asked(), late.asked()] == [1, 0]
    assert late.orders.try_due() == 1
    assert late.rows() == [(GIVEN.hex, "paid")]
    late.now += timedelta(minutes=2)
    assert PaymentNews(late.database, late.register, lambda: late.now).write_due() == 1
    (one,) = late.dossiers()
    back = owed_back(one)
    assert back is not None
    return one, back


@pytest.mark.parametrize("ends", ["accepted", "declined"])
def test_it_is_asked_about_once_and_given_back(late: Late, ends: str) -> None:
    if ends == "accepted":
        desk, _ = accepted(late)
        desk.wrote(late.dossiers()[0].id, CASH)
    else:
        late.citizens.send(CODE, papers=PAPERS)
        late.online.fetch()
        Desk(late).wrote(late.dossiers()[0].id, DECLINE)
    assert late.asked() == 0, "nothing is claimed"
    late.claims()
    (one,) = late.dossiers()
    assert said_paid(one) == "claimed"
    one, back = asked_and_told(late)
    assert (back.placed.reference, claimed(one)) == (GIVEN.hex, None)
    assert late.asked() == 0


@pytest.mark.parametrize("ends", ["accepted", "declined"])
def test_it_is_asked_about_where_the_portal_tells_no_amount(late: Late, ends: str) -> None:
    """By the fee that was taken; where none was, by the only one that the law knows."""
    if ends == "accepted":
        desk, _ = accepted(late)
        desk.wrote(late.dossiers()[0].id, CASH)
    else:
        late.citizens.send(CODE, papers=PAPERS, DanhSachLePhi=[])
        late.online.fetch()
        Desk(late).wrote(late.dossiers()[0].id, DECLINE)
    late.claims(UNPRICED)
    (one,) = late.dossiers()
    assert (one.text("portal.fee_vnd"), said_paid(one)) == ("", "claimed")
    _, back = asked_and_told(late)
    assert (back.placed.reference, back.placed.amount_vnd) == (GIVEN.hex, 115_000)


def test_a_draft_is_left_to_its_desk(late: Late) -> None:
    late.citizens.send(CODE, papers=PAPERS)
    late.claims()
    assert (late.asked(), late.rows()) == (0, [])


def test_what_a_desk_asks_about_is_not_asked_about_again(late: Late) -> None:
    """The question of a process that died behind its entry is taken up under the same id."""
    desk, _ = accepted(late)
    desk.wrote(late.dossiers()[0].id, CASH)
    late.claims()
    placed = Orders.place

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    Orders.place = dies  # type: ignore[method-assign, assignment]
    try:
        with pytest.raises(KeyboardInterrupt):
            late.asked()
    finally:
        Orders.place = placed  # type: ignore[method-assign]
    assert late.asked() == 1
    (one,) = late.dossiers()
    assert len(one.orders) == 1
    with late.database.read() as connection:
        assert connection.execute(select(orders.c.id)).scalar() == one.orders[0].placed.order


@pytest.mark.parametrize("dead", ["over", "of another amount"])
def test_a_question_of_which_nothing_can_come_is_asked_anew(late: Late, dead: str) -> None:
    """A desk asked before the platform was joined, or before the portal told the amount."""
    desk, dossier = accepted(late)
    late.claims()
    it = uuid4()
    desk.wrote(dossier, OrderPlaced(it, "payment", 115_000 if dead == "over" else 100_000, GIVEN.hex))
    if dead == "over":
        desk.wrote(dossier, OrderHeard(it, "rejected", late.now, cause="SYSTEM_NOT_JOINED"))
    desk.wrote(dossier, CASH)
    late.paid()
    assert [late.asked(), late.asked()] == [1, 0]
    assert late.orders.try_due() == 1
    assert late.rows() == [(GIVEN.hex, "paid")]


def test_it_is_asked_about_when_the_word_of_the_desk_comes_days_later(late: Late) -> None:
    """It declined on Friday without a line; what it wrote arrives on Monday."""
    late.citizens.send(CODE, papers=PAPERS)
    late.claims()
    late.now += timedelta(days=3)
    assert late.asked() == 0
    Desk(late).wrote(late.dossiers()[0].id, DECLINE)
    assert late.asked() == 1


@pytest.mark.parametrize(("days", "asked"), [(29, 1), (31, 0)])
def test_a_central_that_never_looked_looks_back_a_month(late: Late, days: int, asked: int) -> None:
    desk, dossier = accepted(late)
    late.claims()
    desk.wrote(dossier, CASH)
    late.now += timedelta(days=days)
    assert late.asked() == asked


def test_one_that_looked_goes_on_where_it_stopped(late: Late) -> None:
    late.citizens.send(CODE, papers=PAPERS)
    late.claims()
    assert late.asked() == 0, "a draft"
    Desk(late).wrote(late.dossiers()[0].id, DECLINE)
    late.now += timedelta(days=90)
    assert [late.asked(), late.asked()] == [1, 0], "it stood still for as long as that"


@pytest.mark.parametrize(("code", "again"), [("DATABASE_AWAY", 1), ("PAYMENT_CLAIMED", 0)])
def test_it_is_asked_about_again_where_only_the_database_was_away(
    late: Late, monkeypatch: pytest.MonkeyPatch, code: str, again: int
) -> None:
    desk, dossier = accepted(late)
    late.claims()
    desk.wrote(dossier, CASH)
    process, words = late.process(), Words("không", "no")

    def refuses(*_: object) -> None:
        raise Refusal(code, words, words)

    with monkeypatch.context() as patch:
        patch.setattr(Orders, "place", refuses)
        assert [process.ask_due(), process.ask_due()] == [0, 0], "the first one wrote the question into the dossier"
    assert process.ask_due() == again


@pytest.mark.parametrize("anew", [False, True])
def test_it_is_asked_about_once_the_account_is_open_again(late: Late, anew: bool) -> None:
    """However long that takes, and whether central was started anew meanwhile."""
    desk, dossier = accepted(late)
    late.claims()
    desk.wrote(dossier, CASH)
    OWN.made(late.database, PRACTICE_OFFICE, late.now)
    who, process = OWN.person(PRACTICE_OFFICE), late.process()
    people.revoke(late.database, who, late.now)
    written = len(late.entries())
    assert [process.ask_due(), process.ask_due(), len(late.entries()) - written] == [0, 0, 0]
    late.now += timedelta(days=90)
    people.restore(late.database, who, late.now)
    if anew:
        process = late.process()
    assert [process.ask_due(), process.ask_due()] == [1, 0]


def test_a_question_that_was_refused_is_not_written_again_with_every_entry(late: Late) -> None:
    desk, dossier = accepted(late)
    late.claims()
    desk.wrote(dossier, CASH)
    OWN.made(late.database, PRACTICE_OFFICE, late.now)
    people.set_roles(late.database, OWN.person(PRACTICE_OFFICE), ["reminder"], late.now)
    process = late.process()
    assert process.ask_due() == 0
    written = len(late.entries())
    desk.wrote(dossier, FieldsEntered({"applicant.phone": "0900000001"}, "identity"))
    assert [process.ask_due(), len(late.entries()) - written - 1] == [0, 0]


def test_a_revoked_station_stops_neither_the_asking_nor_the_portal(late: Late) -> None:
    desk, dossier = accepted(late)
    late.claims()
    desk.wrote(dossier, CASH)
    OWN.made(late.database, PRACTICE_OFFICE, late.now)
    for code in (OWN.station(PRACTICE_OFFICE), station_of(PRACTICE_OFFICE)):
        stations.revoke(late.database, code, late.now)
    assert late.asked() == 0
    late.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat="20261130120000", SoDienThoai="0911111111")
    assert late.online.fetch().problem == ""
    (one,) = arrivals(late.database)
    assert (one.office, one.dossier, one.state) == (PRACTICE_OFFICE, dossier, "refused")


def test_a_dossier_that_fails_stops_no_other(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, dossier = accepted(late)
    late.claims()
    late.citizens.send(OTHER, person=2, sent_at="20261130140000", papers=PAPERS, DanhSachLePhi=OF_OTHER)
    late.now += timedelta(hours=6)
    late.online.fetch()
    (other,) = [one.id for one in late.dossiers() if one.id != dossier]
    desk.wrote(dossier, CASH)
    desk.wrote(other, DECLINE)
    process, known = late.process(), claimed

    def fails(state: Dossier) -> Claim | None:
        if state.id == dossier:
            raise ZeroDivisionError
        return known(state)

    with monkeypatch.context() as patch:
        patch.setattr(late_claims, "claimed", fails)
        assert process.ask_due() == 1, "the other one's"
    assert process.ask_due() == 0, "not before there is something new"
    desk.wrote(dossier, FieldsEntered({"applicant.phone": "0900000001"}, "identity"))
    assert process.ask_due() == 1
