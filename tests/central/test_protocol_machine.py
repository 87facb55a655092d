"""The protocol against a real central process: a model says what must be answered, whatever is asked in which order.

Stations enrol, push slices of their chains in any order and twice, cut sheets, borrow numbers, pull, forge, are
revoked; central is killed meanwhile. `CLERK_EXAMPLES=200` tries more.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from types import MappingProxyType
from uuid import UUID, uuid4

import msgspec
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from clerk_app import wire
from clerk_app.central import stations as central_stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.rates import Budgets
from clerk_app.central.server import Bounds
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import FieldsEntered, Page, PagesArranged
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain, opened

pytestmark = [pytest.mark.wire, pytest.mark.timeout(900)]

EXAMPLES = int(os.environ.get("CLERK_EXAMPLES", "8"))
STEPS = 30
MOST_STATIONS = 3


def code_of(work: Callable[[], object]) -> str:
    """The code that it is refused with; the empty text if it is not."""
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return ""


@dataclass
class Written:
    """One entry of a chain, and what the model knows of it."""

    dossier: UUID
    opens: bool
    sheet: str = ""


@dataclass
class Station:
    """A station, its chain, and what central must have of it."""

    chain: Chain
    uplink: Uplink
    code: str
    written: list[Written] = field(default_factory=list)
    answers: list[wire.Answer] = field(default_factory=list)
    parts: dict[str, int] = field(default_factory=dict)
    held: set[UUID] = field(default_factory=set)
    blocks: dict[UUID, wire.Block] = field(default_factory=dict)
    heard: dict[bytes, int] = field(default_factory=dict)
    began: int = 0
    cursor: int = 0
    revoked: bool = False

    def write(self, dossier: UUID, opens: bool, sheet: bytes = b"") -> None:
        digest = hashlib.sha256(sheet).hexdigest() if sheet else ""
        if opens:
            self.chain.happen(dossier, opened(self.chain.station.partition("-")[0]))
        elif sheet:
            self.chain.happen(dossier, PagesArranged((Page(digest, "", 10, 10, 300, len(sheet)),), "scan"))
        else:
            self.chain.happen(dossier, FieldsEntered(MappingProxyType({"reason": secrets.token_hex(4)}), "application"))
        self.written.append(Written(dossier, opens, digest))


class Protocol(RuleBasedStateMachine):
    """What may be asked of central, and what it must answer."""

    central: CentralProcess

    @initialize()
    def begin(self) -> None:
        self.stations: list[Station] = []
        self.sheets: dict[str, bytes] = {}
        self.whole: set[str] = set()
        self.opened: set[UUID] = set()
        self.enrol()

    def _of(self, number: int) -> Station:
        return self.stations[number % len(self.stations)]

    # ---- who is there

    @precondition(lambda self: len(self.stations) < MOST_STATIONS)
    @rule()
    def enrol(self) -> None:
        chain = Chain(f"Q0{len(self.stations) + 1}-{secrets.token_hex(4)}")
        code = self.central.code(chain.station)
        uplink = self.central.uplink(chain.seed)
        first = uplink.enrol(code)
        assert uplink.enrol(code) == first, "a lost answer costs nothing"
        stranger = self.central.uplink(secrets.token_bytes(32))
        assert code_of(lambda: stranger.enrol(code)) == "ENROL_CODE_WRONG"
        uplink.sign_in("clerk", "practice")
        made = Station(chain, uplink, code)
        made.began = made.cursor = self._newest(uplink)
        self.stations.append(made)

    @staticmethod
    def _newest(uplink: Uplink) -> int:
        cursor = 0
        while (pulled := uplink.pull(cursor)).entries:
            cursor = pulled.cursor
        return max(cursor, pulled.cursor)

    @precondition(lambda self: len([one for one in self.stations if not one.revoked]) > 1)
    @rule(number=st.integers(0, 9))
    def revoke(self, number: int) -> None:
        station = self._of(number)
        beside = open_database(self.central.database_url)
        try:
            if not station.revoked:
                central_stations.revoke(beside, station.chain.station, hanoi_now())
        finally:
            beside.close()
        station.revoked = True
        for ask in (
            lambda: station.uplink.push(station.chain.sealed),
            lambda: station.uplink.pull(0),
            lambda: station.uplink.lend("dossier", 5, uuid4()),
            lambda: station.uplink.sign_in("clerk", "practice"),
            lambda: station.uplink.sheet_state("0" * 64),
        ):
            assert code_of(ask) == "STATION_REVOKED"

    @rule(again=st.booleans())
    def kill(self, again: bool) -> None:
        (self.central.kill if again else self.central.stop)()
        assert code_of(lambda: self.stations[0].uplink.push([])) == "CENTRAL_UNREACHABLE"
        self.central.start()

    # ---- what happens at a counter

    @rule(number=st.integers(0, 9), entries=st.integers(1, 4))
    def open_dossier(self, number: int, entries: int) -> None:
        station, dossier = self._of(number), uuid4()
        for at in range(entries):
            station.write(dossier, opens=at == 0)

    @rule(number=st.integers(0, 9), other=st.integers(0, 9), at=st.integers(0, 99))
    def go_on_with_any_dossier(self, number: int, other: int, at: int) -> None:
        if known := self._of(other).written:
            self._of(number).write(known[at % len(known)].dossier, opens=False)

    @rule(number=st.integers(0, 9), size=st.integers(1, 3000))
    def scan(self, number: int, size: int) -> None:
        station = self._of(number)
        if not station.written:
            return
        sheet = secrets.token_bytes(size)
        self.sheets[hashlib.sha256(sheet).hexdigest()] = sheet
        station.write(station.written[-1].dossier, opens=False, sheet=sheet)

    # ---- entries on the line

    @rule(number=st.integers(0, 9), data=st.data())
    def push(self, number: int, data: st.DataObject) -> None:
        station = self._of(number)
        if station.revoked or not station.written:
            return
        last = len(station.written)
        shapes = st.one_of(
            st.just(list(range(len(station.answers), last))),
            st.tuples(st.integers(0, last), st.integers(0, last)).map(lambda ends: list(range(*sorted(ends)))),
            st.lists(st.integers(0, last - 1), max_size=6),
        )
        self._pushed(station, data.draw(shapes))

    def _pushed(self, station: Station, places: list[int]) -> None:
        batch = [station.chain.sealed[place] for place in places]
        expected: list[tuple[UUID, str]] = []
        stopped = ""
        for place in places:
            if place < len(station.answers) + sum(1 for _, code in expected if code != "known"):
                expected.append((station.chain.ids[place], "known"))
                continue
            if place > len(station.answers) + sum(1 for _, code in expected if code != "known"):
                break
            verdict = self._verdict(station, station.written[place])
            if verdict == "SHEET_NOT_HERE":
                stopped = verdict
                break
            expected.append((station.chain.ids[place], verdict))
        if stopped and not expected:
            assert code_of(lambda: station.uplink.push(batch)) == stopped
            return
        said = station.uplink.push(batch)
        assert [answer.id for answer in said.answers] == [one for one, _ in expected]
        for answer, (_, code), place in zip(said.answers, expected, places, strict=False):
            if code == "known" and place < len(station.answers):
                assert answer == station.answers[place], "the same answer as the first time"
            elif code != "known":
                assert (answer.accepted, answer.code) == (code == "", code)
                station.answers.append(answer)
        assert said.next_n == len(station.answers) + 1

    def _verdict(self, station: Station, written: Written) -> str:
        """What central must say to a new entry; the model goes on with it."""
        if written.dossier in station.held:
            return "DOSSIER_HELD"
        if written.sheet and written.sheet not in self.whole:
            return "SHEET_NOT_HERE"
        if written.opens:
            self.opened.add(written.dossier)
        elif written.dossier not in self.opened:
            station.held.add(written.dossier)
            return "DOSSIER_UNKNOWN"
        return ""

    @rule(number=st.integers(0, 9), other=st.integers(0, 9), how=st.sampled_from(["body", "n", "previous", "foreign"]))
    def forge(self, number: int, other: int, how: str) -> None:
        station, victim = self._of(number), self._of(other)
        if station.revoked or not victim.written:
            return
        one = victim.chain.sealed[-1]
        match how:
            case "body":
                one = msgspec.structs.replace(one, body=one.body.replace(b'"who":"clerk"', b'"who":"clerk2"'))
            case "n":
                one = msgspec.structs.replace(one, n=one.n + 1)
            case "previous":
                one = msgspec.structs.replace(one, previous=secrets.token_bytes(32))
            case _ if station is victim:
                return
        assert code_of(lambda: station.uplink.push([one])) == "SEAL_BROKEN"

    @rule(number=st.integers(0, 9))
    def fork(self, number: int) -> None:
        """The station's own key over another history: nothing is recorded, and it is told."""
        station = self._of(number)
        if station.revoked or not station.answers:
            return
        last = station.chain.sealed[len(station.answers) - 1]
        other = wire.seal(last.body + b" ", last.station, last.n, last.previous, station.chain.sign)
        assert code_of(lambda: station.uplink.push([other])) == "CHAIN_FORKED"

    # ---- sheets

    @precondition(lambda self: self.sheets)
    @rule(number=st.integers(0, 9), which=st.integers(0, 99), share=st.floats(0, 1), wrong=st.booleans())
    def send_part(self, number: int, which: int, share: float, wrong: bool) -> None:
        station = self._of(number)
        digest, sheet = list(self.sheets.items())[which % len(self.sheets)]
        if station.revoked:
            return
        have = len(sheet) if digest in self.whole else station.parts.get(digest, 0)
        state = station.uplink.sheet_state(digest)
        assert (state.received, state.complete) == (have, digest in self.whole)
        if digest in self.whole:
            assert station.uplink.send_sheet(digest, sheet, 0).complete
            return
        if wrong:
            assert code_of(lambda: station.uplink.send_sheet(digest, sheet, have + 1)) == "SHEET_OFFSET"
            return
        until = have + round((len(sheet) - have) * share)
        headers = {"Upload-Offset": str(have), "Upload-Length": str(len(sheet))}
        station.uplink._send("PATCH", f"/v1/sheets/{digest}", sheet[have:until], headers)
        station.parts[digest] = until
        if until == len(sheet):
            self.whole.add(digest)

    @precondition(lambda self: self.sheets)
    @rule(number=st.integers(0, 9), which=st.integers(0, 99))
    def send_spoilt(self, number: int, which: int) -> None:
        station = self._of(number)
        digest, sheet = list(self.sheets.items())[which % len(self.sheets)]
        have = station.parts.get(digest, 0)
        if station.revoked or digest in self.whole or have == len(sheet):
            return
        spoilt = sheet[:have] + bytes(octet ^ 1 for octet in sheet[have:])
        assert code_of(lambda: station.uplink.send_sheet(digest, spoilt, have)) == "SHEET_DAMAGED"
        station.parts[digest] = 0

    # ---- numbers and what others did

    @rule(number=st.integers(0, 9), size=st.integers(1, 20), kind=st.sampled_from(["dossier", "receipt"]))
    def lend(self, number: int, size: int, kind: str) -> None:
        station, key = self._of(number), uuid4()
        if station.revoked:
            return
        block = station.uplink.lend(kind, size, key)
        assert (block.kind, block.last - block.first + 1) == (kind, size)
        for one in self.stations:
            for other in one.blocks.values():
                assert other.kind != kind or other.last < block.first or block.last < other.first
        station.blocks[key] = block
        assert station.uplink.lend(kind, size, key) == block
        assert code_of(lambda: station.uplink.lend(kind, size + 1, key)) == "BLOCK_KEY_USED"

    @rule(number=st.integers(0, 9), limit=st.integers(1, 5))
    def pull(self, number: int, limit: int) -> None:
        station = self._of(number)
        if not station.revoked:
            self._pulled(station, limit)

    def _pulled(self, station: Station, limit: int) -> int:
        said = station.uplink.pull(station.cursor, limit)
        numbers = [one for one, _ in said.entries]
        assert numbers == sorted(set(numbers))
        assert all(one > station.cursor for one in numbers)
        assert said.cursor >= station.cursor
        assert said.next_n == len(station.answers) + 1
        for one, sealed in said.entries:
            assert sealed.station != station.chain.station
            assert sealed.digest not in station.heard, "once"
            station.heard[sealed.digest] = one
        station.cursor = said.cursor
        return len(said.entries)

    # ---- who is who

    @rule(number=st.integers(0, 9), other=st.integers(0, 9))
    def steal_token(self, number: int, other: int) -> None:
        station, thief = self._of(number), self._of(other)
        if station.revoked or station is thief:
            return
        station.uplink.push([])
        assert station.uplink._granted is not None
        token, now, target = station.uplink._granted.token, int(time()), "/v1/entries?after=0"
        signed = Ed25519PrivateKey.from_private_bytes(thief.chain.seed).sign(wire.proof_text("GET", target, now, token))
        proof = f"{now}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"
        headers = {"Authorization": f"Bearer {token}", wire.PROOF_HEADER: proof, "Connection": "close"}
        reply = requests.get(self.central.url + target, headers=headers, timeout=10)
        assert (reply.status_code, wire.unpack(reply.content, wire.Problem).code) == (401, "TOKEN_WRONG")

    # ---- the end

    def teardown(self) -> None:
        """Everybody heard of exactly what was accepted from the others."""
        for station in self.stations:
            station.uplink.close()
            if station.revoked:
                continue
            assert station.uplink.push([]).next_n == len(station.answers) + 1
            # What central is asked once more it answers once more the same.
            self._pushed(station, list(range(len(station.answers))))
            while self._pulled(station, 500):
                continue
            for other in self.stations:
                if other is not station:
                    self._heard_all(station, other)
            station.uplink.close()

    @staticmethod
    def _heard_all(station: Station, other: Station) -> None:
        theirs = {
            sealed.digest: answer.number
            for sealed, answer in zip(other.chain.sealed, other.answers, strict=False)
            if answer.accepted and answer.number > station.began
        }
        assert {digest: station.heard.get(digest) for digest in theirs} == theirs


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralProcess]:
    # Every station that is enrolled shows a used code to another one: more of them than one address may in a minute.
    bounds = Bounds(Budgets(wrong=10**6, wrong_codes=10**6, address_enrol=10**6))
    peer = CentralProcess(tmp_path_factory.mktemp("central"), bounds=bounds)
    peer.start()
    yield peer
    peer.close()


def test_central_answers_as_the_model_says(central: CentralProcess, tmp_path: Path) -> None:
    class Here(Protocol):
        pass

    Here.central = central
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert verify(central.database_url).problems == ()
