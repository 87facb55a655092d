"""What central holds on a person beside the entries: it is in the extract, and goes with an order to erase."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import msgspec
import pytest
from sqlalchemy import select, update

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, orders, register_answers, register_queries
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.registers import log
from clerk_app.central.stations import KnownStation
from clerk_app.central.verify import verify
from clerk_app.wire_orders import OrderAsked, PostAddress, PostOrder
from clerk_app.wire_registers import RegisterSaid
from tests.central.test_erase import whole_text
from tests.peers.central import BOTH, CentralProcess
from tests.peers.commands import here
from tests.peers.erasing import OTHER, SUBJECT, Held
from tests.peers.station import Station, code_of

pytestmark = pytest.mark.wire
BACKINGS = BOTH
STATION = KnownStation("Q01", "PC08-HN", "1", "G01.801.308", bytes(32))
STREET = "Số 12, phố Hàng Bông"


@pytest.fixture
def held(central: CentralProcess, tmp_path: Path) -> Held:
    return Held(central, tmp_path)


@pytest.fixture
def database(held: Held) -> Iterator[Database]:
    with closing(held.database()) as opened_:
        yield opened_


def _ordered(database: Database, dossier: UUID) -> UUID:
    """An order for this dossier that waits to be sent."""
    body = json.dumps({"street": STREET}).encode()
    placed = Placed(uuid4(), "post", uuid4().hex, b"asked", body, dossier)
    return Orders(database, {}, hanoi_now).place(placed, "clerk", STATION).id


def _over(database: Database, order: UUID) -> None:
    """It is made, as central writes that down."""
    made = {"state": "done", "body": b"", "due_ms": None, "result": b'{"item":"RR123456789VN"}', "outcome": "delivered"}
    with database.write("orders") as connection:
        connection.execute(update(orders).where(orders.c.id == order).values(made))


def _answered(database: Database, number: str, dossier: UUID | None = None) -> None:
    """A register was asked about this number, and its answer is kept."""
    now = hanoi_now()
    mark = log.mark_of(database, number)
    query = log.Query(uuid4(), "health", "clerk", "PC08-HN", "Q01", "RECEPTION", mark, dossier)
    log.note(database, query, log.ASKED, now)
    body = msgspec.msgpack.encode(RegisterSaid("health", "answered", now, f"of {number}"))
    log.keep(database, log.mark_of(database, f"question {number}"), query, body, now, timedelta(hours=8))
    log.note(database, query, "answered", now)


def test_kept_answers_and_orders_go_with_the_dossier(held: Held, database: Database) -> None:
    held.law(given_up=0)
    _over(database, _ordered(database, held.gone))
    theirs = _ordered(database, held.stranger)
    _answered(database, SUBJECT, held.gone)
    _answered(database, OTHER)
    done = held.erased(held.erase().json["digest"])
    assert done.code == 0, done.err
    everything = whole_text(database)
    assert SUBJECT.encode() not in everything
    assert b"RR123456789VN" not in everything
    with database.read() as connection:
        assert list(connection.execute(select(orders.c.id)).scalars()) == [theirs]
        (left,) = connection.execute(select(register_answers)).all()
        assert left.subject == log.mark_of(database, OTHER)
        assert len(connection.execute(select(register_queries)).all()) == 4, "that it was asked for stays"
    assert verify(held.central.database_url).problems == ()


def test_a_dossier_of_which_an_order_is_not_over_is_in_work(held: Held, database: Database) -> None:
    held.law(given_up=0)
    digest = held.erase().json["digest"]
    order = _ordered(database, held.gone)
    assert held.erased(digest).refusal == "CONFIRM_DIFFERS"
    shown = held.erase().json
    assert (shown["goes"], [one["why"] for one in shown["stays"]]) == ([], ["in_work", "another"])
    assert held.erased(shown["digest"]).refusal == "ERASE_IN_WORK"
    _over(database, order)
    assert held.erased(held.erase().json["digest"]).code == 0


def test_nothing_is_ordered_for_what_was_erased(held: Held) -> None:
    held.law(given_up=0)
    assert held.erased(held.erase().json["digest"]).code == 0
    here_ = PostAddress("TRẦN MINH QUÂN", "0900000001", STREET, "Phường Hoàn Kiếm", "Thành phố Hà Nội")
    parcel = PostOrder("T-1", here_, here_, "Giấy phép lái xe")
    station = Station.enrolled(held.central, "Q02", "clerk")
    asked = OrderAsked(uuid4(), parcel, "clerk", held.gone)
    assert code_of(station.ask("POST", "/v1/orders", asked)) == "DOSSIER_ERASED"


def test_the_extract_tells_of_questions_answers_and_orders(held: Held, database: Database, tmp_path: Path) -> None:
    order = _ordered(database, held.gone)
    _answered(database, SUBJECT, held.gone)
    _answered(database, SUBJECT, uuid4())
    _answered(database, OTHER)
    said = here(
        *("central", "subject", "extract", "--number", SUBJECT, "--as", "officer", "--purpose", "SUBJECT"),
        *("--out", str(tmp_path / "x.zip"), "--data", str(held.central.folder), "--json"),
        profile=None,
        CLERK_DATABASE=held.central.database_url,
        **({"CLERK_BLOBS": held.central.blobs} if held.central.blobs else {}),
    )
    assert said.code == 0, said.err
    with ZipFile(tmp_path / "x.zip") as zipped:
        told = json.loads(zipped.read("subject.json"))
    assert [(one["system"], one["outcome"], one["officer"]) for one in told["register_queries"]] == [
        ("health", "asked", "clerk"),
        ("health", "answered", "clerk"),
    ] * 2
    assert [one["dossier"] for one in told["register_queries"]] == [str(held.gone)] * 2 + [None] * 2
    assert [one["said"]["cause"] for one in told["register_answers"]] == [f"of {SUBJECT}"]
    assert [(one["order"], one["sent"]) for one in told["orders"]] == [(str(order), {"street": STREET})]
