"""What central looks at once more at the portal, and what not; what a citizen took back there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from clerk_app.central.database import entries, submissions, users
from clerk_app.central.migrations.versions import c0021_submissions_again as once_more
from clerk_app.central.online import arrivals, person_of, station_of
from clerk_app.central.people import PRACTICE_OFFICE
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.portal import HttpPortal
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import RefusalSettled
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.withdrawn import withdrawn
from tests.central.test_online import CODE, World, portal_world
from tests.central.test_online_again import MORE, PAPERS, Desk, accepted, papers, state
from tests.peers.citizens import picture

BUSY = Refusal("CENTRAL_BUSY", Words("bận", "busy"), Words("chờ", "wait"))
SUPPLEMENT = StepTaken("ask-supplement", "processing", "supplement", "paused", items=("CC",))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with portal_world(tmp_path) as made:
        yield made


def fetched(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were fetched from now on."""
    found: list[str] = []
    whole = HttpPortal.paper

    def paper(self: HttpPortal, place: str) -> bytes | Unknown:
        found.append(place)
        return whole(self, place)

    monkeypatch.setattr(HttpPortal, "paper", paper)
    return found


def moved(world: World, minute: int, **more: Any) -> None:
    """The portal dates the submission anew."""
    world.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat=f"2026113010{minute:02}00", **more)


def test_a_step_that_the_portal_is_told_fetches_no_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(world)
    found, before = fetched(world, monkeypatch), world.entries()
    for minute in (30, 40):
        moved(world, minute)
        world.online.fetch()
    assert found == []
    assert world.entries() == before
    assert [one.state for one in arrivals(world.database)] == ["taken"]


def test_a_file_that_changed_meanwhile_is_taken_when_a_supplement_is_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same name: nothing but the moment tells of it."""
    desk, dossier = accepted(world)
    world.citizens.send(CODE, papers=PAPERS | {"GKSK": picture(7)}, ThoiDiemCapNhat="20261130103000")
    found = fetched(world, monkeypatch)
    world.online.fetch()
    assert found == []
    desk.wrote(dossier, SUPPLEMENT)
    assert world.online.fetch().written == 1
    assert papers(world) == ["GKSK", "GPLX_CU", "GKSK"]
    assert state(world) == ("taken", "")
    assert len(found) == 2


def test_what_the_portal_claims_is_written_down_although_no_file_is_fetched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(world)
    fee = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD-7"}]
    moved(world, 30, DanhSachLePhi=fee)
    world.online.fetch()
    assert world.dossiers()[0].text("portal.payment_reference") == "GD-7"


def test_where_the_database_was_busy_a_dossier_is_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, dossier = accepted(world)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000")
    world.online.fetch()
    assert state(world) == ("refused", "DOSSIER_CLOSED")
    desk.wrote(dossier, SUPPLEMENT)
    whole, busy = type(world.database).written, [True]

    def written(self: Any, work: Any, *names: str) -> Any:
        if busy and busy.pop():
            raise BUSY
        return whole(self, work, *names)

    monkeypatch.setattr(type(world.database), "written", written)
    with pytest.raises(Refusal):
        world.online.fetch()
    assert world.online.fetch().written == 1
    assert papers(world) == ["GKSK", "GPLX_CU", "CC"]


def test_what_a_supervisor_settled_is_refused_once_more_and_then_left(world: World) -> None:
    """Nobody is given the same again and again; what the citizen changes is looked at."""
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    portal = update(users).where(users.c.id == person_of(PRACTICE_OFFICE))
    with world.database.write() as connection:
        connection.execute(portal.values(active=False))
    world.now += timedelta(hours=1)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130093000")
    assert world.online.fetch().refused == 1

    desk = Desk(world)
    for _ in range(2):
        settle(world, desk)
        world.online.fetch()
    assert state(world) == ("refused", "USER_INACTIVE")
    settle(world, desk)
    before = world.entries()
    for _ in range(3):
        world.another().fetch()
    assert world.entries() == before
    with world.database.write() as connection:
        connection.execute(portal.values(active=True))
    world.citizens.send(CODE, papers=MORE | {"ANH": picture(4)}, ThoiDiemCapNhat="20261130094000")
    assert world.another().fetch().written == 1
    assert papers(world) == [*MORE, "ANH"]


def settle(world: World, desk: Desk) -> None:
    (one,) = world.dossiers()
    with world.database.read() as connection:
        mine = select(entries.c.id).where(~entries.c.accepted, entries.c.dossier == one.id)
        refused = [it for it in connection.execute(mine).scalars() if it not in one.settled]
    if refused:
        desk.wrote(one.id, RefusalSettled(tuple(refused), "central", "đã xem", station_of(PRACTICE_OFFICE)))


def test_what_was_turned_away_before_it_was_noted_for_whom_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.citizens.send(CODE, papers=PAPERS, MaTTHC="9.999999")
    assert world.online.fetch().refused == 1
    said: list[str] = []
    monkeypatch.setattr(once_more.op, "get_bind", lambda: world.database.engine.connect())
    monkeypatch.setattr(once_more.op, "execute", said.append)
    once_more.upgrade()
    (mend,) = [one for one in said if one.startswith("UPDATE")]
    with world.database.write() as connection:
        connection.execute(update(submissions).values(unit=""))
        connection.exec_driver_sql(mend)
    assert state(world) == ("waiting", "PROCEDURE_UNKNOWN")
    world.now += timedelta(days=2)
    assert world.online.fetch().refused == 1, "it was asked for again"
    with world.database.read() as connection:
        assert connection.execute(select(submissions.c.unit)).scalar() != ""


def test_what_a_citizen_took_back_beside_the_form_is_gone(world: World) -> None:
    item = world.citizens.send(CODE, papers=PAPERS, Email="quan@example.vn")
    world.online.fetch()
    assert world.dossiers()[0].text("portal.email") == "quan@example.vn"
    world.now += timedelta(hours=1)
    form = {name: text for name, text in item["DuLieu"].items() if name != "SoGiayPhep"}
    moved(world, 30, DuLieu=form, Email="")
    world.online.fetch()
    (one,) = world.dossiers()
    assert (one.text("portal.email"), one.text("portal.licence")) == ("", "")
    assert one.text("portal.licence_class") == item["DuLieu"]["HangGiayPhep"]


def test_a_paper_that_was_taken_back_is_named(world: World) -> None:
    item = world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    gone = [one | {"IsDeleted": "1"} if one["MaThanhPhanHoSo"] == "GKSK" else one for one in item["TaiLieuNop"]]
    never = gone[0] | {"MaThanhPhanHoSo": "CC", "IsDeleted": "1", "TepDinhKemId": "x"}
    world.now += timedelta(hours=1)
    moved(world, 30, TaiLieuNop=[*gone, never])
    world.online.fetch()
    (one,) = world.dossiers()
    (back,) = {page.paper for page in withdrawn(one)}
    assert back == "GKSK", "the other one never came here"
    moved(world, 40, TaiLieuNop=item["TaiLieuNop"])
    world.online.fetch()
    assert world.dossiers()[0].text("portal.withdrawn") == ""
