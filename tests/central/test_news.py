"""A station that waits hears at once what others at its office did, whichever process of central took it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import insert

from clerk_app.central import people
from clerk_app.central.database import Database, entries, open_database
from clerk_app.central.news import News
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from tests.peers.central import CentralProcess, settled
from tests.peers.counter import Chain
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.wire
WAIT_S = 30.0


def _never() -> bool:
    return False


def _station(central: CentralProcess, counter: str = "Q01") -> tuple[Uplink, Chain]:
    seed = secrets.token_bytes(32)
    uplink = central.enrol(f"{counter}-{secrets.token_hex(3)}", "clerk", seed=seed)
    return uplink, Chain(uplink.station, seed)


def _end(uplink: Uplink) -> int:
    cursor, pulled = -1, uplink.pull(0)
    while pulled.cursor > cursor:
        cursor = pulled.cursor
        pulled = uplink.pull(cursor)
    return cursor


def test_what_is_there_is_not_waited_for(shared_central: CentralProcess) -> None:
    listener, _ = _station(shared_central)
    uplink, chain = _station(shared_central)
    cursor = _end(listener)
    chain.draft(uuid4(), 2)
    uplink.push(chain.sealed)
    assert len(listener.wait(cursor, WAIT_S, _never).entries) == 2


def test_a_wait_without_news_ends_by_itself(shared_central: CentralProcess) -> None:
    listener, _ = _station(shared_central)
    cursor = _end(listener)
    pulled = listener.wait(cursor, 1, _never)
    assert (pulled.entries, pulled.cursor) == ([], cursor)
    assert pulled.catalogue is not None


@pytest.mark.parametrize("elsewhere", [False, True])
def test_news_comes_at_once_also_from_another_process(central: CentralProcess, elsewhere: bool) -> None:
    listener, mine = _station(central, "Q01")
    uplink, chain = _station(central, "Q02")
    beside = CentralProcess(central.folder)
    beside.start()
    if elsewhere:
        uplink = beside.uplink(chain.seed, chain.station, listener.central_id)
    cursor = _end(listener)
    with ThreadPoolExecutor(1) as lane:
        waiting = lane.submit(listener.wait, cursor, WAIT_S, _never)
        settled(lambda: listener._waiting, lambda raw: raw is not None)
        own = beside.uplink(mine.seed, mine.station, listener.central_id)
        mine.draft(uuid4(), 1, counter="Q01")
        assert own.push(mine.sealed).next_n == 2
        chain.draft(uuid4(), 3, counter="Q02")
        start = monotonic()
        assert uplink.push(chain.sealed).next_n == 4
        pulled = waiting.result(timeout=WAIT_S)
    assert [sealed.station for _, sealed in pulled.entries] == [chain.station] * 3, "and one's own is no news"
    assert monotonic() - start < WAIT_S / 2, "not by the end of the wait"
    beside.close()


def test_central_stops_while_stations_wait(central: CentralProcess) -> None:
    listener, _ = _station(central)
    cursor = _end(listener)
    with ThreadPoolExecutor(1) as lane:
        waiting = lane.submit(listener.wait, cursor, WAIT_S, _never)
        settled(lambda: listener._waiting, lambda raw: raw is not None)
        assert central.stop() == 0
        pulled = waiting.result(timeout=WAIT_S)
        assert (pulled.entries, pulled.refused, pulled.cursor) == ([], [], cursor)


def test_many_that_wait_hold_no_worker(shared_central: CentralProcess) -> None:
    stations = [_station(shared_central)[0] for _ in range(3)]
    cursor = _end(stations[0])
    with ThreadPoolExecutor(60) as lane:
        listeners = [
            shared_central.uplink(one._seed, one.station, one.central_id) for one in stations for _ in range(20)
        ]
        waits = [lane.submit(one.wait, cursor, WAIT_S, _never) for one in listeners]
        for one in listeners:
            settled(lambda one=one: one._waiting, lambda raw: raw is not None)  # type: ignore[misc]
        uplink, chain = _station(shared_central)
        chain.draft(uuid4(), 1)
        assert uplink.push(chain.sealed).next_n == 2, "more wait than there are workers, and others are served"
        assert {len(wait.result(timeout=WAIT_S).entries) for wait in waits} == {1}


# ---- when the database hiccups ------------------------------------------------------------------------------------


class _Told(News):
    """News that tells how often a look failed; with `mistake` the second look is one of our own."""

    mistake = False
    looks = failed = 0

    def _look(self) -> set[tuple[str, str]]:
        self.looks += 1
        if self.mistake and self.looks == 2:
            raise ZeroDivisionError
        try:
            return super()._look()
        except Refusal:
            self.failed += 1
            raise


def _waited(database: Database, news: _Told, meanwhile: Callable[[], Awaitable[None]]) -> bool:
    """Whether a station that waits is called for what another one does after `meanwhile`."""

    async def run() -> bool:
        async with news.waiter(KnownStation("Q01", people.PRACTICE_OFFICE, "Q01", "", b"")) as waiter:
            await meanwhile()
            row = {"number": 1, "id": uuid4(), "station": "Q02", "n": 1, "office": people.PRACTICE_OFFICE}
            row |= {"dossier": uuid4(), "received_ms": 0, "accepted": True, "refusal": None, "body": b""}
            with database.write() as connection:
                connection.execute(insert(entries), row | {"previous": b"", "digest": b"", "signature": b""})
            news.ring()
            await news.called(waiter, WAIT_S)
            return waiter.called.is_set()

    return asyncio.run(run())


def test_a_wait_outlives_a_database_that_is_away_for_a_moment(postgres: Postgres) -> None:
    url = postgres.database()
    name = url.rpartition("/")[2]
    database = open_database(url, practice=True)
    news = _Told(database)

    async def away() -> None:
        postgres.asked(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.asked(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        while not news.failed:
            await asyncio.sleep(0)
        postgres.asked(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    assert _waited(database, news, away)
    database.close()


def test_whoever_comes_next_begins_to_watch_anew_after_a_mistake_of_our_own(postgres: Postgres) -> None:
    database = open_database(postgres.database(), practice=True)
    news = _Told(database)
    news.mistake = True

    async def another_comes() -> None:
        watching = news._watching
        assert watching is not None
        news.ring()
        assert isinstance((await asyncio.gather(watching, return_exceptions=True))[0], ZeroDivisionError)
        comer = news.waiter(KnownStation("Q03", people.PRACTICE_OFFICE, "Q03", "", b""))
        await comer.__aenter__()

    assert _waited(database, news, another_comes)
    database.close()
