"""Decisions that no desk should ever have sent: central judges by its own people, its own law and its own entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
import uuid_utils.compat
from sqlalchemy import update

from clerk_app import wire
from clerk_app.central import blocks
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import users
from clerk_app.central.law import PackedLaw
from clerk_app.central.people import issue_factor
from clerk_app.central.register import Register
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import (
    Discarded,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    Happening,
    TakenOver,
)
from clerk_app.domain.oversight import DecisionRefused, MoreAsked
from tests.desk.conftest import SIGNER
from tests.peers.counter import Chain, opened, state_of
from tests.peers.deciding import decided
from tests.peers.pack import with_cousins
from tests.peers.two_desks import Office

WEAK = "IDENTITY_WEAK"


class Forger:
    """A station that writes whatever it likes, rightly sealed."""

    def __init__(self, office: Office, code: str = "Q01-A", counter: str = "Q01") -> None:
        self.office = office
        self.station: KnownStation = office.station(code, counter)
        self.chain = Chain(code, SIGNER.private_bytes_raw())
        self.sent = 0

    def says(
        self,
        dossier: UUID,
        what: Happening,
        who: str = "clerk",
        at: datetime | None = None,
        seen: int = 0,
        now: datetime | None = None,
    ) -> wire.Answer:
        entry = Entry(uuid_utils.compat.uuid7(), dossier, what, who, at or hanoi_now(), seen)
        self.chain.seal(wire.encode_entry(entry))
        batch = wire.Batch(self.chain.sealed[self.sent :])
        (answer,) = self.office.register.take(batch, self.station, now or hanoi_now()).answers
        self.sent += 1
        return answer

    def asked(self, *what: Happening, code: str = WEAK, who: str = "clerk", approvers: int = 1) -> UUID:
        """A dossier for which somebody asked."""
        dossier = uuid4()
        asks = ExceptionAsked(code, "Chip bị xước", approvers=approvers)
        for one in (opened(), *what, asks):
            assert self.says(dossier, one, who).accepted
        return dossier

    def decision(self, dossier: UUID, code: str = WEAK) -> ExceptionDecided:
        """As an honest desk would write it down now."""
        return decided(state_of(self.chain, dossier), code)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


@pytest.fixture
def forger(office: Office) -> Forger:
    return Forger(office)


def test_an_honest_decision_is_accepted(forger: Forger) -> None:
    dossier = forger.asked()
    assert forger.says(dossier, forger.decision(dossier), "supervisor").accepted
    assert forger.office.dossier(dossier).exceptions[WEAK].granted


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda one: replace(one, shown=""), "DECISION_UNPROVEN"),
        (lambda one: replace(one, request=None), "DECISION_UNPROVEN"),
        (lambda one: replace(one, where=""), "DECISION_UNPROVEN"),
        (lambda one: replace(one, factor=""), "DECISION_UNPROVEN"),
        (lambda one: replace(one, shown="0" * 64), "SHOWN_DIFFERS"),
        (lambda one: replace(one, request=uuid4()), "REQUEST_OTHER"),
        (lambda one: replace(one, code="SANCTIONS_UNKNOWN"), "EXCEPTION_UNKNOWN"),
        (lambda one: MoreAsked(one.code, "?", request=one.request, shown="1" * 64), "SHOWN_DIFFERS"),
        (lambda one: MoreAsked(one.code, "?", request=one.request), "DECISION_UNPROVEN"),
        (lambda one: MoreAsked(one.code, "?", request=one.request, shown=one.shown), ""),
    ],
)
def test_what_was_forged_of_a_decision_is_refused(
    forger: Forger, changed: Callable[[ExceptionDecided], Happening], code: str
) -> None:
    dossier = forger.asked()
    forged = changed(forger.decision(dossier))
    assert forger.says(dossier, forged, "supervisor").code == code
    assert forger.office.dossier(dossier).exceptions[WEAK].granted is None


@pytest.mark.parametrize(
    ("who", "code"),
    [("clerk", "ROLE_MISSING"), ("clerk2", "ROLE_MISSING"), ("nobody", "USER_UNKNOWN")],
)
def test_who_may_not_decide(forger: Forger, who: str, code: str) -> None:
    dossier = forger.asked()
    assert forger.says(dossier, forger.decision(dossier), who).code == code


def test_nobody_decides_for_himself(forger: Forger) -> None:
    own = forger.asked(who="supervisor")
    assert forger.says(own, forger.decision(own), "supervisor").code == "FOUR_EYES"
    opened_by, asks = uuid4(), ExceptionAsked(WEAK, "x")
    assert forger.says(opened_by, opened(), "supervisor").accepted
    assert forger.says(opened_by, asks, "clerk").accepted
    assert forger.says(opened_by, forger.decision(opened_by), "supervisor").code == "FOUR_EYES"


def test_a_second_account_of_the_same_person_is_no_second_person(forger: Forger, office: Office) -> None:
    """Whatever the desk knew of it: central has the people."""
    with office.database.write() as connection:
        both = users.c.id.in_(["clerk", "supervisor"])
        connection.execute(update(users).where(both).values(person="Nguyễn Thu Hà 001185000001"))
    dossier = forger.asked()
    assert forger.says(dossier, forger.decision(dossier), "supervisor").code == "FOUR_EYES"
    assert forger.says(forger.asked(), MoreAsked(WEAK, "?"), "supervisor").code == "FOUR_EYES"
    other = forger.asked()
    assert forger.says(other, forger.decision(other), "supervisor2").accepted


def test_a_dossier_that_somebody_took_over_or_filled_in_is_decided_by_another(forger: Forger, office: Office) -> None:
    typed = FieldsEntered(MappingProxyType({"applicant.name": "LÊ VĂN B"}), "identity")
    for work in (TakenOver("Q02-A", "clerk", "ốm"), typed):
        dossier = forger.asked()
        assert forger.says(dossier, work, "supervisor").accepted
        assert forger.says(dossier, forger.decision(dossier), "supervisor").code == "FOUR_EYES"
        dossier = forger.asked()
        assert forger.says(dossier, work, "supervisor").accepted
        assert forger.says(dossier, forger.decision(dossier), "supervisor2").accepted
    with office.database.write() as connection:
        connection.execute(update(users).where(users.c.id == "supervisor").values(person="CA 117"))
        connection.execute(update(users).where(users.c.id == "supervisor2").values(person="ca117"))
    dossier = forger.asked()
    assert forger.says(dossier, typed, "supervisor").accepted
    assert forger.says(dossier, forger.decision(dossier), "supervisor2").code == "FOUR_EYES", "one person, two accounts"


def test_nobody_decides_by_a_factor_that_he_cannot_have_used(forger: Forger, office: Office) -> None:
    dossier = forger.asked()
    by_code = replace(forger.decision(dossier), factor="totp")
    assert forger.says(dossier, by_code, "supervisor").code == "FACTOR_WEAK"
    other = forger.asked()
    by_pin = replace(forger.decision(other), where="remote", factor="pin")
    assert forger.says(other, by_pin, "supervisor").code == "DECISION_UNPROVEN"
    issue_factor(office.database, "supervisor")
    third = forger.asked()
    by_code = replace(forger.decision(third), factor="totp")
    assert forger.says(third, by_code, "supervisor").accepted


def test_an_old_decision_decides_no_new_request(forger: Forger) -> None:
    dossier = forger.asked()
    refused = replace(forger.decision(dossier), granted=False)
    assert forger.says(dossier, refused, "supervisor").accepted
    replayed = replace(refused, granted=True)
    assert forger.says(dossier, replayed, "supervisor").code == "EXCEPTION_DECIDED"
    assert forger.says(dossier, ExceptionAsked(WEAK, "Xin xem lại"), "clerk").accepted, "nobody is held by it"
    assert forger.says(dossier, replayed, "supervisor").code == "REQUEST_OTHER"
    assert forger.office.dossier(dossier).exceptions[WEAK].granted is None


def test_no_clock_puts_a_decision_before_its_request_or_into_the_future(forger: Forger) -> None:
    dossier, now = forger.asked(), hanoi_now()
    early = forger.says(dossier, forger.decision(dossier), "supervisor", now - timedelta(hours=3))
    assert early.code == "DECISION_TIME_WRONG"
    again = forger.says(dossier, forger.decision(dossier), "supervisor")
    assert again.accepted, "nobody has to settle it: with the right clock it is decided anew"
    late = forger.asked()
    assert forger.says(late, forger.decision(late), "supervisor", now + timedelta(hours=3)).accepted, "training"


def test_two_who_must_grant_are_two(forger: Forger) -> None:
    dossier = forger.asked(code="BACKDATED", approvers=2)
    first = forger.decision(dossier, "BACKDATED")
    assert forger.says(dossier, first, "supervisor").accepted
    assert forger.office.dossier(dossier).exceptions["BACKDATED"].granted is None
    again = forger.says(dossier, forger.decision(dossier, "BACKDATED"), "supervisor")
    assert again.code == "FOUR_EYES"
    other = forger.asked(code="BACKDATED", approvers=2)
    for who in ("supervisor", "supervisor2"):
        assert forger.says(other, forger.decision(other, "BACKDATED"), who).accepted
    assert forger.office.dossier(other).exceptions["BACKDATED"].granted


@pytest.mark.parametrize(
    ("asks", "code"),
    [
        (ExceptionAsked("BACKDATED", "x"), "APPROVERS_FEWER"),
        (ExceptionAsked("FREE_BEER", "x"), "EXCEPTION_KIND"),
        (ExceptionAsked(WEAK, "x", 5), "AMOUNT_WRONG"),
        (ExceptionAsked("REFUND", "x", 5), "AMOUNT_WRONG"),
        (ExceptionAsked(WEAK, "x", 0, ("ab" * 32,)), "EVIDENCE_UNKNOWN"),
    ],
)
def test_what_may_not_be_asked_for(forger: Forger, asks: ExceptionAsked, code: str) -> None:
    dossier = uuid4()
    assert forger.says(dossier, opened()).accepted
    assert forger.says(dossier, asks).code == code


def test_what_is_closed_is_closed_but_for_what_the_law_leaves_open(forger: Forger) -> None:
    gone = forger.asked()
    assert forger.says(gone, Discarded("x")).accepted
    assert forger.says(gone, forger.decision(gone), "supervisor").code == "DOSSIER_CLOSED"
    other = forger.asked()
    assert forger.says(other, Discarded("x")).accepted
    assert forger.says(other, ExceptionAsked("REFUND", "x", 5)).code == "AMOUNT_WRONG", "open, but no fee was taken"
    third = forger.asked()
    assert forger.says(third, Discarded("x")).accepted
    assert forger.says(third, ExceptionAsked("NUMBER_GRACE", "x")).code == "DOSSIER_CLOSED"


def test_what_was_shown_at_another_desk_is_what_that_desk_could_see(office: Office) -> None:
    """What the clerk did since counts neither for nor against it; what the author says they saw must be what was."""
    clerk, other = Forger(office, "Q01-A", "Q01"), Forger(office, "Q02-A", "Q02")

    def newest() -> int:
        return office.register.pull(other.station, 0, 500).cursor

    dossier = clerk.asked()
    honest, seen = clerk.decision(dossier), newest()
    typed = FieldsEntered(MappingProxyType({"applicant.name": "LÊ VĂN B"}), "identity")
    assert clerk.says(dossier, typed).accepted
    assert other.says(dossier, honest, "supervisor", seen=seen).accepted
    second = clerk.asked()
    honest = clerk.decision(second)
    assert clerk.says(second, typed).accepted
    answer = other.says(second, honest, "supervisor", seen=newest())
    assert answer.code == "SHOWN_DIFFERS", "who says that he saw the name had another text before his eyes"


def test_that_somebody_tried_is_told_by_anybody(forger: Forger) -> None:
    dossier = forger.asked()
    tried = DecisionRefused(WEAK, "FOUR_EYES", "clerk")
    assert forger.says(dossier, tried, "clerk").accepted
    assert forger.says(dossier, tried, "supervisor").accepted
    assert forger.office.dossier(dossier).exceptions[WEAK].granted is None


def test_a_new_kind_is_judged_by_its_rows(office: Office, tmp_path: Path) -> None:
    """No scope and no kind is known to the program."""
    office.register = Register(office.database, office.sheets, PackedLaw(with_cousins(tmp_path / "law")))
    with office.database.write() as connection:
        connection.execute(update(users).where(users.c.id == "clerk2").values(roles="elder"))
    forger = Forger(office)
    dossier = uuid4()
    assert forger.says(dossier, opened()).accepted
    asks = ExceptionAsked("COUSIN", "Em họ", 1, approvers=2)
    assert forger.says(dossier, asks).code == "AMOUNT_WRONG", "no fee was taken"
    other = uuid4()
    assert forger.says(other, opened()).accepted
    lent = blocks.lend(office.database, wire.BlockAsked("receipt", 5, uuid4()), forger.station, hanoi_now())
    fee = FeeTaken(f"{lent.first:07d}", 135_000, "cash", 135_000, 0)
    for one in (fee, ExceptionAsked("COUSIN", "Em họ", 50_001, approvers=2)):
        assert forger.says(other, one).accepted
    assert forger.says(other, forger.decision(other, "COUSIN"), "clerk2").code == "AMOUNT_TOO_HIGH"
