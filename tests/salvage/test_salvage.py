"""A desk whose database is damaged: it comes back, nothing is lost that was anywhere, and the rest is named exactly."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from clerk_app import bootstrap
from clerk_app.central.verify import verify as verify_central
from clerk_app.desk.delivery import Delivery
from clerk_app.domain.dossier import FieldsEntered, Page, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.store import keys, schema
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink
from tests.peers.central import CentralProcess
from tests.peers.counter import opened

pytestmark = pytest.mark.wire
PAGE = 4096


@dataclass
class Workstation:
    """An enrolled workstation that is worked at, killed, damaged and got back."""

    central: CentralProcess
    profile: Path
    station: str
    written: dict[UUID, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bootstrap.enrol(self.profile, self.central.url, self.central.code(self.station))
        self.keys = keys.unwrap(self.profile)
        with closing(self.uplink()) as uplink:
            uplink.sign_in("clerk", "practice")

    @property
    def database(self) -> Path:
        return self.profile / bootstrap.DATABASE

    def uplink(self) -> Uplink:
        return Uplink(self.central.url, self.keys.station, self.station, timeout_s=60)

    def work(self, dossiers: int, entries: int = 6, sheets: int = 0) -> list[UUID]:
        """Drafts as a clerk types them."""
        with self.store() as (journal, kept):
            made = []
            for _ in range(dossiers):
                dossier = uuid4()
                what = [opened("Q05"), *(_typed("x" * 300 * at) for at in range(entries - 1))]
                for one in what:
                    journal.append(dossier, [one], "clerk", bootstrap.now())
                for at in range(sheets):
                    digest = kept.put(f"{dossier} {at}".encode() * 50)
                    journal.append(
                        dossier, [PagesArranged((Page(digest, "", 10, 10, 300, 50),), "scan")], "clerk", bootstrap.now()
                    )
                self.written |= {entry.id: dossier for entry in journal.entries(dossier)}
                made.append(dossier)
        return made

    def store(self) -> _Opened:
        return _Opened(self)

    def deliver(self) -> None:
        with self.store() as (journal, sheets), closing(self.uplink()) as uplink:
            report = Delivery(journal, sheets, uplink, bootstrap.now).once(lambda: False)
            assert (report.state, report.problem) == ("idle", None)
            assert not journal.outbox().waiting

    def own(self) -> dict[UUID, tuple[int, bytes]]:
        """What lies here of this station: number and digest by identity."""
        with self.store() as (journal, _):
            E = schema.entries.c  # noqa: N806
            with journal._db.read() as connection:
                rows = connection.execute(sa.select(E.id, E.n, E.digest).where(E.station == self.station)).all()
        return {UUID(bytes=row.id): (row.n, row.digest) for row in rows}


def _typed(text: str) -> FieldsEntered:
    return FieldsEntered({"reason": text}, "application", "reason")


class _Opened:
    """The store of a desk, opened without asking for its passphrase again."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk

    def __enter__(self) -> tuple[SealedJournal, SheetStore]:
        desk, station = self._desk, bootstrap.station_of(self._desk.profile)
        self._database, journal = bootstrap._opened_store(desk.profile, station, desk.keys)
        return journal, SheetStore(desk.profile / "sheets", desk.keys.sheets, self._database, bootstrap.now)

    def __exit__(self, *_: object) -> None:
        self._database.close()


_numbers = iter(range(1, 10_000))


@pytest.fixture(scope="module", autouse=True)
def _central_is_sound(shared_central: CentralProcess) -> Iterator[None]:
    """Whatever desks sent after a salvage stays at central, and all of it agrees."""
    yield
    assert verify_central(shared_central.database_url).ok


@pytest.fixture
def desk(shared_central: CentralProcess, tmp_path: Path) -> Iterator[Workstation]:
    return Workstation(shared_central, tmp_path / "desk", f"Q05-S{next(_numbers)}")


def _checked(desk: Workstation) -> bootstrap.Mended:
    """Get the desk back; then the list of what is lost is exactly right, and the desk works on and delivers."""
    mended = bootstrap.salvage(desk.profile)
    record = mended.record
    here = desk.own()
    missing = Counter(dossier for entry, dossier in desk.written.items() if entry not in here)
    assert dict(record.by_dossier()) == dict(missing)
    assert mended.problem is None
    assert record.after is None
    desk.written = {entry: dossier for entry, dossier in desk.written.items() if entry in here}
    desk.work(1)
    desk.deliver()
    with desk.store() as (journal, _):
        assert journal.verify().problems == ()
    assert desk.own().keys() == desk.written.keys()
    with closing(desk.uplink()) as uplink:
        at_central, after = {}, 0
        while page := uplink.returned(after).entries:
            at_central |= {answer.id: (sealed.n, sealed.digest) for sealed, answer in page}
            after = page[-1][0].n
    assert at_central == desk.own()
    return mended


def _flip(path: Path, chance: random.Random, places: int) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(places):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bytes_anywhere(desk: Workstation, seed: int) -> None:
    chance = random.Random(seed)
    desk.work(4)
    desk.deliver()
    desk.work(4)
    _flip(desk.database, chance, chance.choice((1, 8, 40)))
    _checked(desk)


def _truncated(desk: Workstation) -> None:
    data = desk.database.read_bytes()
    desk.database.write_bytes(data[: len(data) * 2 // 3 + 100])


def _half_gone(desk: Workstation) -> None:
    data = desk.database.read_bytes()
    desk.database.write_bytes(bytes(len(data) // 2) + data[len(data) // 2 :])


def _first_page_zeroed(desk: Workstation) -> None:
    data = desk.database.read_bytes()
    desk.database.write_bytes(bytes(PAGE) + data[PAGE:])


def _deleted(desk: Workstation) -> None:
    desk.database.unlink()


@pytest.mark.parametrize("damage", [_truncated, _half_gone, _first_page_zeroed, _deleted])
def test_parts_of_the_file_gone(desk: Workstation, damage: Callable[[Workstation], None]) -> None:
    desk.work(5)
    desk.deliver()
    desk.work(5)
    damage(desk)
    with pytest.raises(Refusal, match="DATABASE_"):
        desk.own()
    _checked(desk)


def test_the_newest_entries_gone_with_the_log(desk: Workstation) -> None:
    """The program was killed, and somebody deleted the log beside the database: it is in order, and it is old."""
    desk.work(3)
    desk.deliver()
    copied = desk.profile.parent / "before.db"
    shutil.copyfile(desk.database, copied)
    desk.work(2)
    desk.deliver()
    desk.work(2)
    shutil.copyfile(copied, desk.database)
    with pytest.raises(Refusal, match="DATABASE_TAIL_LOST"):
        desk.own()
    mended = _checked(desk)
    assert mended.record.back == 12
    assert mended.record.numbers_closed
    assert sum(count for _, count in mended.record.by_dossier()) == 12


def test_pages_lost_here_come_back_from_central_and_the_rest_is_named(desk: Workstation) -> None:
    delivered = desk.work(2, sheets=2)
    desk.deliver()
    waiting = desk.work(2, sheets=2)
    for sheet in (desk.profile / "sheets").glob("*/*.sheet"):
        sheet.unlink()
    _first_page_zeroed(desk)
    mended = bootstrap.salvage(desk.profile)
    assert Counter(dossier for _, dossier in mended.record.sheets) == Counter(dict.fromkeys(waiting, 2))
    with desk.store() as (journal, sheets):
        for dossier in delivered:
            for page in journal.dossier(dossier).pages:
                assert sheets.get(page.sheet)


def test_without_a_line_the_desk_works_on_and_never_forks(desk: Workstation) -> None:
    """What is done before the line is back goes on top of what central has."""
    desk.work(2)
    desk.deliver()
    copied = desk.profile.parent / "before.db"
    shutil.copyfile(desk.database, copied)
    desk.work(2)
    desk.deliver()
    shutil.copyfile(copied, desk.database)
    desk.central.stop()
    try:
        mended = bootstrap.salvage(desk.profile)
        assert mended.problem is not None
        assert mended.problem.code == "CENTRAL_UNREACHABLE"
        assert len(mended.record.lost) == 12
        desk.work(3)
    finally:
        desk.central.start()
    desk.deliver()
    assert desk.own().keys() == desk.written.keys()
    with desk.store() as (journal, _):
        assert journal.verify().problems == ()
    assert verify_central(desk.central.database_url).ok


def test_a_salvage_asks_central_and_sends_nothing(desk: Workstation) -> None:
    """A week's backlog with its pages may take long: the desk opens first, and its delivery can be stopped."""
    desk.work(2)
    desk.deliver()
    desk.work(3, sheets=1)
    _first_page_zeroed(desk)
    mended = bootstrap.salvage(desk.profile)
    assert (mended.problem, mended.record.after, mended.record.lost) == (None, None, ())
    with desk.store() as (journal, _):
        assert (journal.outbox().waiting, journal.outbox().waiting_sheets) == (21, 3)
    desk.deliver()


def test_who_stops_the_asking_is_asked_for_at_the_next_delivery(desk: Workstation) -> None:
    desk.work(2, sheets=1)
    desk.deliver()
    for sheet in (desk.profile / "sheets").glob("*/*.sheet"):
        sheet.unlink()
    _first_page_zeroed(desk)
    asked: list[int] = []

    def before_the_pages() -> bool:
        asked.append(1)
        return len(asked) > 1

    for cancel in (lambda: True, before_the_pages):
        mended = bootstrap.salvage(desk.profile, cancel=cancel)
        assert mended.problem is None
        assert mended.record.after is not None
    assert not list((desk.profile / "sheets").glob("*/*.sheet"))
    desk.deliver()
    assert desk.own().keys() == desk.written.keys()
    assert len(list((desk.profile / "sheets").glob("*/*.sheet"))) == 2


def test_what_was_damaged_is_kept_and_a_second_salvage_changes_nothing(desk: Workstation) -> None:
    desk.work(3)
    _truncated(desk)
    damaged = desk.database.read_bytes()
    mended = bootstrap.salvage(desk.profile)
    assert mended.kept is not None
    assert (mended.kept / bootstrap.DATABASE).read_bytes() == damaged
    before = desk.own()
    assert bootstrap.salvage(desk.profile).record.lost == ()
    assert desk.own() == before


def test_a_whole_profile_put_back_from_an_old_copy_goes_on_after_a_salvage(desk: Workstation) -> None:
    """Database and witness agree and are old: only central knows better, and numbers drawn since are used no more."""
    desk.work(2)
    desk.deliver()
    old = {name: (desk.profile / name).read_bytes() for name in (bootstrap.DATABASE, "desk.tail", "desk.seal")}
    desk.work(2)
    desk.deliver()
    for name, data in old.items():
        (desk.profile / name).write_bytes(data)
    mended = _checked(desk)
    assert (mended.record.back, mended.record.lost, mended.record.numbers_closed) == (12, (), True)


@pytest.mark.parametrize(("worked", "code"), [(0, "CENTRAL_AHEAD"), (1, "CHAIN_FORKED")])
def test_a_profile_from_an_old_copy_is_told_the_command_that_helps(desk: Workstation, worked: int, code: str) -> None:
    desk.work(2)
    desk.deliver()
    old = {name: (desk.profile / name).read_bytes() for name in (bootstrap.DATABASE, "desk.tail", "desk.seal")}
    desk.work(2)
    desk.deliver()
    for name, data in old.items():
        (desk.profile / name).write_bytes(data)
    desk.work(worked)
    with desk.store() as (journal, sheets), closing(desk.uplink()) as uplink:
        report = Delivery(journal, sheets, uplink, bootstrap.now).once(lambda: False)
    assert (report.state, report.problem and report.problem.code) == ("ahead", code)
    assert report.problem is not None
    assert "clerk desk salvage" in report.problem.remedy.vi
    assert "clerk desk salvage" in report.problem.remedy.en
    assert ("desk.db", "older") in _verified(desk), "whoever looks later still hears it"
    mended = _checked(desk)
    assert (mended.record.back, mended.record.lost) == (12, ())
    desk.deliver()
    assert ("desk.db", "older") not in _verified(desk)


def _verified(desk: Workstation) -> list[tuple[str, str]]:
    with desk.store() as (journal, _):
        return [(one.table, one.kind) for one in journal.verify().findings]
