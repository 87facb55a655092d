"""Pages from files and from the watched folder: each once, whatever breaks, and no file holds up another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.desk.half_taken import fingerprint
from clerk_app.desk.papers import MOST_PAGES
from clerk_app.desk.ports import Cancel, ScannedPage
from clerk_app.domain.dossier import PageArrived, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.imaging.folder import ScanFolder
from tests.desk import fakes
from tests.desk.conftest import Desk, never


def ignored(_number: int) -> None:
    """Nobody counts the pages here."""


def _arrived(desk: Desk, dossier: UUID) -> list[tuple[str, bytes]]:
    entries = (entry.what for entry in desk.journal.entries(dossier))
    return [(what.how, desk.sheets.original(what.page.sheet)) for what in entries if isinstance(what, PageArrived)]


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture
def folder(table: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "arriving"
    path.mkdir()
    table.folder = fakes.Folder(path)
    return path


def test_the_pages_of_files_come_in_their_order(table: Desk, tmp_path: Path) -> None:
    dossier = table.identified()
    files = [_file(tmp_path, "b", "one\ntwo"), _file(tmp_path, "a", "three")]
    told: list[int] = []
    view = table.papers.bring_files(dossier, "GKSK", files, told.append, never)
    assert told == [1, 2, 3]
    assert len(view.papers.pages) == 3
    assert _arrived(table, dossier) == [("import", b"one"), ("import", b"two"), ("import", b"three")]
    assert table.making.pending(dossier) == 3


def test_a_broken_file_keeps_its_good_pages_and_holds_up_no_other(table: Desk, tmp_path: Path) -> None:
    dossier = table.identified()
    files = [_file(tmp_path, "a", "one\nbroken\ntwo"), _file(tmp_path, "b", "three")]
    with pytest.raises(Refusal, match="FILE_DAMAGED"):
        table.papers.bring_files(dossier, "GKSK", files, lambda _: None, never)
    assert [data for _, data in _arrived(table, dossier)] == [b"one", b"three"]


def test_given_up_in_the_middle_of_files(table: Desk, tmp_path: Path) -> None:
    dossier = table.identified()
    files = [_file(tmp_path, "a", "one\ntwo"), _file(tmp_path, "b", "three")]
    with pytest.raises(Refusal, match="FILE_GIVEN_UP"):
        table.papers.bring_files(
            dossier, "GKSK", files, lambda _: None, lambda: bool(table.journal.dossier(dossier).pages)
        )
    assert [data for _, data in _arrived(table, dossier)] == [b"one"]


def test_what_lies_in_the_watched_folder_is_taken_and_moved_away(table: Desk, folder: Path) -> None:
    dossier = table.identified()
    _file(folder, "1.pdf", "one\ntwo")
    _file(folder, "2.pdf", "three\nbroken")
    _file(folder, "3.pdf", "four")
    with pytest.raises(Refusal, match="FILE_DAMAGED"):
        table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert _arrived(table, dossier) == [("folder", page) for page in (b"one", b"two", b"three", b"four")]
    assert sorted(path.name for path in folder.iterdir()) == ["1.done", "2.aside", "3.done"]
    assert len(table.papers.take_in(dossier, "GKSK", lambda _: None, never).papers.pages) == 4


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_ended_in_the_middle_of_a_file_its_pages_come_once(table: Desk, folder: Path, pages: int) -> None:
    """Two pages of it are the same: that is no reason to leave one out."""
    dossier = table.identified()
    _file(folder, "1.pdf", "same\nsame\nother")

    with pytest.raises(Killed):
        table.papers.take_in(dossier, "GKSK", _killed_at(pages), never)
    assert len(_arrived(table, dossier)) == pages
    assert (folder / "1.pdf").exists(), "a file is moved away when all of it is kept"
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert [data for _, data in _arrived(table, dossier)] == [b"same", b"same", b"other"]
    _file(folder, "2.pdf", "same\nsame\nother")
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert len(_arrived(table, dossier)) == 6, "the same again, on purpose"


class Killed(BaseException):
    """The program ends here."""


def _killed_at(page: int) -> Callable[[int], None]:
    def on_page(number: int) -> None:
        if number == page:
            raise Killed

    return on_page


def _pages_of(desk: Desk, dossier: UUID) -> list[bytes]:
    return [data for _, data in _arrived(desk, dossier)]


def test_a_file_that_was_begun_is_not_split_over_two_dossiers(table: Desk, folder: Path) -> None:
    first, second = table.identified(1), table.identified(2)
    _file(folder, "1.pdf", "one\ntwo\nthree")
    _file(folder, "2.pdf", "other")
    with pytest.raises(Killed):
        table.papers.take_in(first, "GKSK", _killed_at(1), never)
    with pytest.raises(Refusal, match="FOLDER_HALF_TAKEN") as caught:
        table.papers.take_in(second, "GKSK", lambda _: None, never)
    assert table.journal.dossier(first).local_code in caught.value.words.vi
    assert _pages_of(table, second) == [b"other"], "it holds up no other file"
    assert (folder / "1.pdf").exists()
    table.papers.take_in(first, "GKSK", lambda _: None, never)
    assert _pages_of(table, first) == [b"one", b"two", b"three"]


def test_taken_out_of_the_wrong_dossier_the_whole_file_comes_into_the_right_one(table: Desk, folder: Path) -> None:
    first, second = table.identified(1), table.identified(2)
    _file(folder, "1.pdf", "one\ntwo\nthree")
    with pytest.raises(Killed):
        table.papers.take_in(first, "GKSK", _killed_at(2), never)
    table.making.finish(first)
    table.pages.remove(first, (0, 1))
    table.papers.take_in(second, "GKSK", lambda _: None, never)
    assert _pages_of(table, second) == [b"one", b"two", b"three"]


def test_of_a_discarded_dossier_the_whole_file_comes_into_the_next(table: Desk, folder: Path) -> None:
    first, second = table.identified(1), table.identified(2)
    _file(folder, "1.pdf", "one\ntwo")
    with pytest.raises(Killed):
        table.papers.take_in(first, "GKSK", _killed_at(1), never)
    table.intake.discard(first, "nhầm người")
    table.papers.take_in(second, "GKSK", lambda _: None, never)
    assert _pages_of(table, second) == [b"one", b"two"]


def test_what_an_accepted_dossier_has_of_a_file_gets_into_no_other_unseen(table: Desk, folder: Path) -> None:
    first, second = table.applied(), table.identified(2)
    _file(folder, "1.pdf", "one")
    with pytest.raises(Killed):
        table.papers.take_in(first, "GKSK", _killed_at(1), never)
    table.making.finish(first)
    table.cashier.take(first, "cash", 200_000)
    table.intake.submit(first)
    with pytest.raises(Refusal, match="FOLDER_BEGUN_CLOSED"):
        table.papers.take_in(second, "GKSK", lambda _: None, never)
    assert _pages_of(table, second) == []
    (folder / "1.aside").rename(folder / "1.pdf")
    table.papers.take_in(second, "GKSK", lambda _: None, never)
    assert _pages_of(table, second) == [b"one"], "put back by a person"


def test_an_older_file_that_comes_meanwhile_does_not_make_pages_come_twice(table: Desk, folder: Path) -> None:
    dossier = table.identified()
    _file(folder, "2.pdf", "one\ntwo\nthree")
    with pytest.raises(Killed):
        table.papers.take_in(dossier, "GKSK", _killed_at(2), never)
    _file(folder, "1.pdf", "older")
    with pytest.raises(Killed):
        table.papers.take_in(dossier, "GKSK", _killed_at(1), never)
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert _pages_of(table, dossier) == [b"one", b"two", b"older", b"three"]
    assert table.journal.noted("taking_from_folder") == ""


def test_what_is_no_file_any_more_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    assert {fingerprint(tmp_path / name) for name in ("pipe", "huge", "none", ".")} == {""}
    one, two = _file(tmp_path, "one", "same"), _file(tmp_path, "two", "same")
    assert fingerprint(one) == fingerprint(one) != fingerprint(two)


def test_a_program_that_is_missing_here_is_no_fault_of_the_file(table: Desk, folder: Path) -> None:
    dossier = table.identified()
    _file(folder, "1.pdf", "one\nundrawn")
    with pytest.raises(Refusal, match="PDF_READER_MISSING"):
        table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert (folder / "1.pdf").exists()


def _full_but(desk: Desk, room: int) -> UUID:
    dossier = desk.identified()
    desk.papers.bring(dossier, "GKSK", b"\xff\xd8 first")
    desk.making.finish(dossier)
    page = desk.journal.dossier(dossier).pages[0]
    many = tuple(replace(page, sheet=f"{number:064x}") for number in range(MOST_PAGES - room))
    desk.journal.append(dossier, (PagesArranged(many, "move"),), "clerk", desk.clock())
    return dossier


def test_a_file_stops_where_the_dossier_is_full_and_is_gone_on_with(table: Desk, folder: Path) -> None:
    dossier = _full_but(table, 1)
    _file(folder, "1.pdf", "one\ntwo\nthree")
    with pytest.raises(Refusal, match="PAGES_TOO_MANY"):
        table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert len(table.journal.dossier(dossier).pages) == MOST_PAGES
    assert (folder / "1.pdf").exists()
    table.pages.remove(dossier, (0, 1, 2))
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert _pages_of(table, dossier)[1:] == [b"one", b"two", b"three"]


def test_files_that_are_brought_stop_where_the_dossier_is_full(table: Desk, tmp_path: Path) -> None:
    dossier = _full_but(table, 1)
    with pytest.raises(Refusal, match="PAGES_TOO_MANY"):
        table.papers.bring_files(dossier, "GKSK", [_file(tmp_path, "a", "one\ntwo")], lambda _: None, never)
    assert len(table.journal.dossier(dossier).pages) == MOST_PAGES
    table.pages.remove(dossier, 0)
    with pytest.raises(Refusal, match="PAGES_TOO_MANY"):
        table.papers.bring(dossier, "GKSK", b"one\ntwo")
    assert len(table.journal.dossier(dossier).pages) == MOST_PAGES


def test_a_feed_stops_where_the_dossier_is_full(table: Desk) -> None:
    dossier = _full_but(table, 2)
    table.scanners.pages = [fakes.page(number) for number in range(40)]
    with pytest.raises(Refusal, match="PAGES_TOO_MANY"):
        table.papers.scan(dossier, "GKSK", lambda _: None, never)
    assert len(table.journal.dossier(dossier).pages) == MOST_PAGES


def test_given_up_the_file_stays_where_it_is(table: Desk, folder: Path) -> None:
    dossier = table.identified()
    _file(folder, "1.pdf", "one\ntwo")
    with pytest.raises(Refusal, match="FILE_GIVEN_UP"):
        table.papers.take_in(dossier, "GKSK", lambda _: None, lambda: bool(table.journal.dossier(dossier).pages))
    assert (folder / "1.pdf").exists()
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert [data for _, data in _arrived(table, dossier)] == [b"one", b"two"]


def test_a_file_that_is_written_while_it_is_read_waits_until_it_is_complete(table: Desk, folder: Path) -> None:
    """Not one page of the half file is kept, whether it can be opened or not."""
    dossier = table.identified()
    file = _file(folder, "1.pdf", "one")
    whole = ["one\ntwo", "one\ntwo\nbroken", "one\ntwo\nthree"]
    read = table.files.pages

    def pages(asked: Path | bytes, cancel: Cancel) -> Iterator[ScannedPage]:
        assert isinstance(asked, Path)
        octets = asked.read_bytes()
        if whole:
            file.write_text(whole.pop(0), "utf-8")
            os.utime(file, ns=(0, len(whole) + 1))
        yield from read(octets, cancel)

    table.files.pages = pages  # type: ignore[method-assign]
    for _ in range(3):
        table.papers.take_in(dossier, "GKSK", ignored, never)
        assert _arrived(table, dossier) == []
        assert file.exists()
    table.papers.take_in(dossier, "GKSK", ignored, never)
    assert _arrived(table, dossier) == [("folder", page) for page in (b"one", b"two", b"three")]
    assert not file.exists()


def test_a_file_that_another_desk_takes_is_no_concern_of_this_one(table: Desk, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    now = [100.0]
    ours, theirs = (ScanFolder(shared, table.counter.clock, lambda: now[0], desk) for desk in ("Q01", "Q02"))
    table.folder = ours  # type: ignore[assignment]
    dossier = table.identified()
    for name in ("1.pdf", "2.pdf"):
        _file(shared, name, name)
    for watcher in (ours, theirs, ours, theirs):
        now[0] += 2
        watcher.arrived()
    complete = ours.arrived

    def arrived() -> tuple[Path, ...]:
        found = complete()
        theirs.claimed(shared / "1.pdf")
        return found

    ours.arrived = arrived  # type: ignore[method-assign]
    table.papers.take_in(dossier, "GKSK", ignored, never)
    assert _arrived(table, dossier) == [("folder", b"2.pdf")]
    assert (shared / "taking" / "Q02" / "1.pdf").exists()


def test_without_a_folder(table: Desk) -> None:
    with pytest.raises(Refusal, match="FOLDER_NOT_SET"):
        table.papers.take_in(table.identified(), "GKSK", lambda _: None, never)
