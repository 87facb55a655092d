"""What a desk says of a parcel counts where the post said the same to central, and never otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import insert, select, update

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, entries, messages, milliseconds, open_database, orders
from clerk_app.central.given_answers import note_forgotten
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.parcels import ask_anew, check_not_posted
from clerk_app.central.register import Register
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.post import Customer, HttpPost
from clerk_app.central.rules import Elsewhere, Judge
from clerk_app.domain.contact import ContactGiven
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Dossier, Entry, Happening, after
from clerk_app.domain.handing import CardArrived, PostOrdered, PostOutcome, PostTold
from clerk_app.domain.parcels import is_over, outcome_of
from clerk_app.domain.refusals import Refusal
from clerk_app.wire_orders import PostAddress, PostOrder
from tests.central.test_exceptions import Forger
from tests.central.test_steps import LAW, NOW, RULES, STATION, stands
from tests.peers.counter import opened
from tests.peers.foreign import StandIn, stand_in
from tests.peers.two_desks import OFFICE, Office

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
    moments: list[datetime]
    """The last is now."""

    def says(self, what: PostTold | StepTaken, *unseen: Happening) -> str:
        """The code with which central refuses a desk that says so, and that had not seen this of others; empty where it
        does not.
        """
        user = wire.User("somebody", "Người Thử", ["officer", "clerk"], "PC08-HN")
        with self.database.read() as connection:
            judge = Judge(connection, STATION, False, LAW, LAW.roles(NOW), NOW, {user.id: (user, True)})
            entry = Entry(uuid4(), self.dossier.id, what, user.id, NOW)
            try:
                meanwhile = tuple(Entry(uuid4(), self.dossier.id, one, user.id, NOW) for one in unseen)
                judge.judge(entry, self.dossier, lambda: self.dossier, Elsewhere(meanwhile))
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

    def another(self, *story: Happening) -> str:
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
    http, moments = HttpPost(line, Customer("THUC-HANH")), [NOW]
    made = Orders(database, {"post": http}, lambda: moments[-1], ended=_ended, returned=_returned)
    dossier, order = stands("ready"), uuid4()
    for what in (CardArrived(uuid4(), "code"), PostOrdered(order), PostTold(order, "sent")):
        dossier = after(dossier, Entry(uuid4(), dossier.id, what, "somebody", NOW))
    reference, body = http.message(order, PARCEL)
    made.place(Placed(order, "post", reference, b"asked", body, dossier.id), "somebody", STATION)
    assert made.try_one(order)
    yield Counter(database, made, post, http, dossier, order, moments)
    line.close()
    database.close()


def _ended(system: str, outcome: str) -> bool:
    return is_over(outcome, RULES.settings)


def _returned(system: str, outcome: str) -> bool:
    return outcome_of(outcome, RULES.settings) == "returned"


@pytest.mark.parametrize(("outcome", "word"), [("delivered", "DA_PHAT"), ("returned", "CHUYEN_HOAN")])
def test_a_parcel_is_at_its_end_when_the_post_said_so_to_central(
    counter: Counter, outcome: PostOutcome, word: str
) -> None:
    assert counter.says(counter.told(outcome, word)) == "POST_AWAITED", "the post has only taken it"
    counter.moved("DANG_PHAT")
    assert counter.says(counter.told(outcome, word)) == "POST_AWAITED"

    counter.moved(word)
    other: PostOutcome = "returned" if outcome == "delivered" else "delivered"
    assert counter.says(counter.told(other, word)) == ("POST_UNKNOWN" if outcome == "delivered" else "POST_AWAITED")
    assert counter.says(counter.told(outcome, word)) == ""


def test_an_end_that_central_heard_is_not_taken_back_by_a_later_word(counter: Counter) -> None:
    """The desk that heard it says so when it has a line again."""
    counter.moved("CHUYEN_HOAN")
    counter.moved("VE_BUU_CUC")
    assert counter.says(counter.told("returned", "CHUYEN_HOAN")) == ""


def test_what_is_on_its_way_back_may_be_delivered_after_all(counter: Counter) -> None:
    counter.moved("CHUYEN_HOAN")
    returned = counter.told("returned", "CHUYEN_HOAN")
    assert counter.says(returned) == ""
    counter.dossier = after(counter.dossier, Entry(uuid4(), counter.dossier.id, returned, "somebody", NOW))
    counter.moved("DA_PHAT")
    assert counter.says(returned) == "", "another desk heard that in its time"
    delivered = counter.told("delivered", "DA_PHAT")
    assert counter.says(delivered) == ""
    counter.dossier = after(counter.dossier, Entry(uuid4(), counter.dossier.id, delivered, "somebody", NOW))
    assert counter.dossier.handing.state == "given"
    assert counter.says(counter.told("returned", "VE_BUU_CUC")) == "", "what came late is no news"
    counter.moved("CHUYEN_HOAN")
    assert counter.says(delivered) == "", "that it is with the citizen is the end"


def test_a_return_that_is_over_is_taken_back_by_no_later_word(counter: Counter) -> None:
    counter.moved("DA_CHUYEN_HOAN")
    counter.moved("DA_PHAT")
    assert counter.says(counter.told("delivered", "DA_PHAT")) == "POST_UNKNOWN"
    assert counter.says(counter.told("returned", "DA_CHUYEN_HOAN")) == ""


def test_behind_a_card_that_was_lost_and_made_anew_another_parcel_may_go(counter: Counter) -> None:
    begun, sent = PostOrdered(counter.order), counter.told("sent")
    anew = StepTaken("correct-misprint", "ready", "processing", "runs", reason="Bưu chính làm mất")
    assert counter.another(begun, sent) == "POST_TWICE"
    assert counter.another(begun, sent, anew) == ""
    assert counter.another(anew, begun, sent) == "POST_TWICE", "the parcel is of the new card"


@pytest.mark.parametrize("word", ["DA_PHAT", "VE_BUU_CUC"])
def test_what_was_on_its_way_back_before_such_moments_were_kept_stays_known(counter: Counter, word: str) -> None:
    """A row of an older central: the post's last word says it, no moment does."""
    counter.moved("CHUYEN_HOAN")
    with counter.database.write() as connection:
        connection.execute(update(orders).values(returned_ms=None))
        heard = connection.execute(select(orders.c.heard_ms)).scalar_one()
    counter.moved(word)
    assert counter.says(counter.told("returned", "CHUYEN_HOAN")) == ""
    assert counter.another(counter.told("returned")) == ""
    with counter.database.read() as connection:
        assert connection.execute(select(orders.c.returned_ms)).scalar_one() == heard


def test_when_a_parcel_was_brought_back_is_when_the_post_first_said_so(counter: Counter) -> None:
    found = []
    for word in ("CHUYEN_HOAN", "VE_BUU_CUC", "CHUYEN_HOAN"):
        counter.moved(word)
        counter.moments.append(counter.moments[-1] + timedelta(minutes=5))
        with counter.database.read() as connection:
            found.append(connection.execute(select(orders.c.returned_ms)).scalar_one())
    assert found == [milliseconds(NOW)] * 3


@pytest.mark.parametrize("outcome", ["delivered", "returned", "rejected"])
def test_no_second_parcel_by_a_desks_word_alone(counter: Counter, outcome: PostOutcome) -> None:
    assert counter.another(counter.told(outcome)) == "POST_TWICE"
    counter.moved("CHUYEN_HOAN")
    assert counter.another(counter.told("returned")) == ""


GIVEN = StepTaken("hand-over", "ready", "handed-over", "stopped", ends=True)


def test_what_two_desks_heard_of_the_post_is_no_news_the_second_time(counter: Counter) -> None:
    """Both write the post's word down, and the step that follows: nothing of the second is refused, nothing changes."""
    counter.moved("DA_PHAT")
    heard = counter.told("delivered", "DA_PHAT")
    assert counter.says(GIVEN) == "STEP_HANDING", "not before the post said so"
    for what in (heard, GIVEN):
        counter.dossier = after(counter.dossier, Entry(uuid4(), counter.dossier.id, what, "somebody", NOW))
    before = counter.dossier
    for what in (counter.told("sent"), heard, GIVEN):
        assert counter.says(what) == "", what
        again = after(before, Entry(uuid4(), before.id, what, "another", NOW + timedelta(minutes=9)))
        assert (again.handing, again.course, again.status) == (before.handing, before.course, before.status)
    assert counter.says(counter.told("returned", "CHUYEN_HOAN")) == "POST_UNKNOWN"
    assert counter.says(PostTold(uuid4(), "delivered")) == "POST_UNKNOWN"
    assert counter.says(replace(GIVEN, reason="khác")) == "STEP_NOT_FROM_HERE"


def test_the_citizen_is_told_once_of_what_two_desks_heard(tmp_path: Path) -> None:
    office, dossier, order = Office(tmp_path), uuid4(), uuid4()
    first, second = Forger(office), Forger(office, "Q02-A", "Q02")
    story: list[Happening] = [opened(), ContactGiven("0912345678"), CardArrived(uuid4(), "code"), PostOrdered(order)]
    told = PostTold(order, "sent", "", "DA_NHAN")
    _record(office, first, dossier, [*story, told])
    assert second.says(dossier, told, seen=0).accepted
    assert second.says(dossier, told, seen=99).accepted
    with office.database.read() as connection:
        assert connection.execute(select(messages)).all() == []
    office.close()


def _record(office: Office, desk: Forger, dossier: UUID, story: list[Happening]) -> None:
    """What this desk wrote, as central has it since before."""
    rows = []
    for what in story:
        entry = Entry(uuid4(), dossier, what, "clerk", hanoi_now())
        desk.chain.seal(wire.encode_entry(entry))
        one = desk.chain.sealed[-1]
        row = {"id": entry.id, "station": one.station, "n": one.n, "office": OFFICE, "dossier": dossier}
        row |= {"received_ms": 1, "accepted": True, "body": one.body}
        rows.append(row | {"previous": one.previous, "digest": one.digest, "signature": one.signature})
    with office.database.write() as connection:
        connection.execute(insert(entries), rows)


@dataclass
class Restored:
    """A central that was brought back to before the post said the end of a parcel, and a desk that tells it."""

    office: Office
    desk: Forger
    orders: Orders
    post: StandIn
    order: UUID
    told: list[wire.Sealed]

    def takes(self, now: datetime) -> str:
        """What it says to the desk; `recorded` where that is that it wrote all of it down."""
        return self._said(self.office.register, now)

    def by_hand(self, now: datetime) -> str:
        """What it says to a file of the desk: every time a process of its own takes it in."""
        here = self.office.register
        return self._said(Register(self.office.database, here.sheets, here.law, for_one_file=True), now)

    def _said(self, register: Register, now: datetime) -> str:
        try:
            answers = register.take(wire.Batch(self.told), self.desk.station, now).answers
        except Refusal as refusal:
            return refusal.code
        return answers[0].code or "recorded"

    def asks(self) -> int:
        """Central does what its time has come for."""
        return self.orders.try_due(5)


@pytest.fixture
def restored(tmp_path: Path, post: StandIn) -> Iterator[Restored]:
    office, line, dossier, order = Office(tmp_path), Line(post.url, 2), uuid4(), uuid4()
    first, desk, http = Forger(office), Forger(office, "Q02-A", "Q02"), HttpPost(line, Customer("THUC-HANH"))
    made = Orders(office.database, {"post": http}, hanoi_now, ended=_ended, returned=_returned)
    _record(
        office, first, dossier, [opened(), CardArrived(uuid4(), "code"), PostOrdered(order), PostTold(order, "sent")]
    )
    reference, body = http.message(order, PARCEL)
    made.place(Placed(order, "post", reference, b"asked", body, dossier), "clerk", desk.station)
    assert made.try_one(order)
    heard = Entry(uuid4(), dossier, PostTold(order, "delivered", "", "DA_PHAT"), "clerk", hanoi_now(), 99)
    desk.chain.seal(wire.encode_entry(heard))
    yield Restored(office, desk, made, post, order, desk.chain.sealed[-1:])
    line.close()
    office.close()


def moved(at: Restored, status: str) -> None:
    said = {"OrderNumber": at.order.hex, "Status": status}
    with requests.post(f"{at.post.url}/move", json=said, timeout=5) as reply:
        assert reply.ok


def test_a_restored_central_asks_the_post_before_it_says_that_a_parcel_was_never_delivered(restored: Restored) -> None:
    moved(restored, "DA_PHAT")
    assert restored.takes(hanoi_now()) == "POST_AWAITED", "nothing is recorded: the desk comes again"
    assert restored.takes(hanoi_now()) == "POST_AWAITED"
    assert restored.asks() == 1
    assert restored.takes(hanoi_now()) == "recorded"


def test_what_the_post_denies_when_it_is_asked_is_refused(restored: Restored) -> None:
    moved(restored, "DANG_PHAT")
    assert restored.takes(hanoi_now()) == "POST_AWAITED"
    assert restored.asks() == 1
    assert restored.takes(hanoi_now()) == "POST_UNKNOWN"


def test_by_hand_too_a_restored_central_asks_the_post_first(restored: Restored) -> None:
    moved(restored, "DA_PHAT")
    assert restored.by_hand(hanoi_now()) == "POST_AWAITED"
    assert restored.asks() == 1
    assert restored.by_hand(hanoi_now()) == "recorded"


def test_by_hand_what_the_post_is_silent_about_holds_back_no_second_file(restored: Restored) -> None:
    assert restored.by_hand(hanoi_now()) == "POST_AWAITED"
    silent = Orders(restored.office.database, {}, hanoi_now, ended=_ended, returned=_returned)
    assert silent.try_due(5) == 1
    assert restored.by_hand(hanoi_now()) == "POST_UNKNOWN"


def test_by_hand_what_was_before_central_was_brought_back_is_no_answer_of_the_post(restored: Restored) -> None:
    """It was silent when it was last asked, and said a word that a desk with a slow clock has heard since."""
    database, now = restored.office.database, hanoi_now()
    row = {"cause": "UNREACHABLE", "heard_ms": milliseconds(now + timedelta(minutes=1))}
    row["due_ms"] = milliseconds(now - timedelta(hours=3))
    with database.write("orders") as connection:
        connection.execute(update(orders).values(row))
    until = now + timedelta(minutes=2)
    note_forgotten(database, now - timedelta(hours=4), until)
    ask_anew(database, until)
    moved(restored, "DA_PHAT")
    assert restored.by_hand(until) == "POST_AWAITED"
    late = Orders(database, restored.orders.systems, lambda: until, ended=_ended, returned=_returned)
    assert late.try_due(5) == 1
    assert restored.by_hand(until + timedelta(seconds=5)) == "recorded"


def test_by_hand_a_word_that_is_no_end_is_the_posts_answer(restored: Restored) -> None:
    assert restored.by_hand(hanoi_now()) == "POST_AWAITED"
    moved(restored, "DANG_PHAT")
    assert restored.asks() == 1
    assert restored.by_hand(hanoi_now()) == "POST_UNKNOWN"


def test_by_hand_nobody_is_held_back_for_long_where_the_post_is_never_asked(restored: Restored) -> None:
    began = hanoi_now()
    assert restored.by_hand(began) == "POST_AWAITED"
    assert restored.by_hand(began + timedelta(minutes=10)) == "POST_AWAITED"
    assert restored.by_hand(began + timedelta(minutes=20)) == "POST_UNKNOWN"
