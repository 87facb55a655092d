"""Whatever comes, central answers it calmly on either database: what no text, number or head may hold is refused."""

from __future__ import annotations

import re
import secrets
import socket
import zlib
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from clerk_app import wire
from tests.peers.central import BOTH, CentralProcess
from tests.peers.counter import Chain
from tests.peers.station import Station, read

pytestmark = pytest.mark.wire
BACKINGS = BOTH
TEXTS = ("\0", "a\0b", "", " ", "x" * 100_000, "\U0010ffff", "e\u0301" * 5000, "'; DROP TABLE entries; --", "%00")
"""NUL is no character of PostgreSQL's; the others are of both."""
NUMBERS = (0, -1, 2**31, 2**63 - 1, 2**63, 2**64)
DEEP = 50_000


@pytest.fixture(scope="module")
def station(shared_central: CentralProcess) -> Station:
    return Station.enrolled(shared_central, f"Q01-{secrets.token_hex(4)}", "clerk")


def _calm(reply: requests.Response) -> None:
    assert reply.status_code < 500, (reply.request.method, reply.request.path_url[:80], reply.content[:200])


def test_no_text_makes_it_fail(station: Station) -> None:
    for text in TEXTS:
        for target, message in (
            ("/v1/sign-in", {"user": text, "password": text}),
            ("/v1/registers/licences", {"number": text}),
            (f"/v1/leases/{uuid4()}", {"who": text}),
            ("/v1/entries", {"entries": [], "era": text}),
            ("/v1/entries", {"entries": [[b"{}", text, 1, b"", b"", b""]]}),
            ("/v1/token", {"assertion": text}),
            ("/v1/enrol", {"code": text, "public_key": bytes(32)}),
        ):
            _calm(station.ask("POST", target, message))
        if len(text) < 200:
            _calm(station.ask_token(iss=text, sub=text))
            _calm(station.ask_token(jti=f"{text}{'x' * 20}"))


def test_who_nobody_can_be_is_unknown_on_either_database(station: Station) -> None:
    """The entry is recorded as refused, and what follows it is heard."""
    chain = Chain(station.code, station.seed)
    chain.draft(uuid4(), 1)
    what = wire.decode_entry(chain.sealed[0].body).what
    forged = Chain(station.code, station.seed)
    forged.happen(uuid4(), what, who="a\0b")
    forged.draft(uuid4(), 1)
    codes = [answer.code for answer in read(station.push(*forged.sealed), wire.Answers).answers]
    assert codes == ["USER_UNKNOWN", ""]


def test_no_number_makes_it_fail(station: Station) -> None:
    for number in NUMBERS:
        if number < 2**64:
            _calm(station.ask("POST", "/v1/blocks", {"kind": "receipt", "size": number, "key": uuid4()}))
            _calm(station.ask("POST", "/v1/entries", {"entries": [[b"{}", station.code, number, b"", b"", b""]]}))
        for target in ("entries?after={}", "entries?limit={}", "entries/own?after={}", "answers?after={}&limit={}"):
            _calm(station.ask("GET", f"/v1/{target.format(number, number)}"))
        sent = {"Upload_Offset": str(number), "Upload_Length": str(number)}
        _calm(station.ask("PATCH", f"/v1/sheets/{secrets.token_hex(32)}", b"x", **sent))


@pytest.mark.parametrize(
    "target", ["entries?era={}", "catalogue/{}", "sheets/{}", "sheets/{}/content?dossier={}", "leases/{}", "{}"]
)
def test_no_address_makes_it_fail(station: Station, target: str) -> None:
    for text in ("%00", "%ff%fe", "%ED%A0%80", "%C3%28", "%", "%zz", "..%2f..", "x" * 20_000, "%F4%90%80%80"):
        _calm(station.ask("GET", f"/v1/{target.format(text, text)}"))


@cache
def _swelling() -> bytes:
    return zlib.compress(bytes(64 * 1024 * 1024), 9)


@pytest.mark.parametrize(
    ("data", "media"),
    [
        pytest.param(b"[" * DEEP, "application/json", id="deep"),
        pytest.param(b'{"entries":' + b"[" * DEEP + b"]" * DEEP + b"}", "application/json", id="deep-entries"),
        pytest.param(b'{"user":"\xff\xfe","password":"\xc3\x28"}', "application/json", id="not-utf-8"),
        pytest.param(b'{"user":"\\ud800","password":"\\u0000"}', "application/json", id="surrogate"),
        pytest.param(b'{"entries":1e999}', "application/json", id="endless-number"),
        pytest.param(zlib.compress(b"\x91" * DEEP), "application/x-quay", id="deep-packed"),
        pytest.param(
            zlib.compress(b"\x82\xa4user\xa2\xff\xfe\xa8password\xa1x"), "application/x-quay", id="packed-utf"
        ),
        pytest.param(zlib.compress(b"\xdd\xff\xff\xff\xff"), "application/x-quay", id="endless-list"),
        pytest.param(_swelling, "application/x-quay", id="swelling"),
        pytest.param(lambda: wire.frame(_swelling()), wire.STREAM, id="swelling-frame"),
        pytest.param(b"\x28\xb5\x2f\xfd" + bytes(100), "application/x-quay", id="another-compression"),
    ],
)
def test_no_body_makes_it_fail(station: Station, data: bytes | Callable[[], bytes], media: str) -> None:
    data = data() if callable(data) else data
    for target in ("/v1/entries", "/v1/sign-in", "/v1/sheets/states", "/v1/sheets", "/v1/blocks"):
        reply = station.ask("POST", target, data, Content_Type=media)
        assert reply.status_code in (400, 413), (target, reply.status_code)


def test_no_head_makes_it_fail(station: Station) -> None:
    address = urlsplit(station.central.url)
    for lines in (
        f"X-Long: {'x' * 1_000_000}",
        "\r\n".join(f"X-{number}: x" for number in range(20_000)),
        f"Authorization: Bearer {'a.' * 30_000}",
        "Authorization: Bearer \xff\xfe.\x80.x",
        "Proof: \xff.\xff.\xff",
        "Accept: \xff",
        "Content-Type: application/json; charset=\xff",
        "Content-Encoding: zstd",
        "Expect: something",
        "Upgrade: h2c",
    ):
        with socket.create_connection((address.hostname, address.port), timeout=30) as line:
            head = f"GET /v1/people HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n\r\n"
            said = b""
            try:
                line.sendall(head.encode("latin-1"))
                while data := line.recv(65536):
                    said += data
            except ConnectionError:
                # It hung up before all of it was sent.
                continue
        assert re.match(rb"HTTP/1.1 4\d\d ", said), lines[:40]


def test_and_it_works_as_before(station: Station) -> None:
    assert station.ask("GET", "/v1/people").status_code == 200
    ready = requests.get(f"{station.central.url}/v1/ready", headers={"Connection": "close"}, timeout=30)
    assert ready.status_code == 200
