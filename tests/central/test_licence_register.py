"""The licence register through central: what it says is passed on; silence of any kind is `unknown`, never `clear`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
import requests

from clerk_app.central.registers.licence import HttpLicenceRegister
from clerk_app.practice import specimens
from clerk_app.practice.registers import answer
from tests.peers.central import CentralProcess

pytestmark = pytest.mark.wire


class StandIn:
    """The practice register as a process."""

    def __init__(self) -> None:
        arguments = [sys.executable, "-m", "clerk_app.practice.registers", "--port", "0"]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["listening"]

    def fault(self, kind: str, seconds: float = 3) -> None:
        with requests.post(f"{self.url}/faults", json={"fault": kind, "seconds": seconds}, timeout=5) as reply:
            assert reply.ok

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    made = StandIn()
    yield made
    made.close()


def test_a_citizens_licences_come_through_central(stand_in: StandIn, resting_central: CentralProcess) -> None:
    central = resting_central
    central.register_url = stand_in.url
    central.start()
    uplink = central.enrol("Q01", "clerk")
    found = uplink.licences("001090012345", "clerk", uuid4())
    assert (found.answered, found.sanctions, found.source) == (True, "clear", "CSGT")
    assert found.holder is not None
    assert (found.holder.name, found.holder.born) == ("TRẦN MINH QUÂN", date(1990, 8, 14))
    assert [(one.regime, one.code, one.number, one.status) for one in found.licences] == [
        ("old", "B2", "010167012345", "valid"),
        ("old", "A1", "010097055512", "valid"),
    ]
    assert found.licences[0].expires == specimens.specimen(1).licences[0].expires is not None
    assert found.licences[1].expires is None
    assert uplink.licences("036088000123", "clerk", uuid4()).sanctions == "blocked"
    nobody = uplink.licences("000000000000", "clerk", uuid4())
    assert (nobody.answered, nobody.licences) == (True, ())
    stand_in.fault("shape")
    silent = uplink.licences("001090012345", "clerk", uuid4())
    assert (silent.answered, silent.sanctions, silent.problem) == (False, "unknown", "SHAPE")


@pytest.mark.parametrize(("fault", "problem"), [("slow", "TIMEOUT"), ("down", "UNREACHABLE"), ("shape", "SHAPE")])
def test_silence_is_unknown(stand_in: StandIn, fault: str, problem: str) -> None:
    register = HttpLicenceRegister(stand_in.url, timeout_s=0.5)
    assert register.licences("001090012345").answered
    stand_in.fault(fault)
    found = register.licences("001090012345")
    assert (found.answered, found.sanctions, found.licences, found.problem) == (False, "unknown", [], problem)
    register.close()


def test_a_register_that_is_not_there_is_unknown() -> None:
    register = HttpLicenceRegister("http://127.0.0.1:9")
    assert register.licences("001090012345").problem == "UNREACHABLE"
    register.close()


def test_a_restriction_and_a_revocation_for_fraud_come_through() -> None:
    quan = specimens.specimen(1)
    told = replace(quan.licences[0], restriction="left_hand", status="revoked", fraud_decided=date(2024, 2, 29))
    said = json.dumps(answer(replace(quan, licences=(told, quan.licences[1])))).encode()

    class Register(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is http.server's
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Register) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        register = HttpLicenceRegister(f"http://127.0.0.1:{server.server_port}")
        found = register.licences(quan.person.number)
        register.close()
        server.shutdown()
        thread.join()
    first, second = found.licences
    assert (first["restriction"], first["fraud_decided"]) == ("left_hand", "2024-02-29")
    assert (second["restriction"], second["fraud_decided"]) == ("", None)
