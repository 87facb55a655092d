"""Requests and decisions of several desks through the real central: the first decision counts, and nobody is stuck."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.practice import specimens
from tests.peers.two_desks import Joined, Office

WEAK = "IDENTITY_WEAK"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def desks(office: Office, tmp_path: Path, _empty_store: Path) -> Iterator[tuple[Joined, Joined, Joined, UUID]]:
    """A clerk's desk that asked for an exception, and those of two supervisors who see it."""
    clerk = Joined(tmp_path / "clerk", office, "Q01", "clerk", _empty_store)
    one = Joined(tmp_path / "one", office, "Q02", "supervisor", _empty_store)
    other = Joined(tmp_path / "other", office, "Q03", "supervisor2", _empty_store)
    dossier = clerk.desk.intake.open().dossier
    clerk.desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    clerk.desk.exceptions.ask(dossier, WEAK, "Chip bị xước")
    everybody = (clerk, one, other)
    _meet(*everybody)
    yield clerk, one, other, dossier
    for desk in everybody:
        desk.close()


def _meet(*desks: Joined) -> None:
    for _ in range(2):
        for desk in desks:
            desk.deliver()


def _say(desk: Joined, dossier: UUID, granted: bool, code: str = WEAK) -> None:
    desk.desk.exceptions.decide_as_signed_in(dossier, code, granted, "theo thẻ", "applicant.number")


def test_a_remote_decision_reaches_the_clerk(desks: tuple[Joined, Joined, Joined, UUID], office: Office) -> None:
    clerk, one, other, dossier = desks
    view = one.desk.intake.view(dossier)
    (weak,) = [each for each in view.application.exceptions if each.code == WEAK]
    assert len(weak.shown) == 64
    one.desk.exceptions.decide_as_signed_in(dossier, WEAK, True, "Đúng người", "applicant.name", weak.shown)
    _meet(one, clerk, other)
    for state in (clerk.state(dossier), other.state(dossier), office.dossier(dossier)):
        held = state.exceptions[WEAK]
        assert (held.granted, held.decided_by, held.comment, held.field) == (
            True,
            "supervisor",
            "Đúng người",
            "applicant.name",
        )
        assert (held.where, held.factor) == ("remote", "password")
    assert clerk.refused() == one.refused() == []


@pytest.mark.parametrize("second", [True, False])
def test_of_two_decisions_at_once_the_first_counts_and_both_are_told(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office, second: bool
) -> None:
    clerk, one, other, dossier = desks
    _say(one, dossier, True)
    _say(other, dossier, second)
    _meet(one, other, clerk)
    for state in (clerk.state(dossier), one.state(dossier), other.state(dossier), office.dossier(dossier)):
        assert (state.exceptions[WEAK].granted, state.exceptions[WEAK].decided_by) == (True, "supervisor")
    for desk in (clerk, one, other):
        assert desk.refused() == [], "nobody has anything to settle"
        assert desk.desk.shelf.views() == ()
        (late,) = desk.desk.exceptions.outrun(dossier)
        assert (late.who, late.why) == ("supervisor2", "EXCEPTION_DECIDED")
        assert late.counts.en == "Granted: supervisor"
        assert late.said.en == ("Granted" if second else "Refused")
    other.desk.as_user("supervisor2")
    other.enter(dossier, applicant__phone="0912345678")
    _meet(other, clerk)
    assert clerk.state(dossier).text("applicant.phone") == "0912345678", "the dossier is not held"


def test_two_who_must_both_grant_do_so_at_the_same_moment(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office
) -> None:
    clerk, one, other, dossier = desks
    clerk.desk.exceptions.raise_by_hand(dossier, "BACKDATED", "Nhập từ sổ giấy")
    _meet(clerk, one, other)
    _say(one, dossier, True, "BACKDATED")
    _say(other, dossier, True, "BACKDATED")
    _meet(one, other, clerk)
    for state in (clerk.state(dossier), one.state(dossier), other.state(dossier), office.dossier(dossier)):
        held = state.exceptions["BACKDATED"]
        assert (held.granted, held.granted_by) == (True, ("supervisor", "supervisor2"))


def test_a_decision_on_a_request_that_was_made_anew_meanwhile_is_nobodys_trouble(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office
) -> None:
    clerk, one, _other, dossier = desks
    clerk.desk.exceptions.ask(dossier, WEAK, "Đã gọi nơi cấp thẻ")
    clerk.deliver()
    _say(one, dossier, True)
    _meet(one, clerk)
    held = office.dossier(dossier).exceptions[WEAK]
    assert (held.granted, held.reason) == (None, "Đã gọi nơi cấp thẻ")
    assert [late.why for late in one.desk.exceptions.outrun(dossier)] == ["REQUEST_OTHER"]
    assert one.refused() == []
    _say(one, dossier, True)
    _meet(one, clerk)
    assert clerk.state(dossier).exceptions[WEAK].granted


def test_asking_again_while_it_is_granted_elsewhere_takes_nothing_back(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office
) -> None:
    clerk, one, _other, dossier = desks
    _say(one, dossier, True)
    one.deliver()
    clerk.desk.exceptions.ask(dossier, WEAK, "Xin xem lại")
    clerk.enter(dossier, applicant__phone="0912345678")
    _meet(clerk, one)
    for state in (clerk.state(dossier), one.state(dossier), office.dossier(dossier)):
        assert state.exceptions[WEAK].granted
        assert state.text("applicant.phone") == "0912345678"
    assert clerk.refused() == []


def test_asking_again_while_it_is_refused_elsewhere_is_a_new_request(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office
) -> None:
    clerk, one, _other, dossier = desks
    _say(one, dossier, False)
    one.deliver()
    clerk.desk.exceptions.ask(dossier, WEAK, "Xin xem lại")
    _meet(clerk, one)
    for state in (clerk.state(dossier), one.state(dossier), office.dossier(dossier)):
        assert state.exceptions[WEAK].is_open
        assert state.exceptions[WEAK].reason == "Xin xem lại"


def test_who_has_it_open_does_not_keep_a_supervisor_from_deciding(
    desks: tuple[Joined, Joined, Joined, UUID],
) -> None:
    clerk, one, _other, dossier = desks
    clerk.desk.leases.hold(dossier)
    one.desk.leases.look(dossier)
    _say(one, dossier, True)
    _meet(one, clerk)
    assert clerk.state(dossier).exceptions[WEAK].granted


def test_what_came_in_since_it_was_shown_is_told(desks: tuple[Joined, Joined, Joined, UUID]) -> None:
    clerk, one, _other, dossier = desks
    shown = one.desk.exceptions.shown(dossier, WEAK)
    clerk.enter(dossier, licence__number="010167012345")
    _meet(clerk, one)
    with pytest.raises(Exception, match="SHOWN_CHANGED"):
        one.desk.exceptions.decide_as_signed_in(dossier, WEAK, True, "", "", shown)
    assert one.state(dossier).exceptions[WEAK].is_open
    one.desk.exceptions.decide_as_signed_in(dossier, WEAK, True, "", "", one.desk.exceptions.shown(dossier, WEAK))
    _meet(one, clerk)
    assert clerk.state(dossier).exceptions[WEAK].granted
    assert one.refused() == []


def test_what_the_clerk_does_meanwhile_leaves_a_decision_standing(
    desks: tuple[Joined, Joined, Joined, UUID], office: Office
) -> None:
    """The decision is about what the supervisor could see; central works that out."""
    clerk, one, _other, dossier = desks
    _say(one, dossier, True)
    clerk.enter(dossier, licence__number="010167012345")
    clerk.deliver()
    _meet(one, clerk)
    assert office.dossier(dossier).exceptions[WEAK].granted
    assert one.refused() == []
