"""How central is operated: ready or not and why, figures that name nobody, and no station that starves the others."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, open_database
from clerk_app.central.law import publishers
from clerk_app.central.packs import PublishedPacks, catalogue_folder
from clerk_app.central.rates import Budgets, RateLimited, Rates
from clerk_app.central.readiness import Readiness
from clerk_app.central.server import Bounds
from clerk_app.central.sheets import SheetFolder
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess, settled
from tests.peers.counter import Chain
from tests.peers.postgres import cluster
from tests.peers.station import Station, code_of, read

# ---- ready or not


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(database_url(tmp_path), practice=True)
    yield opened
    opened.close()


def _said(readiness: Readiness) -> str:
    try:
        readiness.check()
    except Refusal as refusal:
        return refusal.code
    return ""


def test_it_is_ready_when_everything_it_needs_is_there(database: Database, tmp_path: Path) -> None:
    sheets = SheetFolder(tmp_path / "sheets")
    packs = PublishedPacks(database, publishers(catalogue_folder(), (), practice=True))
    assert _said(Readiness(database, sheets, packs)) == "READY_LAW"
    packs.begin(catalogue_folder(), hanoi_now())
    assert _said(Readiness(database, sheets, packs)) == ""
    assert _said(Readiness(database, sheets, PublishedPacks(database, [b"x" * 32]))) == "READY_LAW"
    shutil.rmtree(tmp_path / "sheets" / "parts")
    (tmp_path / "sheets" / "parts").write_bytes(b"")
    readiness = Readiness(database, sheets, packs)
    assert [_said(readiness), _said(readiness)] == ["READY_SHEETS"] * 2
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert _said(Readiness(database, sheets, packs)) == "READY_SCHEMA"
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        connection.exec_driver_sql("CREATE TABLE alembic_version (other INTEGER)")
    assert _said(Readiness(database, sheets, packs)) == "READY_DATABASE"


@pytest.mark.wire
def test_a_balancer_hears_it_by_the_status(central: CentralProcess) -> None:
    def asked() -> requests.Response:
        return requests.get(f"{central.url}/v1/ready", headers={"Connection": "close"}, timeout=30)

    assert (asked().status_code, asked().json()["state"]) == (200, "ready")
    shutil.rmtree(central.folder / "sheets" / "parts")
    (central.folder / "sheets" / "parts").write_bytes(b"")
    reply = settled(asked, lambda reply: reply.status_code != 200)
    assert (reply.status_code, reply.json()["code"]) == (503, "READY_SHEETS")
    alive = requests.get(f"{central.url}/v1/health", headers={"Connection": "close"}, timeout=30)
    assert (alive.status_code, alive.json()["state"]) == (200, "ok"), "it lives, it only cannot work"
    (central.folder / "sheets" / "parts").unlink()
    (central.folder / "sheets" / "parts").mkdir()
    assert settled(asked, lambda reply: reply.status_code == 200).status_code == 200


# ---- figures


def _figures(central: CentralProcess) -> tuple[str, dict[tuple[str, tuple[str, ...]], float]]:
    text = requests.get(central.metrics, headers={"Connection": "close"}, timeout=30).text
    found = {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return text, found


@pytest.mark.wire
def test_figures_count_what_happened_and_name_nobody(tmp_path: Path) -> None:
    peer = CentralProcess(tmp_path / "central", metrics="0")
    peer.start()
    try:
        station = Station.enrolled(peer, "Q01-figures", "clerk")
        chain = Chain(station.code, station.seed)
        dossier = uuid4()
        chain.draft(dossier, 3)
        chain.happen(uuid4(), *[wire.decode_entry(chain.sealed[1].body).what], who="nobody")
        read(station.push(*chain.sealed), wire.Answers)
        read(station.push(*chain.sealed[:2]), wire.Answers)
        read(station.ask("POST", f"/v1/leases/{dossier}", wire.LeaseAsked("clerk")), wire.LeaseState)
        assert code_of(station.ask("GET", "/v1/entries?after=x")) == "MESSAGE_UNREADABLE"
        sheet = secrets.token_bytes(100)
        target = f"/v1/sheets/{hashlib.sha256(sheet).hexdigest()}"
        _, before = _figures(peer)
        read(station.ask("PATCH", target, sheet, Upload_Offset="0", Upload_Length="100"), wire.SheetState)
        assert requests.get(f"{peer.url}/metrics", headers={"Connection": "close"}, timeout=30).status_code == 404
        text, found = _figures(peer)
        assert found["quay_entries_total", ("accepted",)] == 5
        assert found["quay_entries_repeated_total", ()] == 2
        assert found["quay_entries_total", ("USER_UNKNOWN",)] == 1
        assert found["quay_batch_entries_sum", ()] == 6
        assert found["quay_sheets_total", ()] - before["quay_sheets_total", ()] == 1
        assert found["quay_requests_total", ("POST", "/v1/entries", "200")] == 2
        assert found["quay_refusals_total", ("MESSAGE_UNREADABLE", "GET", "/v1/entries")] == 1
        assert found["quay_requests_total", ("none", "none", "404")] == 1
        bodies = ("quay_received_bytes_total", ("PATCH", "/v1/sheets/{digest}"))
        assert found[bodies] - before.get(bodies, 0) == 100
        assert found["quay_office_stations", ("PC08-HN", "enrolled")] == 1
        assert found["quay_office_leases", ("PC08-HN",)] == 1
        assert found["quay_stations_waiting", ()] == 0
        connections = [found["quay_database_connections", (state,)] for state in ("used", "idle")]
        assert sum(connections) >= 1, "at least the one that brought these figures"
        assert found["quay_office_lag_seconds", ("PC08-HN",)] >= 0
        assert found["quay_entries_newest", ()] == 4
        assert found["process_resident_memory_bytes", ()] > 1e6
        for personal in ("clerk", "nobody", "Q01", str(dossier), str(chain.ids[0]), target[-64:], "Nguyễn"):
            assert personal not in text
    finally:
        peer.close()


@pytest.mark.wire
def test_figures_are_told_while_the_database_is_away_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An outage is when somebody looks at them."""
    offices, up = ("quay_office_stations", ("PC08-HN", "enrolled")), ("quay_database_up", ())
    requested = ("quay_requests_total", ("GET", "/v1/openapi.json", "200"))
    with cluster() as server:
        peer = CentralProcess(tmp_path / "central", database=server.database(), metrics="0")
        peer.start()
        try:
            Station.enrolled(peer, "Q01-away")
            assert requests.get(f"{peer.url}/v1/openapi.json", headers={"Connection": "close"}, timeout=30).ok
            _, found = _figures(peer)
            assert (found[up], found[offices], found[requested]) == (1, 1, 1)
            server.stop()
            assert requests.get(f"{peer.url}/v1/openapi.json", headers={"Connection": "close"}, timeout=30).ok
            _, found = _figures(peer)
            assert (found[up], found[requested]) == (0, 2)
            assert offices not in found, "what is not known is not told as if it were"
            assert "figures: Refusal at " in capfd.readouterr().err, "and the log of the process says why"
            server.start()
            _, found = settled(lambda: _figures(peer), lambda said: said[1][up] == 1)
            assert (found[up], found[offices]) == (1, 1)
        finally:
            peer.close()


# ---- nobody starves the others


def test_a_station_that_comes_back_with_much_is_never_refused() -> None:
    async def come_back() -> None:
        rates = Rates()
        for _request in range(50 * 12):
            async with rates.station("Q01"):
                pass
        for _station in range(200):
            for kind in ("token", "sign_in", "token"):
                await rates.address("10.0.0.1", kind)

    asyncio.run(come_back())


def test_who_waits_is_told_how_long_and_each_counts_for_itself() -> None:
    async def let_in(rates: Rates, station: str) -> int:
        """0, or the seconds to wait."""
        try:
            async with rates.station(station):
                return 0
        except RateLimited as limited:
            return limited.after_s

    async def ask() -> None:
        rates = Rates(Budgets(station=3, at_once=2, address_enrol=1))
        async with rates.station("Q01"), rates.station("Q01"):
            assert await let_in(rates, "Q01") == 1
            assert await let_in(rates, "Q02") == 0
        assert await let_in(rates, "Q01") == 0
        assert 1 <= await let_in(rates, "Q01") <= 120, "a fourth in a minute"
        await rates.address("10.0.0.1", "enrol")
        await rates.address("10.0.0.2", "enrol")
        with pytest.raises(RateLimited):
            await rates.address("10.0.0.1", "enrol")

    asyncio.run(ask())


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralProcess]:
    """A central that is soon impatient."""
    bounds = Bounds(Budgets(station=12, at_once=2), patience_s=1.0)
    peer = CentralProcess(tmp_path_factory.mktemp("strict"), bounds=bounds)
    peer.start()
    yield peer
    peer.close()


@pytest.mark.wire
def test_a_mad_station_is_slowed_down_obeys_and_the_others_work_on(strict: CentralProcess) -> None:
    mad = strict.enrol(f"Q01-{secrets.token_hex(3)}", "clerk")
    calm = strict.enrol(f"Q02-{secrets.token_hex(3)}", "clerk")

    def ask_and_ask() -> None:
        for _ in range(20):
            mad.pull(0)

    with pytest.raises(Refusal, match="RATE_LIMITED") as refusal:
        ask_and_ask()
    assert "giây" in refusal.value.remedy.vi
    before = mad.bytes_sent
    with pytest.raises(Refusal, match="RATE_LIMITED"):
        mad.pull(0)
    assert mad.bytes_sent == before, "it does not ask again before its time"
    assert mad.alive(), "what is asked of anybody is asked still"
    calm.pull(0)


def _connected(central: CentralProcess) -> socket.socket:
    address = urlsplit(central.url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def _half(station: Station, size: int = 100) -> bytes:
    target = f"/v1/sheets/{secrets.token_hex(32)}"
    lines = (
        f"PATCH {target} HTTP/1.1",
        "Host: central",
        f"Authorization: Bearer {station.token}",
        f"Proof: {station.proof('PATCH', target)}",
        "Upload-Offset: 0",
        f"Upload-Length: {size}",
        f"Content-Length: {size}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + b"x"


@pytest.mark.wire
def test_one_station_holds_only_so_many_requests_open(tmp_path: Path) -> None:
    peer = CentralProcess(tmp_path / "central", bounds=Bounds(Budgets(at_once=2)), metrics="0")
    peer.start()
    try:
        station, other = (Station.enrolled(peer, f"Q01-{name}", "clerk") for name in "ab")

        def held() -> float:
            return _figures(peer)[1].get(("quay_requests_open", ("PATCH", "/v1/sheets/{digest}")), 0.0)

        with _connected(peer) as first, _connected(peer) as second:
            for line in (first, second):
                line.sendall(_half(station))
            assert settled(held, lambda open_now: open_now == 2) == 2
            reply = station.ask("GET", "/v1/catalogue")
            assert (code_of(reply), reply.headers["Retry-After"]) == ("RATE_LIMITED", "1")
            assert other.ask("GET", "/v1/catalogue").status_code == 200
        assert settled(held, lambda open_now: open_now == 0) == 0, "a line that broke holds nothing"
        assert station.ask("GET", "/v1/catalogue").status_code == 200
    finally:
        peer.close()


@pytest.mark.wire
def test_a_body_that_only_drips_is_not_waited_for(strict: CentralProcess) -> None:
    station = Station.enrolled(strict, f"Q01-{secrets.token_hex(3)}", "clerk")
    with _connected(strict) as line:
        line.sendall(_half(station))
        said = line.recv(65536)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in said.lower()
    assert station.ask("GET", "/v1/catalogue").status_code == 200


@pytest.mark.wire
@pytest.mark.parametrize("sent", [b"", b"GET /v1/health HTT", b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(strict: CentralProcess, sent: bytes) -> None:
    with _connected(strict) as line:
        line.sendall(sent)
        assert line.recv(100) == b""
    with _connected(strict) as line:
        line.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while not said.endswith(b"}"):
            said += line.recv(65536)
        assert said.startswith(b"HTTP/1.1 200 ")
        line.sendall(b"GET /v1/he")
        assert line.recv(100) == b"", "the second on the same line neither"
