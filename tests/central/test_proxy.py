"""Whom central believes about where a request comes from: the proxy that it was told of, and nobody else."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clerk_app.central.rates import Budgets
from clerk_app.central.server import Bounds
from tests.peers import commands
from tests.peers.authority import Authority
from tests.peers.central import CentralProcess

pytestmark = pytest.mark.wire
PROXY, OTHER = "127.0.0.2", "127.0.0.3"
ALLOWED = 3


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("office"))


@contextmanager
def _running(folder: Path, proxies: tuple[str, ...], authority: Authority | None = None) -> Iterator[CentralProcess]:
    certificate = authority.issue(folder) if authority else None
    peer = CentralProcess(folder, bounds=Bounds(Budgets(wrong=ALLOWED)), proxies=proxies, certificate=certificate)
    peer.start()
    try:
        yield peer
    finally:
        peer.close()


def _guesses(central: CentralProcess, sender: str, forwarded: list[str]) -> list[str]:
    """What is said to wrong tokens that come from `sender` and are said to come from elsewhere."""
    where = urlsplit(central.url)
    answers = []
    for said in forwarded:
        line: HTTPConnection
        if where.scheme == "https":
            unproven = ssl.create_default_context()
            unproven.check_hostname, unproven.verify_mode = False, ssl.CERT_NONE
            line = HTTPSConnection("127.0.0.1", where.port, timeout=60, source_address=(sender, 0), context=unproven)
        else:
            line = HTTPConnection("127.0.0.1", where.port, timeout=60, source_address=(sender, 0))
        headers = {"Authorization": "Bearer guess", "Accept": "application/json", "X-Forwarded-For": said}
        line.request("GET", "/v1/catalogue", headers=headers)
        answers.append(json.loads(line.getresponse().read())["code"])
        line.close()
    return answers


WRONG, SHUT_OUT = ["TOKEN_WRONG"] * ALLOWED, ["RATE_LIMITED"]


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize("named", [PROXY, "127.0.0.2/31"], ids=["address", "network"])
def test_a_proxy_that_is_named_says_who_asks(authority: Authority, tmp_path: Path, tls: bool, named: str) -> None:
    proxy = PROXY if "/" not in named else OTHER
    with _running(tmp_path, (named,), authority if tls else None) as central:
        assert _guesses(central, proxy, ["10.0.0.1"] * (ALLOWED + 1)) == WRONG + SHUT_OUT
        assert _guesses(central, proxy, ["10.0.0.2"]) == ["TOKEN_WRONG"], "another station has done nothing wrong"
        # What a caller writes into the header stands before what the proxy saw.
        assert _guesses(central, proxy, ["10.0.0.9, 10.0.0.1"]) == SHUT_OUT
        guesser = "127.0.0.4"
        invented = [f"10.1.0.{n}" for n in range(ALLOWED + 1)]
        assert _guesses(central, guesser, invented) == WRONG + SHUT_OUT, "nobody else is believed"
        assert _guesses(central, "127.0.0.1", invented) == WRONG + SHUT_OUT


def test_without_a_name_nobody_is_believed_under_tls(authority: Authority, tmp_path: Path) -> None:
    with _running(tmp_path, (), authority) as central:
        invented = [f"10.1.0.{n}" for n in range(ALLOWED + 1)]
        assert _guesses(central, "127.0.0.1", invented) == WRONG + SHUT_OUT


def test_without_a_name_it_is_the_proxy_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with _running(tmp_path, ()) as central:
        assert _guesses(central, "127.0.0.1", ["10.0.0.1"] * (ALLOWED + 1)) == WRONG + SHUT_OUT
        assert _guesses(central, "127.0.0.1", ["10.0.0.2"]) == ["TOKEN_WRONG"]
        invented = [f"10.1.0.{n}" for n in range(ALLOWED + 1)]
        assert _guesses(central, OTHER, invented) == WRONG + SHUT_OUT, "whatever the environment says"


@pytest.mark.parametrize("named", ["proxy", "*", "10.0.0.1/8", ""])
def test_a_proxy_is_an_address(named: str, tmp_path: Path) -> None:
    said = commands.here("central", "--practice", "--data", tmp_path / "data", "--proxy", named)
    assert said.code == 2
    assert "--proxy" in said.err
    assert not (tmp_path / "data").exists()
