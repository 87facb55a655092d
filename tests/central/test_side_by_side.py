"""Several processes of one central on one PostgreSQL: one order per office, everything once, nobody overlooked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, insert, select

from clerk_app import wire
from clerk_app.central import blocks, eras, people, replacing, stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, claims, entries, facts, heads, milliseconds, open_database
from clerk_app.central.database import blocks as numbers
from clerk_app.central.stations import new_code
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import FeeTaken, FieldsEntered
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.uplink import Uplink
from tests.peers.central import Backing, CentralProcess
from tests.peers.counter import PAPER, Chain, codes, exchange, opened

pytestmark = pytest.mark.wire
BACKINGS = ("large",)
T = TypeVar("T")


@pytest.fixture(scope="module")
def pair(
    shared_central: CentralProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[CentralProcess, CentralProcess]]:
    """Two processes of one central, and a second office."""
    folder = tmp_path_factory.mktemp("second")
    second = CentralProcess(folder, database=shared_central.database, blobs=shared_central.blobs)
    second.start()
    database = open_database(shared_central.database_url)
    people.add_office(database, "PC08-HP", Words("Hải Phòng", "Hai Phong"), "G01.802.308", ["Q01", "Q02"])
    people.add_user(database, "hp", "Bùi Thị Lan", ["clerk"], "PC08-HP", "practice")
    database.close()
    yield shared_central, second
    second.close()


def _at_once(*works: Callable[[], T]) -> list[T]:
    """What each of `works` returns, all begun together."""
    with ThreadPoolExecutor(len(works)) as threads:
        return [done.result() for done in [threads.submit(work) for work in works]]


class Station:
    """A station that speaks to every process, each over a line of its own."""

    def __init__(
        self, pair: Sequence[CentralProcess], counter: str = "Q01", office: str = "PC08-HN", user: str = "clerk"
    ) -> None:
        self.counter = counter
        self.chain = Chain(f"{counter}-{secrets.token_hex(4)}")
        database = open_database(pair[0].database_url)
        code = new_code(database, self.chain.station, hanoi_now(), office=office).code
        database.close()
        first = pair[0].uplink(self.chain.seed)
        enrolled = first.enrol(code)
        first.sign_in(user, "practice")
        others = [one.uplink(self.chain.seed, enrolled.station, enrolled.central_id) for one in pair[1:]]
        self.uplinks: list[Uplink] = [first, *others]

    def drafts(self, count: int, entries: int = 4) -> None:
        for _ in range(count):
            self.chain.draft(uuid4(), entries, self.counter)


def test_one_station_through_two_processes_is_recorded_once(pair: tuple[CentralProcess, CentralProcess]) -> None:
    station = Station(pair)
    station.drafts(10)
    sealed = station.chain.sealed
    said: list[dict[UUID, wire.Answer]] = [{}, {}]

    def sends(which: int) -> Callable[[], None]:
        def work() -> None:
            at = 0
            while at < len(sealed):
                # Slices that overlap, and differ between the two.
                answers = station.uplinks[which].push(sealed[max(0, at - 2) : at + 5 + which])
                said[which].update({answer.id: answer for answer in answers.answers})
                at = answers.next_n - 1

        return work

    _at_once(sends(0), sends(1))
    every = station.uplinks[0].push(sealed).answers
    assert [answer.id for answer in every] == station.chain.ids
    assert all(answer.accepted for answer in every)
    for one in said:
        assert set(one.values()) <= set(every), "the answer is the first one, whoever gives it"
    assert verify(pair[0].database_url).problems == ()


def test_whoever_pulls_while_others_commit_misses_nothing(pair: tuple[CentralProcess, CentralProcess]) -> None:
    reader = Station(pair, "Q02")
    writers = [Station(pair, "Q03") for _ in range(4)]
    for writer in writers:
        writer.drafts(12)
    cursor = reader.uplinks[0].pull(0, 500).cursor
    while (pulled := reader.uplinks[0].pull(cursor)).entries:
        cursor = pulled.cursor
    left = len(writers)

    def writes(at: int) -> Callable[[], list[tuple[int, bytes]]]:
        def work() -> list[tuple[int, bytes]]:
            nonlocal left
            sealed = writers[at].chain.sealed
            for start in range(0, len(sealed), 4):
                answers = writers[at].uplinks[at % 2].push(sealed[start : start + 4]).answers
                assert all(answer.accepted for answer in answers)
            left -= 1
            return []

        return work

    def reads() -> list[tuple[int, bytes]]:
        seen: list[tuple[int, bytes]] = []
        after, turn = cursor, 0
        while True:
            over = left == 0
            pulled = reader.uplinks[turn % 2].pull(after, 7)
            seen += [(number, sealed.digest) for number, sealed in pulled.entries]
            after, turn = pulled.cursor, turn + 1
            if over and not pulled.entries:
                return seen

    *_, seen = _at_once(*(writes(at) for at in range(4)), reads)
    numbers = [number for number, _ in seen]
    assert numbers == sorted(set(numbers))
    wanted = {sealed.digest for writer in writers for sealed in writer.chain.sealed}
    assert {digest for _, digest in seen} == wanted


def test_offices_do_not_wait_for_each_other(pair: tuple[CentralProcess, CentralProcess]) -> None:
    here, there = Station(pair), Station(pair, office="PC08-HP", user="hp")
    here.chain.draft(uuid4(), 2)
    there.chain.happen(uuid4(), opened(office="PC08-HP"), who="hp")
    database = open_database(pair[0].database_url)
    with ThreadPoolExecutor(1) as threads:
        with database.write("office PC08-HN"):
            waiting = threads.submit(here.uplinks[0].push, here.chain.sealed)
            assert there.uplinks[0].push(there.chain.sealed).answers[0].accepted
            assert not waiting.done()
        assert all(answer.accepted for answer in waiting.result().answers)
    database.close()


def test_one_dossier_opened_at_two_offices_at_once_belongs_to_one(pair: tuple[CentralProcess, CentralProcess]) -> None:
    for _ in range(8):
        here, there = Station(pair), Station(pair, office="PC08-HP", user="hp")
        dossier = uuid4()
        here.chain.happen(dossier, opened())
        there.chain.happen(dossier, opened(office="PC08-HP"), who="hp")
        said = _at_once(
            lambda: here.uplinks[0].push(here.chain.sealed),  # noqa: B023
            lambda: there.uplinks[1].push(there.chain.sealed),  # noqa: B023
        )
        assert sorted(answers.answers[0].code for answers in said) == ["", "OPENED_TWICE"]
    assert verify(pair[0].database_url).problems == ()


def test_one_entry_sent_from_two_offices_at_once_is_accepted_once(
    pair: tuple[CentralProcess, CentralProcess],
) -> None:
    here, there = Station(pair), Station(pair, office="PC08-HP", user="hp")
    here.chain.happen(uuid4(), opened())
    there.chain.seal(here.chain.sealed[0].body)
    said = _at_once(lambda: here.uplinks[0].push(here.chain.sealed), lambda: there.uplinks[1].push(there.chain.sealed))
    assert said[0].answers[0].accepted
    assert said[1].answers[0].code in ("ENTRY_ID_USED", "USER_FOREIGN")


def test_numbers_are_lent_once_across_processes_and_offices(pair: tuple[CentralProcess, CentralProcess]) -> None:
    stations = [Station(pair), Station(pair, office="PC08-HP", user="hp")]

    def borrows(which: int) -> Callable[[], list[wire.Block]]:
        uplink = stations[which % 2].uplinks[which // 2]
        return lambda: [uplink.lend("receipt", 7, uuid4()) for _ in range(12)]

    lent = [block for some in _at_once(*(borrows(which) for which in range(4))) for block in some]
    numbers = [number for block in lent for number in range(block.first, block.last + 1)]
    assert len(numbers) == len(set(numbers)) == 4 * 12 * 7
    key = uuid4()
    one, other = _at_once(*(lambda uplink=uplink: uplink.lend("dossier", 5, key) for uplink in stations[0].uplinks))
    assert one == other, "the same key, the same numbers"


def test_a_receipt_that_two_dossiers_want_goes_to_one(pair: tuple[CentralProcess, CentralProcess]) -> None:
    station = Station(pair)
    numbers = codes(station.uplinks[0].lend("dossier", 10, uuid4()), hanoi_now())
    receipt = f"{station.uplinks[0].lend('receipt', 5, uuid4()).first:07d}"
    for _ in range(2):
        station.chain.happen(uuid4(), *exchange(numbers.pop(), receipt, hanoi_now()))
    station.uplinks[1].send_sheet(hashlib.sha256(PAPER).hexdigest(), PAPER, 0)
    _at_once(*(lambda uplink=uplink: uplink.push(station.chain.sealed) for uplink in station.uplinks))
    said = [answer.code for answer in station.uplinks[0].push(station.chain.sealed).answers]
    kinds = [type(wire.decode_entry(sealed.body).what) for sealed in station.chain.sealed]
    assert [code for code, kind in zip(said, kinds, strict=True) if kind is FeeTaken] == ["", "RECEIPT_USED"]


def test_wrong_guesses_at_two_processes_share_one_count(backing: Backing, pair: tuple[CentralProcess, ...]) -> None:
    station = Station(pair)

    def guesses(uplink: Uplink) -> Callable[[], list[str]]:
        def tried() -> str:
            with pytest.raises(Refusal) as refusal:
                uplink.sign_in("clerk2", "sai")
            return refusal.value.code

        return lambda: [tried() for _ in range(3)]

    said = [code for some in _at_once(*(guesses(uplink) for uplink in station.uplinks)) for code in some]
    assert said.count("SIGN_IN_WRONG") <= 4
    assert "SIGN_IN_WAIT" in said


def test_a_station_may_be_served_by_any_process_in_turn(pair: tuple[CentralProcess, CentralProcess]) -> None:
    station = Station(pair)
    dossier = uuid4()
    station.chain.happen(dossier, opened())
    for at in range(20):
        station.chain.happen(dossier, FieldsEntered(MappingProxyType({"reason": str(at)}), "application"))
        answers = station.uplinks[at % 2].push(station.chain.sealed[-2:])
        assert all(answer.accepted for answer in answers.answers)
        assert answers.next_n == len(station.chain.sealed) + 1


def test_what_was_quicker_under_another_lock_is_found_in_a_fresh_transaction(backing: Backing) -> None:
    assert backing.postgres is not None
    database = open_database(backing.postgres.database(), practice=True)
    row = {"kind": "receipt", "value": "0000001", "dossier": uuid4()}
    seen: list[int] = []

    def claims_it(connection: Connection) -> None:
        there = connection.execute(select(func.count()).select_from(claims)).scalar_one()
        seen.append(there)
        if not there:
            with database.write("another office") as other:
                other.execute(insert(claims), row)
            connection.execute(insert(claims), row)

    database.written(claims_it, "one office")
    assert seen == [0, 1]
    database.close()


def test_an_era_that_ends_knows_of_the_entries_that_are_being_recorded(backing: Backing) -> None:
    """A station may hear such an entry before the new era is known, and central did not forget it then."""
    assert backing.postgres is not None
    url = backing.postgres.database()
    database = open_database(url, practice=True)
    people.seed_practice(database)
    first = eras.begin(database)
    row = {"number": 1, "id": uuid4(), "station": "Q01", "n": 1, "office": people.PRACTICE_OFFICE, "dossier": uuid4()}
    row |= {"received_ms": 0, "accepted": True, "refusal": None, "body": b"", "previous": b"", "digest": b""}
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'entries'::regclass"
    with ThreadPoolExecutor(1) as threads:
        with database.write(f"office {people.PRACTICE_OFFICE}") as recording:
            recording.execute(insert(entries), row | {"signature": b""})
            begun = threads.submit(eras.begin, database)
            with database.engine.connect() as beside:
                while not begun.done() and not beside.exec_driver_sql(waits).scalar_one():
                    continue
        begun.result()
    with database.read() as connection:
        assert eras.goes_on(connection, first, people.PRACTICE_OFFICE, 1)
    database.close()


def test_a_batch_that_is_being_recorded_is_counted_before_its_station_is_replaced_or_revoked(backing: Backing) -> None:
    assert backing.postgres is not None
    database, now = open_database(backing.postgres.database(), practice=True), hanoi_now()
    people.seed_practice(database)
    for station in ("Q01", "Q02"):
        code = stations.new_code(database, station, now).code
        stations.enrol(database, wire.Enrolment(code, secrets.token_bytes(32)), now)
    with ThreadPoolExecutor(2) as threads:
        with database.write("office PC08-HN") as recording:
            replaced = threads.submit(replacing.replace, database, "Q01", "Q01-B", now)
            revoked = threads.submit(stations.revoke, database, "Q02", now)
            _waiting_for_a_lock(database, 2, lambda: replaced.done() and revoked.done())
            recording.execute(insert(heads), {"station": "Q01", "n": 7, "digest": wire.FIRST})
        assert replaced.result().last_n == 7
        revoked.result()
    database.close()


def _waiting_for_a_lock(database: Database, how_many: int, over: Callable[[], bool]) -> None:
    """Return once so many transactions of this database wait for another one, or `over`."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as beside:
        while beside.exec_driver_sql(waits).scalar_one() < how_many and not over():
            continue


def test_numbers_that_are_being_lent_are_counted_before_some_are_left_out(backing: Backing) -> None:
    assert backing.postgres is not None
    database, now = open_database(backing.postgres.database(), practice=True), hanoi_now()
    people.seed_practice(database)
    lent = {"office": people.PRACTICE_OFFICE, "station": "Q01", "first": 1, "last": 10, "lent_ms": milliseconds(now)}
    for kind, lock in (("receipt", "blocks receipt"), ("dossier", f"blocks of {people.PRACTICE_OFFICE}")):
        with ThreadPoolExecutor(1) as threads:
            with database.write(lock) as lending:
                left_out = threads.submit(blocks.leave_out, database, now, now)
                _waiting_for_a_lock(database, 1, left_out.done)
                highest = select(func.coalesce(func.max(numbers.c.last), 0)).where(numbers.c.kind == kind)
                first = lending.execute(highest).scalar_one() + 1
                row = lent | {"kind": kind, "key": uuid4(), "first": first, "last": first + 9}
                lending.execute(insert(numbers), row)
            office = "" if kind == "receipt" else people.PRACTICE_OFFICE
            (found,) = [one for one in left_out.result() if (one.kind, one.office) == (kind, office)]
        assert found.first == first + 10
    database.close()


def test_people_may_be_changed_from_several_places_at_once(backing: Backing) -> None:
    assert backing.postgres is not None
    database, now = open_database(backing.postgres.database(), practice=True), hanoi_now()
    people.seed_practice(database)
    people.add_office(database, "PC08-HP", Words("Hải Phòng", "Hai Phong"), "G01.802.308", ["Q01"])
    fact = {"name": f"{stations.PEOPLE}PC08-HP", "value": "1"}
    with ThreadPoolExecutor(1) as threads:
        with database.write("people") as changing:
            changing.execute(insert(facts), fact)
            added = threads.submit(people.add_user, database, "hp", "Bùi Thị Lan", ["clerk"], "PC08-HP", "practice")
            _waiting_for_a_lock(database, 1, added.done)
        assert added.result().id == "hp"
    assert people.version(database, "PC08-HP") == 2
    _at_once(*[lambda: people.revoke(database, "hp", now)] * 8)
    assert people.version(database, "PC08-HP") == 3
    with database.read() as connection:
        assert len(people.without_access(connection, "hp")) == 1
    database.close()
