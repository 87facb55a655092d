"""Copies go only when central proved, in its own time, that it has everything; until then they stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clerk_app.catalogue.pack import Pack
from clerk_app.desk.originals import Originals
from clerk_app.desk.retention import Retained, Retention, originals_at_once
from clerk_app.domain.dossier import ArchiveMade, Dossier, PageRead, Printed, sheets_of
from clerk_app.domain.oversight import CopiesRemoved, Reviewed
from clerk_app.domain.refusals import Refusal
from clerk_app.store import sheet_files
from clerk_app.store.local_copies import LocalCopies
from tests.desk.conftest import MORNING, Desk, never
from tests.peers.pack import training_pack
from tests.peers.two_desks import Joined, Office, refusal_of


class Kept:
    """One desk on its line to a central, and the retention of that desk."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        self.folder = folder
        self.office = Office(folder / "central")
        self.joined = Joined(folder / "desk", self.office, "Q01", "clerk", empty_store)
        self.desk, self.line = self.joined.desk, self.joined.line
        self.desk.counter.fetch = self.line.fetch_sheet
        self.copies = LocalCopies(self.desk.sheets, self.desk.database)
        self.retention = Retention(self.desk.counter, self.line, self.copies)  # type: ignore[arg-type]
        self.joined.deliver()

    def at(self, days: float) -> None:
        """So many days after the first morning, here and at central."""
        self.desk.time = self.line.now = MORNING + timedelta(days=days)

    def finished(self) -> UUID:
        """Accepted, its archive copies made, withdrawn, all of it at central."""
        dossier = self.desk.accepted()
        pages = {page.paper: page for page in self.desk.journal.dossier(dossier).pages}
        self.desk.texts = {}
        assert set(pages) == {"GKSK", "GPLX_CU", "ANH"}
        self.archived(dossier)
        self.desk.course.take(dossier, "withdraw", reason="Đổi ý")
        self.joined.deliver()
        return dossier

    def archived(self, dossier: UUID) -> None:
        for paper in ("GKSK", "GPLX_CU", "ANH"):
            pages = tuple(page.sheet for page in self.desk.journal.dossier(dossier).pages if page.paper == paper)
            copy = f"%PDF {dossier} {paper}".encode()
            made = ArchiveMade(paper, self.desk.sheets.put(copy), pages, len(copy))
            self.desk.journal.append(dossier, [made], "clerk", self.desk.clock())

    def sheets(self, dossier: UUID) -> frozenset[str]:
        return frozenset(sheet for entry in self.desk.journal.entries(dossier) for sheet in sheets_of(entry))

    def here(self, *digests: str) -> bool:
        return all((self.folder / "desk" / "sheets" / one[:2] / f"{one}.sheet").exists() for one in digests)

    def run(self, dry: bool = False) -> Retained:
        return self.retention.run(never, dry)

    def close(self) -> None:
        self.joined.close()
        self.office.close()


@pytest.fixture
def kept(tmp_path: Path, _empty_store: Path) -> Iterator[Kept]:
    made = Kept(tmp_path, _empty_store)
    yield made
    made.close()


@pytest.fixture
def other(kept: Kept, tmp_path: Path, _empty_store: Path) -> Iterator[Joined]:
    """A second desk of the office."""
    made = Joined(tmp_path / "other", kept.office, "Q02", "clerk2", _empty_store)
    yield made
    made.close()


def test_copies_of_a_finished_dossier_go_after_their_days_and_come_from_central_again(kept: Kept) -> None:
    dossier = kept.finished()
    sheets, page = kept.sheets(dossier), kept.desk.journal.dossier(dossier).pages[0].sheet
    content = kept.desk.sheets.get(page)
    assert len(sheets) >= 4, "pages, portrait, archive copies"
    kept.at(29)
    assert kept.run().removed == {}
    assert kept.here(*sheets)
    kept.at(31)
    planned = kept.run(dry=True)
    assert kept.here(*sheets)
    assert "CopiesRemoved" not in kept.desk.kinds(dossier)
    done = kept.run()
    assert (done.removed, done.octets, done.dossiers) == (planned.removed, planned.octets, 1)
    assert sum(done.removed.values()) == len(sheets)
    assert done.octets > 0
    assert not any(kept.here(one) for one in sheets)
    assert list((kept.folder / "desk" / "sheets" / "unfinished").glob("*")) == []
    told = [one.what for one in kept.desk.journal.entries(dossier) if isinstance(one.what, CopiesRemoved)]
    assert {one for what in told for one in what.sheets} == sheets
    assert told[0].basis.startswith("retentions:archive@2017-06-01 retentions:portraits@2017-06-01 retentions:sheets@")
    kept.joined.deliver()
    assert kept.joined.refused() == []
    assert kept.office.dossier(dossier).removed == sheets
    assert kept.desk.journal.verify().ok
    assert kept.desk.counter.sheet(page, dossier) == content, "central gives it again, long after it was due"
    assert not kept.here(page), "and it is not kept here"
    assert refusal_of(lambda: kept.desk.papers.picture(page, 100, dossier, here=True)) == "SHEET_MISSING"
    assert kept.desk.archive.open_copy(dossier, "GKSK").startswith(b"%PDF")
    kept.line.up = False
    assert refusal_of(lambda: kept.desk.papers.picture(page, 100, dossier)) == "SHEET_AT_CENTRAL"
    assert kept.desk.intake.view(dossier).code, "the dossier itself opens all the same"
    kept.line.up = True
    assert kept.run().removed == {}, "nothing is left to do"


def _nothing(kept: Kept, dossier: UUID) -> None:
    """All is as it should be."""


def _cut(kept: Kept, dossier: UUID) -> None:
    kept.line.up = False


def _unsent(kept: Kept, dossier: UUID) -> None:
    kept.desk.time = MORNING + timedelta(days=1)
    kept.desk.journal.append(dossier, [Printed("M01", 2, 1, "completed")], "clerk", kept.desk.clock())
    kept.at(60)


def _lost_at_central(kept: Kept, dossier: UUID) -> None:
    digest = kept.desk.journal.dossier(dossier).pages[0].sheet
    (kept.folder / "central" / "sheets" / digest[:2] / digest).unlink()


def _desk_clock_ahead(kept: Kept, dossier: UUID) -> None:
    kept.desk.time, kept.line.now = MORNING + timedelta(days=4000), MORNING + timedelta(days=3)


def _desk_clock_behind(kept: Kept, dossier: UUID) -> None:
    kept.desk.time = MORNING + timedelta(days=1)


def _other_central(kept: Kept, dossier: UUID) -> None:
    """Central was brought back from a copy of before this dossier."""
    kept.line._office = Office(kept.folder / "other")


def _refused(kept: Kept, dossier: UUID) -> None:
    kept.desk.journal.append(dossier, [Reviewed("sound")], "clerk", kept.desk.clock())
    kept.joined.deliver()


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (_cut, "CENTRAL_UNREACHABLE"),
        (_unsent, "waiting"),
        (_lost_at_central, "lacking"),
        (_desk_clock_ahead, "young"),
        (_desk_clock_behind, "young"),
        (_other_central, "unproven"),
        (_refused, "refused"),
        (_nothing, ""),
    ],
)
def test_what_is_not_proven_stays(kept: Kept, trouble: Callable[[Kept, UUID], None], why: str) -> None:
    dossier = kept.finished()
    sheets = kept.sheets(dossier)
    kept.at(60)
    trouble(kept, dossier)
    done = kept.run()
    if not why:
        assert not any(kept.here(one) for one in sheets)
        return
    assert done.removed == {}
    assert kept.here(*sheets)
    assert "CopiesRemoved" not in kept.desk.kinds(dossier)
    if why == "CENTRAL_UNREACHABLE":
        assert done.problem is not None
        assert done.problem.code == why
        assert not kept.retention.wanted(), "an hour's peace after a failure"
    else:
        assert done.kept == {why: 1}


def test_drafts_and_dossiers_without_their_archive_copies_keep_everything(kept: Kept) -> None:
    draft, accepted = kept.desk.applied(), kept.desk.accepted()
    kept.joined.deliver()
    kept.at(400)
    assert kept.run().kept == {"draft": 1, "archive": 1}
    assert kept.here(*kept.sheets(draft), *kept.sheets(accepted))


def test_a_discarded_draft_needs_no_archive_copy(kept: Kept) -> None:
    dossier = kept.desk.applied()
    kept.desk.intake.discard(dossier, "Người dân về")
    kept.joined.deliver()
    kept.at(31)
    kept.run()
    assert not any(kept.here(one) for one in kept.sheets(dossier))


def test_a_portrait_that_a_draft_needs_too_stays(kept: Kept) -> None:
    dossier = kept.finished()
    draft = kept.desk.identified()
    kept.joined.deliver()
    both = kept.sheets(dossier) & kept.sheets(draft)
    assert both, "one person, one portrait"
    kept.at(31)
    done = kept.run()
    assert kept.here(*both)
    assert not any(kept.here(one) for one in kept.sheets(dossier) - both)
    assert done.kept == {"draft": 1, "shared": 1}
    kept.desk.intake.discard(draft, "x")
    kept.joined.deliver()
    kept.at(70)
    kept.run()
    assert not any(kept.here(one) for one in both)
    told = [one.what for one in kept.desk.journal.entries(dossier) if isinstance(one.what, CopiesRemoved)]
    assert [set(what.sheets) & both for what in told] == [set(), both]


def test_what_was_written_down_and_not_destroyed_is_finished_later(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ended between the entry and the last file."""
    dossier = kept.finished()
    kept.at(31)

    def pulled(_digest: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kept.copies, "remove", pulled)
        with pytest.raises(KeyboardInterrupt):
            kept.run()
    assert kept.here(*kept.sheets(dossier))
    kept.joined.deliver()
    kept.run()
    assert not any(kept.here(one) for one in kept.sheets(dossier))
    assert kept.desk.kinds(dossier).count("CopiesRemoved") == 1


def test_days_begin_when_the_last_work_reached_central(kept: Kept) -> None:
    """Thirty days without a line are no days of proof."""
    kept.line.up = False
    dossier = kept.desk.accepted()
    kept.archived(dossier)
    kept.desk.course.take(dossier, "withdraw", reason="Đổi ý")
    kept.at(40)
    kept.line.up = True
    kept.joined.deliver()
    kept.at(69)
    assert kept.run().kept == {"young": 1}
    kept.at(71)
    assert sum(kept.run().removed.values()) == len(kept.sheets(dossier))


def test_a_dossier_that_has_not_ended_keeps_its_copies_however_old_it_is(kept: Kept) -> None:
    dossier = kept.desk.accepted()
    kept.archived(dossier)
    kept.joined.deliver()
    kept.at(400)
    assert kept.run().kept == {"open": 1}
    assert kept.here(*kept.sheets(dossier))
    kept.desk.course.take(dossier, "withdraw", reason="Đổi ý")
    kept.joined.deliver()
    kept.at(429)
    assert kept.run().kept == {"young": 1}, "its days begin with its end"
    kept.at(431)
    assert sum(kept.run().removed.values()) == len(kept.sheets(dossier))


def test_what_is_done_after_the_end_makes_it_no_younger(kept: Kept) -> None:
    dossier = kept.finished()
    kept.at(20)
    kept.desk.receipts.print(dossier, "M01", never)
    kept.joined.deliver()
    kept.at(31)
    assert sum(kept.run().removed.values()) == len(kept.sheets(dossier))


def rows(pack: Pack, **days: int) -> Pack:
    """The same pack with other days."""
    changed = tuple(
        replace(row, value=replace(row.value, days=days.get(row.value.kind, row.value.days)))
        for row in pack.tables.retentions
        if days.get(row.value.kind) != -1
    )
    return replace(pack, tables=replace(pack.tables, retentions=changed), _known={})


def test_each_kind_has_days_of_its_own_and_without_a_row_it_stays(kept: Kept) -> None:
    dossier = kept.finished()
    state = kept.desk.journal.dossier(dossier)
    pages = {page.sheet for page in state.pages}
    archive = {copy.sheet for copy in state.archive.values()}
    kept.desk.counter.pack = rows(training_pack(), sheets=2, archive=10, portraits=-1)
    kept.at(3)
    assert kept.run().removed == {"sheets": len(pages)}
    kept.at(11)
    assert kept.run().removed == {"archive": len(archive)}
    kept.at(900)
    assert kept.run().removed == {}
    assert kept.here(*(kept.sheets(dossier) - pages - archive))


def test_originals_stay_for_their_days_where_the_rules_give_them_some(kept: Kept) -> None:
    desk = kept.desk
    desk.counter.pack = rows(training_pack(), originals=5, page_texts=3)
    assert not originals_at_once(desk.counter.rules_today())
    kept.joined.delivery._originals = Originals(
        desk.journal, desk.sheets, lambda: originals_at_once(desk.counter.rules_today())
    )
    dossier = kept.finished()
    assert desk.sheets.originals() == (dossier,)
    kept.at(4)
    kept.run()
    assert desk.sheets.originals() == (dossier,)
    kept.at(6)
    assert kept.run().removed == {"originals": 1}
    assert desk.sheets.originals() == ()


def test_the_words_of_pages_leave_the_search(kept: Kept) -> None:
    dossier = kept.finished()
    read = kept.desk.journal.dossier(dossier)
    assert read.status == "submitted"
    sheet, reading = read.pages[0].sheet, "a" * 64
    kept.desk.journal.keep_words(reading, "giay kham suc khoe benh vien")
    kept.desk.journal.append(dossier, [PageRead(sheet, reading)], "clerk", kept.desk.clock())
    kept.joined.deliver()
    assert [line.dossier for line in kept.desk.journal.find("benh vien")] == [dossier]
    kept.at(91)
    assert kept.run().removed["page_words"] == 1
    assert kept.desk.journal.find("benh vien") == ()
    assert kept.desk.journal.verify().ok
    kept.desk.journal.rebuild()
    assert kept.desk.journal.find("benh vien") == ()
    assert kept.desk.journal.verify().ok


def test_it_is_done_about_once_a_day(kept: Kept) -> None:
    assert kept.retention.wanted()
    kept.run()
    assert not kept.retention.wanted()
    kept.at(0.9)
    assert kept.retention.wanted()


def test_a_cancelled_look_changes_nothing(kept: Kept) -> None:
    dossier = kept.finished()
    kept.at(31)
    assert kept.retention.run(lambda: True).removed == {}
    assert kept.here(*kept.sheets(dossier))
    assert kept.retention.wanted()


def test_central_takes_no_removal_of_a_draft_and_gives_nobody_pages_he_never_sent(kept: Kept, other: Joined) -> None:
    dossier = kept.finished()
    page = kept.desk.journal.dossier(dossier).pages[0].sheet
    other.deliver()
    other.desk.time = other.line.now = MORNING + timedelta(days=60)
    other.desk.journal.append(dossier, [CopiesRemoved((page,), "x")], "clerk2", other.desk.clock())
    draft = kept.desk.draft()
    kept.desk.journal.append(draft, [CopiesRemoved((page,), "x")], "clerk", kept.desk.clock())
    kept.joined.deliver()
    other.deliver()
    assert kept.joined.refused() == ["COPIES_EARLY"]
    assert refusal_of(lambda: other.line.fetch_sheet(page, dossier)) == "SHEET_NOT_OPEN"


def test_the_counter_that_accepted_gets_the_pages_until_the_course_has_ended(kept: Kept, other: Joined) -> None:
    """It makes the copies for the archive, however long after the appointment; nobody else needs the pages then."""
    dossier = kept.desk.accepted()
    page = kept.desk.journal.dossier(dossier).pages[0].sheet
    kept.joined.deliver()
    other.deliver()
    assert kept.line.fetch_sheet(page, dossier) == other.line.fetch_sheet(page, dossier)
    kept.at(60)
    other.line.now = MORNING + timedelta(days=60)
    assert kept.line.fetch_sheet(page, dossier)
    assert refusal_of(lambda: other.line.fetch_sheet(page, dossier)) == "SHEET_NOT_OPEN"
    kept.desk.course.take(dossier, "withdraw", reason="Đổi ý")
    kept.joined.deliver()
    assert refusal_of(lambda: kept.line.fetch_sheet(page, dossier)) == "SHEET_NOT_OPEN"


# ---- the files


def test_every_sheet_has_a_key_of_its_own_and_old_ones_still_open(table: Desk, tmp_path: Path) -> None:
    one = table.sheets.put(b"one page " * 100)
    path = tmp_path / "sheets" / one[:2] / f"{one}.sheet"
    first = path.read_bytes()
    assert first.startswith(sheet_files.MAGIC)
    path.unlink()
    table.sheets.put(b"one page " * 100)
    again = path.read_bytes()
    assert again[: sheet_files.HEAD] != first[: sheet_files.HEAD]
    with pytest.raises(Exception, match=r".*"):
        sheet_files.opened(first[: sheet_files.HEAD] + again[sheet_files.HEAD :], one, b"s" * 32)
    old = b"page of an earlier program"
    digest, nonce = hashlib.sha256(old).hexdigest(), b"n" * 12
    place = tmp_path / "sheets" / digest[:2] / f"{digest}.sheet"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(nonce + AESGCM(b"s" * 32).encrypt(nonce, old, bytes.fromhex(digest)))
    assert table.sheets.get(digest) == old
    unlucky = sheet_files.MAGIC + b"n" * 8
    place.write_bytes(unlucky + AESGCM(b"s" * 32).encrypt(unlucky, old, bytes.fromhex(digest)))
    assert table.sheets.get(digest) == old


def test_what_is_destroyed_is_written_over_key_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one.sheet"
    before = sheet_files.sealed(b"a citizen's paper " * 9000, "ab" * 32, b"s" * 32)
    file.write_bytes(before)
    seen: list[bytes] = []
    really = sheet_files.os.fsync

    def synced(handle: int) -> None:
        really(handle)
        seen.append(file.read_bytes())

    monkeypatch.setattr(sheet_files.os, "fsync", synced)
    sheet_files.destroy(file)
    head = sheet_files.HEAD
    assert [len(one) for one in seen] == [len(before), len(before), 0]
    assert seen[0][:head] != before[:head]
    assert seen[0][head:] == before[head:], "the key goes before anything else, and is on the disk"
    assert not any(a == b for a, b in zip(_blocks(seen[1]), _blocks(before), strict=True))
    assert not file.exists()


def _blocks(data: bytes) -> list[bytes]:
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def test_a_file_that_was_put_aside_is_destroyed_at_the_next_start(table: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "sheets" / "unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "abc.gone").write_bytes(b"rest")
    (folder / "abc.part").write_bytes(b"half")
    table.sheets.tidy()
    assert list(folder.iterdir()) == []


def test_a_sheet_that_central_may_not_have_or_that_is_an_original_is_never_removed(table: Desk) -> None:
    waiting = table.sheets.put(b"not delivered")
    assert not table.sheets.remove(waiting)
    dossier = table.draft()
    both = table.sheets.keep_original(b"both", dossier)
    assert table.sheets.put(b"both") == both
    table.sheets.delivered(both)
    assert not table.sheets.remove(both)
    assert table.sheets.get(both) == b"both"
    assert set(table.sheets.copies()) == {both}


def test_removed_copies_are_this_desks_own_word(kept: Kept, other: Joined) -> None:
    """What another desk removed explains no page that is missing here."""
    dossier = kept.finished()
    other.deliver()
    other.desk.journal.append(dossier, [CopiesRemoved(("f" * 64,), "x")], "clerk2", other.desk.clock())
    other.deliver()
    kept.joined.deliver()
    state: Dossier = kept.desk.journal.dossier(dossier)
    assert state.removed == {"f" * 64}
    assert kept.desk.journal.removed_here() == frozenset()
    kept.at(31)
    kept.run()
    assert kept.desk.journal.removed_here() == kept.sheets(dossier)


def test_who_is_not_signed_in_removes_nothing(kept: Kept) -> None:
    kept.desk.counter.user = None
    with pytest.raises(Refusal, match="SIGN_IN_NEEDED"):
        kept.run()
