"""What citizens send through the portal becomes entries of central's own station: nothing lost, nothing twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from clerk_app import wire
from clerk_app.catalogue.pack import load
from clerk_app.central import online as online_room
from clerk_app.central.database import database_url, entries, open_database, submissions
from clerk_app.central.law import PackedLaw, publishers
from clerk_app.central.online import Online, arrivals
from clerk_app.central.packs import catalogue_folder
from clerk_app.central.people import PRACTICE_OFFICE, seed_practice, sign_in
from clerk_app.central.register import Register, accepted
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.central.sheets import open_sheets
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, FieldsEntered, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.imaging.files import WorkerFiles
from clerk_app.practice.national_portal import PASSWORD, USER
from tests.peers.citizens import UNIT, Citizens, picture
from tests.peers.foreign import StandIn, stand_in

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=HANOI)
CODE = f"{UNIT}-261127-000101"
OTHER = f"{UNIT}-261127-000102"


class World:
    """One central beside a portal, its clock in hand."""

    def __init__(self, folder: Path, portal: StandIn) -> None:
        self.portal, self.citizens = portal, Citizens(portal.url)
        self.database = open_database(database_url(folder), practice=True)
        seed_practice(self.database)
        law = PackedLaw(load(catalogue_folder(), publishers(catalogue_folder(), (), True)), None)
        self.register = Register(self.database, open_sheets(str(folder / "sheets")), law)
        self.line = Line(portal.url, 2)
        self.now = NOW
        self.online = self.another()

    def another(self) -> Online:
        """Another process of this central."""
        account = Account(USER, PASSWORD, UNIT)
        return Online(self.database, self.register, HttpPortal(self.line, account), lambda: self.now, WorkerFiles())

    def dossiers(self) -> list[Dossier]:
        with self.database.read() as connection:
            found = [accepted(connection, one.dossier) for one in arrivals(self.database, PRACTICE_OFFICE)]
        return [one for one in found if one is not None]

    def entries(self) -> list[wire.Sealed]:
        with self.database.read() as connection:
            rows = connection.execute(select(entries).order_by(entries.c.number)).all()
        return [wire.Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature) for row in rows]


@contextmanager
def portal_world(folder: Path) -> Iterator[World]:
    """Central beside a stand-in of the national portal."""
    with stand_in("national_portal") as portal:
        made = World(folder, portal)
        try:
            yield made
        finally:
            made.line.close()
            made.database.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with portal_world(tmp_path) as made:
        yield made


def test_a_submission_becomes_a_dossier_that_is_handed_in(world: World) -> None:
    item = world.citizens.send(CODE)

    assert world.online.fetch() == online_room.Fetched("", 1)

    (one,) = world.dossiers()
    assert (one.channel, one.local_code, one.status, one.course.state) == ("online", CODE, "draft", "registered")
    assert one.text("applicant.name") == item["DuLieu"]["HoTen"]
    assert one.fields["applicant.name"].source == "portal"
    assert one.text("portal.payment") == "due"
    assert one.text("portal.fee_vnd") == "115000"
    assert one.text("portal.sent_at") == "2026-11-27T20:15:00+07:00"
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU"]
    assert all(world.register.sheets.whole(page.sheet) for page in one.pages)


def test_listed_again_it_is_written_once(world: World) -> None:
    world.citizens.send(CODE)
    world.online.fetch()
    before = world.entries()

    world.portal.fault("twice")
    assert world.online.fetch() == online_room.Fetched()
    assert world.another().fetch() == online_room.Fetched()

    assert world.entries() == before


def test_a_process_that_died_before_it_noted_it_writes_nothing_twice(world: World) -> None:
    world.citizens.send(CODE)
    world.online.fetch()
    before = world.entries()
    with world.database.write() as connection:
        connection.execute(submissions.delete())

    world.now += timedelta(minutes=5)
    assert world.another().fetch().refused == 0

    assert world.entries() == before
    assert [one.state for one in arrivals(world.database)] == ["taken"]


def test_what_a_citizen_adds_later_is_written_behind_it(world: World) -> None:
    world.citizens.send(CODE)
    world.online.fetch()

    world.now += timedelta(hours=2)
    more = {"GKSK": picture(1), "GPLX_CU": picture(2), "CC": picture(3)}
    fee = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD-7"}]
    world.citizens.send(CODE, papers=more, ThoiDiemCapNhat="20261130103000", DanhSachLePhi=fee)
    assert world.online.fetch().written == 1

    (one,) = world.dossiers()
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU", "CC"]
    assert (one.text("portal.payment"), one.text("portal.payment_reference")) == ("claimed", "GD-7")
    assert one.fee is None
    last = [wire.decode_entry(sealed.body).what for sealed in world.entries()[-2:]]
    assert isinstance(last[0], PagesArranged)
    assert isinstance(last[1], FieldsEntered)
    assert set(last[1].values) == {"portal.payment", "portal.payment_reference", "portal.changed_at"}


def test_what_a_citizen_took_back_is_gone(world: World) -> None:
    item = world.citizens.send(CODE)
    world.online.fetch()
    assert world.dossiers()[0].text("applicant.phone") != ""

    less = {name: text for name, text in item["DuLieu"].items() if name != "NoiCuTru"}
    more = {"SoDienThoai": "", "DuLieu": less, "ThoiDiemCapNhat": "20261130103000"}
    world.citizens.send(CODE, **more)
    assert world.online.fetch().written == 1
    (one,) = world.dossiers()
    assert (one.text("applicant.phone"), one.text("applicant.residence")) == ("", "")
    assert one.text("applicant.name") == item["DuLieu"]["HoTen"]
    assert world.online.fetch().written == 0


def test_a_file_that_is_replaced_under_its_name_is_not_missed(world: World) -> None:
    """The portal may keep the name of an attachment: only the moment of the change is another."""
    world.citizens.send(CODE, papers={"GKSK": picture(1), "GPLX_CU": picture(2)})
    world.online.fetch()
    (before,) = world.dossiers()
    world.citizens.send(CODE, papers={"GKSK": picture(9), "GPLX_CU": picture(2)}, ThoiDiemCapNhat="20261130103000")
    assert world.online.fetch().written == 1
    (after,) = world.dossiers()
    assert after.pages[: len(before.pages)] == before.pages
    assert [page.paper for page in after.pages[len(before.pages) :]] == ["GKSK"]
    assert world.online.fetch() == online_room.Fetched(), "and written once"


def test_sent_again_at_another_moment_it_is_the_same_dossier(world: World) -> None:
    world.citizens.send(CODE)
    world.online.fetch()
    world.now += timedelta(hours=1)
    world.citizens.send(CODE, sent_at="20261130093000", papers={"GKSK": picture(1), "CC": picture(3)})
    assert world.online.fetch().written == 1
    (one,) = world.dossiers()
    assert one.text("portal.sent_at") == "2026-11-27T20:15:00+07:00"
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU", "CC"]


def test_what_the_portal_dates_in_the_future_hides_nothing_that_is_sent_before_then(world: World) -> None:
    world.citizens.send(CODE, ThoiDiemCapNhat="20991231000000")
    world.online.fetch()
    world.now += timedelta(hours=4)
    world.citizens.send(OTHER, person=2, sent_at="20261130093000")
    assert world.online.fetch().written == 1
    assert {one.local_code for one in world.dossiers()} == {CODE, OTHER}


@pytest.mark.parametrize("fault", ["down", "error", "garbage", "cut", "lost", "shape", "code", "login"])
def test_a_portal_that_fails_loses_nothing(world: World, fault: str) -> None:
    world.citizens.send(CODE)
    world.portal.fault(fault)
    assert world.online.fetch().problem
    assert world.dossiers() == []

    world.portal.fault("none")
    assert world.online.fetch().written == 1


@pytest.mark.parametrize("after", [2, 3])
def test_a_line_that_breaks_between_the_files_leaves_no_half_dossier(world: World, after: int) -> None:
    world.citizens.send(CODE)
    world.portal.fault("down", after=after)
    assert world.online.fetch().waiting == 1
    assert world.entries() == []
    assert [(one.state, one.cause) for one in arrivals(world.database)] == [("waiting", "UNREACHABLE")]

    world.portal.fault("none")
    assert world.online.fetch().written == 1
    assert [page.paper for page in world.dossiers()[0].pages] == ["GKSK", "GPLX_CU"]


def test_a_file_that_breaks_off_waits_for_the_whole_one(world: World) -> None:
    world.citizens.send(CODE)
    world.portal.fault("torn")
    assert world.online.fetch().waiting == 1
    assert [one.cause for one in arrivals(world.database)] == ["FILE_CUT"]

    world.portal.fault("none")
    assert world.online.fetch().written == 1


def test_an_item_of_another_shape_keeps_back_no_other_one(world: World) -> None:
    world.citizens.send(CODE)
    world.citizens.send(OTHER, person=2)
    world.portal.fault("partial", times=2)
    assert (world.online.fetch().written, [one.local_code for one in world.dossiers()]) == (1, [OTHER])

    world.portal.fault("none")
    assert world.online.fetch().written == 1
    assert {one.local_code for one in world.dossiers()} == {CODE, OTHER}


@pytest.mark.parametrize("said", ["99991231235959", "00010101000000", "20261327201500"])
@pytest.mark.parametrize("name", ["NgayNop", "ThoiDiemCapNhat"])
def test_a_moment_that_cannot_be_keeps_back_no_other_one(world: World, name: str, said: str) -> None:
    world.citizens.send(CODE, **{name: said})
    world.citizens.send(OTHER, person=2)
    for _ in range(2):
        world.online.fetch()
        assert [one.local_code for one in world.dossiers()] == [OTHER]

    world.citizens.send(CODE)
    world.online.fetch()
    assert {one.local_code for one in world.dossiers()} == {CODE, OTHER}


def test_the_pages_of_a_pdf_are_shown_and_written_once(world: World) -> None:
    made = io.BytesIO()
    Image.new("L", (600, 800), 240).save(made, "PDF", save_all=True, append_images=[Image.new("L", (600, 800), 90)])
    files = {"GKSK": made.getvalue(), "GPLX_CU": picture(2)}
    world.citizens.send(CODE, papers=files)
    world.online.fetch()
    (one,) = world.dossiers()
    assert one.text("portal.unread") == ""
    assert [(page.paper, page.raw) for page in one.pages] == [("GKSK", False), ("GKSK", False), ("GPLX_CU", False)]
    assert len({page.sheet for page in one.pages}) == 3
    assert all(world.register.sheets.whole(page.sheet) for page in one.pages)

    world.now += timedelta(hours=1)
    world.citizens.send(CODE, papers=files | {"CC": picture(3)}, ThoiDiemCapNhat="20261130093000")
    world.online.fetch()
    assert [page.paper for page in world.dossiers()[0].pages] == ["GKSK", "GKSK", "GPLX_CU", "CC"]


def test_a_paper_that_is_no_picture_is_named(world: World) -> None:
    world.citizens.send(CODE, papers={"GKSK": b"%PDF-1.7\n...\n%%EOF\n", "GPLX_CU": picture(2, "PNG")})
    world.online.fetch()
    (one,) = world.dossiers()
    assert one.text("portal.unread") == "GKSK"
    assert [(page.paper, page.media, page.width) for page in one.pages] == [("GPLX_CU", "image/png", 122)]


@pytest.mark.parametrize(("more", "cause"), [({"MaTTHC": "9.999999"}, "PROCEDURE_UNKNOWN"), ({"DonViXuLy": "G99"}, "")])
def test_what_is_not_for_us_is_no_dossier(world: World, more: dict[str, Any], cause: str) -> None:
    world.citizens.send(CODE, **more)
    world.online.fetch()
    assert world.entries() == []
    assert [one.cause for one in arrivals(world.database)] == ([cause] if cause else [])


def test_the_portal_never_asks_another_address(world: World) -> None:
    place = [{"TepDinhKemId": "x", "DuongDanTaiTepTin": "//evil.example/a.jpg", "MaThanhPhanHoSo": "GKSK"}]
    world.citizens.send(CODE, papers={}, TaiLieuNop=place)
    assert world.online.fetch().waiting == 1
    assert [one.cause for one in arrivals(world.database)] == ["SHAPE"]


def test_nobody_signs_in_as_the_portal(world: World) -> None:
    world.citizens.send(CODE)
    world.online.fetch()
    for password in ("", "practice"):
        asked = wire.SignInAsked(f"portal.{PRACTICE_OFFICE.lower()}", password)
        with refused("SIGN_IN_WRONG", "SIGN_IN_WAIT"):
            sign_in(world.database, asked, "Q01", PRACTICE_OFFICE, world.now)


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code in codes
