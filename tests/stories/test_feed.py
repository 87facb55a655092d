"""A long feed. Killed at random moments, the desk has every page that it had told of, none twice, and goes on.

`CLERK_FEED_KILLS=500` kills more often, `CLERK_SEED=7` repeats the moments of an earlier run.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest

from clerk_app.domain.dossier import PageArrived, PageMade
from clerk_app.domain.pages import unmade
from tests.desk.conftest import Desk
from tests.stories.feeding_desk import HEAD

pytestmark = [pytest.mark.story, pytest.mark.skipif(sys.platform != "linux", reason="fork, and /proc for its size")]
ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("CLERK_FEED_KILLS", "20"))
SEED = int(os.environ.get("CLERK_SEED", secrets.randbelow(10_000)))
FEED = 50
"""Sheets in the feeder."""
LONGEST_LIFE_S = 0.6
PAGE_OCTETS = 150_000
MANY = 200
"""Pages of the largest dossier."""


@dataclass
class Scanner:
    """The scanner's side: a stack of sheets, and how far the desk said that it has them."""

    folder: Path
    desks: subprocess.Popen[str]
    ear: socket.socket
    address: str
    sheets: list[bytes] = field(default_factory=list)
    told: int = 0
    most_memory_kb: int = 0

    def load(self, sheets: int = FEED, octets: int = PAGE_OCTETS) -> None:
        self.sheets, self.told = [secrets.token_bytes(octets) for _ in range(sheets)], 0

    def feed(self, dossier: UUID, life_s: float) -> None:
        """Feed a desk from the first sheet that it does not show, and kill it after a while."""
        assert self.desks.stdin is not None
        self.desks.stdin.write(f"{self.folder} {dossier} {self.address}\n")
        self.desks.stdin.flush()
        line, _ = self.ear.accept()
        with line:
            (pid,) = HEAD.unpack(line.recv(HEAD.size, socket.MSG_WAITALL))
            end = monotonic() + life_s
            self._feed(line, end)
            with suppress(ProcessLookupError):  # a desk that has all of it ends by itself
                os.kill(pid, signal.SIGKILL)
            line.settimeout(60)
            # What it had said before it died counts; the end of the line is the end of the process.
            self.told += len(_rest(line))

    def _feed(self, line: socket.socket, end: float) -> None:
        try:
            for sheet in self.sheets[self.told :]:
                _wait(line, end)
                line.sendall(HEAD.pack(len(sheet)) + sheet)
                _wait(line, end)
                if line.recv(1) == b"k":
                    self.told += 1
            line.sendall(HEAD.pack(0))
            _wait(line, end)
            self.most_memory_kb = HEAD.unpack(line.recv(HEAD.size, socket.MSG_WAITALL))[0]
        except TimeoutError:
            pass


def _wait(line: socket.socket, end: float) -> None:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)


def _rest(line: socket.socket) -> bytes:
    said = b""
    while octets := _heard(line):
        said += octets
    return said


def _heard(line: socket.socket) -> bytes:
    try:
        return line.recv(64)
    except ConnectionResetError:  # it died with pages unread
        return b""


@contextmanager
def scanner_and_desks(folder: Path) -> Iterator[Scanner]:
    address = str(folder / "line")
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(address)
        ear.listen()
        ear.settimeout(120)
        desks = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.feeding_desk"], stdin=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert desks.stdin is not None
        try:
            yield Scanner(folder, desks, ear, address)
        finally:
            desks.stdin.close()
            assert desks.wait(timeout=60) == 0


def kept(desk: Desk, dossier: UUID) -> list[bytes]:
    """What the journal has of the feed, as it came; each page once, made of its own sheet if it is made."""
    report = desk.journal.verify()
    assert report.ok, report.problems
    entries = [entry.what for entry in desk.journal.entries(dossier)]
    arrived = [what.page.sheet for what in entries if isinstance(what, PageArrived)]
    made = [what.original for what in entries if isinstance(what, PageMade)]
    pages = desk.journal.dossier(dossier).pages
    assert [page.sheet if page.raw else page.original for page in pages] == arrived
    assert len(set(arrived)) == len(arrived)
    assert len(set(made)) == len(made)
    assert set(made) == {page.original for page in pages if not page.raw}
    for page in pages:
        if not page.raw:
            assert desk.sheets.get(page.sheet) == b"made of " + desk.sheets.original(page.original)
    return [desk.sheets.original(sheet) for sheet in arrived]


def drafted(folder: Path) -> UUID:
    desk = Desk(folder)
    with closing(desk.database):
        return desk.identified()


@pytest.mark.timeout(600)
def test_killed_at_random_moments_of_a_feed_every_page_that_it_told_of_is_there_once(tmp_path: Path) -> None:
    print(f"CLERK_SEED={SEED} CLERK_FEED_KILLS={KILLS}")
    dice = random.Random(SEED)
    raw_at_kills, unsaid, feeds = 0, 0, 0
    with scanner_and_desks(tmp_path) as scanner:
        dossier = drafted(tmp_path)
        scanner.load()
        for _ in range(KILLS):
            scanner.feed(dossier, dice.uniform(0.0, LONGEST_LIFE_S))
            desk = Desk(tmp_path)
            with closing(desk.database):
                have = kept(desk, dossier)
                # It may have kept the page in hand without having come to say so: then the clerk sees it, too.
                assert scanner.told <= len(have) <= scanner.told + 1
                assert have == scanner.sheets[: len(have)]
                raw_at_kills += desk.making.pending(dossier) > 0
                unsaid += len(have) - scanner.told
                scanner.told = len(have)
                if len(have) == FEED:
                    whole(desk, dossier, scanner)
                    feeds += 1
                    dossier = desk.identified()
                    scanner.load()
        scanner.feed(dossier, 600.0)
        desk = Desk(tmp_path)
        with closing(desk.database):
            assert len(kept(desk, dossier)) == FEED
            whole(desk, dossier, scanner)
    print(f"{feeds} feeds, {raw_at_kills} kills with pages not made yet, {unsaid} between keeping a page and saying so")


def whole(desk: Desk, dossier: UUID, scanner: Scanner) -> None:
    """What is left to make is made; then all is there."""
    desk.making.finish(dossier)
    assert not unmade(desk.journal.dossier(dossier).pages)
    assert kept(desk, dossier) == scanner.sheets


@pytest.mark.timeout(600)
def test_two_hundred_pages_are_kept_made_and_taken_back_in_little_memory(tmp_path: Path) -> None:
    """A page of 2 MB is in memory while it is kept and while it is made, never longer."""
    with scanner_and_desks(tmp_path) as scanner:
        dossier = drafted(tmp_path)
        scanner.load(MANY, 2_000_000)
        scanner.feed(dossier, 600.0)
    print(f"{scanner.most_memory_kb // 1000} MB for {MANY} pages")
    assert 0 < scanner.most_memory_kb < 400_000
    desk = Desk(tmp_path)
    with closing(desk.database):
        pages = desk.journal.dossier(dossier).pages
        assert (len(pages), unmade(pages)) == (MANY, ())
        desk.pages.remove(dossier, MANY // 2)
        assert desk.pages.undo(dossier).papers.pages[MANY // 2].sheet == pages[MANY // 2].sheet
        for left in reversed(range(MANY)):
            view = desk.pages.undo(dossier)
            assert len(view.papers.pages) == left
        assert desk.journal.dossier(dossier).past_pages == ()
        for _ in range(MANY):
            desk.pages.redo(dossier)
        assert desk.journal.dossier(dossier).pages == pages
        assert desk.journal.verify().ok
