"""Nothing of what a citizen sent is lost without a word: not the many pages, and not what stands beside a proof."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import insert, select, update

from clerk_app import wire
from clerk_app.central import online_files
from clerk_app.central.database import entries, offices, users
from clerk_app.central.online import Online, arrivals, person_of, station_of
from clerk_app.central.online_queue import OnlineQueues
from clerk_app.central.people import PRACTICE_OFFICE
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import IdentityRead, RefusalSettled
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.people import Person
from clerk_app.practice.national_portal import PASSWORD, USER
from tests.central.test_online import CODE, World
from tests.central.test_online_again import MORE, PAPERS, Desk, state, world
from tests.peers.citizens import picture
from tests.peers.verdicts import verdicts

__all__ = ["world"]


def pdf(name: int, pages: int) -> bytes:
    made = io.BytesIO()
    first, *others = (Image.new("L", (300 + name, 300 + at), (name * 31 + at) % 255) for at in range(pages))
    first.save(made, "PDF", save_all=True, append_images=others, resolution=100)
    return made.getvalue()


def test_more_pages_than_a_dossier_takes_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is taken as a whole or not at all; what is smaller and comes behind it still has its place."""
    monkeypatch.setattr(online_files, "MOST_PAGES", 6)
    first = pdf(1, 4)
    world.citizens.send(CODE, papers={"GKSK": first, "GPLX_CU": pdf(2, 3), "CC": picture(3), "ANH": picture(4)})
    assert world.online.fetch().written == 1
    (one,) = world.dossiers()
    assert [page.paper for page in one.pages] == ["GKSK"] * 4 + ["CC", "ANH"]
    assert one.text("portal.unread") == "GPLX_CU"
    assert state(world) == ("taken", "")

    world.now += timedelta(hours=1)
    more = {"GKSK": first, "CC": picture(3), "ANH": picture(4), "KHAC": picture(5)}
    world.citizens.send(CODE, papers=more, ThoiDiemCapNhat="20261130093000")
    world.online.fetch()
    (one,) = world.dossiers()
    assert (len(one.pages), one.text("portal.unread")) == (6, "KHAC")


def test_as_many_pages_as_a_dossier_takes_fit_one_entry(world: World) -> None:
    world.citizens.send(CODE, papers={"GKSK": pdf(1, online_files.MOST_PAGES), "GPLX_CU": picture(2)})
    world.online.fetch()
    (one,) = world.dossiers()
    assert (len(one.pages), one.text("portal.unread")) == (online_files.MOST_PAGES, "GPLX_CU")
    assert max(len(sealed.body) for sealed in world.entries()) < wire.MAX_BODY_BYTES // 2


def test_what_was_not_recorded_to_its_end_waits_and_says_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = {"GKSK": pdf(1, 20), "GPLX_CU": picture(2)}
    world.citizens.send(CODE, papers=papers)
    with monkeypatch.context() as small:
        small.setattr(wire, "MAX_BODY_BYTES", 4000)
        assert world.online.fetch().waiting == 1
    assert world.dossiers()[0].pages == ()
    assert state(world) == ("waiting", "ENTRY_TOO_BIG")

    assert world.online.fetch().written == 1
    assert len(world.dossiers()[0].pages) == 21
    assert state(world) == ("taken", "")


def proven(world: World, desk: Desk) -> UUID:
    """A dossier whose citizen stood at the counter with their ID card, and was asked for a paper."""
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    (one,) = world.dossiers()
    number, name = one.text("applicant.number"), one.text("applicant.name")
    person = Person(number, name, date(1990, 8, 14), "M", expires=date(2030, 8, 14))
    asked = StepTaken("ask-papers", "registered", "incomplete", "paused", items=("CC",))
    evidence = Evidence("chip", "chip", verdicts(), "practice", world.now)
    desk.wrote(one.id, IdentityRead(person, evidence), asked)
    world.now += timedelta(hours=1)
    return one.id


def other_name(world: World, minute: int, name: str, papers: dict[str, bytes]) -> None:
    item = world.citizens.send(CODE, papers=papers)
    changed = f"2026113009{minute:02}00"
    world.citizens.send(CODE, papers=papers, ThoiDiemCapNhat=changed, DuLieu=item["DuLieu"] | {"HoTen": name})


def test_what_a_chip_proved_stays_and_the_papers_come(world: World) -> None:
    proven(world, Desk(world))
    (before,) = world.dossiers()
    other_name(world, 30, "TEN KHAC", MORE)
    assert world.online.fetch().written == 1
    (one,) = world.dossiers()
    assert state(world) == ("taken", "")
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU", "CC"]
    assert (one.text("applicant.name"), one.fields["applicant.name"].source) == (before.text("applicant.name"), "chip")
    assert one.text("portal.stated.applicant.name") == "TEN KHAC"
    with world.database.read() as connection:
        assert connection.execute(select(entries).where(~entries.c.accepted)).all() == []

    other_name(world, 40, before.text("applicant.name"), MORE)
    world.online.fetch()
    assert world.dossiers()[0].text("portal.stated.applicant.name") == before.text("applicant.name")
    kept = world.entries()
    assert world.another().fetch().written == 0
    assert world.entries() == kept


@pytest.mark.parametrize("changed", [False, True])
def test_what_was_refused_is_taken_once_it_is_settled(world: World, changed: bool) -> None:
    """Until then nothing is written behind it, however often is looked, and whatever the citizen adds waits."""
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    (one,) = world.dossiers()
    portal = users.c.id == person_of(PRACTICE_OFFICE)
    with world.database.write() as connection:
        connection.execute(update(users).where(portal).values(active=False))
    world.now += timedelta(hours=1)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130093000")
    assert world.online.fetch().refused == 1
    assert state(world) == ("refused", "USER_INACTIVE")
    with world.database.write() as connection:
        connection.execute(update(users).where(portal).values(active=True))
    if changed:
        world.citizens.send(CODE, papers=MORE | {"ANH": picture(4)}, ThoiDiemCapNhat="20261130094000")
    before = world.entries()
    for _ in range(2):
        world.online.fetch()
        assert state(world) == (("waiting", "DOSSIER_HELD") if changed else ("refused", "USER_INACTIVE"))
    assert world.entries() == before

    with world.database.read() as connection:
        refused = connection.execute(select(entries.c.id).where(~entries.c.accepted)).scalars().all()
    settled = RefusalSettled(tuple(refused), "central", "đã xem", station_of(PRACTICE_OFFICE))
    Desk(world).wrote(one.id, settled)
    assert world.another().fetch().written == 1
    assert [page.paper for page in world.dossiers()[0].pages] == [*MORE, *(["ANH"] if changed else [])]
    assert state(world) == ("taken", "")


def test_a_dossier_that_the_portal_hands_to_another_unit_stays_in_its_queue(world: World) -> None:
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    other = {"code": "PC08-XX", "name_vi": "Khác", "name_en": "Other", "unit_code": "G01.999.999"}
    with world.database.write() as connection:
        connection.execute(insert(offices), other)
    world.now += timedelta(hours=1)
    moved = {"DonViXuLy": "G01.999.999", "MaTTHC": "9.999999"}
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130093000", **moved)
    portal = HttpPortal(world.line, Account(USER, PASSWORD, "G01.999.999"))
    assert Online(world.database, world.register, portal, lambda: world.now).fetch().written == 1

    assert [one.office for one in arrivals(world.database)] == [PRACTICE_OFFICE]
    queues = OnlineQueues(world.database, world.register.law)
    assert [one.code for one in queues.of(PRACTICE_OFFICE, "open", world.now).items] == [CODE]
    assert queues.of("PC08-XX", "open", world.now).items == []
    assert [page.paper for page in world.dossiers()[0].pages] == [*MORE]
    with world.database.read() as connection:
        assert connection.execute(select(entries).where(~entries.c.accepted)).all() == []
