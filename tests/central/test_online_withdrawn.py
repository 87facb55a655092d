"""A paper that the citizen takes back at the portal stays in the journal, and stands for nothing any more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clerk_app.central import online_files, report_rows
from clerk_app.central.portal_whole import _papers
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import ArchiveMade, Dossier
from clerk_app.domain.facts import digitised, paper_done
from clerk_app.domain.on_record import pages_of
from clerk_app.domain.pages import Page
from clerk_app.domain.procedure import PaperNeeded
from clerk_app.domain.refusals import Words
from clerk_app.domain.withdrawn import FIELD, brought, withdrawn
from tests.central.test_online import CODE, World, portal_world
from tests.central.test_online_again import accepted, state
from tests.peers.citizens import picture

PAPERS = {"GKSK": picture(1), "GPLX_CU": picture(2)}
NEED = PaperNeeded("GKSK", Words("Giấy khám", "Health"), True, Words("", ""), "", False, False, False)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with portal_world(tmp_path) as made:
        yield made


def sends(world: World, papers: dict[str, bytes], minute: int, *deleted: str) -> Dossier:
    """The citizen changes what they sent; what is `deleted` is still listed, marked so."""
    item = world.citizens.send(CODE, papers=papers)
    files: list[dict[str, Any]] = [
        one | {"IsDeleted": "1"} if one["MaThanhPhanHoSo"] in deleted else one for one in item["TaiLieuNop"]
    ]
    world.citizens.send(CODE, papers=papers, TaiLieuNop=files, ThoiDiemCapNhat=f"2026113011{minute:02d}00")
    world.now += timedelta(minutes=1)
    world.online.fetch()
    (one,) = world.dossiers()
    return one


def counted(one: Dossier) -> tuple[list[str], list[str], bool]:
    """The papers that stand for something, those taken back, and whether the certificate counts as brought."""
    return [page.paper for page in brought(one)], [page.paper for page in withdrawn(one)], paper_done(one, NEED)


def test_a_paper_that_is_marked_deleted_counts_for_nothing_and_is_kept(world: World) -> None:
    before = sends(world, PAPERS, 1)
    assert counted(before) == (["GKSK", "GPLX_CU"], [], True)
    after = sends(world, PAPERS, 2, "GKSK")
    assert after.pages == before.pages, "what came once stays in the journal"
    assert counted(after) == (["GPLX_CU"], ["GKSK"], False)
    assert (digitised(after, "GKSK"), pages_of(after, "GKSK")) == (0, ())
    rules = world.register.law.rules(world.now)
    assert [one.component for one in _papers(after, rules)] == ["GPLX_CU"], "nor is it told back to the portal"


def test_what_is_sent_again_counts_again(world: World) -> None:
    sends(world, PAPERS, 1)
    assert counted(sends(world, {"GPLX_CU": picture(2)}, 2))[2] is False
    again = sends(world, PAPERS, 3)
    assert counted(again) == (["GKSK", "GPLX_CU"], [], True)
    assert len(again.pages) == 2


def test_a_file_that_takes_the_place_of_another_takes_it_back(world: World) -> None:
    sends(world, PAPERS, 1)
    one = sends(world, PAPERS | {"GKSK": picture(9)}, 2)
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU", "GKSK"]
    assert counted(one) == (["GPLX_CU", "GKSK"], ["GKSK"], True)


def test_a_file_of_many_pages_is_taken_back_as_a_whole_and_left_alone_while_it_lies_there(world: World) -> None:
    many = PAPERS | {"GKSK": _pdf(3)}
    assert counted(sends(world, many, 1))[0] == ["GKSK"] * 3 + ["GPLX_CU"]
    assert counted(sends(world, many | {"CC": picture(4)}, 2)) == (["GKSK"] * 3 + ["GPLX_CU", "CC"], [], True)
    assert counted(sends(world, many, 3, "GKSK")) == (["GPLX_CU"], ["GKSK"] * 3 + ["CC"], False)
    assert counted(sends(world, many, 4)) == (["GKSK"] * 3 + ["GPLX_CU"], ["CC"], True)


def test_one_of_two_files_of_many_pages_under_one_paper_is_taken_back_alone(world: World) -> None:
    both = {"GKSK": _pdf(2), "GKSK-2": _pdf(3, 120), "CC": _pdf(2, 200)}
    first = _under_one(world, both, 1)
    assert counted(first) == (["GKSK"] * 5 + ["CC"] * 2, [], True)
    alone = _under_one(world, both, 2, "GKSK-2")
    assert counted(alone) == (["GKSK"] * 2 + ["CC"] * 2, ["GKSK"] * 3, True)
    assert brought(alone)[:2] == first.pages[:2], "and those of the other file stay"
    assert counted(_under_one(world, both, 3, "GKSK-2")) == counted(alone), "nothing is opened once more"
    assert counted(_under_one(world, both, 4)) == (["GKSK"] * 5 + ["CC"] * 2, [], True)


def test_what_cannot_be_opened_once_more_is_not_said_to_be_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"GKSK": _pdf(2), "GKSK-2": _pdf(3, 120)}
    _under_one(world, both, 1)

    def breaks(*_: object) -> list[Page]:
        return []

    with monkeypatch.context() as patch:
        patch.setattr(online_files, "_opened", breaks)
        assert counted(_under_one(world, both, 2, "GKSK-2"))[1] == []


def _under_one(world: World, papers: dict[str, bytes], minute: int, *gone: str) -> Dossier:
    """The citizen sends these files; what is written behind a dash in the name of a paper tells its files apart."""
    item = world.citizens.send(CODE, papers=papers)
    listed: list[dict[str, Any]] = [
        one | {"MaThanhPhanHoSo": one["MaThanhPhanHoSo"].split("-")[0]}
        for one in item["TaiLieuNop"]
        if one["MaThanhPhanHoSo"] not in gone
    ]
    world.citizens.send(CODE, papers=papers, TaiLieuNop=listed, ThoiDiemCapNhat=f"2026113011{minute:02d}00")
    world.now += timedelta(minutes=1)
    world.online.fetch()
    (one,) = world.dossiers()
    return one


def test_what_was_taken_back_stays_so_while_the_citizen_changes_something_else(world: World) -> None:
    sends(world, PAPERS, 1)
    replaced = PAPERS | {"GKSK": _pdf(2)}
    gone = ["GPLX_CU", "GKSK", "GKSK"], ["GKSK"], True
    assert counted(sends(world, replaced, 2)) == gone
    assert counted(sends(world, replaced, 3)) == gone, "the file was not opened once more"
    assert counted(sends(world, replaced | {"CC": picture(4)}, 4))[1] == ["GKSK"]
    sends(world, {"GPLX_CU": picture(2)}, 5)
    back = counted(sends(world, replaced, 6))
    assert back == (["GPLX_CU", "GKSK", "GKSK"], ["GKSK", "CC"], True), "and what comes back is opened again"


def test_a_long_file_that_comes_back_needs_no_room_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online_files, "MOST_PAGES", 5)
    many = PAPERS | {"GKSK": _pdf(3)}
    sends(world, many, 1)
    assert counted(sends(world, many, 2, "GKSK"))[1] == ["GKSK"] * 3
    assert counted(sends(world, many, 3)) == (["GKSK"] * 3 + ["GPLX_CU"], [], True)


def test_at_a_supplement_what_was_taken_back_does_not_count_as_brought(world: World) -> None:
    desk, dossier = accepted(world)
    ask = StepTaken("ask-supplement", "processing", "supplement", "paused", reason="Thiếu", items=("GKSK",))
    one = sends(world, {"GPLX_CU": picture(2)}, 2)
    assert counted(one)[2] is True, "what an office accepted is not taken from under it"
    assert state(world) == ("refused", "DOSSIER_CLOSED")
    desk.wrote(dossier, ask)
    one = sends(world, {"GPLX_CU": picture(2), "CC": picture(3)}, 5)
    assert counted(one) == (["GPLX_CU", "CC"], ["GKSK"], False)
    assert state(world)[0] == "taken"


def test_reports_hear_at_once_of_what_was_taken_back(world: World) -> None:
    desk, dossier = accepted(world)
    (one,) = world.dossiers()
    (sheet,) = [page.sheet for page in one.pages if page.paper == "GKSK"]
    ask = StepTaken("ask-supplement", "processing", "supplement", "paused", reason="Thiếu", items=("GKSK",))
    desk.wrote(dossier, ArchiveMade("GKSK", "0f" * 32, (sheet,), 1), ask)
    report_rows.rebuild(world.database)
    assert sends(world, {"GPLX_CU": picture(2)}, 5).text(FIELD) != ""
    with world.database.read() as connection:
        assert report_rows.differing(connection) == []


def _pdf(pages: int, blue: int = 0) -> bytes:
    made = io.BytesIO()
    sheets = [Image.new("RGB", (400, 300), (250, 40 * at, blue)) for at in range(pages)]
    sheets[0].save(made, "PDF", save_all=True, append_images=sheets[1:])
    return made.getvalue()
