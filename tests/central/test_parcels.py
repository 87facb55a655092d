"""What a desk says of a parcel counts where the post said the same to central, and never otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import requests

from clerk_app import wire
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.parcels import check_not_posted
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.post import Customer, HttpPost
from clerk_app.central.rules import Judge
from clerk_app.domain.dossier import Dossier, Entry, after
from clerk_app.domain.handing import CardArrived, PostOrdered, PostOutcome, PostTold
from clerk_app.domain.parcels import outcome_of
from clerk_app.domain.refusals import Refusal
from clerk_app.wire_orders import PostAddress, PostOrder
from tests.central.test_steps import LAW, NOW, RULES, STATION, stands
from tests.peers.foreign import StandIn, stand_in

HERE = PostAddress("PC08", "02400000000", "Số 258, đường Võ Chí Công", "Phường Xuân La", "Thành phố Hà Nội")
THERE = PostAddress("TRẦN MINH QUÂN", "0900000001", "Số 12, phố Hàng Bông", "Phường Hoàn Kiếm", "Thành phố Hà Nội")
PARCEL = PostOrder("G01.801.308-261129-000001", HERE, THERE, "Giấy phép lái xe")


@dataclass
class Counter:
    """A dossier whose card was given to the post, and everybody who has a word in it."""

    database: Database
    orders: Orders
    post: StandIn
    http: HttpPost
    dossier: Dossier
    order: UUID

    def says(self, what: PostTold) -> str:
        """The code with which central refuses a desk that says so; empty where it does not."""
        user = wire.User("somebody", "Người Thử", ["officer", "clerk"], "PC08-HN")
        with self.database.read() as connection:
            judge = Judge(connection, STATION, False, LAW, LAW.roles(NOW), NOW, {user.id: (user, True)})
            entry = Entry(uuid4(), self.dossier.id, what, user.id, NOW)
            try:
                judge.judge(entry, self.dossier, lambda: self.dossier)
            except Refusal as refusal:
                return refusal.code
        return ""

    def told(self, outcome: PostOutcome, status: str = "") -> PostTold:
        return PostTold(self.order, outcome, "", status)

    def moved(self, status: str) -> None:
        """The post says so of it, and central heard that."""
        said = {"OrderNumber": self.order.hex, "Status": status}
        with requests.post(f"{self.post.url}/move", json=said, timeout=5) as reply:
            assert reply.ok
        self.orders.hear(self.order)

    def another(self, *story: PostTold) -> str:
        """The code with which a second parcel of the dossier is refused."""
        entries = [Entry(uuid4(), self.dossier.id, one, "somebody", NOW) for one in story]
        with self.database.read() as connection:
            try:
                check_not_posted(connection, uuid4(), self.dossier.id, entries, RULES.settings)
            except Refusal as refusal:
                return refusal.code
        return ""


@pytest.fixture(scope="module")
def post() -> Iterator[StandIn]:
    with stand_in("public_post") as made:
        yield made


@pytest.fixture
def counter(tmp_path: Path, post: StandIn) -> Iterator[Counter]:
    database, line = open_database(database_url(tmp_path), practice=False), Line(post.url, 2)
    http = HttpPost(line, Customer("THUC-HANH"))
    made = Orders(database, {"post": http}, lambda: NOW, ended=_ended)
    dossier, order = stands("ready"), uuid4()
    for what in (CardArrived(uuid4(), "code"), PostOrdered(order), PostTold(order, "sent")):
        dossier = after(dossier, Entry(uuid4(), dossier.id, what, "somebody", NOW))
    reference, body = http.message(order, PARCEL)
    made.place(Placed(order, "post", reference, b"asked", body, dossier.id), "somebody", STATION)
    assert made.try_one(order)
    yield Counter(database, made, post, http, dossier, order)
    line.close()
    database.close()


def _ended(system: str, outcome: str) -> bool:
    return outcome_of(outcome, RULES.settings) is not None


@pytest.mark.parametrize(("outcome", "word"), [("delivered", "DA_PHAT"), ("returned", "CHUYEN_HOAN")])
def test_a_parcel_is_at_its_end_when_the_post_said_so_to_central(
    counter: Counter, outcome: PostOutcome, word: str
) -> None:
    assert counter.says(counter.told(outcome, word)) == "POST_UNKNOWN", "the post has only taken it"
    counter.moved("DANG_PHAT")
    assert counter.says(counter.told(outcome, word)) == "POST_UNKNOWN"

    counter.moved(word)
    other: PostOutcome = "returned" if outcome == "delivered" else "delivered"
    assert counter.says(counter.told(other, word)) == "POST_UNKNOWN"
    assert counter.says(counter.told(outcome, word)) == ""


def test_an_end_that_central_heard_is_not_taken_back_by_a_later_word(counter: Counter) -> None:
    """The desk that heard it says so when it has a line again."""
    counter.moved("CHUYEN_HOAN")
    counter.moved("VE_BUU_CUC")
    assert counter.says(counter.told("returned", "CHUYEN_HOAN")) == ""


@pytest.mark.parametrize("outcome", ["delivered", "returned", "rejected"])
def test_no_second_parcel_by_a_desks_word_alone(counter: Counter, outcome: PostOutcome) -> None:
    assert counter.another(counter.told(outcome)) == "POST_TWICE"
    counter.moved("CHUYEN_HOAN")
    assert counter.another(counter.told("returned")) == ""
