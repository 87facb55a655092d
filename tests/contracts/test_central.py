"""What the desk may rely on from whoever plays `desk.ports.Central`."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import uuid4

import pytest

from clerk_app.catalogue.archive import load_archive
from clerk_app.desk.ports import Central, OutgoingSheet
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from tests.peers.central import BOTH, CentralProcess
from tests.peers.counter import Chain
from tests.peers.pack import public_key

pytestmark = pytest.mark.wire
BACKINGS = BOTH


class Held:
    """An enrolled central and the chain of the station that speaks to it."""

    def __init__(self, peer: CentralProcess) -> None:
        self.chain = Chain(f"Q05-{secrets.token_hex(3)}")
        self.central: Central = Uplink(peer.url, self.chain.seed)
        self.enrolled = self.central.enrol(peer.code(self.chain.station))
        self.signed_in = self.central.sign_in("clerk", "practice")
        self.chain.draft(uuid4(), 4, counter="Q05")


@pytest.fixture(params=["uplink"])
def held(shared_central: CentralProcess) -> Held:
    return Held(shared_central)


def test_enrolment_says_who_the_station_is(held: Held) -> None:
    enrolled = held.enrolled
    assert (enrolled.station, enrolled.counter, enrolled.practice) == (held.chain.station, "Q05", True)
    assert enrolled.office_name_vi
    assert enrolled.unit_code == "G01.801.308"
    assert enrolled.central_id


def test_sign_in_says_who_somebody_is_and_for_how_long(held: Held) -> None:
    assert held.signed_in.user.id == "clerk"
    assert held.signed_in.user.roles == ["clerk"]
    assert held.signed_in.offline_days > 0
    assert isinstance(held.signed_in.at, datetime)
    assert held.signed_in.at.tzinfo is not None
    with pytest.raises(Refusal) as refusal:
        held.central.sign_in("clerk", "wrong")
    assert refusal.value.code == "SIGN_IN_WRONG"


def test_push_answers_in_order_and_again_the_same(held: Held) -> None:
    first = held.central.push(held.chain.sealed)
    assert [answer.id for answer in first.answers] == held.chain.ids
    assert all(answer.accepted and answer.number for answer in first.answers)
    assert first.next_n == 5
    assert held.central.push(held.chain.sealed).answers == first.answers


def test_push_of_nothing_tells_the_next_number(held: Held) -> None:
    assert held.central.push([]).next_n == 1


def test_pull_never_brings_ones_own(held: Held) -> None:
    held.central.push(held.chain.sealed)
    cursor = 0
    while True:
        pulled = held.central.pull(cursor)
        assert held.chain.station not in {sealed.station for _, sealed in pulled.entries}
        assert [number for number, _ in pulled.entries] == sorted(number for number, _ in pulled.entries)
        if not pulled.entries:
            break
        assert pulled.cursor > cursor
        cursor = pulled.cursor


def test_a_station_gets_its_own_entries_back_with_their_answers(held: Held) -> None:
    answers = held.central.push(held.chain.sealed).answers
    back = held.central.returned(1, 2)
    assert back.entries == list(zip(held.chain.sealed, answers, strict=True))[1:3]
    assert (back.next_n, back.head) == (5, held.chain.sealed[-1].digest)
    assert held.central.returned(4).entries == []


def test_sheets_are_whole_or_not_there(held: Held) -> None:
    sheet = secrets.token_bytes(1000)
    digest = hashlib.sha256(sheet).hexdigest()
    assert held.central.sheet_state(digest).received == 0
    assert held.central.send_sheet(digest, sheet, 0).complete
    assert held.central.sheet_state(digest).complete
    assert held.central.send_sheet(digest, sheet, 0).complete
    held.central.sheet_lost(secrets.token_hex(32))


def test_sheets_travel_together_and_say_where_to_go_on(held: Held) -> None:
    data = [secrets.token_bytes(700), secrets.token_bytes(900)]
    digests = [hashlib.sha256(one).hexdigest() for one in data]
    assert [state.received for state in held.central.sheet_states(digests)] == [0, 0]
    sheets = [OutgoingSheet(digest, one) for digest, one in zip(digests, data, strict=True)]
    assert [state.complete for state in held.central.send_sheets(sheets)] == [True, True]
    assert [state.received for state in held.central.sheet_states(digests[::-1])] == [900, 700]


def test_answers_are_said_again_to_whoever_missed_them(held: Held) -> None:
    said = held.central.push(held.chain.sealed)
    again = held.central.answers(1)
    assert (again.answers, again.next_n) == (said.answers[1:], said.next_n)


def test_a_wait_brings_what_a_pull_brings_and_can_be_left(held: Held, shared_central: CentralProcess) -> None:
    other = Held(shared_central)
    other.central.push(other.chain.sealed)
    found = held.central.wait(0, 5.0, lambda: False)
    assert found.entries == held.central.pull(0).entries
    held.central.leave()
    assert held.central.wait(2**40, 5.0, lambda: True).entries == []
    assert held.central.reachable()


def test_blocks_are_lent_once_per_key(held: Held) -> None:
    key = uuid4()
    block = held.central.lend("receipt", 10, key)
    assert held.central.lend("receipt", 10, key) == block
    assert held.central.lend("receipt", 10, uuid4()).first > block.last


def test_keys_for_days_without_a_line_are_a_stations_own(held: Held) -> None:
    keys = held.central.keys()
    assert {len(keys.sealing), len(keys.signing), len(keys.grace)} == {32}
    assert held.central.keys() == keys


def test_a_register_nobody_joined_is_unknown(held: Held) -> None:
    found = held.central.licences("001090012345", "clerk", uuid4())
    assert (found.answered, found.sanctions) == (False, "unknown")


def test_what_was_sent_is_counted(held: Held) -> None:
    before = held.central.bytes_sent
    held.central.push(held.chain.sealed)
    assert held.central.bytes_sent > before
    assert held.central.alive()


def test_the_law_is_offered_with_what_others_did_and_comes_whole(held: Held) -> None:
    offer = held.central.pull(0).catalogue
    assert offer is not None
    assert offer in held.central.rule_packs()
    pack = load_archive(held.central.rule_pack(offer.digest), [public_key()])
    assert (pack.version, pack.manifest.digest) == (offer.version, offer.digest)
    with pytest.raises(Refusal) as refusal:
        held.central.rule_pack(b"x" * 32)
    assert refusal.value.code == "PACK_UNKNOWN"
