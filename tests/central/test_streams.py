"""Many entries or sheets in one breath: what arrived stays, what is damaged is nobody else's trouble."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from uuid import uuid4

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from clerk_app import wire
from clerk_app.central import replacing, stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, heads, open_database
from clerk_app.desk.ports import OutgoingSheet
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink, _framed
from tests.peers.central import CentralProcess, settled
from tests.peers.counter import Chain
from tests.peers.line import Line

pytestmark = pytest.mark.wire


def _refusal(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def _chain(uplink: Uplink, seed: bytes, dossiers: int) -> Chain:
    chain = Chain(uplink.station, seed)
    for _ in range(dossiers):
        chain.draft(uuid4(), 5)
    return chain


def _sheets(count: int, size: int) -> list[OutgoingSheet]:
    made = [secrets.token_bytes(size) for _ in range(count)]
    return [OutgoingSheet(hashlib.sha256(data).hexdigest(), data) for data in made]


def _station(central: CentralProcess) -> tuple[Uplink, bytes]:
    seed = secrets.token_bytes(32)
    return central.enrol(f"Q01-{secrets.token_hex(3)}", "clerk", seed=seed), seed


# ---- frames ------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(0, 2500), max_size=12))
def test_frames_are_found_however_the_line_cuts_them(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(wire.frame, bodies))
    frames, found = wire.Frames(), []
    ends = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in pairwise(ends):
        found += frames.feed(stream[start:end])
    assert found == bodies


def test_a_frame_longer_than_allowed_is_refused_before_it_is_kept() -> None:
    with pytest.raises(wire.Unreadable):
        wire.Frames().feed((wire.MAX_FRAME_BYTES + 1).to_bytes(4, "big"))


# ---- entries -----------------------------------------------------------------------------------------------------


def test_many_frames_are_answered_as_one_batch(shared_central: CentralProcess) -> None:
    uplink, seed = _station(shared_central)
    chain = _chain(uplink, seed, 400)
    answers = uplink.push(chain.sealed)
    assert [answer.id for answer in answers.answers] == chain.ids
    assert all(answer.accepted for answer in answers.answers)
    assert answers.next_n == len(chain.sealed) + 1
    assert uplink.push(chain.sealed).answers == answers.answers, "again the same"


def test_answers_that_got_lost_are_asked_for(shared_central: CentralProcess) -> None:
    uplink, seed = _station(shared_central)
    chain = _chain(uplink, seed, 3)
    assert (uplink.answers(0).answers, uplink.answers(0).next_n) == ([], 1)
    said = uplink.push(chain.sealed).answers
    assert uplink.answers(0).answers == said
    assert uplink.answers(7, limit=5).answers == said[7:12]
    assert (uplink.answers(15).answers, uplink.answers(15).next_n) == ([], 16)
    other, _ = _station(shared_central)
    assert other.answers(0).answers == [], "nobody hears what others were told"


def test_a_cut_costs_the_frame_it_fell_into(central: CentralProcess, line: Line) -> None:
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    chain = _chain(uplink, seed, 900)
    whole = sum(map(len, _framed(chain.sealed, "")))
    uplink.answers(0)
    line.cut_after = line.carried + whole // 2
    assert _refusal(lambda: uplink.push(chain.sealed)) == "CENTRAL_UNREACHABLE"
    there = settled(lambda: uplink.answers(0, 1), lambda answers: answers.next_n > 1500).next_n - 1
    assert 1500 < there < len(chain.sealed)
    assert uplink.push(chain.sealed[there:]).next_n == len(chain.sealed) + 1
    uplink.close()


def test_entries_before_one_that_cannot_be_recorded_are_answered(shared_central: CentralProcess) -> None:
    uplink, seed = _station(shared_central)
    chain = _chain(uplink, seed, 300)
    broken = [*chain.sealed[:1200], chain.sealed[1300]]
    answers = uplink.push(broken)
    assert (len(answers.answers), answers.next_n) == (1200, 1201)
    forged = wire.Sealed(b"{}", chain.station, 1201, b"\0" * 32, b"\0" * 32, b"\0" * 64)
    assert _refusal(lambda: uplink.push([forged])) == "SEAL_BROKEN"
    assert len(uplink.push([*chain.sealed[1200:1300], forged]).answers) == 100


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\0\0", id="no frame"),
        pytest.param(wire.frame(b"no zlib"), id="garbage"),
        pytest.param(wire.frame(wire.pack({"entries": 7})), id="another shape"),
        pytest.param(wire.frame(zlib.compress(bytes(50_000_000))), id="a bomb"),
        pytest.param(b"\xff\xff\xff\xff", id="endless"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/entries", "/v1/sheets"])
def test_a_stream_that_is_none_is_refused_and_central_goes_on(
    shared_central: CentralProcess, body: bytes, path: str
) -> None:
    uplink, _seed = _station(shared_central)

    def send() -> None:
        answer = uplink._send("POST", path, lambda: iter([body]), {"Content-Type": wire.STREAM})
        assert wire.unpack(answer.content, wire.Answers).answers == []

    if path == "/v1/entries" and len(body) < 4:
        send()
    else:
        assert _refusal(send) == "MESSAGE_UNREADABLE"
    assert uplink.push([]).next_n == 1


def test_a_stream_needs_the_stations_proof(shared_central: CentralProcess) -> None:
    for path in ("/v1/entries", "/v1/sheets", "/v1/sheets/states"):
        reply = requests.post(shared_central.url + path, b"x", headers={"Content-Type": wire.STREAM}, timeout=10)
        assert reply.status_code == 401
    assert requests.get(shared_central.url + "/v1/answers", timeout=10).status_code == 401


@pytest.mark.parametrize("taken_away", ["revoked", "replaced"])
def test_nothing_is_recorded_on_a_stream_that_was_open_when_its_station_was_revoked(
    shared_central: CentralProcess, taken_away: str
) -> None:
    uplink, seed = _station(shared_central)
    chain = _chain(uplink, seed, 2)
    beside = shared_central.uplink(seed, uplink.station, uplink.central_id)
    database = open_database(shared_central.database_url)

    def frames() -> Iterator[bytes]:
        yield from _framed(chain.sealed[:5], "")
        assert settled(lambda: beside.answers(0), lambda said: said.next_n == 6).next_n == 6
        if taken_away == "revoked":
            stations.revoke(database, uplink.station, hanoi_now())
        else:
            assert replacing.replace(database, uplink.station, f"{uplink.station}-B", hanoi_now()).last_n == 5
        yield from _framed(chain.sealed[5:], "")

    reply = uplink._send("POST", "/v1/entries", frames, {"Content-Type": wire.STREAM})
    assert wire.unpack(reply.content, wire.Answers).next_n == 6, "what was recorded before is answered"
    assert _recorded(database, uplink.station) == 5
    assert _refusal(lambda: uplink.push(chain.sealed[5:])) == "STATION_REVOKED"
    database.close()


def _recorded(database: Database, station: str) -> int:
    with database.read() as connection:
        return connection.execute(select(heads.c.n).where(heads.c.station == station)).scalar_one()


# ---- sheets ------------------------------------------------------------------------------------------------------


def test_many_sheets_arrive_in_one_breath_and_never_twice(shared_central: CentralProcess) -> None:
    uplink, _seed = _station(shared_central)
    sheets = _sheets(30, 20_000)
    assert [state.complete for state in uplink.send_sheets(sheets)] == [True] * 30
    assert [state.received for state in uplink.sheet_states([one.digest for one in sheets])] == [20_000] * 30
    folder = shared_central.folder / "sheets"
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name == sheets[0].digest}
    assert uplink.send_sheets(sheets[:2])[0].complete
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_a_sheet_that_arrives_damaged_spoils_no_other(shared_central: CentralProcess) -> None:
    uplink, _seed = _station(shared_central)
    first, second, third = _sheets(3, 5_000)
    wrong = OutgoingSheet(second.digest, bytes(5_000))
    assert [state.complete for state in uplink.send_sheets([first, wrong, third])] == [True, False, True]
    assert uplink.sheet_states([second.digest])[0].received == 0
    elsewhere = OutgoingSheet(second.digest, second.data, offset=100)
    states = uplink.send_sheets([elsewhere])
    assert (states[0].complete, states[0].received) == (False, 0), "another part of it is there: none"
    assert uplink.send_sheets([second])[0].complete


def test_what_a_cut_left_of_a_bundle_is_kept_to_the_byte(central: CentralProcess, line: Line) -> None:
    seed = secrets.token_bytes(32)
    enrolled = central.enrol("Q01", "clerk", seed=seed)
    uplink = Uplink(line.url, seed, "Q01", enrolled.central_id)
    sheets = _sheets(5, 300_000)
    digests = [one.digest for one in sheets]
    uplink.sheet_states(digests)
    line.cut_after = line.carried + 800_000
    assert _refusal(lambda: uplink.send_sheets(sheets)) == "CENTRAL_UNREACHABLE"
    states = settled(
        lambda: uplink.sheet_states(digests), lambda states: states[1].complete and states[2].received > 150_000
    )
    assert [state.complete for state in states] == [True, True, False, False, False]
    assert 0 < states[2].received <= 200_000
    rest = [OutgoingSheet(one.digest, one.data, state.received) for one, state in zip(sheets, states, strict=True)][2:]
    before = line.carried
    assert [state.complete for state in uplink.send_sheets(rest)] == [True] * 3
    assert line.carried - before <= 900_000 - states[2].received + 1_000
    uplink.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=4), st.binary(max_size=100))
def test_no_list_of_sheets_makes_central_fail(
    shared_central: CentralProcess, pieces: list[tuple[int, int]], data: bytes
) -> None:
    uplink = _kept(shared_central)
    told = [wire.SheetPiece(secrets.token_bytes(32), offset, total) for offset, total in pieces]
    body = wire.frame(wire.pack(wire.SheetBundle(told))) + data
    answered: list[wire.SheetState] = []
    with contextlib.suppress(Refusal):
        reply = uplink._send("POST", "/v1/sheets", lambda: iter([body]), {"Content-Type": wire.STREAM})
        answered = wire.unpack(reply.content, wire.SheetStates).states
    assert not any(state.complete for state in answered)
    assert uplink.push([]).next_n == 1


_KEPT: dict[str, Uplink] = {}


def _kept(central: CentralProcess) -> Uplink:
    if central.url not in _KEPT:
        _KEPT[central.url] = _station(central)[0]
    return _KEPT[central.url]
