"""Lent numbers: no two stations ever hold the same one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from clerk_app import wire
from clerk_app.central import blocks, entry_numbers, eras
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import blocks as table
from clerk_app.central.database import open_database
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal
from tests.peers.central import BOTH, Backing

BACKINGS = BOTH


def _station(code: str, office: str = "PC08-HN") -> KnownStation:
    return KnownStation(code, office, code, "G01.801.308", b"")


def _asked(size: int = 10, kind: str = "dossier", key: UUID | None = None) -> wire.BlockAsked:
    return wire.BlockAsked(kind, size, key or uuid4())  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Q01", "Q02", "Q03"]), st.integers(1, 50), st.integers(1, 3)),
        min_size=1,
        max_size=12,
    )
)
def test_blocks_are_disjoint_and_asking_again_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, backing: Backing, asks: list[tuple[str, int, int]]
) -> None:
    database = open_database(backing.database(tmp_path_factory.mktemp("blocks")), practice=True)
    lent: list[int] = []
    for station, size, times in asks:
        asked = _asked(size)
        answers = {blocks.lend(database, asked, _station(station), hanoi_now()) for _ in range(times)}
        (block,) = answers
        assert block.last - block.first + 1 == size
        lent += range(block.first, block.last + 1)
    database.close()
    assert len(lent) == len(set(lent))


def test_a_number_is_lent_to_one_station_of_one_office(tmp_path: Path, backing: Backing) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    block = blocks.lend(database, _asked(), _station("Q01"), hanoi_now())
    with database.read() as connection:
        assert blocks.lent_to(connection, "dossier", _station("Q01")) == [range(block.first, block.last + 1)]
        assert not blocks.lent_to(connection, "receipt", _station("Q01"))
        assert not blocks.lent_to(connection, "dossier", _station("Q02"))
        assert not blocks.lent_to(connection, "dossier", _station("Q01", "PC08-HP"))
    database.close()


def test_two_offices_share_the_receipt_numbers_and_each_counts_its_dossiers(tmp_path: Path, backing: Backing) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    here, there = _station("Q01"), _station("Q01-HP", "PC08-HP")
    receipts: list[int] = []
    for station in (here, there, here):
        block = blocks.lend(database, _asked(10, "receipt"), station, hanoi_now())
        receipts += range(block.first, block.last + 1)
        with database.read() as connection:
            assert range(block.first, block.last + 1) in blocks.lent_to(connection, "receipt", station)
    assert len(receipts) == len(set(receipts)) == 30
    dossiers = [blocks.lend(database, _asked(10), station, hanoi_now()).first for station in (here, there)]
    assert dossiers == [1, 1], "a dossier code names its unit"
    database.close()


def test_a_key_stands_for_one_request(tmp_path: Path, backing: Backing) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    key = uuid4()
    blocks.lend(database, _asked(10, key=key), _station("Q01"), hanoi_now())
    for other in (_asked(11, key=key), _asked(10, "receipt", key), _asked(0), _asked(10**6)):
        with pytest.raises(Refusal, match="BLOCK_"):
            blocks.lend(database, other, _station("Q01"), hanoi_now())
    database.close()


@pytest.mark.parametrize("kind", ["dossier", "receipt"])
def test_no_number_is_lent_that_has_no_room_on_paper(tmp_path: Path, backing: Backing, kind: str) -> None:
    database, last = open_database(backing.database(tmp_path), practice=True), blocks.LAST[kind]  # type: ignore[index]
    with database.write() as connection:
        before = {"office": "PC08-HN", "kind": kind, "first": last - 19, "last": last - 10, "station": "Q02"}
        connection.execute(insert(table), before | {"key": uuid4(), "lent_ms": 0})
    with pytest.raises(Refusal, match="NUMBERS_RUN_OUT"):
        blocks.lend(database, _asked(11, kind), _station("Q01"), hanoi_now())
    assert blocks.lend(database, _asked(10, kind), _station("Q01"), hanoi_now()).last == last
    database.close()


def test_a_central_that_forgot_learns_from_the_holders_and_lends_nothing_they_may_have(
    tmp_path: Path, backing: Backing
) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    now = hanoi_now()
    kept = blocks.lend(database, _asked(10), _station("Q01"), now)
    # Lent by a central that is gone: 11 to 20 to Q02, 21 to 30 to Q03.
    told = wire.BlockAsked("dossier", 0, uuid4(), [(11, 20)])
    assert blocks.lend(database, told, _station("Q02"), now) == wire.Block("dossier", 1, 0)
    new = blocks.lend(database, _asked(10), _station("Q04"), now)
    assert new.first == kept.last + blocks.GAP["dossier"] + 1
    late = wire.BlockAsked("dossier", 5, uuid4(), [(21, 30), (11, 20)])
    assert blocks.lend(database, late, _station("Q03"), now).taken == (11,), "Q02 came first"
    again = wire.BlockAsked("dossier", 0, uuid4(), [(11, 20)])
    assert blocks.lend(database, again, _station("Q02"), now).taken == ()
    wild = wire.BlockAsked("dossier", 0, uuid4(), [(500_000, 500_001), (0, 5), (40, 30)])
    assert blocks.lend(database, wild, _station("Q02"), now).taken == (500_000, 0, 40), (
        "nobody claims what was never near"
    )
    with database.read() as connection:
        assert blocks.lent_to(connection, "dossier", _station("Q03")) == [
            range(21, 31),
            range(new.last + 1, new.last + 6),
        ]
    database.close()


def test_a_claim_of_what_was_never_near_leaves_nothing_out(tmp_path: Path, backing: Backing) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()
    kept = blocks.lend(database, _asked(10), _station("Q01"), now)
    wild = [(500_000, 500_001), (0, 5), (40, 30), (11, 11 + blocks.MAX_BLOCK)]
    told = wire.BlockAsked("dossier", 0, uuid4(), wild)
    assert blocks.lend(database, told, _station("Q02"), now).taken == (500_000, 0, 40, 11)
    assert blocks.lend(database, _asked(10), _station("Q02"), now).first == kept.last + 1
    database.close()


@pytest.mark.parametrize("kind", ["dossier", "receipt"])
def test_a_claim_of_what_is_somebody_elses_leaves_nothing_out(tmp_path: Path, backing: Backing, kind: str) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()
    kept = blocks.lend(database, _asked(10, kind), _station("Q01"), now)
    held = [(1, 1), (1, 10), (10, 12)]
    told = wire.BlockAsked(kind, 0, uuid4(), held)  # type: ignore[arg-type]
    assert blocks.lend(database, told, _station("Q02"), now).taken == (1, 1, 10)
    assert blocks.lend(database, _asked(10, kind), _station("Q02"), now).first == kept.last + 1
    database.close()


def test_more_is_left_out_on_a_stations_word_once_and_not_at_every_start(tmp_path: Path, backing: Backing) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()
    kept = blocks.lend(database, _asked(10, "receipt"), _station("Q01"), now)
    end = kept.last + blocks.GAP["receipt"]

    def claims(first: int, at: datetime) -> tuple[int, ...]:
        eras.begin(database)
        told = wire.BlockAsked("receipt", 0, uuid4(), [(first, first)])
        return blocks.lend(database, told, _station("Q02"), at).taken

    assert claims(kept.last + 1, now) == ()
    assert claims(kept.last + 2, now) == (), "what was left out may be claimed"
    later = now + blocks.GAP_STANDS - timedelta(minutes=1)
    assert claims(end + 1, later) == (end + 1,)
    assert blocks.lend(database, _asked(10, "receipt"), _station("Q01"), later).first == end + 1
    # A copy that was brought back by hand, long after, and nobody told this central.
    much_later = now + blocks.GAP_STANDS + timedelta(minutes=1)
    assert claims(end + 11, much_later) == ()
    assert claims(kept.last + 3, much_later) == ()
    assert blocks.lend(database, _asked(10, "receipt"), _station("Q01"), much_later).first == (
        end + 11 + blocks.GAP["receipt"]
    )
    database.close()


def test_what_was_left_out_at_a_restore_is_claimed_and_nothing_more_is_left_out(
    tmp_path: Path, backing: Backing
) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()
    kept = blocks.lend(database, _asked(10, "receipt"), _station("Q01"), now)
    left_out = next(one for one in blocks.leave_out(database, now, now) if one.kind == "receipt")
    held = [(kept.last + 1, kept.last + 5)]
    assert blocks.lend(database, wire.BlockAsked("receipt", 0, uuid4(), held), _station("Q02"), now).taken == ()
    assert blocks.lend(database, _asked(10, "receipt"), _station("Q01"), now).first == left_out.last + 1
    database.close()


def test_as_much_is_left_out_as_may_have_been_lent_since(tmp_path: Path, backing: Backing) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()
    blocks.lend(database, _asked(10), _station("Q01-HP", "PC08-HP"), now - timedelta(days=9))
    for _ in range(3):
        blocks.lend(database, _asked(5000), _station("Q01"), now - timedelta(days=3))
    left_out = blocks.leave_out(database, now - timedelta(days=2), now)
    assert {(one.kind, one.office): (one.first, one.last) for one in left_out} == {
        ("receipt", ""): (1, 100_000),
        ("dossier", ""): (1, 10_000),
        ("dossier", "PC08-HN"): (15_001, 45_000),
        ("dossier", "PC08-HP"): (11, 10_010),
    }
    firsts = [blocks.lend(database, _asked(), _station("Q9", office), now).first for office in ("PC08-HN", "PC08-HP")]
    assert firsts == [45_001, 10_011]
    assert blocks.lend(database, _asked(), _station("Q8", "PC08-DN"), now).first == 10_001, "an office added again"
    again = blocks.leave_out(database, now - timedelta(days=2), now)
    assert {one.kind: one.first for one in again if not one.office} == {"receipt": 100_001, "dossier": 10_001}
    database.close()


def test_entries_go_on_above_every_number_that_may_have_been_given_out(tmp_path: Path, backing: Backing) -> None:
    database, now = open_database(backing.database(tmp_path), practice=True), hanoi_now()

    def drawn() -> list[int]:
        with database.write() as connection:
            return list(entry_numbers.draw(connection, 3))

    before = drawn()
    for _ in range(2):
        blocks.leave_out(database, now, now)
        after = drawn()
        assert after == list(range(after[0], after[0] + 3))
        assert after[0] > before[-1] + entry_numbers.GAP - 3, "also where it is brought back twice"
        before = after
    database.close()


def test_the_same_copy_brought_back_twice_never_gives_the_same_numbers(
    tmp_path: Path, backing: Backing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores as they were at the same moment, brought back one after the other."""
    given = []
    for second in (1_800_000_000.0, 1_800_000_001.0):
        monkeypatch.setattr(entry_numbers, "time", lambda second=second: second)
        database = open_database(backing.database(tmp_path / str(second)), practice=True)
        blocks.leave_out(database, hanoi_now(), hanoi_now())
        with database.write() as connection:
            given.append(set(entry_numbers.draw(connection, 1000)))
        database.close()
    assert not given[0] & given[1]
    assert max(given[1]) < 10**18, "a cursor has 18 digits"


def test_nothing_is_left_out_behind_the_last_number(tmp_path: Path, backing: Backing) -> None:
    database, now, last = open_database(backing.database(tmp_path), practice=True), hanoi_now(), blocks.LAST["receipt"]
    with database.write() as connection:
        before = {"office": "PC08-HN", "kind": "receipt", "first": last - 19, "last": last - 10, "station": "Q02"}
        connection.execute(insert(table), before | {"key": uuid4(), "lent_ms": 0})
    for expected in ([(last - 9, last)], []):
        left_out = blocks.leave_out(database, now, now)
        assert [(one.first, one.last) for one in left_out if one.kind == "receipt"] == expected
    with pytest.raises(Refusal, match="NUMBERS_RUN_OUT"):
        blocks.lend(database, _asked(1, "receipt"), _station("Q01"), now)
    database.close()
