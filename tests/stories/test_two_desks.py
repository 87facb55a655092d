"""Two real desks and a real central: both go on without a line on one dossier, and meet again.

offline / type at both / plug in: what is independent merges, what contradicts waits for a supervisor, by each way out
/ one desk takes over while the other types
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import bootstrap
from clerk_app.desk.desk import Desk
from clerk_app.domain.dossier import Dossier, Way
from tests.peers.central import CentralProcess
from tests.peers.commands import here
from tests.peers.line import Line

pytestmark = pytest.mark.wire


def never() -> bool:
    return False


@dataclass
class Place:
    """A desk, its line and its profile."""

    profile: Path
    line: Line
    desk: Desk

    def deliver(self) -> None:
        self.desk.delivery.once(never)

    def enter(self, dossier: UUID, **values: str) -> None:
        named = {name.replace("__", "."): text for name, text in values.items()}
        self.desk.intake.enter(dossier, named, "application", "")

    def state(self, dossier: UUID) -> Dossier:
        return self.desk.journal.dossier(dossier)


@pytest.fixture
def places(central: CentralProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, Place]]:
    """Two enrolled desks of one office, a clerk at each."""
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with ExitStack() as stack:
        made = []
        for station, user in (("Q01", "clerk"), ("Q02", "clerk2")):
            line = Line(central.url)
            stack.callback(line.close)
            profile = tmp_path / station
            bootstrap.enrol(profile, line.url, central.code(station), "practice")
            desk = stack.enter_context(closing(bootstrap.open_desk(profile, "practice")))
            for supervisor in ("supervisor", "supervisor2"):
                desk.sign_in.sign_in(supervisor, "practice")
            desk.sign_in.sign_in(user, "practice")
            made.append(Place(profile, line, desk))
        yield made[0], made[1]


def shared(first: Place, second: Place) -> UUID:
    """A dossier that both have."""
    dossier = first.desk.intake.open().dossier
    first.enter(dossier, applicant__phone="0900000000")
    first.deliver()
    second.deliver()
    return dossier


def apart(first: Place, second: Place, dossier: UUID) -> None:
    """Both work on it without a line, on one thing of two opinions and on two things of their own."""
    for place in (first, second):
        place.line.pull_out()
        assert place.desk.leases.hold(dossier).state == "none", "without a line nobody is kept from anything"
    first.enter(dossier, applicant__phone="0911111111", reason="Sắp hết hạn")
    second.enter(dossier, applicant__phone="0922222222")
    for place in (second, first):
        place.line.plug_in()
        place.deliver()


def agreed(dossier: UUID, *places: Place) -> Dossier:
    """Everybody delivered and heard; all have the same."""
    for place in (*places, *places):
        place.deliver()
    first, *others = (place.state(dossier) for place in places)
    assert all(other == first for other in others)
    for place in places:
        assert place.desk.journal.refused() == ()
        assert place.desk.journal.verify().ok
    return first


def test_two_desks_without_a_line_merge_what_is_independent(places: tuple[Place, Place]) -> None:
    first, second = places
    dossier = shared(first, second)
    for place in places:
        place.line.pull_out()
    first.enter(dossier, reason="Sắp hết hạn")
    second.enter(dossier, applicant__residence="Số 12, phố Hàng Bông")
    for place in places:
        place.line.plug_in()
    merged = agreed(dossier, first, second)
    assert (merged.text("reason"), merged.text("applicant.residence")) == ("Sắp hết hạn", "Số 12, phố Hàng Bông")


@pytest.mark.parametrize(("way", "phone"), [("central", "0922222222"), ("ours", "0911111111"), ("new", "0922222222")])
def test_what_contradicts_waits_for_a_supervisor_and_every_way_out_leads_on(
    places: tuple[Place, Place], way: Way, phone: str
) -> None:
    first, second = places
    dossier = shared(first, second)
    apart(first, second, dossier)
    (view,) = first.desk.shelf.views()
    assert (view.problem, view.ways) == ("FIELD_CONTRADICTED", ()), "a clerk sees it and decides nothing"
    first.desk.sign_in.sign_in("supervisor", "practice")
    (view,) = first.desk.shelf.views()
    assert [(line.ours.vi, line.central.vi) for line in view.lines if line.differs] == [
        ("0911111111", "0922222222"),
        ("Sắp hết hạn", ""),
    ]
    goes_on = first.desk.shelf.settle(dossier, view.station, way, "Đã hỏi lại người dân")
    merged = agreed(dossier, first, second)
    assert merged.text("applicant.phone") == phone
    assert merged.text("reason") == ("Sắp hết hạn" if way == "ours" else "")
    assert (goes_on.dossier == dossier) == (way != "new")
    if way == "new":
        assert agreed(goes_on.dossier, first, second).text("applicant.phone") == "0911111111"
    second.enter(dossier, applicant__residence="Huế")
    assert agreed(dossier, first, second).text("applicant.residence") == "Huế", "nobody is held any more"


def test_one_desk_takes_over_while_the_other_types(places: tuple[Place, Place]) -> None:
    first, second = places
    dossier = shared(first, second)
    assert first.desk.leases.hold(dossier).state == "ours"
    shown = first.desk.intake.view(dossier)
    assert second.desk.leases.hold(dossier).words.vi.startswith("Quầy Q01 · Nguyễn Thu Hà đang mở từ ")
    second.desk.leases.take_over(dossier, "Người dân sang quầy 2")
    second.enter(dossier, applicant__phone="0922222222")
    second.deliver()
    first.deliver()
    told = first.desk.leases.hold(dossier)
    assert told.words.vi.startswith("Quầy Q02 · Phạm Đức Long đang mở từ ")
    assert "vừa tiếp quản" in told.remedy.vi
    assert first.desk.intake.view(dossier).elsewhere == told.words
    typed = {"applicant.phone": "0911111111"}
    first.desk.intake.enter(dossier, typed, "identity", "", shown.seen)
    first.deliver()
    (view,) = first.desk.shelf.views()
    assert [(line.ours.vi, line.central.vi) for line in view.lines] == [("0911111111", "0922222222")]
    second.desk.leases.release(dossier)
    assert first.desk.leases.hold(dossier).state == "ours"


def test_who_had_no_line_hears_that_the_dossier_was_taken_over(places: tuple[Place, Place]) -> None:
    first, second = places
    dossier = shared(first, second)
    assert first.desk.leases.hold(dossier).state == "ours"
    first.line.pull_out()
    assert first.desk.leases.hold(dossier).state == "none"
    second.desk.leases.take_over(dossier, "Người dân sang quầy 2")
    first.line.plug_in()
    told = first.desk.leases.hold(dossier)
    assert (told.state, told.station) == ("theirs", "Q02")
    assert "vừa tiếp quản" in told.remedy.vi
    first.desk.leases.release(dossier)
    assert "chỉ xem được" in first.desk.leases.hold(dossier).remedy.vi, "opened anew it is only another desk's"


def test_the_commands_tell_and_settle(places: tuple[Place, Place]) -> None:
    first, second = places
    dossier = shared(first, second)
    second.desk.leases.hold(dossier)
    second.desk.leases.release(dossier)
    first.desk.leases.hold(dossier)
    second.desk.leases.take_over(dossier, "Người dân sang quầy 2")
    apart(first, second, dossier)
    second.desk.leases.hold(dossier)
    code = first.state(dossier).local_code
    first.desk.close()
    status = here("deliver", "status", "--json", profile=first.profile).json
    assert [(one["code"], one["kind"], one["refusal"], one["station"]) for one in status["refused_entries"]] == [
        (code, "FieldsEntered", "FIELD_CONTRADICTED", "Q01")
    ]
    shown = here("dossier", "show", code, "--json", profile=first.profile).json
    assert (shown["lease"]["station"], shown["lease"]["who"]) == ("Q02", "clerk2")
    assert any("took the dossier over (Q01 · clerk: Người dân sang quầy 2)" in line for line in shown["timeline"])
    refused = here("dossier", "settle", code, "--way=central", "--reason=x", profile=first.profile)
    assert refused.refusal == "NOT_ALLOWED"
    by_supervisor = {"CLERK_USER": "supervisor"}
    said = here(
        "dossier", "settle", code, "--way=ours", "--reason=Đã hỏi", "--json", profile=first.profile, **by_supervisor
    )
    assert (said.json["settled"], said.json["goes_on_as"], said.json["state"]) == (1, code, "draft")
    shown = here("dossier", "show", code, "--json", profile=first.profile).json
    assert shown["state"]["fields"]["applicant.phone"]["value"] == "0911111111"
    assert [(one["way"], one["who"]) for one in shown["settlements"]] == [("ours", "supervisor")]
    assert any("set aside" in line for line in shown["timeline"])
    assert here("deliver", "--once", profile=first.profile).code == 0
    second.deliver()
    assert second.state(dossier).text("applicant.phone") == "0911111111"
