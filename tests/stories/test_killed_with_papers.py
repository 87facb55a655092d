"""Killed with real papers in hand, real scanner, page maker and reader: no page is lost, and none lies in the clear.

`CLERK_PAPER_KILLS=50` kills more often, `CLERK_SEED=7` repeats the moments of an earlier run.
"""

from __future__ import annotations

import os
import random
import secrets
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest

from clerk_app.devices.scanner import page_folder
from clerk_app.domain.dossier import PageArrived
from clerk_app.domain.pages import unmade
from tests.desk.conftest import Desk
from tests.peers.paper_pages import printed
from tests.peers.sane import SaneEnv

pytestmark = [
    pytest.mark.story,
    pytest.mark.wire,
    pytest.mark.skipif(sys.platform != "linux", reason="fork, and /proc for who is still there"),
]
ROOT = Path(__file__).resolve().parents[2]
STEPS = ("scanning", "bringing", "making", "reading", "archiving")
MOMENTS = tuple(one for step in STEPS[1:] for one in ("scanning", step))
"""A feed is killed as often as all else together."""
KILLS = int(os.environ.get("CLERK_PAPER_KILLS", "8"))
SEED = int(os.environ.get("CLERK_SEED", secrets.randbelow(10_000)))
LONGEST_S = 1.5
CITIZEN = "NGUYỄN VĂN MẪU 001099000001"
"""Stands on the paper that is brought in, and is read on it."""
HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"P4\n", b"P5\n", b"P6\n", b"II*\0", b"MM\0*")
INSIDE = (b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.", CITIZEN.encode(), b"001099000001")
"""What no file may have in it anywhere: a picture, a PDF, or who brought it."""


def in_the_clear(*places: Path) -> list[str]:
    """Files below these places that begin like a picture or have one, or the citizen, in them."""
    found = []
    for file in (file for place in places if place.is_dir() for file in place.rglob("*")):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            if content.startswith(HEADS) or any(one in content for one in INSIDE):
                found.append(f"{file}: {content[:8]!r}")
    return found


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    page, _ = printed((CITIZEN,))
    for number, content in enumerate((page, b"x" * 999 + page, b"P5\n1 1\n255\n", f"..{CITIZEN}..".encode())):
        (tmp_path / str(number)).write_bytes(content)
    (tmp_path / "other").write_bytes(b"sealed")
    assert len(in_the_clear(tmp_path)) == 4


@dataclass
class Place:
    """A desk's store, the places where it may leave something, and the process that forks desks."""

    store: Path
    disk: Path
    memory: Path
    paper: Path
    pipe: Path
    mark: str
    forks: subprocess.Popen[str]

    def begin(self, dossier: UUID) -> Life:
        assert self.forks.stdin is not None
        self.forks.stdin.write(f"{self.store} {dossier} {self.paper} {self.pipe}\n")
        self.forks.stdin.flush()
        line = os.open(self.pipe, os.O_RDONLY)
        return Life(line, int(_line(line)))

    def processes(self) -> list[int]:
        """Every process of the desks, workers and what those started, but not the one that forks."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if self.mark.encode() in path.read_bytes() and int(path.parent.name) != self.forks.pid:
                    found.append(int(path.parent.name))
        return found

    def all_gone(self) -> None:
        """Workers end when they see that their desk did."""
        deadline = monotonic() + 60
        while left := self.processes():
            assert monotonic() < deadline, left
            select.select([], [], [], 0.05)


@dataclass
class Life:
    """A desk at work."""

    line: int
    pid: int
    told: int = 0
    at: str = ""

    def until(self, step: str) -> None:
        """Listen until it begins that."""
        while self.at != step:
            said = _line(self.line)
            assert said, f"ended while {self.at}"
            self._said(said)

    def on(self, seconds: float) -> None:
        """Listen for so long."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and select.select([self.line], [], [], left)[0]:
            if not (said := _line(self.line)):
                return
            self._said(said)

    def over(self) -> None:
        """Listen until it is gone."""
        while said := _line(self.line):
            self._said(said)
        os.close(self.line)

    def _said(self, word: str) -> None:
        if word == "page":
            self.told += 1
        else:
            self.at = word


def _line(pipe: int) -> str:
    said = b""
    while (octet := os.read(pipe, 1)) not in (b"", b"\n"):
        said += octet
    return said.decode()


@pytest.fixture
def place(tmp_path: Path, sane_env: SaneEnv, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    store, disk, memory = (tmp_path / name for name in ("store", "tmp", "memory"))
    for folder in (store, disk, memory):
        folder.mkdir()
    paper, pipe, mark = tmp_path / "paper.jpg", tmp_path / "pipe", f"papers-{secrets.token_hex(8)}"
    paper.write_bytes(printed((CITIZEN, "GIẤY KHÁM SỨC KHỎE", "Kết luận: đủ điều kiện"))[0])
    os.mkfifo(pipe)
    environment = {"TMPDIR": str(disk), "XDG_RUNTIME_DIR": str(memory), "CLERK_TEST_MARK": mark}
    forks = subprocess.Popen(
        [sys.executable, "-m", "tests.stories.papers_desk"],
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | sane_env.environment | environment,
    )
    assert forks.stdin is not None
    monkeypatch.setattr(page_folder, "IN_MEMORY", (memory, Path("/dev/shm")))
    try:
        yield Place(store, disk, memory, paper, pipe, mark, forks)
    finally:
        forks.stdin.close()
        assert forks.wait(timeout=60) == 0


@pytest.mark.timeout(600)
def test_killed_at_any_moment_no_page_is_lost_and_none_lies_in_the_clear(place: Place) -> None:
    print(f"CLERK_SEED={SEED} CLERK_PAPER_KILLS={KILLS}")
    dice = random.Random(SEED)
    moments = []
    for kill in range(KILLS):
        dossier = _drafted(place.store)
        life = place.begin(dossier)
        life.until(MOMENTS[kill % len(MOMENTS)])
        life.on(dice.uniform(0.0, LONGEST_S))
        at, power_cut = life.at, kill % 3 == 1
        for pid in [life.pid, *(place.processes() if power_cut else [])]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        life.over()
        place.all_gone()
        moments.append(f"{at}{' (all at once)' if power_cut else ''}")
        assert in_the_clear(place.store, place.disk) == [], moments
        page_folder.sweep()  # as the next desk does when it first looks for scanners
        assert in_the_clear(place.memory) == [], moments
        assert not list(place.memory.iterdir()), moments
        _goes_on(place.store, dossier, life.told, at)
    print(moments)


@pytest.mark.timeout(600)
def test_a_worker_killed_at_any_moment_leaves_nothing_either(place: Place) -> None:
    """The desk goes on or says why not; what its worker had in hand is gone."""
    dice = random.Random(SEED)
    for step in STEPS:
        life = place.begin(_drafted(place.store))
        life.until(step)
        life.on(dice.uniform(0.0, LONGEST_S / 2))
        for pid in set(place.processes()) - {life.pid}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        life.over()
        place.all_gone()
        assert in_the_clear(place.store, place.disk, place.memory) == [], step


def _drafted(store: Path) -> UUID:
    desk = Desk(store)
    with closing(desk.database):
        dossier = desk.identified()
        values = {"case": "DOI_SAP_HET_HAN", "wanted_class": "B", "reason": "Sắp hết hạn", "pledge": "yes"}
        desk.intake.enter(dossier, values | {"applicant.phone": "0912345678"}, "application", "reason")
        for paper in ("GPLX_CU", "ANH"):
            desk.papers.bring(dossier, paper, b"\xff\xd8" + printed((paper,), (400, 300))[0][2:])
        return dossier


def _goes_on(store: Path, dossier: UUID, told: int, at: str) -> None:
    """Every sheet that was told of is there once, at most the one in hand besides; what is left to make can be made."""
    desk = Desk(store)
    with closing(desk.database):
        report = desk.journal.verify()
        assert report.ok, report.problems
        entries = [entry.what for entry in desk.journal.entries(dossier)]
        scanned = [what for what in entries if isinstance(what, PageArrived) and what.how == "scan"]
        assert told <= len(scanned) <= told + (at == "scanning")
        state = desk.journal.dossier(dossier)
        assert len(state.pages) == sum(isinstance(what, PageArrived) for what in entries)
        if state.status == "draft":
            desk.making.finish(dossier)
            assert not unmade(desk.journal.dossier(dossier).pages)
            assert len(desk.journal.dossier(dossier).pages) == len(state.pages)
        else:
            assert not desk.archive.make(dossier).failed
