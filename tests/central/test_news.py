"""A station that waits hears at once what others at its office did, whichever process of central took it."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import uuid4

import pytest

from clerk_app.uplink import Uplink
from tests.peers.central import CentralProcess, settled
from tests.peers.counter import Chain

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
    assert (pulled.entries, pulled.cursor) == ([], cursor)


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
