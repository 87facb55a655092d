"""The end of a payment becomes an entry by itself: once, by whoever is first, and every desk hears of it."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from clerk_app.catalogue.pack import load
from clerk_app.central import own_stations, people, stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import entries, orders
from clerk_app.central.law import PackedLaw
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.parts import Parts
from clerk_app.central.payment_news import OWN, PATIENCE_S, PaymentNews
from clerk_app.central.register import Register, story_of
from clerk_app.central.sending import keep_telling
from clerk_app.domain.dossier import Entry, FeeTaken, RefusalSettled
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from tests.central.test_foreign_claims import FEE, Counter, Platform, _heard, counter
from tests.desk.conftest import _empty_store
from tests.peers.counter import opened
from tests.peers.deciding import decided
from tests.peers.pack import copy_of_pack, public_key, sign_again
from tests.peers.two_desks import Joined, Office

__all__ = ["_empty_store", "counter"]


def news(office: Office, later_s: float = PATIENCE_S + 1) -> PaymentNews:
    """One process of central, so much later."""
    return PaymentNews(office.database, office.register, lambda: hanoi_now() + timedelta(seconds=later_s))


def told(counter: Counter) -> list[tuple[str, str, str]]:
    """Every word about a payment in the story: by whom, state and outcome."""
    with counter.office.database.read() as connection:
        story = story_of(connection, counter.dossier)
    return [(one.who, one.what.state, one.what.outcome) for one in story if isinstance(one.what, OrderHeard)]


PLATFORM = OWN.person("PC08-HN")


def test_what_is_paid_is_written_once_whoever_looks_and_however_often(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    first, second = news(counter.office), news(counter.office)
    assert first.write_due() == 0, "nobody paid"
    counter.paid(order)
    assert news(counter.office, 1).write_due() == 0, "a desk that asked has time to bring its own word"
    assert [one.write_due() for one in (first, second, first, news(counter.office))] == [1, 0, 0, 0]
    assert told(counter) == [(PLATFORM, "done", "paid")]
    state = counter.office.dossier(counter.dossier)
    assert (state.orders[0].paid, state.fee) == (True, None), "no fee is taken by it"
    with counter.office.database.read() as connection:
        assert connection.execute(select(orders.c.told_ms)).scalar() is not None


@pytest.mark.parametrize("end", ["failed", "rejected"])
def test_what_comes_to_nothing_is_written_too(counter: Counter, end: str) -> None:
    counter.platform.rejects = end == "rejected"
    counter.platform.outcome = "failed" if end == "failed" else "pending"
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert [news(counter.office).write_due() for _ in range(2)] == [1, 0]
    assert told(counter) == [(PLATFORM, *(("done", "failed") if end == "failed" else ("rejected", "")))]
    assert counter.office.dossier(counter.dossier).orders[0].over


def test_a_failure_that_is_paid_since_is_told_again(counter: Counter) -> None:
    counter.platform.outcome = "failed"
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    one = news(counter.office)
    assert one.write_due() == 1
    counter.paid(order)
    assert [one.write_due(), one.write_due()] == [1, 0]
    assert [outcome for _, _, outcome in told(counter)] == ["failed", "paid"]
    counter.orders.hear(order)
    assert one.write_due() == 0, "heard once more, it is no other end"


def test_the_word_of_a_desk_that_was_sooner_counts(counter: Counter) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.paid(order)
    assert counter.says(_heard(order, "paid")) == ""
    assert news(counter.office).write_due() == 0
    assert told(counter) == [("clerk", "done", "paid")]


def test_an_order_whose_dossier_does_not_name_it_yet_waits(counter: Counter) -> None:
    order = counter.order()
    counter.paid(order)
    one = news(counter.office)
    assert one.write_due() == 0
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    assert [one.write_due(), one.write_due()] == [1, 0]
    assert told(counter) == [(PLATFORM, "done", "paid")]


def test_a_law_that_knows_of_no_such_role_is_not_broken(counter: Counter, tmp_path: Path) -> None:
    order = counter.order()
    assert counter.says(OrderPlaced(order, "payment", FEE)) == ""
    counter.paid(order)
    pack = copy_of_pack(tmp_path)
    with (pack / "roles.csv").open(encoding="utf-8", newline="") as file:
        kept = [row for row in csv.reader(file) if row[0] != OWN.role]
    with (pack / "roles.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(kept)
    sign_again(pack)
    office = counter.office
    register = Register(office.database, office.sheets, PackedLaw(load(pack, [public_key()])))
    assert PaymentNews(office.database, register, lambda: hanoi_now() + timedelta(minutes=2)).write_due() == 0
    assert told(counter) == []


# ---- what stands in its way


def marked(counter: Counter) -> list[int | None]:
    """For each order when it was told."""
    with counter.office.database.read() as connection:
        return list(connection.execute(select(orders.c.told_ms).order_by(orders.c.placed_ms)).scalars())


def refused(counter: Counter) -> list[UUID]:
    """What was refused of all that central itself wrote."""
    mine = (entries.c.station == OWN.station("PC08-HN")) & ~entries.c.accepted
    with counter.office.database.read() as connection:
        return list(connection.execute(select(entries.c.id).where(mine)).scalars())


def written(counter: Counter) -> list[UUID]:
    """What was accepted of it."""
    mine = (entries.c.station == OWN.station("PC08-HN")) & entries.c.accepted
    with counter.office.database.read() as connection:
        return list(connection.execute(select(entries.c.id).where(mine)).scalars())


def end(counter: Counter, dossier: UUID | None = None) -> UUID:
    """A payment that is paid, of which the dossier has not heard."""
    order = counter.order(dossier)
    assert counter.says(OrderPlaced(order, "payment", FEE), dossier=dossier) == ""
    counter.paid(order)
    counter.platform.outcome = "pending"
    return order


def test_it_is_told_once_the_account_is_open_again(counter: Counter) -> None:
    end(counter)
    database, one = counter.office.database, news(counter.office)
    OWN.made(database, "PC08-HN", hanoi_now())
    people.revoke(database, PLATFORM, hanoi_now())
    assert [one.write_due(), one.write_due()] == [0, 0]
    assert (marked(counter), refused(counter)) == ([None], [])
    people.restore(database, PLATFORM, hanoi_now())
    assert [one.write_due(), one.write_due()] == [1, 0]
    assert told(counter) == [(PLATFORM, "done", "paid")]


def test_what_is_refused_is_told_once_it_is_settled(counter: Counter) -> None:
    """Somebody gave the account another role."""
    end(counter)
    database, one = counter.office.database, news(counter.office)
    OWN.made(database, "PC08-HN", hanoi_now())
    people.set_roles(database, PLATFORM, ["reminder"], hanoi_now())
    assert [one.write_due(), one.write_due(), news(counter.office).write_due()] == [0, 0, 0]
    assert (marked(counter), len(refused(counter))) == ([None], 1), "nothing is written behind it"
    people.set_roles(database, PLATFORM, [OWN.role], hanoi_now())
    assert one.write_due() == 0
    settled = RefusalSettled(tuple(refused(counter)), "central", "đã xem", OWN.station("PC08-HN"))
    assert counter.says(settled, "supervisor", seen=counter.newest()) == ""
    assert [one.write_due(), one.write_due()] == [1, 0]
    assert told(counter) == [(PLATFORM, "done", "paid")]
    assert not set(refused(counter)) & set(written(counter)), "a desk hears of each by its name"


def test_what_another_process_wrote_meanwhile_is_not_refused(counter: Counter) -> None:
    order, office, now = end(counter), counter.office, hanoi_now()
    station = OWN.made(office.database, "PC08-HN", now)
    assert station is not None
    key, it = OWN.key(office.database, "PC08-HN"), OrderHeard(order, "done", now, "paid", order.hex)
    entry, other = (Entry(uuid4(), counter.dossier, it, PLATFORM, now, counter.newest()) for _ in range(2))
    assert own_stations.write(office.database, office.register, station, key, [entry], now) == [""]
    assert own_stations.write(office.database, office.register, station, key, [entry, other], now)[0] == ""
    assert entry.id not in refused(counter)


def test_a_dossier_that_fails_stops_no_other(counter: Counter) -> None:
    order, other = end(counter), uuid4()
    with counter.office.database.write("orders") as connection:
        connection.execute(update(orders).where(orders.c.id == order).values(result=b"not what it was"))
    assert counter.says(opened(), dossier=other) == ""
    end(counter, other)
    assert news(counter.office).write_due() == 1
    assert counter.office.dossier(other).orders[0].paid


def test_a_revoked_station_stops_nobody_else(counter: Counter) -> None:
    end(counter)
    database = counter.office.database
    OWN.made(database, "PC08-HN", hanoi_now())
    stations.revoke(database, OWN.station("PC08-HN"), hanoi_now())
    assert OWN.made(database, "PC08-HN", hanoi_now()) is None
    assert news(counter.office).write_due() == 0
    assert marked(counter) == [None]


def test_ends_are_told_although_nothing_can_be_asked(counter: Counter) -> None:
    end(counter)
    one = news(counter.office)

    def fails() -> int:
        raise Refusal("STATION_REVOKED", Words("không", "no"), Words("không", "no"))

    async def run() -> None:
        telling = asyncio.create_task(keep_telling(parts))
        async with asyncio.timeout(20):
            while not told(counter):
                await asyncio.sleep(0.05)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)

    parts = cast("Parts", SimpleNamespace(late_claims=SimpleNamespace(ask_due=fails), payment_news=one))
    asyncio.run(run())
    assert told(counter) == [(PLATFORM, "done", "paid")]


# ---- and the desks


@pytest.fixture
def pair(tmp_path: Path, _empty_store: Path) -> Iterator[tuple[Office, Joined, Joined]]:
    office = Office(tmp_path)
    first = Joined(tmp_path / "first", office, "Q01", "clerk", _empty_store)
    second = Joined(tmp_path / "second", office, "Q02", "clerk2", _empty_store)
    yield office, first, second
    for desk in (first, second):
        desk.close()
    office.close()


def placed(office: Office, first: Joined, platform: Platform) -> tuple[UUID, UUID, Orders]:
    """A draft whose fee is asked for on the platform; central and the desk know."""
    dossier, order = first.desk.draft(), uuid4()
    first.desk.journal.append(dossier, [OrderPlaced(order, "payment", FEE)], "clerk", first.desk.clock())
    first.deliver()
    made = Orders(office.database, {"payment": platform}, first.desk.clock)
    asked = Placed(order, "payment", order.hex, b"asked", b"{}", dossier, str(FEE))
    made.place(asked, "clerk", first.line._station)
    made.try_one(order)
    return dossier, order, made


def test_every_desk_hears_of_it_and_the_fee_is_taken_once(pair: tuple[Office, Joined, Joined]) -> None:
    office, first, second = pair
    platform = Platform()
    dossier, order, made = placed(office, first, platform)
    platform.outcome = "paid"
    made.hear(order)
    clock = first.desk.clock() + timedelta(seconds=PATIENCE_S + 1)
    assert PaymentNews(office.database, office.register, lambda: clock).write_due() == 1
    for one in (first, second):
        one.deliver()
        assert one.desk.payments.view(dossier).paid, "nobody asked"
    settled = second.desk.payments.ask(dossier)
    assert (settled.paid, settled.settled, settled.twice) == (True, True, False)
    second.deliver()
    first.deliver()
    assert first.desk.payments.ask(dossier).settled
    first.deliver()
    assert (first.refused(), second.refused()) == ([], [])
    with office.database.read() as connection:
        story = story_of(connection, dossier)
    assert sum(isinstance(one.what, FeeTaken) for one in story) == 1


def test_what_is_paid_after_a_dossier_was_declined_shows_by_itself(pair: tuple[Office, Joined, Joined]) -> None:
    office, first, _ = pair
    platform = Platform()
    dossier, order, made = placed(office, first, platform)
    table = first.desk
    table.exceptions.raise_by_hand(dossier, "PAYMENT_OPEN", "người dân không nộp")
    table.journal.append(dossier, [decided(first.state(dossier), "PAYMENT_OPEN")], "supervisor", table.clock())
    table.course.take(dossier, "decline", reason="Không nộp lệ phí", basis="NĐ 61/2018/NĐ-CP art.17")
    first.deliver()
    platform.outcome = "paid"
    made.hear(order)
    clock = table.clock() + timedelta(seconds=PATIENCE_S + 1)
    assert PaymentNews(office.database, office.register, lambda: clock).write_due() == 1
    first.deliver()
    view = table.payments.view(dossier)
    assert (view.paid, view.twice, view.badge.tone) == (True, True, "bad")
    assert first.refused() == []
