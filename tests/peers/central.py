"""Central as a real process on loopback: its own folder, practice people, stopped, killed and started again at will."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import TypeVar

import pytest

from clerk_app.central.app import hanoi_now
from clerk_app.central.database import database_url, open_database
from clerk_app.central.server import Bounds
from clerk_app.central.stations import new_code
from clerk_app.uplink import Uplink

_PROGRAM = """
import sys
from pathlib import Path
from time import monotonic
from typing import TypeVar
import json
from clerk_app.central.rates import Budgets
from clerk_app.central.server import Bounds, serve
folder, port, register, bounds, metrics = sys.argv[1:]
bounds = json.loads(bounds)
bounds = Bounds(Budgets(**bounds.pop("budgets")), **bounds) if bounds else None
metrics = ("127.0.0.1", int(metrics)) if metrics else None
serve(
    "127.0.0.1", int(port), Path(folder), practice=True, register_url=register or None, bounds=bounds, metrics=metrics
)
"""


T = TypeVar("T")


def settled(ask: Callable[[], T], enough: Callable[[T], bool], within_s: float = 10.0) -> T:
    """What `ask` says once it is enough; what it said last if it never is."""
    deadline = monotonic() + within_s
    while not enough(said := ask()) and monotonic() < deadline:
        continue
    return said


@dataclass
class CentralProcess:
    """One central. It keeps its address and its data through `stop`, `kill` and `start`."""

    folder: Path
    register_url: str = ""
    url: str = ""
    bounds: Bounds | None = None
    metrics: str = ""
    """Where figures are to be had: a port to ask for ("0"), the address once it runs."""
    _port: int = 0
    _process: subprocess.Popen[str] | None = None
    _uplinks: list[Uplink] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        return database_url(self.folder)

    def start(self) -> None:
        bounds = json.dumps(asdict(self.bounds) if self.bounds else None)
        asked = "0" if self.metrics else ""
        arguments = [
            sys.executable,
            "-c",
            _PROGRAM,
            str(self.folder),
            str(self._port),
            self.register_url,
            bounds,
            asked,
        ]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "central did not start"
        said = json.loads(line)
        self.url, self.metrics = said["listening"], said.get("metrics", "")
        self._port = int(self.url.rsplit(":", 1)[1])

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
        if kill:
            process.kill()
        else:
            process.terminate()
        code = process.wait(timeout=20)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def code(self, station: str = "Q01") -> str:
        """A one-time enrolment code, as `central enrol` makes it beside the running server."""
        database = open_database(self.database_url)
        try:
            return new_code(database, station, hanoi_now()).code
        finally:
            database.close()

    def enrol(self, station: str = "Q01", *users: str, seed: bytes | None = None) -> Uplink:
        """A new station, and whoever signs in there."""
        uplink = self.uplink(seed or secrets.token_bytes(32))
        uplink.enrol(self.code(station))
        for user in users:
            uplink.sign_in(user, "practice")
        return uplink

    def uplink(self, seed: bytes, station: str = "", central_id: str = "") -> Uplink:
        uplink = Uplink(self.url, seed, station, central_id, timeout_s=10)
        self._uplinks.append(uplink)
        return uplink

    def close(self) -> None:
        for uplink in self._uplinks:
            uplink.close()
        self.stop()


@pytest.fixture
def central(tmp_path: Path) -> Iterator[CentralProcess]:
    """A running practice central."""
    peer = CentralProcess(tmp_path / "central")
    peer.start()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def shared_central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentralProcess]:
    """One practice central for tests that only add to it; every test enrols stations of its own."""
    peer = CentralProcess(tmp_path_factory.mktemp("central"))
    peer.start()
    yield peer
    peer.close()
