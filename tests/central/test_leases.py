"""Who has a dossier open, over the wire: lent for a minute, to people of the office, and taken over on demand."""

from __future__ import annotations

from uuid import uuid4

import pytest

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain

pytestmark = pytest.mark.wire


def test_a_dossier_is_lent_to_one_desk_and_the_others_hear_whose_it_is(shared_central: CentralProcess) -> None:
    first = shared_central.enrol("Q01-lease", "clerk")
    second = shared_central.enrol("Q02-lease", "clerk2")
    dossier = uuid4()
    assert first.lease(dossier).holder is None
    lent = first.hold_lease(dossier, "clerk").holder
    assert lent is not None
    assert (lent.station, lent.who, lent.name) == ("Q01-lease", "clerk", "Nguyễn Thu Hà")
    assert lent.since <= hanoi_now() < lent.until
    told = second.hold_lease(dossier, "clerk2").holder
    assert told is not None
    assert (told.station, told.since) == ("Q01-lease", lent.since)
    again = first.hold_lease(dossier, "clerk").holder
    assert again is not None
    assert (again.since, again.until >= lent.until) == (lent.since, True)
    second.release_lease(dossier)
    assert first.lease(dossier).holder is not None, "only whose it is gives it back"
    taken = second.hold_lease(dossier, "clerk2", take_over=True).holder
    assert taken is not None
    assert taken.station == "Q02-lease"
    assert second.release_lease(dossier).holder is None


def test_a_dossier_is_lent_only_to_somebody_who_signed_in_there(shared_central: CentralProcess) -> None:
    station = shared_central.enrol("Q03-lease", "clerk")
    with pytest.raises(Refusal, match="USER_UNKNOWN"):
        station.hold_lease(uuid4(), "clerk2")
    with pytest.raises(Refusal, match="USER_UNKNOWN"):
        station.hold_lease(uuid4(), "nobody")


def test_what_was_refused_at_one_desk_comes_to_the_others_of_the_office_with_its_reasons(
    shared_central: CentralProcess,
) -> None:
    chain = Chain("Q04-lease")
    first = shared_central.enrol(chain.station, "clerk", seed=chain.seed)
    second = shared_central.enrol("Q05-lease", "clerk2")
    cursor = second.pull(0, 500).cursor
    chain.draft(uuid4(), 2, counter="Q09")
    assert [one.code for one in first.push(chain.sealed).answers] == ["COUNTER_FOREIGN", "DOSSIER_HELD"]
    pulled = second.pull(cursor)
    assert pulled.entries == []
    assert [(sealed.digest, said.code) for sealed, said in pulled.refused] == [
        (chain.sealed[0].digest, "COUNTER_FOREIGN"),
        (chain.sealed[1].digest, "DOSSIER_HELD"),
    ]
    assert all(said.words_vi and said.remedy_en for _sealed, said in pulled.refused)
    old = wire.unpack(wire.pack(pulled), _OldPulled)
    assert old.cursor == pulled.cursor, "a station of before reads what it knows"


class _OldPulled(wire.msgspec.Struct, frozen=True):
    entries: list[tuple[int, wire.Sealed]]
    cursor: int
