"""Who looks at which request for an exception, over the wire: told to the office, forgotten by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest

from clerk_app.central.app import hanoi_now
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess

pytestmark = pytest.mark.wire


def test_who_looks_at_a_request_is_told_to_the_others_and_is_one_request_a_station(
    shared_central: CentralProcess,
) -> None:
    first = shared_central.enrol("Q01-handle", "supervisor")
    second = shared_central.enrol("Q02-handle", "supervisor2")
    one, other = uuid4(), uuid4()
    (mine,) = [said for said in first.handle("supervisor", one).handlings if said.station == "Q01-handle"]
    assert (mine.request, mine.who) == (one, "supervisor")
    assert mine.name not in ("", "supervisor")
    assert mine.since <= hanoi_now() < mine.until
    heard = {said.station: said for said in second.handle("supervisor2", one).handlings}
    assert heard["Q01-handle"].request == heard["Q02-handle"].request == one, "nobody is kept from looking"
    again = {said.station: said for said in first.handle("supervisor", one).handlings}["Q01-handle"]
    assert (again.since, again.until >= mine.until) == (mine.since, True)
    moved = {said.station: said for said in first.handle("supervisor", other).handlings}["Q01-handle"]
    assert moved.request == other
    assert "Q01-handle" not in {said.station for said in first.handle("supervisor", None).handlings}


def test_only_somebody_who_signed_in_there_looks_at_anything(shared_central: CentralProcess) -> None:
    station = shared_central.enrol("Q03-handle", "clerk")
    with pytest.raises(Refusal, match="USER_UNKNOWN"):
        station.handle("supervisor2", uuid4())
    with pytest.raises(Refusal, match="ROLE_MISSING"):
        station.handle("clerk", uuid4())
