"""Entries of a dossier that its own desk has not told yet to a central that was brought back from an older copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
import uuid_utils.compat

from clerk_app import wire
from clerk_app.central import register
from clerk_app.central.app import hanoi_now
from clerk_app.domain.dossier import Entry, ExceptionAsked, FieldsEntered
from clerk_app.domain.refusals import Refusal
from tests.desk.conftest import SIGNER
from tests.peers.counter import Chain, state_of
from tests.peers.deciding import decided
from tests.peers.two_desks import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def chain(station: str) -> Chain:
    return Chain(station, SIGNER.private_bytes_raw())


def typed_in(chain: Chain, dossier: UUID, seen: int) -> None:
    """Typed by somebody who saw another desk's entries up to this number."""
    what = FieldsEntered(MappingProxyType({"reason": "Sắp hết hạn"}), "application")
    chain.seal(wire.encode_entry(Entry(uuid_utils.compat.uuid7(), dossier, what, "clerk2", hanoi_now(), seen)))


def test_they_come_again_once_it_was_told(office: Office) -> None:
    first, second = office.station("Q01-A", "Q01"), office.station("Q02-A", "Q02")
    opening, going_on, dossier = chain("Q01-A"), chain("Q02-A"), uuid4()
    opening.draft(dossier)
    going_on.draft(uuid4(), counter="Q02")
    typed_in(going_on, dossier, seen=7)
    batch = wire.Batch(going_on.sealed)
    answers = office.register.take(batch, second, hanoi_now())
    assert [one.accepted for one in answers.answers] == [True] * 3, "its own dossier waits for nobody"
    with pytest.raises(Refusal, match="DOSSIER_AWAITED"):
        office.register.take(wire.Batch(going_on.sealed[3:]), second, hanoi_now())
    assert all(one.accepted for one in office.register.take(wire.Batch(opening.sealed), first, hanoi_now()).answers)
    answers = office.register.take(batch, second, hanoi_now())
    assert [one.accepted for one in answers.answers] == [True] * 4


def test_what_was_asked_elsewhere_is_waited_for_and_what_was_seen_here_is_not(office: Office) -> None:
    first, second = office.station("Q01-A", "Q01"), office.station("Q02-A", "Q02")
    opening, deciding, dossier = chain("Q01-A"), chain("Q02-A"), uuid4()
    opening.draft(dossier)
    (number,) = {one.number for one in office.register.take(wire.Batch(opening.sealed[:1]), first, hanoi_now()).answers}
    opening.happen(dossier, ExceptionAsked("IDENTITY_WEAK", "Chip bị xước"))
    what = decided(state_of(opening, dossier), "IDENTITY_WEAK", comment="Đã xem")
    for seen in (number + 50, number):
        deciding.seal(
            wire.encode_entry(Entry(uuid_utils.compat.uuid7(), dossier, what, "supervisor", hanoi_now(), seen))
        )
    with pytest.raises(Refusal, match="DOSSIER_AWAITED"):
        office.register.take(wire.Batch(deciding.sealed[:1]), second, hanoi_now())
    office.register.take(wire.Batch(opening.sealed), first, hanoi_now())
    answers = office.register.take(wire.Batch(deciding.sealed), second, hanoi_now()).answers
    assert [(one.accepted, one.code) for one in answers] == [(True, ""), (False, "EXCEPTION_DECIDED")]


def test_a_desk_that_never_comes_back_holds_nobody_for_long(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    station, going_on, dossier = office.station("Q02-A", "Q02"), chain("Q02-A"), uuid4()
    typed_in(going_on, dossier, seen=7)
    with pytest.raises(Refusal, match="DOSSIER_AWAITED"):
        office.register.take(wire.Batch(going_on.sealed), station, hanoi_now())
    later = monotonic() + register.AWAITED_S + 1
    monkeypatch.setattr(register, "monotonic", lambda: later)
    (answer,) = office.register.take(wire.Batch(going_on.sealed), station, hanoi_now()).answers
    assert answer.code == "DOSSIER_UNKNOWN"


def test_who_saw_nothing_of_it_is_refused_at_once(office: Office) -> None:
    station, going_on = office.station("Q02-A", "Q02"), chain("Q02-A")
    typed_in(going_on, uuid4(), seen=0)
    (answer,) = office.register.take(wire.Batch(going_on.sealed), station, hanoi_now()).answers
    assert answer.code == "DOSSIER_UNKNOWN"
