"""Central as a real process on loopback: its own folder, practice people, stopped, killed and started again at will.

A test module that says `BACKINGS = BOTH` has its tests run on SQLite with a folder, and on PostgreSQL with an object
store; `backing` is then the one of the test.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TypeVar

import pytest
from sqlalchemy import make_url

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import database_url, open_database
from clerk_app.central.engines import engine_for
from clerk_app.central.migrating import migrate
from clerk_app.central.people import practice_verifier
from clerk_app.central.rates import Budgets
from clerk_app.central.server import Bounds, serve
from clerk_app.central.stations import new_code
from clerk_app.uplink import Uplink
from tests.peers import clocks, costs
from tests.peers.counter import PAPER
from tests.peers.forks import Fork, forks
from tests.peers.pack import training_pack
from tests.peers.postgres import Postgres
from tests.peers.s3 import ObjectStore

BOTH = ("small", "large")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.01, 0.2


T = TypeVar("T")


def prepare() -> None:
    """Once for all of them: import what a central imports only when it needs it, and what is slow on purpose."""
    for name in (
        "obstore.store",
        "psycopg_pool",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite",
    ):
        import_module(name)
    costs.everywhere()
    practice_verifier()
    # Each reads its files and looks at their signatures all the same; what they say is made of them once.
    training_pack()


def be(arguments: list[str]) -> None:
    """Be a practice central until somebody says stop; `arguments` as `CentralProcess.start` gives them."""
    folder, port, register, blobs, bounds, metrics, front = arguments
    read, more = json.loads(bounds), json.loads(front)
    if ahead_s := more.pop("ahead_s"):
        clocks.turn(ahead_s)
    serve(
        "127.0.0.1",
        int(port),
        Path(folder),
        practice=True,
        register_url=register or None,
        # The address holds a password, and everybody may read the list of processes.
        database_url=os.environ["CLERK_DATABASE"],
        blobs=blobs or None,
        bounds=Bounds(Budgets(**read.pop("budgets")), **read) if read else None,
        metrics=("127.0.0.1", int(metrics)) if metrics else None,
        **more,
    )


def settled(ask: Callable[[], T], enough: Callable[[T], bool], within_s: float = 10.0) -> T:
    """What `ask` says once it is enough; what it said last if it never is."""
    deadline, pause_s = monotonic() + within_s, _FIRST_PAUSE_S
    while not enough(said := ask()) and monotonic() < deadline:
        # Whoever asks without a pause takes the processor from whom he waits for.
        sleep(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
    return said


def _migrated(url: str) -> None:
    engine = engine_for(make_url(url))
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection)
    finally:
        engine.dispose()


@cache
def _tables() -> bytes:
    """A SQLite file after its migrations, to be copied: they cost ten times more than all that follows."""
    with TemporaryDirectory() as folder:
        _migrated(database_url(Path(folder)))
        return Path(make_url(database_url(Path(folder))).database or "").read_bytes()


@cache
def _tables_in(postgres: Postgres) -> str:
    """The same in that cluster: the name of a database to be copied."""
    url = postgres.database()
    _migrated(url)
    return make_url(url).database or ""


@dataclass(frozen=True)
class Backing:
    """What a central stands on. `small`: a SQLite file and a folder; `large`: PostgreSQL and an object store."""

    kind: str
    postgres: Postgres | None = None
    object_store: ObjectStore | None = None

    def database(self, folder: Path) -> str:
        """The URL of a new database that has its tables and nothing in them."""
        if self.postgres:
            return self.postgres.database(_tables_in(self.postgres))
        folder.mkdir(parents=True, exist_ok=True)
        url = database_url(folder)
        Path(make_url(url).database or "").write_bytes(_tables())
        return url

    def empty(self, folder: Path) -> str:
        """The URL of a new database without anything."""
        return self.postgres.database() if self.postgres else database_url(folder)

    def blobs(self, folder: Path) -> str:
        """The address of a new, empty store of sheets."""
        return self.object_store.bucket() if self.object_store else str(folder / "sheets")


@dataclass
class CentralProcess:
    """One central. It keeps its address and its data through `stop`, `kill` and `start`.

    Two of them with the same `database` and `blobs` are two processes of one central.
    """

    folder: Path
    register_url: str = ""
    database: str = ""
    blobs: str = ""
    url: str = ""
    bounds: Bounds | None = None
    metrics: str = ""
    """Where figures are to be had: a port to ask for ("0"), the address once it runs."""
    certificate: tuple[Path, Path] | None = None
    """What it shows of itself, and the key, where it speaks TLS."""
    proxies: tuple[str, ...] = ()
    ahead_s: float = 0.0
    """By how much its clock is ahead of the machine's when it is started."""
    _port: int = 0
    _process: Fork | None = None
    _uplinks: list[Uplink] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        return self.database or database_url(self.folder)

    def start(self) -> None:
        bounds = json.dumps(asdict(self.bounds) if self.bounds else None)
        asked = "0" if self.metrics else ""
        cert, key = map(str, self.certificate) if self.certificate else (None, None)
        front = json.dumps({"tls_cert": cert, "tls_key": key, "proxies": self.proxies, "ahead_s": self.ahead_s})
        given = [str(self.folder), str(self._port), self.register_url, self.blobs, bounds, asked, front]
        self._process = forks().fork(given, os.environ | {"CLERK_DATABASE": self.database_url})
        line = self._process.line()
        assert line, "central did not start"
        said = json.loads(line)
        self.url, self.metrics = said["listening"], said.get("metrics", "")
        self._port = int(self.url.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        return self._end(kill=False)

    def kill(self) -> None:
        """SIGKILL: no good-byes."""
        self._end(kill=True)

    def _end(self, kill: bool) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        return process.wait(20)

    def code(self, station: str = "Q01") -> str:
        """A one-time enrolment code, as `central enrol` makes it beside the running server."""
        database = open_database(self.database_url)
        try:
            return new_code(database, station, hanoi_now()).code
        finally:
            database.close()

    def enrol(self, station: str = "Q01", *users: str, seed: bytes | None = None) -> Uplink:
        """A new station that has sent what `exchange` scans, and whoever signs in there."""
        uplink = self.uplink(seed or secrets.token_bytes(32))
        uplink.enrol(self.code(station))
        for user in users:
            uplink.sign_in(user, "practice")
        uplink.send_sheet(hashlib.sha256(PAPER).hexdigest(), PAPER, 0)
        return uplink

    def uplink(self, seed: bytes, station: str = "", central_id: str = "") -> Uplink:
        uplink = Uplink(self.url, seed, station, central_id, timeout_s=10)
        self._uplinks.append(uplink)
        return uplink

    def close(self) -> None:
        for uplink in self._uplinks:
            uplink.close()
        # Tests that want a clean stop ask for it; nobody waits here for what is still being answered.
        self.kill()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of a module with `BACKINGS` run once for each."""
    wanted = getattr(metafunc.module, "BACKINGS", None)
    if wanted is not None and "backing" in metafunc.fixturenames:
        metafunc.parametrize("backing", wanted, indirect=True, scope="module")


@pytest.fixture(scope="module")
def backing(request: pytest.FixtureRequest) -> Backing:
    """What central stands on in this module."""
    if getattr(request, "param", "small") == "small":
        return Backing("small")
    return Backing("large", request.getfixturevalue("postgres"), request.getfixturevalue("object_store"))


@pytest.fixture
def resting_central(tmp_path: Path, backing: Backing) -> Iterator[CentralProcess]:
    """A practice central that was not started yet, for who has something to say to it before."""
    folder = tmp_path / "central"
    peer = CentralProcess(folder, database=backing.database(folder), blobs=backing.blobs(folder))
    folder.mkdir(parents=True, exist_ok=True)
    yield peer
    peer.close()


@pytest.fixture
def central(resting_central: CentralProcess) -> CentralProcess:
    """A running practice central."""
    if resting_central._process is None:
        resting_central.start()
    return resting_central


@pytest.fixture(scope="module")
def shared_central(tmp_path_factory: pytest.TempPathFactory, backing: Backing) -> Iterator[CentralProcess]:
    """One practice central for tests that only add to it; every test enrols stations of its own."""
    folder = tmp_path_factory.mktemp("central")
    peer = CentralProcess(folder, database=backing.database(folder), blobs=backing.blobs(folder))
    peer.start()
    yield peer
    peer.close()
