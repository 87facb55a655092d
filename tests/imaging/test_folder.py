"""The folder that scans arrive in: half-written files wait, nothing is overwritten, and faults have words."""

from __future__ import annotations

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.bootstrap import watched_folder_of
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.file_faults import MOST_IN_FOLDER
from clerk_app.imaging.folder import ABANDONED_S, DONE, EMPTY_S, KEPT_DAYS, REFUSED, STILL_S, TAKING, ScanFolder
from clerk_app.settings import Settings

DAY = datetime(2026, 11, 28, 9, 30, tzinfo=HANOI)


class Watched:
    """A folder and its watcher, whose clocks the test moves."""

    def __init__(self, path: Path, desk: str = "Q01") -> None:
        self.path = path
        self.now, self.day = 100.0, DAY
        self.folder = ScanFolder(path, lambda: self.day, lambda: self.now, desk)

    def look(self, later_s: float = STILL_S) -> list[str]:
        self.now += later_s
        return [file.name for file in self.folder.arrived()]

    def put(self, name: str, content: bytes = b"x", mtime: int = 1_000_000_000) -> Path:
        file = self.path / name
        file.write_bytes(content)
        os.utime(file, (mtime, mtime))
        return file

    def settled(self, name: str, content: bytes = b"x") -> Path:
        file = self.put(name, content)
        self.look()
        assert name in self.look()
        return file

    def inside(self, where: str) -> list[Path]:
        return sorted((self.path / where).iterdir())


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def refusal(work: Any) -> str:
    with pytest.raises(DeviceFault) as caught:
        work()
    assert caught.value.remedy.vi
    return caught.value.code


def test_a_file_counts_when_it_stood_still_between_two_looks(watched: Watched) -> None:
    watched.put("scan.pdf")
    assert watched.look() == []
    assert watched.look(0.2) == []  # a second look at once says nothing
    assert watched.look() == ["scan.pdf"]
    assert watched.look() == ["scan.pdf"]


def test_a_file_that_grows_or_is_written_anew_waits(watched: Watched) -> None:
    watched.put("scan.pdf")
    watched.look()
    watched.put("scan.pdf", b"xx")
    assert watched.look() == []
    watched.put("scan.pdf", b"yy", mtime=1_000_000_001)
    assert watched.look() == []
    assert watched.look() == ["scan.pdf"]


def test_the_oldest_comes_first(watched: Watched) -> None:
    watched.put("a.pdf", mtime=300)
    watched.put("b.pdf", mtime=100)
    watched.put("c.pdf", mtime=200)
    watched.look()
    assert watched.look() == ["b.pdf", "c.pdf", "a.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        "a.pdf.part",
        "a.TMP",
        "a.crdownload",
        "a.pdf~",
        "~$a.docx",
        ".hidden.pdf",
        "Thumbs.db",
        "desktop.ini",
        "a.filepart",
    ],
)
def test_what_is_being_written_or_no_scan_is_left_alone(watched: Watched, name: str) -> None:
    watched.put(name)
    watched.look()
    assert watched.look(1000) == []


def test_folders_and_links_are_no_scans(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.pdf"
    elsewhere.write_bytes(b"x")
    (watched.path / "link.pdf").symlink_to(elsewhere)
    (watched.path / "loop.pdf").symlink_to(watched.path / "loop.pdf")
    (watched.path / "folder.pdf").mkdir()
    os.mkfifo(watched.path / "pipe.pdf")
    watched.look()
    assert watched.look() == []


def test_an_empty_file_waits_long_and_then_counts(watched: Watched) -> None:
    watched.put("scan.pdf", b"")
    watched.look()
    assert watched.look(EMPTY_S / 2) == []
    assert watched.look(EMPTY_S / 2) == ["scan.pdf"]


def test_what_is_taken_moves_away_under_a_name_that_says_nothing(watched: Watched) -> None:
    for _ in range(3):
        watched.folder.taken(watched.settled("Nguyễn Văn A.PDF", b"content"))
    done = watched.inside(DONE)
    assert len(done) == 3
    for file in done:
        assert file.read_bytes() == b"content"
        assert file.suffix == ".pdf"
        assert "Nguy" not in file.name
    assert watched.look() == []


def test_what_is_refused_keeps_its_name_and_takes_nobodys_place(watched: Watched) -> None:
    for content in (b"1", b"2", b"3"):
        watched.folder.refused(watched.settled("scan.pdf", content))
    assert {file.name: file.read_bytes() for file in watched.inside(REFUSED)} == {
        "scan.pdf": b"1",
        "scan (2).pdf": b"2",
        "scan (3).pdf": b"3",
    }


def test_a_file_that_came_anew_meanwhile_is_not_moved_unread(watched: Watched) -> None:
    file = watched.settled("scan.pdf")
    watched.put("scan.pdf", b"the next one", mtime=1_000_000_009)
    watched.folder.taken(file)
    assert file.read_bytes() == b"the next one"
    watched.look()
    assert watched.look() == ["scan.pdf"]


def test_a_file_that_somebody_took_away_is_no_fault(watched: Watched) -> None:
    file = watched.settled("scan.pdf")
    file.unlink()
    watched.folder.taken(file)
    watched.folder.refused(file)
    assert watched.look() == []


def test_only_files_of_the_folder_are_moved(watched: Watched) -> None:
    with pytest.raises(ValueError):
        watched.folder.taken(watched.path.parent / "other.pdf")


def test_what_is_done_lies_there_for_some_days_and_what_is_refused_for_ever(watched: Watched) -> None:
    watched.folder.taken(watched.settled("one.pdf"))
    watched.folder.refused(watched.settled("two.pdf"))
    strange = watched.path / DONE / "a person's own-file.pdf"
    strange.write_bytes(b"x")
    watched.day = DAY + timedelta(days=KEPT_DAYS - 1)
    watched.look()
    assert len(watched.inside(DONE)) == 2
    watched.day = DAY + timedelta(days=KEPT_DAYS, minutes=1)
    watched.look()
    assert watched.inside(DONE) == [strange]
    assert len(watched.inside(REFUSED)) == 1


# ---- several desks


def claimed(watched: Watched, name: str) -> Path:
    own = watched.folder.claimed(watched.path / name)
    assert own is not None
    return own


def test_of_two_desks_only_one_takes_a_file(watched: Watched) -> None:
    other = Watched(watched.path, "Q02")
    file = watched.put("scan.pdf", b"content")
    for desk in (watched, other):
        desk.look()
        assert desk.look() == ["scan.pdf"]
    own = claimed(watched, "scan.pdf")
    assert other.folder.claimed(file) is None
    assert (watched.look(), other.look()) == (["scan.pdf"], [])
    assert watched.folder.claimed(own) == own, "what it has it has"
    watched.folder.taken(own)
    assert [done.read_bytes() for done in watched.inside(DONE)] == [b"content"]
    assert watched.inside(TAKING + "/Q01") == []


def test_desks_that_reach_for_it_at_once(watched: Watched) -> None:
    desks = [Watched(watched.path, f"Q0{number}").folder for number in range(8)]
    for number in range(30):
        file = watched.put(f"{number}.pdf")
        start = threading.Barrier(len(desks))

        def reach(folder: ScanFolder, file: Path = file, start: threading.Barrier = start) -> Path | None:
            start.wait()
            return folder.claimed(file)

        with ThreadPoolExecutor(len(desks)) as pool:
            got = [place for place in pool.map(reach, desks) if place is not None]
        assert len(got) == 1
        assert got[0].read_bytes() == b"x"
    assert sum(1 for path in watched.path.rglob("*") if path.is_file()) == 30, (
        "no empty place is left of the slower ones"
    )


def test_killed_in_between_the_desk_finds_it_again_and_no_other_does(watched: Watched) -> None:
    watched.settled("scan.pdf", b"first")
    claimed(watched, "scan.pdf")
    watched.put("scan.pdf", b"second")  # the scanner gives the same name again
    again, other = Watched(watched.path, "Q01"), Watched(watched.path, "Q02")
    for desk in (again, other):
        desk.look()
    assert again.look() == ["scan.pdf", "scan.pdf"]
    assert other.look() == ["scan.pdf"]
    second = claimed(again, "scan.pdf")
    assert second.name == "scan (2).pdf"
    assert {file.read_bytes() for file in watched.inside(TAKING + "/Q01")} == {b"first", b"second"}


def test_what_nobody_kept_anything_of_can_be_taken_by_any_desk(watched: Watched) -> None:
    watched.settled("scan.pdf", b"first")
    own = claimed(watched, "scan.pdf")
    watched.put("scan.pdf", b"second")
    watched.folder.released(own)
    assert {file.name: file.read_bytes() for file in watched.path.glob("*.pdf")} == {
        "scan.pdf": b"second",
        "scan (2).pdf": b"first",
    }


def test_a_desk_that_stays_away_keeps_no_file_for_ever(watched: Watched) -> None:
    """As long as it looks at the folder, the file is its own."""
    watched.settled("scan.pdf", b"content")
    claimed(watched, "scan.pdf")
    other = Watched(watched.path, "Q02")
    place = watched.path / TAKING / "Q01"
    for hour in range(3):
        os.utime(place, (hour, hour))  # longer ago than a clock that stands still between two looks can tell
        watched.look()
        assert other.look(ABANDONED_S) == []
    other.look(ABANDONED_S)
    other.look()
    assert other.look() == ["scan.pdf"]
    assert watched.look() == []
    watched.folder.taken(place / "scan.pdf")  # it wakes up: what it had is gone, and that is no fault


# ---- faults


def test_a_folder_that_is_not_there_is_a_named_fault_and_heals(watched: Watched, tmp_path: Path) -> None:
    gone = Watched(tmp_path / "network" / "drive")
    assert refusal(gone.look) == "FOLDER_MISSING"
    gone.path.mkdir(parents=True)
    assert gone.look() == []
    assert refusal(Watched(watched.put("file")).look) == "FOLDER_MISSING"


def test_a_folder_with_too_many_files_is_the_wrong_one(watched: Watched) -> None:
    for number in range(MOST_IN_FOLDER + 1):
        (watched.path / str(number)).touch()
    assert refusal(watched.look) == "FOLDER_CROWDED"


def test_a_folder_that_may_not_be_read_or_written(watched: Watched) -> None:
    """By somebody who is not the superuser, whom no permission holds back."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    file = watched.settled("scan.pdf")
    for mode, work, code in (
        (0o555, lambda: watched.folder.taken(file), "FOLDER_READ_ONLY"),
        (0o000, watched.look, "FOLDER_UNREADABLE"),
    ):
        watched.path.chmod(mode)
        for parent in watched.path.parents[:3]:
            if parent.stat().st_uid == os.getuid() and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o055)
        os.seteuid(65534)
        try:
            assert refusal(work) == code
        finally:
            os.seteuid(0)
            watched.path.chmod(0o755)
    assert file.exists()


def test_a_full_disk_is_said_and_the_file_stays(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=8", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        watched = Watched(small)
        file = watched.settled("scan.pdf", b"content")
        for number in range(9):
            with suppress(OSError):
                (small / f"filler{number}.tmp").touch()
        assert refusal(lambda: watched.folder.taken(file)) == "FOLDER_FULL"
        assert file.read_bytes() == b"content"
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_the_setting_chooses_the_folder(tmp_path: Path) -> None:
    assert watched_folder_of(Settings()) is None
    folder = watched_folder_of(Settings(scan_folder=str(tmp_path)))
    assert folder is not None
    assert folder.arrived() == ()


ACTS = ("put", "grow", "look", "take", "refuse", "vanish")


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2)), max_size=40))
def test_whatever_happens_no_content_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    """Every content that was ever put there, and not taken away or overwritten by its sender, is still somewhere."""
    watched = Watched(tmp_path_factory.mktemp("watched"))
    there: dict[str, bytes] = {}
    put_by = 0
    moved: list[bytes] = []
    for act, which in acts:
        name = f"scan{which}.pdf"
        file = watched.path / name
        match act:
            case "put" | "grow":
                put_by += 1
                there[name] = b"%d" % put_by
                watched.put(name, there[name], mtime=1_000_000_000 + put_by)
            case "look":
                watched.look()
            case "vanish":
                file.unlink(missing_ok=True)
                there.pop(name, None)
            case _:
                if file in watched.folder.arrived():
                    (watched.folder.taken if act == "take" else watched.folder.refused)(file)
                    assert not file.exists()
                    moved.append(there.pop(name))
    kept = [file.read_bytes() for where in (DONE, REFUSED) for file in (watched.path / where).glob("*")]
    assert sorted(kept) == sorted(moved)
    assert {file.name: file.read_bytes() for file in watched.path.glob("*.pdf")} == there
