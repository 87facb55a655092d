"""The uplink names what went wrong: no line, not central, a certificate nobody trusts, a wrong clock."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from clerk_app import uplink as uplink_module
from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.server import serve
from clerk_app.desk.line import Later
from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink, clock_wrong
from tests.peers.central import CentralProcess

pytestmark = pytest.mark.wire
SEED = b"s" * 32


def _refusal(work) -> Refusal:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value


def test_no_line_is_said_to_be_no_line() -> None:
    uplink = Uplink("http://127.0.0.1:9", SEED, "Q01", "central", timeout_s=1)
    assert not uplink.alive()
    refusal = _refusal(lambda: uplink.pull(0))
    assert refusal.code == "CENTRAL_UNREACHABLE"
    assert refusal.words.vi
    assert refusal.remedy.en


def test_a_station_that_is_not_enrolled_is_told(shared_central: CentralProcess) -> None:
    assert _refusal(lambda: shared_central.uplink(SEED).pull(0)).code == "STATION_NOT_ENROLLED"
    assert _refusal(lambda: shared_central.uplink(SEED).enrol("ABCD-EFGH")).code == "ENROL_CODE_WRONG"


def test_the_token_is_fetched_once_and_renewed_by_itself(
    central: CentralProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    uplink = central.enrol("Q01")
    uplink.pull(0)
    before = uplink.bytes_sent
    uplink.pull(0)
    quiet = uplink.bytes_sent - before
    assert quiet < 400
    assert uplink._granted is not None
    uplink._granted.until = 0
    before = uplink.bytes_sent
    uplink.pull(0)
    assert uplink.bytes_sent - before > quiet + 200
    uplink._granted.token = "UTAx.1.forged"
    assert uplink.pull(0).entries == [], "a token that central forgot is replaced"


@pytest.mark.parametrize("hours", [-2, 30])
def test_a_wrong_clock_is_told_and_stops_nothing(
    central: CentralProcess, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    heard: list[dt.datetime] = []
    enrolled = central.enrol("Q01", "clerk", seed=SEED)
    real = uplink_module.time
    monkeypatch.setattr(uplink_module, "time", lambda: real() + hours * 3600)
    uplink = Uplink(central.url, SEED, "Q01", enrolled.central_id, heard=heard.append)
    assert uplink.pull(0).entries == []
    assert abs(heard[-1] - hanoi_now()) < dt.timedelta(minutes=1)
    monkeypatch.setattr(uplink_module, "time", real)
    assert uplink.pull(0).entries == [], "the clock was set right while the program ran"
    uplink.close()


def test_a_clock_is_behind_or_ahead() -> None:
    now = hanoi_now()
    assert "behind" in clock_wrong(now, now + dt.timedelta(minutes=5)).words.en
    assert "ahead" in clock_wrong(now + dt.timedelta(minutes=5), now).words.en


class _Portal(BaseHTTPRequestHandler):
    """A hotel's log-in page, or a load balancer without its server."""

    status = 200
    body = b"<html>Welcome</html>"
    retry_after = ""

    def do_GET(self) -> None:
        # Left unread, the question would make the kernel reset the line, and the answer might never arrive.
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        if self.retry_after:
            self.send_header("Retry-After", self.retry_after)
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_PATCH = do_GET  # noqa: N815 the names are http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Portal) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _swelling() -> bytes:
    """Packed when it is needed: that takes a second."""
    return wire.pack(b"0" * 100_000_000)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>Welcome</html>", "CENTRAL_NONSENSE"),
        (404, b"", "CENTRAL_NONSENSE"),
        (302, b"", "CENTRAL_NONSENSE"),
        (502, b"<html>Bad Gateway</html>", "CENTRAL_UNREACHABLE"),
        (200, wire.pack({"unexpected": 1}), "CENTRAL_NONSENSE"),
        (200, _swelling, "CENTRAL_NONSENSE"),
    ],
)
def test_whatever_is_not_central_is_not_taken_for_it(
    portal: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes | Callable[[], bytes], code: str
) -> None:
    monkeypatch.setattr(_Portal, "status", status)
    monkeypatch.setattr(_Portal, "body", body() if callable(body) else body)
    uplink = Uplink(portal, SEED, timeout_s=5)
    assert _refusal(lambda: uplink.enrol("ABCD")).code == code
    uplink.close()


_BUSY = wire.Problem("CENTRAL_BUSY", "bận", "busy", "chờ", "wait")


@pytest.mark.parametrize(
    ("status", "body", "retry_after", "wait_s"),
    [
        (503, b"<html>later</html>", "7", 7.0),
        (503, wire.pack(_BUSY), "7", 7.0),
        (429, wire.pack(_BUSY), "90", 90.0),
        (503, wire.pack(_BUSY), "999999", uplink_module.LONGEST_LATER_S),
        (503, wire.pack(_BUSY), "Fri, 31 Dec 2100 23:59:59 GMT", uplink_module.LONGEST_LATER_S),
    ],
)
def test_when_central_asks_to_come_later_it_is_heard(
    portal: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, retry_after: str, wait_s: float
) -> None:
    monkeypatch.setattr(_Portal, "status", status)
    monkeypatch.setattr(_Portal, "body", body)
    monkeypatch.setattr(_Portal, "retry_after", retry_after)
    uplink = Uplink(portal, SEED, timeout_s=5)
    refusal = _refusal(lambda: uplink.enrol("ABCD"))
    assert isinstance(refusal, Later)
    assert refusal.wait_s == wait_s
    uplink.close()


@pytest.mark.parametrize(("status", "retry_after"), [(503, ""), (503, "soon"), (503, "-3"), (409, "7")])
def test_nobody_waits_for_what_was_not_asked(
    portal: str, monkeypatch: pytest.MonkeyPatch, status: int, retry_after: str
) -> None:
    monkeypatch.setattr(_Portal, "status", status)
    monkeypatch.setattr(_Portal, "body", wire.pack(_BUSY))
    monkeypatch.setattr(_Portal, "retry_after", retry_after)
    uplink = Uplink(portal, SEED, timeout_s=5)
    refusal = _refusal(lambda: uplink.enrol("ABCD"))
    assert (refusal.code, isinstance(refusal, Later)) == ("CENTRAL_BUSY", False)
    uplink.close()


def test_a_bare_connection_tells_whether_anybody_is_there(portal: str) -> None:
    assert Uplink(portal, SEED).reachable()
    assert not Uplink("http://127.0.0.1:9", SEED).reachable()
    assert not Uplink("http://no-such-name.invalid", SEED).reachable()


# ---- TLS ---------------------------------------------------------------------------------------------------------


class _Rude(StreamRequestHandler):
    """Whoever is there instead of central: hangs up in the middle of the handshake, or does not know TLS at all."""

    says = b""

    def handle(self) -> None:
        self.request.recv(5)
        self.wfile.write(self.says)


@pytest.mark.parametrize(
    "says", [b"", b"\x16\x03\x03", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"]
)
def test_a_handshake_that_fails_is_a_lack_of_line_not_of_trust(monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    monkeypatch.setattr(_Rude, "says", says)
    with ThreadingTCPServer(("127.0.0.1", 0), _Rude) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        uplink = Uplink(f"https://127.0.0.1:{server.server_address[1]}", SEED, timeout_s=5)
        assert _refusal(lambda: uplink.enrol("ABCD")).code == "CENTRAL_UNREACHABLE"
        uplink.close()
        server.shutdown()
        thread.join()


def test_central_does_not_speak_plainly_outside_its_machine(tmp_path: Path) -> None:
    assert _refusal(lambda: serve("0.0.0.0", 0, tmp_path, practice=True)).code == "TLS_NEEDED"


def test_a_certificate_or_key_that_cannot_serve_is_told(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    pairs = [(tmp_path / "nowhere.pem", nonsense), (nonsense, nonsense), (nonsense, None), (None, nonsense)]
    for cert, key in pairs:
        refusal = _refusal(partial(serve, "127.0.0.1", 0, tmp_path / "data", practice=True, tls_cert=cert, tls_key=key))
        assert refusal.code == "TLS_FILES"
    assert not (tmp_path / "data").exists(), "nothing is made before"


def test_a_port_that_is_taken_is_named(shared_central: CentralProcess, tmp_path: Path) -> None:
    port = int(shared_central.url.rsplit(":", 1)[1])
    assert _refusal(lambda: serve("127.0.0.1", port, tmp_path, practice=True)).code == "PORT_TAKEN"


def test_a_real_central_does_not_take_the_training_publishers_law(tmp_path: Path) -> None:
    assert _refusal(lambda: serve("127.0.0.1", 0, tmp_path)).code.startswith("PACK_")


def test_secrets_stay_out_of_what_is_shown(shared_central: CentralProcess) -> None:
    seed = secrets.token_bytes(32)
    refusal = _refusal(
        lambda: shared_central.enrol(f"Q01-{secrets.token_hex(3)}", seed=seed).sign_in("clerk", "bí mật")
    )
    assert "bí mật" not in str(refusal)
