"""Scanners that the network announces: what an announcement says, and one heard by multicast on this computer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.desk.ports import ScannedPage
from clerk_app.devices.scanner.announced import found_from
from clerk_app.devices.scanner.protocol import Found
from clerk_app.devices.scanner.scanners import DeskScanners, escl_address
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import escl_scanner
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from tests.peers.escl import Papers

PLAIN, SECURE = "_uscan._tcp.local.", "_uscans._tcp.local."
LOOPBACK = ("127.0.0.1",)


@pytest.mark.parametrize(
    ("service", "addresses", "texts", "found"),
    [
        (PLAIN, ["10.0.0.7"], {"uuid": "4A-1"}, Found("4a-1", "http://10.0.0.7:80/eSCL", "HP")),
        (SECURE, ["10.0.0.7"], {"rs": "/eSCL/", "uuid": "x"}, Found("x", "https://10.0.0.7:80/eSCL", "HP")),
        (PLAIN, ["fe80::1", "fd00::7"], {"rs": "a/b"}, Found("HP", "http://[fd00::7]:80/a/b", "HP")),
        (PLAIN, ["fd00::7", "10.0.0.9", "10.0.0.7"], {"ty": "HP 5"}, Found("HP", "http://10.0.0.7:80/eSCL", "HP 5")),
        (PLAIN, ["10.0.0.7"], {"uuid": "http://x/y"}, Found("http---x-y", "http://10.0.0.7:80/eSCL", "HP")),
        (PLAIN, ["fe80::1"], {}, None),
        (PLAIN, [], {}, None),
    ],
)
def test_an_announcement_names_a_scanner_and_its_place(
    service: str, addresses: list[str], texts: dict[str, str], found: Found | None
) -> None:
    assert found_from(service, 80, addresses, texts, "HP") == found


@given(st.integers(-1, 70000), st.lists(st.text(max_size=9), max_size=3), st.text(max_size=200), st.text(max_size=40))
def test_any_announcement_is_a_place_that_can_be_asked_or_none(
    port: int, addresses: list[str], uuid: str, resource: str
) -> None:
    found = found_from(PLAIN, port, [*addresses, "10.0.0.7"], {"uuid": uuid, "rs": resource}, "one")

    assert (found is None) == (not 0 < port < 65536)
    if found is not None:
        assert found.address.startswith("http://")
        assert "/" not in found.name
        assert len(found.name) <= 120


@pytest.fixture
def announced() -> Iterator[PracticeEsclScanner]:
    machine = escl_scanner.start(announce=True)
    yield machine
    machine.close()


@pytest.mark.wire
def test_a_scanner_that_announces_itself_is_found_kept_and_scanned_from(
    announced: PracticeEsclScanner, papers: Papers
) -> None:
    announced.show(papers.stack(2))
    scanners = DeskScanners(discover=True, drivers=(), interfaces=LOOPBACK)
    pages: list[ScannedPage] = []

    (state,) = [one for one in scanners.devices() if one.name == f"escl:{announced.uuid}"]

    assert state.label == escl_scanner.NAME
    assert scanners.scan(state.name, "Feeder", pages.append, lambda: False, dpi=75) == 2
    announced.show(papers.stack(1))
    fresh = DeskScanners(discover=True, drivers=(), interfaces=LOOPBACK)
    assert fresh.scan(state.name, "Feeder", pages.append, lambda: False, dpi=75) == 1, "nobody asked for devices before"


@pytest.mark.wire
def test_one_that_is_announced_and_set_by_hand_is_there_once(announced: PracticeEsclScanner) -> None:
    scanners = DeskScanners(addresses=[announced.address], discover=True, drivers=(), interfaces=LOOPBACK)

    (state,) = [one for one in scanners.devices() if announced.uuid in one.name or announced.address in one.name]

    assert state.name == f"escl:{escl_address(announced.address)}"


@pytest.mark.wire
def test_one_that_went_away_is_no_longer_listed_nor_waited_for(announced: PracticeEsclScanner) -> None:
    scanners = DeskScanners(discover=True, drivers=(), interfaces=LOOPBACK)
    name = f"escl:{announced.uuid}"
    assert name in {one.name for one in scanners.devices()}
    announced.close()

    with pytest.raises(DeviceFault) as gone:
        scanners.scan(name, "Feeder", lambda page: None, lambda: False)

    assert gone.value.code == "SCANNER_UNREACHABLE"


@pytest.mark.wire
def test_a_name_that_nobody_announces_is_unknown_and_without_discovery_nobody_is_asked() -> None:
    codes = []
    for discover in (True, False):
        scanners = DeskScanners(discover=discover, drivers=(), interfaces=LOOPBACK)
        with pytest.raises(DeviceFault) as unknown:
            scanners.scan("escl:no-such-scanner", "Feeder", lambda page: None, lambda: False)
        codes.append(unknown.value.code)

    assert codes == ["SCANNER_UNKNOWN", "SCANNER_UNKNOWN"]
