"""A damaged store is made anew without a line: nothing stands twice on paper, and stopping in between costs nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.desk.salvaged import Salvaged
from clerk_app.domain.dossier import FieldsEntered, Opened
from clerk_app.domain.refusals import Refusal
from clerk_app.store import salvage, schema
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.keys import Keys
from clerk_app.store.witness import FILE, Witness
from clerk_app.wire import Block
from tests.store.conftest import Clock

OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)
DATABASE = "desk.db"
STATION = "Q04"
LOG_HEAD = 32
FRAME = 24 + 4096


class Desk:
    """A profile whose program may be cut off at any moment: the files as they lay then are what the next one finds."""

    def __init__(self, profile: Path, clock: Clock) -> None:
        self.profile = profile
        self.clock = clock
        signer = Ed25519PrivateKey.generate()
        self.keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32), signer.private_bytes_raw())
        self._signer = signer
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
        self.journal = SealedJournal(self.database, STATION, self._signer.sign, self.keys.public_key(), witness)
        return self.journal

    def typed(self, times: int = 1) -> UUID:
        dossier = new_id()
        self.journal.append(dossier, [OPENED], "clerk", self.clock())
        for at in range(times):
            text = FieldsEntered({"reason": f"{at} " * 200}, "application", "reason")
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
