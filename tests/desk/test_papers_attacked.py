"""What may come at pages while they arrive: another feed, a clock that is set back, another station, a full disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app.desk.ports import ScannedPage
from clerk_app.domain.dossier import Entry, ExceptionDecided
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import FIRST, Pulled, encode_entry, seal
from tests.desk import fakes
from tests.desk.conftest import SIGNER, Desk, never
from tests.peers.disks import fill, small_disk
from tests.peers.paper_pages import printed


def originals(desk: Desk, dossier: UUID) -> list[bytes]:
    """What had arrived for each page of the list."""
    pages = desk.journal.dossier(dossier).pages
    return [desk.sheets.original(page.sheet if page.raw else page.original) for page in pages]


class OwnFeeder(fakes.Scanners):
    """As many feeders as there are threads, each with a stack of its own; page for page they go in step."""

    def __init__(self, stacks: dict[str, list[bytes]]) -> None:
        super().__init__()
        self._stacks = stacks
        self._step = threading.Barrier(len(stacks), timeout=60)

    def scan(self, device: str, source: str, on_page: object, *further: object) -> int:  # type: ignore[override]
        stack = self._stacks[threading.current_thread().name]
        for data in stack:
            self._step.wait()
            on_page(ScannedPage(data, "image/png", 10, 10, 300))  # type: ignore[operator]
        return len(stack)


@pytest.mark.parametrize("together", [True, False], ids=["one dossier", "two dossiers"])
def test_two_feeds_at_once_on_one_desk(table: Desk, together: bool) -> None:
    """Each page once, each feed in its own order, and undo takes back page for page."""
    first = table.identified()
    second = first if together else table.identified(2)
    stacks = {name: [f"{name} {number}".encode() for number in range(20)] for name in ("left", "right")}
    table.papers._scanners = OwnFeeder(stacks)

    def feed(name: str, dossier: UUID, paper: str) -> None:
        threading.current_thread().name = name
        table.papers.scan(dossier, paper, lambda _: None, never)

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(feed, "left", first, "GKSK"), pool.submit(feed, "right", second, "GPLX_CU")):
            done.result()
    for name, dossier, paper in (("left", first, "GKSK"), ("right", second, "GPLX_CU")):
        table.making.finish(dossier)
        pages = [page for page in table.journal.dossier(dossier).pages if page.paper == paper]
        assert [table.sheets.original(page.original) for page in pages] == stacks[name]
    assert len(table.journal.dossier(first).pages) == (40 if together else 20)
    assert table.journal.verify().ok
    for left in range(39 if together else 19, -1, -1):
        table.pages.undo(first)
        assert len(table.journal.dossier(first).pages) == left


def test_the_clock_is_set_back_while_pages_come(table: Desk) -> None:
    """The order is that in which they came, also after the lists were made anew, and undo goes back the same way."""
    dossier = table.identified()
    stack = [fakes.page(number) for number in range(6)]
    table.scanners.pages = stack

    def back(number: int) -> None:
        if number == 3:
            table.time -= timedelta(days=400)

    table.papers.scan(dossier, "GKSK", back, never)
    came = [page.data for page in stack]
    assert originals(table, dossier) == came
    table.making.finish(dossier)
    table.journal.rebuild()
    assert originals(table, dossier) == came
    for left in range(5, 2, -1):
        table.pages.undo(dossier)
        assert originals(table, dossier) == came[:left]
    table.pages.redo(dossier)
    assert originals(table, dossier) == came[:4]
    assert table.journal.verify().ok


@pytest.mark.parametrize("apart", [timedelta(days=-1), timedelta(), timedelta(days=1)], ids=["before", "now", "after"])
def test_undo_goes_over_what_another_station_wrote_in_between(table: Desk, apart: timedelta) -> None:
    """A supervisor decides at another desk, whose clock may be wrong, while pages are scanned and arranged here."""
    dossier = table.identified()
    for number in (1, 2):
        table.scanners.pages = [fakes.page(number)]
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.exceptions.ask(dossier, "IDENTITY_WEAK", "thẻ hỏng")
    came = originals(table, dossier)
    _from_elsewhere(table, dossier, table.time + apart)
    table.scanners.pages = [fakes.page(3)]
    table.papers.scan(dossier, "GKSK", lambda _: None, never)
    table.pages.turn(dossier, 0, 1)
    table.making.finish(dossier)
    table.journal.rebuild()
    for _ in range(2):
        table.pages.undo(dossier)
    assert originals(table, dossier) == came
    table.pages.undo(dossier)
    assert originals(table, dossier) == came[:1]
    for _ in range(3):
        table.pages.redo(dossier)
    assert len(originals(table, dossier)) == 3
    assert table.journal.dossier(dossier).pages[0].turned == 90


def _from_elsewhere(desk: Desk, dossier: UUID, at: datetime) -> None:
    entry = Entry(uuid4(), dossier, ExceptionDecided("IDENTITY_WEAK", True), "supervisor", at)
    sealed = seal(encode_entry(entry), "Q99", 1, FIRST, SIGNER.sign)
    assert desk.journal.received(Pulled([(1, sealed)], 1)) == {dossier}


PAPERS = ("GKSK", "GPLX_CU", "ANH")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 12) as place:
        yield place


class Narrow:
    """A desk on a disk that has so much room left whenever something is to be written, and then has room again."""

    def __init__(self, place: Path) -> None:
        self.desk, self._place = Desk(place), place
        self.refused: set[str] = set()

    def at(self, verb: str, left: int, work: Callable[[], object]) -> None:
        """Do it with `left` octets free; where that is too little, the true cause is said."""
        filler = fill(self._place, left)
        try:
            work()
        except Refusal as refusal:
            if refusal.code != "DISK_FULL":
                raise
            self.refused.add(verb)
        finally:
            filler.unlink()

    def served(self, number: int, left: int) -> UUID:
        """One citizen's papers from the scanner to the archive, with that much room at each verb."""
        desk = self.desk
        dossier = desk.identified()
        values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B", "reason": "Sắp hết hạn", "pledge": "yes"}
        desk.intake.enter(dossier, values | {"applicant.phone": "0912345678"}, "application", "reason")
        stacks = {paper: [f"{paper} {number} {at} ".encode() * 3000 for at in range(2)] for paper in PAPERS}
        for paper, stack in stacks.items():
            for at, data in enumerate(stack):
                picture, desk.reader.says = printed((f"{paper} {number} {at}",), (300, 200), letters=20)
                desk.maker.says[data] = (fakes.made(picture),)
            self._scanned(dossier, paper, stack, left)
        every = [data for stack in stacks.values() for data in stack]
        assert originals(desk, dossier) == every
        self.at("make", left, lambda: desk.making.finish(dossier))
        desk.making.finish(dossier)
        assert originals(desk, dossier) == every, "each once, whatever had no room"
        self.at("read", left, lambda: self._read(dossier))
        self._read(dossier)
        assert len(desk.journal.dossier(dossier).readings_of_pages) == len(every) - len(stacks["ANH"]), "no portrait"
        desk.cashier.take(dossier, "cash", 200_000)
        desk.intake.submit(dossier)
        self.at("archive", left, lambda: self._archived(dossier))
        self._archived(dossier)
        for paper in PAPERS:
            assert desk.archive.open_copy(dossier, paper).startswith(b"%PDF")
        return dossier

    def _scanned(self, dossier: UUID, paper: str, stack: list[bytes], left: int) -> None:
        desk = self.desk

        def scan() -> None:
            desk.papers.scan(dossier, paper, lambda _: None, never)

        def kept() -> int:
            return sum(page.paper == paper for page in desk.journal.dossier(dossier).pages)

        desk.scanners.pages = [ScannedPage(data, "image/png", 10, 10, 300) for data in stack]
        self.at("scan", left, scan)
        desk.scanners.pages = desk.scanners.pages[kept() :]
        scan()

    def _read(self, dossier: UUID) -> None:
        while self.desk.reading.read_next(dossier, never) is not None:
            pass

    def _archived(self, dossier: UUID) -> None:
        for _, refusal in self.desk.archive.make(dossier).failed:
            raise refusal


def test_a_disk_that_is_full_at_any_write_from_the_scanner_to_the_archive(small: Path) -> None:
    """Wherever there is no room, it is said there, nothing is half there, and with room the work goes on."""
    narrow = Narrow(small)
    with closing(narrow.desk.database):
        served = [
            narrow.served(number, left)
            for number, left in enumerate((0, 4_096, 12_288, 28_672, 49_152, 81_920, 131_072, 200_704))
        ]
        assert narrow.refused == {"scan", "make", "read", "archive"}
        assert narrow.desk.journal.verify().ok
        assert not list(small.rglob("*.part"))
    again = Desk(small)
    with closing(again.database):
        for dossier in served:
            assert len(originals(again, dossier)) == 2 * len(PAPERS)
