"""Straight at central, past the program of the station: nothing is taken that the rules and the keys do not allow."""

from __future__ import annotations

import hashlib
import secrets
import socket
import zlib
from threading import Thread
from time import time
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import pytest
import requests

from clerk_app import wire
from clerk_app.central import stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import database_url, open_database
from clerk_app.central.rates import Budgets
from clerk_app.central.server import Bounds
from clerk_app.central.sheets import MAX_SHEET_BYTES
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain
from tests.peers.station import Station, code_of, read

pytestmark = pytest.mark.wire


@pytest.fixture
def station(shared_central: CentralProcess) -> Station:
    return Station.enrolled(shared_central, f"Q01-{secrets.token_hex(4)}", "clerk")


@pytest.fixture
def chain(station: Station) -> Chain:
    made = Chain(station.code, station.seed)
    made.draft(uuid4(), 3)
    return made


def _other(central: CentralProcess) -> Station:
    return Station.enrolled(central, f"Q02-{secrets.token_hex(4)}", "clerk2")


# ---- entries


def test_an_entry_sent_again_is_answered_again_and_kept_once(station: Station, chain: Chain) -> None:
    first = read(station.push(*chain.sealed), wire.Answers)
    assert all(answer.accepted for answer in first.answers)
    again = read(station.push(*chain.sealed), wire.Answers)
    assert (again.answers, again.next_n) == (first.answers, 4)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"id": 1}'},
        {"digest": bytes(32)},
        {"signature": bytes(64)},
        {"signature": b""},
        {"previous": b"x" * 32},
        {"n": 0},
        {"n": -1},
        {"n": 2**40},
    ],
)
def test_what_was_forged_is_refused(station: Station, chain: Chain, change: dict[str, object]) -> None:
    forged = msgspec.structs.replace(chain.sealed[0], **change)
    reply = station.push(forged)
    assert (reply.status_code, code_of(reply)) == (422, "SEAL_BROKEN")
    assert read(station.push(), wire.Answers).next_n == 1


def test_an_entry_sealed_by_another_key_is_refused(station: Station, chain: Chain) -> None:
    stranger = Chain(station.code)
    stranger.draft(uuid4(), 1)
    assert code_of(station.push(*stranger.sealed)) == "SEAL_BROKEN"


def test_entries_of_another_station_are_refused(station: Station, chain: Chain, shared_central: CentralProcess) -> None:
    other = _other(shared_central)
    theirs = Chain(other.code, other.seed)
    theirs.draft(uuid4(), 2, counter="Q02")
    assert code_of(station.push(*theirs.sealed)) == "SEAL_BROKEN"
    read(other.push(*theirs.sealed), wire.Answers)
    assert code_of(station.push(*theirs.sealed)) == "SEAL_BROKEN", "also when central knows them"


def test_order_and_gaps_cannot_be_feigned(station: Station, chain: Chain) -> None:
    first, second, third = chain.sealed
    backwards = read(station.push(third, second), wire.Answers)
    assert (backwards.answers, backwards.next_n) == ([], 1)
    read(station.push(first), wire.Answers)
    gap = read(station.push(third), wire.Answers)
    assert (gap.answers, gap.next_n) == ([], 2)
    retold = Chain(station.code, station.seed)
    retold.draft(uuid4(), 1)
    assert code_of(station.push(*retold.sealed)) == "CHAIN_FORKED", "a second story of the same numbers"


def test_what_is_too_big_is_refused_before_it_is_read(station: Station, chain: Chain) -> None:
    huge = chain.seal(b"x" * (wire.MAX_BODY_BYTES + 1))
    assert code_of(station.push(*chain.sealed[:3], huge)) == ""
    assert code_of(station.push(huge)) == "ENTRY_TOO_BIG"
    assert code_of(station.push(*[chain.sealed[0]] * 1001)) == "ENTRY_TOO_BIG"
    swelling = zlib.compress(bytes(80 * 1024 * 1024), 9)
    assert code_of(station.ask("POST", "/v1/entries", swelling)) == "MESSAGE_UNREADABLE"
    address = urlsplit(station.central.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        head = f"Authorization: Bearer {station.token}\r\nProof: {station.proof('POST', '/v1/entries', b'x')}"
        line.sendall(f"POST /v1/entries HTTP/1.1\r\nHost: x\r\n{head}\r\nContent-Length: 99999999999\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413 "), "nobody waited for the body"


# ---- token and proof


def test_a_stolen_token_opens_nothing(station: Station) -> None:
    target, thief = "/v1/entries?after=0", secrets.token_bytes(32)
    assert code_of(station.ask("GET", target)) == ""
    for proof in (
        "",
        ".",
        "..",
        "1.2.3.4",
        "+1.x",
        "\u00b2.x".encode().decode("latin-1"),
        station.proof("GET", target, seed=thief),
        station.proof("GET", "/v1/entries?after=1"),
        station.proof("GET", "/v1/catalogue"),
        station.proof("POST", target),
        station.proof("GET", target, token="another"),
    ):
        assert code_of(station.ask("GET", target, proof=proof)) == "TOKEN_WRONG", proof
    old = station.proof("GET", target, created=int(time()) - 600)
    assert code_of(station.ask("GET", target, proof=old)) == "CLOCK_WRONG"


def test_a_proof_that_was_overheard_carries_no_other_message(station: Station) -> None:
    asked = wire.BlockAsked("receipt", 10, uuid4())
    overheard = station.proof("POST", "/v1/blocks", wire.pack(asked))
    lent = read(station.ask("POST", "/v1/blocks", asked, proof=overheard), wire.Block)
    # What a station whose answer was lost does within the same second: it works, and does nothing twice.
    assert read(station.ask("POST", "/v1/blocks", asked, proof=overheard), wire.Block) == lent
    for other in (wire.BlockAsked("receipt", 5000, uuid4()), wire.BlockAsked("dossier", 10, uuid4())):
        assert code_of(station.ask("POST", "/v1/blocks", other, proof=overheard)) == "TOKEN_WRONG"
    guess = station.proof("POST", "/v1/sign-in", wire.pack(wire.SignInAsked("clerk", "practice")))
    reply = station.ask("POST", "/v1/sign-in", wire.SignInAsked("supervisor", "practice"), proof=guess)
    assert code_of(reply) == "TOKEN_WRONG"
    bare = station.proof("POST", "/v1/registers/licences")
    reply = station.ask("POST", "/v1/registers/licences", wire.LicencesAsked("001090012345"), proof=bare)
    assert code_of(reply) == "TOKEN_WRONG", "a proof that names no message goes with none"
    half, _, signature = overheard.rpartition(".")
    swapped = f"{half.split('.')[0]}.{wire.body_mark(wire.pack(asked))[:-1]}A.{signature}"
    assert code_of(station.ask("POST", "/v1/blocks", asked, proof=swapped)) == "TOKEN_WRONG"


def test_a_token_of_one_station_does_not_serve_another(station: Station, shared_central: CentralProcess) -> None:
    other = _other(shared_central)
    mine = station.proof("GET", "/v1/catalogue", token=other.token)
    assert code_of(station.ask("GET", "/v1/catalogue", proof=mine, token=other.token)) == "TOKEN_WRONG"
    name, expires, mark = other.token.split(".")
    for forged in (
        f"{station.token.split('.')[0]}.{expires}.{mark}",
        f"{name}.{int(expires) + 9}.{mark}",
        f"{name}.x.y",
    ):
        proof = station.proof("GET", "/v1/catalogue", token=forged)
        assert code_of(station.ask("GET", "/v1/catalogue", proof=proof, token=forged)) == "TOKEN_WRONG"


def test_a_revoked_station_is_out_whatever_token_it_holds(central: CentralProcess) -> None:
    station = Station.enrolled(central, "Q01", "clerk")
    chain = Chain("Q01", station.seed)
    chain.draft(uuid4(), 2)
    database = open_database(database_url(central.folder))
    stations.revoke(database, "Q01", hanoi_now())
    database.close()
    assert code_of(station.push(*chain.sealed)) == "STATION_REVOKED"
    for method, target in (("GET", "/v1/entries"), ("GET", "/v1/people"), ("GET", f"/v1/sheets/{'0' * 64}")):
        assert code_of(station.ask(method, target)) == "STATION_REVOKED"
    assert code_of(station.ask_token()) == "STATION_REVOKED"


# ---- the line


def _raw(central: CentralProcess, *requests_sent: str) -> bytes:
    address = urlsplit(central.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        line.sendall("".join(requests_sent).encode("latin-1"))
        said = b""
        while data := line.recv(65536):
            said += data
    return said


def _head(station: Station, method: str, target: str, *more: str) -> str:
    lines = (
        f"{method} {target} HTTP/1.1",
        "Host: central",
        f"Authorization: Bearer {station.token}",
        f"Proof: {station.proof(method, target)}",
        "Connection: close",
        *more,
    )
    return "\r\n".join(lines) + "\r\n\r\n"


def test_two_readers_of_one_head_cannot_be_told_different_things(station: Station) -> None:
    central = station.central
    assert _raw(central, _head(station, "GET", "/v1/catalogue")).startswith(b"HTTP/1.1 200 ")
    for more in (
        ("Proof: 1.x",),
        ("Authorization: Bearer x",),
        ("Content-Length: 0", "Content-Length: 5"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: identity, chunked",),
        ("Content-Length: +5",),
        ("X-Broken : value",),
    ):
        said = _raw(central, _head(station, "GET", "/v1/catalogue", *more), "0\r\n\r\nGET /v1/health HTTP/1.1\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 400 "), more
        assert said.count(b"HTTP/1.1 ") == 1, more
        assert b'"central_id"' not in said, more


@pytest.mark.parametrize(
    "target",
    [
        "/v1/../v1/entries",
        "/v1//entries",
        "/v1/entries/",
        "/v1/%65ntries/x",
        "/V1/entries",
        "//v1/entries",
        "/v1/entries%00",
    ],
)
def test_no_other_spelling_of_an_address_leads_in(station: Station, target: str) -> None:
    said = _raw(station.central, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.split(b" ", 2)[1] in (b"401", b"404", b"307", b"400"), said[:80]
    assert b'"entries"' not in said


# ---- sheets


def _sheet(size: int = 1000) -> tuple[bytes, str]:
    sheet = secrets.token_bytes(size)
    return sheet, f"/v1/sheets/{hashlib.sha256(sheet).hexdigest()}"


def _length(sheet: bytes, offset: int = 0) -> dict[str, str]:
    return {"Upload_Offset": str(offset), "Upload_Length": str(len(sheet))}


def test_nobody_spoils_or_finishes_the_sheet_of_another(station: Station, shared_central: CentralProcess) -> None:
    other = _other(shared_central)
    sheet, target = _sheet()
    half = read(station.ask("PATCH", target, sheet[:500], **_length(sheet)), wire.SheetState)
    assert half.received == 500
    assert read(other.ask("GET", target), wire.SheetState).received == 0, "a part is its station's own"
    assert code_of(other.ask("PATCH", target, b"x" * 500, **_length(sheet, 500))) == "SHEET_OFFSET"
    assert code_of(other.ask("PATCH", target, b"x" * 1000, **_length(sheet))) == "SHEET_DAMAGED"
    assert read(station.ask("PATCH", target, sheet[500:], **_length(sheet, 500)), wire.SheetState).complete
    assert read(other.ask("PATCH", target, b"y" * 1000, **_length(sheet)), wire.SheetState).complete
    assert read(station.ask("GET", target), wire.SheetState).received == 1000, "what is whole stays as it is"


def test_a_sheet_does_not_swell(station: Station) -> None:
    sheet, target = _sheet()
    assert code_of(station.ask("PATCH", target, sheet + b"more", **_length(sheet))) == "SHEET_TOO_LONG"
    for said in (0, MAX_SHEET_BYTES + 1, 10**17):
        reply = station.ask("PATCH", target, sheet, Upload_Offset="0", Upload_Length=str(said))
        assert code_of(reply) == "SHEET_TOO_BIG"
    for offset, total in (("-1", "10"), ("0", "1e3"), ("9" * 30, "10"), ("", ""), ("0x1", "10"), ("٣", "10")):
        try:
            reply = station.ask("PATCH", target, sheet, Upload_Offset=offset, Upload_Length=total)
        except UnicodeEncodeError:
            continue
        assert code_of(reply) == "MESSAGE_UNREADABLE"
    reply = station.ask("PATCH", "/v1/sheets/..%2F..%2Fcentral.sqlite", sheet, **_length(sheet))
    assert code_of(reply) in ("SHEET_NAME", "NOT_FOUND")


def test_a_whole_sheet_sent_again_without_end_is_not_listened_to(station: Station) -> None:
    sheet, target = _sheet(10)
    assert read(station.ask("PATCH", target, sheet, **_length(sheet)), wire.SheetState).complete
    reply = station.ask("PATCH", target, bytes(MAX_SHEET_BYTES + 1), **_length(sheet))
    assert code_of(reply) == "MESSAGE_TOO_BIG"


# ---- enrolment


def test_a_code_used_by_many_at_once_makes_one_station(central: CentralProcess) -> None:
    code, keys = central.code("Q01"), [secrets.token_bytes(32) for _ in range(8)]
    replies: list[requests.Response] = []

    def enrol(key: bytes) -> None:
        asked = wire.pack(wire.Enrolment(code, key))
        replies.append(requests.post(f"{central.url}/v1/enrol", asked, headers={"Connection": "close"}, timeout=30))

    threads = [Thread(target=enrol, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code_of(reply) for reply in replies) == [""] + ["ENROL_CODE_WRONG"] * 7


def test_guessing_codes_ends_soon_and_a_code_that_expired_is_no_code(tmp_path: object) -> None:
    peer = CentralProcess(tmp_path / "central", bounds=Bounds(Budgets(wrong_codes=5)))  # type: ignore[operator]
    peer.start()
    try:
        right = peer.code("Q01")
        database = open_database(peer.database_url)
        expired = stations.new_code(database, "Q02", hanoi_now(), lives=stations.CODE_LIVES * -1).code
        database.close()

        def tried(code: str) -> requests.Response:
            asked = wire.pack(wire.Enrolment(code, secrets.token_bytes(32)))
            return requests.post(f"{peer.url}/v1/enrol", asked, headers={"Connection": "close"}, timeout=30)

        assert code_of(tried(expired)) == "ENROL_CODE_WRONG"
        said = [tried(secrets.token_hex(10)) for _ in range(5)]
        assert [code_of(reply) for reply in said] == ["ENROL_CODE_WRONG"] * 4 + ["RATE_LIMITED"]
        assert (said[-1].status_code, code_of(tried(right))) == (429, "RATE_LIMITED")
        assert 1 <= int(said[-1].headers["Retry-After"]) <= 120
    finally:
        peer.close()
