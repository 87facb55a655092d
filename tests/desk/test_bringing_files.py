"""Pages from files and from the watched folder: each once, whatever breaks, and no file holds up another."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.domain.dossier import PageArrived
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never


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

    class Killed(BaseException):
        pass

    def killed(number: int) -> None:
        if number == pages:
            raise Killed

    with pytest.raises(Killed):
        table.papers.take_in(dossier, "GKSK", killed, never)
    assert len(_arrived(table, dossier)) == pages
    assert (folder / "1.pdf").exists(), "a file is moved away when all of it is kept"
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert [data for _, data in _arrived(table, dossier)] == [b"same", b"same", b"other"]
    _file(folder, "2.pdf", "same\nsame\nother")
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert len(_arrived(table, dossier)) == 6, "the same again, on purpose"


def test_given_up_the_file_stays_where_it_is(table: Desk, folder: Path) -> None:
    dossier = table.identified()
    _file(folder, "1.pdf", "one\ntwo")
    with pytest.raises(Refusal, match="FILE_GIVEN_UP"):
        table.papers.take_in(dossier, "GKSK", lambda _: None, lambda: bool(table.journal.dossier(dossier).pages))
    assert (folder / "1.pdf").exists()
    table.papers.take_in(dossier, "GKSK", lambda _: None, never)
    assert [data for _, data in _arrived(table, dossier)] == [b"one", b"two"]


def test_without_a_folder(table: Desk) -> None:
    with pytest.raises(Refusal, match="FOLDER_NOT_SET"):
        table.papers.take_in(table.identified(), "GKSK", lambda _: None, never)
