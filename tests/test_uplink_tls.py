"""TLS with the office's own authority: a station trusts that one, and says in words what is wrong with another."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clerk_app.domain.refusals import Refusal
from clerk_app.uplink import Uplink
from tests.peers.authority import Authority

pytestmark = pytest.mark.wire
ROOT = Path(__file__).resolve().parent.parent
SEED = b"s" * 32


@contextmanager
def _central(folder: Path, certificate: tuple[Path, Path]) -> Iterator[str]:
    """A practice central behind this certificate, started as people start it."""
    cert, key = (str(path) for path in certificate)
    arguments = ["--practice", "--listen", "127.0.0.1:0", "--data", str(folder), "--tls-cert", cert, "--tls-key", key]
    command = [sys.executable, "-m", "clerk_app", "central", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["listening"]
    finally:
        process.terminate()
        code = process.wait(timeout=60)
        process.stdout.close()
    assert code == 0


def _code(url: str, ca: Path | None) -> str:
    uplink = Uplink(url, SEED, ca=ca)
    try:
        uplink.enrol("ABCD-EFGH")
    except Refusal as refusal:
        assert refusal.words.vi  # noqa: PT017 every one of them is for people
        return refusal.code
    finally:
        uplink.close()
    return ""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("office"))


def test_the_offices_authority_is_trusted_and_nobody_elses(authority: Authority, tmp_path: Path) -> None:
    other = Authority.made(tmp_path / "other", "Office CA")
    (tmp_path / "nonsense.pem").write_text("nothing of the kind")
    with _central(tmp_path / "central", authority.issue(tmp_path)) as url:
        assert url.startswith("https://")
        assert _code(url, authority.certificate) == "ENROL_CODE_WRONG", "the line stands, only the code is wrong"
        assert _code(url, other.certificate) == "CENTRAL_NOT_TRUSTED", "the same name is not the same authority"
        assert _code(url, None) == "CENTRAL_NOT_TRUSTED"
        assert _code(url, tmp_path / "gone.pem") == "CENTRAL_CA_UNREADABLE"
        assert _code(url, tmp_path / "nonsense.pem") == "CENTRAL_CA_UNREADABLE"
        assert _code(url.replace("https", "http"), None) == "CENTRAL_UNREACHABLE", "TLS does not answer plain HTTP"
        trusting = Uplink(url, SEED, ca=authority.certificate)
        assert trusting.alive()
        trusting.close()


@pytest.mark.parametrize(
    ("host", "from_days", "until_days", "code"),
    [
        ("127.0.0.1", -20, -10, "CENTRAL_CERT_EXPIRED"),
        ("127.0.0.1", 10, 20, "CENTRAL_CERT_EARLY"),
        ("central.example", -1, 1, "CENTRAL_NAME_WRONG"),
        ("192.0.2.7", -1, 1, "CENTRAL_NAME_WRONG"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(
    authority: Authority, tmp_path: Path, host: str, from_days: float, until_days: float, code: str
) -> None:
    with _central(tmp_path / "central", authority.issue(tmp_path, host, from_days, until_days)) as url:
        assert _code(url, authority.certificate) == code


def test_a_name_is_looked_at_too(authority: Authority, tmp_path: Path) -> None:
    with _central(tmp_path / "central", authority.issue(tmp_path, "localhost")) as url:
        assert _code(url.replace("127.0.0.1", "localhost"), authority.certificate) == "ENROL_CODE_WRONG"
        assert _code(url, authority.certificate) == "CENTRAL_NAME_WRONG"


@pytest.mark.parametrize("host", ["central.example", "192.0.2.7", "10.0.0.1", "[2001:db8::1]", "localhost.example"])
def test_nothing_leaves_this_machine_in_the_open(host: str) -> None:
    uplink = Uplink(f"http://{host}:8443", SEED, "Q01", secrets.token_hex(4), timeout_s=1)
    for ask in (lambda: uplink.enrol("ABCD"), lambda: uplink.pull(0), lambda: uplink.sign_in("clerk", "x")):
        with pytest.raises(Refusal, match="CENTRAL_PLAIN"):
            ask()
    assert uplink.bytes_sent == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.53"])
def test_this_machine_itself_is_no_network(host: str) -> None:
    uplink = Uplink(f"http://{host}:9", SEED, "Q01", "c", timeout_s=1)
    with pytest.raises(Refusal, match="CENTRAL_UNREACHABLE"):
        uplink.pull(0)
