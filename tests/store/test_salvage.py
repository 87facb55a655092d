"""A damaged store is made anew without a line: nothing stands twice on paper, and stopping in between costs nothing."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.desk.salvaged import Salvaged
from clerk_app.domain.dossier import FieldsEntered, Opened
from clerk_app.domain.refusals import Refusal
from clerk_app.store import rejoining, salvage, schema
from clerk_app.store.carving import Carver
from clerk_app.store.database import Database, raw_connection
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.keys import Keys
from clerk_app.store.known_users import KnownUsers
from clerk_app.store.witness import FILE, Witness
from clerk_app.wire import Block, SignedIn, User
from tests.store.conftest import Clock

OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)
DATABASE = "desk.db"
STATION = "Q04"
LOG_HEAD = 32
FRAME = 24 + 4096


class _Stopped(BaseException):
    """The power is gone: nothing that follows runs, and nobody cleans up."""


class Desk:
    """A profile whose program may be cut off at any moment: the files as they lay then are what the next one finds."""

    def __init__(self, profile: Path, clock: Clock) -> None:
        self.profile = profile
        self.clock = clock
        signer = Ed25519PrivateKey.generate()
        self.keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32), signer.private_bytes_raw())
        self.sign = signer.sign
        profile.mkdir()
        self.start()

    @property
    def path(self) -> Path:
        return self.profile / DATABASE

    @property
    def log(self) -> Path:
        return self.profile / f"{DATABASE}-wal"

    def start(self) -> SealedJournal:
        self.database = Database(self.path, self.keys.database)
        witness = Witness(self.profile / FILE)
        self.journal = SealedJournal(self.database, STATION, self.sign, self.keys.public_key(), witness)
        return self.journal

    def typed(self, times: int = 1, length: int = 400) -> UUID:
        dossier = new_id()
        self.journal.append(dossier, [OPENED], "clerk", self.clock())
        for at in range(times):
            text = FieldsEntered({"reason": str(at).ljust(length)}, "application", "reason")
            self.journal.append(dossier, [text], "clerk", self.clock())
        return dossier

    def cut_off(self) -> None:
        """A power cut: nobody closes the database, its log stays beside it."""
        kept = {path: path.read_bytes() for path in (self.path, self.log)}
        self.database.close()
        for path, data in kept.items():
            path.write_bytes(data)

    def salvage(self) -> Salvaged:
        damaged = salvage.Damaged(self.profile, DATABASE, self.keys, STATION, self.clock)
        return salvage.salvage(damaged)[0]

    def lose(self, n: int) -> None:
        """Damage that takes one entry, wherever it lay."""
        with self.database.write() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            kept = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'entries_delete_never'")
            trigger = str(kept.scalar_one())
            connection.exec_driver_sql("DROP TRIGGER entries_delete_never")
            connection.execute(schema.entries.delete().where(schema.entries.c.n == n))
            connection.exec_driver_sql(trigger)
        self.database.close()
        assert not self.log.exists()

    def asked(self, statement: str) -> None:
        """A statement outside of any transaction."""
        with closing(raw_connection(self.path, self.keys.database)) as connection:
            connection.execute(statement)

    def own(self) -> dict[UUID, int]:
        E = schema.entries.c  # noqa: N806
        with self.database.read() as connection:
            rows = connection.execute(sa.select(E.id, E.n).where(E.station == STATION)).all()
        return {UUID(bytes=row.id): row.n for row in rows}


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk", clock)
    yield made
    made.database.close()


def test_numbers_drawn_behind_a_bad_frame_of_the_log_are_never_drawn_again(desk: Desk) -> None:
    """Every entry comes back page by page, and the rows beside them are as old as the last frame before the bad one."""
    desk.journal.lend(Block("receipt", 1, 50))
    on_paper = {desk.journal.draw("receipt")}
    desk.typed()
    bad = desk.log.stat().st_size
    desk.typed()
    on_paper |= {desk.journal.draw("receipt") for _ in range(3)}
    desk.typed()
    here = desk.own()
    desk.cut_off()
    data = bytearray(desk.log.read_bytes())
    # The page and not its head; whatever stood in it lies in later frames, too.
    data[LOG_HEAD + (bad - LOG_HEAD) // FRAME * FRAME + 24 + 2000] ^= 1
    desk.log.write_bytes(data)
    record = desk.salvage()
    desk.start()
    assert (desk.own(), record.lost) == (here, ())
    assert record.numbers_closed
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        assert desk.journal.draw("receipt") not in on_paper


def test_numbers_stay_lent_where_every_row_is_as_new_as_the_entries(desk: Desk) -> None:
    desk.journal.lend(Block("receipt", 1, 50))
    desk.typed()
    drawn = desk.journal.draw("receipt")
    desk.typed()
    desk.cut_off()
    assert not desk.salvage().numbers_closed
    assert desk.start().draw("receipt") == drawn + 1


def test_a_second_salvage_right_after_a_rejoining_takes_every_entry_once(desk: Desk) -> None:
    """The file still has the entries under the numbers and seals of before, its log has them under those of now."""
    for _ in range(5):
        desk.typed(3)
    desk.lose(18)
    assert [n for n, _ in desk.salvage().lost] == [18]
    desk.start()
    with desk.database.write() as connection:
        rejoining.rejoin(connection, STATION, desk.sign, 0, [], (0, wire.FIRST), desk.database.seals)
    here = desk.own()
    assert sorted(here.values()) == list(range(1, 20))
    desk.cut_off()
    desk.salvage()
    desk.start()
    assert desk.own() == here
    assert desk.journal.verify().problems == ()


def test_a_rejoining_that_fails_leaves_the_witness_as_it_was(desk: Desk) -> None:
    for _ in range(3):
        desk.typed(3)
    desk.lose(7)
    desk.salvage()
    desk.start()
    noted = (desk.profile / FILE).read_bytes()
    with suppress(_Stopped), desk.journal.together():
        desk.journal.rejoin(0, [], (0, wire.FIRST))
        raise _Stopped
    assert (desk.profile / FILE).read_bytes() == noted
    desk.typed()
    assert Witness(desk.profile / FILE).seen().keys() == set(range(1, 15))


def test_after_a_rejoining_the_witness_knows_the_numbers_of_now_and_no_log_those_of_before(desk: Desk) -> None:
    for _ in range(3):
        desk.typed(3)
    desk.lose(7)
    desk.salvage()
    desk.start()
    with desk.journal.together():
        desk.typed()
        desk.journal.rejoin(0, [], (0, wire.FIRST))
    assert not desk.log.stat().st_size
    found = [sealed.n for sealed in Carver(desk.path, desk.keys.database).entries()]
    assert sorted(found) == list(range(1, 14))
    desk.typed()
    witness = Witness(desk.profile / FILE)
    assert (witness.seen().keys(), witness.last()) == (set(range(1, 16)), 15)
    assert desk.journal.soundness() is None


def test_what_the_log_did_not_write_over_yet_hides_no_page_of_the_file(desk: Desk) -> None:
    """A page of an entry was another one before, and behind the newest frames of the log it still is."""
    desk.asked("CREATE TABLE other (it BLOB)")
    desk.asked("PRAGMA wal_checkpoint(RESTART)")
    desk.asked("INSERT INTO other VALUES (randomblob(3000000))")
    desk.asked("DROP TABLE other")
    desk.asked("PRAGMA wal_checkpoint(RESTART)")
    desk.typed(3, 9000)
    desk.asked("PRAGMA wal_checkpoint(RESTART)")
    desk.typed()
    here = desk.own()
    desk.cut_off()
    assert desk.salvage().lost == ()
    desk.start()
    assert desk.own() == here


@pytest.mark.parametrize("steps", range(8))
def test_a_salvage_that_was_stopped_anywhere_can_be_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """What stands only in the log is never away from its file, and the log never beside another one."""
    desk.typed(3)
    desk.asked("PRAGMA wal_checkpoint(RESTART)")
    desk.typed(3)
    here = desk.own()
    desk.cut_off()
    assert desk.log.stat().st_size
    left = steps

    def stopping(name: str) -> None:
        real = getattr(Path, name)

        def step(path: Path, *further: object, **named: object) -> object:
            nonlocal left
            if path.parent == desk.profile or path.parent.parent == desk.profile:
                if not left:
                    raise _Stopped
                left -= 1
            return real(path, *further, **named)

        monkeypatch.setattr(Path, name, step)

    for name in ("replace", "unlink"):
        stopping(name)
    with suppress(_Stopped):
        desk.salvage()
    monkeypatch.undo()
    assert desk.salvage().lost == ()
    desk.start()
    assert desk.own() == here
    assert desk.journal.verify().problems == ()


def test_a_salvage_on_a_disk_too_full_for_the_log_leaves_the_file_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.typed(3)
    desk.cut_off()
    lay = desk.path.read_bytes(), desk.log.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="DISK_FULL"):
        desk.salvage()
    assert (desk.path.read_bytes(), desk.log.read_bytes()) == lay
    assert not list(desk.profile.glob("damaged-*"))


def test_a_log_whose_file_was_deleted_gives_back_what_stands_in_it(desk: Desk) -> None:
    desk.typed(3)
    here = desk.own()
    desk.cut_off()
    log = desk.log.read_bytes()
    desk.path.unlink()
    assert desk.salvage().lost == ()
    desk.start()
    assert desk.own() == here
    assert [kept.read_bytes() for kept in desk.profile.glob("damaged-*/*")] == [log]


@pytest.mark.parametrize(("lost", "version"), [(False, "7"), (True, "")])
def test_people_whose_rows_are_lost_are_learned_anew(desk: Desk, lost: bool, version: str) -> None:
    user = User("clerk", "Đỗ Thị Hằng", ("clerk",), STATION)
    KnownUsers(desk.database).remember(SignedIn(user, 7, desk.clock()), "practice")
    desk.typed()
    desk.journal.note("people", "7")
    with desk.database.read() as connection:
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'users'").scalar_one()
    desk.database.close()
    if lost:
        with desk.path.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(bytes(4096))
    desk.salvage()
    desk.start()
    with desk.database.read() as connection:
        left = connection.execute(sa.select(schema.users.c.id)).scalars().all()
    assert (left, desk.journal.noted("people")) == ([] if lost else ["clerk"], version)


@pytest.mark.parametrize("torn", [1, 16, 17, 19])
def test_an_entry_whose_note_was_cut_short_is_missed_all_the_same(desk: Desk, torn: int) -> None:
    """The newest transaction is gone with the end of the log, and the power went while its entry was being noted."""
    desk.journal.lend(Block("receipt", 1, 50))
    desk.typed(2)
    before = desk.log.stat().st_size
    with desk.journal.together():
        desk.journal.draw("receipt")
        desk.journal.append(new_id(), [OPENED], "clerk", desk.clock())
    desk.cut_off()
    os.truncate(desk.log, before)
    witness = desk.profile / FILE
    os.truncate(witness, witness.stat().st_size - torn)
    problem = desk.start().soundness()
    assert problem is not None
    assert problem.code == "DATABASE_TAIL_LOST"
    desk.database.close()
    record = desk.salvage()
    assert ([n for n, _ in record.lost], record.numbers_closed) == ([4], True)
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        desk.start().draw("receipt")
