"""Originals: encrypted like sheets, delivered never, written over never, released with their dossier and not before."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from clerk_app.domain.dossier import Discarded, Opened
from clerk_app.domain.refusals import Refusal
from clerk_app.store import schema
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.sheets import SheetStore
from tests.store.conftest import Clock, Store

SCAN = b"\x89PNG a citizen's paper " * 50
OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)


@pytest.fixture
def sheets(store: Store, tmp_path: Path, clock: Clock) -> SheetStore:
    return SheetStore(tmp_path / "sheets", b"s" * 32, store.database, clock)


@pytest.fixture
def journal(store: Store) -> SealedJournal:
    return store.journal()


def _draft(journal: SealedJournal, clock: Clock) -> UUID:
    dossier = new_id()
    journal.append(dossier, [OPENED], "clerk", clock())
    return dossier


def _discard(journal: SealedJournal, clock: Clock, dossier: UUID) -> None:
    journal.append(dossier, [Discarded("no")], "clerk", clock())


def _files(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "sheets").rglob("*") if path.is_file())


def test_an_original_lies_encrypted_and_waits_for_nobody(
    sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path
) -> None:
    dossier = _draft(journal, clock)
    digest = sheets.keep_original(SCAN, dossier)
    assert (sheets.original(digest), sheets.get(digest)) == (SCAN, SCAN)
    (file,) = _files(tmp_path)
    assert b"citizen" not in file.read_bytes()
    assert sheets.waiting() == ()
    outbox = journal.outbox()
    assert (outbox.waiting_sheets, outbox.waiting_bytes) == (0, 0)
    assert sheets.originals() == (dossier,)
    assert sheets.known() == (digest,), "whoever checks the store looks at it too"


def test_the_same_bytes_again_write_nothing_over(
    sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path
) -> None:
    dossier = _draft(journal, clock)
    digest = sheets.keep_original(SCAN, dossier)
    (file,) = _files(tmp_path)
    before = file.stat().st_mtime_ns, file.read_bytes()
    assert sheets.keep_original(SCAN, dossier) == digest
    assert sheets.put(SCAN) == digest
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before
    assert sheets.waiting() == ((digest, len(SCAN)),), "as a sheet it is delivered"


def test_the_originals_of_a_draft_cannot_be_let_go(
    store: Store, sheets: SheetStore, journal: SealedJournal, clock: Clock
) -> None:
    dossier = _draft(journal, clock)
    digest = sheets.keep_original(SCAN, dossier)
    with pytest.raises(Refusal):
        sheets.release(dossier)
    assert sheets.original(digest) == SCAN
    for statement in (schema.originals.delete(), schema.originals.update().values(size_bytes=1)):
        with pytest.raises(sa.exc.IntegrityError), store.database.engine.begin() as connection:
            connection.execute(statement)
    assert sheets.originals() == (dossier,)


def test_released_with_its_dossier(sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path) -> None:
    dossier = _draft(journal, clock)
    digest = sheets.keep_original(SCAN, dossier)
    _discard(journal, clock, dossier)
    assert sheets.release(dossier) == 1
    assert _files(tmp_path) == []
    assert (sheets.originals(), sheets.known()) == ((), ())
    with pytest.raises(Refusal, match="ORIGINAL_RELEASED"):
        sheets.original(digest)
    assert sheets.release(dossier) == 0


def test_what_another_dossier_or_central_needs_stays(
    sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path
) -> None:
    given_up, draft = _draft(journal, clock), _draft(journal, clock)
    shared, sheet = sheets.keep_original(SCAN, given_up), sheets.keep_original(SCAN + b"2", given_up)
    sheets.keep_original(SCAN, draft)
    sheets.put(SCAN + b"2")
    _discard(journal, clock, given_up)
    assert sheets.release(given_up) == 2
    assert sheets.original(shared) == SCAN
    assert sheets.get(sheet) == SCAN + b"2"
    with pytest.raises(Refusal, match="ORIGINAL_RELEASED"):
        sheets.original(sheet)
    assert len(_files(tmp_path)) == 2


def test_a_file_that_cannot_be_deleted_now_is_deleted_later(
    sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virus scanner has it open."""
    dossier = _draft(journal, clock)
    sheets.keep_original(SCAN, dossier)
    _discard(journal, clock, dossier)

    def held(_path: Path, _to: Path) -> Path:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", held)
        assert sheets.release(dossier) == 0
    assert sheets.originals() == (dossier,)
    assert sheets.release(dossier) == 1
    assert _files(tmp_path) == []


def test_what_a_crash_left_half_written_is_removed_at_the_next_start(
    sheets: SheetStore, journal: SealedJournal, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = _draft(journal, clock)
    digest = sheets.keep_original(SCAN, dossier)

    class Killed(BaseException):
        pass

    def killed(_from: Path, _to: Path) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(Killed):
            sheets.keep_original(SCAN + b"2", dossier)
    assert len(_files(tmp_path)) == 2
    sheets.tidy()
    assert [path.name for path in _files(tmp_path)] == [f"{digest}.sheet"]
