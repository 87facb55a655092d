"""What waits, carried to a real central by hand and answered: whatever the order, each entry arrives once."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app import carried, wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.by_hand import opened as central_by_hand
from clerk_app.central.carried_in import Taken
from clerk_app.central.database import blocks as lent_blocks
from clerk_app.central.database import entries as central_entries
from clerk_app.central.database import open_database
from clerk_app.central.verify import verify
from clerk_app.desk.carrying import NOTE, CarriedHome, CarriedOut, Carrying
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.ports import Station
from clerk_app.domain.dossier import FieldsEntered, Page, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink
from tests.outages.ground import File, Folder, Ground
from tests.peers.central import CentralProcess
from tests.peers.counter import codes, exchange, opened
from tests.peers.disks import fill, small_disk
from tests.peers.line import Line

pytestmark = pytest.mark.wire


@dataclass
class Desk:
    """One enrolled desk on the real store."""

    station: str
    uplink: Uplink
    database: Database
    journal: SealedJournal
    sheets: SheetStore
    delivery: Delivery
    carrying: Carrying
    drawn: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, central: CentralProcess, url: str, station: str) -> Desk:
        seed = secrets.token_bytes(32)
        enrolled = central.enrol(station, "clerk", seed=seed)
        uplink = Uplink(url, seed, station, enrolled.central_id)
        folder.mkdir(parents=True)
        database = Database(folder / "desk.db", b"k" * 32)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        journal = SealedJournal(database, station, key.sign, key.public_key().public_bytes_raw())
        sheets = SheetStore(folder / "sheets", b"s" * 32, database, hanoi_now)
        who = Station(station, station, "PC08-HN", "", "", "G01.801.308", True, url, enrolled.central_id)
        carrying = Carrying(journal, sheets, uplink, who, seed, key.sign, hanoi_now, new_id)
        delivery = Delivery(journal, sheets, uplink, hanoi_now)
        delivery.heard.append(carrying.learn)
        assert delivery.once(lambda: False).state == "idle"
        return cls(station, uplink, database, journal, sheets, delivery, carrying)

    def draft(self, *pictures: bytes) -> UUID:
        dossier = uuid4()
        what = [opened(self.station), FieldsEntered({"reason": "mất mạng"}, "application")]
        pages = tuple(Page(self.sheets.put(one), "", 10, 10, 300, len(one)) for one in pictures)
        self.journal.append(dossier, [*what, *([PagesArranged(pages, "scan")] if pages else [])], "clerk", hanoi_now())
        return dossier

    def whole(self, picture: bytes) -> str:
        """A dossier from the card to the receipt; its code."""
        block = next(one for one in self.blocks() if one.kind == "dossier")
        (code,) = codes(block, hanoi_now())[:1]
        self.sheets.put(picture)
        receipt = f"{self.journal.draw('receipt'):07d}"
        self.journal.append(uuid4(), exchange(code, receipt, hanoi_now(), sheets=[picture]), "clerk", hanoi_now())
        return code

    def blocks(self) -> list[carried.Block]:
        number = self.journal.draw("dossier")
        return [carried.Block("dossier", number, number)]

    def own(self) -> list[tuple[int, bytes]]:
        found, n = [], 0
        while batch := self.journal.own_after(n, 100, 1 << 20):
            found += [(one.n, one.digest) for one in batch]
            n = batch[-1].n
        return found

    def close(self) -> None:
        self.uplink.close()
        self.database.close()


@pytest.fixture
def desk(central: CentralProcess, line: Line, tmp_path: Path) -> Iterator[Desk]:
    made = Desk.open(tmp_path / "desk", central, line.url, "Q01")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_desk(shared_central: CentralProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for tests that only add to it."""
    made = Desk.open(tmp_path_factory.mktemp("carrying") / "desk", shared_central, shared_central.url, "Q01")
    yield made
    made.close()


def take(central: CentralProcess, file: Path, answer: Path) -> Taken:
    """`central take`, beside the running server."""
    with central_by_hand(central.folder) as carried_in:
        return carried_in.take(file, answer)


def at_central(central: CentralProcess, station: str) -> list[tuple[int, bytes]]:
    assert verify(central.database_url).problems == ()
    database = open_database(central.database_url)
    with database.read() as connection:
        rows = connection.execute(central_entries.select().order_by(central_entries.c.number)).all()
    database.close()
    return [(row.n, row.digest) for row in rows if row.station == station]


def counted(central: CentralProcess) -> int:
    """Entries at central."""
    with closing(sqlite3.connect(central.folder / "central.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def refused(work: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        work(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_three_dossiers_by_stick_and_the_line_comes_back_in_the_middle(
    desk: Desk, central: CentralProcess, line: Line, tmp_path: Path
) -> None:
    line.pull_out()
    made = {desk.whole(secrets.token_bytes(300_000)) for _ in range(3)}
    assert len(made) == 3
    waiting = desk.journal.outbox()
    out = desk.carrying.export(tmp_path / "out.quay")
    assert (out.entries, out.sheets) == (waiting.waiting, 3)
    assert desk.journal.outbox() == waiting, "it stays here until somebody says that it arrived"
    taken = take(central, tmp_path / "out.quay", tmp_path / "answer.quay")
    assert (taken.accepted, taken.refused, taken.sheets, taken.problems) == (out.entries, 0, 3, [])
    line.plug_in()
    later = desk.draft(secrets.token_bytes(1000))
    report = desk.delivery.once(lambda: False)
    assert (report.state, report.refused) == ("idle", 0)
    home = desk.carrying.take_answer(tmp_path / "answer.quay")
    assert (home.accepted, home.refused, home.problem) == (out.entries, 0, None)
    after = desk.journal.outbox()
    assert (after.waiting, after.waiting_sheets, after.refused) == (0, 0, 0)
    assert at_central(central, "Q01") == desk.own()
    assert desk.journal.verify().problems == ()
    assert desk.journal.dossier(later).entries == 3


def test_an_answer_brings_what_others_did_and_numbers_and_is_taken_once(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    other = Desk.open(tmp_path / "other", central, central.url, "Q02")
    theirs = other.draft()
    assert other.delivery.once(lambda: False).accepted == 2
    other.close()
    for _ in range(360):
        desk.journal.draw("receipt")
    desk.draft()
    out, answer = tmp_path / "out.quay", tmp_path / "answer.quay"
    desk.carrying.export(out)
    first = take(central, out, answer)
    again = take(central, out, tmp_path / "again.quay")
    heard: list[datetime] = []
    desk.carrying.heard.append(heard.append)
    assert (first.numbers, again.numbers) == (500, 500)
    assert (first.accepted, first.pulled) == (again.accepted, again.pulled)
    for file in (answer, tmp_path / "again.quay", answer):
        assert desk.carrying.take_answer(file).pulled == 2
        with file.open("rb") as opened_file:
            assert heard[-1] == carried.head_of(opened_file).at, "when central answered, not when it came here"
    assert desk.journal.dossier(theirs).entries == 2
    receipts = next(state for state in desk.journal.blocks() if state.kind == "receipt")
    assert receipts.left == 140 + 500, "the same file lends the same numbers"
    database = open_database(central.database_url)
    with database.read() as connection:
        rows = connection.execute(lent_blocks.select()).all()
    database.close()
    assert len([row for row in rows if row.station == "Q01" and row.kind == "receipt"]) == 2
    assert desk.journal.verify().problems == ()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(("work", "export", "take", "answer", "line")), max_size=14), st.randoms())
def test_any_order_of_files_and_line_brings_each_entry_once(
    shared_desk: Desk, shared_central: CentralProcess, steps: list[str], chance: object
) -> None:
    desk, central = shared_desk, shared_central
    pick = chance.choice  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as folder:
        files: list[Path] = []
        answers: list[Path] = []
        for at, step in enumerate(steps):
            if step == "work":
                desk.draft(secrets.token_bytes(5000))
            elif step == "export":
                files.append(Path(folder) / f"{at}.quay")
                desk.carrying.export(files[-1])
            elif step == "take" and files:
                answers.append(Path(folder) / f"answer-{at}.quay")
                assert take(central, pick(files), answers[-1]).refused == 0
            elif step == "answer" and answers:
                assert desk.carrying.take_answer(pick(answers)).refused == 0
            elif step == "line":
                assert desk.delivery.once(lambda: False).state == "idle"
        assert desk.delivery.once(lambda: False).state == "idle"
        for answer in answers:
            assert desk.carrying.take_answer(answer).problem is None
    outbox = desk.journal.outbox()
    assert (outbox.waiting, outbox.waiting_sheets, outbox.refused) == (0, 0, 0)
    assert at_central(central, desk.station) == desk.own()
    assert desk.journal.verify().problems == ()


# ---- a central that was brought back from an older copy


def _copied(central: CentralProcess, to: Path) -> Ground:
    ground = Ground(central.folder, File(central.folder, to), Folder(central.folder, to))
    ground.copy()
    return ground


def _brought_back(central: CentralProcess, ground: Ground) -> None:
    central.kill()
    ground.bring_back()
    central.start()


def _around(desk: Desk, central: CentralProcess, folder: Path, name: str) -> tuple[CarriedOut, Taken, CarriedHome]:
    """A file to central and its answer back."""
    out, answer = folder / f"{name}.quay", folder / f"{name}-answer.quay"
    written = desk.carrying.export(out)
    return written, take(central, out, answer), desk.carrying.take_answer(answer)


def test_what_central_forgot_and_what_waits_go_in_one_delivery(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    ground = _copied(central, tmp_path / "copy")
    desk.draft()
    assert desk.delivery.once(lambda: False).state == "idle"
    _brought_back(central, ground)
    desk.draft()
    report = desk.delivery.once(lambda: False)
    assert (report.state, report.problem, report.again, report.sent) == ("idle", None, 2, 2)
    assert at_central(central, "Q01") == desk.own()


def test_what_a_restored_central_forgot_goes_by_stick_too(
    desk: Desk, central: CentralProcess, line: Line, tmp_path: Path
) -> None:
    desk.draft(b"before the copy")
    assert desk.delivery.once(lambda: False).state == "idle"
    ground = _copied(central, tmp_path / "copy")
    scanned = desk.draft(b"one page", b"another page")
    assert desk.delivery.once(lambda: False).state == "idle"
    _brought_back(central, ground)
    # The line lives just long enough to hear of it.
    pulled = desk.uplink.pull(desk.journal.cursor(), era=desk.journal.era())
    assert pulled.forgot or pulled.next_n < desk.journal.next_n()
    desk.journal.forgotten(pulled.next_n, pulled.era)
    line.pull_out()
    desk.draft()
    written, taken, home = _around(desk, central, tmp_path, "first")
    assert (written.entries, written.again, written.sheets) == (5, 3, 2)
    assert (taken.accepted, taken.refused, taken.problems, home.problem) == (5, 0, [], None)
    assert at_central(central, "Q01") == desk.own()
    assert ground.sheets.lacking([page.sheet for page in desk.journal.dossier(scanned).pages]) == []
    assert not desk.journal.again(1, 1)
    assert desk.journal.outbox().waiting == 0
    assert _around(desk, central, tmp_path, "second")[0].entries == 0, "once"
    assert desk.journal.verify().problems == ()


def test_a_desk_without_any_line_hears_from_the_answer_that_central_forgot(
    desk: Desk, central: CentralProcess, line: Line, tmp_path: Path
) -> None:
    ground = _copied(central, tmp_path / "copy")
    desk.whole(b"a page")
    other = Desk.open(tmp_path / "other", central, central.url, "Q02")
    other.close()
    assert desk.delivery.once(lambda: False).refused == 0
    stale = _around(desk, central, tmp_path, "stale")
    assert stale[2].problem is None
    line.pull_out()
    _brought_back(central, ground)
    desk.whole(b"b page")
    written, taken, home = _around(desk, central, tmp_path, "first")
    assert (written.again, taken.accepted, taken.refused) == (0, 0, 0)
    assert home.problem is not None
    assert home.problem.code == "CARRIED_CENTRAL_FORGOT"
    for name in ("stale", "first"):
        desk.carrying.take_answer(tmp_path / f"{name}-answer.quay")
    assert desk.journal.again(1, 1), "what was answered before the copy was brought back counts no more"
    written, taken, home = _around(desk, central, tmp_path, "second")
    assert written.again > 0
    assert (taken.accepted, taken.refused, home.problem) == (written.entries, 0, None), "numbers and all"
    for name in ("stale", "first", "second"):
        desk.carrying.take_answer(tmp_path / f"{name}-answer.quay")
    assert at_central(central, "Q01") == desk.own()
    assert not desk.journal.again(1, 1)
    assert desk.journal.held("dossier") == (), "central was told"
    line.plug_in()
    report = desk.delivery.once(lambda: False)
    assert (report.state, report.problem, report.again, report.sent) == ("idle", None, 0, 0)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.sampled_from(("work", "export", "take", "answer", "line", "copy", "back")), min_size=6, max_size=16),
    st.randoms(),
    st.booleans(),
)
def test_any_order_with_a_central_that_is_brought_back_loses_nothing(
    shared_desk: Desk, shared_central: CentralProcess, steps: list[str], chance: object, by_line: bool
) -> None:
    desk, central = shared_desk, shared_central
    pick = chance.choice  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as name:
        folder = Path(name)
        files: list[Path] = []
        answers: list[Path] = []
        ground = _copied(central, folder / "copy")
        for at, step in enumerate(steps):
            if step == "work":
                desk.draft(secrets.token_bytes(500))
            elif step == "export":
                files.append(folder / f"{at}.quay")
                desk.carrying.export(files[-1])
            elif step == "take" and files:
                answers.append(folder / f"answer-{at}.quay")
                assert take(central, pick(files), answers[-1]).refused == 0
            elif step == "answer" and answers:
                desk.carrying.take_answer(pick(answers))
            elif step == "line":
                report = desk.delivery.once(lambda: False)
                assert (report.state, report.problem) == ("idle", None), at
            elif step == "copy":
                ground.copy()
            elif step == "back":
                _brought_back(central, ground)
        if by_line:
            report = desk.delivery.once(lambda: False)
            assert (report.state, report.problem) == ("idle", None)
        else:
            # The first may only say that central forgot, the second brings all of it.
            homes = [_around(desk, central, folder, f"last-{n}")[2] for n in range(3)]
            assert homes[-1].problem is None
        for answer in answers:
            desk.carrying.take_answer(answer)
    outbox = desk.journal.outbox()
    assert (outbox.waiting, outbox.waiting_sheets, outbox.refused) == (0, 0, 0)
    assert not desk.journal.again(1, 1)
    assert at_central(central, desk.station) == desk.own()
    assert desk.journal.verify().problems == ()


def test_an_older_file_may_come_after_a_newer_one(desk: Desk, central: CentralProcess, tmp_path: Path) -> None:
    desk.draft()
    desk.carrying.export(tmp_path / "older.quay")
    desk.draft()
    desk.carrying.export(tmp_path / "newer.quay")
    assert take(central, tmp_path / "newer.quay", tmp_path / "newer-answer.quay").accepted == 4
    assert take(central, tmp_path / "older.quay", tmp_path / "older-answer.quay").accepted == 2
    assert desk.carrying.take_answer(tmp_path / "newer-answer.quay").accepted == 4
    assert desk.carrying.take_answer(tmp_path / "older-answer.quay").accepted == 2
    assert desk.journal.outbox().waiting == 0
    assert at_central(central, "Q01") == desk.own()


def test_a_file_whose_beginning_is_missing_says_so_and_waits(
    desk: Desk, central: CentralProcess, line: Line, tmp_path: Path
) -> None:
    desk.draft()
    line.lose = 1
    assert desk.delivery.once(lambda: False).state == "offline"
    desk.delivery.once(lambda: False)
    desk.draft()
    file = tmp_path / "out.quay"
    desk.carrying.export(file)
    with file.open("rb") as opened_file:
        head = carried.head_of(opened_file)
    keys = desk.carrying.keys()
    with carried.new_file(tmp_path / "late.quay") as out:
        writer = carried.Writer(out, head, keys.sealing, desk.journal.sign)
        last = desk.journal.own_after(0, 100, 1 << 20)[-1:]
        writer.add(carried.Entries(carried_batch(last)))
        writer.end()
    taken = take(central, tmp_path / "late.quay", tmp_path / "answer.quay")
    assert [one.code for one in taken.problems] == ["CARRIED_EARLIER_MISSING"]
    home = desk.carrying.take_answer(tmp_path / "answer.quay")
    assert home.problem is not None
    assert home.problem.code == "CARRIED_EARLIER_MISSING"
    assert desk.journal.outbox().waiting == 2


def carried_batch(entries: tuple[wire.Sealed, ...]) -> bytes:
    return wire.pack(wire.Batch(list(entries)))


def test_a_sheet_that_is_gone_here_is_said_so_and_holds_only_its_dossier(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    picture = secrets.token_bytes(1000)
    lost, kept = desk.draft(picture), desk.draft()
    digest = desk.sheets.waiting()[0][0]
    desk.sheets._path(digest).unlink()
    desk.carrying.export(tmp_path / "out.quay")
    taken = take(central, tmp_path / "out.quay", tmp_path / "answer.quay")
    assert (taken.accepted, taken.refused) == (4, 1)
    desk.carrying.take_answer(tmp_path / "answer.quay")
    assert [(one.entry.dossier, one.code) for one in desk.journal.refused()] == [(lost, "SHEET_LOST")]
    assert desk.journal.open_counts(kept) == (0, 0)


# ---- files that are not what they should be


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_file_that_is_cut_or_altered_anywhere_changes_nothing(
    exported: tuple[Desk, CentralProcess, bytes, bytes], data: st.DataObject
) -> None:
    desk, central, out, answer = exported
    whole = data.draw(st.sampled_from((out, answer)))
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.sampled_from(("cut", "flip", "more")))
    spoilt = whole[:at] if change == "cut" else whole + b"x"
    if change == "flip":
        spoilt = whole[:at] + bytes([whole[at] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[at + 1 :]
    before = desk.journal.outbox(), counted(central)
    with tempfile.TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as folder:
        file = Path(folder) / "spoilt.quay"
        file.write_bytes(spoilt)
        work = (lambda: take(central, file, Path(folder) / "a.quay")) if whole is out else None
        code = refused(work) if work else refused(desk.carrying.take_answer, file)
        assert code.startswith(("CARRIED_", "STATION_"))
        assert [one.name for one in Path(folder).iterdir()] == ["spoilt.quay"], "no answer, no half of one"
    assert (desk.journal.outbox(), counted(central)) == before


@pytest.fixture(scope="module")
def exported(
    shared_central: CentralProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, CentralProcess, bytes, bytes]]:
    """A desk with something that waits, its file, and an answer that nobody took."""
    folder = tmp_path_factory.mktemp("exported")
    desk = Desk.open(folder / "desk", shared_central, shared_central.url, "Q03")
    desk.carrying.export(folder / "first.quay")
    take(shared_central, folder / "first.quay", folder / "answer.quay")
    desk.journal.append(uuid4(), [opened("Q03"), FieldsEntered({"reason": "chờ"}, "application")], "clerk", hanoi_now())
    desk.carrying.export(folder / "out.quay")
    yield desk, shared_central, (folder / "out.quay").read_bytes(), (folder / "answer.quay").read_bytes()
    desk.close()


def test_files_of_others_are_refused_by_name(desk: Desk, central: CentralProcess, tmp_path: Path) -> None:
    desk.draft()
    out, answer = tmp_path / "out.quay", tmp_path / "answer.quay"
    desk.carrying.export(out)
    take(central, out, answer)
    assert refused(desk.carrying.take_answer, out) == "CARRIED_KIND"
    assert refused(take, central, answer, tmp_path / "x.quay") == "CARRIED_KIND"
    other = Desk.open(tmp_path / "other", central, central.url, "Q02")
    with pytest.raises(Refusal) as caught:
        other.carrying.take_answer(answer)
    assert caught.value.code == "CARRIED_OTHER_STATION"
    assert "Q01" in caught.value.words.vi
    other.close()
    elsewhere = CentralProcess(tmp_path / "elsewhere")
    elsewhere.start()
    assert refused(take, elsewhere, out, tmp_path / "x.quay") == "CARRIED_OTHER_CENTRAL"
    elsewhere.close()
    note = tmp_path / "note.txt"
    note.write_text("hello")
    assert refused(desk.carrying.take_answer, note) == "CARRIED_UNREADABLE"
    assert refused(desk.carrying.take_answer, tmp_path / "gone.quay") == "CARRIED_NOT_READ"


def test_what_anybody_can_read_of_a_file_says_nothing_of_people(desk: Desk, tmp_path: Path) -> None:
    picture = secrets.token_bytes(2000)
    desk.whole(picture)
    desk.carrying.export(tmp_path / "out.quay")
    octets = (tmp_path / "out.quay").read_bytes()
    assert picture not in octets
    for personal in ("001090012345", "TRẦN MINH QUÂN", "010167012345"):
        assert personal.encode() not in octets


# ---- sticks


def test_a_stick_too_small_is_told_and_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.draft(*(secrets.token_bytes(1_000_000) for _ in range(4)))
    with small_disk(tmp_path / "stick", 3) as stick:
        assert refused(desk.carrying.export, stick / "out.quay") == "CARRIED_STICK_FULL"
        assert list(stick.iterdir()) == []
        fill(stick)
        assert refused(desk.carrying.export, stick / "out.quay") == "CARRIED_STICK_FULL"
    assert desk.journal.outbox().waiting_sheets == 4


def test_a_stick_that_is_pulled_is_told(desk: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    desk.draft(secrets.token_bytes(1000))

    def pulled(_done: int, _total: int) -> None:
        shutil.rmtree(stick, ignore_errors=True)

    assert refused(desk.carrying.export, stick / "out.quay", lambda: False, pulled) == "CARRIED_STICK_GONE"
    assert refused(desk.carrying.export, stick / "out.quay") == "CARRIED_STICK_GONE"


def test_giving_up_leaves_no_file_and_an_older_one_as_it_was(desk: Desk, tmp_path: Path) -> None:
    desk.draft()
    file = tmp_path / "out.quay"
    file.write_bytes(b"older")
    assert refused(desk.carrying.export, file, lambda: True) == "CARRIED_GIVEN_UP"
    assert file.read_bytes() == b"older"
    assert not list(tmp_path.glob(".*.part"))


def test_a_desk_that_never_heard_the_keys_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.journal.note(NOTE, "")
    assert refused(desk.carrying.export, tmp_path / "out.quay") == "CARRIED_NO_KEYS"
    assert refused(desk.carrying.take_answer, tmp_path / "out.quay") == "CARRIED_NO_KEYS"


def test_memory_is_bounded_by_the_largest_sheet(desk: Desk, central: CentralProcess, tmp_path: Path) -> None:
    desk.draft(*(secrets.token_bytes(3_000_000) for _ in range(12)))
    tracemalloc.start()
    desk.carrying.export(tmp_path / "out.quay")
    _, written = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    taken = take(central, tmp_path / "out.quay", tmp_path / "answer.quay")
    _, read = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken.sheets == 12
    assert max(written, read) < 24_000_000, (written, read)
