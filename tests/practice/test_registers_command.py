"""`practice registers`: every stand-in listens, with what is wrong from the start, and ends with the command."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from dataclasses import fields

import pytest
import requests

from clerk_app.central.app import hanoi_now
from clerk_app.central.registers.joined import joined
from clerk_app.central.registers.ordering import Absent
from clerk_app.rehearsal import SYSTEMS
from clerk_app.settings import CentralSettings
from tests.peers.commands import here

pytestmark = pytest.mark.wire
QUAN = "001090012345"


def test_the_settings_it_prints_join_central_to_every_system() -> None:
    assert SYSTEMS.keys() <= {one.name for one in fields(CentralSettings)}
    command = [sys.executable, "-m", "clerk_app", "practice", "registers", "--fault", "violation_records=down"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert SYSTEMS.keys() <= said.keys()
        with joined(CentralSettings(**said), hanoi_now) as registers:
            assert registers.licences.licences(QUAN).answered
            assert registers.violations.standing(QUAN, []).cause == "UNREACHABLE"
            assert registers.payment is not None
            assert registers.payment.hear("0" * 32, "1") == Absent()
            assert registers.post is not None
            assert registers.post.hear("0" * 32, "") == Absent()
            assert registers.health.certificates(QUAN, "").held == "yes"
            with requests.post(f"{said['violation_records']}/faults", json={"fault": "none"}, timeout=5) as reply:
                assert "lost" in reply.json()["faults"]
            assert registers.violations.standing(QUAN, []).state == "clear"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    for system in SYSTEMS:
        host, port = said[system].rpartition("/")[2].split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=5).close()


@pytest.mark.parametrize("fault", ["violation_records", "palms=down", "violation_records=", "violation_records=hungry"])
def test_a_fault_nobody_has_is_told(fault: str) -> None:
    done = here("practice", "registers", "--fault", fault)
    assert done.code in (1, 2)
    assert "violation_records" in done.err
