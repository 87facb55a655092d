"""Copies of central: made while it works, brought back into an empty place, proven, and gone on with by stations."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app.central import backup as backups
from clerk_app.central import engines, postgres_tools
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.sheets import SheetFolder, open_sheets
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Page, PagesArranged
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.uplink import Uplink
from tests.peers import commands
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import Chain
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.wire
BACKINGS = BOTH
SCANNED = 1
"""The sheet that a new station sends, see `CentralProcess.enrol`."""


class Station:
    """A station that goes on whatever central stands behind its address."""

    def __init__(self, central: CentralProcess, code: str) -> None:
        self.chain = Chain(code)
        self.uplink = central.enrol(code, "clerk", seed=self.chain.seed)

    def work(self, dossiers: int = 1, sheets: int = 1) -> None:
        for _ in range(dossiers):
            dossier = uuid4()
            self.chain.draft(dossier, 3, counter="Q05")
            for _ in range(sheets):
                sheet = secrets.token_bytes(2000)
                digest = hashlib.sha256(sheet).hexdigest()
                assert self.uplink.send_sheet(digest, sheet, 0).complete
                self.chain.happen(dossier, PagesArranged((Page(digest, "", 10, 10, 300, 2000),), "scan"))
        self.deliver(self.uplink)

    def deliver(self, uplink: Uplink) -> None:
        answers = uplink.push(self.chain.sealed[uplink.push([]).next_n - 1 :])
        assert answers.next_n == len(self.chain.sealed) + 1
        assert all(answer.accepted for answer in answers.answers)


def _made(central: CentralProcess, place: Path) -> backups.Backed:
    sheets = open_sheets(central.blobs or str(central.folder / "sheets"))
    return backups.backup(central.database_url, sheets, place, hanoi_now())


@pytest.fixture
def empty(tmp_path: Path, backing: Backing) -> Iterator[CentralProcess]:
    """Where nothing is yet."""
    folder = tmp_path / "restored"
    peer = CentralProcess(folder, database=backing.empty(folder), blobs=backing.blobs(folder))
    yield peer
    peer.close()


def _restored(place: Path, to: CentralProcess, digest: str = "") -> backups.Proof:
    return backups.restore(backups.newest(place), to.database_url, open_sheets(to.blobs), hanoi_now(), digest)


def test_stations_go_on_with_a_restored_central(central: CentralProcess, empty: CentralProcess, tmp_path: Path) -> None:
    station = Station(central, "Q05-A")
    station.work(3)
    made = _made(central, tmp_path / "copies")
    central.stop()
    proof = _restored(tmp_path / "copies", empty, made.digest)
    assert proof.problems == ()
    assert (proof.entries, proof.sheets) == (12, 3 + SCANNED)
    empty.start()
    station.uplink = empty.uplink(station.chain.seed, "Q05-A")
    station.work(2)
    assert verify(empty.database_url).ok


def test_numbers_lent_after_the_copy_are_lent_to_nobody_else(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path
) -> None:
    """Whoever asks first after the restore is not the one who holds them."""
    holder, other = Station(central, "Q05-A"), Station(central, "Q05-B")
    kept = {kind: holder.uplink.lend(kind, 10, uuid4()) for kind in ("dossier", "receipt")}
    made = _made(central, tmp_path / "copies")
    lost = {kind: holder.uplink.lend(kind, 300, uuid4()) for kind in kept}
    central.stop()
    proof = _restored(tmp_path / "copies", empty, made.digest)
    assert proof.problems == ()
    left_out = {one.kind: (one.first, one.last) for one in proof.left_out if one.kind == "receipt" or one.office}
    assert all(left_out[kind][0] == kept[kind].last + 1 for kind in kept)
    assert all(lost[kind].last <= left_out[kind][1] for kind in kept)
    empty.start()
    uplink = empty.uplink(other.chain.seed, "Q05-B")
    new = {kind: uplink.lend(kind, 10, uuid4()) for kind in kept}
    assert all(new[kind].first == left_out[kind][1] + 1 for kind in kept)
    again = empty.uplink(holder.chain.seed, "Q05-A")
    for kind, block in lost.items():
        held = [(kept[kind].first, kept[kind].last), (block.first, block.last)]
        assert again.lend(kind, 0, uuid4(), held).taken == (), "what it holds stays its own"


def test_what_was_seen_before_the_restore_never_covers_what_came_after_it(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path
) -> None:
    """Whoever sealed that he saw up to a number did not see what another desk enters under it now."""
    station, other = Station(central, "Q05-A"), Station(central, "Q05-B")
    station.work()
    made = _made(central, tmp_path / "copies")
    station.work(2, sheets=0)
    seen = other.uplink.pull(0).cursor
    assert seen == 10
    central.stop()
    assert _restored(tmp_path / "copies", empty, made.digest).problems == ()
    empty.start()
    other.chain.draft(uuid4(), 20, counter="Q05")
    answers = empty.uplink(other.chain.seed, "Q05-B").push(other.chain.sealed).answers
    assert all(answer.accepted and answer.number > seen for answer in answers)
    station.deliver(empty.uplink(station.chain.seed, "Q05-A"))
    assert verify(empty.database_url).problems == ()


def test_a_dump_may_take_longer_than_any_session_may_wait(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database()
    open_database(url, practice=True).close()
    made_at_once = postgres_tools.dump
    monkeypatch.setitem(engines.SERVER_SETTINGS, "idle_in_transaction_session_timeout", "300ms")
    holds = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' "
        "AND clock_timestamp() - state_change < interval '1 s'"
    )

    def slowly(url: str, snapshot: str, to: Path) -> None:
        made_at_once(url, snapshot, to)
        while postgres.asked(holds) != [(0,)]:
            continue

    monkeypatch.setattr(postgres_tools, "dump", slowly)
    made = backups.backup(url, SheetFolder(tmp_path / "sheets"), tmp_path / "copies", hanoi_now())
    assert backups.read_manifest(made.folder, made.digest).counts["facts"] == 3


class _Away(SheetFolder):
    """A store that goes away after its first sheet."""

    def keep(self, digest: str, data: bytes) -> None:
        if next(self.digests(), None) is not None:
            raise Refusal("SHEETS_AWAY", Words("", ""), Words("", ""))
        super().keep(digest, data)


def test_a_restore_that_stops_half_way_lends_nothing_twice_either(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path
) -> None:
    station = Station(central, "Q05-A")
    station.work(2)
    made = _made(central, tmp_path / "copies")
    lost = {kind: station.uplink.lend(kind, 300, uuid4()) for kind in ("dossier", "receipt")}
    central.stop()
    away = _Away(tmp_path / "away")
    with pytest.raises(Refusal, match="SHEETS_AWAY"):
        backups.restore(made.folder, empty.database_url, away, hanoi_now())
    empty.start()
    uplink = empty.uplink(station.chain.seed, "Q05-A")
    assert all(uplink.lend(kind, 10, uuid4()).first > block.last for kind, block in lost.items())


def test_a_copy_made_while_stations_deliver_is_of_one_moment(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path
) -> None:
    station = Station(central, "Q05-A")
    station.work(2)
    made: list[backups.Backed] = []
    copying = threading.Thread(target=lambda: made.append(_made(central, tmp_path / "copies")))
    copying.start()
    while copying.is_alive():
        station.work()
    copying.join()
    assert _restored(tmp_path / "copies", empty, made[0].digest).problems == ()


def test_a_second_copy_brings_only_what_is_new(central: CentralProcess, tmp_path: Path) -> None:
    station = Station(central, "Q05-A")
    station.work(2)
    assert _made(central, tmp_path / "copies").new_sheets == 2 + SCANNED
    station.work(1)
    second = _made(central, tmp_path / "copies")
    assert (second.new_sheets, second.manifest.sheets) == (1, 3 + SCANNED)
    assert backups.newest(tmp_path / "copies") == second.folder


def test_only_an_empty_place_is_restored_into(central: CentralProcess, tmp_path: Path) -> None:
    _made(central, tmp_path / "copies")
    sheets = open_sheets(str(tmp_path / "new"))
    with pytest.raises(Refusal, match="RESTORE_NOT_EMPTY"):
        backups.restore(backups.newest(tmp_path / "copies"), central.database_url, sheets, hanoi_now())


def test_what_was_changed_in_a_copy_is_found(central: CentralProcess, empty: CentralProcess, tmp_path: Path) -> None:
    station = Station(central, "Q05-A")
    station.work(2)
    made = _made(central, tmp_path / "copies")
    manifest = made.folder / backups.MANIFEST
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"practice": False}))
    with pytest.raises(Refusal, match="BACKUP_DIGEST"):
        _restored(tmp_path / "copies", empty, made.digest)
    sheet = next((tmp_path / "copies" / "sheets").glob("??/*"))
    sheet.write_bytes(b"another page")
    proof = _restored(tmp_path / "copies", empty)
    assert not proof.ok
    assert f"sheet {sheet.name}: damaged in the backup" in proof.problems


def test_the_digest_of_another_copy_is_told_for_what_it_is(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path
) -> None:
    first, second = _made(central, tmp_path / "copies"), _made(central, tmp_path / "copies")
    with pytest.raises(Refusal, match="BACKUP_DIGEST") as refusal:
        _restored(tmp_path / "copies", empty, first.digest)
    assert first.folder.name in refusal.value.words.en
    assert second.folder.name in refusal.value.words.en
    with pytest.raises(Refusal, match="BACKUP_DIGEST") as refusal:
        _restored(tmp_path / "copies", empty, "0" * 64)
    assert second.folder.name in refusal.value.words.en
    assert _restored(first.folder, empty, first.digest).ok


@pytest.mark.parametrize("what", ["sheet", "part", "other"])
def test_only_an_empty_store_of_sheets_is_restored_into(
    central: CentralProcess, empty: CentralProcess, tmp_path: Path, what: str
) -> None:
    made = _made(central, tmp_path / "copies")
    sheets, data = open_sheets(empty.blobs), b"a page of somebody else"
    digest = hashlib.sha256(data).hexdigest()
    if what == "sheet":
        sheets.keep(digest, data)
    elif what == "part":
        part = sheets.open_part(digest, "Q09", 0, 100)
        part.write(data)
        part.keep()
        part.close()
    else:
        sheets = open_sheets(str(tmp_path / "mine"))
        (tmp_path / "mine" / "ab").mkdir()
        (tmp_path / "mine" / "ab" / "letter.txt").write_bytes(data)
    with pytest.raises(Refusal, match="RESTORE_NOT_EMPTY"):
        backups.restore(made.folder, empty.database_url, sheets, hanoi_now(), made.digest)
    new = open_sheets(str(tmp_path / "new"))
    (tmp_path / "new" / "lost+found").mkdir()
    assert backups.restore(made.folder, empty.database_url, new, hanoi_now(), made.digest).ok


def test_a_copy_of_what_is_not_there_leaves_nothing_behind(central: CentralProcess, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    mistyped = ("central", "backup", tmp_path / "copies", "--data", tmp_path / "centrl")
    assert commands.here(*mistyped).refusal == "BLOBS_MISSING"
    assert commands.here(*mistyped, CLERK_DATABASE=central.database_url).refusal == "BLOBS_MISSING"
    (tmp_path / "sheets").mkdir()
    assert commands.here(*mistyped, "--blobs", tmp_path / "sheets").refusal == "DATABASE_MISSING"
    assert list((tmp_path / "sheets").iterdir()) == []
    (tmp_path / "sheets").rmdir()
    assert sorted(tmp_path.iterdir()) == before


def test_a_copy_that_says_more_than_it_holds(central: CentralProcess, empty: CentralProcess, tmp_path: Path) -> None:
    """Somebody took entries out of the copy and wrote a manifest digest of their own."""
    Station(central, "Q05-A").work(1)
    made = _made(central, tmp_path / "copies")
    manifest = made.folder / backups.MANIFEST
    told = json.loads(manifest.read_text())
    told["counts"]["entries"] += 1
    told["heads"]["Q05-A"][0] += 1
    manifest.write_text(json.dumps(told))
    proof = _restored(tmp_path / "copies", empty)
    assert any("entries: 4 rows, 5 in the manifest" in problem for problem in proof.problems)
    assert "the chains do not end where the manifest says" in proof.problems


def test_nothing_to_restore(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="BACKUP_MISSING"):
        backups.newest(tmp_path)
