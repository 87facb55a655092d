"""What was turned away, or could not be read, is asked for again as soon as it can be taken: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, update

from clerk_app import wire
from clerk_app.central import online as online_room
from clerk_app.central import stations
from clerk_app.central.database import entries, milliseconds, offices
from clerk_app.central.online import arrivals
from clerk_app.central.people import PRACTICE_OFFICE
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Discarded, Entry, Happening, Submitted
from tests.central.test_online import CODE, OTHER, World, portal_world
from tests.peers.citizens import picture

PAPERS = {"GKSK": picture(1), "GPLX_CU": picture(2)}
MORE = PAPERS | {"CC": picture(3)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with portal_world(tmp_path) as made:
        yield made


class Desk:
    """What a desk wrote about a dossier, as central has it when it accepted that."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = Ed25519PrivateKey.generate()
        self.n, self.previous = 0, wire.FIRST

    def wrote(self, dossier: UUID, *what: Happening) -> None:
        for one in what:
            self.n += 1
            entry = Entry(uuid4(), dossier, one, "clerk", self.world.now)
            sealed = wire.seal(wire.encode_entry(entry), "Q01-A", self.n, self.previous, self.key.sign)
            self.previous = sealed.digest
            row = {"id": entry.id, "station": "Q01-A", "n": self.n, "office": PRACTICE_OFFICE, "dossier": dossier}
            row |= {"received_ms": milliseconds(self.world.now), "accepted": True, "body": sealed.body}
            row |= {"previous": sealed.previous, "digest": sealed.digest, "signature": sealed.signature}
            with self.world.database.write() as connection:
                connection.execute(insert(entries), row)


def accepted(world: World) -> tuple[Desk, UUID]:
    """A submission that became a dossier, which the office accepted and is processing."""
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    desk, (one,) = Desk(world), world.dossiers()
    world.now += timedelta(hours=1)
    due = world.now + timedelta(days=3)
    desk.wrote(
        one.id,
        Submitted("G01.801.308-261130-000001", world.now, due, "B", "DOI_SAP_HET_HAN", 115_000, ()),
        StepTaken("process", "accepted", "processing", "runs"),
    )
    return desk, one.id


def state(world: World) -> tuple[str, str]:
    (one,) = arrivals(world.database)
    return one.state, one.cause


def papers(world: World) -> list[str]:
    (one,) = world.dossiers()
    return [page.paper for page in one.pages]


def test_what_was_taken_and_cannot_be_read_once_is_asked_for_until_it_can(world: World) -> None:
    """The portal heals only after another submission moved the moment on from which is asked."""
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    world.now += timedelta(hours=1, minutes=30)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000")
    world.portal.fault("partial", times=2)
    assert world.online.fetch().waiting == 1
    assert state(world) == ("waiting", "SHAPE")
    world.portal.fault("none")

    world.portal.fault("partial", times=2)
    world.now += timedelta(hours=3, minutes=30)
    world.citizens.send(OTHER, person=2, sent_at="20261130140000")
    world.online.fetch()
    assert papers_of(world, CODE) == ["GKSK", "GPLX_CU"]
    world.portal.fault("none")
    world.now += timedelta(hours=3)
    world.another().fetch()
    assert papers_of(world, CODE) == ["GKSK", "GPLX_CU", "CC"]
    assert {one.state for one in arrivals(world.database)} == {"taken"}


def papers_of(world: World, code: str) -> list[str]:
    return [page.paper for one in world.dossiers() if one.local_code == code for page in one.pages]


def test_a_paper_that_came_before_it_was_asked_for_is_taken_when_it_is(world: World) -> None:
    desk, dossier = accepted(world)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000")
    assert world.online.fetch().refused == 1
    assert (state(world), papers(world)) == (("refused", "DOSSIER_CLOSED"), ["GKSK", "GPLX_CU"])
    world.now += timedelta(hours=4)
    assert world.online.fetch() == online_room.Fetched(), "nothing changed"

    desk.wrote(dossier, StepTaken("ask-supplement", "processing", "supplement", "paused", items=("CC",)))
    assert world.online.fetch().written == 1
    assert (state(world), papers(world)) == (("taken", ""), ["GKSK", "GPLX_CU", "CC"])


def test_what_a_citizen_changes_in_the_form_of_an_accepted_dossier_is_asked_for_once(world: World) -> None:
    """There is nothing to add while a supplement is asked for either: it is not asked for at every look."""
    desk, dossier = accepted(world)
    item = world.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat="20261130103000")
    form = item["DuLieu"] | {"LyDo": "Bị hỏng"}
    world.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat="20261130103000", DuLieu=form)
    assert world.online.fetch().refused == 1
    desk.wrote(dossier, StepTaken("ask-supplement", "processing", "supplement", "paused", items=("CC",)))
    assert world.online.fetch().refused == 1
    assert world.online.fetch() == online_room.Fetched()


def test_what_the_portal_claims_of_a_payment_is_written_down_whenever_it_comes(world: World) -> None:
    accepted(world)
    fee = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD-7"}]
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000", DanhSachLePhi=fee)
    world.online.fetch()
    (one,) = world.dossiers()
    assert (one.text("portal.payment"), one.text("portal.payment_reference")) == ("claimed", "GD-7")
    assert one.fee is None
    assert [page.paper for page in one.pages] == ["GKSK", "GPLX_CU"]
    assert state(world) == ("refused", "DOSSIER_CLOSED"), "the paper waits until it is asked for"
    before = world.entries()
    assert world.another().fetch().written == 0
    assert world.entries() == before


def test_a_claim_alone_leaves_nothing_behind(world: World) -> None:
    accepted(world)
    fee = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD-7"}]
    world.citizens.send(CODE, papers=PAPERS, ThoiDiemCapNhat="20261130103000", DanhSachLePhi=fee)
    assert world.online.fetch().written == 1
    assert state(world) == ("taken", "")


def test_a_draft_that_was_given_up_takes_a_claim_and_nothing_else(world: World) -> None:
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    (one,) = world.dossiers()
    Desk(world).wrote(one.id, Discarded("TRUNG"))
    fee = [{"Gia": "115000", "TrangThaiThanhToan": "1", "MaGiaoDich": "GD-7"}]
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000", DanhSachLePhi=fee)
    assert world.online.fetch().refused == 1
    (one,) = world.dossiers()
    assert one.status == "discarded"
    assert (one.text("portal.payment"), one.text("portal.payment_reference")) == ("claimed", "GD-7")
    assert papers(world) == ["GKSK", "GPLX_CU"]


def test_an_office_whose_portal_station_was_revoked_is_left_alone(world: World) -> None:
    world.citizens.send(CODE, papers=PAPERS)
    world.online.fetch()
    stations.revoke(world.database, online_room.station_of(PRACTICE_OFFICE), world.now)
    world.citizens.send(CODE, papers=MORE, ThoiDiemCapNhat="20261130103000")
    world.now += timedelta(hours=2)
    assert world.online.fetch().refused == 1
    assert state(world) == ("refused", "STATION_REVOKED")
    world.now += timedelta(hours=2)
    assert (world.online.fetch().refused, state(world)) == (0, ("refused", "STATION_REVOKED")), "and it stays so"
    assert papers(world) == ["GKSK", "GPLX_CU"]


def test_an_office_that_is_joined_later_gets_what_was_sent_to_it_before(world: World) -> None:
    units = update(offices).where(offices.c.code == PRACTICE_OFFICE)
    with world.database.write() as connection:
        connection.execute(units.values(unit_code="G99"))
    world.citizens.send(CODE, papers=PAPERS)
    assert world.online.fetch().refused == 1
    assert state(world) == ("refused", "OFFICE_UNKNOWN")
    world.now += timedelta(days=2)
    world.citizens.send(OTHER, person=2, sent_at="20261202090000", MaTTHC="9.999999")
    world.online.fetch()
    with world.database.write() as connection:
        connection.execute(units.values(unit_code="G01.801.308"))
    assert world.online.fetch().written == 1
    assert [(one.code, one.state) for one in arrivals(world.database)] == [(CODE, "taken"), (OTHER, "refused")]


@pytest.mark.parametrize(
    ("number", "procedure"),
    [("3.000346", "licence-issue"), ("3.000347", "licence-exchange"), ("3.000348", "licence-reissue")],
)
def test_every_procedure_that_has_a_national_number_comes_online(world: World, number: str, procedure: str) -> None:
    world.citizens.send(CODE, MaTTHC=number)
    assert world.online.fetch().written == 1
    (one,) = world.dossiers()
    assert (one.procedure, one.course.state) == (procedure, "registered")
